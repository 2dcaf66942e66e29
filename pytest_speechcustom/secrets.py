"""What must never be printed, and how it is hidden: keys, tokens, passwords, SAS signatures.

Names decide, not looks: the headers, query parameters and properties that carry credentials in the APIs
of this package, and the patterns of credentials inside free text. Standard library only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, unquote

HIDDEN = "***"

HEADERS = frozenset(
    {
        "authorization",
        "proxy-authorization",
        "ocp-apim-subscription-key",
        "subscription-key",
        "api-key",
        "x-api-key",
        "x-auth-token",
        "x-watson-authorization-token",
        "x-microsoftspeechservices-signature",
        "cookie",
        "set-cookie",
    }
)
NAMES = frozenset(
    {
        "accesstoken",
        "access_token",
        "refresh_token",
        "id_token",
        "token",
        "subscription-key",
        "targetsubscriptionkey",
        "apikey",
        "api_key",
        "api-key",
        "password",
        "secret",
        "client_secret",
        "sig",
        "signature",
        "watson-token",
        "validationtoken",
    }
)

_IN_TEXT = (
    re.compile(r"(?i)(?P<keep>[?&;\s\"'{,](?:" + "|".join(map(re.escape, sorted(NAMES))) + r")=)[^&\s\"'#;,}]+"),
    re.compile(
        r"(?P<keep>\b(?i:Bearer|Basic|SharedAccessSignature)\s+)(?=[^\s]*[0-9A-Z=:._-])[A-Za-z0-9._~+/=%:-]{6,}"
    ),
    re.compile(
        r"(?i)(?P<keep>[\"'](?:" + "|".join(map(re.escape, sorted(NAMES | HEADERS))) + r")[\"']\s*:\s*[\"'])[^\"']*"
    ),
    re.compile(r"(?P<keep>://)[^/@\s\"']+@"),
)


def is_secret(name: str) -> bool:
    """Whether a header, query parameter or property of this name carries a credential."""
    lowered = name.lower()
    return lowered in NAMES or lowered in HEADERS


def mask_text(text: str, known: Iterable[str] = ()) -> str:
    """Free text with credentials hidden: those that patterns recognise, and the `known` values literally."""
    for value in known:
        for form in {value, quote(value, safe="")}:
            if len(form) >= 4:
                text = text.replace(form, HIDDEN)
    for pattern in _IN_TEXT:
        tail = "@" if pattern is _IN_TEXT[-1] else ""
        text = pattern.sub(lambda match, tail=tail: match.group("keep") + HIDDEN + tail, text)  # type: ignore[misc]
    return text


def mask_value(value: Any, depth: int = 0) -> Any:
    """A JSON value with every member that carries a credential replaced; deep levels are left out."""
    if depth > 20:
        return "…"
    if isinstance(value, dict):
        return {
            name: HIDDEN if is_secret(str(name)) and item is not None else mask_value(item, depth + 1)
            for name, item in value.items()
        }
    if isinstance(value, list):
        return [mask_value(item, depth + 1) for item in value]
    return mask_text(value) if isinstance(value, str) else value


def mask_headers(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Headers with the values of credentials hidden."""
    return [(name, HIDDEN if is_secret(name) else mask_text(value)) for name, value in headers]


def mask_url(url: str) -> str:
    """A URL with user information and the values of secret query parameters hidden."""
    head, mark, query = url.partition("?")
    head = re.sub(r"://[^/@]*@", f"://{HIDDEN}@", head)
    if not mark:
        return head
    query, hash_mark, fragment = query.partition("#")
    parts = []
    for part in query.split("&"):
        name, equals, _ = part.partition("=")
        parts.append(name + equals + HIDDEN if equals and is_secret(unquote(name)) else mask_text(part))
    return head + mark + "&".join(parts) + (hash_mark and hash_mark + mask_text(fragment))


def credentials(headers: Iterable[tuple[str, str]]) -> list[str]:
    """The credential values that a request carries in its headers, to be hidden wherever they turn up."""
    found = []
    for name, value in headers:
        if name.lower() in HEADERS:
            found.append(value)
            found.extend(part for part in value.split() if len(part) >= 8)
    return found
