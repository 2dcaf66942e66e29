"""vcrpy cassettes, in YAML or JSON: the forms that vcrpy 9.4 writes and those that it still reads.

A cassette must end with (or hold) ``version: 1``, as vcrpy writes it: a YAML file that was cut off is
YAML still, and the missing version is what gives it away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from pytest_speechcustom.traffic.inflate import inflate
from pytest_speechcustom.traffic.json_stream import elements
from pytest_speechcustom.traffic.parts import (
    Broken,
    base64_body,
    each,
    headers,
    mapping,
    member,
    status,
    text,
    text_body,
)
from pytest_speechcustom.values import NO_BODY, Body, Exchange, Headers, Request, Response, TrafficError

_VERSION = 1
_INTERACTIONS = "interactions"

_Beside = dict[str, Callable[[Any], None]]


def read(name: str, metadata: Callable[[Any], None] | None = None) -> Iterator[Exchange]:
    """The exchanges of the cassette `name`, an interaction at a time.

    `metadata` is called with what the cassette says of itself, if it does, by the end of the exchanges.

    Raises `TrafficError` for a file that cannot be read, is no cassette or an old one, ends too early or
    has no interaction.
    """
    interactions = _from_json if name.lower().endswith(".json") else _from_yaml
    values = interactions(name, {} if metadata is None else {"metadata": metadata})
    return each(name, "interaction", values, _exchange)


def _check(versions: list[Any]) -> None:
    """Raise `Broken` unless the cassette states the one version there is."""
    if not versions:
        raise Broken(f"states no version: cut off, or no vcrpy cassette (version: {_VERSION} is expected)")
    if any(type(version) is not int or version != _VERSION for version in versions):
        raise Broken(f"is a cassette of another version than {_VERSION}: record it again")


def _from_json(name: str, beside: _Beside) -> Iterator[Any]:
    """The interactions of a JSON cassette."""
    versions: list[Any] = []
    with open(name, encoding="utf-8-sig", newline="") as file:
        yield from elements(file, (_INTERACTIONS,), {"version": versions.append, **beside})
    _check(versions)


def _from_yaml(name: str, beside: _Beside) -> Iterator[Any]:
    """The interactions of a YAML cassette."""
    from pytest_speechcustom.traffic.yaml_stream import elements as yaml_elements

    versions: list[Any] = []
    with open(name, "rb") as file:
        yield from yaml_elements(file, _INTERACTIONS, {"version": versions.append, **beside}, lambda: _check(versions))


def _exchange(value: Any, where: str) -> Exchange:
    """The exchange of an interaction; `TrafficError` names `where`."""
    try:
        interaction = mapping(value, "the interaction")
        return Exchange(
            _request(mapping(member(interaction, "request", "request"), "request")),
            _response(interaction.get("response")),
            where=where,
        )
    except Broken as error:
        raise TrafficError(f"{where}: {error}") from None


def _request(holder: dict[str, Any]) -> Request:
    """The request of an interaction."""
    if "uri" not in holder and "path" in holder:
        raise Broken("request.uri is missing: the cassette was written by a vcrpy before 1.0, record it again")
    fields = headers(holder.get("headers"), "request.headers")
    return Request(
        text(member(holder, "method", "request.method"), "request.method"),
        text(member(holder, "uri", "request.uri"), "request.uri"),
        fields,
        _body(holder.get("body"), fields),
    )


def _response(value: Any) -> Response | None:
    """The response of an interaction, also in the form in which older vcrpy recorded httpx."""
    if value is None:
        return None
    holder = mapping(value, "response")
    fields = headers(holder.get("headers"), "response.headers")
    if "status_code" in holder:
        return Response(
            status(holder["status_code"], "response.status_code"), fields, _body(holder.get("content"), fields)
        )
    stated = mapping(member(holder, "status", "response.status"), "response.status")
    code = status(member(stated, "code", "response.status.code"), "response.status.code")
    return Response(code, fields, _body(holder.get("body"), fields))


def _body(value: Any, fields: Headers) -> Body:
    """The body of a message, unpacked, from any form that vcrpy has written."""
    if isinstance(value, dict):
        if not value:
            return NO_BODY
        if "base64_string" in value:
            packed = value["base64_string"]
            if isinstance(packed, bytes):
                packed = packed.decode("latin-1")
            return inflate(base64_body(packed), fields) if isinstance(packed, str) else _unknown()
        if "string" not in value:
            return _unknown()
        value = value["string"]
    if value is None:
        return NO_BODY
    if isinstance(value, list):  # the chunks of an iterator
        chunks = [chunk.encode("utf-8", "replace") if isinstance(chunk, str) else chunk for chunk in value]
        if not all(isinstance(chunk, bytes) for chunk in chunks):
            return _unknown()
        value = b"".join(chunks)
    if isinstance(value, bytes):
        return inflate(Body(raw=value), fields) if value else NO_BODY
    if isinstance(value, int) and not isinstance(value, bool):  # a number that was not quoted
        value = str(value)
    if isinstance(value, str):
        return inflate(text_body(value), fields)
    return value if isinstance(value, Body) else _unknown()


def _unknown() -> Body:
    """A body in a form that is not known."""
    return Body(problem="the body was recorded in a form that vcrpy does not write")
