"""The tap on aiohttp: on the requests that its sessions send, redirects one by one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from weakref import WeakKeyDictionary

from aiohttp import ClientRequest, ClientResponse, StreamReader

from pytest_speechcustom.taps.patches import Patches
from pytest_speechcustom.taps.recorder import Call, Recorder

_SWITCHING = 101


class _Sent:
    """Hears of the chunks of a request as aiohttp's tracing does."""

    def __init__(self, call: Call) -> None:
        self._call = call

    async def send_request_chunk_sent(self, method: str, url: object, chunk: bytes) -> None:
        """A piece of the body, before it is packed or framed."""
        if self._call.keep:
            self._call.body += chunk

    async def send_request_headers(self, method: str, url: object, headers: Any) -> None:
        """The headers as sent."""
        self._call.headers = _pairs(headers)

    async def send_response_chunk_received(self, method: str, url: object, chunk: bytes) -> None:
        """Of no interest: the response is read ahead."""


class _Unconnected:
    """Stands for the connection of a body that is there already."""

    _reading_paused = False
    connected = False

    def pause_reading(self) -> None:
        """Nothing is read."""

    def resume_reading(self, resume_parser: bool = True) -> None:
        """Nothing is read."""


def tap(recorder: Recorder, patches: Patches) -> None:
    """Record what aiohttp sends and receives."""
    calls: WeakKeyDictionary[ClientResponse, tuple[Call, _Sent]] = WeakKeyDictionary()

    def send(real: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def wrapped(self: Any, *args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            if not recorder.active:
                return await real(self, *args, **kwargs)
            call = recorder.begin(self.method, str(self.url), _pairs(self.headers))
            call.whole = lambda: False
            sent = _Sent(call)
            self._traces = [*self._traces, sent]
            try:
                response = await real(self, *args, **kwargs)
            except BaseException:
                recorder.lose(call)
                raise
            # The response knows of the task that writes the request.
            call.whole = lambda: response._writer is None
            call.headers = _pairs(self.headers)
            calls[response] = call, sent
            return response

        return wrapped

    def start(real: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def wrapped(self: Any, *args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            if self not in calls:
                return await real(self, *args, **kwargs)
            call, sent = calls.pop(self)
            try:
                response = await real(self, *args, **kwargs)
                self._traces = [trace for trace in self._traces if trace is not sent]
                body = await _read(self) if call.keep and self.status != _SWITCHING else b""
            except BaseException:
                recorder.lose(call)
                raise
            call.answer(self.status, _pairs(self.headers), body)
            return response

        return wrapped

    patches.replace(ClientRequest, "send", send)
    patches.replace(ClientResponse, "start", start)


async def _read(response: Any) -> bytes:
    """The body, unpacked, which can be read from the response still."""
    content = response.content
    chunks = bytearray()
    try:
        while not content.at_eof():
            chunks += await content.readany()
    except Exception:
        return bytes(chunks)  # whoever reads on gets the error too: the stream remembers it
    if chunks:
        again = StreamReader(_Unconnected(), max(len(chunks), 2**16), loop=asyncio.get_running_loop())  # type: ignore[arg-type]
        again.feed_data(bytes(chunks))
        again.feed_eof()
        response.content = again
    return bytes(chunks)


def _pairs(headers: Any) -> tuple[tuple[str, str], ...]:
    return tuple((str(name), str(value)) for name, value in headers.items())
