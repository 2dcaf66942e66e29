"""What each command does: arguments in, a report out, and the exit status."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, NoReturn

from pytest_speechcustom.cli.output import Progress, complain, publish, say
from pytest_speechcustom.values import Exchange, Side, SpeechcustomError, TrafficError, UsageError

if TYPE_CHECKING:
    from datetime import date

    from pytest_speechcustom.baseline import Baseline
    from pytest_speechcustom.contracts.model import Contract
    from pytest_speechcustom.engine.report import Report


def services(options: argparse.Namespace) -> int:
    """List the contracts."""
    from pytest_speechcustom.contracts import SERVICES, load
    from pytest_speechcustom.reports import render_services

    contracts = [load(service) for service in SERVICES]
    publish(options, lambda form, colour: render_services(contracts, form))
    return 0


def check(options: argparse.Namespace) -> int:
    """Judge captured traffic by the rules."""
    from pytest_speechcustom.engine.checker import Checker

    contract = _contract(options)
    side: Side | None = None if options.side == "both" else options.side
    checker = Checker(contract, side=side, isolated=options.isolated)
    return _captured(options, contract, checker.check, checker.report, side)


def drift(options: argparse.Namespace) -> int:
    """Compare captured traffic with the contract."""
    from pytest_speechcustom.drift.observed import Drift

    contract = _contract(options)
    found = Drift(contract, isolated=options.isolated)
    return _captured(options, contract, found.look, found.report, of_one=True)


def diff(options: argparse.Namespace) -> int:
    """Compare two contracts."""
    from pytest_speechcustom.contracts import load
    from pytest_speechcustom.drift.between import diff
    from pytest_speechcustom.drift.usage import Usage, concerning
    from pytest_speechcustom.reports import render_diff

    _known(options.old)
    _known(options.new)
    _not_among(options.report, options.files)
    found = diff(load(options.old), load(options.new))
    unread: list[str] = []
    usage = Usage(load(options.old))
    for name in options.files:
        for exchange in _exchanges(name, unread):
            usage.add(exchange)
    unread += _foreign(options.old, usage.exchanges, usage.calls)
    if options.files:
        found = concerning(found, usage)
    if not unread or usage.calls:
        publish(options, lambda form, colour: render_diff(found, form))
    for message in unread:
        complain(message)
    return TrafficError.exit_status if unread else int(found.breaking > 0)


def serve(options: argparse.Namespace) -> int:
    """Run the emulator until told to end."""
    from pytest_speechcustom.emulator.service import SpeechService

    contract = _contract(options)
    baseline = _baseline(options)
    service = SpeechService(contract, progress=options.progress, seed=options.seed, strict=options.strict)
    with _until_told(), service.running(options.host, options.port):
        say(sys.stdout, f"READY {service.address}\n")
        service.wait()
    judgement = service.judge()
    own = sorted({finding.rule for finding in judgement.failing if finding.side == "server"})
    status = _concluded(options, contract, judgement.report, baseline)
    if own:
        complain(f"the emulator is at fault, not the client: {', '.join(own)}")
        return SpeechcustomError.exit_status
    return status


def proxy(options: argparse.Namespace) -> int:
    """Stand between a client and a service until told to end."""
    from pytest_speechcustom.proxy.service import Proxy

    contract = _contract(options)
    baseline = _baseline(options)
    between = Proxy(contract, options.upstream, port=options.port)
    with _until_told(), between:
        say(sys.stdout, f"READY {between.address}\n")
        while True:
            time.sleep(3600)
    problems = [f"the upstream {options.upstream} was not reachable: {reason}" for reason in between.failures]
    status = _concluded(options, contract, between.report(), baseline, problems=problems)
    return SpeechcustomError.exit_status if problems else status


def conformance(options: argparse.Namespace) -> int:
    """Check a server, or delete what earlier runs have left there."""
    from pytest_speechcustom.conformance import command, reporting
    from pytest_speechcustom.conformance.runner import INTERRUPTED
    from pytest_speechcustom.conformance.session import Settings
    from pytest_speechcustom.reports import form_of

    for service in options.service:
        _known(service)
    named = command.services_of(options.service, options.url)
    forms = {options.format, form_of(options.report) if options.report else None}
    if len(named) > 1 and (single := forms & set(reporting.OF_ONE)):
        raise UsageError(f"{single.pop()} is of one service: name it with --service")
    headers = command.headers_of([*os.environ.get(command.VARIABLE, "").splitlines(), *options.header])
    settings = Settings(options.timeout, options.poll_interval, options.seed)
    if options.cleanup:
        return _cleanup(options, named[0], settings, headers)
    baseline = _baseline(options)
    outcomes = []
    with _interrupted(), Progress(sys.stderr) as progress:
        for service in named:
            outcome = command.run(
                service,
                settings,
                url=options.url,
                headers=headers,
                parameters=dict(options.param),
                allow_writes=options.allow_writes,
                only=options.only,
                tell=progress.tell,
            )
            outcomes.append(outcome if baseline is None else outcome.accepting(baseline, _today()))
            if outcome.broken_off == INTERRUPTED:
                break
    publish(options, lambda form, colour: reporting.render_all(outcomes, form, colour=colour))
    if outcomes[-1].broken_off == INTERRUPTED:
        raise KeyboardInterrupt
    broken = [each for each in outcomes if each.broken_off]
    for each in broken:
        complain(f"{each.contract.id}: {each.broken_off}")
    if broken:
        return SpeechcustomError.exit_status
    return int(any(_failed(each.report, options.strict) for each in outcomes))


def _cleanup(options: argparse.Namespace, service: str, settings: Any, headers: Any) -> int:
    from pytest_speechcustom.conformance import command
    from pytest_speechcustom.conformance.runner import finish
    from pytest_speechcustom.conformance.target import PARAMETERS, Target

    if not options.url:
        raise UsageError("--cleanup needs --url, and --service")
    told = dict(options.param)
    about = {name: value for name, value in told.items() if name in PARAMETERS}
    target = Target(url=options.url, headers=headers, parameters=about, allow_writes=options.allow_writes)
    if not target.writable:
        raise UsageError("nothing is deleted at a URL that is not on this machine without --allow-writes")
    deleted, left = finish(target, command.contract_for(service, told), settings)
    say(sys.stdout, f"{deleted} deleted, {len(left)} left\n")
    return int(bool(left))


# what commands share


def _contract(options: argparse.Namespace) -> Contract:
    """The contract that is asked for; nothing is begun where the report would overwrite what is to be read."""
    from pytest_speechcustom.contracts import load

    _known(options.service)
    _not_among(options.report, getattr(options, "files", ()))
    return load(options.service, dict(options.param))


def _known(service: str) -> None:
    """Raise `UsageError`, with the nearest name, for a service that there is no contract of."""
    from pytest_speechcustom.contracts import SERVICES

    if service not in SERVICES:
        from difflib import get_close_matches

        near = get_close_matches(service.lower(), SERVICES, n=1, cutoff=0.4)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise UsageError(f"unknown service {service!r}{hint} (known: {', '.join(SERVICES)})")


def _not_among(report: str | None, files: Sequence[str]) -> None:
    """Raise `UsageError` where the report would overwrite what is to be read."""
    if report is not None and os.path.exists(report):
        for name in files:
            if os.path.exists(name) and os.path.samefile(report, name):
                raise UsageError(f"--report {report} would overwrite the captured traffic")


def _captured(
    options: argparse.Namespace,
    contract: Contract,
    judge: Callable[[Iterator[Exchange], Callable[[int], None]], None],
    reported: Callable[[], Report],
    side: Side | None = None,
    *,
    of_one: bool = False,
) -> int:
    """Let every file be judged, each a history of its own; then publish the report. Returns the exit status.

    `of_one`: traffic of which nothing is of this service is none to judge.
    """
    baseline = _baseline(options)
    unread: list[str] = []
    with Progress(sys.stderr) as progress:
        for name in options.files:
            judge(_exchanges(name, unread), progress)
    report = reported()
    if of_one:
        unread += _foreign(contract.id, report.summary["exchanges"], sum(report.coverage["operations"].values()))
    status = _concluded(options, contract, report, baseline, side=side, problems=unread)
    return TrafficError.exit_status if unread else status


def _foreign(service: str, exchanges: int, calls: int) -> list[str]:
    """What to say of traffic in which there is nothing of a service: of that nothing can be told."""
    if calls or not exchanges:
        return []
    return [f"none of the {exchanges} exchanges is a call of {service}: is it traffic of another service?"]


def _exchanges(name: str, unread: list[str]) -> Iterator[Exchange]:
    """The exchanges of a file as far as it can be read; why not further is added to `unread`."""
    from pytest_speechcustom.traffic import read

    try:
        yield from read(name)
    except TrafficError as error:
        unread.append(str(error))


def _concluded(
    options: argparse.Namespace, contract: Contract, report: Report, baseline: Baseline | None, *,
    side: Side | None = None, problems: Sequence[str] = (),
) -> int:  # fmt: skip
    """Publish a report without what the baseline accepts, and whether it failed, as an exit status.

    Where there were `problems` not all has been seen: the verdict is "error" then, and the baseline is left alone, as
    what was not seen may hold what its entries are for.
    """
    from dataclasses import replace

    from pytest_speechcustom.baseline import accept
    from pytest_speechcustom.reports import dimensions_of, render

    if baseline is not None and not problems:
        report = accept(report, baseline, _today(), side=side)
    failed = _failed(report, options.strict)
    report = replace(report, verdict="error" if problems else "fail" if failed else "pass")
    dimensions = dimensions_of(contract)
    nothing = bool(problems) and not report.summary["exchanges"]
    publish(
        options,
        lambda form, colour: (
            "" if nothing and form == "text" else render(report, form, dimensions=dimensions, colour=colour)
        ),
    )
    for problem in problems:
        complain(problem)
    return int(failed)


def _failed(report: Report, strict: bool) -> bool:
    unused = any(each.state == "unused" for each in report.accepted)
    return bool(report.summary["errors"] or (strict and report.summary["warnings"]) or unused)


def _baseline(options: argparse.Namespace) -> Baseline | None:
    """The baseline that was asked for, or the one in the working directory if there is one."""
    from pytest_speechcustom.baseline import DEFAULT, read

    if options.baseline is None and not os.path.exists(DEFAULT):
        return None
    return read(options.baseline or DEFAULT)


def _today() -> date:
    from datetime import UTC, datetime

    return datetime.now(UTC).date()


@contextmanager
def _interrupted() -> Iterator[None]:
    """Let SIGINT and SIGTERM interrupt the block, also where a shell that runs us behind it ignores SIGINT."""

    def stop(*_: object) -> NoReturn:
        raise KeyboardInterrupt

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _until_told() -> Iterator[None]:
    """End the block in good order at SIGINT or SIGTERM."""
    with _interrupted(), suppress(KeyboardInterrupt):
        yield
