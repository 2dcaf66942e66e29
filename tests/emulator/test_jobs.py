"""Work that goes on by itself: with the clock, with polls, with real seconds, and how it ends."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

import pytest

from pytest_speechcustom.emulator.clock import BEGAN, Clock
from pytest_speechcustom.emulator.jobs import LATE, Jobs, Outcome, Progress, Step
from pytest_speechcustom.values import UsageError


class Bench:
    """Jobs whose steps are written down: what happened, and how many seconds after the beginning."""

    def __init__(self, progress: str = "manual", outcome: Outcome = "succeed") -> None:
        how = Progress.parse(progress)
        self.clock = Clock(real=how.kind == "seconds")
        self.began = self.clock.now
        self.jobs = Jobs(self.clock, how, lambda kind: outcome)
        self.log: list[tuple[str, float]] = []

    def start(self, name: str, *seconds: float, after: tuple[str, ...] = ()) -> None:
        """Work on `name` in steps of that length."""
        steps = [Step(long, self.act(f"{name}{number}")) for number, long in enumerate(seconds, 1)]
        self.jobs.start("model", name, *steps, fail=self.act(f"{name} failed"), after=[("model", a) for a in after])

    def act(self, name: str):  # type: ignore[no-untyped-def]
        """Something that writes itself down."""

        def act(moment: datetime) -> None:
            self.log.append((name, round((moment - self.began).total_seconds(), 1)))

        return act

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.clock.advance(timedelta(seconds=seconds))
        self.jobs.settle()

    def poll(self, name: str, times: int) -> list[str]:
        """What had happened at each poll."""
        seen = []
        for _ in range(times):
            self.jobs.poll("model", name)
            seen.append(self.log[-1][0] if self.log else "")
        return seen


def test_steps_happen_when_they_are_due_however_far_the_clock_jumps() -> None:
    """Two jobs side by side are done in the order of time, each step at its own moment."""
    bench = Bench()
    bench.start("a", 10, 20)
    bench.start("b", 15)
    bench.advance(9.9)
    assert bench.log == []
    bench.advance(1000)
    assert bench.log == [("a1", 10), ("b1", 15), ("a2", 30)]


def test_work_waits_for_other_work() -> None:
    """It begins when that is over, or was dropped; what is no longer under way is not waited for."""
    bench = Bench()
    bench.start("data", 10)
    bench.start("gone", 50)
    bench.start("model", 5, after=("data", "gone", "never"))
    bench.advance(20)
    assert bench.log == [("data1", 10)]
    bench.jobs.drop("model", "gone")
    bench.advance(5)
    assert bench.log[-1] == ("model1", 25)


@pytest.mark.parametrize(
    ("polls", "seen"),
    [
        (0, ["a2", "a2"]),
        (1, ["a1", "a2", "a2"]),
        (2, ["", "a1", "a2"]),
        (5, ["", "", "a1", "a1", "a1", "a2"]),
    ],
)
def test_polls_let_work_go_on(polls: int, seen: list[str]) -> None:
    """With polls:N, N polls see it unfinished; the clock has no part in it."""
    bench = Bench(f"polls:{polls}")
    bench.start("a", 10, 20)
    bench.advance(1000)
    assert bench.log == []
    assert bench.poll("a", len(seen)) == seen


def test_real_seconds_pass_by_themselves() -> None:
    """With seconds:S each step takes so long, whatever the service would need."""
    bench = Bench("seconds:0.05")
    bench.start("a", 10_000)
    bench.jobs.settle()
    assert bench.log == []
    time.sleep(0.06)
    bench.jobs.settle()
    assert [name for name, _ in bench.log] == ["a1"]


def test_complete_does_all_and_moves_the_clock_to_where_it_ends() -> None:
    """What it waits for is done before."""
    bench = Bench()
    bench.start("data", 10)
    bench.start("model", 5, 5, after=("data",))
    bench.jobs.complete("model", "model")
    assert bench.log == [("data1", 10), ("model1", 15), ("model2", 20)]
    assert bench.clock.now == BEGAN + timedelta(seconds=20)


def test_complete_can_mean_one_resource() -> None:
    """The other goes on as before, though time has passed for it too."""
    bench = Bench()
    bench.start("a", 10)
    bench.start("b", 50)
    bench.jobs.complete("model", "a")
    assert bench.log == [("a1", 10)]
    assert bench.jobs.working("model", "b")
    bench.jobs.complete(id="nobody")
    assert bench.jobs.working("model", "b")


def test_complete_with_polls() -> None:
    """Where no clock drives the work, it is done now."""
    bench = Bench("polls:9")
    bench.start("a", 10, 20)
    bench.jobs.complete()
    assert [name for name, _ in bench.log] == ["a1", "a2"]


@pytest.mark.parametrize(
    ("outcome", "log"),
    [
        ("succeed", [("a1", 10), ("a2", 30)]),
        ("fail", [("a1", 10), ("a failed", 30)]),
        ("late", [("a1", 10 * LATE), ("a2", 30 * LATE)]),
        ("hang", []),
    ],
)
def test_how_planned_work_ends(outcome: Outcome, log: list[tuple[str, float]]) -> None:
    """It fails in the place of its last step, comes late, or never."""
    bench = Bench(outcome=outcome)
    bench.start("a", 10, 20)
    bench.advance(100_000)
    bench.jobs.complete()
    assert bench.log == log


def test_late_work_needs_more_polls() -> None:
    """Ten times as many."""
    bench = Bench("polls:1", "late")
    bench.start("a", 10)
    assert bench.poll("a", LATE + 1)[-2:] == ["", "a1"]


def test_work_under_way_can_be_made_to_fail() -> None:
    """It ends at its time, even where it would have hung."""
    bench = Bench(outcome="hang")
    bench.start("a", 10)
    assert bench.jobs.fail("model", "a") == 1
    assert bench.jobs.fail("model", "b") == 0
    bench.jobs.complete()
    assert [name for name, _ in bench.log] == ["a failed"]


@pytest.mark.parametrize(
    "text", ["", "polls", "polls:", "polls:-1", "polls:1.5", "seconds:x", "seconds:-1", "nan", "hours:1", "seconds:nan"]
)
def test_progress_that_makes_no_sense_is_told(text: str) -> None:
    """In one line that says how it is written."""
    with pytest.raises(UsageError, match="progress is manual, polls:N or seconds:S, not"):
        Progress.parse(text)
