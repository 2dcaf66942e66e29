"""What a probe is lent: the client, time, a dice of its own, and a place to say what could not be done."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from pytest_speechcustom.conformance.client import Answer, Client
from pytest_speechcustom.conformance.control import Control
from pytest_speechcustom.conformance.faults import Blocked
from pytest_speechcustom.conformance.target import Target
from pytest_speechcustom.contracts.model import Contract
from pytest_speechcustom.values import UsageError

FAILURE = (
    "a way to let work fail: --param fail_url=URL of data that cannot be used, or a target on this machine that speaks "
    "/_speechcustom/fail"
)
TIME = "time to pass: a target on this machine that speaks /_speechcustom/advance"
_MOST_LOOKS = 60
_STRANGE_LOOKS = 3
_FIRST_STEP, _LONGEST_STEP = 2.0, 3600.0
_LONGEST_WAIT = 86_400


@dataclass(frozen=True, slots=True)
class Settings:
    """How a run goes: seconds that work may take, seconds between two looks at it, what random choices come from.

    `UsageError` for seconds that nobody waits.
    """

    timeout: float = 60.0
    poll_interval: float | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        for seconds in (self.timeout, self.poll_interval):
            if seconds is not None and not 0 < seconds <= _LONGEST_WAIT:
                raise UsageError(f"{seconds:g} is no number of seconds between 0 and {_LONGEST_WAIT}")

    def interval(self, target: Target) -> float:
        """Seconds between two looks at work at a target."""
        if self.poll_interval is not None:
            return self.poll_interval
        return 0.05 if target.is_local else 10.0


@dataclass(frozen=True, slots=True)
class Gap:
    """A step that could not be done: why, and what would make it possible."""

    step: str
    reason: str
    missing: str


class Session:
    """One group of probes at work. `prefix` marks all that it makes.

    `histories` are those of other clients that are to be judged with that of `client`, each by itself.
    """

    def __init__(self, client: Client, control: Control, settings: Settings, prefix: str) -> None:
        self.client = client
        self.contract: Contract = client.contract
        self.control = control
        self.settings = settings
        self.prefix = prefix
        self.dice = random.Random(f"{settings.seed} {prefix}")
        self.gaps: list[Gap] = []
        self.histories: list[Client] = []
        self._named = 0
        self._statuses = {state.status for lifecycle in self.contract.lifecycles.values() for state in lifecycle.states}
        self._open = any(
            schema.get("x-open-enum") and self._statuses <= set(schema.get("enum", ()))
            for schema in self.contract.schemas.values()
        )
        self._interval = settings.interval(client.target)

    @property
    def parameters(self) -> Mapping[str, Any]:
        """What the owner of the target told of it."""
        return self.client.target.parameters

    def name(self) -> str:
        """A new name, with the prefix of the run."""
        self._named += 1
        return f"{self.prefix} {self._named}"

    def another(self) -> Client:
        """Another client, whose calls are no part of this history: what it writes, this history only reads."""
        return self.client.beside()

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Do a step; where it cannot be done, go on after it.

        What a target answers may be anything: where it has not the shape that the step goes on with, the step ends. The
        checker has said already what is wrong with such an answer.
        """
        try:
            yield
        except Blocked as reason:
            self.gaps.append(Gap(name, reason.reason, reason.missing))
        except (AttributeError, LookupError, TypeError, ValueError):
            self.gaps.append(Gap(name, "an answer had not the form to go on with", ""))

    def until(self, look: Callable[[], Answer], done: Callable[[Any], bool], what: str) -> Any:
        """Look again and again until it is done. What was seen last.

        `Blocked` when that takes too long, or when the status stays a word that no document knows.
        """
        deadline = time.monotonic() + self.settings.timeout
        step = _FIRST_STEP
        strange = 0
        for _ in range(_MOST_LOOKS if self.control.speaks else 1_000_000):
            seen = look()
            if seen.accepted and done(seen.body):
                return seen.body
            word = self._unknown(seen)
            strange = strange + 1 if word is not None else 0
            if word is not None and strange == _STRANGE_LOOKS:
                raise Blocked(f"{what} ended early: the status is {word[:40]!r}, which no document knows")
            if time.monotonic() > deadline:
                break
            if not self.control.advance(step):
                time.sleep(min(self._interval, max(0.0, deadline - time.monotonic())))
            step = min(step * 1.7, _LONGEST_STEP)
        raise Blocked(f"{what} did not come to its end", f"more time (--timeout, now {self.settings.timeout:g} s)")

    def _unknown(self, seen: Answer) -> str | None:
        """The status in an answer, if it is none of the contract, and there can be no others."""
        status = seen.body.get("status") if seen.accepted and isinstance(seen.body, dict) else None
        if not isinstance(status, str) or status in self._statuses or self._open:
            return None
        return status

    def fail(self, kind: str, id: str) -> None:
        """Let the work on something fail; `Blocked` where that cannot be done."""
        if not self.control.fail(kind, id):
            raise Blocked(f"the work on a {kind} cannot be made to fail", FAILURE)

    def advance(self, seconds: float) -> None:
        """Let time pass; `Blocked` where that cannot be done."""
        if not self.control.advance(seconds):
            raise Blocked("time cannot be made to pass", TIME)
