"""What the two Azure Speech services have in common: models, datasets, evaluations, endpoints, webhooks, projects.

Both versions have the same states, references, paging and filters; `tables` puts in where each version's
documents say so. What only one of them has stands in `azure_v31` and `azure_2025`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

from pytest_speechcustom.contracts.model import Call, Field, Lifecycle, Move, Resource, State, Tables, Touch
from pytest_speechcustom.contracts.wire import wire_rules
from pytest_speechcustom.values import Rule, Source

STATES = ("NotStarted", "Running", "Succeeded", "Failed")
NEXT = "/@nextLink"
Links = tuple[str, tuple[tuple[str, str], ...]]


@dataclass(frozen=True, slots=True)
class Version:
    """Where one version's documents say a thing, and what only this version has."""

    operations: Source
    states: Source
    created: Source
    moved: Source
    identity: Source
    entity: Mapping[str, Source]
    update: Mapping[str, Source]
    locale: Source
    page: Source
    link: Source
    top: Source
    skip: Source
    filters: Source
    error_codes: Source
    location: Source
    retry_after: Source
    sublists: Source
    files: Source
    lines: tuple[str, ...]
    links: Mapping[str, tuple[str, ...]]
    resources: tuple[Resource, ...] = ()
    touches: tuple[Touch, ...] = ()
    rules: tuple[Rule, ...] = ()
    project_fields: tuple[Field, ...] = ()
    own_links: Mapping[str, Links] = dataclasses.field(default_factory=dict)
    expires: Mapping[str, str] = dataclasses.field(default_factory=dict)


def lifecycle(states: Source, by_call: tuple[Call, ...] = ()) -> Lifecycle:
    """The lifecycle that all Azure entities with a status share: one way, and two ends."""
    return Lifecycle(
        status="/status",
        states=tuple(State(name, states) for name in STATES),
        initial=("NotStarted", "Running"),
        by_itself=(
            Move("NotStarted", "Running", states),
            Move("NotStarted", "Failed", states, basis="inferred"),
            Move("Running", "Succeeded", states),
            Move("Running", "Failed", states),
        ),
        by_call=by_call,
    )


# resource, plural in operationIds and paths
PLURALS: Mapping[str, str] = {
    "model": "Models",
    "dataset": "Datasets",
    "evaluation": "Evaluations",
    "endpoint": "Endpoints",
    "webhook": "WebHooks",
    "project": "Projects",
}
STATEFUL = ("model", "dataset", "evaluation", "endpoint", "webhook")
_LIST = {"model": "Models_ListCustomModels"}
_GET = {"model": "Models_GetCustomModel"}
_SUBLISTS = {"model": "Projects_ListModels", "dataset": "Projects_ListDatasets",
             "evaluation": "Projects_ListEvaluations", "endpoint": "Projects_ListEndpoints"}  # fmt: skip
_FILE_LISTS = ("Datasets_ListFiles", "Models_ListFiles", "Evaluations_ListFiles")
_FILES = ("Datasets_GetFile", "Models_GetFile", "Evaluations_GetFile")
_ALSO_ON = {
    "model": ("Models_GetCustomModelManifest", "Models_ListFiles", "Models_GetFile"),
    "dataset": ("Datasets_GetBlocks", "Datasets_UploadBlock", "Datasets_CommitBlocks", "Datasets_ListFiles",
                "Datasets_GetFile"),
    "evaluation": ("Evaluations_ListFiles", "Evaluations_GetFile"),
    "webhook": ("WebHooks_Ping", "WebHooks_Test"),
}  # fmt: skip

# What a client writes and reads back, and what never changes.
_COMMON = (Field("/displayName"), Field("/description"), Field("/customProperties", "subset"))
_LOCALE = Field("/locale", "tag")
_PROJECT = Field("/project", "reference")
_CREATED = Field("/createdDateTime", "instant")
WRITTEN: Mapping[str, tuple[Field, ...]] = {
    "model": (*_COMMON, _LOCALE, _PROJECT, Field("/baseModel", "reference"), Field("/datasets", "references"),
              Field("/properties/customModelWeightPercent")),
    "dataset": (*_COMMON, _LOCALE, _PROJECT, Field("/kind")),
    "evaluation": (*_COMMON, _LOCALE, _PROJECT, Field("/model1", "reference"), Field("/model2", "reference"),
                   Field("/dataset", "reference")),
    "endpoint": (*_COMMON, _LOCALE, _PROJECT, Field("/model", "reference"), Field("/properties/loggingEnabled")),
    "webhook": (*_COMMON, Field("/webUrl"), Field("/events", "subset")),
    "project": (*_COMMON, _LOCALE),
}  # fmt: skip
# What changes by an update only. An endpoint may go on with another model when its own has expired.
_EDITED = ("/displayName", "/description", "/customProperties", "/project", "/webUrl", "/events")
FIXED: Mapping[str, tuple[Field, ...]] = {
    "model": (_CREATED, _LOCALE, Field("/baseModel", "reference"), Field("/datasets", "references")),
    "dataset": (_CREATED, _LOCALE, Field("/kind"), Field("/contentUrl", "address")),
    "evaluation": (_CREATED, _LOCALE, Field("/model1", "reference"), Field("/model2", "reference"),
                   Field("/dataset", "reference")),
    "endpoint": (_CREATED, _LOCALE),
    "webhook": (_CREATED,),
    "project": (_CREATED, _LOCALE),
}  # fmt: skip

# Which properties of a create request refer to what.
REFERENCES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "model": (("/datasets", "dataset"), ("/project", "project")),
    "dataset": (("/project", "project"),),
    "evaluation": (("/model1", "model"), ("/model2", "model"), ("/dataset", "dataset"), ("/project", "project")),
    "endpoint": (("/model", "model"), ("/project", "project")),
}


# The definition of the links of a resource, and where each leads, below the resource's own path.
_OWN_LINKS: dict[str, Links] = {
    "dataset": ("DatasetLinks", (("/links/files", "/files"), ("/links/listBlocks", "/blocks"),
                                 ("/links/uploadBlocks", "/blocks"), ("/links/commitBlocks", "/blocks:commit"))),
    "evaluation": ("EvaluationLinks", (("/links/files", "/files"),)),
    "webhook": ("WebHookLinks", (("/links/ping", ":ping"), ("/links/test", ":test"))),
    "project": ("ProjectLinks", tuple(
        (f"/links/{name}", f"/{name}") for name in ("models", "datasets", "evaluations", "endpoints", "transcriptions")
    )),
}  # fmt: skip

# What is told of the result when the work is done.
_RESULTS: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("dataset", ("Succeeded", "Failed"),
     ("acceptedLineCount", "rejectedLineCount", "duration", "durationMilliseconds")),
    ("model", ("Succeeded",), ("customModelWeightPercent",)),
    ("evaluation", ("Succeeded",), tuple(
        f"{figure}{number}" for number in (1, 2) for figure in (
            "wordErrorRate", "wordCount", "correctWordCount", "wordSubstitutionCount", "wordDeletionCount",
            "wordInsertionCount", "sentenceErrorRate", "sentenceCount", "tokenErrorRate", "tokenCount",
            "correctTokenCount", "tokenSubstitutionCount", "tokenDeletionCount", "tokenInsertionCount",
        ))),
)  # fmt: skip


def _calls(name: str, states: Source) -> tuple[Call, ...]:
    """Calls that may change a state. Which, for a changed endpoint or webhook, no document says."""
    if name in ("endpoint", "webhook"):
        return (Call(f"{PLURALS[name]}_Update", {}, states, otherwise=STATES, basis="inferred"),)
    if name == "dataset":
        return (Call("Datasets_CommitBlocks", {"NotStarted": ("NotStarted", "Running")}, states, basis="inferred"),)
    return ()


def _resource(name: str, version: Version) -> Resource:
    return Resource(
        name,
        identity="self",
        by_url=True,
        path=f"/{PLURALS[name].lower()}/{{id}}",
        written=WRITTEN[name] + (version.project_fields if name == "project" else ()),
        fixed=FIXED[name],
        moved="/lastActionDateTime" if name in STATEFUL else None,
        lifecycle=lifecycle(version.states, _calls(name, version.states)) if name in STATEFUL else None,
        expires=version.expires.get(name),
        part_of=("/project", "project") if name in _SUBLISTS else None,  # what goes with a project nobody says
    )


def _touches() -> tuple[Touch, ...]:
    rows = []
    for name, plural in PLURALS.items():
        rows += [
            Touch(_LIST.get(name, f"{plural}_List"), name, "list", at=("/values",)),
            Touch(f"{plural}_Create", name, "create", id=""),
            Touch(_GET.get(name, f"{plural}_Get"), name, "read"),
            Touch(f"{plural}_Update", name, "update"),
            Touch(f"{plural}_Delete", name, "delete"),
        ]
        rows += [Touch(operation, name, "act") for operation in _ALSO_ON.get(name, ())]
    rows += [Touch(operation, name, "list", at=("/values",)) for name, operation in _SUBLISTS.items()]
    rows += [Touch(operation, "file", "list", at=("/values",)) for operation in _FILE_LISTS]
    rows += [Touch(operation, "file", "read", id="fileId") for operation in _FILES]
    rows += [
        Touch("Models_ListBaseModels", "base-model", "list", at=("/values",)),
        Touch("Models_GetBaseModel", "base-model", "read"),
    ]
    return tuple(rows)


def _title(name: str) -> str:
    return f"An {name}" if name[0] in "aeiou" else f"A {name}"


def state_rules(name: str, states: Source, moved: Source, error: str) -> list[Rule]:
    """The rules that come with the lifecycle of a resource; `error` is where it tells why it failed."""
    on, title = {"resource": name}, _title(name)
    return [
        Rule(f"{name}.status.closed", "server", "documented", states,
             f"The status of {title.lower()} is one of the documented four.", "state.closed", on, "lifecycle"),
        Rule(f"{name}.status.initial", "server", "inferred", states,
             f"{title} that was just created is NotStarted or Running.", "state.initial", on, "lifecycle"),
        Rule(f"{name}.status.forward", "server", "documented", states,
             f"{title} goes from NotStarted to Running to Succeeded or Failed, and never back.", "state.forward", on,
             "lifecycle"),
        Rule(f"{name}.status.final", "server", "documented", states,
             f"{title} that has succeeded or failed stays so.", "state.final", on, "lifecycle"),
        Rule(f"{name}.action.kept", "server", "documented", moved,
             "lastActionDateTime is when the current status was entered: it stays while the status stays.",
             "time.entered", on | {"field": "/lastActionDateTime"}, "time"),
        Rule(f"{name}.action.forward", "server", "documented", moved,
             "lastActionDateTime does not go back when the status changes.", "time.forward",
             on | {"field": "/lastActionDateTime", "on_change": True}, "time"),
        Rule(f"{name}.created.order", "server", "documented", moved,
             "No status was entered before the creation: createdDateTime is not after lastActionDateTime.",
             "time.order", on | {"earlier": "/createdDateTime", "later": "/lastActionDateTime"}, "time"),
        Rule(f"{name}.error.when-failed", "server", "inferred", states,
             f"{title} that has failed says why.", "state.requires", on | {"field": error, "states": ("Failed",)},
             "lifecycle"),
        Rule(f"{name}.error.only-failed", "server", "inferred", states,
             f"{title} that has not failed has no error.", "state.forbids",
             on | {"field": error, "states": ("Failed",)}, "lifecycle"),
    ]  # fmt: skip


def _entity_rules(name: str, version: Version) -> list[Rule]:
    on, title, plural = {"resource": name}, _title(name), PLURALS[name]
    said, lists = version.entity[name], _lists(name)
    respelled = {"respelled": ("/properties/loggingEnabled",)} if name == "endpoint" else {}  # contentLoggingEnabled
    rules = [
        Rule(f"{name}.identity", "server", "documented", version.identity,
             f"self of {title.lower()} is its location.", "identity.url", on, "identity"),
        Rule(f"{name}.create.new", "server", "documented", version.identity,
             f"{title} that is created has an id of its own.", "create.new",
             on | {"operations": (f"{plural}_Create",)}, "identity"),
        Rule(f"{name}.create.location", "server", "documented", version.location,
             "The Location header of a create answer is self.", "header.location",
             on | {"operations": (f"{plural}_Create",), "header": "Location", "field": "/self"}, "identity"),
        Rule(f"{name}.create.echo", "server", "documented", said,
             "The answer to a create call shows what was sent.", "echo.same", on | {"role": "create"}, "echo"),
        Rule(f"{name}.create.echo-present", "server", "inferred", said,
             "The answer to a create call leaves out nothing that was sent.", "echo.present",
             on | {"role": "create"} | respelled, "echo"),
        Rule(f"{name}.update.echo", "server", "documented", version.update[name],
             "The answer to an update shows what was sent.", "echo.same", on | {"role": "update"}, "echo"),
        Rule(f"{name}.read.writes", "server", "documented", version.update[name],
             f"{title} is read as it was written, and an update leaves alone what it does not name.", "read.writes",
             on | ({"references_to": "dataset"} if name == "model" else {}), "echo"),
        Rule(f"{name}.read.present", "server", "inferred", said,
             f"{title} is read with all that was written.", "read.present", on | respelled, "echo"),
        Rule(f"{name}.read.steady", "server", "inferred", version.update[name],
             f"{title} that was not updated reads as before.", "read.steady",
             on | {"fields": tuple(field.pointer for field in WRITTEN[name] if field.pointer in _EDITED)}, "echo"),
        Rule(f"{name}.created.fixed", "server", "documented", version.created,
             "createdDateTime never changes.", "field.fixed", on | {"fields": ("/createdDateTime",)}, "time"),
        Rule(f"{name}.list.same", "server", "documented", said,
             f"{title} says the same of itself in a list and alone.", "list.same",
             on | ({"references_to": "dataset"} if name == "model" else {}), "cross-endpoint"),
        Rule(f"{name}.list.unique", "server", "documented", version.page,
             f"A page holds {title.lower()} once.", "list.unique", {"operations": lists}, "paging"),
        Rule(f"{name}.list.complete", "server", "documented", version.page,
             f"A list read to its end holds every {name} that was created, matches and is not deleted.",
             "list.complete", {"operations": lists[:1], "next": NEXT}, "cross-endpoint"),
        Rule(f"{name}.deleted.gone", "server", "documented", version.operations,
             f"A deleted {name} is neither returned nor listed.", "deleted.gone", on, "cross-endpoint"),
        Rule(f"{name}.deleted.refused", "server", "documented", version.operations,
             f"A call on a deleted {name} is not accepted.", "deleted.refused",
             on | {"operations": (f"{plural}_Update", *_ALSO_ON.get(name, ()))}, "refusals"),
        Rule(f"{name}.available", "server", "documented", version.operations,
             f"{title} that was created and not deleted can be read.", "read.exists",
             on | {"operations": (_GET.get(name, f"{plural}_Get"),), "statuses": (404,)}, "echo"),
    ]  # fmt: skip
    for field in FIXED[name][1:]:
        label = field.pointer[1:]
        gone = {"references_to": "dataset"} if label == "datasets" else {}
        source = version.locale if (name, label) == ("model", "locale") else version.update[name]
        rules.append(Rule(f"{name}.{label}.fixed", "server", "documented", source,
             f"{label} of {title.lower()} never changes: no update names it.", "field.fixed",
             on | {"fields": (field.pointer,)} | gone, "echo"))  # fmt: skip
    if name in _SUBLISTS:
        sublist = (_SUBLISTS[name],)
        rules += [
            Rule(f"project.{name}s.member", "server", "documented", version.sublists,
                 f"Every {name} in the sub-list of a project belongs to that project.", "list.member",
                 {"operations": sublist, "field": "/project/self"}, "cross-endpoint"),
            Rule(f"project.{name}s.complete", "server", "documented", version.sublists,
                 f"The sub-list of a project holds every {name} that was created in it and not deleted.",
                 "list.complete", {"operations": sublist, "member": "/project", "next": NEXT}, "cross-endpoint"),
        ]  # fmt: skip
    if name in REFERENCES:
        references = {"operations": (f"{plural}_Create",), "references": REFERENCES[name]}
        rules += [
            Rule(f"{name}.create.references", "server", "documented", version.error_codes,
                 "A request that refers to what was deleted is not accepted.", "call.references", references,
                 "cross-endpoint"),
            Rule(f"client.{name}.references", "client", "documented", version.error_codes,
                 "A client refers to what exists.", "call.references", references, "client", "warning"),
        ]  # fmt: skip
        needs = tuple(pair for pair in REFERENCES[name] if pair[1] in STATEFUL)
        if needs:
            rules.append(Rule(f"client.{name}.ready", "client", "inferred", version.states,
                 "A client uses datasets and models that have succeeded.", "call.references",
                 {"operations": (f"{plural}_Create",), "references": needs, "states": ("Succeeded",), "unread": True},
                 "client"))  # fmt: skip
    return rules


def _lists(name: str) -> tuple[str, ...]:
    own = _LIST.get(name, f"{PLURALS[name]}_List")
    return (own, _SUBLISTS[name]) if name in _SUBLISTS else (own,)


def _list_rules(version: Version) -> list[Rule]:
    paged = (
        tuple(operation for name in PLURALS for operation in _lists(name)) + _FILE_LISTS + ("Models_ListBaseModels",)
    )
    on = {"operations": paged, "next": NEXT}
    rules = [
        Rule("list.top", "server", "documented", version.top,
             "A page holds no more than top asked for.", "list.top", on, "paging"),
        Rule("list.skip", "server", "documented", version.skip,
             "After skipping n entities a page holds no more than what is left.", "list.skip", on, "paging"),
        Rule("list.next.progress", "server", "documented", version.link,
             "The link to the next page leads on.", "list.next.progress", on, "paging"),
        Rule("list.next.filter", "server", "documented", version.link,
             "The link to the next page keeps the filter.", "list.next.keeps", on | {"name": "filter"}, "paging"),
        Rule("list.next.top", "server", "inferred", version.link,
             "The link to the next page keeps top.", "list.next.keeps", on | {"name": "top", "fewer": True}, "paging"),
        Rule("list.repeat", "server", "documented", version.page,
             "The pages of a list do not repeat entities.", "list.repeat", on, "paging"),
        Rule("list.filter", "server", "documented", version.filters,
             "A list holds only what matches the filter.", "list.filter", on, "filters"),
    ]  # fmt: skip
    faults = {
        "syntax": "A filter is made of comparisons joined by and, or, not.",
        "property": "A filter names filterable properties.",
        "operator": "A filter orders time stamps only; everything else is equal or not.",
        "literal": "A filter has strings in single quotes and time stamps bare.",
    }
    for fault, text in faults.items():
        rules.append(Rule(f"client.filter.{fault}", "client", "documented", version.filters, text, "filter.grammar",
                          {"operations": paged, "fault": fault}, "filters"))  # fmt: skip
    return rules


def _defined(version: Version, definition: str) -> Source:
    return Source(version.operations.document, definition)


def _other_rules(version: Version) -> list[Rule]:
    deletes = tuple(f"{plural}_Delete" for plural in PLURALS.values())
    creates = tuple(f"{PLURALS[name]}_Create" for name in REFERENCES)
    polled = {name: _GET.get(name, f"{PLURALS[name]}_Get") for name in STATEFUL}
    rules = [
        Rule("client.delete.in-use", "client", "documented", version.error_codes,
             "A client does not delete what is in use.", "client.refused",
             {"operations": deletes, "code": "/innerError/code", "codes": ("InUseViolation", "DeleteNotAllowed"),
              "reason": "it is in use", "instead": "delete what uses it first, or wait"}, "refusals", "warning"),
        Rule("client.create.known", "client", "documented", version.error_codes,
             "A client refers to what the service knows.", "client.refused",
             {"operations": creates, "code": "/innerError/code",
              "codes": ("InvalidDataset", "InvalidModel", "InvalidBaseModel", "InvalidProject", "FailedDataset",
                        "InvalidModelUri", "InvalidTranscription"),
              "reason": "it refers to what the service does not know or cannot use",
              "instead": "a reference to an entity that exists"}, "client", "warning"),
        Rule("client.retry-after", "client", "inferred", version.retry_after,
             "A client waits as long as Retry-After says.", "client.retry-after",
             {"operations": (*polled.values(), *(o for name in STATEFUL for o in _lists(name)))}, "client"),
        Rule("client.block.size", "client", "documented", version.files,
             "A block is not larger than 8 MiB.", "limit.size",
             {"operations": ("Datasets_UploadBlock",), "most": 8 * 1024 * 1024}, "refusals"),
        Rule("dataset.lines.nonnegative", "server", "inferred", version.entity["dataset"],
             "Line counts are not negative.", "number.nonnegative", {"resource": "dataset", "fields": version.lines},
             "arithmetic"),
        Rule("file.size.nonnegative", "server", "inferred", version.files,
             "The size and the length of a file are not negative.", "number.nonnegative",
             {"resource": "file", "fields": ("/properties/size", "/properties/durationMilliseconds")}, "arithmetic"),
        Rule("file.identity", "server", "documented", version.identity,
             "self of a file is its location.", "identity.url", {"resource": "file"}, "identity"),
        Rule("file.list.same", "server", "documented", version.files,
             "A file says the same of itself in the list and alone.", "list.same", {"resource": "file"},
             "cross-endpoint"),
        Rule("file.fixed", "server", "inferred", version.files,
             "A file does not change.", "field.fixed",
             {"resource": "file", "fields": ("/createdDateTime", "/name", "/kind", "/properties/size")},
             "cross-endpoint"),
        Rule("base-model.fixed", "server", "documented", version.page,
             "A base model says the same of itself alone as in the list.", "field.fixed",
             {"resource": "base-model", "fields": ("/createdDateTime", "/locale", "/displayName")}, "cross-endpoint"),
        Rule("manifest.model", "server", "documented", _defined(version, "ModelManifest"),
             "The manifest of a model names that model.", "answer.refers",
             {"operations": ("Models_GetCustomModelManifest", "Models_GetBaseModelManifest"), "field": "/model/self",
              "id": "id"}, "identity"),
        Rule("base-model.identity", "server", "documented", version.identity,
             "self of a base model is its location.", "identity.url", {"resource": "base-model"}, "identity"),
        Rule("base-model.list.same", "server", "documented", version.page,
             "A base model says the same of itself in the list and alone.", "list.same", {"resource": "base-model"},
             "cross-endpoint"),
    ]  # fmt: skip
    for name, operation in polled.items():
        rules.append(Rule(f"client.{name}.poll-final", "client", "inferred", version.states,
             f"A client stops polling {_title(name).lower()} that has succeeded or failed.", "client.poll.final",
             {"resource": name, "operations": (operation, f"{PLURALS[name]}_Update"),
              "states": ("Succeeded", "Failed")}, "client"))  # fmt: skip
    for name, (definition, links) in (_OWN_LINKS | dict(version.own_links)).items():
        rules.append(Rule(f"{name}.links.own", "server", "documented", _defined(version, definition),
             f"The links of {_title(name).lower()} lead to its own actions, files and lists.", "links.own",
             {"resource": name, "links": links}, "identity"))  # fmt: skip
    for name, states, fields in _RESULTS:
        rules.append(Rule(f"{name}.result.settled", "server", "inferred", version.states,
             f"What {_title(name).lower()} tells of its result stays when it is done.", "field.settled",
             {"resource": name, "states": states, "fields": tuple(f"/properties/{field}" for field in fields)},
             "cross-endpoint"))  # fmt: skip
    for name, fields in version.links.items():
        rules.append(Rule(f"{name}.links.api-version", "server", "inferred", version.link,
             f"The links of {_title(name).lower()} keep api-version.", "links.query",
             {"resource": name, "fields": fields, "name": "api-version"}, "identity"))  # fmt: skip
    return rules


def tables(version: Version, marker: str) -> Tables:
    """The tables of one version."""
    rules = [*wire_rules(version.operations)]
    for name in PLURALS:
        if name in STATEFUL:
            rules += state_rules(name, version.states, version.moved, "/properties/error")
        rules += _entity_rules(name, version)
    rules += [*_list_rules(version), *_other_rules(version), *version.rules]
    file = Resource("file", "self", "/files/{fileId}", by_url=True, parent="id",
                    fixed=(_CREATED, Field("/name"), Field("/kind"), Field("/properties/size")))  # fmt: skip
    base = Resource(
        "base-model", "self", "/models/base/{id}", by_url=True, fixed=(_CREATED, _LOCALE, Field("/displayName"))
    )
    return Tables(
        resources=(*(_resource(name, version) for name in PLURALS), file, base, *version.resources),
        touches=(*version.touches, *_touches()),
        rules=tuple(rules),
        marker=marker,
        companions=(
            r"/sts/v1\.0/issueToken$",
            r"(?i)/issuetoken$",
            r"/transcriptions(?:[/:].*)?$",  # transcribing with the models is another part of the same API
            r"/speech/(?:recognition|universal)/",
        ),
    )
