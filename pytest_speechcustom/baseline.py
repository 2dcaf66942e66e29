"""Known deviations that are accepted: `speechcustom-baseline.toml`, and what it does to a report.

    [[accept]]
    rule = "watson-stt-cloud/model.status.final"
    place = "getAcousticModel /status"
    reason = "the stub forgets the training, see issue 12"
    expires = 2027-01-31

`rule` is the id that a finding prints, `place` its operation and pointer; both may be patterns (``*``). An entry that
matches nothing fails the run, so that none is left behind; one that has expired accepts nothing any more.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from fnmatch import fnmatchcase
from typing import Any, Final

from pytest_speechcustom.engine.report import Accepted, Report
from pytest_speechcustom.values import Finding, Side, UsageError

DEFAULT: Final = "speechcustom-baseline.toml"
"""The file that is taken from the working directory, if it is there."""

_KEYS = ("rule", "place", "reason", "expires")
_DRIFT = "drift."


@dataclass(frozen=True, slots=True)
class Entry:
    """One accepted deviation."""

    rule: str
    place: str
    reason: str
    expires: date | None = None

    def matches(self, finding: Finding) -> bool:
        """Whether a finding is of this rule and at this place, whenever."""
        return self._names(finding.rule) and any(fnmatchcase(place, self.place) for place in _places(finding))

    def expired(self, today: date) -> bool:
        """Whether it accepts nothing any more; on the day itself it still does."""
        return self.expires is not None and self.expires < today

    @property
    def drift(self) -> bool:
        """Whether it is about drift, which `check` and tests do not look for."""
        return self.rule.rpartition("/")[2].startswith(_DRIFT)

    def of(self, service: str) -> bool:
        """Whether it is about a service: one without a service is about all."""
        named, slash, _ = self.rule.partition("/")
        return not slash or fnmatchcase(service, named)

    def concerns(self, report: Report, side: Side | None, known: Mapping[str, Side]) -> bool:
        """Whether a run of this kind could find it: another service's, another side's and drift elsewhere it cannot.

        `known` is the side of each rule.
        """
        if not self.of(report.service):
            return False
        if self.drift != (report.mode == "drift"):
            return False
        local = self.rule.rpartition("/")[2]
        sides = {of for rule, of in known.items() if fnmatchcase(rule, local)}
        return side is None or not sides or side in sides

    def _names(self, rule: str) -> bool:
        return fnmatchcase(rule if "/" in self.rule else rule.partition("/")[2], self.rule)


@dataclass(frozen=True, slots=True)
class Baseline:
    """The entries of a file, in its order."""

    name: str
    entries: tuple[Entry, ...]

    def accepting(self, finding: Finding, today: date) -> int | None:
        """The number of the first entry that accepts a finding on that day."""
        entries = enumerate(self.entries)
        return next((number for number, each in entries if each.matches(finding) and not each.expired(today)), None)


def read(name: str | os.PathLike[str]) -> Baseline:
    """The baseline in a file. Raises `UsageError`, in one line, for one that cannot be read or is not as it must be."""
    import tomllib

    shown = os.fsdecode(name)
    try:
        with open(name, "rb") as file:
            document = tomllib.load(file)
    except OSError as error:
        raise UsageError(f"{shown}: cannot be read: {error.strerror or error}") from None
    except ValueError as error:  # no TOML, or no UTF-8
        raise UsageError(f"{shown}: is no TOML: {error}") from None
    rows = document.pop("accept", [])
    if document or not isinstance(rows, list):
        raise UsageError(f"{shown}: there must be [[accept]] tables only" + _found(document))
    return Baseline(shown, tuple(_entry(f"{shown}, entry {number}", row) for number, row in enumerate(rows, 1)))


def _found(document: Mapping[str, Any]) -> str:
    return f", not {', '.join(map(repr, document))}" if document else ""


def _entry(where: str, row: Any) -> Entry:
    if not isinstance(row, dict):
        raise UsageError(f"{where}: must be a table")
    if unknown := sorted(set(row) - set(_KEYS)):
        raise UsageError(f"{where}: unknown key {unknown[0]!r}; known: {', '.join(_KEYS)}")
    for key in _KEYS[:3]:
        if not isinstance(row.get(key), str) or not row[key].strip():
            raise UsageError(f"{where}: {key} must be given, as text")
    expires = row.get("expires")
    if expires is not None and (not isinstance(expires, date) or isinstance(expires, datetime)):
        raise UsageError(f"{where}: expires must be a date, such as 2027-01-31, without quotes")
    return Entry(row["rule"], row["place"], row["reason"], expires)


def _places(finding: Finding) -> Iterator[str]:
    """What a finding's place may be called: the operation with or without the pointer, or the place of an entity."""
    operation = finding.operation or finding.seen
    yield operation
    yield f"{operation} {finding.pointer}".rstrip()
    if finding.shift is not None:
        yield finding.shift.place


def accept(
    report: Report, baseline: Baseline, today: date, *, side: Side | None = None, whole: bool = True,
    known: Mapping[str, Side] | None = None,
) -> Report:  # fmt: skip
    """A report without the findings that a baseline accepts, which it tells of instead.

    `side` is the side that was judged, if it was one alone; `known` the side of each rule, if there are others than the
    report tells of. The verdict fails where an entry that this run could have found matches nothing; a run that is not
    `whole` cannot tell, and leaves such entries alone. Findings that the report counts and does not list are accepted
    by entries for any place.
    """
    times = dict.fromkeys(range(len(baseline.entries)), 0)
    kept, summary, omitted = [], dict(report.summary), dict(report.omitted)
    for finding in report.findings:
        number = baseline.accepting(finding, today)
        if number is None:
            kept.append(finding)
            continue
        times[number] += 1
        summary[f"{finding.level}s"] -= 1
        if finding.rule in omitted and baseline.entries[number].place == "*":
            left_out = omitted.pop(finding.rule)
            times[number] += left_out
            summary[f"{finding.level}s"] -= left_out
    sides = known if known is not None else {each.rule: each.side for each in report.requirements}
    told = [
        each for each in _told(baseline.entries, times, report, today, side, sides) if whole or each.state != "unused"
    ]
    failed = summary["errors"] or any(each.state == "unused" for each in told)
    verdict = report.verdict if report.verdict == "error" else "fail" if failed else "pass"
    return replace(
        report, findings=tuple(kept), summary=summary, omitted=omitted, accepted=tuple(told), verdict=verdict
    )


def _told(
    entries: tuple[Entry, ...], times: Mapping[int, int], report: Report, today: date, side: Side | None,
    known: Mapping[str, Side],
) -> Iterator[Accepted]:  # fmt: skip
    for number, entry in enumerate(entries):
        expired = entry.expired(today) and any(entry.matches(finding) for finding in report.findings)
        if times[number] or expired or entry.concerns(report, side, known):
            yield Accepted(
                entry.rule,
                entry.place,
                entry.reason,
                entry.expires.isoformat() if entry.expires else None,
                times[number],
                "used" if times[number] else "expired" if expired else "unused",
            )
