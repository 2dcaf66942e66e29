"""`speechcustom serve`: its first line, its end, its exit status and its report."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
BASE = "/trial/Accounts/0c1dbb5e-f1c2-4a8e-b6ff-7e3b2b6d3a11/Customization/Speech"
DATASET = {"displayName": "x", "locale": "en-US", "kind": "Language", "contentUrl": "https://example.com/text"}


class Running:
    """The command as a process, with the address that it printed."""

    def __init__(self, *options: str) -> None:
        command = [sys.executable, "-W", "error", "-m", "pytest_speechcustom", "serve", "--service", "video-indexer"]
        self.process = subprocess.Popen(
            [*command, *options], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        self.first = self.process.stdout.readline()
        self.url = self.first.removeprefix("READY ").strip() + BASE

    def post(self, **changes: Any) -> httpx.Response:
        """Create a dataset."""
        return httpx.post(self.url + "/datasets", json=DATASET | changes, headers={"Authorization": "Bearer t"})

    def end(self, by: signal.Signals = signal.SIGTERM) -> tuple[int, str, str]:
        """Exit status, the rest of standard output, standard error."""
        self.process.send_signal(by)
        out, err = self.process.communicate(timeout=30)
        return self.process.returncode, out, err


@contextmanager
def serving(*options: str) -> Iterator[Running]:
    """A process that does not outlive the block."""
    running = Running(*options)
    try:
        yield running
    finally:
        running.process.kill()
        running.process.communicate()


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT])
def test_it_is_ready_in_its_first_line_and_ends_with_a_report(by: signal.Signals, tmp_path: Path) -> None:
    """By either signal; nothing on standard error, exit status 0 where nothing was found."""
    file = tmp_path / "report.json"
    with serving("--progress", "polls:1", "--report", str(file)) as running:
        assert running.first.startswith("READY http://127.0.0.1:")
        made = running.post().json()["id"]
        seen = [
            httpx.get(f"{running.url}/datasets/{made}", headers={"Authorization": "Bearer t"}).json()["status"]
            for _ in range(2)
        ]
        assert seen == ["Waiting", "Complete"]
        status, out, err = running.end(by)
    assert (status, err) == (0, "")
    assert out.startswith("PASS video-indexer: 3 exchanges, 0 errors")
    report = json.loads(file.read_text(encoding="utf-8"))
    assert (report["mode"], report["verdict"], report["summary"]["exchanges"]) == ("serve", "pass", 3)


def test_a_wrong_request_makes_the_exit_status_1() -> None:
    """The rule is named; other formats go to standard output as well."""
    with serving("--format", "json") as running:
        assert running.post(colour="red").status_code == 400
        status, out, _ = running.end()
    assert status == 1
    assert [each["rule"] for each in json.loads(out)["findings"]] == ["video-indexer/request.body.unknown"]


def test_a_finding_can_be_accepted(tmp_path: Path) -> None:
    """By a baseline, of which an entry without a match fails, as where captured traffic is checked."""
    known = tmp_path / "known.toml"
    rule = 'rule = "video-indexer/request.body.unknown"'
    known.write_text(f'[[accept]]\n{rule}\nplace = "*"\nreason = "an old client"\n', encoding="utf-8")
    for more, wanted in (({"colour": "red"}, 0), ({}, 1)):
        with serving("--baseline", str(known)) as running:
            running.post(**more)
            status, out, _ = running.end()
        assert status == wanted
        assert ("accepted 1 finding (an old client)" in out) == (wanted == 0)


@pytest.mark.parametrize(("options", "wanted"), [((), 0), (("--strict",), 1)])
def test_warnings_fail_when_strict(options: tuple[str, ...], wanted: int) -> None:
    """A body that lacks a property is a warning for this service."""
    with serving(*options) as running:
        answer = httpx.post(running.url + "/datasets", json={"displayName": "x"}, headers={"Authorization": "Bearer t"})
        assert answer.status_code == 400
        assert running.end()[0] == wanted


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--service", "video-indexr"], "unknown service 'video-indexr'; did you mean video-indexer?"),
        (
            ["--service", "video-indexer", "--progress", "often"],
            "progress is manual, polls:N or seconds:S, not 'often'",
        ),
        (["--service", "video-indexer", "--host", "no.such.host.invalid"], "cannot listen on no.such.host.invalid:0"),
        (["--service", "video-indexer", "--port", "{taken}"], "cannot listen on 127.0.0.1:{taken}"),
        (["--service", "video-indexer", "--port", "70000"], "cannot listen on 127.0.0.1:70000"),
        (["--service", "video-indexer", "--port", "x"], "argument --port: invalid int value: 'x'"),
        (["--service", "video-indexer", "--param", "colour=red"], "no contract parameter 'colour'"),
    ],
)
def test_wrong_usage_is_told_in_a_line(options: list[str], message: str) -> None:
    """With exit status 2, and nothing on standard output."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            [sys.executable, "-m", "pytest_speechcustom", "serve", *(each.format(taken=port) for each in options)],
            cwd=ROOT, capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert message.format(taken=port) in done.stderr
    assert done.stderr.count("\n") == 1


# a client of Azure


KEY = {"Ocp-Apim-Subscription-Key": "any"}
MODEL = {"displayName": "Lectures", "locale": "en-US"}


@contextmanager
def azure(*options: str) -> Iterator[tuple[Running, httpx.Client]]:
    """The command for Azure, and a client that was written for the documented API."""
    with serving("--service", "azure-speech-2025-10-15", "--progress", "polls:2", *options) as running:
        endpoint = running.first.removeprefix("READY ").strip() + "/speechtotext"
        with httpx.Client(base_url=endpoint, headers=KEY, params={"api-version": "2025-10-15"}) as client:
            yield running, client


def test_a_client_of_azure_finishes_its_walk() -> None:
    """Dataset and model are created, polled to their end, listed and deleted: exit status 0 and no finding."""
    with azure() as (running, client):
        wanted = MODEL | {"kind": "Language", "contentUrl": "https://example.com/text"}
        dataset = client.post("/datasets", json=wanted).json()["self"]
        states = [httpx.get(dataset, headers=KEY).json()["status"] for _ in range(3)]
        assert states == ["NotStarted", "Running", "Succeeded"]
        made = client.post("/models", json=MODEL | {"datasets": [{"self": dataset}]})
        assert made.headers["Location"] == made.json()["self"]
        states = [httpx.get(made.json()["self"], headers=KEY).json()["status"] for _ in range(3)]
        assert states == ["NotStarted", "Running", "Succeeded"]
        assert len(client.get("/models").json()["values"]) == 1
        assert httpx.delete(made.json()["self"], headers=KEY).status_code == 204
        status, out, _ = running.end()
    assert status == 0
    assert out.startswith("PASS azure-speech-2025-10-15: 10 exchanges, 0 errors, 0 warnings, 0 notes")


def test_wrong_requests_of_a_client_of_azure_are_refused_and_named() -> None:
    """A misspelt property, an empty name, a read-only property, and no api-version."""
    with azure() as (running, client):
        bodies = [
            {"display_name": "x", "locale": "en-US"},
            MODEL | {"displayName": ""},
            MODEL | {"status": "Succeeded"},
        ]
        for body in bodies:
            answer = client.post("/models", json=body)
            assert (answer.status_code, answer.json()["code"]) == (400, "InvalidRequest")
        assert httpx.get(f"{client.base_url}models", headers=KEY).status_code == 400
        status, out, _ = running.end()
    assert status == 1
    for rule in ("body.unknown", "body.required", "body.value", "body.readonly", "query.required"):
        assert f"ERROR azure-speech-2025-10-15/request.{rule} (client" in out


@pytest.mark.parametrize(("options", "wanted"), [((), 0), (("--strict",), 1)])
def test_training_with_a_dataset_that_does_not_exist_is_a_warning(options: tuple[str, ...], wanted: int) -> None:
    """The request is well formed; that it is refused is documented."""
    with azure(*options) as (running, client):
        nowhere = f"{client.base_url}datasets/00000000-0000-4000-8000-000000000000?api-version=2025-10-15"
        answer = client.post("/models", json=MODEL | {"datasets": [{"self": nowhere}]})
        assert (answer.status_code, answer.json()["innerError"]["code"]) == (400, "InvalidDataset")
        status, out, _ = running.end()
    assert status == wanted
    assert "WARNING azure-speech-2025-10-15/client.create.known" in out
