"""Plans: which call or work they meet, and what cannot be planned."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_speechcustom.contracts import load
from pytest_speechcustom.emulator.plans import Plans, plan_of
from pytest_speechcustom.values import UsageError

CONTRACT = load("video-indexer")
CREATE, GET = "Create-Speech-Model", "Get-Speech-Model"


def statuses(plans: list[dict[str, Any]], calls: list[str]) -> list[int | None]:
    """The status that each call is planned to get."""
    force = Plans()
    for given in plans:
        force.add(plan_of(given, CONTRACT))
    met = [force.for_call(call) for call in calls]
    return [plan.status if plan else None for plan in met]


def test_the_next_call_meets_a_plan_once() -> None:
    """That is what a plan without nth and times means."""
    assert statuses([{"status": 429}], [GET, GET]) == [429, None]


def test_a_plan_may_mean_one_operation_the_nth_call_and_several() -> None:
    """Calls of other operations do not count."""
    plan = {"status": 503, "operation": GET, "nth": 2, "times": 2}
    assert statuses([plan], [GET, CREATE, GET, GET, GET]) == [None, None, 503, 503, None]


def test_a_plan_may_hold_for_ever() -> None:
    """With times None."""
    assert statuses([{"status": 500, "times": None}], [GET] * 4) == [500] * 4


def test_plans_are_met_in_turn() -> None:
    """A call that meets one does not count for those behind it."""
    assert statuses([{"status": 429}, {"status": 503}], [GET, GET, GET]) == [429, 503, None]


def test_work_is_planned_by_kind() -> None:
    """And calls do not meet such a plan."""
    force = Plans()
    force.add(plan_of({"resource": "model", "outcome": "fail", "nth": 2}, CONTRACT))
    assert [force.for_work("model"), force.for_work("dataset"), force.for_work("model")] == [
        "succeed",
        "succeed",
        "fail",
    ]
    assert force.for_call(GET) is None


def test_plans_can_be_dropped() -> None:
    """All at once."""
    force = Plans()
    force.add(plan_of({"status": 500, "times": None}, CONTRACT))
    force.clear()
    assert force.for_call(GET) is None


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "needs a status, a delay"),
        ({"stat": 500}, "a plan has no 'stat'; it has operation,"),
        ({"status": "500"}, "status of a plan cannot be '500'"),
        ({"status": True}, "status of a plan cannot be True"),
        ({"status": 200}, "is an error \\(400 to 599\\), not 200"),
        ({"status": 500, "operation": "Get-Model"}, "video-indexer has no operation 'Get-Model'"),
        ({"status": 500, "nth": 0}, "nth and times of a plan are 1 or more"),
        ({"status": 500, "times": 0}, "nth and times of a plan are 1 or more"),
        ({"resource": "model"}, "needs a resource and an outcome"),
        ({"outcome": "fail"}, "needs a resource and an outcome"),
        ({"resource": "file", "outcome": "fail"}, "no work on a 'file'; on dataset, model"),
        ({"resource": "model", "outcome": "explode"}, "one of succeed, fail, hang, late, not 'explode'"),
        ({"resource": "model", "outcome": "fail", "status": 500}, "and nothing of calls"),
        ({"resource": "model", "outcome": "fail", "operation": CREATE}, "and nothing of calls"),
        ({"drop": "before", "status": 500}, "neither a status nor a truncate"),
        ({"retry_after": 5, "delay": 1}, "goes with a status"),
        ({"status": 429, "retry_after": 10**24}, "at most 86400 seconds"),
        ({"drop": "twice"}, "before or after, not 'twice'"),
        ({"delay": -1}, "are not negative"),
        ({"delay": 10_000}, "at most 600"),
        ({"truncate": -1}, "are not negative"),
    ],
)
def test_a_plan_that_makes_no_sense_is_told(given: dict[str, Any], message: str) -> None:
    """In one line."""
    with pytest.raises(UsageError, match=message):
        plan_of(given, CONTRACT)
