"""Requests in a normal form, in which two are the same if the service could not tell them apart.

A request becomes a mapping of places to values: operation and path parameters, query, the headers that the contract
knows, and the body: JSON by value, forms and multipart by part, anything else by digest. What a cassette does not hold
(credentials, who somebody is, where the service stands) is `ANY`, where it can be told from other text; where it
cannot, a recorded `ANY` goes with whatever was sent in its place.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final
from urllib.parse import unquote

from pytest_speechcustom.contracts.model import Contract
from pytest_speechcustom.engine.routing import Route, Router
from pytest_speechcustom.replay import recognise
from pytest_speechcustom.replay.bodies import (
    Bytes,
    Content,
    Form,
    Json,
    Multipart,
    Text,
    content_of,
    header,
    take_apart,
)
from pytest_speechcustom.replay.encodings import spelled_out
from pytest_speechcustom.replay.policy import Policy
from pytest_speechcustom.replay.standins import STAND_IN
from pytest_speechcustom.replay.walk import pairs
from pytest_speechcustom.values import Request

ANY: Final = "\ue000"
"""Stands for what is not compared: a character that no text has."""

_OWN_URL: Final = re.compile(r"https?://[^/?#\s\"']+")
_MARKS: Final = (b"SCRUBBED", b"5c12bbed", b"5C12BBED", b"scrubbed")
_PLAIN: Final = re.compile(r"[\w .,!?+-]{0,11}")
_BOUNDARY: Final = re.compile(r"\s*;\s*(?:boundary|charset)=[^;]*", re.IGNORECASE)

Places = dict[str, object]


@dataclass(frozen=True, slots=True)
class Normal:
    """A request in its normal form. `key` is equal for equal requests, `places` are what it is made of."""

    route: Route
    method: str
    places: Places
    key: tuple[tuple[str, object], ...]

    @property
    def path(self) -> str:
        """The path as sent."""
        return self.route.path


class Normaliser:
    """Brings requests into their normal form, by the operations of a contract and a policy."""

    def __init__(self, contract: Contract, policy: Policy, router: Router) -> None:
        self._policy, self._router = policy, router
        self._headers = {
            name: tuple(
                p.name.lower() for p in operation.parameters if p.place == "header" and not policy.hides(p.name)
            )
            for name, operation in contract.operations.items()
        }

    def normal(self, request: Request) -> Normal:
        """A request in its normal form."""
        route = self._router.route(request.method, request.url)
        method = request.method.upper()
        places: Places = {"method": method}
        if route.operation is not None:
            places["operation"] = route.operation.id
            for name, value in route.variables.items():
                if not self._policy.hides(name):
                    places[f"path {name}"] = self._text(value)
        else:
            places["path"] = self._text(unquote(route.path) or request.url)
        self._pairs(places, "query", pairs(route.query))
        if not request.body.empty:
            if said := header(request.headers, "content-type"):
                places["header content-type"] = _BOUNDARY.sub("", said).strip().lower()
            self._content(places, "body", take_apart(request.body, request.headers))
        for name in self._headers[route.operation.id] if route.operation is not None else ():
            if name != "content-type" and (value := header(request.headers, name)):
                places[f"header {name}"] = self._text(value)
        return Normal(route, method, places, tuple(sorted(places.items(), key=lambda item: item[0])))

    def _pairs(self, places: Places, where: str, found: Iterable[tuple[str, str]]) -> None:
        counts: dict[str, int] = {}
        for name, value in sorted(found):
            if self._policy.hides(name):
                continue
            counts[name] = counts.get(name, 0) + 1
            again = f" ({counts[name]})" if counts[name] > 1 else ""
            places[f"{where} {name}{again}"] = self._text(value)

    def _content(self, places: Places, where: str, content: Content) -> None:
        match content:
            case Json(value):
                self._json(places, where, "", value)
            case Form(found):
                self._pairs(places, f"{where} field", found)
            case Multipart(_, parts):
                for number, part in enumerate(sorted(parts, key=lambda part: sorted(part.names.items()))):
                    names = part.names
                    place = f"{where} part {names.get('name', number)}"
                    if "filename" in names:
                        places[f"{place} filename"] = self._text(names["filename"])
                    if self._policy.hides(names.get("name", "")):
                        continue
                    self._content(places, place, content_of(part.content, part.content_type))
            case Text(text):
                places[where] = self._text(text)
            case Bytes(data):
                scrubbed = any(mark in data for mark in _MARKS)  # of the same length, and another digest
                told = ANY if scrubbed else hashlib.sha256(data).hexdigest()[:16]
                places[where] = f"{len(data)} bytes, sha256 {told}"

    def _json(self, places: Places, where: str, name: str, value: Any) -> None:
        """Every leaf by its pointer. Equal numbers are equal however they are written; ``true`` is not 1."""
        if isinstance(value, dict) and value:
            for key, item in value.items():
                step = str(key).replace("~", "~0").replace("/", "~1")
                self._json(places, f"{where}/{step}", str(key), item)
        elif isinstance(value, list) and value:
            for number, item in enumerate(value):
                self._json(places, f"{where}/{number}", name, item)
        elif isinstance(value, str):
            places[where] = ANY if name and self._policy.hides(name) else self._text(value)
        elif isinstance(value, bool) or value is None:
            places[where] = _Word("null" if value is None else str(value).lower())
        else:
            places[where] = tuple(value) if isinstance(value, list) else _Word("{}") if value == {} else value

    def _text(self, text: str) -> str:
        """A text without what may differ from the recorded one."""
        if _PLAIN.fullmatch(text) and "@" not in text:
            return text
        text = STAND_IN.sub(ANY, spelled_out(recognise.in_text(text, self._policy, lambda _: ANY)))
        if "://" in text:
            text = _OWN_URL.sub(lambda match: "" if self._is_ours(text, match) else match.group(), text)
        return text

    def _is_ours(self, text: str, match: re.Match[str]) -> bool:
        rest = re.split(r"[\s\"'<>]", text[match.end() :], maxsplit=1)[0]
        route = self._router.route("GET", "http://service" + rest)
        return route.operation is not None or bool(route.methods)


class _Word(str):
    """A JSON literal, which is no string."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Word) and str.__eq__(self, other)

    def __hash__(self) -> int:
        return hash(("literal", str(self)))


def goes_with(recorded: object, sent: object) -> bool:
    """Whether what was sent may be what was recorded, in which `ANY` stands for anything."""
    if recorded == sent:
        return True
    if not isinstance(recorded, str) or not isinstance(sent, str) or ANY not in recorded:
        return False
    return _wildcard(recorded).fullmatch(sent) is not None


@lru_cache(maxsize=1024)
def _wildcard(recorded: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, recorded.split(ANY))), re.DOTALL)


@dataclass(frozen=True, slots=True)
class Difference:
    """One place in which two requests differ; ``None`` where one of them has nothing there."""

    place: str
    recorded: object | None
    sent: object | None

    @staticmethod
    def told(value: object | None) -> str:
        """One of the two as a message says it."""
        return _shown(value)


def differences(recorded: Normal, sent: Normal) -> list[Difference]:
    """Where two requests differ, place by place."""
    names = dict.fromkeys([*recorded.places, *sent.places])
    found = ((name, recorded.places.get(name), sent.places.get(name)) for name in names)
    return [Difference(*each) for each in found if not goes_with(each[1], each[2])]


def _shown(value: object | None) -> str:
    if value is None:
        return "nothing"
    text = str(value) if isinstance(value, _Word) or not isinstance(value, str) else repr(value.replace(ANY, "***"))
    return text if len(text) <= 100 else text[:99] + "…"
