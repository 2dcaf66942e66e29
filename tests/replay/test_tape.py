"""In which order recorded answers are played, and what goes with what."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from typing import Any

import pytest

from pytest_speechcustom.contracts import load
from pytest_speechcustom.engine.routing import Router
from pytest_speechcustom.replay.normal import Normaliser
from pytest_speechcustom.replay.policy import policy_of
from pytest_speechcustom.replay.tape import Missing, Tape
from pytest_speechcustom.values import NO_BODY, Body, Exchange, Request, Response

CONTRACT = load("watson-stt-cloud")
BASE = "https://h.example/v1/acoustic_customizations"
MOVING = {"pending", "training", "being_processed"}
NORMALISER = Normaliser(CONTRACT, policy_of(CONTRACT), Router(CONTRACT))


def asked(call: str, body: Any = None, kind: str = "application/json") -> Request:
    """A request: ``GET /1``, below the models."""
    method, _, path = call.partition(" ")
    raw = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else None
    return Request(method, BASE + path, (("Content-Type", kind),) if raw else (), Body(raw) if raw else NO_BODY)


def tape(*rows: tuple[str, str]) -> Tape:
    """A tape of calls and the states that were answered."""
    exchanges = [
        Exchange(asked(call), Response(200, (), Body(json.dumps({"status": status}).encode()))) for call, status in rows
    ]
    normals = [NORMALISER.normal(each.request) for each in exchanges]
    return Tape(exchanges, normals, lambda normal, response: json.loads(response.body.raw or b"")["status"] in MOVING)


def play(tape: Tape, *calls: str) -> list[str]:
    """The states that are played; what is missing is ``-``."""
    found = []
    for call in calls:
        number = tape.play(NORMALISER.normal(asked(call)))
        response = None if isinstance(number, Missing) else tape.exchanges[number].response
        found.append(json.loads(response.body.raw or b"")["status"] if response else "-")
    return found


LIFE = (
    ("GET /1", "pending"), ("GET /1", "ready"), ("POST /1/train", "ok"), ("GET /1", "training"), ("GET /1", "training"),
    ("GET /1", "available"), ("DELETE /1", "gone"), ("GET /1", "404"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("calls", "states"),
    [
        (["GET /1"] * 4, ["pending", "ready", "ready", "ready"]),
        (["GET /1", "POST /1/train", "GET /1", "GET /1", "GET /1", "GET /1"],
         ["pending", "ok", "training", "training", "available", "available"]),
        (["POST /1/train", "GET /1", "DELETE /1", "GET /1", "GET /1"], ["ok", "training", "gone", "404", "404"]),
        (["POST /1/train", "POST /1/train"], ["ok", "-"]),
        (["GET /2"], ["-"]),
    ],
    ids=["polls repeat", "more polls", "fewer polls", "a second training", "another model"],
)  # fmt: skip
def test_polls_play_in_order_and_the_last_answer_repeats(calls: list[str], states: list[str]) -> None:
    """However often a client polls, it never sees what was before its last call, or after one that it did not make."""
    assert play(tape(*LIFE), *calls) == states


def test_a_recording_that_ends_too_early_does_not_hang_a_client() -> None:
    """A state that would go on by itself is not repeated for ever."""
    early = tape(("GET /1", "pending"), ("GET /1", "training"))
    assert play(early, "GET /1", "GET /1", "GET /1") == ["pending", "training", "-"]
    missing = early.find(NORMALISER.normal(asked("GET /1")))
    assert isinstance(missing, Missing)
    assert missing.reason == "the recording ends before what it polls came to rest"


def test_a_client_that_waits_is_let_on() -> None:
    """Where the recording went on before what it polls had come to rest."""
    hasty = tape(("GET /1", "pending"), ("POST /1/train", "ok"), ("GET /1", "available"))
    assert play(hasty, "GET /1", "GET /1") == ["pending", "available"]


def test_what_has_nothing_to_do_with_each_other_has_no_order() -> None:
    """Two models, one after the other in the recording, at once in the replay."""
    rows = [(call.replace("/1", f"/{model}"), status) for model in (1, 2) for call, status in LIFE[1:6]]
    calls = [f"{call.replace('/1', f'/{model}')}" for call, _ in LIFE[1:6] for model in (2, 1)]
    assert play(tape(*rows), *calls) == [status for _, status in LIFE[1:6] for _ in (1, 2)]


def test_threads_get_each_answer_once() -> None:
    """Of a call that changes something."""
    many = tape(*[("POST ", str(number)) for number in range(200)])
    found: list[str] = []

    def work() -> None:
        for _ in range(50):
            found.extend(play(many, "POST "))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found, key=int) == [str(number) for number in range(200)]
    assert many.unplayed == ()


# what goes with what

MULTIPART = '--{0}\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--{0}\r\nContent-Disposition: form-data; name="f"; filename="x.txt"\r\n\r\n{1}\r\n--{0}--\r\n'  # noqa: E501


def parts(boundary: str, content: str) -> Request:
    """A form with a file."""
    return asked("POST /1", MULTIPART.format(boundary, content).encode(), f"multipart/form-data; boundary={boundary}")


FORM = "application/x-www-form-urlencoded"
SAME: dict[str, tuple[Request, Request]] = {
    "order of members": (asked("POST ", {"a": 1, "b": [2]}), asked("POST ", {"b": [2], "a": 1})),
    "numbers": (asked("POST ", {"a": 1.0}), asked("POST ", {"a": 1})),
    "blanks and charset": (
        asked("POST ", b'{"a":1}'), asked("POST ", b'{ "a": 1 }', "application/json; charset=UTF-8")),
    "order of parameters": (asked("GET ?a=1&b=2"), asked("GET ?b=2&a=1")),
    "escapes": (asked("GET ?a=x%20y"), asked("GET ?a=x+y")),
    "credentials": (asked("GET ?access_token=abcdefgh1"), asked("GET ?access_token=other123")),
    "signatures": (asked("POST ", {"url": "https://f.example/x?sig=abc123&sp=r"}),
                   asked("POST ", {"url": "https://f.example/x?sig=xyz987&sp=r"})),
    "e-mail": (asked("POST ", {"by": "of a@b.example"}), asked("POST ", {"by": "of scrubbed1@example.com"})),
    "our host": (asked("POST ", {"self": f"{BASE}/1"}), asked("POST ", {"self": "http://127.0.0.1:8/v1/acoustic_customizations/1"})),
    "boundaries": (parts("one", "text"), parts("two", "text")),
    "order of fields": (asked("POST ", b"a=1&b=2", FORM), asked("POST ", b"b=2&a=1", FORM)),
}  # fmt: skip
OTHER: dict[str, tuple[Request, Request]] = {
    "value": (asked("POST ", {"a": "1"}), asked("POST ", {"a": 1})),
    "true is not 1": (asked("POST ", {"a": True}), asked("POST ", {"a": 1})),
    "true is not a word": (asked("POST ", {"a": True}), asked("POST ", {"a": "true"})),
    "null": (asked("POST ", {"a": None}), asked("POST ", {})),
    "nothing in it": (asked("POST ", {"a": []}), asked("POST ", {"a": {}})),
    "order of items": (asked("POST ", [1, 2]), asked("POST ", [2, 1])),
    "one more parameter": (asked("GET ?a=1"), asked("GET ?a=1&a=1")),
    "audio": (asked("POST /1/audio/a", b"\xff\x00", "audio/wav"), asked("POST /1/audio/a", b"\xff\x01", "audio/wav")),
    "content type": (
        asked("POST /1/audio/a", b"\xff\x00", "audio/wav"), asked("POST /1/audio/a", b"\xff\x00", "audio/flac")),
    "part": (parts("one", "text"), parts("one", "texts")),
    "field": (asked("POST ", b"a=1&b=2", FORM), asked("POST ", b"a=1&b=3", FORM)),
    "another host in a body": (asked("POST ", {"url": "https://a.example/x"}), asked("POST ", {"url": "https://b.example/x"})),
}  # fmt: skip


@pytest.mark.parametrize(("one", "other"), SAME.values(), ids=SAME)
def test_what_a_service_cannot_tell_apart_is_the_same(one: Request, other: Request) -> None:
    """Or what a cassette does not hold."""
    assert NORMALISER.normal(one).key == NORMALISER.normal(other).key


@pytest.mark.parametrize(("one", "other"), OTHER.values(), ids=OTHER)
def test_what_a_service_can_tell_apart_is_not(one: Request, other: Request) -> None:
    """One change is enough."""
    assert NORMALISER.normal(one).key != NORMALISER.normal(other).key


@pytest.mark.parametrize(
    "change", [lambda text: text + " and more", lambda text: text.replace("of", "by")], ids=["longer", "other"]
)
def test_what_was_scrubbed_goes_with_anything_and_the_rest_does_not(change: Callable[[str], str]) -> None:
    """A recorded stand-in is a gap in an otherwise compared text."""
    recorded = Exchange(asked("POST ", {"note": "token SCRUBBED000001 of mine"}), Response(200, (), Body(b"{}")))
    one = Tape([recorded], [NORMALISER.normal(recorded.request)], lambda normal, response: False)
    note = "token qT7hX2mZ9vK4 of mine"
    assert one.find(NORMALISER.normal(asked("POST ", {"note": note}))) == 0
    missing = one.find(NORMALISER.normal(asked("POST ", {"note": change(note)})))
    assert isinstance(missing, Missing)
    assert [re.sub(r"\W", "", each.place) for each in missing.differences] == ["bodynote"]
