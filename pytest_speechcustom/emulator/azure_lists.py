"""Lists of the Azure services: `skip`, `top`, `filter`, and the link to the next page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain, islice
from typing import Any, Protocol, TypeVar
from urllib.parse import quote, urlencode

from pytest_speechcustom.contracts.model import Json
from pytest_speechcustom.emulator.azure_errors import invalid
from pytest_speechcustom.emulator.calls import Call
from pytest_speechcustom.engine.filters import FilterError, parse

PAGE = 100
"""How many entities a page has unless `top` says otherwise. No document tells."""
MOST = 1000
"""How many a page has at most. No document tells."""
Row = TypeVar("Row")
Row_co = TypeVar("Row_co", covariant=True)


class Rows(Protocol[Row_co]):
    """What can be listed: rows in order, of which a part costs what the part costs."""

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[Row_co]: ...

    def __getitem__(self, part: slice, /) -> Sequence[Row_co]: ...


def number(call: Call, name: str, default: int, least: int, inner: str) -> int:
    """A query parameter that is a whole number of at least `least`."""
    value = int(call.query.get(name, default))
    if value < least:
        raise invalid(inner, f"{name} must be at least {least}.", name)
    return value


def page(
    call: Call,
    rows: Sequence[Rows[Row]],
    facts: Callable[[Row], Json],
    view: Callable[[Row], Json],
    look: Callable[[Row], None] = lambda row: None,
) -> Json:
    """The page that a call asks for, of lists behind each other.

    `facts` is what a filter sees of a row, `view` what the client sees. `look` is called before for each row that is
    looked at: all of them when there is a filter.
    """
    skip = number(call, "skip", 0, 0, "UnsupportedPagination")
    top = min(number(call, "top", PAGE, 1, "UnsupportedPagination"), MOST)
    test = condition(call)
    if test is None:
        found = _part(rows, skip, skip + top + 1)  # one more tells that there is a next page
        for row in found[:top]:
            look(row)
    else:
        for row in chain(*rows):
            look(row)
        found = list(islice((row for row in chain(*rows) if test(facts(row))), skip, skip + top + 1))
    body: Json = {"values": [view(row) for row in found[:top]]}
    if len(found) > top:
        body["@nextLink"] = next_link(call, skip=skip + top)
    return body


def condition(call: Call) -> Callable[[Json], bool] | None:
    """The filter of a call. What documents leave undecided, such as letter case, does not match."""
    text = call.query.get("filter")
    if text is None:
        return None
    try:
        parsed = parse(text, call.operation.filterable)
    except FilterError as error:
        raise invalid("UnsupportedFilter", f"In the filter, {error}; allowed: {error.allowed}", "filter") from None
    return lambda facts: parsed.matches(facts) is True


def _part(rows: Sequence[Rows[Row]], start: int, stop: int) -> list[Row]:
    found: list[Row] = []
    for each in rows:
        found += each[start:stop]
        start, stop = max(0, start - len(each)), max(0, stop - len(each))
    return found


def next_link(call: Call, **changed: Any) -> str:
    """The URL of a call with other query parameters; those that are no parameters of the operation are left out."""
    names = [parameter.name for parameter in call.operation.parameters if parameter.place == "query"]
    query = {name: call.query[name] for name in names if name in call.query} | changed
    path = call.operation.path.format(**{name: quote(value) for name, value in call.variables.items()})
    return f"{call.base}{path}?{urlencode(query, quote_via=quote)}"
