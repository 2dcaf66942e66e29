"""What the histories of the two Azure Speech versions share: entities, calls, the story, and breaks per resource."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlencode

from pytest_speechcustom.values import ABSENT, Exchange
from tests.rules.build import (
    GONE,
    HOST,
    History,
    Make,
    answer_of,
    answering,
    asking,
    edited,
    exchange,
    moved,
    place,
    stamp,
)  # fmt: skip
from tests.rules.wire import Samples

PLURALS: Mapping[str, str] = {
    "project": "projects",
    "dataset": "datasets",
    "model": "models",
    "evaluation": "evaluations",
    "endpoint": "endpoints",
    "webhook": "webhooks",
    "base-model": "models/base",
    "copy": "operations/models/copy",
}
KINDS = ("project", "dataset", "model", "evaluation", "endpoint", "webhook")
STATEFUL = ("dataset", "model", "evaluation", "endpoint", "webhook")
MEMBERS = ("dataset", "model", "evaluation", "endpoint")
REFERENCES = {
    "dataset": {"/project": "project"},
    "model": {"/datasets": "dataset", "/project": "project"},
    "evaluation": {"/model1": "model", "/model2": "model", "/dataset": "dataset", "/project": "project"},
    "endpoint": {"/model": "model", "/project": "project"},
}
OTHERS: Mapping[str, Mapping[str, Any]] = {
    "project": {"locale": "de-DE"},
    "dataset": {"locale": "de-DE", "kind": "Acoustic", "contentUrl": "https://storage.example/another.txt"},
    "model": {"locale": "de-DE", "baseModel": ("base-model", 2), "datasets": [("dataset", 9)]},
    "evaluation": {"locale": "de-DE", "model1": ("model", 9), "model2": ("model", 9), "dataset": ("dataset", 9)},
    "endpoint": {"locale": "de-DE"},
    "webhook": {},
}
"""Another value of every property that never changes; a pair is a reference."""
LINKS: Mapping[str, tuple[str, str]] = {
    "dataset": ("files", "/files"),
    "model": ("files", "/files"),
    "evaluation": ("files", "/files"),
    "webhook": ("ping", ":ping"),
    "project": ("models", "/models"),
}
"""A link of a kind, and where it leads."""
RESULTS = {"dataset": "acceptedLineCount", "model": "customModelWeightPercent", "evaluation": "wordCount1"}
RETRY = {"Retry-After": "10"}
DIGITS = {"project": "1", "dataset": "2", "model": "3", "evaluation": "4", "endpoint": "5", "webhook": "6",
          "base-model": "7", "copy": "8", "file": "9"}  # fmt: skip


def uid(kind: str, number: int) -> str:
    """The id of the nth thing of a kind."""
    return f"{DIGITS[kind] * 8}-aaaa-4bbb-8ccc-{number:012d}"


@dataclass(frozen=True, slots=True)
class Kit:
    """Builds entities and exchanges of one version, sound in every way unless told otherwise.

    `base` is the path below the host, `version` the query that every URL carries, `sas` the query for links to
    files, `links` the links of a kind (name, path below the entity).
    """

    base: str
    version: Mapping[str, str]
    sas: Mapping[str, str]
    links: Mapping[str, Mapping[str, str]]

    def url(self, path: str, query: Mapping[str, str] | None = None) -> str:
        """A URL as the service writes it."""
        text = urlencode({**self.version, **(query or {})})
        return f"{HOST}{self.base}{path}" + (f"?{text}" if text else "")

    def path(self, kind: str, number: int, more: str = "") -> str:
        """The path of an entity, below the base."""
        return f"/{PLURALS[kind]}/{uid(kind, number)}{more}"

    def ref(self, kind: str, number: int) -> dict[str, str]:
        """A reference to an entity."""
        return {"self": self.url(self.path(kind, number))}

    def asked(self, kind: str, number: int, changes: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """What a create call sends."""
        asked: dict[str, Any] = {
            "displayName": f"my {kind} {number}",
            "description": f"number {number}",
            "customProperties": {"team": "voice"},
        }
        if kind != "webhook":
            asked["locale"] = "en-US"
        if kind in MEMBERS:
            asked["project"] = self.ref("project", 1)
        if kind == "dataset":
            asked |= {"kind": "Language", "contentUrl": "https://storage.example/text.txt?sig=SCRUBBED"}
        elif kind == "model":
            asked |= {"baseModel": self.ref("base-model", 1), "datasets": [self.ref("dataset", 1)]}
            asked["properties"] = {"customModelWeightPercent": 30}
        elif kind == "evaluation":
            asked |= {"model1": self.ref("model", 1), "model2": self.ref("model", 2)}
            asked["dataset"] = self.ref("dataset", 1)
        elif kind == "endpoint":
            asked["model"] = self.ref("model", 1)
        elif kind == "webhook":
            asked |= {"webUrl": "https://hooks.example/speech", "events": {"modelCompletion": True}}
        made: dict[str, Any] = edited(asked, changes or {})
        return made

    def entity(
        self,
        kind: str,
        number: int,
        status: str = "Succeeded",
        since: float = 20,
        created: float = 0,
        changes: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """An entity as the service shows it. `since` is when it entered its status, `created` when it was made."""
        times = {"createdDateTime": stamp(created), "lastActionDateTime": stamp(since), "status": status}
        failed = {"error": {"code": "InvalidData", "message": "no usable line"}} if status == "Failed" else {}
        own = {"self": self.url(self.path(kind, number))}
        entity: dict[str, Any]
        if kind == "copy":
            entity = {"id": uid("copy", number), **own, **times, **failed}
            if status == "Succeeded":
                entity["result"] = {"link": self.url(self.path("model", 8))}
        elif kind == "base-model":
            entity = {**own, "displayName": f"base {number}", "locale": "en-US", **times}
        else:
            entity = {**self.asked(kind, number), **own, **times}
            if kind == "project":
                del entity["status"], entity["lastActionDateTime"]
            elif failed:
                entity["properties"] = {**entity.get("properties", {}), **failed}
            if kind in self.links:
                paths = self.links[kind].items()
                entity["links"] = {name: self.url(self.path(kind, number, more)) for name, more in paths}
        made: dict[str, Any] = edited(entity, changes or {})
        return made

    def call(
        self,
        method: str,
        path: str,
        at: float | None,
        query: Mapping[str, str] | None = None,
        key: str = "k1",
        **more: Any,
    ) -> Exchange:
        """One exchange with key and version. `path` is one below the base, or a whole URL that is used as it is."""
        headers = {"Ocp-Apim-Subscription-Key": key, **more.pop("headers", {})}
        url = path if "://" in path else self.url(path, query)
        return exchange(method, url, at=at, headers=headers, **more)

    def error(
        self, method: str, path: str, at: float, status: int = 404, code: str = "", body: Any = ABSENT
    ) -> Exchange:
        """A refused call; `code` is the inner code of the error body."""
        inner = {"innerError": {"code": code, "message": "see the code"}} if code else {}
        answer = {"code": "InvalidRequest", "message": "refused", **inner}
        return self.call(method, path, at, body=body, status=status, answer=answer)

    def create(
        self,
        kind: str,
        number: int,
        at: float,
        status: str = "NotStarted",
        sent: Mapping[str, Any] | None = None,
        shown: Mapping[str, Any] | None = None,
    ) -> Exchange:
        """An accepted create call. `sent` changes the request, and `shown` the answer."""
        if kind == "copy":
            entity = self.entity("copy", number, status, at, at, shown)
            where = {"Operation-Location": self.url(self.path("copy", number)), **RETRY}
            return self.call(
                "POST", self.path("model", 1, ":copy"), at, body=permit(), status=202, answer=entity,
                answer_headers=where,
            )  # fmt: skip
        asked = self.asked(kind, number, sent)
        entity = self.entity(kind, number, status, at, at)
        for name in set(self.asked(kind, number)) - set(asked):
            del entity[name]
        entity = edited({**entity, **asked}, shown or {})
        where = {"Location": self.url(self.path(kind, number))}
        return self.call("POST", f"/{PLURALS[kind]}", at, body=asked, status=201, answer=entity, answer_headers=where)

    def read(
        self,
        kind: str,
        number: int,
        at: float,
        status: str = "Succeeded",
        since: float | None = None,
        created: float = 0,
        changes: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Exchange:
        """An accepted read call; the status was entered just before, unless `since` tells when."""
        entity = self.entity(kind, number, status, at - 1 if since is None else since, created, changes)
        return self.call("GET", self.path(kind, number), at, answer=entity, answer_headers=headers)

    def patch(
        self,
        kind: str,
        number: int,
        at: float,
        sent: Mapping[str, Any],
        status: str = "Succeeded",
        since: float = 20,
        created: float = 0,
        changes: Mapping[str, Any] | None = None,
    ) -> Exchange:
        """An accepted update; its answer shows what was sent, and `changes`."""
        entity = edited({**self.entity(kind, number, status, since, created), **sent}, changes or {})
        return self.call("PATCH", self.path(kind, number), at, body=dict(sent), answer=entity)

    def delete(self, kind: str, number: int, at: float) -> Exchange:
        """An accepted deletion."""
        return self.call("DELETE", self.path(kind, number), at, status=204)

    def page(
        self,
        path: str,
        at: float,
        values: Sequence[Any],
        query: Mapping[str, str] | None = None,
        onward: Mapping[str, str] | None = None,
    ) -> Exchange:
        """An accepted list call; `onward` is the query of the link to the next page."""
        answer: dict[str, Any] = {"values": list(values)}
        if onward is not None:
            answer["@nextLink"] = self.url(path, onward)
        return self.call("GET", path, at, query, answer=answer)

    def file(self, kind: str, number: int, name: int = 1, changes: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """A file of an entity."""
        report = {"dataset": "DatasetReport", "model": "ModelReport", "evaluation": "EvaluationDetails"}[kind]
        made: dict[str, Any] = edited(
            {
                "self": self.url(self.path(kind, number, f"/files/{uid('file', name)}")),
                "name": f"report{name}.json",
                "kind": report,
                "properties": {"size": 1234},
                "createdDateTime": stamp(20),
                "links": {"contentUrl": "https://storage.example/report.json"},
            },
            changes or {},
        )
        return made


def permit(changes: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """An authorization to copy, as it is issued and passed on."""
    made: dict[str, Any] = edited(
        {
            "targetResourceRegion": "westus",
            "targetResourceId": "/subscriptions/2/target",
            "targetResourceEndpoint": "https://target.example",
            "sourceResourceId": "/subscriptions/1/source",
            "expirationDateTime": stamp(86_400),
            "id": "authorization-1",
        },
        changes or {},
    )
    return made


def story(kit: Kit, copy: Callable[[float], Iterable[Exchange]]) -> History:
    """A whole lifecycle: everything is made, read, listed, changed, used and removed. `copy` copies model 1."""
    at = iter(range(0, 30_000, 30))
    known = {"base-model": {"/baseModel": kit.ref("base-model", 1)}}
    made: History = []

    def now() -> float:
        return float(next(at))

    made += [kit.create("project", 1, now()), kit.read("project", 1, now())]
    made += _datasets(kit, now)
    base = [kit.entity("base-model", number, since=-500, created=-500) for number in (1, 2)]
    made += [
        kit.page("/models/base", now(), base, {"filter": "locale eq 'en-US'"}),
        kit.call("GET", kit.path("base-model", 1), now(), answer=base[0]),
        kit.call("GET", "/models/locales", now(), answer=["en-US", "de-DE"]),
    ]
    chosen = kit.create("model", 1, trained := now(), sent={"/baseModel": GONE, "/properties": GONE})
    made += [
        answering(chosen, known["base-model"] | {"/properties": {"customModelWeightPercent": 30}}),
        kit.read("model", 1, now(), "NotStarted", trained, trained, headers=RETRY),
        kit.read("model", 1, now(), "Running", trained + 40, trained, headers=RETRY),
        kit.read("model", 1, now(), "Succeeded", trained + 70, trained),
        kit.create("model", 2, second := now(), "Running"),
        kit.read("model", 2, now(), "Succeeded", second + 20, second),
    ]
    one = kit.entity("model", 1, "Succeeded", trained + 70, trained)
    two = kit.entity("model", 2, "Succeeded", second + 20, second)
    english = "locale eq 'en-US' and not (status eq 'Failed')"
    made += [
        kit.page("/models", now(), [one], {"top": "1", "filter": english},
                 {"skip": "1", "top": "1", "filter": english}),
        kit.page("/models", now(), [two], {"skip": "1", "top": "1", "filter": english}),
        kit.page("/models", now(), [two, one]),
        kit.page("/models", now(), [two], {"skip": "1"}),
        kit.page("/models", now(), [], {"skip": "2"}),
        kit.page("/models", now(), [one], {"filter": f"createdDateTime le {stamp(trained)} or displayName eq 'it''s'"}),
        kit.page(kit.path("project", 1, "/models"), now(), [one, two]),
    ]  # fmt: skip
    made += _lists_of_datasets(kit, made, now)
    renamed = {"displayName": "my better model", "customProperties": {"grade": "A"}}
    merged = {"/customProperties": {"team": "voice", "grade": "A"}}
    times: dict[str, Any] = {"since": trained + 70, "created": trained}
    made += [
        kit.patch("model", 1, now(), renamed, **times, changes=merged),
        kit.read("model", 1, now(), **times, changes={"/displayName": "my better model"} | merged),
    ]
    made += _files(kit, "model", 1, now)
    manifest = {"model": kit.ref("model", 1), "modelFiles": [], "properties": {"IN_BeamSize": 5000}}
    made.append(kit.call("GET", kit.path("model", 1, "/manifest"), now(), kit.sas, answer=manifest))
    made += _evaluation(kit, now)
    made += _endpoint(kit, now)
    made += _webhook(kit, now)
    made += list(copy(now()))
    for _ in range(6):
        now()
    made += _removal(kit, now)
    return made


def _datasets(kit: Kit, now: Callable[[], float]) -> History:
    """One from a URL, one by blocks, one that fails."""
    first = now()
    lines = {"/properties": {"acceptedLineCount": 90, "rejectedLineCount": 0}}
    made = [
        kit.create("dataset", 1, first),
        kit.read("dataset", 1, now(), "Running", first + 5, first, headers=RETRY),
        kit.read("dataset", 1, now(), "Running", first + 5, first, headers=RETRY),
        kit.read("dataset", 1, now(), "Succeeded", first + 70, first, lines),
        *_files(kit, "dataset", 1, now),
    ]
    second = now()
    address = {"/contentUrl": GONE}
    blocks = kit.path("dataset", 2, "/blocks")
    block: dict[str, Any] = {"headers": {"Content-Type": "application/octet-stream"}, "status": 201}
    entry = [{"kind": "Latest", "id": "MDAx"}, {"kind": "Latest", "id": "MDAy"}]
    left = {"committedBlocks": [], "uncommittedBlocks": [{"name": "MDAx", "size": 9}, {"name": "MDAy", "size": 9}]}
    return [
        *made,
        kit.create("dataset", 2, second, sent=address),
        kit.call("PUT", blocks, now(), {"blockid": "MDAx"}, body=b"some text", **block),
        kit.call("PUT", blocks, now(), {"blockid": "MDAy"}, body=b"more text", **block),
        kit.call("GET", blocks, now(), answer=left),
        kit.read("dataset", 2, now(), "NotStarted", second, second, address),
        kit.call("POST", blocks + ":commit", committed := now(), body=entry),
        kit.read("dataset", 2, now(), "Running", committed + 1, second, address),
        kit.read("dataset", 2, now(), "Succeeded", committed + 50, second, address),
        kit.create("dataset", 3, third := now()),
        kit.read("dataset", 3, now(), "Failed", third + 9, third),
    ]


def _lists_of_datasets(kit: Kit, made: History, now: Callable[[], float]) -> History:
    shown = [answer_of(made[place(made, "GET", uid("dataset", number), -1)]) for number in (3, 2, 1)]
    kinds = {"filter": "kind eq 'Language' and status ne 'Failed'"}
    return [
        kit.page("/datasets", now(), shown),
        kit.page("/datasets", now(), shown[1:], kinds),
        kit.page(kit.path("project", 1, "/datasets"), now(), shown[:2], {"top": "2"}, {"skip": "2", "top": "2"}),
        kit.page(kit.path("project", 1, "/datasets"), now(), shown[2:], {"skip": "2", "top": "2"}),
    ]


def _files(kit: Kit, kind: str, number: int, now: Callable[[], float]) -> History:
    file = kit.file(kind, number)
    files = kit.path(kind, number, "/files")
    return [
        kit.page(files, now(), [file], {"filter": f"kind eq '{file['kind']}'"}),
        kit.call("GET", f"{files}/{uid('file', 1)}", now(), kit.sas, answer=file),
    ]


def _evaluation(kit: Kit, now: Callable[[], float]) -> History:
    made = [
        kit.create("evaluation", 1, first := now()),
        kit.read("evaluation", 1, now(), "Running", first + 5, first),
        kit.read("evaluation", 1, now(), "Succeeded", first + 50, first, headers=RETRY),
        *_files(kit, "evaluation", 1, now),
        kit.patch("evaluation", 1, now(), {"description": "the first one"}, since=first + 50, created=first),
    ]
    one = kit.entity("evaluation", 1, "Succeeded", first + 50, first, {"/description": "the first one"})
    listed = [kit.page("/evaluations", now(), [one]), kit.page(kit.path("project", 1, "/evaluations"), now(), [one])]
    return made + listed


def _endpoint(kit: Kit, now: Callable[[], float]) -> History:
    made = [
        kit.create("endpoint", 1, first := now()),
        kit.read("endpoint", 1, now(), "Succeeded", first + 20, first),
    ]
    other = {"model": kit.ref("model", 2)}
    made += [
        kit.patch("endpoint", 1, changed := now(), other, "Running", changed, first),
        kit.read("endpoint", 1, now(), "Succeeded", changed + 20, first, {"/model": other["model"]}),
    ]
    one = kit.entity("endpoint", 1, "Succeeded", changed + 20, first, {"/model": other["model"]})
    listed = [kit.page("/endpoints", now(), [one]), kit.page(kit.path("project", 1, "/endpoints"), now(), [one])]
    return made + listed


def _webhook(kit: Kit, now: Callable[[], float]) -> History:
    secret = {"/properties": {"secret": "SCRUBBED"}}
    made = [
        kit.create("webhook", 1, first := now(), sent=secret, shown={"/properties": {}}),
        kit.read("webhook", 1, now(), "Succeeded", first + 20, first),
        kit.call("POST", kit.path("webhook", 1, ":ping"), now(), status=202, answer_headers=RETRY),
        kit.call("POST", kit.path("webhook", 1, ":test"), now(), status=204),
        kit.patch("webhook", 1, now(), {"displayName": "my hook"}, "Succeeded", first + 20, first),
        kit.read("webhook", 1, now(), "Succeeded", first + 20, first, {"/displayName": "my hook"}),
    ]
    one = kit.entity("webhook", 1, "Succeeded", first + 20, first, {"/displayName": "my hook"})
    return [*made, kit.page("/webhooks", now(), [one])]


def _removal(kit: Kit, now: Callable[[], float]) -> History:
    made: History = []
    for kind in ("webhook", "endpoint", "evaluation", "model", "dataset"):
        made += [
            kit.delete(kind, 1, now()),
            kit.error("GET", kit.path(kind, 1), now()),
            kit.error("PATCH", kit.path(kind, 1), now(), body={"description": "gone?"}),
        ]
    made += [
        kit.patch("project", 1, now(), {"description": "done"}),
        kit.page("/projects", now(), [kit.entity("project", 1, changes={"/description": "done"})]),
        kit.delete("project", 1, now()),
        kit.error("GET", kit.path("project", 1), now()),
        kit.page("/projects", now(), []),
        kit.error("PATCH", kit.path("project", 1), now(), body={"description": "gone?"}),
    ]
    return made


Pair = tuple[Make, Make | None]
"""A history that breaks a rule, and a legal neighbour that exercises it (``None``: the story)."""


def pairs(kit: Kit) -> dict[str, Pair]:
    """By rule id, a break and a neighbour, for all that the two versions share."""
    made: dict[str, Pair] = {}
    for kind in KINDS:
        made |= _entity(kit, kind)
    for kind in STATEFUL:
        made |= states(kit, kind, "/properties/error")
    for kind in MEMBERS:
        made |= _membership(kit, kind)
        made |= _referring(kit, kind)
    return {**made, **_listing(kit), **_filters(kit), **_various(kit)}


def states(kit: Kit, kind: str, error: str) -> dict[str, Pair]:
    """The rules that come with a lifecycle."""

    def seen(*statuses: str, changes: Mapping[str, Any] | None = None, since: Sequence[float] = ()) -> History:
        times = [*since, *(5 + 10 * n for n in range(len(since), len(statuses)))]
        last = len(statuses) - 1
        return [
            kit.read(kind, 1, 10 * (n + 1), status, times[n], 0, changes if n == last else None)
            for n, status in enumerate(statuses)
        ]

    parent = error.rpartition("/")[0]
    problem: dict[str, Any] = {error: {"code": "X", "message": "no reason"}}
    if parent:
        problem = {parent: {"error": problem[error]}}
    return {
        f"{kind}.status.closed": (lambda: seen("Paused"), None),
        f"{kind}.status.initial": (lambda: [kit.create(kind, 1, 0, "Succeeded", shown=_done(kind, kit))], None),
        f"{kind}.status.forward": (
            lambda: seen("Running", "NotStarted"),
            lambda: seen("NotStarted", "Succeeded"),
        ),
        f"{kind}.status.final": (
            lambda: seen("Succeeded", "Running"),
            lambda: seen("Failed", "Failed", since=(5, 5)),
        ),
        f"{kind}.action.kept": (lambda: seen("Running", "Running"), lambda: seen("Running", "Running", since=(5, 5))),
        f"{kind}.action.forward": (lambda: seen("Running", "Succeeded", since=(8, 6)), None),
        f"{kind}.created.order": (lambda: seen("Running", since=(-5,)), None),
        f"{kind}.error.when-failed": (lambda: seen("Failed", changes={error: GONE}), lambda: seen("Failed")),
        f"{kind}.error.only-failed": (lambda: seen("Running", changes=problem), None),
    }


def _done(kind: str, kit: Kit) -> dict[str, Any]:
    return {"/result": {"link": kit.url(kit.path("model", 8))}} if kind == "copy" else {}


def _entity(kit: Kit, kind: str) -> dict[str, Pair]:
    """Identity, echo, lists, deletion and what never changes."""
    plural, other = PLURALS[kind], {"/displayName": "something else"}
    wrong = kit.url(kit.path(kind, 2))
    elsewhere = f"https://x.example{kit.base}/{plural}/{uid(kind, 1).upper()}"

    def life(*more: Exchange) -> History:
        return [kit.create(kind, 1, 0), *more]

    # answered by a deleted one: an action where it has any, else an update
    acts: dict[str, Callable[[], Exchange]] = {
        "dataset": lambda: kit.call("GET", kit.path(kind, 1, "/blocks"), 20, answer={"committedBlocks": []}),
        "model": lambda: kit.page(kit.path(kind, 1, "/files"), 20, []),
        "evaluation": lambda: kit.page(kit.path(kind, 1, "/files"), 20, []),
        "webhook": lambda: kit.call("POST", kit.path(kind, 1, ":ping"), 20, status=202, answer_headers=RETRY),
    }
    act = acts.get(kind, lambda: kit.patch(kind, 1, 20, {"description": "new"}))
    made: dict[str, Pair] = {
        f"{kind}.identity": (lambda: [kit.read(kind, 1, 10, changes={"/self": wrong})], None),
        f"{kind}.create.new": (lambda: life(kit.create(kind, 1, 10)), None),
        f"{kind}.create.location": (
            lambda: [answering(kit.create(kind, 1, 0), headers={"Location": wrong})],
            lambda: [answering(kit.create(kind, 1, 0), headers={"Location": elsewhere})],
        ),
        f"{kind}.create.echo": (lambda: [kit.create(kind, 1, 0, shown=other)], None),
        f"{kind}.create.echo-present": (lambda: [kit.create(kind, 1, 0, shown={"/description": GONE})], None),
        f"{kind}.update.echo": (
            lambda: [kit.patch(kind, 1, 10, {"description": "new"}, changes={"/description": "old"})],
            lambda: [kit.patch(kind, 1, 10, {"description": "new"})],
        ),
        f"{kind}.read.writes": (lambda: life(kit.read(kind, 1, 10, changes=other)), None),
        f"{kind}.read.present": (lambda: life(kit.read(kind, 1, 10, changes={"/description": GONE})), None),
        f"{kind}.read.steady": (
            lambda: [kit.read(kind, 1, 10, since=9), kit.read(kind, 1, 20, since=9, changes=other)],
            lambda: [
                kit.read(kind, 1, 10, since=9),
                kit.patch(kind, 1, 20, {"displayName": "something else"}, since=9),
                kit.read(kind, 1, 30, "Succeeded", 9, changes=other),
            ],
        ),
        f"{kind}.created.fixed": (
            lambda: [kit.read(kind, 1, 10, since=9), kit.read(kind, 1, 20, since=9, created=3)],
            lambda: [
                kit.read(kind, 1, 10, since=9),
                kit.read(kind, 1, 20, since=9, changes={"/createdDateTime": "2023-11-14T23:13:20.000+01:00"}),
            ],
        ),
        f"{kind}.list.same": (
            lambda: [
                kit.read(kind, 1, 10, since=9),
                kit.page(f"/{plural}", 20, [kit.entity(kind, 1, since=9, changes=other)]),
            ],
            None,
        ),
        f"{kind}.list.unique": (lambda: [kit.page(f"/{plural}", 10, [kit.entity(kind, 1)] * 2)], None),
        f"{kind}.list.complete": (lambda: life(kit.page(f"/{plural}", 10, [kit.entity(kind, 2)])), None),
        f"{kind}.deleted.gone": (
            lambda: [kit.delete(kind, 1, 0), kit.read(kind, 1, 10)],
            lambda: [kit.delete(kind, 1, 0), kit.error("GET", kit.path(kind, 1), 10), kit.create(kind, 1, 20)],
        ),
        f"{kind}.deleted.refused": (lambda: [kit.delete(kind, 1, 0), act()], None),
        f"{kind}.available": (lambda: life(kit.error("GET", kit.path(kind, 1), 10)), None),
    }
    if kind in LINKS:
        name, more = LINKS[kind]
        made[f"{kind}.links.own"] = (
            partial(_linking, kit, kind, 2, name, more),
            partial(_linking, kit, kind, 1, name, more),
        )
    if kind in RESULTS:
        made[f"{kind}.result.settled"] = (partial(_results, kit, kind, 1), partial(_results, kit, kind, 0))
    for name, value in OTHERS[kind].items():
        made[f"{kind}.{name}.fixed"] = (partial(_changed, kit, kind, name, value), None)
    return made


def _linking(kit: Kit, kind: str, number: int, name: str, more: str) -> History:
    """The first of a kind is read with a link of one."""
    return [kit.read(kind, 1, 10, changes={"/links": {name: kit.url(kit.path(kind, number, more))}})]


def _results(kit: Kit, kind: str, more: int) -> History:
    """A result is read twice, the second time with this much more."""
    return [kit.read(kind, 1, at, since=5, changes={"/properties": {RESULTS[kind]: 40 + n * more}})
            for n, at in enumerate((10, 20))]  # fmt: skip


def _changed(kit: Kit, kind: str, name: str, value: Any) -> History:
    """A read, and another in which a property has another value."""
    if isinstance(value, tuple):
        value = kit.ref(*value)
    elif isinstance(value, list):
        value = [kit.ref(*one) for one in value]
    return [kit.read(kind, 1, 10, since=5), kit.read(kind, 1, 20, since=5, changes={f"/{name}": value})]


def _membership(kit: Kit, kind: str) -> dict[str, Pair]:
    members = kit.path("project", 1, f"/{PLURALS[kind]}")
    elsewhere = {"/project": kit.ref("project", 2)}
    return {
        f"project.{kind}s.member": (lambda: [kit.page(members, 0, [kit.entity(kind, 1, changes=elsewhere)])], None),
        f"project.{kind}s.complete": (lambda: [kit.create(kind, 1, 0), kit.page(members, 10, [])], None),
    }


def _referring(kit: Kit, kind: str) -> dict[str, Pair]:
    """What a create call refers to."""
    used = next(iter(REFERENCES[kind].values()))
    gone = kit.delete(used, 1, 0)
    path = f"/{PLURALS[kind]}"
    made: dict[str, Pair] = {
        f"{kind}.create.references": (
            lambda: [gone, kit.create(kind, 1, 10)],
            lambda: [gone, kit.error("POST", path, 10, 400, body=kit.asked(kind, 1))],
        ),
        f"client.{kind}.references": (
            lambda: [gone, kit.error("POST", path, 10, 400, body=kit.asked(kind, 1))],
            None,
        ),
    }
    if used != "project":
        made[f"client.{kind}.ready"] = (
            lambda: [kit.read(used, 1, 5, "Failed"), kit.create(kind, 1, 10)],
            lambda: [kit.read(used, 1, 5, "Succeeded"), kit.create(kind, 1, 10)],
        )
    return made


def _listing(kit: Kit) -> dict[str, Pair]:
    one, two = kit.entity("model", 1), kit.entity("model", 2)
    query = {"top": "1", "filter": "locale eq 'en-US'"}

    def first(**onward: str) -> Exchange:
        return kit.page("/models", 0, [one], query, onward)

    return {
        "list.top": (lambda: [kit.page("/models", 0, [one, two], {"top": "1"})], None),
        "list.skip": (
            lambda: [kit.page("/models", 0, [one, two]), kit.page("/models", 10, [one, two], {"skip": "1"})],
            None,
        ),
        "list.next.progress": (lambda: [first(**query)], None),
        "list.next.filter": (lambda: [first(skip="1", top="1")], None),
        "list.next.top": (lambda: [first(skip="1", filter=query["filter"])], None),
        "list.repeat": (
            lambda: [first(skip="1", **query), kit.page("/models", 10, [one], {"skip": "1", **query})],
            None,
        ),
        "list.filter": (lambda: [kit.page("/models", 0, [one], {"filter": "locale eq 'de-DE'"})], None),
    }


def _filters(kit: Kit) -> dict[str, Pair]:
    faults = {
        "syntax": "displayName eq 'x' displayName eq 'y'",
        "property": "colour eq 'blue'",
        "operator": "displayName gt 'a'",
        "literal": "displayName eq x",
    }
    return {f"client.filter.{fault}": (partial(_filtered, kit, text), None) for fault, text in faults.items()}


def _filtered(kit: Kit, text: str) -> History:
    return [asking(kit.error("GET", "/models", 0, 400), query={"filter": text})]


def _various(kit: Kit) -> dict[str, Pair]:
    lines = {"/properties": {"acceptedLineCount": -1}}
    block: dict[str, Any] = {
        "headers": {"Content-Type": "application/octet-stream"},
        "query": {"blockid": "MDAx"},
    }
    files = kit.path("dataset", 1, "/files")
    base = kit.entity("base-model", 1)
    wrong = {"/self": kit.url(kit.path("dataset", 1, "/somewhere"))}
    refused = {"code": "InvalidRequest", "message": "too large"}
    manifest = {"model": kit.ref("model", 2), "modelFiles": [], "properties": {}}

    def file(changes: Mapping[str, Any]) -> Exchange:
        return kit.call("GET", f"{files}/{uid('file', 1)}", 0, answer=kit.file("dataset", 1, 1, changes))

    made: dict[str, Pair] = {
        "client.delete.in-use": (
            lambda: [kit.error("DELETE", kit.path("model", 1), 0, 400, "InUseViolation")],
            None,
        ),
        "client.create.known": (
            lambda: [kit.error("POST", "/models", 0, 400, "InvalidDataset", kit.asked("model", 1))],
            None,
        ),
        "client.retry-after": (
            lambda: [
                kit.read("model", 1, 0, "Running", -5, -9, headers=RETRY),
                kit.read("model", 1, 5, "Running", -5, -9),
            ],
            None,
        ),
        "client.block.size": (
            lambda: [
                kit.call("PUT", kit.path("dataset", 1, "/blocks"), 0, body=b"x" * (8 * 1024 * 1024 + 1), status=413,
                         answer=refused, **block)
            ],
            None,
        ),
        "dataset.lines.nonnegative": (lambda: [kit.read("dataset", 1, 10, changes=lines)], None),
        "file.size.nonnegative": (lambda: [file({"/properties/size": -1})], None),
        "file.identity": (lambda: [file(wrong)], None),
        "file.list.same": (
            lambda: [
                file({}),
                kit.page(files, 10, [kit.file("dataset", 1, 1, {"/name": "another.json"})]),
                kit.page(files, 20, [kit.file("dataset", 1, 1)]),
            ],
            lambda: [
                file({}),
                kit.page(files, 10, [kit.file("dataset", 1, 2), kit.file("dataset", 1, 1)]),
            ],
        ),
        "file.fixed": (
            lambda: [kit.page(files, 0, [kit.file("dataset", 1)]), moved(file({"/properties/size": 9}), 10)],
            None,
        ),
        "base-model.fixed": (
            lambda: [
                kit.page("/models/base", 0, [base]),
                kit.call("GET", kit.path("base-model", 1), 10, answer=edited(base, {"/displayName": "another"})),
            ],
            None,
        ),
        "manifest.model": (
            lambda: [kit.call("GET", kit.path("model", 1, "/manifest"), 0, kit.sas, answer=manifest)],
            None,
        ),
        "base-model.identity": (
            lambda: [kit.call("GET", kit.path("base-model", 1), 0, answer=kit.entity("base-model", 2))],
            None,
        ),
        "base-model.list.same": (
            lambda: [
                kit.call("GET", kit.path("base-model", 1), 0, answer=base),
                kit.page("/models/base", 10, [edited(base, {"/displayName": "another"})]),
            ],
            lambda: [
                kit.call("GET", kit.path("base-model", 1), 0, answer=base),
                kit.page("/models/base", 10, [kit.entity("base-model", 2), base]),
            ],
        ),
    }  # fmt: skip
    for kind in STATEFUL:
        made[f"client.{kind}.poll-final"] = (partial(polled, kit, kind, 4), partial(polled, kit, kind, 2))
    return made


def polled(kit: Kit, kind: str, times: int) -> History:
    """Something that has succeeded, read that many times."""
    return [kit.read(kind, 1, 30 * n + 10, since=5) for n in range(times)]


def samples(kit: Kit, needs: tuple[Exchange, str] | None) -> Samples:
    """Sound exchanges for the wire rules."""
    read = kit.read("dataset", 1, 10)
    write = kit.create("dataset", 1, 0)
    return Samples(
        read=read,
        write=write,
        refused=kit.error("GET", kit.path("dataset", 1), 10),
        bare=kit.delete("dataset", 1, 10),
        required="displayName",
        value=("/contentUrl", "no url"),
        answer_required="displayName",
        answer_value=("/createdDateTime", "yesterday"),
        answer_type=("/displayName", 12),
        null="description",
        enum=("/kind", "Video"),
        readonly=("/status", "Running"),
        query=(kit.page("/models", 0, []), "top", "many"),
        needs_query=needs,
        answer_null=(read, "/description"),
        answer_enum=(read, "/kind", "Video"),
        answer_header=(write, "Location"),
    )
