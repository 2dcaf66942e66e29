"""What a comparison of two contracts gives: changes, each with its weight for a client, as frozen values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final, Literal, get_args

from pytest_speechcustom.values import Direction, Impact, Source

Topic = Literal["service", "operation", "parameter", "body", "status", "header", "property", "lifecycle", "rule"]

TOPICS: Final[tuple[Topic, ...]] = get_args(Topic)
"""The order in which changes are told."""
_NOWHERE = Source("", "")
IMPACTS: Final[tuple[Impact, ...]] = get_args(Impact)


@dataclass(frozen=True, slots=True)
class Use:
    """A call of a client that a change concerns: how often it was made, and where first."""

    operation: str
    call: str
    times: int
    exchange: int
    where: str


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is not the same in two contracts.

    `topic` and `what` name the kind (``property``, ``gone``), `place` what it is about (``CustomModel.text``). `impact`
    is what it means for a client that goes over, given the `direction`. `operations` are those of the old contract
    that it is about (of the new one, where the old has none); `source` is the document of the newer statement, or of
    the older one where something is gone. `uses` are calls of captured traffic.
    """

    topic: Topic
    what: str
    impact: Impact
    direction: Direction
    place: str
    message: str
    source: Source
    before: str = ""
    after: str = ""
    operations: tuple[str, ...] = ()
    uses: tuple[Use, ...] = ()

    @property
    def kind(self) -> str:
        """Topic and what happened to it: ``property.gone``."""
        return f"{self.topic}.{self.what}"


@dataclass(frozen=True, slots=True)
class Diff:
    """What is different in the contract `new`, seen from `old`. `exchanges` is ``None`` where no traffic was given."""

    old: str
    new: str
    changes: tuple[Change, ...]
    exchanges: int | None = None

    @property
    def breaking(self) -> int:
        """How many changes break a client."""
        return sum(change.impact == "breaking" for change in self.changes)


def merged(changes: Iterable[Change]) -> tuple[Change, ...]:
    """The changes, with those that say the same of several operations made one, in the order of `TOPICS`."""
    found: dict[Change, list[Change]] = {}
    for change in changes:
        found.setdefault(replace(change, operations=(), source=_NOWHERE), []).append(change)
    made = [
        replace(same[0], operations=tuple(dict.fromkeys(name for each in same for name in each.operations)))
        for same in found.values()
    ]
    return tuple(sorted(made, key=lambda change: (TOPICS.index(change.topic), IMPACTS.index(change.impact))))
