"""The client of the suite: every request goes through the checker before it goes out, and is judged with its answer."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote, unquote, urlencode, urlsplit

from pytest_speechcustom.conformance import rules
from pytest_speechcustom.conformance.control import Control
from pytest_speechcustom.conformance.faults import Blocked, SuiteFault, Unreachable
from pytest_speechcustom.conformance.ledger import Ledger
from pytest_speechcustom.conformance.target import Target
from pytest_speechcustom.conformance.undisturbed import undisturbed
from pytest_speechcustom.conformance.wires import Wire
from pytest_speechcustom.contracts.model import Contract, Operation
from pytest_speechcustom.engine.breach import Breach
from pytest_speechcustom.engine.checker import Checker
from pytest_speechcustom.engine.curl import curl
from pytest_speechcustom.engine.report import Report, Requirement
from pytest_speechcustom.engine.text import short
from pytest_speechcustom.secrets import credentials, mask_text
from pytest_speechcustom.values import (
    ABSENT,
    NO_BODY,
    Absent,
    Body,
    Exchange,
    Finding,
    Headers,
    Level,
    Request,
    Response,
    Rule,
    Verdict,
)

_LACKING = (404, 405, 501)
_BUSY = (429, 503)
PACE = 0.6
"""Seconds between two requests to a live account: the strictest documented limit is 120 in a minute."""
_MOST_WAITS = 5
_WORDS = re.compile(r"[\w-]{4,}")


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer: its status, its JSON (`ABSENT`: none), its headers by lower-case name."""

    status: int
    body: Any
    headers: Mapping[str, str]

    @property
    def accepted(self) -> bool:
        """Whether it is a success."""
        return 200 <= self.status < 300


class Client:
    """Calls the operations of one contract at one target, as one history.

    `timeout` bounds how long it waits for a target that says that it is busy. `broken` are the rules of the server
    that were broken so far, those of the suite with them, and the operations that broke them.
    """

    def __init__(
        self, contract: Contract, target: Target, wire: Wire, control: Control, ledger: Ledger, timeout: float
    ) -> None:
        self.contract = contract
        self.target = target
        self.base = target.base(contract)
        self.exchanges: list[Exchange] = []
        self.judged_by = contract if control.steady else _hasty(contract)
        self._checker = Checker(self.judged_by, told=self._told)
        self._wire = wire
        self._control = control
        self._ledger = ledger
        self._timeout = timeout
        self.headers = target.credentials(contract)
        self.broken: list[tuple[str, str]] = []
        self._wrong: set[int] = set()
        self._held: dict[str, int] = {}
        self._broken: list[Finding] = []
        self._last = [0.0]

    def beside(self) -> Client:
        """Another client of the same target, with a history of its own, and the same ledger and pace."""
        other = Client(self.contract, self.target, self._wire, self._control, self._ledger, self._timeout)
        other._last = self._last
        return other

    # calls

    def call(
        self, operation: str, path: Mapping[str, str] | None = None, query: Mapping[str, Any] | None = None,
        body: Any = ABSENT, *, media: str = "application/json", headers: Headers = (), raw: bytes | None = None,
    ) -> Answer:  # fmt: skip
        """A right request that has to succeed: else `Blocked`, and the suite's rule on it is broken."""
        answer = self.ask(operation, path, query, body, media=media, headers=headers, raw=raw)
        if answer.accepted:
            self.held(rules.ACCEPTED)
            return answer
        if answer.status in _BUSY:
            raise Blocked(f"{operation} was answered with {answer.status} again and again")
        if answer.status in (401, 403):
            raise Blocked(
                f"{operation} was answered with {answer.status}", "credentials that the target takes (--header)"
            )
        if answer.status in _LACKING and answer.status != 404:
            raise Blocked(f"{operation} was answered with {answer.status}", f"the operation {operation}")
        level: Level = "error" if answer.status >= 500 else "warning"
        self.broke(rules.ACCEPTED, f"{operation} was not accepted", "a documented success", str(answer.status), level)
        raise Blocked(f"{operation} was answered with {answer.status}")

    def ask(
        self, operation: str, path: Mapping[str, str] | None = None, query: Mapping[str, Any] | None = None,
        body: Any = ABSENT, *, media: str = "application/json", headers: Headers = (), raw: bytes | None = None,
    ) -> Answer:  # fmt: skip
        """A right request, whatever the answer: for what may be refused because of how things stand."""
        request = self._request(operation, path, query, body, media, headers, raw)
        self._must_be_right(request)
        return self._exchange(request, self.contract.operations[operation])

    def wrong(
        self, operation: str, path: Mapping[str, str] | None = None, query: Mapping[str, Any] | None = None,
        body: Any = ABSENT, *, media: str = "application/json", headers: Headers = (), raw: bytes | None = None,
        proof: str = "",
    ) -> Answer:  # fmt: skip
        """A request that the contract does not allow, which has to be refused.

        `proof` is why, where the request by itself does not show it. `SuiteFault` if it is right after all.
        """
        request = self._request(operation, path, query, body, media, headers, raw)
        why = [message for _, level, message in self._objections(request) if level != "note"] or [proof]
        if not why[0]:
            raise SuiteFault(f"a request of the suite should break the contract and does not: {operation}")
        answer = self._excused(request, self.contract.operations[operation])
        self._must_refuse(rules.REFUSED, answer, f"{operation} was accepted although {why[0]}")
        return answer

    def offer(self, request: Request) -> Answer | None:
        """Send what chance has made, right or wrong; the contract says which, of the request as it is sent.

        It must not be accepted where the contract has a documented objection to it, unless to what can be overlooked.
        What is right may be refused, as things may stand in its way, and only must not make the target fail. ``None``:
        it was not sent, as it is no operation, or writes where nothing is written, or deletes what is not the suite's.
        """
        asked = self._checker.ask(request)
        operation, path = asked.route.operation, request.url.partition("?")[0]
        if operation is None or (request.method != "GET" and not self.target.writable):
            return None
        if request.method == "DELETE" and not self._ledger.owns(path):
            return None
        said = self._objections(request)
        why = [message for rule, level, message in said if level == "error" and rule not in rules.OVERLOOKED]
        answer = self._excused(request, operation)
        if answer.status in (*_BUSY, 501):
            return answer
        if why:
            self._must_refuse(rules.REFUSED, answer, f"{operation.id} was accepted although {why[0]}")
        elif answer.status >= 500:
            allowed = "a documented success, or a refusal"
            self.broke(rules.ACCEPTED, f"{operation.id} made the target fail", allowed, str(answer.status), "error")
        return answer

    def unknown(self, operation: str, path: Mapping[str, str], query: Mapping[str, Any] | None = None) -> Answer:
        """A read of what never existed, which has to be refused."""
        answer = self.ask(operation, path, query)
        self._must_refuse(rules.UNKNOWN, answer, f"{operation} found what never existed")
        return answer

    def anonymous(
        self, operation: str, path: Mapping[str, str] | None = None, query: Mapping[str, Any] | None = None
    ) -> None:
        """A request without credentials, which has to be refused."""
        request = self._request(operation, path, query, ABSENT, "", (), None, credentials=False)
        self._must_be_right(request)
        answer = self._excused(request, self.contract.operations[operation])
        self._must_refuse(rules.ANONYMOUS, answer, f"{operation} was accepted without credentials")

    def follow(self, operation: str, link: Any) -> Answer:
        """A link of an answer, which leads to an operation. Its host is not looked at: keys go to the target only."""
        if not isinstance(link, str):
            raise Blocked(f"there is no link to {operation}")
        parts, base = urlsplit(link), urlsplit(self.base)
        url = f"{base.scheme}://{base.netloc}{parts.path}" + (f"?{parts.query}" if parts.query else "")
        request = Request("GET", url, self.headers, NO_BODY)
        if any(level != "note" for _, level, _ in self._objections(request)):
            raise Blocked(f"the link to {operation} leads to no documented request")
        answer = self._exchange(request, self.contract.operations[operation])
        if not answer.accepted:
            raise Blocked(f"the link to {operation} was answered with {answer.status}")
        return answer

    def delete(self, operation: str, path: Mapping[str, str], query: Mapping[str, Any] | None = None) -> Answer:
        """Delete what this run made; `SuiteFault` for anything else."""
        return self.ask(operation, path, query)

    # what was made

    def place(self, operation: str, path: Mapping[str, str]) -> str:
        """The path at which something is deleted."""
        return self._url(operation, path, None).partition("?")[0]

    def made(self, operation: str, path: Mapping[str, str]) -> None:
        """Enter into the ledger what was made, by the operation that deletes it."""
        self._ledger.made(self.place(operation, path))

    def nobodys(self, operation: str, path: Mapping[str, str]) -> None:
        """Say that what stands there is nobody's."""
        self._ledger.own(self.place(operation, path))

    def _adopt(self, operation: Operation, request: Request, answer: Answer) -> None:
        """Enter into the ledger what an accepted request made, also where it should not have been accepted."""
        body = answer.body if isinstance(answer.body, dict) else {}
        self._control.learn(body.get("createdDateTime"))
        for touch in self.contract.touches:
            if touch.operation != operation.id or touch.role != "create":
                continue
            identity = body.get(self.contract.resources[touch.resource].identity)
            id = identity.partition("?")[0].rpartition("/")[2] if isinstance(identity, str) else ""
            for other in self.contract.touches if id else ():
                if other.resource == touch.resource and other.role == "delete":
                    self.made(other.operation, {**self._checker.ask(request).route.variables, other.id: id})

    # verdicts of the suite

    def held(self, rule: str) -> None:
        """Count that a rule of the suite held."""
        self._held[rule] = self._held.get(rule, 0) + 1

    def broke(self, rule: str, message: str, allowed: str, seen: str, level: Level = "warning") -> None:
        """Enter that a rule of the suite was broken at the last exchange."""
        exchange = self.exchanges[-1]
        request = exchange.request
        operation = self._checker.ask(request).route.operation
        self.broken.append((rule, operation.id if operation else ""))
        known = credentials(request.headers, request.url)
        source = operation.source if operation is not None else next(iter(self.contract.operations.values())).source
        self._broken.append(
            Finding(
                f"{self.contract.id}/{rule}",
                level,
                "inferred",
                "server",
                operation.id if operation else None,
                len(self.exchanges) - 1,
                None,
                "",
                mask_text(message, known),
                allowed,
                mask_text(seen, known),
                source,
                curl=curl(request, known),
            )
        )

    def proved(self, rule: str, message: str, allowed: str) -> None:
        """Enter that a rule of the contract was broken at the last exchange, which only several histories show."""
        exchange = self.exchanges[-1]
        operation = self._checker.ask(exchange.request).route.operation
        assert operation is not None
        assert exchange.response is not None
        breach = Breach(rule, message, allowed, f"status {exchange.response.status}")
        self._checker.blame(exchange, operation, breach)

    def known(self, said: Any, true: Any, what: str) -> None:
        """Hold what is told of data against the data that was sent; a length may be rounded."""
        near = isinstance(said, int | float) and isinstance(true, int) and abs(said - true) <= 1
        if said == true or near:
            self.held(rules.KNOWN)
        else:
            self.broke(rules.KNOWN, f"{what} is not that of the data that was sent", short(true), short(said))

    def report(self) -> Report:
        """What was found of the server in this history, by the checker and by the suite.

        `SuiteFault` where a request that was meant to be right was not, as the history showed.
        """
        report = self._checker.report("conformance")
        for each in report.findings:
            if each.side == "client" and each.level == "error" and each.exchange not in self._wrong:
                raise SuiteFault(f"a request of the suite breaks {each.rule}: {each.message} ({each.operation})")
        server = [each for each in report.findings if each.side == "server"]
        found = sorted((*server, *self._broken), key=lambda finding: finding.exchange)
        levels = {"errors": "error", "warnings": "warning", "notes": "note"}
        summary = {name: sum(each.level == level for each in found) for name, level in levels.items()}
        summary = {"exchanges": report.summary["exchanges"]} | summary
        counting = {each.rule for each in server if each.level != "note"}
        return replace(
            report,
            findings=tuple(found),
            summary=summary,
            requirements=(
                *(self._counted(each, counting) for each in report.requirements if each.side == "server"),
                *map(self._requirement, rules.rules_of(self.contract)),
            ),
            verdict="fail" if summary["errors"] else "pass",
        )

    def _counted(self, requirement: Requirement, counting: Collection[str]) -> Requirement:
        """A requirement as it counts here: what is only noted, as a further property, is no want of fidelity."""
        if requirement.verdict != "violated" or f"{self.contract.id}/{requirement.rule}" in counting:
            return requirement
        return replace(requirement, verdict="satisfied")

    def _requirement(self, rule: Rule) -> Requirement:
        broken = sum(finding.rule.endswith(f"/{rule.id}") for finding in self._broken)
        held = self._held.get(rule.id, 0)
        verdict: Verdict = "violated" if broken else "satisfied" if held else "not-verified"
        source = next(iter(self.contract.operations.values())).source
        return Requirement(rule.id, verdict, held + broken, "server", rule.basis, source, rule.text)

    # one exchange

    def _request(
        self, operation: str, path: Mapping[str, str] | None, query: Mapping[str, Any] | None, body: Any, media: str,
        headers: Headers, raw: bytes | None, credentials: bool = True,
    ) -> Request:  # fmt: skip
        data = raw
        if not isinstance(body, Absent):
            data = json.dumps(body).encode()
        sent: list[tuple[str, str]] = [("Accept", "application/json")]
        sent += self.headers if credentials else ()
        if data is not None and media:
            sent.append(("Content-Type", media))
        query = dict(query or {})
        token = self.target.parameters.get("accessToken")
        if token is not None and credentials:
            query["accessToken"] = token
        method = self.contract.operations[operation].method
        return Request(
            method, self._url(operation, path, query), (*sent, *headers), Body(data) if data is not None else NO_BODY
        )

    def _url(self, operation: str, path: Mapping[str, str] | None, query: Mapping[str, Any] | None) -> str:
        template = self.contract.operations[operation].path
        filled = template.format(**{name: quote(value, safe="") for name, value in (path or {}).items()})
        text = urlencode(dict(query or {}), quote_via=quote)
        return f"{self.base}{filled}" + (f"?{text}" if text else "")

    def _objections(self, request: Request) -> list[tuple[str, str, str]]:
        """What the contract says against a request: rule, level and message."""
        asked = self._checker.ask(request)
        if asked.message is None:
            return [("request.path", "error", f"{request.method} {asked.route.path} is no operation")]
        known = self.contract.rules
        return [(each.rule, each.level or known[each.rule].severity, each.message) for each in asked.message.breaches]

    def _must_be_right(self, request: Request) -> None:
        """Refuse to send what the contract does not allow: the suite is at fault, unless the target gave the words."""
        for rule, level, message in self._objections(request):
            if level != "note":
                if self._learnt(request):
                    raise Blocked(f"what the target answered cannot be sent: {message}")
                known = credentials(request.headers, request.url)
                place = f"{request.method} {request.url.partition('?')[0]}"
                raise SuiteFault(mask_text(f"a request of the suite breaks {rule}: {message} ({place})", known))

    def _learnt(self, request: Request) -> bool:
        """Whether a request has a word that was not sent before, and that the target has told: an id, a link."""
        words = _words(request).difference(*(_words(each.request) for each in self.exchanges))
        answers = [each.response.body.raw or b"" for each in self.exchanges if each.response is not None]
        return any(word.encode() in raw for word in words for raw in answers)

    def _must_refuse(self, rule: str, answer: Answer, message: str) -> None:
        if 400 <= answer.status < 500:
            self.held(rule)
        elif answer.status == 501:
            raise Blocked("the target does not have the operation")
        else:
            self.broke(rule, message if answer.accepted else "a wrong request was not refused", "400 to 499",
                       str(answer.status))  # fmt: skip

    def _excused(self, request: Request, operation: Operation) -> Answer:
        """The answer to a request that need not be right: what is wrong with it is no fault of the suite."""
        first = len(self.exchanges)
        try:
            return self._exchange(request, operation)
        finally:
            self._wrong.update(range(first, len(self.exchanges)))

    def _exchange(self, request: Request, operation: Operation) -> Answer:
        if request.method not in ("GET", "HEAD") and not self.target.writable:
            raise Blocked("nothing is written there", "--allow-writes, as the target is not on this machine")
        if request.method == "DELETE" and not self._ledger.owns(request.url.partition("?")[0]):
            raise SuiteFault(f"the suite would delete what it did not make: {request.url.partition('?')[0]}")
        if request.method == "GET":
            return self._answered(request)
        with undisturbed():
            answer = self._answered(request)
            if answer.accepted:
                self._adopt(operation, request, answer)
        return answer

    def _answered(self, request: Request) -> Answer:
        """The answer of a target that is not busy, or is for too long."""
        deadline = time.monotonic() + self._timeout
        for attempt in range(_MOST_WAITS):
            response = self._send(request)
            if response.status not in _BUSY or attempt == _MOST_WAITS - 1:
                break
            wait = min(_seconds(response), max(0.0, deadline - time.monotonic()))
            if not self._control.advance(_seconds(response)):
                time.sleep(wait)
            if time.monotonic() >= deadline:
                break
        if request.method == "DELETE" and (response.status < 300 or response.status in (404, 410)):
            self._ledger.gone(request.url.partition("?")[0])
        return Answer(response.status, _json(response), {name.lower(): value for name, value in response.headers})

    def _send(self, request: Request) -> Response:
        if not self.target.is_local:
            time.sleep(max(0.0, self._last[0] + PACE - time.monotonic()))
        started = self._control.now()
        try:
            response = self._again(request)
        except Unreachable:
            self._feed(Exchange(request, None, started, self._control.now()))
            raise
        self._last[0] = time.monotonic()
        self._feed(Exchange(request, response, started, self._control.now()))
        return response

    def _again(self, request: Request) -> Response:
        """Send; a read that got lost is sent once more, as a server may close a connection that is idle."""
        try:
            return self._wire.send(request)
        except Unreachable:
            if request.method != "GET":
                raise
            return self._wire.send(request)

    def _feed(self, exchange: Exchange) -> None:
        self._checker.feed(exchange)
        self.exchanges.append(exchange)

    def _told(self, index: int, exchange: Exchange, operation: Operation | None, breach: Breach) -> None:
        rule = self.contract.rules[breach.rule]
        if rule.side == "server" and (breach.level or rule.severity) != "note":
            self.broken.append((rule.id, operation.id if operation else ""))


def _hasty(contract: Contract) -> Contract:
    """The contract without what follows from how lately a state was read: the work may be over in no time."""
    rules = {id: replace(rule, args={**rule.args, "window": 0}) for id, rule in contract.rules.items()
             if "window" in rule.args}  # fmt: skip
    return replace(contract, rules={**contract.rules, **rules})


def _words(request: Request) -> set[str]:
    return set(_WORDS.findall(unquote(request.url) + " " + (request.body.raw or b"").decode("utf-8", "replace")))


def _json(response: Response) -> Any:
    try:
        return json.loads(response.body.raw) if response.body.raw else ABSENT
    except (ValueError, RecursionError):
        return ABSENT


def _seconds(response: Response) -> float:
    """How long a busy target wants to be left alone."""
    for name, value in response.headers:
        if name.lower() == "retry-after" and value.isdigit() and len(value) < 6:
            return float(value)
    return 1.0
