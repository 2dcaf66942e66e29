"""What stands in a cassette for a secret: something of the same form, the same for the same secret, and easy to know.

Numbers, not digests: a stand-in says nothing of what it stands for, which a digest of an e-mail address would.
"""

from __future__ import annotations

import base64
import json
import re
from typing import Any, Final

from pytest_speechcustom.replay.encodings import claims

_WORD: Final = "SCRUBBED"
_HEX: Final = "5c12bbed"

STAND_IN: Final = re.compile(
    rf"eyJ[\w-]+\.[\w-]+\.{_WORD}[0-9]+|{_WORD}[0-9]*=*|(?i:{_HEX})(?:-0000-4000-8000-)?[0-9A-Fa-f]+"
    rf"|{_WORD.lower()}[0-9]+@example\.com"
)
"""Every stand-in, and nothing that is likely to be anything else."""

_NUMBERS: Final = (
    re.compile(rf"(?i:{_WORD})0*([0-9]{{1,9}})(?![0-9])"),
    re.compile(rf"{_HEX}(?:-0000-4000-8000-)?0*([0-9a-f]{{1,7}})(?![0-9a-f])"),
)
_GUID: Final = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}")
_HEX_TEXT: Final = re.compile(r"(?=.*[0-9])(?:[0-9a-f]{12,}|[0-9A-F]{12,})")
_KEPT_CLAIMS: Final = ("alg", "aud", "iss", "typ")


class StandIns:
    """The stand-ins of one cassette. They are numbered from `first` on."""

    def __init__(self, first: int = 1) -> None:
        self._next = first
        self._known: dict[str, str] = {}

    @property
    def known(self) -> dict[str, str]:
        """Secret -> stand-in, in the order in which they were met."""
        return self._known

    def of(self, secret: str) -> str:
        """The stand-in of a secret; a stand-in stands for itself."""
        if STAND_IN.fullmatch(secret):
            return secret
        made = self._known.get(secret)
        if made is None:
            made = self._known[secret] = self._made(secret, self._next)
            self._next += 1
        return made

    def _made(self, secret: str, number: int) -> str:
        told = claims(secret)
        if told is not None:
            return self._token(told, number)
        if _GUID.fullmatch(secret):
            return _cased(f"{_HEX}-0000-4000-8000-{number:012x}", secret)
        if _EMAIL.fullmatch(secret):
            return f"{_WORD.lower()}{number}@example.com"
        if secret.isdecimal() and secret.isascii():
            return str(number).rjust(len(secret), "0")
        if _HEX_TEXT.fullmatch(secret):
            return _cased(_HEX + f"{number:x}".rjust(len(secret) - len(_HEX), "0"), secret)
        padding = "=" * (len(secret) - len(secret.rstrip("=")))
        return _WORD + str(number).rjust(len(secret) - len(_WORD) - len(padding), "0") + padding

    def _token(self, told: dict[str, Any], number: int) -> str:
        """A JSON Web Token of the same claims, those that are secrets replaced and the others' texts left out."""
        pieces = [{"alg": "none"}, self._claims(told)]
        packed = (json.dumps(piece, separators=(",", ":")).encode() for piece in pieces)
        head, body = (base64.urlsafe_b64encode(piece).decode().rstrip("=") for piece in packed)
        return f"{head}.{body}.{_WORD}{number}"

    def _claims(self, value: Any, name: str = "") -> Any:
        if isinstance(value, dict):
            return {key: self._claims(item, key) for key, item in value.items()}
        if isinstance(value, list):
            return [self._claims(item, name) for item in value]
        if not isinstance(value, str):
            return value
        return self._known.get(value, value if name in _KEPT_CLAIMS else _WORD)


def next_number(text: str) -> int:
    """The first number that no stand-in in a text has."""
    decimal, sixteen = _NUMBERS
    taken = [int(each) for each in decimal.findall(text)] + [int(each, 16) for each in sixteen.findall(text)]
    return max(taken, default=0) + 1


def _cased(text: str, like: str) -> str:
    return text.upper() if like.upper() == like else text
