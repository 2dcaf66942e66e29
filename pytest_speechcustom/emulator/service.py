"""A running emulator, as tests hold it in hand: the fixture `speech_service` gives one."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from pytest_speechcustom.baseline import Baseline
from pytest_speechcustom.contracts.model import Contract
from pytest_speechcustom.emulator.core import Emulator
from pytest_speechcustom.emulator.jobs import Progress
from pytest_speechcustom.emulator.plans import Drop, plan_of
from pytest_speechcustom.judging import ContractBroken, Judgement, judge, patterns
from pytest_speechcustom.values import Exchange, Finding, UsageError


@dataclass(frozen=True, slots=True)
class ServiceJudgement(Judgement):
    """A judgement that tells whose fault it is."""

    def __str__(self) -> str:
        text = super(ServiceJudgement, self).__str__()
        own = [finding for finding in self.failing if finding.side == "server"]
        if not own:
            return text
        rules = ", ".join(sorted({finding.rule for finding in own}))
        return f"{text}\n  the emulator is at fault, not the client under test: {rules}; please report this"


class SpeechService:
    """An emulator of one service on loopback, that checks every request it gets.

    `contract` is that of the service. `progress` says how work goes on (``manual``, ``polls:N``, ``seconds:S``); ids
    and signatures come from `seed`. `allow` are rules, or patterns of such, that may be broken, `baseline` holds single
    findings that are accepted; with `strict`, warnings count as errors do. Use it as a context manager, or `start` and
    `stop` it; `check` fails where something was found.
    """

    def __init__(
        self,
        contract: Contract | str,
        *,
        progress: str = "manual",
        seed: int = 0,
        allow: Iterable[str] = (),
        strict: bool = False,
        baseline: Baseline | None = None,
    ) -> None:
        if isinstance(contract, str):
            from pytest_speechcustom.contracts import load

            contract = load(contract)
        self.contract = contract
        self.strict = strict
        self._allow = patterns(contract, allow)
        self._baseline = baseline
        self._emulator = Emulator(contract, seed=seed, progress=Progress.parse(progress))
        self._server: Any = None

    def __repr__(self) -> str:
        return f"<SpeechService {self.contract.id} at {self._server.address if self._server else 'rest'}>"

    # running

    def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen. Raises `UsageError` where that is not possible."""
        from pytest_speechcustom.emulator.serving import Server

        self._server = Server(self.app, host, port)

    def stop(self) -> None:
        """Listen no more. What was judged stays."""
        server, self._server = self._server, None
        if server is not None:
            server.stop()

    @contextmanager
    def running(self, host: str = "127.0.0.1", port: int = 0) -> Iterator[SpeechService]:
        """Listen there for the length of a block."""
        self.start(host, port)
        try:
            yield self
        finally:
            self.stop()

    def wait(self) -> None:
        """Do nothing until a signal comes."""
        while True:
            time.sleep(3600)

    def __enter__(self) -> SpeechService:
        if self._server is None:
            self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def address(self) -> str:
        """Scheme, host and port."""
        if self._server is None:
            raise UsageError("this service is not running")
        address: str = self._server.address
        return address

    @property
    def url(self) -> str:
        """The URL that the documents call ``{endpoint}`` (Azure) or ``{url}`` (Watson), or that of the API."""
        return self.address + self._emulator.suffix

    @property
    def app(self) -> Any:
        """The same service as a WSGI application, for clients in this process that need no socket."""
        from pytest_speechcustom.emulator.app import Application

        return Application(self._emulator)

    # what happens in it

    def advance(self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0) -> None:
        """Let virtual time pass: work that is due in it is done."""
        from pytest_speechcustom.emulator.control import span

        self._emulator.advance(span({"days": days, "hours": hours, "minutes": minutes, "seconds": seconds}))

    def complete(self, resource: str | None = None, id: str | None = None) -> int:
        """Let work come to its end now: all, that on one kind of `resource`, or that on one `id`; how much there is.

        An `id` on which there is no work is no mistake: it may have come to its end before.
        """
        self._known(resource)
        return self._emulator.complete(resource, id)

    def fail(self, resource: str | None = None, id: str | None = None) -> int:
        """Let work that is under way fail when it comes to its end; how much of it there is.

        What begins later is a matter for `plan`.
        """
        self._known(resource)
        return self._emulator.fail(resource, id)

    def plan(
        self, status: int | None = None, *, operation: str | None = None, nth: int = 1, times: int | None = 1,
        retry_after: int | None = None, delay: float = 0, drop: Drop | None = None, truncate: int | None = None,
        resource: str | None = None, outcome: str | None = None,
    ) -> None:  # fmt: skip
        """Let calls or work go wrong.

        Calls: from the `nth` call of an `operation` on (any operation, when ``None``), `times` calls (``None``: all)
        are answered with the error `status` and the header Retry-After of `retry_after` seconds, or after `delay` real
        seconds, or the connection is dropped (`drop`: ``before`` or ``after`` the call did its work), or ends after
        `truncate` bytes of the body. Work: on the `nth` such `resource` and so on, with the `outcome` ``fail``,
        ``hang``, ``late`` or ``succeed``. Raises `UsageError` for a plan that makes no sense.
        """
        words = {"operation": operation, "status": status, "retry_after": retry_after, "delay": delay or None,
                 "drop": drop, "truncate": truncate, "resource": resource, "outcome": outcome}  # fmt: skip
        given = {name: value for name, value in words.items() if value is not None}
        self._emulator.plan(plan_of(given | {"nth": nth, "times": times}, self.contract))

    def reset(self) -> None:
        """Forget everything: resources, plans, time, exchanges and findings."""
        self._emulator.reset()

    def _known(self, resource: str | None) -> None:
        kinds = sorted(self.contract.lifecycles)
        if resource is not None and resource not in kinds:
            raise UsageError(f"there is no work on a {resource!r}; on {', '.join(kinds)}")

    # what was seen

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """What was asked and answered so far, without the largest bodies."""
        return self._emulator.exchanges

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is wrong with that, allowed or not."""
        return self._emulator.report().findings

    def check(self) -> None:
        """Raise `ContractBroken` now if there is a finding that counts. The fixture does so at the end of its test."""
        __tracebackhide__ = True
        judgement = self.judge()
        if judgement.failing:
            raise ContractBroken(str(judgement), judgement.failing)

    def judge(self) -> Judgement:
        """What was found, and what of it counts."""
        judged = judge(self._emulator.report(), self._allow, strict=self.strict, baseline=self._baseline)
        return ServiceJudgement(judged.report, judged.failing, judged.allowed, judged.accepted)
