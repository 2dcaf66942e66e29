"""The official SDK for Node.js, unchanged, against the emulator. Skipped where node, npm or the package is missing."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import pytest

from pytest_speechcustom.emulator.service import SpeechService
from tests.emulator.watson_audio_samples import silence

CLOUD, ICP = "watson-stt-cloud", "watson-stt-icp"
PACKAGE = "ibm-watson@12.2.0"
SCRIPT = Path(__file__).with_name("watson_sdk.mjs")
PATIENCE = 300
"""Seconds that an installation may take."""


@pytest.fixture(scope="session")
def home() -> Path:
    """A folder with the SDK, that is kept for the next time."""
    for tool in ("node", "npm"):
        if shutil.which(tool) is None:
            pytest.skip(f"there is no {tool} on this machine")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "pytest-speechcustom"
    folder = cache / PACKAGE
    if not folder.is_dir():
        try:
            _install(cache, folder)
        except (OSError, subprocess.SubprocessError) as error:
            pytest.skip(f"npm cannot install {PACKAGE}: {error}")
    return folder


def _install(cache: Path, folder: Path) -> None:
    """Install into a folder of its own, which then gets its name: other processes may do the same."""
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as place:
        made = Path(place) / "made"
        made.mkdir()
        (made / "package.json").write_text('{"private": true}', encoding="utf-8")
        subprocess.run(
            ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", PACKAGE],
            cwd=made, check=True, capture_output=True, timeout=PATIENCE, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            made.rename(folder)
        except OSError:
            if not folder.is_dir():  # else another process was faster
                raise


def walk(home: Path, service: SpeechService, tmp_path: Path, wish: str = "") -> Any:
    """Run the script; what it printed."""
    audio = tmp_path / "silence.flac"
    audio.write_bytes(silence(660))
    key = (
        {"AUTH_TYPE": "basic", "USERNAME": "apikey", "PASSWORD": "icp-any"}
        if service.contract.id == ICP
        else {"AUTH_TYPE": "iam", "APIKEY": "any", "AUTH_URL": service.url}
    )
    settings = {f"SPEECH_TO_TEXT_{name}": value for name, value in {"URL": service.url, **key}.items()}
    done = subprocess.run(
        ["node", str(SCRIPT), str(home), str(audio), wish],
        cwd=tmp_path, env={**os.environ, "HOME": str(tmp_path), "NO_PROXY": "127.0.0.1", **settings},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("flavour", [CLOUD, ICP])
def test_the_sdk_walks_without_a_finding(flavour: str, home: Path, tmp_path: Path) -> None:
    """Through all operations of the contract, with audio from memory and audio in chunks."""
    with SpeechService(flavour, progress="polls:2") as service:
        assert walk(home, service, tmp_path) == {"statuses": [201, 201, 201]}
    assert service.findings == ()
    assert all(service.judge().report.coverage["operations"].values())


def test_one_wrong_call_is_found(home: Path, tmp_path: Path) -> None:
    """The SDK sends audio as JSON where it is not told what it is."""
    with SpeechService(CLOUD, progress="polls:2") as service:
        assert walk(home, service, tmp_path, "wrong")["statuses"][-1] == 415
    (found,) = service.findings
    assert (found.rule, found.side, found.seen) == (f"{CLOUD}/request.content-type", "client", "application/json")
