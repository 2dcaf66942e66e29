"""What a client uses of a contract, from captured traffic; and of a `Diff`, what concerns that client."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from pytest_speechcustom.contracts.model import Contract, Json, Operation
from pytest_speechcustom.drift.changes import Change, Diff, Use
from pytest_speechcustom.drift.shapes import name_of
from pytest_speechcustom.engine.routing import Router
from pytest_speechcustom.engine.text import NotJson, decode
from pytest_speechcustom.secrets import credentials, mask_text
from pytest_speechcustom.values import Absent, Body, Exchange, Headers

_NOT_GIVEN = ("required", "limit")
_DEEPEST = 50

Key = tuple[str, str]
"""An operation, and what of it was used: a parameter, an entity's place with its direction, or nothing more."""


@dataclass(slots=True)
class Usage:
    """What was used, each with its first call. Feed it exchanges with `add`."""

    contract: Contract
    exchanges: int = 0
    calls: int = 0
    """How many of the exchanges are calls of the contract."""
    _uses: dict[Key, Use] = field(default_factory=dict)
    _router: Router = field(init=False)

    def __post_init__(self) -> None:
        self._router = Router(self.contract)

    def add(self, exchange: Exchange) -> None:
        """Enter one exchange. One that is no call of the contract is counted, and nothing else."""
        number, self.exchanges = self.exchanges, self.exchanges + 1
        request, response = exchange.request, exchange.response
        route = self._router.route(request.method, request.url)
        operation = route.operation
        if operation is None:
            return
        self.calls += 1
        known = credentials(request.headers, request.url)
        call = mask_text(f"{operation.method} {urlsplit(request.url).path}", known)
        places = {"", *(f"query {name}" for name, _ in parse_qsl(route.query, keep_blank_values=True))}
        places |= {f"credentials in the header {name.lower()}" for name, _ in request.headers}
        places |= {f"header {name.lower()}" for name, _ in request.headers}
        kind = _content_type(request.headers)
        places.add(f"request body {kind}")
        places |= self._filtered(operation, route.query)
        if (media := operation.body.get(kind)) and media.entity:
            places |= {f"request {place}" for place in places_in(self.contract, media.entity, request.body)}
        if response is not None:
            spec = operation.responses.get(response.status) or operation.responses.get(0)
            for given in spec.media.values() if spec else ():
                if given.entity:
                    places |= {f"response {place}" for place in places_in(self.contract, given.entity, response.body)}
        for place in places:
            use = self._uses.get((operation.id, place)) or Use(operation.id, call, 0, number, exchange.where)
            self._uses[operation.id, place] = replace(use, times=use.times + 1)

    @staticmethod
    def _filtered(operation: Operation, query: str) -> set[str]:
        filters = [text for name, text in parse_qsl(query) if name == "filter"]
        return {f"filter by {name}" for name in operation.filterable for text in filters if name in text}

    def of(self, change: Change) -> tuple[Use, ...]:
        """The calls of this client that a change concerns; none if it does not."""
        found = (self._uses.get((operation, _place(change))) for operation in change.operations)
        return tuple(use for use in found if use is not None)


def concerning(diff: Diff, usage: Usage) -> Diff:
    """The part of a diff that concerns a client: what it uses and has to change, with its calls."""
    changes = []
    for change in diff.changes:
        uses = usage.of(change)
        if uses and change.impact != "additive":
            changes.append(replace(change, uses=uses))
    return replace(diff, changes=tuple(changes), exchanges=usage.exchanges)


def _place(change: Change) -> str:
    """What a client must have used for a change to concern it; empty: the operation itself."""
    if change.topic == "property":
        entity, dot, _ = change.place.partition(".")
        missing = change.what in _NOT_GIVEN and change.direction == "request"
        return f"{change.direction} {entity}" if missing or not dot else f"{change.direction} {change.place}"
    if change.topic in ("parameter", "body") and change.what not in _NOT_GIVEN and change.direction == "request":
        return change.place.lower() if change.place.startswith("header ") else change.place
    return change.place if change.kind == "service.auth-gone" else ""


def _content_type(headers: Headers) -> str:
    given = next((value for name, value in headers if name.lower() == "content-type"), "")
    return given.partition(";")[0].strip().lower()


def places_in(contract: Contract, entity: str, body: Body) -> set[str]:
    """The places of entities that a body fills: ``CustomModel``, ``CustomModel.datasets[]``."""
    try:
        value = decode(body)
    except NotJson:
        return set()
    return set() if isinstance(value, Absent) else set(_filled(contract, entity, "", contract.schemas[entity], value))


def _filled(contract: Contract, entity: str, path: str, schema: Json, value: Any, depth: int = 0) -> Iterator[str]:
    while isinstance(reference := schema.get("$ref"), str):
        schema = contract.schemas[name_of(reference)]
        if "properties" in schema or "additionalProperties" in schema:
            yield entity + path
            entity, path = name_of(reference), ""
    yield entity + path
    if depth > _DEEPEST:
        return
    if isinstance(value, dict):
        declared: Mapping[str, Json] = schema.get("properties", {})
        extra = schema.get("additionalProperties")
        for name, inner in value.items():
            if name in declared:
                yield from _filled(contract, entity, f"{path}.{name}", declared[name], inner, depth + 1)
            elif isinstance(extra, dict):
                yield from _filled(contract, entity, f"{path}.*", extra, inner, depth + 1)
    elif isinstance(value, list) and isinstance(items := schema.get("items"), dict):
        for inner in value:
            yield from _filled(contract, entity, f"{path}[]", items, inner, depth + 1)


def used_by(contract: Contract, exchanges: Iterable[Exchange]) -> Usage:
    """What a client uses of a contract, over all its exchanges."""
    usage = Usage(contract)
    for exchange in exchanges:
        usage.add(exchange)
    return usage
