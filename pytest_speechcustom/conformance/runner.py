"""Runs groups of probes against a target, and cleans up after them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode
from uuid import uuid4

from pytest_speechcustom.conformance.client import PACE, Client
from pytest_speechcustom.conformance.closure import steps_of
from pytest_speechcustom.conformance.control import Control
from pytest_speechcustom.conformance.faults import Unreachable
from pytest_speechcustom.conformance.groups import Group
from pytest_speechcustom.conformance.joining import joined
from pytest_speechcustom.conformance.ledger import FOLDER, Ledger, unfinished
from pytest_speechcustom.conformance.outcome import GroupOutcome, History
from pytest_speechcustom.conformance.reproducer import curl_of, pytest_of
from pytest_speechcustom.conformance.session import Session, Settings
from pytest_speechcustom.conformance.shrink import repeatable
from pytest_speechcustom.conformance.target import Target
from pytest_speechcustom.conformance.wires import Wire, connect
from pytest_speechcustom.contracts.model import Contract
from pytest_speechcustom.engine.report import Report
from pytest_speechcustom.values import Request

INTERRUPTED = "interrupted"
"""Why a group broke off that somebody has stopped."""
_LONGEST_REQUEST = 10.0
_MOST_HISTORIES = 20
_MOST_ROUNDS = 20
_SHORT = 15
"""Exchanges of a history by chance that is told whole: it was made short already, and all of it may have its part."""


@dataclass(frozen=True, slots=True)
class Place:
    """A target that is open: the wire to it, what can be done to time there, and the ledger of what is made there."""

    target: Target
    wire: Wire
    control: Control
    ledger: Ledger
    run: str


@contextmanager
def opened(target: Target, contract: Contract, settings: Settings) -> Iterator[Place]:
    """Open the way to a target; at the end, whatever happened, delete what was made there."""
    wire = connect(target, min(_LONGEST_REQUEST, settings.timeout))
    run = f"conformance-{settings.seed}" if target.app is not None else f"conformance-{uuid4().hex[:8]}"
    file = None if target.app is not None else Path(FOLDER) / f"{run}.ndjson"
    ledger = Ledger(file, target.base(contract))
    try:
        place = Place(target, wire, Control(target, wire), ledger, run)
        try:
            yield place
        finally:
            clean(place, contract, settings)
    finally:
        wire.close()


def run_group(place: Place, contract: Contract, group: Group, settings: Settings) -> GroupOutcome:
    """Run one group, which shares no history with another. What came of it is in the outcome, also when interrupted.

    `SuiteFault` where the suite is at fault.
    """
    client = Client(contract, place.target, place.wire, place.control, place.ledger, settings.timeout)
    session = Session(client, place.control, settings, f"{place.run}-{group.name}")
    broken_off = ""
    try:
        with session.step(group.name):
            group.probe(session)
    except Unreachable as reason:
        broken_off = str(reason)
    except KeyboardInterrupt:
        broken_off = INTERRUPTED
    clients = (client, *session.histories)
    reports = [each.report() for each in clients]
    histories = _histories(zip(clients, reports, strict=True), session)
    return GroupOutcome(group.name, joined(contract, reports), tuple(session.gaps), histories, broken_off)


def _histories(judged: Iterable[tuple[Client, Report]], session: Session) -> dict[str, History]:
    """The shortest history of the first finding of each rule that was broken."""
    found: dict[str, History] = {}
    for client, finding in ((client, finding) for client, report in judged for finding in report.findings):
        if finding.level != "note" and finding.rule not in found and len(found) < _MOST_HISTORIES:
            whole = client is not session.client and finding.exchange < _SHORT
            kept = range(finding.exchange + 1) if whole else None
            steps = steps_of(*repeatable(client.judged_by, client.exchanges, finding, kept))
            source = pytest_of(client.contract, client.base, steps, finding)
            found[finding.rule] = History(tuple(curl_of(steps, finding)), source)
    return found


def clean(place: Place, contract: Contract, settings: Settings) -> tuple[str, ...]:
    """Delete what the ledger has, the newest first, and again as long as there is time; what could not be deleted."""
    if place.target.disposable:
        return ()
    query = "?api-version=2025-10-15" if "api-version" in _deleting(contract) else ""
    token = place.target.parameters.get("accessToken")
    if token is not None:
        query += ("&" if query else "?") + urlencode({"accessToken": token})
    deadline = time.monotonic() + settings.timeout
    with suppress(Unreachable):  # what is gone does not come back for this
        for _ in range(_MOST_ROUNDS):
            for path in place.ledger.left:
                _delete(place, contract, path, path + query)
            if not place.ledger.left or time.monotonic() > deadline:
                break
            if not place.control.advance(3600):
                time.sleep(settings.interval(place.target))
    return place.ledger.left


def _delete(place: Place, contract: Contract, path: str, url: str) -> None:
    """Delete one thing. What may not go yet is looked at, as some targets go on with their work only then."""
    for method in ("DELETE", "GET"):
        if not place.target.is_local:
            time.sleep(PACE)
        answer = place.wire.send(Request(method, url, place.target.credentials(contract)))
        if answer.status < 300 or answer.status in (404, 410):
            if method == "DELETE":
                place.ledger.gone(path)
            return


def _deleting(contract: Contract) -> set[str]:
    operations = [contract.operations[touch.operation] for touch in contract.touches if touch.role == "delete"]
    return {parameter.name for operation in operations for parameter in operation.parameters if parameter.required}


def finish(target: Target, contract: Contract, settings: Settings) -> tuple[int, tuple[str, ...]]:
    """Delete what runs that broke off have left at a target, by their ledgers: how much that was, and what is left."""
    deleted = 0
    left: list[str] = []
    wire = connect(target, min(_LONGEST_REQUEST, settings.timeout))
    try:
        for ledger in unfinished(Path(FOLDER), target.base(contract)):
            before = len(ledger.left)
            rest = clean(Place(target, wire, Control(target, wire), ledger, ""), contract, settings)
            deleted += before - len(rest)
            left += rest
    finally:
        wire.close()
    return deleted, tuple(left)


def run_service(
    contract: Contract, targets: Callable[[], Target], groups: Sequence[Group], settings: Settings,
    tell: Callable[[str], None] = lambda _: None,
) -> tuple[list[GroupOutcome], tuple[str, ...], str]:  # fmt: skip
    """Run groups one after the other; `targets` gives the target, anew for each. `tell` hears which is next.

    The outcomes, what could not be deleted, and the target's name. What cannot be reached, or an interruption, ends the
    run.
    """
    outcomes: list[GroupOutcome] = []
    left: list[str] = []
    name = ""
    for number, group in enumerate(groups, 1):
        tell(f"{contract.id}: {group.name} ({number} of {len(groups)})")
        target = targets()
        name = str(target)
        with opened(target, contract, settings) as place:
            outcomes.append(run_group(place, contract, group, settings))
        left += () if target.disposable else place.ledger.left
        if outcomes[-1].broken_off:
            break
    return outcomes, tuple(left), name
