"""Pages and filters of the Azure services."""

from __future__ import annotations

from itertools import product
from typing import Any

from pytest_speechcustom.conformance.probes.azure_desk import INSIDE, LISTS, PREFIXES, Desk, id_of, reference, values
from pytest_speechcustom.conformance.session import Session
from pytest_speechcustom.contracts.model import Json
from pytest_speechcustom.engine.filters import FilterError, parse

_SIZES = (1, 2, 3, 100)
_MEMBERS = 3


def paging(session: Session) -> None:
    """Each list in pages of several sizes; one that grows while it is read; the same list twice."""
    desk = Desk(session)
    project = desk.create("project")
    for kind in PREFIXES:
        with session.step(f"pages of {kind}"):
            more = {"project": reference(project)} if kind in INSIDE else {}
            made = [desk.create(kind, **more) for _ in range(_MEMBERS)]
            for entity in made if kind != "project" else ():
                desk.done(kind, entity)
            _walk(desk, LISTS[kind], None, kind, more)
            if kind in INSIDE:
                _walk(desk, INSIDE[kind], {"id": id_of(project)}, kind, more)
    with session.step("transcriptions"):
        desk.client.call("Projects_ListTranscriptions", {"id": id_of(project)}, desk.query())


def _walk(desk: Desk, operation: str, path: Any, kind: str, more: Json) -> None:
    for _ in range(2):
        desk.client.call(operation, path, desk.query())
    for skip in range(_MEMBERS):
        for _ in range(2):
            desk.client.call(operation, path, desk.query(skip=skip, top=2))
    for size in _SIZES:
        list(desk.pages(operation, path, top=size))
    for _ in range(2):
        list(desk.pages(operation, path, top=1, filter=f"displayName ne '{desk.session.prefix}'"))
    pages = desk.pages(operation, path, top=1)
    next(pages, None)
    desk.create(kind, **more)
    list(pages)


def filters(session: Session) -> None:
    """Entities of which all is known, and every operator on every property that can be filtered by."""
    desk = Desk(session)
    project = desk.create("project")
    for kind in PREFIXES:
        with session.step(f"filters of {kind}"):
            more: Json = {"project": reference(project)} if kind in INSIDE else {}
            made = [
                desk.create(kind, description=text, **more) for text in ("first", "it's the second", "third and last")
            ]
            for entity in made[:2] if kind != "project" else ():
                desk.done(kind, entity)
            shown = [values_of(desk, kind, entity) for entity in made]
            _ask(desk, LISTS[kind], None, shown)
            if kind in INSIDE:
                _ask(desk, INSIDE[kind], {"id": id_of(project)}, shown)


def values_of(desk: Desk, kind: str, entity: Json) -> Json:
    """An entity as it is read now."""
    body = desk.read(kind, entity).body
    return body if isinstance(body, dict) else entity


def _ask(desk: Desk, operation: str, path: Any, shown: list[Json]) -> None:
    filterable = desk.session.contract.operations[operation].filterable
    comparisons: list[str] = []
    for name, kind in filterable.items():
        present = [str(each[name]) for each in shown if isinstance(each.get(name), str)]
        for value in list(dict.fromkeys(present))[:2]:
            text = f"'{value.replace(chr(39), chr(39) * 2)}'" if kind == "string" else value
            for operator in ("eq", "ne") if kind == "string" else ("eq", "ne", "gt", "ge", "lt", "le"):
                comparisons.append(f"{name} {operator} {text}")
    for text in comparisons:
        desk.client.call(operation, path, desk.query(filter=text))
    pairs = list(zip(comparisons[::3], comparisons[1::3], strict=False))[:4]
    for (one, other), joint in product(pairs, ("and", "or")):
        desk.client.call(operation, path, desk.query(filter=f"{one} {joint} {other}"))
    for one, other in pairs[:2]:
        desk.client.call(operation, path, desk.query(filter=f"not {one}"))
        desk.client.call(operation, path, desk.query(filter=f"not ({one} or {other})"))
    for one in comparisons[:1]:
        first = desk.client.call(operation, path, desk.query(filter=one, top=1))
        if isinstance(first.body, dict) and first.body.get("@nextLink"):
            desk.client.follow(operation, first.body["@nextLink"])
        values(first)


def wrong_filter(session: Session, operation: str, text: str) -> str:
    """What the documented grammar has against a filter; empty: nothing."""
    try:
        parse(text, session.contract.operations[operation].filterable)
    except FilterError as error:
        return "" if error.fault == "silent" else f"in the filter, {error}"
    return ""
