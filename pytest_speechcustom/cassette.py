"""Plays a cassette to this process, or records one; the fixture `speech_cassette` is one that fails its test by itself.

A request is checked against the contract, then looked up. One that is not recorded, or is no longer as it was recorded,
gets no answer: the client gets `CassetteMiss`, and the test fails even where that is swallowed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, NoReturn

import pytest

from pytest_speechcustom.baseline import Baseline
from pytest_speechcustom.contracts.digest import digest
from pytest_speechcustom.contracts.model import Contract
from pytest_speechcustom.engine.curl import curl, sent
from pytest_speechcustom.engine.routing import Router
from pytest_speechcustom.engine.text import at, decode
from pytest_speechcustom.judging import ContractBroken, Judgement, judge, patterns
from pytest_speechcustom.marker import Wanted, needed
from pytest_speechcustom.replay import files
from pytest_speechcustom.replay.normal import Normal, Normaliser
from pytest_speechcustom.replay.origins import move
from pytest_speechcustom.replay.policy import Policy, policy_of
from pytest_speechcustom.replay.scan import leaks
from pytest_speechcustom.replay.scrub import scrub
from pytest_speechcustom.replay.standins import next_number
from pytest_speechcustom.replay.tape import Missing, Tape
from pytest_speechcustom.secrets import credentials, mask_text, mask_url
from pytest_speechcustom.taps.patches import Patches
from pytest_speechcustom.taps.recorder import Call, Recorder
from pytest_speechcustom.values import Exchange, Finding, Request, Response, Source, UsageError

if TYPE_CHECKING:
    from pytest_speechcustom.engine.report import Report

Mode = Literal["none", "once", "new", "all"]
RULE: Final = "replay.request"
_OF_EMULATOR: Final = "speechcustom"


class CassetteMiss(ContractBroken):
    """A request that the cassette has no answer to. The message tells the nearest one, and where they differ."""


CassetteMiss.__module__ = "pytest_speechcustom"


@dataclass(frozen=True, slots=True)
class CassetteJudgement(Judgement):
    """A judgement, and what there is to say of the cassette in a summary."""

    cassette: Mapping[str, Any] = field(default_factory=dict)


class SpeechCassette:
    """One cassette in the hand of a test.

    `place` says where it is and where a recording goes, `mode` whether to record: ``none`` plays only, ``once`` records
    where there is no cassette yet, ``new`` adds what is not in it, ``all`` records everything anew. `policy` says what
    may stand in a recording, `about` what is written into its metadata beside what is known (``recorded_from``,
    ``recorded_at``), and `moved` maps origins (``http://127.0.0.1:8080``) to those that are written in their place.
    `allow` and `strict` are those of the marker, `baseline` holds single findings that are accepted. Use it as a
    context manager, or `start` and `stop` it.

    Raises `UsageError` where there is nothing to play, or the recording would go into the installed package.
    """

    def __init__(
        self,
        contract: Contract,
        place: files.Place,
        mode: Mode = "none",
        *,
        policy: Policy | None = None,
        about: Mapping[str, Any] | None = None,
        moved: Mapping[str, str] | None = None,
        allow: Iterable[str] = (),
        strict: bool = False,
        baseline: Baseline | None = None,
    ) -> None:
        self.contract, self.place, self.strict = contract, place, strict
        self._policy = policy or policy_of(contract)
        self._about, self._moved = about or {}, moved or {}
        self._allow = patterns(contract, allow)
        self._baseline = baseline
        self._plays = mode != "all" and place.found is not None
        self._records = mode in ("new", "all") or (mode == "once" and not self._plays)
        if not self._plays and not self._records:
            raise UsageError(_nothing(contract.id, place))
        if self._records:
            files.refuse_ours(place.own)
        self._router = Router(contract)
        self._normaliser = Normaliser(contract, self._policy, self._router)
        self._recorder = Recorder(lambda method, url: True)
        self._lifecycles = _lifecycles(contract)
        self._recorded = files.load(place.found) if self._plays and place.found else files.Recorded((), {})
        normals = [self._normaliser.normal(each.request) for each in self._recorded.exchanges]
        self._tape = Tape(self._recorded.exchanges, normals, self._is_moving)
        self._playing: AbstractContextManager[None] | None = None
        self._taps: Patches | None = None
        self._mine: list[Call] = []
        self._misses: list[Finding] = []
        self._judged: tuple[tuple[int, int], CassetteJudgement] | None = None

    def __repr__(self) -> str:
        return f"<SpeechCassette {self.contract.id}/{self.place.name}>"

    @property
    def name(self) -> str:
        """The name of the cassette."""
        return self.place.name

    @property
    def metadata(self) -> Mapping[str, Any]:
        """What the cassette that is played says of itself."""
        return self._recorded.metadata

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """What was asked so far, and what was answered."""
        return self._recorder.exchanges()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was wrong with it so far, misses included."""
        return self.judge().report.findings

    @property
    def recorded(self) -> tuple[Exchange, ...]:
        """What the cassette that is played holds."""
        return self._recorded.exchanges

    # playing and recording

    def start(self) -> None:
        """Play, or record, from now on."""
        if self._records:
            from pytest_speechcustom.taps import tap_process

            self._taps = tap_process(self._recorder, played=False)
        if self._plays:
            from pytest_speechcustom.replay.patching import played

            self._playing = played(self, str(self.place.found), pass_on=self._records)
            self._playing.__enter__()

    def stop(self) -> None:
        """Play no more, and write what was recorded.

        Raises `UsageError` where it cannot be written, or something secret would be in it: then nothing is written.
        """
        playing, self._playing = self._playing, None
        if playing is not None:
            playing.__exit__(None, None, None)
        taps, self._taps = self._taps, None
        if taps is not None:
            taps.undo()
        if self._recorder.active:
            self._recorder.stop()
            if self._records:
                self._write()

    def __enter__(self) -> SpeechCassette:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        __tracebackhide__ = True
        self.stop()
        if kind is None:
            self.check()

    def look(self, request: Request) -> Normal | None:
        """The request in normal form if there is an answer to it now."""
        normal = self._normal(request)
        return None if isinstance(self._tape.find(normal), Missing) else normal

    def play(self, request: Request, normal: Normal) -> dict[str, Any]:
        """The answer to a request, in vcrpy's form; it is remembered that it was played."""
        number = self._tape.play(normal)
        if isinstance(number, Missing):
            self.miss(request)
        response = self._recorded.exchanges[number].response
        assert response is not None
        made = files.answer(response)
        call = self._begin(request)
        headers = [(name, value) for name, values in made["headers"].items() for value in values]
        call.answer(response.status, headers, made["body"]["string"])
        return made

    def miss(self, request: Request) -> NoReturn:
        """Raise `CassetteMiss` for a request without an answer, and remember it."""
        __tracebackhide__ = True
        missing = self._tape.find(self._normal(request))
        call = self._begin(request)
        call.fail()
        reason = missing if isinstance(missing, Missing) else Missing("its last answer was played meanwhile")
        finding = self._finding(call.exchange(), reason)
        self._misses.append(finding)
        failing = (finding, *(each for each in self.judge().failing if each.exchange == finding.exchange
                              and each != finding))  # fmt: skip
        raise CassetteMiss(str(replace(self.judge(), failing=failing)), failing)

    def _normal(self, request: Request) -> Normal:
        return self._normaliser.normal(request)

    def _begin(self, request: Request) -> Call:
        call = self._recorder.begin(request.method, request.url, request.headers)
        call.body += request.body.raw or b""
        self._mine.append(call)
        return call

    def _is_moving(self, asked: Normal, answered: Response) -> bool:
        """Whether an answer shows a resource that will be in another state by itself."""
        operation = asked.route.operation
        pointer, states = self._lifecycles.get(operation.id, ("", frozenset())) if operation else ("", frozenset())
        if not states or answered.status >= 300:
            return False
        try:
            value = decode(answered.body)
        except ValueError:
            return False
        state = at(value, pointer)
        return isinstance(state, str) and state in states

    def _finding(self, exchange: Exchange, missing: Missing) -> Finding:
        differing = missing.differences
        nearest = ""
        if missing.nearest is not None:
            asked = self._recorded.exchanges[missing.nearest].request
            nearest = f"; the nearest is interaction {missing.nearest} ({asked.method} {mask_url(asked.url)})"
        carried = credentials(exchange.request.headers, exchange.request.url, sent(exchange.request.body))
        told = {"allowed": [each.told(each.recorded) for each in differing],
                "seen": [mask_text(each.told(each.sent), carried) for each in differing]}  # fmt: skip
        named = {key: "; ".join(f"{each.place}: {text}" for each, text in zip(differing, texts, strict=True))
                 for key, texts in told.items()}  # fmt: skip
        route = self._router.route(exchange.request.method, exchange.request.url)
        return Finding(
            rule=f"{self.contract.id}/{RULE}",
            level="error",
            basis="observed",
            side="client",
            operation=route.operation.id if route.operation else None,
            exchange=len(self.exchanges) - 1,
            resource=None,
            pointer="",
            message=f"the cassette {self.name} has no answer to this request: {missing.reason}{nearest}",
            allowed=named["allowed"] or "a request that is recorded; --speechcustom-record=new adds one",
            seen=named["seen"] or "one more",
            source=Source(f"cassette {self.name}", f"interaction {missing.nearest}" if nearest else "all of it"),
            where=exchange.where,
            curl=curl(exchange.request, carried),
        )

    # judging

    def judge(self) -> CassetteJudgement:
        """What was asked and answered so far, judged by the contract, and what was not in the cassette.

        Played answers are not judged again: they stand as they were recorded, each as often as it is asked for.
        """
        exchanges = self.exchanges
        state = len(exchanges), len(self._misses)
        if self._judged is None or self._judged[0] != state:
            self._judged = state, self._judge(exchanges)
        return self._judged[1]

    def _judge(self, exchanges: tuple[Exchange, ...]) -> CassetteJudgement:
        from pytest_speechcustom.engine.checker import Checker

        checker = Checker(self.contract, side="client" if self._plays else None, overheard=True)
        if self._plays or all(map(_from_emulator, exchanges)):  # its time is not ours
            exchanges = tuple(replace(each, started=None, ended=None) for each in exchanges)
        checker.check(exchanges)
        report: Report = checker.report("replay" if self._plays else "record")
        misses = tuple(self._misses)
        summary = {**report.summary, "errors": report.summary["errors"] + len(misses)}
        verdict = "fail" if misses else report.verdict
        report = replace(report, findings=(*misses, *report.findings), summary=summary, verdict=verdict)
        judged = judge(report, self._allow, strict=self.strict, baseline=self._baseline)
        return CassetteJudgement(judged.report, judged.failing, judged.allowed, judged.accepted, self._facts())

    def check(self) -> None:
        """Raise `ContractBroken` now if what was asked so far breaks the contract, or is not in the cassette."""
        __tracebackhide__ = True
        judgement = self.judge()
        if judgement.failing:
            raise ContractBroken(str(judgement), judgement.failing)

    def _facts(self) -> dict[str, Any]:
        made_under, now = self.metadata.get("contract"), digest(self.contract)
        return {
            "name": self.name,
            "service": self.contract.id,
            "interactions": len(self._recorded.exchanges),
            "unplayed": list(self._tape.unplayed),
            "made_under": str(made_under) if made_under and str(made_under) != now else None,
            "now": now,
            "own": str(self.place.own),
            "folder": str(self.place.own.parent),
            "recorded": self._records,
        }

    # writing

    def _write(self) -> None:
        mine = {id(call) for call in self._mine}
        new = [call.exchange() for call in self._recorder.calls if id(call) not in mine]
        new = [each for each in new if each.response is not None]
        if not new:
            return
        origin = "emulator" if all(map(_from_emulator, new)) else "live"
        metadata = {
            "service": self.contract.id,
            "recorded_from": origin,
            "recorded_at": datetime.now(UTC).strftime("%Y-%m-%d"),
            "contract": digest(self.contract),
            "policy": self._policy.metadata(),
            **self._about,
        }
        old = self._recorded.exchanges
        first = next_number(self.place.found.read_text(encoding="utf-8")) if old and self.place.found else 1
        scrubbed = scrub((move(each, self._moved) for each in new), self._policy, self._variables, first)
        written = files.write(self.place.own, [*old, *scrubbed.exchanges], metadata)
        try:
            text, again = written.read_text(encoding="utf-8"), files.load(written)
            found = leaks(text, again.exchanges, scrubbed.secrets, self._policy, self._variables)
            if found:
                others = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
                raise UsageError(
                    f"the cassette {self.name} was not written: {found[0]}{others} would be in it; name what carries "
                    "it in the ini option speechcustom_scrub or, if it is no secret, match it in speechcustom_harmless"
                )
            files.put(written, self.place.own)
        finally:
            written.unlink(missing_ok=True)

    def _variables(self, method: str, url: str) -> Mapping[str, str]:
        return self._router.route(method, url).variables


def cassette_of(item: pytest.Item) -> SpeechCassette:
    """The cassette that the marker of a test and the options ask for.

    Raises `UsageError` where the marker names none, there is none, or an option is not as documented.
    """
    wanted: Wanted = needed(item, "speech_cassette")
    contract, config = wanted.contract, item.config
    if wanted.cassette is None:
        shipped = ", ".join(files.shipped_names(contract.id)) or "none"
        raise UsageError(f"speech_cassette needs cassette='NAME' in the marker; shipped with {contract.id}: {shipped}")
    given = config.getini("speechcustom_cassettes")
    folder = config.rootpath / given if given else item.path.parent / "cassettes"
    policy = policy_of(contract, config.getini("speechcustom_scrub"), config.getini("speechcustom_harmless"))
    return SpeechCassette(
        contract,
        files.place_of(wanted.cassette, contract.id, folder),
        config.getoption("speechcustom_record"),
        policy=policy,
        allow=wanted.allow,
        strict=wanted.strict,
        baseline=wanted.baseline,
    )


def _lifecycles(contract: Contract) -> dict[str, tuple[str, frozenset[str]]]:
    """Operation that reads a resource -> where its answer shows the state, and what it shows while things go on."""
    found = {}
    for touch in contract.touches:
        lifecycle = contract.resources[touch.resource].lifecycle
        if touch.role == "read" and lifecycle is not None:
            origins = {move.origin for move in lifecycle.by_itself}
            rest = {state.status for state in lifecycle.states if state.name not in origins}
            states = frozenset(state.status for state in lifecycle.states if state.status not in rest)
            found[touch.operation] = f"{touch.at[0] if touch.at else ''}/{lifecycle.status.lstrip('/')}", states
    return found


def _nothing(service: str, place: files.Place) -> str:
    from difflib import get_close_matches

    shipped = files.shipped_names(service)
    close = get_close_matches(place.name, shipped, n=1)
    near = f"; did you mean {close[0]!r}?" if close else ""
    return (
        f"there is no cassette {place.name!r} of {service}{near or '.'} Shipped: {', '.join(shipped) or 'none'}. "
        f"--speechcustom-record=once records it to {_shown(place.own)}"
    )


def _shown(path: Path) -> str:
    here = Path.cwd()
    return path.relative_to(here).as_posix() if path.is_relative_to(here) else str(path)


def _from_emulator(exchange: Exchange) -> bool:
    headers = exchange.response.headers if exchange.response else ()
    return any(name.lower() == "server" and value == _OF_EMULATOR for name, value in headers)
