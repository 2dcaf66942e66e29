"""What chance has to be told of each service: words that it knows, and how to make each kind of thing there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pytest_speechcustom.conformance import flac
from pytest_speechcustom.conformance.client import Client
from pytest_speechcustom.conformance.probes import azure_desk, video_indexer, watson_desk
from pytest_speechcustom.conformance.session import Session

_LINES = b"One line of text.\nAnother line of text.\n"


@dataclass(frozen=True, slots=True)
class Maker:
    """How a thing is made: its kind, and the function that makes it and gives the path variables that name it.

    `waits` until work has ended, which takes time that passes only where a target lets it.
    """

    resource: str
    make: Callable[[], Mapping[str, str]]
    waits: bool = False


@dataclass(frozen=True, slots=True)
class World:
    """A service as one client sees it. `words` are values of properties and parameters, by name: one of them is taken.

    `references` are words for what refers to something that is there anyway. `data` are bodies without a schema.
    """

    makers: Mapping[str, Maker]
    words: Mapping[str, Sequence[Any]]
    data: Sequence[bytes] = (_LINES,)
    references: Callable[[], Mapping[str, Sequence[Any]]] = field(default=dict)


def world_of(session: Session, client: Client) -> World:
    """The world of the service of a session."""
    return _WORLDS[session.contract.id.partition("-")[0]](session, client)


def _azure(session: Session, client: Client) -> World:
    desk = azure_desk.Desk(session, client)

    def maker(kind: str) -> Maker:
        return Maker(kind, lambda: {"id": azure_desk.id_of(desk.create(kind))}, waits=kind == "evaluation")

    def base() -> Mapping[str, Sequence[Any]]:
        link = desk.base()
        return {name: [link] for name in ("model", "model1", "model2", "baseModel")}

    words = {"locale": [desk.locale]}
    return World({kind: maker(kind) for kind in azure_desk.PREFIXES}, words, references=base)


def _watson(session: Session, client: Client) -> World:
    desk = watson_desk.Desk(session, client)

    def maker(make: Callable[[], str], waits: bool) -> Maker:
        return Maker("model", lambda: {"customization_id": make()}, waits)

    makers = {"model": maker(desk.create, False), "ready": maker(desk.ready, True)}
    makers["available"] = maker(desk.available, True)
    words = {"base_model_name": [desk.base_model], "audio_name": ["one", "another"]}
    return World(makers, words, (flac.silence(watson_desk.LITTLE), watson_desk.NO_AUDIO))


def _video(session: Session, client: Client) -> World:
    desk = video_indexer.Desk(session, client)

    def maker(kind: str) -> Maker:
        return Maker(kind, lambda: desk.path(kind, desk.create(kind)), waits=kind == "model")

    words = {name: [value] for name, value in desk.place.items()}
    words["locale"] = [desk.locale]
    return World({kind: maker(kind) for kind in ("dataset", "model")}, words)


_WORLDS: Mapping[str, Callable[[Session, Client], World]] = {"azure": _azure, "watson": _watson, "video": _video}
