"""The emulator on a socket: connections, bodies of all sorts, and answers that are planned to get lost."""

from __future__ import annotations

import http.client
import json
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from pytest_speechcustom.emulator.service import SpeechService
from pytest_speechcustom.judging import ContractBroken
from pytest_speechcustom.values import UsageError

BASE = "/trial/Accounts/0c1dbb5e-f1c2-4a8e-b6ff-7e3b2b6d3a11/Customization/Speech"
DATASET = {"displayName": "Lectures", "locale": "en-US", "kind": "Language", "contentUrl": "https://example.com/text"}
JSON = {"Content-Type": "application/json", "Authorization": "Bearer token"}


@pytest.fixture
def service() -> Iterator[SpeechService]:
    """A running emulator, whose own answers must be right."""
    with SpeechService("video-indexer") as running:
        yield running
    assert [finding for finding in running.findings if finding.side == "server"] == []


@pytest.fixture
def wire(service: SpeechService) -> Iterator[http.client.HTTPConnection]:
    """One connection to it."""
    parts = urlsplit(service.url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
    yield connection
    connection.close()


def ask(wire: http.client.HTTPConnection, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
    """Status and JSON of an answer."""
    wire.request(method, BASE + path, body, JSON | headers)
    answer = wire.getresponse()
    data = answer.read()
    return answer.status, json.loads(data) if data else None


def test_a_connection_is_kept(wire: http.client.HTTPConnection) -> None:
    """Many calls, refused ones and answers without a body among them, go over one connection."""
    sockets = set()
    for _ in range(3):
        status, made = ask(wire, "POST", "/datasets", json.dumps(DATASET))
        assert status == 200
        sockets.add(wire.sock)
        assert ask(wire, "POST", "/datasets", "{")[0] == 400
        sockets.add(wire.sock)
        assert ask(wire, "DELETE", f"/datasets/{made['id']}")[0] == 204
        sockets.add(wire.sock)
    assert len(sockets) == 1


def test_a_client_that_wants_the_connection_closed_gets_it_closed(wire: http.client.HTTPConnection) -> None:
    """As HTTP/1.1 says."""
    ask(wire, "GET", "/models", Connection="close")
    assert wire.sock is None


def test_a_body_may_come_in_chunks(wire: http.client.HTTPConnection) -> None:
    """And the next request on the connection is read right."""
    text = json.dumps(DATASET).encode()
    pieces = (text[n : n + 7] for n in range(0, len(text), 7))
    wire.request("POST", BASE + "/datasets", pieces, JSON | {"Transfer-Encoding": "chunked"}, encode_chunked=True)
    answer = wire.getresponse()
    assert json.loads(answer.read())["displayName"] == "Lectures"
    assert ask(wire, "GET", "/datasets")[0] == 200


def test_a_client_may_wait_to_be_asked_on(service: SpeechService) -> None:
    """`Expect: 100-continue`, as curl sends it with larger bodies."""
    parts, text = urlsplit(service.url), json.dumps(DATASET).encode()
    with socket.create_connection((parts.hostname, parts.port), timeout=10) as wire:
        head = f"POST {BASE}/datasets HTTP/1.1\r\nHost: here\r\nExpect: 100-continue\r\nAuthorization: Bearer t\r\n"
        wire.sendall(f"{head}Content-Type: application/json\r\nContent-Length: {len(text)}\r\n\r\n".encode())
        assert wire.recv(100).startswith(b"HTTP/1.1 100 ")
        wire.sendall(text)
        assert wire.recv(100).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_that_is_too_large_is_refused(wire: http.client.HTTPConnection, chunked: bool) -> None:
    """All of it is read away in pieces, so the client sees the answer, and the connection can go on."""
    body: Any = (b" " * 65_536 for _ in range(100)) if chunked else b" " * 6_553_600
    more = {"Transfer-Encoding": "chunked"} if chunked else {}
    wire.request("POST", BASE + "/datasets", body, JSON | more, encode_chunked=chunked)
    answer = wire.getresponse()
    assert answer.status == 413
    answer.read()
    assert ask(wire, "GET", "/datasets")[0] == 200


@pytest.mark.parametrize(
    "announced", ["Transfer-Encoding: chunked\r\n\r\n0\r\n", "Content-Length: abc\r\n", "Content-Length: -5\r\n"]
)
def test_an_announced_body_that_does_not_come_is_missing(service: SpeechService, announced: str) -> None:
    """The client is told, in the answer and in the finding."""
    parts = urlsplit(service.url)
    with socket.create_connection((parts.hostname, parts.port), timeout=10) as wire:
        head = f"POST {BASE}/datasets HTTP/1.1\r\nHost: here\r\nConnection: close\r\nAuthorization: Bearer t\r\n"
        wire.sendall(f"{head}Content-Type: application/json\r\n{announced}\r\n".encode())
        assert wire.recv(100).startswith(b"HTTP/1.1 400 ")
    assert "video-indexer/request.body.missing" in {finding.rule for finding in service.findings}


def test_the_root_says_that_it_listens(service: SpeechService) -> None:
    """For whoever waits for it; it is no call of the service."""
    assert httpx.get(service.address + "/").json()["service"] == "video-indexer"
    assert service.exchanges == ()


@pytest.mark.parametrize(
    "text",
    [
        "POST {path} HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "POST {path} HTTP/1.1\r\nHost: h\r\nContent-Length: 500\r\n\r\nshort",
        "nonsense\r\n\r\n",
        "GET {path}%zz%00?%ff=%2&&& HTTP/1.1\r\nHost: h\r\n\r\n",
    ],
)
def test_half_a_request_does_no_harm(service: SpeechService, wire: http.client.HTTPConnection, text: str) -> None:
    """A client that hangs up or writes nonsense gets no answer, or one that says so; others get theirs."""
    parts = urlsplit(service.url)
    with socket.create_connection((parts.hostname, parts.port), timeout=10) as broken:
        broken.sendall(text.format(path=BASE + "/datasets").encode())
        broken.shutdown(socket.SHUT_WR)
        while broken.recv(4096):
            pass
    assert ask(wire, "GET", "/datasets")[0] == 200


def test_a_planned_refusal_comes_with_its_header(service: SpeechService, wire: http.client.HTTPConnection) -> None:
    """And the call after it is answered."""
    service.plan(429, retry_after=7)
    wire.request("GET", BASE + "/models", headers=JSON)
    answer = wire.getresponse()
    assert (answer.status, answer.headers["Retry-After"], answer.read()) == (429, "7", b"")
    service.advance(seconds=7)
    assert ask(wire, "GET", "/models") == (200, [])


@pytest.mark.parametrize(("drop", "there"), [("before", 0), ("after", 1)])
def test_a_connection_is_dropped_as_planned(service: SpeechService, drop: Any, there: int) -> None:
    """Before the call did its work, or after it."""
    service.plan(drop=drop, operation="Create-Speech-Dataset")
    with httpx.Client(base_url=service.url + BASE, headers=JSON) as client:
        with pytest.raises(httpx.RemoteProtocolError):
            client.post("/datasets", json=DATASET)
        assert len(client.get("/datasets").json()) == there
    assert [each.response is None for each in service.exchanges] == [True, False]


def test_a_body_ends_early_as_planned(service: SpeechService) -> None:
    """The client is told of more than it gets."""
    service.plan(truncate=10)
    with httpx.Client(base_url=service.url + BASE, headers=JSON) as client:
        with pytest.raises(httpx.RemoteProtocolError, match=r"incomplete|closed"):
            client.post("/datasets", json=DATASET)
        assert client.get("/datasets").json()[0]["displayName"] == "Lectures"


def test_a_slow_answer_does_not_hold_up_others(service: SpeechService, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another client is served while one waits for the seconds that were planned."""
    over, waited = threading.Event(), []

    def sleep(seconds: float) -> None:
        waited.append(seconds)
        over.wait(30)

    monkeypatch.setattr("pytest_speechcustom.emulator.app.time.sleep", sleep)
    service.plan(delay=1.5)
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(httpx.get, service.url + BASE + "/models", headers=JSON, timeout=30)
        while not service.exchanges:
            pass
        assert httpx.get(service.url + BASE + "/datasets", headers=JSON).json() == []
        assert not slow.done()
        over.set()
        assert slow.result().json() == []
    assert waited == [1.5]


def test_many_clients_at_once_do_not_mix(service: SpeechService) -> None:
    """Each of eight clients creates, reads and deletes its own, and finds what it wrote."""

    def walk(number: int) -> list[str]:
        names = []
        with httpx.Client(base_url=service.url + BASE, headers=JSON) as client:
            for turn in range(10):
                made = client.post("/datasets", json=DATASET | {"displayName": f"{number}-{turn}"}).json()
                names.append(client.get(f"/datasets/{made['id']}").json()["displayName"])
                assert client.delete(f"/datasets/{made['id']}").status_code == 204
        return names

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(walk, range(8))) == [[f"{n}-{turn}" for turn in range(10)] for n in range(8)]
    assert len(service.exchanges) == 240
    assert service.judge().failing == ()


def test_two_services_share_nothing() -> None:
    """What one test does, another never sees."""
    with SpeechService("video-indexer") as one, SpeechService("video-indexer") as other:
        assert one.url != other.url
        httpx.post(one.url + BASE + "/datasets", headers=JSON, json=DATASET)
        assert httpx.get(other.url + BASE + "/datasets", headers=JSON).json() == []


def test_a_service_in_this_process_needs_no_socket() -> None:
    """As a WSGI application behind a transport; what is planned to get lost is an error there."""
    service = SpeechService("video-indexer")
    transport = httpx.WSGITransport(service.app)
    with httpx.Client(transport=transport, base_url="http://speech.test" + BASE, headers=JSON) as client:
        pieces = (piece.encode() for piece in json.dumps(DATASET))
        made = client.post("/datasets", content=pieces)
        assert made.status_code == 200
        assert client.get(f"/datasets/{made.json()['id']}").json()["locale"] == "en-US"
        service.plan(drop="after")
        with pytest.raises(ConnectionResetError):
            client.get("/datasets")
    assert service.exchanges[0].request.url == f"http://speech.test{BASE}/datasets"
    assert service.judge().failing == ()


def test_exchanges_can_be_printed(service: SpeechService, wire: http.client.HTTPConnection) -> None:
    """Tests assert on them, and pytest prints what they assert on: there are no credentials in them."""
    body = json.dumps(DATASET | {"contentUrl": "https://example.com/text?sig=SECRET-SIGNATURE&x=1"})
    assert ask(wire, "POST", "/datasets?accessToken=SECRET-TOKEN", body, Authorization="Bearer SECRET-KEY")[0] == 200
    shown = repr(service.exchanges)
    assert "SECRET" not in shown
    assert "Lectures" in shown


def test_outside_of_pytest_check_fails(service: SpeechService, wire: http.client.HTTPConnection) -> None:
    """The block itself judges nothing."""
    service.check()
    ask(wire, "POST", "/datasets", json.dumps(DATASET | {"colour": "red"}))
    with pytest.raises(ContractBroken, match="has no property 'colour'"):
        service.check()


def test_where_it_cannot_listen_it_says_so() -> None:
    """One line."""
    with SpeechService("video-indexer") as running:
        port = urlsplit(running.url).port or 0
        with pytest.raises(UsageError, match=f"cannot listen on 127.0.0.1:{port}"):
            SpeechService("video-indexer").start(port=port)
    with pytest.raises(UsageError, match="not running"):
        _ = running.url
