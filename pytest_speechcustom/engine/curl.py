"""A `curl` line that repeats a request, with credentials hidden."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable
from typing import Any

from pytest_speechcustom.engine.text import short, small
from pytest_speechcustom.secrets import mask_headers, mask_text, mask_url, mask_value
from pytest_speechcustom.values import Absent, Body, Request

_OWN = ("host", "content-length", "connection", "accept-encoding", "user-agent", "transfer-encoding")
_MOST = 1000
_LONGEST_RAW = 6 * _MOST  # a longer one, with blanks and escapes, is not worth decoding


def curl(request: Request, known: Iterable[str] = ()) -> str:
    """The line. Bodies longer than a thousand characters, or binary, are left as `@body`; `known` values are hidden."""
    hidden = tuple(known)
    parts = ["curl", "-X", request.method, mask_url(request.url)]
    for name, value in mask_headers(request.headers):
        if name.lower() not in _OWN:
            parts += ["-H", f"{name}: {value}"]
    text = _text(request.body)
    if text is not None:
        parts += ["--data-binary", text]
    return " ".join(shlex.quote(mask_text(part, hidden)) for part in parts)


def sent(body: Body) -> Any:
    """The JSON value that was sent, if it is short enough to look for credentials in it; else ``None``."""
    if body.raw is None:
        return None if isinstance(body.value, Absent) else body.value
    try:
        return json.loads(body.raw) if body.raw[:1] in (b"{", b"[") and len(body.raw) <= _LONGEST_RAW else None
    except (ValueError, RecursionError):
        return None


def _text(body: Body) -> str | None:
    if body.empty:
        return None
    value = body.value
    if body.raw is not None and len(body.raw) > _LONGEST_RAW:
        return "@body"
    if isinstance(value, Absent):
        try:
            value = json.loads(body.raw or b"")
        except (ValueError, RecursionError):
            try:
                text = (body.raw or b"").decode("utf-8")
            except UnicodeDecodeError:
                return "@body"
            return mask_text(text) if len(text) <= _MOST else "@body"
    if not small(value, _MOST):
        return "@body"
    text = short(mask_value(value), _MOST + 1)
    return text if len(text) <= _MOST else "@body"
