"""Calls that a busy model has to refuse: what the next reading proves, and what it does not."""

from __future__ import annotations

import pytest

from pytest_speechcustom.contracts import load
from pytest_speechcustom.engine.checker import Checker
from tests.rules.build import History
from tests.rules.test_watson_legal import lasting, unanswered
from tests.rules.watson_common import TWO
from tests.rules.watson_stt_cloud import KIT

BUSY, ADDING = "model.busy", "model.add-audio.conflict"
read, train, add = KIT.read, KIT.train, KIT.add


def judged(history: History) -> tuple[set[str], dict[str, str]]:
    """The rules of the server that were broken, and the verdicts."""
    checker = Checker(load("watson-stt-cloud"), side="server")
    checker.check(history)
    report = checker.report()
    return {each.rule.partition("/")[2] for each in report.findings}, {
        each.rule: each.verdict for each in report.requirements
    }


@pytest.mark.parametrize(
    ("history", "rules"),
    [
        ([read(0, "training"), add(60, "car1"), read(120, "training")], {ADDING}),
        ([train(0), add(60, "car1"), read(120, "training")], {ADDING}),
        ([read(0, "training"), add(60, "car1"), train(90, status=409), read(120, "training")], {ADDING}),
        ([read(0, "training"), add(60, "car1"), read(90, "ready", model=TWO), read(120, "training")], {ADDING}),
        ([read(0, "training"), KIT.delete(60), read(120, "training")], {BUSY, "model.deleted.gone"}),
    ],
)
def test_what_still_is_busy_was_busy(history: History, rules: set[str]) -> None:
    """Nothing was done that could have led back to it."""
    broken, _ = judged(history)
    assert broken == rules


@pytest.mark.parametrize(
    "history",
    [
        [read(0, "training"), add(60, "car1")],
        [read(0, "training"), add(60, "car1"), read(120, "available"), train(130), read(140, "training")],
        [read(0, "training"), add(60, "car1"), train(90), read(120, "training")],
        [read(0, "training"), add(60, "car1"), unanswered(train(90)), read(120, "training")],
        [read(0, "training"), lasting(train(30), 90), add(60, "car1"), read(130, "training")],
        [read(0, "training"), add(60, "car1"), lasting(train(70), 60), read(120, "training")],
        [read(0, "training"), lasting(add(60, "car1"), 60), read(90, "training"), read(150, "training")],
        [read(0, "training", progress=50), add(60, "car1"), read(120, "training", progress=10)],
    ],
)
def test_what_may_be_busy_again_proves_nothing(history: History) -> None:
    """It may have come to its end before the call, and have been begun anew."""
    broken, verdicts = judged(history)
    assert not broken & {BUSY, ADDING}
    assert verdicts[ADDING] in ("inconclusive", "not-verified")


@pytest.mark.parametrize(("status", "verdict"), [(404, "inconclusive"), (405, "inconclusive"), (501, "inconclusive"),
                                                 (409, "satisfied"), (400, "satisfied")])  # fmt: skip
def test_an_operation_that_is_not_there_refuses_nothing(status: int, verdict: str) -> None:
    """That would be no matter of what goes on."""
    _, verdicts = judged([read(0, "training"), KIT.act(0.5, "reset", status=status), read(1, "training")])
    assert verdicts[BUSY] == verdict
