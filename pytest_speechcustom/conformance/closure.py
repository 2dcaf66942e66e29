"""What a short history needs to be done again: the creation of what it is about, and what was done to that since."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from pytest_speechcustom.engine.text import path_of
from pytest_speechcustom.values import ABSENT, Exchange, Request

_IDENTITIES = ("self", "id", "customization_id")
_WORD = re.compile(r"[\w.~-]+")
_SHORTEST = 8
"""Letters of an id that is looked for outside of paths, too: a shorter one may well be any other word."""
_MOST_LOOKED_AT = 20_000
_MOST_CHANGES = 4


def ids_told(exchange: Exchange) -> dict[str, str]:
    """The ids of what an answer is about, each with the property of its body that tells it."""
    response = exchange.response
    body = _body(exchange) if response is not None and 200 <= response.status < 300 else None
    if not isinstance(body, dict):
        return {}
    found: dict[str, str] = {}
    for name in _IDENTITIES:
        value = body.get(name)
        id = value.partition("?")[0].rpartition("/")[2] if isinstance(value, str) else ""
        if _WORD.fullmatch(id):
            found.setdefault(id, name)
    return found


def mentioned(request: Request) -> set[str]:
    """The words of a request that may be ids."""
    text = (
        unquote(request.url.partition("?")[2])
        + " "
        + (request.body.raw or b"")[:_MOST_LOOKED_AT].decode("utf-8", "replace")
    )
    return in_path(request) | {word for word in _WORD.findall(text) if len(word) >= _SHORTEST}


def in_path(request: Request) -> set[str]:
    """The segments of the path."""
    return set(map(unquote, path_of(request.url).split("/"))) - {""}


def status_of(exchange: Exchange) -> Any:
    """The status that a read shows; `ABSENT`: it is no read, or shows none."""
    response = exchange.response
    if exchange.request.method != "GET" or response is None or response.status != 200:
        return ABSENT
    body = _body(exchange)
    return body.get("status", ABSENT) if isinstance(body, dict) else ABSENT


def _body(exchange: Exchange) -> Any:
    try:
        return json.loads((exchange.response.body.raw if exchange.response else None) or b"null")
    except (ValueError, RecursionError):
        return None


class Past:
    """A recorded history, and what each of its exchanges is about."""

    def __init__(self, exchanges: Sequence[Exchange]) -> None:
        self.exchanges = exchanges
        self._mentioned = [mentioned(each.request) for each in exchanges]
        self._path = [in_path(each.request) for each in exchanges]
        self._status = [status_of(each) for each in exchanges]
        self._writes = [_accepted_write(each) for each in exchanges]
        self._makers: dict[str, int] = {}
        for place, each in enumerate(exchanges):
            for id in ids_told(each) if self._writes[place] else ():
                if id not in self._mentioned[place]:
                    self._makers.setdefault(id, place)

    def closed(self, kept: Collection[int], *, reads: bool = False) -> list[int]:
        """The places of the kept exchanges, and of what they need: creations, and writes about the same ids.

        Of the reads those are added that saw how a status changed before a write; with `reads` all about the same ids.
        """
        last = max(kept)
        found: set[int] = set()
        about: set[str] = set()
        todo = list(kept)
        while todo:
            place = todo.pop()
            if place in found:
                continue
            found.add(place)
            for id in self._mentioned[place] & self._makers.keys():
                maker = self._makers[id]
                if maker < place:
                    todo.append(maker)
                if id not in about:
                    about.add(id)
                    todo += (
                        other for other in range(maker + 1, last) if self._writes[other] and id in self._path[other]
                    )
        if reads:
            found.update(place for place in range(last) if self._path[place] & about)
        else:
            for place in sorted(found):
                if place == last or self.exchanges[place].request.method != "GET":
                    found |= self._seen_before(place, found)
        return sorted(found)

    def _seen_before(self, place: int, found: Collection[int]) -> set[int]:
        """The reads before an exchange that show each status since the write before it: the last read of each."""
        ids = self._mentioned[place] & self._makers.keys()
        if not ids:
            return set()
        earlier = [other for other in found if other < place and self._writes[other] and self._mentioned[other] & ids]
        since = max((*earlier, *(self._makers[id] for id in ids if self._makers[id] < place)), default=0)
        runs: dict[str, list[int]] = {}
        for other in range(place):
            if self._status[other] is not ABSENT and self._path[other] & ids:
                run = runs.setdefault(self.exchanges[other].request.url, [])
                if run and self._status[run[-1]] == self._status[other] and run[-1] > since:
                    run[-1] = other
                elif not run or self._status[run[-1]] != self._status[other]:
                    run.append(other)
        return {read for run in runs.values() for read in run[-_MOST_CHANGES:] if read > since}

    def awaited(self, places: Sequence[int]) -> set[int]:
        """Those of the chosen reads that show a status which has to be waited for."""
        found = set()
        for number, place in enumerate(places):
            status, url = self._status[place], self.exchanges[place].request.url
            if status is ABSENT:
                continue
            ids = self._path[place] & self._makers.keys()
            same = [other for other in places[:number] if self.exchanges[other].request.url == url]
            near = [
                *same,
                *(other for other in places[:number] if self._writes[other] and self._mentioned[other] & ids),
            ]
            since = max(
                (*near, *(self._makers[id] for id in ids if self._makers[id] in places[:number])), default=place
            )
            between = [other for other in range(since, place) if self.exchanges[other].request.url == url]
            came = any(self._status[other] not in (status, ABSENT) for other in between)
            if came or (same and self._status[same[-1]] != status and not self._passes(place)):
                found.add(place)
        return found

    def _passes(self, place: int) -> bool:
        """Whether the status that is read there was seen to go over into another by itself: it may be over soon."""
        for other in range(place + 1, len(self.exchanges)):
            if self._writes[other] and self._path[other] & self._path[place] & self._makers.keys():
                return False
            same = self.exchanges[other].request.url == self.exchanges[place].request.url
            if same and self._status[other] != self._status[place]:
                return True
        return False


def _accepted_write(exchange: Exchange) -> bool:
    response = exchange.response
    return exchange.request.method not in ("GET", "HEAD") and response is not None and 200 <= response.status < 300


# in few lines


@dataclass(frozen=True, slots=True)
class Step:
    """One request of a history to be shown. With `times`, so many like it follow each other; `awaited`: see `Past`."""

    exchange: Exchange
    times: int = 1
    awaited: bool = False


@dataclass(frozen=True, slots=True)
class LeftOut:
    """So many requests in the middle that are not shown."""

    times: int


_MOST_ALIKE = 5
_MOST_STEPS = 26


def steps_of(exchanges: Sequence[Exchange], awaited: Collection[int] = ()) -> list[Step | LeftOut]:
    """A history in few steps: of a run of requests that are alike the first, the others as one step, and the last.

    Requests are alike whose bodies differ in names only. What a later request is about is told apart.
    """
    used = set().union(*(mentioned(each.request) for each in exchanges))
    keys = [(number in awaited, _likeness(each, used)) for number, each in enumerate(exchanges)]
    found: list[Step | LeftOut] = []
    first = 0
    while first < len(exchanges):
        end = first
        while end < len(exchanges) and keys[end] == keys[first]:
            end += 1
        if end - first > _MOST_ALIKE:
            found += [
                Step(exchanges[first], 1, first in awaited),
                Step(exchanges[first + 1], end - first - 2, first in awaited),
                Step(exchanges[end - 1], 1, first in awaited),
            ]
        else:
            found += [Step(exchanges[place], 1, place in awaited) for place in range(first, end)]
        first = end
    if len(found) > _MOST_STEPS:
        half = _MOST_STEPS // 2
        lost = sum(each.times for each in found[half:-half])
        return [*found[:half], LeftOut(lost), *found[-half:]]
    return found


def _likeness(exchange: Exchange, used: Collection[str]) -> tuple[Any, ...]:
    request, response = exchange.request, exchange.response
    told = tuple(sorted(id for id in ids_told(exchange) if id in used)) if request.method != "GET" else ()
    body: Any = request.body.raw
    try:
        value = json.loads(body or b"")
    except (ValueError, RecursionError):
        value = None
    if isinstance(value, dict):
        body = json.dumps({name: each for name, each in value.items() if name.lower() not in ("name", "displayname")})
    status = status_of(exchange)
    shown = None if status is ABSENT else repr(status)
    return request.method, request.url, body, response.status if response else None, told, shown
