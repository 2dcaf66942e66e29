"""The groups of chance: what they find, what they leave alone, and how they end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pytest_speechcustom.conformance import command
from pytest_speechcustom.conformance.client import Client
from pytest_speechcustom.conformance.control import Control
from pytest_speechcustom.conformance.groups import GENERATED, NAMES, groups_of
from pytest_speechcustom.conformance.ledger import Ledger
from pytest_speechcustom.conformance.outcome import Outcome, together
from pytest_speechcustom.conformance.reporting import render_all
from pytest_speechcustom.conformance.runner import run_service
from pytest_speechcustom.conformance.session import Settings
from pytest_speechcustom.conformance.target import Target
from pytest_speechcustom.contracts import SERVICES, load
from pytest_speechcustom.emulator.service import SpeechService
from pytest_speechcustom.values import Body, Request, Response
from tests.conformance import targets
from tests.conformance.targets import Environ, behind
from tests.conformance.test_targets import broken, serving
from tests.faults.injection import Change, Scene
from tests.faults.table import ICP, Row
from tests.faults.trial import VARIANTS

OLD, VIDEO, CLOUD = "azure-speech-v3.1", "video-indexer", "watson-stt-cloud"


def checked(service: str, give: Callable[[], Target], *only: str, seed: int = 0, timeout: float = 30) -> Outcome:
    """A run of some groups, each at a target of its own."""
    contract = load(service)
    groups = [each for each in groups_of(service) if each.name in only]
    outcomes, left, name = run_service(contract, give, groups, Settings(timeout=timeout, seed=seed))
    return together(contract, name, outcomes, NAMES[service], left)


# what is found


def lenient(scene: Scene) -> Response | None:
    """An update is made whatever stands in it beside what is known."""
    known = load(OLD).schemas["DatasetUpdate"]["properties"]
    if not isinstance(scene.sent, dict) or scene.sent.keys() <= known.keys():
        return None
    rest = {name: value for name, value in scene.sent.items() if name in known}
    return scene.send(replace(scene.request, body=Body(json.dumps(rest).encode())))


def forgetful(scene: Scene) -> Response | None:
    """An update of what is still worked on is lost: later reads show the first name."""
    answer = scene.answer
    if not isinstance(answer, dict) or "id" not in answer:
        return None
    first = scene.memory.setdefault(answer["id"], answer["displayName"])
    if scene.request.method == "PUT" and answer["status"] != "Complete":
        scene.memory["lost " + answer["id"]] = True
    if scene.request.method != "GET" or "lost " + answer["id"] not in scene.memory:
        return None
    return scene.saying(answer | {"displayName": first})


def backwards(scene: Scene) -> Response | None:
    """Only what was updated while it was worked on, and then read as complete, waits again the next time."""
    answer = scene.answer
    if not isinstance(answer, dict) or "id" not in answer:
        return None
    if scene.request.method == "PUT" and answer["status"] != "Complete":
        scene.memory[answer["id"]] = 0
    if scene.request.method != "GET" or answer["status"] != "Complete" or answer["id"] not in scene.memory:
        return None
    scene.memory[answer["id"]] += 1
    return scene.saying(answer | {"status": "Waiting"}) if scene.memory[answer["id"]] % 2 == 0 else None


def test_a_wrong_request_that_one_operation_takes_is_found() -> None:
    """No fixed probe sends it; the history is the request alone, as small as it can be."""

    def give() -> Target:
        return behind(OLD, lenient, ("Datasets_Update",), (4,))

    assert broken(checked(OLD, give, "fields", "errors")) == set()
    outcome = checked(OLD, give, "requests")
    assert [(each.rule, each.operation) for each in outcome.report.findings] == [
        (f"{OLD}/suite.refused", "Datasets_Update")
    ]
    (line,) = outcome.groups[0].histories[f"{OLD}/suite.refused"].curl
    assert """--data-binary '{"colour": "x"}'""" in line


@pytest.mark.parametrize(
    ("change", "rules"),
    [
        (forgetful, {"dataset.read.writes", "model.read.writes"}),
        (backwards, {"dataset.status.final", "model.status.final"}),
    ],
)
def test_a_fault_that_takes_a_history_is_found(change: Change, rules: set[str]) -> None:
    """By the drawn histories alone; what is reported is a short one with all that it takes."""

    def give() -> Target:
        return behind(VIDEO, change)

    found = [outcome for seed in range(4) if broken(outcome := checked(VIDEO, give, "histories", seed=seed)) & rules]
    assert found
    history = min((lines.curl for outcome in found for rule, lines in outcome.groups[0].histories.items()), key=len)
    assert len(history) <= 12
    assert any(line.startswith("curl -X PUT") for line in history)


def test_a_server_error_is_the_fault_of_the_server() -> None:
    """Whatever was asked."""

    def failing(scene: Scene) -> Response | None:
        long = isinstance(scene.sent, dict) and "customProperties" in scene.sent
        return replace(scene.response, status=500) if long else None

    outcome = checked(
        VIDEO, lambda: behind(VIDEO, failing, ("Update-Speech-Dataset",), (2, 4)), "requests", "histories"
    )
    assert "suite.accepted" in broken(outcome)
    assert outcome.report.summary["errors"] > 0


# what is left alone


class _Wire:
    """A server that takes everything."""

    def send(self, request: Request) -> Response:
        return Response(200, (("Content-Type", "application/json"),), Body(b"[]"))

    def close(self) -> None:
        """There is nothing to let go of."""


def offered(url: str, method: str = "GET", body: Any = None) -> set[tuple[str, str]]:
    """What is broken when a server takes a request, made by chance, whatever chance says of it."""
    target = Target(app=SpeechService(OLD).app)
    wire = _Wire()
    client = Client(load(OLD), target, wire, Control(target, wire), Ledger(), 5)
    raw = Body() if body is None else Body(json.dumps(body).encode())
    headers = (*client.headers, *((("Content-Type", "application/json"),) if body is not None else ()))
    client.offer(Request(method, client.base + url, headers, raw))
    return {fault for fault in client.broken if fault[0].startswith("suite.")}


@pytest.mark.parametrize(
    ("url", "method", "body", "wrong"),
    [
        ("/datasets?top=many", "GET", None, True),
        ("/datasets?top=3", "GET", None, False),
        ("/datasets?x-unknown=1", "GET", None, False),  # what a service may read over
        ("/datasets", "POST", {"displayName": 7, "locale": "en-US", "kind": "Language"}, True),
        ("/datasets", "POST", {"displayName": "7", "locale": "en-US", "kind": "Language"}, False),
        ("/datasets", "POST", {"displayName": "7", "locale": "en-US", "kind": "New"}, False),  # of an open enum
        ("/datasets", "POST", {"displayName": "7", "locale": "en-US", "kind": "Language", "colour": 1}, True),
    ],
)
def test_a_request_is_wrong_where_the_bytes_are(url: str, method: str, body: Any, wrong: bool) -> None:
    """The contract is asked of what is sent: neither Schemathesis nor a strategy is believed."""
    assert offered(url, method, body) == ({("suite.refused", offered_at(url, method))} if wrong else set())


def offered_at(url: str, method: str) -> str:
    """The operation of a request above."""
    return "Datasets_Create" if method == "POST" else "Datasets_List"


def test_what_schemathesis_calls_negative_is_judged_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cases that are right are taken for negative ones: the emulator takes them, and that is no finding."""
    from pytest_speechcustom.conformance.generated.openapi import Cases

    asked: list[bool] = []
    of = Cases.of

    def always_right(self: Cases, operation: str, right: bool, path: Any) -> Any:
        asked.append(right)
        return of(self, operation, True, path)

    monkeypatch.setattr(Cases, "of", always_right)
    outcome = checked(OLD, lambda: command.built_in(load(OLD)), "requests")
    assert False in asked
    assert outcome.report.findings == ()


KINDS = ("extra", "null", "order", "status")
QUICK = (VIDEO, ICP)
"""Services with few operations: what is asked of them by chance takes seconds, of the others many."""


def sample() -> Iterator[Any]:
    """Some variants of each service; those of the services with many operations when there is time."""
    for service in SERVICES:
        for row in [each for each in VARIANTS if each.service == service and each.kind in KINDS][::4]:
            yield pytest.param(row, id=row.id, marks=() if service in QUICK else pytest.mark.slow)


SOME = [pytest.param(service, marks=() if service in QUICK else pytest.mark.slow) for service in SERVICES]


@pytest.mark.parametrize("row", list(sample()))
def test_a_legal_variant_is_no_error(row: Row) -> None:
    """Some of those that no fixed probe minds, either."""
    outcome = checked(row.service, lambda: behind(row.service, row.change, row.operations, row.statuses), *GENERATED)
    assert {each.rule for each in outcome.report.findings if each.level == "error"} == set()


@pytest.mark.parametrize("service", SOME)
def test_the_emulator_is_not_at_fault(service: str) -> None:
    """With another seed than the default one, which the whole runs have."""
    outcome = command.run(service, Settings(seed=11), only=GENERATED)
    assert (outcome.report.findings, [each.gaps for each in outcome.groups]) == ((), [(), ()])


# how it goes


@pytest.mark.parametrize("service", [VIDEO, pytest.param(OLD, marks=pytest.mark.slow)])
def test_the_same_seed_gives_the_same_report(
    service: str, capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Byte by byte, whatever was imported in between; nothing is printed, and nothing left in the folder."""
    monkeypatch.chdir(tmp_path)
    one, other = (render_all([command.run(service, Settings(seed=3), only=GENERATED)], "json") for _ in range(2))
    assert one == other
    program = (
        "from pytest_speechcustom.conformance import command\n"
        "from pytest_speechcustom.conformance.reporting import render_all\n"
        "from pytest_speechcustom.conformance.session import Settings\n"
        f"print(render_all([command.run({service!r}, Settings(seed=3), only={GENERATED!r})], 'json'), end='')"
    )
    again = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=120)
    assert (again.stdout, again.stderr) == (one, "")
    assert capfd.readouterr() == ("", "")
    assert sorted(tmp_path.iterdir()) == []


def test_a_failing_run_is_the_same_again() -> None:
    """With what Hypothesis made simpler in it."""
    reports = []
    for _ in range(2):
        outcome = checked(OLD, lambda: behind(OLD, lenient, ("Datasets_Update",), (4,)), "requests")
        reports.append(render_all([outcome], "json"))
    assert reports[0] == reports[1]


@pytest.mark.parametrize(("library", "groups"), [("hypothesis", set(GENERATED)), ("schemathesis", {"requests"})])
def test_without_a_library_a_group_is_not_verified(
    library: str, groups: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says what to install."""
    for name in [name for name in sys.modules if name.startswith("pytest_speechcustom.conformance.generated")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, library, None)
    outcome = command.run(VIDEO, Settings(), only=GENERATED)
    gaps = {each.group: each.gaps for each in outcome.groups if each.gaps}
    assert set(gaps) == groups
    for group, (gap,) in gaps.items():
        assert (gap.step, gap.reason) == (group, f"{library} is not installed")
        assert gap.missing == "pip install 'pytest-speechcustom[conformance]'"
    assert outcome.word != "conformant"


def test_nothing_is_written_unless_it_is_allowed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A few reads go out elsewhere, and what it would take to go on is said."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("pytest_speechcustom.conformance.client.PACE", 0)
    with SpeechService(OLD) as service:
        elsewhere = service.url.replace("127.0.0.1", "0.0.0.0")  # the same server, by an address that is no loopback
        target = Target(url=elsewhere, headers=(("Ocp-Apim-Subscription-Key", "any"),))
        outcome = checked(OLD, lambda: target, *GENERATED)
        assert {each.request.method for each in service.exchanges} == {"GET"}
        assert 0 < len(service.exchanges) <= 80
    assert broken(outcome) == set()
    assert {gap.missing for each in outcome.groups for gap in each.gaps} == {
        "--allow-writes, as the target is not on this machine"
    }


def test_little_is_made_elsewhere_and_all_of_it_is_deleted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What a live account costs is bounded; names carry the prefix of the run."""
    monkeypatch.chdir(tmp_path)
    for module in ("client", "runner"):
        monkeypatch.setattr(f"pytest_speechcustom.conformance.{module}.PACE", 0)
    with SpeechService(OLD, progress="polls:1") as service:
        elsewhere = service.url.replace("127.0.0.1", "0.0.0.0")
        key = (("Ocp-Apim-Subscription-Key", "any"),)
        target = Target(url=elsewhere, headers=key, allow_writes=True)
        contract = load(OLD)
        groups = [each for each in groups_of(OLD) if each.name in GENERATED]
        _, left, _ = run_service(contract, lambda: target, groups, Settings(timeout=10, poll_interval=0.01))
        made = [each for each in service.exchanges if each.request.method == "POST" and each.response is not None
                and each.response.status == 201 and ":" not in each.request.url.rpartition("/")[2]]  # fmt: skip
        sent = [json.loads(each.request.body.raw or b"{}") for each in made]
        named = [body["displayName"] for body in sent]
        assert 0 < len(named) < 40
        assert all(name.startswith("conformance-") for name in named)
        assert left == ()


def test_without_time_nothing_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server whose work takes hours, and that does not let time pass: both groups are done soon all the same."""
    inner = SpeechService(VIDEO, progress="seconds:7200").app

    def app(environ: Environ, start_response: Any) -> Any:
        if environ["PATH_INFO"].startswith("/_speechcustom/"):
            start_response("404 Not Found", [])
            return [b""]
        return inner(environ, start_response)

    began = time.monotonic()
    outcome = checked(VIDEO, lambda: Target(app=app, disposable=True), *GENERATED)
    assert time.monotonic() - began < 25
    assert broken(outcome) == set()


@pytest.mark.parametrize("group", GENERATED)
@pytest.mark.parametrize(
    "how",
    [
        "hang",
        "garbage",
        "nonsense",
        *(pytest.param(how, marks=pytest.mark.slow) for how in ("close", "drip", "redirect")),
    ],
)
def test_a_server_that_misbehaves_ends_the_run(
    how: str, group: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In bounded time, without a traceback: what does not answer is not made simpler."""
    from pytest_speechcustom.cli import main

    monkeypatch.chdir(tmp_path)
    began = time.monotonic()
    with targets.listening(getattr(targets, how)) as url:
        arguments = ["--service", OLD, "--url", url, "--timeout", "1", "-k", group]
        status = main(["conformance", *arguments])
    assert status == (1 if how == "nonsense" else 3)
    assert time.monotonic() - began < 20
    assert "Traceback" not in capsys.readouterr().err


def test_a_server_that_dies_in_the_middle_ends_the_group() -> None:
    """What was seen before is judged."""
    calls = [0]
    inner = SpeechService(VIDEO).app

    def app(environ: Environ, start_response: Any) -> Any:
        calls[0] += 1
        if calls[0] > 100:
            raise RuntimeError("dead")
        return inner(environ, start_response)

    outcome = checked(VIDEO, lambda: Target(app=app), "histories")
    assert outcome.word == "broken off"
    assert outcome.report.summary["exchanges"] > 50
    assert calls[0] < 120


@pytest.mark.skipif(os.name != "posix", reason="SIGINT is sent to a process")
@pytest.mark.parametrize("group", GENERATED)
def test_ctrl_c_ends_a_group_and_deletes_what_was_made(group: str, tmp_path: Path) -> None:
    """Hypothesis takes it for no failure of what was drawn."""
    service = SpeechService(VIDEO)
    service.plan(delay=0.3, times=10_000)
    with serving(service.app) as url:
        program = [sys.executable, "-m", "pytest_speechcustom", "conformance", "--service", VIDEO, "--url", url]
        with subprocess.Popen([*program, "-k", group], cwd=tmp_path, stderr=subprocess.PIPE, text=True) as suite:
            deadline = time.monotonic() + 20
            while len(service.exchanges) < 5:
                assert time.monotonic() < deadline
                time.sleep(0.05)
            suite.send_signal(signal.SIGINT)
            _, complaint = suite.communicate(timeout=30)
    assert (suite.returncode, complaint) == (130, "speechcustom: error: interrupted\n")
    assert "DELETE" in {each.request.method for each in service.exchanges}
    assert list(tmp_path.iterdir()) == []
