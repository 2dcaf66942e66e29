"""One thing wrong: the places in a value where a documented requirement can be broken, and what breaks it there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

from hypothesis import strategies as st

from pytest_speechcustom.contracts.model import Json
from pytest_speechcustom.strategies.branches import GIVEN, branches
from pytest_speechcustom.strategies.payloads import Payloads

Aspect = Literal["required", "unknown", "readonly", "type", "value"]
Steps = tuple[str | int, ...]
Value = TypeVar("Value")

_STRANGERS = ("colour", "display name", "x-unknown")
_SAMPLES: Mapping[str, Any] = {"string": "text", "number": 1.5, "boolean": True, "array": [], "object": {}}
_NO_VALUE = "no such value"
_NO_TEXTS = ("", "no such value", "\n", "*")
NO_FORMATS: Mapping[str, str] = {"date-time": "yesterday", "uri": "no uri", "uuid": "no-uuid"}


@dataclass(frozen=True, slots=True)
class Invalid(Generic[Value]):
    """What has one thing wrong with it: the local id of the rule that it breaks, and the place in the body."""

    value: Value
    rule: str
    pointer: str = ""


@dataclass(frozen=True, slots=True)
class Flaw:
    """One way to spoil a value: what comes to stand at `steps`, and which aspect is wrong then, at `shown`."""

    aspect: Aspect
    steps: Steps
    shown: Steps
    instead: st.SearchStrategy[Any]


def invalid_values(payloads: Payloads, entity: str) -> st.SearchStrategy[Invalid[Any]]:
    """Values of an entity with one thing wrong; nothing for an open enum, to which every value may be new."""
    schema, where = payloads.follow(payloads.contract.schemas[entity], entity)
    if schema.get("x-open-enum"):
        return st.nothing()

    @st.composite
    def spoiled(draw: st.DrawFn) -> Invalid[Any]:
        value = draw(payloads.entity(entity))
        found = list(flaws(payloads, schema, value, where))
        flaw = draw(st.sampled_from(found))
        rule = f"{payloads.direction}.body.{flaw.aspect}"
        return Invalid(put(value, flaw.steps, draw(flaw.instead)), rule, pointer(flaw.shown))

    return spoiled()


def flaws(payloads: Payloads, schema: Json, value: Any, where: str, at: Steps = ()) -> Iterator[Flaw]:
    """All the places in a valid value where one thing can go wrong."""
    schema, where = payloads.follow(schema, where)
    declared = schema.get("properties", {})
    schema = next(way for way in branches(schema, where) if _taken(way, value))
    if "const" in schema:
        return
    if "enum" in schema:
        if not schema.get("x-open-enum"):
            yield Flaw("value", at, at, st.just(_NO_VALUE))
        return  # a value of a wrong type is none of the enum, either: that would be two things
    types = schema.get("type", "object" if "properties" in schema else [])
    if wrong := [sample for name, sample in _SAMPLES.items() if types and name not in types]:
        if "integer" in types and "number" not in types:
            wrong = [sample for sample in wrong if sample != 1.5] + [1.5]
        yield Flaw("type", at, at, st.sampled_from(wrong))
    if isinstance(value, str):
        yield from (Flaw("value", at, at, st.just(text)) for text in _no_texts(schema))
    elif isinstance(value, int | float) and not isinstance(value, bool):
        limits = [schema[name] + step for name, step in (("minimum", -1), ("maximum", 1)) if name in schema]
        yield from (Flaw("value", at, at, st.just(number)) for number in limits)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            if "items" in schema:
                yield from flaws(payloads, schema["items"], item, where, (*at, index))
    elif isinstance(value, dict):
        yield from _of_object(payloads, schema, value, where, at)
        for name, inner in schema.get("properties", {}).items():
            if inner is False:
                yield Flaw("value", (*at, name), (*at, name), payloads.values(declared[name], where))


def _of_object(payloads: Payloads, schema: Json, value: Json, where: str, at: Steps) -> Iterator[Flaw]:
    request = payloads.direction == "request"
    properties = schema.get("properties", {})
    for name in schema.get("required", ()):
        yield Flaw("required", at, at, st.just({key: each for key, each in value.items() if key != name}))
    if request and properties and "additionalProperties" not in schema:
        yield from (Flaw("unknown", (*at, name), (*at, name), st.just("x")) for name in _STRANGERS)
    for name, inner in properties.items():
        if name in value:
            yield from flaws(payloads, inner, value[name], where, (*at, name))
        elif inner is not False and payloads.hidden(inner):
            yield Flaw("readonly", (*at, name), (*at, name), st.just("x"))
    extra = schema.get("additionalProperties")
    if not properties and isinstance(extra, dict):
        for name, each in value.items():
            yield from flaws(payloads, extra, each, where, (*at, name))
        more = payloads.values(extra, where)
        if most := schema.get("maxProperties"):
            names = [f"property {number}" for number in range(most + 1)]
            yield Flaw("value", at, at, st.fixed_dictionaries(dict.fromkeys(names, more)))
        if longest := schema.get("propertyNames", {}).get("maxLength"):
            # put in the place of all others, so that their number is right
            yield Flaw("value", at, at, st.fixed_dictionaries({"x" * (longest + 1): more}))


def _no_texts(schema: Json) -> Iterator[str]:
    """Texts that break one of the requirements of a schema."""
    if schema.get("minLength"):
        yield ""
    if "maxLength" in schema:
        yield "x" * (schema["maxLength"] + 1)
    if "pattern" in schema:
        yield next(text for text in _NO_TEXTS if not re.search(schema["pattern"], text))
    if schema.get("format") in NO_FORMATS:
        yield NO_FORMATS[schema["format"]]


def _taken(way: Json, value: Any) -> bool:
    """Whether a valid value is on this way through the conditions of its schema."""
    if not isinstance(value, dict):
        return True
    declared: Json = way.get("properties", {})
    tested = {name: each["const"] for name, each in declared.items() if isinstance(each, dict) and "const" in each}
    return all(name in value for name in way.get(GIVEN, ())) and all(
        declared.get(name) is not False and tested.get(name, each) == each and (not declared or name in declared)
        for name, each in value.items()
    )


def put(value: Any, steps: Steps, new: Any) -> Any:
    """A copy of a value with something else at one place."""
    if not steps:
        return new
    copied = value.copy()
    copied[steps[0]] = put(value[steps[0]], steps[1:], new) if len(steps) > 1 else new
    return copied


def pointer(steps: Steps) -> str:
    """A JSON pointer."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)
