"""Looks through a written cassette for what should not be in it: known secrets, and what looks like one."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final
from urllib.parse import unquote

from pytest_speechcustom.replay import recognise
from pytest_speechcustom.replay.encodings import in_base64, unpacked
from pytest_speechcustom.replay.policy import Policy
from pytest_speechcustom.replay.scrub import Known
from pytest_speechcustom.replay.standins import STAND_IN
from pytest_speechcustom.replay.walk import Walk
from pytest_speechcustom.values import Exchange

_GUID: Final = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_RUN: Final = re.compile(r"[A-Za-z0-9+/_=-]{20,}")
_KEY: Final = re.compile(r"\b(?:AKIA[0-9A-Z]{16}|gh[a-z]_\w{20,}|xox[a-z]-[\w-]{10,}|AIza[\w-]{30,}|sk-[\w-]{20,})")
_HEX: Final = re.compile(r"[0-9a-fA-F]{32,}")
_WORDS: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|[0-9]+")
_UNSPEAKABLE: Final = re.compile(r"[b-df-hj-np-tv-xz]{7,}")
_MIXED: Final = re.compile(r"(?<=[A-Za-z])[0-9]|(?<=[0-9])[A-Za-z]")
_MOST_MIXED: Final = 4
_SHORTEST: Final = 20
_FEWEST_BITS: Final = {"hex": 3.0, "other": 3.3}
_LONGEST_WORDS: Final = 3.4


def leaks(
    text: str,
    exchanges: Iterable[Exchange],
    secrets: Iterable[str],
    policy: Policy,
    variables: Callable[[str, str], Mapping[str, str]],
) -> list[str]:
    """Where something survives, in words that do not repeat it; empty for a clean file.

    `text` is the file as written, `exchanges` what it says, `secrets` what is known not to be in it.
    """
    found = list(_known(text, secrets))
    walk = Walk(None, variables)
    for number, exchange in enumerate(exchanges):
        looker = _Looker(policy)
        walk.exchange(exchange, looker)
        found += [f"{what} in interaction {number}" for what in looker.found]
        unkept = {name.lower() for name, _ in exchange.request.headers} - policy.headers
        if exchange.response is not None:
            unkept |= {name.lower() for name, _ in exchange.response.headers} - policy.headers
        found += [f"the header {name} in interaction {number}" for name in sorted(unkept)]
    return found


def looks_random(text: str) -> bool:
    """Whether something in a text is too random for words, and neither a stand-in nor a GUID."""
    text = _GUID.sub(" ", STAND_IN.sub(" ", text))
    if _KEY.search(text):
        return True
    return any(
        any(len(piece) >= _SHORTEST and _is_random(piece) for piece in {run, *run.split("/")}) and not _is_text(run)
        for run in _RUN.findall(text)
    )


def _is_text(run: str) -> bool:
    """Whether a run is base64 of a text in which nothing is random; what is secret in it is looked for elsewhere."""
    try:
        inner = (unpacked(run) or b"").decode()
    except UnicodeDecodeError:
        return False
    return bool(inner) and inner.isprintable() and not looks_random(inner)


def _is_random(piece: str) -> bool:
    """Names are made of words and numbers (`en-US_ShortForm_NarrowbandModel_2020`), keys of what falls into bits."""
    if _HEX.fullmatch(piece):
        return _entropy(piece) >= _FEWEST_BITS["hex"]
    words = _WORDS.findall(piece)
    letters = sum(map(str.isalpha, piece))
    if letters < len(piece) * 0.3 or _entropy(piece) < _FEWEST_BITS["other"]:
        return False
    short = sum(map(len, words)) / len(words) <= _LONGEST_WORDS
    return short or len(_MIXED.findall(piece)) >= _MOST_MIXED or _UNSPEAKABLE.search(piece) is not None


def _entropy(text: str) -> float:
    """Bits per character."""
    return -sum(count / len(text) * math.log2(count / len(text)) for count in Counter(text).values())


def _known(text: str, secrets: Iterable[str]) -> Iterator[str]:
    """Known secrets in the file as it is, with its URLs read, and with its base64 read."""
    joined = re.sub(r"\n\s*", "", text)  # YAML breaks long lines
    views = [text, joined, unquote(text), unquote(unquote(joined))]
    inner: list[str] = []

    def look(packed: str, depth: int = 0) -> str:
        inner.append(packed)
        if depth < 2:  # base64 in base64
            in_base64(packed, lambda again: look(again, depth + 1))
        return packed

    for view in views:
        in_base64(view, look)
    told = {f"secret {number} of those that were recorded ({len(secret)} characters)": secret
            for number, secret in enumerate(secrets, 1)}  # fmt: skip
    yield from sorted(Known({secret: what for what, secret in told.items()}).met("\0".join([*views, *inner])))


class _Looker:
    """Notes what a visitor of a scrubbed exchange should not meet."""

    def __init__(self, policy: Policy) -> None:
        self.found: list[str] = []
        self._policy = policy
        self._harmless = [re.compile(pattern) for pattern in policy.harmless]

    def named(self, name: str, value: str) -> str:
        self._look(value, f"under {name!r}" if name else "in a text")
        recognise.in_named(name, value, self._policy, lambda secret: self._refuse(secret, f"under {name!r}"))
        return value

    def text(self, value: str) -> str:
        self._look(value, "in a text")
        recognise.in_text(value, self._policy, lambda secret: self._refuse(secret, "in a text"))
        return value

    def binary(self, data: bytes) -> bytes:
        return data

    def _refuse(self, secret: str, place: str) -> str:
        if not STAND_IN.fullmatch(secret) and not secret.isdecimal() and STAND_IN.search(secret) is None:
            self.found.append(f"a credential of {len(secret)} characters {place}")
        return secret

    def _look(self, value: str, place: str) -> None:
        for pattern in self._harmless:
            value = pattern.sub(" ", value)
        if looks_random(value):
            self.found.append(f"what looks like a secret {place}")
