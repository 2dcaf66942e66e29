"""Answers from a tape instead of the wire, by vcrpy's patches of the HTTP libraries.

vcrpy's cassette is only the door: what is looked up and what is written is ours.
"""

from __future__ import annotations

import importlib
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from typing import Any, NoReturn, Protocol

from vcr.cassette import Cassette
from vcr.patch import CassettePatcherBuilder
from vcr.record_mode import RecordMode

from pytest_speechcustom.replay.normal import Normal
from pytest_speechcustom.taps.patches import Patches
from pytest_speechcustom.values import NO_BODY, Body, Headers, Request


class Player(Protocol):
    """Who answers."""

    def look(self, request: Request) -> Normal | None:
        """The request in normal form if there is an answer to it now."""
        ...

    def play(self, request: Request, normal: Normal) -> dict[str, Any]:
        """The answer, in vcrpy's form."""
        ...

    def miss(self, request: Request) -> NoReturn:
        """Raise what a client gets that asks for what is not there."""
        ...


@contextmanager
def played(player: Player, path: str, *, pass_on: bool) -> Iterator[None]:
    """Let `player` answer what this process asks; with `pass_on`, what it cannot answer goes to the wire."""
    cassette = door(player, path, pass_on=pass_on)
    aiohttp = Patches()
    with ExitStack() as stack:
        for patcher in CassettePatcherBuilder(cassette).build():
            stack.enter_context(patcher)
        if "aiohttp" in sys.modules or find_spec("aiohttp") is not None:
            module = importlib.import_module("pytest_speechcustom.replay.aiohttp_bodies")
            module.patch(aiohttp)
            stack.callback(aiohttp.undo)
        yield


def door(player: Player, path: str, *, pass_on: bool = False) -> Cassette:
    """What vcrpy's stubs ask in the place of a cassette of its own."""
    return _Door(player, path, pass_on)


class _Door(Cassette):  # type: ignore[misc]
    """The cassette that vcrpy's stubs ask."""

    def __init__(self, player: Player, path: str, pass_on: bool) -> None:
        mode = RecordMode.NEW_EPISODES if pass_on else RecordMode.NONE
        super().__init__(path, record_mode=mode, allow_playback_repeats=True)
        self._player = player
        self._asked = threading.local()

    def can_play_response_for(self, request: Any) -> bool:
        """Whether there is an answer."""
        asked = _request(request)
        normal = self._player.look(asked)
        self._asked.last = request, asked, normal
        return normal is not None

    def _responses(self, request: Any) -> Iterator[tuple[int, dict[str, Any]]]:
        """What `play_response` gives the first of."""
        last, asked, normal = getattr(self._asked, "last", (None, None, None))
        self._asked.last = None, None, None
        if last is not request or asked is None:
            asked = _request(request)
            normal = self._player.look(asked)
        if normal is None:
            self._player.miss(asked)
        yield 0, self._player.play(asked, normal)

    def filter_request(self, request: Any) -> None:
        """What the stubs ask for before they give up, and before they record, which is not their business here."""
        if self.write_protected:
            self._player.miss(_request(request))

    def append(self, request: Any, response: Any) -> None:
        """Taps record, for they see what is really sent."""

    def find_requests_with_most_matches(self, request: Any) -> list[tuple[Any, list[str], list[str]]]:
        """What the stub of aiohttp asks for at a redirect."""
        return [(request, [], [])]


def _request(request: Any) -> Request:
    """A request as vcrpy's stubs describe it."""
    data = _bytes(request.body)
    return Request(request.method, request.uri, _headers(request.headers), Body(data) if data else NO_BODY)


def _headers(headers: Mapping[Any, Any]) -> Headers:
    pairs = []
    for name, values in headers.items():
        for value in values if isinstance(values, list | tuple) else (values,):
            pairs.append((_text(name), _text(value)))
    return tuple(pairs)


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _bytes(body: Any) -> bytes:
    """A body in any of the forms in which the stubs keep it."""
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode()
    if isinstance(body, bytes | bytearray | memoryview):
        return bytes(body)
    read: Callable[[], Any] | None = getattr(body, "read", None)
    if read is not None:
        return _bytes(read())
    return b"".join(bytes([piece]) if isinstance(piece, int) else _bytes(piece) for piece in body)
