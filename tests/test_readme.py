"""What the README shows a person works as printed."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pytest_speechcustom.emulator.service import SpeechService

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def block(marker: str) -> str:
    """The fenced block behind a marker."""
    found = re.search(rf"<!-- {re.escape(marker)} -->\n```\w+\n(.*?)```", README, re.DOTALL)
    assert found is not None
    return found.group(1)


def test_the_example_fails_as_shown(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lines below the example are those of the failure."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    shown = re.search(r"```\n(ERROR azure-.*?)```", README, re.DOTALL)
    assert shown is not None
    pytester.makepyfile(test_example=block("example"))

    result = pytester.runpytest_inprocess("-p", "pytest_speechcustom.plugin", "-p", "no:cacheprovider")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([line.replace("[", "[[]") for line in shown.group(1).splitlines()], consecutive=True)


def test_the_suite_of_a_server_runs_as_shown(pytester: pytest.Pytester) -> None:
    """But for the port."""
    with SpeechService("watson-stt-cloud") as service:
        pytester.makepyfile(test_server=block("star").replace("http://127.0.0.1:8080", service.url))
        result = pytester.runpytest_subprocess("-k", "reading or training")
    result.assert_outcomes(passed=2, deselected=10)


@pytest.mark.skipif(shutil.which("bash") is None or shutil.which("curl") is None, reason="needs bash and curl")
@pytest.mark.parametrize(
    ("service", "marker"), [("azure-speech-2025-10-15", "azure calls"), ("watson-stt-cloud", "watson calls")]
)
def test_a_person_with_curl_trains_a_model_in_six_calls(service: str, marker: str) -> None:
    """The calls as printed, but for the port: each is answered, and the emulator finds nothing wrong."""
    command = [sys.executable, "-m", "pytest_speechcustom", "serve", "--service", service, "--progress", "polls:0"]
    serving = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert serving.stdout is not None
        address = serving.stdout.readline().removeprefix("READY ").strip()
        calls = block(marker).replace("http://127.0.0.1:8080", address).replace("curl ", "curl -sS --fail-with-body ")
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", calls], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, ""), done.stdout
        serving.terminate()
        report, _ = serving.communicate(timeout=60)
    finally:
        serving.kill()
        serving.communicate()
    assert serving.returncode == 0
    assert report.startswith(f"PASS {service}: 6 exchanges, 0 errors, 0 warnings, 0 notes")
