"""Requests and histories made of a contract: the emulator takes the right ones, and says what is wrong with others."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_speechcustom.contracts import SERVICES, load
from pytest_speechcustom.emulator.core import Emulator
from pytest_speechcustom.strategies import Invalid, Step
from pytest_speechcustom.values import Finding, Request

TOLERATED = {"request.query.unknown", "request.content-type"}
"""What the emulator reports, and answers all the same."""
QUICK = settings(max_examples=60, deadline=None, database=None, suppress_health_check=list(HealthCheck))


def blamed(emulator: Emulator) -> list[Finding]:
    """What a client is to blame for, whatever the server knows."""
    found = emulator.report().findings
    assert not [each for each in found if each.side == "server"]
    return [each for each in found if each.level == "error"]


@pytest.mark.parametrize("service", SERVICES)
def test_valid_requests_are_right(service: str) -> None:
    """Of any operation, to a server that is new."""
    contract = load(service)

    @QUICK
    @given(st.data())
    def holds(data: st.DataObject) -> None:
        operation = data.draw(st.sampled_from(sorted(contract.operations)))
        emulator = Emulator(contract)
        emulator.handle(data.draw(contract.strategies.requests(operation)))
        assert emulator.report().coverage["operations"][operation] == 1
        assert blamed(emulator) == []

    holds()


@pytest.mark.parametrize("service", SERVICES)
def test_invalid_requests_break_the_rule_that_is_said(service: str) -> None:
    """One rule, at one place; and the emulator does not do what they ask for."""
    contract = load(service)
    rules: set[str] = set()

    @settings(QUICK, max_examples=100)
    @given(st.data())
    def holds(data: st.DataObject) -> None:
        operation = data.draw(st.sampled_from(sorted(contract.operations)))
        wrong: Invalid[Request] = data.draw(contract.strategies.invalid_requests(operation))
        emulator = Emulator(contract)
        answer = emulator.handle(wrong.value)
        found = [each for each in emulator.report().findings if each.rule == f"{service}/{wrong.rule}"]
        assert [each.pointer for each in found] == [wrong.pointer]
        others = {each.rule for each in blamed(emulator)} - {f"{service}/{wrong.rule}"}
        assert others == set()
        assert answer.response.status >= 400 or wrong.rule in TOLERATED
        rules.add(wrong.rule.rpartition(".")[0])

    holds()
    assert len(rules) >= 2  # which, is a matter of chance


def play(emulator: Emulator, history: tuple[Step, ...]) -> list[tuple[str, int]]:
    """Send the requests of a history, each with the ids from the answers before it."""
    answers: list[Any] = []
    statuses = []
    for step in history:
        response = emulator.handle(step.request(answers)).response
        kind = dict(response.headers).get("Content-Type", "")
        answers.append(json.loads(response.body.raw or b"null") if "json" in kind else None)
        statuses.append((step.operation, response.status))
        emulator.complete()
    return statuses


@pytest.mark.parametrize("service", SERVICES)
def test_histories_are_right_and_go_on(service: str) -> None:
    """Nobody is to blame, and what was created is found again by later steps."""
    contract = load(service)
    touched = {touch.operation for touch in contract.touches if touch.role not in ("create", "list")}
    done: set[tuple[str, int]] = set()
    words = {"locale": ["en-US"], "base_model_name": ["en-US_BroadbandModel"], "kind": ["Language"]}

    @settings(QUICK, max_examples=100)
    @given(contract.strategies.using(words).histories(max_size=12))
    def holds(history: tuple[Step, ...]) -> None:
        emulator = Emulator(contract)
        done.update(play(emulator, history))
        assert blamed(emulator) == []

    holds()
    reached = {operation for operation, status in done if status < 300 and operation in touched}
    assert len(reached) >= 3, sorted(done)


def test_the_address_is_that_of_a_server() -> None:
    """Requests go below the base of the service at the address that was given."""
    contract = load("watson-stt-icp")

    @QUICK
    @given(contract.strategies.requests("listModels", "http://127.0.0.1:8080"))
    def holds(request: Request) -> None:
        assert request.url.startswith("http://127.0.0.1:8080/speech-to-text/api/v1/models")

    holds()
