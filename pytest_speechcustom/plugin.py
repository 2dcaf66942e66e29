"""The pytest plugin: marker, options, fixtures, and what they add to a report.

Imports the standard library and pytest only, and little is written here: in an environment without cached bytecode
pytest compiles this module anew in every run. What a test needs when it uses the plugin is in `marker` and `summary`.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pytest_speechcustom.cassette import SpeechCassette
    from pytest_speechcustom.contracts.model import Contract
    from pytest_speechcustom.emulator.service import SpeechService
    from pytest_speechcustom.judging import Judgement
    from pytest_speechcustom.marker import Wanted
    from pytest_speechcustom.monitor import Monitor
    from pytest_speechcustom.values import Finding

MARKER = "speechcustom"
PROPERTY = "speechcustom"
SIGNATURE = "speechcustom(service, *, cassette=None, allow=(), strict=False)"
CASSETTE = "speechcustom-cassette"

JUDGES = pytest.StashKey[list["Monitor | SpeechService | SpeechCassette"]]()
TOLD = pytest.StashKey[set["Finding"]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options `--speechcustom-*` and `speechcustom_*`."""
    group = parser.getgroup("speechcustom", "contract tests of custom speech APIs")
    group.addoption(
        "--speechcustom-strict",
        action="store_true",
        default=False,
        help="let warnings fail a test too, as strict=True in the marker does",
    )
    group.addoption("--speechcustom-url", metavar="URL", help="the server that the conformance tests check")
    for option, kind, text in (
        ("timeout", float, "seconds that work may take there (60)"),
        ("poll-interval", float, "seconds between two looks at work there (0.05 on this machine, else 10)"),
        ("seed", int, "what random choices of the conformance tests come from (0)"),
    ):
        group.addoption(f"--speechcustom-{option}", type=kind, metavar="N", help=text)
    group.addoption(
        "--speechcustom-record",
        choices=("none", "once", "new", "all"),
        default="none",
        help="record cassettes: once (those that are not there), new (what is not in them), all (everything anew)",
    )
    for name, text in (
        ("allow", "ids or patterns of rules that may be broken in every test, one a line, with an optional `# reason`"),
        ("scrub", "further names of what is scrubbed from cassettes, one a line"),
        ("harmless", "regular expressions of what only looks like a secret in cassettes, one a line"),
    ):
        parser.addini(f"speechcustom_{name}", text, type="linelist", default=[])
    parser.addini("speechcustom_cassettes", "folder of your cassettes, seen from the root (default: beside the test)")
    parser.addini("speechcustom_baseline", "a file of findings that are accepted, see docs/baseline.md", default="")


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """Declare our hooks."""
    from pytest_speechcustom import hooks

    pluginmanager.add_hookspecs(hooks)


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker."""
    config.addinivalue_line(
        "markers",
        f"{SIGNATURE}: the service whose contract the fixtures speech_* judge by. `cassette` names what "
        "speech_cassette plays, `allow` lists rules that may be broken; with `strict`, warnings fail too.",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Refuse a wrong marker, also where no fixture reads it."""
    if item.get_closest_marker(MARKER) is not None:
        _needed(item, "the marker")


@pytest.fixture
def speech_contract(request: pytest.FixtureRequest) -> Contract:
    """The contract of the marker's service: schemas, operations, lifecycles, rules, strategies."""
    return _needed(request.node, "speech_contract").contract


@pytest.fixture
def speech_monitor(request: pytest.FixtureRequest) -> Iterator[Monitor]:
    """Watches this process's HTTP traffic; what breaks the contract of the marker's service fails the test."""
    from pytest_speechcustom.monitor import Monitor

    wanted = _needed(request.node, "speech_monitor")
    monitor = Monitor(wanted.contract, allow=wanted.allow, strict=wanted.strict, baseline=wanted.baseline)
    monitor.start()
    yield from _judged(request.node, monitor)
    if (idle := monitor.idle()) is not None:
        request.node.warn(idle)


@pytest.fixture
def speech_service(request: pytest.FixtureRequest) -> Iterator[SpeechService]:
    """An emulator of the marker's service on loopback; a request outside the contract fails the test."""
    from pytest_speechcustom.emulator.service import SpeechService

    wanted = _needed(request.node, "speech_service")
    service = SpeechService(wanted.contract, allow=wanted.allow, strict=wanted.strict, baseline=wanted.baseline)
    service.start()
    yield from _judged(request.node, service)


@pytest.fixture
def speech_target(request: pytest.FixtureRequest) -> Any:
    """What the conformance tests check: a URL, an application or a `Target`; ``None``: the built-in emulator."""
    return request.config.getoption("speechcustom_url")


@pytest.fixture
def speech_cassette(request: pytest.FixtureRequest) -> Iterator[SpeechCassette]:
    """Plays or records the marker's cassette; a request that is not in it, or breaks the contract, fails the test."""
    from pytest_speechcustom.cassette import cassette_of

    cassette = _told(cassette_of, request.node)
    cassette.start()
    yield from _judged(request.node, cassette)


def _needed(item: pytest.Item, by: str) -> Wanted:
    """What the marker asks for. A mistake in it fails the test in one line."""
    from pytest_speechcustom.marker import needed

    wanted: Wanted = _told(needed, item, by)
    return wanted


def _told(do: Callable[..., Any], *given: Any) -> Any:
    """What `do` gives; what it refuses fails the test in one line."""
    from pytest_speechcustom.values import SpeechcustomError

    try:
        return do(*given)
    except SpeechcustomError as error:
        problem = str(error)
    pytest.fail(problem, pytrace=False)


def _judged(item: pytest.Item, judge: Any) -> Iterator[Any]:
    """Let a test use what judges its traffic; then tell what came after its end, or before a beginning that failed."""
    from pytest_speechcustom.summary import remember

    item.stash.setdefault(JUDGES, []).append(judge)
    yield judge
    _told(judge.stop)
    item.stash[JUDGES].remove(judge)
    judgement = judge.judge()
    remember(item, type(judge).__name__, judgement)
    told: set[Finding] | None = item.stash.get(TOLD, None)
    if set(judgement.failing) - (told or set()):
        pytest.fail(str(judgement), pytrace=False)


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """Fail a test whose traffic broke the contract; where it failed by itself, add the findings to its report."""
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
    judges = item.stash.get(JUDGES, [])
    if not judges:
        return []
    from pytest_speechcustom.summary import remember

    found = [(type(judge).__name__, judge.judge()) for judge in judges]
    for by, judgement in found:
        remember(item, by, judgement)
        item.stash.setdefault(TOLD, set()).update(judgement.failing)
    return [judgement for _, judgement in found]


def _is_told(error: BaseException) -> bool:
    from pytest_speechcustom.judging import ContractBroken

    return isinstance(error, ContractBroken)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a whole run in which an entry of the baseline matched nothing."""
    if session.config.getini("speechcustom_baseline"):
        from pytest_speechcustom.summary import finish

        finish(session)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say what was checked; nothing where nothing was."""
    reports = [report for listed in terminalreporter.stats.values() for report in listed]
    reports = [report for report in reports if isinstance(report, pytest.TestReport)]
    if any(name == PROPERTY for report in reports for name, _ in report.user_properties):
        from pytest_speechcustom.summary import write

        write(terminalreporter, reports)
