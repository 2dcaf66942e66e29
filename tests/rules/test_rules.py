"""Every rule of every contract is broken by one history and kept by its neighbour; no story gives a false alarm.

The histories are those of the modules beside this one (see ``build.py``). Where documents cannot decide, nothing
may be found: however a history is cut, whatever reading of it is left out, and however its exchanges overlap.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from types import ModuleType
from typing import Any

import pytest

from pytest_speechcustom.contracts import SERVICES as ALL_SERVICES
from pytest_speechcustom.contracts import load
from pytest_speechcustom.contracts.model import Contract
from pytest_speechcustom.contracts.wire import wire_rules
from pytest_speechcustom.engine import checker
from pytest_speechcustom.engine.checker import Checker
from pytest_speechcustom.engine.panel import Held
from pytest_speechcustom.engine.report import Report
from pytest_speechcustom.values import Exchange, Finding, Source
from tests.rules import (
    azure_speech_2025_10_15,
    azure_speech_v3_1,
    video_indexer,
    watson_stt_cloud,
    watson_stt_icp,
    wire,
)
from tests.rules.build import History, Make

SERVICES: dict[str, ModuleType] = {
    "video-indexer": video_indexer,
    "watson-stt-cloud": watson_stt_cloud,
    "watson-stt-icp": watson_stt_icp,
    "azure-speech-v3.1": azure_speech_v3_1,
    "azure-speech-2025-10-15": azure_speech_2025_10_15,
}
CHANGING = ("POST", "PUT", "PATCH", "DELETE")
RULES = [pytest.param(service, rule, id=f"{service}/{rule}") for service in SERVICES for rule in load(service).rules]
each_service = pytest.mark.parametrize("service", SERVICES)
each_rule = pytest.mark.parametrize(("service", "rule"), RULES)


def judged(service: str, *histories: Iterable[Exchange]) -> Report:
    """The report on one or more histories, each judged by itself."""
    checker = Checker(load(service))
    for history in histories:
        checker.check(history)
    return checker.report()


def told(findings: Iterable[Finding]) -> list[str]:
    """Findings in a form that a failed test can show."""
    return [f"{f.exchange}: {f.level} {f.rule} {f.message} (allowed {f.allowed}; seen {f.seen})" for f in findings]


@cache
def breaks(service: str) -> dict[str, Make]:
    """The breaks of a service: those of the wire rules, then its own."""
    module = SERVICES[service]
    return {**wire.breaks(load(service), module.SAMPLES), **module.BREAKS}


def story(service: str) -> History:
    """The story of a service."""
    found: History = SERVICES[service].story()
    return found


@each_service
def test_only_rules_of_the_contract_are_broken(service: str) -> None:
    """What the modules name are rules."""
    module, rules = SERVICES[service], set(load(service).rules)
    assert {*module.BREAKS, *module.NEIGHBOURS, *module.UNBREAKABLE, *module.TIMED} <= rules
    assert set(module.UNBREAKABLE).isdisjoint(module.BREAKS)


def request_places(contract: Contract, entity: str) -> Iterator[str]:
    """The rules about values that a request body of this entity has a place for."""
    todo: list[tuple[Any, bool]] = [(contract.schemas[entity], True)]
    done: set[int] = set()
    while todo:
        schema, required = todo.pop()
        if "$ref" in schema:
            todo.append((contract.schemas[schema["$ref"].removesuffix(".schema.json")], required))
        if id(schema) in done:
            continue
        done.add(id(schema))
        if schema.get("readOnly"):
            yield "request.body.readonly"
        if schema.get("x-open-enum"):
            yield "request.body.enum"
        if not required and "type" in schema and "null" not in schema["type"]:
            yield "request.body.null"
        for name, inner in schema.get("properties", {}).items():
            todo.append((inner, name in schema.get("required", ())))
        todo += [
            (schema[name], True) for name in ("items", "additionalProperties") if isinstance(schema.get(name), dict)
        ]


@pytest.mark.parametrize("service", ALL_SERVICES)
def test_a_wire_rule_is_left_out_only_where_it_has_no_place(service: str) -> None:
    """A contract without a wire rule has no parameter, header or property that could break it."""
    contract = load(service)
    places = {rule.id for rule in wire_rules(Source("", ""))} - {
        "request.query.required", "request.header.required", "request.body.readonly", "request.body.enum",
        "request.body.null", "response.header.missing",
    }  # fmt: skip
    for operation in contract.operations.values():
        places |= {f"request.{one.place}.required" for one in operation.parameters if one.required}
        for media in operation.body.values():
            places |= set(request_places(contract, media.entity)) if media.entity else set()
        for status in operation.success:
            for name, schema in operation.responses[status].headers.items():
                if name != "retry-after" and not schema.get("x-optional"):
                    places.add("response.header.missing")
    assert places - {"request.path.required"} - set(contract.rules) == set()


@each_service
def test_nothing_is_found_in_the_story(service: str) -> None:
    """A whole lifecycle without fault gives no finding, not even a note."""
    assert told(judged(service, story(service)).findings) == []


@each_rule
def test_the_break_is_found(service: str, rule: str) -> None:
    """The break of a rule breaks that rule and no other; the finding tells what a person needs."""
    if rule in SERVICES[service].UNBREAKABLE:
        return
    assert rule in breaks(service), "no break is written for this rule"
    history, wanted = breaks(service)[rule](), load(service).rules[rule]
    findings = judged(service, history).findings
    assert {finding.rule for finding in findings} == {f"{service}/{rule}"}, told(findings)
    for finding in findings:
        disputed = "(the documents disagree" in finding.message and finding.level == "note"
        assert finding.level == wanted.severity or disputed
        assert (finding.side, finding.basis) == (wanted.side, wanted.basis)
        assert finding.message
        assert finding.allowed
        assert finding.seen
        assert finding.source.document
        assert finding.source.locator
        assert 0 <= finding.exchange < len(history)


@each_rule
def test_the_neighbour_is_not(service: str, rule: str) -> None:
    """A legal neighbour of the break exercises the rule and does not break it."""
    if rule in SERVICES[service].UNBREAKABLE:
        return
    make: Make = SERVICES[service].NEIGHBOURS.get(rule, SERVICES[service].story)
    report = judged(service, make())
    assert f"{service}/{rule}" not in {finding.rule for finding in report.findings}, told(report.findings)
    verdict = next(one.verdict for one in report.requirements if one.rule == rule)
    assert verdict in ("satisfied", "inconclusive") or load(service).rules[rule].law == "wire"


@each_service
def test_what_is_counted_again_is_what_would_be_said(service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A law that is not asked again would have said the same: reading everything three times, with and without."""
    thrice = [one for one in story(service) for _ in range(3 if one.request.method == "GET" else 1)]
    fast = judged(service, thrice)
    monkeypatch.setattr(checker, "Held", lambda said, *_: Held(said, frozenset(range(len(said))), None))
    slow = judged(service, thrice)
    assert (fast.findings, fast.requirements) == (slow.findings, slow.requirements)


@each_service
def test_a_history_may_end_anywhere(service: str) -> None:
    """No beginning of the story gives a finding."""
    whole = story(service)
    for end in range(len(whole)):
        assert told(judged(service, whole[:end]).findings) == [], f"the first {end}"


@each_service
def test_a_history_may_begin_in_the_middle(service: str) -> None:
    """No end of the story gives a finding: what depends on the unseen past is undecided."""
    whole = story(service)
    for start in range(len(whole)):
        assert told(judged(service, whole[start:]).findings) == [], f"from exchange {start}"


@each_service
def test_a_reading_may_be_left_out(service: str) -> None:
    """Without one exchange that changes nothing, nothing is found; without one that does, anything may be."""
    whole = story(service)
    for index, one in enumerate(whole):
        if one.request.method not in CHANGING:
            findings = judged(service, [*whole[:index], *whole[index + 1 :]]).findings
            assert told(f for f in findings if f.level == "error") == [], f"without exchange {index}"


@each_service
@pytest.mark.parametrize("lasting", [0.0, 5.0, None])
def test_all_at_once(service: str, lasting: float | None) -> None:
    """Exchanges that began at the same moment have no order."""
    began = 1_700_000_000.0
    until = None if lasting is None else began + lasting
    whole = [replace(one, started=began, ended=until) for one in story(service)]
    timed = {f"{service}/{rule}" for rule in SERVICES[service].TIMED}
    assert told(f for f in judged(service, whole).findings if f.rule not in timed) == []


@each_service
@pytest.mark.parametrize("seed", range(20))
def test_overlaps(service: str, seed: int) -> None:
    """Exchanges that last over some of their successors have no order with them."""
    chance = random.Random(seed)
    whole = story(service)
    overlapping = []
    for index, one in enumerate(whole):
        last = whole[min(len(whole) - 1, index + chance.choice((0, 0, 1, 2, 5, 20)))]
        assert one.ended is not None
        assert last.started is not None
        overlapping.append(replace(one, ended=max(one.ended, last.started + chance.random())))
    assert told(judged(service, overlapping).findings) == []


@each_service
def test_no_times(service: str) -> None:
    """A recording without times is judged in the order it has."""
    whole = [replace(one, started=None, ended=None) for one in story(service)]
    assert told(judged(service, whole).findings) == []
