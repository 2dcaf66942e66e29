"""The service behind the proxy: where it is, and one call to it, in pieces."""

from __future__ import annotations

import http.client
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from pytest_speechcustom.values import Headers, UsageError

PIECE = 64 * 1024
"""How many bytes are passed on at once."""
_PATIENCE = 300.0
_HOP = frozenset(
    {
        "connection", "expect", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te",
        "trailer", "transfer-encoding", "upgrade",
    }
)  # fmt: skip
"""Headers about a connection, not about a message: each side has its own."""


class Unreachable(Exception):
    """The service did not answer, or not to the end. The message says why, without what was sent."""


@dataclass(frozen=True, slots=True)
class Upstream:
    """Where the service is: what stands before every path that a client asks for."""

    scheme: str
    host: str
    port: int | None
    prefix: str

    @classmethod
    def parse(cls, url: str) -> Upstream:
        """The upstream at a URL. Raises `UsageError` for what is none, or holds a password or a query."""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError:
            raise UsageError(f"--upstream {url!r} is no URL") from None
        if parts.scheme not in ("http", "https") or not host:
            raise UsageError("--upstream must be a URL that begins with http:// or https://")
        if "@" in parts.netloc or parts.query or parts.fragment:
            raise UsageError("--upstream must be scheme, host and path only, without credentials or a query")
        return cls(parts.scheme, host, port, parts.path.rstrip("/"))

    @property
    def netloc(self) -> str:
        """Host and port as in the header Host."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port is None else f"{host}:{self.port}"

    def url(self, target: str) -> str:
        """The URL of what a client asks for."""
        return f"{self.scheme}://{self.netloc}{self.prefix}{target}"

    def open(self) -> http.client.HTTPConnection:
        """A connection that is not made yet."""
        kind = http.client.HTTPSConnection if self.scheme == "https" else http.client.HTTPConnection
        return kind(self.host, self.port, timeout=_PATIENCE)


def end_to_end(headers: Headers) -> Iterator[tuple[str, str]]:
    """The headers that are passed on: all but those about the connection, and those that `Connection` names."""
    named = {
        part.strip().lower() for name, value in headers if name.lower() == "connection" for part in value.split(",")
    }
    for name, value in headers:
        if name.lower() not in _HOP and name.lower() not in named:
            yield name, value


class Passage:
    """One call to the upstream: send the request, then read `status`, `reason`, `headers` and `pieces`."""

    def __init__(self, upstream: Upstream) -> None:
        self._upstream = upstream
        self._connection = upstream.open()
        self._response: http.client.HTTPResponse | None = None

    def send(self, method: str, target: str, headers: Headers, body: Iterable[bytes] | None, *, chunked: bool) -> None:
        """Send a request and wait for the beginning of the answer. Raises `Unreachable`.

        `body` is read to its end, also where the service has answered before that. What it raises must be no `OSError`,
        which here is the upstream's.
        """
        pieces = iter(body if body is not None else ())
        try:
            self._head(method, target, headers, chunked=chunked)
            try:
                for piece in pieces:
                    self._connection.send(_chunk(piece) if chunked else piece)
                if chunked:
                    self._connection.send(b"0\r\n\r\n")
            except (BrokenPipeError, ConnectionResetError):  # it may have said why
                for _ in pieces:
                    pass
            self._response = self._connection.getresponse()
        except (OSError, http.client.HTTPException, ValueError) as error:
            for _ in pieces:
                pass
            raise Unreachable(_reason(error)) from None

    def _head(self, method: str, target: str, headers: Headers, *, chunked: bool) -> None:
        self._connection.putrequest(method, self._upstream.prefix + target, skip_host=True, skip_accept_encoding=True)
        self._connection.putheader("Host", self._upstream.netloc)
        for name, value in end_to_end(headers):
            if name.lower() != "host" and not (chunked and name.lower() == "content-length"):
                self._connection.putheader(name, value)
        if chunked:
            self._connection.putheader("Transfer-Encoding", "chunked")
        self._connection.putheader("Connection", "close")
        self._connection.endheaders()

    @property
    def response(self) -> http.client.HTTPResponse:
        """The answer, whose body was not read yet."""
        assert self._response is not None
        return self._response

    def pieces(self) -> Iterator[bytes]:
        """The body of the answer as it comes. Raises `Unreachable` where it breaks off."""
        try:
            while piece := self.response.read(PIECE):
                yield piece
            if self.response.length:  # what is missing is no error to it
                raise Unreachable("the answer breaks off")
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise Unreachable(_reason(error)) from None

    def close(self) -> None:
        """Leave the connection."""
        self._connection.close()


def _chunk(piece: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(piece), piece)


def _reason(error: Exception) -> str:
    """Why, in the words of the system; those of other errors may hold what was sent."""
    return getattr(error, "strerror", None) or type(error).__name__
