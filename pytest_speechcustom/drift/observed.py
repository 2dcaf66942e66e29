"""Drift: where captured traffic of the real service is not what the contract says any more.

The checker judges the messages and the states; what it calls broken is told as a change, with what it means for a
client. Beside that stand things that no rule is about: headers nobody documented, refusals, work that does not begin.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from pytest_speechcustom.contracts.model import Contract, Operation
from pytest_speechcustom.drift import denials, headers, kinds
from pytest_speechcustom.drift.polling import PATIENCE, Waits
from pytest_speechcustom.drift.shapes import leaves, place_of
from pytest_speechcustom.drift.sightings import Sightings
from pytest_speechcustom.drift.usage import places_in
from pytest_speechcustom.engine.breach import Breach
from pytest_speechcustom.engine.checker import Checker
from pytest_speechcustom.engine.findings import repeated
from pytest_speechcustom.engine.findings import told as masked
from pytest_speechcustom.engine.report import Report, Requirement
from pytest_speechcustom.engine.routing import Route, Router
from pytest_speechcustom.engine.text import NotJson, decode
from pytest_speechcustom.values import ABSENT, Exchange, Response, Verdict

_NOT_THERE = (405, 410, 501)
_UNREAD = ("response.body.unread", "request.body.unread")
_FORMS = ("response.body.json", "error.body", "error.content-type")
_NAMED = re.compile(r"(?:header|parameter) '?(?P<name>[^' ]+)")
"""What a message about a header or a parameter is about."""
_MOST_REASONS = 100
_MOST_HELD = 1000


@dataclass(slots=True)
class _Seen:
    """What was seen of an operation: answers, and those of them that could not be judged."""

    answers: int = 0
    unjudged: int = 0


@dataclass(slots=True)
class _Unsigned:
    """A request without credentials, whose refusal counts when others are signed: a recorder may leave them out."""

    index: int
    exchange: Exchange
    operation: Operation
    response: Response


@dataclass(slots=True)
class Drift:
    """Compares traffic with a contract. Give it one history after another with `look`, then take the `report`.

    With `isolated` each exchange is a sample of its own, and nothing is said of states.
    """

    contract: Contract
    isolated: bool = False
    _checker: Checker = field(init=False)
    _router: Router = field(init=False)
    _sightings: Sightings = field(init=False)
    _seen: dict[str, _Seen] = field(default_factory=dict)
    _unchecked: dict[str, int] = field(default_factory=dict)
    _properties: dict[str, int] = field(default_factory=dict)
    _waits: Waits = field(init=False)
    _unsigned: list[_Unsigned] = field(default_factory=list)
    _signed: bool = False
    _count: int = 0

    def __post_init__(self) -> None:
        self._checker = Checker(self.contract, isolated=self.isolated, told=self._hear)
        self._router = Router(self.contract)
        self._sightings = Sightings(self.contract)
        self._waits = Waits(self.contract)

    def look(self, exchanges: Iterable[Exchange], progress: Callable[[int], None] | None = None) -> None:
        """Compare one history, given as a stream."""
        self._checker.check(self._passing(exchanges), progress)
        self._end()

    def report(self) -> Report:
        """What was found: findings of drift, a verdict for each operation and lifecycle, and what was seen at all."""
        judged = self._checker.report("drift")
        found = self._sightings.findings()
        levels = [finding.level for finding in found]
        return Report(
            service=self.contract.id,
            mode="drift",
            verdict="fail" if "error" in levels else "pass",
            summary={
                "exchanges": self._count,
                "errors": levels.count("error"),
                "warnings": levels.count("warning"),
                "notes": levels.count("note"),
            },
            findings=found,
            requirements=tuple(self._requirements(judged)),
            coverage={
                **judged.coverage,
                "properties": dict(sorted(self._properties.items())),
                "could not check": dict(sorted(self._unchecked.items())),
            },
            omitted={f"{self.contract.id}/drift": self._sightings.left_out} if self._sightings.left_out else {},
        )

    def _requirements(self, judged: Report) -> Iterator[Requirement]:
        """The verdicts: drift is violated, none satisfied, not checked inconclusive, not observed not-verified."""
        drifted = {finding.operation for finding in self._sightings.findings()}
        for operation in self.contract.operations.values():
            seen = self._seen.get(operation.id, _Seen())
            verdict: Verdict = "satisfied" if seen.answers > seen.unjudged else "inconclusive"
            verdict = "violated" if operation.id in drifted else verdict if seen.answers else "not-verified"
            yield Requirement(f"drift.operation.{operation.id}", verdict, seen.answers, "server", "documented",
                              operation.source, f"{operation.id} is as documented.")  # fmt: skip
        moved = {finding.resource for finding in self._sightings.findings() if finding.rule.endswith(_OF_STATES)}
        for name, lifecycle in self.contract.lifecycles.items():
            read = sum(times for key, times in judged.coverage["states"].items() if key.startswith(f"{name}: "))
            verdict = "satisfied" if read else "not-verified"
            verdict = "violated" if any((each or "").startswith(f"{name} ") for each in moved) else verdict
            yield Requirement(f"drift.lifecycle.{name}", verdict, read, "server", "documented",
                              lifecycle.states[0].source, f"The states of a {name} are as documented.")  # fmt: skip

    # what the checker says

    def _hear(self, index: int, exchange: Exchange, operation: Operation | None, breach: Breach) -> None:
        response = exchange.response
        if breach.rule in _UNREAD or (breach.level == "note" and breach.rule in _FORMS):
            self._not_checked(operation, masked(breach.message, repeated(exchange)[0]))
            return
        kind = kinds.kind_of(self.contract, breach)
        if kind is None or breach.level == "note" or response is None:
            return
        if kind.direction == "request" and not 200 <= response.status < 300:
            return  # refused, as it should be
        if response.status in _NOT_THERE and operation is not None:
            return  # told as what it is
        rule = self.contract.rules[breach.rule]
        documented = (breach.level or rule.severity) != "warning"
        place = self._place(operation, response.status, breach, kind.direction)
        self._sightings.add(kind, place, index, exchange, operation, breach, documented=documented)

    def _place(self, operation: Operation | None, status: int, breach: Breach, direction: str) -> str:
        """The place of the entity, so that the same is told once however many calls answer with it."""
        if operation is None:
            return breach.seen
        spec = operation.responses.get(status) or operation.responses.get(0)
        media = operation.body if direction == "request" else spec.media if spec else {}
        entity = next((each.entity for each in media.values() if each.entity), None)
        if breach.rule.endswith("body.required") and entity:  # it stands at the object that lacks the property
            return place_of(self.contract, entity, f"{breach.pointer}/{breach.allowed.removesuffix(' present')}")
        if breach.rule.startswith(("request.body.", "response.body.", "error.body")) or breach.pointer:
            return place_of(self.contract, entity, breach.pointer) if entity else operation.id
        named = _NAMED.search(breach.message)
        return f"{operation.id} {named['name'] if named else breach.rule.rpartition('.')[2]}"

    def _not_checked(self, operation: Operation | None, reason: str) -> None:
        if operation is not None:
            self._seen.setdefault(operation.id, _Seen()).unjudged += 1
        text = f"{operation.id if operation else 'an undocumented call'}: {reason}"
        if text in self._unchecked or len(self._unchecked) < _MOST_REASONS:
            self._unchecked[text] = self._unchecked.get(text, 0) + 1

    # what no rule is about

    def _passing(self, exchanges: Iterable[Exchange]) -> Iterator[Exchange]:
        for exchange in exchanges:
            route = self._router.route(exchange.request.method, exchange.request.url)
            if route.operation is not None:
                self._glance(self._count, exchange, route, route.operation)
            self._count += 1
            yield exchange

    def _glance(self, index: int, exchange: Exchange, route: Route, operation: Operation) -> None:
        response = exchange.response
        self._signed = self._signed or denials.signed(self.contract, exchange.request.headers, route.query)
        if response is None:
            self._not_checked(operation, "no answer was recorded")
            return
        self._seen.setdefault(operation.id, _Seen()).answers += 1
        if response.status in _NOT_THERE:
            breach = Breach(
                "response.status", f"{operation.id} is not there", _statuses(operation), str(response.status)
            )
            self._sightings.add(kinds.GONE, operation.id, index, exchange, operation, breach)
            return
        if denials.suspicious(self.contract, response.status):
            self._refused(index, exchange, route, operation, response)
        spec = operation.responses.get(response.status) or operation.responses.get(0)
        if spec is None:
            return
        for name, value in headers.undocumented(spec, response.status, response.headers):
            kind = kinds.HEADER_NEW if name in headers.POLLING else kinds.HEADER_OTHER
            documented = ", ".join(spec.headers) or "no headers of the service's own"
            message = f"the header {name} is not documented for {operation.id}"
            breach = Breach("response.header.value", message, documented, f"{name}: {value}")
            place = f"{operation.id} {name}" if name in headers.POLLING else name
            self._sightings.add(kind, place, index, exchange, operation, breach)
        for media in spec.media.values():
            if media.entity:
                for entity_place in places_in(self.contract, media.entity, response.body):
                    self._count_property(entity_place)
        if not self.isolated:
            try:
                answered = decode(response.body)
            except NotJson:
                answered = ABSENT
            self._waits.look(index, exchange, operation, route.variables, answered)

    def _count_property(self, place: str) -> None:
        """Count a place, and enter those beside it, so that what was not observed can be told."""
        entity, dot, _ = place.partition(".")
        if not dot and entity in self.contract.schemas and f"{entity}" not in self._properties:
            for path in leaves(self.contract, entity):
                self._properties.setdefault(entity + path, 0)
        self._properties[place] = self._properties.get(place, 0) + 1

    def _refused(self, index: int, exchange: Exchange, route: Route, operation: Operation, response: Response) -> None:
        """A refusal: of the credentials, with another status than for that; or of what the contract allows."""
        asked = self._checker.ask(exchange.request).message
        sound = asked is not None and not asked.breaches
        if denials.speaks_of_credentials(self.contract, operation, response.body):
            self._denied(index, exchange, operation, response)
        elif sound and not denials.signed(self.contract, exchange.request.headers, route.query):
            if len(self._unsigned) < _MOST_HELD:
                self._unsigned.append(_Unsigned(index, exchange, operation, response))
        elif sound and operation.body and response.status in (400, 422) and response.status not in operation.responses:
            self._not_checked(operation, f"a request that the contract allows was refused with {response.status}")

    def _denied(self, index: int, exchange: Exchange, operation: Operation, response: Response) -> None:
        statuses, documented = denials.expected(self.contract)
        allowed = ", ".join(map(str, statuses))
        message = f"missing or wrong credentials are refused with {response.status}, not with {allowed}"
        breach = Breach("response.status", message, allowed, str(response.status), source=operation.source)
        place = f"status {response.status}"
        self._sightings.add(kinds.DENIED, place, index, exchange, operation, breach, documented=documented)

    def _end(self) -> None:
        """A history has ended: decide what had to wait for its end."""
        for each in self._unsigned:
            if self._signed:
                self._denied(each.index, each.exchange, each.operation, each.response)
            else:  # it may have had some that the recorder left out
                self._not_checked(
                    each.operation, f"a request without credentials was refused with {each.response.status}"
                )
        for wait in self._waits.long():
            name = f"{wait.resource} {wait.id}"
            if wait.seconds is None:
                self._not_checked(wait.operation, f"{wait.times} readings of {wait.status}, and no times")
                continue
            minutes = round(wait.seconds / 60)
            message = f"{name} is still {wait.status} after {minutes} minutes and {wait.times} readings"
            allowed = f"another state within {round(PATIENCE / 60)} minutes (no document gives a limit)"
            breach = Breach("", message, allowed, wait.status, wait.pointer, name, wait.source)
            self._sightings.add(kinds.STAYS, f"{wait.resource}: {wait.status}", wait.index, wait.exchange,
                                wait.operation, breach, documented=False)  # fmt: skip
        self._unsigned, self._signed, self._waits = [], False, Waits(self.contract)


_OF_STATES = tuple(f"/drift.{kind.id}" for kind in (kinds.STATE, kinds.MOVE, kinds.STAYS))


def _statuses(operation: Operation) -> str:
    return ", ".join(map(str, sorted(operation.success)))
