"""Reports of several histories of one service as one report."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from pytest_speechcustom.contracts.model import Contract
from pytest_speechcustom.engine.report import Report, Requirement
from pytest_speechcustom.values import Finding, Verdict

_NAMED = re.compile(r'"(?:[^"\\]|\\.)*"|\bexchange (\d{1,9})\b')
"""An exchange that a text names. What stands in quotation marks was sent by somebody, and stays as it is."""
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
        findings += [_later(each, before) for each in report.findings]
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


def _later(finding: Finding, before: int) -> Finding:
    """A finding numbered on, and with it what it says of other exchanges."""
    if not before:
        return finding

    def shifted(text: str) -> str:
        return _NAMED.sub(lambda match: f"exchange {int(match[1]) + before}" if match[1] else match[0], text)

    return replace(
        finding, exchange=finding.exchange + before, message=shifted(finding.message), allowed=shifted(finding.allowed),
        seen=shifted(finding.seen),
    )  # fmt: skip


def _both(one: Requirement, other: Requirement) -> Requirement:
    worst = min(one.verdict, other.verdict, key=_WORST.index)
    return replace(one, verdict=worst, observations=one.observations + other.observations)
