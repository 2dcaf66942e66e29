"""The suite on the built-in emulator: all that is documented is verified, and two runs are the same."""

from __future__ import annotations

import io
import json
import sys
from functools import cache

import pytest

from pytest_speechcustom.cli import main
from pytest_speechcustom.conformance import command
from pytest_speechcustom.conformance.groups import NAMES, groups_of
from pytest_speechcustom.conformance.outcome import NEVER, Outcome
from pytest_speechcustom.conformance.reporting import render_all
from pytest_speechcustom.conformance.session import Settings
from pytest_speechcustom.contracts import SERVICES


@cache
def outcome_of(service: str) -> Outcome:
    """A whole run, of which there is one for all tests here."""
    return command.run(service, Settings())


@pytest.mark.parametrize("service", SERVICES)
def test_every_rule_of_the_server_is_satisfied(service: str) -> None:
    """No finding, no gap, and nothing undecided but what has a reason by name."""
    outcome = outcome_of(service)
    assert outcome.report.findings == ()
    assert {each.rule for each in outcome.report.requirements if each.verdict != "satisfied"} <= set(NEVER)
    assert [gap for group in outcome.groups for gap in group.gaps] == []
    assert outcome.word == "conformant"


@pytest.mark.parametrize("service", SERVICES)
def test_every_operation_is_called(service: str) -> None:
    """But for those that would delete what the suite has not made."""
    uncalled = {name for name, times in outcome_of(service).report.coverage["operations"].items() if not times}
    assert uncalled <= {"Endpoints_DeleteBaseModelLogs", "Endpoints_DeleteBaseModelLog"}


@pytest.mark.parametrize("service", SERVICES)
def test_every_state_is_seen(service: str) -> None:
    """Failures included."""
    states = outcome_of(service).report.coverage["states"]
    assert {state for state, times in states.items() if not times} <= _NEVER_SHOWN.get(service, set())


_NEVER_SHOWN: dict[str, set[str]] = {
    "video-indexer": {"dataset: Processing", "model: Waiting", "dataset: None", "model: None"}
}


@pytest.mark.parametrize("service", SERVICES)
def test_names_of_groups_are_those_of_the_module(service: str) -> None:
    """Tests are named after groups without importing them."""
    assert tuple(group.name for group in groups_of(service)) == NAMES[service]


def test_the_same_seed_gives_the_same_report() -> None:
    """Byte by byte."""
    again = command.run("video-indexer", Settings())
    assert render_all([again], "json") == render_all([outcome_of("video-indexer")], "json")


def test_the_command_tells_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    """A row for each dimension, and the headline."""
    assert main(["conformance", "--service", "video-indexer"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "dimension       satisfied  violated  inconclusive  not verified" in lines
    assert lines[-1].startswith("CONFORMANT video-indexer: the lowest row is ")


def test_a_partial_run_never_says_conformant(capsys: pytest.CaptureFixture[str]) -> None:
    """And says what did not run, for each rule that is open because of that."""
    assert main(["conformance", "--service", "video-indexer", "-k", "reading", "--format", "json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["conformance"]["verdict"] == "partial"
    assert "lifecycle" in report["conformance"]["missing"]
    open_ = {each["rule"]: each["reason"] for each in report["requirements"] if each["verdict"] == "not-verified"}
    assert open_["video-indexer/dataset.identity"].startswith("not run: lifecycle")


def test_markdown_has_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    """For pages."""
    assert main(["conformance", "--service", "video-indexer", "-k", "reading", "--format", "markdown"]) == 0
    assert "| dimension | violated |" in capsys.readouterr().out.replace("satisfied | violated", "violated")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--service", "watson"], "unknown service 'watson'; did you mean watson-stt-icp"),
        (["--url", "http://127.0.0.1:9"], "name the service that is there"),
        (["--service", "video-indexer", "--url", "127.0.0.1:9"], "the URL of a target is"),
        (["--service", "video-indexer", "-k", "nothing"], "has no group 'nothing'"),
        (["--service", "video-indexer", "--header", "a-secret-without-a-name"], "a header is written 'Name: value'"),
        (["--service", "video-indexer", "--param", "colour=red"], "has no contract parameter 'colour'"),
        (["--timeout", "0"], "no number of seconds"),
        (["--cleanup"], "--cleanup needs --url"),
    ],
)
def test_wrong_usage_is_one_line(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit status 2, and no header in the complaint."""
    assert main(["conformance", *arguments]) == 2
    complaint = capsys.readouterr().err
    assert said.partition(";")[0] in complaint
    assert complaint.count("\n") == 1
    assert "a-secret" not in complaint


@pytest.mark.parametrize(("form", "begins"), [("sarif", "{"), ("junit", "<?xml"), ("html", "<!")])
def test_other_forms_of_the_report(form: str, begins: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Of one service: a group of probes is enough to see it."""
    arguments = ["conformance", "--service", "video-indexer", "-k", "lists", "--format", form]
    assert main(arguments) == 0
    assert capsys.readouterr().out.lower().startswith(begins)


def test_a_form_of_one_service_is_refused_for_all(capsys: pytest.CaptureFixture[str]) -> None:
    """Before anything is asked."""
    assert main(["conformance", "--format", "sarif"]) == 2
    assert "sarif is of one service: name it with --service" in capsys.readouterr().err


def test_a_terminal_shows_how_far_it_has_come(monkeypatch: pytest.MonkeyPatch) -> None:
    """On standard error, in one line that is wiped at the end."""
    terminal = io.StringIO()
    terminal.isatty = lambda: True  # type: ignore[method-assign]
    monkeypatch.setattr(sys, "stderr", terminal)
    assert main(["conformance", "--service", "video-indexer", "-k", "lists", "-k", "files"]) == 0
    told = [each.rstrip() for each in terminal.getvalue().split("\r") if each.strip()]
    assert told == ["speechcustom: video-indexer: lists (1 of 2)", "speechcustom: video-indexer: files (2 of 2)"]
