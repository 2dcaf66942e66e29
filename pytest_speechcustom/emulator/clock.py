"""Time as the emulator tells it: it stands still unless it is moved, or goes with the real time."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

BEGAN = datetime(2026, 1, 5, 9, tzinfo=UTC)
"""When virtual time begins: always the same, so that what the emulator says can be said again."""
TICK = timedelta(milliseconds=10)
"""How long a request takes: no two happen at the same instant."""


class Clock:
    """Virtual time, or with `real` the time of day. Both go forward by what is added with `advance`."""

    def __init__(self, *, real: bool = False) -> None:
        self._real = real
        self._began = datetime.now(UTC) if real else BEGAN
        self._started = time.monotonic()
        self._added = timedelta()

    @property
    def now(self) -> datetime:
        """The time that payloads tell, in UTC."""
        elapsed = self._elapsed if self._real else timedelta()
        return self._began + self._added + elapsed

    @property
    def heard(self) -> float:
        """When the client is taken to have called, as seconds since 1970: waiting for real counts too."""
        return (self._began + self._added + self._elapsed).timestamp()

    @property
    def _elapsed(self) -> timedelta:
        return timedelta(seconds=time.monotonic() - self._started)

    def advance(self, by: timedelta) -> None:
        """Move time forward."""
        self._added += by

    def tick(self) -> datetime:
        """Let the time pass that a request takes; the time then."""
        if not self._real:
            self._added += TICK
        return self.now

    def reach(self, moment: datetime) -> None:
        """Move time forward to a moment; nothing where that has passed."""
        if moment > self.now:
            self._added += moment - self.now
