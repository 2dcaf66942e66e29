"""Single faults of Video Indexer."""

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
    forgetting,
    from_nth,
    header,
    once_changed,
    put,
    raw,
    refused,
    remade,
    resent,
    stale,
    status,
    undead,
)
from tests.faults.table import VIDEO, Row, rows
from tests.faults.walks import NOWHERE

V = (VIDEO,)
DATASET, DATASETS, FILES = "Get-Speech-Dataset", "Get-Speech-Datasets", "Get-Speech-Dataset-Files"
MODEL, MODELS = "Get-Speech-Model", "Get-Speech-Models"
MAKE_DATASET, MAKE_MODEL = "Create-Speech-Dataset", "Create-Speech-Model"
PAST = "2001-01-01T00:00:00Z"
ERROR = {"ErrorType": "NOT_FOUND", "Message": "No."}


def _one_id(scene: Scene) -> Response | None:
    return scene.saying({**scene.answer, "id": scene.memory.setdefault("id", scene.answer["id"])})


def _at(name: str, day: int) -> Change:
    return lambda scene: scene.saying({**scene.answer, name: f"2026-01-{day:02}T08:{scene.nth % 60:02}:00Z"})


def _some(change: Any) -> Change:
    return remade(lambda answer: change(answer) if answer else None)


def _all_locales(request: Request) -> Request:
    return replace(request, url=re.sub(r"\?locale=.*", "", request.url))


def _with_key(request: Request) -> Request:
    return replace(request, headers=(*request.headers, ("Authorization", "Bearer any")))


def _if(code: int, change: Change) -> Change:
    return lambda scene: change(scene) if scene.response.status == code else None


def _made(scene: Scene) -> Response | None:
    """The model that was made last, when one is refused that is made of datasets."""
    if scene.response.status < 300:
        scene.memory["made"] = scene.answer
        return None
    if not isinstance(scene.sent, dict) or not scene.sent.get("datasets") or NOWHERE in scene.sent["datasets"]:
        return None
    made = {**scene.memory["made"], **scene.sent, "id": NOWHERE.replace("4", "5", 1)}
    return replace(scene.saying(made), status=200)


FAULTS: list[Row] = [
    *rows("payload", "A dataset has no id.", V, DATASET, put(("/id", GONE)), "response.body.required dataset.identity"),
    *rows("payload", "A name is a number.", V, DATASET, put(("/displayName", 7)), "response.body.type"),
    *rows("payload", "A time is no time.", V, MODEL, put(("/createdDateTime", "yesterday")), "response.body.value"),
    *rows("payload", "A list is an object.", V, DATASETS, remade(lambda answer: {"values": answer}),
          "response.body.type"),
    *rows("payload", "The datasets of a model are a text.", V, MODEL, put(("/datasets", "x")), "response.body.type"),
    *rows("payload", "A kind is none that there is.", V, DATASET, put(("/kind", "Images")), "response.body.value"),
    *rows("payload", "A count is a text.", V, DATASET, put(("/properties/acceptedLineCount", "41")),
          "response.body.type"),
    *rows("payload", "An answer is half of one.", V, MODEL, raw(b'{"id": '), "response.body.json"),
    *rows("payload", "An answer has no body.", V, MODELS, raw(b""), "response.body.missing"),
    *rows("payload", "A page of HTML stands in the place of an answer.", V, MODELS, raw(b"<p>", "text/html"),
          "response.content-type"),
    *rows("payload", "A size is a text.", V, FILES, put(("/*/properties/size", "688")), "response.body.type"),
    *rows("status", "A creation is answered with 202.", V, MAKE_DATASET, status(202), "response.status"),
    *rows("status", "A deletion is answered with 202.", V, "Delete-Speech-Dataset", status(202), "response.status"),
    *rows("status", "A read is answered with 206.", V, DATASET, status(206), "response.status"),
    *rows("header", "JSON is said to be text.", V, DATASET, header(Content_Type="text/plain"),
          "response.content-type"),
    *rows("error body", "A refusal is plain text.", V, "", raw(b"No.", "text/plain"), "error.content-type", (4,)),
    *rows("error body", "The type of an error is a number.", V, "", put(("/ErrorType", 7)), "error.body", (4,)),
    *rows("error body", "The type of an error is a sentence.", V, "", put(("/ErrorType", "not found.")), "error.body",
          (4,)),
    *rows("error body", "A refusal is half of one.", V, "", raw(b'{"ErrorType": '), "error.body", (4,)),
    *rows("lifecycle", "A complete dataset waits again.", V, DATASET,
          from_nth(2, put(("/status", "Waiting"), status="Complete")), "dataset.status.final"),
    *rows("lifecycle", "A complete model is trained again.", V, MODEL,
          from_nth(2, put(("/status", "Processing"), status="Complete")), "model.status.final"),
    *rows("lifecycle", "A new dataset has failed.", V, MAKE_DATASET, put(("/status", "Failed")),
          "dataset.status.initial"),
    *rows("lifecycle", "A complete model tells of an error.", V, MODEL,
          put(("/properties/error", {"code": "x", "message": "No."}), status="Complete"), "model.error.null"),
    *rows("time", "A dataset was made at another time each time.", V, DATASET, _at("createdDateTime", 5),
          "dataset.created.fixed"),
    *rows("time", "A model was acted on before it was made.", V, MODEL, put(("/lastActionDateTime", PAST)),
          "model.times.order"),
    *rows("time", "A dataset was acted on at another time each time.", V, DATASET, _at("lastActionDateTime", 7),
          "dataset.last-action.kept"),
    *rows("echo", "A creation is answered with another name.", V, MAKE_DATASET, put(("/displayName", "Other")),
          "dataset.create.echo"),
    *rows("echo", "A creation is answered with another locale.", V, MAKE_MODEL, put(("/locale", "de-DE")),
          "model.create.echo"),
    *rows("echo", "An update does not show what it changed.", V, "Update-Speech-Dataset", forgetting("displayName"),
          "dataset.update.echo"),
    *rows("echo", "A read does not show what an update changed.", V, MODEL, stale, "model.read.writes"),
    *rows("echo", "A read does not show the description.", V, DATASET, put(("/description", GONE)),
          "dataset.read.present"),
    *rows("immutability", "The locale of a model changes.", V, MODEL, from_nth(3, put(("/locale", "de-DE"))),
          "model.locale.fixed"),
    *rows("immutability", "The datasets of a model change.", V, MODEL, from_nth(3, put(("/datasets", [NOWHERE]))),
          "model.datasets.fixed"),
    *rows("immutability", "The kind of a dataset changes.", V, DATASET, from_nth(3, put(("/kind", "Pronunciation"))),
          "dataset.kind.fixed"),
    *rows("identity", "A read shows another dataset.", V, DATASET, put(("/id", NOWHERE)), "dataset.identity"),
    *rows("identity", "A read shows another model.", V, MODEL, put(("/id", NOWHERE)), "model.identity"),
    *rows("identity", "Two datasets have one id.", V, MAKE_DATASET, _one_id, "dataset.create.new"),
    *rows("cross-endpoint", "A list shows another name.", V, DATASETS, put(("/*/displayName", "x")),
          "dataset.list.same"),
    *rows("cross-endpoint", "A list leaves one out.", V, MODELS, _some(lambda found: found[1:]), "model.list.complete"),
    *rows("cross-endpoint", "A list is empty.", V, DATASETS, _some(lambda found: []), "dataset.list.complete"),
    *rows("cross-endpoint", "What was deleted can be read.", V, DATASET, undead, "dataset.deleted.gone", (2, 4)),
    *rows("cross-endpoint", "The files of what was deleted can be listed.", V, FILES, undead,
          "dataset.deleted.refused dataset.deleted.gone", (2, 4)),
    *rows("cross-endpoint", "What was made cannot be read.", V, MODEL, from_nth(3, refused(404, ERROR)),
          "model.available"),
    *rows("cross-endpoint", "A list shows other counts.", V, DATASETS, put(("/*/properties/acceptedLineCount", 3)),
          "dataset.counts.settled"),
    *rows("paging", "One stands twice in a list.", V, MODELS, _some(lambda found: found + found[:1]),
          "model.list.unique"),
    *rows("paging", "A file stands twice in a list.", V, FILES, _some(lambda found: found + found[:1]),
          "file.list.unique"),
    *rows("filter", "The locale is not looked at.", V, DATASETS,
          lambda scene: resent(_all_locales)(scene) if "locale=" in scene.request.url else None, "dataset.list.locale"),
    *rows("arithmetic", "Fewer than no lines were accepted.", V, DATASET, put(("/properties/acceptedLineCount", -1)),
          "dataset.counts"),
    *rows("arithmetic", "A file is smaller than nothing.", V, FILES, put(("/*/properties/size", -1)), "file.size"),
    *rows("echo", "An update loses what it does not name.", V, "Update-Speech-Model", put(("/customProperties", {})),
          "model.update.echo"),
    *rows("echo", "After an update, reads show another description.", V, f"Update-Speech-Dataset {DATASET}",
          once_changed(put(("/description", "another"))),
          "dataset.read.writes dataset.read.steady"),
    *rows("identity", "The files of a dataset are those of another.", V, FILES, put(("/*/datasetId", NOWHERE)), ""),
    *rows("payload", "A time is of no zone.", V, DATASET, put(("/createdDateTime", "2026-01-05T09:00:00")),
          "response.body.value"),
    *rows("immutability", "The locale of a dataset changes.", V, DATASET, from_nth(3, put(("/locale", "de-DE"))),
          "dataset.locale.fixed"),
    *rows("cross-endpoint", "A state in a list is behind that of a read.", V, DATASETS, put(("/*/status", "Waiting")),
          "dataset.status.final"),
    *rows("conflict", "A dataset is deleted while a model is trained with it.", V, "Delete-Speech-Dataset",
          _if(400, lambda scene: Response(204)), "dataset.delete.in-use dataset.deleted.gone", (4,)),
    *rows("conflict", "A model is deleted while it is trained.", V, "Delete-Speech-Model",
          _if(400, lambda scene: Response(204)), "model.delete.in-training model.deleted.gone", (4,)),
    *rows("negative acceptance", "A model is made without plain text.", V, MAKE_MODEL, _made,
          "model.create.plain-text", (2, 4)),
    *rows("negative acceptance", "A dataset without a locale is made.", V, MAKE_DATASET,
          accepted(200, {"id": NOWHERE}), "dataset.list.complete suite.refused", (4,)),
    *rows("auth", "A call without a token is answered.", V, DATASETS, _if(401, resent(_with_key)), "suite.anonymous",
          (4,)),
    *rows("auth", "The refusal of a call without a token has no body of this service.", V, DATASETS,
          _if(401, put(("/ErrorType", 7))), "error.body", (4,)),
]  # fmt: skip
