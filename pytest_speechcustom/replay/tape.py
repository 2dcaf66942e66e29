"""Recorded exchanges, found by what was asked, and played in an order that makes sense to a client.

The same request plays its answers in the order of the recording. A call that changes something moves its resource on:
what was answered before it is not played after it, and what was answered after it is not played before, unless the
resource is on its way by itself and a client that polls would wait for ever. The last answer repeats, if it is at rest.
Between resources that have nothing to do with each other no order is kept.

A look-up costs the same however long the tape is: by a dictionary, and by bisection in lists of numbers.
"""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from pytest_speechcustom.replay.normal import ANY, Difference, Normal, differences, goes_with
from pytest_speechcustom.values import Exchange, Response

_READS: Final = ("GET", "HEAD", "OPTIONS")
_NONE: Final = -1
_Key = tuple[tuple[str, object], ...]


@dataclass(frozen=True, slots=True)
class Missing:
    """Why there is no answer: `reason` in words, the nearest recorded request, and where it differs."""

    reason: str
    nearest: int | None = None
    differences: tuple[Difference, ...] = ()


@dataclass(slots=True)
class _Answers:
    """The numbers of the recorded answers to one request, and which of them was played last."""

    path: str
    reads: bool
    numbers: list[int] = field(default_factory=list)
    place: int = _NONE  # in `numbers`


class _Writes:
    """Which calls that change something bear on a path: those at it or below it, and those on what it is part of."""

    def __init__(self) -> None:
        self.at: dict[str, list[int]] = {}
        self.below: dict[str, list[int]] = {}
        self._last_at: dict[str, int] = {}
        self._last_below: dict[str, int] = {}

    def add(self, path: str, number: int) -> None:
        self.at.setdefault(path, []).append(number)
        for above in _upwards(path):
            self.below.setdefault(above, []).append(number)

    def played(self, path: str, number: int) -> None:
        self._last_at[path] = max(number, self._last_at.get(path, _NONE))
        for above in _upwards(path):
            self._last_below[above] = max(number, self._last_below.get(above, _NONE))

    def last(self, path: str) -> int:
        """The number of the last one that was played."""
        above = max((self._last_at.get(each, _NONE) for each in _upwards(path)), default=_NONE)
        return max(above, self._last_below.get(path, _NONE))

    def between(self, path: str, first: int, end: int) -> Iterator[int]:
        """Those recorded after number `first` and before number `end`."""
        for listed in (self.below.get(path, ()), *(self.at.get(each, ()) for each in _upwards(path))):
            for number in listed[bisect_right(listed, first) :]:
                if number >= end:
                    break
                yield number


class Tape:
    """The exchanges of one cassette.

    `normals` are their requests in normal form. `moving` tells of a request and its answer whether the resource was on
    its way by itself.
    """

    def __init__(
        self, exchanges: Sequence[Exchange], normals: Sequence[Normal], moving: Callable[[Normal, Response], bool]
    ) -> None:
        self.exchanges, self.normals = exchanges, normals
        self._moving = moving
        self._lock = threading.Lock()
        self._answers: dict[object, _Answers] = {}
        self._wild: dict[frozenset[str], dict[_Key, list[Normal]]] = {}
        self._writes = _Writes()
        self._played = bytearray(len(exchanges))
        for number, (exchange, normal) in enumerate(zip(exchanges, normals, strict=True)):
            if exchange.response is None:
                continue  # nothing was answered: there is nothing to play
            reads = normal.method in _READS
            path = normal.path.rstrip("/")
            if normal.key not in self._answers:
                self._answers[normal.key] = _Answers(path, reads)
                wild = frozenset(name for name, value in normal.key if isinstance(value, str) and ANY in value)
                if wild:
                    self._wild.setdefault(wild, {}).setdefault(_without(normal, wild), []).append(normal)
            self._answers[normal.key].numbers.append(number)
            if not reads:
                self._writes.add(path, number)

    @property
    def unplayed(self) -> tuple[int, ...]:
        """The numbers of what was not played so far."""
        return tuple(number for number, played in enumerate(self._played) if not played)

    def find(self, normal: Normal) -> int | Missing:
        """The number of the answer that `play` would give now."""
        with self._lock:
            answers = self._of(normal)
            if answers is None:
                return self._nearest(normal)
            place = self._next(answers)
            return place if isinstance(place, Missing) else answers.numbers[place]

    def play(self, normal: Normal) -> int | Missing:
        """The number of the answer, which is played with that."""
        with self._lock:
            answers = self._of(normal)
            if answers is None:
                return self._nearest(normal)
            place = self._next(answers)
            if isinstance(place, Missing):
                return place
            answers.place = place
            number = answers.numbers[place]
            self._played[number] = 1
            if not answers.reads:
                self._writes.played(answers.path, number)
            return number

    def _of(self, sent: Normal) -> _Answers | None:
        """The answers to a request: to the same one, else to one in which something was scrubbed."""
        answers = self._answers.get(sent.key)
        if answers is not None:
            return answers
        for wild, recorded in self._wild.items():
            for normal in recorded.get(_without(sent, wild), ()):
                if all(goes_with(normal.places[name], sent.places.get(name)) for name in wild):
                    return self._answers[normal.key]
        return None

    def _next(self, answers: _Answers) -> int | Missing:
        numbers, place = answers.numbers, answers.place
        if not answers.reads:
            if place + 1 < len(numbers):
                return place + 1
            return Missing(f"all {len(numbers)} recorded answers to it were played, and it changes something")
        after = bisect_right(numbers, self._writes.last(answers.path))
        following = max(place + 1, after if after < len(numbers) else 0)
        if following >= len(numbers):
            if self._is_moving(numbers[place]):
                return Missing("the recording ends before what it polls came to rest", numbers[place])
            return place
        if place == _NONE or following > place + 1 or self._is_moving(numbers[place]):
            return following
        ahead = self._writes.between(answers.path, numbers[place], numbers[following])
        return place if any(not self._played[number] for number in ahead) else following

    def _is_moving(self, number: int) -> bool:
        response = self.exchanges[number].response
        return response is not None and self._moving(self.normals[number], response)

    def _nearest(self, sent: Normal) -> Missing:
        """The recorded request with the fewest differences; among those of the same operation if there are any."""
        if not self.normals:
            return Missing("the cassette is empty")
        same = [number for number, each in enumerate(self.normals) if _call(each) == _call(sent)]
        found = [(number, differences(self.normals[number], sent)) for number in same or range(len(self.normals))]
        number, differing = min(found, key=lambda each: (len(each[1]), each[0]))
        reason = "it differs from every recorded request" if same else "no request of this kind was recorded"
        return Missing(reason, number, tuple(differing))


def _without(normal: Normal, names: frozenset[str]) -> _Key:
    return tuple(pair for pair in normal.key if pair[0] not in names)


def _call(normal: Normal) -> tuple[object, object]:
    return normal.method, normal.places.get("operation", normal.places.get("path"))


def _upwards(path: str) -> Iterator[str]:
    """A path and those above it."""
    yield path
    while "/" in path:
        path = path.rpartition("/")[0]
        if path:
            yield path
