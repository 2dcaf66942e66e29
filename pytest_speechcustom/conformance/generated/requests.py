"""The group `requests`: right and wrong requests of each operation, made by our strategies and by Schemathesis.

What is wrong is decided by the contract, of the bytes that go out, each time anew: neither the strategy's nor
Schemathesis' word counts, also when a request that was accepted is made simpler.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from random import Random
from typing import Any

import schemathesis
from hypothesis import strategies as st
from schemathesis.errors import SchemathesisError

from pytest_speechcustom.conformance.client import Client
from pytest_speechcustom.conformance.generated.drawing import Enough, Value, quiet
from pytest_speechcustom.conformance.generated.openapi import Cases, request_of, validate
from pytest_speechcustom.conformance.generated.paths import Ids, home
from pytest_speechcustom.conformance.generated.trials import NO_WRITES, Trials
from pytest_speechcustom.conformance.generated.worlds import world_of
from pytest_speechcustom.conformance.session import Session
from pytest_speechcustom.contracts.model import Contract, Operation
from pytest_speechcustom.strategies.payloads import Payloads
from pytest_speechcustom.strategies.requests import Requests
from pytest_speechcustom.strategies.wrong_requests import all_wrong
from pytest_speechcustom.values import Request

_ASPECTS = (
    ("request.body.unknown",), ("request.body.readonly",), ("request.body.value",), ("request.body.type",),
    ("request.body.required", "request.body.json", "request.body.missing", "request.content-type"),
)  # fmt: skip
"""What is wrong with bodies: each of these is tried by itself."""
_BESIDE = ("request.query.unknown", "request.query.value", "request.query.required", "request.path.value")
"""What is wrong beside bodies: tried in turn with what is right."""
_LONG = 60
"""Calls after which a history ends and another begins."""


def probe(session: Session) -> None:
    """Make one thing of each kind, and then send requests about these."""
    trials = Trials(session, "requests")
    with quiet():
        try:
            _Desk(trials).all()
        except Enough:
            pass
        finally:
            trials.keep()


class _Desk:
    """Makes requests about things that are there."""

    def __init__(self, trials: Trials) -> None:
        self._trials = trials
        self._session = trials.session
        self._contract: Contract = trials.session.contract
        self._client = trials.session.client
        self._now = trials.client()
        self._things: dict[str, Ids] = {}
        self._words: dict[str, Sequence[Any]] = {}

    def all(self) -> None:
        """Everything, operation by operation; what deletes comes last."""
        self._prepare()
        operations = [each for each in self._contract.operations.values() if self._may(each)]
        operations.sort(key=lambda each: each.method == "DELETE")
        dice = Random(f"{self._session.settings.seed} requests")
        if not self._client.target.is_local:
            dice.shuffle(operations)
        for operation in operations:
            for name, values in self._of(operation):
                self._explore(f"{operation.id} {name}", values, lambda client, drawn: self._offer(client, drawn))
        cases = Cases(self._contract, self._client.base)
        known = [each for each in operations if any(media.entity for media in each.body.values())] or operations
        for operation in dice.sample(known, min(len(known), self._trials.bounds.operations)):
            for right in (True, False):
                self._schemathesis(cases, operation, right)

    def _may(self, operation: Operation) -> bool:
        return operation.method == "GET" or self._client.target.writable

    def _prepare(self) -> None:
        """Make one thing of each kind that can be made; the rest of the requests is about what is not there."""
        world = world_of(self._session, self._client)
        self._words = dict(world.words)
        if not self._client.target.writable:
            self._trials.blocked("requests", NO_WRITES)
            return
        with self._trials.step("requests"):
            self._words |= world.references()
        for maker in world.makers.values():
            if maker.resource not in self._things and (self._session.control.speaks or not maker.waits):
                with self._trials.step("requests"):
                    self._things[maker.resource] = self._trials.make(self._client, maker)

    def _ids(self, operation: Operation) -> Ids:
        return self._things.get(home(self._contract, operation), {})

    def _of(self, operation: Operation) -> Iterator[tuple[str, st.SearchStrategy[Request | None]]]:
        """Strategies of an operation's requests, by what is wrong with them."""
        words = {**self._words, **{name: [value] for name, value in self._ids(operation).items()}}
        address = self._client.base.removesuffix(self._contract.base)
        requests = Requests(self._contract, Payloads(self._contract, "request", words), address)
        for rules in _ASPECTS if operation.body else ():
            if errors := [rule for rule in rules if self._is_error(rule)]:
                yield " ".join(errors), _wrong(requests, operation, errors)
        beside = _wrong(requests, operation, [rule for rule in _BESIDE if self._is_error(rule)])
        right = st.none() if operation.method == "DELETE" else requests.of(operation)
        yield "any", st.one_of(right, beside)

    def _is_error(self, rule: str) -> bool:
        return rule in self._contract.rules and self._contract.rules[rule].severity == "error"

    def _explore(self, name: str, values: st.SearchStrategy[Value], act: Callable[[Client, Value], None]) -> None:
        def tried(value: Value) -> Client:
            if self._now.broken or len(self._now.exchanges) >= _LONG:
                self._now = self._trials.client()
            act(self._now, value)
            return self._now

        self._trials.explore(name, values, tried, self._trials.bounds.each)

    def _offer(self, client: Client, request: Request | None) -> None:
        if request is not None:
            self._trials.offer(client, request)

    def _schemathesis(self, cases: Cases, operation: Operation, right: bool) -> None:
        def act(client: Client, case: schemathesis.Case[Any]) -> None:
            prepared = cases.prepared(case)
            if self._trials.offer(client, request_of(prepared)) is not None:
                validate(case, prepared, client.exchanges[-1], client)

        with suppress(SchemathesisError):  # it cannot make any
            values = cases.of(operation.id, right, self._ids(operation))
            self._explore(f"{operation.id} schemathesis {right}", values, act)


@st.composite
def _wrong(draw: st.DrawFn, requests: Requests, operation: Operation, rules: Collection[str]) -> Request | None:
    """Requests of an operation that break one of these rules; ``None`` where what is drawn has no place for that."""
    found = all_wrong(requests, draw(requests.drafts(operation)))
    possible = [spoiled for way in found for rule, _, spoiled in way if rule in rules]
    return draw(draw(st.sampled_from(possible))).request if possible else None
