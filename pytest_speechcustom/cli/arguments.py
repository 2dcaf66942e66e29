"""The arguments of the commands, and what each of them runs."""

from __future__ import annotations

import argparse
import json
import os
from typing import Any, NoReturn

from pytest_speechcustom import __version__
from pytest_speechcustom.cli import commands as run
from pytest_speechcustom.values import UsageError

_STATUS = (
    "Exit status: 0 no error finding, 1 findings, 2 wrong usage or input that cannot be read, 3 the suite itself at "
    "fault."
)
_SERVED = "Exit status: 0 no error finding, 1 findings, 2 wrong usage or an address that cannot be listened on, 3 {}."


class _Parser(argparse.ArgumentParser):
    """A parser that complains in one line, as everything else here does, and takes no name that is cut short."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.allow_abbrev = False

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message} (see {self.prog} --help)")


_Commands = Any


def parser() -> argparse.ArgumentParser:
    """The parser of the command line; its result has the function to call as `run`."""
    top = _Parser(
        prog="speechcustom",
        description="Judges the HTTP traffic of custom speech services by what their documents say.",
    )
    top.add_argument("--version", action="version", version=f"speechcustom {__version__}")
    commands = top.add_subparsers(metavar="COMMAND", dest="command", required=True)
    for add in (_services, _check, _drift, _diff, _serve, _proxy, _conformance):
        add(commands)
    return top


# the commands


def _services(commands: _Commands) -> None:
    services = commands.add_parser("services", help="list the contracts")
    _output(services).add_argument(
        "--json", dest="format", action="store_const", const="json", help="the same as --format json"
    )
    services.set_defaults(run=run.services)


def _check(commands: _Commands) -> None:
    check = commands.add_parser(
        "check",
        help="check captured traffic",
        description="Checks captured traffic: HAR (.har), vcrpy cassettes (.yaml, .yml, .json), NDJSON (.ndjson). "
        "Each file is a history of its own.",
        epilog=_STATUS,
    )
    check.add_argument("--side", choices=("client", "server", "both"), default="both", help="whose rules to judge")
    _captured(check)
    check.set_defaults(run=run.check)


def _drift(commands: _Commands) -> None:
    drift = commands.add_parser(
        "drift",
        help="what the service does otherwise than its contract says",
        description="Compares captured traffic of a real service with its contract: what was added, removed or "
        "retyped, new values, states, statuses and headers, each breaking, additive or cosmetic for a client. What was "
        "not seen is not observed, which is no verdict.",
        epilog="Exit status: 0 no drift that breaks what a document promises, 1 such drift (--strict: any that "
        "breaks a client), 2 wrong usage or input that cannot be read, 3 the suite itself at fault.",
    )
    _captured(drift)
    drift.set_defaults(run=run.drift)


def _diff(commands: _Commands) -> None:
    compare = commands.add_parser(
        "diff",
        help="what a client must change to go from one contract to another",
        description="Tells what is different between two contracts. With captured traffic of a client of the first: "
        "only what that client uses and has to change, with its calls.",
        epilog="Exit status: 0 nothing that breaks a client, 1 changes that do, 2 wrong usage or input that cannot be "
        "read, 3 the suite itself at fault.",
    )
    compare.add_argument("old", metavar="OLD", help="the contract that the client is written for")
    compare.add_argument("new", metavar="NEW", help="the contract that it shall be written for")
    compare.add_argument("files", nargs="*", default=[], metavar="FILE", help="captured traffic of the client")
    _output(compare)
    compare.set_defaults(run=run.diff)


def _serve(commands: _Commands) -> None:
    serve = commands.add_parser(
        "serve",
        help="run the emulator of a service",
        description="Runs the emulator of a service and checks every request it gets. The first line is READY and the "
        "address; SIGINT or SIGTERM end it, and the report follows. The paths below /_speechcustom move time and plan "
        "faults (see docs/emulator.md).",
        epilog=_SERVED.format("the emulator itself at fault"),
    )
    serve.add_argument("--host", default="127.0.0.1", help="where to listen (127.0.0.1)")
    serve.add_argument("--port", type=int, default=0, help="where to listen (0: any port that is free)")
    serve.add_argument(
        "--progress",
        default="seconds:1",
        metavar="HOW",
        help="how work goes on: polls:N, seconds:S for each step, or manual (seconds:1)",
    )
    serve.add_argument("--seed", type=int, default=0, help="what ids and signatures come from (0)")
    _judged(serve)
    serve.set_defaults(run=run.serve)


def _proxy(commands: _Commands) -> None:
    proxy = commands.add_parser(
        "proxy",
        help="stand between a client and a service, and check both",
        description="Passes everything on to the upstream as it is, and checks both sides. Host is that of the "
        "upstream, and what is about the connection (Connection, Transfer-Encoding) each side has for itself; so links "
        "in answers lead to the upstream. The first line is READY and the address; SIGINT or SIGTERM end it, and the "
        "report follows.",
        epilog=_SERVED.format("the upstream was not reachable, or the suite itself is at fault"),
    )
    proxy.add_argument("--upstream", required=True, metavar="URL", help="the service: what stands before each path")
    proxy.add_argument("--port", type=int, default=0, help="where to listen on 127.0.0.1 (0: any port that is free)")
    _judged(proxy)
    proxy.set_defaults(run=run.proxy)


def _conformance(commands: _Commands) -> None:
    conformance = commands.add_parser(
        "conformance",
        help="check a server, rule by rule",
        description="Checks a server by what it answers: probes each group of requirements, and tells for every rule "
        "whether it is satisfied, violated, inconclusive or not verified. Without --url: the built-in emulator. At a "
        "URL that is not on this machine nothing is written unless --allow-writes.",
        epilog="Exit status: 0 no error finding, 1 findings, 2 wrong usage, 3 the target cannot be reached, or the "
        "suite itself is at fault. Headers can also stand in SPEECHCUSTOM_HEADER, one a line.",
    )
    add = conformance.add_argument
    add("--service", action="append", default=[], metavar="ID", help="a service; may be repeated (all)")
    add("--url", default="", help="the base that the documents call {endpoint} or {url}")
    add("--header", action="append", default=[], metavar="'N: V'", help="goes along with every request (keys, tokens)")
    add(
        "-k",
        dest="only",
        action="append",
        default=[],
        metavar="GROUP",
        help="this group of probes only; may be repeated",
    )
    add("--seed", type=int, default=0, help="what random choices come from (0)")
    add("--timeout", type=float, default=60.0, metavar="S", help="how long work may take (60)")
    add("--poll-interval", type=float, metavar="S", help="between two looks at work (0.05 on this machine, else 10)")
    add("--allow-writes", action="store_true", help="make and delete things at a URL that is not on this machine")
    add("--cleanup", action="store_true", help="only delete what runs that broke off have left at --url")
    _verdict(
        conformance,
        "a contract parameter, or what is known of the target: location, accountId, accessToken, locale, content_url, "
        "fail_url, hook_url, target_key, base_model",
    )
    conformance.set_defaults(run=run.conformance)


# options that commands share


def _captured(parser: argparse.ArgumentParser) -> None:
    """Add what is for captured traffic."""
    parser.add_argument("--isolated", action="store_true", help="take every exchange as a sample of its own")
    parser.add_argument("files", nargs="+", metavar="FILE", help="captured traffic")
    _judged(parser)


def _judged(parser: argparse.ArgumentParser) -> None:
    """Add what is for the traffic of one service."""
    known = "the contract (see `speechcustom services`)"
    parser.add_argument("--service", required=True, metavar="ID", help=known)
    _verdict(parser, "set a contract parameter")


def _verdict(parser: argparse.ArgumentParser, parameters: str) -> None:
    """Add what says how findings count, and where they go."""
    parser.add_argument("--strict", action="store_true", help="let warnings fail, too")
    parser.add_argument("--param", action="append", default=[], type=_parameter, metavar="K=V", help=parameters)
    parser.add_argument(
        "--baseline",
        metavar="FILE",
        help="deviations that are accepted, see docs/baseline.md (speechcustom-baseline.toml, if it is here)",
    )
    _output(parser)


def _output(parser: argparse.ArgumentParser) -> argparse._MutuallyExclusiveGroup:
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


# their values


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
