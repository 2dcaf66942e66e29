"""Single faults of the two Watson services."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from pytest_speechcustom.values import Request, Response
from tests.faults.injection import (
    GONE,
    Change,
    Scene,
    accepted,
    from_nth,
    header,
    put,
    raw,
    refused,
    remade,
    resent,
    stale,
    status,
    undead,
)
from tests.faults.table import CLOUD, ICP, WATSON, Row, rows
from tests.faults.walks import NOWHERE

MODEL, MODELS, AUDIO, HEAP = "getAcousticModel", "listAcousticModels", "getAudio", "listAudio"
ERROR = {"code": 400, "error": "No.", "code_description": "Bad Request"}


def _one_id(scene: Scene) -> Response | None:
    return scene.saying({"customization_id": scene.memory.setdefault("id", scene.answer["customization_id"])})


def _moving(name: str) -> Change:
    return lambda scene: scene.saying({**scene.answer, name: f"2026-01-05T08:00:{scene.nth % 60:02}.000Z"})


def _ageing(scene: Scene) -> Response | None:
    return scene.saying({**scene.answer, "updated": f"2026-01-07T08:{59 - scene.nth % 60:02}:00.000Z"})


def _some(change: Any) -> Change:
    """A change of the list of models or audio, where there is something in it."""

    def made(answer: Any) -> Any:
        name = "customizations" if "customizations" in answer else "audio"
        return {**answer, name: change(answer[name])} if answer.get(name) else None

    return remade(made)


def _archive(*places: tuple[str, Any]) -> Change:
    return lambda scene: put(*places)(scene) if scene.answer.get("container", {}).get("status") == "ok" else None


def _all_languages(request: Request) -> Request:
    return replace(request, url=re.sub(r"\?language=.*", "", request.url))


def _if(code: int, change: Change) -> Change:
    return lambda scene: change(scene) if scene.response.status == code else None


def _overwriting(scene: Scene) -> Response | None:
    return accepted(201, {})(scene) if "allow_overwrite" in str(scene.answer) else None


def _hearing(scene: Scene) -> Response | None:
    """Audio is taken while other audio of the model is listened to; nothing is trained or upgraded then."""
    if scene.response.status != 409:
        return None
    model = scene.send(Request("GET", scene.request.url.partition("/audio/")[0], scene.request.headers))
    return accepted(201, {})(scene) if b'"pending"' in (model.body.raw or b"") else None


def _with_key(request: Request) -> Request:
    return replace(request, headers=(*request.headers, ("Authorization", "Basic YXBpa2V5OmFueQ==")))


def _too_late(scene: Scene) -> Response | None:
    """The state that came before, at every read."""
    states = ["pending", "ready", "training", "available"]
    shown = scene.answer.get("status")
    if shown not in states[1:]:
        return None
    return scene.saying({**scene.answer, "status": states[states.index(shown) - 1]}) if scene.nth % 2 else None


def _still_listed(scene: Scene) -> Response | None:
    """Audio that was listed once is listed for ever."""
    known = scene.memory.setdefault(scene.request.url, {})
    known |= {each["name"]: each for each in scene.answer["audio"]}
    return (
        scene.saying({**scene.answer, "audio": list(known.values())})
        if len(known) > len(scene.answer["audio"])
        else None
    )


def _baseless(scene: Scene) -> Response | None:
    sent = scene.sent if isinstance(scene.sent, dict) else {"base_model_name": ""}
    return accepted(201, {"customization_id": NOWHERE})(scene) if "base_model_name" not in sent else None


FAULTS: list[Row] = [
    *rows("payload", "A model has no id.", WATSON, MODEL, put(("/customization_id", GONE)), "response.body.required"),
    *rows("payload", "A model has no status.", WATSON, MODEL, put(("/status", GONE)), "response.body.required"),
    *rows("payload", "Progress is a text.", WATSON, MODEL, put(("/progress", "0")), "response.body.type"),
    *rows("payload", "Progress is more than the whole.", WATSON, MODEL, put(("/progress", 101)),
          "response.body.value"),
    *rows("payload", "Versions are a text.", WATSON, MODEL, put(("/versions", "v1")), "response.body.type"),
    *rows("payload", "Audio has no status.", WATSON, AUDIO, put(("/status", GONE)), "response.body.required"),
    *rows("payload", "A duration is a text.", WATSON, HEAP, put(("/audio/*/duration", "400")),
          "response.body.type audio.settled"),
    *rows("payload", "An archive has a codec.", WATSON, AUDIO, _archive(("/container/details/codec", "flac")),
          "response.body.value"),
    *rows("payload", "The details of audio are of no type there is.", WATSON, AUDIO, put(("/details/type", "video"),
          status="ok"), "response.body.value"),
    *rows("payload", "An answer is half of one.", WATSON, MODEL, raw(b'{"status": '), "response.body.json"),
    *rows("payload", "An answer has no body.", WATSON, MODELS, raw(b""), "response.body.missing"),
    *rows("payload", "A page of HTML stands in the place of an answer.", WATSON, MODELS, raw(b"<p>", "text/html"),
          "response.content-type"),
    *rows("payload", "A creation gives no id.", WATSON, "createAcousticModel", put(("/customization_id", GONE)),
          "response.body.required"),
    *rows("payload", "The audio of a model is an object.", WATSON, HEAP, put(("/audio", {})), "response.body.type"),
    *rows("status", "A creation is answered with 200.", WATSON, "createAcousticModel", status(200),
          "response.status"),
    *rows("status", "Added audio is answered with 200.", WATSON, "addAudio", status(200), "response.status"),
    *rows("status", "A training is answered with 202.", WATSON, "trainAcousticModel", status(202), "response.status"),
    *rows("status", "A deletion is answered with 204.", WATSON, "deleteAcousticModel",
          lambda scene: Response(204), "response.status"),
    *rows("header", "JSON is said to be text.", WATSON, MODEL, header(Content_Type="text/plain"),
          "response.content-type"),
    *rows("error body", "A refusal is plain text.", WATSON, "", raw(b"No.", "text/plain"), "error.content-type", (4,)),
    *rows("error body", "The code of a refusal is a text.", WATSON, "", put(("/code", "bad")), "error.body", (4,)),
    *rows("error body", "The code of a refusal is another than the status.", WATSON, "", put(("/code", 500)),
          "error.code", (4,)),
    *rows("error body", "A refusal does not say what is wrong.", WATSON, "", put(("/error", GONE)), "error.body",
          (4,)),
    *rows("error body", "A refusal is half of one.", WATSON, "", raw(b'{"code": '), "error.body", (4,)),
    *rows("lifecycle", "A model that is available is trained again by itself.", WATSON, MODEL,
          from_nth(2, put(("/status", "training"), ("/progress", 50), status="available")),
          "model.status.final model.status.forward"),
    *rows("lifecycle", "A model goes back and forth.", WATSON, MODEL, _too_late,
          "model.status.forward model.status.final model.status.initial"),
    *rows("lifecycle", "A model is done.", WATSON, MODEL, put(("/status", "done"), status="available"),
          "model.status.closed"),
    *rows("lifecycle", "A new model is ready.", WATSON, MODEL, put(("/status", "available"), status="pending"),
          "model.status.initial"),
    *rows("lifecycle", "A trained model has made no progress.", WATSON, MODEL,
          put(("/progress", 0), status="available"), "model.progress"),
    *rows("lifecycle", "A model that is not trained has made progress.", WATSON, MODEL,
          put(("/progress", 100), status="ready"), "model.progress"),
    *rows("lifecycle", "Audio that was listened to is listened to again.", WATSON, AUDIO,
          from_nth(2, put(("/status", "being_processed"), status="ok")), "audio.status.final"),
    *rows("lifecycle", "Audio is fine.", WATSON, AUDIO, put(("/status", "fine"), status="ok"), "audio.status.closed"),
    *rows("lifecycle", "Audio has details before it was listened to.", WATSON, AUDIO,
          put(("/details", {"type": "audio", "codec": "flac", "frequency": 16000}), status="being_processed"),
          "audio.details.empty"),
    *rows("lifecycle", "Audio has a length before it was listened to.", WATSON, AUDIO,
          put(("/duration", 400), status="being_processed"), "audio.duration.zero"),
    *rows("lifecycle", "Audio that was listened to has no details.", WATSON, AUDIO, put(("/details", {}), status="ok"),
          "suite.known-data"),
    *rows("lifecycle", "A model has no version.", WATSON, MODEL, put(("/versions", [])), "model.versions.one"),
    *rows("time", "A model was made at another time each time it is read.", WATSON, MODEL, _moving("created"),
          "model.created.fixed"),
    *rows("time", "A model was updated before it was made.", (CLOUD,), MODEL,
          put(("/updated", "2001-01-01T00:00:00.000Z")), "model.updated.order"),
    *rows("time", "A model gets older.", (CLOUD,), MODEL, _ageing, "model.updated.forward model.updated.untouched"),
    *rows("echo", "A read shows another name.", WATSON, MODEL, put(("/name", "Other")), "model.read.writes"),
    *rows("echo", "A read shows another base model.", WATSON, MODEL,
          put(("/base_model_name", "fr-FR_BroadbandModel")), "model.read.writes"),
    *rows("echo", "A read does not show the description.", WATSON, MODEL, put(("/description", GONE)),
          "model.read.present"),
    *rows("immutability", "The name of a model changes.", WATSON, MODEL, from_nth(3, put(("/name", "Other"))),
          "model.name.fixed model.read.writes"),
    *rows("immutability", "The language of a model changes.", WATSON, MODEL, from_nth(3, put(("/language", "fr-FR"))),
          "model.language.fixed"),
    *rows("immutability", "The base model of a model changes.", WATSON, MODEL,
          from_nth(3, put(("/base_model_name", "en-US_NarrowbandModel"))), "model.base_model_name.fixed"),
    *rows("immutability", "The owner of a model changes.", WATSON, MODEL, from_nth(3, put(("/owner", NOWHERE))),
          "model.owner.fixed"),
    *rows("immutability", "The length of audio changes.", WATSON, AUDIO,
          from_nth(2, _archive(("/container/duration", 351), ("/audio/0/duration", 201))), "audio.settled"),
    *rows("identity", "A read shows another model.", WATSON, MODEL, put(("/customization_id", NOWHERE)),
          "model.identity"),
    *rows("identity", "Two models have one id.", WATSON, "createAcousticModel", _one_id, "model.create.new"),
    *rows("identity", "A read shows another archive.", WATSON, AUDIO, _archive(("/container/name", "other")),
          "audio.identity"),
    *rows("identity", "A read shows other audio.", WATSON, AUDIO, put(("/name", "other"), status="ok")),
    *rows("identity", "A model is of another language than its base model.", WATSON, MODEL,
          put(("/language", "fr-FR")), "model.language.prefix"),
    *rows("cross-endpoint", "A list shows another name.", WATSON, MODELS, put(("/customizations/*/name", "x")),
          "model.list.same model.name.fixed"),
    *rows("cross-endpoint", "A list leaves one out.", WATSON, MODELS, _some(lambda found: found[1:]),
          "model.list.complete"),
    *rows("cross-endpoint", "The audio of a model is not listed.", WATSON, HEAP, _some(lambda found: found[1:]),
          "audio.list.complete"),
    *rows("cross-endpoint", "A list of audio gives another length.", WATSON, HEAP,
          put(("/audio/*/duration", 1)), "audio.settled audio.total"),
    *rows("cross-endpoint", "What was deleted can be read.", WATSON, MODEL, undead, "model.deleted.gone", (2, 4)),
    *rows("cross-endpoint", "Audio that was deleted can be read.", WATSON, AUDIO, undead,
          "audio.deleted.gone audio.reset.gone", (2, 4)),
    *rows("cross-endpoint", "What was deleted can be trained.", WATSON, "trainAcousticModel",
          _if(404, accepted(200, {})), "model.deleted.refused model.deleted.gone", (4,)),
    *rows("cross-endpoint", "What was made cannot be read.", WATSON, MODEL, from_nth(3, refused(404, ERROR)),
          "model.available"),
    *rows("cross-endpoint", "Audio that was added cannot be read.", WATSON, AUDIO, from_nth(3, refused(404, ERROR)),
          "audio.available"),
    *rows("cross-endpoint", "A model is always as it was first.", WATSON, MODEL, stale,
          "model.list.same model.status.forward model.status.final model.reset.initial"),
    *rows("paging", "One stands twice in a list.", WATSON, MODELS, _some(lambda found: found + found[:1]),
          "model.list.unique"),
    *rows("paging", "Audio stands twice in a list.", WATSON, HEAP, _some(lambda found: found + found[:1]),
          "audio.list.unique"),
    *rows("filter", "The language is not looked at.", WATSON, MODELS,
          lambda scene: resent(_all_languages)(scene) if "language=" in scene.request.url else None,
          "model.list.language"),
    *rows("cross-endpoint", "Audio that was deleted is listed.", WATSON, HEAP, _still_listed,
          "audio.deleted.gone audio.reset.gone audio.total"),
    *rows("arithmetic", "Audio that is none is counted.", WATSON, HEAP,
          lambda scene: put(("/total_minutes_of_audio", scene.answer["total_minutes_of_audio"] + 5))(scene)
          if "invalid" in str(scene.answer) else None, "audio.total"),
    *rows("copy", "An upgrade takes a version away.", WATSON, MODEL,
          lambda scene: put(("/versions", scene.answer["versions"][1:]))(scene)
          if len(scene.answer.get("versions", ())) > 1 else None, ""),
    *rows("lifecycle", "A model that was reset still is available.", WATSON, MODEL,
          lambda scene: put(("/status", "available"), ("/progress", 100))(scene)
          if scene.answer.get("status") == "pending" and scene.nth > 10 else None,
          "model.reset.initial model.status.initial"),
    *rows("lifecycle", "A training that fails does not tell.", WATSON, MODEL,
          put(("/status", "training"), ("/progress", 0), status="failed"),
          "model.busy model.status.forward model.status.final model.status.initial model.train.refusal-fails"),
    *rows("copy", "An upgrade leaves a model behind that is not trained.", WATSON, MODEL,
          lambda scene: put(("/status", "pending"), ("/progress", 0))(scene)
          if len(scene.answer.get("versions", ())) > 1 else None,
          "model.upgrade.resumes model.status.forward model.status.final"),
    *rows("arithmetic", "The minutes of audio are no sum.", WATSON, HEAP, put(("/total_minutes_of_audio", 99.5)),
          "audio.total"),
    *rows("arithmetic", "The length of an archive is no sum.", (CLOUD, ICP), AUDIO,
          _archive(("/container/duration", 999)), "audio.container.duration"),
    *rows("arithmetic", "An archive is fine although its audio is not.", WATSON, AUDIO,
          _archive(("/audio/0/status", "invalid")), "audio.container.invalid"),
    *rows("arithmetic", "An archive is done although its audio is not.", WATSON, AUDIO,
          _archive(("/audio/0/status", "being_processed")), "audio.container.settled audio.status.final"),
    *rows("arithmetic", "Audio is shorter than nothing.", WATSON, HEAP, put(("/audio/*/duration", -1)),
          "audio.duration.nonnegative"),
    *rows("conflict", "A model is trained while it is trained.", (CLOUD,), "trainAcousticModel",
          _if(409, accepted(200, {})),
          "model.train.conflict", (4,)),
    *rows("conflict", "Audio is added while a model is trained.", (CLOUD,), "addAudio", _if(409, accepted(201, {})),
          "model.add-audio.conflict", (4,)),
    *rows("conflict", "A model is deleted while it is trained, and still is there.", WATSON, "deleteAcousticModel",
          _if(409, accepted(200, {})), "model.busy model.deleted.gone", (4,)),
    *rows("conflict", "Audio is added before other audio was listened to.", (ICP,), "addAudio",
          _hearing, "audio.one-at-a-time", (4,)),
    *rows("negative acceptance", "A model without audio is trained.", (CLOUD,), "trainAcousticModel",
          lambda scene: accepted(200, {})(scene) if scene.nth == 1 else None, "model.train.enough-audio", (4,)),
    *rows("negative acceptance", "Audio replaces other audio without being told to.", WATSON, "addAudio", _overwriting,
          "audio.overwrite", (4,)),
    *rows("negative acceptance", "A model that is pending is upgraded.", WATSON, "upgradeAcousticModel",
          accepted(200, {}), "model.upgrade.state", (4,)),
    *rows("negative acceptance", "A model is trained with audio that is none.", (CLOUD,), "trainAcousticModel",
          lambda scene: accepted(200, {})(scene) if "invalid" in str(scene.answer) else None,
          "model.train.strict", (4,)),
    *rows("negative acceptance", "A training that leaves audio out does not say so.", (CLOUD,), "trainAcousticModel",
          put(("/warnings", GONE)), "model.train.warned"),
    *rows("negative acceptance", "A model without a base model is made.", WATSON, "createAcousticModel",
          _baseless, "model.list.complete suite.refused", (4,)),
    *rows("auth", "A call without a key is answered.", WATSON, MODEL, _if(401, resent(_with_key)), "suite.anonymous",
          (4,)),
    *rows("auth", "The refusal of a call without a key has no body of this service.", WATSON, MODEL,
          _if(401, put(("/code", "bad"))), "error.body", (4,)),
]  # fmt: skip
