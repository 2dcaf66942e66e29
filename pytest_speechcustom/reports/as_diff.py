"""What is different between two contracts, as text, JSON and Markdown."""

from __future__ import annotations

import json
from itertools import groupby
from typing import Any

from pytest_speechcustom.drift.changes import IMPACTS, Change, Diff, Use
from pytest_speechcustom.reports.as_markdown import cell, table
from pytest_speechcustom.reports.digest import count, plain

_MOST_NAMED = 4


def text(diff: Diff) -> str:
    """For people: what breaks first; of each topic a line or more for each change."""
    lines = []
    for impact in IMPACTS:
        changes = [change for change in diff.changes if change.impact == impact]
        if changes:
            lines += [f"{impact.upper()}: {count(len(changes), 'change')}", ""]
        for topic, those in groupby(changes, lambda change: change.topic):
            lines.append(f"  {_TITLES[topic]}")
            for change in those:
                lines.append(f"    {plain(_told(change))} ({_about(change)}) [{change.source}]")
                lines += [f"      call   {plain(_use(use))}" for use in change.uses]
            lines.append("")
    return "\n".join([*lines, _summary(diff)]) + "\n"


def as_json(diff: Diff) -> str:
    """For programs: one JSON object."""
    document = {
        "format": "speechcustom-diff/1",
        "old": diff.old,
        "new": diff.new,
        "exchanges": diff.exchanges,
        "summary": {impact: sum(change.impact == impact for change in diff.changes) for impact in IMPACTS},
        "changes": [_change(change) for change in diff.changes],
    }
    return json.dumps(document, indent=2, ensure_ascii=True) + "\n"


def markdown(diff: Diff) -> str:
    """For pages: a table for each impact."""
    lines = [f"# {cell(diff.old)} → {cell(diff.new)}", "", f"{cell(_summary(diff))}."]
    for impact in IMPACTS:
        changes = [change for change in diff.changes if change.impact == impact]
        if changes:
            rows = [
                [_TITLES[each.topic], *map(cell, (_told(each), _about(each), str(each.source)))] for each in changes
            ]
            heads = ["topic", "change", "about", "source"]
            if diff.exchanges is not None:
                heads.append("calls")
                rows = [[*row, cell("; ".join(map(_use, each.uses)))] for row, each in zip(rows, changes, strict=True)]
            lines += ["", f"## {impact.capitalize()}: {len(changes)}", "", *table(heads, rows)]
    return "\n".join(lines) + "\n"


_TITLES = {
    "service": "service",
    "operation": "operations",
    "parameter": "parameters",
    "body": "bodies",
    "status": "statuses",
    "header": "headers",
    "property": "properties",
    "lifecycle": "lifecycles",
    "rule": "rules",
}


def _told(change: Change) -> str:
    named = change.topic in ("property", "status", "rule")
    return f"{change.place}: {change.message}" if named else change.message


def _about(change: Change) -> str:
    names = change.operations
    listed = count(len(names), "operation") if len(names) > _MOST_NAMED else ", ".join(names)
    return f"{change.direction}; {listed}" if listed else change.direction


def _use(use: Use) -> str:
    where = f" ({use.where})" if use.where else ""
    times = count(use.times, "time")
    return f"{use.operation}: {use.call}, {times}, first at exchange {use.exchange}{where}"


def _summary(diff: Diff) -> str:
    counts = ", ".join(f"{sum(change.impact == impact for change in diff.changes)} {impact}" for impact in IMPACTS)
    told = f"{diff.old} -> {diff.new}: {count(len(diff.changes), 'change')} ({counts})"
    if diff.exchanges is None:
        return told
    return f"{told} for the client in {count(diff.exchanges, 'exchange')}; what it was not seen to use is not listed"


def _change(change: Change) -> dict[str, Any]:
    told: dict[str, Any] = {
        "kind": change.kind,
        "impact": change.impact,
        "direction": change.direction,
        "place": change.place,
        "message": change.message,
        "before": change.before,
        "after": change.after,
        "operations": list(change.operations),
        "source": {"document": change.source.document, "locator": change.source.locator},
    }
    if change.uses:
        told["uses"] = [
            {"operation": use.operation, "call": use.call, "times": use.times, "exchange": use.exchange,
             "where": use.where} for use in change.uses
        ]  # fmt: skip
    return told
