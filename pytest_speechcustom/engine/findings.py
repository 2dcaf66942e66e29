"""Collects what laws say: breaches become findings with place and source, the rest is counted by rule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pytest_speechcustom.contracts.model import Contract, Operation
from pytest_speechcustom.engine.breach import Breach
from pytest_speechcustom.engine.curl import curl, sent
from pytest_speechcustom.engine.report import Report, Requirement
from pytest_speechcustom.secrets import HIDDEN, credentials, is_secret, mask_text
from pytest_speechcustom.values import Exchange, Finding, Rule, Side, Verdict

MOST_FINDINGS = 1000
LONGEST_TEXT = 2000
LONGEST_CURL = 8000


class Findings:
    """The findings and tallies of a run. Memory is bounded: a rule keeps its first thousand findings and its last."""

    def __init__(self, contract: Contract, side: Side | None) -> None:
        """Number the rules, so that counting is cheap."""
        self._contract = contract
        self._side = side
        self._numbers = {rule: number for number, rule in enumerate(contract.rules)}
        self._held = [0] * len(self._numbers)
        self._unsure = [0] * len(self._numbers)
        self._broken = [0] * len(self._numbers)
        self._listed: dict[str, list[Finding]] = {}
        self._last: dict[str, tuple[int, Exchange, Operation | None, Breach, Rule, str | None]] = {}
        self._shown: tuple[Exchange, list[str], str] | None = None
        self._levels = {"error": 0, "warning": 0, "note": 0}
        self.broken = 0
        self.counts = {"requests": 0, "request bodies": 0, "responses": 0, "response bodies": 0, "refusals": 0}

    def number(self, rule: str) -> int:
        """The number of a rule."""
        return self._numbers[rule]

    def tally(self, rule: str, held: bool) -> None:
        """Count an exercise of a rule that held, or could not be decided."""
        self.count((counting(self._numbers[rule], held),))

    def count(self, numbers: Iterable[int]) -> None:
        """Count exercises of rules, each given as `counting` says."""
        held, unsure = self._held, self._unsure
        for number in numbers:
            if number >= 0:
                held[number] += 1
            else:
                unsure[~number] += 1

    def add(
        self, index: int, exchange: Exchange, operation: Operation | None, breach: Breach, resource: str | None
    ) -> None:
        """Enter a broken rule."""
        rule = self._contract.rules[breach.rule]
        self.broken += 1
        if self._side is not None and rule.side != self._side:
            return
        level = breach.level or rule.severity
        if level == "note" and rule.severity != "note":
            self._unsure[self._numbers[rule.id]] += 1  # documents contradict each other there
        else:
            self._broken[self._numbers[rule.id]] += 1
        self._levels[level] += 1
        listed = self._listed.setdefault(rule.id, [])
        if len(listed) < MOST_FINDINGS:
            listed.append(self._finding(index, exchange, operation, breach, rule, resource))
        else:
            self._last[rule.id] = (index, exchange, operation, breach, rule, resource)

    def _finding(
        self, index: int, exchange: Exchange, operation: Operation | None, breach: Breach, rule: Rule,
        resource: str | None,
    ) -> Finding:  # fmt: skip
        known, line = self._request(exchange)
        named = breach.resource or resource
        return Finding(
            rule=f"{self._contract.id}/{rule.id}",
            level=breach.level or rule.severity,
            basis=rule.basis,
            side=rule.side,
            operation=operation.id if operation is not None else None,
            exchange=index if breach.exchange is None else breach.exchange,
            resource=told(named, known) if named else None,
            pointer=told(breach.pointer, known),
            message=told(breach.message, known),
            allowed=told(breach.allowed, known),
            seen=seen(breach, known),
            source=breach.source or rule.source,
            where=exchange.where,
            curl=line,
        )

    def _request(self, exchange: Exchange) -> tuple[list[str], str]:
        """The credentials of a request and the line that repeats it, worked out once for all its findings."""
        if self._shown is None or self._shown[0] is not exchange:
            self._shown = (exchange, *repeated(exchange))
        return self._shown[1], self._shown[2]

    def report(self, mode: str, exchanges: int, coverage: Mapping[str, Mapping[str, int]]) -> Report:
        """All of it, as values, in the order of the exchanges."""
        found = [finding for listed in self._listed.values() for finding in listed]
        found += [self._finding(*last) for last in self._last.values()]
        order = {f"{self._contract.id}/{rule}": number for rule, number in self._numbers.items()}
        found.sort(key=lambda finding: (finding.exchange, order[finding.rule], finding.pointer))
        return Report(
            service=self._contract.id,
            mode=mode,
            verdict="fail" if self._levels["error"] else "pass",
            summary={
                "exchanges": exchanges,
                "errors": self._levels["error"],
                "warnings": self._levels["warning"],
                "notes": self._levels["note"],
            },
            findings=tuple(found),
            requirements=tuple(self._requirement(rule) for rule in self._contract.rules.values()),
            coverage=coverage,
            omitted={
                f"{self._contract.id}/{rule}": self._broken[self._numbers[rule]] - MOST_FINDINGS - 1
                for rule in self._last
                if self._broken[self._numbers[rule]] > MOST_FINDINGS + 1
            },
        )

    def _requirement(self, rule: Rule) -> Requirement:
        number = self._numbers[rule.id]
        held, broken, unsure = self._held[number], self._broken[number], self._unsure[number]
        if rule.law == "wire" and "counts" in rule.args:
            held += max(0, self.counts[rule.args["counts"]] - broken)
        verdict: Verdict = "not-verified"
        if self._side is not None and rule.side != self._side:
            held = broken = unsure = 0
        if broken:
            verdict = "violated"
        elif held:
            verdict = "satisfied"
        elif unsure:
            verdict = "inconclusive"
        return Requirement(rule.id, verdict, held + broken, rule.side, rule.basis, rule.source, rule.text)


def counting(number: int, held: bool) -> int:
    """An exercise of the rule with that number, as a number: turned over where it could not be decided."""
    return number if held else ~number


def repeated(exchange: Exchange) -> tuple[list[str], str]:
    """The credentials of a request, and the line that repeats it without them."""
    request = exchange.request
    known = credentials(request.headers, request.url, sent(request.body))
    return known, told(curl(request, known), known, LONGEST_CURL)


def seen(breach: Breach, known: list[str]) -> str:
    """What was seen, unless the place is one where credentials stand."""
    if is_secret(breach.pointer.rpartition("/")[2]):
        return HIDDEN
    return told(breach.seen, known)


def told(text: str, known: list[str], most: int = LONGEST_TEXT) -> str:
    """A text without credentials, cut to a length that a report can hold a thousand times."""
    text = mask_text(text, known)
    return text if len(text) <= most else text[: most - 1] + "…"
