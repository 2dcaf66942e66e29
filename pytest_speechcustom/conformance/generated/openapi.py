"""Requests that Schemathesis makes of the OpenAPI file of a contract, and its check, which asks our checker."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import requests
import schemathesis
from hypothesis import strategies as st
from requests import PreparedRequest
from schemathesis.config import GenerationConfig, ProjectConfig, ProjectsConfig
from schemathesis.core.failures import FailureGroup
from schemathesis.generation import GenerationMode

from pytest_speechcustom.conformance.client import Client
from pytest_speechcustom.contracts.model import Contract, Json
from pytest_speechcustom.values import NO_BODY, Body, Exchange, Request

_SENT = ("method", "url", "headers", "cookies", "params", "json", "data", "files")
_SUFFIX = ".schema.json"
_HOME = "#/components/schemas/"


class Cases:
    """The cases of one contract, for a target whose operations are below `base`."""

    def __init__(self, contract: Contract, base: str) -> None:
        self._base = base
        # Explicit settings: there may be a file of some for another project in the working directory.
        generation = GenerationConfig(codec="ascii", with_security_parameters=False)
        config = schemathesis.Config(projects=ProjectsConfig(default=ProjectConfig(generation=generation)))
        self._schema = schemathesis.openapi.from_dict(document(contract), config=config)

    def of(self, operation: str, right: bool, path: Mapping[str, str]) -> st.SearchStrategy[schemathesis.Case[Any]]:
        """Cases of an operation that are meant to be right, or wrong; `path` are path variables that are known."""
        mode = GenerationMode.POSITIVE if right else GenerationMode.NEGATIVE
        found = self._schema.find_operation_by_id(operation)
        cases: st.SearchStrategy[schemathesis.Case[Any]] = found.as_strategy(mode, path_parameters=dict(path))
        return cases

    def prepared(self, case: schemathesis.Case[Any]) -> PreparedRequest:
        """The case as it goes over the wire."""
        sent = case.as_transport_kwargs(base_url=self._base)
        return requests.Request(**{name: sent[name] for name in _SENT if name in sent}).prepare()


def request_of(prepared: PreparedRequest) -> Request:
    """The same request as a value."""
    raw = prepared.body
    data = raw.encode() if isinstance(raw, str) else raw
    headers = tuple((name, _text(value)) for name, value in prepared.headers.items())
    return Request(str(prepared.method), str(prepared.url), headers, Body(data) if data else NO_BODY)


def validate(case: schemathesis.Case[Any], prepared: PreparedRequest, exchange: Exchange, client: Client) -> None:
    """Let Schemathesis judge an answer by our rules alone, as one of its checks."""
    assert exchange.response is not None
    answer = exchange.response
    headers: dict[str, list[str]] = {}
    for name, value in answer.headers:
        headers.setdefault(name.lower(), []).append(value)

    def contract_holds(
        ctx: schemathesis.CheckContext, response: schemathesis.Response, case: schemathesis.Case[Any]
    ) -> None:
        if client.broken:
            raise AssertionError(f"{client.contract.id}/{client.broken[-1][0]}")

    response = schemathesis.Response(answer.status, headers, answer.body.raw or b"", prepared, 0.0, True)
    with suppress(FailureGroup):  # the client knows, and tells it better
        case.validate_response(response, checks=[contract_holds])


def document(contract: Contract) -> Json:
    """The OpenAPI file in one piece, of requests only: what a client must not send is in none of its schemas."""
    whole: Json = _moved(contract.openapi)
    for path in whole["paths"].values():
        for method in [name for name in path if isinstance(path[name], dict) and "operationId" in path[name]]:
            operation = path.pop(method)
            path[contract.operations[operation["operationId"]].method.lower()] = operation
            operation["responses"] = {"default": {"description": "Any."}}
    schemas = {name: _moved(schema) for name, schema in contract.schemas.items()}
    whole.setdefault("components", {})["schemas"] = {name: _closed(schema) for name, schema in schemas.items()}
    return whole


def _moved(value: Any) -> Any:
    """A copy in which references to files lead to components."""
    if isinstance(value, list):
        return [_moved(each) for each in value]
    if not isinstance(value, dict):
        return value
    moved = {name: _moved(each) for name, each in value.items() if name not in ("$id", "$schema")}
    reference = value.get("$ref")
    if isinstance(reference, str) and reference.endswith(_SUFFIX):
        moved["$ref"] = _HOME + reference.removesuffix(_SUFFIX)
    return moved


def _closed(schema: Json) -> Json:
    """A schema that takes no property which it does not name, as a request is judged."""
    if "properties" not in schema:
        return schema
    kept = {name: each for name, each in schema["properties"].items() if not each.get("readOnly")}
    return {"additionalProperties": False, **schema, "properties": kept}


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value
