"""Bodies against schemas: jsonschema-rs decides, and what it says is turned into problems a person can read.

The only module that imports a validator. Two forms of each entity are derived from the shipped schema (see
docs/architecture.md): the request form refuses `readOnly` and undeclared properties, the response form
marks undeclared ones, which the caller reports as notes. Nothing is ever fetched.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any, Literal
from urllib.parse import unquote, urldefrag

import jsonschema_rs

from pytest_speechcustom.contracts.model import Contract, Json
from pytest_speechcustom.engine.text import pointer, short, small
from pytest_speechcustom.values import Source

Direction = Literal["request", "response"]
Aspect = Literal["json", "required", "unknown", "readonly", "type", "null", "value", "enum"]

_MOST_PROBLEMS = 50
_LARGE = 1_000_000


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a body: which aspect, where, what was allowed, what was seen, who says so."""

    aspect: Aspect
    pointer: str
    keyword: str
    message: str
    allowed: str
    seen: str
    source: Source
    documented: bool = True


class Payloads:
    """The validators of one contract, built when first used."""

    def __init__(self, contract: Contract) -> None:
        """Keep the schemas; building a validator waits until an entity is met."""
        self._schemas = contract.schemas
        self._documents: dict[Direction, dict[str, Json]] = {}
        self._registries: dict[Direction, jsonschema_rs.Registry] = {}
        self._validators: dict[tuple[str, Direction], Any] = {}

    def fits(self, entity: str, direction: Direction, value: Any) -> bool:
        """Whether a value has nothing to report, not even a note. The fast path: no explanation is made."""
        validator = self._validators.get((entity, direction))
        if validator is None:
            validator = self._validator(entity, direction)
        try:
            return bool(validator.is_valid(value))
        except (ValueError, OverflowError, RecursionError):  # lone surrogates: UnicodeEncodeError is a ValueError
            return False

    def problems(self, entity: str, direction: Direction, value: Any) -> list[Problem]:
        """Everything wrong with a value, at most fifty problems, in the order of the schema."""
        found: list[Problem] = []
        try:
            for error in self._errors(entity, direction, value):
                owner, _ = self._home(entity, list(error.instance_path))
                problems = self._explain(entity, direction, value, error)
                required = self._schemas[owner].get("x-required-basis", "documented") == "documented"
                found += [
                    p
                    if self.documented(owner) and (required or p.aspect != "required")
                    else replace(p, documented=False)
                    for p in problems
                ]
                if len(found) >= _MOST_PROBLEMS:
                    break
        except UnicodeEncodeError:
            message = "a string holds half of a surrogate pair, which no encoding can carry"
            found.append(Problem("json", "", "type", message, "Unicode text", "a lone surrogate", self.source(entity)))
        except (ValueError, OverflowError, RecursionError) as error:
            found.append(Problem("json", "", "type", str(error), "a JSON value", "", self.source(entity)))
        return found

    def _errors(self, entity: str, direction: Direction, value: Any) -> Iterable[Any]:
        """What the validator has to say. Of a very large value it is the first error only: all would take minutes."""
        validator = self._validator(entity, direction)
        if small(value, _LARGE):
            return validator.iter_errors(value)  # type: ignore[no-any-return]
        try:
            validator.validate(value)
        except jsonschema_rs.ValidationError as error:
            return [error]
        return []

    def source(self, entity: str) -> Source:
        """The document that describes an entity."""
        said = self._schemas[entity].get("x-source", {})
        return Source(said.get("document", ""), said.get("locator", ""))

    def documented(self, entity: str) -> bool:
        """Whether a document states what the entity is; otherwise it was inferred or observed."""
        return bool(self._schemas[entity].get("x-basis", "documented") == "documented")

    def _validator(self, entity: str, direction: Direction) -> Any:
        known = self._validators.get((entity, direction))
        if known is None:
            if direction not in self._registries:
                forms = {schema["$id"]: _form(schema, direction) for schema in self._schemas.values()}
                self._documents[direction] = forms
                self._registries[direction] = jsonschema_rs.Registry(list(forms.items()))
            known = jsonschema_rs.validator_for(
                {"$schema": "https://json-schema.org/draft/2020-12/schema", "$ref": self._schemas[entity]["$id"]},
                registry=self._registries[direction],
                validate_formats=True,
                offline=True,
            )
            self._validators[entity, direction] = known
        return known

    def _explain(self, entity: str, direction: Direction, value: Any, error: Any) -> list[Problem]:
        kind, steps = error.kind, list(error.instance_path)
        owner, schema = self._home(entity, steps)
        where, source = pointer(steps), self.source(owner)
        name = str(steps[-1]) if steps else owner
        seen = short(error.instance)
        if kind.name == "additionalProperties":
            declared = sorted(name for name, each in schema.get("properties", {}).items()
                              if direction == "response" or not each.get("readOnly"))  # fmt: skip
            return [
                self._unknown(owner, where, extra, declared, error.instance, source)
                for extra in kind.unexpected[:_MOST_PROBLEMS]
            ]
        if kind.name == "required":
            missing = kind.property.strip('"') if isinstance(kind.property, str) else str(kind.property)
            have = ", ".join(sorted(map(str, error.instance))[:12]) or "no properties"
            message = f"{owner} lacks {missing!r}, which is required"
            return [Problem("required", where, "required", message, f"{missing} present", have, source)]
        if kind.name == "not":
            message = f"{name!r} is read-only: the service sets it, a request must not"
            return [Problem("readonly", where, "readOnly", message, f"no {name} in a request", seen, source)]
        if kind.name == "falseSchema":
            message = f"{name!r} must not be here in this form of {owner}"
            return [Problem("value", where, "properties", message, f"no {name}", seen, source)]
        if kind.name == "type":
            allowed = _types(kind)
            if error.instance is None and steps and not self._is_required(entity, steps):
                message = f"{name!r} is null where {allowed} is documented"
                return [Problem("null", where, "type", message, f"{allowed}, or leave it out", "null", source)]
            return [Problem("type", where, "type", f"{name!r} is of the wrong type", allowed, seen, source)]
        if kind.name == "enum":
            options = short(kind.options, 600)
            holder = self._holder(direction, error.absolute_keyword_location)
            aspect: Aspect = "enum" if holder.get("x-open-enum") and isinstance(error.instance, str) else "value"
            message = f"{name!r} has a value that is not documented"
            return [Problem(aspect, where, "enum", message, f"one of {options}", seen, source)]
        allowed = _limit(kind)
        return [Problem("value", where, kind.name, f"{name!r} breaks {kind.name}", allowed, seen, source)]

    def _unknown(
        self, owner: str, where: str, extra: str, declared: list[str], instance: Any, source: Source
    ) -> Problem:
        near = get_close_matches(extra, declared, 1, 0.6) or get_close_matches(
            extra.replace("_", "").lower(), [d.lower() for d in declared], 1, 0.8
        )
        hint = f" (did you mean {next(d for d in declared if d.lower() == near[0].lower())!r}?)" if near else ""
        return Problem(
            "unknown",
            where + pointer([extra]),
            "additionalProperties",
            f"{owner} has no property {extra!r}{hint}",
            ", ".join(declared),
            short(instance.get(extra)),
            source,
        )

    def _home(self, entity: str, steps: list[Any]) -> tuple[str, Json]:
        """The entity that describes the value at `steps`, innermost, and the schema there."""
        owner, schema = self._follow(entity, self._schemas[entity])
        for step in steps:
            if isinstance(step, int):
                inner = schema.get("items", {})
            else:
                inner = schema.get("properties", {}).get(step, schema.get("additionalProperties", {}))
            if not isinstance(inner, dict) or not inner:
                break
            owner, schema = self._follow(owner, inner)
        return owner, schema

    def _is_required(self, entity: str, steps: list[Any]) -> bool:
        _, parent = self._home(entity, steps[:-1])
        return isinstance(steps[-1], int) or steps[-1] in parent.get("required", ())

    def _follow(self, owner: str, schema: Json) -> tuple[str, Json]:
        while isinstance(ref := schema.get("$ref"), str):
            owner = ref.rsplit("/", 1)[-1].removesuffix(".schema.json")
            schema = self._schemas[owner]
        return owner, schema

    def _holder(self, direction: Direction, location: str | None) -> Json:
        """The schema object that holds the keyword at an absolute location."""
        uri, fragment = urldefrag(location or "")
        found: Any = self._documents[direction].get(uri, {})
        for step in unquote(fragment).split("/")[1:-1]:
            step = step.replace("~1", "/").replace("~0", "~")
            found = found[int(step)] if isinstance(found, list) else found.get(step, {})
        return found if isinstance(found, dict) else {}


def _types(kind: Any) -> str:
    return " or ".join(str(name) for name in kind.types)


def _limit(kind: Any) -> str:
    return f"{kind.name} {short(kind.value)}"


def _form(schema: Any, direction: Direction) -> Any:
    """The request or the response form of a shipped schema."""
    if isinstance(schema, list):
        return [_form(item, direction) for item in schema]
    if not isinstance(schema, dict):
        return schema
    made = dict(schema)
    for name, value in schema.items():
        if name == "properties":
            made[name] = {key: _property(inner, direction) for key, inner in value.items()}
        elif name in ("items", "additionalProperties", "propertyNames"):
            made[name] = _form(value, direction)
    if "properties" in schema and "additionalProperties" not in schema:
        made["additionalProperties"] = False
    return made


def _property(schema: Any, direction: Direction) -> Any:
    if direction == "request" and isinstance(schema, dict) and schema.get("readOnly"):
        return {"not": {}}
    return _form(schema, direction)
