"""The order of exchanges, and what may be said of those that overlap: nothing that depends on one."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pytest_speechcustom.contracts import load
from pytest_speechcustom.engine import ordering
from pytest_speechcustom.engine.checker import Checker
from pytest_speechcustom.engine.ordering import WINDOW, arrange
from pytest_speechcustom.traffic import read
from pytest_speechcustom.values import Body, Exchange, Finding, Request, Response

ROOT = Path(__file__).resolve().parents[1]
GOOD = ROOT / "examples" / "watson-training.ndjson"


def one(started: float | None, ended: float | None = None, body: bytes = b"") -> Exchange:
    """An exchange with these times."""
    return Exchange(Request("GET", "http://h/", (), Body(raw=body)), None, started, ended)


def order(*exchanges: Exchange) -> list[int]:
    """The numbers of exchanges in the order in which they are judged."""
    return [index for index, _, _ in arrange(exchanges)]


def lasts(*exchanges: Exchange) -> list[float | None]:
    """Until when exchanges lasted, by their number."""
    return [until for _, _, until in sorted(arrange(exchanges), key=lambda placed: placed[0])]


def test_exchanges_come_by_their_start() -> None:
    """Traffic that was written when it ended is put in the order in which it began."""
    assert order(one(3), one(1), one(2)) == [1, 2, 0]


def test_equal_times_keep_their_place() -> None:
    """Exchanges that began at the same moment stay as they stand in the file."""
    assert order(*[one(5)] * 50) == list(range(50))


def test_missing_times_keep_their_place() -> None:
    """An exchange without a time stays behind the latest before it; a file without times stays as it is."""
    assert order(*[one(None)] * 50) == list(range(50))
    assert order(one(1), one(None), one(2)) == [0, 1, 2]
    assert order(one(None), one(1), one(0)) == [0, 2, 1]
    assert order(one(5), one(None), one(4)) == [2, 0, 1]


@pytest.mark.parametrize("late", [WINDOW, WINDOW - 1, 1])
def test_an_exchange_within_the_window_finds_its_place(late: int) -> None:
    """As far as the window reaches, an exchange that was written late is put where it began."""
    exchanges = [one(float(number)) for number in range(1, 100)]
    exchanges.insert(late, one(0.5))
    assert order(*exchanges)[0] == late


def test_an_exchange_beyond_the_window_is_judged_late() -> None:
    """Memory is bounded: one that stands too far behind comes where the window is, and nothing is lost."""
    exchanges = [*(one(float(number)) for number in range(1, 100)), one(0.5)]
    found = order(*exchanges)
    assert sorted(found) == list(range(100))
    assert found.index(99) == 99 - WINDOW


def test_large_bodies_make_the_window_smaller(monkeypatch: pytest.MonkeyPatch) -> None:
    """A window of uploads does not hold all of them."""
    monkeypatch.setattr(ordering, "_MOST_BYTES", 1000)
    taken: list[int] = []

    def source() -> Iterator[Exchange]:
        for number in range(20):
            taken.append(number)
            yield one(float(number), body=bytes(400))

    most = 0
    for given, _ in enumerate(arrange(source())):
        most = max(most, len(taken) - given)
    assert most <= 4


def test_an_end_that_is_stated_is_taken() -> None:
    """HAR tells how long an exchange took."""
    assert lasts(one(1, 9.5), one(2, 3)) == [9.5, 3]


def test_an_end_that_is_not_stated_is_concluded() -> None:
    """One that stands behind another and began before it lasted until the other had begun, at least."""
    assert lasts(one(3), one(1), one(4)) == [3, 3, 4]
    assert lasts(one(3), one(1, 2)) == [3, 2]
    assert lasts(one(None), one(1)) == [None, 1]


def test_numbers_go_on_in_the_next_file() -> None:
    """The first number is given, so that findings of several files do not share one."""
    assert [index for index, _, _ in arrange([one(2), one(1)], 7)] == [8, 7]


@pytest.mark.parametrize("seed", range(20))
def test_nothing_is_lost_or_doubled(seed: int) -> None:
    """Whatever the times are, every exchange comes once."""
    chance = random.Random(seed)
    exchanges = [
        one(chance.choice((None, float("-1e9"), chance.random() * 9)), chance.choice((None, 4.0))) for _ in range(200)
    ]
    assert sorted(order(*exchanges)) == list(range(200))


# overlaps


def findings(history: list[Exchange]) -> tuple[Finding, ...]:
    """What is found in a history of the Watson service."""
    checker = Checker(load("watson-stt-cloud"))
    checker.check(history)
    return checker.report().findings


def history() -> list[Exchange]:
    """The sound example."""
    return list(read(GOOD))


def read_model(status: str, started: float, ended: float) -> Exchange:
    """A reading of a model."""
    template = next(each for each in history() if each.request.method == "GET" and each.request.url.endswith("000001"))
    assert template.response is not None
    raw = template.response.body.raw
    value = json.loads(raw) if raw else dict(template.response.body.value)
    value |= {"status": status, "progress": 100 if status == "available" else 0}
    return replace(template, started=started, ended=ended, response=replace(template.response, body=Body(value=value)))


def test_readings_one_after_the_other_have_an_order() -> None:
    """A model that was available cannot be in training later without a call."""
    found = findings([read_model("available", 0, 1), read_model("training", 2, 3)])
    assert [finding.level for finding in found] == ["error"]


@pytest.mark.parametrize(
    "times",
    [((0, 5), (2, 3)), ((0, 5), (4, 9)), ((0, 5), (0, 5)), ((0, 5), (0, 1))],
    ids=["inside", "across", "equal", "same start"],
)
def test_readings_that_overlap_have_none(times: tuple[tuple[float, float], tuple[float, float]]) -> None:
    """The same two readings, while one lasts: either may have been answered first."""
    first, second = times
    assert findings([read_model("available", *first), read_model("training", *second)]) == ()
    assert findings([read_model("training", *first), read_model("available", *second)]) == ()


def test_the_order_is_lost_for_what_overlaps_only() -> None:
    """After an overlap, two readings that have an order are judged again."""
    overlapping = [read_model("available", 0, 5), read_model("training", 2, 3)]
    found = findings([*overlapping, read_model("available", 10, 11), read_model("training", 12, 13)])
    assert [finding.exchange for finding in found] == [3]


def test_a_call_under_way_leaves_the_state_open() -> None:
    """What is read while a call that changes the state is under way may be from before or after it."""
    reset = replace(
        read_model("pending", 2, 20),
        request=replace(read_model("x", 0, 0).request, method="POST", url=read_model("x", 0, 0).request.url + "/reset"),
        response=Response(200, (("Content-Type", "application/json"),), Body(value={})),
    )
    before, during, after = read_model("available", 0, 1), (3.0, 4.0), read_model("pending", 30, 31)
    for status in ("available", "pending"):
        assert findings([before, reset, read_model(status, *during), after]) == ()


@pytest.mark.parametrize("seed", range(30))
def test_overlapping_exchanges_may_stand_in_any_order(seed: int) -> None:
    """A sound history in which everything overlaps, shuffled: nothing across exchanges is asserted."""
    chance = random.Random(seed)
    whole = [replace(each, started=100.0, ended=200.0) for each in history()]
    chance.shuffle(whole)
    assert [finding.rule for finding in findings(whole) if finding.level == "error"] == []
