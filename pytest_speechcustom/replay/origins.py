"""Puts other origins in the place of those that were called: a recording from loopback reads as one of the service."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pytest_speechcustom.replay.walk import Walk
from pytest_speechcustom.values import Exchange


def move(exchange: Exchange, moved: Mapping[str, str]) -> Exchange:
    """The exchange with other origins (``http://127.0.0.1:8080``), wherever they stand in text."""
    if not moved:
        return exchange
    return Walk(None, lambda method, url: {}).exchange(exchange, _Mover(moved))


class _Mover:
    """Puts one origin in the place of another."""

    def __init__(self, moved: Mapping[str, str]) -> None:
        self._moved = moved
        self._pattern = re.compile("|".join(map(re.escape, sorted(moved, key=len, reverse=True))))

    def named(self, name: str, value: str) -> str:
        return self._pattern.sub(lambda match: self._moved[match.group()], value)

    def text(self, value: str) -> str:
        return self.named("", value)

    def binary(self, data: bytes) -> bytes:
        return data
