"""Undoing the `Content-Encoding` of a recorded body, within bounds."""

from __future__ import annotations

import gzip
import io
import zlib

from pytest_speechcustom.values import Body, Headers

LIMIT = 100 * 1024 * 1024
"""A body that unpacks to more bytes than this is not unpacked (a compression bomb)."""


class _TooLarge(Exception):
    """The body unpacks to more than `LIMIT`."""


def inflate(body: Body, headers: Headers) -> Body:
    """The body without the gzip or deflate that its headers state.

    Takes a body as recorded and the headers of its message. Recorders often unpack a body and leave the
    header as it was: a body that is not packed is returned as it is. Returns a body with `problem` when
    it cannot be unpacked. Raises nothing.
    """
    if not body.raw:
        return body
    codings = [
        coding.strip().lower()
        for name, value in headers
        if name.lower() == "content-encoding"
        for coding in value.split(",")
    ]
    raw = body.raw
    for coding in reversed(codings):
        if coding in ("", "identity"):
            continue
        try:
            if coding in ("gzip", "x-gzip"):
                if raw.startswith(b"\x1f\x8b"):
                    raw = _gunzip(raw)
            elif coding == "deflate":
                raw = _undeflate(raw)
            elif not _is_text(raw):
                return Body(problem=f"the body is packed with {coding[:20]!a}, which cannot be unpacked here")
        except _TooLarge:
            return Body(problem=f"the body unpacks to more than {LIMIT} bytes")
        except (zlib.error, EOFError, OSError):
            return Body(problem=f"the body is broken or truncated {coding}")
    return body if raw is body.raw else Body(raw=raw)


def _gunzip(raw: bytes) -> bytes:
    """Unpack gzip, of one member or several."""
    machine = zlib.decompressobj(16 + zlib.MAX_WBITS)
    unpacked = machine.decompress(raw, LIMIT + 1)
    if not machine.eof or machine.unused_data:
        with gzip.GzipFile(fileobj=io.BytesIO(raw)) as members:
            unpacked = members.read(LIMIT + 1)
    if len(unpacked) > LIMIT:
        raise _TooLarge
    return unpacked


def _undeflate(raw: bytes) -> bytes:
    """Unpack deflate, which is zlib by the RFC and bare deflate by some servers; text is left alone."""
    for bits in (zlib.MAX_WBITS, -zlib.MAX_WBITS):
        machine = zlib.decompressobj(bits)
        try:
            unpacked = machine.decompress(raw, LIMIT + 1)
        except zlib.error:
            continue
        if len(unpacked) > LIMIT:
            raise _TooLarge
        if machine.eof and not machine.unused_data:
            return unpacked
    if _is_text(raw):
        return raw
    raise zlib.error


def _is_text(raw: bytes) -> bool:
    """Whether the bytes are UTF-8, as a body is that its recorder has unpacked already."""
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True
