"""The pytest plugin: marker, options, fixtures, and what they add to a report.

Imports the standard library and pytest only; everything else is imported when a test uses it.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pytest_speechcustom.contracts.model import Contract
    from pytest_speechcustom.monitor import Judgement, Monitor
    from pytest_speechcustom.values import Finding

MARKER = "speechcustom"
PROPERTY = "speechcustom"
SIGNATURE = "speechcustom(service, *, cassette=None, allow=(), strict=False)"

MONITORS = pytest.StashKey[list["Monitor"]]()
TOLD = pytest.StashKey[set["Finding"]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--speechcustom-strict` and `speechcustom_allow`."""
    group = parser.getgroup("speechcustom", "contract tests of custom speech APIs")
    group.addoption(
        "--speechcustom-strict",
        action="store_true",
        default=False,
        help="let warnings fail a test too, as strict=True in the marker does",
    )
    parser.addini(
        "speechcustom_allow",
        "ids or patterns of rules that may be broken in every test, one a line, with an optional `# reason`",
        type="linelist",
        default=[],
    )


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """Declare our hooks."""
    from pytest_speechcustom import hooks

    pluginmanager.add_hookspecs(hooks)


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker."""
    config.addinivalue_line(
        "markers",
        f"{SIGNATURE}: the service whose contract the fixtures speech_* judge by. `allow` lists rules that may be "
        "broken; with `strict`, warnings fail too.",
    )


# the marker


@dataclass(frozen=True, slots=True)
class Settings:
    """What the marker of a test says."""

    service: str
    allow: tuple[str, ...] = ()
    strict: bool = False


def settings_of(item: pytest.Item) -> Settings | None:
    """The marker closest to a test, or ``None``; `pytest.UsageError` if it is not as documented."""
    mark = item.get_closest_marker(MARKER)
    if mark is None:
        return None
    given = dict(mark.kwargs)
    if len(mark.args) > 1:
        raise _wrong(f"it takes one service, and the rest by keyword; got {', '.join(map(repr, mark.args))}")
    if mark.args and "service" in given:
        raise _wrong("the service is given twice")
    service = mark.args[0] if mark.args else given.pop("service", None)
    cassette, allow, strict = given.pop("cassette", None), given.pop("allow", ()), given.pop("strict", False)
    if given:
        raise _wrong(f"unknown keyword {', '.join(map(repr, given))}; allowed: allow, cassette, service, strict")
    if service is None:
        raise _wrong("the service is missing")
    if not isinstance(service, str):
        raise _wrong(f"the service must be a string, not {service!r}")
    if not isinstance(strict, bool):
        raise _wrong(f"strict must be True or False, not {strict!r}")
    if isinstance(allow, str) or not isinstance(allow, Iterable):
        raise _wrong(f"allow must be a list of rule ids, not {allow!r}")
    if cassette is not None:
        raise _wrong("cassette= comes with the fixture speech_cassette, which this version does not have yet")
    return Settings(service, tuple(allow), strict)


def _wrong(problem: str) -> pytest.UsageError:
    return pytest.UsageError(f"marker {MARKER}: {problem}. It is written {SIGNATURE}")


def contract_of(item: pytest.Item, service: str) -> Contract:
    """The contract with this id, of this package or of a hook."""
    from pytest_speechcustom.contracts import SERVICES, load
    from pytest_speechcustom.contracts.model import Contract

    extra: dict[str, Contract] = {}
    for more in item.ihook.pytest_speechcustom_contracts(config=item.config):
        if not isinstance(more, Mapping) or not all(isinstance(each, Contract) for each in more.values()):
            raise pytest.UsageError(
                f"pytest_speechcustom_contracts must give a mapping of service id to Contract, not {more!r}"
            )
        for name in more:
            if name in SERVICES or name in extra:
                raise pytest.UsageError(f"pytest_speechcustom_contracts: there is a contract {name!r} already")
        extra |= more
    if service in extra:
        return extra[service]
    if service not in SERVICES:
        raise _wrong(f"unknown service {service!r}{_near(service, [*SERVICES, *extra])}")
    return load(service)


def _near(word: str, known: list[str]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(word, known, n=1)
    return (f"; did you mean {close[0]!r}?" if close else "") + f" Known: {', '.join(known)}"


def reasons(config: pytest.Config) -> dict[str, str]:
    """The patterns of the ini option, and why they are there."""
    parts = (line.partition("#") for line in config.getini("speechcustom_allow"))
    return {pattern.strip(): reason.strip() for pattern, _, reason in parts if pattern.strip()}


def allowed_everywhere(item: pytest.Item, contract: Contract) -> list[str]:
    """The ini option's patterns that concern a contract; `pytest.UsageError` for one that concerns none."""
    from pytest_speechcustom.contracts import SERVICES, load
    from pytest_speechcustom.monitor import patterns
    from pytest_speechcustom.values import UsageError

    found = []
    for pattern in reasons(item.config):
        try:
            patterns(contract, [pattern])
        except UsageError as error:
            # A rule of another service is right here too, and has to be one.
            service = pattern.rpartition("/")[0]
            for other in [service] if service in SERVICES else [] if service else SERVICES:
                try:
                    patterns(load(other), [pattern])
                    break
                except UsageError:
                    continue
            else:
                raise pytest.UsageError(f"speechcustom_{error}") from None
        else:
            found.append(pattern)
    return found


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Refuse a wrong marker, also where no fixture reads it."""
    settings = settings_of(item)
    if settings is not None:
        _checked(item, settings)


def _checked(item: pytest.Item, settings: Settings) -> Contract:
    from pytest_speechcustom.monitor import patterns
    from pytest_speechcustom.values import UsageError

    contract = contract_of(item, settings.service)
    try:
        patterns(contract, settings.allow)
    except UsageError as error:
        raise _wrong(str(error)) from None
    return contract


def _needed(request: pytest.FixtureRequest) -> tuple[Settings, Contract]:
    """What a fixture needs: the marker of its test, and the contract that it names."""
    settings = settings_of(request.node)
    if settings is None:
        from pytest_speechcustom.contracts import SERVICES

        raise pytest.UsageError(
            f"{request.fixturename} needs the marker @pytest.mark.speechcustom(service) on the test, its class or its "
            f"module; services: {', '.join(SERVICES)}"
        )
    return settings, contract_of(request.node, settings.service)


# the fixtures


@pytest.fixture
def speech_contract(request: pytest.FixtureRequest) -> Contract:
    """The contract of the marker's service: schemas, operations, lifecycles, rules."""
    return _needed(request)[1]


@pytest.fixture
def speech_monitor(request: pytest.FixtureRequest) -> Iterator[Monitor]:
    """Watches this process's HTTP traffic; what breaks the contract of the marker's service fails the test."""
    from pytest_speechcustom.monitor import Monitor

    settings, contract = _needed(request)
    item: pytest.Item = request.node
    allow = [*settings.allow, *allowed_everywhere(item, contract)]
    monitor = Monitor(contract, allow=allow, strict=settings.strict or item.config.getoption("speechcustom_strict"))
    monitor.start()
    item.stash.setdefault(MONITORS, []).append(monitor)
    yield monitor
    monitor.stop()
    item.stash[MONITORS].remove(monitor)
    judgement = monitor.judge()
    _remember(item, judgement)
    # What came after the end of the test, or before a beginning that failed.
    told: set[Finding] | None = item.stash.get(TOLD, None)
    if set(judgement.failing) - (told or set()):
        pytest.fail(str(judgement), pytrace=False)


# the end of a test


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """Fail a test whose traffic broke the contract; where it failed by itself, add the findings to its report."""
    __tracebackhide__ = True
    try:
        result = yield
    except (KeyboardInterrupt, SystemExit, pytest.exit.Exception):
        raise
    except BaseException as error:
        for judgement in _judgements(item):
            if judgement.failing and not _is_told(error):
                item.add_report_section("call", "speechcustom", str(judgement))
        raise
    told = [str(judgement) for judgement in _judgements(item) if judgement.failing]
    if told:
        pytest.fail("\n\n".join(told), pytrace=False)
    return result


def _judgements(item: pytest.Item) -> list[Judgement]:
    found = [monitor.judge() for monitor in item.stash.get(MONITORS, [])]
    for judgement in found:
        _remember(item, judgement)
        item.stash.setdefault(TOLD, set()).update(judgement.failing)
    return found


def _is_told(error: BaseException) -> bool:
    from pytest_speechcustom.monitor import ContractBroken

    return isinstance(error, ContractBroken)


def _remember(item: pytest.Item, judgement: Judgement) -> None:
    """Put what was found on the report, which travels between processes and into JUnit."""
    item.user_properties[:] = [(name, value) for name, value in item.user_properties if name != PROPERTY]
    item.user_properties.append((PROPERTY, json.dumps(_facts(judgement), separators=(",", ":"))))


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
        "allowed": dict(sorted(allowed.items())),
        "verdicts": verdicts,
        "rules": len(report.requirements),
    }


def _local(finding: Finding) -> str:
    return finding.rule.partition("/")[2]


# the end of the run


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say what was checked; nothing where nothing was."""
    facts: dict[str, dict[str, Any]] = {}
    order = {"setup": 0, "call": 1, "teardown": 2}
    reports = [report for listed in terminalreporter.stats.values() for report in listed]
    reports = [report for report in reports if isinstance(report, pytest.TestReport)]
    for report in sorted(reports, key=lambda report: order[report.when or "setup"]):
        for name, value in report.user_properties:
            if name == PROPERTY:
                facts[report.nodeid] = json.loads(str(value))
    if not facts:
        return
    terminalreporter.write_sep("=", "speechcustom")
    for service in sorted({each["service"] for each in facts.values()}):
        tests = {nodeid: each for nodeid, each in sorted(facts.items()) if each["service"] == service}
        for line in _summary(service, tests, reasons(terminalreporter.config)):
            terminalreporter.write_line(line)


def _summary(service: str, tests: Mapping[str, Mapping[str, Any]], why: Mapping[str, str]) -> Iterator[str]:
    levels = {level: _added(each["findings"].get(level, {}) for each in tests.values()) for level in _LEVELS}
    allowed = _added(each["allowed"] for each in tests.values())
    found = ", ".join(_count(sum(rules.values()), level) for level, rules in levels.items())
    exchanges = sum(each["exchanges"] for each in tests.values())
    expected = f" ({sum(allowed.values())} allowed)" if allowed else ""
    yield f"{service}: {_count(len(tests), 'test')}, {_count(exchanges, 'exchange')}, {found}{expected}"
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
            first = next(name for name, each in tests.items() if rule in each["findings"].get(level, {}))
            yield f"  {level} {service}/{rule}: {_count(times, 'time')}, first in {first}"
    for rule, times in allowed.items():
        reason = next((text for given, text in why.items() if fnmatchcase(rule, given.rpartition("/")[2])), "")
        yield f"  allowed {service}/{rule}: {_count(times, 'time')}" + (f", {reason}" if reason else "")


_LEVELS = ("error", "warning", "note")


def _added(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total: dict[str, int] = {}
    for each in counts:
        for rule, times in each.items():
            total[rule] = total.get(rule, 0) + times
    return dict(sorted(total.items()))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
