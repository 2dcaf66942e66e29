"""The official Python SDK of Watson Speech to Text: recorded and live, judged by its own service's contract."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import requests
from ibm_cloud_sdk_core.authenticators import NoAuthAuthenticator
from ibm_watson import SpeechToTextV1

from pytest_speechcustom import cli
from pytest_speechcustom.monitor import Monitor
from tests.servers.clock import Clock
from tests.servers.sdk_walk import walk
from tests.servers.watson import Watson, serve

SERVICE = "watson-stt-cloud"
RECORDINGS = Path(__file__).parent / "recordings"
SECOND_TRAINING_POLL = 13
OPERATIONS = {
    "createAcousticModel", "listAcousticModels", "getAcousticModel", "deleteAcousticModel", "trainAcousticModel",
    "resetAcousticModel", "upgradeAcousticModel", "listAudio", "addAudio", "getAudio", "deleteAudio",
}  # fmt: skip


def judged(path: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, Any]]:
    """Exit status and JSON report of `speechcustom check`."""
    status = cli.main(["check", "--service", SERVICE, "--format", "json", str(path)])
    report: dict[str, Any] = json.loads(capsys.readouterr().out)
    return status, report


@pytest.mark.parametrize("name", ["watson-sdk-lifecycle.har", "watson-sdk-lifecycle.yaml"])
def test_the_recorded_lifecycle_passes(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Every operation of the service was called, each exchange was judged, and nothing is found."""
    status, report = judged(RECORDINGS / name, capsys)
    assert (status, report["verdict"], report["findings"]) == (0, "pass", [])
    assert report["summary"]["exchanges"] == 27
    assert set(report["coverage"]["operations"]) >= OPERATIONS
    held = {each["rule"] for each in report["requirements"] if each["verdict"] == "satisfied"}
    assert {f"{SERVICE}/model.status.forward", f"{SERVICE}/audio.total", f"{SERVICE}/model.list.same"} <= held


@pytest.mark.parametrize(
    ("status", "rule"), [("ready", "model.status.forward"), ("finished", "model.status.closed")]
)  # fmt: skip
def test_one_illegal_status_is_found_in_the_recording(
    status: str, rule: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A poll during training that tells of another state: the message names rule, exchange and document."""
    har = json.loads((RECORDINGS / "watson-sdk-lifecycle.har").read_text(encoding="utf-8"))
    content = har["log"]["entries"][SECOND_TRAINING_POLL]["response"]["content"]
    content["text"] = content["text"].replace('"training"', json.dumps(status))
    copy = tmp_path / "altered.har"
    copy.write_text(json.dumps(har), encoding="utf-8")

    assert cli.main(["check", "--service", SERVICE, str(copy)]) == 1
    said = capsys.readouterr().out
    assert f"{SERVICE}/{rule}" in said
    assert re.search(rf"exchange {SECOND_TRAINING_POLL}\b", said)
    assert re.search(r"WC20|W-GITHUB|WSDK|watson", said.partition("source")[2])
    code, report = judged(copy, capsys)
    first = min(report["findings"], key=lambda finding: finding["exchange"])
    assert (code, first["rule"], first["exchange"]) == (1, f"{SERVICE}/{rule}", SECOND_TRAINING_POLL)


def test_the_live_sdk_passes_under_the_monitor() -> None:
    """The whole walk over a real socket, overheard in this process."""
    clock = Clock()
    with serve(Watson(clock)) as url, Monitor(SERVICE) as monitor:
        walk(url, pause=clock.advance)
    assert len(monitor.exchanges) >= 20
    assert not monitor.findings


def test_a_wrong_call_of_the_live_sdk_is_found() -> None:
    """The SDK sends what it is given, and the test server takes it: audio of a type that is not documented."""
    clock = Clock()
    with serve(Watson(clock)) as url, requests.Session() as http:
        http.trust_env = False
        sdk = SpeechToTextV1(authenticator=NoAuthAuthenticator())
        sdk.set_service_url(url)
        sdk.set_http_client(http)
        with Monitor(SERVICE, allow=["request.content-type"]) as monitor:
            made = sdk.create_acoustic_model("Lectures", "en-US_BroadbandModel").get_result()
            sdk.add_audio(made["customization_id"], "noise", b"not audio", content_type="text/plain")
    (found,) = monitor.judge().report.findings
    assert (found.rule, found.side, found.operation) == (f"{SERVICE}/request.content-type", "client", "addAudio")
