"""An application on a socket: werkzeug's server, taught to keep connections alive and to answer at once."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterable
from typing import Any

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from pytest_speechcustom.values import UsageError

_LAST_PORT = 65_535


class Handler(WSGIRequestHandler):
    """HTTP/1.1 with keep-alive, for an application that reads its input to the end and tells the length of answers.

    werkzeug parses and makes the environment. Its own way to answer closes every connection, and waits before that.
    """

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else each answer waits for a delayed acknowledgement: 44 ms
    wbufsize = -1  # the head and the body of an answer leave together

    def version_string(self) -> str:
        """Who answers."""
        return "speechcustom"

    def log(self, type: str, message: str, *args: Any) -> None:
        """Keep quiet."""

    def handle_expect_100(self) -> bool:
        """Tell a client that waits for it to go on."""
        going = super().handle_expect_100()
        self.wfile.flush()
        return going

    def run_wsgi(self) -> None:
        """Answer one request, and leave the connection at the beginning of the next."""
        environ = self.make_environ()
        try:
            self._send(environ["REQUEST_METHOD"], *self._ask(environ))
        except OSError:  # the client hung up or sent half a body, or a plan wants it to think that we did
            self._hang_up()

    def _ask(self, environ: Any) -> tuple[str, list[tuple[str, str]], Iterable[bytes]]:
        said: list[tuple[str, list[tuple[str, str]]]] = []

        def start(status: str, headers: list[tuple[str, str]], _: Any = None) -> Callable[[bytes], object]:
            said.append((status, headers))
            return self.wfile.write

        pieces = self.server.app(environ, start)
        return *said[0], pieces

    def _send(self, method: str, status: str, headers: list[tuple[str, str]], pieces: Iterable[bytes]) -> None:
        code, _, reason = status.partition(" ")
        self.send_response(int(code), reason)
        for name, value in headers:
            self.send_header(name, value)
        if self.close_connection:  # the client wants it so
            self.send_header("Connection", "close")
        self.end_headers()
        for piece in pieces:
            self.wfile.write(piece)
        self.wfile.flush()

    def _hang_up(self) -> None:
        self.close_connection = True
        try:
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # it is gone already


class Server:
    """A running server. `port` 0 takes any that is free. Raises `UsageError` where it cannot listen.

    `app` is a WSGI application, or whatever else the `handler` works with.
    """

    def __init__(self, app: Any, host: str = "127.0.0.1", port: int = 0, *, handler: type[Handler] = Handler) -> None:
        self._socket = _listen(host, port)
        self._server: BaseWSGIServer = make_server(
            host, port, app, threaded=True, request_handler=handler, fd=self._socket.fileno()
        )
        self._server.daemon_threads = True  # type: ignore[attr-defined]
        port = self._socket.getsockname()[1]
        shown = f"[{host}]" if ":" in host else host
        self.address = f"http://{shown}:{port}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, name="speechcustom", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Answer no more; what is being answered may end by itself."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._socket.close()


def _listen(host: str, port: int) -> socket.socket:
    """A socket that listens. werkzeug would print to standard error, and exit, where that is not possible."""
    try:
        if not 0 <= port <= _LAST_PORT:
            raise OSError("ports are 0 to 65535")
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=128)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError(f"cannot listen on {host}:{port}: {reason}") from None
