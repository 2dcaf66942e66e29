"""What the suite owes to a target: it stops when told to and cleans up, waits when asked to, and says what it lacks."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from pytest_speechcustom.cli import main
from pytest_speechcustom.conformance.client import Client
from pytest_speechcustom.conformance.control import Control
from pytest_speechcustom.conformance.faults import SuiteFault
from pytest_speechcustom.conformance.ledger import FOLDER, Ledger
from pytest_speechcustom.conformance.target import Target, target_of
from pytest_speechcustom.conformance.wires import connect
from pytest_speechcustom.contracts import load
from pytest_speechcustom.emulator.service import SpeechService
from pytest_speechcustom.values import UsageError
from tests.conformance.targets import Changed, Environ
from tests.conformance.test_targets import checked, serving

SERVICE = "video-indexer"


def client_of(target: Target) -> Client:
    """A client that is not in a run."""
    wire = connect(target, 5)
    return Client(load(SERVICE), target, wire, Control(target, wire), Ledger(), 5)


@pytest.mark.skipif(os.name != "posix", reason="SIGINT is sent to a process")
def test_ctrl_c_ends_the_run_and_deletes_what_was_made(tmp_path: Path) -> None:
    """While the suite waits for work that takes long. What was found until then is told, and written."""
    service = SpeechService(SERVICE)
    without_control = service.app

    def app(environ: Environ, start_response: Any) -> Any:
        if environ["PATH_INFO"].startswith("/_speechcustom/"):
            start_response("404 Not Found", [("Content-Length", "0")])
            return [b""]
        return without_control(environ, start_response)

    with serving(app) as url:
        program = [sys.executable, "-m", "pytest_speechcustom", "conformance", "--service", SERVICE, "--url", url]
        program += ["-k", "lists", "--report", "report.json"]
        with subprocess.Popen(
            program, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as suite:
            deadline = time.monotonic() + 20
            while not any(each.request.method == "POST" for each in service.exchanges):
                assert time.monotonic() < deadline
                time.sleep(0.05)
            suite.send_signal(signal.SIGINT)
            said, complaint = suite.communicate(timeout=30)
    assert (suite.returncode, complaint) == (130, "speechcustom: error: interrupted\n")
    assert said.splitlines()[-1].startswith(f"BROKEN OFF {SERVICE}: ")
    assert json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["verdict"] == "error"
    assert "DELETE" in {each.request.method for each in service.exchanges}
    assert not (tmp_path / FOLDER).exists()


def test_a_busy_target_is_asked_again_when_it_says() -> None:
    """429 with Retry-After is no fault, and not the end."""
    service = SpeechService(SERVICE)
    service.plan(429, retry_after=0, operation="Get-Speech-Datasets", times=2)
    outcome = checked(SERVICE, Target(app=service.app), "reading")
    assert outcome.report.findings == ()
    assert outcome.report.coverage["statuses"]["Get-Speech-Datasets 429"] == 2


def test_a_target_without_a_way_to_fail_is_not_verified_with_a_reason() -> None:
    """It says what would make it verifiable."""
    inner = SpeechService(SERVICE, progress="polls:1").app

    def app(environ: Environ, start_response: Any) -> Any:
        if environ["PATH_INFO"].startswith("/_speechcustom/"):
            start_response("404 Not Found", [])
            return [b""]
        return inner(environ, start_response)

    outcome = checked(SERVICE, Target(app=app), "lifecycle")
    gaps = [gap for group in outcome.groups for gap in group.gaps]
    assert [gap.step for gap in gaps] == ["failure of a dataset", "failure of a model"]
    assert all("fail_url" in gap.missing for gap in gaps)


@pytest.mark.parametrize("progress", ["seconds:0.001", "polls:0", "polls:9"])
def test_a_faster_or_slower_target_is_not_at_fault(progress: str) -> None:
    """Work that is over before it can be disturbed leaves rules open, and breaks none."""
    service = SpeechService("watson-stt-cloud", progress=progress)
    outcome = checked("watson-stt-cloud", Target(app=service.app), "conflicts", "lifecycle")
    assert [each for each in outcome.report.findings if each.level != "note"] == []


def test_a_target_with_a_clock_of_its_own_is_not_at_fault() -> None:
    """What it says of the time is what counts, also where it cannot be asked for it."""
    inner = SpeechService("azure-speech-2025-10-15", progress="polls:1").app

    def app(environ: Environ, start_response: Any) -> Any:
        if environ["PATH_INFO"].startswith("/_speechcustom/"):
            start_response("404 Not Found", [])
            return [b""]
        return inner(environ, start_response)

    outcome = checked("azure-speech-2025-10-15", Target(app=app), "copy")
    assert [each for each in outcome.report.findings if each.level != "note"] == []
    assert {gap.step for gap in outcome.groups[0].gaps} == {"a copy that fails", "an authorization that has expired"}


def test_what_the_suite_did_not_make_is_never_deleted() -> None:
    """Not even when a probe says so."""
    service = SpeechService(SERVICE)
    client = client_of(Target(app=service.app))
    place = {"location": "trial", "accountId": "0c1dbb5e-f1c2-4a8e-b6ff-7e3b2b6d3a11"}
    with pytest.raises(SuiteFault, match="would delete what it did not make"):
        client.delete("Delete-Speech-Model", {**place, "modelId": "7d4f8c1e-3b52-4a6f-9e0d-5c2a1b3f4e6d"})
    assert service.exchanges == ()


def test_a_wrong_request_of_the_suite_is_its_own_fault() -> None:
    """It is not sent; and what is meant to be wrong has to be."""
    service = SpeechService(SERVICE)
    client = client_of(Target(app=service.app))
    place = {"location": "trial", "accountId": "0c1dbb5e-f1c2-4a8e-b6ff-7e3b2b6d3a11"}
    with pytest.raises(SuiteFault, match=r"breaks request\.body\.required"):
        client.call("Create-Speech-Dataset", place, body={})
    with pytest.raises(SuiteFault, match="should break the contract and does not"):
        client.wrong("Get-Speech-Datasets", place)
    assert service.exchanges == ()


def test_what_the_target_told_is_not_the_fault_of_the_suite() -> None:
    """A link that is no URL cannot be referred to: that is left undone, and the run goes on."""

    def no_links(environ: Environ, status: str, body: Any) -> tuple[str, Any]:
        if isinstance(body, dict) and "self" in body and environ["REQUEST_METHOD"] == "POST":
            body = body | {"self": "no link " + body["self"].rpartition("/")[2]}
        return status, body

    target = Target(app=Changed("azure-speech-v3.1", no_links))
    outcome = checked("azure-speech-v3.1", target, "fields", "references")
    assert "response.body.value" in {each.rule.partition("/")[2] for each in outcome.report.findings}
    assert outcome.word == "not conformant"
    assert any("cannot be sent" in gap.reason for group in outcome.groups for gap in group.gaps)


def test_links_do_not_lead_keys_to_other_hosts() -> None:
    """The path of a link counts, its host does not."""
    service = SpeechService("azure-speech-v3.1")
    target = Target(app=service.app)
    wire = connect(target, 5)
    client = Client(load("azure-speech-v3.1"), target, wire, Control(target, wire), Ledger(), 5)
    client.follow("Projects_List", "https://attacker.example/speechtotext/v3.1/projects?skip=0")
    assert [each.request.url for each in client.exchanges] == ["http://target.test/speechtotext/v3.1/projects?skip=0"]


def test_without_httpx_one_line_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The extra by its name."""
    monkeypatch.setitem(sys.modules, "httpx", None)
    assert main(["conformance", "--service", SERVICE]) == 2
    assert capsys.readouterr().err == (
        "speechcustom: error: the conformance suite needs httpx: pip install 'pytest-speechcustom[conformance]'\n"
    )


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("http://127.0.0.1:1", True), ("http://localhost:1/base", True), ("http://[::1]:1", True),
        ("http://api.localhost", True), ("https://example.com", False), ("http://10.0.0.1", False),
        ("http://127.0.0.1.example.com", False), ("http://localhost.example.com", False),
    ],
)  # fmt: skip
def test_only_loopback_is_this_machine(url: str, local: bool) -> None:
    """Names that only look like it are not."""
    assert target_of(url).is_local is local


@pytest.mark.parametrize("wrong", ["ftp://x", "http://", "x", "http://x?key=1", 7, None])
def test_what_is_no_target_is_refused(wrong: Any) -> None:
    """In one line."""
    with pytest.raises(UsageError):
        target_of(wrong)


def test_a_ledger_that_broke_off_in_a_line_is_read(tmp_path: Path) -> None:
    """As far as it was written; what is struck out is not deleted again."""
    from pytest_speechcustom.conformance.ledger import unfinished

    ledger = Ledger(tmp_path / "run.ndjson", "http://x")
    for path in ("http://x/a", "http://x/b"):
        ledger.made(path)
    ledger.gone("http://x/a")
    with (tmp_path / "run.ndjson").open("a", encoding="utf-8") as file:
        file.write('{"base": "http://x", "ma')
    assert [each.left for each in unfinished(tmp_path, "http://x")] == [("http://x/b",)]
    assert list(unfinished(tmp_path, "http://y")) == []
