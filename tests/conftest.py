"""What several test modules share: pytester, and a small server on loopback whose traffic is looked at."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from itertools import count
from pkgutil import walk_packages
from typing import Any

# httpx imports httpcore when first used. Were that inside a run of pytester, the run would take it away again, and
# httpx would meet errors of a second copy, which it does not know.
import httpcore  # noqa: F401
import pytest
from hypothesis import settings

import pytest_speechcustom

pytest_plugins = ["pytester"]

# The same for our own modules, of which each is imported when it is needed: none is ever imported twice.
for _module in walk_packages(pytest_speechcustom.__path__, "pytest_speechcustom."):
    if not _module.name.endswith("__main__"):
        import_module(_module.name)

# How many histories are drawn of the emulator: `--hypothesis-profile=exhaustive` is for whoever has an hour.
settings.register_profile("loop", max_examples=200, stateful_step_count=12)
settings.register_profile("exhaustive", max_examples=5000, stateful_step_count=40)

MODEL = "74f4807e-7ff2-8862-8304-000000000001"


class Loopback(ThreadingHTTPServer):
    """Answers as the acoustic model interface of Watson does, and remembers what it received.

    `chunked` and `packed` say how answers are written. With `broken`, the connection ends instead of an answer
    (``"silent"``) or in the middle of one (``"short"``).
    """

    daemon_threads = True
    request_queue_size = 128

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.models = f"{self.url}/v1/acoustic_customizations"
        self.received: list[tuple[str, str, dict[str, str], bytes]] = []
        self.chunked = False
        self.packed = False
        self.broken = ""
        self._made = count(1)

    def new_model(self) -> dict[str, str]:
        """The answer to a creation: the first gives `MODEL`."""
        return {"customization_id": f"{MODEL[:-12]}{next(self._made):012}"}

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients of these tests may hang up."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Loopback

    def _handle(self) -> None:
        self.server.received.append((self.command, self.path, dict(self.headers), self._body()))
        path = self.path.partition("?")[0].rstrip("/")
        if path == "/redirect":
            self._send(307, b"", {"Location": "/v1/acoustic_customizations"})
        elif path == "/elsewhere":
            self._send(200, b"<p>hello</p>", {"Content-Type": "text/html"})
        elif self.command == "POST" and path.endswith("/acoustic_customizations"):
            self._reply(201, self.server.new_model())
        elif self.command == "POST":
            self._reply(201 if "/audio/" in path else 200, {})
        else:
            self._reply(200, {"customizations": []})

    do_GET = do_POST = do_DELETE = _handle

    def _body(self) -> bytes:
        if "chunked" not in self.headers.get("Transfer-Encoding", ""):
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def _reply(self, status: int, value: dict[str, Any]) -> None:
        body = json.dumps(value).encode()
        headers = {"Content-Type": "application/json"}
        if self.server.packed:
            body = gzip.compress(body)
            headers["Content-Encoding"] = "gzip"
        self._send(status, body, headers)

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        if self.server.broken == "silent":
            self.close_connection = True
            return
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if self.server.chunked and body:
            self.send_header("Transfer-Encoding", "chunked")
            body = b"%x;part=1\r\n%b\r\n%x\r\n%b\r\n0\r\nX-Last: 1\r\n\r\n" % (3, body[:3], len(body) - 3, body[3:])
        else:
            self.send_header("Content-Length", str(len(body) + (9 if self.server.broken else 0)))
        self.end_headers()
        self.wfile.write(body)
        self.close_connection |= bool(self.server.broken)

    def log_message(self, format: str, *args: Any) -> None:
        """Keep quiet."""


@pytest.fixture
def loopback() -> Iterator[Loopback]:
    """A running `Loopback`."""
    server = Loopback()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
