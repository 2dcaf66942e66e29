"""The shortest history that shows a finding: exchanges are left out as long as the checker still says the same.

What is left is enough to be judged again, not to be done again: `closure` adds what that takes.
"""

from __future__ import annotations

from collections.abc import Sequence

from pytest_speechcustom.conformance.closure import Past
from pytest_speechcustom.contracts.model import Contract
from pytest_speechcustom.engine.checker import Checker
from pytest_speechcustom.values import Exchange, Finding

_MOST_TRIALS = 150


def shortest(contract: Contract, exchanges: Sequence[Exchange], finding: Finding) -> list[int]:
    """The places of the exchanges that are needed for a finding, its own last.

    Nothing is sent: what was recorded is judged again.
    """
    last = finding.exchange
    kept = list(range(last))
    trials = _MOST_TRIALS

    def shows(chosen: Sequence[int]) -> bool:
        return _shows(contract, [*(exchanges[place] for place in chosen), exchanges[last]], finding)

    if finding.rule.partition("/")[2] not in contract.rules or not shows(kept):
        return [last]  # the suite itself judged it, and says so with the exchange alone
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
    return [*kept, last]


def repeatable(
    contract: Contract, exchanges: Sequence[Exchange], finding: Finding, kept: Sequence[int] | None = None
) -> tuple[list[Exchange], set[int]]:
    """The shortest history, or that of `kept`, with what it takes to do it again, and which reads have to be awaited.

    Where creations and writes alone would be judged otherwise, the reads about the same things come along.
    """
    past = Past(exchanges[: finding.exchange + 1])
    if kept is None:
        kept = shortest(contract, exchanges, finding)
    places = past.closed(kept)
    if finding.rule.partition("/")[2] in contract.rules and len(places) > len(kept):
        for more in (places, past.closed(kept, reads=True)):
            if _shows(contract, [exchanges[place] for place in more], finding):
                places = more
                break
    awaited = past.awaited(places)
    return [exchanges[place] for place in places], {number for number, at in enumerate(places) if at in awaited}


def _shows(contract: Contract, chosen: Sequence[Exchange], finding: Finding) -> bool:
    checker = Checker(contract, side="server")
    for exchange in chosen:
        checker.feed(exchange)
    found = checker.report("conformance", final=False).findings
    return any(each.rule == finding.rule and each.exchange == len(chosen) - 1 for each in found)
