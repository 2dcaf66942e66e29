"""A short history as a pytest test that anybody can run: ids are taken from the answers, as they will be others."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from pytest_speechcustom.contracts.model import Contract
from pytest_speechcustom.secrets import is_secret, mask_url, mask_value
from pytest_speechcustom.values import Exchange, Request

_ID = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F-]{22}")
_LONGEST = 2000
_LEFT_OUT = ("accept",)


def pytest_of(contract: Contract, base: str, exchanges: Sequence[Exchange], rule: str) -> str:
    """The source of a test that sends the requests again, and fails as long as the answers break the rule."""
    known: dict[str, str] = {}
    lines: list[str] = []
    for number, exchange in enumerate(exchanges):
        lines.append(f"    answer{number} = {_call(exchange.request, base, known)}")
        for found, expression in _ids(exchange, number):
            known.setdefault(found, expression)
    name = re.sub(r"\W+", "_", rule.partition("/")[2])
    headers = sorted({key for each in exchanges for key, _ in each.request.headers if is_secret(key)})
    shown = ", ".join(f'"{key}": "..."' for key in headers)
    return "\n".join(
        [
            "import httpx",
            "import pytest",
            "",
            'BASE = "' + base + '"',
            "HEADERS = {" + shown + "}",
            "",
            "",
            f'@pytest.mark.speechcustom("{contract.id}")',
            f"def test_{name}(speech_monitor):",
            "    http = httpx.Client(headers=HEADERS)",
            *lines,
            "    http.close()",
            "",
        ]
    )


def _call(request: Request, base: str, known: dict[str, str]) -> str:
    url = mask_url(request.url)
    place = "{BASE}" + _with_ids(url.removeprefix(base), known, braces=True)
    more = ""
    for name, value in request.headers:
        if not is_secret(name) and name.lower() not in _LEFT_OUT:
            more += f', headers={{"{name}": {value!r}}}' if "headers=" not in more else ""
    raw = request.body.raw
    if raw is not None:
        more += f", content={_content(raw, known)}"
    return f'http.request("{request.method}", f{json.dumps(place)}{more})'


def _content(raw: bytes, known: dict[str, str]) -> str:
    """The body as an expression. JSON is shown without what is secret; what is long is left to the reader."""
    try:
        text = json.dumps(mask_value(json.loads(raw)))
    except (ValueError, RecursionError):
        return repr(raw) if len(raw) <= _LONGEST else f"b''  # {len(raw)} bytes, left out here\n    "
    if not any(id in known for id in _ID.findall(text)):
        return repr(text)
    escaped = text.replace("{", "{{").replace("}", "}}")
    return f"f{_with_ids(escaped, known, braces=False)!r}"


def _with_ids(text: str, known: dict[str, str], *, braces: bool) -> str:
    """A text for an f-string, with each known id as an expression."""
    if braces:
        text = text.replace("{", "{{").replace("}", "}}")
    return _ID.sub(lambda match: "{" + known[match[0]] + "}" if match[0] in known else match[0], text)


def _ids(exchange: Exchange, number: int) -> list[tuple[str, str]]:
    """The ids in an answer, and the expressions that find them in another."""
    response = exchange.response
    try:
        body = json.loads(response.body.raw or b"null") if response is not None else None
    except (ValueError, RecursionError):
        return []
    found: list[tuple[str, str]] = []
    if isinstance(body, dict):
        for name in ("self", "id", "customization_id"):
            found += _id(body.get(name), f"answer{number}.json()['{name}']")
    return found


def _id(value: Any, expression: str) -> list[tuple[str, str]]:
    if not isinstance(value, str):
        return []
    if _ID.fullmatch(value):
        return [(value, expression)]
    ids = _ID.findall(value.partition("?")[0])
    return [(ids[-1], f"{expression}.partition('?')[0].rpartition('/')[2]")] if ids else []
