"""The shortest history that shows a finding: exchanges are left out as long as the checker still says the same."""

from __future__ import annotations

from collections.abc import Sequence

from pytest_speechcustom.contracts.model import Contract
from pytest_speechcustom.engine.checker import Checker
from pytest_speechcustom.values import Exchange, Finding

_MOST_TRIALS = 150


def shortest(contract: Contract, exchanges: Sequence[Exchange], finding: Finding) -> tuple[Exchange, ...]:
    """The exchanges that are needed for a finding, its own last. Nothing is sent: what was recorded is judged again."""
    last = exchanges[finding.exchange]
    kept = list(exchanges[: finding.exchange])
    trials = _MOST_TRIALS

    def shows(chosen: Sequence[Exchange]) -> bool:
        checker = Checker(contract, side="server")
        for exchange in (*chosen, last):
            checker.feed(exchange)
        found = checker.report("conformance", final=False).findings
        return any(each.rule == finding.rule and each.exchange == len(chosen) for each in found)

    if not shows(kept):
        return (last,)  # the suite itself judged it, and says so with the exchange alone
    size = max(1, len(kept) // 2)
    while kept and trials > 0:
        place, before = 0, len(kept)
        while place < len(kept) and trials > 0:
            fewer = kept[:place] + kept[place + size :]
            trials -= 1
            if shows(fewer):
                kept = fewer
            else:
                place += size
        if size == 1 and len(kept) == before:
            break
        size = max(1, size // 2)
    return (*kept, last)
