"""Takes what is secret out of recorded exchanges: the same secret becomes the same stand-in wherever it stands."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from pytest_speechcustom.replay import recognise
from pytest_speechcustom.replay.bodies import with_plain_boundary
from pytest_speechcustom.replay.encodings import in_base64, pattern
from pytest_speechcustom.replay.policy import Policy
from pytest_speechcustom.replay.standins import StandIns
from pytest_speechcustom.replay.walk import Walk
from pytest_speechcustom.values import Exchange

_DEEPEST: Final = 3
_GUID: Final = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


@dataclass(frozen=True, slots=True)
class Scrubbed:
    """Scrubbed exchanges, and the secrets that are not in them any more."""

    exchanges: tuple[Exchange, ...]
    secrets: tuple[str, ...]


def scrub(
    exchanges: Iterable[Exchange],
    policy: Policy,
    variables: Callable[[str, str], Mapping[str, str]],
    first: int = 1,
) -> Scrubbed:
    """Exchanges as they may be written.

    `variables` gives the path parameters of a method and URL; `first` is the number of the first stand-in. Everything
    is looked through before anything is replaced, so that a secret is known where it stands before its name does.
    """
    found = tuple(replace(each, request=with_plain_boundary(each.request)) for each in exchanges)
    stand_ins = StandIns(first)
    everywhere, kept = Walk(None, variables), Walk(policy.headers, variables)
    collector = _Collector(policy, stand_ins)
    for exchange in found:
        everywhere.exchange(exchange, collector)
    known = Known(stand_ins.known)
    replacer = _Replacer(policy, stand_ins, known)
    made = tuple(replace(kept.exchange(exchange, replacer), where="") for exchange in found)
    return Scrubbed(made, tuple(secret for secret in stand_ins.known if spreads(secret)))


def spreads(secret: str) -> bool:
    """Whether a secret is looked for in all texts: a short one, or a word, would be found in what it has no part in."""
    return len(secret) >= 8 or (len(secret) >= 6 and not secret.isalpha())


class Known:
    """Replaces secrets that are known, in whichever way they are written."""

    def __init__(self, known: Mapping[str, str]) -> None:
        """`known` maps secrets to what stands for them."""
        ordered = sorted(filter(spreads, known), key=len, reverse=True)
        self._stand_ins = [known[secret] for secret in ordered]
        first = "".join({re.escape(character) for secret in ordered for character in (secret[0].swapcase(), secret[0])})
        groups = "|".join(f"({_alone(secret)})" for secret in ordered)
        self._pattern = re.compile(rf"(?=[%\\{first}])(?:{groups})") if ordered else None

    def met(self, text: str) -> set[str]:
        """What stands for those that are in a text."""
        return set(map(self._of, self._pattern.finditer(text))) if self._pattern else set()

    def in_text(self, text: str, depth: int = 0) -> str:
        """The text with stand-ins, also in what base64 in it stands for."""
        if self._pattern is None:
            return text
        text = self._pattern.sub(self._of, text)
        return in_base64(text, lambda inner: self.in_text(inner, depth + 1)) if depth < _DEEPEST else text

    def _of(self, match: re.Match[str]) -> str:
        stand_in = self._stand_ins[(match.lastindex or 1) - 1]
        return stand_in.upper() if _GUID.fullmatch(match.group()) and match.group().isupper() else stand_in


def _alone(secret: str) -> str:
    """The pattern of a secret. A word stands by itself: a password `lectures` is no part of `lecturesOfMay`."""
    if _GUID.fullmatch(secret):
        return f"(?i:{secret})"
    if secret.isascii() and secret.isalpha():
        return rf"(?:(?<![A-Za-z0-9])|(?<=%[0-9A-Fa-f][0-9A-Fa-f])){secret}(?![A-Za-z0-9])"
    return pattern(secret)


class _Collector:
    """Finds the secrets, and leaves everything as it is."""

    def __init__(self, policy: Policy, stand_ins: StandIns) -> None:
        self._policy, self._stand_ins = policy, stand_ins

    def named(self, name: str, value: str) -> str:
        recognise.in_named(name, value, self._policy, self._note)
        return value

    def text(self, value: str) -> str:
        recognise.in_text(value, self._policy, self._note)
        return value

    def binary(self, data: bytes) -> bytes:
        return data

    def _note(self, secret: str) -> str:
        self._stand_ins.of(secret)
        return secret


class _Replacer:
    """Puts the stand-ins in."""

    def __init__(self, policy: Policy, stand_ins: StandIns, known: Known) -> None:
        self._policy, self._stand_ins, self._known = policy, stand_ins, known

    def named(self, name: str, value: str) -> str:
        return self._known.in_text(recognise.in_named(name, value, self._policy, self._stand_ins.of))

    def text(self, value: str) -> str:
        return self._known.in_text(recognise.in_text(value, self._policy, self._stand_ins.of))

    def binary(self, data: bytes) -> bytes:
        return self._known.in_text(data.decode("latin-1"), depth=_DEEPEST).encode("latin-1")
