"""Decoding JSON without losing what is wrong with it.

`json` accepts ``NaN`` and ``Infinity``, keeps the last of two equal keys, lets lone surrogates through and
gives up on a number of thousands of digits. Inside a recorded body these are what is to be judged, and
outside they are a broken file: so a decoding that met any of them also returns where they are.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any, NoReturn

from pytest_speechcustom.traffic.parts import Broken, shown

_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


class Flaws:
    """The flaws of one decoded value, found again by the identity of the values that have them."""

    __slots__ = ("_kept", "_known", "_surrogates")

    def __init__(self, surrogates: bool = False) -> None:
        """`surrogates` says whether strings are worth looking into."""
        self._known: dict[int, str] = {}
        self._kept: list[object] = []  # holds the values, so that no identity is used twice
        self._surrogates = surrogates

    def note(self, value: Any, flaw: str) -> Any:
        """Remember that `value` has this flaw; returns `value`."""
        self._kept.append(value)
        self._known[id(value)] = flaw
        return value

    def find(self, value: Any) -> str | None:
        """The first flaw in `value` or in anything it holds, or ``None``."""
        if not self._known and not self._surrogates:
            return None
        stack = [value]
        while stack:
            item = stack.pop()
            flaw = self._known.get(id(item))
            if flaw is not None:
                return flaw
            if isinstance(item, dict):
                stack.extend(reversed(item.values()))
                stack.extend(item)
            elif isinstance(item, list):
                stack.extend(reversed(item))
            elif isinstance(item, str) and not _encodable(item):
                return "a string holds a lone surrogate"
        return None

    def refuse(self, value: object, label: str) -> None:
        """Raise `Broken` if `value` itself, whatever is in it, has a flaw."""
        flaw = self._known.get(id(value))
        if flaw is not None:
            raise Broken(f"{label}: {flaw}")

    def refuse_in(self, value: object, label: str) -> None:
        """Raise `Broken` if there is a flaw anywhere in `value`."""
        flaw = self.find(value)
        if flaw is not None:
            raise Broken(f"{label}: {flaw}")


NO_FLAWS = Flaws()
"""What a decoding without flaws returns."""


def decode(source: str) -> tuple[Any, Flaws]:
    """The JSON value of `source`, with its flaws.

    Raises `Broken` for a text that is no JSON or nested too deep.
    """
    source = source.strip(" \t\r\n")
    try:
        value, end = _STRICT.raw_decode(source)
        if end != len(source):
            raise json.JSONDecodeError("Extra data", source, end)
        if "\\u" in source and _SURROGATE.search(source):
            return value, Flaws(surrogates=True)
        return value, NO_FLAWS
    except RecursionError:
        raise Broken("is nested too deep") from None
    except json.JSONDecodeError as error:
        raise not_json(error) from None
    except ValueError:  # a hook below, or the limit of digits of `int`
        return _lenient(source)


def not_json(error: json.JSONDecodeError) -> Broken:
    """What to raise for an error of `json`: its text, in one line."""
    what = error.msg.removesuffix(" at")
    return Broken(f"is not JSON: {what[:1].lower()}{what[1:]} (column {error.pos + 1})")


def _lenient(source: str) -> tuple[Any, Flaws]:
    """Decode again, noting every flaw."""
    flaws = Flaws(surrogates=_SURROGATE.search(source) is not None)

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(items)
        if len(found) != len(items):
            seen: set[str] = set()
            again = next(key for key, _ in items if key in seen or seen.add(key))  # type: ignore[func-returns-value]
            flaws.note(found, f"duplicate key {shown(again)}")
        return found

    def constant(name: str) -> Any:
        return flaws.note(float(name), f"{name} is no JSON")

    def real(digits: str) -> Any:
        number = float(digits)
        return flaws.note(number, f"the number {shown(digits)} is too large") if math.isinf(number) else number

    def whole(digits: str) -> Any:
        try:
            return int(digits)
        except ValueError:
            return flaws.note(float("inf"), f"a number of {len(digits)} digits")

    decoder = json.JSONDecoder(object_pairs_hook=pairs, parse_constant=constant, parse_float=real, parse_int=whole)
    try:
        return decoder.decode(source), flaws
    except RecursionError:
        raise Broken("is nested too deep") from None
    except json.JSONDecodeError as error:
        raise not_json(error) from None


def _unique(items: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object without duplicate keys."""
    found = dict(items)
    if len(found) != len(items):
        raise ValueError
    return found


def _no_constant(name: str) -> NoReturn:
    """Refuse ``NaN`` and the infinities."""
    raise ValueError(name)


def _finite(digits: str) -> float:
    """A number that a float can hold."""
    number = float(digits)
    if math.isinf(number):
        raise ValueError(digits)
    return number


def _encodable(value: str) -> bool:
    """Whether a string has no lone surrogate."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


_STRICT = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_no_constant, parse_float=_finite)
