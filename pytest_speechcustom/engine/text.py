"""JSON as it was sent: strict decoding with a reason when it is none, JSON pointers, short renderings.

Strict means RFC 8259 with what interoperates: UTF-8, no NaN, no name twice in one object.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from pytest_speechcustom.values import ABSENT, Absent, Body


class NotJson(ValueError):
    """The text is no JSON; the message says why, in a few words."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise NotJson(f"the name {twice!r} stands twice in one object")
    return members


def _constant(name: str) -> Any:
    raise NotJson(f"{name} is no JSON number")


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_constant)


def decode(body: Body) -> Any:
    """The JSON value of a body, or `ABSENT` for an empty one. Raises `NotJson`."""
    if body.problem is not None:
        raise NotJson(body.problem)
    if not isinstance(body.value, Absent):
        return body.value
    if not body.raw:
        return ABSENT
    try:
        return _DECODER.decode(body.raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise NotJson(f"the bytes are not UTF-8 (byte {error.start})") from None
    except RecursionError:
        raise NotJson("it is nested too deeply to be read") from None
    except json.JSONDecodeError as error:
        raise NotJson(f"{error.msg} (line {error.lineno}, column {error.colno})") from None
    except NotJson:
        raise
    except ValueError:  # Python refuses to convert integers of thousands of digits
        raise NotJson("a number has too many digits") from None


def path_of(url: str) -> str:
    """The path of a URL, as it is written; what has no host is all path."""
    place = url.partition("#")[0].partition("?")[0]
    _, scheme, rest = place.partition("://")
    return rest[len(rest.partition("/")[0]) :] if scheme else place


def whole(text: str) -> int | None:
    """The number that a text of ASCII digits says; ``None`` for anything else, and for more digits than make sense."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


def real(value: Any) -> float | None:
    """A JSON number as a float; ``None`` for what is no number, a boolean, or too large for one."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value)
    except OverflowError:
        return None


def pointer(steps: Any) -> str:
    """A JSON pointer (RFC 6901) from property names and indices."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)


@lru_cache(maxsize=4096)
def _steps(path: str) -> tuple[str, ...]:
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in path.split("/")[1:])


def at(value: Any, path: str) -> Any:
    """What stands at a JSON pointer, or `ABSENT`."""
    for step in _steps(path):
        if type(value) is dict:
            value = value.get(step, ABSENT)
        elif type(value) is list and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        else:
            return ABSENT
    return value


def small(value: Any, most: int) -> bool:
    """Whether a JSON value has at most so many characters and values, roughly; a long one is not gone through."""
    stack = [value]
    while stack and most >= 0:
        item = stack.pop()
        most -= 1
        if isinstance(item, str):
            most -= len(item)
        elif isinstance(item, dict | list):
            most -= len(item)
            if most >= 0:
                stack.extend(item.values() if isinstance(item, dict) else item)
                most -= sum(map(len, item)) if isinstance(item, dict) else 0
    return most >= 0


def short(value: Any, limit: int = 120) -> str:
    """A value as JSON on one line, cut to `limit` characters, safe to print whatever it holds."""
    if isinstance(value, Absent):
        return "nothing"
    if isinstance(value, bytes):
        return f"<{len(value)} bytes of binary data>"
    if isinstance(value, str) and len(value) > limit:
        value = value[: limit - 2] + "…"
    if not small(value, 50_000):
        return f"<a large {'object' if isinstance(value, dict) else 'array'} of {len(value)}>"
    try:
        text = json.dumps(value, ensure_ascii=True, separators=(", ", ": "), default=str)
    except (RecursionError, ValueError):
        text = f"<a {type(value).__name__} that is nested too deeply>"
    return text if len(text) <= limit else text[: limit - 1] + "…"
