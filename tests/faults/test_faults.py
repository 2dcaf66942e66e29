"""How good the checker is: it finds single faults of a server, and lets legal variants pass.

What it does not find is in `SURVIVORS`, with the reason; the tests fail when that table is wrong in either direction.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Iterable, Mapping

import pytest

from pytest_speechcustom.conformance.rules import rules_of
from pytest_speechcustom.contracts import SERVICES, load
from pytest_speechcustom.emulator.app import Application
from pytest_speechcustom.emulator.core import Emulator
from tests.faults.injection import Between, put
from tests.faults.table import AZURE, KINDS, OLD, VIDEO, WATSON
from tests.faults.trial import FAULTS, VARIANTS, Outcome, tried
from tests.faults.walks import walk

CLIENTS_FAULT = "The client's mistake is reported; that this server let it pass, only a suite that asks for it can say."
NO_RULE = "Documents name the error of a call without credentials, not when it comes; the conformance suite has a rule."
SURVIVORS: Mapping[tuple[str, str], str] = {
    **{(service, "A model without a name is made."): CLIENTS_FAULT for service in AZURE},
    **{(service, "A filter that is none is taken."): CLIENTS_FAULT for service in AZURE},
    **{(service, "A call without a key is answered."): NO_RULE for service in (*AZURE, *WATSON)},
    (VIDEO, "A call without a token is answered."): NO_RULE,
    **{(service, "An update loses what it does not name."): "Optional properties may be left out of an answer to an "
       "update; a read tells what is left." for service in AZURE},
    (VIDEO, "An update loses what it does not name."): "The walk names other properties in its updates; the "
    "conformance suite names each.",
    **{(service, "An upgrade takes a version away."): "Documents say how many versions there are, not which are "
       "left after an upgrade." for service in WATSON},
    (VIDEO, "The files of a dataset are those of another."): "The document's own sample has three datasets in "
    "one list.",
    **{(service, "Audio that was listened to has no details."): "Which details there are, only who knows the audio "
       "can say: the conformance suite does." for service in WATSON},
    **{(service, "A read shows other audio."): "The SDK has two readings: AudioResource.name may be that of the "
       "file, AudioListing.name is what was asked for. Not judged for audio that is no archive." for service in WATSON},
}  # fmt: skip
"""Service and fault -> why the checker, which judges what it sees, does not find it. `suite.MISSED` is what is left."""

TRIED = [pytest.param(service, marks=pytest.mark.slow) if service == OLD else service for service in SERVICES]
"""The two Azure services are almost alike, and have the most rows: one of them is for whoever has time."""


def test_there_are_enough_of_every_kind() -> None:
    """Of every class of fault, in every service where it makes sense, and no row twice."""
    assert len(FAULTS) >= 150
    assert len(VARIANTS) >= 40
    assert {row.kind for row in FAULTS} == {*KINDS}
    assert {row.service for row in FAULTS} == {row.service for row in VARIANTS} == {*SERVICES}
    assert [id for id, count in Counter(row.id for row in [*FAULTS, *VARIANTS]).items() if count > 1] == []


def test_rows_name_rules_and_operations_that_there_are() -> None:
    """A misspelt one would never be activated, or never be found."""
    for row in [*FAULTS, *VARIANTS]:
        contract = load(row.service)
        known = {*contract.rules, *(rule.id for rule in rules_of(contract))}
        assert not row.rules or set(row.rules) & known, row.id
        assert set(row.operations) <= set(contract.operations), row.id


@pytest.mark.parametrize("service", SERVICES)
def test_the_walk_covers_the_service_and_nothing_is_wrong(service: str) -> None:
    """All operations, and without a fault no finding on the server's side, not even a note."""
    report = walk(service).checker.report()
    assert all(report.coverage["operations"].values()), report.coverage["operations"]
    assert [each for each in report.findings if each.side == "server"] == []


@pytest.mark.parametrize("service", TRIED)
def test_faults_are_found(service: str, record_property: Callable[[str, object], None]) -> None:
    """Every one is active in the walk and found by a rule that is about it, but for those in `SURVIVORS`."""
    outcomes = [tried(row) for row in FAULTS if row.service == service]
    for outcome in outcomes:
        print(f"{outcome.row.id} [{outcome.row.kind}] {outcome}")
        record_property(outcome.row.id, str(outcome))
    known = {f"{service}: {sentence}" for where, sentence in SURVIVORS if where == service}

    assert _ids(outcome for outcome in outcomes if not outcome.activated) == set()
    assert _ids(outcome for outcome in outcomes if not outcome.detected) == known


@pytest.mark.parametrize("service", TRIED)
def test_legal_variants_are_no_errors(service: str) -> None:
    """Every one is active in the walk, and none is an error."""
    outcomes = [tried(row) for row in VARIANTS if row.service == service]
    errors = {
        outcome.row.id: sorted({f"{each.rule}: {each.message}" for each in outcome.findings if each.level == "error"})
        for outcome in outcomes
    }

    assert _ids(outcome for outcome in outcomes if not outcome.activated) == set()
    assert {id: found for id, found in errors.items() if found} == {}


@pytest.mark.parametrize("service", SERVICES)
def test_slow_work_is_no_fault(service: str) -> None:
    """Less time between the calls: more states are seen more often."""
    report = walk(service, slow=True).checker.report()
    assert [each for each in report.findings if each.side == "server"] == []


def test_a_fault_can_be_served() -> None:
    """What stands in between is an emulator to the WSGI application: a suite that speaks HTTP meets the same fault."""
    between = Between(Emulator(load("video-indexer")), put(("/ErrorType", 7)), statuses=(4,))
    said: list[str] = []
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/nothing", "SERVER_NAME": "speech.test", "SERVER_PORT": "80",
               "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO()}  # fmt: skip

    def start(status: str, headers: list[tuple[str, str]]) -> object:
        said.append(status)
        return None

    path = "/trial/Accounts/a/Customization/Speech/models"
    body = b"".join(Application(between)(environ | {"PATH_INFO": path}, start))  # type: ignore[arg-type]
    assert [each.partition(" ")[0] for each in said] == ["401"]
    assert b'"ErrorType": 7' in body
    assert between.activated == 1


def _ids(outcomes: Iterable[Outcome]) -> set[str]:
    return {outcome.row.id for outcome in outcomes}
