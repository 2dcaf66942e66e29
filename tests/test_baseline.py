"""Baselines: known deviations that are accepted, on the command line and in pytest, and none that is left behind."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pytest_speechcustom import cli
from pytest_speechcustom.baseline import Baseline, Entry, accept, read
from pytest_speechcustom.contracts import load
from pytest_speechcustom.engine.checker import Checker
from pytest_speechcustom.engine.findings import MOST_FINDINGS
from pytest_speechcustom.engine.report import Report
from pytest_speechcustom.values import UsageError
from tests.conftest import Loopback
from tests.rules.azure_speech_v3_1 import KIT as AZURE

ROOT = Path(__file__).resolve().parent.parent
GOOD = ROOT / "examples" / "watson-training.ndjson"
BROKEN = ROOT / "examples" / "watson-training-broken.ndjson"
SERVICE = "watson-stt-cloud"
RULE = f"{SERVICE}/model.status.final"
PLACE = "getAcousticModel /status"
TODAY = date(2026, 6, 1)


def entry(rule: str = RULE, place: str = PLACE, expires: str = "") -> str:
    """An entry as it is written."""
    more = f"expires = {expires}\n" if expires else ""
    return f'[[accept]]\nrule = "{rule}"\nplace = "{place}"\nreason = "the stub forgets"\n{more}'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A baseline with one entry, for the one fault of the broken history."""
    path = tmp_path / "known.toml"
    path.write_text(entry(), encoding="utf-8")
    return path


def check(*arguments: object) -> int:
    """The exit status of `speechcustom check`."""
    return cli.main(["check", "--service", SERVICE, *map(str, arguments)])


# on the command line


def test_an_accepted_finding_does_not_fail(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is not listed, and what accepted it is told with the reason."""
    assert check("--baseline", file, BROKEN) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"PASS {SERVICE}: 10 exchanges, 0 errors")
    assert f"  baseline: {RULE} at {PLACE}: accepted 1 finding (the stub forgets)" in out


def test_an_entry_that_matches_nothing_fails(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """So that it is removed when the deviation is gone."""
    assert check("--baseline", file, GOOD) == 1
    out = capsys.readouterr().out
    assert out.startswith(f"FAIL {SERVICE}: 10 exchanges, 0 errors")
    assert f"baseline: {RULE} at {PLACE}: matches nothing in this run: remove it from the baseline" in out


def test_the_file_in_the_working_directory_is_taken(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """By its name, without being asked for."""
    monkeypatch.chdir(file.parent)
    assert check(BROKEN) == 1
    file.rename("speechcustom-baseline.toml")
    assert check(BROKEN) == 0
    assert check(GOOD) == 1
    assert capsys.readouterr().err == ""


def test_json_and_markdown_tell_of_it(file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """JSON has the entries with what became of them."""
    written = tmp_path / "report.json"
    assert check("--baseline", file, "--report", written, "--format", "markdown", BROKEN) == 0

    document = json.loads(written.read_text(encoding="utf-8"))
    assert document["baseline"] == [
        {"rule": RULE, "place": PLACE, "reason": "the stub forgets", "expires": None, "times": 1, "state": "used"}
    ]
    assert (document["verdict"], document["findings"], document["summary"]["errors"]) == ("pass", [], 0)
    assert "accepted 1 finding (the stub forgets)" in capsys.readouterr().out


def test_a_warning_is_accepted_when_warnings_fail(tmp_path: Path) -> None:
    """`--strict` counts what is left."""
    lines = GOOD.read_text(encoding="utf-8").splitlines()
    last = json.loads(lines[-1])
    last["request"]["url"] += "/"
    traffic = tmp_path / "slash.ndjson"
    traffic.write_text("\n".join([*lines[:-1], json.dumps(last)]) + "\n", encoding="utf-8")
    known = tmp_path / "known.toml"
    known.write_text(entry("request.path.slash", "getAcousticModel"), encoding="utf-8")

    assert check("--strict", traffic) == 1
    assert check("--strict", "--baseline", known, traffic) == 0


def test_what_a_run_could_not_find_is_not_asked_of_it(tmp_path: Path) -> None:
    """Entries of another service, of the other side, and of drift are left for the runs that they are for."""
    known = tmp_path / "known.toml"
    others = [
        entry("video-indexer/model.status.final", "*"),
        entry("drift.response.state.move", "AcousticModel.status"),
    ]
    known.write_text("".join(others), encoding="utf-8")
    assert check("--baseline", known, GOOD) == 0

    known.write_text(entry(), encoding="utf-8")
    assert check("--baseline", known, "--side", "client", GOOD) == 0
    assert check("--baseline", known, "--side", "server", GOOD) == 1


def test_drift_is_accepted_by_its_kind_and_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The place is that of the entity; an entry for `check` is none for it."""
    known = tmp_path / "known.toml"
    drift = ["drift", "--service", SERVICE, "--baseline", str(known), str(BROKEN)]
    known.write_text(entry(f"{SERVICE}/drift.response.state.move", "AcousticModel.status") + entry(), encoding="utf-8")
    assert cli.main(drift) == 0
    assert "accepted 1 finding" in capsys.readouterr().out

    known.write_text(entry(f"{SERVICE}/drift.response.state.move", "Another.status"), encoding="utf-8")
    assert cli.main(drift) == 1
    assert "matches nothing" in capsys.readouterr().out


def test_a_run_that_broke_off_says_nothing_of_entries(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What was not read may hold what they are for."""
    assert check("--baseline", file, GOOD, "nowhere.har") == 2
    assert "baseline" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[accept]\n", "is no TOML: "),
        ("accept = 1\n", "there must be [[accept]] tables only"),
        ("[[allow]]\n", "there must be [[accept]] tables only, not 'allow'"),
        ("[[accept]]\n" + 'rule = "x"\n', "entry 1: place must be given, as text"),
        (entry() + 'owner = "me"\n', "entry 1: unknown key 'owner'; known: rule, place, reason, expires"),
        (entry() + entry(place=" "), "entry 2: place must be given, as text"),
        (entry(expires='"2027-01-31"'), "entry 1: expires must be a date, such as 2027-01-31, without quotes"),
        (entry(expires="2027-01-31T00:00:00Z"), "entry 1: expires must be a date"),
    ],
)
def test_a_wrong_file_is_one_line(text: str, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit status 2; the file and the entry are named."""
    path = tmp_path / "known.toml"
    path.write_text(text, encoding="utf-8")

    assert check("--baseline", path, GOOD) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"speechcustom: error: {path}")
    assert told in err
    assert err.count("\n") == 1


def test_a_file_that_is_not_there_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One that was asked for must be there."""
    assert check("--baseline", tmp_path / "none.toml", GOOD) == 2
    assert capsys.readouterr().err == (
        f"speechcustom: error: {tmp_path / 'none.toml'}: cannot be read: No such file or directory\n"
    )


# what is accepted


def judged(*entries: Entry, history: Any = None) -> Report:
    """The report of the broken history, or another, with these entries."""
    if history is None:
        from pytest_speechcustom.traffic import read as exchanges

        checker, history = Checker(load(SERVICE)), exchanges(BROKEN)
    else:
        checker = Checker(load("azure-speech-v3.1"))
    checker.check(history)
    return accept(checker.report(), Baseline("known.toml", entries), TODAY)


@pytest.mark.parametrize(
    ("rule", "place", "times"),
    [
        (RULE, PLACE, 1),
        (RULE, "getAcousticModel", 1),
        (RULE, "getAcousticModel *", 1),
        (RULE, "*", 1),
        ("model.status.*", PLACE, 1),
        (f"{SERVICE}/model.*", PLACE, 1),
        (RULE, "listAcousticModels *", 0),
        (RULE, "getAcousticModel /progress", 0),
        (RULE, "/status", 0),
        ("watson-stt-icp/model.status.final", PLACE, 0),
        ("model.status", PLACE, 0),
    ],
)
def test_rule_and_place_must_both_match(rule: str, place: str, times: int) -> None:
    """Both may be patterns; the rule with its service or without, the place with its pointer or without."""
    report = judged(Entry(rule, place, "known"))

    assert (report.summary["errors"], len(report.findings)) == (1 - times, 1 - times)
    assert [each.times for each in report.accepted] in ([times], [])


def test_an_entry_that_has_expired_accepts_nothing() -> None:
    """From the day after; what it matched counts again, and the entry says why."""
    late = judged(Entry(RULE, PLACE, "known", date(2026, 5, 31)))
    assert (late.verdict, late.summary["errors"], [each.state for each in late.accepted]) == ("fail", 1, ["expired"])

    on_the_day = judged(Entry(RULE, PLACE, "known", TODAY))
    assert (on_the_day.verdict, [each.state for each in on_the_day.accepted]) == ("pass", ["used"])


def test_findings_that_are_not_listed_are_not_accepted_unseen() -> None:
    """Of thousands a report lists a part; only an entry for any place covers the others."""
    more = MOST_FINDINGS + 50
    history = [AZURE.call("GET", "/models", at, {"colour": "red"}, answer={"values": []}) for at in range(more)]
    rule = "azure-speech-v3.1/request.query.unknown"

    some = judged(Entry(rule, "Models_ListCustomModels", "known"), history=history)
    every = judged(Entry(rule, "*", "known"), history=history)

    assert (some.verdict, some.summary["errors"]) == ("fail", more - MOST_FINDINGS - 1)
    assert (every.verdict, every.summary["errors"], every.accepted[0].times) == ("pass", 0, more)


def test_a_file_is_read_as_it_is_written(file: Path) -> None:
    """Rule, place, reason, and the day as a day."""
    file.write_text(entry(expires="2027-01-31"), encoding="utf-8")

    assert read(file).entries == (Entry(RULE, PLACE, "the stub forgets", date(2027, 1, 31)),)
    with pytest.raises(UsageError, match="cannot be read"):
        read(file.parent)


# in pytest

PLUGIN = "pytest_speechcustom.plugin"
TEST = """
import httpx
import pytest

pytestmark = pytest.mark.speechcustom("watson-stt-cloud")


def test_wrong(speech_monitor):
    httpx.post({url!r}, json={{"name": "Lectures", "base_model": "en-US_BroadbandModel"}})


def test_right(speech_monitor):
    httpx.post({url!r}, json={{"name": "Lectures", "base_model_name": "en-US_BroadbandModel"}})
"""
ACCEPTED = """
[[accept]]
rule = "watson-stt-cloud/request.body.*"
place = "createAcousticModel*"
reason = "an old client"
"""
STALE = """
[[accept]]
rule = "watson-stt-cloud/model.status.final"
place = "*"
reason = "was fixed"
"""


@pytest.fixture
def project(pytester: pytest.Pytester, loopback: Loopback, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A project with a test that breaks the contract and one that does not, and a baseline in its ini file."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    pytester.makepyfile(test_models=TEST.format(url=loopback.models))
    pytester.makeini("[pytest]\nspeechcustom_baseline = known.toml\n")
    return pytester


def run(project: pytest.Pytester, baseline: str, *options: str) -> pytest.RunResult:
    """The run of that project with this baseline."""
    (project.path / "known.toml").write_text(baseline, encoding="utf-8")
    return project.runpytest_inprocess("-p", PLUGIN, "-p", "no:cacheprovider", *options)


def test_in_pytest_an_accepted_finding_does_not_fail(project: pytest.Pytester) -> None:
    """The summary tells the reason."""
    result = run(project, ACCEPTED)

    result.assert_outcomes(passed=2)
    assert result.ret == 0
    result.stdout.fnmatch_lines(["*allowed watson-stt-cloud/request.body.unknown: 1 time, an old client*"])


def test_in_pytest_what_is_not_accepted_fails(project: pytest.Pytester) -> None:
    """An empty baseline accepts nothing."""
    run(project, "").assert_outcomes(passed=1, failed=1)


def test_in_pytest_an_entry_that_matches_nothing_fails_the_run(project: pytest.Pytester) -> None:
    """All tests pass, and the run does not."""
    result = run(project, ACCEPTED + STALE)

    result.assert_outcomes(passed=2)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(
        ["error known.toml: watson-stt-cloud/model.status.final at ? matches nothing: remove it*"]
    )


@pytest.mark.parametrize(
    "options",
    [
        ("-k", "right"),
        ("test_models.py",),
        ("--collect-only",),
        ("-k", "right", "-p", "xdist.plugin", "-n", "1"),
        ("-m", "not slow"),
    ],
    ids=" ".join,
)
def test_a_part_of_a_suite_says_nothing_of_entries(project: pytest.Pytester, options: tuple[str, ...]) -> None:
    """What did not run may be what they are for."""
    assert run(project, ACCEPTED + STALE, *options).ret == 0


def test_in_pytest_entries_of_services_that_no_test_is_about_are_left(project: pytest.Pytester) -> None:
    """Another job may test those, and `speechcustom drift` is what looks for drift."""
    others = STALE.replace("watson-stt-cloud", "video-indexer") + STALE.replace("/model", "/drift.response")
    assert run(project, ACCEPTED + others).ret == 0


def test_in_pytest_a_wrong_baseline_is_one_line(project: pytest.Pytester) -> None:
    """In each test that would be judged by it."""
    result = run(project, "[[accept]]\n")

    result.assert_outcomes(errors=2)
    result.stdout.fnmatch_lines(["*known.toml, entry 1: rule must be given, as text"])


def test_in_pytest_with_processes(project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each process sees a part; the run is judged where it comes together."""
    options = ("-p", "xdist.plugin", "-n", "2")
    assert run(project, ACCEPTED, *options).ret == 0
    assert run(project, ACCEPTED + STALE, *options).ret == pytest.ExitCode.TESTS_FAILED
