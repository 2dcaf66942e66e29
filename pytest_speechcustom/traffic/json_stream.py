"""Reading the elements of one array out of a long JSON text, one at a time.

`json` decodes whole texts only. Here the text comes in chunks, the way to the array is walked with a
small scanner, and the decoder of `json` is given one element after the other. Memory is bounded by the
longest element; what is beside the array is skipped and not kept.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TextIO

from pytest_speechcustom.traffic.flaws import not_json
from pytest_speechcustom.traffic.parts import Broken, shown

CHUNK = 64 * 1024
"""How many characters are read at once, at least."""

_NEAR_THE_END = 16
"""A token cut by the end of the buffer begins at most this far from it (strings aside)."""

_SPACE = re.compile(r"[ \t\n\r]*")
_STRUCTURE = re.compile(r'["{}\[\]]')
_QUOTE = re.compile(r'["\\]')
_SCALAR = re.compile(r"[^\s,\]}\[{\"]*")
_DECODE = json.JSONDecoder().raw_decode


def elements(
    source: TextIO, path: Sequence[str], beside: Mapping[str, Callable[[Any], None]] | None = None
) -> Iterator[Any]:
    """The elements of the array at `path`, a way of keys from the outermost object.

    `beside` are functions for members beside the array: each is called with the member's value. Other
    members are skipped. Raises `Broken` when the text is not JSON, ends too early, has no such array or
    has it twice.
    """
    stream = _Stream(source)
    if not stream.peek():
        raise Broken(f"holds no {path[-1]!r}: the file is empty")
    yield from _inside(stream, path, beside or {})
    if stream.peek():
        raise Broken("goes on after the end of its JSON value")


def _inside(stream: _Stream, path: Sequence[str], beside: Mapping[str, Callable[[Any], None]]) -> Iterator[Any]:
    """The elements of the array at `path` of the object that comes next."""
    found = False
    for key in stream.members():
        if key == path[0]:
            if found:
                raise Broken(f"holds {key!r} twice")
            found = True
            if len(path) == 1:
                yield from stream.items()
            else:
                yield from _inside(stream, path[1:], beside)
        elif len(path) == 1 and key in beside:
            beside[key](stream.value())
        else:
            stream.skip()
    if not found:
        raise Broken(f"holds no {path[0]!r}")


class _Stream:
    """A JSON text that comes in chunks, and the position in it."""

    __slots__ = ("_at", "_done", "_source", "_text")

    def __init__(self, source: TextIO) -> None:
        self._source = source
        self._text = ""
        self._at = 0
        self._done = False

    def _more(self) -> bool:
        """Drop what was read and read more, at least doubling what is left; whether there was more."""
        if self._done:
            return False
        left = self._text[self._at :]
        chunk = self._source.read(max(CHUNK, len(left)))
        self._text = left + chunk
        self._at = 0
        self._done = not chunk
        return bool(chunk)

    def peek(self) -> str:
        """The next character that is no white space, or ``""`` at the end."""
        while True:
            found = _SPACE.match(self._text, self._at)
            self._at = found.end() if found else self._at
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def _take(self, character: str, label: str) -> None:
        """Go past `character`, which must come next."""
        met = self.peek()
        if not met:
            raise Broken(f"ends too early, before {label}")
        if met != character:
            raise Broken(f"is not JSON as expected: {shown(met)} where {label} should be")
        self._at += 1

    def members(self) -> Iterator[str]:
        """The keys of the object that comes next; whoever asks must go past each value."""
        self._take("{", "an object")
        if self.peek() == "}":
            self._at += 1
            return
        while True:
            if self.peek() not in ('"', ""):
                self._take('"', "a key")
            key = self.value()
            self._take(":", "the ':' after a key")
            yield key
            if self.peek() == "}":
                self._at += 1
                return
            self._take(",", "a ',' or '}'")

    def items(self) -> Iterator[Any]:
        """The elements of the array that comes next."""
        self._take("[", "an array")
        if self.peek() == "]":
            self._at += 1
            return
        while True:
            yield self.value()
            if self.peek() == "]":
                self._at += 1
                return
            self._take(",", "a ',' or ']'")

    def value(self) -> Any:
        """Decode the value that comes next.

        A value that the buffer cuts is decoded again when the buffer holds at least twice as much, so
        that the work stays proportional to the length. An error that more text cannot mend ends it.
        """
        if not self.peek():
            raise Broken("ends too early")
        while True:
            try:
                value, end = _DECODE(self._text, self._at)
            except RecursionError:
                raise Broken("is nested too deep") from None
            except json.JSONDecodeError as error:
                cut = error.msg.startswith("Unterminated string") or error.pos > len(self._text) - _NEAR_THE_END
                if cut and self._more():
                    continue
                if cut and self._done:
                    raise Broken("ends too early, or is not JSON at its end") from None
                raise not_json(error) from None
            except ValueError:
                raise Broken("holds a number of too many digits") from None
            if end == len(self._text) and not isinstance(value, dict | list | str) and self._more():
                continue  # a number may go on
            self._at = end
            return value

    def skip(self) -> None:
        """Go past the value that comes next, without keeping it or looking at more than its brackets."""
        first = self.peek()
        if first and first not in '{["':
            self._skip_scalar()
            return
        depth = 0
        while True:
            found = _STRUCTURE.search(self._text, self._at)
            if found is None:
                self._at = len(self._text)
                if not self._more():
                    raise Broken("ends too early")
                continue
            self._at = found.end()
            mark = found.group()
            if mark == '"':
                self._skip_string()
            else:
                depth += 1 if mark in "{[" else -1
            if depth == 0:
                return

    def _skip_scalar(self) -> None:
        """Go past a number, ``true``, ``false`` or ``null``."""
        begun = False
        while True:
            found = _SCALAR.match(self._text, self._at)
            end = found.end() if found else self._at
            begun = begun or end > self._at
            self._at = end
            if end < len(self._text) or not self._more():
                break
        if not begun:
            raise Broken("is not JSON: a value is missing")

    def _skip_string(self) -> None:
        """Go past the rest of a string whose opening quote has been passed."""
        while True:
            found = _QUOTE.search(self._text, self._at)
            if found is None:
                self._at = len(self._text)
            elif found.group() == '"':
                self._at = found.end()
                return
            else:
                self._at = found.end()
                if self._at < len(self._text) or self._more():
                    self._at += 1
                    continue
            if self._at >= len(self._text) and not self._more():
                raise Broken("ends too early, in a string")
