"""What the two Azure services are asked."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from pytest_speechcustom.conformance.faults import Blocked
from pytest_speechcustom.conformance.groups import Group
from pytest_speechcustom.conformance.probes.azure_desk import (
    INSIDE,
    LISTS,
    MERGE,
    NOWHERE,
    PREFIXES,
    READS,
    WORKED,
    Desk,
    id_of,
    reference,
    values,
)
from pytest_speechcustom.conformance.probes.azure_lists import filters, paging, wrong_filter
from pytest_speechcustom.conformance.probes.negatives import bodies
from pytest_speechcustom.conformance.probes.work import to_its_end
from pytest_speechcustom.conformance.session import Session
from pytest_speechcustom.contracts.model import Json

_TEXT = b"One line of text.\nAnother line of text.\n"
_SHORT, _LONG = 5, 60


def reading(session: Session) -> None:
    """What can be read without making anything."""
    desk = Desk(session)
    for prefix in ("Projects", "Datasets", "Models", "Evaluations", "Endpoints"):
        with session.step(f"locales of {prefix}"):
            desk.client.call(f"{prefix}_ListSupportedLocales", None, desk.query())
    for operation in LISTS.values():
        with session.step(operation):
            desk.client.call(operation, None, desk.query(top=3))
    with session.step("base models"):
        listed = list(desk.pages("Models_ListBaseModels", None, top=2))
        for each in listed[:3]:
            desk.client.call("Models_GetBaseModel", {"id": id_of(each)}, desk.query())
        list(desk.pages("Models_ListBaseModels", None, top=2))
    if desk.old:
        with session.step("health"):
            desk.client.call("ServiceHealth_Get")


def lifecycle(session: Session) -> None:
    """Each kind of work to its end, good and bad; two at a time; deletion at each stage."""
    desk = Desk(session)
    for kind in WORKED:
        to_its_end(session, desk, kind)
        if kind == "webhook":
            with session.step("calls of a webhook"):
                _called(desk)
        for stage in ("NotStarted", "Running", "Succeeded"):
            with session.step(f"deletion of a {kind} that is {stage}"):
                _deleted_at(desk, kind, stage)


def _called(desk: Desk) -> None:
    """Let a web hook be called. Nobody may be there, where it leads to: that may be refused."""
    hook = desk.create("webhook")
    desk.done("webhook", hook)
    for operation in ("WebHooks_Ping", "WebHooks_Test"):
        desk.client.ask(operation, {"id": id_of(hook)}, desk.query())
        desk.read("webhook", hook)


def _deleted_at(desk: Desk, kind: str, stage: str) -> None:
    entity = desk.create(kind)
    if stage == "Running":
        desk.session.until(
            lambda: desk.read(kind, entity), lambda seen: seen.get("status") != "NotStarted", f"the start of a {kind}"
        )
    if stage == "Succeeded":
        desk.done(kind, entity)
    desk.listed(kind)
    answer = desk.remove(kind, entity)
    desk.read(kind, entity)
    desk.listed(kind)
    if answer.accepted:
        desk.remove(kind, entity)


def fields(session: Session) -> None:
    """What is written is read again, in each place that shows it; each property is changed by itself."""
    desk = Desk(session)
    project, other = desk.create("project"), desk.create("project")
    for kind in PREFIXES:
        with session.step(f"properties of a {kind}"):
            more: Json = {"description": "What is written.", "customProperties": {"one": "1", "two": "2"}}
            if kind in INSIDE:
                more["project"] = reference(project)
            if kind == "model":
                more["datasets"] = [reference(desk.create("dataset"))]
                more["properties"] = {"customModelWeightPercent": 30}
            if kind == "endpoint":
                more["properties"] = {"loggingEnabled": True}
            entity = desk.create(kind, **more)
            desk.read(kind, entity)
            if kind in WORKED:
                _early(desk, kind, entity)
                desk.done(kind, entity)
            _shown(desk, kind, entity, project)
            for name, value in _changes(desk, kind, other).items():
                with session.step(f"{name} of a {kind}"):
                    desk.patch(kind, entity, {name: value})
                    desk.read(kind, entity)
                    if kind in WORKED:
                        desk.done(kind, entity)
                    _shown(desk, kind, entity, project, other)
            with session.step(f"a {kind} changed with application/json"):
                desk.patch(kind, entity, {"description": "Changed once more."}, media="application/json")
                desk.read(kind, entity)


def _early(desk: Desk, kind: str, entity: Json) -> None:
    """Change what is still worked on. That may be refused; if not, it is read."""
    for name in ("displayName", "description"):
        body = {name: desk.session.name()}
        desk.client.ask(f"{PREFIXES[kind]}_Update", {"id": id_of(entity)}, desk.query(), body, media=MERGE)
        desk.read(kind, entity)


def _changes(desk: Desk, kind: str, project: Json) -> Mapping[str, Any]:
    found: dict[str, Any] = {
        "displayName": desk.session.name(),
        "description": "What is written later.",
        "customProperties": {"three": "3"},
    }
    if kind in INSIDE:
        found["project"] = reference(project)
    if kind == "endpoint":
        found["properties"] = {"contentLoggingEnabled": False}
        found["model"] = desk.base()
    if kind == "webhook":
        found["events"] = {"modelCompletion": False, "datasetCompletion": True}
        found["webUrl"] = "https://example.com/speechcustom/other"
    return found


def _shown(desk: Desk, kind: str, entity: Json, *projects: Json) -> None:
    """Look at an entity in every list that may hold it."""
    desk.listed(kind)
    for project in projects if kind in INSIDE else ():
        list(desk.pages(INSIDE[kind], {"id": id_of(project)}))
    desk.read(kind, entity)


def observing(session: Session) -> None:
    """What another client has written stays as it is read, until an update names it."""
    desk, other = Desk(session), Desk(session, session.another())
    project = other.create("project")
    for kind in PREFIXES:
        with session.step(f"reads of a {kind}"):
            more: Json = {"description": "What another has written.", "customProperties": {"one": "1"}}
            if kind in INSIDE:
                more["project"] = reference(project)
            entity = other.create(kind, **more)
            if kind in WORKED:
                other.done(kind, entity)
            for _ in range(2):
                desk.read(kind, entity)
                desk.listed(kind)
            desk.patch(kind, entity, {"displayName": session.name()})
            desk.read(kind, entity)


def copy(session: Session) -> None:
    """A copy of a model, to its end."""
    desk = Desk(session)
    model = desk.done("model", desk.create("model", customProperties={"one": "1"}))
    if desk.old:
        _copy_to(desk, model)
        return
    permit = _permit(desk, model)
    with session.step("a copy to its end"):
        begun = desk.client.call("Models_Copy", {"id": id_of(model)}, desk.query(), permit)
        operation = {"id": _operation_id(begun.body)}
        ended = session.until(
            lambda: desk.client.ask("Operations_GetModelCopy", operation, desk.query()),
            lambda seen: seen.get("status") in ("Succeeded", "Failed"), "the copy",
        )  # fmt: skip
        link = (ended.get("result") or {}).get("link")
        desk.client.call("Operations_GetModelCopy", operation, desk.query())
        _keep_copy(desk, {"self": link})
    with session.step("a copy that fails"):
        if not session.control.speaks:
            session.fail("copy", "")
        begun = desk.client.call("Models_Copy", {"id": id_of(model)}, desk.query(), permit)
        operation = {"id": _operation_id(begun.body)}
        session.fail("copy", operation["id"])
        for _ in range(2):
            session.until(
                lambda: desk.client.ask("Operations_GetModelCopy", operation, desk.query()),
                lambda seen: seen.get("status") in ("Succeeded", "Failed"), "the copy",
            )  # fmt: skip
    with session.step("an authorization that has expired"):
        permit = _permit(desk, model)
        session.advance(2 * 24 * 3600)
        desk.client.ask("Models_Copy", {"id": id_of(model)}, desk.query(), permit)


def _permit(desk: Desk, model: Json) -> Json:
    source = str(desk.session.parameters.get("source_resource_id", _SOURCE))
    answer = desk.client.call("Models_AuthorizeCopy", None, desk.query(), {"sourceResourceId": source})
    if not isinstance(answer.body, dict):
        raise Blocked("there is no authorization")
    return answer.body


_SOURCE = (
    "/subscriptions/9e240ba9-6ee2-4f36-9a07-8e0f2a3b1c4d/resourceGroups/speech/providers/"
    "Microsoft.CognitiveServices/accounts/speech"
)


def _operation_id(body: Any) -> str:
    if not isinstance(body, dict) or not isinstance(body.get("id"), str):
        raise Blocked("the answer to the copy does not tell its operation")
    return str(body["id"])


def _copy_to(desk: Desk, model: Json) -> None:
    key = next((value for name, value in desk.client.headers if name.lower() == "ocp-apim-subscription-key"), "")
    key = str(desk.session.parameters.get("target_key", key))
    if not key:
        raise Blocked("a copy needs a key of the resource it goes to", "--param target_key=KEY")
    body = {"targetSubscriptionKey": key}
    for _ in range(2):
        made = desk.client.call("Models_CopyTo", {"id": id_of(model)}, desk.query(), body)
        entity = desk.created("model", made)
        desk.done("model", entity)
    desk.listed("model")


def _keep_copy(desk: Desk, entity: Json) -> None:
    """The copy is ours: it is looked at, and deleted in the end."""
    if isinstance(entity["self"], str):
        desk.client.made("Models_Delete", {"id": id_of(entity)})
        desk.read("model", entity)
        desk.listed("model")


def references(session: Session) -> None:
    """What is referred to has to exist; what is referred to can go, and then is gone everywhere."""
    desk = Desk(session)
    nobody: Json = {"self": f"{desk.client.base}/{{}}/{NOWHERE}" + ("" if desk.old else "?api-version=2025-10-15")}
    lost = {
        "project": "projects", "dataset": "datasets", "datasets": "datasets", "model": "models", "model1": "models",
        "model2": "models",
    }  # fmt: skip
    wanted = {
        "model": ("datasets", "project"), "dataset": ("project",), "endpoint": ("model", "project"),
        "evaluation": ("model1", "model2", "dataset", "project"),
    }  # fmt: skip
    for kind, names in wanted.items():
        for name in names:
            with session.step(f"a {kind} whose {name} does not exist"):
                link = {"self": nobody["self"].format(lost[name])}
                _refused(desk, kind, {name: [link] if name == "datasets" else link})
    with session.step("references to what was deleted"):
        project, dataset = desk.create("project"), desk.create("dataset")
        desk.done("dataset", dataset)
        desk.remove("project", project)
        desk.remove("dataset", dataset)
        _refused(desk, "dataset", {"project": reference(project)})
        _refused(desk, "model", {"datasets": [reference(dataset)]})
        _refused(desk, "model", {"project": reference(project)})
        _refused(desk, "evaluation", {"dataset": reference(dataset)})
    with session.step("a model without its data"):
        dataset = desk.create("dataset")
        model = desk.done("model", desk.create("model", datasets=[reference(dataset)]))
        desk.remove("dataset", dataset)
        desk.read("model", model)
        desk.listed("model")
    for kind in PREFIXES:
        with session.step(f"calls on a {kind} that was deleted"):
            _after_deletion(desk, kind)


def _refused(desk: Desk, kind: str, more: Json) -> None:
    answer = desk.client.ask(f"{PREFIXES[kind]}_Create", None, desk.query(), desk.body(kind, **more))
    if answer.accepted:
        desk.created(kind, answer)


def _after_deletion(desk: Desk, kind: str) -> None:
    """Every operation on one entity, after it is gone."""
    client, contract = desk.client, desk.session.contract
    entity = desk.create(kind)
    file = NOWHERE
    if kind in WORKED:
        desk.done(kind, entity)
    if f"{PREFIXES[kind]}_ListFiles" in contract.operations:
        listed = values(client.call(f"{PREFIXES[kind]}_ListFiles", {"id": id_of(entity)}, desk.query()))
        file = id_of(listed[0]) if listed else file
    desk.patch(kind, entity, {"description": "In time."})
    desk.listed(kind)
    desk.remove(kind, entity)
    desk.read(kind, entity)
    path = {"id": id_of(entity)}
    for rule in contract.rules.values():
        if rule.law != "deleted.refused" or rule.args["resource"] != kind:
            continue
        for name in rule.args["operations"]:
            with desk.session.step(f"{name} after deletion"):
                _call_gone(desk, name, path, file)
    desk.listed(kind)


def _call_gone(desk: Desk, name: str, path: Mapping[str, str], file: str) -> None:
    client = desk.client
    if name.endswith("_Update"):
        client.ask(name, path, desk.query(), {"description": "Too late."}, media=MERGE)
    elif name.endswith("_UploadBlock"):
        client.ask(name, path, desk.query(blockid="YWFh"), raw=_TEXT, media="application/octet-stream")
    elif name.endswith("_CommitBlocks"):
        client.ask(name, path, desk.query(), [{"kind": "Latest", "id": "YWFh"}])
    elif name.endswith("_GetFile"):
        client.ask(name, {**path, "fileId": file}, desk.query())
    elif name.endswith("Manifest"):
        client.ask(name, path, desk.query(**{desk.lifetime: _LONG}))
    else:
        client.ask(name, path, desk.query())


def files(session: Session) -> None:
    """Files of datasets, models and evaluations, and manifests."""
    desk = Desk(session)
    dataset = desk.done("dataset", desk.create("dataset"))
    owners: Mapping[str, tuple[str, Callable[[], Json]]] = {
        "Datasets": ("dataset", lambda: dataset),
        "Models": ("model", lambda: desk.create("model")),
        "Evaluations": ("evaluation", lambda: desk.create("evaluation", dataset=reference(dataset))),
    }
    for prefix, (kind, make) in owners.items():
        with session.step(f"files of a {kind}"):
            path = {"id": id_of(desk.done(kind, make()))}
            listed = list(desk.pages(f"{prefix}_ListFiles", path, **{desk.lifetime: _LONG}))
            list(desk.pages(f"{prefix}_ListFiles", path, top=1))
            desk.client.call(f"{prefix}_ListFiles", path, desk.query(skip=1))
            for each in listed:
                alone = {**path, "fileId": id_of(each)}
                desk.client.call(f"{prefix}_GetFile", alone, desk.query())
                desk.client.call(f"{prefix}_GetFile", alone, desk.query(**{desk.lifetime: _SHORT}))
                desk.client.call(f"{prefix}_ListFiles", path, desk.query(filter=f"name eq '{each.get('name')}'"))
            for kind_of_file in dict.fromkeys(each.get("kind") for each in listed):
                for operator in ("eq", "ne"):
                    text = f"kind {operator} '{kind_of_file}'"
                    desk.client.call(f"{prefix}_ListFiles", path, desk.query(filter=text))
            desk.client.unknown(f"{prefix}_GetFile", {**path, "fileId": NOWHERE}, desk.query())
    with session.step("manifests"):
        model = desk.done("model", desk.create("model"))
        query = desk.query(**{desk.lifetime: _LONG})
        desk.client.call("Models_GetCustomModelManifest", {"id": id_of(model)}, query)
        desk.client.call("Models_GetBaseModelManifest", {"id": id_of(desk.base())}, query)


def blocks(session: Session) -> None:
    """Data in blocks, and in v3.1 as a form."""
    desk = Desk(session)
    stream = "application/octet-stream"
    with session.step("a dataset in blocks"):
        body = desk.body("dataset")
        del body["contentUrl"]
        entity = desk.created("dataset", desk.client.call("Datasets_Create", None, desk.query(), body))
        path = {"id": id_of(entity)}
        for id in ("YWFh", "YmJi"):
            desk.client.call("Datasets_UploadBlock", path, desk.query(blockid=id), raw=_TEXT, media=stream)
        listed = desk.client.call("Datasets_GetBlocks", path, desk.query()).body
        sent = [each for each in _list(listed, "uncommittedBlocks") if each.get("name") in ("YWFh", "YmJi")]
        desk.client.known([each.get("size") for each in sent], [len(_TEXT)] * 2, "the size of the blocks")
        chosen = [{"kind": "Latest", "id": "YmJi"}, {"kind": "Latest", "id": "YWFh"}]
        desk.client.call("Datasets_CommitBlocks", path, desk.query(), chosen)
        desk.done("dataset", entity)
        listed = desk.client.call("Datasets_GetBlocks", path, desk.query()).body
        names = [each.get("name") for each in _list(listed, "committedBlocks")]
        desk.client.known(names, ["YmJi", "YWFh"], "the order of the blocks")
        desk.listed("dataset")
    if desk.old:
        with session.step("a dataset as a form"):
            form = _form({"displayName": session.name(), "locale": desk.locale, "kind": "Language"}, _TEXT)
            answer = desk.client.call("Datasets_Upload", raw=form, media="multipart/form-data; boundary=conformance")
            desk.done("dataset", desk.created("dataset", answer))
            desk.listed("dataset")


def _list(body: Any, name: str) -> list[Json]:
    found = body.get(name) if isinstance(body, dict) else None
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _form(fields_: Mapping[str, str], data: bytes) -> bytes:
    parts = [
        f'--conformance\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields_.items()
    ]
    head = '--conformance\r\nContent-Disposition: form-data; name="data"; filename="data.txt"\r\n'
    return b"".join([*parts, head.encode(), b"Content-Type: text/plain\r\n\r\n", data, b"\r\n--conformance--\r\n"])


def logs(session: Session) -> None:
    """Logs of endpoints. Those of base models are the account's own, and are only read."""
    desk = Desk(session)
    with session.step("logs of base models"):
        found = values(desk.client.call("Endpoints_ListBaseModelLogs", {"locale": desk.locale}, desk.query(top=1)))
        for each in found:
            desk.client.call("Endpoints_GetBaseModelLog", {"locale": desk.locale, "logId": id_of(each)})
    with session.step("logs of an endpoint"):
        entity = desk.create("endpoint", properties={"loggingEnabled": True})
        desk.done("endpoint", entity)
        path = {"id": id_of(entity)}
        found = list(desk.pages("Endpoints_ListLogs", path, top=1))
        for each in found:
            desk.client.call("Endpoints_GetLog", {**path, "logId": id_of(each)})
        for each in found[:1]:
            desk.client.delete("Endpoints_DeleteLog", {**path, "logId": id_of(each)})
            desk.client.call("Endpoints_ListLogs", path, desk.query())
        desk.client.delete("Endpoints_DeleteLogs", path)
        desk.client.call("Endpoints_ListLogs", path, desk.query())


def errors(session: Session) -> None:
    """Requests that are wrong, and the bodies of their refusals."""
    desk = Desk(session)
    client = desk.client
    with session.step("what never existed"):
        for kind, operation in READS.items():
            client.unknown(operation, {"id": NOWHERE}, desk.query())
            client.nobodys(f"{PREFIXES[kind]}_Delete", {"id": NOWHERE})
        client.unknown("Models_GetBaseModel", {"id": NOWHERE}, desk.query())
    with session.step("without a key"):
        for operation in LISTS.values():
            client.anonymous(operation, None, desk.query())
        for kind, operation in READS.items():
            path = {"id": id_of(desk.create(kind))}
            client.anonymous(operation, path, desk.query())
            client.anonymous(operation, {"id": NOWHERE}, desk.query())
    with session.step("pages that there are not"):
        for operation in LISTS.values():
            client.wrong(operation, None, desk.query(top="many"))
            client.wrong(operation, None, desk.query(skip="some"))
    with session.step("filters that there are not"):
        for operation in LISTS.values():
            for text in ("displayName eq", "colour eq 'red'", "displayName eq 'open", "createdDateTime gt yesterday"):
                client.wrong(operation, None, desk.query(filter=text), proof=wrong_filter(session, operation, text))
    for kind, prefix in PREFIXES.items():
        operation = f"{prefix}_Create"
        entity = session.contract.operations[operation].body["application/json"].entity
        with session.step(f"bodies of {operation}"):
            for _, body in bodies(session.contract, entity or "", desk.body(kind)):
                client.wrong(operation, None, desk.query(), body)
            client.wrong(operation, None, desk.query(), raw=b"{", media="application/json")
    with session.step("changes"):
        for kind in PREFIXES:
            made = desk.create(kind)
            path = {"id": id_of(made)}
            client.wrong(f"{PREFIXES[kind]}_Update", path, desk.query(), {"displayName": 7}, media=MERGE)
            client.wrong(f"{PREFIXES[kind]}_Update", path, desk.query(), raw=json.dumps([]).encode(), media=MERGE)
            desk.read(kind, made)


GROUPS = (
    Group("reading", "locales, base models, lists, health", reading),
    Group("lifecycle", "work of each kind: success, failure, two at a time, deletion at each stage", lifecycle),
    Group("fields", "what is written is read, in every place; changes property by property", fields),
    Group("observing", "what another client has written", observing),
    Group("paging", "pages of several sizes, with creation in between", paging),
    Group("filters", "every operator on every property, against known data", filters),
    Group("copy", "copies to their end, authorizations", copy),
    Group("references", "references to what does not exist; deletion and what follows from it", references),
    Group("files", "files, their links, manifests", files),
    Group("blocks", "data in blocks and forms", blocks),
    Group("logs", "logs of endpoints", logs),
    Group("errors", "wrong requests and error bodies", errors),
)
