"""The contracts: what each service's documents say, as data, and the function that loads one.

`SERVICES` lists the ids. Loading reads JSON files and imports one module of tables; it needs no validator.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Any

from pytest_speechcustom.contracts import openapi
from pytest_speechcustom.contracts.model import Contract, Tables
from pytest_speechcustom.locate import data
from pytest_speechcustom.values import UsageError

SERVICES: Mapping[str, str] = {
    "video-indexer": "video_indexer",
    "azure-speech-v3.1": "azure_v31",
    "azure-speech-2025-10-15": "azure_2025",
    "watson-stt-cloud": "watson_cloud",
    "watson-stt-icp": "watson_icp",
}


def load(service: str, parameters: Mapping[str, Any] | None = None) -> Contract:
    """The contract of a service.

    `service` is one of `SERVICES`. `parameters` overrides contract parameters (what the documents leave
    open, see `x-parameters` in the service's ``openapi.json``). Raises `UsageError` for an unknown
    service or parameter.
    """
    if service not in SERVICES:
        raise UsageError(f"unknown service {service!r}; known: {', '.join(SERVICES)}")
    if not parameters:
        return _load(service)
    return _build(service, parameters)


@cache
def _load(service: str) -> Contract:
    return _build(service, {})


def _build(service: str, given: Mapping[str, Any]) -> Contract:
    folder = data("schemas") / service
    document = openapi.read_json(folder / "openapi.json")
    declared = document.get("x-parameters", {})
    if unknown := sorted(set(given) - set(declared)):
        known = ", ".join(sorted(declared)) or "none"
        raise UsageError(f"{service} has no contract parameter {unknown[0]!r}; known: {known}")
    for name, value in given.items():
        _check_parameter(service, name, value, declared[name])
    parameters = {name: row["default"] for name, row in declared.items()} | dict(given)
    tables: Tables = import_module(f"pytest_speechcustom.contracts.{SERVICES[service]}").TABLES
    operations = openapi.operations(document, parameters)
    rules = {rule.id: rule for rule in tables.rules}
    documents = {rule.source.document for rule in tables.rules} | {o.source.document for o in operations.values()}
    return Contract(
        id=service,
        title=document["info"]["title"],
        documents=tuple(sorted(documents)),
        base=openapi.base_path(document),
        operations=operations,
        schemas=openapi.entities(folder),
        openapi=document,
        resources={resource.name: resource for resource in tables.resources},
        touches=tables.touches,
        rules=rules,
        disputes=openapi.disputes(folder),
        parameters=parameters,
        security=openapi.security(document, parameters),
        marker=tables.marker,
        companions=tables.companions,
        ignored_query=tables.ignored_query,
    )


def _check_parameter(service: str, name: str, value: Any, declared: Mapping[str, Any]) -> None:
    """Refuse a contract parameter of another type than its default, or with a value that makes no sense.

    Numbers and ``null`` may stand for limits. `declared` is its row in `x-parameters`.
    """
    default = declared["default"]
    number = isinstance(default, int) and not isinstance(default, bool)
    alike = default is None or value is None or isinstance(value, type(default))
    alike = alike or (number and isinstance(value, float))
    if alike and isinstance(default, list) and value is not None:
        alike = bool(value) and all(isinstance(item, type(default[0])) for item in value)
    if not alike:
        raise UsageError(f"{service}: the contract parameter {name} is like {default!r}, not {value!r}")
    if value not in declared.get("values", [value]):
        known = ", ".join(map(str, declared["values"]))
        raise UsageError(f"{service}: the contract parameter {name} is one of {known}, not {value!r}")
    if name.endswith("_status") and not all(100 <= each <= 599 for each in value):
        raise UsageError(f"{service}: the contract parameter {name} lists statuses (100 to 599), not {value!r}")
    if number and value is not None and value < 0:
        raise UsageError(f"{service}: the contract parameter {name} is not negative, as {value!r} is")
