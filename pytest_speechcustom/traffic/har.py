"""HAR 1.2, as browsers and proxies export it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from pytest_speechcustom.traffic.json_stream import elements
from pytest_speechcustom.traffic.parts import (
    Broken,
    base64_body,
    each,
    headers,
    instant,
    kind,
    mapping,
    member,
    shown,
    status,
    text,
    text_body,
)
from pytest_speechcustom.values import NO_BODY, Body, Exchange, Headers, Request, Response, TrafficError

_UNRECORDED = Body(problem="the body was not recorded")


def read(name: str) -> Iterator[Exchange]:
    """The exchanges of the HAR file `name`, an entry at a time.

    Raises `TrafficError` for a file that cannot be read, is no HAR, ends too early or has no entry.
    """
    return each(name, "entry", _entries(name), _exchange)


def _entries(name: str) -> Iterator[Any]:
    with open(name, encoding="utf-8-sig", newline="") as file:
        yield from elements(file, ("log", "entries"))


def _exchange(value: Any, where: str) -> Exchange:
    """The exchange of an entry; `TrafficError` names `where`."""
    try:
        entry = mapping(value, "the entry")
        started = instant(entry.get("startedDateTime"), "startedDateTime")
        return Exchange(
            _request(mapping(member(entry, "request", "request"), "request")),
            _response(entry.get("response")),
            started,
            _ended(started, entry.get("time")),
            where,
        )
    except Broken as error:
        raise TrafficError(f"{where}: {error}") from None


def _ended(started: float | None, taken: Any) -> float | None:
    """When the exchange ended: `taken` is in milliseconds, below 0 for unknown."""
    if taken is None:
        return None
    if isinstance(taken, bool) or not isinstance(taken, int | float):
        raise Broken(f"time must be a number, not {kind(taken)}")
    try:
        seconds = taken / 1000
    except OverflowError:
        seconds = math.inf
    if not math.isfinite(seconds):
        raise Broken("time must be a finite number")
    return None if started is None or seconds < 0 else started + seconds


def _request(holder: dict[str, Any]) -> Request:
    """The request of an entry."""
    return Request(
        text(member(holder, "method", "request.method"), "request.method"),
        text(member(holder, "url", "request.url"), "request.url"),
        _headers(holder, "request"),
        _sent(holder),
    )


def _response(value: Any) -> Response | None:
    """The response of an entry, or ``None`` for status 0, which stands for no answer."""
    if value is None:
        return None
    holder = mapping(value, "response")
    code = member(holder, "status", "response.status")
    if type(code) is int and code <= 0:
        return None
    return Response(status(code, "response.status"), _headers(holder, "response"), _received(holder))


def _headers(holder: dict[str, Any], side: str) -> Headers:
    """The headers of a message, without the pseudo headers of HTTP/2 and HTTP/3."""
    return tuple(pair for pair in headers(holder.get("headers"), f"{side}.headers") if pair[0][:1] != ":")


def _sent(holder: dict[str, Any]) -> Body:
    """The body of a request."""
    value = holder.get("postData")
    if value is None:
        return _UNRECORDED if _positive(holder.get("bodySize")) else NO_BODY
    data = mapping(value, "request.postData")
    if data.get("text") is None and data.get("params"):
        return Body(problem="the parameters of the form were recorded, not the body")
    return _body(data, "request.postData", _positive(holder.get("bodySize")))


def _received(holder: dict[str, Any]) -> Body:
    """The body of a response."""
    value = holder.get("content")
    if value is None:
        return _UNRECORDED if _positive(holder.get("bodySize")) else NO_BODY
    content = mapping(value, "response.content")
    size = content.get("size")
    return _body(content, "response.content", _positive(holder.get("bodySize") if size is None else size))


def _body(holder: dict[str, Any], label: str, some: bool) -> Body:
    """The body in `text`; `some` says whether there was one if `text` is missing."""
    value = holder.get("text")
    if value is None:
        return _UNRECORDED if some else NO_BODY
    if not isinstance(value, str):
        raise Broken(f"{label}.text must be a string, not {kind(value)}")
    encoding = holder.get("encoding")
    if not encoding:
        return text_body(value)
    if not isinstance(encoding, str):
        raise Broken(f"{label}.encoding must be a string, not {kind(encoding)}")
    if encoding.lower() == "base64":
        return base64_body(value)
    return Body(problem=f"the body was recorded in the encoding {shown(encoding)}, which is unknown")


def _positive(size: Any) -> bool:
    """Whether a size says that there was something."""
    return isinstance(size, int | float) and size > 0
