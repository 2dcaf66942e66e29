"""`speechcustom proxy`: what goes through it is unchanged, both sides are judged, and its end tells all of it."""

from __future__ import annotations

import gzip
import hashlib
import http.client
import json
import signal
import socket
import subprocess
import sys
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from pytest_speechcustom import cli
from pytest_speechcustom.contracts import load
from pytest_speechcustom.emulator.service import SpeechService
from pytest_speechcustom.proxy.relay import LARGEST_KEPT
from pytest_speechcustom.proxy.service import Proxy
from pytest_speechcustom.values import UsageError

ROOT = Path(__file__).resolve().parent.parent
SERVICE = "watson-stt-cloud"
MODELS = "/v1/acoustic_customizations"
KEY = {"Authorization": "Basic YXBpa2V5OmEta2V5"}
GOOD = {"name": "Lectures", "base_model_name": "en-US_BroadbandModel"}


class Upstream(BaseHTTPRequestHandler):
    """A server that answers as it is told by the path, and keeps what it got."""

    protocol_version = "HTTP/1.1"
    got: list[tuple[str, str, list[tuple[str, str]], int, str]]

    def log_message(self, *_: Any) -> None:
        """Keep quiet."""

    def handle_any(self) -> None:
        """Read the request in pieces, then answer."""
        digest, size = hashlib.sha256(), 0
        for piece in self._pieces():
            digest.update(piece)
            size += len(piece)
        self.got.append((self.command, self.path, self.headers.items(), size, digest.hexdigest()))
        answer: Callable[[], None] = getattr(self, urlsplit(self.path).path.strip("/"), self.plain)
        answer()

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = handle_any

    def _pieces(self) -> Iterator[bytes]:
        if self.headers.get("Transfer-Encoding") == "chunked":
            while size := int(self.rfile.readline(), 16):
                yield self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return
        left = int(self.headers.get("Content-Length") or 0)
        while left:
            piece = self.rfile.read1(min(left, 1 << 16))
            left -= len(piece)
            yield piece

    def _head(self, status: int, *headers: tuple[str, str], reason: str | None = None) -> None:
        self.send_response_only(status, reason)
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()

    def plain(self) -> None:
        """A short body, with odd headers."""
        self._head(209, ("X-Twice", "a"), ("x-twice", "b"), ("X-Latin", "caf\xe9"), ("Content-Length", "2"),
                   ("Connection", "X-Own"), ("X-Own", "1"), reason="Fine Indeed")  # fmt: skip
        if self.command != "HEAD":
            self.wfile.write(b"ok")

    def chunks(self) -> None:
        """A body in chunks."""
        self._head(200, ("Transfer-Encoding", "chunked"))
        self.wfile.write(b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")

    def open(self) -> None:
        """A body that ends with the connection."""
        self.close_connection = True
        self._head(200)
        self.wfile.write(b"to the end")

    def large(self) -> None:
        """Fifty million bytes."""
        self._head(200, ("Content-Length", str(50 * 1_000_000)))
        for _ in range(50):
            self.wfile.write(bytes(1_000_000))

    def cut(self) -> None:
        """Half of what was announced."""
        self.close_connection = True
        self._head(200, ("Content-Length", "10"))
        self.wfile.write(b"half")

    def empty(self) -> None:
        """No body."""
        self._head(204)

    def silent(self) -> None:
        """No answer at all."""
        self.close_connection = True


@pytest.fixture
def upstream() -> Iterator[tuple[str, list[Any]]]:
    """The address of such a server, and what it got."""
    got: list[Any] = []
    handler = type("Handler", (Upstream,), {"got": got})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}", got
        server.shutdown()


@contextmanager
def through(url: str, service: str = SERVICE) -> Iterator[tuple[Proxy, http.client.HTTPConnection]]:
    """A proxy before that address, and one connection to it."""
    with Proxy(load(service), url) as proxy:
        parts = urlsplit(proxy.address)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=20)
        yield proxy, connection
        connection.close()


# what goes through


def test_requests_and_answers_are_unchanged(upstream: tuple[str, list[Any]]) -> None:
    """Status, reason, headers with their order, case and repeats, path, query and body; but for Host and the hop."""
    url, got = upstream
    with through(url) as (_, connection):
        connection.putrequest("POST", "/a%2Fb/c?x=%20y&x=+", skip_accept_encoding=True)
        for name, value in (("X-One", "1"), ("x-one", "2"), ("Authorization", "Basic abc"), ("Content-Length", "4")):
            connection.putheader(name, value)
        connection.endheaders(b"\x00\xff{}")
        answer = connection.getresponse()
        body = answer.read()

    method, path, headers, size, digest = got[0]
    assert (method, path, size, digest) == ("POST", "/a%2Fb/c?x=%20y&x=+", 4, hashlib.sha256(b"\x00\xff{}").hexdigest())
    assert headers == [
        ("Host", url.removeprefix("http://")), ("X-One", "1"), ("x-one", "2"), ("Authorization", "Basic abc"),
        ("Content-Length", "4"), ("Connection", "close"),
    ]  # fmt: skip
    assert (answer.status, answer.reason, body) == (209, "Fine Indeed", b"ok")
    assert answer.getheaders() == [
        ("X-Twice", "a"), ("x-twice", "b"), ("X-Latin", "caf\xe9"), ("Content-Length", "2"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("method", "path", "status", "body"),
    [
        ("GET", "/chunks", 200, b"abcde"),
        ("GET", "/open", 200, b"to the end"),
        ("GET", "/empty", 204, b""),
        ("HEAD", "/plain", 209, b""),
        ("OPTIONS", "/plain", 209, b"ok"),
    ],
)
def test_bodies_of_all_sorts(method: str, path: str, status: int, body: bytes, upstream: tuple[str, list[Any]]) -> None:
    """And the connection of the client lives on: the next request goes through it."""
    with through(upstream[0]) as (_, connection):
        for _ in range(2):
            connection.request(method, path)
            answer = connection.getresponse()
            assert (answer.status, answer.read()) == (status, body)


def test_a_request_in_chunks(upstream: tuple[str, list[Any]]) -> None:
    """Is passed on in chunks."""
    url, got = upstream
    with through(url) as (_, connection):
        connection.request("PUT", "/x", body=iter([b"abc", b"", b"de"]), encode_chunked=True,
                           headers={"Transfer-Encoding": "chunked"})  # fmt: skip
        assert connection.getresponse().read() == b"ok"

    assert got[0][3:] == (5, hashlib.sha256(b"abcde").hexdigest())
    assert ("Transfer-Encoding", "chunked") in got[0][2]


def test_large_bodies_go_through_in_bounded_memory(upstream: tuple[str, list[Any]]) -> None:
    """Fifty million bytes either way; less than half of that is held at any time, with what is kept to be judged."""
    url, got = upstream
    piece = bytes(1_000_000)
    with through(url) as (_, connection):
        tracemalloc.start()
        connection.request("POST", "/large", body=(piece for _ in range(50)), headers={"Content-Length": "50000000"})
        answer = connection.getresponse()
        size = 0
        while part := answer.read(1 << 16):
            size += len(part)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()

    assert (got[0][3], size) == (50_000_000, 50_000_000)
    assert peak < 2 * LARGEST_KEPT + 8_000_000


def test_the_path_of_the_upstream_stands_before_each_path(upstream: tuple[str, list[Any]]) -> None:
    """A slash at its end does not count; a whole URL in the request line is what clients of proxies send."""
    url, got = upstream
    with through(f"{url}/speech-to-text/api/") as (proxy, connection):
        connection.request("GET", "/v1/models")
        connection.getresponse().read()
        connection.request("GET", f"{proxy.address}/v1/models?a=b")
        connection.getresponse().read()

    assert [path for _, path, *_ in got] == ["/speech-to-text/api/v1/models", "/speech-to-text/api/v1/models?a=b"]


def test_many_clients_at_once(upstream: tuple[str, list[Any]]) -> None:
    """Each gets its own answer, and every exchange is counted."""
    with through(upstream[0]) as (proxy, _), ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: httpx.get(proxy.address + "/chunks").content, range(40)))
    assert answers == [b"abcde"] * 40
    assert proxy.report().summary["exchanges"] == 40


# an upstream that fails


def closed_port() -> int:
    """A port that nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
    return port


def test_an_upstream_that_is_down_is_502() -> None:
    """The reason is in the body; it is no answer of the service, and not judged as one."""
    with through(f"http://127.0.0.1:{closed_port()}") as (proxy, connection):
        for _ in range(2):
            connection.request(
                "POST", MODELS, body=json.dumps(GOOD), headers={"Content-Type": "application/json", **KEY}
            )
            answer = connection.getresponse()
            assert (answer.status, answer.reason) == (502, "Bad Gateway")
            assert answer.read() == b"speechcustom proxy: the upstream cannot be reached: Connection refused\n"

    assert proxy.failures == ["Connection refused"]
    report = proxy.report()
    assert (report.summary["exchanges"], report.summary["errors"], report.coverage["statuses"]) == (2, 0, {})


def test_an_upstream_that_hangs_up_is_502(upstream: tuple[str, list[Any]]) -> None:
    """Without an answer there is nothing to pass back."""
    with through(upstream[0]) as (proxy, connection):
        connection.request("GET", "/silent")
        assert connection.getresponse().status == 502
    assert proxy.failures == ["RemoteDisconnected"]


def test_an_answer_that_breaks_off_breaks_off_for_the_client(upstream: tuple[str, list[Any]]) -> None:
    """What came is passed back; the client must not take it for the whole."""
    with through(upstream[0]) as (proxy, connection):
        connection.request("GET", "/cut")
        with pytest.raises(http.client.IncompleteRead) as broken:
            connection.getresponse().read()
    assert broken.value.partial == b"half"
    assert proxy.failures == ["the answer breaks off"]


def test_a_client_that_goes_away_is_no_failure_of_the_upstream(upstream: tuple[str, list[Any]]) -> None:
    """The next one is served."""
    with through(upstream[0]) as (proxy, connection):
        host, port = connection.host, connection.port
        with socket.create_connection((host, port)) as half:
            half.sendall(b"POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nabc")
        connection.request("GET", "/chunks")
        assert connection.getresponse().read() == b"abcde"
    assert proxy.failures == []


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("ftp://host", "must be a URL that begins with http:// or https://"),
        ("host:80", "must be a URL that begins with http:// or https://"),
        ("http://", "must be a URL that begins with http:// or https://"),
        ("http://[::1", "is no URL"),
        ("http://host:99999", "is no URL"),
        ("http://me:secret@host", "without credentials or a query"),
        ("http://host/?a=b", "without credentials or a query"),
    ],
)
def test_a_wrong_upstream_is_one_line(url: str, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit status 2; a password in it is not repeated."""
    assert cli.main(["proxy", "--service", SERVICE, "--upstream", url]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert told in err
    assert "secret" not in err
    with pytest.raises(UsageError):
        Proxy(load(SERVICE), url)


# what is judged


@pytest.fixture
def emulator() -> Iterator[SpeechService]:
    """The emulator, as the service."""
    with SpeechService(SERVICE, progress="polls:0") as running:
        yield running


def test_a_lifecycle_through_the_proxy_is_judged(emulator: SpeechService) -> None:
    """Nothing is wrong on either side, and states are followed."""
    with through(emulator.url) as (proxy, _), httpx.Client(base_url=proxy.address, headers=KEY) as client:
        model = MODELS + "/" + client.post(MODELS, json=GOOD).json()["customization_id"]
        assert client.get(model).json()["status"] == "pending"
        assert client.delete(model).status_code == 200

    report = proxy.report()
    assert (report.mode, report.verdict, report.findings) == ("proxy", "pass", ())
    assert report.coverage["operations"]["deleteAcousticModel"] == 1
    assert report.coverage["states"]["model: pending"] == 1


def test_both_sides_are_judged(emulator: SpeechService, upstream: tuple[str, list[Any]]) -> None:
    """A wrong request is the client's fault, a wrong answer the server's."""
    with through(emulator.url) as (proxy, _):
        httpx.post(proxy.address + MODELS, json={"name": 1}, headers=KEY)
    assert {finding.side for finding in proxy.report().findings} == {"client"}

    with through(upstream[0]) as (proxy, _):
        httpx.get(proxy.address + MODELS, headers=KEY)
    assert {finding.rule for finding in proxy.report().findings} == {f"{SERVICE}/response.status"}


def test_packed_bodies_are_judged_and_passed_on_as_they_are(emulator: SpeechService) -> None:
    """The client gets, and the service is sent, what the other one packed."""
    packed = gzip.compress(json.dumps({"name": "x", "colour": "red", "base_model_name": "y"}).encode())
    with through(emulator.url) as (proxy, _):
        headers = {"Content-Type": "application/json", "Content-Encoding": "gzip", **KEY}
        httpx.post(proxy.address + MODELS, content=packed, headers=headers)
    assert f"{SERVICE}/request.body.unknown" in {finding.rule for finding in proxy.report().findings}


def test_a_body_too_large_to_keep_is_not_taken_for_a_wrong_one(emulator: SpeechService) -> None:
    """Audio of ten million bytes is sound; its size is known."""
    with through(emulator.url) as (proxy, _), httpx.Client(base_url=proxy.address, headers=KEY) as client:
        model = MODELS + "/" + client.post(MODELS, json=GOOD).json()["customization_id"]
        added = client.post(f"{model}/audio/silence", content=bytes(LARGEST_KEPT + 2_000_000),
                            headers={"Content-Type": "audio/l16;rate=16000"})  # fmt: skip
    assert added.status_code == 201
    assert proxy.report().findings == ()


# the command


class Running:
    """The command as a process, with the address that it printed."""

    def __init__(self, url: str, *options: str) -> None:
        command = [sys.executable, "-W", "error", "-m", "pytest_speechcustom", "proxy", "--service", SERVICE,
                   "--upstream", url, *options]  # fmt: skip
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.first = self.process.stdout.readline()
        self.url = self.first.removeprefix("READY ").strip()

    def end(self, by: signal.Signals = signal.SIGTERM) -> tuple[int, str, str]:
        """Exit status, the rest of standard output, standard error."""
        self.process.send_signal(by)
        out, err = self.process.communicate(timeout=30)
        return self.process.returncode, out, err


@contextmanager
def proxying(url: str, *options: str) -> Iterator[Running]:
    """A process that does not outlive the block."""
    running = Running(url, *options)
    try:
        yield running
    finally:
        running.process.kill()
        running.process.communicate()


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT])
def test_it_is_ready_in_its_first_line_and_ends_with_a_report(
    by: signal.Signals, emulator: SpeechService, tmp_path: Path
) -> None:
    """By either signal, with the last exchange in it; exit status 0 where nothing was found."""
    file = tmp_path / "report.json"
    with proxying(emulator.url, "--report", str(file)) as running:
        assert running.first.startswith("READY http://127.0.0.1:")
        assert httpx.get(running.url + MODELS, headers=KEY).json() == {"customizations": []}
        status, out, err = running.end(by)
    assert (status, err) == (0, "")
    assert out.startswith(f"PASS {SERVICE}: 1 exchange, 0 errors")
    report = json.loads(file.read_text(encoding="utf-8"))
    assert (report["mode"], report["summary"]["exchanges"]) == ("proxy", 1)


def test_findings_are_exit_status_1_unless_they_are_accepted(emulator: SpeechService, tmp_path: Path) -> None:
    """Secrets are not in what is written."""
    known = tmp_path / "known.toml"
    text = '[[accept]]\nrule = "request.body.*"\nplace = "createAcousticModel*"\nreason = "an old client"\n'
    known.write_text(text, encoding="utf-8")
    for options, expected in (((), 1), (("--baseline", str(known)), 0)):
        with proxying(emulator.url, *options) as running:
            httpx.post(running.url + MODELS, json={"colour": "red"}, headers=KEY)
            status, out, err = running.end()
        assert (status, err) == (expected, "")
        assert "YXBpa2V5OmEta2V5" not in out


def test_an_upstream_that_was_down_is_exit_status_3() -> None:
    """The report says that it is not all."""
    url = f"http://127.0.0.1:{closed_port()}"
    with proxying(url) as running:
        assert httpx.get(running.url + MODELS, headers=KEY).status_code == 502
        status, out, err = running.end()
    assert status == 3
    assert out.startswith(f"ERROR {SERVICE}: 1 exchange")
    assert err == f"speechcustom: error: the upstream {url} was not reachable: Connection refused\n"


def test_a_port_that_is_taken_is_one_line(emulator: SpeechService) -> None:
    """Exit status 2."""
    port = urlsplit(emulator.url).port
    with proxying(emulator.url, "--port", str(port)) as running:
        running.process.wait(30)
        assert running.process.returncode == 2
        assert running.process.stderr is not None
        told = running.process.stderr.read()
    assert told.startswith(f"speechcustom: error: cannot listen on 127.0.0.1:{port}: Address already in use")
    assert told.count("\n") == 1


def test_it_ends_while_a_client_waits(upstream: tuple[str, list[Any]]) -> None:
    """A connection that is kept open does not keep it from ending."""
    with proxying(upstream[0]) as running, httpx.Client(base_url=running.url) as client:
        client.get("/chunks")
        began = time.monotonic()
        status, _, _ = running.end()
    assert status in (0, 1)
    assert time.monotonic() - began < 10
