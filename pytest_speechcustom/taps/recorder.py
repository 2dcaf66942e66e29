"""Gathers exchanges from taps, in any thread: who began when, who was answered."""

from __future__ import annotations

import os
import sys
import sysconfig
import threading
import time
from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path
from types import FrameType

from pytest_speechcustom.secrets import mask_url
from pytest_speechcustom.traffic.inflate import inflate
from pytest_speechcustom.values import ABSENT, NO_BODY, Absent, Body, Exchange, Headers, Request, Response

Pairs = Iterable[tuple[str, str]]

_MOST_URL = 200
_PACKAGE = str(Path(__file__).parent.parent)
_LIBRARIES = tuple({sysconfig.get_paths()[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")})


class Call:
    """One request on its way. A tap fills it, and ends it with `answer` or `Recorder.lose`; a second end is ignored.

    `keep` says whether the bodies are wanted: they are not, and streams are left alone, where the request
    goes to nothing that the contract describes. `whole` tells whether the request was sent to its end, where
    that can be asked.
    """

    def __init__(self, recorder: Recorder, method: str, url: str, headers: Pairs, keep: bool) -> None:
        self.method, self.url, self.keep = method, url, keep
        self.headers: Headers = tuple(headers)
        self.body = bytearray()
        self.value: object = ABSENT
        self.whole: Callable[[], bool] | None = None
        self._recorder = recorder
        self._caller = _caller()
        self.started = recorder.now()
        self.ended: float | None = None
        self._response: Response | None = None

    def answer(self, status: int, headers: Pairs, body: bytes = b"") -> None:
        """The whole response is there."""
        fields = tuple(headers)
        self._end(Response(status, fields, inflate(Body(raw=body), fields) if body and self.keep else NO_BODY))

    def fail(self) -> None:
        """No response came."""
        self._end(None)

    def _end(self, response: Response | None) -> None:
        with self._recorder.lock:
            if self.ended is None:
                self._response = response
                self.ended = self._recorder.now()

    def exchange(self) -> Exchange:
        """What is known of it."""
        where = f"{self.method} {mask_url(self.url)[:_MOST_URL]}" + (f" from {self._caller}" if self._caller else "")
        request = Request(self.method, self.url, self.headers, self._body())
        return Exchange(request, self._response, self.started, self.ended, where)

    def _body(self) -> Body:
        if not self.keep:
            return NO_BODY
        if not isinstance(self.value, Absent):
            return Body(value=self.value)
        return inflate(Body(raw=bytes(self.body)), self.headers) if self.body else NO_BODY


class Recorder:
    """The exchanges seen so far. `wanted` tells for a method and a URL whether the bodies matter."""

    def __init__(self, wanted: Callable[[str, str], bool]) -> None:
        self.active = True
        self.lock = threading.Lock()
        self._wanted = wanted
        self._calls: list[Call] = []
        self._epoch = time.time() - time.perf_counter()

    def now(self) -> float:
        """Seconds since 1970, which never go back while the recorder lives."""
        return self._epoch + time.perf_counter()

    def begin(self, method: str, url: str, headers: Pairs = ()) -> Call:
        """A request is made."""
        keep = self._wanted(method, url)
        with self.lock:
            call = Call(self, method, url, headers, keep)
            self._calls.append(call)
        return call

    def lose(self, call: Call) -> None:
        """No response came. A request not sent whole is no exchange: what it would have been is not known."""
        if call.whole is None or call.whole():
            call.fail()
        elif call.ended is None:
            self.drop(call)

    def drop(self, call: Call) -> None:
        """It was no request after all."""
        with self.lock:
            if call in self._calls:
                self._calls.remove(call)

    def stop(self) -> None:
        """Hear nothing more; what has no answer yet gets none."""
        self.active = False
        with self.lock:
            calls = list(self._calls)
        for call in calls:
            if call.ended is None:
                self.lose(call)

    @property
    def calls(self) -> tuple[Call, ...]:
        """All that have ended, as they were made."""
        with self.lock:
            return tuple(call for call in self._calls if call.ended is not None)

    def exchanges(self) -> tuple[Exchange, ...]:
        """All that have ended, in the order in which they began."""
        return tuple(call.exchange() for call in self.calls)


def _caller() -> str:
    """The innermost line that is neither a library's nor ours: ``test_models.py:12``."""
    frame: FrameType | None = sys._getframe(2)
    while frame is not None:
        name = frame.f_code.co_filename
        if not _is_library(name):
            return f"{_shown(name)}:{frame.f_lineno}"
        frame = frame.f_back
    return ""


@lru_cache(maxsize=4096)
def _is_library(name: str) -> bool:
    return name.startswith(("<", _PACKAGE + os.sep)) or name.startswith(_LIBRARIES) or "site-packages" in name


def _shown(name: str) -> str:
    """A path below the working directory as seen from there, of any other the last part."""
    path = Path(name)
    here = Path.cwd()
    return path.relative_to(here).as_posix() if path.is_relative_to(here) else path.name
