"""Texts within texts: base64, JSON Web Tokens, and the ways in which one text is written inside another."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from typing import Any, Final

_BASE64: Final = re.compile(r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{12,}={0,2}")
_JWT: Final = re.compile(r"eyJ[A-Za-z0-9_-]+\.([A-Za-z0-9_-]{4,})\.[A-Za-z0-9_-]*")


def pattern(text: str) -> str:
    """A regular expression of a text as it may be written: as it is, in a URL (once or twice), in a form, in JSON.

    Clients differ in which characters they escape, and may escape some only.
    """
    return "".join(map(_either, text))


def _either(character: str) -> str:
    if character.isascii() and (character.isalnum() or character in "-._~"):
        return re.escape(character)
    data = character.encode("utf-8", "surrogatepass")
    once, twice = ("".join(f"%{extra}{byte:02x}" for byte in data) for extra in ("", "25"))
    units = character.encode("utf-16-be", "surrogatepass").hex()
    escaped = "".join(rf"\\u{units[start : start + 4]}" for start in range(0, len(units), 4))
    plain = re.escape(character)
    ways = [f"(?i:{twice}|{once}|{escaped})", rf"\\{plain}", plain]
    if character == " ":
        ways.append(r"\+")
    return f"(?:{'|'.join(ways)})"


def unpacked(run: str) -> bytes | None:
    """What base64 stands for, in either alphabet and with or without padding; ``None`` where it is none."""
    bare = run.rstrip("=")
    if len(bare) % 4 == 1:
        return None
    plain = bare.replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except ValueError:
        return None


def in_base64(text: str, change: Callable[[str], str]) -> str:
    """A text in which `change` was applied to what each run of base64 stands for.

    A run that stands for what is no text is handed over byte by byte (latin-1).
    """

    def replaced(match: re.Match[str]) -> str:
        run = match.group()
        data = unpacked(run)
        if data is None:
            return run
        try:
            inner, encoding = data.decode(), "utf-8"
        except UnicodeDecodeError:
            inner, encoding = data.decode("latin-1"), "latin-1"
        changed = change(inner)
        if changed == inner:
            return run
        packed = base64.b64encode(changed.encode(encoding, "replace")).decode()
        if "-" in run or "_" in run:
            packed = packed.replace("+", "-").replace("/", "_")
        return packed if run.endswith("=") or len(run) % 4 == 0 else packed.rstrip("=")

    return _BASE64.sub(replaced, text)


def spelled_out(text: str) -> str:
    """A text in which each run of base64 that stands for a text is shown as that text."""

    def shown(match: re.Match[str]) -> str:
        try:
            inner = (unpacked(match.group()) or b"").decode()
        except UnicodeDecodeError:
            return match.group()
        return f"base64({spelled_out(inner)})" if inner and inner.isprintable() else match.group()

    return _BASE64.sub(shown, text)


def claims(token: str) -> dict[str, Any] | None:
    """The claims of a JSON Web Token; ``None`` for what is none."""
    match = _JWT.fullmatch(token)
    data = unpacked(match.group(1)) if match else None
    if data is None:
        return None
    try:
        told = json.loads(data)
    except ValueError:
        return None
    return told if isinstance(told, dict) else None
