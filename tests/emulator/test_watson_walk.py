"""Long histories of legal and illegal calls, drawn at random: whatever a client does, the server is never at fault."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from pytest_speechcustom.emulator.service import SpeechService
from tests.emulator.watson_audio_samples import silence, tarred, zipped

CALLS = 600
KEY = ("apikey", "any")
MODELS = "/v1/acoustic_customizations"
STRANGER = "00000000-0000-4000-8000-000000000000"
NO_MODELS = (
    b"",
    b"{",
    b"[]",
    b'{"name": "x"}',
    b'{"name": 1, "base_model_name": "en-US"}',
    b'{"name": "x", "base_model_name": "ja-JP_BroadbandModel", "status": "ready"}',
    b'{"name": "x", "base_model_name": "ja-JP_BroadbandModel", "description": null}',
)
TRAININGS: tuple[dict[str, str], ...] = (
    {},
    {"strict": "false"},
    {"strict": "true"},
    {"strict": "no"},
    {"custom_language_model_id": STRANGER},
    {"custom_language_model_id": "x"},
)
NAMES = ("one", "two", "Two", "a%2Fb", "x" * 129)
BODIES: tuple[tuple[bytes, str | None, str | None], ...] = (
    (silence(660), "audio/flac", None),
    (silence(660), None, None),
    (silence(100), "audio/flac", None),
    (silence(660, 8_000), "audio/flac", None),
    (silence(660), "audio/wav", None),
    (b"no audio", "audio/mp3", None),
    (b"\0\0" * 16_000, "audio/l16;rate=16000", None),
    (b"\0\0" * 16_000, "audio/l16", None),
    (b"", "audio/flac", None),
    (silence(100), "application/octet-stream", None),
    (silence(100), "audio/flac", "audio/flac"),
    (zipped({"a.flac": silence(400), "b.flac": silence(300)}), "application/zip", None),
    (zipped({"a.flac": silence(400), "b.flac": silence(300)}), "application/zip", "audio/flac"),
    (zipped({"a.flac": silence(400), "b.flac": b"?"}), "application/zip", "audio/flac"),
    (zipped({"a.raw": bytes(32_000)}), "application/zip", "audio/l16;rate=16000"),
    (zipped({"a.raw": bytes(32_000)}), "application/zip", "audio/l16"),
    (tarred({"a.flac": silence(660)}), "application/gzip", "audio/flac"),
    (b"no archive", "application/zip", None),
)  # fmt: skip


class Walker:
    """Draws one call after the other."""

    def __init__(self, service: SpeechService, http: httpx.Client, seed: int) -> None:
        self.service, self.http, self.random = service, http, random.Random(seed)
        self.models: list[str] = []
        self.steps: list[tuple[int, Callable[[], Any]]] = [
            (4, self.create),
            (1, self.create_badly),
            (3, self.list),
            (9, lambda: self.call("GET", self.model())),
            (1, lambda: self.call("DELETE", self.model())),
            (7, self.train),
            (1, lambda: self.call("POST", f"{self.model()}/reset")),
            (4, self.upgrade),
            (12, self.add),
            (5, lambda: self.call("GET", f"{self.model()}/audio")),
            (6, lambda: self.call("GET", self.audio())),
            (3, lambda: self.call("DELETE", self.audio())),
            (1, lambda: self.call("GET", "/v1/models")),
            (1, self.stray),
            (8, self.wait),
            (1, self.trouble),
        ]

    def walk(self, calls: int) -> None:
        """Make so many calls, or wait."""
        weights, steps = zip(*self.steps, strict=True)
        for step in self.random.choices(steps, weights, k=calls):
            step()

    def call(self, method: str, path: str, **more: Any) -> httpx.Response:
        """One call, now and then with a parameter or a body too many, or without a key."""
        if self.random.random() < 0.02:
            more.setdefault("params", {})["verbose"] = "yes"
        if self.random.random() < 0.02 and not {"json", "content"} & set(more) and method == "POST":
            more["json"] = {}
        if self.random.random() < 0.02:
            path += "/"
        auth = KEY if self.random.random() > 0.02 else None
        answer = self.http.request(method, path, auth=auth, **more)
        assert answer.status_code < 500
        assert answer.headers["content-type"] == "application/json"
        if answer.is_error:
            assert answer.json()["code"] == answer.status_code
        return answer

    def model(self) -> str:
        """The path of a model: mostly one that is or was there."""
        drawn = self.random.random()
        if drawn < 0.02 or not self.models:
            return f"{MODELS}/{STRANGER}"
        if drawn < 0.04:
            return f"{MODELS}/no-guid"
        id = self.random.choice(self.models[-4:])
        return f"{MODELS}/{id.upper() if drawn < 0.06 else id}"

    def audio(self) -> str:
        """The path of an audio resource."""
        return f"{self.model()}/audio/{self.random.choices(NAMES, (9, 9, 3, 1, 1))[0]}"

    def create(self) -> None:
        """A legal model, or one with a base model that there is not."""
        base = self.random.choice(["en-US_BroadbandModel", "ja-JP_NarrowbandModel", "en-US"])
        body = {"name": "walk", "base_model_name": base}
        if self.random.random() < 0.5:
            body["description"] = "drawn at random"
        answer = self.call("POST", MODELS, json=body)
        if answer.status_code == 201:
            self.models.append(answer.json()["customization_id"])

    def create_badly(self) -> None:
        """Bodies that are no model."""
        body = self.random.choice(NO_MODELS)
        kind = self.random.choice(["application/json", "application/json", "text/plain"])
        self.call("POST", MODELS, content=body, headers={"Content-Type": kind})

    def list(self) -> None:
        """All models, or those of a language."""
        language = self.random.choice([None, "en-US", "ja-JP", "tlh"])
        self.call("GET", MODELS, params={"language": language} if language else {})

    def train(self) -> None:
        """With and without parameters, and with wrong ones."""
        params = self.random.choices(TRAININGS, (5, 2, 1, 1, 1, 1))[0]
        self.call("POST", f"{self.model()}/train", params=dict(params))

    def upgrade(self) -> None:
        """With and without parameters."""
        params = self.random.choice([{}, {}, {"force": "true"}, {"custom_language_model_id": STRANGER}])
        self.call("POST", f"{self.model()}/upgrade_model", params=dict(params))

    def add(self) -> None:
        """Audio of all kinds, good and bad."""
        data, kind, contained = self.random.choice(BODIES) if self.random.random() < 0.5 else BODIES[0]
        headers = {"Content-Type": kind} if kind else {}
        if contained:
            headers["Contained-Content-Type"] = contained
        overwrite = self.random.choice([None, None, None, "true", "true", "true", "false", "maybe"])
        self.call("POST", self.audio(), content=data, headers=headers,
                  params={"allow_overwrite": overwrite} if overwrite else {})  # fmt: skip

    def stray(self) -> None:
        """What is no operation."""
        self.call(*self.random.choice([("PUT", self.model()), ("GET", "/v1/nothing"), ("DELETE", MODELS)]))

    def wait(self) -> None:
        """Let work go on."""
        if self.random.random() < 0.3:
            self.service.complete()
        else:
            self.service.advance(seconds=self.random.choice([1, 15, 2_000, 20_000]))

    def trouble(self) -> None:
        """Let work fail or take long."""
        if self.random.random() < 0.5:
            self.service.fail()
        else:
            kind, outcome = self.random.choice(["model", "audio"]), self.random.choice(["fail", "late"])
            self.service.plan(resource=kind, outcome=outcome)


@pytest.fixture
def client(request: pytest.FixtureRequest) -> Iterator[tuple[SpeechService, httpx.Client]]:
    """A service without a socket, and a client of it."""
    flavour, progress = request.param
    service = SpeechService(flavour, progress=progress)
    transport = httpx.WSGITransport(app=service.app)
    with httpx.Client(transport=transport, base_url="http://watson.test" + service.contract.base) as http:
        yield service, http


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize(
    "client",
    [("watson-stt-cloud", "manual"), ("watson-stt-cloud", "polls:2"), ("watson-stt-icp", "manual")],
    indirect=True,
    ids=" ".join,
)
def test_the_server_is_never_at_fault(client: tuple[SpeechService, httpx.Client], seed: int) -> None:
    """No finding on the server's side, not even a note, and every operation was reached."""
    service, http = client
    walker = Walker(service, http, seed)
    walker.walk(CALLS)
    assert [f for f in service.findings if f.side == "server"] == []
    judged = service.judge().report
    assert all(judged.coverage["operations"].values()), judged.coverage["operations"]
