"""The parts of the engine by themselves, and the tables against the engine that reads them."""

from __future__ import annotations

import copy
import itertools
import random
import re
from collections.abc import Iterator
from typing import Any, get_args
from urllib.parse import urlsplit

import jsonschema
import pytest
from referencing import Registry, Resource

from pytest_speechcustom.contracts import SERVICES, load
from pytest_speechcustom.contracts.documents import DOCUMENTS
from pytest_speechcustom.contracts.model import Contract, Lifecycle
from pytest_speechcustom.engine import forms, laws
from pytest_speechcustom.engine.filters import FilterError, parse
from pytest_speechcustom.engine.machine import Machine
from pytest_speechcustom.engine.panel import Panel, Seat
from pytest_speechcustom.engine.payload import Direction, Payloads, _form
from pytest_speechcustom.engine.repeats import Repeats
from pytest_speechcustom.engine.routing import LONGEST_KEPT, Router
from pytest_speechcustom.engine.text import NotJson, at, decode, path_of, pointer, real, short, small, whole
from pytest_speechcustom.values import ABSENT, Body, Source

each_service = pytest.mark.parametrize("service", SERVICES)
LIFECYCLES = [
    pytest.param(load(service), name, lifecycle, id=f"{service}/{name}")
    for service in SERVICES
    for name, lifecycle in load(service).lifecycles.items()
]
each_lifecycle = pytest.mark.parametrize(("contract", "name", "lifecycle"), LIFECYCLES)


# what need not be done again


def test_only_laws_that_read_what_changed_are_asked() -> None:
    """By pointer: not for another property beside it; a law whose reading is not known is asked always."""
    read = (frozenset({"/a"}), frozenset({"/b/c", "/a"}), None, frozenset({"/b"}))
    panel = Panel([], [Seat(number, lambda sight: None, pointers) for number, pointers in enumerate(read)])
    before = {"a": 1, "b": {"c": [1], "d": 2}, "e": 5}
    assert panel.concerned(before, copy.deepcopy(before)) == {2}
    assert panel.concerned(before, before | {"e": 6, "f": 7}) == {2}
    assert panel.concerned(before, before | {"a": 2}) == {0, 1, 2}
    assert panel.concerned(before, before | {"b": {"c": [1], "d": 3}}) == {2, 3}
    assert panel.concerned(before, before | {"b": {"c": [2], "d": 2}}) == {1, 2, 3}
    assert panel.concerned(before, {"a": 1}) == {1, 2, 3}


def test_an_answer_that_repeats_the_last_one_is_known() -> None:
    """From the third time on; not what is recorded otherwise, belongs to another entity, or came in between."""
    repeats, body = Repeats(), Body(raw=b"[1]")
    for _ in range(2):
        assert repeats.find("u", "E", body) is ABSENT
        repeats.keep("u", "E", body, value := [1])
    assert repeats.find("u", "E", Body(raw=b"[1]")) is value
    assert repeats.find("v", "E", body) is repeats.find("u", "F", body) is ABSENT
    assert repeats.find("u", "E", Body(raw=b"[1]", problem="cut")) is ABSENT
    assert repeats.find("u", "E", Body(raw=b"[1]", value=[2])) is ABSENT
    repeats.keep("u", "E", Body(raw=b"[2]"), [2])
    assert repeats.find("u", "E", body) is ABSENT


def test_the_answers_that_are_kept_are_bounded() -> None:
    """Neither many nor long ones stay."""
    repeats = Repeats()
    for number in range(5000):
        repeats.keep(f"u{number}", None, Body(raw=b"x" * 1000), "x")
    repeats.keep("long", None, Body(raw=b"x" * 1_000_000), "x")
    assert sum(len(last[1]) for last in repeats._last.values()) <= 1024 * 1024
    assert len(repeats._last) <= 1025
    assert "long" not in repeats._last


# routing


@each_service
def test_every_operation_is_reached(service: str) -> None:
    """With any prefix, in any case of the method, with its variables decoded; other methods of the path are named."""
    contract = load(service)
    router = Router(contract)
    for operation in contract.operations.values():
        names = re.findall(r"\{([^}]*)\}", operation.path)
        path = contract.base + re.sub(r"\{[^}]*\}", "a%20b%2Fc", operation.path)
        for url in (f"https://h{path}", f"https://u:p@h:8443/gateway/x{path}?q=1#f"):
            route = router.route(operation.method.lower(), url)
            assert route.operation is operation
            assert dict(route.variables) == dict.fromkeys(names, "a b/c")
            assert not route.slash
        assert router.route(operation.method, f"https://h{path}/").slash
        other = router.route("BREW", f"https://h{path}")
        assert other.operation is None
        assert operation.method in other.methods
        beyond = router.route(operation.method, f"https://h{path}//nowhere/at/all")
        assert (beyond.operation, beyond.methods) == (None, ())


@pytest.mark.parametrize(
    ("method", "path", "operation"),
    [
        ("POST", "/models/a:copy", "Models_Copy"),
        ("GET", "/models/base", "Models_ListBaseModels"),
        ("GET", "/models/locales", "Models_ListSupportedLocales"),
        ("GET", "/models/a", "Models_GetCustomModel"),
        ("GET", "/models/base/a", "Models_GetBaseModel"),
        ("GET", "/models/a:copy", None),
        ("GET", "/models//a", None),
        ("GET", "/modelsX", None),
    ],
)
def test_literal_segments_and_actions_win(method: str, path: str, operation: str | None) -> None:
    """A path that several templates fit goes to the most literal one; an action is no part of the id."""
    route = Router(load("azure-speech-2025-10-15")).route(method, f"https://h/speechtotext{path}")
    assert (route.operation.id if route.operation else None) == operation or (
        operation is not None and operation not in load("azure-speech-2025-10-15").operations
    )


def test_routes_are_kept_within_bounds() -> None:
    """Long URLs are not kept at all, and short ones up to a number."""
    router = Router(load("watson-stt-cloud"))
    for number in range(5000):
        router.route("GET", f"http://h/v1/models/{number}")
    router.route("GET", "http://h/" + "x" * LONGEST_KEPT)
    assert len(router._cache) <= 4097
    assert max(len(url) for _, url in router._cache) <= LONGEST_KEPT


# filters

KINDS = {"displayName": "string", "status": "string", "createdDateTime": "date-time"}
ENTITY = {"displayName": "O'Neil", "status": "Running", "createdDateTime": "2022-02-01T11:00:00Z"}


@pytest.mark.parametrize(
    ("text", "truth"),
    [
        ("status eq 'Running'", True),
        ("status ne 'Running'", False),
        ("status eq 'running'", None),
        ("status ne 'RUNNING'", None),
        ("displayName eq 'O''Neil'", True),
        ("createdDateTime gt 2022-02-01T10:59:59Z", True),
        ("createdDateTime ge 2022-02-01T12:00:00+01:00", True),
        ("createdDateTime lt 2022-02-01T11:00:00Z", False),
        ("createdDateTime le 2022-02-01T11:00:00Z and status eq 'Running'", True),
        ("createdDateTime eq 2022-02-01T11:00:00Z", True),
        ("createdDateTime ne 2022-02-01T11:00:00Z", False),
        ("not status eq 'Running'", False),
        ("not not (status eq 'Running')", True),
        ("not status eq 'running'", None),
        ("status eq 'x' or displayName eq 'y' or status eq 'Running'", True),
        ("status eq 'x' and displayName eq 'O''Neil' or status eq 'Running'", True),
        ("status eq 'x' and (displayName eq 'O''Neil' or status eq 'Running')", False),
        ("((status eq 'Running'))", True),
    ],
)
def test_filters_match(text: str, truth: bool | None) -> None:
    """The documented grammar; whether letter case counts is not documented."""
    assert parse(text, KINDS).matches(ENTITY) is truth


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "syntax"),
        ("status", "syntax"),
        ("status eq", "syntax"),
        ("status eq 'x", "syntax"),
        ("(status eq 'x'", "syntax"),
        ("(status eq 'x' y", "syntax"),
        ("status eq 'x')", "syntax"),
        ("status eq 'x' status eq 'y'", "syntax"),
        ("'x' eq status", "syntax"),
        ("and", "property"),
        ("other eq 'x'", "property"),
        ("status gt 'x'", "operator"),
        ("status like 'x'", "operator"),
        ("status == 'x'", "syntax"),
        ("status eq Running", "literal"),
        ("status eq '", "syntax"),
        ("createdDateTime eq '2022-02-01T11:00:00Z'", "literal"),
        ("createdDateTime gt yesterday", "literal"),
        (" and ".join(["status eq 'x'"] * 200), "syntax"),
        ("not " * 600 + "status eq 'x'", "syntax"),
        ("(" * 5000, "syntax"),
    ],
)
def test_filters_outside_the_grammar(text: str, fault: str) -> None:
    """Each is refused for its own reason, with what would do."""
    with pytest.raises(FilterError) as caught:
        parse(text, KINDS)
    assert caught.value.fault == fault
    assert caught.value.allowed


def test_filters_have_three_values() -> None:
    """Kleene's tables: unknown and false is false, unknown or true is true, everything else unknown stays so."""
    words = {True: "status eq 'Running'", False: "status eq 'x'", None: "status eq 'running'"}
    for one, other in itertools.product(words, repeat=2):
        both = parse(f"{words[one]} and {words[other]}", KINDS).matches(ENTITY)
        either = parse(f"{words[one]} or {words[other]}", KINDS).matches(ENTITY)
        assert both is (False if False in (one, other) else None if None in (one, other) else True)
        assert either is (True if True in (one, other) else None if None in (one, other) else False)


def test_what_is_absent_or_may_have_changed_is_undecided() -> None:
    """As is a value of another type, and a time that is none."""
    parsed = parse("createdDateTime gt 2022-01-01T00:00:00Z", KINDS)
    entity: Any
    for entity in ({}, {"createdDateTime": 7}, {"createdDateTime": "soon"}, [], None):
        assert parsed.matches(entity) is None
    assert parsed.matches(ENTITY, frozenset({"createdDateTime"})) is None


# machines


@each_lifecycle
def test_the_tables_speak_of_known_things(contract: Contract, name: str, lifecycle: Lifecycle) -> None:
    """Moves and calls name states of their lifecycle, operations of their contract and rules that exist."""
    states = {state.name for state in lifecycle.states}
    assert len(states) == len(lifecycle.states)
    assert set(lifecycle.initial) <= states
    assert lifecycle.initial
    for move in lifecycle.by_itself:
        assert {move.origin, move.target} <= states
    for call in lifecycle.by_call:
        assert call.operation in contract.operations
        assert {*call.moves, *itertools.chain(*call.moves.values()), *call.otherwise} <= states
        assert call.blame is None or call.blame in contract.rules
        assert any(t.operation == call.operation and t.resource == name for t in contract.touches)
    rows: list[Any] = [*lifecycle.states, *lifecycle.by_itself, *lifecycle.by_call]
    for place in rows:
        assert place.source.document in DOCUMENTS


@each_lifecycle
def test_every_set_of_states(contract: Contract, name: str, lifecycle: Lifecycle) -> None:
    """Closures grow, are closed and monotonous; what is seen is possible; a call leads to states of the table."""
    machine = Machine(lifecycle)
    sets = [frozenset(some) for size in (1, 2) for some in itertools.combinations(sorted(machine.states), size)]
    for possible in sets:
        later = machine.later(possible)
        assert later is not None
        assert possible <= later <= machine.states
        assert machine.later(later) == later
        for status in machine.statuses(None):
            seen, reachable = machine.see(possible, status)
            assert seen
            assert machine.statuses(seen) == {status}
            assert reachable is (status in machine.statuses(later))
        for row in lifecycle.by_call:
            after = machine.call(possible, row)
            assert after is None or (after and after <= machine.states)
    for status in machine.final:
        named, _ = machine.see(None, status)
        assert machine.statuses(machine.later(named)) == {status}
    assert machine.later(None) is None
    assert not machine.known(7)
    assert not machine.known("no such status")


# texts


def test_pointers() -> None:
    """RFC 6901: what is written is found again."""
    value = {"a/b": {"~": [1, {"": 2}]}, "n": None}
    assert at(value, pointer(["a/b", "~", 1, ""])) == 2
    assert at(value, "/n") is None
    assert at(value, "") is value
    for nowhere in ("/x", "/n/x", "/a~1b/~0/2", "/a~1b/~0/-", "/a~1b/~0/x"):
        assert at(value, nowhere) is ABSENT


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"\xff", "not UTF-8"),
        (b"[" * 100_000, "nested"),
        (b"{", "line 1"),
        (b'{"a":1,"a":2}', "'a' stands twice"),
        (b"[NaN]", "NaN"),
        (b"1" * 5000, "digits"),
        (b"[1] x", "Extra data"),
    ],
)
def test_what_is_no_json_says_why(raw: bytes, why: str) -> None:
    """In a few words."""
    with pytest.raises(NotJson, match=why):
        decode(Body(raw=raw))


def test_values_are_shown_short() -> None:
    """Whatever they are, on one line of plain characters."""
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    for value in (
        "x" * 999,
        ["x" * 999],
        {"a": "\ud800\n"},
        deep,
        [0] * 1_000_000,
        {str(n): n for n in range(99_999)},
        b"x",
        ABSENT,
    ):
        assert len(short(value)) <= 120
        assert short(value).isascii() or short(value).endswith("…")
    assert short([1, None]) == "[1, null]"
    assert small([{"a": ["b"]}], 20)
    assert not small({"a" * 30: 1}, 20)


def test_numbers_in_texts_and_json() -> None:
    """What looks like a number and is none, or too large for one, is none."""
    assert [whole(text) for text in ("7", "007", "\u00b2", "\u0661", "", "-1", "9" * 19)] == [7, 7, *[None] * 5]
    assert [real(value) for value in (7, 1.5, True, "7", None, 10**400, ABSENT)] == [7.0, 1.5, *[None] * 5]
    assert isinstance(real(7), float)


# payloads


def samples(contract: Contract) -> Iterator[tuple[str, Any]]:
    """The examples of every entity, and some mutants of each."""
    for name, schema in contract.schemas.items():
        chance = random.Random(name)
        for example in schema.get("examples", ()):
            yield name, example
            for _ in range(6):
                made = copy.deepcopy(example)
                if isinstance(made, dict) and made:
                    member = chance.choice(sorted(made))
                    if chance.random() < 0.4:
                        del made[member]
                    else:
                        made[chance.choice([member, "unknown"])] = chance.choice(
                            [None, 7, "x", [], {}, True, -1, [7], ""]
                        )
                yield name, made


@each_service
@pytest.mark.parametrize("direction", get_args(Direction))
def test_two_validators_agree(service: str, direction: Direction) -> None:
    """jsonschema is the second opinion on jsonschema-rs, in both forms, on examples and mutants of them."""
    contract = load(service)
    payloads = Payloads(contract)
    forms = {schema["$id"]: _form(schema, direction) for schema in contract.schemas.values()}
    registry: Any = Registry().with_resources((uri, Resource.from_contents(form)) for uri, form in forms.items())
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    count = 0
    for name, value in samples(contract):
        form = forms[contract.schemas[name]["$id"]]
        second = jsonschema.Draft202012Validator(form, registry=registry, format_checker=checker)
        assert payloads.fits(name, direction, value) is second.is_valid(value), (name, value)
        assert bool(payloads.problems(name, direction, value)) is not second.is_valid(value)
        count += 1
    assert count > 20


@each_service
def test_the_two_forms_differ_in_what_is_read_only(service: str) -> None:
    """A property that the service sets is refused in a request and taken in an answer."""
    contract = load(service)
    payloads = Payloads(contract)
    for name, schema in contract.schemas.items():
        for example in schema.get("examples", ()):
            for member in schema.get("properties", {}):
                if isinstance(example, dict) and member in example and schema["properties"][member].get("readOnly"):
                    told = payloads.problems(name, "request", example)
                    assert any(each.aspect == "readonly" and each.pointer == f"/{member}" for each in told)
                    assert not any(each.aspect == "readonly" for each in payloads.problems(name, "response", example))


# rules


def sources(contract: Contract) -> Iterator[Source]:
    """Every source that the tables of a contract cite."""
    yield from (rule.source for rule in contract.rules.values())
    yield from (operation.source for operation in contract.operations.values())
    for lifecycle in contract.lifecycles.values():
        rows: list[Any] = [*lifecycle.states, *lifecycle.by_itself, *lifecycle.by_call]
        yield from (row.source for row in rows)


@each_service
def test_rules_bind_to_what_there_is(service: str) -> None:
    """The law exists; resources, operations and parameters that its arguments name exist; the source is known."""
    contract = load(service)
    for rule in contract.rules.values():
        assert rule.law in laws.NAMES, rule.id
        args = rule.args
        for name in ("resource", "user", "inside", "references_to"):
            if isinstance(args.get(name), str):
                assert args[name] in contract.resources, rule.id
        for name in ("operations", "calls", "renewed_by", "changed_by"):
            assert set(args.get(name, ())) <= set(contract.operations), rule.id
        for name in ("issued_by", "measured_by", "operation"):
            assert args.get(name) is None or args[name] in contract.operations, rule.id
        assert rule.text.endswith("."), rule.id
        assert rule.id == rule.id.strip()
    for source in sources(contract):
        assert source.document in DOCUMENTS
        assert service in DOCUMENTS[source.document].services, source
        assert source.locator


@each_service
def test_rule_ids_are_unique(service: str) -> None:
    """A table that names a rule twice would lose one of them."""
    from importlib import import_module

    ids = [rule.id for rule in import_module(f"pytest_speechcustom.contracts.{SERVICES[service]}").TABLES.rules]
    assert sorted(ids) == sorted(set(ids))


@pytest.mark.parametrize(
    "url",
    [
        "https://h/a/b?x=/y#z", "https://h", "https://h?x=1", "https://u:p@h:8/a%2Fb", "/a/b?x=a://b", "a/b", "",
        "https://h/a#/b?c", "https://h//a//b", "HTTPS://H/A", "https://h/a b", "https://[::1]:8/a", "x/a://h/b",
    ],
)  # fmt: skip
def test_urls_are_taken_apart_as_the_standard_library_does(url: str) -> None:
    """Also the second time, when the server is known; only what is no URL with a host may be read otherwise."""
    router = Router(load("watson-stt-cloud"))
    expected = urlsplit(url)
    for _ in range(2):
        route = router.route("GET", url)
        assert (route.path, route.query) == (expected.path, expected.query)
        router = _remembering(router)
    if expected.netloc:
        assert path_of(url) == expected.path


def _remembering(router: Router) -> Router:
    """The same router without its cache of whole URLs."""
    router._cache.clear()
    return router


# forms

FORM = (
    b'--x\r\nContent-Disposition: form-data; name="locale"\r\n\r\nen-US\r\n--x\r\n'
    b'Content-Disposition: form-data; name="data"; filename="a; name=b.txt"\r\nContent-Type: text/plain\r\n\r\n'
    b"text --x\r\n--x--\r\n"
)


def test_the_fields_of_a_form_are_read() -> None:
    """By the name in the header of each part, whatever else stands there and in the content."""
    assert forms.fields("multipart/form-data; boundary=x", FORM) == ["locale", "data"]
    assert forms.fields('multipart/form-data; charset=utf-8; boundary="x"', b"--x--") == []


@pytest.mark.parametrize(
    ("content_type", "raw"),
    [
        ("multipart/form-data", FORM),
        ("multipart/form-data; boundary=y", FORM),
        ("multipart/form-data; boundary=x", FORM[:-6]),
        ("multipart/form-data; boundary=x", b""),
        ("multipart/form-data; boundary=x", b"\xff\xfe" * 5000),
        ("multipart/form-data; boundary=x", b"--x\r\n\r\nno header\r\n--x--"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\n1\r\n--x--"),
        ("multipart/form-data; boundary=\u20ac", FORM),
    ],
)
def test_what_is_no_form_is_told(content_type: str, raw: bytes) -> None:
    """Without another exception than the one for that."""
    with pytest.raises(forms.NotForm):
        forms.fields(content_type, raw)
