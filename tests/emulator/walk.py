"""A random walk over the operations of a contract: legal and illegal calls, made from its schemas.

Nothing here knows a service, but for the words that a caller gives: values by the name of a property.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlencode

from pytest_speechcustom.contracts.model import Contract, Json, Operation
from pytest_speechcustom.emulator.core import Emulator
from pytest_speechcustom.emulator.jobs import Progress
from pytest_speechcustom.emulator.plans import Plan
from pytest_speechcustom.values import Body, Request, Response

HOST = "http://emulator.example"
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
_ODD: tuple[Any, ...] = (
    None,
    "",
    "x" * 70,
    0,
    -1,
    1.5,
    True,
    [],
    {},
    [None],
    {"self": "x"},
    "é\u2028\U0001f600",
    "\ud800",
    10**30,
)
_TEXTS = ("x", "a b", "é'ü", "x" * 300, "'", "%", "true")


class Walk:
    """A seeded walk over one emulator. `words` are good values by the name of a property or parameter."""

    def __init__(
        self, contract: Contract, seed: int, words: Mapping[str, Sequence[Any]], progress: str = "manual"
    ) -> None:
        self.contract = contract
        self.dice = random.Random(seed)
        self.emulator = Emulator(contract, seed=seed, progress=Progress.parse(progress))
        self.words = words
        self.urls: dict[str, list[str]] = {}
        self.pages: list[str] = []
        self.answers: dict[str, list[Any]] = {}
        self.statuses: dict[str, set[int]] = {}
        self.failures: list[Request] = []
        self.planned = 0
        self.operations = list(contract.operations.values())
        self.tasks = [each for each in self.operations if each.method == "POST" and each.body]

    def run(self, calls: int) -> None:
        """Make so many calls."""
        for _ in range(calls):
            self.step()

    def step(self) -> Response | None:
        """One call, and now and then something else that happens."""
        dice = self.dice
        if dice.random() < 0.1:
            self._happen()
        if self.pages and dice.random() < 0.1:
            return self.call("GET", self.pages.pop(0))
        operation = dice.choice(self.tasks if dice.random() < 0.3 else self.operations)
        return self.ask(operation, right=dice.random() < 0.75)

    def ask(self, operation: Operation, *, right: bool) -> Response | None:
        """A call of an operation; unless it is to be right, something is wrong with it."""
        kind, body = self._body(operation, right)
        headers = {"Ocp-Apim-Subscription-Key": self.dice.choice(("one", "one", "one", "two"))}
        if kind:
            headers["Content-Type"] = kind
        if not right and self.dice.random() < 0.1:
            headers.pop(self.dice.choice(list(headers)))
        return self.call(operation.method, self._url(operation, right), headers, body, operation.id)

    def call(
        self, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes = b"", name: str = ""
    ) -> Response | None:
        """Any call."""
        given = headers or {"Ocp-Apim-Subscription-Key": "one"}
        delivery = self.emulator.handle(Request(method, url, tuple(given.items()), Body(body or None)))
        if delivery.dropped:
            return None
        response = delivery.response
        self.statuses.setdefault(name, set()).add(response.status)
        if response.status >= 500:
            self.planned -= 1
            if self.planned < 0:
                self.failures.append(Request(method, url))
        if response.status < 300 and response.body.raw:
            self._learn(json.loads(response.body.raw), name)
        return response

    def _learn(self, answer: Any, name: str) -> None:
        """Keep what later calls may name: the last few of each kind."""
        if not isinstance(answer, dict):
            return
        for entity in answer.get("values", [answer])[:5]:
            if "self" in entity:
                place = entity["self"].partition("?")[0].rpartition("/")[0]
                known = self.urls.setdefault(place if "/files" not in place else "files", [])
                known[:] = [*(url for url in known if url != entity["self"]), entity["self"]][-8:]
        if "@nextLink" in answer:
            self.pages = [*self.pages, answer["@nextLink"]][-5:]
        kinds = [media.entity for code, spec in self._specs(name) if code == 200 for media in spec.media.values()]
        for kind in kinds:
            self.answers[kind or ""] = [*self.answers.get(kind or "", []), answer][-3:]

    def _specs(self, name: str) -> Any:
        return self.contract.operations[name].responses.items() if name else ()

    def _happen(self) -> None:
        dice, emulator = self.dice, self.emulator
        kinds = sorted(self.contract.lifecycles)
        match dice.randrange(9):
            case 0 | 1 | 2:
                emulator.advance(timedelta(seconds=dice.choice((1, 10, 60, 600, 3600, 86400, 864000))))
            case 3:
                emulator.complete(dice.choice((None, *kinds)))
            case 4:
                emulator.fail(dice.choice((None, *kinds)))
            case 5 | 6:
                outcome: Any = dice.choice(("fail", "late", "hang"))
                emulator.plan(Plan(resource=dice.choice(kinds), outcome=outcome))
            case 7:
                self.planned += 1
                emulator.plan(Plan(status=dice.choice((429, 500, 503)), retry_after=dice.choice((None, 1))))
            case _:
                emulator.plan(dice.choice((Plan(drop="before"), Plan(drop="after"), Plan(truncate=5))))

    # requests

    def _url(self, operation: Operation, right: bool) -> str:
        dice = self.dice
        query: list[tuple[str, str]] = []
        path = self._path(operation, right)
        for parameter in operation.parameters:
            if parameter.place == "query":
                odd = not right and dice.random() < 0.3
                if dice.random() < (0.05 if odd else 0.95 if parameter.required else 0.3):
                    good = self.words.get(parameter.name, ("1",))
                    value = dice.choice(("", "x", "-1", "0", "2147483648", "'")) if odd else dice.choice(good)
                    query.append((parameter.name, str(value)))
        if not right and dice.random() < 0.1:
            query.append(("unknown", "x"))
        text = urlencode(query, quote_via=quote)
        return f"{HOST}{self.contract.base}{path}{'?' if text else ''}{text}"

    def _path(self, operation: Operation, right: bool) -> str:
        """The path of an operation, with ids of what the path is about, mostly."""
        dice = self.dice
        template = re.split(r"(?<=})", operation.path)
        pattern = "".join("[^/]+" if part.startswith("{") else re.escape(part) for part in
                          re.split(r"({[^}]*})", "".join(template[:-1])))  # fmt: skip
        known = [match.group() for urls in self.urls.values() for url in urls
                 if (match := re.search(pattern + "$", url.partition("?")[0]))]  # fmt: skip
        if known and dice.random() < (0.95 if right else 0.7):
            head = dice.choice(known)
            return (_shout(head) if dice.random() < 0.02 and "logs" not in head else head) + template[-1]

        def fill(match: re.Match[str]) -> str:
            if match.group(1) in self.words:
                return quote(str(dice.choice(self.words[match.group(1)])))
            if self.urls and dice.random() < 0.7:
                return dice.choice(dice.choice(list(self.urls.values()))).partition("?")[0].rpartition("/")[2]
            return quote(dice.choice(("x", "{id}", "00000000-0000-4000-8000-000000000000", "%", "a:b")), safe="{}:")

        return re.sub(r"{([^}]*)}", fill, operation.path)

    def _body(self, operation: Operation, right: bool) -> tuple[str, bytes]:
        dice = self.dice
        if not operation.body:
            return ("application/json", b"{}") if not right and dice.random() < 0.05 else ("", b"")
        kind = dice.choice(list(operation.body))
        entity = operation.body[kind].entity
        if kind == "multipart/form-data":
            return f"{kind}; boundary=walk", self._form(operation, right)
        if entity is None or "json" not in kind:
            return kind, dice.choice((b"", b"One line.\nAnother.\n", b"\xff\x00", b"x" * 1000))
        value = self._value(self.contract.schemas[entity])
        if self.answers.get(entity) and not any(
            inner.get("readOnly") for inner in self.contract.schemas[entity].get("properties", {}).values()
        ):
            value = dice.choice(self.answers[entity])
        if not right:
            value = self._wrong(value)
            if dice.random() < 0.1:
                return dice.choice(("text/plain", kind)), dice.choice((b"", b"{", b"NaN", b"\xff", b'{"a":1,"a":2}'))
        return kind, json.dumps(value).encode()

    def _form(self, operation: Operation, right: bool) -> bytes:
        dice = self.dice
        body = self.contract.openapi["paths"][operation.path][operation.method.lower()]["requestBody"]
        schema = body["content"]["multipart/form-data"]["schema"]
        parts = []
        for name, inner in schema["properties"].items():
            needed = name in schema["required"] and (right or dice.random() < 0.8)
            if needed or dice.random() < 0.3:
                kind = "" if right or dice.random() < 0.9 else dice.choice(_TEXTS)
                value = kind or str(self._value(inner, name))
                parts.append(f'--walk\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n')
        return "".join([*parts, "--walk--\r\n" if right else ""]).encode()

    def _value(self, schema: Json, name: str = "") -> Any:
        dice = self.dice
        if _is_reference(schema):
            return self._reference(name.removesuffix("s[]"))
        if "$ref" in schema:
            return self._value(self.contract.schemas[schema["$ref"].removesuffix(".schema.json")], name)
        if "enum" in schema:
            return dice.choice(schema["enum"])
        if name in self.words:
            return dice.choice(self.words[name])
        match schema.get("type"):
            case "object":
                return self._object(schema)
            case "array":
                return [self._value(schema["items"], f"{name}[]") for _ in range(dice.randrange(3))]
            case "boolean":
                return dice.random() < 0.5
            case "integer" | "number":
                return dice.randint(schema.get("minimum", 0), schema.get("maximum", 100))
            case _ if schema.get("format") == "uri":
                return "https://example.com/x"
            case _ if schema.get("format") == "date-time":
                return dice.choice(("2026-01-06T09:00:00Z", "2019-01-01T00:00:00Z"))
            case _:
                return dice.choice(_TEXTS[:3])

    def _object(self, schema: Json) -> Json:
        dice, made = self.dice, {}
        for name, inner in schema.get("properties", {}).items():
            if inner.get("readOnly"):
                continue
            if name in schema.get("required", ()) or dice.random() < 0.5:
                made[name] = self._reference(name) if _is_reference(inner) else self._value(inner, name)
        extra = schema.get("additionalProperties")
        if isinstance(extra, dict):
            made |= {f"k{dice.randrange(12)}": self._value(extra) for _ in range(dice.randrange(3))}
        return made

    def _reference(self, name: str) -> Json:
        """A reference, mostly to something of the right kind."""
        kind = re.sub(r"\d", "", name).removesuffix("Model") or "base"
        places = [place for place in self.urls if re.search(f"/{kind}s?$", place)]
        if self.dice.random() < 0.1 or not places:
            places = list(self.urls)
        known = [url for place in places for url in self.urls[place]]
        return {"self": self.dice.choice(known or ["https://example.com/x"])}

    def _wrong(self, value: Any) -> Any:
        """A value with one thing wrong, somewhere."""
        dice = self.dice
        if isinstance(value, dict) and value and dice.random() < 0.9:
            name = dice.choice(list(value))
            match dice.randrange(5):
                case 0:
                    return {key: inner for key, inner in value.items() if key != name}
                case 1:
                    return value | {dice.choice(("self", "status", "display_name", "links", "properties")): "x"}
                case 2:
                    return value | {name: None}
                case _:
                    return value | {name: self._wrong(value[name])}
        if isinstance(value, list) and value and dice.random() < 0.8:
            return [self._wrong(value[0]), *value[1:]]
        return dice.choice(_ODD)


def _is_reference(schema: Json) -> bool:
    return str(schema.get("$ref", "")).startswith("EntityReference")


def _shout(path: str) -> str:
    """A path with its ids in capitals."""
    return re.sub(_UUID, lambda match: match.group().upper(), path)
