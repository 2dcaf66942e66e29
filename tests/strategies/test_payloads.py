"""Payloads made of schemas: the checker takes every valid one and refuses every other, and jsonschema agrees."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from pytest_speechcustom.contracts import SERVICES, load
from pytest_speechcustom.contracts.model import Contract
from pytest_speechcustom.engine.payload import Direction, Payloads
from pytest_speechcustom.strategies import Invalid, Strategies
from pytest_speechcustom.strategies.branches import SUPPORTED
from pytest_speechcustom.values import UsageError
from tests.test_data import KEYWORDS

DIRECTIONS: tuple[Direction, ...] = ("request", "response")
QUICK = settings(max_examples=100, deadline=None, database=None, suppress_health_check=list(HealthCheck))
EACH = settings(QUICK, max_examples=60)
ALL = [(service, entity) for service in SERVICES for entity in load(service).schemas]


@cache
def judge(service: str) -> Payloads:
    """The checker's validation of payloads."""
    return Payloads(load(service))


@cache
def second(service: str, entity: str) -> Draft202012Validator:
    """Another validator, by the schema as it is shipped: that of a response."""
    contract = load(service)
    rows = [(row["$id"], DRAFT202012.create_resource(row)) for row in contract.schemas.values()]
    registry: Registry[Any] = Registry().with_resources(rows)
    return Draft202012Validator(contract.schemas[entity], registry=registry, format_checker=FormatChecker())


def right(service: str, entity: str, direction: Direction, value: Any) -> None:
    """Nothing is wrong with it."""
    assert judge(service).fits(entity, direction, value), judge(service).problems(entity, direction, value)
    if direction == "response":
        assert second(service, entity).is_valid(value)


def wrong(service: str, entity: str, direction: Direction, value: Invalid[Any]) -> None:
    """One thing is wrong with it: what is said, where it is said."""
    problems = judge(service).problems(entity, direction, value.value)
    assert [(f"{direction}.body.{p.aspect}", p.pointer) for p in problems] == [(value.rule, value.pointer)]
    if direction == "response":
        assert not second(service, entity).is_valid(value.value)


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("service", SERVICES)
def test_the_checker_agrees(service: str, direction: Direction) -> None:
    """Any entity of a service."""
    strategies = load(service).strategies
    breakable = [name for name in load(service).schemas if not strategies.invalid(name, direction).is_empty]

    @QUICK
    @given(st.data())
    def holds(data: st.DataObject) -> None:
        entity = data.draw(st.sampled_from(breakable))
        right(service, entity, direction, data.draw(strategies.valid(entity, direction)))
        wrong(service, entity, direction, data.draw(strategies.invalid(entity, direction)))

    holds()


@pytest.mark.slow
@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize(("service", "entity"), ALL)
def test_the_checker_agrees_on_every_entity(service: str, entity: str, direction: Direction) -> None:
    """The same, at length."""
    strategies = load(service).strategies

    @EACH
    @given(strategies.valid(entity, direction))
    def fits(value: Any) -> None:
        right(service, entity, direction, value)

    fits()
    invalid = strategies.invalid(entity, direction)
    if not invalid.is_empty:

        @EACH
        @given(invalid)
        def breaks(value: Invalid[Any]) -> None:
            wrong(service, entity, direction, value)

        breaks()


def test_all_kinds_of_flaw_are_drawn() -> None:
    """A strategy that leaves out a kind of fault would hide it from every property test."""
    found: set[str] = set()

    @settings(QUICK, max_examples=200)
    @given(load("azure-speech-2025-10-15").strategies.invalid("CustomModel", "request"))
    def draws(value: Invalid[Any]) -> None:
        found.add(value.rule.rpartition(".")[2])

    draws()
    assert found == {"required", "unknown", "readonly", "type", "value"}


def test_only_open_enums_have_no_invalid_values() -> None:
    """Of these every value may be one that is new."""
    for service, entity in ALL:
        contract = load(service)
        empty = contract.strategies.invalid(entity, "response").is_empty
        assert empty == bool(contract.schemas[entity].get("x-open-enum")), (service, entity)


def changed(entity: str, **more: Any) -> Contract:
    """A contract where one entity has other keywords, too."""
    contract = load("azure-speech-2025-10-15")
    return dataclasses.replace(contract, schemas={**contract.schemas, entity: contract.schemas[entity] | more})


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"oneOf": [{}]}, "Status: no strategy is made of the keyword 'oneOf'"),
        ({"enum": None, "type": "string", "format": "ipv4"}, "Status: no strategy is made of the format 'ipv4'"),
        ({"if": {"minLength": 2}, "then": {}}, "Status: no strategy is made of this condition"),
    ],
)
def test_a_keyword_that_is_not_known_is_refused(more: dict[str, Any], message: str) -> None:
    """Ignoring it would make values that are wrong; the message says where it stands."""
    contract = changed("Status", **more)
    if "format" in more:
        del contract.schemas["Status"]["enum"]
    with pytest.raises(UsageError, match=message):
        contract.strategies.valid("CustomModel", "response").validate()


def test_all_documented_keywords_are_known() -> None:
    """What docs/architecture.md lets a schema say, the strategies can do."""
    assert SUPPORTED == KEYWORDS


@pytest.mark.parametrize(
    ("ask", "more"),
    [("valid", ["request"]), ("invalid", ["request"]), ("requests", []), ("invalid_requests", [])],
)
def test_an_unknown_name_is_a_usage_error(ask: str, more: list[str]) -> None:
    """One line that says what there is."""
    with pytest.raises(UsageError, match=r"has no (entity|operation) 'Modell'; it has .*Model"):
        getattr(load("video-indexer").strategies, ask)("Modell", *more)


def test_they_are_made_once() -> None:
    """A test may ask as often as it likes; a changed contract has strategies of its own."""
    contract = load("video-indexer")
    assert contract.strategies is contract.strategies
    assert isinstance(contract.strategies, Strategies)
    assert dataclasses.replace(contract).strategies is not contract.strategies


def test_without_hypothesis_one_line_says_so() -> None:
    """It is not installed with the core, and nothing else needs it."""
    program = (
        "import sys; sys.modules['hypothesis'] = None\n"
        "from pytest_speechcustom.contracts import load\n"
        "from pytest_speechcustom.values import UsageError\n"
        "try: load('video-indexer').strategies\n"
        "except UsageError as error: print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.stdout == "strategies need Hypothesis: pip install 'pytest-speechcustom[conformance]'\n", done.stderr
