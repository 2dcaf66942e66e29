"""The benchmarks run and print their tables. What they measure is not asserted: that depends on the machine."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parent.parent / "benchmarks"


def printed(script: str, *arguments: str) -> str:
    """What a benchmark prints."""
    command = [sys.executable, str(SCRIPTS / script), "--no-peers", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def run(*arguments: str) -> str:
    """What the benchmark of the checker prints."""
    return printed("check.py", "--rounds", "1", "--exchanges", "10", *arguments)


def test_the_speed_of_generation_is_printed() -> None:
    """One row for each strategy, and a number in each."""
    rows = [line.split("|")[1:3] for line in printed("generation.py", "--examples", "20").splitlines()[2:]]
    assert len(rows) == 5
    assert all(float(rate) > 0 for _, rate in rows)


def test_what_is_detected_is_printed(tmp_path: Path) -> None:
    """A row for the class asked for, the sums, and the same in a file."""
    file = tmp_path / "found.json"
    wanted = ("--service", "video-indexer", "--class", "auth", "--json", str(file))
    lines = printed("detection.py", *wanted).splitlines()
    assert [line.split("|")[1:4] for line in lines if line.startswith("| auth")] == [[" auth ", " 2 ", " 2 "]]
    assert lines[-1] == "All faults were found."
    assert [each["rule"] for each in json.loads(file.read_text())["faults"]] == ["suite.anonymous", "error.body"]


def test_the_cost_of_a_replayed_request_is_printed() -> None:
    """A row for ours and one for vcrpy, with a figure for each length."""
    command = [sys.executable, str(SCRIPTS / "replay.py"), "--rounds", "1", "--sizes", "2", "4"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    rows = [line.strip("| ").split("|") for line in done.stdout.splitlines()]
    assert [len(row) for row in rows if "this package" in row[0] or row[0].strip().endswith("vcrpy")] == [4] * 4


def test_the_cost_of_an_exchange_is_printed() -> None:
    """One row for each way that the checker is measured in, and none for a peer that was left out."""
    lines = run().splitlines()
    for label in ("polled through its life", "another one at every exchange", "isolated"):
        assert any(line.startswith(f"| {label} |") for line in lines)
    assert not any(line.startswith("| openapi-core") for line in lines)


def test_a_stream_is_measured() -> None:
    """One row for each length of stream asked for."""
    lines = run("--stream", "--sizes", "120", "240").splitlines()
    assert [line.split("|")[1].strip() for line in lines if line.startswith(("| 120 ", "| 240 "))] == ["120", "240"]
