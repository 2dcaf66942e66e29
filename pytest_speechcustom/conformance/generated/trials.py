"""What was tried, and how much may be: of what shows a fault, the simplest is kept to be reported."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from hypothesis import strategies as st

from pytest_speechcustom.conformance.client import Answer, Client
from pytest_speechcustom.conformance.faults import Blocked
from pytest_speechcustom.conformance.generated.drawing import Enough, Found, Value, explore
from pytest_speechcustom.conformance.generated.dressing import Dresser
from pytest_speechcustom.conformance.generated.worlds import Maker
from pytest_speechcustom.conformance.session import Gap, Session
from pytest_speechcustom.values import Request


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much is drawn: histories, calls in one of them, wrong requests and right ones of an operation.

    `operations` are those that Schemathesis makes requests of. `sends` bounds the calls of a group, `simpler` how often
    something simpler is tried once there is a fault.
    """

    histories: int
    calls: int
    each: int
    operations: int
    sends: int
    simpler: int


NEAR = Bounds(histories=40, calls=12, each=2, operations=4, sends=1500, simpler=80)
FAR = Bounds(histories=4, calls=4, each=1, operations=3, sends=40, simpler=0)
"""For what is not on this machine: calls cost something there."""


NO_WRITES = Blocked("nothing is written there", "--allow-writes, as the target is not on this machine")


class Trials:
    """The histories of one group. After `bounds.sends` calls, or the time that work may take, `Enough` is raised."""

    def __init__(self, session: Session, group: str) -> None:
        self.session = session
        self.bounds = NEAR if session.client.target.is_local else FAR
        self._group = group
        self._dresser = Dresser(session)
        self._left = self.bounds.sends
        self._deadline = time.monotonic() + session.settings.timeout
        self._right: list[Client] = []
        self._wrong: dict[tuple[str, str], Client] = {}
        self._order: list[Client] = []
        self._after = 0

    def client(self) -> Client:
        """A client with a history of its own."""
        self._order.append(self.session.another())
        return self._order[-1]

    def offer(self, client: Client, request: Request) -> Answer | None:
        """Send a request, whatever it is, as the suite sends one; see `Client.offer`. ``None``: it cannot be sent."""
        self._more()
        try:
            request = self._dresser.dress(request, client)
        except Blocked:
            return None
        self._left -= 1
        return client.offer(request)

    def make(self, client: Client, maker: Maker) -> Mapping[str, str]:
        """The path variables of a new thing. `Blocked` where it cannot be made."""
        self._more()
        before = len(client.exchanges)
        try:
            return maker.make()
        except (AttributeError, LookupError, TypeError, ValueError):
            raise Blocked("an answer had not the form to go on with") from None
        finally:
            self._left -= len(client.exchanges) - before

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Do a step; where it cannot be done, go on after it."""
        try:
            yield
        except Blocked as reason:
            self.blocked(name, reason)

    def blocked(self, step: str, reason: Blocked) -> None:
        """Say once what could not be done, and go on without it."""
        gap = Gap(step, reason.reason, reason.missing)
        if gap not in self.session.gaps:
            self.session.gaps.append(gap)

    def explore(self, name: str, values: st.SearchStrategy[Value], act: Callable[[Value], Client], most: int) -> None:
        """Do so many drawn things. Of the history in which one shows a fault, `act` gives the client."""
        self._after = 0

        def tried(value: Value) -> None:
            self._after += bool(self._after)
            if self._after > self.bounds.simpler + 1:
                raise Enough
            try:
                client = act(value)
            except BaseException:  # what was seen until then counts all the same
                self._enter(self._order[-1])
                raise
            if self._enter(client):
                self._after = self._after or 1
                raise Found

        seed = f"{self.session.settings.seed} {self._group} {name}"
        try:
            explore(values, tried, seed=seed, most=most, shrink=bool(self.bounds.simpler))
        except Enough:
            self._more()

    def keep(self) -> None:
        """Give the session what is to be judged: what showed nothing, and of each fault the shortest."""
        kept = {id(client) for client in (*self._right, *self._wrong.values())}
        self.session.histories += [client for client in self._order if id(client) in kept]

    def _more(self) -> None:
        if self._left <= 0 or time.monotonic() > self._deadline:
            raise Enough

    def _enter(self, client: Client) -> bool:
        """Enter the history of a client; whether it shows a fault."""
        if client.broken:
            self._right = [each for each in self._right if each is not client]
        elif not self._after and client not in self._right:
            self._right.append(client)
        for fault in client.broken:
            if fault not in self._wrong or len(client.exchanges) <= len(self._wrong[fault].exchanges):
                self._wrong[fault] = client
        return bool(client.broken)
