"""Watches live traffic: of this whole process, whatever library sends it, or of one client.

A `Monitor` passes everything on as it is, remembers the exchanges, and judges them by a contract when it is
asked. It works without pytest; the fixture `speech_monitor` is one that fails its test by itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from types import TracebackType
from urllib.parse import urlsplit

from pytest_speechcustom.baseline import Baseline
from pytest_speechcustom.contracts.model import Contract
from pytest_speechcustom.engine.report import Report
from pytest_speechcustom.judging import ContractBroken, Judgement, judge, patterns
from pytest_speechcustom.secrets import mask_url
from pytest_speechcustom.values import Exchange, Finding, SpeechcustomWarning, UsageError


class Monitor:
    """Watches HTTP traffic and judges it by the contract of a service.

    `contract` is a contract or the id of one. `allow` are ids of rules, or patterns of such (``model.*``), that may
    be broken, `baseline` holds single findings that are accepted; with `strict`, warnings count as errors do. As a
    context manager it watches this process for the length of the block, and raises `ContractBroken` at its end.
    Otherwise `start`, `stop` and `check` do that.
    """

    def __init__(
        self,
        contract: Contract | str,
        *,
        allow: Iterable[str] = (),
        strict: bool = False,
        baseline: Baseline | None = None,
    ) -> None:
        from pytest_speechcustom.engine.routing import Router
        from pytest_speechcustom.taps.patches import Patches
        from pytest_speechcustom.taps.recorder import Recorder

        if isinstance(contract, str):
            from pytest_speechcustom.contracts import load

            contract = load(contract)
        self.contract = contract
        self.strict = strict
        self._allow = patterns(contract, allow)
        self._baseline = baseline
        router = self._router = Router(contract)
        self._recorder = Recorder(lambda method, url: router.route(method, url).operation is not None)
        self._process: Patches | None = None
        self._clients: list[Patches] = []
        self._judged: tuple[int, Judgement] | None = None

    def __repr__(self) -> str:
        return f"<Monitor {self.contract.id}: {len(self.exchanges)} exchanges>"

    # watching

    def start(self) -> None:
        """Watch this process from now on."""
        if self._process is None and self._recorder.active:
            from pytest_speechcustom.taps import tap_process

            self._process = tap_process(self._recorder)

    def stop(self) -> None:
        """Watch no more. A request that has no answer yet is taken to get none."""
        for patches in reversed(self._clients):
            patches.undo()
        self._clients.clear()
        self._release()
        self._recorder.stop()

    def watch(self, client: object) -> None:
        """Watch this client from now on, and other watched ones, but no longer the whole process.

        `client` is an `httpx.Client`, an `httpx.AsyncClient` or a `requests.Session`.
        """
        from pytest_speechcustom.taps import tap_client

        if not self._recorder.active:
            raise UsageError("this monitor has stopped; a new one can watch")
        patches = tap_client(self._recorder, client)
        if patches is None:
            kind = f"{type(client).__module__}.{type(client).__qualname__}"
            known = "an httpx.Client, an httpx.AsyncClient or a requests.Session"
            raise UsageError(f"a monitor can watch {known}, not a {kind}; without `watch` it sees the whole process")
        self._clients.append(patches)
        self._release()

    def _release(self) -> None:
        if self._process is not None:
            self._process.undo()
            self._process = None

    def __enter__(self) -> Monitor:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        __tracebackhide__ = True
        self.stop()
        if kind is None:
            self.check()

    # judging

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """What was seen so far, in the order in which it began; requests under way are not in it yet.

        Of a request that the contract does not know there are no bodies.
        """
        return self._recorder.exchanges()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Every rule broken so far, allowed or not, notes included."""
        return self.judge().report.findings

    def report(self) -> Report:
        """Findings, verdicts and coverage so far."""
        return self.judge().report

    def judge(self) -> Judgement:
        """The report, and which of its findings count."""
        exchanges = self.exchanges
        if self._judged is None or self._judged[0] != len(exchanges):
            self._judged = len(exchanges), self._judge(exchanges)
        return self._judged[1]

    def _judge(self, exchanges: tuple[Exchange, ...]) -> Judgement:
        from pytest_speechcustom.engine.checker import Checker

        checker = Checker(self.contract, overheard=True)
        checker.check(exchanges)
        return judge(checker.report("monitor"), self._allow, strict=self.strict, baseline=self._baseline)

    def idle(self) -> SpeechcustomWarning | None:
        """A warning if nothing that was seen is a call of the service: then nothing was judged."""
        from difflib import SequenceMatcher

        exchanges = self.exchanges
        if any(self._router.route(each.request.method, each.request.url).operation for each in exchanges):
            return None
        seen = sorted({mask_url(f"{each.request.method} {each.request.url}") for each in exchanges})
        others = f"; what it saw: {', '.join(seen[:3])}{', …' if len(seen) > 3 else ''}" if seen else ""
        calls = [f"{each.method} {self.contract.base}{each.path}" for each in self.contract.operations.values()]
        called = [f"{each.request.method} {urlsplit(each.request.url).path}" for each in exchanges[:1]]
        near = max(calls, key=lambda call: SequenceMatcher(None, call, called[0]).ratio()) if called else calls[0]
        return SpeechcustomWarning(
            f"speech_monitor saw no call of {self.contract.id}, so nothing was checked{others}. Its calls are {near} "
            f"and {len(calls) - 1} others"
        )

    def check(self) -> None:
        """Raise `ContractBroken` now if the traffic so far breaks the contract."""
        __tracebackhide__ = True
        judgement = self.judge()
        if judgement.failing:
            raise ContractBroken(str(judgement), judgement.failing)
