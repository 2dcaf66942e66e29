"""Single faults of the two Azure services."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pytest_speechcustom.values import Body, Request, Response
from tests.faults.injection import (
    GONE,
    Change,
    Scene,
    forgetting,
    from_nth,
    header,
    keeping,
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
from tests.faults.table import AZURE, NEW, OLD, Row, rows
from tests.faults.walks import NOWHERE

ELSEWHERE = f"http://speech.test/speechtotext/models/{NOWHERE}"
STRANGER: Mapping[str, str] = {
    service: f"http://speech.test/speechtotext{middle}/{{}}/{NOWHERE}{query}"
    for service, middle, query in ((OLD, "/v3.1", ""), (NEW, "", "?api-version=2025-10-15"))
}
MODEL, MODELS = "Models_GetCustomModel", "Models_ListCustomModels"
PAST = "2001-01-01T00:00:00Z"
ERROR = {"code": "InvalidRequest", "message": "No."}
_GETS = {"model": MODEL, "dataset": "Datasets_Get", "evaluation": "Evaluations_Get", "endpoint": "Endpoints_Get",
         "webhook": "WebHooks_Get"}  # fmt: skip


def _no_two(scene: Scene) -> Response | None:
    """Every second creation answers with the id of the first."""
    first = scene.memory.setdefault("self", scene.answer["self"])
    return scene.saying({**scene.answer, "self": first})


def _moving(scene: Scene) -> Response | None:
    return scene.saying({**scene.answer, "createdDateTime": f"2026-01-05T08:{scene.nth % 60:02}:00Z"})


def _restless(scene: Scene) -> Response | None:
    if scene.answer.get("status") != "Succeeded":
        return None
    return scene.saying({**scene.answer, "lastActionDateTime": f"2026-01-07T08:{scene.nth % 60:02}:00Z"})


def _backwards(scene: Scene) -> Response | None:
    """The later the state, the earlier the time that it is said to have begun."""
    hour = {"NotStarted": 12, "Running": 11, "Succeeded": 10}.get(scene.answer.get("status"))
    return scene.saying({**scene.answer, "lastActionDateTime": f"2026-01-05T{hour}:00:00Z"}) if hour else None


def _values(change: Any) -> Change:
    return remade(lambda answer: {**answer, "values": change(answer["values"])} if answer.get("values") else None)


def _other_link(pattern: str, new: str) -> Change:
    def change(scene: Scene) -> Response | None:
        link = (scene.answer or {}).get("@nextLink")
        return scene.saying({**scene.answer, "@nextLink": re.sub(pattern, new, link)}) if link else None

    return change


def _same_page(scene: Scene) -> Response | None:
    link = (scene.answer or {}).get("@nextLink")
    return scene.saying({**scene.answer, "@nextLink": scene.request.url}) if link else None


def _without(name: str) -> Change:
    def less(request: Request) -> Request:
        sent = json.loads(request.body.raw or b"{}")
        sent.pop(name, None)
        return replace(request, body=Body(json.dumps(sent).encode()))

    return lambda scene: resent(less)(scene) if isinstance(scene.sent, dict) and name in scene.sent else None


def _with_key(request: Request) -> Request:
    return replace(request, headers=(*request.headers, ("Ocp-Apim-Subscription-Key", "key")))


def _whole(request: Request) -> Request:
    sent = {"displayName": "x", "locale": "en-US"} | json.loads(request.body.raw or b"{}")
    sent = {name: sent[name] for name in ("displayName", "locale")}
    return replace(request, body=Body(json.dumps(sent).encode()))


def _nameless(scene: Scene) -> Response | None:
    nameless = isinstance(scene.sent, dict) and "locale" in scene.sent and "displayName" not in scene.sent
    return resent(_whole)(scene) if nameless else None


def _unfiltered(request: Request) -> Request:
    return replace(request, url=re.sub(r"filter=[^&]*&?", "", request.url))


def _asked(words: str) -> Any:
    """Whether these words are asked for, however their spaces are written."""
    return lambda scene: words in scene.request.url.replace("+", " ").replace("%20", " ")


def _other_way_round(request: Request) -> Request:
    return replace(request, url=re.sub(r"(\+|%20)eq(\+|%20)", r"\1ne\2", request.url))


def _twice(header_name: str) -> Change:
    def change(scene: Scene) -> Response | None:
        return replace(scene.response, headers=(*scene.response.headers, (header_name, ELSEWHERE)))

    return change


def _lost_between(scene: Scene) -> Response | None:
    """The next page begins one later than it should."""
    link = (scene.answer or {}).get("@nextLink")
    later = re.sub(r"skip=(\d+)", lambda match: f"skip={int(match[1]) + 1}", link) if link else link
    return scene.saying({**scene.answer, "@nextLink": later}) if later != link else None


def _with_deleted(scene: Scene) -> Response | None:
    """A list that still shows what it has shown once."""
    known = scene.memory.setdefault(scene.request.url.partition("?")[0], {})
    known |= {each["self"]: each for each in scene.answer.get("values", ()) if "?" not in scene.request.url}
    known |= {each["self"]: each for each in scene.answer.get("values", ()) if "top=" not in scene.request.url}
    shown = {each["self"] for each in scene.answer.get("values", ())}
    if "filter" in scene.request.url or "top=" in scene.request.url or "skip" in scene.request.url:
        return None
    kept = [each for self, each in known.items() if self not in shown]
    return scene.saying({**scene.answer, "values": [*scene.answer["values"], *kept]}) if kept else None


def _swapped(one: str, other: str) -> Change:
    return lambda scene: scene.saying({**scene.answer, one: scene.answer[other], other: scene.answer[one]})


FAULTS: list[Row] = [
    *rows("payload", "A model lacks its name.", AZURE, MODEL, put(("/displayName", GONE)), "response.body.required"),
    *rows("payload", "A locale is a number.", AZURE, MODEL, put(("/locale", 7)), "response.body.type"),
    *rows("payload", "A time is no time.", AZURE, MODEL, put(("/createdDateTime", "yesterday")), "response.body.value"),
    *rows("payload", "A link is no URL.", AZURE, "Datasets_Get", put(("/links/files", "no url")),
          "response.body.value"),
    *rows("payload", "An answer is half of one.", AZURE, MODEL, raw(b'{"displayName": '), "response.body.json"),
    *rows("payload", "An answer says a name twice.", AZURE, "Datasets_Get",
          raw(b'{"displayName": "a", "displayName": "b"}'), "response.body.json"),
    *rows("payload", "A number is NaN.", AZURE, "Datasets_Get", raw(b'{"displayName": NaN}'), "response.body.json"),
    *rows("payload", "A page of HTML stands in the place of an answer.", AZURE, MODELS, raw(b"<p>", "text/html"),
          "response.content-type"),
    *rows("payload", "An answer has no body.", AZURE, "Endpoints_Get", raw(b""), "response.body.missing"),
    *rows("payload", "The kinds in a list are numbers.", AZURE, "Datasets_List", put(("/values/*/kind", 1)),
          "response.body.type response.body.value"),
    *rows("payload", "A weight is more than the whole.", AZURE, MODEL,
          put(("/properties/customModelWeightPercent", 101)), "response.body.value"),
    *rows("payload", "A list is an object.", AZURE, MODELS, put(("/values", {})), "response.body.type"),
    *rows("payload", "An evaluation lacks a model.", AZURE, "Evaluations_Get", put(("/model1", GONE)),
          "response.body.required"),
    *rows("payload", "Events are a list.", AZURE, "WebHooks_Get", put(("/events", [])), "response.body.type"),
    *rows("payload", "An entity stands in a list.", AZURE, "Endpoints_Get", remade(lambda answer: [answer]),
          "response.body.type"),
    *rows("payload", "A name of a custom property is too long.", AZURE, "Projects_Get",
          put(("/customProperties", {"x" * 65: ""})), "response.body.value"),
    *rows("payload", "A deletion answers with a body.", AZURE, "Models_Delete", raw(b"{}", "application/json"),
          "response.body.unexpected"),
    *rows("status", "A creation is answered with 200.", AZURE, "Models_Create", status(200), "response.status"),
    *rows("status", "A creation is answered with 202.", AZURE, "Datasets_Create", status(202), "response.status"),
    *rows("status", "A deletion is answered with 200.", AZURE, "Datasets_Delete", status(200), "response.status"),
    *rows("status", "A read is answered with 206.", AZURE, MODEL, status(206), "response.status"),
    *rows("status", "An update is answered with 201.", AZURE, "Models_Update", status(201), "response.status"),
    *rows("header", "A creation has no Location.", AZURE, "Models_Create", header(Location=None),
          "response.header.missing model.create.location"),
    *rows("header", "Location leads to something else.", AZURE, "Datasets_Create", header(Location=ELSEWHERE),
          "dataset.create.location"),
    *rows("header", "Location is given twice.", AZURE, "Projects_Create", _twice("Location"), "response.header.value"),
    *rows("header", "Retry-After is a word.", AZURE, MODEL, header(Retry_After="soon"), "response.header.value"),
    *rows("header", "JSON is said to be text.", AZURE, MODEL, header(Content_Type="text/plain"),
          "response.content-type"),
    *rows("error body", "A refusal is plain text.", AZURE, "", raw(b"No.", "text/plain"),
          "error.content-type", (4,)),
    *rows("error body", "The code of a refusal is a number.", AZURE, "", put(("/code", 404)), "error.body", (4,)),
    *rows("error body", "A refusal is a list.", AZURE, "", remade(lambda answer: [answer]), "error.body", (4,)),
    *rows("error body", "A refusal is half of one.", AZURE, "", raw(b'{"code": '), "error.body", (4,)),
    *rows("error body", "The inner error is a text.", AZURE, "", put(("/innerError", "No.")), "error.body", (4,)),
    *[row for name, get in _GETS.items() for row in rows(
        "lifecycle", f"A finished {name} runs again.", AZURE, get,
        from_nth(2, put(("/status", "Running"), status="Succeeded")), f"{name}.status.final")],
    *rows("lifecycle", "A model is Done.", AZURE, MODEL, put(("/status", "Done"), status="Succeeded"),
          "model.status.closed"),
    *rows("lifecycle", "A model that succeeded has failed.", AZURE, MODEL,
          from_nth(2, put(("/status", "Failed"), status="Succeeded")), "model.status.final"),
    *rows("lifecycle", "A model is trained as soon as it is made.", AZURE, "Models_Create",
          put(("/status", "Succeeded")), "model.status.initial"),
    *rows("lifecycle", "A running model has not begun.", AZURE, "Models_GetCustomModel",
          from_nth(2, put(("/status", "NotStarted"), status="Running")), "model.status.forward"),
    *rows("lifecycle", "A failed dataset says nothing of why.", AZURE, "Datasets_Get",
          put(("/properties/error", GONE), status="Failed"), "dataset.error.when-failed"),
    *rows("lifecycle", "A model that succeeded tells of an error.", AZURE, MODEL,
          put(("/properties/error", ERROR), status="Succeeded"), "model.error.only-failed"),
    *rows("time", "A model was acted on before it was made.", AZURE, MODEL, put(("/lastActionDateTime", PAST)),
          "model.created.order"),
    *rows("time", "A model was made at another time each time it is read.", AZURE, MODEL, _moving,
          "model.created.fixed"),
    *rows("time", "A state began at another time each time it is read.", AZURE, MODEL, _restless, "model.action.kept"),
    *rows("time", "A later state began earlier.", AZURE, MODEL, _backwards, "model.action.forward"),
    *rows("echo", "A creation is answered with another name.", AZURE, "Models_Create", put(("/displayName", "Other")),
          "model.create.echo"),
    *rows("echo", "A creation loses the custom properties.", AZURE, "Projects_Create",
          put(("/customProperties", GONE)), "project.create.echo-present"),
    *rows("echo", "A creation is answered with another locale.", AZURE, "Datasets_Create", put(("/locale", "de-DE")),
          "dataset.create.echo"),
    *rows("echo", "An update does not show what it changed.", AZURE, "Models_Update", forgetting("displayName"),
          "model.update.echo"),
    *rows("echo", "A read does not show what an update changed.", AZURE, MODEL, stale, "model.read.writes"),
    *rows("echo", "A read does not show the description.", AZURE, "Datasets_Get", put(("/description", GONE)),
          "dataset.read.present"),
    *rows("echo", "An endpoint logs although it was not told to.", AZURE, "Endpoints_Create",
          put(("/properties/loggingEnabled", False)), "endpoint.create.echo"),
    *rows("immutability", "The locale of a model changes.", AZURE, MODEL, from_nth(3, put(("/locale", "de-DE"))),
          "model.locale.fixed"),
    *rows("immutability", "The base model changes.", (OLD,), MODEL,
          from_nth(3, put(("/baseModel", {"self": STRANGER[OLD].format("models/base")}))), "model.baseModel.fixed"),
    *rows("immutability", "The base model changes.", (NEW,), MODEL,
          from_nth(3, put(("/baseModel", {"self": STRANGER[NEW].format("models/base")}))), "model.baseModel.fixed"),
    *rows("immutability", "The datasets of a model change.", (OLD,), MODEL,
          from_nth(3, put(("/datasets", [{"self": STRANGER[OLD].format("datasets")}]))), "model.datasets.fixed"),
    *rows("immutability", "The datasets of a model change.", (NEW,), MODEL,
          from_nth(3, put(("/datasets", [{"self": STRANGER[NEW].format("datasets")}]))), "model.datasets.fixed"),
    *rows("immutability", "The kind of a dataset changes.", AZURE, "Datasets_Get",
          from_nth(2, put(("/kind", "Pronunciation"))), "dataset.kind.fixed"),
    *rows("immutability", "The data of a dataset come from elsewhere.", AZURE, "Datasets_Get",
          from_nth(2, put(("/contentUrl", "https://other.example/text"))), "dataset.contentUrl.fixed"),
    *rows("immutability", "A base model changes.", AZURE, "Models_GetBaseModel",
          from_nth(2, put(("/createdDateTime", PAST))), "base-model.fixed"),
    *rows("identity", "A read shows another model.", (OLD,), MODEL,
          put(("/self", STRANGER[OLD].format("models"))), "model.identity"),
    *rows("identity", "A read shows another model.", (NEW,), MODEL,
          put(("/self", STRANGER[NEW].format("models"))), "model.identity"),
    *rows("identity", "Two datasets have one id.", AZURE, "Datasets_Create", _no_two, "dataset.create.new"),
    *rows("identity", "The links of a model are those of another.", (OLD,), MODEL,
          put(("/links/files", STRANGER[OLD].format("models") + "/files")), "model.links.own"),
    *rows("identity", "The links of a model are those of another.", (NEW,), MODEL,
          put(("/links/files", f"{ELSEWHERE}/files?api-version=2025-10-15")), "model.links.own"),
    *rows("identity", "A manifest is that of another model.", (OLD,), "Models_GetCustomModelManifest",
          put(("/model", {"self": STRANGER[OLD].format("models")})), "manifest.model"),
    *rows("identity", "A manifest is that of another model.", (NEW,), "Models_GetCustomModelManifest",
          put(("/model", {"self": STRANGER[NEW].format("models")})), "manifest.model"),
    *rows("cross-endpoint", "A list shows another name.", AZURE, MODELS, put(("/values/*/displayName", "x")),
          "model.list.same"),
    *rows("cross-endpoint", "A list shows another state.", AZURE, "Datasets_List",
          put(("/values/*/status", "NotStarted")), "dataset.status.final"),
    *rows("cross-endpoint", "A list leaves one out.", AZURE, MODELS, _values(lambda values: values[1:]),
          "model.list.complete"),
    *rows("cross-endpoint", "A list is empty.", AZURE, "WebHooks_List", _values(lambda values: []),
          "webhook.list.complete"),
    *rows("cross-endpoint", "What was deleted can be read.", AZURE, MODEL, undead, "model.deleted.gone", (2, 4)),
    *rows("cross-endpoint", "What was deleted can be changed.", AZURE, "Models_Update", undead,
          "model.deleted.refused model.deleted.gone", (2, 4)),
    *rows("cross-endpoint", "What was made cannot be read.", AZURE, MODEL, from_nth(3, refused(404, ERROR)),
          "model.available"),
    *rows("cross-endpoint", "A project lists what is in another.", (OLD,), "Projects_ListModels",
          put(("/values/*/project/self", STRANGER[OLD].format("projects"))), "project.models.member"),
    *rows("cross-endpoint", "A project lists what is in another.", (NEW,), "Projects_ListModels",
          put(("/values/*/project/self", STRANGER[NEW].format("projects"))), "project.models.member"),
    *rows("cross-endpoint", "A project does not list what is in it.", AZURE, "Projects_ListDatasets",
          _values(lambda values: []), "project.datasets.complete"),
    *rows("cross-endpoint", "A file is another when it is read.", AZURE, "Models_GetFile", put(("/name", "other")),
          "file.list.same file.fixed"),
    *rows("paging", "A page is longer than asked for.", AZURE, MODELS, keeping(_asked("top=1")), "list.top"),
    *rows("paging", "The link to the next page leads to the same.", AZURE, MODELS, _same_page, "list.next.progress"),
    *rows("paging", "The link to the next page loses the filter.", AZURE, MODELS, _other_link(r"filter=[^&]*&?", ""),
          "list.next.filter"),
    *rows("paging", "The link to the next page loses the version.", (NEW,), MODELS,
          _other_link(r"&?api-version=[^&]*", ""), "list.next.api-version"),
    *rows("paging", "One stands twice in a list.", AZURE, "Datasets_List", _values(lambda values: values + values[:1]),
          "dataset.list.unique"),
    *rows("paging", "What was to be skipped is not.", AZURE, "Datasets_List", keeping(_asked("skip=1")),
          "list.skip list.repeat list.next.progress"),
    *rows("filter", "A filter of names is not applied.", AZURE, MODELS,
          keeping(_asked("filter=displayName eq")), "list.filter"),
    *rows("filter", "A filter of times is not applied.", AZURE, "Datasets_List",
          keeping(_asked("filter=createdDateTime gt")), "list.filter"),
    *rows("filter", "A filter is applied the other way round.", AZURE, "Projects_List",
          resent(_other_way_round), "list.filter"),
    *rows("payload", "A time is of no zone.", AZURE, MODEL, put(("/createdDateTime", "2026-01-05T09:00:00")),
          "response.body.value"),
    *rows("payload", "A reference is a text.", AZURE, MODEL, put(("/project", "x")), "response.body.type"),
    *rows("echo", "An update loses what it does not name.", AZURE, "Models_Update Datasets_Update",
          put(("/description", GONE))),
    *rows("echo", "An update changes what it does not name.", AZURE, "Models_Update",
          put(("/description", "another")), "model.update.echo model.read.writes model.read.steady"),
    *rows("echo", "After an update, reads show another description.", AZURE, f"Models_Update {MODEL}",
          once_changed(put(("/description", "another"))),
          "model.read.writes model.read.steady"),
    *rows("immutability", "The models of an evaluation change places.", AZURE, "Evaluations_Get",
          from_nth(2, _swapped("model1", "model2")), "evaluation.model1.fixed"),
    *rows("paging", "One is lost between two pages.", AZURE, "Datasets_List", _lost_between, "dataset.list.complete"),
    *rows("cross-endpoint", "A list shows what was deleted.", AZURE, "WebHooks_List Projects_List", _with_deleted,
          "webhook.deleted.gone project.deleted.gone"),
    *rows("cross-endpoint", "A state in a list is ahead of that of a read.", AZURE, f"Models_Update {MODEL}",
          once_changed(put(("/status", "Running"), status="Succeeded")),
          "model.status.final"),
    *rows("filter", "A filter of states lets others pass.", AZURE, "Projects_List",
          keeping(_asked("filter=displayName eq")), "list.filter"),
    *rows("arithmetic", "Fewer than no lines were accepted.", AZURE, "Datasets_Get",
          put(("/properties/acceptedLineCount", -1), status="Succeeded"), "dataset.lines.nonnegative"),
    *rows("arithmetic", "A file is smaller than nothing.", AZURE, "Datasets_ListFiles",
          put(("/values/*/properties/size", -1)), "file.size.nonnegative"),
    *rows("arithmetic", "A result is another each time.", AZURE, "Datasets_Get",
          from_nth(2, put(("/properties/acceptedLineCount", 9), status="Succeeded")), "dataset.result.settled"),
    *rows("copy", "An operation has no Operation-Location.", (NEW,), "Models_Copy", header(Operation_Location=None),
          "response.header.missing copy.operation-location"),
    *rows("copy", "Operation-Location leads to another operation.", (NEW,), "Models_Copy",
          header(Operation_Location=STRANGER[NEW].format("operations/models/copy")), "copy.operation-location"),
    *rows("copy", "A copy that succeeded does not say what it made.", (NEW,), "Operations_GetModelCopy",
          put(("/result", GONE), status="Succeeded"), "copy.result.when-succeeded"),
    *rows("copy", "A copy that succeeded runs again.", (NEW,), "Operations_GetModelCopy",
          from_nth(2, put(("/status", "Running"), status="Succeeded")), "copy.status.final"),
    *rows("copy", "A copy made another model each time.", (NEW,), "Operations_GetModelCopy",
          from_nth(2, put(("/result/link", STRANGER[NEW].format("models")), status="Succeeded")),
          "copy.result.settled"),
    *rows("copy", "An authorization is for another source.", (NEW,), "Models_AuthorizeCopy",
          put(("/sourceResourceId", "other")), "copy.authorize.echo"),
    *rows("copy", "An authorization that expired is taken.", (NEW,), "Models_Copy", undead,
          "copy.authorization.expired", (2, 4)),
    *rows("copy", "A copy is another than was asked for.", (NEW,), "Operations_GetModelCopy", put(("/id", NOWHERE)),
          "copy.identity"),
    *rows("copy", "A copy cannot be found.", (NEW,), "Operations_GetModelCopy", refused(404, ERROR), "copy.available"),
    *rows("copy", "A copy is of another locale.", (OLD,), "Models_CopyTo", put(("/locale", "de-DE")),
          "model.copyto.locale"),
    *rows("copy", "Location of a copy leads elsewhere.", (OLD,), "Models_CopyTo", header(Location=ELSEWHERE),
          "model.copyto.location"),
    *rows("conflict", "A model that is in use is deleted, and still is there.", AZURE, "Models_Delete",
          lambda scene: Response(204), "model.deleted.gone", (4,)),
    *rows("negative acceptance", "A model is made of a dataset that was deleted.", AZURE, "Models_Create",
          _without("datasets"), "model.create.references", (4,)),
    *rows("negative acceptance", "A model without a name is made.", AZURE, "Models_Create", _nameless, "suite.refused",
          (4,)),
    *rows("negative acceptance", "A filter that is none is taken.", AZURE, MODELS, resent(_unfiltered), "suite.refused",
          (4,)),
    *rows("auth", "A call without a key is answered.", AZURE, MODEL,
          lambda scene: resent(_with_key)(scene) if scene.response.status == 401 else None, "suite.anonymous",
          (4,)),
    *rows("auth", "The refusal of a call without a key has no body of this service.", AZURE, MODEL,
          lambda scene: put(("/code", 1))(scene) if scene.response.status == 401 else None, "error.body", (4,)),
]  # fmt: skip
