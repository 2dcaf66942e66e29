"""Writes `docs/reference/<service>.md` from the contracts: lifecycles, rules, contract parameters, errata.

Run it after a change of a table or a ledger: ``python docs/make_reference.py``. A test holds the pages true.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path

from pytest_speechcustom.contracts import SERVICES, load
from pytest_speechcustom.contracts.documents import DOCUMENTS
from pytest_speechcustom.contracts.model import Contract, Lifecycle
from pytest_speechcustom.locate import data

FOLDER = Path(__file__).parent / "reference"


def _row(*cells: object) -> str:
    return "| " + " | ".join(str(cell).replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def _table(header: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> list[str]:
    return [_row(*header), _row(*("---" for _ in header)), *(_row(*row) for row in rows), ""]


def _lifecycle(name: str, lifecycle: Lifecycle) -> list[str]:
    lines = [f"### {name}", "", "```mermaid", "stateDiagram-v2"]
    lines += [f"    [*] --> {_node(state)}" for state in lifecycle.initial]
    lines += dict.fromkeys(f"    {_node(move.origin)} --> {_node(move.target)}" for move in lifecycle.by_itself)
    lines += ["```", "", f"Read from `{lifecycle.status}`. Arrows are what the service does by itself.", ""]
    hidden = [state for state in lifecycle.states if state.name != state.status]
    if hidden:
        first = hidden[0]
        lines += [f"States that read alike differ in what comes next: `{first.name}` is shown as `{first.status}`.", ""]
    lines += _table(
        ("state", "shown as", "basis", "source"),
        ((state.name, state.status, state.basis, state.source) for state in lifecycle.states),
    )
    lines += _table(("move", "basis", "source"), ((move.id, move.basis, move.source) for move in lifecycle.by_itself))
    if lifecycle.by_call:
        lines += _table(
            ("call", "takes", "basis", "source"),
            (
                (
                    call.id,
                    "; ".join(f"{origin} to {' or '.join(to)}" for origin, to in call.moves.items())
                    or (f"any state to {' or '.join(call.otherwise)}" if call.otherwise else "nothing"),
                    call.basis,
                    call.source,
                )
                for call in lifecycle.by_call
            ),
        )
    return lines


def _node(state: str) -> str:
    return state.replace(":", "_with_")


def page(contract: Contract) -> str:
    """The reference of one contract, in Markdown."""
    ledger = json.loads((data("schemas") / contract.id / "errata.json").read_text(encoding="utf-8"))
    lines = [f"# {contract.id}", "", f"{contract.title}. Generated from the contract; do not edit.", ""]
    lines += ["## Documents", ""]
    cited = {*contract.documents, *(entry["where"]["document"] for entry in ledger)}
    cited |= {name for name in DOCUMENTS for entry in ledger if re.search(rf"\b{name}\b", " ".join(entry["readings"]))}
    lines += _table(
        ("id", "title", "date", "address"),
        (
            (name, DOCUMENTS[name].title, DOCUMENTS[name].date or "", DOCUMENTS[name].url or "")
            for name in sorted(cited)
        ),
    )
    lines += ["Lines are those of the document as published at that date, in its source form.", ""]
    lines += ["## Operations", "", f"Below the base `{contract.base or '/'}`.", ""]
    lines += _table(
        ("operation", "call", "query and headers", "answers", "source"),
        (
            (
                f"`{each.id}`",
                f"`{each.method} {each.path}`",
                ", ".join(f"{p.name}{'*' if p.required else ''}" for p in each.parameters if p.place != "path"),
                ", ".join(str(code) for code in sorted(each.success)),
                each.source,
            )
            for each in contract.operations.values()
        ),
    )
    lines += ["A star marks what is required. Errors are any other status.", ""]
    lines += ["## Lifecycles", ""]
    for name, lifecycle in contract.lifecycles.items():
        lines += _lifecycle(name, lifecycle)
    lines += [
        "## Rules",
        "",
        "A broken rule is reported as the level says; as less where the place is known from a weaker source, such as a",
        "status code that no document states, or where documents dispute it (see Errata).",
        "",
    ]
    lines += _table(
        ("rule", "side", "basis", "level", "what is required", "source"),
        (
            (f"`{rule.id}`", rule.side, rule.basis, rule.severity, rule.text, rule.source)
            for rule in contract.rules.values()
        ),
    )
    declared = contract.openapi.get("x-parameters", {})
    if declared:
        lines += ["## Contract parameters", "", "Given with `--param name=value`.", ""]
        lines += _table(
            ("name", "default", "what it says"),
            ((f"`{name}`", f"`{json.dumps(row['default'])}`", row["description"]) for name, row in declared.items()),
        )
    lines += ["## Errata", "", "Where documents contradict each other or themselves, and how that is resolved.", ""]
    lines += _table(
        ("id", "where", "kind", "readings", "resolution"),
        (
            (
                entry["id"],
                f"{entry['where']['document']}, {entry['where']['locator']}",
                entry["kind"],
                "; ".join(entry["readings"]),
                entry["resolution"],
            )
            for entry in ledger
        ),
    )
    return "\n".join(lines).rstrip() + "\n"


def main() -> None:
    """Write every page."""
    FOLDER.mkdir(exist_ok=True)
    for service in SERVICES:
        (FOLDER / f"{service}.md").write_text(page(load(service)), encoding="utf-8")


if __name__ == "__main__":
    main()
