"""The tap on vcrpy: what a user's own cassette plays back reaches no wire, and is an exchange nevertheless."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from vcr.cassette import Cassette

from pytest_speechcustom.taps.httpx_clients import asking
from pytest_speechcustom.taps.patches import Patches
from pytest_speechcustom.taps.recorder import Call, Recorder


def tap(recorder: Recorder, patches: Patches) -> None:
    """Record what cassettes play back. What they record is seen where it is sent."""

    def play_response(real: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
        def wrapped(self: Any, request: Any) -> Any:
            __tracebackhide__ = True
            if not recorder.active or _above(recorder, request):
                return real(self, request)
            call = recorder.begin(request.method, request.uri, _pairs(request.headers))
            if call.keep:
                _body(call, request.body)
            try:
                response = real(self, request)
            except BaseException:
                recorder.drop(call)
                raise
            _answer(call, response)
            return response

        return wrapped

    patches.replace(Cassette, "play_response", play_response)


def _above(recorder: Recorder, request: Any) -> bool:
    """Whether a transport of httpx that is tapped itself asks."""
    return (request.method, request.uri) in [(each.method, str(each.url)) for each in asking(recorder)]


def _body(call: Call, body: Any) -> None:
    """The body, in any of the forms that vcrpy keeps. aiohttp's `json` comes before it is written."""
    if body is None:
        return
    if isinstance(body, str):
        call.body += body.encode()
    elif isinstance(body, bytes | bytearray):
        call.body += body
    elif isinstance(body, dict | list):
        call.value = body
        if not any(name.lower() == "content-type" for name, _ in call.headers):
            call.headers = (*call.headers, ("Content-Type", "application/json"))
    elif hasattr(body, "read"):
        _body(call, body.read())
    else:
        for chunk in body:
            _body(call, bytes([chunk]) if isinstance(chunk, int) else chunk)


def _answer(call: Call, response: Mapping[str, Any]) -> None:
    if "status_code" in response:  # recorded from httpx by an old vcrpy
        status, content = response["status_code"], response.get("content")
    else:
        status, content = response["status"]["code"], response["body"].get("string")
    text = content.encode() if isinstance(content, str) else content or b""
    call.answer(int(status), _pairs(response.get("headers") or {}), text)


def _pairs(headers: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, values in headers.items():
        for value in values if isinstance(values, list | tuple) else [values]:
            yield str(name), value.decode("latin-1") if isinstance(value, bytes) else str(value)
