"""Baselines where a server is checked: what is accepted does not fail the run, and is no conformance for that."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pytest_speechcustom.cli import main
from tests.conformance.targets import Changed, Environ
from tests.conformance.test_targets import serving

SERVICE = "video-indexer"
RULE = f"{SERVICE}/file.size"


def entry(rule: str = RULE, place: str = "*") -> str:
    """An entry as it is written."""
    return f'[[accept]]\nrule = "{rule}"\nplace = "{place}"\nreason = "sizes are wrong"\n'


def _negative(environ: Environ, status: str, answer: Any) -> tuple[str, Any]:
    if environ["PATH_INFO"].endswith("/files") and status.startswith("200"):
        answer = [{**each, "properties": each["properties"] | {"size": -1}} for each in answer]
    return status, answer


@pytest.fixture
def url() -> Iterator[str]:
    """A server that tells sizes below zero."""
    with serving(Changed(SERVICE, _negative)) as url:
        yield url


def test_a_further_property_is_no_want_of_conformance(capsys: pytest.CaptureFixture[str]) -> None:
    """It is noted, and counts against no rule."""

    def larger(environ: Environ, status: str, answer: Any) -> tuple[str, Any]:
        return status, answer | {"colour": "red"} if isinstance(answer, dict) else answer

    with serving(Changed(SERVICE, larger)) as url:
        assert conformance(url, "--format", "json") == 0
    report = json.loads(capsys.readouterr().out)
    assert {each["level"] for each in report["findings"]} == {"note"}
    assert report["conformance"]["verdict"] == "conformant"


@pytest.fixture
def known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of the working directory, with an entry for that."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "speechcustom-baseline.toml"
    path.write_text(entry(), encoding="utf-8")
    return path


def conformance(url: str, *options: str) -> int:
    """The exit status of the command."""
    return main(["conformance", "--service", SERVICE, "--url", url, "--strict", *options])


def test_without_a_baseline_it_fails(url: str) -> None:
    """What the others stand against."""
    assert conformance(url, "-k", "files") == 1


def test_what_is_accepted_does_not_fail_and_does_not_conform(
    url: str, known: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No finding, no history of one; the table and the word still tell what is."""
    assert conformance(url, "-k", "files", "--format", "json") == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["verdict"], report["findings"]) == ("pass", [])
    assert [(each["rule"], each["state"]) for each in report["baseline"]] == [(RULE, "used")]
    assert report["conformance"]["histories"] == {}
    assert {each["verdict"] for each in report["conformance"]["groups"]} == {"pass"}
    assert sum(row["violated"] for row in report["conformance"]["dimensions"].values()) == 1
    assert report["conformance"]["verdict"] != "conformant"


def test_a_whole_run_fails_for_an_entry_that_matches_nothing(
    url: str, known: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A part of one cannot tell; entries of another service and of clients are left alone."""
    others = entry("watson-stt-cloud/model.status.final") + entry(f"{SERVICE}/request.body.unknown")
    known.write_text(entry() + entry(f"{SERVICE}/dataset.identity") + others, encoding="utf-8")
    assert conformance(url, "-k", "files") == 0
    capsys.readouterr()

    assert conformance(url) == 1
    unused = [line for line in capsys.readouterr().out.splitlines() if "matches nothing" in line]
    assert [line.split()[1] for line in unused] == [f"{SERVICE}/dataset.identity"]


def test_a_run_that_broke_off_accepts_nothing(known: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing was seen of what the entries are for."""
    assert conformance("http://127.0.0.1:9") == 3
    assert "matches nothing" not in capsys.readouterr().out


def test_a_wrong_baseline_is_told_before_anything_is_asked(known: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit status 2, in one line."""
    known.write_text("[[accept]\n", encoding="utf-8")
    assert conformance("http://127.0.0.1:9") == 2
    assert "speechcustom-baseline.toml: is no TOML" in capsys.readouterr().err


STAR = f"""
import pytest
from pytest_speechcustom.conformance import *
from tests.conformance.targets import Changed
from tests.conformance.test_accepted import _negative

pytestmark = pytest.mark.speechcustom("{SERVICE}", strict=True)


@pytest.fixture
def speech_target():
    return Changed("{SERVICE}", _negative)
"""


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    """The suite of that server, with its baseline."""
    pytester.makepyfile(STAR)
    pytester.makeini("[pytest]\nspeechcustom_baseline = known.toml\n")
    return pytester


def test_in_pytest_the_group_passes(project: pytest.Pytester) -> None:
    """The summary gives the reason, and the row is still violated."""
    (project.path / "known.toml").write_text(entry(), encoding="utf-8")
    result = project.runpytest_inprocess("-k", "files")
    result.assert_outcomes(passed=1, deselected=result.parseoutcomes()["deselected"])
    result.stdout.fnmatch_lines([f"*allowed {RULE}: 9 times, sizes are wrong*"])


def test_in_pytest_a_whole_run_fails_for_an_entry_without_a_match(project: pytest.Pytester) -> None:
    """All of its tests pass."""
    stale = entry(f"{SERVICE}/dataset.identity")
    (project.path / "known.toml").write_text(entry() + stale, encoding="utf-8")
    result = project.runpytest_inprocess()
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert set(result.parseoutcomes()) == {"passed"}
    result.stdout.fnmatch_lines([f"error known.toml: {SERVICE}/dataset.identity at * matches nothing: remove it"])


def test_in_pytest_options_say_how_long_work_may_take(pytester: pytest.Pytester) -> None:
    """A wait that makes no sense is told in one line, as on the command line."""
    pytester.makepyfile(STAR)
    result = pytester.runpytest_inprocess("-k", "files", "--speechcustom-timeout", "0")
    result.stdout.fnmatch_lines(["*0 is no number of seconds between 0 and 86400*"])
    result = pytester.runpytest_inprocess(
        "-k", "lists", "--speechcustom-timeout", "5", "--speechcustom-poll-interval", "0.01", "--speechcustom-seed", "3"
    )
    result.assert_outcomes(passed=1, deselected=result.parseoutcomes()["deselected"])
