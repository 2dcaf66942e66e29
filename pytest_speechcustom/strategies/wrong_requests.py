"""Requests with one thing wrong, whatever the server knows: path, query, headers, body, credentials."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from hypothesis import strategies as st

from pytest_speechcustom.contracts.model import Json, Operation, Parameter
from pytest_speechcustom.strategies.flaws import NO_FORMATS, Invalid, Steps, flaws, pointer, put
from pytest_speechcustom.strategies.payloads import Payloads
from pytest_speechcustom.strategies.requests import Draft, Requests
from pytest_speechcustom.values import Request

Wrong = tuple[str, str, st.SearchStrategy[Draft]]
"""The rule that is broken, where in the body, and the requests that break it so."""

_NO_JSON = (b"{", b"\xff", b'{"a": 1, "a": 2}', b"NaN")
_UNKNOWN = ("colour", "x-unknown")


def invalid_requests(requests: Requests, operation: Operation) -> st.SearchStrategy[Invalid[Request]]:
    """Requests of an operation with one thing wrong."""

    @st.composite
    def spoiled(draw: st.DrawFn) -> Invalid[Request]:
        draft = draw(requests.drafts(operation))
        possible = [found for found in all_wrong(requests, draft) if found]
        rule, where, wrong = draw(st.sampled_from(draw(st.sampled_from(possible))))
        return Invalid(draw(wrong).request, rule, where)

    return spoiled()


def all_wrong(requests: Requests, draft: Draft) -> list[list[Wrong]]:
    """All that can be wrong with one thing about a request, by its part."""
    return [list(way(requests, draft)) for way in _WAYS]


def _path(requests: Requests, draft: Draft) -> Iterator[Wrong]:
    for parameter, text in _malformed(draft.operation.parameters, "path"):
        yield "request.path.value", "", st.just(replace(draft, variables={**draft.variables, parameter.name: text}))


def _query(requests: Requests, draft: Draft) -> Iterator[Wrong]:
    for name in _UNKNOWN:
        yield "request.query.unknown", "", st.just(replace(draft, query=(*draft.query, (name, "x"))))
    for parameter in draft.operation.parameters:
        if parameter.place == "query" and parameter.required:
            yield "request.query.required", "", st.just(replace(draft, query=_but(draft.query, parameter.name)))
    for parameter, text in _malformed(draft.operation.parameters, "query"):
        query = (*_but(draft.query, parameter.name), (parameter.name, text))
        yield "request.query.value", "", st.just(replace(draft, query=query))


def _headers(requests: Requests, draft: Draft) -> Iterator[Wrong]:
    given = {name.lower() for name, _ in draft.headers}
    for parameter, text in _malformed(draft.operation.parameters, "header"):
        if parameter.name.lower() in given:  # where it is not, it may be out of place
            headers = (*_but(draft.headers, parameter.name), (parameter.name, text))
            yield "request.header.value", "", st.just(replace(draft, headers=headers))
    carriers = {name for way in requests.contract.security for _, name in way}
    headers = tuple(pair for pair in draft.headers if pair[0].lower() not in carriers)
    query = tuple(pair for pair in draft.query if pair[0].lower() not in carriers)
    yield "request.auth", "", st.just(replace(draft, headers=headers, query=query))


def _content(requests: Requests, draft: Draft) -> Iterator[Wrong]:
    if not draft.operation.body:
        return
    if draft.operation.body_required:
        yield "request.body.missing", "", st.just(replace(draft, raw=None, value=None))
    kept = _but(_but(draft.headers, "Content-Type"), "Contained-Content-Type")  # which says what is in an archive
    headers = (*kept, ("Content-Type", "text/x-unknown"))
    yield "request.content-type", "", st.just(replace(draft, headers=headers))
    if draft.value is not None:
        yield from (("request.body.json", "", st.just(replace(draft, value=None, raw=raw))) for raw in _NO_JSON)


def _body(requests: Requests, draft: Draft) -> Iterator[Wrong]:
    entity = next((media.entity for media in draft.operation.body.values() if media.entity), None)
    if entity is None or draft.value is None:
        return
    payloads: Payloads = requests.payloads
    schema: Json = requests.contract.schemas[entity]
    for flaw in flaws(payloads, schema, draft.value, entity):
        yield f"request.body.{flaw.aspect}", pointer(flaw.shown), flaw.instead.map(partial(_spoiled, draft, flaw.steps))


def _spoiled(draft: Draft, steps: Steps, instead: Any) -> Draft:
    return replace(draft, value=put(draft.value, steps, instead))


_WAYS: Sequence[Callable[[Requests, Draft], Iterator[Wrong]]] = (_path, _query, _headers, _content, _body)


def _malformed(parameters: Sequence[Parameter], place: str) -> Iterator[tuple[Parameter, str]]:
    """The parameters of a place that can be malformed, each with such a text."""
    for parameter in parameters:
        schema = parameter.schema
        if parameter.place != place:
            continue
        if schema.get("format") in NO_FORMATS:
            yield parameter, NO_FORMATS[schema["format"]]
        elif schema.get("type") in ("integer", "boolean"):
            yield parameter, "many"
        elif "maxLength" in schema:
            yield parameter, "x" * (schema["maxLength"] + 1)
        elif place == "header" and "pattern" in schema:
            yield parameter, "text/plain"


def _but(pairs: tuple[tuple[str, str], ...], name: str) -> tuple[tuple[str, str], ...]:
    return tuple(pair for pair in pairs if pair[0].lower() != name.lower())
