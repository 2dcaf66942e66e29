"""The tap on one `requests.Session`: on the adapters that send for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from pytest_speechcustom.taps.patches import Patches
from pytest_speechcustom.taps.recorder import Call, Recorder


def tap_session(recorder: Recorder, session: Any) -> Patches:
    """Record what a session sends and receives, redirects included."""
    patches = Patches()
    for adapter in {id(each): each for each in session.adapters.values()}.values():
        patches.replace(adapter, "send", _send(recorder))
    return patches


def _send(recorder: Recorder) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def make(real: Callable[..., Any]) -> Callable[..., Any]:
        def send(request: Any, *args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            if not recorder.active:
                return real(request, *args, **kwargs)
            call = recorder.begin(request.method, request.url, _pairs(request.headers))
            body = request.body
            if call.keep:
                request.body = _copied(call, body)
            try:
                response = real(request, *args, **kwargs)
            except BaseException:
                call.fail()
                raise
            finally:
                request.body = body
            content = b""
            if call.keep:
                try:
                    content = response.content
                except Exception:
                    call.fail()
                    raise
            call.answer(response.status_code, _received(response), content)
            return response

        return send

    return make


def _copied(call: Call, body: Any) -> Any:
    """The body to send instead: the same, with a copy kept of what is taken from it."""
    if body is None or isinstance(body, bytes | bytearray | str):
        call.body += body.encode() if isinstance(body, str) else body or b""
        return body
    return _Reader(call, body) if hasattr(body, "read") else _chunks(call, body)


def _chunks(call: Call, body: Any) -> Iterator[Any]:
    for chunk in body:
        call.body += chunk.encode() if isinstance(chunk, str) else chunk
        yield chunk


class _Reader:
    """A file to send, of which a copy is kept."""

    def __init__(self, call: Call, file: Any) -> None:
        self._call, self._file = call, file

    def read(self, size: int = -1) -> Any:
        """The next block."""
        block = self._file.read(size)
        self._call.body += block.encode() if isinstance(block, str) else block
        return block

    def __iter__(self) -> Iterator[Any]:
        return _chunks(self._call, self._file)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


def _received(response: Any) -> list[tuple[str, str]]:
    """The headers of a response, with those that come twice, where urllib3 received it."""
    raw = getattr(response.raw, "headers", None)
    return _pairs(raw if raw is not None else response.headers)


def _pairs(headers: Any) -> list[tuple[str, str]]:
    return [(_text(name), _text(value)) for name, value in headers.items()]


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)
