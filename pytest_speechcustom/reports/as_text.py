"""Reports as text, for people: what broke which rule, where first and last, and what the document says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pytest_speechcustom.engine.report import Report
from pytest_speechcustom.reports.digest import (
    BASES,
    INCOMPLETE,
    Group,
    Service,
    baseline,
    cited,
    count,
    counts,
    documents_of,
    exercised,
    groups,
    place,
    plain,
    verdicts,
)

_COLOURS = {"error": "31", "warning": "33", "note": "36", "fail": "31", "pass": "32"}
_INDENT = "  "


def report(report: Report, *, colour: bool = False) -> str:
    """A report: the broken rules, then the summary."""
    blocks = [_group(group, colour) for group in groups(report)]
    return "\n\n".join([*blocks, _summary(report, colour)]) + "\n"


def services(services: Sequence[Service]) -> str:
    """The contracts as a table, then the titles of the documents that they cite."""
    rows = [["service", "operations", "states", "rules", *BASES, "documents", "title"]]
    for each in services:
        numbers = [each.operations, each.states, each.total, *(each.rules[basis] for basis in BASES)]
        rows.append([each.id, *map(str, numbers), ", ".join(name for name, _ in each.documents), each.title])
    documents = [["document", "title"], *([name, title] for name, title in documents_of(services).items())]
    return "\n".join([*_table(rows), "", *_table(documents)]) + "\n"


def _group(group: Group, colour: bool) -> str:
    first, last = group.first, group.last
    lines = [
        f"{paint(first.level, first.level.upper(), colour)} {first.rule} ({first.side}, {group.often})",
        _INDENT + plain(first.message),
    ]
    places = [("first" if group.times > 1 else "where", place(first))]
    if place(last) != place(first):
        places.append(("last", place(last)))
    told = [*places, ("seen", first.seen), ("allowed", first.allowed), ("source", cited(first.source))]
    told += [("also", f"{place(each)}: {each.message}; allowed: {each.allowed}") for each in group.others]
    if group.more:
        told.append(("also", f"{group.more} others (--format json lists all)"))
    lines += [f"{_INDENT}{name:<8} {plain(value)}" for name, value in told]
    if first.curl:
        lines.append(f"{_INDENT}{'repeat':<8} {plain(first.curl, None)}")
    return "\n".join(lines)


def _summary(report: Report, colour: bool) -> str:
    tally = ", ".join(f"{number} {verdict.replace('-', ' ')}" for verdict, number in verdicts(report).items())
    incomplete = [_INDENT + INCOMPLETE] if report.verdict == "error" else []
    return "\n".join(
        [
            f"{paint(report.verdict, report.verdict.upper(), colour)} {report.service}: {counts(report)}",
            *incomplete,
            f"{_INDENT}rules: {tally}",
            f"{_INDENT}operations: {exercised(report.coverage.get('operations', {}))} exercised",
            f"{_INDENT}states seen: {_states(report.coverage.get('states', {}))}",
            *(_INDENT + plain(line) for line in baseline(report)),
        ]
    )


def _states(covered: Mapping[str, int]) -> str:
    """The states by the kind of resource that was seen in them: ``model 2 of 6 (pending, ready)``."""
    kinds: dict[str, list[tuple[str, int]]] = {}
    for name, times in covered.items():
        kind, _, state = name.partition(": ")
        kinds.setdefault(kind, []).append((state, times))
    told = []
    for kind, states in kinds.items():
        seen = [plain(state) for state, times in states if times]
        if seen:
            told.append(f"{plain(kind)} {len(seen)} of {len(states)} ({', '.join(seen)})")
    return "; ".join(told) or f"none of {count(len(covered), 'state')}"


def paint(kind: str, text: str, colour: bool) -> str:
    """A text in the colour of a level or verdict, if colour is wanted."""
    return f"\x1b[1;{_COLOURS[kind]}m{text}\x1b[0m" if colour else text


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows with aligned columns; numbers, with their heading, to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    right = [len(rows) > 1 and all(row[place].isdigit() for row in rows[1:]) for place in range(len(widths))]
    return [
        "  ".join(
            cell.rjust(width) if to_right else cell.ljust(width)
            for cell, width, to_right in zip(row, widths, right, strict=True)
        ).rstrip()
        for row in rows
    ]
