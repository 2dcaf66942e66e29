"""Histories to measure with: the documented sample of an Azure custom model, on its way through life.

Everything is made in memory from the cassette that ships with the package; only ids, states and times differ.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from pytest_speechcustom.contracts.model import Json
from pytest_speechcustom.locate import data
from pytest_speechcustom.traffic import read
from pytest_speechcustom.values import NO_BODY, Body, Exchange, Headers, Request, Response

SERVICE = "azure-speech-2025-10-15"
HOST = "https://westus.api.cognitive.speech.invalid"
"""No host at all: should a peer send what it is only meant to judge, it reaches nobody."""
BASE = f"{HOST}/speechtotext"
_DOCUMENTED_HOST = "https://westus.api.cognitive.microsoft.com"
VERSION = "api-version=2025-10-15"
STATES = ("NotStarted", "Running", "Succeeded")

_DEPRECATED = "2023-05-04T00:00:00Z"
_BEGAN = 1_767_225_600.0
_ASKED: Headers = (
    ("User-Agent", "python-requests/2.32.5"),
    ("Accept-Encoding", "gzip, deflate"),
    ("Accept", "application/json"),
    ("Ocp-Apim-Subscription-Key", "SCRUBBED"),
)
_ANSWERED: Headers = (
    ("Content-Type", "application/json; charset=utf-8"),
    ("Date", "Thu, 01 Jan 2026 00:00:00 GMT"),
    ("apim-request-id", "0d8b4a2e-6c1f-4f0a-9d57-5a3c8f1e2b6d"),
)
_JSON: Headers = (("Content-Type", "application/json"),)


def sample() -> Json:
    """The first custom model of the documented page, at a host that does not exist."""
    for exchange in read(data("cassettes") / SERVICE / "documented-samples.yaml"):
        if exchange.response is not None and exchange.response.body.raw:
            answer = json.loads(exchange.response.body.raw)
            if isinstance(answer, dict) and answer.get("values") and "/models?" in exchange.request.url:
                found: Json = json.loads(json.dumps(answer["values"][0]).replace(_DOCUMENTED_HOST, HOST))
                return found
    raise LookupError(f"no page of models in the documented samples of {SERVICE}")


def key(number: int) -> str:
    """The id of the model with that number."""
    return f"{number:08x}-5f8e-4dd6-bd83-9bbbf50d57f1"


class Models:
    """Writes models of any id and state as the service would."""

    def __init__(self) -> None:
        """Make templates of the sample, one for each state."""
        entity = sample()
        self._old = entity["self"].partition("?")[0].rpartition("/")[2]
        self._texts = {
            state: json.dumps(
                entity | {"status": state, "lastActionDateTime": _stamp(60 * place), "createdDateTime": _stamp(0)},
                separators=(",", ":"),
            )
            for place, state in enumerate(STATES)
        }
        self.entity_bytes = len(self._texts["Running"])
        names = ("displayName", "description", "locale", "baseModel", "datasets")
        self._wanted = json.dumps({name: entity[name] for name in names})

    def text(self, number: int, state: str = "Running") -> str:
        """One model as JSON text."""
        return self._texts[state].replace(self._old, key(number))

    def get(self, number: int, at: int, text: str) -> Exchange:
        """A poll."""
        return _exchange("GET", f"/models/{key(number)}?{VERSION}", at, text)

    def create(self, number: int, at: int) -> Exchange:
        """A create call."""
        location = (("Location", f"{BASE}/models/{key(number)}?{VERSION}"),)
        text = self.text(number, "NotStarted")
        return _exchange("POST", f"/models?{VERSION}", at, text, 201, self._wanted, location)

    def delete(self, number: int, at: int) -> Exchange:
        """A delete call."""
        return _exchange("DELETE", f"/models/{key(number)}?{VERSION}", at, None, 204)

    def page(self, texts: Iterable[str], at: int) -> Exchange:
        """A list call that is answered with all models there are."""
        return _exchange("GET", f"/models?{VERSION}", at, f'{{"values":[{",".join(texts)}]}}')


def polls(models: Models, first: int, many: int, times: int) -> list[Exchange]:
    """Models polled in turn, each from NotStarted over Running to Succeeded."""
    made: list[Exchange] = []
    for turn in range(times):
        state = STATES[0] if turn < times // 5 else STATES[1] if turn < times - 1 else STATES[2]
        made += [models.get(first + n, len(made) + n, models.text(first + n, state)) for n in range(many)]
    return made


def changes(models: Models, first: int, times: int) -> list[Exchange]:
    """One model that says something new whenever it is polled."""
    return [models.get(first, at, _changed(models.text(first), at)) for at in range(times)]


def newcomers(models: Models, first: int, times: int) -> list[Exchange]:
    """Another model at every exchange."""
    return [models.get(first + at, at, models.text(first + at)) for at in range(times)]


def pages(models: Models, first: int, times: int, size: int, *, changed: bool = False) -> list[Exchange]:
    """A list read again and again; `changed`: every model in it says something new."""
    texts = [models.text(first + n) for n in range(size)]
    made = []
    for at in range(times):
        made.append(models.page([_changed(text, at) for text in texts] if changed else texts, at))
    return made


def _changed(text: str, turn: int) -> str:
    """A model with another date of deprecation: a property that no rule holds to what was seen before."""
    return text.replace(_DEPRECATED, _moment(_BEGAN + 86_400 * turn))


LIVES = 5
"""How many models live side by side in a stream."""
_LIFE = ("create", *("NotStarted",) * 2, *("Running",) * 6, "list", *("Running",) * 7, *("Succeeded",) * 2, "delete")


def stream(models: Models, many: int) -> Iterator[bytes]:
    """Lines of NDJSON: models are created, polled through their lives, listed and deleted, five at a time."""
    at = 0
    generation = 0
    while True:
        alive = range(generation * LIVES, (generation + 1) * LIVES)
        for step in _LIFE:
            for number in alive:
                if at == many:
                    return
                if step == "create":
                    one = models.create(number, at)
                elif step == "list":
                    one = models.page([models.text(n) for n in alive], at)
                elif step == "delete":
                    one = models.delete(number, at)
                else:
                    one = models.get(number, at, models.text(number, step))
                yield _line(one)
                at += 1
        generation += 1


def _line(exchange: Exchange) -> bytes:
    assert exchange.response is not None
    assert exchange.started is not None
    assert exchange.ended is not None
    sides = []
    for side, body in ((exchange.request, exchange.request.body), (exchange.response, exchange.response.body)):
        text = f',"body":{body.raw.decode()}' if body.raw else ""
        sides.append(f'"headers":{json.dumps(dict(side.headers))}{text}')
    asked = f'"method":"{exchange.request.method}","url":"{exchange.request.url}"'
    times = f'"started":"{_moment(exchange.started)}","ended":"{_moment(exchange.ended)}"'
    answered = f'"status":{exchange.response.status}'
    return f'{{{times},"request":{{{asked},{sides[0]}}},"response":{{{answered},{sides[1]}}}}}\n'.encode()


def _exchange(
    method: str, path: str, at: int, answer: str | None, status: int = 200, asked: str | None = None,
    more: Headers = (),
) -> Exchange:  # fmt: skip
    began = _BEGAN + 10 * at
    request = Request(method, BASE + path, _ASKED + (_JSON if asked else ()), _body(asked))
    response = Response(status, (_ANSWERED if answer else _ANSWERED[1:]) + more, _body(answer))
    return Exchange(request, response, began, began + 0.25, f"exchange {at}")


def _body(text: str | None) -> Body:
    return NO_BODY if text is None else Body(text.encode())


def _stamp(seconds: float) -> str:
    return _moment(_BEGAN - 3600 + seconds)


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def bundle(document: Json, schemas: dict[str, Json]) -> Json:
    """The OpenAPI document in one piece, for tools that do not follow references to files."""

    def inside(value: Any) -> Any:
        if isinstance(value, list):
            return [inside(one) for one in value]
        if not isinstance(value, dict):
            return value
        made = {name: inside(one) for name, one in value.items() if name not in ("$id", "$schema")}
        if isinstance(ref := value.get("$ref"), str) and ref.endswith(".schema.json"):
            made["$ref"] = "#/components/schemas/" + ref.removesuffix(".schema.json")
        return made

    whole: Json = inside(document)
    whole["servers"] = [{"url": BASE}]
    whole.setdefault("components", {})["schemas"] = {name: inside(schema) for name, schema in schemas.items()}
    return whole
