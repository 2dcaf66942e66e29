"""What drift was seen: each kind at each place once, with the first exchange that shows it and how often it came."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import get_args

from pytest_speechcustom.contracts.model import Contract, Operation
from pytest_speechcustom.drift import kinds
from pytest_speechcustom.drift.kinds import Kind
from pytest_speechcustom.engine.breach import Breach
from pytest_speechcustom.engine.findings import repeated, seen, told
from pytest_speechcustom.values import Exchange, Finding, Impact, Level, Shift, Source

_ORDER: tuple[Impact, ...] = get_args(Impact)
MOST = 10_000
"""How many different places are told apart; what comes after that many is counted only."""


@dataclass(slots=True)
class Sightings:
    """Collects drift of one contract. Memory is bounded by `MOST`."""

    contract: Contract
    left_out: int = 0
    _found: dict[tuple[str, str, str], Finding] = field(default_factory=dict)

    def add(
        self, kind: Kind, place: str, index: int, exchange: Exchange, operation: Operation | None, breach: Breach,
        *, documented: bool = True,
    ) -> None:  # fmt: skip
        """Enter what a breach shows at a place."""
        key = (kind.id, place, breach.seen if kind in kinds.EACH else "")
        known = self._found.get(key)
        if known is not None and known.shift is not None:
            self._found[key] = replace(known, shift=replace(known.shift, times=known.shift.times + 1))
            return
        if len(self._found) == MOST:
            self.left_out += 1
            return
        secrets, line = repeated(exchange)
        self._found[key] = Finding(
            rule=f"{self.contract.id}/drift.{kind.id}",
            level=_level(kind, documented),
            basis="documented" if documented else "inferred",
            side="server",
            operation=operation.id if operation is not None else None,
            exchange=index,
            resource=told(breach.resource, secrets) if breach.resource else None,
            pointer=told(breach.pointer, secrets),
            message=told(breach.message, secrets),
            allowed=told(breach.allowed, secrets),
            seen=seen(breach, secrets),
            source=breach.source or (operation.source if operation is not None else self._of_paths),
            where=exchange.where,
            curl=line,
            shift=Shift(kind.impact, kind.direction, told(place, secrets)),
        )

    @property
    def _of_paths(self) -> Source:
        """Where the operations are documented: the source of what is said of a call that is none of them."""
        return self.contract.rules["request.path"].source

    def findings(self) -> tuple[Finding, ...]:
        """All of it, what breaks first, in the order in which it was first seen."""
        return tuple(sorted(self._renamed(), key=lambda each: (_ORDER.index(impact_of(each)), each.exchange)))

    def _renamed(self) -> Iterator[Finding]:
        """A property that is missing where another is new, at the same exchange, has another name."""
        added: dict[tuple[str, int], list[str]] = {}
        for (kind, place, _), finding in self._found.items():
            if kind == kinds.ADDED.id:
                holder, _, name = place.rpartition(".")
                added.setdefault((holder, finding.exchange), []).append(name)
        for (kind, place, _), finding in self._found.items():
            new = added.get((place.rpartition(".")[0], finding.exchange))
            if kind == kinds.REMOVED.id and new:
                rule = f"{self.contract.id}/drift.{kinds.RENAMED.id}"
                message = (
                    f"{finding.message}; {', '.join(sorted(new))} {'is' if len(new) == 1 else 'are'} there instead"
                )
                yield replace(finding, rule=rule, message=message)
            else:
                yield finding


def impact_of(finding: Finding) -> Impact:
    """What a finding of drift means for a client."""
    return finding.shift.impact if finding.shift is not None else "breaking"


def _level(kind: Kind, documented: bool) -> Level:
    """What breaks a client is an error if a document has promised otherwise."""
    if kind.impact != "breaking":
        return "note"
    return "error" if documented else "warning"
