"""Reading the elements of one sequence out of a long YAML document, one at a time.

The events of the parser are turned into plain values as they come: only what vcrpy writes, nothing is
ever called by a tag. Aliases share the value of their anchor, and what they stand for is counted, so
that a document cannot stand for more than it may.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

import yaml

from pytest_speechcustom.traffic.parts import Broken, shown
from pytest_speechcustom.values import Body

MAX_NODES: Final = 1_000_000
"""How many nodes one element may stand for, aliases expanded."""

MAX_DEPTH: Final = 100
"""How deep one element may be nested, aliases expanded."""

_LOADER: Final[type[Any]] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TAG: Final = "tag:yaml.org,2002:"
_NULLS: Final = frozenset(("", "~", "null", "Null", "NULL"))
_WHOLE: Final = re.compile(r"[-+]?[0-9]{1,18}", re.ASCII)
_TEXT_TAGS: Final = frozenset(
    ("!", *(_TAG + name for name in ("str", "python/str", "python/unicode", "bool", "float", "timestamp")))
)
_FILE: Final = _TAG + "python/object/new:_io.BytesIO"
_ITERATOR: Final = _TAG + "python/object/apply:builtins.iter"
_LIST_TAGS: Final = frozenset((None, "!", _TAG + "seq", _TAG + "python/tuple"))
_MAP_TAGS: Final = frozenset((None, "!", _TAG + "map", _FILE, _ITERATOR))


def elements(
    source: BinaryIO, key: str, beside: Mapping[str, Callable[[Any], None]], whole: Callable[[], None]
) -> Iterator[Any]:
    """The elements of the sequence under `key` of the outermost mapping.

    `beside` are functions for members beside the sequence: each is called with the member's value. YAML
    that was cut off is YAML still: so the last element is given only after the end of the document and
    after a call of `whole`, which may raise `Broken`.

    A scalar is a string, bytes (``!!binary``), ``None`` or an int; other plain scalars stay text; base64
    that cannot be decoded is a `Body` with its problem. Raises `Broken` when the file is no YAML, has no
    such sequence or has it twice, or an element stands for too much.
    """
    loader = None
    try:
        loader = _LOADER(source)
        yield from _Reader(loader).document(key, beside, whole)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = f" (line {mark.line + 1})" if mark else ""
        raise Broken(f"is not YAML: {error.problem or error.context}{line}") from None
    except yaml.reader.ReaderError as error:
        raise Broken(f"is not YAML text: {error.reason}") from None
    except yaml.YAMLError as error:
        raise Broken(f"is not YAML: {shown(str(error))}") from None
    except RecursionError:
        raise Broken("is nested too deep") from None
    finally:
        if loader is not None:
            loader.dispose()


@dataclass(slots=True)
class _Built:
    """A value, how many nodes it stands for, and how deep it is."""

    value: Any
    nodes: int
    depth: int


class _Reader:
    """Builds values from the events of one document."""

    __slots__ = ("_anchors", "_next", "_nodes")

    def __init__(self, loader: Any) -> None:
        self._next: Callable[[], Any] = loader.get_event
        self._anchors: dict[str, _Built] = {}
        self._nodes = 0

    def document(
        self, key: str, beside: Mapping[str, Callable[[Any], None]], whole: Callable[[], None]
    ) -> Iterator[Any]:
        """The elements under `key`; see `elements`."""
        self._next()  # the start of the stream
        if not isinstance(self._next(), yaml.DocumentStartEvent):
            raise Broken(f"holds no {key!r}: the file is empty")
        if not isinstance(self._next(), yaml.MappingStartEvent):
            raise Broken(f"holds no {key!r}: it is no mapping, or was written by a vcrpy before 1.0")
        found = False
        last: list[Any] = []
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            name = self._one(event)
            event = self._next()
            if name == key:
                if found:
                    raise Broken(f"holds {key!r} twice")
                found = True
                if not isinstance(event, yaml.SequenceStartEvent):
                    raise Broken(f"{key} must be a sequence")
                while not isinstance(event := self._next(), yaml.SequenceEndEvent):
                    yield from last
                    last = [self._one(event)]
            else:
                value = self._one(event)
                if isinstance(name, str) and name in beside:
                    beside[name](value)
        if not found:
            raise Broken(f"holds no {key!r}")
        self._next()  # the end of the document
        if not isinstance(self._next(), yaml.StreamEndEvent):
            raise Broken("holds more than one YAML document")
        whole()
        yield from last

    def _one(self, event: Any) -> Any:
        """The value that begins with `event`, counted on its own."""
        self._nodes = 0
        return self._build(event, 0)[0]

    def _build(self, event: Any, level: int) -> tuple[Any, int]:
        """The value that begins with `event`, and its depth."""
        self._nodes += 1
        if level > MAX_DEPTH:
            raise Broken(f"is nested deeper than {MAX_DEPTH} levels")
        if self._nodes > MAX_NODES:
            raise Broken(f"stands for more than {MAX_NODES} nodes")
        before = self._nodes
        depth = 1
        if type(event) is yaml.ScalarEvent:
            value = _scalar(event)
        elif type(event) is yaml.MappingStartEvent:
            value, depth = self._map(event, level)
        elif type(event) is yaml.SequenceStartEvent:
            value, depth = self._list(event, level)
        else:
            return self._alias(event, level)
        if event.anchor is not None:
            self._anchors[event.anchor] = _Built(value, self._nodes - before + 1, depth)
        return value, depth

    def _alias(self, event: Any, level: int) -> tuple[Any, int]:
        """The value of an anchor that is complete."""
        built = self._anchors.get(event.anchor)
        if built is None:
            raise Broken(f"has an alias {shown(event.anchor)} without an anchor before it")
        self._nodes += built.nodes
        if self._nodes > MAX_NODES:
            raise Broken(f"stands for more than {MAX_NODES} nodes")
        if level + built.depth > MAX_DEPTH:
            raise Broken(f"is nested deeper than {MAX_DEPTH} levels")
        return built.value, built.depth

    def _list(self, event: Any, level: int) -> tuple[list[Any], int]:
        """A sequence, whose start was `event`."""
        if event.tag not in _LIST_TAGS:
            raise Broken(f"has the tag {shown(event.tag)}, which is not read here")
        self._anchors.pop(event.anchor, None)
        found: list[Any] = []
        deepest = 0
        while type(event := self._next()) is not yaml.SequenceEndEvent:
            value, depth = self._build(event, level + 1)
            found.append(value)
            deepest = max(deepest, depth)
        return found, deepest + 1

    def _map(self, event: Any, level: int) -> tuple[Any, int]:
        """A mapping, whose start was `event`."""
        tag = event.tag
        if tag not in _MAP_TAGS:
            raise Broken(f"has the tag {shown(tag)}, which is not read here")
        self._anchors.pop(event.anchor, None)
        found: dict[str, Any] = {}
        deepest = 0
        while type(event := self._next()) is not yaml.MappingEndEvent:
            key, _ = self._build(event, level + 1)
            if key == "<<" and event.implicit[0]:
                raise Broken("has a merge key '<<', which is not read here")
            if isinstance(key, int):
                key = str(key)
            if not isinstance(key, str):
                raise Broken("has a key that is no string")
            found[key], depth = self._build(self._next(), level + 1)
            deepest = max(deepest, depth)
        if tag == _FILE:
            return _first(found.get("state")), deepest + 1
        if tag == _ITERATOR:
            return _first(found.get("args")), deepest + 1
        return found, deepest + 1


def _first(value: Any) -> Any:
    """What an object of Python's was made of: the first of its arguments."""
    return value[0] if isinstance(value, list) and value else None


def _scalar(event: Any) -> Any:
    """The value of a scalar."""
    text: str = event.value
    tag = event.tag
    if tag is None or tag == "!":
        if tag is None and event.implicit[0]:
            if text in _NULLS:
                return None
            if _WHOLE.fullmatch(text):
                return int(text)
        return text
    if tag == _TAG + "binary":
        try:
            return base64.b64decode("".join(text.split()), validate=True)
        except (binascii.Error, ValueError):
            return Body(problem="the recorded base64 is broken or truncated")
    if tag == _TAG + "int":
        if not _WHOLE.fullmatch(text):
            raise Broken(f"has {shown(text)} for a whole number")
        return int(text)
    if tag == _TAG + "null":
        return None
    if tag not in _TEXT_TAGS:
        raise Broken(f"has the tag {shown(tag)}, which is not read here")
    return text
