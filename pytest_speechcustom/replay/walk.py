"""Goes through every text of an exchange, named or not, and puts back what a visitor makes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol
from urllib.parse import parse_qsl, quote, unquote, unquote_plus

from pytest_speechcustom.replay.bodies import (
    Bytes,
    Content,
    Form,
    Json,
    Multipart,
    Part,
    Text,
    changed,
    content_of,
    put_together,
    take_apart,
)
from pytest_speechcustom.values import Body, Exchange, Headers


class Visitor(Protocol):
    """What is done with what is found. Each method gives what is to stand there instead."""

    def named(self, name: str, value: str) -> str:
        """A value under the name of a header, parameter, property or part."""
        ...

    def text(self, value: str) -> str:
        """Any other text."""
        ...

    def binary(self, data: bytes) -> bytes:
        """Bytes that are no text."""
        ...


@dataclass(frozen=True, slots=True)
class Walk:
    """Where a walk goes.

    `headers` are the lower-case names of those that are kept, ``None`` for all; `variables` gives for a method and a
    URL the path parameters that stand in it.
    """

    headers: frozenset[str] | None
    variables: Callable[[str, str], Mapping[str, str]]

    def exchange(self, exchange: Exchange, visitor: Visitor) -> Exchange:
        """The exchange as the visitor leaves it."""
        asked, answered = exchange.request, exchange.response
        request = replace(
            asked,
            url=self.url(asked.method, asked.url, visitor),
            headers=self._headers(asked.headers, visitor),
            body=_body(asked.body, asked.headers, visitor),
        )
        response = answered and replace(
            answered,
            headers=self._headers(answered.headers, visitor),
            body=_body(answered.body, answered.headers, visitor),
        )
        return replace(exchange, request=request, response=response)

    def url(self, method: str, url: str, visitor: Visitor) -> str:
        """The URL of a request: user information, path parameters, query, and the whole as text."""
        head, mark, query = url.partition("?")
        scheme, slashes, rest = head.partition("://")
        place, slash, path = rest.partition("/")
        user, at, host = place.rpartition("@")
        if at:
            name, colon, password = user.partition(":")
            told = [quote(visitor.named(key, unquote(value)), safe="")
                    for key, value in (("username", name), ("password", password))]  # fmt: skip
            place = (colon and ":").join(told if colon else told[:1]) + at + host
        for name, value in self.variables(method, url).items():
            new = visitor.named(name, value)
            if new != value:
                pieces = path.split("/")
                path = "/".join(quote(new, safe="") if unquote(piece) == value else piece for piece in pieces)
        made = scheme + slashes + place + slash + path
        if mark:
            made += mark + "&".join(_parameter(piece, visitor) for piece in query.split("&"))
        return visitor.text(made)

    def _headers(self, headers: Headers, visitor: Visitor) -> Headers:
        return tuple((name, visitor.named(name, value)) for name, value in headers
                     if self.headers is None or name.lower() in self.headers)  # fmt: skip


def pairs(query: str) -> list[tuple[str, str]]:
    """The parameters of a query, in order."""
    return parse_qsl(query, keep_blank_values=True)


def _parameter(piece: str, visitor: Visitor) -> str:
    name, equals, value = piece.partition("=")
    plain = unquote_plus(value)
    new = visitor.named(unquote_plus(name), plain)
    return piece if new == plain else name + equals + quote(new, safe="")


def _body(body: Body, headers: Headers, visitor: Visitor) -> Body:
    if body.empty:
        return body
    before = take_apart(body, headers)
    return changed(body, before, _content(before, visitor))


def _content(content: Content, visitor: Visitor) -> Content:
    match content:
        case Json(value):
            try:
                return Json(_json(value, "", visitor))
            except RecursionError:
                return content_of(visitor.text(put_together(content).decode()).encode(), "")
        case Form(found):
            return Form(tuple((name, visitor.named(name, value)) for name, value in found))
        case Multipart(boundary, parts):
            return Multipart(boundary, tuple(_part(part, visitor) for part in parts))
        case Text(text):
            return Text(visitor.text(text))
        case Bytes(data):
            return Bytes(visitor.binary(data))


def _part(part: Part, visitor: Visitor) -> Part:
    before = content_of(part.content, part.content_type)
    if isinstance(before, Text):
        after: Content = Text(visitor.named(part.names.get("name", ""), before.text))
    else:
        after = _content(before, visitor)
    return Part(visitor.text(part.head), part.content if before == after else put_together(after))


def _json(value: Any, name: str, visitor: Visitor) -> Any:
    if isinstance(value, dict):
        return {visitor.text(key): _json(item, key, visitor) for key, item in value.items()}
    if isinstance(value, list):
        return [_json(item, name, visitor) for item in value]
    return visitor.named(name, value) if isinstance(value, str) else value
