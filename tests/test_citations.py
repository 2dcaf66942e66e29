"""Citations of the source documents lead to something: a citation must not drift from what it cites.

The source documents are not part of the project. Where their folder is not at hand, nothing is checked.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from pytest_speechcustom.contracts import SERVICES, load
from pytest_speechcustom.contracts.documents import DOCUMENTS
from pytest_speechcustom.contracts.model import Contract
from pytest_speechcustom.values import Source

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT.parent / "shared" / "sources"
DATA = [*sorted((ROOT / "schemas").glob("*/*.json")), *sorted((ROOT / "cassettes").glob("*/*.yaml"))]

LINES = re.compile(r"\blines?\s+(\d+(?:\s*-\s*\d+)?(?:\s*(?:,|and)\s*\d+(?:\s*-\s*\d+)?)*)")
RANGE = re.compile(r"(\d+)(?:\s*-\s*(\d+))?")
MARKUP = re.compile(r"^\s*#+\s*|\s*\{:?#?[^}]*\}\s*$|[*_`]")

pytestmark = pytest.mark.skipif(not SOURCES.is_dir(), reason="the source documents are not at hand")


@cache
def lines(document: str) -> tuple[str, ...]:
    """The lines of a source document, stripped."""
    file = DOCUMENTS[document].source_file
    assert file is not None
    text = (SOURCES / file).read_text(encoding="utf-8")
    return tuple(line.strip() for line in text.split("\n"))


@cache
def headings(document: str) -> frozenset[str]:
    """The lines of a source document without markup."""
    return frozenset(MARKUP.sub("", line).strip() for line in lines(document))


def kept(document: object) -> bool:
    """Whether the text of a document is at hand."""
    return isinstance(document, str) and document in DOCUMENTS and DOCUMENTS[document].source_file is not None


def citations(value: Any) -> Iterator[tuple[str, str]]:
    """Every (document, locator) in a value of data that points to a kept document."""
    if isinstance(value, dict):
        if kept(value.get("document")):
            locator = value.get("locator", f"lines {value.get('lines')}")
            yield value["document"], locator
        for child in value.values():
            yield from citations(child)
    elif isinstance(value, list):
        for child in value:
            yield from citations(child)


def fault(document: str, locator: str) -> str | None:
    """What is wrong with a citation.

    `lines A-B` must lie within the document and begin and end with a line that is not blank; any other
    locator must be, up to its first comma or as a whole, a line of the document.
    """
    text = lines(document)
    ranges = [found for group in LINES.findall(locator) for found in RANGE.findall(group)]
    for start, end in ranges:
        first, last = int(start), int(end or start)
        if not 1 <= first <= last <= len(text):
            return f"{first}-{last} is not within the {len(text)} lines"
        if not text[first - 1] or not text[last - 1]:
            return f"{first}-{last} begins or ends with a blank line"
    rest = LINES.split(locator)[0].rstrip(" ,(") if ranges else locator
    heads = {rest, rest.split(",")[0]}
    if rest and not heads & headings(document):
        return f"no line reads {rest!r}"
    return None


def test_every_named_source_is_there() -> None:
    """Each document that names a source file has that file."""
    for document in DOCUMENTS.values():
        assert document.source_file is None or (SOURCES / document.source_file).is_file()


@pytest.mark.parametrize("path", [pytest.param(path, id=f"{path.parent.name}/{path.name}") for path in DATA])
def test_citations_lead_somewhere(path: Path) -> None:
    """Every citation of a source document in schemas, errata and cassettes resolves."""
    text = path.read_text(encoding="utf-8")
    value = json.loads(text) if path.suffix == ".json" else yaml.safe_load(text).get("metadata")
    faults = {
        f"{document}, {locator}: {wrong}"
        for document, locator in citations(value)
        if (wrong := fault(document, locator)) is not None
    }
    assert sorted(faults) == []


@pytest.mark.parametrize(
    ("locator", "wrong"),
    [
        ("lines 55-73", None),
        ("line 28", None),
        ("lines 28, 42, 67", None),
        ("Create a speech model, line 79", None),
        ("Delete speech dataset", None),
        ("line 9999", "is not within"),
        ("lines 73-55", "is not within"),
        ("line 9", "blank line"),
        ("lines 55-73, 9999", "is not within"),
        ("No such heading, line 79", "no line reads"),
        ("No such heading", "no line reads"),
    ],
)
def test_a_wrong_citation_is_found(locator: str, wrong: str | None) -> None:
    """The check above tells a citation that leads somewhere from one that does not."""
    found = fault("VI", locator)
    assert found is None if wrong is None else wrong in (found or "")


# the tables


def cited(contract: Contract) -> Iterator[tuple[str, Source]]:
    """Every source in the tables of a contract that points to a kept document, with the row that cites it."""
    rows: list[tuple[str, Source]] = [(rule.id, rule.source) for rule in contract.rules.values()]
    for name, lifecycle in contract.lifecycles.items():
        rows += [(f"{name} {state.name}", state.source) for state in lifecycle.states]
        rows += [(f"{name} {move.id}", move.source) for move in lifecycle.by_itself]
        rows += [(f"{name} {call.id}", call.source) for call in lifecycle.by_call]
    return ((row, source) for row, source in rows if kept(source.document))


def place(source: Source) -> str:
    """The text of the lines that a source cites; of the whole document where it cites none."""
    text = lines(source.document)
    ranges = [found for group in LINES.findall(source.locator) for found in RANGE.findall(group)]
    if not ranges:
        return "\n".join(text)
    return "\n".join("\n".join(text[int(start) - 1 : int(end or start)]) for start, end in ranges)


@pytest.mark.parametrize("service", SERVICES)
def test_citations_of_the_tables_lead_somewhere(service: str) -> None:
    """Every rule, state, move and call that cites a source document cites a place in it."""
    faults = {
        f"{row}: {source}: {wrong}"
        for row, source in cited(load(service))
        if (wrong := fault(source.document, source.locator)) is not None
    }
    assert sorted(faults) == []


@pytest.mark.parametrize("service", SERVICES)
def test_what_the_tables_mention_stands_there(service: str) -> None:
    """The words that a source mentions stand at the cited place."""
    missing = {
        f"{row}: {source}: {word!r}"
        for row, source in cited(load(service))
        for word in source.mentions
        if word.casefold() not in place(source).casefold()
    }
    assert sorted(missing) == []
