"""Finds what is secret, or tells who somebody is, in a text: by the names before it and by its form."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import quote, unquote_plus

from pytest_speechcustom.replay.encodings import claims, in_base64, unpacked
from pytest_speechcustom.replay.policy import Policy

Each = Callable[[str], str]
"""What stands there instead of a secret."""

_DEEPEST: Final = 3
_PUBLIC_USERS: Final = ("", "apikey", "token")
_SCHEMES: Final = ("basic", "bearer", "sharedaccesssignature", "digest", "apikey")
_PUBLIC_CLAIMS: Final = ("alg", "aud", "iss", "scope", "scp", "typ")
_ATTRIBUTES: Final = ("path", "expires", "max-age", "domain", "samesite")
_RESOURCE: Final = re.compile(r"(?i)/subscriptions/[^/\s]+/")
_TOKEN: Final = re.compile(r"eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]+")
_SCHEME: Final = re.compile(r"\b(?i:(Basic|Bearer|SharedAccessSignature))( )([A-Za-z0-9._~+/=%&:-]{6,})")
_PAIR: Final = re.compile(
    r"(?<=[?&;\s\"'{,(])([A-Za-z][\w.-]*)=([^&\s\"'#;,<>)}\\]+)|^([A-Za-z][\w.-]*)=([^&\s\"'#;,<>)}\\]+)"
)
_MEMBER: Final = re.compile(r"([\"'])([A-Za-z][\w-]*)\1(\s*:\s*)([\"'])((?:(?!\4)[^\\]|\\.)+)\4")
_EMAIL: Final = re.compile(r"(?:(://[^/@\s]*)|(?<![\w.+-]))([\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,})")
_PARTS: Final = (
    re.compile(r"(?i)(/(?:subscriptions|resourcegroups|instances)/)([^/\s?\"'&:#]+)"),
    re.compile(r"(?i)(/providers/[\w.]+/accounts/)([^/\s?\"'&:#]+)"),
    re.compile(
        r"(://)([\w-]+)(?=\.(?:cognitiveservices|openai|services\.ai)\.azure\.com|\.(?:blob|file|queue)\.core\.)"
    ),
    re.compile(r"(crn:(?:[^:\s]*:){5}a/)([^:\s\"']+)"),
    re.compile(r"(crn:(?:[^:\s]*:){6})([^:\s\"']+)"),
    re.compile(r"(-----BEGIN [A-Z ]+-----)([^-]+)"),
    re.compile(r"(://[^:/@\s\"']*:)([^/@\s\"']+)(?=@)"),
)


def in_text(text: str, policy: Policy, each: Each, depth: int = 0) -> str:
    """The text with every secret that can be recognised in it replaced, in base64 too."""
    if "eyJ" in text:
        text = _TOKEN.sub(lambda match: _token(match.group(), each), text)
    if " " in text:
        text = _SCHEME.sub(lambda match: match[1] + match[2] + _credential(match[1], match[3], each), text)
    if "=" in text:
        text = _PAIR.sub(lambda match: _pair(match, policy, each), text)
    if ":" in text:
        text = _MEMBER.sub(lambda match: _member(match, policy, each), text)
    if "@" in text:
        text = _EMAIL.sub(lambda match: match[0] if match[1] else each(match[2]), text)
    if "/" in text or ":" in text or "-----" in text:
        for pattern in _PARTS:
            text = pattern.sub(lambda match: match[1] + each(match[2]), text)
    if depth < _DEEPEST:
        text = in_base64(text, lambda inner: in_text(inner, policy, each, depth + 1) if inner.isprintable() else inner)
    return text


def in_named(name: str, value: str, policy: Policy, each: Each) -> str:
    """A value under a name with what is secret in it replaced: all of it, if the name says so."""
    if not policy.hides(name) or not value.strip():
        return in_text(value, policy, each)
    lowered = name.lower()
    if lowered in ("cookie", "set-cookie"):
        return "; ".join(_cookie(part.strip(), each) for part in value.split(";"))
    if _RESOURCE.search(value):
        return in_text(value, policy, each)
    if lowered == "username" and value in _PUBLIC_USERS:
        return value
    scheme, space, rest = value.partition(" ")
    if space and scheme.lower() in _SCHEMES:
        return scheme + space + _credential(scheme, rest.strip(), each)
    return _token(value, each)


def _credential(scheme: str, value: str, each: Each) -> str:
    """What follows a scheme; of Basic, user and password by themselves."""
    data = unpacked(value) if scheme.lower() == "basic" else None
    if data is None or b":" not in data:
        return _token(value, each)
    try:
        user, _, password = data.decode().partition(":")
    except UnicodeDecodeError:
        return each(value)
    user = user if user in _PUBLIC_USERS else each(user)
    return base64.b64encode(f"{user}:{each(password) if password else ''}".encode()).decode()


def _token(value: str, each: Each) -> str:
    """A credential; of a JSON Web Token, who is named in it first."""
    told = claims(value)
    if told is not None:
        _named_in(told, each)
    return each(value)


def _named_in(value: Any, each: Each) -> None:
    """Hand over what a token claims and is not public: an address of a service is."""
    for name, item in value.items() if isinstance(value, dict) else (("", one) for one in value):
        if isinstance(item, dict | list):
            _named_in(item, each)
        elif isinstance(item, str) and len(item) >= 8 and "://" not in item and name not in _PUBLIC_CLAIMS:
            each(item)


def _pair(match: re.Match[str], policy: Policy, each: Each) -> str:
    name, value = (match[1], match[2]) if match[1] is not None else (match[3], match[4])
    if not policy.hides(name):
        return match[0]
    plain = unquote_plus(value)
    new = _token(plain, each)
    return match[0] if new == plain else f"{name}={quote(new, safe='')}"


def _member(match: re.Match[str], policy: Policy, each: Each) -> str:
    mark, name, colon, quotes, value = match.groups()
    if not policy.hides(name):
        return match[0]
    try:
        plain = json.loads(f'"{value}"')
    except ValueError:
        plain = value
    new = in_named(name, plain, policy, each)
    return match[0] if new == plain else f"{mark}{name}{mark}{colon}{quotes}{json.dumps(new)[1:-1]}{quotes}"


def _cookie(part: str, each: Each) -> str:
    name, equals, value = part.partition("=")
    hidden = equals and len(value) >= 6 and name.strip().lower() not in _ATTRIBUTES
    return name + equals + (each(value) if hidden else value)
