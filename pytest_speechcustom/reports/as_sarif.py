"""Reports as SARIF 2.1.0, for code scanning: findings as results, rules with their sources, places in captured files.

Written by hand: the libraries there are for it are no longer kept, or bring a validation framework along.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from pytest_speechcustom import __version__
from pytest_speechcustom.drift.changes import Change, Diff
from pytest_speechcustom.engine.report import Report
from pytest_speechcustom.reports.digest import baseline, cited, plain
from pytest_speechcustom.values import Finding, Impact, Level

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_PLACE = re.compile(r"(?P<file>.+), (?P<kind>line|entry|interaction) (?P<number>[0-9]+)")
_LEVELS: Mapping[Impact, Level] = {"breaking": "error", "additive": "note", "cosmetic": "note"}


def report(report: Report) -> str:
    """A report as one run."""
    texts = {f"{report.service}/{each.rule}": (each.text, cited(each.source)) for each in report.requirements}
    broken = {finding.rule: (finding.rule, cited(finding.source)) for finding in report.findings}
    rules = {rule: texts.get(rule, told) for rule, told in broken.items()}
    results = [_finding(finding, list(rules).index(finding.rule)) for finding in report.findings]
    notes = [f"{rule}: {number} more findings are not listed" for rule, number in report.omitted.items()]
    notes += baseline(report)
    return _log(rules, results, notes, complete=report.verdict != "error", properties={
        "service": report.service, "mode": report.mode, "verdict": report.verdict, "summary": dict(report.summary),
    })  # fmt: skip


def diff(diff: Diff) -> str:
    """The differences of two contracts as one run."""
    rules = {change.kind: (f"{change.topic}: {change.what}", "") for change in diff.changes}
    results = [_change(change, list(rules).index(change.kind)) for change in diff.changes]
    return _log(rules, results, [], complete=True, properties={"old": diff.old, "new": diff.new})


def _log(
    rules: Mapping[str, tuple[str, str]], results: list[dict[str, Any]], notes: Iterable[str], *, complete: bool,
    properties: Mapping[str, Any],
) -> str:  # fmt: skip
    driver = {
        "name": "speechcustom",
        "version": __version__,
        "rules": [
            {
                "id": rule,
                "shortDescription": {"text": plain(text)},
                **({"help": {"text": plain(source)}} if source else {}),
            }
            for rule, (text, source) in rules.items()
        ],
    }
    invocation: dict[str, Any] = {"executionSuccessful": complete}
    told = [{"message": {"text": plain(note)}, "level": "note"} for note in notes]
    if told:
        invocation["toolExecutionNotifications"] = told
    run = {
        "tool": {"driver": driver},
        "invocations": [invocation],
        "results": results,
        "columnKind": "utf16CodeUnits",
        "properties": dict(properties),
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=True) + "\n"


def _rule(rule: str, text: str, source: str) -> dict[str, Any]:
    told: dict[str, Any] = {"id": rule, "shortDescription": {"text": plain(text)}}
    return told | ({"help": {"text": plain(source)}} if source else {})


def _finding(finding: Finding, rule: int) -> dict[str, Any]:
    text = f"{finding.message}. Seen: {finding.seen}. Allowed: {finding.allowed}. Source: {cited(finding.source)}."
    known = "\n".join((finding.rule, finding.operation or "", finding.resource or "", finding.pointer))
    properties: dict[str, Any] = {"basis": finding.basis, "side": finding.side, "exchange": finding.exchange}
    if (shift := finding.shift) is not None:
        properties |= {"impact": shift.impact, "direction": shift.direction, "place": plain(shift.place)}
    return {
        "ruleId": finding.rule,
        "ruleIndex": rule,
        "level": finding.level,
        "message": {"text": plain(text)},
        "locations": [_location(finding)],
        "partialFingerprints": {"place/v1": hashlib.sha256(known.encode("utf-8", "backslashreplace")).hexdigest()},
        "properties": properties,
    }


def _location(finding: Finding) -> dict[str, Any]:
    name = f"{finding.operation or 'no documented operation'} {finding.pointer}".rstrip()
    location: dict[str, Any] = {"logicalLocations": [{"fullyQualifiedName": plain(name)}]}
    if place := _PLACE.fullmatch(finding.where):
        uri = quote(place["file"].encode("utf-8", "surrogateescape"), safe="/._-~")
        physical: dict[str, Any] = {"artifactLocation": {"uri": uri}}
        if place["kind"] == "line":
            physical["region"] = {"startLine": int(place["number"])}
        location["physicalLocation"] = physical
    if finding.where:
        location["message"] = {"text": plain(finding.where)}
    return location


def _change(change: Change, rule: int) -> dict[str, Any]:
    return {
        "ruleId": change.kind,
        "ruleIndex": rule,
        "level": _LEVELS[change.impact],
        "message": {"text": plain(f"{change.place}: {change.message}. Source: {cited(change.source)}.")},
        "locations": [
            {"logicalLocations": [{"fullyQualifiedName": plain(name)} for name in change.operations or (change.place,)]}
        ],
        "properties": {"impact": change.impact, "direction": change.direction, "place": change.place},
    }
