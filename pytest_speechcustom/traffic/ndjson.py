"""NDJSON: one exchange a line.

```json
{"started": "2026-01-01T00:00:00Z", "ended": "2026-01-01T00:00:01Z",
 "request": {"method": "POST", "url": "http://host/path", "headers": {}, "body": {"displayName": "x"}},
 "response": {"status": 201, "headers": {}, "body": {}}}
```

`body` is a JSON value, a string (text as sent) or absent; `body_base64` carries bytes. `started`, `ended`,
`headers` and `response` may be absent or null. Unknown members are ignored.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pytest_speechcustom.traffic.flaws import NO_FLAWS, Flaws, decode
from pytest_speechcustom.traffic.inflate import inflate
from pytest_speechcustom.traffic.parts import (
    Broken,
    base64_body,
    headers,
    instant,
    kind,
    mapping,
    member,
    status,
    text,
    text_body,
)
from pytest_speechcustom.values import NO_BODY, Body, Exchange, Headers, Request, Response, TrafficError

_BOM = b"\xef\xbb\xbf"


def read(name: str) -> Iterator[Exchange]:
    """The exchanges of the NDJSON file `name`, a line at a time; blank lines are skipped.

    Raises `TrafficError` for a file that cannot be read, the first broken line, or no exchange at all.
    """
    number = 0
    empty = True
    try:
        with open(name, "rb") as file:
            for line in file:
                number += 1
                if number == 1 and line.startswith(_BOM):
                    line = line[len(_BOM) :]
                if line.isspace() or not line:
                    continue
                yield _exchange(line, f"{name}, line {number}")
                empty = False
    except OSError as error:
        raise TrafficError(f"{name}, line {number + 1}: cannot be read: {error.strerror or error}") from error
    if empty:
        raise TrafficError(f"{name}: holds no exchange")


def _exchange(line: bytes, where: str) -> Exchange:
    """The exchange that a line holds; `TrafficError` names `where`."""
    try:
        try:
            source = line.decode()
        except UnicodeDecodeError as error:
            raise Broken(f"is not UTF-8 (byte {error.start + 1})") from None
        value, flaws = decode(source)
        envelope = mapping(value, "the line")
        if flaws is not NO_FLAWS:
            _refuse(envelope, flaws)
        asked = mapping(member(envelope, "request", "request"), "request")
        answered = envelope.get("response")
        return Exchange(
            _request(asked, flaws),
            None if answered is None else _response(mapping(answered, "response"), flaws),
            instant(envelope.get("started"), "started"),
            instant(envelope.get("ended"), "ended"),
            where,
        )
    except Broken as error:
        raise TrafficError(f"{where}: {error}") from None


def _refuse(envelope: dict[str, Any], flaws: Flaws) -> None:
    """Raise `Broken` for a flaw in what the format speaks of, bodies aside."""
    flaws.refuse(envelope, "the line")
    for name in ("started", "ended"):
        flaws.refuse_in(envelope.get(name), name)
    for side, names in (("request", ("method", "url")), ("response", ("status",))):
        message = envelope.get(side)
        flaws.refuse(message, side)
        if isinstance(message, dict):
            for name in (*names, "headers", "body_base64"):
                flaws.refuse_in(message.get(name), f"{side}.{name}")


def _request(holder: dict[str, Any], flaws: Flaws) -> Request:
    """The request of an envelope."""
    method = text(member(holder, "method", "request.method"), "request.method")
    url = text(member(holder, "url", "request.url"), "request.url")
    fields = headers(holder.get("headers"), "request.headers")
    return Request(method, url, fields, _body(holder, "request", fields, flaws))


def _response(holder: dict[str, Any], flaws: Flaws) -> Response:
    """The response of an envelope."""
    code = status(member(holder, "status", "response.status"), "response.status")
    fields = headers(holder.get("headers"), "response.headers")
    return Response(code, fields, _body(holder, "response", fields, flaws))


def _body(holder: dict[str, Any], side: str, fields: Headers, flaws: Flaws) -> Body:
    """The body of a message, from `body` or `body_base64`."""
    packed = holder.get("body_base64")
    if packed is not None:
        if "body" in holder:
            raise Broken(f"{side} has both body and body_base64")
        if not isinstance(packed, str):
            raise Broken(f"{side}.body_base64 must be a string, not {kind(packed)}")
        return inflate(base64_body(packed), fields)
    if "body" not in holder:
        return NO_BODY
    value = holder["body"]
    if isinstance(value, str):
        return text_body(value)
    return Body(None, value, None if flaws is NO_FLAWS else flaws.find(value))
