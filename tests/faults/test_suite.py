"""How good the conformance suite is: it finds single faults of a server that it asks, and lets legal variants pass.

What it does not find is in `suite.MISSED`, with the reason. `benchmarks/detection.py` does the same next to a peer.
"""

from __future__ import annotations

import random

import pytest

from pytest_speechcustom.contracts import SERVICES
from tests.faults.suite import MISSED, tried
from tests.faults.table import CLOUD, ICP, KINDS, NEW, VIDEO, Row
from tests.faults.test_faults import SURVIVORS
from tests.faults.trial import FAULTS, VARIANTS

_QUICK = (VIDEO, ICP)
"""Services of which a whole run takes the least time."""


def _some(rows: list[Row], most: int) -> list[Row]:
    """Rows drawn by a fixed dice."""
    return random.Random(1).sample(rows, min(most, len(rows)))


def _of_each_kind() -> list[Row]:
    """A row of each class: of a quick service where there is one that is to be found."""
    chosen = []
    for kind in KINDS:
        mine = [row for row in FAULTS if row.kind == kind and row.id not in MISSED]
        quick = [row for row in mine if row.service in _QUICK] or [row for row in mine if row.service in (NEW, CLOUD)]
        chosen += _some(quick, 1)
    return chosen


def _missed(rows: list[Row]) -> dict[str, str]:
    """What is wrong with what became of rows: those that are not found, or were never active, and have no reason."""
    found = {}
    for row in rows:
        verdict = tried(row)
        if verdict.broken_off or not verdict.activated or (verdict.found is None) != (row.id in MISSED):
            found[row.id] = f"{verdict} {verdict.broken_off}"
    return found


def _flagged(rows: list[Row]) -> dict[str, str]:
    """Variants that are an error, or were never active."""
    found = {}
    for row in rows:
        verdict = tried(row, whole=True)
        if verdict.broken_off or verdict.errors or not verdict.activated:
            found[row.id] = f"{verdict.activated} {verdict.errors} {verdict.broken_off}"
    return found


def test_what_is_missed_the_checker_misses_too() -> None:
    """A suite asks for more than a walk that only looks."""
    assert set(MISSED) <= {f"{service}: {sentence}" for service, sentence in SURVIVORS}


def test_a_fault_of_each_class_is_found() -> None:
    """And every one is active."""
    assert _missed(_of_each_kind()) == {}


def test_some_legal_variants_are_no_errors() -> None:
    """A whole run each."""
    assert _flagged(_some([row for row in VARIANTS if row.service in _QUICK], 5)) == {}


@pytest.mark.slow
@pytest.mark.parametrize("service", SERVICES)
def test_faults_are_found(service: str) -> None:
    """All of them, but for those in `MISSED`."""
    assert _missed([row for row in FAULTS if row.service == service]) == {}


@pytest.mark.slow
@pytest.mark.parametrize("service", SERVICES)
def test_legal_variants_are_no_errors(service: str) -> None:
    """None of them."""
    assert _flagged([row for row in VARIANTS if row.service == service]) == {}
