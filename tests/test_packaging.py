"""What reaches the user's machine: the metadata, and the data files in the wheel."""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest

import pytest_speechcustom
from pytest_speechcustom.locate import data

ROOT = Path(__file__).resolve().parent.parent


def test_the_package_tells_that_it_is_typed() -> None:
    """A `py.typed` stands beside the package's `__init__`."""
    assert (Path(pytest_speechcustom.__file__).parent / "py.typed").is_file()


def test_the_version_is_said_once() -> None:
    """The installed metadata and `__version__` agree."""
    assert importlib.metadata.version("pytest-speechcustom") == pytest_speechcustom.__version__


def test_the_metadata_says_what_users_look_for() -> None:
    """Licence, classifiers and the two doors: the pytest plugin and the command."""
    found = importlib.metadata.distribution("pytest-speechcustom")

    assert found.metadata["License-Expression"] == "MIT"
    assert {"Framework :: Pytest", "Typing :: Typed"} <= set(found.metadata.get_all("Classifier") or ())
    assert {(each.group, each.name, each.value) for each in found.entry_points} == {
        ("pytest11", "speechcustom", "pytest_speechcustom.plugin"),
        ("console_scripts", "speechcustom", "pytest_speechcustom.cli:main"),
    }


def test_the_core_has_lower_bounds_only() -> None:
    """No dependency is held back from above, and what slows every pytest run is in an extra."""
    project = _pyproject()["project"]

    assert not [each for each in project["dependencies"] if "<" in each or "==" in each or "~=" in each]
    names = " ".join(project["dependencies"])
    assert not [heavy for heavy in ("httpx", "hypothesis", "schemathesis") if heavy in names]


@pytest.mark.parametrize("kind", ["schemas", "cassettes"])
def test_data_is_found(kind: Any) -> None:
    """The locator gives a folder with something in it, wherever the package is installed."""
    assert any(data(kind).iterdir())


@pytest.mark.parametrize("name", ["Body", "Checker", "Exchange", "Finding", "Request", "Response", "load", "read"])
def test_public_names_are_there(name: str) -> None:
    """Each public name can be had from the package itself, and is listed."""
    assert getattr(pytest_speechcustom, name) is not None
    assert name in pytest_speechcustom.__all__
    assert name in dir(pytest_speechcustom)


def test_an_unknown_public_name_is_an_attribute_error() -> None:
    """The lazy exports answer for what is not there as any module does."""
    with pytest.raises(AttributeError, match="has no attribute 'nonsense'"):
        _ = pytest_speechcustom.nonsense


def test_the_wheel_carries_package_and_data(tmp_path: Path) -> None:
    """Every module, schema and cassette of the checkout is in the wheel, and nothing else but the metadata."""
    pytest.importorskip("hatchling")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), str(ROOT)],
        check=True,
        capture_output=True,
        cwd=tmp_path,
    )
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        shipped = {name for name in archive.namelist() if ".dist-info/" not in name}

    wanted = {each.relative_to(ROOT).as_posix() for each in _files(ROOT / "pytest_speechcustom")}
    for kind in ("schemas", "cassettes"):
        wanted |= {"pytest_speechcustom/" + each.relative_to(ROOT).as_posix() for each in _files(ROOT / kind)}
    assert shipped == wanted


def _files(folder: Path) -> list[Path]:
    return [each for each in folder.rglob("*") if each.is_file() and "__pycache__" not in each.parts]


def _pyproject() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
