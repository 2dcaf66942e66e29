"""What must never be printed, and how it is hidden: keys, tokens, passwords, SAS signatures.

Names decide: the headers, query parameters and properties that carry credentials in the APIs of this package, or
whose name says so. What a request carries there is hidden wherever else it turns up. In free text the patterns of
credentials decide. A credential that stands in none of these places and looks like none, alone under a harmless name,
cannot be told from any other text and is shown. Standard library only.
"""

from __future__ import annotations

import base64
import json
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
        "key",
        "pwd",
    }
)
_ENDINGS = ("token", "secret", "password", "apikey", "subscriptionkey", "accesskey", "accountkey", "functionskey",
            "signature", "credential", "credentials", "authorization")  # fmt: skip
_HARMLESS = ("skiptoken", "pagetoken", "continuationtoken")

_IN_TEXT = (
    re.compile(r"(?i)(?P<keep>[?&;\s\"'{,](?:" + "|".join(map(re.escape, sorted(NAMES))) + r")=)[^&\s\"'#;,}]+"),
    re.compile(
        r"(?P<keep>\b(?i:Bearer|Basic|SharedAccessSignature)\s+)(?=[^\s]*[0-9A-Z=:._-])[A-Za-z0-9._~+/=%:-]{6,}"
    ),
    re.compile(
        r"(?i)(?P<keep>[\"'](?:" + "|".join(map(re.escape, sorted(NAMES | HEADERS))) + r")[\"']\s*:\s*[\"'])[^\"']*"
    ),
    re.compile(r"(?P<keep>\b)eyJ[A-Za-z0-9_-]{5,}[A-Za-z0-9_.-]*"),
    re.compile(r"(?P<keep>://)[^/@\s\"']+@"),
)
_CUT = re.compile(r"…|\\u2026")
_SHORTEST = 4
_MOST_LOOKED_AT = 1000


def is_secret(name: str) -> bool:
    """Whether a header, query parameter or property of this name carries a credential."""
    lowered = name.lower()
    if lowered in NAMES or lowered in HEADERS:
        return True
    joined = lowered.replace("-", "").replace("_", "")
    return joined.endswith(_ENDINGS) and not joined.endswith(_HARMLESS)


def mask_text(text: str, known: Iterable[str] = ()) -> str:
    """Free text with credentials hidden: those that patterns recognise, and the `known` values literally."""
    for value in known:
        for form in _forms(value):
            if len(form) >= _SHORTEST:
                text = text.replace(form, HIDDEN)
                text = _without_beginning(text, form)
    for pattern in _IN_TEXT:
        tail = "@" if pattern is _IN_TEXT[-1] else ""
        text = pattern.sub(lambda match, tail=tail: match.group("keep") + HIDDEN + tail, text)  # type: ignore[misc]
    return text


def _forms(value: str) -> set[str]:
    """How a credential may be written: as it is, in a URL, in JSON, in a message, in a JSON pointer."""
    quoted = {quote(value, safe=safe, errors="replace") for safe in ("", "/")}
    pointed = value.replace("~", "~0").replace("/", "~1")
    return {value, json.dumps(value)[1:-1], repr(value)[1:-1], pointed, *quoted}


def _without_beginning(text: str, form: str) -> str:
    """The text without the beginning of a credential that was cut off (``…``) together with what it stood in."""
    for cut in reversed(list(_CUT.finditer(text)) if form[:_SHORTEST] in text else []):
        end = cut.start()
        start = text.find(form[:_SHORTEST], max(0, end - len(form)), end)
        while start >= 0 and not form.startswith(text[start:end]):
            start = text.find(form[:_SHORTEST], start + 1, end)
        if start >= 0:
            text = text[:start] + HIDDEN + text[end:]
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


def credentials(headers: Iterable[tuple[str, str]], url: str = "", body: Any = None) -> list[str]:
    """The credential values that a request carries where they belong, to be hidden wherever else they turn up.

    The longest come first, so that none is left over in part. `body` is the JSON value that was sent, if any.
    """
    found = []
    for name, value in headers:
        if is_secret(name):
            found.append(value)
            found.extend(part for part in value.split() if len(part) >= 8)
            if value[:6].lower() == "basic ":
                found.extend(_basic(value[6:].strip()))
    before, _, query = url.partition("?")
    if "@" in before:
        user = before.partition("://")[2].partition("/")[0].rpartition("@")[0]
        found.extend(part for half in user.split(":") for part in {half, unquote(half)} if len(part) >= 8)
    for part in query.partition("#")[0].split("&") if query else ():
        name, _, value = part.partition("=")
        if is_secret(unquote(name)):
            found.extend(text for text in {value, unquote(value)} if len(text) >= 8)
    stack, looked = [body], 0
    while stack and looked < _MOST_LOOKED_AT:
        item, looked = stack.pop(), looked + 1
        if isinstance(item, dict):
            for name, value in item.items():
                if isinstance(value, str) and len(value) >= 8 and is_secret(name):
                    found.append(value)
            stack.extend(value for value in item.values() if isinstance(value, dict | list))
        elif isinstance(item, list):
            stack.extend(value for value in item[:100] if isinstance(value, dict | list))
    return sorted(set(found), key=lambda value: (-len(value), value))


def _basic(packed: str) -> list[str]:
    """The password of Basic credentials, in the clear."""
    try:
        _, _, password = base64.b64decode(packed, validate=True).decode().partition(":")
    except ValueError:
        return []
    return [password] if len(password) >= 8 else []
