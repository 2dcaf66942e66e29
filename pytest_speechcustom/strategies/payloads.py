"""Schemas as strategies: each keyword does one thing, and what is drawn is right without being looked at again."""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from hypothesis import strategies as st

from pytest_speechcustom.contracts.model import Contract, Json
from pytest_speechcustom.strategies.branches import GIVEN, branches, check
from pytest_speechcustom.values import UsageError

Direction = Literal["request", "response"]
Values = st.SearchStrategy[Any]

MOST_ITEMS = 3
_WORD = string.ascii_letters + string.digits + "-_"
_CHARACTERS = st.characters(exclude_categories=["Cs"])  # half a surrogate pair cannot be sent
WORDS = st.text(_WORD, min_size=1, max_size=20)
_ANYTHING = st.one_of(st.none(), st.booleans(), st.integers(-99, 99), st.text(_CHARACTERS))
_RANGES: Mapping[str, tuple[int, int]] = {"int32": (-(2**31), 2**31 - 1), "int64": (-(2**63), 2**63 - 1)}


def _instant(moment: datetime) -> str:
    return moment.isoformat() + "Z"


FORMATS: Mapping[str, Values] = {
    "date-time": st.builds(_instant, st.datetimes(datetime(1971, 1, 1), datetime(2199, 12, 31))),
    "uri": st.builds("https://{}.example/{}".format, st.sampled_from(("speech", "data.store")), WORDS),
    "uuid": st.uuids(version=4).map(str),
}


class Payloads:
    """The strategies of the entities of a contract, in one direction. `words` are values by the name of a property."""

    def __init__(self, contract: Contract, direction: Direction, words: Mapping[str, Sequence[Any]]) -> None:
        self.contract = contract
        self.direction = direction
        self.words = words
        self._known: dict[str, Values] = {}

    def entity(self, name: str) -> Values:
        """The values of an entity."""
        if name not in self._known:
            self._known[name] = st.deferred(lambda: self.values(self.contract.schemas[name], name))
            self._known[name] = self.values(self.contract.schemas[name], name)
        return self._known[name]

    def follow(self, schema: Json, where: str) -> tuple[Json, str]:
        """The schema itself where it is only a reference, and the entity it stands in."""
        while "$ref" in schema:
            check(schema, where)
            where = schema["$ref"].removesuffix(".schema.json")
            schema = self.contract.schemas[where]
        return schema, where

    def hidden(self, schema: Any) -> bool:
        """Whether a property with this schema must not stand in a payload of this direction."""
        return schema is False or (self.direction == "request" and bool(schema.get("readOnly")))

    def values(self, schema: Json, where: str) -> Values:
        """The values of a schema that stands in the entity `where`. `UsageError` for a keyword we do not know."""
        check(schema, where)
        if "$ref" in schema:
            return self.entity(self.follow(schema, where)[1])
        return st.one_of([self._plain(way, where) for way in branches(schema, where)])

    def _plain(self, schema: Json, where: str) -> Values:
        if "const" in schema:
            return st.just(schema["const"])
        if "enum" in schema:
            return st.sampled_from(schema["enum"])
        types = schema.get("type", "object" if "properties" in schema else [])
        makers: Mapping[str, Callable[[Json, str], Values]] = {
            "array": self._array,
            "boolean": lambda schema, where: st.booleans(),
            "integer": self._integer,
            "null": lambda schema, where: st.none(),
            "number": self._number,
            "object": self._object,
            "string": text,
        }
        if not types:
            return _ANYTHING
        return st.one_of([makers[each](schema, where) for each in ([types] if isinstance(types, str) else types)])

    def _array(self, schema: Json, where: str) -> Values:
        items = schema.get("items")
        return st.lists(self.values(items, where) if items else _ANYTHING, max_size=MOST_ITEMS)

    def _integer(self, schema: Json, where: str) -> Values:
        least, most = _RANGES.get(_format(schema, where, _RANGES), (None, None))
        return st.integers(schema.get("minimum", least), schema.get("maximum", most))

    def _number(self, schema: Json, where: str) -> Values:
        _format(schema, where, {"double"})
        return st.floats(schema.get("minimum"), schema.get("maximum"), allow_nan=False, allow_infinity=False)

    def _object(self, schema: Json, where: str) -> Values:
        needed = {*schema.get("required", ()), *schema.get(GIVEN, ())}
        declared: dict[str, Values] = {
            name: st.sampled_from(self.words[name]) if name in self.words else self.values(inner, where)
            for name, inner in schema.get("properties", {}).items()
            if not self.hidden(inner)
        }
        if "properties" in schema or schema.get("additionalProperties") is False:
            return st.fixed_dictionaries(
                {name: values for name, values in declared.items() if name in needed},
                optional={name: values for name, values in declared.items() if name not in needed},
            )
        extra = schema.get("additionalProperties")
        names = text({"minLength": 1} | schema.get("propertyNames", {}), where)  # an empty name has no clear pointer
        most = min(schema.get("maxProperties", MOST_ITEMS), MOST_ITEMS)
        return st.dictionaries(
            names, self.values(extra, where) if isinstance(extra, dict) else _ANYTHING, max_size=most
        )


def text(schema: Json, where: str) -> Values:
    """The strings of a schema."""
    least, most = schema.get("minLength", 0), schema.get("maxLength")
    if name := _format(schema, where, FORMATS):
        return FORMATS[name]
    if "pattern" in schema:
        pattern = re.compile(schema["pattern"])
        found: Values = st.from_regex(pattern, alphabet=st.characters(codec="ascii", exclude_categories=["Cc"]))
        found = found.map(lambda drawn: drawn.removesuffix("\n"))  # to Python, but to no schema, it comes before a `$`
        return found.filter(lambda drawn: least <= len(drawn) and (most is None or len(drawn) <= most))
    return st.text(_CHARACTERS, min_size=least, max_size=most)


def _format(schema: Json, where: str, known: Any) -> str:
    """The format of a schema, ``""`` without one."""
    name: str = schema.get("format", "")
    if name and name not in known:
        raise UsageError(f"{where}: no strategy is made of the format {name!r}")
    return name
