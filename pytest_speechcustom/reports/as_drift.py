"""A report of drift as text and Markdown: what changed, what was as documented, what nobody saw."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

from pytest_speechcustom.engine.report import Report
from pytest_speechcustom.reports.as_markdown import cell, table
from pytest_speechcustom.reports.as_text import paint
from pytest_speechcustom.reports.digest import baseline, cited, count, place, plain
from pytest_speechcustom.values import Finding, Impact, Shift, Verdict

IMPACTS: tuple[Impact, ...] = get_args(Impact)
_COLOURS = {"breaking": "error", "additive": "note", "cosmetic": "note"}
_NO_SHIFT = Shift("breaking", "response", "")
_MOST_NAMED = 6


def text(report: Report, *, colour: bool = False) -> str:
    """For people: each drift with what it means, where it was seen first, and what was documented."""
    blocks = ["\n".join(_lines(finding, colour)) for finding in report.findings]
    return "\n\n".join([*blocks, "\n".join(_summary(report, colour))]) + "\n"


def markdown(report: Report) -> str:
    """For pages: a table of the drift, then what was observed and what was not."""
    lines = [f"# {cell(_headline(report))}", "", "## Drift", ""]
    heads = ["impact", "direction", "kind", "place", "message", "seen", "documented", "times", "first", "source"]
    rows = []
    for finding in report.findings:
        shift = finding.shift or _NO_SHIFT
        told = [
            shift.impact,
            shift.direction,
            finding.rule,
            shift.place,
            finding.message,
            finding.seen,
            finding.allowed,
        ]
        rows.append([cell(each) for each in (*told, str(shift.times), place(finding), cited(finding.source))])
    lines += table(heads, rows) if rows else ["None in what was observed."]
    lines += ["", "## Observed", "", *(f"* {cell(line)}" for line in _observed(report))]
    return "\n".join(lines) + "\n"


def _lines(finding: Finding, colour: bool) -> list[str]:
    shift = finding.shift or _NO_SHIFT
    head = paint(_COLOURS[shift.impact], shift.impact.upper(), colour)
    basis = "" if finding.basis == "documented" or shift.impact != "breaking" else ", no document promises otherwise"
    told = {
        "first": place(finding),
        "seen": finding.seen,
        "was": finding.allowed,
        "source": cited(finding.source),
    }
    return [
        f"{head} {finding.rule} ({shift.direction}, {count(shift.times, 'time')}{basis})",
        f"  {plain(shift.place)}: {plain(finding.message)}",
        *(f"  {name:<8} {plain(value)}" for name, value in told.items() if value),
    ]


def _headline(report: Report) -> str:
    shown = [finding.shift.impact for finding in report.findings if finding.shift]
    counts = ", ".join(f"{shown.count(impact)} {impact}" for impact in IMPACTS)
    told = "DRIFT" if shown else "NO DRIFT OBSERVED"
    return f"{told} {report.service}: {count(report.summary['exchanges'], 'exchange')}, {counts}"


def _summary(report: Report, colour: bool) -> list[str]:
    headline = _headline(report)
    return [paint(report.verdict, headline, colour), *(f"  {plain(line)}" for line in _observed(report))]


def _observed(report: Report) -> list[str]:
    """What can be said of the parts of the contract; the rest was not observed, which is no verdict."""
    lines = []
    for title, prefix in (("operations", "drift.operation."), ("lifecycles", "drift.lifecycle.")):
        names: dict[Verdict, list[str]] = {}
        for requirement in report.requirements:
            if requirement.rule.startswith(prefix):
                names.setdefault(requirement.verdict, []).append(requirement.rule.removeprefix(prefix))
        words: tuple[tuple[Verdict, str], ...] = (
            ("satisfied", "as documented"),
            ("violated", "with drift"),
            ("inconclusive", "could not check"),
            ("not-verified", "not observed"),
        )
        told = [f"{len(names[verdict])} {word}{_named(names[verdict])}" for verdict, word in words if verdict in names]
        if told:
            lines.append(f"{title}: {'; '.join(told)}")
    lines += [f"properties: {_properties(report.coverage.get('properties', {}))}"]
    for reason, times in report.coverage.get("could not check", {}).items():
        lines.append(f"could not check: {reason} ({count(times, 'time')})")
    return lines + baseline(report)


def _named(names: list[str]) -> str:
    return f" ({', '.join(names)})" if len(names) <= _MOST_NAMED else ""


def _properties(seen: Mapping[str, int]) -> str:
    inner = {name: times for name, times in seen.items() if "." in name}
    missing = [name for name, times in inner.items() if not times]
    return f"{len(inner) - len(missing)} seen, {len(missing)} not observed{_named(missing) if missing else ''}"
