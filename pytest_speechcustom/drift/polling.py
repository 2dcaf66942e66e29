"""Work that does not begin: a resource that is read again and again in the state it was made in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pytest_speechcustom.contracts.model import Contract, Lifecycle, Operation, Resource, Touch
from pytest_speechcustom.engine.history import id_of
from pytest_speechcustom.engine.text import at
from pytest_speechcustom.values import Exchange, Source

PATIENCE = 3600.0
"""After how many seconds in its first state work is taken not to begin. No document gives a limit."""
FEWEST = 2
"""How often it must have been read in that time."""
_MOST = 10_000


@dataclass(frozen=True, slots=True)
class Wait:
    """A resource in its first state: since which exchange, how often it was read, and until when."""

    resource: str
    id: str
    status: str
    pointer: str
    source: Source
    index: int
    exchange: Exchange
    operation: Operation
    times: int = 1
    until: float | None = None

    @property
    def seconds(self) -> float | None:
        """How long it was read so; ``None`` where the traffic does not tell."""
        started = self.exchange.started
        return None if started is None or self.until is None else self.until - started


@dataclass(slots=True)
class Waits:
    """Who is waiting, of one history. Of more than ten thousand at once the last are not looked at."""

    contract: Contract
    _waiting: dict[tuple[str, str, str], Wait] = field(default_factory=dict)

    def look(
        self, index: int, exchange: Exchange, operation: Operation, variables: Mapping[str, str], answered: Any
    ) -> None:
        """Enter every entity in the answer to a call."""
        for touch in self.contract.touches:
            resource = self.contract.resources[touch.resource]
            if touch.operation != operation.id or resource.lifecycle is None:
                continue
            for pointer, entity in _entities(touch, answered):
                id_ = variables.get(touch.id, "") if touch.role in ("read", "update") else _id(resource, entity)
                status = at(entity, resource.lifecycle.status)
                if id_ and isinstance(status, str):
                    key = (resource.name, variables.get(resource.parent or "", ""), id_)
                    wait = Wait(resource.name, id_, status, pointer + resource.lifecycle.status,
                                resource.lifecycle.states[0].source, index, exchange, operation)  # fmt: skip
                    self._enter(key, resource.lifecycle, wait)

    def _enter(self, key: tuple[str, str, str], lifecycle: Lifecycle, wait: Wait) -> None:
        known = self._waiting.get(key)
        if wait.status not in _first(lifecycle):
            self._waiting.pop(key, None)
        elif known is not None:
            self._waiting[key] = replace(known, times=known.times + 1, until=wait.exchange.started)
        elif len(self._waiting) < _MOST:
            self._waiting[key] = wait

    def long(self) -> Iterator[Wait]:
        """Who was still waiting at the end, and for too long as far as is known: times may be missing."""
        for wait in self._waiting.values():
            if wait.times >= FEWEST and (wait.seconds is None or wait.seconds >= PATIENCE):
                yield wait


def _first(lifecycle: Lifecycle) -> set[str]:
    """The statuses in which work has not begun: those a resource is made in, that it leaves by itself for good."""
    left = {move.origin for move in lifecycle.by_itself} - {move.target for move in lifecycle.by_itself}
    return {state.status for state in lifecycle.states if state.name in lifecycle.initial and state.name in left}


def _entities(touch: Touch, answered: Any) -> Iterator[tuple[str, Any]]:
    for pointer in touch.at:
        found = at(answered, pointer)
        if isinstance(found, list):
            yield from ((f"{pointer}/{place}", each) for place, each in enumerate(found) if isinstance(each, dict))
            return
        if isinstance(found, dict):
            yield pointer, found
            return


def _id(resource: Resource, entity: Any) -> str:
    named = entity.get(resource.identity)
    return id_of(named) if resource.by_url else named if isinstance(named, str) else ""
