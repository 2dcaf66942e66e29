"""The monitor: what it sees of each HTTP library, that it changes nothing, and what it makes of it."""

from __future__ import annotations

import asyncio
import http.client
import io
import json
import threading
import urllib.request
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import aiohttp
import httpx
import pytest
import requests
import urllib3
import vcr

from pytest_speechcustom.judging import ContractBroken
from pytest_speechcustom.monitor import Monitor
from pytest_speechcustom.taps.wire import absolute, unchunked
from pytest_speechcustom.values import Exchange, UsageError
from tests.conftest import MODEL, Loopback

SERVICE = "watson-stt-cloud"
GOOD = {"name": "Lectures", "base_model_name": "en-US_BroadbandModel"}
BAD = {"name": "Lectures", "base_model": "en-US_BroadbandModel"}
ANSWER = {"customization_id": MODEL}
AUDIO = bytes(range(256)) * 700
FLAC = {"Content-Type": "audio/flac"}

Send = Callable[[str, Any], Any]


def _by_requests(url: str, value: Any) -> Any:
    return requests.post(url, json=value).json()


def _by_requests_stream(url: str, value: Any) -> Any:
    with requests.Session() as session, session.post(url, json=value, stream=True) as response:
        return json.loads(b"".join(response.iter_content(5)))


def _by_urllib3(url: str, value: Any) -> Any:
    with urllib3.PoolManager() as pool:
        return pool.request("POST", url, json=value).json()


def _by_urllib3_raw(url: str, value: Any) -> Any:
    with urllib3.PoolManager() as pool:
        response = pool.request("POST", url, json=value, preload_content=False)
        answer = json.loads(b"".join(response.stream(4, decode_content=True)))
        response.release_conn()
        return answer


def _by_httpx(url: str, value: Any) -> Any:
    return httpx.post(url, json=value).json()


def _by_httpx_stream(url: str, value: Any) -> Any:
    with httpx.Client() as client, client.stream("POST", url, json=value) as response:
        return json.loads(b"".join(response.iter_bytes()))


def _by_httpx_async(url: str, value: Any) -> Any:
    async def send() -> Any:
        async with httpx.AsyncClient() as client:
            return (await client.post(url, json=value)).json()

    return asyncio.run(send())


def _by_aiohttp(url: str, value: Any) -> Any:
    async def send() -> Any:
        async with aiohttp.ClientSession() as session, session.post(url, json=value) as response:
            return await response.json()

    return asyncio.run(send())


def _by_aiohttp_stream(url: str, value: Any) -> Any:
    async def send() -> Any:
        async with aiohttp.ClientSession() as session, session.post(url, json=value) as response:
            return json.loads(b"".join([chunk async for chunk in response.content.iter_chunked(3)]))

    return asyncio.run(send())


def _by_http_client(url: str, value: Any) -> Any:
    parts = httpx.URL(url)
    connection = http.client.HTTPConnection(parts.host, parts.port)
    try:
        connection.request("POST", parts.raw_path.decode(), json.dumps(value), {"Content-Type": "application/json"})
        return _unpacked(connection.getresponse())
    finally:
        connection.close()


def _by_urllib_request(url: str, value: Any) -> Any:
    request = urllib.request.Request(url, json.dumps(value).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as response:
        return _unpacked(response)


def _unpacked(response: Any) -> Any:
    import gzip

    body = response.read()
    return json.loads(gzip.decompress(body) if response.headers.get("Content-Encoding") == "gzip" else body)


CLIENTS: dict[str, Send] = {
    "requests": _by_requests,
    "requests-stream": _by_requests_stream,
    "urllib3": _by_urllib3,
    "urllib3-stream": _by_urllib3_raw,
    "httpx": _by_httpx,
    "httpx-stream": _by_httpx_stream,
    "httpx-async": _by_httpx_async,
    "aiohttp": _by_aiohttp,
    "aiohttp-stream": _by_aiohttp_stream,
    "http.client": _by_http_client,
    "urllib.request": _by_urllib_request,
}
every_client = pytest.mark.parametrize("send", CLIENTS.values(), ids=CLIENTS)


def sent(exchange: Exchange) -> Any:
    """The JSON value that a request carried."""
    return json.loads(exchange.request.body.raw or b"null")


def answered(exchange: Exchange) -> Any:
    """The JSON value that came back."""
    assert exchange.response is not None
    return json.loads(exchange.response.body.raw or b"null")


# what it sees


@every_client
@pytest.mark.parametrize("framing", ["plain", "chunked", "packed", "chunked and packed"])
def test_sees_both_bodies(loopback: Loopback, send: Send, framing: str) -> None:
    """Whatever library sends, and however the answer is framed: both bodies are seen, and the client gets its own."""
    loopback.chunked, loopback.packed = "chunked" in framing, "packed" in framing

    with Monitor(SERVICE) as monitor:
        answer = send(loopback.models, GOOD)

    (exchange,) = monitor.exchanges
    assert answer == ANSWER
    assert (exchange.request.method, exchange.request.url) == ("POST", loopback.models)
    assert (sent(exchange), answered(exchange)) == (GOOD, ANSWER)
    assert exchange.response is not None
    assert exchange.response.status == 201


@every_client
def test_finds_what_is_wrong(loopback: Loopback, send: Send) -> None:
    """A request outside the contract is found, whatever library sends it."""
    monitor = Monitor(SERVICE)

    with pytest.raises(ContractBroken, match="base_model_name"), monitor:
        send(loopback.models, BAD)

    assert {finding.level for finding in monitor.findings} == {"error"}


@every_client
def test_request_headers_are_those_on_the_wire(loopback: Loopback, send: Send) -> None:
    """The headers that the library adds by itself are seen too: exactly what the server got."""
    with Monitor(SERVICE) as monitor:
        send(loopback.models, GOOD)

    (exchange,) = monitor.exchanges
    (_, _, received, _) = loopback.received[0]
    assert {name.lower(): value for name, value in exchange.request.headers} == {
        name.lower(): value for name, value in received.items()
    }


@every_client
def test_times_enclose_the_exchange(loopback: Loopback, send: Send) -> None:
    """An exchange has a start and an end, and the next one starts after it."""
    with Monitor(SERVICE) as monitor:
        send(loopback.models, GOOD)
        send(loopback.models, GOOD)

    first, second = monitor.exchanges
    assert first.started is not None
    assert first.ended is not None
    assert second.started is not None
    assert first.started < first.ended <= second.started


@every_client
@pytest.mark.parametrize("broken", ["silent", "short"])
def test_same_error_as_without(loopback: Loopback, send: Send, broken: str) -> None:
    """A broken connection gives the client the error that it gives without a monitor, and the request is judged."""
    loopback.broken = broken
    with pytest.raises(Exception) as without:  # noqa: PT011
        send(loopback.models, BAD)

    monitor = Monitor(SERVICE)
    monitor.start()
    with pytest.raises(Exception) as watched:  # noqa: PT011
        send(loopback.models, BAD)
    monitor.stop()

    assert type(watched.value) is type(without.value)
    assert "request.body.required" in str(monitor.findings) or "base_model_name" in str(monitor.findings)
    assert all(sent(exchange) == BAD for exchange in monitor.exchanges)
    if broken == "silent":
        assert [exchange.response for exchange in monitor.exchanges] == [None] * len(monitor.exchanges)


def test_what_was_not_sent_whole_is_no_exchange(loopback: Loopback) -> None:
    """Where nobody listens there is no traffic to judge, and no finding about a body that is missing."""
    nowhere = "http://127.0.0.1:9/v1/acoustic_customizations"
    monitor = Monitor(SERVICE)
    monitor.start()

    for send in CLIENTS.values():
        with pytest.raises((OSError, httpx.ConnectError, urllib3.exceptions.MaxRetryError)):
            send(nowhere, BAD)
    monitor.stop()

    assert monitor.exchanges == ()


@pytest.mark.parametrize("first", [True, False])
def test_a_path_that_other_services_have_is_judged_where_the_service_listens(loopback: Loopback, first: bool) -> None:
    """`/v1/models` is Watson's too: it is judged at the host of other calls, or where there is none."""
    with Monitor(SERVICE, allow=["*"]) as monitor:
        urls = [
            f"{loopback.url}/v1/models",
            f"{loopback.url.replace('127.0.0.1', 'localhost')}/v1/models",
            loopback.models,
        ]
        for url in urls if first else reversed(urls):
            requests.get(url)
    hosts = [finding for finding in monitor.findings if finding.rule.endswith("/request.host")]
    judged = [finding for finding in monitor.findings if finding.operation == "listModels"]
    assert [finding.seen for finding in hosts] == [loopback.url.replace("127.0.0.1", "localhost")]
    assert {finding.exchange for finding in judged} == {0 if first else 2}

    with Monitor(SERVICE, allow=["*"]) as alone:
        requests.get(f"{loopback.url}/v1/models")
    assert {finding.operation for finding in alone.findings} == {"listModels"}


def test_an_upload_that_breaks_off_is_no_exchange(loopback: Loopback) -> None:
    """An iterator that raises leaves half a request, of which nothing is said."""

    def broken() -> Iterator[bytes]:
        yield b"half"
        raise ZeroDivisionError

    url = f"{loopback.models}/{MODEL}/audio/lecture"
    monitor = Monitor(SERVICE)
    monitor.start()
    with pytest.raises(ZeroDivisionError):
        requests.post(url, data=broken())
    with pytest.raises(ZeroDivisionError):
        httpx.post(url, content=broken())
    with requests.Session() as session:
        monitor.watch(session)
        with pytest.raises(ZeroDivisionError):
            session.post(url, data=broken())
    monitor.stop()

    assert monitor.exchanges == ()


def test_redirects_are_exchanges_of_their_own(loopback: Loopback) -> None:
    """Each hop is seen, by every library that follows."""
    url = f"{loopback.url}/redirect"

    async def by_aiohttp() -> None:
        async with aiohttp.ClientSession() as session, session.post(url, json=GOOD) as response:
            await response.read()

    for send in (
        lambda: requests.post(url, json=GOOD),
        lambda: httpx.post(url, json=GOOD, follow_redirects=True),
        lambda: asyncio.run(by_aiohttp()),
    ):
        monitor = Monitor(SERVICE)
        monitor.start()
        send()
        monitor.stop()
        assert [exchange.request.url for exchange in monitor.exchanges] == [url, loopback.models]
        assert sent(monitor.exchanges[1]) == GOOD


def test_what_the_contract_does_not_know_is_left_alone(loopback: Loopback) -> None:
    """Of other requests only the line and the headers are kept; nothing is read ahead."""
    monitor = Monitor(SERVICE)
    monitor.start()
    url, data = f"{loopback.url}/elsewhere", {"big": "x" * 1000}
    answers = [requests.post(url, data=data).text, httpx.post(url, data=data).text]
    monitor.stop()

    assert answers == ["<p>hello</p>"] * 2
    for exchange in monitor.exchanges:
        assert exchange.request.body.empty
        assert exchange.response is not None
        assert exchange.response.body.empty


def test_in_process_applications_are_seen() -> None:
    """httpx's transports that need no socket count as traffic too."""

    def app(request: httpx.Request) -> httpx.Response:
        return httpx.Response(201, json=ANSWER)

    monitor = Monitor(SERVICE)
    monitor.start()
    with httpx.Client(transport=httpx.MockTransport(app)) as client:
        client.post("https://api.example.com/v1/acoustic_customizations", json=GOOD)
    monitor.stop()

    assert [answered(exchange) for exchange in monitor.exchanges] == [ANSWER]


def test_where_names_the_callers_line(loopback: Loopback) -> None:
    """A person is told the request and the line of the test that led to it, without the query's secrets."""
    monitor = Monitor(SERVICE)
    monitor.start()
    requests.get(f"{loopback.models}?access_token=0123456789")
    monitor.stop()

    (exchange,) = monitor.exchanges
    assert exchange.where.startswith(f"GET {loopback.models}?access_token=*** from ")
    assert "test_monitor.py:" in exchange.where


# that it changes nothing


def _pieces() -> Iterator[bytes]:
    for start in range(0, len(AUDIO), 10_000):
        yield AUDIO[start : start + 10_000]


async def _async_pieces() -> AsyncIterator[bytes]:
    for piece in _pieces():
        yield piece


def _upload_aiohttp(url: str, data: Any) -> None:
    async def send() -> None:
        async with aiohttp.ClientSession() as session, session.post(url, data=data, headers=FLAC) as response:
            await response.read()

    asyncio.run(send())


def _upload_httpx_async(url: str, content: Any) -> None:
    async def send() -> None:
        async with httpx.AsyncClient() as client:
            await client.post(url, content=content, headers={"Content-Type": "audio/flac"})

    asyncio.run(send())


def _upload_http_client(url: str, body: Any, **kwargs: Any) -> None:
    parts = httpx.URL(url)
    connection = http.client.HTTPConnection(parts.host, parts.port)
    connection.request("POST", parts.raw_path.decode(), body, {"Content-Type": "audio/flac"}, **kwargs)
    connection.getresponse().read()
    connection.close()


def _upload_by_hand(url: str, body: Any) -> None:
    parts = httpx.URL(url)
    connection = http.client.HTTPConnection(parts.host, parts.port)
    connection.putrequest("POST", parts.raw_path.decode())
    connection.putheader("Content-Type", "audio/flac")
    connection.putheader("Content-Length", str(len(AUDIO)))
    connection.endheaders()
    connection.send(body)
    connection.getresponse().read()
    connection.close()


UPLOADS: dict[str, Callable[[str], Any]] = {
    "requests-iterator": lambda url: requests.post(url, data=_pieces(), headers=FLAC),
    "requests-file": lambda url: requests.post(url, data=io.BytesIO(AUDIO), headers=FLAC),
    "urllib3-iterator": lambda url: urllib3.request("POST", url, body=_pieces(), headers=FLAC),
    "httpx-iterator": lambda url: httpx.post(url, content=_pieces(), headers=FLAC),
    "httpx-file": lambda url: httpx.post(url, content=io.BytesIO(AUDIO), headers=FLAC),
    "httpx-async": lambda url: _upload_httpx_async(url, _async_pieces()),
    "aiohttp-iterator": lambda url: _upload_aiohttp(url, _async_pieces()),
    "aiohttp-file": lambda url: _upload_aiohttp(url, io.BytesIO(AUDIO)),
    "aiohttp-bytes": lambda url: _upload_aiohttp(url, AUDIO),
    "http.client-file": lambda url: _upload_http_client(url, io.BytesIO(AUDIO)),
    "http.client-iterator": lambda url: _upload_http_client(url, _pieces(), encode_chunked=True),
    "http.client-hand-file": lambda url: _upload_by_hand(url, io.BytesIO(AUDIO)),
    "http.client-hand-iterator": lambda url: _upload_by_hand(url, _pieces()),
    "http.client-hand-view": lambda url: _upload_by_hand(url, memoryview(AUDIO)),
}


@pytest.mark.parametrize("upload", UPLOADS.values(), ids=UPLOADS)
def test_streams_reach_the_server_intact(loopback: Loopback, upload: Callable[[str], Any]) -> None:
    """An upload from a file or an iterator arrives as without a monitor, framing included, and is seen whole."""
    url = f"{loopback.models}/{MODEL}/audio/lecture"
    upload(url)

    with Monitor(SERVICE) as monitor:
        upload(url)

    without, watched = loopback.received
    (exchange,) = monitor.exchanges
    assert watched == without
    assert watched[3] == AUDIO
    assert exchange.request.body.raw == AUDIO


def test_connections_are_kept_alive(loopback: Loopback) -> None:
    """Reading ahead leaves a connection usable."""
    with Monitor(SERVICE) as monitor, requests.Session() as session, httpx.Client() as client:
        for _ in range(3):
            session.post(loopback.models, json=GOOD)
            client.post(loopback.models, json=GOOD)

    assert len(monitor.exchanges) == 6


def test_threads_are_paired_rightly(loopback: Loopback) -> None:
    """No exchange of many threads is missed, and each answer stands with its request."""
    names = [f"model {number}" for number in range(120)]

    def send(name: str) -> None:
        client = requests.post if int(name.split()[1]) % 2 else httpx.post
        client(loopback.models, json=GOOD | {"name": name})

    with Monitor(SERVICE) as monitor, ThreadPoolExecutor(8) as pool:
        list(pool.map(send, names))

    assert sorted(sent(exchange)["name"] for exchange in monitor.exchanges) == sorted(names)
    assert len({answered(exchange)["customization_id"] for exchange in monitor.exchanges}) == len(names)


@pytest.mark.parametrize("library", ["httpx", "aiohttp"])
def test_tasks_are_paired_rightly(loopback: Loopback, library: str) -> None:
    """Requests of one event loop that overlap are told apart."""
    names = [f"model {number}" for number in range(30)]

    async def send() -> None:
        async with httpx.AsyncClient() as client, aiohttp.ClientSession() as session:
            post: Any = client.post if library == "httpx" else session.post
            await asyncio.gather(*(post(loopback.models, json=GOOD | {"name": name}) for name in names))

    with Monitor(SERVICE) as monitor:
        asyncio.run(send())

    assert sorted(sent(exchange)["name"] for exchange in monitor.exchanges) == sorted(names)


def test_nothing_stays_patched(loopback: Loopback) -> None:
    """After the end of a monitor everything is as before it."""

    def patched() -> list[Any]:
        return [
            http.client.HTTPConnection.send,
            http.client.HTTPConnection.putrequest,
            http.client.HTTPConnection.getresponse,
            httpx.HTTPTransport.handle_request,
            httpx.ASGITransport.handle_async_request,
            aiohttp.ClientRequest.send,
            aiohttp.ClientResponse.start,
            vcr.cassette.Cassette.play_response,
            vcr.patch._HttpxHttpTransport_handle_request,
        ]

    before = patched()
    with Monitor(SERVICE):
        assert all(now is not then for now, then in zip(patched(), before, strict=True))

    assert patched() == before


def test_monitors_may_nest(loopback: Loopback) -> None:
    """An inner monitor sees its part, the outer one all, each once."""
    with Monitor(SERVICE) as outer:
        httpx.post(loopback.models, json=GOOD)
        with Monitor(SERVICE) as inner:
            httpx.post(loopback.models, json=GOOD)
            requests.post(loopback.models, json=GOOD)

    assert (len(outer.exchanges), len(inner.exchanges)) == (3, 1 + 1)


# together with a cassette of the user


def _three(url: str) -> None:
    _by_requests(url, GOOD)
    _by_httpx(url, GOOD)
    _by_httpx_async(url, GOOD)
    _by_aiohttp(url, GOOD)
    _by_urllib_request(url, GOOD)


@pytest.mark.parametrize("outside", ["monitor", "cassette"])
@pytest.mark.parametrize("mode", ["record", "play"])
def test_a_cassette_of_the_user_works_and_is_seen(loopback: Loopback, tmp_path: Path, outside: str, mode: str) -> None:
    """Whichever is opened first, what a cassette records and what it plays back is seen, each exchange once."""
    path = str(tmp_path / "cassette.yaml")
    if mode == "play":
        with vcr.use_cassette(path):
            _three(loopback.models)
    received = len(loopback.received)

    monitor = Monitor(SERVICE)
    if outside == "monitor":
        with monitor, vcr.use_cassette(path):
            _three(loopback.models)
    else:
        with vcr.use_cassette(path), monitor:
            _three(loopback.models)

    assert len(loopback.received) - received == (0 if mode == "play" else 5)
    assert [
        sent(exchange) if exchange.request.body.raw else exchange.request.body.value for exchange in monitor.exchanges
    ] == [GOOD] * 5
    assert all(answered(exchange).keys() == ANSWER.keys() for exchange in monitor.exchanges)
    assert monitor.findings == ()


RECORDABLE = {name: upload for name, upload in UPLOADS.items() if "-hand-" not in name}
"""Without those that vcrpy cannot save."""


@pytest.mark.parametrize("upload", RECORDABLE.values(), ids=RECORDABLE)
def test_uploads_that_a_cassette_answers(loopback: Loopback, tmp_path: Path, upload: Callable[[str], Any]) -> None:
    """What a cassette plays back has the body that the client meant to send."""
    url, path = f"{loopback.models}/{MODEL}/audio/lecture", str(tmp_path / "cassette.yaml")
    with vcr.use_cassette(path):
        upload(url)

    monitor = Monitor(SERVICE)
    monitor.start()
    with vcr.use_cassette(path, record_mode=vcr.mode.NONE):
        upload(url)
    monitor.stop()

    assert [exchange.request.body.raw for exchange in monitor.exchanges] == [AUDIO]
    assert len(loopback.received) == 1


def test_a_cassette_that_refuses_is_no_exchange(loopback: Loopback, tmp_path: Path) -> None:
    """vcrpy's own error reaches the test, and there was no traffic."""
    monitor = Monitor(SERVICE)
    monitor.start()
    cassette = vcr.use_cassette(str(tmp_path / "cassette.yaml"), record_mode=vcr.mode.NONE)
    with cassette, pytest.raises(vcr.errors.CannotOverwriteExistingCassetteException):
        requests.get(loopback.models)
    monitor.stop()

    assert monitor.exchanges == ()


def test_a_cassette_that_closes_later_is_no_harm(loopback: Loopback, tmp_path: Path) -> None:
    """A monitor that ends inside a cassette leaves the libraries working, and hears nothing more."""
    monitor = Monitor(SERVICE)
    monitor.start()
    with vcr.use_cassette(str(tmp_path / "cassette.yaml")):
        monitor.stop()
        _by_httpx(loopback.models, GOOD)
    _by_httpx(loopback.models, GOOD)

    assert monitor.exchanges == ()
    assert len(loopback.received) == 2


# one client


def test_watches_one_httpx_client(loopback: Loopback) -> None:
    """With `watch` only that client counts; its own hooks run still."""
    heard: list[str] = []
    hooks: Any = {
        "request": [lambda r: heard.append("request")],
        "response": [lambda r: heard.append(r.read().decode())],
    }
    monitor = Monitor(SERVICE)
    monitor.start()
    with httpx.Client(event_hooks=hooks) as client:
        monitor.watch(client)
        client.post(loopback.models, content=_pieces_of(GOOD), headers={"Content-Type": "application/json"})
        requests.post(loopback.models, json=BAD)
        monitor.stop()
        client.post(loopback.models, json=BAD)

    (exchange,) = monitor.exchanges
    assert (sent(exchange), answered(exchange)) == (GOOD, ANSWER)
    assert heard[:2] == ["request", json.dumps(ANSWER)]
    assert len(heard) == 4


def _pieces_of(value: Any) -> Iterator[bytes]:
    yield from (bytes([byte]) for byte in json.dumps(value).encode())


def test_watches_one_async_httpx_client(loopback: Loopback) -> None:
    """An asynchronous client can be watched too."""
    monitor = Monitor(SERVICE)

    async def send() -> Any:
        async with httpx.AsyncClient(follow_redirects=True) as client:
            monitor.watch(client)
            return (await client.post(f"{loopback.url}/redirect", json=GOOD)).json()

    assert asyncio.run(send()) == ANSWER
    assert [exchange.request.url for exchange in monitor.exchanges] == [f"{loopback.url}/redirect", loopback.models]


def test_watched_httpx_clients_that_fail(loopback: Loopback) -> None:
    """A request that ends in an error is seen at once."""
    loopback.broken = "silent"
    monitor = Monitor(SERVICE)

    async def send() -> None:
        async with httpx.AsyncClient() as client:
            monitor.watch(client)
            await client.post(loopback.models, json=BAD)

    with pytest.raises(httpx.RemoteProtocolError):
        asyncio.run(send())
    with httpx.Client() as client:
        monitor.watch(client)
        with pytest.raises(httpx.RemoteProtocolError):
            client.post(loopback.models, json=BAD)

    assert [(sent(exchange), exchange.response) for exchange in monitor.exchanges] == [(BAD, None)] * 2


@pytest.mark.parametrize("form", ["json", "text", "iterator", "file"])
def test_watches_one_requests_session(loopback: Loopback, form: str) -> None:
    """A session can be watched, whatever it sends; other sessions do not count."""
    text = json.dumps(GOOD)
    data: Any = {"text": text, "iterator": _pieces_of(GOOD), "file": io.BytesIO(text.encode())}.get(form)
    monitor = Monitor(SERVICE)
    with requests.Session() as session:
        monitor.watch(session)
        json_headers = {"Content-Type": "application/json"}
        answer = (
            session.post(loopback.models, json=GOOD)
            if form == "json"
            else session.post(loopback.models, data=data, headers=json_headers)
        )
        requests.post(loopback.models, json=BAD)

    (exchange,) = monitor.exchanges
    assert answer.json() == ANSWER
    assert (sent(exchange), answered(exchange)) == (GOOD, ANSWER)
    assert json.loads(loopback.received[0][3]) == GOOD


def test_a_watched_session_that_fails(loopback: Loopback) -> None:
    """The error of a session is its own, and the request is seen."""
    loopback.broken = "silent"
    monitor = Monitor(SERVICE)
    with requests.Session() as session:
        monitor.watch(session)
        with pytest.raises(requests.ConnectionError):
            session.post(loopback.models, json=BAD)

    assert [exchange.response for exchange in monitor.exchanges] == [None]


def test_what_cannot_be_watched_is_refused() -> None:
    """The message says what can be watched, and what was given."""
    with pytest.raises(UsageError, match=r"httpx\.Client, an httpx\.AsyncClient or a requests\.Session, not a .*dict"):
        Monitor(SERVICE).watch({})


def test_a_stopped_monitor_watches_no_more() -> None:
    """It says so instead of hearing nothing."""
    monitor = Monitor(SERVICE)
    monitor.stop()

    with pytest.raises(UsageError, match="stopped"):
        monitor.watch(requests.Session())


def test_a_watched_session_whose_answer_breaks_off(loopback: Loopback) -> None:
    """Half an answer is none."""
    loopback.broken = "short"
    monitor = Monitor(SERVICE)
    with requests.Session() as session:
        monitor.watch(session)
        with pytest.raises(requests.exceptions.ChunkedEncodingError):
            session.post(loopback.models, json=BAD)

    assert [exchange.response for exchange in monitor.exchanges] == [None]


@pytest.mark.parametrize(
    ("connection", "target", "url"),
    [
        (http.client.HTTPConnection("h"), "/p?q", "http://h/p?q"),
        (http.client.HTTPConnection("h", 8080), "", "http://h:8080/"),
        (http.client.HTTPSConnection("h"), "/p", "https://h/p"),
        (http.client.HTTPConnection("::1", 8080), "/p", "http://[::1]:8080/p"),
        (http.client.HTTPConnection("proxy", 3128), "http://h/p", "http://h/p"),
        (urllib3.connection.HTTPSConnection("h", 443), "/p", "https://h/p"),
    ],
)
def test_urls_of_connections(connection: Any, target: str, url: str) -> None:
    """The URL is that of the server, whatever a connection leads through."""
    assert absolute(connection, target) == url


def test_urls_through_a_tunnel() -> None:
    """A proxy for https is not the server."""
    connection = http.client.HTTPSConnection("proxy", 3128)
    connection.set_tunnel("h", 443)

    assert absolute(connection, "/p") == "https://h/p"


@pytest.mark.parametrize(
    ("raw", "content"),
    [
        (b"3\r\nabc\r\n0\r\n\r\n", b"abc"),
        (b"3;x=1\r\nabc\r\nA\r\nde", b"abcde"),
        (b"zz\r\nabc", b""),
        (b"3", b""),
        (b"", b""),
    ],
)
def test_chunked_bodies(raw: bytes, content: bytes) -> None:
    """As much as there is, of what is broken off too."""
    assert unchunked(raw) == content


# what it makes of it


def test_check_raises_at_once(loopback: Loopback) -> None:
    """`check` tells rule, place, what was allowed and the source, and hides credentials."""
    monitor = Monitor(SERVICE)
    monitor.start()
    httpx.post(loopback.models, json=BAD, auth=("apikey", "very-secret-key"))
    monitor.stop()

    with pytest.raises(ContractBroken) as caught:
        monitor.check()

    text = str(caught.value)
    assert caught.value.findings == monitor.findings
    for part in (f"{SERVICE}/request.body", "test_monitor.py:", "allowed", "source", "IBM20", "curl"):
        assert part in text
    assert "very-secret-key" not in text
    assert "YXBpa2V5" not in text


def test_an_error_in_the_block_is_not_masked(loopback: Loopback) -> None:
    """Where the block fails by itself, its own error is raised."""

    def block() -> None:
        with Monitor(SERVICE):
            httpx.post(loopback.models, json=BAD)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        block()


@pytest.mark.parametrize("allow", [["request.body.*"], [f"{SERVICE}/request.body.*"]], ids=["local", "full"])
def test_allowed_rules_do_not_fail(loopback: Loopback, allow: list[str]) -> None:
    """Allowed rules, also by pattern and with the service before them, are found and do not count."""
    with Monitor(SERVICE, allow=allow) as monitor:
        httpx.post(loopback.models, json=BAD)

    assert monitor.findings != ()
    assert monitor.judge().failing == ()


@pytest.mark.parametrize(
    ("allow", "message"),
    [
        (["request.body.requird"], "did you mean 'request.body.required'"),
        (["video-indexer/request.body.required"], f"did you mean '{SERVICE}/request.body.required'"),
        (["zzzzzz"], "for example"),
        ("request.body.required", "a list of rule ids"),
        ([3], "as strings"),
    ],
)
def test_allow_takes_rules_that_exist(allow: Any, message: str) -> None:
    """A mistyped id would allow nothing, silently: it is refused, with the nearest that exist."""
    with pytest.raises(UsageError, match=message):
        Monitor(SERVICE, allow=allow)


def test_unknown_service() -> None:
    """The message lists those that exist."""
    with pytest.raises(UsageError, match="watson-stt-icp"):
        Monitor("watson")


def test_report_and_repr(loopback: Loopback) -> None:
    """The report counts the exchanges; the short form names the service."""
    with Monitor(SERVICE) as monitor:
        httpx.post(loopback.models, json=GOOD)
        assert not threading.current_thread().daemon

    assert monitor.report().summary["exchanges"] == 1
    assert repr(monitor) == f"<Monitor {SERVICE}: 1 exchanges>"
    assert monitor.report().mode == "monitor"
