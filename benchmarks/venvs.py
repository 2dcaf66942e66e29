"""Virtual environments that a benchmark makes for itself."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


class NotMade(Exception):
    """The environment could not be made; the message says why, in one line."""


def make(folder: Path, *wanted: str) -> str:
    """Make a virtual environment with the `wanted` packages in it; the path of its Python."""
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    run(sys.executable, "-m", "venv", str(folder))
    if wanted:
        run(str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *wanted)
    return str(python)


def run(*command: str, cwd: Path | None = None) -> str:
    """The output of a command that must succeed."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(command, capture_output=True, text=True, cwd=cwd, check=False, env=env)
    if done.returncode:
        said = [line for line in (done.stderr or done.stdout).splitlines() if line.strip()]
        raise NotMade(f"{Path(command[0]).name}: {said[-1] if said else done.returncode}")
    return done.stdout
