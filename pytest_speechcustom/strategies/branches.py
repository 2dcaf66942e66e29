"""Schemas with conditions as plain schemas, one for each way through them; unknown keywords are refused.

A condition says that a property is there, and maybe its value: ``{"required": [p], "properties": {p: {"const": v}}}``.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from pytest_speechcustom.contracts.model import Json
from pytest_speechcustom.values import UsageError

GIVEN = "x-given"
"""Stands in a plain schema for the properties that must be there to be on this way; without one it would be another."""

CONDITION = frozenset({"if", "then", "else"})
SUPPORTED = CONDITION | {
    *("type", "properties", "required", "additionalProperties", "propertyNames", "maxProperties", "items", "enum"),
    *("const", "minimum", "maximum", "minLength", "maxLength", "pattern", "format", "readOnly", "default", "$ref"),
    *("$schema", "$id", "title", "description", "examples"),
}


def check(schema: Json, where: str) -> None:
    """Raise `UsageError` for a schema with a keyword that is not in `SUPPORTED`."""
    unknown = sorted(name for name in schema if name not in SUPPORTED and not name.startswith("x-"))
    if unknown:
        raise UsageError(f"{where}: no strategy is made of the keyword {unknown[0]!r}")


def branches(schema: Json, where: str) -> list[Json]:
    """The plain schemas, at least one, whose values together are those of `schema`."""
    check(schema, where)
    if "if" not in schema:
        return [schema]
    condition = schema["if"]
    name, values = _tested(condition, where)
    plain = {key: value for key, value in schema.items() if key not in CONDITION}
    met = _merged(plain, {"properties": condition.get("properties", {})}) | {GIVEN: [*plain.get(GIVEN, ()), name]}
    ways = branches(_merged(met, schema.get("then", {})), where)
    return ways + branches(_merged(_without(plain, name, values), schema.get("else", {})), where)


def _tested(condition: Json, where: str) -> tuple[str, tuple[Any, ...]]:
    """The property that a condition is about, and the value it must have, if one is said."""
    names, properties = condition.get("required", []), condition.get("properties", {})
    tests = [properties[name] for name in names if name in properties]
    if set(condition) - {"required", "properties"} or len(names) != 1 or len(tests) != len(properties):
        raise UsageError(f"{where}: no strategy is made of this condition: {condition}")
    if any(set(test) != {"const"} for test in tests):
        raise UsageError(f"{where}: no strategy is made of this condition: {condition}")
    return names[0], tuple(test["const"] for test in tests)


def _without(plain: Json, name: str, values: Collection[Any]) -> Json:
    """What is left when the condition is not met: the property is absent, or has another of its values."""
    properties = dict(plain["properties"])
    own = properties.pop(name)
    if values and "enum" in own:
        properties[name] = own | {"enum": [value for value in own["enum"] if value not in values]}
    return plain | {"properties": properties}


def _merged(schema: Json, more: Json) -> Json:
    """A schema and what a way through its conditions adds: requirements, values, and properties that must not be."""
    merged = schema | {key: more[key] for key in CONDITION if key in more}
    if required := [*schema.get("required", ()), *more.get("required", ())]:
        merged["required"] = required
    return merged | {"properties": schema.get("properties", {}) | more.get("properties", {})}
