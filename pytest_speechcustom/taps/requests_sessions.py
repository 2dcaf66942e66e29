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
                recorder.lose(call)
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
    copy = _Reader(call, body) if hasattr(body, "read") else _Copy(call, body)
    call.whole = lambda: copy.whole
    return copy


class _Copy:
    """Chunks to send, of which a copy is kept. `whole`: all were taken."""

    def __init__(self, call: Call, real: Any) -> None:
        self._call, self._real, self.whole = call, real, False

    def __iter__(self) -> Iterator[Any]:
        for chunk in self._real:
            self._take(chunk)
            yield chunk
        self.whole = True

    def _take(self, chunk: Any) -> None:
        self._call.body += chunk.encode() if isinstance(chunk, str) else chunk


class _Reader(_Copy):
    """The same of a file."""

    def read(self, size: int = -1) -> Any:
        """The next block."""
        block = self._real.read(size)
        self._take(block)
        self.whole |= not block or size < 0
        return block

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


def _received(response: Any) -> list[tuple[str, str]]:
    """The headers of a response, with those that come twice, where urllib3 received it."""
    raw = getattr(response.raw, "headers", None)
    return _pairs(raw if raw is not None else response.headers)


def _pairs(headers: Any) -> list[tuple[str, str]]:
    return [(_text(name), _text(value)) for name, value in headers.items()]


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)
