"""Reports of several histories of one service as one report."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from pytest_speechcustom.contracts.model import Contract
from pytest_speechcustom.engine.report import Report, Requirement
from pytest_speechcustom.values import Finding, Verdict

_WORST: tuple[Verdict, ...] = ("violated", "satisfied", "inconclusive", "not-verified")


def joined(contract: Contract, reports: Iterable[Report]) -> Report:
    """One report of all; exchanges are numbered on from one to the next. What one violated is violated."""
    findings: list[Finding] = []
    summary = dict.fromkeys(("exchanges", "errors", "warnings", "notes"), 0)
    coverage: dict[str, dict[str, int]] = {"operations": {}, "statuses": {}, "states": {}, "transitions": {}}
    verdicts: dict[str, Requirement] = {}
    omitted: dict[str, int] = {}
    for report in reports:
        before = summary["exchanges"]
        findings += [replace(each, exchange=each.exchange + before) for each in report.findings]
        for name, count in report.summary.items():
            summary[name] += count
        for kind, covered in report.coverage.items():
            for name, count in covered.items():
                coverage[kind][name] = coverage[kind].get(name, 0) + count
        for name, count in report.omitted.items():
            omitted[name] = omitted.get(name, 0) + count
        for each in report.requirements:
            verdicts[each.rule] = _both(verdicts[each.rule], each) if each.rule in verdicts else each
    return Report(
        contract.id, "conformance", "fail" if summary["errors"] else "pass", summary,
        tuple(findings), tuple(verdicts.values()), coverage, omitted,
    )  # fmt: skip


def _both(one: Requirement, other: Requirement) -> Requirement:
    worst = min(one.verdict, other.verdict, key=_WORST.index)
    return replace(one, verdict=worst, observations=one.observations + other.observations)
