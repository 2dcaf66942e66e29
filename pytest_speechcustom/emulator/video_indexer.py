"""Speech customization of Azure AI Video Indexer, as the article of 2023-03-06 shows it.

Where the article and its siblings are silent, what is done here is our choice, and says so.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from pytest_speechcustom.contracts.model import Json, Operation
from pytest_speechcustom.emulator.backend import Backend, Handler, World
from pytest_speechcustom.emulator.calls import Answer, Call, Refusal
from pytest_speechcustom.emulator.jobs import Step
from pytest_speechcustom.engine.breach import Breach

DATASET_SECONDS = 16
MODEL_SECONDS = 10
"""How long the work takes that the article's samples show."""
_VALID = timedelta(hours=12)
_LINES = 41
_LIFE = timedelta(days=730)
_ERRORS: Mapping[int, str] = {
    400: "INVALID_INPUT",
    401: "USER_NOT_ALLOWED",
    404: "NOT_FOUND",
    405: "UNSUPPORTED",
    409: "INVALID_INPUT",
    504: "SERVER_TIMEOUT",
}
# A query parameter, a header or a content type that nobody documents: the siblings do not mind.
_MINDS_NOT = ("request.query.unknown", "request.header.value", "request.content-type")


@dataclass(slots=True)
class Entity:
    """A dataset or a model. `failure` tells why it failed."""

    id: str
    wanted: Json
    status: str
    created: datetime
    moved: datetime
    deprecated: datetime | None = None
    failure: str | None = None
    lines: int = 0

    def become(self, status: str, moment: datetime, failure: str | None = None) -> None:
        """Enter a status."""
        self.status, self.moved, self.failure = status, moment, failure


@dataclass(slots=True)
class Account:
    """What one account at one location has."""

    datasets: dict[str, Entity] = field(default_factory=dict)
    models: dict[str, Entity] = field(default_factory=dict)


def build(world: World) -> Backend:
    """The backend of Video Indexer."""
    return VideoIndexer(world)


class VideoIndexer:
    """Handles the nine operations of the article and the two updates."""

    suffix = ""
    most_bytes = 4 * 1024 * 1024
    media = "application/json; charset=utf-8"

    def __init__(self, world: World) -> None:
        self._world = world
        self._accounts: dict[tuple[str, str], Account] = {}
        self.handlers: Mapping[str, Handler] = {
            "Create-Speech-Dataset": self._create_dataset,
            "Get-Speech-Dataset": self._get_dataset,
            "Get-Speech-Datasets": self._list_datasets,
            "Get-Speech-Dataset-Files": self._list_files,
            "Update-Speech-Dataset": self._update_dataset,
            "Delete-Speech-Dataset": self._delete_dataset,
            "Create-Speech-Model": self._create_model,
            "Get-Speech-Model": self._get_model,
            "Get-Speech-Models": self._list_models,
            "Update-Speech-Model": self._update_model,
            "Delete-Speech-Model": self._delete_model,
        }

    # how it says no

    def answer_to(self, refusal: Refusal) -> Answer:
        """The error body of the siblings. A refusal for too many calls has none."""
        if refusal.status == 429:
            return Answer(429, headers=refusal.headers)
        code = refusal.code if refusal.code.isupper() else _ERRORS.get(refusal.status, "GENERAL")
        return Answer(refusal.status, {"ErrorType": code, "Message": refusal.message}, refusal.headers)

    def objection(self, operation: Operation, breach: Breach) -> Refusal | None:
        """What is wrong is INVALID_INPUT, and the token comes first."""
        if breach.rule in _MINDS_NOT:
            return None
        if breach.rule == "request.auth":
            return _refusal(401, "The access token is missing.")
        return _refusal(400, breach.message)

    def failure(self, status: int, retry_after: int | None) -> Refusal:
        """A failure on purpose."""
        headers = (("Retry-After", str(retry_after)),) if retry_after is not None else ()
        return Refusal(status, _ERRORS.get(status, "GENERAL"), "There was an error.", headers=headers)

    def companion(self, method: str, path: str, form: Mapping[str, str]) -> Answer | None:
        """The token service of the same host: any caller gets a token, as a JSON string."""
        if method == "GET" and path.lower().endswith("/accesstoken"):
            return Answer(200, "emulated-access-token")
        return None

    # datasets

    def _create_dataset(self, call: Call) -> Answer:
        made = self._make(call, "dataset", "Waiting")
        self._account(call).datasets[made.id] = made

        def complete(moment: datetime) -> None:
            made.lines = _LINES
            made.become("Complete", moment)

        self._world.jobs.start(
            "dataset", made.id, Step(DATASET_SECONDS, complete), fail=_failing(made, "The file could not be read.")
        )
        return Answer(self._created(), _dataset(made))

    def _get_dataset(self, call: Call) -> Answer:
        dataset = self._dataset(call)
        self._world.jobs.poll("dataset", dataset.id)
        return Answer(200, _dataset(dataset))

    def _list_datasets(self, call: Call) -> Answer:
        return Answer(200, [_dataset(each) for each in self._listed(call, "dataset", self._account(call).datasets)])

    def _list_files(self, call: Call) -> Answer:
        dataset = self._dataset(call)
        if dataset.status != "Complete":
            return Answer(200, [])  # our choice: there are no files before the work is done
        return Answer(200, [self._file(call, dataset, *row) for row in _files(dataset)])

    def _update_dataset(self, call: Call) -> Answer:
        dataset = self._dataset(call)
        _edit(dataset, call)
        return Answer(200, _dataset(dataset))

    def _delete_dataset(self, call: Call) -> Answer:
        dataset = self._dataset(call)
        account = self._account(call)
        users = [each for each in account.models.values() if dataset.id in each.wanted["datasets"]]
        if any(each.status in ("Waiting", "Processing") for each in users):
            raise self._refused("in_use_status", "The dataset is in use for training.")
        del account.datasets[dataset.id]
        self._world.jobs.drop("dataset", dataset.id)
        return Answer(self._deleted())

    def _dataset(self, call: Call) -> Entity:
        found = self._account(call).datasets.get(call.variables["datasetId"])
        if found is None:
            raise self._refused("unknown_id_status", "The dataset does not exist.")
        return found

    def _file(self, call: Call, dataset: Entity, name: str, kind: str, data: bytes) -> Json:
        valid = call.query.get("sasValidityInSeconds", "")
        span = timedelta(seconds=int(valid)) if valid.isdecimal() and len(valid) < 9 else _VALID
        return {
            "datasetId": dataset.id,
            "fileId": self._world.names.lasting(f"{dataset.id} {name}"),
            "name": name,
            "contentUrl": self._world.share(call, f"{dataset.id} {name}", "text/plain", data, span),
            "kind": kind,
            "createdDateTime": _stamp(dataset.moved),
            "properties": {"size": len(data)},
        }

    # models

    def _create_model(self, call: Call) -> Answer:
        account = self._account(call)
        wanted = [account.datasets.get(id) for id in call.body["datasets"]]
        found = [each for each in wanted if each is not None]
        if len(found) != len(wanted):
            raise self._refused("bad_reference_status", "A dataset does not exist.")
        if not any(each.wanted["kind"] in ("Language", 0) for each in found):
            raise self._refused("no_plain_text_status", "A model needs at least one plain text dataset.")
        if any(each.wanted["locale"] != call.body["locale"] for each in found):
            raise self._refused("mixed_locale_status", "All datasets of a model have its language.")
        made = self._make(call, "model", "Processing")
        made.deprecated = made.created.replace(hour=0, minute=0, second=0, microsecond=0) + _LIFE
        account.models[made.id] = made
        self._world.jobs.start(
            "model", made.id, Step(MODEL_SECONDS, lambda moment: made.become("Complete", moment)),
            fail=_failing(made, "The model could not be trained."), after=[("dataset", each.id) for each in found],
        )  # fmt: skip
        return Answer(self._created(), _model(made))

    def _get_model(self, call: Call) -> Answer:
        model = self._model(call)
        self._world.jobs.poll("model", model.id)
        return Answer(200, _model(model))

    def _list_models(self, call: Call) -> Answer:
        return Answer(200, [_model(each) for each in self._listed(call, "model", self._account(call).models)])

    def _update_model(self, call: Call) -> Answer:
        model = self._model(call)
        _edit(model, call)
        return Answer(200, _model(model))

    def _delete_model(self, call: Call) -> Answer:
        model = self._model(call)
        if self._world.jobs.working("model", model.id):
            raise self._refused("in_use_status", "The model is in use for training.")
        del self._account(call).models[model.id]
        return Answer(self._deleted())

    def _model(self, call: Call) -> Entity:
        found = self._account(call).models.get(call.variables["modelId"])
        if found is None:
            raise self._refused("unknown_id_status", "The model does not exist.")
        return found

    # both

    def _account(self, call: Call) -> Account:
        key = (call.variables["location"].lower(), call.variables["accountId"].lower())
        return self._accounts.setdefault(key, Account())

    def _make(self, call: Call, kind: str, status: str) -> Entity:
        return Entity(self._world.names.guid(kind), dict(call.body), status, call.now, call.now)

    def _listed(self, call: Call, kind: str, entities: Mapping[str, Entity]) -> list[Entity]:
        locale = call.query.get("locale", "").lower()
        found = [each for each in entities.values() if locale in ("", each.wanted["locale"].lower())]
        for each in found:
            self._world.jobs.poll(kind, each.id)
        return found

    def _created(self) -> int:
        return self._first("create_status")

    def _deleted(self) -> int:
        return self._first("delete_status")

    def _refused(self, parameter: str, message: str) -> Refusal:
        return _refusal(self._first(parameter), message)

    def _first(self, parameter: str) -> int:
        """A status that the documents leave open: the first that the contract allows."""
        status: int = self._world.contract.parameters[parameter][0]
        return status


def _refusal(status: int, message: str) -> Refusal:
    return Refusal(status, _ERRORS.get(status, "GENERAL"), message)


def _failing(entity: Entity, why: str) -> Any:
    return lambda moment: entity.become("Failed", moment, why)


def _edit(entity: Entity, call: Call) -> None:
    """Only what is named and not null: the one known client sends explicit nulls for what it leaves alone."""
    for name in ("displayName", "description", "customProperties"):
        if call.body.get(name) is not None:
            entity.wanted[name] = call.body[name]


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _common(entity: Entity) -> Json:
    return {
        "displayName": entity.wanted["displayName"],
        "description": entity.wanted.get("description"),
        "locale": entity.wanted["locale"],
    }


def _times(entity: Entity) -> Json:
    return {
        "lastActionDateTime": _stamp(entity.moved),
        "status": entity.status,
        "createdDateTime": _stamp(entity.created),
        "customProperties": entity.wanted.get("customProperties"),
    }


def _dataset(entity: Entity) -> Json:
    kind = {0: "Language", 1: "Pronunciation"}.get(entity.wanted["kind"], entity.wanted["kind"])
    properties = {
        "acceptedLineCount": entity.lines,
        "rejectedLineCount": 0,
        "duration": None,
        "error": entity.failure,
    }
    return {"id": entity.id, "properties": properties, **_common(entity), "kind": kind, **_times(entity)}


def _model(entity: Entity) -> Json:
    dates = {
        "adaptationDateTime": None,
        "transcriptionDateTime": _stamp(entity.deprecated) if entity.deprecated else None,
    }
    properties = {"deprecationDates": dates, "error": entity.failure}
    return {"id": entity.id, "properties": properties, **_common(entity), "datasets": entity.wanted["datasets"],
            **_times(entity)}  # fmt: skip


def _files(dataset: Entity) -> list[tuple[str, str, bytes]]:
    """Name, kind and content of the files of a dataset that is complete: the three that the article shows."""
    text = "".join(f"This is line {number}.\n" for number in range(1, dataset.lines + 1)).encode()
    report = json.dumps({"acceptedLineCount": dataset.lines, "rejectedLineCount": 0, "errors": []}).encode()
    return [
        ("languagedata", "LanguageData", text),
        ("normalized.txt", "LanguageData", text),
        ("report.json", "DatasetReport", report),
    ]
