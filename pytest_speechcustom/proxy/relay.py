"""The listening side: one request of a client is passed on, and the answer passed back, while both are remembered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from werkzeug.serving import DechunkedInput

from pytest_speechcustom.emulator.serving import Handler
from pytest_speechcustom.proxy.upstream import PIECE, Passage, Unreachable, Upstream, end_to_end
from pytest_speechcustom.traffic.inflate import inflate
from pytest_speechcustom.values import NO_BODY, Body, Headers, Request, Response

LARGEST_KEPT = 8 * 1024 * 1024
"""A body that is larger is passed on, and not kept to be judged."""
_BODILESS = (204, 304)


class Book(Protocol):
    """Who remembers what was passed on: the `app` of the server that has this handler."""

    upstream: Upstream

    def begin(self) -> float:
        """An exchange begins: at how many seconds since 1970."""

    def enter(self, request: Request, response: Response | None, started: float) -> None:
        """An exchange has ended."""

    def failed(self, reason: str) -> None:
        """The upstream did not answer, or not to the end."""


class Gone(Exception):
    """The client went away, or sent half a request."""


class Memory:
    """What of a body is kept to be judged."""

    def __init__(self) -> None:
        self._kept = bytearray()
        self._size = 0
        self.problem: str | None = None

    def watch(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """Pass pieces on, and keep them as far as they are not too many."""
        for piece in pieces:
            self._size += len(piece)
            if self._size <= LARGEST_KEPT:
                self._kept += piece
            else:
                self._kept.clear()
            yield piece

    def body(self, headers: Headers) -> Body:
        """The body, unpacked."""
        if self.problem is not None:
            return Body(problem=self.problem, unread=self._size)
        if self._size > LARGEST_KEPT:
            return Body(problem=f"more than {LARGEST_KEPT} bytes, not kept", unread=self._size)
        return inflate(Body(raw=bytes(self._kept)), headers) if self._kept else NO_BODY


class Relay(Handler):
    """Passes requests on to the upstream of its server's book. Memory does not grow with the bodies."""

    def run_wsgi(self) -> None:
        """Pass on one request, and the answer to it."""
        book: Book = self.server.app  # type: ignore[assignment]
        started = book.begin()
        headers: Headers = tuple(self.headers.items())
        target = self._target()
        sent, heard = Memory(), Memory()
        passage = Passage(book.upstream)
        answer: Response | None = None
        head: tuple[int, Headers] | None = None
        try:
            chunked, body = self._body(headers)
            passage.send(self.command, target, headers, sent.watch(body) if body is not None else None, chunked=chunked)
            response = passage.response
            head = response.status, tuple(response.headers.items())
            self._pass_back(passage, heard)
            answer = Response(*head, heard.body(head[1]))
        except Unreachable as error:
            book.failed(str(error))
            if head is None:
                self._refuse(str(error))
            else:  # the client learns that it is not all
                heard.problem = "the answer breaks off"
                answer = Response(*head, heard.body(head[1]))
                self._hang_up()
        except (Gone, OSError):
            sent.problem = sent.problem or "the client went away"
            self._hang_up()
        finally:
            passage.close()
            book.enter(Request(self.command, book.upstream.url(target), headers, sent.body(headers)), answer, started)

    def _target(self) -> str:
        """The path and query as sent; a client of a proxy may send a whole URL."""
        if "://" in self.path.partition("?")[0]:
            return "/" + self.path.partition("://")[2].partition("/")[2]
        return self.path if self.path.startswith("/") else f"/{self.path}"

    def _body(self, headers: Headers) -> tuple[bool, Iterator[bytes] | None]:
        """Whether the request comes in chunks, and its body; ``None`` where there is none."""
        named = {name.lower(): value for name, value in headers}
        if "chunked" in named.get("transfer-encoding", "").lower():
            return True, _unchunked(DechunkedInput(self.rfile))  # type: ignore[arg-type]
        length = named.get("content-length", "").strip()
        if not length:
            return False, None
        if not (length.isascii() and length.isdigit()):
            raise Gone
        return False, self._counted(int(length))

    def _counted(self, left: int) -> Iterator[bytes]:
        while left:
            try:
                piece = self.rfile.read1(min(left, PIECE))
            except OSError:
                raise Gone from None
            if not piece:
                raise Gone
            left -= len(piece)
            yield piece

    def _pass_back(self, passage: Passage, heard: Memory) -> None:
        response = passage.response
        bodiless = self.command == "HEAD" or response.status in _BODILESS
        open_end = response.length is None and not bodiless
        in_chunks = open_end and self.request_version == "HTTP/1.1"
        if open_end and not in_chunks:
            self.close_connection = True
        self.send_response_only(response.status, response.reason)
        for name, value in end_to_end(tuple(response.headers.items())):
            self.send_header(name, value)
        if in_chunks:
            self.send_header("Transfer-Encoding", "chunked")
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        for piece in heard.watch(passage.pieces()):
            self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece) if in_chunks else piece)
            self.wfile.flush()
        if in_chunks:
            self.wfile.write(b"0\r\n\r\n")
        self.wfile.flush()

    def _refuse(self, reason: str) -> None:
        """Tell the client that it is the way that failed, not the service that answered."""
        text = f"speechcustom proxy: the upstream cannot be reached: {reason}\n".encode()
        try:
            self.send_response(502, "Bad Gateway")
            self.send_header("Content-Type", "text/plain; charset=utf-8")
            self.send_header("Content-Length", str(len(text)))
            if self.close_connection:
                self.send_header("Connection", "close")
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(text)
            self.wfile.flush()
        except OSError:
            self._hang_up()


def _unchunked(reader: DechunkedInput) -> Iterator[bytes]:
    try:
        while piece := reader.read(PIECE):
            yield piece
    except OSError:
        raise Gone from None
