"""Time at a target. One that speaks ``/_speechcustom/`` can move it and let work fail; any other takes its time."""

from __future__ import annotations

import json
import time
from datetime import datetime
from typing import Any

from pytest_speechcustom.conformance.faults import Unreachable
from pytest_speechcustom.conformance.target import INSIDE, Target
from pytest_speechcustom.conformance.wires import Wire
from pytest_speechcustom.values import Body, Request

_TICK = 0.01
_MOMENT = 0.002
_SKEW = 300.0


class Control:
    """What the suite can do to time. A target that is not on this machine is never asked.

    `speaks`: it moves time, and lets work fail. `steady`: nothing goes on between a look and the call after it, as time
    stands still there, or work takes hours; of any other target that is not known.
    """

    def __init__(self, target: Target, wire: Wire) -> None:
        root = target.url or INSIDE
        scheme, _, rest = root.partition("://")
        self._root = f"{scheme}://{rest.partition('/')[0]}/_speechcustom/"
        self._wire = wire
        self._inside = target.app is not None
        self._now = 0.0
        self._real = time.time()
        self._known = False
        self.speaks = False
        self.steady = not target.is_local
        if target.is_local:
            self.speaks = self._told()
            if self.speaks:
                before = self._now
                time.sleep(_MOMENT)
                self.steady = self._told() and self._now == before

    def now(self) -> float:
        """The time at the target, as well as it is known, in seconds since 1970."""
        if self.speaks and self._inside:  # nothing happens there between two requests
            self._now += _TICK
            return self._now
        return (self._now or self._real) + time.time() - self._real

    def learn(self, stamp: Any) -> None:
        """Take over the clock of the target, if it is another, from when it says that it made something just now."""
        if self._known or not isinstance(stamp, str):
            return
        try:
            told = datetime.fromisoformat(stamp).timestamp()
        except (ValueError, OverflowError):
            return
        self._known = True
        if abs(told - self.now()) > _SKEW:
            self._now, self._real = told, time.time()

    def advance(self, seconds: float) -> bool:
        """Let time pass; whether that was possible."""
        return self.speaks and self._ask("advance", {"seconds": seconds}) is not None

    def fail(self, kind: str, id: str) -> bool:
        """Let work that is under way fail; whether there was any."""
        answer = self._ask("fail", {"resource": kind, "id": id}) if self.speaks else None
        return bool(answer and answer.get("failing"))

    def _told(self) -> bool:
        """Whether the target tells its time; it is known then."""
        answer = self._ask("advance", {})
        self._known = answer is not None and isinstance(answer.get("now"), str)
        return self._known

    def _ask(self, act: str, given: dict[str, Any]) -> dict[str, Any] | None:
        body = Body(json.dumps(given).encode())
        try:
            response = self._wire.send(Request("POST", self._root + act, (("Content-Type", "application/json"),), body))
            answer = json.loads(response.body.raw or b"null")
        except (Unreachable, ValueError, RecursionError):
            return None
        if response.status != 200 or not isinstance(answer, dict):
            return None
        if isinstance(answer.get("now"), str):
            try:
                self._now, self._real = datetime.fromisoformat(answer["now"]).timestamp(), time.time()
            except ValueError:
                return None
        return answer
