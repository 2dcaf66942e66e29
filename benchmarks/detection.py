"""How many single faults of a server the conformance suite finds, next to `schemathesis run` with its default checks.

    python benchmarks/detection.py [--service ID] [--class NAME] [--all] [--no-peers] [--json FILE]

The faults and the legal variants are the rows of `tests/faults`. Prints Markdown: a table by class of fault, one of the
variants, and what was missed, with the reason. Everything listens on loopback only. See the README beside this file.
Exit status 1: a fault of which a documented rule is broken was missed without a known reason, or a variant is an error.
"""

from __future__ import annotations

import argparse
import dataclasses
import importlib.metadata
import json
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import histories
from pytest_speechcustom import contracts
from pytest_speechcustom.emulator.serving import Server
from tests.faults import suite
from tests.faults.suite import MISSED, documented
from tests.faults.table import AZURE, KINDS, Row
from tests.faults.trial import FAULTS, VARIANTS

KEYS = {
    "azure": "Ocp-Apim-Subscription-Key: conformance",
    "watson": "Authorization: Basic YXBpa2V5OmNvbmZvcm1hbmNl",
    "video": "Authorization: Bearer conformance",
}
TOLD = """\
[generation]
with-security-parameters = false
[dictionaries.locale]
values = ["en-US"]
[dictionaries.base_model]
values = ["en-US_BroadbandModel"]
[parameters]
"query.api-version" = "2025-10-15"
"path.location" = "trial"
"path.accountId" = "00000000-0000-0000-0000-000000000000"
"body.locale" = { dictionary = "locale", probability = 0.9 }
"body.base_model_name" = { dictionary = "base_model", probability = 0.9 }
"""
"""What schemathesis is told of the services beside their OpenAPI documents: the words that our suite knows as well."""
PROGRESS = "polls:2"
_TOKEN = re.compile(r"(^|[?&])accessToken=[^&]*&?")
LONGEST = 900
Failures = frozenset[tuple[str, str]]
"""What a run of schemathesis reported: title and operation, in the place of which `Stateful tests` may stand."""


@dataclasses.dataclass(frozen=True, slots=True)
class Peer:
    """What schemathesis made of a row: how often the fault was active, and what it reported beside the usual."""

    activated: int
    new: Failures
    seconds: float

    @property
    def detected(self) -> bool:
        """Whether it reports anything that it does not report of the unchanged emulator."""
        return bool(self.activated and self.new)


def guarded(app: Callable[..., Any], key: str) -> Callable[..., Any]:
    """An application behind a doorman, who takes any other key than the right one away.

    The emulator takes any key, and schemathesis holds that against it: a fault in this would go unseen beside that.
    """
    name, _, right = key.partition(": ")
    header = "HTTP_" + name.upper().replace("-", "_")

    def door(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        if environ.get(header) != right:
            environ.pop(header, None)
        for where in ("QUERY_STRING", "RAW_URI", "REQUEST_URI"):
            if "accessToken=" in environ.get(where, ""):
                environ[where] = _TOKEN.sub(r"\1", environ[where])
        return app(environ, start_response)

    return door


class Schemathesis:
    """Runs `schemathesis run` on servers with a fault. What it says of the unchanged emulator is subtracted."""

    def __init__(self, folder: Path, seed: int, examples: int) -> None:
        self._folder = folder
        self._seed = seed
        self._examples = examples
        self._usual: dict[str, Failures] = {}
        self._config = folder / "schemathesis.toml"
        self._config.write_text(TOLD, encoding="utf-8")

    def tried(self, row: Row) -> Peer:
        """Try a row."""
        if row.service not in self._usual:
            unchanged = dataclasses.replace(row, change=lambda scene: None)
            self._usual[row.service] = self._run(unchanged, self._seed)[1] | self._run(unchanged, self._seed + 1)[1]
        began = time.perf_counter()
        activated, failures = self._run(row, self._seed)
        return Peer(activated, failures - self._usual[row.service], time.perf_counter() - began)

    def _run(self, row: Row, seed: int) -> tuple[int, Failures]:
        """How often the fault was active in one run, and what was reported."""
        contract = contracts.load(row.service)
        document = self._folder / f"{row.service}.json"
        if not document.exists():
            document.write_text(json.dumps(histories.bundle(contract.openapi, dict(contract.schemas))))
        server = suite.behind(row, PROGRESS)
        key = KEYS[row.service.partition("-")[0]]
        running = Server(guarded(suite.application(server), key))
        report = self._folder / "report.json"
        report.unlink(missing_ok=True)
        try:
            base = running.address + server.emulator.suffix
            url = base if base.endswith(contract.base) else base + contract.base
            done = subprocess.run(
                [sys.executable, "-m", "schemathesis.cli", "--config-file", str(self._config), "run", str(document),
                 "--url", url, "--header", key, "--seed", str(seed),
                 "--max-examples", str(self._examples), "--continue-on-failure", "--no-color",
                 "--generation-database", "none", "--report", "json", "--report-json-path", str(report)],
                capture_output=True, text=True, cwd=self._folder, timeout=LONGEST, check=False,
            )  # fmt: skip
        finally:
            running.stop()
        if not report.exists():
            raise SystemExit(f"schemathesis failed: {(done.stderr or done.stdout)[-500:]}")
        return server.activated, _failures(json.loads(report.read_text(encoding="utf-8")))


def _failures(report: Any) -> Failures:
    found = {(each["title"], operation) for each in report["failures"] for operation in each["operations"]}
    return frozenset(found | {("error", each["title"]) for each in report["errors"]})


def sample(rows: Sequence[Row], most: int, seed: int, *, by_service: bool = True) -> list[Row]:
    """At most so many rows of each class, and, unless told otherwise, of each service; the same for the same seed.

    The two Azure services, which are almost alike and cost most time, are one service here.
    """
    cells: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        service = "azure" if row.service in AZURE else row.service
        cells.setdefault((row.kind, service if by_service else ""), []).append(row)
    dice = random.Random(seed)
    chosen = {row.id for cell in cells.values() for row in dice.sample(cell, min(most, len(cell)))}
    return [row for row in rows if row.id in chosen]


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """A row, what our suite said of it, and what schemathesis did (``None``: it was not in the sample)."""

    row: Row
    ours: suite.Verdict
    peer: Peer | None

    def to_json(self) -> dict[str, Any]:
        """As it stands in the file of results."""
        ours, peer = self.ours, self.peer
        return {
            "id": self.row.id,
            "class": self.row.kind,
            "documented": documented(self.row),
            "activated": ours.activated,
            "detected": ours.found is not None,
            "rule": ours.rule,
            "level": ours.found.level if ours.found is not None else None,
            "requests": ours.requests,
            "errors": ours.errors,
            "warnings": ours.warnings,
            "schemathesis": peer and {
                "activated": peer.activated,
                "detected": peer.detected,
                "new": sorted(map(list, peer.new)),
                "seconds": round(peer.seconds, 1),
            },
        }  # fmt: skip


def measured(rows: Iterable[Row], peers: Schemathesis | None, chosen: Iterable[Row], *, whole: bool) -> list[Line]:
    """Try rows with both, one after the other."""
    ids = {row.id for row in chosen} if peers is not None else set()
    lines = []
    for row in rows:
        verdict = suite.tried(row, whole=whole)
        peer = peers.tried(row) if peers is not None and row.id in ids else None
        lines.append(Line(row, verdict, peer))
        ours = f"errors {list(verdict.errors)}" if whole else str(verdict)
        theirs = "" if peer is None else f"; schemathesis: {sorted(peer.new) if peer.detected else 'not detected'}"
        print(f"{row.id} [{row.kind}]: {ours}{theirs}", file=sys.stderr, flush=True)
    return lines


def table_of_faults(lines: Sequence[Line]) -> str:
    """A row for each class, and the sums: all faults for ours, those of the sample for both."""
    head = (
        "| class | faults | found | as error | as warning | documented | of them found | both tried | ours "
        "| schemathesis | (active there) |\n|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|"
    )
    kinds = [kind for kind in KINDS if any(line.row.kind == kind for line in lines)]
    rows = [_counted(kind, [line for line in lines if line.row.kind == kind]) for kind in kinds]
    return "\n".join([head, *rows, _counted("all", lines), _shares(lines)])


def _counted(name: str, lines: Sequence[Line]) -> str:
    return f"| {name} | " + " | ".join(map(str, _numbers(lines))) + " |"


def _numbers(lines: Sequence[Line]) -> tuple[int, ...]:
    levels = [line.ours.found.level for line in lines if line.ours.found is not None]
    binding = [line for line in lines if documented(line.row)]
    both = [line for line in lines if line.peer is not None]
    return (
        len(lines), len(levels), levels.count("error"), levels.count("warning"), len(binding),
        sum(line.ours.found is not None for line in binding), len(both),
        sum(line.ours.found is not None for line in both),
        sum(line.peer is not None and line.peer.detected for line in both),
        sum(line.peer is not None and line.peer.activated > 0 for line in both),
    )  # fmt: skip


def _shares(lines: Sequence[Line]) -> str:
    """The sums as shares: found of all, found of documented ones, and both tools in the sample."""
    faults, found, errors, warnings, binding, bound, both, ours, theirs, active = _numbers(lines)

    def share(part: int, whole: int) -> str:
        return f"{100 * part / whole:.0f} %" if whole else ""

    cells = ("share", "", share(found, faults), share(errors, faults), share(warnings, faults), "",
             share(bound, binding), "", share(ours, both), share(theirs, both), share(active, both))  # fmt: skip
    return "| " + " | ".join(cells) + " |"


def table_of_variants(lines: Sequence[Line]) -> str:
    """How many legal variants are flagged, by ours with an error or a warning, and by schemathesis."""
    both = [line for line in lines if line.peer is not None]
    cells = (
        len(lines), sum(line.ours.activated > 0 for line in lines), sum(bool(line.ours.errors) for line in lines),
        sum(bool(line.ours.warnings) for line in lines), len(both),
        sum(line.peer is not None and line.peer.detected for line in both),
    )  # fmt: skip
    return (
        "| legal variants | active | ours: an error | ours: a warning | both tried | schemathesis: a failure |\n"
        "|---:|---:|---:|---:|---:|---:|\n| " + " | ".join(map(str, cells)) + " |"
    )


def missed(lines: Iterable[Line]) -> list[tuple[Line, str]]:
    """What our suite has not found, with the reason where one is known."""
    return [(line, MISSED.get(line.row.id, "")) for line in lines if line.ours.found is None]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--service", action="append", choices=sorted(contracts.SERVICES), default=[])
    parser.add_argument("--class", dest="kind", action="append", choices=KINDS, default=[])
    parser.add_argument("--rows", type=int, default=1, help="rows of each class and service for schemathesis (1)")
    parser.add_argument("--all", action="store_true", help="all rows for schemathesis: hours")
    parser.add_argument("--no-peers", action="store_true", help="leave out schemathesis")
    parser.add_argument("--seed", type=int, default=1, help="what the sample and schemathesis draw from (1)")
    parser.add_argument("--max-examples", type=int, default=10, help="of schemathesis, for an operation (10)")
    parser.add_argument("--json", type=Path, help="write the results of each row there")
    given = parser.parse_args(arguments)

    def meant(row: Row) -> bool:
        return not given.service or row.service in given.service

    faults = [row for row in FAULTS if meant(row) and (not given.kind or row.kind in given.kind)]
    variants = [row for row in VARIANTS if meant(row) and not given.kind]
    most = len(FAULTS) if given.all else given.rows
    with tempfile.TemporaryDirectory() as folder:
        peers = None if given.no_peers else Schemathesis(Path(folder), given.seed, given.max_examples)
        of_faults = measured(faults, peers, sample(faults, most, given.seed), whole=False)
        of_variants = measured(variants, peers, sample(variants, most, given.seed, by_service=False), whole=True)
    if given.json is not None:
        results = {
            "faults": [line.to_json() for line in of_faults],
            "variants": [line.to_json() for line in of_variants],
        }
        given.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    return _told(of_faults, of_variants, given)


def _told(faults: Sequence[Line], variants: Sequence[Line], given: argparse.Namespace) -> int:
    """Print the tables; the exit status."""
    if not given.no_peers:
        version = importlib.metadata.version("schemathesis")
        print(f"schemathesis {version}, --max-examples {given.max_examples}, seed {given.seed}\n")
    print(table_of_faults(faults))
    if variants:
        print("\n" + table_of_variants(variants))
    lost = missed(faults)
    print("\nNot found:" if lost else "\nAll faults were found.")
    for line, reason in lost:
        print(f"- {line.row.id} {line.ours}. {reason or 'No reason is known.'}")
    wrong = [line for line in variants if line.ours.errors]
    for line in wrong:
        print(f"- {line.row.id} is legal, and an error: {', '.join(line.ours.errors)}")
    return int(bool(wrong) or any(documented(line.row) and not reason for line, reason in lost))


if __name__ == "__main__":
    sys.exit(main())
