"""The command line: `speechcustom` and its commands.

Exit status: 0 no error finding, 1 findings, 2 wrong usage or input that cannot be read, 3 the suite itself
at fault. Complaints are one line each on standard error; only reports go to standard output.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, NoReturn, TextIO

from pytest_speechcustom import __version__
from pytest_speechcustom.values import Exchange, Side, SpeechcustomError, TrafficError, UsageError

if TYPE_CHECKING:
    from pytest_speechcustom.baseline import Baseline
    from pytest_speechcustom.contracts.model import Contract
    from pytest_speechcustom.engine.report import Report
    from pytest_speechcustom.reports import Format

_EVERY = 2000
_INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command with these arguments (default: those of the process) and return its exit status."""
    try:
        options = _parser().parse_args(argv)
        status: int = options.run(options)
    except SpeechcustomError as error:
        _complain(str(error))
        return error.exit_status
    except SystemExit as end:  # argparse has shown the help
        return int(end.code or 0)
    except KeyboardInterrupt:
        _complain("interrupted")
        return _INTERRUPTED
    except Exception as error:
        if os.environ.get("SPEECHCUSTOM_DEBUG") == "1":
            import traceback

            traceback.print_exc()
        _complain(_own_fault(error))
        return SpeechcustomError.exit_status
    return status


# the arguments


class _Parser(argparse.ArgumentParser):
    """A parser that complains in one line, as everything else here does."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message} (see {self.prog} --help)")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="speechcustom",
        description="Judges the HTTP traffic of custom speech services by what their documents say.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"speechcustom {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", dest="command", required=True)

    services = commands.add_parser("services", help="list the contracts", allow_abbrev=False)
    _output_options(services).add_argument(
        "--json", dest="format", action="store_const", const="json", help="the same as --format json"
    )
    services.set_defaults(run=_services)

    check = commands.add_parser(
        "check",
        help="check captured traffic",
        description="Checks captured traffic: HAR (.har), vcrpy cassettes (.yaml, .yml, .json), NDJSON (.ndjson). "
        "Each file is a history of its own.",
        epilog="Exit status: 0 no error finding, 1 findings, 2 wrong usage or input that cannot be read, "
        "3 the suite itself at fault.",
        allow_abbrev=False,
    )
    check.add_argument("--service", required=True, metavar="ID", help="the contract (see `speechcustom services`)")
    check.add_argument("--side", choices=("client", "server", "both"), default="both", help="whose rules to judge")
    check.add_argument("--isolated", action="store_true", help="take every exchange as a sample of its own")
    check.add_argument("--strict", action="store_true", help="let warnings fail, too")
    check.add_argument(
        "--param", action="append", default=[], type=_parameter, metavar="K=V", help="set a contract parameter"
    )
    _baseline_option(check)
    _output_options(check)
    check.add_argument("files", nargs="+", metavar="FILE", help="captured traffic")
    check.set_defaults(run=_check)

    drift = commands.add_parser(
        "drift",
        help="what the service does otherwise than its contract says",
        description="Compares captured traffic of a real service with its contract: what was added, removed or "
        "retyped, new values, states, statuses and headers, each breaking, additive or cosmetic for a client. What was "
        "not seen is not observed, which is no verdict.",
        epilog="Exit status: 0 no drift that breaks what a document promises, 1 such drift (--strict: any that "
        "breaks a client), 2 wrong usage or input that cannot be read, 3 the suite itself at fault.",
        allow_abbrev=False,
    )
    drift.add_argument("--service", required=True, metavar="ID", help="the contract (see `speechcustom services`)")
    drift.add_argument("--isolated", action="store_true", help="take every exchange as a sample of its own")
    drift.add_argument("--strict", action="store_true", help="let warnings fail, too")
    drift.add_argument(
        "--param", action="append", default=[], type=_parameter, metavar="K=V", help="set a contract parameter"
    )
    _baseline_option(drift)
    _output_options(drift)
    drift.add_argument("files", nargs="+", metavar="FILE", help="captured traffic")
    drift.set_defaults(run=_drift)

    compare = commands.add_parser(
        "diff",
        help="what a client must change to go from one contract to another",
        description="Tells what is different between two contracts. With captured traffic of a client of the first: "
        "only what that client uses and has to change, with its calls.",
        epilog="Exit status: 0 nothing that breaks a client, 1 changes that do, 2 wrong usage or input that cannot be "
        "read, 3 the suite itself at fault.",
        allow_abbrev=False,
    )
    _output_options(compare)
    compare.add_argument("old", metavar="OLD", help="the contract that the client is written for")
    compare.add_argument("new", metavar="NEW", help="the contract that it shall be written for")
    compare.add_argument("files", nargs="*", metavar="FILE", help="captured traffic of the client")
    compare.set_defaults(run=_diff)

    serve = commands.add_parser(
        "serve",
        help="run the emulator of a service",
        description="Runs the emulator of a service and checks every request it gets. The first line is READY and the "
        "address; SIGINT or SIGTERM end it, and the report follows. The paths below /_speechcustom move time and plan "
        "faults (see docs/emulator.md).",
        epilog="Exit status: 0 no error finding, 1 findings, 2 wrong usage or an address that cannot be listened on, "
        "3 the emulator itself at fault.",
        allow_abbrev=False,
    )
    serve.add_argument("--service", required=True, metavar="ID", help="the service (see `speechcustom services`)")
    serve.add_argument("--host", default="127.0.0.1", help="where to listen (127.0.0.1)")
    serve.add_argument("--port", type=int, default=0, help="where to listen (0: any port that is free)")
    serve.add_argument(
        "--progress",
        default="seconds:1",
        metavar="HOW",
        help="how work goes on: polls:N, seconds:S for each step, or manual (seconds:1)",
    )
    serve.add_argument("--seed", type=int, default=0, help="what ids and signatures come from (0)")
    serve.add_argument("--strict", action="store_true", help="let warnings fail, too")
    serve.add_argument(
        "--param", action="append", default=[], type=_parameter, metavar="K=V", help="set a contract parameter"
    )
    _output_options(serve)
    serve.set_defaults(run=_serve)

    proxy = commands.add_parser(
        "proxy",
        help="stand between a client and a service, and check both",
        description="Passes everything on to the upstream as it is, and checks both sides. Host is that of the "
        "upstream, and what is about the connection (Connection, Transfer-Encoding) each side has for itself; so links "
        "in answers lead to the upstream. The first line is READY and the address; SIGINT or SIGTERM end it, and the "
        "report follows.",
        epilog="Exit status: 0 no error finding, 1 findings, 2 wrong usage or an address that cannot be listened on, "
        "3 the upstream was not reachable, or the suite itself is at fault.",
        allow_abbrev=False,
    )
    proxy.add_argument("--service", required=True, metavar="ID", help="the contract (see `speechcustom services`)")
    proxy.add_argument("--upstream", required=True, metavar="URL", help="the service: what stands before each path")
    proxy.add_argument("--port", type=int, default=0, help="where to listen on 127.0.0.1 (0: any port that is free)")
    proxy.add_argument("--strict", action="store_true", help="let warnings fail, too")
    proxy.add_argument(
        "--param", action="append", default=[], type=_parameter, metavar="K=V", help="set a contract parameter"
    )
    _baseline_option(proxy)
    _output_options(proxy)
    proxy.set_defaults(run=_proxy)
    _conformance_options(commands)
    return parser


def _baseline_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--baseline",
        metavar="FILE",
        help="deviations that are accepted, see docs/baseline.md (speechcustom-baseline.toml, if it is here)",
    )


def _conformance_options(commands: argparse._SubParsersAction[_Parser]) -> None:
    conformance = commands.add_parser(
        "conformance",
        help="check a server, rule by rule",
        description="Checks a server by what it answers: probes each group of requirements, and tells for every rule "
        "whether it is satisfied, violated, inconclusive or not verified. Without --url: the built-in emulator. At a "
        "URL that is not on this machine nothing is written unless --allow-writes.",
        epilog="Exit status: 0 no error finding, 1 findings, 2 wrong usage, 3 the target cannot be reached, or the "
        "suite itself is at fault. Headers can also stand in SPEECHCUSTOM_HEADER, one a line.",
        allow_abbrev=False,
    )
    add = conformance.add_argument
    add("--service", action="append", default=[], metavar="ID", help="a service; may be repeated (all)")
    add("--url", default="", help="the base that the documents call {endpoint} or {url}")
    add("--header", action="append", default=[], metavar="'N: V'", help="goes along with every request (keys, tokens)")
    add(
        "--param", action="append", default=[], type=_parameter, metavar="K=V",
        help="a contract parameter, or what is known of the target: location, accountId, accessToken, locale, "
        "content_url, fail_url, hook_url, target_key, base_model",
    )  # fmt: skip
    add(
        "-k",
        dest="only",
        action="append",
        default=[],
        metavar="GROUP",
        help="this group of probes only; may be repeated",
    )
    add("--seed", type=int, default=0, help="what random choices come from (0)")
    add("--timeout", type=_seconds, default=60.0, metavar="S", help="how long work may take (60)")
    add("--poll-interval", type=_seconds, metavar="S", help="between two looks at work (0.05 on this machine, else 10)")
    add("--allow-writes", action="store_true", help="make and delete things at a URL that is not on this machine")
    add("--cleanup", action="store_true", help="only delete what runs that broke off have left at --url")
    add("--strict", action="store_true", help="let warnings fail, too")
    _output_options(conformance)
    conformance.set_defaults(run=_conformance)


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 < value <= 86_400:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds between 0 and 86400")
    return value


def _output_options(parser: argparse.ArgumentParser) -> argparse._MutuallyExclusiveGroup:
    """Add `--format` and `--report`; the group is for other ways to say the format."""
    group = parser.add_mutually_exclusive_group()
    group.add_argument(
        "--format", type=_format, metavar="{text,json,markdown,sarif,junit,html}", help="what to print (default: text)"
    )
    parser.add_argument(
        "--report",
        type=_report_file,
        metavar="FILE",
        help="also write JSON there (Markdown: .md, SARIF: .sarif, JUnit: .xml, HTML: .html)",
    )
    return group


def _format(text: str) -> str:
    from pytest_speechcustom.reports import FORMATS

    if text in FORMATS:
        return text
    raise argparse.ArgumentTypeError(f"there is no format {text!r}; choose from {', '.join(FORMATS)}")


def _report_file(name: str) -> str:
    if not os.path.isdir(os.path.dirname(os.path.abspath(name))):
        raise argparse.ArgumentTypeError(f"there is no folder for {name}")
    return name


def _parameter(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form name=value")
    try:
        return name, json.loads(value, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return name, value


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


# the commands


def _services(options: argparse.Namespace) -> int:
    from pytest_speechcustom.contracts import SERVICES, load
    from pytest_speechcustom.reports import render_services

    contracts = [load(service) for service in SERVICES]
    _publish(options, lambda form, colour: render_services(contracts, form))
    return 0


def _check(options: argparse.Namespace) -> int:
    from pytest_speechcustom.contracts import load
    from pytest_speechcustom.engine.checker import Checker

    _known(options.service)
    _not_among(options.report, options.files)
    contract = load(options.service, dict(options.param))
    side: Side | None = None if options.side == "both" else options.side
    checker = Checker(contract, side=side, isolated=options.isolated)
    return _judged(options, contract, checker.check, checker.report, side)


def _drift(options: argparse.Namespace) -> int:
    from pytest_speechcustom.contracts import load
    from pytest_speechcustom.drift.observed import Drift

    _known(options.service)
    _not_among(options.report, options.files)
    contract = load(options.service, dict(options.param))
    drift = Drift(contract, isolated=options.isolated)
    return _judged(options, contract, drift.look, drift.report)


def _judged(
    options: argparse.Namespace,
    contract: Contract,
    judge: Callable[[Iterator[Exchange], Callable[[int], None]], None],
    reported: Callable[[], Report],
    side: Side | None = None,
) -> int:
    """Let every file be judged, each a history of its own; then publish the report. Returns the exit status."""
    from dataclasses import replace
    from datetime import UTC, datetime

    from pytest_speechcustom.baseline import accept
    from pytest_speechcustom.reports import dimensions_of, render

    baseline = _baseline(options.baseline)
    unread: list[str] = []
    with _Progress(sys.stderr) as progress:
        for name in options.files:
            judge(_exchanges(name, unread), progress)

    report = reported()
    if baseline is not None and not unread:
        report = accept(report, baseline, datetime.now(UTC).date(), side=side)
    failed = _failed(report, options.strict)
    report = replace(report, verdict="error" if unread else "fail" if failed else "pass")
    dimensions = dimensions_of(contract)
    nothing = bool(unread) and not report.summary["exchanges"]
    _publish(
        options,
        lambda form, colour: (
            "" if nothing and form == "text" else render(report, form, dimensions=dimensions, colour=colour)
        ),
    )
    for message in unread:
        _complain(message)
    return TrafficError.exit_status if unread else int(failed)


def _diff(options: argparse.Namespace) -> int:
    from pytest_speechcustom.contracts import load
    from pytest_speechcustom.drift.between import diff
    from pytest_speechcustom.drift.usage import Usage, concerning
    from pytest_speechcustom.reports import render_diff

    _known(options.old)
    _known(options.new)
    _not_among(options.report, options.files)
    found = diff(load(options.old), load(options.new))
    unread: list[str] = []
    if options.files:
        usage = Usage(load(options.old))
        for name in options.files:
            for exchange in _exchanges(name, unread):
                usage.add(exchange)
        found = concerning(found, usage)
    if not (unread and not found.exchanges):
        _publish(options, lambda form, colour: render_diff(found, form))
    for message in unread:
        _complain(message)
    return TrafficError.exit_status if unread else int(found.breaking > 0)


def _serve(options: argparse.Namespace) -> int:
    from dataclasses import replace

    from pytest_speechcustom.contracts import load
    from pytest_speechcustom.emulator.service import SpeechService
    from pytest_speechcustom.reports import dimensions_of, render

    _known(options.service)
    contract = load(options.service, dict(options.param))
    service = SpeechService(contract, progress=options.progress, seed=options.seed, strict=options.strict)
    with _until_told(), service.running(options.host, options.port):
        _print(sys.stdout, f"READY {service.address}\n")
        service.wait()
    judgement = service.judge()
    own = [finding for finding in judgement.failing if finding.side == "server"]
    report = replace(judgement.report, verdict="fail" if judgement.failing else "pass")
    dimensions = dimensions_of(contract)
    _publish(options, lambda form, colour: render(report, form, dimensions=dimensions, colour=colour))
    if own:
        _complain(f"the emulator is at fault, not the client: {', '.join(sorted({each.rule for each in own}))}")
        return SpeechcustomError.exit_status
    return int(bool(judgement.failing))


def _conformance(options: argparse.Namespace) -> int:
    from pytest_speechcustom.conformance import command, reporting
    from pytest_speechcustom.conformance.session import Settings
    from pytest_speechcustom.reports import form_of

    for service in options.service:
        _known(service)
    services = command.services_of(options.service, options.url)
    forms = {options.format, form_of(options.report) if options.report else None}
    if len(services) > 1 and (single := forms & set(reporting.OF_ONE)):
        raise UsageError(f"{single.pop()} is of one service: name it with --service")
    headers = command.headers_of([*os.environ.get(command.VARIABLE, "").splitlines(), *options.header])
    settings = Settings(options.timeout, options.poll_interval, options.seed)
    if options.cleanup:
        return _cleanup(options, services[0], settings, headers)
    outcomes = []
    with _interrupted():
        for service in services:
            outcomes.append(
                command.run(
                    service,
                    settings,
                    url=options.url,
                    headers=headers,
                    parameters=dict(options.param),
                    allow_writes=options.allow_writes,
                    only=options.only,
                )
            )
    _publish(options, lambda form, colour: reporting.render_all(outcomes, form, colour=colour))
    broken = [each for each in outcomes if each.broken_off]
    for each in broken:
        _complain(f"{each.contract.id}: {each.broken_off}")
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
    _print(sys.stdout, f"{deleted} deleted, {len(left)} left\n")
    return int(bool(left))


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


def _proxy(options: argparse.Namespace) -> int:
    import time
    from dataclasses import replace
    from datetime import UTC, datetime

    from pytest_speechcustom.baseline import accept
    from pytest_speechcustom.contracts import load
    from pytest_speechcustom.proxy.service import Proxy
    from pytest_speechcustom.reports import dimensions_of, render

    _known(options.service)
    contract = load(options.service, dict(options.param))
    baseline = _baseline(options.baseline)
    proxy = Proxy(contract, options.upstream, port=options.port)
    with _until_told(), proxy:
        _print(sys.stdout, f"READY {proxy.address}\n")
        while True:
            time.sleep(3600)
    report = proxy.report()
    if baseline is not None and not proxy.failures:
        report = accept(report, baseline, datetime.now(UTC).date())
    failed = _failed(report, options.strict)
    report = replace(report, verdict="error" if proxy.failures else "fail" if failed else "pass")
    dimensions = dimensions_of(contract)
    _publish(options, lambda form, colour: render(report, form, dimensions=dimensions, colour=colour))
    for reason in proxy.failures:
        _complain(f"the upstream {options.upstream} was not reachable: {reason}")
    return SpeechcustomError.exit_status if proxy.failures else int(failed)


@contextmanager
def _until_told() -> Iterator[None]:
    """End the block in good order at SIGINT or SIGTERM."""
    with _interrupted(), suppress(KeyboardInterrupt):
        yield


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


def _exchanges(name: str, unread: list[str]) -> Iterator[Exchange]:
    """The exchanges of a file as far as it can be read; why not further is added to `unread`."""
    from pytest_speechcustom.traffic import read

    try:
        yield from read(name)
    except TrafficError as error:
        unread.append(str(error))


def _baseline(name: str | None) -> Baseline | None:
    """The baseline that was asked for, or the one in the working directory if there is one."""
    from pytest_speechcustom.baseline import DEFAULT, read

    if name is None and not os.path.exists(DEFAULT):
        return None
    return read(name or DEFAULT)


def _failed(report: Report, strict: bool) -> bool:
    unused = any(each.state == "unused" for each in report.accepted)
    return bool(report.summary["errors"] or (strict and report.summary["warnings"]) or unused)


# what is written


def _publish(options: argparse.Namespace, render: Callable[[Format, bool], str]) -> None:
    """Write the report file if one is asked for, then print. The second argument of `render` asks for colour."""
    failure = None
    if options.report is not None:
        from pytest_speechcustom.reports import form_of

        text = render(form_of(options.report), False)
        try:
            with open(options.report, "w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
                file.write(text)
        except (OSError, ValueError) as error:
            failure = UsageError(f"cannot write {options.report}: {getattr(error, 'strerror', None) or error}")
    _print(sys.stdout, render(options.format or "text", _colourful(sys.stdout)))
    if failure is not None:
        raise failure


def _print(stream: TextIO | None, text: str) -> None:
    """Write and flush whatever the encoding of the stream can take. A reader that went away is no failure."""
    if stream is None:
        return
    encoding = stream.encoding or "utf-8"
    try:
        stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
        stream.flush()
    except OSError as error:
        _silence(stream)
        if not isinstance(error, BrokenPipeError):
            raise UsageError(f"cannot write to standard output: {error.strerror}") from error


def _silence(stream: TextIO) -> None:
    """Let what is left in a broken stream go nowhere, so that Python does not complain when it ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def _complain(message: str) -> None:
    from pytest_speechcustom.reports.digest import plain

    if sys.stderr is not None:
        print(f"speechcustom: error: {plain(message)}", file=sys.stderr)


def _colourful(stream: TextIO | None) -> bool:
    """Whether the stream is a terminal that wants colours (https://no-color.org)."""
    if stream is None or not stream.isatty():
        return False
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


class _Progress:
    """A line on a terminal that tells how far a long input has come; elsewhere, nothing."""

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream if stream is not None and stream.isatty() else None
        self._shown = ""

    def __enter__(self) -> _Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self._stream is not None and self._shown:
            self._write("\r" + " " * len(self._shown) + "\r")

    def __call__(self, count: int) -> None:
        if self._stream is not None and count % _EVERY == 0:
            self._shown = f"speechcustom: {count} exchanges"
            self._write("\r" + self._shown)

    def _write(self, text: str) -> None:
        assert self._stream is not None
        self._stream.write(text)
        self._stream.flush()


def _own_fault(error: Exception) -> str:
    """What to say of a fault in this package: where it is, at which exchange, and how to report it.

    The message of the exception is left out, since it may hold something of the traffic that is secret.
    """
    exchange, place = "", ""
    trace = error.__traceback__
    while trace is not None:
        variables, module = trace.tb_frame.f_locals, str(trace.tb_frame.f_globals.get("__name__"))
        if module.startswith(__name__.partition(".")[0]):
            place = f"{module}, line {trace.tb_lineno}"
        if isinstance(judged := variables.get("exchange"), Exchange):
            number = variables.get("index")
            exchange = " at exchange" + (f" {number}" if number is not None else "")
            exchange += f" ({judged.where})" if judged.where else ""
        trace = trace.tb_next
    return (
        f"the suite itself is at fault{exchange}: {type(error).__name__} in {place}; please report this line, "
        "if you can with the exchange (SPEECHCUSTOM_DEBUG=1 shows the traceback)"
    )
