"""The loop: random calls, legal and illegal, in random order, on every service. The emulator must not be at fault.

Hypothesis draws the calls and makes a failing history short. `--hypothesis-profile=exhaustive` draws many more.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from pytest_speechcustom.contracts import SERVICES, load
from pytest_speechcustom.contracts.model import Contract, Operation
from pytest_speechcustom.emulator.core import Emulator
from pytest_speechcustom.emulator.jobs import Progress
from pytest_speechcustom.emulator.plans import Plan
from pytest_speechcustom.values import Body, Headers, Request
from tests.servers import flac

HOST = "http://speech.test"
AUDIO = {"short": flac.silence(40), "long": flac.silence(700), "none": b"no audio at all"}
GARBAGE: list[Any] = [None, "", 0, -1, True, "x" * 300, [], {}, [None], {"self": "nowhere"}, "\ud800", 1e300]
settings.register_profile("loop", max_examples=200, stateful_step_count=12)
settings.register_profile("exhaustive", max_examples=5000, stateful_step_count=40)
CREDENTIALS: Mapping[str, Headers] = {
    "azure": (("Ocp-Apim-Subscription-Key", "any"),),
    "watson": (("Authorization", "Basic YXBpa2V5OmFueQ=="),),
    "video": (("Authorization", "Bearer any"),),
}
FIXED = {"location": "trial", "accountId": "0c1dbb5e-f1c2-4a8e-b6ff-7e3b2b6d3a11", "locale": "en-US"}
NOWHERE = "00000000-0000-4000-8000-000000000000"


def valid_body(operation: Operation, contract: Contract, known: Mapping[str, list[str]], draw: Any) -> Any:
    """A body that is right by itself: the example of its schema, with references to what was seen if there is some."""
    entity = next((media.entity for media in operation.body.values() if media.entity), None)
    if entity is None:
        return None
    schema = contract.schemas[entity]
    body = dict(draw(st.sampled_from(schema.get("examples") or [_made(schema, contract)])))
    body = {name: value for name, value in body.items() if not _read_only(schema, name, contract)}
    for name, kind in (("datasets", "datasets"), ("model1", "models"), ("model2", "models"), ("model", "models"),
                       ("dataset", "datasets"), ("project", "projects"), ("baseModel", "base")):  # fmt: skip
        if name in schema.get("properties", {}) and known.get(kind):
            one = draw(st.sampled_from(known[kind]))
            body[name] = [_reference(contract, one)] if name == "datasets" else _reference(contract, one)
    return body


def _reference(contract: Contract, link: str) -> Any:
    return link if contract.id == "video-indexer" else {"self": link}


def _read_only(schema: Mapping[str, Any], name: str, contract: Contract) -> bool:
    declared = schema.get("properties", {}).get(name, {})
    target = contract.schemas.get(str(declared.get("$ref", "")).removesuffix(".schema.json"), {})
    return bool(declared.get("readOnly") or target.get("readOnly"))


def _made(schema: Mapping[str, Any], contract: Contract) -> dict[str, Any]:
    """The least that a schema wants."""
    made: dict[str, Any] = {}
    for name in schema.get("required", []):
        declared = schema["properties"][name]
        if "$ref" in declared:
            declared = contract.schemas[declared["$ref"].removesuffix(".schema.json")]
        samples = {"string": "en-US", "integer": 1, "number": 1.5, "boolean": True, "array": [], "object": {}}
        uri = {"uri": "https://example.com/x", "date-time": "2026-01-01T00:00:00Z", "uuid": NOWHERE}
        kind = declared.get("type", "object")
        made[name] = (declared.get("enum") or [uri.get(declared.get("format"), samples.get(kind))])[0]
        if kind == "object" and declared.get("required"):
            made[name] = _made(declared, contract)
    return made


class Loop(RuleBasedStateMachine):
    """Calls of one service, drawn one by one. Subclasses say which."""

    service = ""

    def __init__(self) -> None:
        super().__init__()
        self.contract = load(self.service)
        self.emulator = Emulator(self.contract, progress=Progress("manual"))
        self.known: dict[str, list[str]] = {}
        self.names: dict[str, list[str]] = {}

    @rule(data=st.data(), wrong=st.sampled_from(["", "", "", "", "body", "text", "query", "header", "anonymous"]))
    def call(self, data: st.DataObject, wrong: str) -> None:
        """Any operation, with the ids that were seen, and sometimes one thing wrong."""
        operation = self.contract.operations[data.draw(st.sampled_from(sorted(self.contract.operations)))]
        path = operation.path
        for parameter in operation.parameters:
            if parameter.place == "path":
                path = path.replace("{" + parameter.name + "}", quote(self._variable(parameter.name, data), safe=""))
        query = [
            f"{p.name}={quote(self._value(p.name, p.schema, data))}"
            for p in operation.parameters
            if p.place == "query" and (p.required or data.draw(st.booleans()))
        ]
        if wrong == "query":
            query = [*query[1:], "colour=red"]
        headers = [*next(value for name, value in CREDENTIALS.items() if self.service.startswith(name))]
        if wrong == "anonymous":
            headers = []
        body = self._body(operation, wrong, headers, data)
        url = f"{HOST}{self.emulator.suffix if not self.contract.base else ''}{self.contract.base}{path}"
        url += "?" + "&".join(query) if query else ""
        delivery = self.emulator.handle(Request(operation.method, url, tuple(headers), body))
        assert delivery.response.status < 500 or delivery.response.status == 501, delivery.response
        self._learn(delivery.response.body.raw)

    @rule(seconds=st.sampled_from([1, 30, 3600]))
    def advance(self, seconds: int) -> None:
        """Time passes."""
        from datetime import timedelta

        self.emulator.advance(timedelta(seconds=seconds))

    @rule(data=st.data(), outcome=st.sampled_from(["fail", "hang", "late"]))
    def plan(self, data: st.DataObject, outcome: Any) -> None:
        """The next work on a resource goes wrong."""
        kind = data.draw(st.sampled_from(sorted(self.contract.lifecycles)))
        self.emulator.plan(Plan(resource=kind, outcome=outcome))

    @rule()
    def complete(self) -> None:
        """All work ends."""
        self.emulator.complete()

    def teardown(self) -> None:
        """The emulator has answered as the contract says."""
        own = [(each.rule, each.operation, each.message, each.seen) for each in self.emulator.report().findings
               if each.side == "server" and each.level != "note"]  # fmt: skip
        assert own == []

    def _variable(self, name: str, data: st.DataObject) -> str:
        if name in FIXED and data.draw(st.integers(0, 9)):
            return FIXED[name]
        ids = [link.partition("?")[0].rstrip("/").rsplit("/", 1)[-1] for links in self.known.values() for link in links]
        if name == "audio_name":
            ids = ["one", "two", "an audio"]
        return data.draw(st.sampled_from([*ids, NOWHERE] if ids else [NOWHERE]))

    def _value(self, name: str, schema: Mapping[str, Any], data: st.DataObject) -> str:
        if name == "filter":
            return data.draw(st.sampled_from(
                ["status eq 'Succeeded'", "locale eq 'en-US' and displayName ne 'x'", "nonsense", "locale gt 'a'",
                 "createdDateTime gt 2026-01-01T00:00:00Z", "not (kind eq 'Language' or status ne 'Failed')"]
            ))  # fmt: skip
        if "const" in schema or "enum" in schema:
            return str(
                data.draw(st.sampled_from([schema.get("const"), *schema.get("enum", [])])) or schema.get("const")
            )
        if schema.get("type") in ("integer", "number"):
            return str(data.draw(st.sampled_from([0, 1, 2, 100, -1])))
        if schema.get("type") == "boolean":
            return data.draw(st.sampled_from(["true", "false"]))
        return data.draw(st.sampled_from(["en-US", "YWJj", "2026-01-05T09:00:00Z"]))

    def _body(self, operation: Operation, wrong: str, headers: list[tuple[str, str]], data: st.DataObject) -> Body:
        if not operation.body:
            return Body(b"{}") if wrong == "body" else Body()
        media = data.draw(st.sampled_from(sorted(operation.body)))
        entity = operation.body[media].entity
        if wrong != "header":
            headers.append(("Content-Type", media + (";rate=16000" if media.startswith("audio/") else "")))
        if entity is None:
            return Body(AUDIO[data.draw(st.sampled_from(sorted(AUDIO)))])
        if wrong == "text":
            return Body(data.draw(st.sampled_from([b"", b"{", b"[]", b'"x"', b"\xff", b"null"])))
        value = valid_body(operation, self.contract, self.known, data.draw) or {}
        if wrong == "body" and isinstance(value, dict):
            name = data.draw(st.sampled_from([*sorted(value), "colour", "status"]))
            value = value | {name: data.draw(st.sampled_from(GARBAGE))}
        if isinstance(value, dict) and self.contract.schemas[entity].get("type") == "array":
            value = [value]
        return Body(json.dumps(value).encode())

    def _learn(self, raw: bytes | None) -> None:
        """Remember the ids in an answer by the collection they stand in."""
        try:
            answer = json.loads(raw or b"null")
        except ValueError:
            return
        for entity in _entities(answer):
            link = entity.get("self") or entity.get("customization_id") or entity.get("id")
            if isinstance(link, str):
                kind = "base" if "/base/" in link else _kind(link, entity)
                self.known[kind] = [*self.known.get(kind, [])[-5:], link]


def _entities(answer: Any) -> list[dict[str, Any]]:
    listed = answer if isinstance(answer, list) else [answer]
    found = []
    for entity in listed:
        if isinstance(entity, dict):
            found.append(entity)
            for inner in ("values", "customizations"):
                found += [each for each in entity.get(inner) or [] if isinstance(each, dict)]
    return found


def _kind(link: str, entity: Mapping[str, Any]) -> str:
    if "/" in link:
        return link.partition("?")[0].rstrip("/").rsplit("/", 2)[-2]
    return "models" if "datasets" in entity else "datasets"


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_no_history_finds_the_emulator_at_fault(service: str, request: pytest.FixtureRequest) -> None:
    """No server-side finding, no failure, whatever is called in whatever order."""
    machine = type("Loop", (Loop,), {"service": service})
    chosen = request.config.getoption("hypothesis_profile", None) or "loop"
    profile = settings.get_profile(chosen)
    run_state_machine_as_test(
        machine,
        settings=settings(profile, deadline=None, suppress_health_check=list(HealthCheck), database=None),
    )
