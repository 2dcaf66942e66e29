"""Builders of exchanges and histories, and the frame that the modules beside this one fill.

For every service there is a module named after it (``video_indexer.py``, ``watson_stt_cloud.py``) that gives

* ``story() -> list[Exchange]``: a whole lifecycle as a person would record it. It exercises as many rules as it
  can, and nothing is found in it, not even a note;
* ``BREAKS: dict[str, Callable[[], list[Exchange]]]``: by the local id of a rule, one history that breaks exactly
  that rule (notes count too). Mostly the story with one exchange changed, or a short history of its own;
* ``NEIGHBOURS``: the same, a legal neighbour of the break that exercises the rule and does not break it. Only
  for rules that the story does not exercise: the story is the neighbour of all others;
* ``SAMPLES: wire.Samples``: a few exchanges from which ``wire.py`` makes the breaks of the wire rules. An entry in
  ``BREAKS`` has precedence;
* ``UNBREAKABLE: dict[str, str]``: rules that no history can break, with the reason. Empty or nearly;
* ``TIMED: frozenset[str]``: rules about the clock itself, left out where a test makes all exchanges begin at once.

To add a service: write the module and name it in ``SERVICES`` of ``test_rules.py``. Everything is in memory and
deterministic: no clock, no randomness, ids are literals.

Changing a story: ``place`` finds an exchange in it, ``answering`` and ``asking`` copy an exchange with JSON pointers
set anew (``GONE`` removes), ``swap``, ``drop`` and ``insert`` copy a history. For example::

    def another_owner() -> list[Exchange]:
        story = STORY()
        last = place(story, "GET", "/models/1", -1)
        return swap(story, last, answering(story[last], {"/owner": "another"}))
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from pytest_speechcustom.values import ABSENT, NO_BODY, Absent, Body, Exchange, Headers, Request, Response

History = list[Exchange]
Make = Callable[[], History]

HOST = "https://speech.example"
JSON = "application/json"
BEGAN = 1_700_000_000.0
"""Second 0 of every story: 2023-11-14T22:13:20Z."""
LASTING = 0.25
"""How long an exchange lasts, in seconds, unless told otherwise."""
GONE: Any = object()
"""The value that removes what stands at a pointer."""


def stamp(seconds: float) -> str:
    """The instant that many whole seconds after the story began, as the services write it."""
    return datetime.fromtimestamp(BEGAN + seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def body(value: Any) -> Body:
    """A body: bytes as they are, `ABSENT` for none, a `Body` itself, anything else as JSON text."""
    if isinstance(value, Body):
        return value
    if isinstance(value, Absent):
        return NO_BODY
    return Body(raw=value if isinstance(value, bytes) else json.dumps(value).encode())


def exchange(
    method: str,
    path: str,
    *,
    at: float | None = 0,
    lasting: float = LASTING,
    query: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    body: Any = ABSENT,
    status: int | None = 200,
    answer: Any = ABSENT,
    answer_headers: Mapping[str, str] | None = None,
) -> Exchange:
    """One exchange.

    `path` is a path at `HOST`, or a whole URL. `at` is when it began, in seconds of the story (``None``: unknown).
    `body` and `answer` are JSON values, bytes, or `ABSENT` for none; the content type is JSON for both unless
    the headers give another. `status=None`: no answer was recorded.
    """
    url = path if "://" in path else HOST + path
    if query:
        url += "?" + urlencode(query)
    response = None
    if status is not None:
        response = Response(status, _headers(answer_headers, answer), _body(answer))
    started = None if at is None else BEGAN + at
    return Exchange(
        Request(method, url, _headers(headers, body), _body(body)),
        response,
        started,
        None if started is None else started + lasting,
    )


_body = body


def _headers(given: Mapping[str, str] | None, content: Any) -> Headers:
    named = dict(given or {})
    if not isinstance(content, Absent) and not any(name.lower() == "content-type" for name in named):
        named["Content-Type"] = JSON
    return tuple(named.items())


def loads(content: Body) -> Any:
    """The JSON value of a body that `exchange` made, a copy."""
    return json.loads(content.raw) if content.raw else copy.deepcopy(content.value)


def answer_of(one: Exchange) -> Any:
    """The JSON value of the answer, a copy."""
    assert one.response is not None
    return loads(one.response.body)


def edited(value: Any, changes: Mapping[str, Any]) -> Any:
    """A copy of a JSON value with what stands at each pointer set, or removed (`GONE`).

    The pointer ``""`` is the whole. A list is appended to with ``-`` as the last step.
    """
    made = copy.deepcopy(value)
    for pointer, new in changes.items():
        if not pointer:
            made = copy.deepcopy(new)
            continue
        *steps, last = pointer[1:].split("/")
        inner = made
        for step in steps:
            inner = inner[int(step)] if isinstance(inner, list) else inner[step]
        if isinstance(inner, list):
            if last == "-":
                inner.append(copy.deepcopy(new))
            elif new is GONE:
                del inner[int(last)]
            else:
                inner[int(last)] = copy.deepcopy(new)
        elif new is GONE:
            del inner[last]
        else:
            inner[last] = copy.deepcopy(new)
    return made


def answering(
    one: Exchange,
    changes: Mapping[str, Any] | None = None,
    *,
    status: int | None = None,
    headers: Mapping[str, str | None] | None = None,
    body: Any = GONE,
) -> Exchange:
    """A copy whose answer is changed: JSON pointers, status, headers (``None`` removes one), or the whole body."""
    response = one.response
    assert response is not None
    if changes:
        response = replace(response, body=_body(edited(loads(response.body), changes)))
    if body is not GONE:
        response = replace(response, body=_body(body))
    if headers:
        response = replace(response, headers=_changed(response.headers, headers))
    if status is not None:
        response = replace(response, status=status)
    return replace(one, response=response)


def asking(
    one: Exchange,
    changes: Mapping[str, Any] | None = None,
    *,
    method: str | None = None,
    url: str | None = None,
    query: Mapping[str, str] | None = None,
    headers: Mapping[str, str | None] | None = None,
    body: Any = GONE,
) -> Exchange:
    """A copy whose request is changed. `query` is added to the URL."""
    request = one.request
    if changes:
        request = replace(request, body=_body(edited(loads(request.body), changes)))
    if body is not GONE:
        request = replace(request, body=_body(body))
    if headers:
        request = replace(request, headers=_changed(request.headers, headers))
    where = url if url is not None else request.url
    if query:
        where += ("&" if "?" in where else "?") + urlencode(query)
    return replace(one, request=replace(request, url=where, method=method or request.method))


def _changed(headers: Headers, changes: Mapping[str, str | None]) -> Headers:
    lowered = {name.lower() for name in changes}
    kept = tuple((name, value) for name, value in headers if name.lower() not in lowered)
    return kept + tuple((name, value) for name, value in changes.items() if value is not None)


def answered_by(one: Exchange, other: Exchange) -> Exchange:
    """A copy with the answer of another exchange."""
    return replace(one, response=other.response)


def moved(one: Exchange, at: float, lasting: float = LASTING) -> Exchange:
    """A copy that began at another second of the story."""
    return replace(one, started=BEGAN + at, ended=BEGAN + at + lasting)


def place(history: Sequence[Exchange], method: str, ending: str, nth: int = 0) -> int:
    """The index of the nth exchange with this method whose path ends so (-1: the last)."""
    found = [
        index
        for index, one in enumerate(history)
        if one.request.method == method and urlsplit(one.request.url).path.endswith(ending)
    ]
    return found[nth]


def swap(history: Sequence[Exchange], index: int, *new: Exchange) -> History:
    """A copy with one exchange replaced."""
    return [*history[:index], *new, *history[index + 1 :]]


def drop(history: Sequence[Exchange], *indices: int) -> History:
    """A copy without some exchanges."""
    return [one for index, one in enumerate(history) if index not in indices]


def insert(history: Sequence[Exchange], index: int, *new: Exchange) -> History:
    """A copy with more exchanges before an index (``len(history)``: at the end)."""
    return [*history[:index], *new, *history[index:]]
