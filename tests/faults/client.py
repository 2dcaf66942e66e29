"""A client that walks a service in process, and the checker that judges what it got."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from pytest_speechcustom.contracts.model import Contract
from pytest_speechcustom.emulator.core import Emulator
from pytest_speechcustom.engine.checker import Checker
from pytest_speechcustom.values import NO_BODY, Body, Exchange, Request, Response
from tests.faults.injection import Between

ADDRESS = "http://speech.test"


@dataclass(frozen=True, slots=True)
class Got:
    """An answer. `body` is its JSON, ``{}`` where it has none, so that a walk can go on with a spoilt one."""

    status: int
    headers: Mapping[str, str]
    body: Any

    def __getitem__(self, name: str) -> Any:
        return self.body.get(name, "") if isinstance(self.body, dict) else ""


@dataclass
class Client:
    """Calls one service, with one key. What it sees is judged; `slow` lets less time pass than a walk asks for."""

    contract: Contract
    server: Between
    base: str
    key: tuple[str, str]
    query: Mapping[str, str] = field(default_factory=dict)
    slow: bool = False

    def __post_init__(self) -> None:
        self.checker = Checker(self.contract, at_home=True)
        self.calls = 0

    @property
    def emulator(self) -> Emulator:
        """The server behind the change."""
        return self.server.emulator

    def call(self, method: str, where: str, body: Any = None, *, raw: bytes | None = None, kind: str = "",
             key: bool = True, headers: Mapping[str, str] | None = None,
             query: Mapping[str, str] | None = None) -> Got:  # fmt: skip
        """One call. `where` is below the base, or a URL from an answer."""
        url = where if "://" in where else f"{ADDRESS}{self.base}{where}"
        given = {name: value for name, value in {**self.query, **(query or {})}.items() if f"{name}=" not in url}
        url += ("&" if "?" in url else "?") + urlencode(given) if given else ""
        data = raw if raw is not None else None if body is None else json.dumps(body).encode()
        sent = dict(headers or {}) | (dict([self.key]) if key else {})
        if data is not None:
            sent["Content-Type"] = kind or "application/json"
        request = Request(method, url, tuple(sent.items()), NO_BODY if data is None else Body(data))
        began = self.emulator.clock.heard
        delivery = self.server.handle(request)
        self.checker.feed(Exchange(request, delivery.response, began, self.emulator.clock.heard))
        self.calls += 1
        return _got(delivery.response)

    def get(self, where: str, **query: str) -> Got:
        """A GET."""
        return self.call("GET", where, query=query)

    def post(self, where: str, body: Any = None, **query: str) -> Got:
        """A POST of JSON."""
        return self.call("POST", where, body, query=query)

    def delete(self, where: str, **query: str) -> Got:
        """A DELETE."""
        return self.call("DELETE", where, query=query)

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.emulator.advance(timedelta(seconds=seconds / 10 if self.slow else seconds))

    def finish(self) -> None:
        """Let all work come to its end."""
        self.emulator.complete()


def _got(response: Response) -> Got:
    try:
        body = json.loads(response.body.raw or b"{}")
    except ValueError:
        body = {}
    return Got(response.status, {name.lower(): value for name, value in response.headers}, body)
