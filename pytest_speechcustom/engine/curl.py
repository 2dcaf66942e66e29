"""A `curl` line that repeats a request, with credentials hidden."""

from __future__ import annotations

import json
import shlex

from pytest_speechcustom.engine.text import short
from pytest_speechcustom.secrets import mask_headers, mask_text, mask_url, mask_value
from pytest_speechcustom.values import Absent, Body, Request

_OWN = ("host", "content-length", "connection", "accept-encoding", "user-agent", "transfer-encoding")
_MOST = 1000


def curl(request: Request) -> str:
    """The line. Bodies longer than a thousand characters, or binary, are left as `@body`."""
    parts = ["curl", "-X", request.method, mask_url(request.url)]
    for name, value in mask_headers(request.headers):
        if name.lower() not in _OWN:
            parts += ["-H", f"{name}: {value}"]
    text = _text(request.body)
    if text is not None:
        parts += ["--data-binary", text]
    return " ".join(shlex.quote(part) for part in parts)


def _text(body: Body) -> str | None:
    if body.empty:
        return None
    value = body.value
    if isinstance(value, Absent):
        try:
            value = json.loads(body.raw or b"")
        except (ValueError, RecursionError):
            try:
                text = (body.raw or b"").decode("utf-8")
            except UnicodeDecodeError:
                return "@body"
            return mask_text(text) if len(text) <= _MOST else "@body"
    text = short(mask_value(value), _MOST + 1)
    return text if len(text) <= _MOST else "@body"
