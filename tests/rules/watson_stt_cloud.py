"""Histories of `watson-stt-cloud`: the story, and a break and a neighbour of every rule."""

from __future__ import annotations

from collections.abc import Mapping

from tests.rules import watson_common
from tests.rules.build import History, Make
from tests.rules.watson_common import Kit, Pair, heard

KIT = Kit(base="", updated=True)


def story() -> History:
    """A whole lifecycle without fault."""
    return watson_common.story(KIT)


def _excluded(*names: str) -> dict[str, object]:
    message = f"Analysis of the following audio files has not completed successfully: [{', '.join(names)}]."
    return {"warnings": [{"code": "invalid_audio_files", "message": message}]}


def _own() -> dict[str, Pair]:
    read, train, add, audio = KIT.read, KIT.train, KIT.add, KIT.audio
    strict = {"strict": "false"}
    return {
        "model.train.refusal-fails": (
            lambda: [*KIT.made_ready(), train(100, status=400), read(110, "ready", updated=100)],
            lambda: [*KIT.made_ready(), train(100, status=400), read(110, "failed", updated=100)],
        ),
        "model.train.enough-audio": (lambda: [KIT.heap(0, heard("car1", duration=540)), train(10)], None),
        "model.train.conflict": (
            lambda: [read(0, "training"), train(0.5)],
            lambda: [read(0, "training"), train(0.5, status=409)],
        ),
        "model.busy": (
            lambda: [read(0, "training"), KIT.delete(1)],
            lambda: [read(0, "training"), KIT.delete(1, status=409)],
        ),
        "model.train.conflict-audio": (
            lambda: [audio(0, "car1", "being_processed"), train(10), audio(20, "car1", "being_processed")],
            lambda: [audio(0, "car1", "being_processed"), train(10), audio(20, "car1")],
        ),
        "model.train.conflict-idle": (
            lambda: [read(0, "training"), read(10, "available"), train(20, status=409)],
            lambda: [read(0, "training"), train(20, status=409)],
        ),
        "client.train.busy": (lambda: [read(0, "training"), train(10, status=409)], None),
        "model.add-audio.conflict": (
            lambda: [read(0, "training"), add(0.5, "car1")],
            lambda: [read(0, "training"), add(0.5, "car1", status=409)],
        ),
        "model.train.strict": (
            lambda: [audio(0, "noise", "invalid"), train(10)],
            lambda: [audio(0, "noise", "invalid"), train(10, status=400)],
        ),
        "client.train.strict": (lambda: [audio(0, "noise", "invalid"), train(10, status=400)], None),
        "model.train.warnings": (lambda: [train(0, answer=_excluded("noise"))], None),
        "model.train.warned": (
            lambda: [audio(0, "noise", "invalid"), train(10, query=strict, answer=_excluded("car1"))],
            None,
        ),
        "model.updated.untouched": (lambda: [KIT.create(0), read(1, "pending", updated=1)], None),
        "model.updated.order": (lambda: [read(0, "ready", created=-9, updated=-10)], None),
        "model.updated.forward": (
            lambda: [read(0, "ready", updated=-5, created=-9), read(1, "ready", created=-9)],
            None,
        ),
        "model.create.count": (lambda: watson_common.numbered(KIT, 1025), None),
    }


_PAIRS: Mapping[str, Pair] = {**watson_common.pairs(KIT), **_own()}
BREAKS: dict[str, Make] = {rule: broken for rule, (broken, _) in _PAIRS.items()}
NEIGHBOURS: dict[str, Make] = {rule: legal for rule, (_, legal) in _PAIRS.items() if legal is not None}
SAMPLES = watson_common.samples(KIT)
UNBREAKABLE = watson_common.UNBREAKABLE
TIMED: frozenset[str] = frozenset()
