"""Requests that a contract does not allow, made out of one that it does: one thing is wrong with each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pytest_speechcustom.contracts.model import Contract, Json

_OTHER: Mapping[str, Any] = {
    "string": 7,
    "integer": "seven",
    "number": "seven",
    "boolean": "yes",
    "object": "an object",
    "array": "a list",
}


def bodies(contract: Contract, entity: str, right: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """What is wrong, and the body: each required property left out, each given one of another type, no object."""
    schema = contract.schemas[entity]
    for name in schema.get("required", ()):
        if name in right:
            yield f"without {name}", {key: value for key, value in right.items() if key != name}
    for name in right:
        kind = _type(contract, schema["properties"].get(name, {}))
        if kind in _OTHER:
            yield f"{name} of another type", {**right, name: _OTHER[kind]}
    yield "no object", ["no", "object"]


def _type(contract: Contract, schema: Json) -> str:
    if "$ref" in schema:
        return _type(contract, contract.schemas[schema["$ref"].removesuffix(".schema.json")])
    kind = schema.get("type", "")
    return kind if isinstance(kind, str) else ""
