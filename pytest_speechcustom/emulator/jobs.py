"""What a service does by itself: work on a resource, in steps that take time or polls.

How work goes on is chosen once (`Progress`): with the clock, with each request that looks at the resource, or with
real seconds. A step is told when it happens, so that what it writes is in order however far the clock jumped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import count
from typing import Literal

from pytest_speechcustom.emulator.clock import Clock
from pytest_speechcustom.values import UsageError

Act = Callable[[datetime], None]
Outcome = Literal["succeed", "fail", "hang", "late"]
LATE = 10
"""How many times longer late work takes."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How work goes on: ``manual`` (with the clock), ``polls`` (of the resource) or ``seconds`` (of real time)."""

    kind: Literal["manual", "polls", "seconds"] = "manual"
    amount: float = 0

    @classmethod
    def parse(cls, text: str) -> Progress:
        """``manual``, ``polls:N`` or ``seconds:S``; `UsageError` for anything else."""
        kind, colon, amount = text.partition(":")
        if text == "manual":
            return cls()
        try:
            if kind == "polls" and colon and int(amount) >= 0:
                return cls("polls", int(amount))
            if kind == "seconds" and colon and 0 <= float(amount) < 1e9:
                return cls("seconds", float(amount))
        except ValueError:
            pass
        raise UsageError(f"progress is manual, polls:N or seconds:S, not {text!r}")


@dataclass(frozen=True, slots=True)
class Step:
    """A part of the work: what it does when it is done, and how long the service needs for it."""

    seconds: float
    act: Act


@dataclass(slots=True)
class Job:
    """Work on one resource. `fail` is done in the place of the last step when it fails. `waits` are jobs before it."""

    kind: str
    id: str
    steps: list[Step]
    fail: Act
    waits: set[tuple[str, str]] = field(default_factory=set)
    failing: bool = False
    slowness: float = 1
    hangs: bool = False
    due: datetime | None = None
    polls: int = 0
    done: int = 0

    @property
    def key(self) -> tuple[str, str]:
        """What it works on: the kind of resource, and its id."""
        return (self.kind, self.id)


class Jobs:
    """All work that is under way. `planned` says how the work on a resource that begins will end."""

    def __init__(self, clock: Clock, progress: Progress, planned: Callable[[str], Outcome]) -> None:
        self._clock = clock
        self._progress = progress
        self._planned = planned
        self._jobs: dict[tuple[str, str], Job] = {}
        self._due: list[tuple[datetime, tuple[str, str], int, Job]] = []
        self._waiting: dict[tuple[str, str], list[Job]] = {}
        self._turns = count()

    def start(
        self, kind: str, id: str, *steps: Step, fail: Act, after: Iterable[tuple[str, str]] = (),
        at: datetime | None = None,
    ) -> None:  # fmt: skip
        """Begin to work on a resource, now or `at` a moment; other work on it is dropped.

        `after` are resources (kind, id) whose work must be over before: it waits for those that are under way.
        """
        job = Job(kind, id, list(steps), fail, {key for key in after if key in self._jobs})
        match self._planned(kind):
            case "fail":
                job.failing = True
            case "hang":
                job.hangs = True
            case "late":
                job.slowness = LATE
            case _:
                pass
        self._jobs[job.key] = job
        for key in job.waits:
            self._waiting.setdefault(key, []).append(job)
        if not job.waits:
            self._schedule(job, at or self._clock.now)

    def working(self, kind: str, id: str) -> bool:
        """Whether there is work on a resource."""
        return (kind, id) in self._jobs

    def drop(self, kind: str, id: str) -> None:
        """Forget the work on a resource, as when it was deleted."""
        job = self._jobs.pop((kind, id), None)
        if job is not None:
            self._over(job, self._clock.now)

    def settle(self) -> None:
        """Do all steps that are due by now, in the order of time."""
        if self._progress.kind == "polls":
            return
        now = self._clock.now
        while (job := self._next()) is not None and job.due is not None and job.due <= now:
            self._do(job, job.due)

    def poll(self, kind: str, id: str) -> None:
        """A client looks at a resource: with ``polls``, the work goes on, or that for which it waits."""
        job = self._jobs.get((kind, id))
        if self._progress.kind != "polls" or job is None or job.hangs:
            return
        if job.waits:
            for key in sorted(job.waits):
                self.poll(*key)
            return
        job.polls += 1
        whole = len(job.steps) + job.done
        while (
            self._jobs.get(job.key) is job and job.polls > (job.done + 1) * self._progress.amount * job.slowness / whole
        ):
            self._do(job, self._clock.now)

    def complete(self, kind: str | None = None, id: str | None = None) -> int:
        """Do all work (of one kind, on one resource) at once; the clock goes to where it ends. What hangs, hangs.

        How much work that is, what it waits for left out.
        """

        def meant(job: Job) -> bool:
            return (kind is None or job.kind == kind) and (id is None or job.id == id)

        wanted = {job.key for job in self._jobs.values() if meant(job)}
        much = len(wanted)
        wanted |= {key for job in self._jobs.values() if job.key in wanted for key in job.waits}
        while True:
            left = [job for job in self._jobs.values() if job.key in wanted or (kind is None and id is None)]
            ready = [job for job in left if not job.hangs and not job.waits]
            if not ready:
                return much
            due = [job.due for job in ready if job.due is not None]
            if due:
                self._clock.reach(max(due))
                self.settle()
                continue
            # by polls: work takes its time all the same, or the checker would see it end too soon
            self._clock.advance(timedelta(seconds=max(job.steps[0].seconds for job in ready)))
            for job in sorted(ready, key=lambda job: job.key):
                if self._jobs.get(job.key) is job:
                    self._do(job, self._clock.now)

    def fail(self, kind: str | None = None, id: str | None = None) -> int:
        """Let the work (of one kind, on one resource) fail at its end; how much of it there is."""
        found = [job for job in self._jobs.values() if kind in (None, job.kind) and id in (None, job.id)]
        for job in found:
            job.failing, job.hangs = True, False
        return len(found)

    def _next(self) -> Job | None:
        """The job that is due next. What was dropped since, or is due at another time, is passed over."""
        while self._due:
            due, key, _, job = self._due[0]
            if self._jobs.get(key) is job and job.due == due:
                return job
            heappop(self._due)
        return None

    def _schedule(self, job: Job, begin: datetime) -> None:
        """Say when the next step is due; nobody can say it of what hangs or goes by polls."""
        if job.hangs or self._progress.kind == "polls":
            job.due = None
        else:
            seconds = self._progress.amount if self._progress.kind == "seconds" else job.steps[0].seconds
            job.due = begin + timedelta(seconds=seconds * job.slowness)
            heappush(self._due, (job.due, job.key, next(self._turns), job))

    def _do(self, job: Job, moment: datetime) -> None:
        step = job.steps.pop(0)
        job.done += 1
        last = not job.steps
        if last:
            del self._jobs[job.key]
        (job.fail if last and job.failing else step.act)(moment)
        if last:
            self._over(job, moment)
        elif self._jobs.get(job.key) is job:
            self._schedule(job, moment)

    def _over(self, job: Job, moment: datetime) -> None:
        for other in self._waiting.pop(job.key, ()):
            other.waits.discard(job.key)
            if not other.waits and self._jobs.get(other.key) is other:
                self._schedule(other, moment)
