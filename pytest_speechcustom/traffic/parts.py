"""What the readers share: the values of a captured message, checked and turned into ours.

Every function takes a decoded value of unknown type and raises `Broken` when it is not what it must be;
a reader turns that into a `TrafficError` with the place.
"""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from pytest_speechcustom.values import NO_BODY, Body, Exchange, Headers, TrafficError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Broken(ValueError):
    """A part of an exchange that is not what the format says. The message says which, without the place."""


def each(name: str, noun: str, values: Iterator[Any], exchange: Callable[[Any, str], Exchange]) -> Iterator[Exchange]:
    """The exchanges of the file `name`, made of its `values`, each of which is a `noun` with a number.

    Raises `TrafficError` where the file cannot be read, is `Broken` or is empty; it names the file and the number.
    """
    number = 0
    try:
        for value in values:
            yield exchange(value, f"{name}, {noun} {number}")
            number += 1
    except Broken as error:
        raise TrafficError(f"{name}: {error} (at {noun} {number})") from None
    except UnicodeDecodeError:
        raise TrafficError(f"{name}: is not UTF-8 (at {noun} {number})") from None
    except OSError as error:
        raise TrafficError(f"{name}: cannot be read: {error.strerror or error} (at {noun} {number})") from error
    if not number:
        raise TrafficError(f"{name}: holds no exchange")


def kind(value: object) -> str:
    """What JSON calls the type of `value`, for messages."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, str):
        return "a string"
    if isinstance(value, Mapping):
        return "an object"
    return "an array" if isinstance(value, list | tuple) else f"a {type(value).__name__}"


def member(holder: Mapping[str, Any], name: str, label: str) -> Any:
    """The member `name` of `holder`; `Broken` names it by `label` when it is missing."""
    try:
        return holder[name]
    except KeyError:
        raise Broken(f"{label} is missing") from None


def mapping(value: Any, label: str) -> dict[str, Any]:
    """`value`, which must be an object."""
    if not isinstance(value, dict):
        raise Broken(f"{label} must be an object, not {kind(value)}")
    return value


def text(value: Any, label: str) -> str:
    """`value`, which must be a string that can be encoded (no lone surrogate)."""
    if not isinstance(value, str):
        raise Broken(f"{label} must be a string, not {kind(value)}")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise Broken(f"{label} holds a lone surrogate") from None
    return value


def status(value: Any, label: str) -> int:
    """`value`, which must be a whole number of three digits."""
    if type(value) is not int:
        raise Broken(f"{label} must be a whole number, not {kind(value)}")
    if not 100 <= value <= 999:
        raise Broken(f"{label} must be a number of three digits")
    return value


def instant(value: Any, label: str) -> float | None:
    """Seconds since 1970 of an ISO 8601 date and time; one without an offset is UTC. ``None`` stays ``None``."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise Broken(f"{label} must be a date and time as a string, not {kind(value)}")
    try:
        if value[10] not in "Tt ":
            raise ValueError
        moment = datetime.fromisoformat(value)
        return ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - _EPOCH).total_seconds()
    except (ValueError, IndexError, OverflowError):
        raise Broken(f"{label} is no date and time: {shown(value)}") from None


def shown(value: str) -> str:
    """`value` quoted for a message: one line of plain characters, cut to a length a person reads."""
    return ascii(value if len(value) <= 60 else value[:57] + "...")


def headers(value: Any, label: str) -> Headers:
    """Headers, in order and with repeats.

    Takes an object of name to string or to a list of strings, or a list of ``[name, value]`` pairs or of
    ``{"name": ..., "value": ...}`` objects; ``None`` is no header. Numbers become strings.
    """
    if value is None:
        return ()
    found: list[tuple[str, str]] = []
    if isinstance(value, dict):
        for name, content in value.items():
            if type(content) is str and content.isascii() and name.isascii():
                found.append((name, content))
                continue
            text(name, f"a name in {label}")
            for one in content if isinstance(content, list | tuple) else (content,):
                found.append((name, _header(one, label, name)))
    elif isinstance(value, list):
        for item in value:
            if isinstance(item, dict):
                name, content = item.get("name"), item.get("value")
            elif isinstance(item, list) and len(item) == 2:
                name, content = item
            else:
                raise Broken(f"{label} must hold pairs of a name and a value")
            name = text(name, f"a name in {label}")
            found.append((name, _header(content, label, name)))
    else:
        raise Broken(f"{label} must be an object or an array, not {kind(value)}")
    return tuple(found)


def _header(value: Any, label: str, name: str) -> str:
    """One header value as text."""
    if isinstance(value, bytes):
        return value.decode("latin-1")
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        return str(value)
    return text(value, f"{shown(name)} in {label}")


def text_body(value: str) -> Body:
    """The body that was sent as this text."""
    if not value:
        return NO_BODY
    try:
        return Body(raw=value.encode())
    except UnicodeEncodeError:
        return Body(problem="the recorded text holds a lone surrogate, which cannot have been sent")


def base64_body(value: str) -> Body:
    """The body whose bytes are recorded as base64; white space in it is ignored."""
    try:
        raw = base64.b64decode("".join(value.split()), validate=True)
    except (binascii.Error, ValueError):
        return Body(problem="the recorded base64 is broken or truncated")
    return Body(raw=raw) if raw else NO_BODY
