"""The plugin, as its users meet it: inner runs of pytest with nothing but this plugin."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.conftest import Loopback

PLUGIN = "pytest_speechcustom.plugin"
HEADER = """
import httpx
import pytest

URL = {url!r}
GOOD = {{"name": "Lectures", "base_model_name": "en-US_BroadbandModel"}}
BAD = {{"name": "Lectures", "base_model": "en-US_BroadbandModel"}}
pytestmark = pytest.mark.speechcustom("watson-stt-cloud")


def create(value):
    return httpx.post(URL, json=value)

"""


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Inner runs have no plugin but ours, and no options of the outer run."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    monkeypatch.delenv("PYTEST_PLUGINS", raising=False)
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent.parent))  # found where it is not installed too


class Project:
    """A project of a user, with a server to call."""

    def __init__(self, pytester: pytest.Pytester, loopback: Loopback) -> None:
        self.pytester = pytester
        self.loopback = loopback

    def write(self, body: str, name: str = "test_models") -> None:
        """A test module: the header, then `body`."""
        self.pytester.makepyfile(**{name: HEADER.format(url=self.loopback.models) + body})

    def run(self, *options: str) -> pytest.RunResult:
        """Run it."""
        return self.pytester.runpytest_inprocess("-p", PLUGIN, "-p", "no:cacheprovider", *options)

    def test(self, body: str, *options: str) -> pytest.RunResult:
        """Write one module and run it."""
        self.write(body)
        return self.run(*options)


@pytest.fixture
def project(pytester: pytest.Pytester, loopback: Loopback) -> Project:
    """An empty `Project`."""
    return Project(pytester, loopback)


def summary(result: pytest.RunResult) -> list[str]:
    """The lines of our section in the output."""
    lines = result.outlines
    starts = [number for number, line in enumerate(lines) if re.fullmatch(r"=+ speechcustom =+", line)]
    if not starts:
        return []
    end = next(number for number in range(starts[0] + 1, len(lines)) if lines[number].startswith("="))
    return lines[starts[0] + 1 : end]


# findings fail tests


def test_good_traffic_passes(project: Project) -> None:
    """A test whose traffic keeps the contract passes, and the summary says what was seen."""
    result = project.test(
        """
def test_create(speech_monitor):
    assert create(GOOD).status_code == 201
    assert len(speech_monitor.exchanges) == 1
    assert speech_monitor.findings == ()
"""
    )

    result.assert_outcomes(passed=1)
    first, second = summary(result)
    assert first == "watson-stt-cloud: 1 test, 1 exchange, 0 errors, 0 warnings, 0 notes"
    assert re.fullmatch(r"  rules: \d+ satisfied, 0 violated, \d+ inconclusive, \d+ not verified", second)


def test_a_finding_fails_the_test_in_its_call(project: Project) -> None:
    """The output tells rule, place, what was allowed and the source, and shows no frame of ours."""
    result = project.test("def test_create(speech_monitor):\n    create(BAD)\n")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "*_ test_create _*",
            "ERROR watson-stt-cloud/request.body.* (client, 1 time)",
            "  where    exchange 0 (POST */v1/acoustic_customizations from test_models.py:*)*",
            "  seen *",
            "  allowed *",
            "  source   IBM20*",
            "  repeat   curl*",
            "FAIL watson-stt-cloud: 1 exchange, * errors*",
            "*= speechcustom =*",
            "watson-stt-cloud: 1 test, 1 exchange, 2 errors*",
            "  error watson-stt-cloud/request.body.*: 1 time, first in test_models.py::test_create",
        ]
    )
    result.stdout.no_fnmatch_line("*Traceback*")
    result.stdout.no_re_match_line(r".*(plugin|monitor|checker|recorder)\.py:\d+")


def test_findings_of_a_test_that_fails_are_a_section(project: Project) -> None:
    """The test's own failure is not masked."""
    result = project.test("def test_create(speech_monitor):\n    create(BAD)\n    assert 'mine' == 'other'\n")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["*assert 'mine' == 'other'*", "*- Captured speechcustom call -*", "ERROR watson-stt-cloud/*"]
    )


def test_check_in_a_test_shows_the_users_line(project: Project) -> None:
    """`check` raises where it is called; the traceback has the user's frame alone, and nothing is told twice."""
    result = project.test("def test_create(speech_monitor):\n    create(BAD)\n    speech_monitor.check()\n")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([">       speech_monitor.check()", "E *ContractBroken: ERROR watson-stt-cloud/*"])
    result.stdout.no_fnmatch_line("*- Captured speechcustom call -*")
    result.stdout.no_re_match_line(r".*monitor\.py:\d+")


def test_xfail_strict_takes_a_finding(project: Project) -> None:
    """A known finding can be expected; when it is gone, the strict xfail says so."""
    result = project.test(
        """
@pytest.mark.xfail(strict=True, reason="known")
def test_known(speech_monitor):
    create(BAD)


@pytest.mark.xfail(strict=True, reason="gone")
def test_gone(speech_monitor):
    create(GOOD)
"""
    )

    result.assert_outcomes(xfailed=1, failed=1)
    result.stdout.fnmatch_lines(["*XPASS(strict)*gone*"])


def test_skipping_is_left_alone(project: Project) -> None:
    """A test that skips itself is skipped."""
    result = project.test("def test_create(speech_monitor):\n    create(BAD)\n    pytest.skip('later')\n")

    result.assert_outcomes(skipped=1)


def test_traffic_of_fixtures_counts(project: Project) -> None:
    """What a fixture sends before the test fails the test; what it sends afterwards, the teardown."""
    result = project.test(
        """
@pytest.fixture
def before(speech_monitor):
    create(BAD)


@pytest.fixture
def after(speech_monitor):
    yield
    create(BAD)


def test_before(before):
    pass


def test_after(after):
    pass
"""
    )

    result.assert_outcomes(failed=1, passed=1, errors=1)
    result.stdout.fnmatch_lines(["*ERROR at teardown of test_after*", "ERROR watson-stt-cloud/request.body.*"])
    assert summary(result)[0].startswith("watson-stt-cloud: 2 tests, 2 exchanges, 4 errors")


def test_a_setup_that_fails_keeps_its_error(project: Project) -> None:
    """Where the setup fails, both its error and the findings are told."""
    result = project.test(
        """
@pytest.fixture
def broken(speech_monitor):
    create(BAD)
    raise OSError("mine")


def test_create(broken):
    pass
"""
    )

    result.assert_outcomes(errors=2)
    result.stdout.fnmatch_lines(["E * OSError: mine", "ERROR watson-stt-cloud/request.body.*"])


def test_async_tests_need_nothing_special(project: Project) -> None:
    """A coroutine function that another plugin runs is judged at its end."""
    project.pytester.makeconftest(
        """
import asyncio
import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    asyncio.run(pyfuncitem.obj(pyfuncitem.funcargs["speech_monitor"]))
    return True
"""
    )
    result = project.test(
        """
async def test_create(speech_monitor):
    async with httpx.AsyncClient() as client:
        await client.post(URL, json=BAD)
"""
    )

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["ERROR watson-stt-cloud/request.body.*"])


def test_one_client(project: Project) -> None:
    """`watch` limits the monitor to a client."""
    result = project.test(
        """
def test_create(speech_monitor):
    with httpx.Client() as client:
        speech_monitor.watch(client)
        client.post(URL, json=GOOD)
        create(BAD)
"""
    )

    result.assert_outcomes(passed=1)


def test_secrets_are_not_shown(project: Project) -> None:
    """Credentials of a wrong request are nowhere in the output, nor in the report that others read."""
    result = project.test(
        """
def test_create(speech_monitor):
    httpx.post(URL + "?access_token=query-secret", json=BAD, headers={"Authorization": "Bearer header-secret"})
""",
        "--junitxml=junit.xml",
    )

    result.assert_outcomes(failed=1)
    shown = re.sub(r"(?m)^.*(httpx\.post\(URL).*$", "", result.stdout.str())
    shown += (project.pytester.path / "junit.xml").read_text(encoding="utf-8")
    assert "query-secret" not in shown
    assert "header-secret" not in shown


# what is allowed


@pytest.mark.parametrize("pattern", ["request.body.*", "watson-stt-cloud/request.body.*"])
def test_the_marker_allows(project: Project, pattern: str) -> None:
    """An allowed rule does not fail, and is counted."""
    result = project.test(
        f"""
@pytest.mark.speechcustom("watson-stt-cloud", allow=[{pattern!r}, "model.status.forward"])
def test_create(speech_monitor):
    create(BAD)
    assert len(speech_monitor.findings) == 2
"""
    )

    result.assert_outcomes(passed=1)
    lines = summary(result)
    assert lines[0] == "watson-stt-cloud: 1 test, 1 exchange, 0 errors, 0 warnings, 0 notes (2 allowed)"
    assert sum(line.startswith("  allowed watson-stt-cloud/request.body.") for line in lines) == 2


def test_what_is_not_allowed_fails_still(project: Project) -> None:
    """Other rules count, and the message names those that were allowed."""
    result = project.test(
        """
@pytest.mark.speechcustom("watson-stt-cloud", allow=["request.body.required"])
def test_create(speech_monitor):
    create(BAD)
"""
    )

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["  allowed here: watson-stt-cloud/request.body.required"])


def test_the_ini_option_allows(project: Project) -> None:
    """The option holds for all tests, with reasons; rules of other services may stand there."""
    project.pytester.makeini(
        """
[pytest]
speechcustom_allow =
    request.body.*  # ticket 17
    video-indexer/*
"""
    )
    result = project.test("def test_create(speech_monitor):\n    create(BAD)\n")

    result.assert_outcomes(passed=1)
    assert all(line.endswith("ticket 17") for line in summary(result) if line.startswith("  allowed"))


@pytest.mark.parametrize("pattern", ["request.body.requird", "nowhere/request.body.required"])
def test_the_ini_option_takes_rules_that_exist(project: Project, pattern: str) -> None:
    """A mistyped rule is told."""
    project.pytester.makeini(f"[pytest]\nspeechcustom_allow = {pattern}\n")
    result = project.test("def test_create(speech_monitor):\n    pass\n")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"*speechcustom_allow: watson-stt-cloud has no rule '{pattern}'*"])


WARNS = """
def test_create(speech_monitor):
    httpx.post(URL + "/", json=GOOD)
"""


@pytest.mark.parametrize("how", ["marker", "option"])
def test_strict_lets_warnings_fail(project: Project, how: str) -> None:
    """A warning passes by default, and fails with strict."""
    passed = project.test(WARNS)
    passed.assert_outcomes(passed=1)
    passed.stdout.fnmatch_lines(["*warning watson-stt-cloud/*1 time*", "    *; seen: *; allowed: *; source: *"])

    if how == "option":
        result = project.run("--speechcustom-strict")
    else:
        result = project.test('@pytest.mark.speechcustom("watson-stt-cloud", strict=True)' + WARNS)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["WARNING watson-stt-cloud/*"])


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("def test_quiet(speech_monitor):\n    pass\n", "so nothing was checked. Its calls are * /v1/*"),
        (
            "def test_typo(speech_monitor):\n    httpx.get(URL.replace('customiz', 'customis') + '?key=abc')\n",
            "*; what it saw: GET http:*/acoustic_customisations?key=[*][*][*]. *GET /v1/acoustic_customizations and *",
        ),
    ],
)
def test_a_monitor_that_saw_nothing_of_its_service_warns(project: Project, body: str, message: str) -> None:
    """A test that judged nothing passes with a warning, which a strict run makes an error."""
    result = project.test(body, "-W", "default")
    result.assert_outcomes(passed=1, warnings=1)
    result.stdout.fnmatch_lines([f"*SpeechcustomWarning: speech_monitor saw no call of watson-stt-cloud, {message}"])

    project.run("-W", "error").assert_outcomes(passed=1, errors=1)


# the marker


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("", "the service is missing"),
        ("'watson-stt-clowd'", "unknown service 'watson-stt-clowd'; did you mean 'watson-stt-cloud'? Known: video-in*"),
        ("'watson-stt-cloud', 'watson-stt-icp'", "it takes one service*"),
        ("'watson-stt-cloud', service='watson-stt-icp'", "the service is given twice*"),
        ("17", "the service must be a string, not 17*"),
        ("'watson-stt-cloud', alow=[]", "unknown keyword 'alow'; allowed: allow, cassette, service, strict*"),
        ("'watson-stt-cloud', strict='yes'", "strict must be True or False, not 'yes'*"),
        ("'watson-stt-cloud', allow='request.body.required'", "allow must be a list of rule ids*"),
        ("'watson-stt-cloud', allow=['request.body.requird']", "*did you mean 'request.body.required'*"),
        ("'watson-stt-cloud', cassette=7", "cassette must be a name, not 7*"),
    ],
)
def test_a_wrong_marker_is_told(project: Project, arguments: str, message: str) -> None:
    """The message says what is wrong and how it is written, also where no fixture is asked for."""
    result = project.test(f"@pytest.mark.speechcustom({arguments})\ndef test_create():\n    pass\n")

    result.assert_outcomes(errors=1)
    escaped = message.replace("[", "[[]")
    result.stdout.fnmatch_lines([f"*marker speechcustom: {escaped}*"])
    assert "speechcustom(service, *, cassette=None, allow=(), strict=False)" in result.stdout.str()
    assert "marker.py" not in result.stdout.str()


@pytest.mark.parametrize("fixture", ["speech_monitor", "speech_contract"])
def test_fixtures_need_the_marker(pytester: pytest.Pytester, fixture: str) -> None:
    """Without it the message shows how to write it."""
    pytester.makepyfile(f"def test_create({fixture}):\n    pass\n")

    result = pytester.runpytest_inprocess("-p", PLUGIN)

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"*{fixture} needs the marker @pytest.mark.speechcustom(service)*"])


def test_the_marker_is_registered(pytester: pytest.Pytester) -> None:
    """`--markers` shows it, so that strict markers accept it."""
    result = pytester.runpytest_inprocess("-p", PLUGIN, "--markers")

    result.stdout.fnmatch_lines(["@pytest.mark.speechcustom(service, [*], cassette=None, allow=(), strict=False):*"])


def test_the_closest_marker_counts(project: Project) -> None:
    """A marker on the test replaces that of the module."""
    result = project.test(
        """
@pytest.mark.speechcustom("watson-stt-icp")
def test_near(speech_contract):
    assert speech_contract.id == "watson-stt-icp"


def test_far(speech_contract):
    assert speech_contract.id == "watson-stt-cloud"
    assert speech_contract.schemas
    assert speech_contract.operations
    assert speech_contract.lifecycles
"""
    )

    result.assert_outcomes(passed=2)
    assert summary(result) == []


# the hook

CONFTEST = """
import dataclasses
from pytest_speechcustom import load


def pytest_speechcustom_contracts(config):
    return {result}
"""


def test_the_hook_adds_contracts(project: Project) -> None:
    """A contract from a conftest can be named in the marker."""
    result = "{'mine': dataclasses.replace(load('watson-stt-cloud'), id='mine')}"
    project.pytester.makeconftest(CONFTEST.format(result=result))
    result_ = project.test(
        """
@pytest.mark.speechcustom("mine")
def test_create(speech_monitor, speech_contract):
    assert speech_contract.id == "mine"
    create(GOOD)
"""
    )

    result_.assert_outcomes(passed=1)
    assert summary(result_)[0].startswith("mine: 1 test, 1 exchange")


@pytest.mark.parametrize(
    ("result", "message"),
    [
        ("{'watson-stt-icp': load('watson-stt-cloud')}", "there is a contract 'watson-stt-icp' already"),
        ("{'mine': 'contract'}", "must give a mapping of service id to Contract"),
        ("17", "must give a mapping of service id to Contract, not 17"),
    ],
)
def test_a_wrong_hook_is_told(project: Project, result: str, message: str) -> None:
    """What the hook gives is looked at."""
    project.pytester.makeconftest(CONFTEST.format(result=result))

    outcome = project.test("def test_create(speech_contract):\n    pass\n")

    outcome.assert_outcomes(errors=1)
    outcome.stdout.fnmatch_lines([f"*pytest_speechcustom_contracts*{message}*"])


# reports of runs

MANY = """
@pytest.mark.parametrize("number", range(4))
def test_good(speech_monitor, number):
    create(GOOD)


@pytest.mark.parametrize("number", range(3))
def test_bad(speech_monitor, number):
    create(BAD)


@pytest.mark.speechcustom("watson-stt-cloud", allow=["request.*"])
def test_allowed(speech_monitor):
    create(BAD)


@pytest.mark.xfail(strict=True, reason="known")
def test_known(speech_monitor):
    create(BAD)
"""


def test_the_same_summary_under_xdist(project: Project) -> None:
    """What tests found travels with their reports: two workers give the summary of none."""
    project.write(MANY)
    # In processes of their own, as xdist's workers are.
    alone, spread = (
        project.pytester.runpytest_subprocess("-p", PLUGIN, "-p", "no:cacheprovider", "-p", "xdist", f"-n{number}")
        for number in (0, 2)
    )

    for result in (alone, spread):
        result.assert_outcomes(passed=5, failed=3, xfailed=1)
    assert summary(alone) != []
    assert summary(spread) == summary(alone)
    assert summary(alone)[0].startswith("watson-stt-cloud: 9 tests, 9 exchanges, 8 errors, 0 warnings, 0 notes (2 all")


def test_junit_has_the_facts(project: Project) -> None:
    """One property for each test, in JSON: service, findings by level, verdicts."""
    project.test("def test_create(speech_monitor):\n    create(BAD)\n", "--junitxml=junit.xml")

    tree = ElementTree.parse(project.pytester.path / "junit.xml")
    (found,) = [each for each in tree.iter("property") if each.get("name") == "speechcustom"]
    facts = json.loads(found.get("value") or "")
    assert (facts["service"], facts["exchanges"]) == ("watson-stt-cloud", 1)
    assert set(facts["findings"]) == {"error"}
    assert facts["verdicts"]["violated"] == sorted(facts["findings"]["error"], key=facts["verdicts"]["violated"].index)


def test_nothing_is_printed_where_nothing_ran(pytester: pytest.Pytester) -> None:
    """A run that uses none of our fixtures shows no word of us."""
    pytester.makepyfile("def test_other():\n    pass\n")

    result = pytester.runpytest_inprocess("-p", PLUGIN)

    result.assert_outcomes(passed=1)
    result.stdout.no_re_match_line("(?i).*speechcustom")


def test_nothing_is_imported_where_nothing_ran(tmp_path: Path) -> None:
    """Nor does it import an engine, a contract, a tap or an HTTP library."""
    (tmp_path / "test_other.py").write_text("def test_other():\n    pass\n", encoding="utf-8")
    program = (
        f"import sys, pytest; code = pytest.main(['-q', '-p', {PLUGIN!r}]); "
        "print(int(code), sorted(n for n in sys.modules if n.startswith(('pytest_speechcustom.', 'http', 'vcr', 'json"
        "schema', 'urllib.request'))))"
    )

    answer = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(Path(__file__).parent.parent)},
        capture_output=True,
        text=True,
        check=True,
    )

    expected = "0 ['pytest_speechcustom.hooks', 'pytest_speechcustom.plugin']"
    assert answer.stdout.splitlines()[-1] == expected
