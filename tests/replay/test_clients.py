"""What libraries do beyond a plain request, recorded and played: JSON, forms, files, packed answers, threads."""

from __future__ import annotations

import asyncio
import gzip
import io
import json
import threading
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp
import httpx
import pytest
import requests
import vcr

from pytest_speechcustom.cassette import CassetteMiss, SpeechCassette
from pytest_speechcustom.contracts import load
from pytest_speechcustom.emulator.service import SpeechService
from pytest_speechcustom.replay import files
from tests.replay.canaries import server

SERVICE = "azure-speech-v3.1"
KEY = {"Ocp-Apim-Subscription-Key": "any-key-that-is-long"}
WANTED = {
    "displayName": "Lectures",
    "locale": "en-US",
    "kind": "Language",
    "contentUrl": "https://example.com/text.txt",
}
FIELDS = {"displayName": "Lectures", "locale": "en-US", "kind": "Language"}
ELSEWHERE = "https://westus.api.cognitive.microsoft.com"
Client = Callable[[str, str], Any]


def in_loop(send: Callable[[aiohttp.ClientSession, str], Any], url: str) -> Any:
    """Run with a session of aiohttp that has a base and headers of its own."""

    async def run() -> Any:
        async with (
            aiohttp.ClientSession(f"{url}/", headers=KEY) as session,
            send(session, "speechtotext/v3.1/") as answer,
        ):
            return answer.status, await answer.json()

    return asyncio.run(run())


def form(content: bytes) -> aiohttp.FormData:
    """A form with a file."""
    made = aiohttp.FormData(FIELDS)
    made.add_field("data", io.BytesIO(content), filename="text.txt", content_type="text/plain")
    return made


def by_urllib(url: str, text: str) -> Any:
    """The standard library's."""
    body = json.dumps(WANTED | {"description": text}).encode()
    headers = KEY | {"Content-Type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(f"{url}/speechtotext/v3.1/datasets", body, headers)) as answer:
        return answer.status, json.load(answer)


def told(answer: Any) -> Any:
    """Status and value."""
    return answer.status_code, answer.json()


CLIENTS: dict[str, Client] = {
    "requests json": lambda url, text: told(
        requests.post(f"{url}/speechtotext/v3.1/datasets", json=WANTED | {"description": text}, headers=KEY)),
    "requests files": lambda url, text: told(
        requests.post(f"{url}/speechtotext/v3.1/datasets/upload", data=FIELDS, headers=KEY,
                      files={"data": ("text.txt", text.encode(), "text/plain")})),
    "httpx files": lambda url, text: told(
        httpx.post(f"{url}/speechtotext/v3.1/datasets/upload", data=FIELDS, headers=KEY,
                   files={"data": ("text.txt", text.encode(), "text/plain")})),
    "aiohttp json": lambda url, text: in_loop(
        lambda session, base: session.post(f"{base}datasets", json=WANTED | {"description": text}), url),
    "aiohttp form": lambda url, text: in_loop(
        lambda session, base: session.post(f"{base}datasets/upload", data=form(text.encode())), url),
    "urllib": by_urllib,
}  # fmt: skip


def place(folder: Path) -> files.Place:
    """Where the cassette is."""
    return files.place_of("mine", SERVICE, folder)


@pytest.mark.parametrize("client", CLIENTS.values(), ids=CLIENTS)
def test_what_was_recorded_plays_and_a_change_does_not(client: Client, tmp_path: Path) -> None:
    """Boundaries are made up anew each time; the text in the body, or in the file, is compared."""
    contract = load(SERVICE)
    with SpeechService(contract) as service, SpeechCassette(contract, place(tmp_path), "once"):
        recorded = client(service.address, "some text")
    assert recorded[0] == 201
    with SpeechCassette(contract, place(tmp_path)) as cassette:
        assert client(ELSEWHERE, "some text") == recorded
        assert len(cassette.exchanges) == 1
    cassette = SpeechCassette(contract, place(tmp_path))
    cassette.start()
    with pytest.raises(CassetteMiss, match=r"seen .*other text"):
        client(ELSEWHERE, "other text")
    cassette.stop()


def test_what_one_library_recorded_another_plays(tmp_path: Path) -> None:
    """The normal form is the same."""
    contract = load(SERVICE)
    with SpeechService(contract) as service, SpeechCassette(contract, place(tmp_path), "once"):
        recorded = CLIENTS["requests json"](service.address, "some text")
    for other in ("aiohttp json", "urllib"):
        with SpeechCassette(contract, place(tmp_path)):
            assert CLIENTS[other](ELSEWHERE, "some text") == recorded


def test_a_plain_cassette_of_vcrpy_plays(tmp_path: Path) -> None:
    """With packed answers, and without metadata."""
    path = place(tmp_path).own
    path.parent.mkdir(parents=True)
    packed = gzip.compress(json.dumps({"values": []}).encode())
    headers = {"Content-Type": ["application/json"], "Content-Encoding": ["gzip"], "Content-Length": [str(len(packed))]}
    with vcr.use_cassette(str(path), record_mode="once") as tape:
        tape.append(
            vcr.request.Request("GET", "https://h.example/speechtotext/v3.1/models", None, {}),
            {"status": {"code": 200, "message": "OK"}, "headers": headers, "body": {"string": packed}},
        )
    for get in (requests.get, httpx.get):
        with SpeechCassette(load(SERVICE), place(tmp_path)) as cassette:
            assert get("https://h.example/speechtotext/v3.1/models", headers=KEY).json() == {"values": []}
        assert cassette.judge().cassette["made_under"] is None


def test_threads_play(tmp_path: Path) -> None:
    """Each over connections of its own."""
    contract = load(SERVICE)
    with SpeechService(contract) as service, SpeechCassette(contract, place(tmp_path), "once"):
        for number in range(20):
            CLIENTS["requests json"](service.address, f"text {number}")
    found: list[str] = []
    with SpeechCassette(contract, place(tmp_path)) as cassette:

        def work(first: int) -> None:
            with httpx.Client(headers=KEY) as client:
                for number in range(first, 20, 4):
                    wanted = WANTED | {"description": f"text {number}"}
                    answer = client.post(f"{ELSEWHERE}/speechtotext/v3.1/datasets", json=wanted)
                    found.append(answer.json()["description"])

        threads = [threading.Thread(target=work, args=(first,)) for first in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(found) == sorted(f"text {number}" for number in range(20))
    assert cassette.judge().cassette["unplayed"] == []


def test_a_call_without_an_answer_is_not_recorded(tmp_path: Path) -> None:
    """And where there was no other, there is no file."""
    with server() as url:
        pass
    with SpeechCassette(load(SERVICE), place(tmp_path), "once"), pytest.raises(httpx.ConnectError):
        httpx.get(f"{url}/speechtotext/v3.1/models", headers=KEY)
    assert not place(tmp_path).own.exists()


def test_streams_are_compared_as_what_they_carry(tmp_path: Path) -> None:
    """A generator, a file and bytes are the same request."""
    contract, target = (
        load("watson-stt-cloud"),
        "/v1/acoustic_customizations/74f4807e-7ff2-8862-8304-000000000001/audio/a",
    )
    sound, kind = (
        b"fLaC" + bytes(range(256)),
        {"Content-Type": "audio/flac", "Authorization": "Bearer any-token-of-mine"},
    )
    where = files.place_of("mine", contract.id, tmp_path)
    with SpeechService(contract) as service, SpeechCassette(contract, where, "once"):
        recorded = requests.post(service.address + target, data=sound, headers=kind)
    for data in (iter([sound[:7], sound[7:]]), io.BytesIO(sound), sound):
        with SpeechCassette(contract, files.place_of("mine", contract.id, tmp_path)):
            played = requests.post(ELSEWHERE + target, data=data, headers=kind)
            assert (played.status_code, played.json()) == (recorded.status_code, recorded.json())


def test_a_redirect_is_followed_in_the_replay(tmp_path: Path) -> None:
    """By aiohttp too, which asks a cassette in its own way."""
    path = place(tmp_path).own
    path.parent.mkdir(parents=True)
    old, new = f"{ELSEWHERE}/speechtotext/v3.1/projects", f"{ELSEWHERE}/speechtotext/v3.1/models"
    with vcr.use_cassette(str(path), record_mode="once") as tape:
        for url, status, headers, body in (
            (old, 307, {"Location": [new]}, b""),
            (new, 200, {"Content-Type": ["application/json"]}, b'{"values": []}'),
        ):
            tape.append(
                vcr.request.Request("GET", url, None, {}),
                {"status": {"code": status, "message": "x"}, "headers": headers, "body": {"string": body}},
            )
    with SpeechCassette(load(SERVICE), place(tmp_path)) as cassette:
        assert in_loop(lambda session, base: session.get(f"{base}projects"), ELSEWHERE) == (200, {"values": []})
        assert requests.get(old, headers=KEY).json() == {"values": []}
    assert cassette.judge().cassette["unplayed"] == []
