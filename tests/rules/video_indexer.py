"""`video-indexer`: datasets are made, a model is trained from them, edited, and all is deleted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pytest_speechcustom.values import Exchange
from tests.rules.build import History, Make, answering, asking, exchange, stamp
from tests.rules.wire import Samples

ACCOUNT = "3f1c2f44-0c1d-4a5e-9a37-1b2d7c0e5a11"
SPEECH = f"/westeurope/Accounts/{ACCOUNT}/Customization/Speech"
AUTH = {"Authorization": "Bearer example"}

TEXT = "0b6a3c1e-58d4-4a6f-9d0c-3a5f1f6e0001"
WORDS = "0b6a3c1e-58d4-4a6f-9d0c-3a5f1f6e0002"
MORE_WORDS = "0b6a3c1e-58d4-4a6f-9d0c-3a5f1f6e0003"
BROKEN = "0b6a3c1e-58d4-4a6f-9d0c-3a5f1f6e0004"
MODEL = "7d1e9b20-1111-4c3b-8f55-5f0a6c9d0001"

_ASKED: dict[str, dict[str, Any]] = {
    TEXT: {"displayName": "Adaptation text", "description": "Plain text.", "customProperties": {"tag": "first"}},
    WORDS: {"displayName": "How to say it", "description": "Pronunciation."},
    MORE_WORDS: {"displayName": "How else to say it", "description": "Pronunciation."},
    BROKEN: {"displayName": "Empty file"},
}
_KINDS = {TEXT: "Language", WORDS: "Pronunciation", MORE_WORDS: "Pronunciation", BROKEN: "Language"}


# entities


def dataset(key: str, status: str, last: float, created: float = 0, **changes: Any) -> dict[str, Any]:
    """A dataset as the service shows it. `changes` are properties."""
    return {
        "id": key,
        "properties": {
            "acceptedLineCount": 41 if status == "Complete" else 0,
            "rejectedLineCount": 0,
            "duration": None,
            "error": {"code": "InvalidData"} if status == "Failed" else None,
        },
        "displayName": _ASKED[key]["displayName"],
        "description": _ASKED[key].get("description"),
        "locale": "en-US",
        "kind": _KINDS[key],
        "status": status,
        "lastActionDateTime": stamp(last),
        "createdDateTime": stamp(created),
        "customProperties": _ASKED[key].get("customProperties"),
    } | changes


def model(status: str, last: float, created: float = 0, datasets: Sequence[str] = (TEXT, WORDS), **changes: Any) -> Any:
    """A model as the service shows it."""
    dates = {"adaptationDateTime": None, "transcriptionDateTime": "2025-04-15T00:00:00Z"}
    return {
        "id": MODEL,
        "properties": {"deprecationDates": dates, "error": None},
        "displayName": "Contoso speech model",
        "description": "For the news.",
        "locale": "en-US",
        "datasets": list(datasets),
        "status": status,
        "lastActionDateTime": stamp(last),
        "createdDateTime": stamp(created),
        "customProperties": None,
    } | changes


def file(key: str, name: str, kind: str) -> dict[str, Any]:
    """A file of the text dataset."""
    made = {"datasetId": TEXT, "fileId": key, "name": name, "contentUrl": "https://files.example/" + key}
    return made | {"kind": kind, "createdDateTime": stamp(14), "properties": {"size": 1517}}


# calls


def call(method: str, path: str, at: float, **more: Any) -> Exchange:
    """A call with credentials."""
    return exchange(method, SPEECH + path, at=at, headers=AUTH, **more)


def refusal(method: str, path: str, at: float, status: int = 404, **more: Any) -> Exchange:
    """A refused call."""
    words = {404: "NOT_FOUND", 409: "GENERAL", 400: "INVALID_INPUT"}
    return call(method, path, at, status=status, answer={"ErrorType": words[status], "Message": "No."}, **more)


def create_dataset(key: str, at: float, kind: Any = None, **shown: Any) -> Exchange:
    """Create a dataset."""
    asked = _ASKED[key] | {"locale": "en-US", "kind": _KINDS[key] if kind is None else kind}
    asked["contentUrl"] = "https://contoso.example/text.txt"
    answer = dataset(key, "Waiting", at, at) | shown
    return call("POST", "/datasets", at, body=asked, status=201, answer=answer)


def create_model(at: float, datasets: Sequence[str] = (TEXT, WORDS), **shown: Any) -> Exchange:
    """Create a model."""
    asked = {"displayName": "Contoso speech model", "description": "For the news.", "locale": "en-US"}
    answer = model("Processing", at, at, datasets) | shown
    return call("POST", "/models", at, body=asked | {"datasets": list(datasets)}, status=201, answer=answer)


def get(entity: Mapping[str, Any], at: float) -> Exchange:
    """Read a dataset or a model."""
    return call("GET", where(entity), at, answer=entity)


def where(entity: Mapping[str, Any]) -> str:
    """The path of an entity."""
    return f"/{'models' if 'datasets' in entity else 'datasets'}/{entity['id']}"


def listed(kind: str, entities: Sequence[Mapping[str, Any]], at: float, **query: str) -> Exchange:
    """A list."""
    return call("GET", f"/{kind}", at, query=query, answer=list(entities))


def update(entity: Mapping[str, Any], asked: Mapping[str, Any], at: float, **shown: Any) -> Exchange:
    """Edit a dataset or a model; what is null is left alone."""
    answer = {**entity, **{name: value for name, value in asked.items() if value is not None}, **shown}
    return call("PUT", where(entity), at, body=dict(asked), answer=answer)


def delete(path: str, at: float) -> Exchange:
    """Delete something."""
    return call("DELETE", path, at, status=204)


def files(at: float) -> Exchange:
    """The files of the text dataset."""
    found = [file("f-1", "languagedata", "LanguageData"), file("f-2", "report.json", "DatasetReport")]
    return call("GET", f"/datasets/{TEXT}/files", at, query={"sasValidityInSeconds": "600"}, answer=found)


def elsewhere(method: str, path: str, at: float, **query: str) -> Exchange:
    """A call of the same client to another part of the API, which is none of this contract's."""
    return exchange(method, path, at=at, query=query, headers={"Ocp-Apim-Subscription-Key": "example"}, answer="text")


def in_another_account(one: Exchange) -> Exchange:
    """A copy that goes to another account."""
    return asking(one, url=one.request.url.replace(ACCOUNT, "another-account"))


def story() -> History:
    """A whole lifecycle."""
    text, words = dataset(TEXT, "Complete", 14), dataset(WORDS, "Complete", 15, 2)
    asked = {"displayName": "News text", "description": "All of it.", "customProperties": {"tag": "second"}}
    named = text | asked | {"lastActionDateTime": stamp(21)}
    trained = model("Complete", 34, 24)
    renamed = trained | {"displayName": "News"}
    broken = dataset(BROKEN, "Failed", 56, 52)
    return [
        elsewhere("GET", f"/auth/westeurope/Accounts/{ACCOUNT}/AccessToken", -4, allowEdit="true"),
        create_dataset(TEXT, 0),
        create_dataset(WORDS, 2),
        get(dataset(TEXT, "Waiting", 0), 4),
        get(dataset(TEXT, "Processing", 5), 6),
        get(dataset(TEXT, "Processing", 5), 8),
        get(text, 16),
        get(words, 17),
        listed("datasets", [text, words], 18),
        listed("datasets", [text, words], 19, locale="en-US"),
        files(20),
        update(text, asked, 21, lastActionDateTime=stamp(21)),
        get(named, 22),
        create_model(24),
        get(model("Processing", 24, 24), 26),
        listed("models", [model("Processing", 24, 24)], 27),
        get(trained, 36),
        listed("models", [trained], 37, locale="en-US"),
        update(trained, {"displayName": "News", "description": None, "customProperties": None}, 40),
        get(renamed, 41),
        elsewhere("POST", f"/westeurope/Accounts/{ACCOUNT}/Videos", 42, customLanguages=MODEL, name="News"),
        delete(f"/datasets/{WORDS}", 44),
        refusal("GET", f"/datasets/{WORDS}", 45),
        listed("datasets", [named], 46),
        refusal("GET", f"/datasets/{WORDS}/files", 47),
        get(renamed | {"datasets": [TEXT]}, 48),
        listed("models", [renamed | {"datasets": [TEXT]}], 49),
        create_dataset(BROKEN, 52, kind=0),
        get(dataset(BROKEN, "Waiting", 52, 52), 54),
        get(broken, 58),
        delete(f"/models/{MODEL}", 60),
        refusal("GET", f"/models/{MODEL}", 61),
        listed("models", [], 62),
        delete(f"/datasets/{TEXT}", 63),
        delete(f"/datasets/{BROKEN}", 64),
        listed("datasets", [], 65),
    ]


# breaks


def _dataset(status: str = "Complete", last: float = 14, at: float = 20, **changes: Any) -> Exchange:
    return get(dataset(TEXT, status, last, **changes), at)


def _model(status: str = "Complete", last: float = 34, at: float = 40, **changes: Any) -> Exchange:
    return get(model(status, last, 24, **changes), at)


def _of_dataset(one: Exchange, **changes: Any) -> Exchange:
    return answering(one, {f"/{name.replace('__', '/')}": value for name, value in changes.items()})


def _trained(*datasets: str, at: float = 30, refused: bool = False, **asked: Any) -> History:
    """The datasets are read, each complete, and a model is asked for."""
    made = [get(dataset(key, "Complete", 14), 20 + number) for number, key in enumerate(datasets)]
    last = asking(create_model(at, datasets), {f"/{name}": value for name, value in asked.items()})
    if refused:
        last = answering(last, status=400, body={"ErrorType": "INVALID_INPUT", "Message": "No."})
    return [*made, last]


def _deleted_reference(refused: bool) -> History:
    history = _trained(TEXT, refused=refused)
    return [history[0], delete(f"/datasets/{TEXT}", 25), history[1]]


def _told_to_wait(seconds: float) -> History:
    wait = call("GET", "/models", 0, status=429, answer_headers={"Retry-After": "10"})
    return [wait, listed("models", [], seconds)]


BREAKS: dict[str, Make] = {
    "dataset.status.closed": lambda: [_dataset("Paused")],
    "dataset.status.initial": lambda: [create_dataset(TEXT, 0, status="Complete")],
    "dataset.status.forward": lambda: [_dataset("Processing", 5, 6), _dataset("Waiting", 8, 9)],
    "dataset.status.final": lambda: [_dataset(), _dataset("Processing", 24, 25)],
    "dataset.error.null": lambda: [_of_dataset(_dataset(), properties__error="unreadable")],
    "dataset.created.fixed": lambda: [_dataset(), _dataset(at=22, createdDateTime=stamp(1))],
    "dataset.times.order": lambda: [_dataset(last=-3)],
    "dataset.last-action.kept": lambda: [_dataset(), _dataset(last=15, at=22)],
    "dataset.last-action.forward": lambda: [_dataset("Processing", 9, 10), _dataset(last=8)],
    "dataset.locale.fixed": lambda: [_dataset(), _dataset(at=22, locale="de-DE")],
    "dataset.kind.fixed": lambda: [_dataset(), _dataset(at=22, kind="Pronunciation")],
    "dataset.counts": lambda: [_of_dataset(_dataset(), properties__rejectedLineCount=-1)],
    "dataset.counts.settled": lambda: [
        _dataset(), answering(_dataset(at=22), {"/properties/rejectedLineCount": 3})
    ],
    "dataset.identity": lambda: [_of_dataset(_dataset(), id=WORDS)],
    "dataset.create.new": lambda: [create_dataset(TEXT, 0), create_dataset(TEXT, 5)],
    "dataset.create.echo": lambda: [create_dataset(TEXT, 0, displayName="Another")],
    "dataset.update.echo": lambda: [
        update(dataset(TEXT, "Complete", 14), {"displayName": "New"}, 20, displayName="Old")
    ],
    "dataset.read.writes": lambda: [create_dataset(TEXT, 0), _dataset("Waiting", 0, 2, description="Another")],
    "dataset.read.present": lambda: [create_dataset(TEXT, 0), _dataset("Waiting", 0, 2, description=None)],
    "dataset.read.steady": lambda: [_dataset(), _dataset(at=22, description="Another")],
    "dataset.list.same": lambda: [
        _dataset(), listed("datasets", [dataset(TEXT, "Complete", 14, displayName="Another")], 22)
    ],
    "dataset.list.unique": lambda: [listed("datasets", [dataset(TEXT, "Complete", 14)] * 2, 20)],
    "dataset.list.complete": lambda: [create_dataset(TEXT, 0), listed("datasets", [dataset(WORDS, "Complete", 0)], 2)],
    "dataset.list.locale": lambda: [listed("datasets", [dataset(TEXT, "Complete", 14)], 20, locale="de-DE")],
    "dataset.deleted.gone": lambda: [delete(f"/datasets/{TEXT}", 15), _dataset()],
    "dataset.deleted.refused": lambda: [delete(f"/datasets/{TEXT}", 15), files(20)],
    "dataset.available": lambda: [_dataset(), refusal("GET", f"/datasets/{TEXT}", 22)],
    "dataset.delete.in-use": lambda: [
        _model("Processing", 24, 26), delete(f"/datasets/{TEXT}", 28), _model("Processing", 24, 30)
    ],
    "client.dataset.in-use": lambda: [refusal("DELETE", f"/datasets/{TEXT}", 20, 409)],
    "client.dataset.poll": lambda: [_dataset(at=20 + second) for second in range(4)],
    "file.size": lambda: [answering(files(20), {"/1/properties/size": -1})],
    "file.list.same": lambda: [files(20), answering(files(30), {"/0/properties/size": 9})],
    "file.list.unique": lambda: [answering(files(20), {"/1/fileId": "f-1"})],
    "model.status.closed": lambda: [_model("Paused")],
    "model.status.initial": lambda: [create_model(24, status="Complete")],
    "model.status.forward": lambda: [_model("Processing", 26, 27), _model("Waiting", 29, 30)],
    "model.status.final": lambda: [_model("Failed"), _model("Complete", 44, 45)],
    "model.error.null": lambda: [_of_dataset(_model(), properties__error="unreadable")],
    "model.created.fixed": lambda: [_model(), _model(at=42, createdDateTime=stamp(23))],
    "model.times.order": lambda: [_model(last=20)],
    "model.last-action.kept": lambda: [_model(), _model(last=35, at=42)],
    "model.last-action.forward": lambda: [_model("Processing", 36, 37), _model(last=35)],
    "model.locale.fixed": lambda: [_model(), _model(at=42, locale="de-DE")],
    "model.datasets.fixed": lambda: [_model(), _model(at=42, datasets=[TEXT, MORE_WORDS])],
    "model.identity": lambda: [_of_dataset(_model(), id=TEXT)],
    "model.create.new": lambda: [create_model(24), create_model(29)],
    "model.create.echo": lambda: [answering(create_model(24), {"/datasets/1": MORE_WORDS})],
    "model.update.echo": lambda: [update(model("Complete", 34), {"description": "New"}, 40, description="Old")],
    "model.read.writes": lambda: [create_model(24), _model("Processing", 24, 26, displayName="Another")],
    "model.read.present": lambda: [create_model(24), _model("Processing", 24, 26, description=None)],
    "model.read.steady": lambda: [_model(), _model(at=42, displayName="Another")],
    "model.list.same": lambda: [_model(), listed("models", [model("Complete", 34, 24, datasets=[TEXT])], 42)],
    "model.list.unique": lambda: [listed("models", [model("Complete", 34)] * 2, 40)],
    "model.list.complete": lambda: [create_model(24), listed("models", [], 26)],
    "model.list.locale": lambda: [listed("models", [model("Complete", 34)], 40, locale="de-DE")],
    "model.deleted.gone": lambda: [delete(f"/models/{MODEL}", 35), listed("models", [model("Complete", 34)], 40)],
    "model.available": lambda: [create_model(24), refusal("GET", f"/models/{MODEL}", 26)],
    "model.outlives-datasets": lambda: [
        _model(), delete(f"/datasets/{TEXT}", 42), refusal("GET", f"/models/{MODEL}", 44)
    ],
    "model.delete.in-training": lambda: [_model("Processing", 24, 26), delete(f"/models/{MODEL}", 26.5)],
    "client.model.in-use": lambda: [refusal("DELETE", f"/models/{MODEL}", 26, 400)],
    "client.model.poll": lambda: [_model(at=40 + second) for second in range(4)],
    "model.create.plain-text": lambda: _trained(WORDS),
    "client.model.plain-text": lambda: _trained(WORDS, refused=True),
    "client.model.pronunciation": lambda: _trained(TEXT, WORDS, MORE_WORDS),
    "client.model.locale": lambda: _trained(TEXT, refused=True, locale="de-DE"),
    "model.create.exists": lambda: _deleted_reference(refused=False),
    "client.model.exists": lambda: _deleted_reference(refused=True),
    "client.model.completed": lambda: [_dataset("Waiting", 0, 2), _trained(TEXT, refused=True)[-1]],
    "client.retry-after": lambda: _told_to_wait(5),
}  # fmt: skip

NEIGHBOURS: dict[str, Make] = {
    "dataset.list.complete": lambda: [
        create_dataset(TEXT, 0), in_another_account(listed("datasets", [], 2)),
        listed("datasets", [dataset(TEXT, "Waiting", 0)], 4),
    ],
    "dataset.available": lambda: [
        create_dataset(TEXT, 0), in_another_account(refusal("GET", f"/datasets/{TEXT}", 2)),
    ],
    # Refused, as documented; and accepted where the model has been trained meanwhile.
    "dataset.delete.in-use": lambda: [
        _model("Processing", 24, 26), delete(f"/datasets/{TEXT}", 28), _model("Complete", 27, 30)
    ],
    "model.delete.in-training": lambda: [
        _model("Processing", 24, 26), refusal("DELETE", f"/models/{MODEL}", 26.5, 409)
    ],
    "model.datasets.fixed": lambda: [
        get(dataset(WORDS, "Complete", 14), 20), _model(), delete(f"/datasets/{WORDS}", 41),
        _model(at=42, datasets=[TEXT]),
    ],
    "client.dataset.poll": lambda: [
        _dataset(at=20), _dataset(at=21), _dataset(at=22),
        update(dataset(TEXT, "Complete", 14), {"description": "x"}, 23),
        _dataset(at=24, description="x"), _dataset(at=25, description="x"),
    ],
    "client.retry-after": lambda: _told_to_wait(11),
    "file.list.same": lambda: [files(20), files(30)],
    "dataset.read.steady": lambda: [_dataset(), _dataset(at=22)],
    "model.read.steady": lambda: [_model(), _model(at=42)],
}  # fmt: skip

UNBREAKABLE: dict[str, str] = {}
TIMED: frozenset[str] = frozenset()

SAMPLES = Samples(
    read=_dataset(),
    write=create_dataset(TEXT, 0),
    refused=refusal("GET", f"/datasets/{TEXT}", 20),
    bare=delete(f"/datasets/{TEXT}", 30),
    required="displayName",
    value=("/kind", "Acoustic"),
    answer_required="displayName",
    answer_value=("/createdDateTime", "yesterday"),
    answer_type=("/displayName", 12),
    query=(call("GET", f"/datasets/{TEXT}/files", 20, answer=[]), "sasValidityInSeconds", "long"),
    answer_null=(_dataset(), "/createdDateTime"),
    answer_enum=(files(20), "/0/kind", "AudioFiles"),
)
