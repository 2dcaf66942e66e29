"""Tries one row with the conformance suite: it asks a server with that fault, over WSGI, as it would ask any server.

`python -m tests.faults.suite [WORD...]` prints what became of every row (of those whose id has all the words).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pytest_speechcustom.conformance.groups import Group, groups_of
from pytest_speechcustom.conformance.outcome import GroupOutcome
from pytest_speechcustom.conformance.runner import run_service
from pytest_speechcustom.conformance.session import Settings
from pytest_speechcustom.conformance.target import Target
from pytest_speechcustom.contracts import load
from pytest_speechcustom.contracts.model import Contract
from pytest_speechcustom.emulator import control
from pytest_speechcustom.emulator.app import Application
from pytest_speechcustom.emulator.core import Emulator
from pytest_speechcustom.emulator.jobs import Progress
from pytest_speechcustom.values import Finding
from tests.faults.injection import Between
from tests.faults.table import Row
from tests.faults.trial import FAULTS, VARIANTS

_READ_TELLS = "Optional properties may be left out of an answer to an update; what is left, a read tells."
MISSED: Mapping[str, str] = {
    row.id: reason
    for sentence, reason in {
        "An update loses what it does not name.": _READ_TELLS,
        "An upgrade takes a version away.": "Documents say how many versions there are, not which are left.",
        "The files of a dataset are those of another.": "The document's own sample has three datasets in one list.",
        "A read shows other audio.": "The name may be that of the file: the SDK has two readings.",
    }.items()
    for row in FAULTS
    if row.sentence == sentence and not row.rules
}
"""Id of a fault -> why the suite does not find it."""


def documented(row: Row) -> bool:
    """Whether a rule that a fault breaks is one that the documents have."""
    rules = load(row.service).rules
    return any(rules[name].basis == "documented" for name in row.rules if name in rules)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the suite said of a row.

    `found` is the first finding of a rule that the row names, after `requests` requests; without one, `requests` are
    all. `errors` and `warnings` are the other rules that were broken by then. `broken_off`: why it could not go on.
    """

    row: Row
    activated: int
    found: Finding | None
    requests: int
    errors: tuple[str, ...]
    warnings: tuple[str, ...]
    broken_off: str

    @property
    def rule(self) -> str:
        """The rule by which it was found, without its service."""
        return self.found.rule.partition("/")[2] if self.found is not None else ""

    def __str__(self) -> str:
        if not self.activated:
            return "never active"
        beside = ", ".join((*self.errors, *self.warnings)) or "nothing"
        if self.found is None:
            return f"not detected, but {beside}"
        return f"{self.rule} ({self.found.level}) after {self.requests} requests"


def behind(row: Row, progress: str = "manual") -> Between:
    """A new emulator of the service of a row behind its change. `progress` says how work goes on."""
    emulator = Emulator(load(row.service), progress=Progress.parse(progress))
    return Between(emulator, row.change, row.operations, row.statuses)


def application(server: Between) -> Callable[..., Any]:
    """A server as a WSGI application. What is said to the emulator itself (time, failures) reaches it unchanged."""
    spoilt: Callable[..., Any] = Application(server)  # type: ignore[arg-type]
    own: Callable[..., Any] = Application(server.emulator)

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        path = environ.get("PATH_INFO", "")
        to_emulator = path == "/" or path.startswith(control.PREFIX)
        return (own if to_emulator else spoilt)(environ, start_response)

    return app


def tried(row: Row, *, whole: bool = False, only: Iterable[str] = ()) -> Verdict:
    """Try a row, each group of the suite (or `only` some) on a server of its own.

    Unless it is to be done `whole`, it ends with the group that has found the fault.
    """
    contract = load(row.service)
    named = {f"{row.service}/{rule}" for rule in row.rules}
    wanted = set(only)
    activated = requests = after = 0
    found: Finding | None = None
    broken: dict[str, set[str]] = {"error": set(), "warning": set(), "note": set()}
    broken_off = ""
    for group in groups_of(row.service):
        if wanted and group.name not in wanted:
            continue
        server = behind(row)
        outcome = _asked(contract, application(server), group)
        activated += server.activated
        broken_off = broken_off or outcome.broken_off
        for each in outcome.report.findings:
            if each.rule not in named:
                broken[each.level].add(each.rule.partition("/")[2])
            elif found is None and each.level != "note":
                found, after = each, requests + each.exchange + 1
        requests += outcome.report.summary["exchanges"]
        if found is not None and not whole:
            break
    errors, warnings = (tuple(sorted(broken[level])) for level in ("error", "warning"))
    return Verdict(row, activated, found, after or requests, errors, warnings, broken_off)


def _asked(contract: Contract, app: Callable[..., Any], group: Group) -> GroupOutcome:
    """What one group found at an application."""
    target = Target(app=app, interface="wsgi", name="a server with a fault", disposable=True)
    (outcome,), _, _ = run_service(contract, lambda: target, [group], Settings())
    return outcome


def main(*words: str) -> None:
    """Print a line for each row."""
    for rows, whole in ((FAULTS, False), (VARIANTS, True)):
        for row in rows:
            if all(word in f"{row.id} [{row.kind}]" for word in words):
                verdict = tried(row, whole=whole)
                said = f"errors {verdict.errors}, warnings {verdict.warnings}" if whole else str(verdict)
                print(f"{row.id} [{row.kind}] {verdict.activated} {said} {verdict.broken_off}", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
