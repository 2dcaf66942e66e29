"""Which laws judge an entity, and which of them must be asked again when it has changed.

A law's outcome depends on the values it reads of the entity and on the record. As long as both are what they were,
so is the outcome, and counting it again is enough: services say the same thing over and over.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pytest_speechcustom.engine.laws.outcome import EntityLaw
from pytest_speechcustom.engine.text import at
from pytest_speechcustom.values import ABSENT

Places = frozenset[int]
"""Laws of a panel, by their place in it."""


@dataclass(frozen=True, slots=True)
class Seat:
    """A law in a panel. `number` is that of its rule; `reads` are pointers, ``None`` where it looks at more."""

    number: int
    law: EntityLaw
    reads: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Held:
    """What a panel said of a resource, each outcome as the number to count it by (``None``: not exercised).

    `unsettled` are the laws that may say otherwise when asked again about the very same entity, because what they
    compare with has only just been learned. `again` are all numbers, once the same entity was seen twice in a row.
    """

    said: tuple[int | None, ...]
    unsettled: Places
    again: tuple[int, ...] | None


class Panel:
    """The laws that judge what one kind of call shows of a kind of resource. The first `gates` are asked before all."""

    def __init__(self, gates: Sequence[Seat], others: Sequence[Seat]) -> None:
        """Index the laws by the properties that they read."""
        self.gates = len(gates)
        self.seats = (*gates, *others)
        self.everyone: Places = frozenset(range(len(self.seats)))
        self.nobody: tuple[None, ...] = (None,) * len(self.seats)
        self._always = frozenset(place for place, seat in enumerate(self.seats) if seat.reads is None)
        readers: dict[str, Places] = {}
        for place, seat in enumerate(self.seats):
            for pointer in seat.reads or ():
                readers[pointer] = readers.get(pointer, frozenset()) | {place}
        self._readers: dict[str, list[tuple[str, Places]]] = {}
        for pointer, places in readers.items():
            self._readers.setdefault(pointer.split("/")[1], []).append((pointer, places))

    def concerned(self, before: dict[str, Any], now: dict[str, Any]) -> Places:
        """The laws that read what differs between two pictures of an entity."""
        found = self._always
        for name, readers in self._readers.items():
            if before.get(name, ABSENT) != now.get(name, ABSENT):
                for pointer, places in readers:
                    if at(before, pointer) != at(now, pointer):
                        found |= places
        return found


def counted(said: Iterable[int | None]) -> list[int]:
    """The numbers of the rules that were exercised."""
    return [number for number in said if number is not None]
