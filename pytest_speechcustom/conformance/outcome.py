"""What came out of a run, as values: of a group of probes, and of all groups of a service together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

from pytest_speechcustom.baseline import Baseline, accept
from pytest_speechcustom.conformance import rules
from pytest_speechcustom.conformance.joining import joined
from pytest_speechcustom.conformance.session import Gap
from pytest_speechcustom.contracts.model import Contract
from pytest_speechcustom.engine.report import Report, Requirement
from pytest_speechcustom.values import Verdict

Word = Literal["conformant", "not conformant", "partial", "broken off"]
NEVER: Mapping[str, str] = {
    "response.body.unread": "no request asks for a body that cannot be read; it is only ever violated",
    "model.train.conflict-idle": "that a model was busy can be seen afterwards only; it is only ever violated",
}
"""Rules that no probe can see satisfied, and why."""


@dataclass(frozen=True, slots=True)
class History:
    """The shortest history that shows a finding, and can be done again: as curl lines, and as the source of a test.

    No test (empty), where only who knows the data that was sent can say what is wrong.
    """

    curl: tuple[str, ...]
    pytest: str


@dataclass(frozen=True, slots=True)
class GroupOutcome:
    """What one group found. `histories` has the shortest history of each rule that was broken."""

    group: str
    report: Report
    gaps: tuple[Gap, ...] = ()
    histories: Mapping[str, History] = field(default_factory=dict)
    broken_off: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A dimension: how many of its rules got which verdict."""

    dimension: str
    counts: Mapping[Verdict, int]

    @property
    def total(self) -> int:
        """All rules of the dimension."""
        return sum(self.counts.values())

    @property
    def rank(self) -> tuple[float, float]:
        """What the lowest row is lowest by: a violated rule first, then the share of satisfied ones."""
        return (-self.counts["violated"] / self.total, self.counts["satisfied"] / self.total)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What all groups of a service found together. `missing` are the groups that did not run."""

    contract: Contract
    target: str
    report: Report
    groups: tuple[GroupOutcome, ...]
    missing: tuple[str, ...]
    word: Word
    rows: tuple[Row, ...]
    reasons: Mapping[str, str]
    left: tuple[str, ...] = ()

    @property
    def lowest(self) -> Row:
        """The headline: never an average."""
        return min(self.rows, key=lambda row: row.rank)

    @property
    def broken_off(self) -> str:
        """Why the run ended before its time; empty: it did not."""
        return next((each.broken_off for each in self.groups if each.broken_off), _nothing(self.groups))

    def accepting(self, baseline: Baseline, today: date) -> Outcome:
        """The same without the findings that a baseline accepts. The table and the verdict in a word stay as they are.

        What is accepted is still no conformance. A run that broke off, or left groups out, finds no entry unused.
        """
        if self.broken_off:
            return self
        known = {rule.id: rule.side for rule in (*self.contract.rules.values(), *rules.rules_of(self.contract))}
        report = accept(self.report, baseline, today, side="server", whole=not self.missing, known=known)
        return replace(self, report=report, groups=tuple(_accepting(each, baseline, today) for each in self.groups))


def _accepting(outcome: GroupOutcome, baseline: Baseline, today: date) -> GroupOutcome:
    report = accept(outcome.report, baseline, today, side="server", whole=False)
    left = {finding.rule for finding in report.findings}
    histories = {rule: history for rule, history in outcome.histories.items() if rule in left}
    return replace(outcome, report=report, histories=histories)


def together(
    contract: Contract, target: str, outcomes: Sequence[GroupOutcome], planned: Iterable[str], left: Sequence[str] = ()
) -> Outcome:
    """All that was found of a service. `planned` are the groups of a whole run, `left` is what could not be deleted."""
    ran = {each.group for each in outcomes}
    missing = tuple(name for name in planned if name not in ran)
    report = _merged(contract, outcomes)
    server = report.requirements
    reasons = _reasons(server, outcomes, missing)
    return Outcome(
        contract, target, report, tuple(outcomes), missing, _word(report, server, reasons, missing, outcomes),
        _rows(contract, server), reasons, tuple(left),
    )  # fmt: skip


def _nothing(outcomes: Sequence[GroupOutcome]) -> str:
    """Why the run says nothing: no request succeeded. Empty: it does say something."""
    statuses = [key.rpartition(" ")[2] for each in outcomes for key in each.report.coverage["statuses"]]
    if not outcomes or any(status.startswith("2") for status in statuses):
        return ""
    said = next((gap.reason for each in outcomes for gap in each.gaps), "")
    return "no request succeeded" + (f": {said}" if said else "")


def _merged(contract: Contract, outcomes: Sequence[GroupOutcome]) -> Report:
    """One report of all; exchanges are numbered on from group to group."""
    report = joined(contract, [_placed(each.report, f"group {each.group}") for each in outcomes])
    if _nothing(outcomes) or any(each.broken_off for each in outcomes):
        return replace(report, verdict="error")
    return report


def _placed(report: Report, where: str) -> Report:
    return replace(report, findings=tuple(replace(each, where=where) for each in report.findings))


def _rows(contract: Contract, server: Iterable[Requirement]) -> tuple[Row, ...]:
    dimension = rules.dimensions(contract)
    counted: dict[str, dict[Verdict, int]] = {}
    for each in server:
        row = counted.setdefault(
            dimension[each.rule], dict.fromkeys(("satisfied", "violated", "inconclusive", "not-verified"), 0)
        )
        row[each.verdict] += 1
    return tuple(Row(name, counts) for name, counts in sorted(counted.items()))


def _reasons(server: Iterable[Requirement], outcomes: Sequence[GroupOutcome], missing: Sequence[str]) -> dict[str, str]:
    """Why a rule is undecided, and what would change that."""
    lacks = list(dict.fromkeys(gap.missing or gap.reason for each in outcomes for gap in each.gaps))
    told = [f"not run: {', '.join(missing)}"] if missing else []
    told += [f"it lacks {each}" for each in lacks]
    general = "; ".join(told) or "nothing in this run exercised it"
    return {
        each.rule: NEVER.get(each.rule, general)
        for each in server
        if each.verdict in ("not-verified", "inconclusive")
    }  # fmt: skip


def _word(
    report: Report, server: Sequence[Requirement], reasons: Mapping[str, str], missing: Sequence[str],
    outcomes: Sequence[GroupOutcome],
) -> Word:  # fmt: skip
    """The verdict in a word. Only a whole run, in which every documented rule was decided, can be conformant."""
    if report.verdict == "error":
        return "broken off"
    if report.summary["errors"] or any(each.verdict == "violated" and each.basis == "documented" for each in server):
        return "not conformant"
    open_ = [each for each in server if each.rule in reasons and each.basis == "documented" and each.rule not in NEVER]
    if missing or open_ or any(each.gaps for each in outcomes):
        return "partial"
    return "conformant"
