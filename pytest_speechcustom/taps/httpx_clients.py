"""The tap on httpx (and httpx2, its fork): on its transports, or on one client by its event hooks."""

from __future__ import annotations

import contextvars
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any
from weakref import WeakKeyDictionary

from pytest_speechcustom.taps.patches import Patches
from pytest_speechcustom.taps.recorder import Call, Recorder

_SYNC = ("HTTPTransport", "WSGITransport", "MockTransport")
_ASYNC = ("AsyncHTTPTransport", "ASGITransport", "MockTransport")

_ASKING: contextvars.ContextVar[tuple[tuple[Recorder, Any], ...]] = contextvars.ContextVar(
    "speechcustom_httpx_asking", default=()
)


def asking(recorder: Recorder) -> list[Any]:
    """The requests that tapped transports are at: what they go through below is not to be recorded again."""
    return [request for each, request in _ASKING.get() if each is recorder]


def tap(recorder: Recorder, patches: Patches, name: str) -> None:
    """Record what the transports of the module `name` send and receive."""
    module = import_module(name)
    for transport in _SYNC:
        patches.replace(getattr(module, transport), "handle_request", _sync(recorder, module))
    for transport in _ASYNC:
        patches.replace(getattr(module, transport), "handle_async_request", _async(recorder, module))
    _tap_below_cassettes(recorder, patches, module)


def _tap_below_cassettes(recorder: Recorder, patches: Patches, module: ModuleType) -> None:
    """A vcrpy cassette that opens later covers the transports, and sends by the methods that it remembers."""
    from importlib.util import find_spec

    if find_spec("vcr") is None:
        return
    remembered = import_module("vcr.patch")
    prefix = "_Httpx2" if module.__name__ == "httpx2" else "_Httpx"
    for kind, method, make in (
        ("HttpTransport", "handle_request", _sync),
        ("WsgiTransport", "handle_request", _sync),
        ("MockTransport", "handle_request", _sync),
        ("AsyncHttpTransport", "handle_async_request", _async),
        ("AsgiTransport", "handle_async_request", _async),
        ("MockTransport", "handle_async_request", _async),
    ):
        name = f"{prefix}{kind}_{method}"
        if hasattr(remembered, name):
            patches.replace(remembered, name, make(recorder, module))


def _sync(recorder: Recorder, module: ModuleType) -> Callable[[Any], Any]:
    def make(real: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
        def handle_request(self: Any, request: Any) -> Any:
            __tracebackhide__ = True
            if not recorder.active or any(each is request for each in asking(recorder)):
                return real(self, request)
            call = _begin(recorder, request, module)
            token = _ASKING.set((*_ASKING.get(), (recorder, request)))
            try:
                response = real(self, request)
            except BaseException:
                recorder.lose(call)
                raise
            finally:
                _ASKING.reset(token)
                _restore(request, module)
            _read(call, response, module)
            return response

        return handle_request

    return make


def _async(recorder: Recorder, module: ModuleType) -> Callable[[Any], Any]:
    def make(real: Callable[[Any, Any], Awaitable[Any]]) -> Callable[[Any, Any], Awaitable[Any]]:
        async def handle_async_request(self: Any, request: Any) -> Any:
            __tracebackhide__ = True
            if not recorder.active or any(each is request for each in asking(recorder)):
                return await real(self, request)
            call = _begin(recorder, request, module)
            token = _ASKING.set((*_ASKING.get(), (recorder, request)))
            try:
                response = await real(self, request)
            except BaseException:
                recorder.lose(call)
                raise
            finally:
                _ASKING.reset(token)
                _restore(request, module)
            await _aread(call, response, module)
            return response

        return handle_async_request

    return make


def tap_client(recorder: Recorder, client: Any, module: ModuleType) -> Patches:
    """Record what one client sends and receives, redirects included."""
    calls: WeakKeyDictionary[Any, Call] = WeakKeyDictionary()

    def began(request: Any) -> None:
        if recorder.active:
            if (before := calls.pop(request, None)) is not None:
                before.fail()
            calls[request] = _begin(recorder, request, module)

    def ended(response: Any) -> None:
        call = calls.pop(response.request, None)
        if call is not None:
            _restore(response.request, module)
            _read(call, response, module)

    async def abegan(request: Any) -> None:
        began(request)

    async def aended(response: Any) -> None:
        call = calls.pop(response.request, None)
        if call is not None:
            _restore(response.request, module)
            await _aread(call, response, module)

    first: Any = abegan if isinstance(client, module.AsyncClient) else began
    last: Any = aended if isinstance(client, module.AsyncClient) else ended
    hooks = client.event_hooks
    # Behind the hooks that change the request, before those that look at the response.
    client.event_hooks = {"request": [*hooks["request"], first], "response": [last, *hooks["response"]]}

    def undo() -> None:
        client.event_hooks = {
            event: [hook for hook in hooks if hook is not first and hook is not last]
            for event, hooks in client.event_hooks.items()
        }

    def failed(error: Exception) -> None:
        """No hook tells of an error, but the error tells its request."""
        request = getattr(error, "_request", None)
        call = calls.pop(request, None) if request is not None else None
        if call is not None:
            recorder.lose(call)
            _restore(request, module)

    patches = Patches()
    patches.on_undo(undo)
    patches.replace(client, "send", _asending(failed) if isinstance(client, module.AsyncClient) else _sending(failed))
    return patches


def _sending(failed: Callable[[Exception], None]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def make(real: Callable[..., Any]) -> Callable[..., Any]:
        def send(*args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            try:
                return real(*args, **kwargs)
            except Exception as error:
                failed(error)
                raise

        return send

    return make


def _asending(failed: Callable[[Exception], None]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def make(real: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def send(*args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            try:
                return await real(*args, **kwargs)
            except Exception as error:
                failed(error)
                raise

        return send

    return make


def _begin(recorder: Recorder, request: Any, module: ModuleType) -> Call:
    call = recorder.begin(request.method, str(request.url), request.headers.multi_items())
    if call.keep:
        stream = request.stream = streams(module)[0](request.stream, call.body)
        call.whole = lambda: bool(stream.whole)
    return call


def _restore(request: Any, module: ModuleType) -> None:
    """Give a request its own stream back: a redirect may send it again."""
    if isinstance(request.stream, streams(module)[0]):
        request.stream = request.stream.real


def _read(call: Call, response: Any, module: ModuleType) -> None:
    """Read the response ahead; its stream can be read from it still."""
    chunks: list[bytes] = []
    error: Exception | None = None
    if call.keep:
        stream = response.stream
        try:
            chunks.extend(stream)
        except Exception as raised:
            error = raised
        stream.close()
        response.stream = streams(module)[1](chunks, error)
    call.answer(response.status_code, response.headers.multi_items(), b"".join(chunks))


async def _aread(call: Call, response: Any, module: ModuleType) -> None:
    chunks: list[bytes] = []
    error: Exception | None = None
    if call.keep:
        stream = response.stream
        try:
            async for chunk in stream:
                chunks.append(chunk)
        except Exception as raised:
            error = raised
        except BaseException:  # cancelled: the client has no response that it could close
            call.fail()
            await stream.aclose()
            raise
        await stream.aclose()
        response.stream = streams(module)[1](chunks, error)
    call.answer(response.status_code, response.headers.multi_items(), b"".join(chunks))


@cache
def streams(module: ModuleType) -> tuple[type[Any], type[Any]]:
    """Two classes of streams, of what the module asks streams to be: one that copies, one that says it again."""
    sync: type[Any] = module.SyncByteStream
    both: type[Any] = module.AsyncByteStream

    class Copying(sync, both):  # type: ignore[misc]
        """The stream of a request, of which a copy is kept."""

        def __init__(self, real: Any, copy: bytearray) -> None:
            self.real, self._copy, self.whole = real, copy, False

        def __iter__(self) -> Iterator[bytes]:
            self._copy.clear()
            for chunk in self.real:
                self._copy.extend(chunk)
                yield chunk
            self.whole = True

        async def __aiter__(self) -> AsyncIterator[bytes]:
            self._copy.clear()
            async for chunk in self.real:
                self._copy.extend(chunk)
                yield chunk
            self.whole = True

        def close(self) -> None:
            self.real.close()

        async def aclose(self) -> None:
            await self.real.aclose()

    class Again(sync, both):  # type: ignore[misc]
        """The stream of a response that was read ahead, and the error that ended the reading, if one did."""

        def __init__(self, chunks: list[bytes], error: Exception | None) -> None:
            self._chunks, self._error = chunks, error

        def __iter__(self) -> Iterator[bytes]:
            yield from self._chunks
            if self._error is not None:
                raise self._error

        async def __aiter__(self) -> AsyncIterator[bytes]:
            for chunk in self._chunks:
                yield chunk
            if self._error is not None:
                raise self._error

    return Copying, Again
