"""The group `histories`: calls in any order on things that the history itself has made, and time that passes.

A plan is drawn as a whole, as a value, so that Hypothesis can leave things and calls out of it. What a call is about is
found when it is made, among what is there by then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from hypothesis import strategies as st

from pytest_speechcustom.conformance.client import Client
from pytest_speechcustom.conformance.generated.drawing import Enough, quiet
from pytest_speechcustom.conformance.generated.paths import Ids, about, home, made, reads
from pytest_speechcustom.conformance.generated.trials import NO_WRITES, Trials
from pytest_speechcustom.conformance.generated.worlds import World, world_of
from pytest_speechcustom.conformance.session import Session
from pytest_speechcustom.contracts.model import Operation
from pytest_speechcustom.strategies.histories import references, referring
from pytest_speechcustom.strategies.payloads import Payloads
from pytest_speechcustom.strategies.requests import Draft, Requests

_MOST_THINGS = 2
_LEAST = 3
"""Moves in a history: fewer are drawn too rarely, and what was drawn in vain is left out of what is shown."""
_WEIGHT = 3
"""How many times as often as a read something is changed, or time passes: what is there is read after either."""
_MANY = 20
"""Operations of a service in which half as many histories are drawn, as each call is about more."""
_WAITS = (1, 30, 3600)


@dataclass(frozen=True, slots=True)
class Call:
    """A call. `which` of the things that are there it is about; whether these are looked at after it."""

    draft: Draft
    which: int
    looks: bool


@dataclass(frozen=True, slots=True)
class Wait:
    """Time passes, where a target lets it; whether what is there is looked at then."""

    seconds: int
    looks: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """What is made first, by the names of its makers, and what is done then."""

    things: tuple[str, ...]
    moves: tuple[Call | Wait, ...]


def probe(session: Session) -> None:
    """Draw plans and carry them out, each as a history of its own."""
    trials = Trials(session, "histories")
    client, bounds = session.client, trials.bounds
    world = world_of(session, client)
    writing = client.target.writable
    makers = [name for name, maker in world.makers.items() if writing and (session.control.speaks or not maker.waits)]
    words = dict(world.words)
    if writing:
        with trials.step("histories"):
            words |= world.references()
    else:
        trials.blocked("histories", NO_WRITES)
    contract = session.contract
    requests = Requests(contract, Payloads(contract, "request", words), client.base.removesuffix(contract.base))
    with quiet():
        try:
            plans = _plans(requests, world, makers, bounds.calls)
            most = bounds.histories if len(contract.operations) < _MANY else -(-bounds.histories // 2)
            trials.explore("plans", plans, lambda plan: _Course(trials, requests).run(plan), most)
        except Enough:
            pass
        finally:
            trials.keep()


def _plans(requests: Requests, world: World, makers: Sequence[str], most: int) -> st.SearchStrategy[Plan]:
    contract = requests.contract
    calls = {each.id: _calls(requests, world, each) for each in contract.operations.values()}
    if not makers:
        known = [each.id for each in contract.operations.values() if each.method == "GET" and not home(contract, each)]
        moves = st.lists(st.sampled_from(known).flatmap(calls.__getitem__), max_size=most)
        return moves.map(lambda drawn: Plan((), tuple(drawn)))
    waits = st.builds(Wait, st.sampled_from(_WAITS), st.booleans())

    def of(things: list[str]) -> st.SearchStrategy[Plan]:
        names = about(contract, {world.makers[thing].resource for thing in things})
        writing = [name for name in names if contract.operations[name].method != "GET"]
        drawn: list[st.SearchStrategy[Call | Wait]] = [waits] * _WEIGHT + [calls[name] for name in writing * _WEIGHT]
        drawn += [calls[name] for name in names if name not in writing]
        move = st.integers(0, len(drawn) - 1).flatmap(drawn.__getitem__)
        return st.lists(move, min_size=_LEAST, max_size=most).map(lambda drawn: Plan(tuple(things), tuple(drawn)))

    return st.lists(st.sampled_from(makers), min_size=1, max_size=_MOST_THINGS).flatmap(of)


@st.composite
def _calls(draw: st.DrawFn, requests: Requests, world: World, operation: Operation) -> Call:
    """Calls of an operation, with data that mean something to the service where there are bytes and no form."""
    draft = draw(requests.drafts(operation))
    if draft.raw is not None and not any("multipart" in value for _, value in draft.headers):
        draft = replace(draft, raw=draw(st.sampled_from(world.data)))
    return Call(draft, draw(st.integers(0, 3)), draw(st.booleans()))


class _Course:
    """The history of one plan: what is there by now, newest last."""

    def __init__(self, trials: Trials, requests: Requests) -> None:
        self._trials = trials
        self._requests = requests
        self._contract = requests.contract
        self._client = trials.client()
        self._known: dict[str, list[Ids]] = {}

    def run(self, plan: Plan) -> Client:
        """Carry it out; the client tells what came of it."""
        world = world_of(self._trials.session, self._client)
        with self._trials.step("histories"):
            for thing in plan.things:
                maker = world.makers[thing]
                self._known.setdefault(maker.resource, []).append(self._trials.make(self._client, maker))
            for move in plan.moves:
                if isinstance(move, Call):
                    self._call(move)
                else:
                    self._wait(move)
        return self._client

    def _call(self, call: Call) -> None:
        operation = call.draft.operation
        kind = home(self._contract, operation)
        ids = self._one(kind, call.which)
        if kind and ids is None:
            return
        draft = self._referring(replace(call.draft, variables={**call.draft.variables, **(ids or {})}), call.which)
        answer = self._trials.offer(self._client, draft.request)
        if answer is None:
            return
        for resource, new in made(self._contract, operation, draft.variables, answer):
            self._known.setdefault(resource, []).append(new)
            kind, ids = resource, new
        if call.looks and ids is not None:
            self._look(kind, ids)

    def _wait(self, wait: Wait) -> None:
        self._trials.session.control.advance(wait.seconds)
        for kind, known in self._known.items() if wait.looks else ():
            for ids in known:
                self._look(kind, ids)

    def _one(self, kind: str, which: int) -> Ids | None:
        known = self._known.get(kind, ())
        return known[which % len(known)] if known else None

    def _look(self, kind: str, ids: Ids) -> None:
        for name in reads(self._contract, kind):
            query = tuple(
                (rule.args["name"], str(rule.args["value"]))
                for rule in self._contract.rules.values()
                if rule.law == "query.constant" and name in rule.args["operations"]
            )
            draft = Draft(self._contract.operations[name], self._requests.address, ids, query, ())
            self._trials.offer(self._client, draft.request)

    def _referring(self, draft: Draft, which: int) -> Draft:
        """The same with references to what is there, and without those to what is not."""
        for name, resource in references(self._contract, draft.operation):
            ids = self._one(resource, which)
            if ids is not None:
                draft = referring(self._requests, draft, name, resource, ids)
            elif isinstance(draft.value, dict) and name in draft.value and name not in self._words:
                draft = replace(draft, value={key: each for key, each in draft.value.items() if key != name})
        return draft

    @property
    def _words(self) -> Mapping[str, Sequence[object]]:
        return self._requests.payloads.words
