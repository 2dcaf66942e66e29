"""What the suite says of a target that takes calls on busy models, and does not let it move time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from pytest_speechcustom.conformance.outcome import Outcome
from pytest_speechcustom.conformance.target import Target
from pytest_speechcustom.emulator.service import SpeechService
from tests.conformance.targets import Changed, Environ
from tests.conformance.test_targets import broken, checked

CLOUD = "watson-stt-cloud"
App = Callable[[Environ, Any], Iterable[bytes]]


def _alone(app: App) -> App:
    """Without what only the emulator has."""

    def outer(environ: Environ, start_response: Any) -> Iterable[bytes]:
        if environ["PATH_INFO"].startswith("/_speechcustom/"):
            start_response("404 Not Found", [("Content-Length", "0")])
            return [b""]
        return app(environ, start_response)

    return outer


def _lax(app: App, careless: Callable[[str, str], bool], *, takes: bool = False) -> App:
    """Says that it has done what it has refused as in conflict; `takes`: a model that is deleted then is gone."""
    gone: set[str] = set()

    def outer(environ: Environ, start_response: Any) -> Iterable[bytes]:
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        if any(each in path for each in gone):
            start_response("404 Not Found", [("Content-Type", "application/json")])
            return [b'{"error": "No such model", "code": 404, "code_description": "No Such Resource"}']
        said: list[tuple[str, list[tuple[str, str]]]] = []
        whole = b"".join(app(environ, lambda status, headers, *_: said.append((status, headers))))
        status, headers = said[0]
        if status.startswith("409") and careless(method, path):
            status, whole = ("201 Created" if "/audio/" in path else "200 OK"), b"{}"
            headers = [(name, value) for name, value in headers if name.lower() != "content-length"]
            if takes and method == "DELETE":
                gone.add(path.rpartition("/")[2])
        start_response(status, headers)
        return [whole]

    return outer


def _deletes(method: str, path: str) -> bool:
    return method == "DELETE"


def _deletes_and_adds(method: str, path: str) -> bool:
    return method == "DELETE" or (method == "POST" and "/audio/" in path)


def _conflicts(app: App) -> Outcome:
    return checked(CLOUD, Target(app=_alone(app), interface="wsgi"), "conflicts")


def _errors(outcome: Outcome) -> set[str]:
    return {each.rule.partition("/")[2] for each in outcome.report.findings if each.level == "error"}


@pytest.mark.parametrize("progress", ["seconds:1", "polls:30"])
def test_a_model_that_still_is_busy_was_busy(progress: str) -> None:
    """The look after the call proves it."""
    app = _lax(SpeechService(CLOUD, progress=progress).app, _deletes_and_adds)
    assert {"model.busy", "model.add-audio.conflict"} <= _errors(_conflicts(app))


def test_a_model_that_is_gone_was_busy_if_others_would_be() -> None:
    """It was hardly the end of the work of each of them by chance."""
    app = _lax(SpeechService(CLOUD, progress="seconds:1").app, _deletes, takes=True)
    outcome = _conflicts(app)
    assert _errors(outcome) == {"model.busy"}
    finding = next(each for each in outcome.report.findings if each.level == "error")
    assert (finding.operation, finding.basis, finding.seen) == ("deleteAcousticModel", "documented", "status 200")


@pytest.mark.parametrize("progress", ["seconds:1", "polls:30", "polls:1", "polls:2", "seconds:0.02"])
def test_a_target_that_refuses_is_not_at_fault(progress: str) -> None:
    """However long its work takes."""
    outcome = _conflicts(SpeechService(CLOUD, progress=progress).app)
    assert broken(outcome) == set()


def test_a_status_that_nobody_knows_is_not_waited_for() -> None:
    """Nothing is known of how it goes on from there."""

    def done(environ: Environ, status: str, body: Any) -> tuple[str, Any]:
        if isinstance(body, dict) and body.get("status") == "ready":
            body = body | {"status": "done"}
        return status, body

    began = time.monotonic()  # the wait would end after 5 seconds
    outcome = checked(CLOUD, Target(app=_alone(Changed(CLOUD, done, progress="polls:1")), interface="wsgi"), "upgrade")
    assert time.monotonic() - began < 4
    gaps = [gap for group in outcome.groups for gap in group.gaps]
    assert any("the status is 'done', which no document knows" in gap.reason for gap in gaps)
