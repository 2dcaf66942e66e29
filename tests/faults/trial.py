"""Tries one row: walk the service with the change in between, and see what the checker says of it.

`python -m tests.faults.trial` prints what became of every fault and every variant.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from pytest_speechcustom.contracts import load
from pytest_speechcustom.emulator.core import Emulator
from pytest_speechcustom.values import Finding
from tests.faults import azure, variants, video_indexer, watson
from tests.faults.client import Client
from tests.faults.injection import Between
from tests.faults.table import Row
from tests.faults.walks import walk

FAULTS: list[Row] = [*azure.FAULTS, *watson.FAULTS, *video_indexer.FAULTS]
VARIANTS: list[Row] = variants.VARIANTS

Walker = Callable[[str, Between], Client]
"""Walks a service of that id behind a server; whatever walks can be put in the place of `walk`."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a row: how often it was active, and what is wrong on the server's side, notes left out."""

    row: Row
    activated: int
    calls: int
    findings: tuple[Finding, ...]

    @property
    def first(self) -> Finding | None:
        """The first finding of a rule that the row names."""
        named = {f"{self.row.service}/{rule}" for rule in self.row.rules}
        return next((each for each in self.findings if each.rule in named), None)

    @property
    def detected(self) -> bool:
        """Whether the fault was found, by a rule that is about it."""
        return self.first is not None

    def __str__(self) -> str:
        if not self.activated:
            return "never active"
        if self.first is None:
            return "not detected"
        return f"{self.first.rule.partition('/')[2]} ({self.first.level}) after {self.first.exchange + 1} requests"


def tried(row: Row, walker: Walker = walk) -> Outcome:
    """Try a row."""
    server = Between(Emulator(load(row.service)), row.change, row.operations, row.statuses)
    client = walker(row.service, server)
    found = client.checker.report().findings
    mine = tuple(each for each in found if each.side == "server" and each.level != "note")
    return Outcome(row, server.activated, client.calls, mine)


def main() -> None:
    """Print a line for each row, and a count for each kind."""
    _table("fault", map(tried, FAULTS))
    print()
    for outcome in map(tried, VARIANTS):
        errors = sorted({each.rule for each in outcome.findings if each.level == "error"})
        print(f"{outcome.row.id} [variant] {', '.join(errors) or 'no error'}")


def _table(name: str, outcomes: Iterable[Outcome]) -> None:
    counts: Counter[tuple[str, bool]] = Counter()
    for outcome in outcomes:
        counts[outcome.row.kind, outcome.detected] += 1
        print(f"{outcome.row.id} [{name}, {outcome.row.kind}] {outcome}")
    print("\n| class | faults | detected |\n|---|---:|---:|")
    for kind in dict.fromkeys(kind for kind, _ in counts):
        print(f"| {kind} | {counts[kind, True] + counts[kind, False]} | {counts[kind, True]} |")


if __name__ == "__main__":
    main()
