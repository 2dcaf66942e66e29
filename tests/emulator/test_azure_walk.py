"""Random walks over all operations of the two Azure services: whatever clients do, the server is never at fault."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from pytest_speechcustom.contracts import load
from tests.emulator.azure_client import V31, V2025
from tests.emulator.walk import Walk

_FILTERS = (
    "status eq 'Succeeded'",
    "not locale eq 'en-US' or createdDateTime gt 2026-01-05T10:00:00Z",
    "description ne 'x'",
    "kind eq 'Language'",
    "name eq 'report.json'",
    "status eq 'running'",
    "x",
)
WORDS: Mapping[str, Sequence[Any]] = {
    "api-version": ("2025-10-15",) * 20 + ("2024-11-15",),
    "blockid": ("YWFh", "YWFh", "YWFh", "YmJi", "%", "YWFhYQ=="),
    "endDate": ("2026-01-05", "2027-01-01", "x"),
    "filter": _FILTERS,
    "id": ("YWFh", "YWFh", "YmJi"),
    "kind": ("Language", "Acoustic"),
    "locale": ("en-US",) * 20 + ("en-us", "de-DE", "xx"),
    "sasLifetimeMinutes": ("5", "60"),
    "sasValidityInSeconds": ("60", "3600"),
    "skip": ("0", "1", "2", "5"),
    "skipToken": ("after-2", "after-1", "x"),
    "targetSubscriptionKey": ("one", "two"),
    "timeToLive": ("PT1H", "P31D", "P32D", "x"),
    "top": ("1", "2", "3", "100"),
    "webUrl": ("https://example.com/h", "https://example.com/i"),
}


@pytest.mark.parametrize("version", [V31, V2025])
@pytest.mark.parametrize(("progress", "seed"), [("manual", 1), ("polls:2", 2)])
def test_no_walk_finds_the_server_at_fault(version: str, progress: str, seed: int) -> None:
    """Not even in a note; and no answer is a failure, but for those that were planned."""
    contract = load(version)
    walk = Walk(contract, seed, WORDS, progress)
    walk.run(1000)
    assert [each for each in walk.emulator.report().findings if each.side == "server"] == []
    assert walk.failures == []
    assert set(walk.statuses) >= set(contract.operations)
