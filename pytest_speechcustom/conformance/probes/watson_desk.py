"""The words in which both Watson services are asked: models, their audio, and waiting for either."""

from __future__ import annotations

from typing import Any

from pytest_speechcustom.conformance import flac
from pytest_speechcustom.conformance.client import Answer, Client
from pytest_speechcustom.conformance.faults import Blocked
from pytest_speechcustom.conformance.session import FAILURE, Session
from pytest_speechcustom.contracts.model import Json

NOWHERE = "7d4f8c1e-3b52-4a6f-9e0d-5c2a1b3f4e6d"
ENOUGH = 660
"""Seconds of audio: a minute more than a training needs."""
LITTLE = 40
NO_AUDIO = b"this is no audio"
ZIP = "application/zip"
CREATE, LIST, READ = "createAcousticModel", "listAcousticModels", "getAcousticModel"
TRAIN, RESET, UPGRADE, DELETE = (
    "trainAcousticModel", "resetAcousticModel", "upgradeAcousticModel", "deleteAcousticModel",
)  # fmt: skip


class Desk:
    """Asks one Watson service. `Blocked` is raised where something that has to succeed does not."""

    def __init__(self, session: Session, client: Client | None = None) -> None:
        self.session = session
        self.client = client or session.client
        self.base_model = str(session.parameters.get("base_model", "en-US_BroadbandModel"))
        self.strict = any(each.name == "strict" for each in session.contract.operations[TRAIN].parameters)

    # models

    def create(self, **more: Any) -> str:
        """The id of a new model, entered into the ledger."""
        body = {"name": self.session.name(), "base_model_name": self.base_model} | more
        return self.created(self.client.call(CREATE, body=body))

    def created(self, answer: Answer) -> str:
        """The id in the answer to a creation, entered into the ledger."""
        id = answer.body.get("customization_id") if isinstance(answer.body, dict) else None
        if not isinstance(id, str):
            raise Blocked("the answer to the creation of a model does not tell its id")
        self.client.made(DELETE, {"customization_id": id})
        return id

    def read(self, model: str) -> Json:
        """A model, as it is now."""
        answer = self.look(model)
        if not answer.accepted or not isinstance(answer.body, dict):
            raise Blocked(f"{READ} was answered with {answer.status}")
        return answer.body

    def look(self, model: str) -> Answer:
        """Ask for a model, whatever the answer."""
        return self.client.ask(READ, {"customization_id": model})

    def listed(self, **query: str) -> list[Json]:
        """The models."""
        body = self.client.call(LIST, None, query).body
        found = body.get("customizations") if isinstance(body, dict) else None
        return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []

    def do(self, operation: str, model: str, **query: str) -> Answer:
        """Train, reset, upgrade or delete, whatever the answer."""
        return self.client.ask(operation, {"customization_id": model}, query)

    def must(self, operation: str, model: str, **query: str) -> Answer:
        """The same, where it has to succeed."""
        return self.client.call(operation, {"customization_id": model}, query)

    def until(self, model: str, *statuses: str) -> Json:
        """The model, once it has one of these statuses. `Blocked` where it fails instead."""
        last = (*statuses, "failed")
        found: Json = self.session.until(
            lambda: self.look(model), lambda seen: seen.get("status") in last, f"the wait for {' or '.join(statuses)}"
        )
        if found["status"] not in statuses:
            raise Blocked("a model failed")
        return found

    def ready(self, **more: Any) -> str:
        """The id of a model with enough audio, all of it analysed."""
        model = self.create(**more)
        self.add(model, "long", flac.silence(ENOUGH))
        self.settled(model, "long")
        self.until(model, "ready")
        return model

    def available(self) -> str:
        """The id of a model that was trained."""
        model = self.ready()
        self.must(TRAIN, model)
        self.until(model, "available")
        return model

    def failing(self, model: str) -> None:
        """Let the work on a model fail, and wait for that."""
        self.session.fail("model", model)
        self.until(model, "failed")

    def can_fail(self) -> None:
        """`Blocked` where nothing can be made to fail."""
        if not self.session.control.speaks:
            raise Blocked("a training cannot be made to fail", FAILURE)

    # audio

    def add(
        self, model: str, name: str, data: bytes, media: str = "audio/flac", contained: str = "", **query: str
    ) -> Answer:
        """Add audio, which has to succeed."""
        return self.client.call("addAudio", _at(model, name), query, raw=data, media=media, headers=_inner(contained))

    def try_adding(
        self, model: str, name: str, data: bytes, media: str = "audio/flac", contained: str = "", **query: str
    ) -> Answer:
        """Add audio, whatever the answer."""
        return self.client.ask("addAudio", _at(model, name), query, raw=data, media=media, headers=_inner(contained))

    def audio(self, model: str, name: str) -> Answer:
        """Ask for audio, whatever the answer."""
        return self.client.ask("getAudio", _at(model, name))

    def all_audio(self, model: str) -> Json:
        """The list of audio."""
        body = self.client.call("listAudio", {"customization_id": model}).body
        return body if isinstance(body, dict) else {}

    def remove_audio(self, model: str, name: str) -> Answer:
        """Delete audio, whatever the answer."""
        return self.client.delete("deleteAudio", _at(model, name))

    def settled(self, model: str, name: str) -> Json:
        """Audio, once it has been analysed: as the answer shows it, which for an archive is its container."""
        body: Json = self.session.until(
            lambda: self.audio(model, name),
            lambda seen: _whole(seen).get("status") in ("ok", "invalid"),
            "the analysis",
        )
        return _whole(body)


def _at(model: str, name: str) -> dict[str, str]:
    return {"customization_id": model, "audio_name": name}


def _inner(contained: str) -> tuple[tuple[str, str], ...]:
    return (("Contained-Content-Type", contained),) if contained else ()


def _whole(body: Any) -> Json:
    """The resource itself: of an archive, its container."""
    inner = body.get("container", body) if isinstance(body, dict) else {}
    return inner if isinstance(inner, dict) else {}
