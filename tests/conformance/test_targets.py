"""What the suite finds of servers with a fault, and how it ends at servers that do not answer."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from werkzeug.serving import make_server

from pytest_speechcustom.cli import main
from pytest_speechcustom.conformance.groups import NAMES, groups_of
from pytest_speechcustom.conformance.ledger import FOLDER, Ledger
from pytest_speechcustom.conformance.outcome import Outcome, together
from pytest_speechcustom.conformance.runner import run_service
from pytest_speechcustom.conformance.session import Settings
from pytest_speechcustom.conformance.target import Target
from pytest_speechcustom.contracts import load
from pytest_speechcustom.emulator.service import SpeechService
from tests.conformance import targets
from tests.conformance.targets import Changed, Environ

QUICK = Settings(timeout=5)


def checked(service: str, target: Target | Callable[[], Target], *only: str) -> Outcome:
    """A run of some groups, or of all."""
    contract = load(service)
    groups = [each for each in groups_of(service) if not only or each.name in only]
    give = target if callable(target) else lambda: target
    outcomes, left, name = run_service(contract, give, groups, QUICK)
    return together(contract, name, outcomes, NAMES[service], left)


def broken(outcome: Outcome) -> set[str]:
    """The rules that were broken."""
    return {each.rule.partition("/")[2] for each in outcome.report.findings if each.level != "note"}


# faults


def backwards(environ: Environ, status: str, body: Any) -> tuple[str, Any]:
    """A model that is available is training again the next time."""
    backwards.seen = getattr(backwards, "seen", 0)  # type: ignore[attr-defined]
    if isinstance(body, dict) and body.get("status") == "available":
        backwards.seen += 1  # type: ignore[attr-defined]
        if backwards.seen % 2 == 0:  # type: ignore[attr-defined]
            body = body | {"status": "training", "progress": 0}
    return status, body


def wrong_sum(environ: Environ, status: str, body: Any) -> tuple[str, Any]:
    """A sum that counts what is invalid, too."""
    if "total_minutes_of_audio" in body:
        body = body | {"total_minutes_of_audio": sum(each["duration"] for each in body["audio"]) / 60 + 1}
    return status, body


def lenient(environ: Environ, status: str, body: Any) -> tuple[str, Any]:
    """A model is created whatever is asked for."""
    if status.startswith("400") and environ["REQUEST_METHOD"] == "POST" and "/audio/" not in environ["PATH_INFO"]:
        return "201 Created", {"customization_id": "74f4807e-7ff2-8862-8304-000000000001"}
    return status, body


def forgetful(environ: Environ, status: str, body: Any) -> tuple[str, Any]:
    """A list leaves out its last item."""
    if "customizations" in body:
        body = {"customizations": body["customizations"][:-1]}
    return status, body


@pytest.mark.parametrize(
    ("change", "group", "rule"),
    [
        (backwards, "lifecycle", "model.status.final"),
        (wrong_sum, "audio", "audio.total"),
        (lenient, "errors", "suite.refused"),
        (forgetful, "lists", "model.list.complete"),
    ],
)
def test_a_fault_is_found_with_its_rule(change: targets.Change, group: str, rule: str) -> None:
    """By the group that is about it."""
    outcome = checked("watson-stt-cloud", Target(app=Changed("watson-stt-cloud", change)), group)
    assert rule in broken(outcome)
    row = (
        next(each for each in outcome.rows if each.dimension == load("watson-stt-cloud").rules[rule].dimension)
        if rule in load("watson-stt-cloud").rules
        else outcome.lowest
    )
    assert row.counts["violated"] > 0
    assert outcome.word != "conformant"


def test_a_failure_prints_the_shortest_history(capsys: pytest.CaptureFixture[str]) -> None:
    """Few lines of curl out of many exchanges, and with them the finding comes again."""
    outcome = checked("watson-stt-cloud", Target(app=Changed("watson-stt-cloud", forgetful)), "lists")
    history = outcome.groups[0].histories["watson-stt-cloud/model.list.complete"].curl
    assert 2 <= len(history) <= 4 < outcome.report.summary["exchanges"]
    assert all(line.startswith("curl -X ") for line in history)
    assert "Authorization: ***" in history[0]


@contextmanager
def serving(app: Any) -> Iterator[str]:
    """A WSGI application on loopback."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_legal_variants_are_not_found() -> None:
    """A field more in every answer is a note at most."""

    def more(environ: Environ, status: str, body: Any) -> tuple[str, Any]:
        return status, body | {"surprise": True} if isinstance(body, dict) else body

    outcome = checked("video-indexer", Target(app=Changed("video-indexer", more)), "lifecycle", "fields")
    assert broken(outcome) == set()


# kinds of targets


def test_an_asgi_application_is_checked_as_a_wsgi_application_is() -> None:
    """With the same verdicts."""
    verdicts = []
    for app in (SpeechService("video-indexer").app, targets.on_asgi("video-indexer")):
        outcome = checked("video-indexer", Target(app=app))
        assert broken(outcome) == set()
        verdicts.append({each.rule: each.verdict for each in outcome.report.requirements})
        assert outcome.left == ()
    assert verdicts[0] == verdicts[1]


def test_a_few_lines_of_flask_are_checked() -> None:
    """A server that has only some of the operations: what it has is judged, the rest is not verified."""
    flask = pytest.importorskip("flask")
    app = flask.Flask("speech")
    place = "/<location>/Accounts/<account>/Customization/Speech"
    for kind in ("datasets", "models"):
        app.add_url_rule(f"{place}/{kind}", kind, lambda location, account: [])
    outcome = checked("video-indexer", Target(app=app.wsgi_app), "reading")
    assert (broken(outcome), outcome.word) == (set(), "partial")
    outcome = checked("video-indexer", Target(app=app.wsgi_app))
    assert outcome.word in ("partial", "not conformant")
    assert outcome.reasons["model.identity"]


def test_a_few_lines_of_starlette_are_checked() -> None:
    """A list that is an object, and not an array, is found."""
    pytest.importorskip("starlette")
    from starlette.applications import Starlette
    from starlette.responses import JSONResponse
    from starlette.routing import Route

    async def listed(request: Any) -> Any:
        return JSONResponse({"value": []})

    place = "/{location}/Accounts/{account}/Customization/Speech"
    app = Starlette(routes=[Route(f"{place}/datasets", listed), Route(f"{place}/models", listed)])
    outcome = checked("video-indexer", Target(app=app), "reading")
    assert "response.body.type" in broken(outcome)
    assert outcome.word == "not conformant"


def test_a_server_in_another_process_is_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Through its URL; what was made there is deleted, and no ledger is left."""
    monkeypatch.chdir(tmp_path)
    program = [sys.executable, "-m", "pytest_speechcustom", "serve", "--service", "video-indexer"]
    with subprocess.Popen([*program, "--progress", "polls:2"], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        url = server.stdout.readline().split()[1]
        try:
            assert main(["conformance", "--service", "video-indexer", "--url", url, "--timeout", "20"]) == 0
        finally:
            server.terminate()
            server.communicate(timeout=20)
    assert not (tmp_path / FOLDER).exists()


# servers that do not answer


@pytest.mark.parametrize("how", ["hang", "close", "garbage", "drip", "redirect", "nonsense"])
def test_a_server_that_misbehaves_ends_the_run(
    how: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In bounded time, with exit status 3 or findings, and without a traceback."""
    monkeypatch.chdir(tmp_path)
    began = time.monotonic()
    with targets.listening(getattr(targets, how)) as url:
        status = main(["conformance", "--service", "azure-speech-v3.1", "--url", url, "--timeout", "1"])
    assert status == (1 if how == "nonsense" else 3)
    assert time.monotonic() - began < 30
    printed = capsys.readouterr()
    assert "Traceback" not in printed.err
    assert "CONFORMANT azure" not in printed.out.replace("NOT CONFORMANT azure", "")


def test_a_server_that_is_not_there_is_exit_status_3(capsys: pytest.CaptureFixture[str]) -> None:
    """One line says so."""
    with targets.listening(targets.close) as url:
        pass
    assert main(["conformance", "--service", "watson-stt-icp", "--url", url]) == 3
    assert capsys.readouterr().err.count("\n") == 1


def test_a_server_that_dies_in_the_middle_is_exit_status_3(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was verified before stays; the rest is not verified."""
    monkeypatch.chdir(tmp_path)
    calls = [0]

    def app(environ: Environ, start_response: Any) -> Any:
        calls[0] += 1
        if calls[0] > 40:
            raise RuntimeError("dead")
        return inner(environ, start_response)

    inner = SpeechService("video-indexer").app
    outcome = checked("video-indexer", Target(app=app))
    assert outcome.word == "broken off"
    assert outcome.missing == ("fields", "lists", "references", "files", "errors", "histories", "requests")
    assert outcome.report.verdict == "error"


def test_a_server_that_fails_every_call_has_errors() -> None:
    """A documented request was not served."""

    def app(environ: Environ, start_response: Any) -> Any:
        start_response("500 Internal Server Error", [("Content-Type", "application/json")])
        return [b'{"ErrorType": "GENERAL", "Message": "no"}']

    outcome = checked("video-indexer", Target(app=app))
    assert outcome.report.verdict == "error"
    assert "suite.accepted" in broken(outcome)


# care


def test_nothing_is_written_elsewhere_unless_it_is_allowed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A URL that is not on this machine is read only; what it would take to go on is said."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("pytest_speechcustom.conformance.client.PACE", 0)
    with SpeechService("video-indexer") as service:
        elsewhere = service.url.replace("127.0.0.1", "0.0.0.0")  # the same server, by an address that is no loopback
        target = Target(url=elsewhere, headers=(("Authorization", "Bearer any"),))
        assert not target.is_local
        outcome = checked("video-indexer", target, "reading", "lifecycle", "errors")
        assert {each.request.method for each in service.exchanges} == {"GET"}
        assert outcome.word == "partial"
        assert any("--allow-writes" in reason for reason in outcome.reasons.values())
        allowed = replace(target, allow_writes=True)
        settings = Settings(timeout=0.2, poll_interval=0.05)
        monkeypatch.setattr("pytest_speechcustom.conformance.runner.PACE", 0)
        groups = [each for each in groups_of("video-indexer") if each.name == "files"]
        run_service(load("video-indexer"), lambda: allowed, groups, settings)
        assert "POST" in {each.request.method for each in service.exchanges}


def test_a_key_is_never_shown(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither in a report nor in a history."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SPEECHCUSTOM_HEADER", "Authorization: Bearer 0123456789-from-the-environment")
    with targets.listening(targets.nonsense) as url:
        arguments = ["--service", "video-indexer", "--url", url, "--param", "accessToken=0123456789-as-a-parameter"]
        main(["conformance", *arguments, "--report", "report.json", "--timeout", "1"])
    printed = capsys.readouterr()
    assert "accessToken=***" in printed.out
    for text in (printed.out, printed.err, Path("report.json").read_text()):
        assert "0123456789" not in text


def test_cleanup_deletes_what_a_ledger_has_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """After a run that was killed."""
    monkeypatch.chdir(tmp_path)
    import httpx

    with SpeechService("watson-stt-icp") as service:
        models = f"{service.url}/v1/acoustic_customizations"
        made = []
        for name in ("ours", "theirs"):
            body = {"name": name, "base_model_name": "en-US_BroadbandModel"}
            made.append(httpx.post(models, json=body, auth=("apikey", "any")).json()["customization_id"])
        Ledger(Path(FOLDER) / "killed.ndjson", service.url).made(f"{models}/{made[0]}")
        assert main(["conformance", "--service", "watson-stt-icp", "--url", service.url, "--cleanup"]) == 0
        assert capsys.readouterr().out == "1 deleted, 0 left\n"
        left = httpx.get(models, auth=("apikey", "any")).json()["customizations"]
    assert [each["customization_id"] for each in left] == [made[1]]
    assert not Path(FOLDER).exists()
