"""What a check costs: per exchange, next to `json.loads` and two peers, and over a long stream.

    python benchmarks/check.py [--no-peers] [--openapi-core-python PATH] [--stream]

Prints Markdown. See the README beside this file for what each line means.
"""

from __future__ import annotations

import argparse
import gc
import json
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import histories, venvs
from pytest_speechcustom import contracts, traffic
from pytest_speechcustom.engine.checker import Checker
from pytest_speechcustom.values import Exchange

OPENAPI_CORE = "openapi-core>=0.19"
PAGE = 100

Make = Callable[[int], list[Exchange]]
Line = tuple[str, str, Make, bool, float | None]
"""Label, payload, a maker of histories (with ids from a number on), whether isolated, and the aim."""


def lines(models: histories.Models, many: int) -> list[Line]:
    """What is measured of the checker. Every round has ids of its own: no cache may know them."""
    few = max(1, many // 50)
    lives = max(1, many // 50), min(many, 50)
    return [
        ("polled through its life", "entity", lambda first: histories.polls(models, first, *lives), False, 8),
        ("changed at every exchange", "entity", lambda first: histories.changes(models, first, many), False, 8),
        ("another one at every exchange", "entity", lambda first: histories.newcomers(models, first, many), False, 14),
        ("isolated", "entity", lambda first: histories.polls(models, first, *lives), True, None),
        ("isolated, another one at every exchange", "entity", lambda first: histories.newcomers(models, first, many),
         True, None),
        ("polled", "page", lambda first: histories.pages(models, first, few, PAGE), False, None),
        ("changed at every exchange", "page", lambda first: histories.pages(models, first, few, PAGE, changed=True),
         False, None),
        ("isolated", "page", lambda first: histories.pages(models, first, few, PAGE), True, None),
        ("isolated, changed at every exchange", "page",
         lambda first: histories.pages(models, first, few, PAGE, changed=True), True, None),
    ]  # fmt: skip


def judge(made: list[Exchange], warm: list[Exchange], isolated: bool) -> float:
    """Microseconds an exchange takes a checker whose validators are built."""
    checker = Checker(contracts.load(histories.SERVICE), isolated=isolated)
    checker.check(warm)
    gc.collect()
    began = time.perf_counter()
    checker.check(made)
    took = time.perf_counter() - began
    sound(checker)
    return took / len(made) * 1e6


def sound(checker: Checker) -> None:
    """Refuse to go on when the histories are not what they are meant to be."""
    found = [finding for finding in checker.report().findings if finding.level != "note"]
    if found:
        raise SystemExit(f"the history is at fault: {found[0].rule}: {found[0].message} (exchange {found[0].exchange})")


def floor(made: list[Exchange]) -> float:
    """Microseconds it takes to parse the answers and nothing else."""
    raws = [one.response.body.raw or b"" for one in made if one.response is not None]
    began = time.perf_counter()
    for raw in raws:
        json.loads(raw)
    return (time.perf_counter() - began) / len(raws) * 1e6


def measure(models: histories.Models, rounds: int, many: int) -> tuple[dict[str, float], list[tuple[Line, float]]]:
    """The medians of `json.loads` by payload, and of each line. Rounds take turns, so that drift meets all."""
    chosen = lines(models, many)
    floors: dict[str, list[float]] = {"entity": [], "page": []}
    took: list[list[float]] = [[] for _ in chosen]
    number = 1
    for _ in range(rounds):
        for place, (_, payload, make, isolated, _) in enumerate(chosen):
            made, warm = make(number), make(number + 2 * many + PAGE)[:2]
            number += 4 * many + 2 * PAGE
            floors[payload].append(floor(made))
            took[place].append(judge(made, warm, isolated))
    medians = {payload: statistics.median(values) for payload, values in floors.items()}
    return medians, [(line, statistics.median(values)) for line, values in zip(chosen, took, strict=True)]


def peers(models: histories.Models, rounds: int, core_python: str | None) -> list[tuple[str, dict[str, float] | str]]:
    """What the peers take, or why that is not known."""
    contract = contracts.load(histories.SERVICE)
    exchanges = {
        "entity": ("/models/{id}", histories.newcomers(models, 1, 20)),
        "page": ("/models", histories.pages(models, 1, 2, PAGE)),
    }
    given = {
        "openapi": histories.bundle(contract.openapi, dict(contract.schemas)),
        "rounds": rounds,
        "exchanges": {label: [_plain(template, one) for one in made] for label, (template, made) in exchanges.items()},
    }
    figures: list[tuple[str, dict[str, float] | str]] = []
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "input.json")
        file.write_text(json.dumps(given), encoding="utf-8")
        for name, what in (("openapi-core", "request and response"), ("schemathesis", "`case.validate_response`")):
            label = f"{name}, {what}"
            try:
                python = sys.executable
                if name == "openapi-core":  # it wants other versions of what the tests need
                    python = core_python or venvs.make(Path(folder, "venv"), OPENAPI_CORE)
                said = json.loads(venvs.run(python, str(Path(__file__).with_name("peers.py")), name, str(file)))
                figures.append((label.replace(name, f"{name} {said['version']}"), said["figures"]))
            except (venvs.NotMade, OSError) as error:
                figures.append((label, str(error)))
    return figures


def _plain(template: str, one: Exchange) -> dict[str, Any]:
    assert one.response is not None
    return {
        "template": template,
        "method": one.request.method,
        "url": one.request.url,
        "headers": dict(one.request.headers),
        "status": one.response.status,
        "answer_headers": dict(one.response.headers),
        "answer": (one.response.body.raw or b"").decode(),
    }


def table(rows: Sequence[Sequence[str]]) -> str:
    """Rows as a Markdown table, the first one its head."""
    head, *rest = rows
    marks = ["---", *["---:"] * (len(head) - 1)]
    return "\n".join("| " + " | ".join(row) + " |" for row in (head, marks, *rest))


def costs(rounds: int, many: int, with_peers: bool, core_python: str | None) -> None:
    """Print the cost of an exchange."""
    models = histories.Models()
    floors, figures = measure(models, rounds, many)
    other = peers(models, rounds, core_python) if with_peers else []
    core = next((f for label, f in other if label.startswith("openapi-core") and not isinstance(f, str)), None)
    print(f"One model of {models.entity_bytes} bytes, a page of {PAGE}; medians of {rounds} rounds.\n")
    for payload in ("entity", "page"):
        ground = floors[payload]
        rows = [[payload, "µs", "x `json.loads`", "aim", "faster than openapi-core"]]
        rows.append(["`json.loads` of the answer alone", f"{ground:.1f}", "1.0", "", ""])
        for (label, about, _, _, aim), took in figures:
            if about == payload:
                faster = f"{core[payload] / took:.0f} x" if core else "not available"
                said = f"at most {aim:.0f}" if aim else ""
                rows.append([label, f"{took:.1f}", f"{took / ground:.1f}", said, faster])
        for label, found in other:
            if isinstance(found, str):
                rows.append([label, "not available", "", "", ""])
            else:
                rows.append([label, f"{found[payload]:.0f}", f"{found[payload] / ground:.1f}", "", ""])
        print(table(rows) + "\n")
    for label, found in other:
        if isinstance(found, str):
            print(f"{label}: not available: {found}\n")
    if core:
        print("Aim: 25 x faster than openapi-core.\n")


def stream(sizes: Sequence[int]) -> None:
    """Print exchanges per second and peak memory over files of those sizes."""
    models = histories.Models()
    rows = [["exchanges", "a second", "aim", "x `json.loads` of the lines", "peak memory, MB"]]
    with tempfile.TemporaryDirectory() as folder:
        for many in sizes:
            file = Path(folder, f"{many}.ndjson")
            with file.open("wb") as out:
                out.writelines(histories.stream(models, many))
            said = json.loads(venvs.run(sys.executable, __file__, "--stream-file", str(file)))
            rate, ratio = many / said["seconds"], said["seconds"] / said["floor"]
            rows.append([f"{many:,}", f"{rate:,.0f}", "10,000", f"{ratio:.1f}", f"{said['peak'] / 1024:.1f}"])
    print(table(rows))
    print("\nAim: peak memory flat.")


def stream_file(file: str) -> None:
    """Check one file in this process, and print what it took as JSON."""
    contract = contracts.load(histories.SERVICE)
    began = time.perf_counter()
    checker = Checker(contract)
    checker.check(traffic.read(file))
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 if sys.platform == "darwin" else 1)
    sound(checker)
    began = time.perf_counter()
    with open(file, "rb") as lines:
        for line in lines:
            json.loads(line)
    print(json.dumps({"seconds": seconds, "peak": peak, "floor": time.perf_counter() - began}))


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="What a check costs.")
    parser.add_argument("--rounds", type=int, default=9, help="rounds, of which the median counts (9)")
    parser.add_argument("--exchanges", type=int, default=1000, help="exchanges in a round (1000)")
    parser.add_argument("--no-peers", action="store_true", help="leave out openapi-core and schemathesis")
    parser.add_argument("--openapi-core-python", metavar="PATH", help="a Python that has openapi-core")
    parser.add_argument("--stream", action="store_true", help="measure long streams too")
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000], help="exchanges in the streams")
    parser.add_argument("--stream-file", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.stream_file:
        stream_file(given.stream_file)
        return
    if given.stream:  # first: a child's peak memory is never below what this process has by then
        stream(given.sizes)
        print()
    costs(given.rounds, given.exchanges, not given.no_peers, given.openapi_core_python)


if __name__ == "__main__":
    main()
