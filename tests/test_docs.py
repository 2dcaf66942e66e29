"""The documents tell the truth: generated pages are current, rooms and names that pages speak of exist."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from pytest_speechcustom import cli
from pytest_speechcustom.contracts import SERVICES, load

ROOT = Path(__file__).resolve().parent.parent


def _maker() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_reference", ROOT / "docs" / "make_reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("service", SERVICES)
def test_the_reference_page_is_what_the_contract_says(service: str) -> None:
    """`docs/reference/<service>.md` is what `docs/make_reference.py` makes of the contract today."""
    expected = _maker().page(load(service))

    assert expected == (ROOT / "docs" / "reference" / f"{service}.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "name",
    [
        "README.md",
        "docs/architecture.md",
        "docs/how-to-add.md",
        "docs/conformance.md",
        "docs/emulator.md",
        "docs/strategies.md",
        "docs/traffic.md",
        "docs/cassettes.md",
        "benchmarks/README.md",
    ],
)
def test_files_that_a_page_links_to_exist(name: str) -> None:
    """A relative link of a page leads to a file of the project."""
    page = ROOT / name
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8"))

    assert [link for link in links if not (page.parent / link).exists()] == []


def test_the_failure_that_the_readme_shows_is_the_one_that_comes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The block below the main job is what the command prints, letter by letter."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = re.search(r"```\n(ERROR .*?)\n```", text, re.DOTALL)
    assert shown is not None
    monkeypatch.chdir(ROOT)

    status = cli.main(["check", "--service", "watson-stt-cloud", "examples/watson-training-broken.ndjson"])

    assert (status, capsys.readouterr().out.rstrip()) == (1, shown.group(1))


def test_modules_that_the_architecture_names_exist() -> None:
    """Every module or room that the architecture page sets in code type is in the package."""
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rooms = "conformance|emulator|engine|contracts|traffic|reports|replay|taps"
    named = re.findall(rf"`(?:pytest_speechcustom/)?((?:{rooms})/[a-z_/]+(?:\.py)?)`", text)

    assert named
    package = ROOT / "pytest_speechcustom"
    missing = [name for name in named if not any((package / name).with_suffix(end).exists() for end in ("", ".py"))]
    assert missing == []
