"""What a judged test leaves behind: facts on its report, and lines in the terminal summary."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pytest_speechcustom.marker import baseline_of, reasons
from pytest_speechcustom.plugin import CASSETTE, PROPERTY
from pytest_speechcustom.reports.digest import plain
from pytest_speechcustom.values import Finding, UsageError

if TYPE_CHECKING:
    from pytest_speechcustom.judging import Judgement


_UNUSED = pytest.StashKey[list[str]]()


def remember(item: pytest.Item, by: str, judgement: Judgement, conformance: Mapping[str, Any] | None = None) -> None:
    """Put what was found on the report, which travels between processes and into JUnit.

    `by` is what judged; what the same one said before in this test is replaced. `conformance` is what a test of a
    server tells besides: its group, and what could not be done.
    """
    told = {PROPERTY: _facts(judgement) | ({"conformance": conformance} if conformance else {})}
    if cassette := getattr(judgement, "cassette", None):
        told[CASSETTE] = cassette
    begins = f'{{"by":{json.dumps(by)},'
    item.user_properties[:] = [pair for pair in item.user_properties if not _said(pair, told, begins)]
    for name, facts in told.items():
        item.user_properties.append((name, json.dumps({"by": by} | facts, separators=(",", ":"))))


def _said(pair: tuple[str, object], names: Collection[str], begins: str) -> bool:
    return pair[0] in names and str(pair[1]).startswith(begins)


def _facts(judgement: Judgement) -> dict[str, Any]:
    report = judgement.report
    expected = {finding for finding, _ in judgement.allowed}
    levels: dict[str, dict[str, int]] = {"error": {}, "warning": {}, "note": {}}
    for finding in report.findings:
        if finding not in expected:
            levels[finding.level][_local(finding)] = levels[finding.level].get(_local(finding), 0) + 1
    allowed: dict[str, int] = {}
    for finding in expected:
        allowed[_local(finding)] = allowed.get(_local(finding), 0) + 1
    verdicts: dict[str, list[str]] = {"violated": [], "satisfied": [], "inconclusive": []}
    for requirement in report.requirements:
        if requirement.verdict in verdicts:
            verdicts[requirement.verdict].append(requirement.rule)
    return {
        "service": report.service,
        "exchanges": report.summary["exchanges"],
        "findings": {level: dict(sorted(rules.items())) for level, rules in levels.items() if rules},
        "told": _told(finding for finding in report.findings if finding.level == "warning" and finding not in expected),
        "allowed": dict(sorted(allowed.items())),
        "verdicts": verdicts,
        "rules": len(report.requirements),
        "accepted": sorted(judgement.accepted),
    }


def _told(findings: Iterable[Finding]) -> dict[str, str]:
    """The first warning of each rule in a line: a test that passes shows no other trace of it."""
    told: dict[str, str] = {}
    for finding in findings:
        line = f"{finding.message}; seen: {finding.seen}; allowed: {finding.allowed}; source: {finding.source}"
        told.setdefault(_local(finding), plain(line))
    return told


def _local(finding: Finding) -> str:
    return finding.rule.partition("/")[2]


def write(terminal: Any, reports: Sequence[pytest.TestReport]) -> None:
    """Write what was checked in a run to its terminal reporter: a section with some lines for each service."""
    facts, config = _left(reports, PROPERTY), terminal.config
    baseline = baseline_of(config)
    why = reasons(config) | {each.rule: each.reason for each in (baseline.entries if baseline else ())}
    terminal.write_sep("=", "speechcustom")
    for service in sorted({each["service"] for each in facts.values()}):
        tests = {key: each for key, each in sorted(facts.items()) if each["service"] == service}
        for line in _summary(service, tests, why):
            terminal.write_line(line)
    for line in _cassettes(list(_left(reports, CASSETTE).values()), _is_whole(config)):
        terminal.write_line(line)
    for line in config.stash.get(_UNUSED, []):
        terminal.write_line(f"error {line}", red=True)


def finish(session: pytest.Session) -> None:
    """Fail a whole run whose baseline has entries, of services that were judged, that match nothing.

    A part of a suite cannot tell: nothing is said where tests were deselected, named on the command line, or not run.
    """
    config = session.config
    terminal: Any = config.pluginmanager.get_plugin("terminalreporter")
    ended = session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)
    if terminal is None or hasattr(config, "workerinput") or not ended or not _is_whole(config):
        return
    try:
        baseline = baseline_of(config)
    except UsageError:  # told by each test that needs it
        return
    reports = [each for listed in terminal.stats.values() for each in listed if isinstance(each, pytest.TestReport)]
    facts = _left(reports, PROPERTY).values()
    services = {each["service"] for each in facts}
    met = {number for each in facts for number in each.get("accepted", ())}
    unused = [
        f"{config.getini('speechcustom_baseline')}: {entry.rule} at {entry.place} matches nothing: remove it"
        for number, entry in enumerate(baseline.entries if baseline else ())
        if number not in met and not entry.drift and any(entry.of(service) for service in services)
    ]
    if unused:
        config.stash[_UNUSED] = unused
        session.exitstatus = max(session.exitstatus, pytest.ExitCode.TESTS_FAILED)


def _is_whole(config: pytest.Config) -> bool:
    """Whether all tests ran that there are: else what was not used says nothing."""
    terminal: Any = config.pluginmanager.get_plugin("terminalreporter")
    session: Any = config.pluginmanager.get_plugin("session")
    chosen = any(getattr(config.option, name, None) for name in _CHOOSING)
    named = config.args_source is pytest.Config.ArgsSource.ARGS
    return not (chosen or named or session.shouldstop or session.shouldfail or terminal.stats.get("deselected"))


_CHOOSING = ("keyword", "markexpr", "lf", "deselect", "stepwise", "ignore", "ignore_glob")
"""Options that leave tests out; where workers run them, their session alone counts what is deselected."""


def _left(reports: Iterable[pytest.TestReport], property: str) -> dict[tuple[str, str], dict[str, Any]]:
    """What each test left behind, by its id and by what judged; that of its end counts."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    order = {"setup": 0, "call": 1, "teardown": 2}
    for report in sorted(reports, key=lambda report: order[report.when or "setup"]):
        for name, value in report.user_properties:
            if name == property:
                facts = json.loads(str(value))
                found[report.nodeid, facts["by"]] = facts
    return found


def _cassettes(used: Sequence[Mapping[str, Any]], whole: bool) -> Iterator[str]:
    """What there is to say of cassettes: stale ones, what was not played of those used, and what nobody used."""
    for service, name in sorted({(each["service"], each["name"]) for each in used}):
        tests = [each for each in used if (each["service"], each["name"]) == (service, name)]
        first = tests[0]
        if first["recorded"]:
            yield f"  cassette {service}/{name}: recorded"
            continue
        if first["made_under"]:
            yield (
                f"  stale cassette {service}/{name}: recorded under contract {first['made_under']}, which is now "
                f"{first['now']}; record it again"
            )
        unplayed = sorted(set.intersection(*(set(each["unplayed"]) for each in tests)))
        if unplayed and whole:
            listed = ", ".join(map(str, unplayed[:_MOST_LISTED])) + (", …" if len(unplayed) > _MOST_LISTED else "")
            yield (
                f"  cassette {service}/{name}: {len(unplayed)} of {_count(first['interactions'], 'interaction')} not "
                f"played ({listed})"
            )
    for folder in sorted({each["folder"] for each in used}) if whole else ():
        own = {each["own"] for each in used}
        idle = [path.stem for path in sorted(Path(folder).glob("*.yaml")) if str(path) not in own]
        if idle:
            yield f"  unused cassettes in {_shown(folder)}: {', '.join(idle)}"


def _shown(folder: str) -> str:
    here = Path.cwd()
    return Path(folder).relative_to(here).as_posix() if Path(folder).is_relative_to(here) else folder


def _summary(service: str, tests: Mapping[tuple[str, str], Mapping[str, Any]], why: Mapping[str, str]) -> Iterator[str]:
    levels = {level: _added(each["findings"].get(level, {}) for each in tests.values()) for level in _LEVELS}
    allowed = _added(each["allowed"] for each in tests.values())
    found = ", ".join(_count(sum(rules.values()), level) for level, rules in levels.items())
    exchanges = sum(each["exchanges"] for each in tests.values())
    expected = f" ({sum(allowed.values())} allowed)" if allowed else ""
    number = len({nodeid for nodeid, _ in tests})
    yield f"{service}: {_count(number, 'test')}, {_count(exchanges, 'exchange')}, {found}{expected}"
    verdicts: dict[str, set[str]] = {}
    seen: set[str] = set()
    for verdict in ("violated", "satisfied", "inconclusive"):
        verdicts[verdict] = {rule for each in tests.values() for rule in each["verdicts"][verdict]} - seen
        seen |= verdicts[verdict]
    total = max(each["rules"] for each in tests.values())
    told = ", ".join(f"{len(verdicts[verdict])} {verdict}" for verdict in ("satisfied", "violated", "inconclusive"))
    yield f"  rules: {told}, {total - len(seen)} not verified"
    for level in ("error", "warning"):
        for rule, times in levels[level].items():
            first = next(key for key, each in tests.items() if rule in each["findings"].get(level, {}))
            yield f"  {level} {service}/{rule}: {_count(times, 'time')}, first in {first[0]}"
            if line := tests[first].get("told", {}).get(rule):
                yield f"    {line}"
    for rule, times in allowed.items():
        reason = next((text for given, text in why.items() if fnmatchcase(rule, given.rpartition("/")[2])), "")
        yield f"  allowed {service}/{rule}: {_count(times, 'time')}" + (f", {reason}" if reason else "")
    probed = [each for each in tests.values() if "conformance" in each]
    if probed:
        from pytest_speechcustom.servertest import summary

        yield from summary(service, probed)


_LEVELS = ("error", "warning", "note")
_MOST_LISTED = 10


def _added(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total: dict[str, int] = {}
    for each in counts:
        for rule, times in each.items():
            total[rule] = total.get(rule, 0) + times
    return dict(sorted(total.items()))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
