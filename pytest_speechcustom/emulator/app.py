"""The emulator as a WSGI application: bytes to a request, and an answer to bytes."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Protocol
from urllib.parse import quote

from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge
from werkzeug.http import HTTP_STATUS_CODES
from werkzeug.wsgi import get_input_stream

from pytest_speechcustom.emulator import control
from pytest_speechcustom.emulator.core import Delivery, Emulator
from pytest_speechcustom.values import NO_BODY, Body, Headers, Request

Environ = dict[str, Any]
_PIECE = 64 * 1024
_OF_BODIES = ("Content-Length", "Transfer-Encoding")
_LARGEST = 1 << 40
_HOST = re.compile(r"([A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?")


class _Start(Protocol):
    def __call__(self, status: str, headers: list[tuple[str, str]], /) -> Callable[[bytes], object]: ...


class Application:
    """A WSGI application. An answer that is planned to get lost is a `ConnectionResetError`."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator

    def __call__(self, environ: Environ, start_response: _Start) -> Iterable[bytes]:
        """Answer one request."""
        request, path = self._request(environ)
        if path == "/" or path.startswith(control.PREFIX):
            delivery = Delivery(control.answer(self._emulator, request, path))
        else:
            delivery = self._emulator.handle(request)
        if delivery.delay:
            time.sleep(delivery.delay)
        if delivery.dropped:
            raise ConnectionResetError("as planned")
        response = delivery.response
        data = response.body.raw or b""
        headers = list(response.headers)
        if response.status != 204:
            headers.append(("Content-Length", str(len(data))))
        start_response(f"{response.status} {HTTP_STATUS_CODES.get(response.status, 'Unknown')}", headers)
        if delivery.truncate is not None and delivery.truncate < len(data):
            return _cut(data[: delivery.truncate])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [data]

    def _request(self, environ: Environ) -> tuple[Request, str]:
        path = quote(environ.get("PATH_INFO", "").encode("latin-1"), safe="/:@!$&'()*+,;=~")
        target = environ.get("RAW_URI") or environ.get("REQUEST_URI") or _target(environ, path)
        if "://" in target.partition("?")[0]:
            target = "/" + target.partition("://")[2].partition("/")[2]  # as sent to a proxy
        host = environ.get("HTTP_HOST", "")
        if not _HOST.fullmatch(host):  # answers have links, which must be URLs
            host = f"{environ['SERVER_NAME']}:{environ['SERVER_PORT']}"
        url = f"{environ['wsgi.url_scheme']}://{host}{target}"
        body, headers = self._body(environ), _headers(environ)
        if body.empty and body.problem is None:  # nothing came, whatever was announced
            headers = tuple(pair for pair in headers if pair[0] not in _OF_BODIES)
        return Request(environ["REQUEST_METHOD"], url, headers, body), path

    def _body(self, environ: Environ) -> Body:
        """The body; one that is larger than the service takes is read away in pieces."""
        most = self._emulator.most_bytes
        if environ.get("CONTENT_LENGTH", "0") in ("", "0") and "HTTP_TRANSFER_ENCODING" not in environ:
            return NO_BODY
        if "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "") and not environ.get("CONTENT_LENGTH"):
            environ = environ | {"wsgi.input_terminated": True}
        past = b""
        try:
            raw = get_input_stream(environ, max_content_length=most).read()
            if len(raw) == most and "wsgi.input_terminated" in environ:
                past = environ["wsgi.input"].read(1)
        except RequestEntityTooLarge:
            return Body(problem=f"more than {most} bytes", unread=_discard(environ))
        except ClientDisconnected as error:
            raise ConnectionAbortedError("half a request") from error
        if past:
            return Body(problem=f"more than {most} bytes", unread=most + 1 + _discard(environ))
        return Body(raw) if raw else NO_BODY


def _discard(environ: Environ) -> int:
    """Read on to the end, as a client does not look for an answer before it has sent all; how much that was."""
    announced = left = int(environ.get("CONTENT_LENGTH") or _LARGEST)
    while left > 0 and (piece := environ["wsgi.input"].read(min(left, _PIECE))):
        left -= len(piece)
    if left > _LARGEST:
        raise ConnectionAbortedError("too large to be read away")
    return announced - left


def _target(environ: Environ, path: str) -> str:
    query = environ.get("QUERY_STRING", "")
    return f"{path}?{query}" if query else path


def _headers(environ: Environ) -> Headers:
    found = [(name[5:], value) for name, value in environ.items() if name.startswith("HTTP_")]
    found += [(name, environ[name]) for name in ("CONTENT_TYPE", "CONTENT_LENGTH") if environ.get(name)]
    return tuple((name.replace("_", "-").title(), value) for name, value in found)


def _cut(data: bytes) -> Iterator[bytes]:
    yield data
    raise ConnectionResetError("as planned")
