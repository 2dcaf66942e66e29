"""Breaks of the wire rules (what one exchange shows by itself), made for any service from a few samples."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from pytest_speechcustom.contracts.model import Contract
from pytest_speechcustom.engine.routing import Route, Router
from pytest_speechcustom.values import Body, Exchange
from tests.rules.build import GONE, History, Make, answered_by, answering, asking


@dataclass(frozen=True, slots=True)
class Samples:
    """Sound exchanges of a service and the places in them where rules can be broken.

    `read`: an accepted GET of one entity, its id last among the path's variables. `write`: an accepted call with
    a JSON body, answered with JSON. `refused`: a refused call with the service's error body. `bare`: an accepted
    call that is answered without a body. All with credentials. Each of the rest is ``None`` where the service
    has no such place; then ``wire.breaks`` makes no break of that rule.

    `required` and `null` name a required and an optional property of the request of `write`; `value`, `enum` and
    `readonly` are a pointer into it with a value that is wrong there. `query` is a query parameter of `read`, or of
    the exchange given first, with a malformed value. The `answer_` places are those in the answer of `read`, or of
    the exchange given first. `needs_query` and `needs_header` are exchanges with the name of what they must carry.
    """

    read: Exchange
    write: Exchange
    refused: Exchange
    bare: Exchange | None
    required: str
    value: tuple[str, Any]
    answer_required: str
    answer_value: tuple[str, Any]
    answer_type: tuple[str, Any]
    null: str | None = None
    enum: tuple[str, Any] | None = None
    readonly: tuple[str, Any] | None = None
    query: tuple[Exchange, str, str] | None = None
    needs_query: tuple[Exchange, str] | None = None
    needs_header: tuple[Exchange, str] | None = None
    answer_null: tuple[Exchange, str] | None = None
    answer_enum: tuple[Exchange, str, Any] | None = None
    answer_header: tuple[Exchange, str] | None = None


def breaks(contract: Contract, samples: Samples) -> dict[str, Make]:
    """By rule id, a history that breaks exactly that wire rule."""
    made = {**_requests(contract, samples), **_request_bodies(samples), **_responses(samples), **_optional(samples)}
    return {rule: _history(make) for rule, make in made.items()}


def _history(make: Callable[[], Exchange | list[Exchange]]) -> Make:
    def made() -> History:
        found = make()
        return found if isinstance(found, list) else [found]

    return made


def _later(one: Exchange, seconds: float = 30) -> Exchange:
    if one.started is None or one.ended is None:
        return one
    return replace(one, started=one.started + seconds, ended=one.ended + seconds)


def _route(contract: Contract, one: Exchange) -> Route:
    route = Router(contract).route(one.request.method, one.request.url)
    assert route.operation is not None
    return route


def _at(one: Exchange, change: Callable[[str], str]) -> Exchange:
    """A copy with another path."""
    parts = urlsplit(one.request.url)
    return asking(one, url=parts._replace(path=change(parts.path)).geturl())


def _template(contract: Contract, one: Exchange) -> Exchange:
    """A copy whose last path variable was never filled in."""
    name, value = list(_route(contract, one).variables.items())[-1]
    return _at(one, lambda path: f"{{{name}}}".join(path.rsplit(value, 1)))


def _without_credentials(contract: Contract, one: Exchange) -> Exchange:
    carriers = {name for way in contract.security for _, name in way}
    parts = urlsplit(one.request.url)
    query = "&".join(part for part in parts.query.split("&") if part.partition("=")[0].lower() not in carriers)
    return asking(one, url=parts._replace(query=query).geturl(), headers=dict.fromkeys(carriers))


def _free_method(contract: Contract, one: Exchange) -> str:
    path = _route(contract, one).operation.path  # type: ignore[union-attr]
    taken = {operation.method for operation in contract.operations.values() if operation.path == path}
    return next(method for method in ("PATCH", "PUT", "TRACE") if method not in taken)


def _twice(one: Exchange, *, response: bool) -> Exchange:
    """A copy in which a header that may stand once stands twice, with two values."""
    name = "Content-Length" if response else "Host"
    extra = ((name, "1"), (name, "2"))
    if response:
        assert one.response is not None
        return replace(one, response=replace(one.response, headers=one.response.headers + extra))
    return replace(one, request=replace(one.request, headers=one.request.headers + extra))


def _requests(contract: Contract, samples: Samples) -> dict[str, Callable[[], Exchange | list[Exchange]]]:
    read, refused = samples.read, samples.refused
    return {
        "request.path": lambda: [read, _later(answered_by(_at(read, lambda p: p + "/no/such/place"), refused))],
        "request.path.slash": lambda: _at(read, lambda path: path + "/"),
        "request.path.value": lambda: answered_by(_template(contract, read), refused),
        "request.method": lambda: answered_by(asking(read, method=_free_method(contract, read)), refused),
        "request.host": lambda: [read, _later(asking(read, url="https://elsewhere.example/some/page"))],
        "request.auth": lambda: [read, _later(_without_credentials(contract, read))],
        "request.query.unknown": lambda: asking(read, query={"colour": "blue"}),
        "request.header.value": lambda: _twice(read, response=False),
        "request.body.unexpected": lambda: asking(read, body={}, headers={"Content-Type": "application/json"}),
    }


def _request_bodies(samples: Samples) -> dict[str, Callable[[], Exchange | list[Exchange]]]:
    write = answered_by(samples.write, samples.refused)
    required = f"/{samples.required}"
    return {
        "request.content-type": lambda: asking(write, headers={"Content-Type": "text/x-unknown"}),
        "request.body.missing": lambda: asking(write, body=Body(), headers={"Content-Type": None}),
        "request.body.json": lambda: asking(write, body=b'{"name": '),
        "request.body.unread": lambda: asking(samples.write, body=Body(problem="the recording left it out")),
        "request.body.required": lambda: asking(write, {required: GONE}),
        "request.body.unknown": lambda: asking(write, {"/colour": "blue"}),
        "request.body.type": lambda: asking(write, {required: 12.5}),
        "request.body.value": lambda: asking(write, dict([samples.value])),
    }


def _responses(samples: Samples) -> dict[str, Callable[[], Exchange | list[Exchange]]]:
    read, refused = samples.read, samples.refused
    html: dict[str, str | None] = {"Content-Type": "text/html"}
    return {
        "response.status": lambda: answering(read, status=226),
        "response.content-type": lambda: answering(read, headers=html, body=b"<html></html>"),
        "response.header.value": lambda: _twice(read, response=True),
        "response.body.missing": lambda: answering(read, body=Body(), headers={"Content-Type": None}),
        "response.body.unread": lambda: answering(read, body=Body(problem="the recording left it out")),
        "response.body.json": lambda: answering(read, body=b'{"id": '),
        "response.body.required": lambda: answering(read, {f"/{samples.answer_required}": GONE}),
        "response.body.type": lambda: answering(read, dict([samples.answer_type])),
        "response.body.value": lambda: answering(read, dict([samples.answer_value])),
        "response.body.unknown": lambda: answering(read, {"/colour": "blue"}),
        "error.body": lambda: answering(refused, body=["no"]),
        "error.content-type": lambda: answering(refused, headers=html, body=b"<html></html>"),
    }


def _optional(samples: Samples) -> dict[str, Callable[[], Exchange | list[Exchange]]]:
    write = answered_by(samples.write, samples.refused)
    made: dict[str, Callable[[], Exchange | list[Exchange]]] = {}
    if (bare := samples.bare) is not None:
        made["response.body.unexpected"] = lambda: answering(
            bare, body={}, headers={"Content-Type": "application/json"}
        )
    if (null := samples.null) is not None:
        made["request.body.null"] = lambda: asking(write, {f"/{null}": None})
    if (enum := samples.enum) is not None:
        made["request.body.enum"] = lambda: asking(write, dict([enum]))
    if (readonly := samples.readonly) is not None:
        made["request.body.readonly"] = lambda: asking(write, dict([readonly]))
    if (query := samples.query) is not None:
        made["request.query.value"] = lambda: answered_by(asking(query[0], query={query[1]: query[2]}), samples.refused)
    if (needs := samples.needs_query) is not None:
        made["request.query.required"] = lambda: answered_by(_unasked(*needs), samples.refused)
    if (header := samples.needs_header) is not None:
        made["request.header.required"] = lambda: answered_by(
            asking(header[0], headers={header[1]: None}), samples.refused
        )
    if (absent := samples.answer_null) is not None:
        made["response.body.null"] = lambda: answering(absent[0], {absent[1]: None})
    if (open_enum := samples.answer_enum) is not None:
        made["response.body.enum"] = lambda: answering(open_enum[0], {open_enum[1]: open_enum[2]})
    if (lost := samples.answer_header) is not None:
        made["response.header.missing"] = lambda: answering(lost[0], headers={lost[1]: None})
    return made


def _unasked(one: Exchange, name: str) -> Exchange:
    parts = urlsplit(one.request.url)
    query = "&".join(part for part in parts.query.split("&") if part.partition("=")[0] != name)
    return asking(one, url=parts._replace(query=query).geturl())
