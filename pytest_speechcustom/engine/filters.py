"""The filter grammar of list operations: comparisons joined by `and`, `or`, `not`, parentheses tolerated.

Three-valued: where the documents are silent (letter case, a property that is absent) a filter is undecided,
and nothing is judged by it. Source: the `filter` parameters of the Azure Speech-to-text OpenAPI documents.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal

from pytest_speechcustom.engine.history import instant
from pytest_speechcustom.engine.text import at

Fault = Literal["syntax", "property", "operator", "literal", "silent"]
Truth = bool | None

_TOKEN = re.compile(r"\s*(?:(?P<mark>[()])|(?P<text>'(?:[^']|'')*')|(?P<word>[^\s()']+))")
_EQUALITY = ("eq", "ne")
_ORDER: Mapping[str, Callable[[Any, Any], bool]] = {
    "gt": lambda a, b: a > b,
    "ge": lambda a, b: a >= b,
    "lt": lambda a, b: a < b,
    "le": lambda a, b: a <= b,
}
_MOST_TOKENS = 500


class FilterError(ValueError):
    """A filter outside the documented grammar. `fault` says in which way, `allowed` what would do.

    ``silent`` is no fault of the client: functions and other letter case, of which the documents say nothing.
    """

    def __init__(self, fault: Fault, message: str, allowed: str) -> None:
        """Keep the parts for the finding."""
        super().__init__(message)
        self.fault: Fault = fault
        self.allowed = allowed


@dataclass(frozen=True, slots=True)
class Comparison:
    """One comparison: a property, an operator, and a string or an instant."""

    name: str
    operator: str
    literal: str | datetime


@dataclass(frozen=True, slots=True)
class Filter:
    """A parsed filter: `tree` is a comparison or a tuple of an operator name and its operands."""

    text: str
    tree: Any

    def matches(self, entity: Any, unsure: frozenset[str] = frozenset()) -> Truth:
        """Whether an entity matches; ``None`` when undecided. Properties in `unsure` may have changed since."""
        return _evaluate(self.tree, entity, unsure)


@lru_cache(maxsize=256)
def _parse(text: str, kinds: tuple[tuple[str, str], ...]) -> Filter:
    tokens: list[str] = []
    place = 0
    while text[place:].strip():
        match = _TOKEN.match(text, place)
        if match is None:
            raise FilterError("syntax", f"a string is not closed: {text[place:].strip()!r}", "'…' around strings")
        tokens.append(match.group(match.lastgroup or 0))
        place = match.end()
    if len(tokens) > _MOST_TOKENS:
        raise FilterError("syntax", f"the filter has more than {_MOST_TOKENS} parts", "a shorter filter")
    parser = _Parser(tokens, dict(kinds))
    tree = parser.either()
    if parser.left:
        if parser.left[0].lower() in ("and", "or", "not"):
            raise FilterError("silent", f"{parser.left[0]!r} is not in lower case", parser.left[0].lower())
        raise FilterError("syntax", f"{parser.left[0]!r} is not expected here", "and, or, or the end")
    return Filter(text, tree)


def parse(text: str, kinds: Mapping[str, str]) -> Filter:
    """A filter from its text. `kinds` maps each filterable property to ``string`` or ``date-time``.

    Raises `FilterError` when the text is outside the documented grammar.
    """
    return _parse(text, tuple(sorted(kinds.items())))


class _Parser:
    def __init__(self, tokens: list[str], kinds: Mapping[str, str]) -> None:
        self.left = tokens
        self.kinds = kinds

    def take(self, what: str) -> str:
        if not self.left:
            raise FilterError("syntax", f"the filter ends where {what} should be", what)
        return self.left.pop(0)

    def either(self) -> Any:
        parts = [self.both()]
        while self.left and self.left[0] == "or":
            self.left.pop(0)
            parts.append(self.both())
        return parts[0] if len(parts) == 1 else ("or", *parts)

    def both(self) -> Any:
        parts = [self.negation()]
        while self.left and self.left[0] == "and":
            self.left.pop(0)
            parts.append(self.negation())
        return parts[0] if len(parts) == 1 else ("and", *parts)

    def negation(self) -> Any:
        if self.left and self.left[0] == "not":
            self.left.pop(0)
            return ("not", self.negation())
        if self.left and self.left[0] == "(":
            self.left.pop(0)
            inner = self.either()
            if self.take("a closing parenthesis") != ")":
                raise FilterError("syntax", "a parenthesis is not closed", ")")
            return inner
        return self.comparison()

    def comparison(self) -> Comparison:
        name = self.take("a property")
        if name not in self.kinds:
            written = {known.lower() for known in self.kinds} | {"not"}
            if (self.left and self.left[0] == "(") or name.lower() in written:
                raise FilterError("silent", f"{name!r} is a function, or in another letter case", "a property")
            fault: Fault = "property" if re.fullmatch(r"[A-Za-z_][\w.]*", name) else "syntax"
            raise FilterError(fault, f"{name!r} cannot be filtered by", ", ".join(sorted(self.kinds)))
        operator, kind = self.take("an operator"), self.kinds[name]
        allowed = (*_EQUALITY, *_ORDER) if kind == "date-time" else _EQUALITY
        if operator not in allowed:
            if operator.lower() in allowed:
                raise FilterError("silent", f"{operator!r} is not in lower case", operator.lower())
            fault = "operator" if operator in _ORDER or operator.isalpha() else "syntax"
            raise FilterError(fault, f"{operator!r} is no operator for {name}", ", ".join(allowed))
        literal = self.take("a value")
        if kind == "date-time":
            moment = instant(literal.strip("'"))
            if moment is None or literal.startswith("'"):
                raise FilterError("literal", f"{literal} is no time stamp for {name}", "2022-02-01T11:00:00Z, bare")
            return Comparison(name, operator, moment)
        if not (literal.startswith("'") and literal.endswith("'") and len(literal) > 1):
            raise FilterError("literal", f"{literal} is no string for {name}", "a string in single quotes")
        return Comparison(name, operator, literal[1:-1].replace("''", "'"))


def _evaluate(tree: Any, entity: Any, unsure: frozenset[str]) -> Truth:
    if isinstance(tree, Comparison):
        return _compare(tree, entity, unsure)
    word, *operands = tree
    values = [_evaluate(operand, entity, unsure) for operand in operands]
    if word == "not":
        inner: Truth = values[0]
        return None if inner is None else not inner
    decisive: bool = word == "or"
    if decisive in values:
        return decisive
    return None if None in values else not decisive


def _compare(comparison: Comparison, entity: Any, unsure: frozenset[str]) -> Truth:
    value = at(entity, "/" + comparison.name)
    if comparison.name in unsure or not isinstance(value, str):
        return None
    if isinstance(comparison.literal, datetime):
        moment = instant(value)
        if moment is None:
            return None
        if comparison.operator in _ORDER:
            return bool(_ORDER[comparison.operator](moment, comparison.literal))
        return bool((moment == comparison.literal) == (comparison.operator == "eq"))
    if value != comparison.literal and value.casefold() == comparison.literal.casefold():
        return None  # whether letter case counts is not documented
    return bool((value == comparison.literal) == (comparison.operator == "eq"))
