"""Legal histories of Video Indexer that a careless checker would complain of: nothing is found but notes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from pytest_speechcustom.contracts import load
from pytest_speechcustom.engine.checker import Checker
from tests.rules.build import History, answering
from tests.rules.video_indexer import TEXT, create_dataset, dataset, get, listed, update

LEGAL: dict[str, Callable[[], History]] = {}


def legal(sentence: str) -> Callable[[Callable[[], History]], Callable[[], History]]:
    """Enter a history under its sentence."""

    def enter(make: Callable[[], History]) -> Callable[[], History]:
        assert sentence not in LEGAL
        LEGAL[sentence] = make
        return make

    return enter


@legal("An update that replaces may empty what it does not name.")
def _replaced() -> History:
    complete = dataset(TEXT, "Complete", 14)
    emptied = {"displayName": "News", "description": "", "customProperties": None}
    return [
        create_dataset(TEXT, 0),
        update(complete, {"displayName": "News"}, 20, description="", customProperties=None),
        get(complete | emptied, 30),
        listed("datasets", [complete | emptied], 40),
    ]


@legal("What stands before the service refuses in words of its own.")
def _gateway() -> History:
    page = {"Content-Type": "text/html"}
    read = get(dataset(TEXT, "Complete", 14), 20)
    return [answering(read, status=status, headers=page, body=b"<html>No.</html>") for status in (401, 403, 429, 502)]


@pytest.mark.parametrize("sentence", LEGAL)
@pytest.mark.parametrize("timed", [True, False])
def test_nothing_is_wrong(sentence: str, timed: bool) -> None:
    """No error and no warning, whether the recording has times or only an order."""
    history = LEGAL[sentence]()
    if not timed:
        history = [replace(one, started=None, ended=None) for one in history]
    checker = Checker(load("video-indexer"))
    checker.check(history)
    found = [f for f in checker.report().findings if f.level != "note"]
    assert [f"{f.exchange}: {f.level} {f.rule} {f.message} (allowed {f.allowed}; seen {f.seen})" for f in found] == []
