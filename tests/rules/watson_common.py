"""What the histories of the two Watson services have in common: exchanges, the story, breaks and neighbours."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pytest_speechcustom.values import ABSENT, Exchange
from tests.rules import wire
from tests.rules.build import GONE, HOST, History, Make, answering, exchange, stamp

ONE = "74f4807e-b5ff-4866-824e-6bba1a84fe96"
TWO = "8391f918-3b76-e109-763c-b7732fae4829"
OWNER = "297cfd08-330a-22ba-93ce-1a73f454dd98"
BASE = "en-US_BroadbandModel"
FLAC = base64.b64decode("ZkxhQwAAACISABIAAAAOAAAQA+gA8AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
ZIP = base64.b64decode("UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA==")
BYTES = 104_857_600

Pair = tuple[Make, Make | None]
Json = dict[str, Any]

_REASONS = {400: "Bad Request", 404: "No Such Resource", 409: "Conflict", 413: "Request Too Large", 429: "Too Many"}


def heard(name: str, status: str = "ok", duration: int = 400, **changes: Any) -> Json:
    """An `AudioResource`, as its status has it."""
    details: Json = {"type": "audio", "codec": "flac", "frequency": 16000}
    details = {"ok": details, "invalid": {"type": "undetermined"}}.get(status, {})
    return {"duration": duration if status == "ok" else 0, "name": name, "details": details, "status": status} | changes


@dataclass(frozen=True, slots=True)
class Kit:
    """Makes the exchanges of one flavour. `updated`: whether its models have that property."""

    base: str
    updated: bool
    key: str = "Basic YXBpa2V5OmEta2V5"

    def call(
        self, method: str, path: str, at: float, *, status: int | None = 200, answer: Any = ABSENT,
        headers: Mapping[str, str] | None = None, **more: Any,
    ) -> Exchange:  # fmt: skip
        """Any call, with credentials; a refusal has the service's error body."""
        if status is not None and status >= 400 and answer is ABSENT:
            reason = _REASONS.get(status, "Error")
            answer = {"code_description": reason, "code": status, "error": "The request was not carried out."}
        given = {"Authorization": self.key, **(headers or {})}
        url = HOST + self.base + "/v1/acoustic_customizations" + path
        return exchange(method, url, at=at, status=status, answer=answer, headers=given, **more)

    def entity(
        self, state: str, model: str = ONE, *, created: float = 0, updated: float | None = None, versions: int = 1,
        **changes: Any,
    ) -> Json:  # fmt: skip
        """An `AcousticModel`."""
        shown = {
            "customization_id": model,
            "created": stamp(created),
            "updated": stamp(created if updated is None else updated),
            "language": "en-US",
            "versions": [f"{BASE}.v2020-0{month}-16" for month in range(1, versions + 1)],
            "owner": OWNER,
            "name": f"Model {model[:4]}",
            "description": "Calls from cars",
            "base_model_name": BASE,
            "status": state,
            "progress": 100 if state == "available" else 0,
        }
        if not self.updated:
            del shown["updated"]
        return shown | changes

    def create(self, at: float, model: str = ONE, status: int | None = 201, **changes: Any) -> Exchange:
        """A model is made."""
        asked = {"name": f"Model {model[:4]}", "base_model_name": BASE, "description": "Calls from cars"} | changes
        answer = {"customization_id": model} if status == 201 else ABSENT
        return self.call("POST", "", at, body=asked, status=status, answer=answer)

    def read(self, at: float, state: str, model: str = ONE, **how: Any) -> Exchange:
        """A model is read in this state."""
        return self.call("GET", f"/{model}", at, answer=self.entity(state, model, **how))

    def lost(self, at: float, model: str = ONE, status: int = 404) -> Exchange:
        """A model is asked for and refused."""
        return self.call("GET", f"/{model}", at, status=status)

    def list(self, at: float, *models: Json, language: str | None = None) -> Exchange:
        """The models are listed."""
        query = {"language": language} if language else None
        return self.call("GET", "", at, answer={"customizations": [*models]}, query=query)

    def act(self, at: float, verb: str, model: str = ONE, *, status: int | None = 200, **more: Any) -> Exchange:
        """``train``, ``reset`` or ``upgrade_model``."""
        answer: Any = more.pop("answer", {} if status == 200 else ABSENT)
        return self.call("POST", f"/{model}/{verb}", at, status=status, answer=answer, **more)

    def train(self, at: float, model: str = ONE, *, status: int | None = 200, **more: Any) -> Exchange:
        """A model is trained."""
        return self.act(at, "train", model, status=status, **more)

    def delete(self, at: float, model: str = ONE, *, status: int | None = 200) -> Exchange:
        """A model is deleted."""
        return self.call("DELETE", f"/{model}", at, status=status, answer={} if status == 200 else ABSENT)

    def add(
        self, at: float, name: str, model: str = ONE, *, status: int | None = 201, overwrite: str | None = None,
        kind: str = "audio/flac", contained: str | None = None, data: bytes = FLAC, **more: Any,
    ) -> Exchange:  # fmt: skip
        """Audio is added."""
        headers = {"Content-Type": kind} | ({"Contained-Content-Type": contained} if contained else {})
        query = {"allow_overwrite": overwrite} if overwrite else None
        answer: Any = {} if status == 201 else ABSENT
        path = f"/{model}/audio/{name}"
        return self.call(
            "POST", path, at, status=status, answer=answer, headers=headers, query=query, body=data, **more
        )

    def audio(self, at: float, name: str, status: str = "ok", model: str = ONE, **how: Any) -> Exchange:
        """An audio resource is read."""
        return self.call("GET", f"/{model}/audio/{name}", at, answer=heard(name, status, **how))

    def silent(self, at: float, name: str, model: str = ONE, status: int = 400) -> Exchange:
        """An audio resource is asked for and refused."""
        return self.call("GET", f"/{model}/audio/{name}", at, status=status)

    def archive(self, at: float, name: str, status: str, *members: Json, model: str = ONE, **how: Any) -> Exchange:
        """An archive is read."""
        details = {} if status == "being_processed" else {"type": "archive", "compression": "zip"}
        total = sum(one["duration"] for one in members)
        whole = heard(name, status, details=details, duration=0 if status == "being_processed" else total) | how
        return self.call("GET", f"/{model}/audio/{name}", at, answer={"container": whole, "audio": [*members]})

    def heap(self, at: float, *found: Json, model: str = ONE, total: float | None = None) -> Exchange:
        """The audio of a model is listed."""
        minutes = sum(one["duration"] for one in found if one["status"] == "ok") / 60
        answer = {"total_minutes_of_audio": round(minutes, 2) if total is None else total, "audio": [*found]}
        return self.call("GET", f"/{model}/audio", at, answer=answer)

    def remove(self, at: float, name: str, model: str = ONE, *, status: int | None = 200) -> Exchange:
        """An audio resource is deleted."""
        answer: Any = {} if status == 200 else ABSENT
        return self.call("DELETE", f"/{model}/audio/{name}", at, status=status, answer=answer)

    def made_ready(self) -> History:
        """Seconds 0 to 60: a model is made, gets enough audio, and is ready for sure."""
        return [
            self.create(0),
            self.add(10, "car1", data=FLAC),
            self.read(12, "pending", updated=10),
            self.audio(30, "car1", duration=700),
            self.read(60, "ready", updated=30),
        ]


def story(kit: Kit) -> History:
    """A whole lifecycle without fault."""
    one, archive, other = heard("car1", duration=700), heard("cars", duration=556), heard("car2", duration=131)
    archive["details"] = {"type": "archive", "compression": "zip"}
    members = [heard("cars/a.wav", duration=300), heard("cars/b.wav", duration=256)]
    bad = heard("noise", "invalid")
    strict = {"strict": "false"} if kit.updated else None
    message = "Analysis of the following audio files has not completed successfully: [noise]. They will be excluded."
    warned = {"warnings": [{"code": "invalid_audio_files", "message": message}]} if strict else {}
    trained = kit.train(300, query=strict, answer=warned)
    return [
        kit.list(-10),
        *kit.made_ready()[:1],
        kit.read(2, "pending"),
        kit.list(3, kit.entity("pending"), language="en-US"),
        kit.silent(5, "car1"),
        *kit.made_ready()[1:3],
        kit.audio(14, "car1", "being_processed"),
        *kit.made_ready()[3:],
        kit.add(70, "cars", kind="application/zip", contained="audio/l16;rate=16000", data=ZIP),
        kit.archive(72, "cars", "being_processed"),
        kit.read(73, "pending", updated=70),
        kit.archive(90, "cars", "ok", *members),
        kit.heap(95, one, archive),
        kit.add(100, "car2"),
        kit.audio(120, "car2", duration=130),
        kit.add(121, "car2", overwrite="true"),
        kit.audio(140, "car2", duration=131),
        kit.add(141, "noise", data=b"no audio at all"),
        kit.audio(160, "noise", "invalid"),
        kit.heap(170, one, archive, other, bad),
        kit.read(180, "ready", updated=160),
        *([] if strict else [kit.remove(190, "noise"), kit.heap(195, one, archive, other)]),
        trained,
        kit.read(310, "training", updated=300),
        kit.read(4000, "available", updated=3900),
        kit.list(4010, kit.entity("available", updated=3900)),
        kit.act(5000, "upgrade_model"),
        kit.read(5010, "upgrading", updated=5000),
        kit.read(9000, "available", updated=8000, versions=2),
        kit.remove(9010, "car2"),
        kit.heap(9015, one, archive, *([bad] if strict else [])),
        kit.act(9020, "reset"),
        kit.heap(9021),
        kit.read(9022, "pending", updated=9020, versions=2),
        kit.add(9030, "car1"),
        kit.audio(9050, "car1", duration=700),
        kit.create(9100, TWO),
        kit.read(9101, "pending", TWO, created=9100),
        kit.list(9102, kit.entity("ready", updated=9050, versions=2), kit.entity("pending", TWO, created=9100)),
        kit.delete(9110),
        kit.lost(9111),
        kit.list(9112, kit.entity("pending", TWO, created=9100)),
    ]


def numbered(kit: Kit, count: int) -> History:
    """So many models are made."""
    return [kit.create(number, f"00000000-0000-4000-8000-{number:012d}") for number in range(count)]


def _model_pairs(kit: Kit) -> dict[str, Pair]:
    read, train = kit.read, kit.train
    narrow = {"/base_model_name": "en-US_NarrowbandModel", "/versions/0": "en-US_NarrowbandModel.v2020-01-16"}
    upgrade = "upgrade_model"

    def two(**changes: Any) -> Make:
        return lambda: [read(0, "ready"), read(10, "ready", **changes)]

    return {
        "model.status.closed": (lambda: [read(0, "sleeping")], None),
        "model.status.initial": (lambda: [kit.create(0), read(1, "available")], None),
        "model.status.forward": (lambda: [read(0, "training"), read(10, "ready")], None),
        "model.status.final": (
            lambda: [read(0, "training"), read(10, "available"), read(20, "ready")],
            lambda: [read(0, "training"), read(10, "available"), read(20, "available", description="x")],
        ),
        "model.upgrade.resumes": (
            lambda: [read(0, "ready"), kit.act(10, upgrade), read(20, "upgrading"), read(30, "available")],
            lambda: [read(0, "ready"), kit.act(10, upgrade), read(20, "upgrading"), read(30, "ready")],
        ),
        "model.reset.initial": (lambda: [read(0, "available"), kit.act(10, "reset"), read(20, "available")], None),
        "model.conflict.changes-nothing": (
            lambda: [read(0, "ready"), train(10, status=409), read(20, "available")],
            lambda: [read(0, "ready"), train(10, status=409), read(20, "ready")],
        ),
        "response.status": (lambda: [answering(train(0), status=226)], None),
        "model.progress": (lambda: [read(0, "training", progress=50)], None),
        "model.created.fixed": (lambda: [read(0, "ready", created=-9), read(9, "ready", created=-8, updated=0)], None),
        "model.base_model_name.fixed": (lambda: [read(0, "ready"), answering(read(10, "ready"), narrow)], None),
        "model.language.fixed": (two(language="en"), None),
        "model.owner.fixed": (two(owner=TWO), None),
        "model.name.fixed": (two(name="Another"), None),
        "model.description.fixed": (two(description="Another"), None),
        "model.read.writes": (lambda: [kit.create(0), read(1, "pending", description="Another")], None),
        "model.read.present": (
            lambda: [kit.create(0), answering(read(1, "pending"), {"/description": GONE})],
            None,
        ),
        "model.identity": (
            lambda: [kit.call("GET", f"/{ONE}", 0, answer=kit.entity("ready", TWO))],
            None,
        ),
        "model.create.new": (lambda: [kit.create(0), kit.create(10)], None),
        "model.language.prefix": (lambda: [read(0, "ready", language="ja-JP")], None),
        "model.versions.prefix": (lambda: [_versions(kit)], None),
        "model.versions.one": (lambda: [kit.create(0), read(1, "pending", versions=2)], None),
        "model.list.same": (lambda: [read(0, "ready"), kit.list(10, kit.entity("ready", name="Another"))], None),
        "model.list.unique": (lambda: [kit.list(0, kit.entity("ready"), kit.entity("ready"))], None),
        "model.list.complete": (lambda: [kit.create(0), kit.list(10, kit.entity("ready", TWO))], None),
        "model.list.language": (lambda: [kit.list(0, kit.entity("ready"), language="ja-JP")], None),
        "model.deleted.gone": (lambda: [kit.delete(0), read(10, "ready")], lambda: [kit.delete(0), kit.lost(10)]),
        "model.deleted.refused": (
            lambda: [kit.delete(0), kit.act(10, "reset")],
            lambda: [kit.delete(0), kit.act(10, "reset", status=404)],
        ),
        "model.available": (lambda: [kit.create(0), kit.lost(10)], None),
        "model.upgrade.state": (
            lambda: [kit.create(0), kit.act(10, upgrade)],
            lambda: [kit.create(0), kit.act(10, upgrade, status=400)],
        ),
        "client.upgrade.state": (lambda: [kit.create(0), read(5, "pending"), kit.act(10, upgrade, status=400)], None),
        "client.train.enough-audio": (
            lambda: [kit.heap(0, heard("car1", duration=540)), train(10, status=400)],
            lambda: [kit.heap(0, heard("car1", duration=600)), train(10, status=400)],
        ),
        "client.poll.final": (
            lambda: [read(0, "training"), *(read(10 * turn, "failed") for turn in range(1, 6))],
            lambda: [read(0, "training"), *(read(at, "failed") for at in (10, 20, 30, 4000, 90_000, 180_000))],
        ),
        "error.code": (
            lambda: [answering(kit.lost(0), {"/code": 500})],
            None,
        ),
    }


def _versions(kit: Kit) -> Exchange:
    return answering(kit.read(0, "ready"), {"/versions/0": "ja-JP_BroadbandModel.v2020-01-16"})


def _audio_pairs(kit: Kit) -> dict[str, Pair]:
    add, audio = kit.add, kit.audio
    later = heard("cars/c.wav", "being_processed")
    member, broken = heard("cars/a.wav", duration=300), heard("cars/b.wav", "invalid")
    return {
        "audio.status.closed": (lambda: [_odd(kit)], None),
        "audio.status.final": (lambda: [audio(0, "car1"), audio(10, "car1", "invalid")], None),
        "audio.details.empty": (lambda: [audio(0, "car1", "being_processed", details={"type": "audio"})], None),
        "audio.duration.zero": (lambda: [_lengthy(kit)], None),
        "audio.duration.nonnegative": (lambda: [audio(0, "car1", duration=-5)], None),
        "audio.identity": (
            lambda: [answering(kit.archive(0, "cars", "ok", member), {"/container/name": "trains"})],
            None,
        ),
        "audio.total": (
            lambda: [kit.heap(0, heard("car1", duration=131), heard("car2", duration=556), total=11.95)],
            None,
        ),
        "audio.container.duration": (lambda: [kit.archive(0, "cars", "ok", member, duration=500)], None),
        "audio.container.invalid": (lambda: [kit.archive(0, "cars", "ok", member, broken)], None),
        "audio.container.settled": (lambda: [kit.archive(0, "cars", "ok", member, later)], None),
        "audio.settled": (lambda: [audio(0, "car1"), audio(10, "car1", duration=401)], None),
        "audio.list.unique": (lambda: [kit.heap(0, heard("car1"), heard("car1"))], None),
        "audio.list.complete": (lambda: [add(0, "car1"), kit.heap(10)], None),
        "audio.deleted.gone": (
            lambda: [add(0, "car1"), audio(9, "car1"), kit.remove(10, "car1"), audio(20, "car1")],
            lambda: [add(0, "car1"), audio(9, "car1"), kit.remove(10, "car1"), kit.silent(20, "car1")],
        ),
        "audio.reset.gone": (
            lambda: [add(0, "car1"), audio(9, "car1"), kit.act(10, "reset"), kit.heap(20, heard("car1"))],
            lambda: [add(0, "car1"), audio(9, "car1"), kit.act(10, "reset"), kit.silent(20, "car1")],
        ),
        "audio.available": (lambda: [add(0, "car1"), kit.silent(10, "car1")], None),
        "audio.overwrite": (
            lambda: [add(0, "car1"), audio(9, "car1"), add(10, "car1")],
            lambda: [add(0, "car1"), audio(9, "car1"), add(10, "car1", status=400)],
        ),
        "client.audio.overwrite": (
            lambda: [add(0, "car1"), audio(9, "car1"), add(10, "car1", status=400)],
            lambda: [add(0, "car1"), audio(9, "car1"), add(10, "car1", overwrite="true")],
        ),
        "client.audio.contained": (lambda: [add(0, "car1", contained="audio/l16;rate=16000")], None),
        "client.audio.size": (
            lambda: [add(0, "car1", data=bytes(BYTES + 1))],
            lambda: [add(0, "car1", data=bytes(BYTES))],
        ),
    }


def _odd(kit: Kit) -> Exchange:
    return answering(kit.audio(0, "car1"), {"/status": "sleeping"})


def _lengthy(kit: Kit) -> Exchange:
    return answering(kit.audio(0, "car1", "being_processed"), {"/duration": 700})


def pairs(kit: Kit) -> dict[str, Pair]:
    """A break and, where the story does not exercise the rule, a neighbour, for the rules of both flavours."""
    return {**_model_pairs(kit), **_audio_pairs(kit)}


def samples(kit: Kit) -> wire.Samples:
    """The places where wire rules can be broken."""
    return wire.Samples(
        read=kit.read(0, "ready"),
        write=kit.create(0),
        refused=kit.lost(0),
        bare=None,
        required="name",
        value=("/name", ""),
        answer_required="customization_id",
        answer_value=("/created", "yesterday"),
        answer_type=("/name", 5),
        null="description",
        query=(kit.add(0, "car1"), "allow_overwrite", "maybe"),
        answer_null=(kit.read(0, "ready"), "/description"),
    )


UNBREAKABLE = {
    "request.query.required": "no query parameter is required",
    "request.header.required": "no header is required",
    "request.body.readonly": "the only JSON body, that of a creation, has no property that the service sets",
    "request.body.value": "the properties of a creation are free text",
    "request.body.enum": "the properties of a creation are free text",
    "response.header.missing": "no response header is documented",
    "response.body.unexpected": "every answer may have a body",
    "response.body.enum": "no enum of an answer is open",
}
