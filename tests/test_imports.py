"""The direction of imports (see docs/architecture.md), and that nothing heavy is imported by who does not use us."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import pytest_speechcustom

PACKAGE = Path(pytest_speechcustom.__file__).resolve().parent
NAME = "pytest_speechcustom"

LEAVES = {"values", "locate", "secrets"}
"""Modules of the standard library only, that every room may import."""

DOORS = {"plugin", "marker", "summary", "judging", "hooks", "cli", "monitor", "cassette", "servertest", "__main__"}

STAR = "conformance.__init__"
"""``from pytest_speechcustom.conformance import *`` is a door, too."""

MAY_IMPORT: dict[str, set[str]] = {
    "__init__": {"contracts", "engine", "traffic", "values"},  # lazily, or for type checkers
    **{
        door: {
            "__init__",
            *DOORS,
            "conformance",
            "emulator",
            "proxy",
            "reports",
            "replay",
            "baseline",
            "drift",
            "taps",
            "traffic",
            "engine",
            "contracts",
            *LEAVES,
        }
        for door in sorted({*DOORS, STAR})
    },
    "conformance": {"conformance", "emulator", "baseline", "reports", "strategies", "engine", "contracts", *LEAVES},
    "emulator": {"emulator", "judging", "baseline", "reports", "engine", "contracts", *LEAVES},
    "strategies": {"strategies", "contracts.model", *LEAVES},
    "replay": {"replay", "taps.patches", "traffic", "engine", "contracts", *LEAVES},
    "proxy": {"proxy", "emulator.serving", "traffic.inflate", "engine", "contracts", *LEAVES},
    "baseline": {"engine", *LEAVES},
    "reports": {"__init__", "reports", "drift", "engine", "contracts", *LEAVES},
    "drift": {"drift", "engine", "contracts", *LEAVES},
    "taps": {"taps", "traffic", *LEAVES},
    "traffic": {"traffic", *LEAVES},
    "engine": {"engine", "contracts.model", *LEAVES},
    "contracts": {"contracts", "strategies", *LEAVES},  # `Contract.strategies`, when it is asked for
    **{leaf: set() for leaf in sorted(LEAVES)},
}
"""Room -> what its modules may import, as a module of this package or a folder of such."""

LIGHT = ["__init__", "plugin", *sorted(LEAVES)]
"""Modules that import the standard library, pytest and each other only, before something of ours is used."""

HEAVY = ["markdown_it", "jsonschema", "jsonschema_rs", "vcr", "werkzeug", "httpx", "hypothesis", "schemathesis", "yaml"]

MODULES = sorted(PACKAGE.rglob("*.py"))


def test_every_room_is_in_the_table() -> None:
    """A new module or folder has to say what it may import, and a removed one leaves the table."""
    assert {_room(path) for path in MODULES} == {*MAY_IMPORT}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: _dotted(path))
def test_imports_go_downwards(path: Path) -> None:
    """A module imports only from its own room and from rooms that its room may use, inside functions too."""
    allowed = MAY_IMPORT[_room(path)]
    tree = ast.parse(path.read_text(encoding="utf-8"))

    wrong = {
        f"line {line}: {target}"
        for line, target in _own_imports(tree, path)
        if not any(target == each or target.startswith(each + ".") for each in allowed)
    }

    assert wrong == set()


@pytest.mark.parametrize("name", LIGHT)
def test_light_modules_import_the_standard_library_and_pytest(name: str) -> None:
    """What is imported with the module itself costs nothing worth measuring."""
    path = PACKAGE / f"{name}.py"
    tree = ast.parse(path.read_text(encoding="utf-8"))
    light = {*sys.stdlib_module_names, "pytest"}

    foreign = {module for module in _imported_at_once(tree) if module.partition(".")[0] not in {*light, NAME}}
    own = {target for line, target in _own_imports(tree, path, at_once=True)}

    assert foreign == set()
    assert own <= LEAVES


@pytest.mark.parametrize(
    "program",
    [
        pytest.param("import pytest_speechcustom; code = 0", id="import"),
        pytest.param(
            "import pytest; code = pytest.main(['-p', 'speechcustom', '--collect-only', '-q', 'empty'])", id="collect"
        ),
        pytest.param("import pytest; code = pytest.main(['-p', 'speechcustom', '-q', 'used'])", id="run"),
        pytest.param("import pytest; code = pytest.main(['-p', 'speechcustom', '--markers'])", id="markers"),
    ],
)
def test_nothing_heavy_is_imported_for_who_does_not_use_us(program: str, tmp_path: Path) -> None:
    """Importing the package, and a whole pytest run with the plugin loaded, import none of our libraries."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "used").mkdir()
    (tmp_path / "used" / "test_other.py").write_text("def test_other():\n    pass\n", encoding="utf-8")
    ask = f"import sys, json; {program}; print(json.dumps([int(code), sorted(set({HEAVY!r}) & set(sys.modules))]))"

    answer = subprocess.run(
        [sys.executable, "-W", "error", "-c", ask],
        cwd=tmp_path,
        env=os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": "", "PYTEST_PLUGINS": ""},
        capture_output=True,
        text=True,
        check=False,
    )

    assert answer.returncode == 0, answer.stderr
    code, imported = json.loads(answer.stdout.splitlines()[-1])
    assert code in {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}, answer.stdout
    assert imported == []


def _dotted(path: Path) -> str:
    """The module's name within the package; a package's `__init__` is the package."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if len(parts) > 1 and parts[-1] == "__init__" else parts)


def _room(path: Path) -> str:
    name = _dotted(path)
    return STAR if name == "conformance" else name.partition(".")[0]


def _own_imports(tree: ast.AST, path: Path, *, at_once: bool = False) -> Iterator[tuple[int, str]]:
    """Line and name within the package of each import of our own modules."""
    for node in _at_once(tree) if at_once else ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.partition(".")[0] == NAME:
                    yield node.lineno, alias.name.partition(".")[2] or "__init__"
        elif isinstance(node, ast.ImportFrom):
            base = _base(node, path)
            if base is not None and base.partition(".")[0] == NAME:
                within = base.partition(".")[2]
                for alias in node.names:
                    inner = f"{within}.{alias.name}".strip(".")
                    yield node.lineno, inner if _is_module(inner) else within or "__init__"


def _base(node: ast.ImportFrom, path: Path) -> str | None:
    if not node.level:
        return node.module
    package = (NAME, *path.relative_to(PACKAGE).parts[:-1])
    package = package[: len(package) - node.level + 1]
    return ".".join([*package, *([node.module] if node.module else [])])


def _is_module(within: str) -> bool:
    place = PACKAGE.joinpath(*within.split("."))
    return place.is_dir() or place.with_suffix(".py").is_file()


def _at_once(tree: ast.AST) -> Iterator[ast.AST]:
    """The nodes that run when the module is imported: not in functions, not for type checkers only."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.If) and ast.unparse(node.test) in {"TYPE_CHECKING", "typing.TYPE_CHECKING"}:
            continue
        yield node
        yield from _at_once(node)


def _imported_at_once(tree: ast.AST) -> Iterator[str]:
    for node in _at_once(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            yield node.module
