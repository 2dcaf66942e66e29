"""Bodies taken apart by their content type, and put together again."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from pytest_speechcustom.traffic.flaws import decode
from pytest_speechcustom.traffic.parts import Broken
from pytest_speechcustom.values import Absent, Body, Headers, Request

FORM: Final = "application/x-www-form-urlencoded"
_PLAIN: Final = "part-of-the-form"
_BOUNDARY: Final = re.compile(r'boundary=(?:"([^"]+)"|([^;\s]+))', re.IGNORECASE)
_NAMES: Final = re.compile(r'(?i)\b(name|filename)\*?=(?:"([^"]*)"|([^;\r\n]+))')


@dataclass(frozen=True, slots=True)
class Json:
    """A body that is JSON."""

    value: Any


@dataclass(frozen=True, slots=True)
class Form:
    """A body of names and values."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a multipart body: its headers as sent, and what it carries."""

    head: str
    content: bytes

    @property
    def names(self) -> dict[str, str]:
        """The ``name`` and the ``filename`` of the part, as far as it has them."""
        return {key.lower(): quoted or plain for key, quoted, plain in _NAMES.findall(self.head)}

    @property
    def content_type(self) -> str:
        """What it says it is; in lower case, ``""`` where it does not."""
        for line in self.head.splitlines():
            name, _, value = line.partition(":")
            if name.strip().lower() == "content-type":
                return value.strip().lower()
        return ""


@dataclass(frozen=True, slots=True)
class Multipart:
    """A body of parts."""

    boundary: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """Any other body that is text."""

    text: str


@dataclass(frozen=True, slots=True)
class Bytes:
    """Any other body."""

    data: bytes


Content = Json | Form | Multipart | Text | Bytes


def header(headers: Headers, name: str) -> str:
    """The value of the first header of this name (lower case); ``""`` where there is none."""
    return next((value for key, value in headers if key.lower() == name), "")


def take_apart(body: Body, headers: Headers) -> Content:
    """What a body holds; one that is not what its content type says is text, or bytes."""
    if not isinstance(body.value, Absent):
        return Json(body.value)
    return content_of(body.raw or b"", header(headers, "content-type"))


def content_of(raw: bytes, content_type: str) -> Content:
    """What bytes of this content type hold."""
    lowered = content_type.lower()
    if lowered.startswith("multipart/") and (found := _BOUNDARY.search(content_type)):
        parts = _parts(raw, found.group(1) or found.group(2))
        if parts is not None:
            return parts
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return Bytes(raw)
    if lowered.startswith(FORM):
        return Form(tuple(parse_qsl(text, keep_blank_values=True)))
    if text[:1] in "{[" or "json" in lowered:
        try:
            return Json(decode(text)[0])
        except Broken:
            pass
    return Text(text)


def put_together(content: Content) -> bytes:
    """The bytes of a body."""
    match content:
        case Json(value):
            return json.dumps(value).encode("utf-8", "surrogatepass")
        case Form(pairs):
            return urlencode(pairs).encode()
        case Multipart(boundary, parts):
            pieces = [f"--{boundary}\r\n{part.head}\r\n\r\n".encode() + part.content + b"\r\n" for part in parts]
            return b"".join(pieces) + f"--{boundary}--\r\n".encode()
        case Text(text):
            return text.encode()
        case Bytes(data):
            return data


def changed(body: Body, before: Content, after: Content) -> Body:
    """The body with other content; the same one where nothing changed."""
    if before == after:
        return body
    if isinstance(after, Json) and not isinstance(body.value, Absent):
        return replace(body, value=after.value)
    return replace(body, raw=put_together(after))


def with_plain_boundary(request: Request) -> Request:
    """The request with a boundary that says nothing, where a client made up one: that is random, and new each time."""
    content = take_apart(request.body, request.headers)
    if not isinstance(content, Multipart):
        return request
    headers = tuple((name, value.replace(content.boundary, _PLAIN)) if name.lower() == "content-type" else (name, value)
                    for name, value in request.headers)  # fmt: skip
    body = replace(request.body, raw=put_together(replace(content, boundary=_PLAIN)))
    return replace(request, headers=headers, body=body)


def _parts(raw: bytes, boundary: str) -> Multipart | None:
    mark = b"--" + boundary.encode("utf-8", "replace")
    pieces = (b"\r\n" + raw).split(b"\r\n" + mark)
    if len(pieces) < 3 or not pieces[-1].startswith(b"--"):
        return None
    parts = []
    for piece in pieces[1:-1]:
        head, blank, content = piece.partition(b"\r\n\r\n")
        if not blank:
            return None
        try:
            parts.append(Part(head.decode().strip("\r\n"), content))
        except UnicodeDecodeError:
            return None
    return Multipart(boundary, tuple(parts))
