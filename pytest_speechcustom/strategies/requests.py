"""Requests of an operation that are right by themselves, part by part."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from hypothesis import strategies as st

from pytest_speechcustom.contracts.model import Contract, Json, Operation, Parameter
from pytest_speechcustom.strategies.payloads import FORMATS, WORDS, Payloads, text
from pytest_speechcustom.values import NO_BODY, Body, Headers, Request

Pairs = tuple[tuple[str, str], ...]

CREDENTIALS: Mapping[str, str] = {"authorization": "Basic YXBpa2V5OmFueQ=="}
"""By the name of what carries them; what is not named here carries ``any``. `words` may say others."""
BOUNDARY = "speechcustom"
_FORM = "multipart/form-data"
_MEDIA_PARAMETERS: Mapping[str, str] = {"rate": "16000"}
_OPERATORS = {"string": ("eq", "ne"), "date-time": ("eq", "ne", "gt", "ge", "lt", "le")}
_BYTES = st.binary(min_size=1, max_size=64)


@dataclass(frozen=True, slots=True)
class Draft:
    """A request in parts. `variables` are those of the path; `value` is the body as JSON, if it is that."""

    operation: Operation
    address: str
    variables: Mapping[str, str]
    query: Pairs
    headers: Headers
    raw: bytes | None = None
    value: Any = None

    @property
    def request(self) -> Request:
        """The request."""
        path = re.sub("{([^}]+)}", lambda match: quote(self.variables[match[1]], safe=""), self.operation.path)
        query = "&".join(f"{quote(name)}={quote(value, safe='')}" for name, value in self.query)
        raw = self.raw if self.value is None else json.dumps(self.value).encode()
        url = f"{self.address}{path}{'?' if query else ''}{query}"
        return Request(self.operation.method, url, self.headers, NO_BODY if raw is None else Body(raw))


class Requests:
    """The requests of a contract. `address` is scheme, host and port."""

    def __init__(self, contract: Contract, payloads: Payloads, address: str) -> None:
        self.contract = contract
        self.payloads = payloads
        self.address = address.rstrip("/") + contract.base
        self._drafts: dict[str, st.SearchStrategy[Draft]] = {}
        self._parameters: dict[tuple[str, str, str], st.SearchStrategy[str]] = {}
        self._constants = {
            (operation, rule.args["name"]): str(rule.args["value"])
            for rule in contract.rules.values()
            if rule.law == "query.constant"
            for operation in rule.args["operations"]
        }
        self._beside = {
            (operation, rule.args["header"].lower()): rule.args["types"]
            for rule in contract.rules.values()
            if rule.law == "header.with"
            for operation in rule.args["operations"]
        }

    def of(self, operation: Operation) -> st.SearchStrategy[Request]:
        """The requests of an operation."""
        return self.drafts(operation).map(lambda draft: draft.request)

    def drafts(self, operation: Operation) -> st.SearchStrategy[Draft]:
        """The requests of an operation, in parts."""
        if operation.id not in self._drafts:
            self._drafts[operation.id] = _drafts(self, operation)
        return self._drafts[operation.id]

    def draft(self, draw: st.DrawFn, operation: Operation) -> Draft:
        """One request of an operation, in parts."""
        kind = draw(st.sampled_from(sorted(operation.body))) if operation.body else ""
        chosen = [each for each in operation.parameters if each.place == "path" or each.required
                  or draw(st.booleans())]  # fmt: skip
        chosen = [each for each in chosen if self._goes(operation, each, kind)]
        given = [(each, draw(self.parameter(operation, each))) for each in chosen]
        carried = [(place, name, draw(self._credential(name))) for place, name in self.contract.security[0]]
        carriers = {name for _, name, _ in carried}
        draft = Draft(
            operation,
            self.address,
            {each.name: value for each, value in given if each.place == "path"},
            (*((each.name, value) for each, value in given if each.place == "query"
               and each.name.lower() not in carriers), *((name, token) for place, name, token in carried
                                                         if place == "query")),
            (*((each.name, value) for each, value in given if each.place == "header"),
             *((name.title(), token) for place, name, token in carried if place == "header")),
        )  # fmt: skip
        return draw(self._with_body(draft, kind)) if kind else draft

    def parameter(self, operation: Operation, parameter: Parameter) -> st.SearchStrategy[str]:
        """The texts of a parameter."""
        about = (operation.id, parameter.place, parameter.name)
        if about not in self._parameters:
            self._parameters[about] = self._texts(operation, parameter)
        return self._parameters[about]

    def _texts(self, operation: Operation, parameter: Parameter) -> st.SearchStrategy[str]:
        schema, name = parameter.schema, parameter.name
        said = self.contract.parameters.get(re.sub("(?<=[a-z])(?=[A-Z])", "_", name).lower())
        if name in self.payloads.words:
            return st.sampled_from([str(word) for word in self.payloads.words[name]])
        if (operation.id, name) in self._constants:
            return st.just(self._constants[operation.id, name])
        if parameter.place == "path" and isinstance(said, str):
            return st.just(said)
        if name == "filter" and operation.filterable:
            return _filters(operation.filterable)
        if "enum" in schema:
            return st.sampled_from(schema["enum"])
        if schema.get("type") == "integer":
            return st.integers(schema.get("minimum", 1), schema.get("maximum", 1000)).map(str)
        if schema.get("type") == "boolean":
            return st.sampled_from(("true", "false"))
        if schema.get("format") in FORMATS or (parameter.place == "header" and "pattern" in schema):
            return text(schema, operation.id)
        return WORDS

    def _credential(self, name: str) -> st.SearchStrategy[str]:
        """What the carrier of this name carries."""
        return st.sampled_from(self.payloads.words.get(name, [CREDENTIALS.get(name, "any")]))

    def _goes(self, operation: Operation, parameter: Parameter, kind: str) -> bool:
        """Whether a parameter goes with this content type of the body."""
        types = self._beside.get((operation.id, parameter.name.lower()))
        return types is None or kind in types

    def _with_body(self, draft: Draft, kind: str) -> st.SearchStrategy[Draft]:
        media = draft.operation.body[kind]
        full = kind + "".join(f";{name}={_MEDIA_PARAMETERS[name]}" for name in media.required_parameters)
        if kind == _FORM:
            full += f";boundary={BOUNDARY}"
        draft = replace(draft, headers=(*draft.headers, ("Content-Type", full)))
        if media.entity is not None:
            return self.payloads.entity(media.entity).map(lambda value: replace(draft, value=value))
        raw = self._forms(draft.operation) if kind == _FORM else _BYTES
        return raw.map(lambda drawn: replace(draft, raw=drawn))

    def _forms(self, operation: Operation) -> st.SearchStrategy[bytes]:
        row = self.contract.openapi["paths"][operation.path][operation.method.lower()]
        schema: Json = row["requestBody"]["content"][_FORM]["schema"]
        return self.payloads.values(_of_words(schema), operation.id).map(_form)


@st.composite
def _drafts(draw: st.DrawFn, requests: Requests, operation: Operation) -> Draft:
    return requests.draft(draw, operation)


def _of_words(schema: Json) -> Json:
    """The schema of a form: a field that takes any text, or a file, takes one of two lines."""
    lines = {"enum": ["One", "Another"]}
    fields = {name: each if {"format", "enum", "$ref"} & each.keys() else lines
              for name, each in schema["properties"].items()}  # fmt: skip
    return schema | {"properties": fields}


def _form(fields: Mapping[str, Any]) -> bytes:
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'
        f"{value if isinstance(value, str) else json.dumps(value)}\r\n"
        for name, value in fields.items()
    ]
    return "".join([*parts, f"--{BOUNDARY}--\r\n"]).encode()


def _filters(properties: Mapping[str, str]) -> st.SearchStrategy[str]:
    """Filters by the documented grammar, over these properties."""
    literals = {"string": WORDS.map(lambda word: f"'{word}'"), "date-time": FORMATS["date-time"]}
    comparisons = st.one_of([
        st.builds("{} {} {}".format, st.just(name), st.sampled_from(_OPERATORS[kind]), literals[kind])
        for name, kind in sorted(properties.items())
    ])  # fmt: skip
    tests = st.one_of(comparisons, comparisons.map("not ({})".format))
    return st.one_of(tests, st.builds("{} {} {}".format, tests, st.sampled_from(("and", "or")), tests))
