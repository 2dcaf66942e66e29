"""Reports as Markdown, for pages and pull requests: tables of findings, verdicts and coverage."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from pytest_speechcustom.engine.report import Report
from pytest_speechcustom.reports.digest import (
    BASES,
    INCOMPLETE,
    VERDICTS,
    Group,
    Service,
    baseline,
    cited,
    counts,
    documents_of,
    exercised,
    groups,
    place,
    plain,
)

_MARKUP = re.compile(r"([\\`*_\[\]<|~&])")
_MOST = 300


def report(report: Report, dimensions: Mapping[str, str]) -> str:
    """A report: headline, findings by rule, verdicts by dimension, coverage."""
    found = groups(report)
    lines = [f"# {report.verdict.upper()}: {cell(report.service)}", "", f"{counts(report)}.", ""]
    lines += [f"**{INCOMPLETE.capitalize()}.**", ""] if report.verdict == "error" else []
    lines += ["## Findings", ""]
    lines += _findings(found) if found else ["None."]
    lines += ["", *(f"* {cell(line)}" for line in baseline(report))] if report.accepted else []
    lines += ["", "## Rules", "", *_verdicts(report, dimensions), "", "## Coverage"]
    for kind, covered in report.coverage.items():
        # Of operations and states all are listed, of the others those that were seen.
        title = exercised(covered) if kind in ("operations", "states") else f"{len(covered)} seen"
        lines += ["", f"### {kind.capitalize()}: {title}", ""]
        rows = [[cell(name), str(times)] for name, times in covered.items()]
        lines += table([kind, "times"], rows) if rows else ["None."]
    return "\n".join(lines) + "\n"


def services(services: Sequence[Service]) -> str:
    """The contracts as a table, then the documents that they cite."""
    rows = [
        [cell(each.id), cell(each.title), ", ".join(cell(name) for name, _ in each.documents)]
        + [str(number) for number in (each.operations, each.states, each.total)]
        + [str(each.rules[basis]) for basis in BASES]
        for each in services
    ]
    documents = [[cell(name), cell(title)] for name, title in documents_of(services).items()]
    heads = ["service", "title", "documents", "operations", "states", "rules", *BASES]
    lines = ["# Services", "", *table(heads, rows), "", "## Documents", "", *table(["document", "title"], documents)]
    return "\n".join(lines) + "\n"


def _findings(found: Sequence[Group]) -> list[str]:
    rows = []
    for group in found:
        first = group.first
        last = place(group.last) if place(group.last) != place(first) else ""
        told = [first.message, first.seen, first.allowed, place(first), last, cited(first.source)]
        rows.append([first.level, cell(first.rule), first.side, group.often, *map(cell, told)])
    heads = ["level", "rule", "side", "times", "message", "seen", "allowed", "first", "last", "source"]
    lines = table(heads, rows)
    others = [each for group in found for each in group.others]
    if others:
        lines += ["", "Other findings of these rules:", ""]
        rows = [[cell(text) for text in (each.rule, place(each), each.message, each.allowed)] for each in others]
        lines += table(["rule", "where", "message", "allowed"], rows)
    more = sum(group.more for group in found)
    lines += ["", f"{more} more are in the JSON report."] if more else []
    repeats = [group.first for group in found if group.first.curl]
    if repeats:
        lines += ["", "To repeat the first request of each:"]
    for first in repeats:
        line = plain(first.curl, None)
        fence = "`" * max(3, 1 + max(map(len, re.findall("`+", line)), default=0))
        lines += ["", f"{cell(first.rule)} ({first.level})", "", f"{fence}sh", line, fence]
    return lines


def _verdicts(report: Report, dimensions: Mapping[str, str]) -> list[str]:
    counted: dict[str, dict[str, int]] = {}
    for requirement in report.requirements:
        row = counted.setdefault(dimensions.get(requirement.rule, "other"), dict.fromkeys(VERDICTS, 0))
        row[requirement.verdict] += 1
    rows = [[cell(name), *(str(row[verdict]) for verdict in VERDICTS)] for name, row in sorted(counted.items())]
    rows.append(["all", *(str(sum(row[verdict] for row in counted.values())) for verdict in VERDICTS)])
    return table(["dimension", *(verdict.replace("-", " ") for verdict in VERDICTS)], rows)


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """The lines of a table; what stands in the rows has gone through `cell`."""
    return [_row(heads), _row(["---"] * len(heads)), *map(_row, rows)]


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def cell(text: str) -> str:
    """Text that is no markup and stays in its cell."""
    return _MARKUP.sub(r"\\\1", plain(text, _MOST))
