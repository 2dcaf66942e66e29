"""The core: a request in, an answer out, as values. It holds the order of things, and a lock.

Plan, route, judge the request, let the backend answer, judge the whole exchange. What the backend does happens one call
at a time, and time moves between calls: so every history is in order, however many clients there are.
"""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache
from urllib.parse import parse_qs, parse_qsl

from pytest_speechcustom.contracts.model import Contract, Operation
from pytest_speechcustom.emulator.backend import World, backend_of
from pytest_speechcustom.emulator.calls import Answer, Call, Refusal
from pytest_speechcustom.emulator.clock import Clock
from pytest_speechcustom.emulator.jobs import Jobs, Progress
from pytest_speechcustom.emulator.names import Names
from pytest_speechcustom.emulator.plans import Plan, Plans
from pytest_speechcustom.engine.breach import Breach
from pytest_speechcustom.engine.checker import Asked, Checker
from pytest_speechcustom.engine.report import Report
from pytest_speechcustom.engine.routing import Route
from pytest_speechcustom.engine.wire import Message
from pytest_speechcustom.secrets import credentials, mask_headers, mask_text, mask_url, mask_value
from pytest_speechcustom.values import ABSENT, NO_BODY, Body, Exchange, Request, Response

MOST_KEPT = 10_000
"""How many exchanges are kept to look at; all are judged."""
LARGEST_KEPT = 64 * 1024
"""A body that is larger is not kept, only judged."""
_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Delivery:
    """How an answer reaches the client: after `delay` seconds, cut after `truncate` bytes, or, `dropped`, not."""

    response: Response
    delay: float = 0
    truncate: int | None = None
    dropped: bool = False


class Emulator:
    """One service with its state.

    `progress` says how work goes on. Ids and signatures come from `seed`. Threads may call it at once.
    """

    def __init__(self, contract: Contract, *, seed: int = 0, progress: Progress | None = None) -> None:
        self.contract = contract
        self.progress = progress or Progress()
        self._seed = seed
        self._lock = threading.RLock()
        self.reset()

    def reset(self) -> None:
        """Forget everything: resources, plans, time and findings."""
        with self._lock:
            self.clock = Clock(real=self.progress.kind == "seconds")
            self.plans = Plans()
            self.jobs = Jobs(self.clock, self.progress, self.plans.for_work)
            self.contents: dict[str, tuple[str, bytes]] = {}
            self._backend = backend_of(World(self.contract, self.clock, Names(self._seed), self.jobs, self.contents))
            self._checker = Checker(self._judged_by(), at_home=True)
            self._kept: deque[Exchange] = deque(maxlen=MOST_KEPT)

    def _judged_by(self) -> Contract:
        """The contract; unless work takes the time it takes, without what follows from how lately a state was read."""
        if self.progress.kind == "manual":
            return self.contract
        rules = {id: replace(rule, args={**rule.args, "window": 0}) for id, rule in self.contract.rules.items()
                 if "window" in rule.args}  # fmt: skip
        return replace(self.contract, rules={**self.contract.rules, **rules})

    @property
    def suffix(self) -> str:
        """What stands between the host and the base that the documents speak of."""
        return self._backend.suffix

    @property
    def most_bytes(self) -> int:
        """The largest request body that is taken."""
        return self._backend.most_bytes

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """What was asked and answered: the last `MOST_KEPT` exchanges, without large bodies and credentials."""
        with self._lock:
            kept = tuple(self._kept)
        return tuple(map(_masked, kept))

    def report(self) -> Report:
        """What the checker says so far."""
        with self._lock:
            return self._checker.report("serve", final=False)

    # time

    def advance(self, by: timedelta) -> None:
        """Let time pass, and do what is due in it."""
        with self._lock:
            self.clock.advance(by)
            self.jobs.settle()

    def complete(self, kind: str | None = None, id: str | None = None) -> int:
        """Let work (of one kind, on one resource) come to its end now; how much there is."""
        with self._lock:
            return self.jobs.complete(kind, id)

    def fail(self, kind: str | None = None, id: str | None = None) -> int:
        """Let work (of one kind, on one resource) that is under way fail at its end; how much there is."""
        with self._lock:
            return self.jobs.fail(kind, id)

    def plan(self, plan: Plan) -> None:
        """Put a plan in force."""
        with self._lock:
            self.plans.add(plan)

    # calls

    def handle(self, request: Request) -> Delivery:
        """Answer a request. A body that was too large to read comes with a `problem`."""
        with self._lock:
            self.clock.tick()
            self.jobs.settle()
            heard = self.clock.heard
            asked = self._checker.ask(request)
            operation = asked.route.operation
            plan = self.plans.for_call(operation.id) if operation is not None else None
            if plan is not None and plan.drop == "before":
                self._judge(Exchange(request, None, heard), asked)
                return Delivery(Response(503), dropped=True)
            crash: Exception | None = None
            try:
                answer = self._answer(request, asked, plan)
            except Exception as error:  # ours: it is answered, told, and does not end the service
                crash, answer = error, self._backend.answer_to(self._backend.failure(500, None))
            response = self._response(answer)
            lost = plan is not None and (plan.drop is not None or plan.truncate is not None)
            # a refusal that the service itself would not have made tells nothing of the state of things
            made_up = plan is not None and plan.status is not None and plan.status < 500 and plan.status != 429
            exchange = Exchange(request, None if lost else response, heard, self.clock.heard)
            self._judge(exchange, asked, believed=not made_up)
            if crash is not None and operation is not None:
                self._checker.blame(exchange, operation, _crashed(operation, crash))
        if plan is None:
            return Delivery(response)
        return Delivery(response, plan.delay, plan.truncate, plan.drop == "after")

    def _answer(self, request: Request, asked: Asked, plan: Plan | None) -> Answer:
        backend, route = self._backend, asked.route
        operation = route.operation
        try:
            if operation is None or asked.message is None:
                return self._elsewhere(request, route)
            if plan is not None and plan.status is not None:
                raise backend.failure(plan.status, plan.retry_after)
            if request.body.problem is not None:
                raise backend.failure(413, None)
            for breach in self._breaches(operation, route, asked.message):
                objection = backend.objection(operation, breach)
                if objection is not None:
                    raise objection
            return backend.handlers[operation.id](self._call(request, route, operation, asked.message))
        except Refusal as refusal:
            return backend.answer_to(refusal)

    def _breaches(self, operation: Operation, route: Route, message: Message) -> list[Breach]:
        """What is wrong with a request, credentials first, and without what documents dispute."""
        given = {name.lower() for name in _query(route.query)}
        ways = self.contract.security
        found = [breach for breach in message.breaches if breach.level != "note"]
        if ways and not any(all(n in (message.headers if p == "header" else given) for p, n in way) for way in ways):
            found.insert(0, Breach("request.auth", f"{operation.id} needs credentials", "a key or a token", "none"))
        return found

    def _elsewhere(self, request: Request, route: Route) -> Answer:
        """What is no operation of the service: a token, or a mistake."""
        form: Mapping[str, str] = {}
        if _FORM in {name.lower(): value for name, value in request.headers}.get("content-type", ""):
            form = dict(parse_qsl((request.body.raw or b"").decode("utf-8", "replace")))
        answer = self._backend.companion(request.method, route.path, form)
        if answer is not None:
            return answer
        if route.methods:
            allowed = ", ".join(route.methods)
            raise Refusal(405, "NotAllowed", f"The method {request.method} is not allowed here.",
                          headers=(("Allow", allowed),))  # fmt: skip
        raise Refusal(404, "NotFound", "There is nothing at this path.", target=route.path)

    def _call(self, request: Request, route: Route, operation: Operation, message: Message) -> Call:
        depth = operation.path.count("/")
        prefix = route.path.rstrip("/").rsplit("/", depth)[0]
        return Call(
            operation, request, route.variables, _query(route.query), message.headers, message.value,
            request.body.raw or b"", route.origin + prefix, self.clock.now,
        )  # fmt: skip

    def _response(self, answer: Answer) -> Response:
        if answer.body is ABSENT:
            return Response(answer.status, answer.headers, NO_BODY)
        if isinstance(answer.body, bytes):
            media, data = answer.media, answer.body
        elif answer.media:
            media, data = answer.media, str(answer.body).encode()
        else:
            media, data = self._backend.media, json.dumps(answer.body).encode()
        return Response(answer.status, (("Content-Type", media), *answer.headers), Body(data))

    def _judge(self, exchange: Exchange, asked: Asked, *, believed: bool = True) -> None:
        self._checker.feed(exchange if believed else replace(exchange, response=None), asked)
        self._kept.append(_light(exchange))


def _crashed(operation: Operation, error: Exception) -> Breach:
    """What is said of a fault in a handler: where it is, and nothing of what the request held."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f" ({trace.tb_frame.f_globals.get('__name__')}, line {trace.tb_lineno})" if trace is not None else ""
    message = f"the emulator failed at {operation.id}: {type(error).__name__}{place}"
    return Breach("response.status", message, "an answer", "500", source=operation.source, level="error")


@lru_cache(maxsize=256)
def _query(text: str) -> Mapping[str, str]:
    """The first value of each parameter."""
    return {name: values[0] for name, values in parse_qs(text, keep_blank_values=True).items()}


def _light(exchange: Exchange) -> Exchange:
    """An exchange without large bodies."""
    request, response = exchange.request, exchange.response
    if len(request.body.raw or b"") > LARGEST_KEPT:
        exchange = replace(exchange, request=replace(request, body=_left_out(request.body)))
    if response is not None and len(response.body.raw or b"") > LARGEST_KEPT:
        exchange = replace(exchange, response=replace(response, body=_left_out(response.body)))
    return exchange


def _masked(exchange: Exchange) -> Exchange:
    """An exchange that may be printed: tests assert on it, and pytest shows what they assert on."""
    request, response = exchange.request, exchange.response
    known = credentials(request.headers, request.url)
    request = Request(
        request.method, mask_url(request.url), tuple(mask_headers(request.headers)), _masked_body(request.body, known)
    )
    if response is not None:
        response = replace(
            response, headers=tuple(mask_headers(response.headers)), body=_masked_body(response.body, known)
        )
    return replace(exchange, request=request, response=response)


def _masked_body(body: Body, known: list[str]) -> Body:
    if not body.raw:
        return body
    try:
        value = json.loads(body.raw)
    except (ValueError, RecursionError):
        return replace(body, raw=mask_text(body.raw.decode("latin-1"), known).encode("latin-1", "replace"))
    masked = mask_value(value)
    return body if masked == value else replace(body, raw=json.dumps(masked).encode())


def _left_out(body: Body) -> Body:
    return Body(problem=f"{body.size} bytes, not kept", unread=body.size)
