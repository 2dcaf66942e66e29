"""The checker: exchanges in, findings and verdicts out.

It holds the order of things: route, judge the messages, ask the laws about the call, enter the call in the
history, look at every entity in the answer. What is judged stands in the tables of the contract.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pytest_speechcustom.contracts.model import Contract, Operation, Touch
from pytest_speechcustom.engine import laws
from pytest_speechcustom.engine.breach import Breach
from pytest_speechcustom.engine.findings import Findings, counting
from pytest_speechcustom.engine.history import History, Moment, Record, Sight, id_of, instant, normal
from pytest_speechcustom.engine.laws.lists import items
from pytest_speechcustom.engine.laws.outcome import ExchangeLaw, Outcome
from pytest_speechcustom.engine.laws.subject import key_of
from pytest_speechcustom.engine.ordering import arrange
from pytest_speechcustom.engine.panel import Held, Panel, Seat, counted
from pytest_speechcustom.engine.payload import Payloads
from pytest_speechcustom.engine.report import Report
from pytest_speechcustom.engine.routing import Route, Router
from pytest_speechcustom.engine.states import States
from pytest_speechcustom.engine.text import at
from pytest_speechcustom.engine.wire import Message, Wire
from pytest_speechcustom.values import ABSENT, Absent, Exchange, Request, Side, Source

_NEVER = float("-inf")
_PREFLIGHT = "access-control-request-method"
_GATES = ("identity.url", "identity.property")
_WIRE_ELSEWHERE = (401, 403, 407, 408, 429)
_OF_VALUES = ("response.body.value", "response.body.enum")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request by itself: where it goes and, unless that is no operation (``None``), what is wrong with it."""

    route: Route
    message: Message | None


class Checker:
    """Judges exchanges by one contract.

    `side` limits what is reported to the rules of one side; ``None`` reports both. With `isolated` every
    exchange is a sample of its own, and no rule across exchanges is judged. Feed exchanges with `check` (a
    stream of one history) or `feed` (one by one, in order), then take the `report`. `overheard` says that
    the traffic may well be about other things: what bears no mark of this service is no fault then. `at_home` says
    that the service itself listens: all that comes is meant for it, and nothing has to wait for the end. `told` is
    called with each breach of either side, also where findings are left out of the report.
    """

    def __init__(
        self,
        contract: Contract,
        *,
        side: Side | None = None,
        isolated: bool = False,
        overheard: bool = False,
        at_home: bool = False,
        told: Callable[[int, Exchange, Operation | None, Breach], None] | None = None,
    ) -> None:
        """Compile what the contract says; nothing is judged yet."""
        self.contract = contract
        self.at_home = at_home
        self.isolated = isolated
        self.overheard = overheard
        self._told = told
        self._router = Router(contract)
        self._wire = Wire(contract, Payloads(contract))
        self._findings = Findings(contract, side)
        self._companions = [re.compile(pattern) for pattern in contract.companions]
        self._touches: dict[str, tuple[Touch, ...]] = {}
        for touch in contract.touches:
            self._touches[touch.operation] = (*self._touches.get(touch.operation, ()), touch)
        carriers = {carrier for way in contract.security for carrier in way}
        self._credential_headers = sorted(name for place, name in carriers if place == "header")
        self._closed_rules = {
            (rule.args["resource"]): rule.id for rule in contract.rules.values() if rule.law == "state.closed"
        }
        self._statuses: dict[str, int] = {}
        self._count = 0
        self._begin()

    def _begin(self) -> None:
        """Start a new history: what was seen before says nothing about what comes."""
        contract = self.contract
        self._history = History(contract)
        self._states = getattr(self, "_states", None) or States(contract)
        self._exchange_laws: dict[str, list[tuple[str, ExchangeLaw]]] = {name: [] for name in contract.operations}
        gates: dict[str, list[Seat]] = {name: [] for name in contract.resources}
        others: dict[tuple[str, str], list[Seat]] = {(touch.resource, touch.role): [] for touch in contract.touches}
        if not self.isolated:
            for rule in contract.rules.values():
                if rule.law in laws.ENTITY:
                    law = laws.ENTITY[rule.law](rule, self._history)
                    seat = Seat(self._findings.number(rule.id), law, laws.reads(rule, self._history))
                    if rule.law in _GATES:
                        gates[rule.args["resource"]].append(seat)
                        continue
                    for role in laws.roles(rule):
                        others.setdefault((rule.args["resource"], role), []).append(seat)
                elif rule.law in laws.EXCHANGE:
                    judge = rule.id, laws.EXCHANGE[rule.law](rule, self._history)
                    for operation in rule.args["operations"]:
                        self._exchange_laws[operation].append(judge)
        self._panels = {about: Panel(gates[about[0]], seats) for about, seats in others.items()}
        self._gone: dict[str, list[tuple[str, bool]]] = {}
        for rule in contract.rules.values() if not self.isolated else ():
            if rule.law == "deleted.gone":
                row = (rule.id, bool(rule.args.get("cleared")))
                self._gone.setdefault(rule.args["resource"], []).append(row)
        self._strangers: list[tuple[int, Exchange, Route]] = []
        self._unmarked: list[tuple[int, Exchange, float | None, Asked]] = []
        self._hosts: set[str] = set()
        self._unsigned: list[tuple[int, Exchange, Operation]] = []
        self._signed = False

    # the doors

    def check(self, exchanges: Iterable[Exchange], progress: Callable[[int], None] | None = None) -> None:
        """Judge one history, given as a stream; a later call of `check` judges another."""
        for index, exchange, until in arrange(exchanges, self._count):
            self._judge(index, exchange, until, self.ask(exchange.request))
            self._count += 1
            if progress is not None:
                progress(self._count)
        self._end()

    def ask(self, request: Request) -> Asked:
        """What can be said of a request before it has an answer. Nothing is entered; see `feed`."""
        route = self._router.route(request.method, request.url)
        if route.operation is None:
            return Asked(route, None)
        return Asked(route, self._wire.request(route.operation, route, request.headers, request.body))

    def feed(self, exchange: Exchange, asked: Asked | None = None) -> None:
        """Judge one exchange of a history that goes on; exchanges must come in the order they began.

        `asked` is what `ask` said of its request, where that is known.
        """
        until = exchange.ended if exchange.ended is not None else exchange.started
        self._judge(self._count, exchange, until, asked or self.ask(exchange.request))
        self._count += 1

    def blame(self, exchange: Exchange, operation: Operation, breach: Breach) -> None:
        """Enter what only the server itself can know of the exchange that was fed last."""
        self._add(self._count - 1, exchange, operation, [breach])

    def report(self, mode: str = "check", *, final: bool = True) -> Report:
        """What was found so far. Unless it is `final`, the history may go on after it."""
        if final:
            self._end()
        coverage = {
            "operations": dict.fromkeys(self.contract.operations, 0) | self._operations(),
            "statuses": dict(sorted(self._statuses.items())),
            "states": self._all_states() | dict(sorted(self._states.coverage["states"].items())),
            "transitions": dict(sorted(self._states.coverage["transitions"].items())),
        }
        return self._findings.report(mode, self._count, coverage)

    def _operations(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for key, count in self._statuses.items():
            name = key.rpartition(" ")[0]
            found[name] = found.get(name, 0) + count
        return found

    def _all_states(self) -> dict[str, int]:
        lifecycles = self.contract.lifecycles.items()
        return {f"{name}: {state.status}": 0 for name, lifecycle in lifecycles for state in lifecycle.states}

    def _end(self) -> None:
        """A history has ended: decide what had to wait for its end."""
        hosts = sorted(self._hosts)
        for index, exchange, until, asked in self._unmarked:
            if asked.route.origin in hosts or not hosts:
                self._judge(index, exchange, until, asked, ours=True)
            else:
                self._elsewhere(index, exchange, asked.route)
        for index, exchange, route in self._strangers:
            if route.origin in self._hosts or not (self._hosts or self.overheard) or (self.overheard and route.ours):
                self._undocumented(index, exchange, route)
            else:
                self._elsewhere(index, exchange, route)
        for index, exchange, operation in self._unsigned:
            if self._signed or (exchange.response is not None and exchange.response.status == 401):
                self._anonymous(index, exchange, operation)
            else:
                self._findings.tally("request.auth", False)
        self._begin()

    def _elsewhere(self, index: int, exchange: Exchange, route: Route) -> None:
        message = "another host was called; this exchange is not judged"
        allowed = ", ".join(sorted(self._hosts)) or "the service"
        self._add(index, exchange, None, [Breach("request.host", message, allowed, route.origin)])

    # one exchange

    def _judge(self, index: int, exchange: Exchange, until: float | None, given: Asked, *, ours: bool = False) -> None:
        response, route, asked = exchange.response, given.route, given.message
        operation = route.operation
        if operation is None or asked is None:
            request = exchange.request
            if request.method.upper() == "OPTIONS" and any(name.lower() == _PREFLIGHT for name, _ in request.headers):
                return  # a browser asks for itself
            if not any(pattern.search(route.path) for pattern in self._companions):
                self._stranger(index, exchange, route)
            return
        if self.overheard and not (ours or route.origin in self._hosts or self._router.marked(route)):
            if len(self._unmarked) < 1000:  # a path that other services have, too: who listens there is told by others
                self._unmarked.append((index, exchange, until, given))
            return
        self._hosts.add(route.origin)
        counts = self._findings.counts
        counts["requests"] += 1
        counts["request bodies"] += not isinstance(asked.value, Absent)
        self._credentials(index, exchange, operation, route, asked)
        if asked.breaches:
            self._add(index, exchange, operation, asked.breaches)
        if response is None:
            self._unanswered(operation, route)
            return
        key = f"{operation.id} {response.status}"
        self._statuses[key] = self._statuses.get(key, 0) + 1
        answered = self._wire.response(
            operation, exchange.request.url, response.status, response.headers, response.body
        )
        counts["responses"] += 1
        counts["response bodies"] += not isinstance(answered.value, Absent)
        counts["refusals"] += response.status >= 400
        if answered.breaches:
            self._add(index, exchange, operation, self._closed(operation, answered.breaches))
        if not self.isolated:
            self._remember(index, exchange, until, operation, route, asked, answered)

    def _closed(self, operation: Operation, breaches: Iterable[Breach]) -> list[Breach]:
        """A status that is no documented state is a matter of the lifecycle, not of the payload at large."""
        named = []
        for breach in breaches:
            for touch in self._touches.get(operation.id, ()):
                resource = self.contract.resources[touch.resource]
                rule = self._closed_rules.get(touch.resource)
                if not rule or not resource.lifecycle or breach.rule not in _OF_VALUES:
                    continue
                if breach.pointer.endswith(resource.lifecycle.status) and breach.message.endswith("not documented"):
                    breach = Breach(rule, breach.message, breach.allowed, breach.seen, breach.pointer)
            named.append(breach)
        return named

    def _credentials(self, index: int, exchange: Exchange, operation: Operation, route: Route, asked: Message) -> None:
        for way in self.contract.security:
            for place, name in way:
                if name not in asked.headers if place == "header" else f"{name}=" not in route.query.lower():
                    break
            else:
                self._signed = True
                self._findings.tally("request.auth", True)
                return
        if self.contract.security and self.at_home:
            self._anonymous(index, exchange, operation)
        elif self.contract.security and len(self._unsigned) < 1000:
            self._unsigned.append((index, exchange, operation))

    def _anonymous(self, index: int, exchange: Exchange, operation: Operation) -> None:
        ways = " or ".join(dict.fromkeys(" with ".join(name for _, name in way) for way in self.contract.security))
        message = f"{operation.id} needs credentials"
        self._add(index, exchange, operation, [Breach("request.auth", message, ways, "none", source=operation.source)])

    def _stranger(self, index: int, exchange: Exchange, route: Route) -> None:
        known = self.at_home or route.methods or (route.ours and route.origin in self._hosts)
        if known or len(self._strangers) >= 1000:
            self._undocumented(index, exchange, route)
        else:
            self._strangers.append((index, exchange, route))

    def _undocumented(self, index: int, exchange: Exchange, route: Route) -> None:
        method = exchange.request.method.upper()
        if route.methods:
            message, allowed = f"this path has no method {method}", ", ".join(route.methods)
            breach = Breach("request.method", message, allowed, f"{method} {route.path}")
        else:
            message = f"the contract has no path {route.path or exchange.request.url!r}"
            breach = Breach("request.path", message, self._router.nearest(method, route.path), f"{method} {route.path}")
        for dispute in self.contract.disputes:
            verb, _, path = dispute.pointer.partition(" ")
            if dispute.keyword == "path" and verb == method and route.path.endswith(self.contract.base + path):
                said = f"{breach.message} (the documents disagree: erratum {dispute.erratum})"
                breach = Breach(breach.rule, said, breach.allowed, breach.seen, level="note")
        self._add(index, exchange, None, [breach])

    # the history

    def _unanswered(self, operation: Operation, route: Route) -> None:
        """What a call did that nobody saw the answer of is unknown."""
        for touch in self._touches.get(operation.id, ()):
            if touch.role in ("read", "list") or operation.method == "GET":
                continue
            self._history.wrote(touch.resource, _NEVER)
            key = self._key(touch, route)
            record = self._history.find(touch.resource, key)
            if record is not None and touch.role in ("create", "delete"):
                record.doubt()
            elif record is not None:
                record.forget()
            if touch.clears:
                self._history.wrote(touch.clears, _NEVER)
                for child in self._history.inside(touch.clears, key):
                    child.doubt()

    def _key(self, touch: Touch, route: Route) -> str:
        resource = self.contract.resources[touch.resource]
        name = route.variables.get(touch.id, "")
        return f"{route.variables.get(resource.parent, '')}/{name}" if resource.parent else name

    def _remember(
        self, index: int, exchange: Exchange, until: float | None, operation: Operation, route: Route,
        asked: Message, answered: Message,
    ) -> None:  # fmt: skip
        assert exchange.response is not None
        status = exchange.response.status
        credential = next((asked.headers[name] for name in self._credential_headers if name in asked.headers), "")
        body = exchange.request.body
        moment = Moment(
            index=index, operation=operation, variables=route.variables, query_text=route.query,
            url=exchange.request.url, asked=asked.value, answered=answered.value, asked_soundly=asked.sound,
            status=status, accepted=status in operation.success,
            refused=400 <= status < 500 and status not in _WIRE_ELSEWHERE, headers=asked.headers,
            answer_headers=answered.headers, body_size=body.size,
            started=exchange.started, ended=until, scope=(route.home, credential),
        )  # fmt: skip
        touches = self._touches.get(operation.id, ())
        started, ended = exchange.started, until if until is not None else _NEVER
        named = [(touch, self._named(touch, moment)) for touch in touches]
        if started is not None:
            moment.unordered = any(
                (record is not None and started < record.until)
                or (touch.role == "list" and started < self._history.written_until.get(touch.resource, _NEVER))
                for touch, record in named
            )
        for rule, law in self._exchange_laws[operation.id]:
            self._take(rule, law(moment), exchange, moment)
        if status >= 500:
            self._unanswered(operation, route)  # a gateway may have given up on a call that went through
            return
        for touch, record in named:
            self._stays_gone(touch, record, moment)
            self._call(touch, record, moment, ended)
        for touch, _ in named:
            if moment.accepted and touch.role in ("read", "create", "update", "list"):
                self._look(touch, moment, exchange, ended)

    def _named(self, touch: Touch, moment: Moment) -> Record | None:
        if touch.role == "list" or (touch.role == "create" and touch.id not in moment.variables):
            return None
        return self._history.find(touch.resource, key_of(self._history, touch, moment))

    def _stays_gone(self, touch: Touch, record: Record | None, moment: Moment) -> None:
        """Reading what was deleted is refused: the rules that say so are kept."""
        if record is None or record.deleted is None or touch.role != "read" or not moment.refused or moment.unordered:
            return
        for rule, cleared in self._gone.get(touch.resource, ()):
            if record.deleted_rule == (rule if cleared else ""):
                self._findings.tally(rule, True)

    def _call(self, touch: Touch, record: Record | None, moment: Moment, ended: float) -> None:
        """Enter what the call did in the record it names."""
        history, role = self._history, touch.role
        if role in ("read", "list"):
            return
        if moment.accepted and role in ("create", "update", "delete"):
            history.wrote(touch.resource, ended)
        if moment.accepted and role == "create":
            record = self._create(touch, record, moment)
        elif record is None and role in ("update", "act", "delete") and moment.accepted:
            record = history.get(touch.resource, key_of(history, touch, moment))
        if record is None:
            return
        if moment.unordered:
            record.forget()
        if role != "create" or touch.id in moment.variables:
            self._states.called(touch, record, moment)
        record.facts[moment.operation.id] = moment.accepted or record.facts.get(moment.operation.id, False)
        record.stir()
        if moment.accepted:
            if role == "delete":
                record.deleted, record.deleted_rule = (None, "") if moment.unordered else (moment.index, "")
                history.bury(record)
                record.facts["exists"] = False
            if touch.clears:
                self._clear(touch, record, moment, ended)
        record.until = max(record.until, ended)

    def _create(self, touch: Touch, record: Record | None, moment: Moment) -> Record | None:
        resource = self.contract.resources[touch.resource]
        if touch.id in moment.variables:
            key = key_of(self._history, touch, moment)
        else:
            named = next((at(moment.answered, f"{p}/{resource.identity}") for p in touch.at), ABSENT)
            key = id_of(named) if resource.by_url else named if isinstance(named, str) else ""
        if not key:
            return None
        if record is not None and record.deleted is None and record.facts.get("exists"):
            record.fixed.clear()
            record.forget()  # made again under the same name: overwritten
            record.gaps = False
        else:
            record = Record(touch.resource, key, until=record.until if record is not None else _NEVER)
            self._history.replace(record)
        record.created, record.deleted, record.scope = moment.index, None, moment.scope
        record.listable = not touch.elsewhere
        record.facts["exists"] = True
        self._states.created(touch, record)
        if touch.at == () and isinstance(moment.asked, dict):
            self._write(touch, record, moment.asked, {})
        return record

    def _clear(self, touch: Touch, record: Record, moment: Moment, ended: float) -> None:
        assert touch.clears is not None
        self._history.wrote(touch.clears, ended)
        for child in self._history.inside(touch.clears, record.key):
            child.forget()
            if not moment.unordered and child.until <= (moment.started if moment.started is not None else child.until):
                child.deleted, child.deleted_rule = moment.index, touch.cleared_rule
                self._history.bury(child)
            child.facts["exists"] = False
            child.until = max(child.until, ended)

    def _entities(self, touch: Touch, moment: Moment) -> Iterator[tuple[str, Any]]:
        if touch.role == "list":
            where = next((p for p in touch.at if isinstance(at(moment.answered, p), list)), "")
            for place, entity in enumerate(items(moment, touch)):
                yield f"{where}/{place}", entity
            return
        for pointer in touch.at:
            entity = at(moment.answered, pointer)
            if isinstance(entity, dict):
                yield pointer, entity
                return

    def _look(self, touch: Touch, moment: Moment, exchange: Exchange, ended: float) -> None:
        """Judge every entity in the answer, and learn from it."""
        resource, history, findings = self.contract.resources[touch.resource], self._history, self._findings
        in_url = touch.role in ("read", "update") or (touch.role == "create" and touch.id in moment.variables)
        machine = touch.resource in self._states.machines
        for pointer, entity in self._entities(touch, moment):
            if in_url:
                key = key_of(history, touch, moment)
            else:
                named = entity.get(resource.identity)
                name = id_of(named) if resource.by_url else named
                if not isinstance(name, str) or not name:
                    continue
                key = f"{moment.variables.get(resource.parent, '')}/{name}" if resource.parent else name
            record = history.get(touch.resource, key)
            same = entity is record.entity or entity == record.entity
            held = record.held.get(moment.operation.id) if same and record.deleted is None else None
            if held and held.again is not None and (moment.started is None or moment.started >= record.until):
                findings.count(held.again)
                record.status_at, record.status_time = moment.index, moment.started
                record.until = max(record.until, ended)
                continue
            # a call that names its resource was put in order before it was entered in the record
            late = touch.role == "list" and moment.started is not None and moment.started < record.until
            sight = Sight(record, entity, pointer, touch, moment, moment.unordered or late)
            self._see(sight, exchange, machine, same)
            record.until = max(record.until, ended)

    def _see(self, sight: Sight, exchange: Exchange, machine: bool, same: bool) -> None:
        """Ask the laws about an entity, as far as they can say anything new. `same`: it is what the record has."""
        record, touch, moment, findings = sight.record, sight.touch, sight.moment, self._findings
        panel = self._panels[touch.resource, touch.role]
        calm = record.calm and record.deleted is None and not sight.unordered
        concerned = panel.concerned(record.entity, sight.entity) if calm else panel.everyone
        held = record.held.get(moment.operation.id) if calm else None
        said = list(held.said if held else panel.nobody)
        asked = sorted(concerned | held.unsettled) if held else range(len(said))
        gates = bisect_left(asked, panel.gates)
        before = findings.broken
        self._ask(panel, asked[:gates], said, sight, exchange)
        if findings.broken != before:
            findings.count(counted(said[: panel.gates]))
            return  # it is another resource, or none: nothing else can be said of it
        # before the states, which learn the status now read
        self._ask(panel, asked[gates:], said, sight, exchange)
        numbers = counted(said)
        if machine:
            for breach in self._states.seen(sight, self._keep(numbers)):
                self._add(moment.index, exchange, moment.operation, [breach])
        findings.count(numbers)
        whole = findings.broken == before
        self._learn(sight, whole)
        record.calm = whole and not sight.unordered and touch.role in ("read", "list")
        if not record.calm or not same:
            record.held.clear()
        if record.calm:
            record.entity = sight.entity
        if record.calm and calm:
            unsettled = panel.everyone if sight.elsewhere else concerned
            record.held[moment.operation.id] = Held(tuple(said), unsettled, tuple(numbers) if same else None)

    def _ask(
        self, panel: Panel, places: Iterable[int], said: list[int | None], sight: Sight, exchange: Exchange
    ) -> None:
        """Put what laws say in its places; breaches become findings."""
        moment = sight.moment
        for place in places:
            seat = panel.seats[place]
            outcome = seat.law(sight)
            said[place] = None
            if outcome is True or outcome is False:
                said[place] = counting(seat.number, outcome)
            elif outcome is not None:
                breaches = outcome if isinstance(outcome, list) else [outcome]
                self._add(moment.index, exchange, moment.operation, breaches, sight.record)

    def _keep(self, numbers: list[int]) -> Callable[[str, bool], None]:
        def tally(rule: str, held: bool) -> None:
            numbers.append(counting(self._findings.number(rule), held))

        return tally

    def _learn(self, sight: Sight, whole: bool) -> None:
        record, touch, moment = sight.record, sight.touch, sight.moment
        resource = self.contract.resources[touch.resource]
        if sight.unordered:
            record.forget()
        if not record.facts.get("exists") and record.deleted is None:
            record.scope = moment.scope
        if record.deleted is None and not sight.unordered:
            record.facts["exists"] = True
        for field in resource.fixed:
            if field.pointer not in record.fixed:
                value = sight.read(field)
                if value is not ABSENT:
                    record.fixed[field.pointer] = value
        if resource.moved and not sight.unordered:
            moved = instant(at(sight.entity, resource.moved))
            if moved is not None:
                record.times[resource.moved] = moved
        if touch.role in ("create", "update") and isinstance(moment.asked, dict) and not sight.unordered:
            self._write(touch, record, moment.asked, sight.entity, moment.operation.method == "PUT")
        if touch.role != "list" or (whole and record.entity is None):
            record.entity = sight.entity if not sight.unordered else None
        if touch.role != "list":
            record.facts["told"] = True  # by itself, and not in a list only

    def _write(self, touch: Touch, record: Record, asked: Any, entity: Any, whole: bool = False) -> None:
        """Remember what was written: as the answer shows it, else as it was sent."""
        for field in self.contract.resources[touch.resource].written:
            sent = at(asked, field.pointer)
            inside = field.pointer.rpartition("/")[0]
            if isinstance(sent, Absent) and not (whole or (inside and not isinstance(at(asked, inside), Absent))):
                continue  # not named, nor what it stands in
            shown = normal(field, at(entity, field.pointer))
            value = normal(field, sent) if isinstance(shown, Absent) else shown
            if isinstance(value, Absent):
                record.known.pop(field.pointer, None)
            else:
                record.known[field.pointer] = value

    def _take(self, rule: str, outcome: Outcome, exchange: Exchange, moment: Moment) -> None:
        if outcome is None:
            return
        if outcome is True or outcome is False:
            self._findings.tally(rule, outcome)
            return
        self._add(moment.index, exchange, moment.operation, outcome if isinstance(outcome, list) else [outcome])

    def _add(
        self, index: int, exchange: Exchange, operation: Operation | None, breaches: Iterable[Breach],
        record: Record | None = None,
    ) -> None:  # fmt: skip
        for breach in breaches:
            if self._told is not None:
                self._told(index, exchange, operation, breach)
            self._findings.add(index, exchange, operation, breach, record.name if record is not None else None)


def source_of(operation: Operation | None) -> Source | None:
    """The document that describes an operation."""
    return operation.source if operation is not None else None
