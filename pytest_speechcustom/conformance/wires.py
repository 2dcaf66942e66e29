"""The way to a target, with httpx: a request goes out, a response comes back, both as values. Imports httpx late."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Any, Protocol

from pytest_speechcustom.conformance.faults import MissingLibrary, Unreachable
from pytest_speechcustom.conformance.target import Target
from pytest_speechcustom.values import NO_BODY, Body, Request, Response

LARGEST = 64 * 1024 * 1024
"""A longer answer is not read to its end."""
_SOON = 1.0


class Wire(Protocol):
    """Sends requests. Raises `Unreachable` where no answer comes in time."""

    def send(self, request: Request) -> Response:
        """The answer to a request. Redirects are answers."""

    def close(self) -> None:
        """Let go of connections."""


def connect(target: Target, timeout: float) -> Wire:
    """The way to a target; `timeout` is how many seconds one answer may take. `MissingLibrary` without httpx."""
    try:
        import httpx
    except ImportError:
        raise MissingLibrary(
            "the conformance suite needs httpx: pip install 'pytest-speechcustom[conformance]'"
        ) from None
    if target.app is None:
        return _Blocking(httpx.Client(timeout=timeout, trust_env=not target.is_local), timeout)
    if target.asynchronous:
        return _Asynchronous(httpx.ASGITransport(app=target.app), timeout)
    transport = httpx.WSGITransport(app=target.app)
    return _Patient(_Blocking(httpx.Client(transport=transport), timeout), timeout)


class _Blocking:
    """Over a socket, or a WSGI application that is called."""

    def __init__(self, client: Any, timeout: float) -> None:
        self._client = client
        self._timeout = timeout

    def send(self, request: Request) -> Response:
        import httpx

        deadline = time.monotonic() + self._timeout
        made = self._client.build_request(
            request.method, request.url, headers=list(request.headers), content=request.body.raw or None
        )
        _without_own(made, request)
        try:
            answer = self._client.send(made, stream=True, follow_redirects=False)
            try:
                pieces, size = [], 0
                for piece in answer.iter_bytes():
                    pieces.append(piece)
                    size += len(piece)
                    if size > LARGEST:
                        raise Unreachable(f"{request.method} {request.url}: the answer is longer than {LARGEST} bytes")
                    if time.monotonic() > deadline:
                        raise Unreachable(f"{request.method} {request.url}: no whole answer in {self._timeout:g} s")
            finally:
                answer.close()
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            raise Unreachable(_said(request, error)) from None
        return _response(answer, b"".join(pieces))

    def close(self) -> None:
        self._client.close()


class _Patient:
    """An application of this process that may never come back: it is called in a thread, and left there."""

    def __init__(self, inner: Wire, timeout: float) -> None:
        self._inner = inner
        self._timeout = timeout

    def send(self, request: Request) -> Response:
        return _in_time(lambda: self._inner.send(request), request, self._timeout)

    def close(self) -> None:
        self._inner.close()


class _Asynchronous:
    """An ASGI application, on an event loop of its own."""

    def __init__(self, transport: Any, timeout: float) -> None:
        import httpx

        self._client = httpx.AsyncClient(transport=transport)
        self._loop = asyncio.new_event_loop()
        self._timeout = timeout
        self._thread = threading.Thread(target=self._loop.run_forever, name="speechcustom-asgi", daemon=True)
        self._thread.start()

    def send(self, request: Request) -> Response:
        async def ask() -> Response:
            made = self._client.build_request(
                request.method, request.url, headers=list(request.headers), content=request.body.raw or None
            )
            _without_own(made, request)
            answer = await self._client.send(made, follow_redirects=False)
            return _response(answer, answer.content)

        going = asyncio.run_coroutine_threadsafe(ask(), self._loop)
        return _in_time(lambda: going.result(self._timeout), request, self._timeout + 1)

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_SOON)
        if not self._thread.is_alive():  # an application that blocks keeps its loop
            self._loop.close()


def _without_own(made: Any, request: Request) -> None:
    """Take away what httpx adds by itself: what is sent is what was checked."""
    given = {name.lower() for name, _ in request.headers}
    for name in ("accept", "user-agent", "content-type"):
        if name not in given and name in made.headers:
            del made.headers[name]


def _in_time(act: Callable[[], Response], request: Request, seconds: float) -> Response:
    done: list[Response] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            done.append(act())
        except BaseException as error:  # an application may raise anything
            failed.append(error)

    thread = threading.Thread(target=run, name="speechcustom-target", daemon=True)
    thread.start()
    thread.join(seconds)
    if done:
        return done[0]
    if failed and isinstance(failed[0], Unreachable):
        raise failed[0]
    raise Unreachable(_said(request, failed[0]) if failed else f"{_name(request)}: no answer in {seconds:g} s")


def _response(answer: Any, data: bytes) -> Response:
    headers = tuple((name, value) for name, value in answer.headers.multi_items() if name != "content-encoding")
    return Response(answer.status_code, headers, Body(data) if data else NO_BODY)


def _said(request: Request, error: BaseException) -> str:
    """What went wrong, without the words of the library, which may hold a secret; those of the system do not."""
    reason: BaseException | None = error
    while reason is not None and not (isinstance(reason, OSError) and reason.strerror):
        reason = reason.__cause__ or reason.__context__
    why = f" ({reason.strerror})" if isinstance(reason, OSError) else ""
    return f"{_name(request)}: {type(error).__name__}{why}"


def _name(request: Request) -> str:
    return f"{request.method} {request.url.partition('?')[0]}"
