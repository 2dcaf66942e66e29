"""What merely installing the plugin adds to a pytest run that does not use it.

    python benchmarks/startup.py [--runs N]

Makes clean virtual environments in a temporary folder: pytest alone, pytest with this package (from a wheel built
here), pytest with schemathesis. Each runs the same one-test project, in turn, with cached bytecode. Prints Markdown.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks import venvs  # noqa: E402 - found by the path just set

BARE, OURS, THEIRS = "pytest alone", "with pytest-speechcustom", "with schemathesis"
AIM = 5.0


def wheel(folder: Path) -> str:
    """Build a wheel of the checkout; its path."""
    venvs.run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(ROOT))
    return str(next(folder.glob("*.whl")))


def environments(folder: Path) -> dict[str, str]:
    """The Pythons to compare, by label; the same pytest in all of them."""
    wanted = {BARE: [], OURS: [wheel(folder)], THEIRS: ["schemathesis"]}
    return {
        label: venvs.make(folder / str(place), "pytest>=9", *more) for place, (label, more) in enumerate(wanted.items())
    }


def project(folder: Path) -> Path:
    """A project with one test and nothing of ours."""
    folder.mkdir()
    (folder / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    (folder / "test_one.py").write_text("def test_one():\n    assert 1 + 1 == 2\n", encoding="utf-8")
    return folder


def once(python: str, folder: Path) -> float:
    """Milliseconds that one run takes."""
    began = time.perf_counter()
    venvs.run(python, "-m", "pytest", "-q", "-p", "no:cacheprovider", cwd=folder)
    return (time.perf_counter() - began) * 1e3


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description="What installing the plugin adds to a pytest run.")
    parser.add_argument("--runs", type=int, default=25, help="runs of each, of which the median counts (25)")
    runs: int = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pythons = environments(folder)
        tests = project(folder / "project")
        for python in pythons.values():
            once(python, tests)  # writes the bytecode
        took: dict[str, list[float]] = {label: [] for label in pythons}
        for run in range(runs):
            order = list(pythons) if run % 2 else list(reversed(pythons))
            for label in order:
                took[label].append(once(pythons[label], tests))
    bare = statistics.median(took[BARE])
    print(f"One test that uses nothing of ours; medians of {runs} runs, in turn.\n")
    print("| environment | ms | added, ms (median of the pairs) | fastest run, added | aim |")
    print("| --- | ---: | ---: | ---: | ---: |")
    print(f"| {BARE} | {bare:.0f} | | | |")
    for label in (OURS, THEIRS):
        pairs = statistics.median(more - less for more, less in zip(took[label], took[BARE], strict=True))
        fastest = min(took[label]) - min(took[BARE])
        aim = f"at most {AIM:.0f}" if label == OURS else ""
        print(f"| {label} | {statistics.median(took[label]):.0f} | {pairs:+.1f} | {fastest:+.1f} | {aim} |")


if __name__ == "__main__":
    main()
