"""Histories of `watson-stt-icp`: the story, and a break and a neighbour of every rule."""

from __future__ import annotations

from collections.abc import Mapping

from tests.rules import watson_common
from tests.rules.build import History, Make
from tests.rules.watson_common import Kit, Pair, heard

KIT = Kit(base="/speech-to-text/api", updated=False)


def story() -> History:
    """A whole lifecycle without fault."""
    return watson_common.story(KIT)


def _own() -> dict[str, Pair]:
    waiting = [KIT.add(0, "car1"), KIT.audio(5, "car1", "being_processed")]
    return {
        "client.train.enough-audio": (
            lambda: [KIT.heap(0, heard("car1", duration=51 * 3600)), KIT.train(10, status=400)],
            lambda: [KIT.heap(0, heard("car1", duration=50 * 3600)), KIT.train(10, status=400)],
        ),
        "audio.one-at-a-time": (
            lambda: [*waiting, KIT.add(10, "car2"), KIT.audio(20, "car1", "being_processed")],
            lambda: [*waiting, KIT.add(10, "car2"), KIT.audio(20, "car1")],
        ),
        "client.audio.one-at-a-time": (lambda: [*waiting, KIT.add(10, "car2", status=409)], None),
    }


_PAIRS: Mapping[str, Pair] = {**watson_common.pairs(KIT), **_own()}
BREAKS: dict[str, Make] = {rule: broken for rule, (broken, _) in _PAIRS.items()}
NEIGHBOURS: dict[str, Make] = {rule: legal for rule, (_, legal) in _PAIRS.items() if legal is not None}
SAMPLES = watson_common.samples(KIT)
UNBREAKABLE = watson_common.UNBREAKABLE
TIMED: frozenset[str] = frozenset()
