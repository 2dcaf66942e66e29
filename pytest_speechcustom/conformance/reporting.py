"""What a conformance run says: findings with the shortest history of each, the table of verdicts, the headline."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, Final

from pytest_speechcustom.conformance import rules
from pytest_speechcustom.conformance.outcome import History, Outcome, Row
from pytest_speechcustom.reports import Format, dimensions_of, page, render
from pytest_speechcustom.reports.digest import VERDICTS, count, plain

_MOST_LISTED = 12


OF_ONE: Final = ("sarif", "junit")
"""Forms that hold the report of one service."""


def render_all(outcomes: Sequence[Outcome], form: Format, *, colour: bool = False) -> str:
    """The outcomes of one service or more, ending with a newline."""
    if form == "json":
        documents = [_document(each) for each in outcomes]
        whole = documents[0] if len(documents) == 1 else {"format": "speechcustom-reports/1", "reports": documents}
        return json.dumps(whole, indent=2, ensure_ascii=True) + "\n"
    if form == "markdown":
        return "\n".join(map(_markdown, outcomes))
    if form == "html":
        return page("Conformance", "\n".join(map(_markdown, outcomes)))
    if form in OF_ONE:
        (outcome,) = outcomes
        return render(outcome.report, form, dimensions=dimensions_of(outcome.contract))
    return "\n".join(_text(each, colour) for each in outcomes)


def headline(outcome: Outcome) -> str:
    """The verdict in a line, and the row that is lowest. A run that is not whole says so."""
    low = outcome.lowest
    told = f"{low.dimension}, {low.counts['satisfied']} of {low.total} satisfied"
    told += f", {low.counts['violated']} violated" if low.counts["violated"] else ""
    return f"{outcome.word.upper()} {outcome.contract.id}: the lowest row is {told}"


def table(rows: Iterable[Row]) -> list[str]:
    """The rows as aligned text."""
    head = ["dimension", *(verdict.replace("-", " ") for verdict in VERDICTS)]
    cells = [head, *([row.dimension, *(str(row.counts[verdict]) for verdict in VERDICTS)] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return [
        "  ".join(cell.rjust(width) if place else cell.ljust(width) for place, (cell, width) in enumerate(pairs))
        for pairs in (list(zip(row, widths, strict=True)) for row in cells)
    ]


def undecided(outcome: Outcome) -> list[str]:
    """The rules that were not decided, by the reason and by what would make them verifiable."""
    by_reason: dict[str, list[str]] = {}
    for rule, reason in outcome.reasons.items():
        by_reason.setdefault(reason, []).append(rule)
    lines = []
    for reason, found in by_reason.items():
        listed = ", ".join(found[:_MOST_LISTED])
        if len(found) > _MOST_LISTED:
            listed += f" and {len(found) - _MOST_LISTED} more"
        lines.append(f"{listed}: {plain(reason)}")
    return lines


def notes(outcome: Outcome) -> list[str]:
    """What else is to be known: why a run is not whole, and what it left behind."""
    lines = [f"broken off: {plain(outcome.broken_off)}"] if outcome.broken_off else []
    lines += [f"groups that did not run: {', '.join(outcome.missing)}"] if outcome.missing else []
    gaps = {f"{each.group}, {gap.step}: {gap.reason}" for each in outcome.groups for gap in each.gaps}
    lines += [f"not done: {plain(gap)}" for gap in sorted(gaps)]
    if outcome.left:
        lines.append(f"{count(len(outcome.left), 'resource')} could not be deleted; --cleanup tries again")
    return lines


def _text(outcome: Outcome, colour: bool) -> str:
    dimensions = rules.dimensions(outcome.contract)
    lines = [render(outcome.report, "text", dimensions=dimensions, colour=colour)]
    for rule, history in _histories(outcome):
        lines += [f"the shortest history that shows {rule}:", *(f"  {plain(line, None)}" for line in history.curl), ""]
        if history.pytest:
            lines += ["the same as a test:", *(f"  {line}".rstrip() for line in history.pytest.splitlines()), ""]
    lines += table(outcome.rows)
    lines += [f"  undecided  {line}" for line in undecided(outcome)]
    lines += [f"  {line}" for line in notes(outcome)]
    return "\n".join([*lines, headline(outcome)]) + "\n"


def _markdown(outcome: Outcome) -> str:
    dimensions = rules.dimensions(outcome.contract)
    lines = [f"# {headline(outcome)}", ""]
    lines += [f"| dimension | {' | '.join(VERDICTS)} |", f"| --- |{' ---: |' * len(VERDICTS)}"]
    lines += [f"| {row.dimension} | {' | '.join(str(row.counts[each]) for each in VERDICTS)} |" for row in outcome.rows]
    lines += ["", *(f"* undecided: {line}" for line in undecided(outcome)), *(f"* {line}" for line in notes(outcome))]
    for rule, history in _histories(outcome):
        lines += ["", f"The shortest history that shows {rule}:", "", "~~~~sh"]
        lines += [*(plain(line, None) for line in history.curl), "~~~~"]
        if history.pytest:
            lines += ["", "The same as a test:", "", "~~~~python", *history.pytest.splitlines(), "~~~~"]
    return "\n".join([*lines, "", render(outcome.report, "markdown", dimensions=dimensions)])


def _histories(outcome: Outcome) -> list[tuple[str, History]]:
    found: dict[str, History] = {}
    for group in outcome.groups:
        for rule, history in group.histories.items():
            found.setdefault(rule, history)
    return list(found.items())


def _document(outcome: Outcome) -> dict[str, Any]:
    dimensions = rules.dimensions(outcome.contract)
    document: dict[str, Any] = json.loads(render(outcome.report, "json", dimensions=dimensions))
    for requirement in document["requirements"]:
        local = requirement["rule"].partition("/")[2]
        requirement["dimension"] = dimensions[local]
        if local in outcome.reasons:
            requirement["reason"] = outcome.reasons[local]
    low = outcome.lowest
    document["conformance"] = {
        "target": outcome.target,
        "verdict": outcome.word,
        "lowest": {"dimension": low.dimension, **low.counts},
        "dimensions": {row.dimension: dict(row.counts) for row in outcome.rows},
        "groups": [
            {
                "group": each.group,
                "verdict": each.report.verdict,
                "exchanges": each.report.summary["exchanges"],
                "gaps": [{"step": gap.step, "reason": gap.reason, "missing": gap.missing} for gap in each.gaps],
            }
            for each in outcome.groups
        ],
        "missing": list(outcome.missing),
        "histories": {
            rule: {"curl": list(history.curl), "pytest": history.pytest} for rule, history in _histories(outcome)
        },
        "left": list(outcome.left),
        "broken_off": outcome.broken_off,
    }
    return document
