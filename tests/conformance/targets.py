"""Servers for the suite to check: the emulator with one fault put in on its way out, and servers that misbehave."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from pytest_speechcustom.conformance.target import Target
from pytest_speechcustom.contracts import load
from pytest_speechcustom.emulator.app import Application
from pytest_speechcustom.emulator.core import Emulator
from pytest_speechcustom.emulator.service import SpeechService
from tests.faults import injection
from tests.faults.injection import Between

Environ = dict[str, Any]
Answer = tuple[str, list[tuple[str, str]], bytes]
Change = Callable[[Environ, str, Any], tuple[str, Any]]


class Changed:
    """The emulator of a service as a WSGI application; `change` makes of each status line and JSON body another."""

    def __init__(self, service: str, change: Change, progress: str = "manual") -> None:
        self._app = SpeechService(service, progress=progress).app
        self._change = change

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        """Answer one request."""
        said: list[tuple[str, list[tuple[str, str]]]] = []
        whole = b"".join(self._app(environ, lambda status, headers, *_: said.append((status, headers))))
        status, headers = said[0]
        if not environ["PATH_INFO"].startswith("/_speechcustom/") and whole[:1] in (b"{", b"["):
            status, body = self._change(environ, status, json.loads(whole))
            whole = json.dumps(body).encode()
            headers = [(name, value) for name, value in headers if name.lower() != "content-length"]
        start_response(status, headers)
        return [whole]


def on_asgi(service: str) -> Any:
    """The emulator of a service as an ASGI application."""
    app = SpeechService(service).app

    async def asgi(scope: Any, receive: Any, send: Any) -> None:
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        import io

        environ: Environ = {
            "REQUEST_METHOD": scope["method"],
            "PATH_INFO": scope["path"],
            "QUERY_STRING": scope["query_string"].decode(),
            "REQUEST_URI": scope["raw_path"].decode() + ("?" + scope["query_string"].decode()).rstrip("?"),
            "SERVER_NAME": "target.test",
            "SERVER_PORT": "80",
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "CONTENT_LENGTH": str(len(body)),
        }
        for name, value in scope["headers"]:
            key = name.decode().upper().replace("-", "_")
            environ[key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"] = value.decode()
        said: list[tuple[str, list[tuple[str, str]]]] = []
        whole = b"".join(app(environ, lambda status, headers, *_: said.append((status, headers))))
        headers = [(name.lower().encode(), value.encode()) for name, value in said[0][1]]
        await send({"type": "http.response.start", "status": int(said[0][0][:3]), "headers": headers})
        await send({"type": "http.response.body", "body": whole})

    return asgi


@contextmanager
def listening(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """The URL of a server that does to each connection what `answer` says."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)
        over = threading.Event()

        def serve() -> None:
            while not over.is_set():
                try:
                    connection, _ = server.accept()
                except TimeoutError:
                    continue
                except OSError:
                    return
                threading.Thread(target=_kept, args=(answer, connection, over), daemon=True).start()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}"
        finally:
            over.set()
            thread.join()


def _kept(answer: Callable[[socket.socket], None], connection: socket.socket, over: threading.Event) -> None:
    with connection:
        try:
            answer(connection)
        except OSError:
            return
        if answer is hang:
            over.wait()


def hang(connection: socket.socket) -> None:
    """Take a request and say nothing."""
    connection.recv(65_536)


def close(connection: socket.socket) -> None:
    """Take a request and hang up."""
    connection.recv(65_536)


def garbage(connection: socket.socket) -> None:
    """Answer with what is not HTTP."""
    connection.recv(65_536)
    connection.sendall(b"\x00\x01 this is not HTTP\r\n\r\n")


def drip(connection: socket.socket) -> None:
    """Answer one byte at a time, for ever."""
    connection.recv(65_536)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n")
    wait = threading.Event()
    while True:
        connection.sendall(b" ")
        wait.wait(0.05)


def redirect(connection: socket.socket) -> None:
    """Send every request on to itself."""
    connection.recv(65_536)
    connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")


def nonsense(connection: socket.socket) -> None:
    """Answer every request with a page."""
    connection.recv(65_536)
    page = b"<p>hello</p>"
    head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(page)}\r\nConnection: close\r\n\r\n"
    connection.sendall(head.encode() + page)


def behind(
    service: str, change: injection.Change, operations: tuple[str, ...] = (), statuses: tuple[int, ...] = (2,)
) -> Target:
    """The emulator of a service with a change between it and the wire, as a target. Time moves there as ever."""
    emulator = Emulator(load(service))
    plain, changed = Application(emulator), Application(Between(emulator, change, operations, statuses))  # type: ignore[arg-type]

    def app(environ: Environ, start_response: Any) -> Iterable[bytes]:
        inner = plain if environ["PATH_INFO"].startswith("/_speechcustom/") else changed
        return inner(environ, start_response)

    return Target(app=app, interface="wsgi", disposable=True)
