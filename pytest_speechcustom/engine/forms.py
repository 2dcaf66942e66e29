"""Which fields a form has, in the encoding of uploads (``multipart/form-data``)."""

from __future__ import annotations

from email.parser import BytesHeaderParser
from email.policy import HTTP
from typing import Final

LARGEST: Final = 64 * 1024
"""No name of a field stands further behind the beginning of its part."""


class NotForm(ValueError):
    """The body is no form. The message says why, in words that go on from "it"."""


def fields(content_type: str, raw: bytes) -> list[str]:
    """The names of the fields, in order. Raises `NotForm`."""
    boundary = BytesHeaderParser(policy=HTTP).parsebytes(_header("Content-Type", content_type)).get_boundary()
    if not boundary:
        raise NotForm("has no boundary in its content type")
    mark = b"--" + boundary.encode("utf-8", "replace")
    begin, *parts = (b"\r\n" + raw).split(b"\r\n" + mark)
    if begin.strip() or not parts or not parts[-1].startswith(b"--"):
        raise NotForm("does not begin and end with its boundary")
    return [_name(part) for part in parts[:-1]]


def _name(part: bytes) -> str:
    head, end, _ = part[:LARGEST].removeprefix(b"\r\n").partition(b"\r\n\r\n")
    parsed = BytesHeaderParser(policy=HTTP).parsebytes(head + end)
    name = parsed.get_param("name", header="content-disposition")
    if not end or not isinstance(name, str):
        raise NotForm("has a part without a name")
    return name


def _header(name: str, value: str) -> bytes:
    return f"{name}: {value}\r\n\r\n".encode("utf-8", "replace")
