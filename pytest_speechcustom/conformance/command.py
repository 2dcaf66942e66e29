"""`speechcustom conformance`, without its arguments: services and a target in, outcomes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pytest_speechcustom.conformance.groups import NAMES, groups_of
from pytest_speechcustom.conformance.outcome import Outcome, together
from pytest_speechcustom.conformance.runner import run_service
from pytest_speechcustom.conformance.session import Settings
from pytest_speechcustom.conformance.target import PARAMETERS, Target
from pytest_speechcustom.contracts import SERVICES, load
from pytest_speechcustom.contracts.model import Contract
from pytest_speechcustom.values import Headers, UsageError

VARIABLE = "SPEECHCUSTOM_HEADER"
"""The environment variable with headers, one a line: keys need not stand in a command line."""


def headers_of(lines: Sequence[str]) -> Headers:
    """Headers from lines ``Name: value``. `UsageError`, without the line, for what is none: it may be a key."""
    found = []
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or not name.strip() or not name.strip().isascii() or " " in name.strip():
            raise UsageError("a header is written 'Name: value'")
        found.append((name.strip(), value.strip()))
    return tuple(found)


def contract_for(service: str, parameters: Mapping[str, Any]) -> Contract:
    """The contract, with those of the parameters that are not said of the target."""
    own = {name: value for name, value in parameters.items() if name not in PARAMETERS}
    if service == "video-indexer":
        names = {"location": "location", "accountId": "account_id"}
        own |= {inner: parameters[name] for name, inner in names.items() if name in parameters}
    return load(service, own)


def run(
    service: str, settings: Settings, *, url: str = "", headers: Headers = (),
    parameters: Mapping[str, Any] | None = None, allow_writes: bool = False, only: Sequence[str] = (),
    tell: Callable[[str], None] = lambda _: None,
) -> Outcome:  # fmt: skip
    """Check a service at a URL, or, without one, the built-in emulator of it, anew for each group.

    `only` names groups; a run of some is never a whole one. `tell` hears how far it has come. Raises `UsageError` for
    what makes no sense, and `SuiteFault` where the suite itself is wrong.
    """
    told = dict(parameters or {})
    contract = contract_for(service, told)
    known = NAMES[service]
    if wrong := [name for name in only if name not in known]:
        raise UsageError(f"{service} has no group {wrong[0]!r}; it has {', '.join(known)}")
    groups = [group for group in groups_of(service) if not only or group.name in only]
    about = {name: value for name, value in told.items() if name in PARAMETERS}
    targets: Callable[[], Target]
    if url:
        target = Target(url=url, headers=headers, parameters=about, allow_writes=allow_writes)
        targets = lambda: target  # noqa: E731
    else:
        targets = lambda: built_in(contract, settings.seed, about)  # noqa: E731
    outcomes, left, name = run_service(contract, targets, groups, settings, tell)
    return together(contract, name, outcomes, known, left)


def built_in(contract: Contract, seed: int = 0, parameters: Mapping[str, Any] | None = None) -> Target:
    """The emulator of a service as a target: without a socket, on a clock of its own."""
    from pytest_speechcustom.emulator.service import SpeechService

    app = SpeechService(contract, seed=seed).app
    return Target(app=app, interface="wsgi", parameters=parameters or {}, name="the built-in emulator", disposable=True)


def services_of(named: Sequence[str], url: str) -> tuple[str, ...]:
    """The services to check; at a URL there is one, which has to be named."""
    if url and len(set(named)) != 1:
        raise UsageError("with --url, name the service that is there: --service ID")
    return tuple(dict.fromkeys(named)) or tuple(SERVICES)
