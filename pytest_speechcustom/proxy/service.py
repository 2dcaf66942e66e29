"""A running proxy: it listens, passes on, and judges what it passed on."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterator
from types import TracebackType

from pytest_speechcustom.contracts.model import Contract
from pytest_speechcustom.emulator.serving import Server
from pytest_speechcustom.engine.checker import Checker
from pytest_speechcustom.engine.report import Report
from pytest_speechcustom.proxy.relay import Relay
from pytest_speechcustom.proxy.upstream import Upstream
from pytest_speechcustom.values import Exchange, Request, Response

_WAITING = 64
_LAST = 5.0
"""For how many seconds, at the end, what is under way may come to its end."""


class Proxy:
    """Stands before the service at a URL, on loopback, and judges both sides by a contract.

    Use it as a context manager: it listens for the length of the block; `report` is for after it. Raises `UsageError`
    for a wrong URL, and where it cannot listen. Exchanges are judged by a thread of their own, in the order in which
    they began, and then forgotten.
    """

    def __init__(self, contract: Contract, upstream: str, *, port: int = 0) -> None:
        self.upstream = Upstream.parse(upstream)
        self.failures: list[str] = []
        self._port = port
        self._checker = Checker(contract)
        self._ended: queue.Queue[Exchange | None] = queue.Queue(_WAITING)
        self._judge = threading.Thread(target=self._judging, name="speechcustom-judge", daemon=True)
        self._fault: Exception | None = None
        self._epoch = time.time() - time.perf_counter()
        self._server: Server | None = None
        self._under_way = 0
        self._changed = threading.Condition()

    def __enter__(self) -> Proxy:
        self._server = Server(self, port=self._port, handler=Relay)
        self._judge.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        server, self._server = self._server, None
        if server is not None:
            server.stop()
        with self._changed:
            self._changed.wait_for(lambda: not self._under_way, timeout=_LAST)
            self._under_way = -1  # what ends later is too late
        self._ended.put(None)
        self._judge.join()

    @property
    def address(self) -> str:
        """Scheme, host and port that it listens at."""
        assert self._server is not None
        return self._server.address

    def report(self) -> Report:
        """What was found, when it has ended. A fault of the checker is raised again."""
        if self._fault is not None:
            raise self._fault
        return self._checker.report("proxy")

    # what the handler tells

    def begin(self) -> float:
        """An exchange begins: at how many seconds since 1970, which never go back."""
        with self._changed:
            self._under_way += 1
        return self._now()

    def enter(self, request: Request, response: Response | None, started: float) -> None:
        """An exchange has ended; it is judged as soon as there is time. Waits where too many wait already."""
        if self._under_way > 0:
            self._ended.put(Exchange(request, response, started, self._now()))
        with self._changed:
            self._under_way -= 1
            self._changed.notify()

    def _now(self) -> float:
        return self._epoch + time.perf_counter()

    def failed(self, reason: str) -> None:
        """The upstream did not answer, or not to the end."""
        if reason not in self.failures:
            self.failures.append(reason)

    def _judging(self) -> None:
        try:
            self._checker.check(self._history())
        except Exception as error:
            self._fault = error
            for _ in self._history():
                pass  # who waits for a place must not wait for ever

    def _history(self) -> Iterator[Exchange]:
        while (exchange := self._ended.get()) is not None:
            yield exchange
