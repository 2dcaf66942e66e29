"""Bad input: whatever a file, a request or an answer holds, there is a finding or one clear message, in bounded time.

Everything here goes through the command line or the checker, as users do. Nothing may raise, and no traceback
may be shown.
"""

from __future__ import annotations

import base64
import copy
import gzip
import importlib
import json
import random
import re
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any, Literal, NoReturn
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_speechcustom import cli
from pytest_speechcustom.contracts import SERVICES, load
from pytest_speechcustom.contracts.model import Contract, Operation
from pytest_speechcustom.engine.checker import Checker
from pytest_speechcustom.engine.payload import Payloads
from pytest_speechcustom.engine.report import Report
from pytest_speechcustom.reports import FORMATS, dimensions_of, render
from pytest_speechcustom.traffic import read
from pytest_speechcustom.values import ABSENT, NO_BODY, Body, Exchange, Request, Response

ROOT = Path(__file__).resolve().parents[1]
WATSON = "watson-stt-cloud"
AZURE = "azure-speech-2025-10-15"
URL = "https://api.us-south.speech-to-text.watson.cloud.ibm.com/v1/acoustic_customizations"
MODEL = f"{URL}/74f4807e-7ff2-8862-8304-000000000001"
AUTH = {"Authorization": "Bearer none"}
JSON = {"Content-Type": "application/json"}
SENT: dict[str, Any] = {"name": "A model", "base_model_name": "en-US_BroadbandModel"}
DEEP = 100_000
LEVELS = ("error", "warning", "note")

Run = Callable[..., tuple[int, str, str]]
each_service = pytest.mark.parametrize("service", SERVICES)
each_form = pytest.mark.parametrize("form", FORMATS)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Checks files in this process: exit status, standard output, standard error. No traceback is ever shown."""

    def run(*arguments: object, service: str = WATSON) -> tuple[int, str, str]:
        capsys.readouterr()
        status = cli.main(["check", "--service", service, *map(str, arguments)])
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return status, out, err

    return run


def line(request: dict[str, Any] | None = None, response: dict[str, Any] | None = None) -> dict[str, Any]:
    """A sound exchange of NDJSON that creates a model, with members of its two messages replaced."""
    return {
        "request": {"method": "POST", "url": URL, "headers": AUTH | JSON, "body": SENT} | (request or {}),
        "response": {"status": 201, "headers": JSON, "body": {"customization_id": "a"}} | (response or {}),
    }


def reading(answer: dict[str, Any]) -> dict[str, Any]:
    """An exchange of NDJSON that reads a model, with this answer."""
    return {"request": {"method": "GET", "url": MODEL, "headers": AUTH}, "response": {"status": 200} | answer}


def file(folder: Path, name: str, content: str | bytes) -> Path:
    """A file with this content."""
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))
    return path


def ndjson(folder: Path, *exchanges: object) -> Path:
    """An NDJSON file; what is no string is written as JSON."""
    lines = (each if isinstance(each, str) else json.dumps(each) for each in exchanges)
    return file(folder, "traffic.ndjson", "".join(text + "\n" for text in lines))


def found(out: str) -> list[dict[str, Any]]:
    """The findings of a JSON report."""
    findings: list[dict[str, Any]] = json.loads(out)["findings"]
    return findings


def rules(out: str) -> set[str]:
    """The local ids of the rules that a JSON report found broken."""
    return {finding["rule"].partition("/")[2] for finding in found(out)}


def well_formed(report: Report, exchanges: int, contract: Contract) -> None:
    """What holds of every report, whatever was judged."""
    assert report.summary["exchanges"] == exchanges
    for finding in report.findings:
        rule = contract.rules[finding.rule.removeprefix(f"{contract.id}/")]
        assert finding.level in LEVELS
        assert (finding.side, finding.basis) == (rule.side, rule.basis)
        assert 0 <= finding.exchange < exchanges
        assert finding.message
        assert finding.source.document
        assert finding.operation is None or finding.operation in contract.operations


def judged(service: str, exchanges: Iterable[Exchange], *, isolated: bool = False) -> Report:
    """The report on one history."""
    checker = Checker(load(service), isolated=isolated)
    checker.check(exchanges)
    return checker.report()


def rendered(report: Report, contract: Contract) -> None:
    """Every form of a report can be written as UTF-8."""
    for form in FORMATS:
        assert render(report, form, dimensions=dimensions_of(contract)).encode("utf-8")


# files


_HAR = json.dumps({"log": {"entries": [{"request": {"method": "GET", "url": URL}, "response": {"status": 200}}]}})
_CASSETTE = (
    f"interactions:\n- request: {{method: GET, uri: '{URL}'}}\n  response: {{status: {{code: 200}}}}\nversion: 1\n"
)
_BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 12)
)
_FILES: dict[str, tuple[str, str | bytes]] = {
    "empty HAR": ("a.har", ""),
    "empty NDJSON": ("a.ndjson", ""),
    "empty YAML": ("a.yaml", ""),
    "empty JSON": ("a.json", ""),
    "blank NDJSON": ("a.ndjson", "\n\n"),
    "binary HAR": ("a.har", bytes(range(256))),
    "binary NDJSON": ("a.ndjson", bytes(range(256))),
    "binary YAML": ("a.yaml", bytes(range(256))),
    "binary JSON": ("a.json", bytes(range(256))),
    "gzip NDJSON": ("a.ndjson", gzip.compress(b"{}")),
    "UTF-16 NDJSON": ("a.ndjson", json.dumps(line()).encode("utf-16")),
    "truncated HAR": ("a.har", _HAR[:-10]),
    "truncated NDJSON": ("a.ndjson", json.dumps(line())[:-10]),
    "truncated YAML": ("a.yaml", _CASSETTE[:-20]),
    "HAR of another type": ("a.har", "[1, 2]"),
    "HAR of entries of another type": ("a.har", '{"log": {"entries": [7]}}'),
    "HAR with no list of entries": ("a.har", '{"log": {"entries": {"a": 1}}}'),
    "NDJSON of another type": ("a.ndjson", "[1, 2]\n"),
    "NDJSON named HAR": ("a.har", json.dumps(line()) + "\n"),
    "HAR named NDJSON": ("a.ndjson", _HAR + "\n"),
    "YAML of another type": ("a.yaml", "- 1\n"),
    "cassette with no version": ("a.yaml", _CASSETTE.replace("version: 1\n", "")),
    "YAML whose anchors explode": ("a.yaml", _BOMB + "interactions: *a11\nversion: 1\n"),
    "YAML whose anchors explode in a body": (
        "a.yaml",
        _CASSETTE.replace("interactions:", _BOMB + "interactions:").replace("{code: 200}", "{code: *a11}"),
    ),
    "YAML that holds itself": ("a.yaml", "interactions: &a [*a]\nversion: 1\n"),
    "YAML with a Python object": (
        "a.yaml",
        _CASSETTE.replace("method: GET", "method: !!python/object/apply:os.getcwd []"),
    ),
    "YAML nested deep": ("a.yaml", "interactions: " + "[" * DEEP + "\n"),
    "HAR nested deep": ("a.har", '{"log": {"entries": [' + "[" * DEEP),
    "NDJSON nested deep": ("a.ndjson", "[" * DEEP + "]" * DEEP),
    "NDJSON with a request nested deep": ("a.ndjson", '{"request": ' + '{"a":' * DEEP + "1" + "}" * DEEP + "}"),
    "JSON cassette nested deep": ("a.json", '{"interactions": [' + "[" * DEEP),
    "number of 10,000 digits": ("a.ndjson", '{"request": {}, "response": {"status": ' + "1" * 10_000 + "}}"),
    "number of 10,000 digits in a HAR": ("a.har", '{"log": {"entries": [' + "1" * 10_000 + "]}}"),
    "NaN for a status": ("a.ndjson", '{"request": {"method": "GET", "url": "x"}, "response": {"status": NaN}}'),
    "the same key twice": ("a.ndjson", '{"request": 1, "request": 2}'),
    "invalid UTF-8 in NDJSON": ("a.ndjson", json.dumps(line()).encode().replace(b"A model", b"\xff\xfe")),
    "invalid UTF-8 in a HAR": ("a.har", _HAR.encode().replace(b"GET", b"\xff")),
    "lone surrogate in a URL": ("a.ndjson", json.dumps(line({"url": URL + "\ud800"}))),
    "lone surrogate in a header": ("a.ndjson", json.dumps(line({"headers": {"X": "\udfff"}}))),
    "lone surrogate in a header's name": ("a.ndjson", json.dumps(line({"headers": {"\udfff": "x"}}))),
    "status below 100": ("a.ndjson", json.dumps(line(response={"status": 99}))),
    "status of four digits": ("a.ndjson", json.dumps(line(response={"status": 1000}))),
}


@pytest.mark.parametrize("name", _FILES)
def test_a_file_that_cannot_be_read_is_one_message(run: Run, tmp_path: Path, name: str) -> None:
    """Exit status 2 and one line that names the file, for every kind of broken file, in bounded time."""
    before = time.monotonic()

    status, out, err = run(file(tmp_path, *_FILES[name]))

    assert time.monotonic() - before < 20
    assert status == 2
    assert len(err.splitlines()) == 1
    assert err.startswith("speechcustom: error: ")
    assert _FILES[name][0] in err
    assert len(err) < 2000
    assert out == ""


def test_the_message_names_the_exchange(run: Run, tmp_path: Path) -> None:
    """A file that is broken further on: what stands before is judged, the message tells where it broke."""
    status, out, err = run("--format", "json", ndjson(tmp_path, line(), line(), '{"request": {}}', line()))

    assert status == 2
    assert "traffic.ndjson, line 3: " in err
    report = json.loads(out)
    assert (report["verdict"], report["summary"]["exchanges"]) == ("error", 2)


@pytest.mark.parametrize("seed", range(40))
def test_a_damaged_file_is_a_message_or_is_judged(run: Run, tmp_path: Path, seed: int) -> None:
    """Bytes of a recording replaced, removed or doubled at random: one message, or a report; never exit status 3."""
    chance = random.Random(seed)
    source = chance.choice(
        [ROOT / "examples/watson-training.ndjson", *sorted((ROOT / "tests/recordings").glob("w*.*"))]
    )
    content = bytearray(source.read_bytes())
    for _ in range(chance.randint(1, 4)):
        place, length = chance.randrange(len(content)), chance.choice((1, 1, 1, 7, 300))
        new = chance.choice(
            (b"", b"\x00", b"\xff", b'"', b"}", b"[", b"&a ", b"9" * 5000, content[place:][:length] * 2)
        )
        content[place : place + length] = new
    cut = chance.choice((len(content), len(content), chance.randrange(len(content))))

    status, _, err = run(file(tmp_path, f"damaged{source.suffix}", bytes(content[:cut])))

    assert status in (0, 1, 2)
    assert status == 2 or not err
    assert len(err.splitlines()) <= 1


# bodies


def packed(content: bytes) -> dict[str, Any]:
    """The members of a message that carries these bytes."""
    return {"body_base64": base64.b64encode(content).decode()}


_NO_JSON: dict[str, bytes] = {
    "nested deep": b"[" * DEEP + b"]" * DEEP,
    "objects nested deep": b'{"name":' * DEEP + b"1" + b"}" * DEEP,
    "a number of 10,000 digits": b'{"name": ' + b"1" * 10_000 + b"}",
    "NaN": b'{"name": NaN}',
    "Infinity": b'{"name": -Infinity}',
    "the same name twice": b'{"name": "a", "name": "b"}',
    "invalid UTF-8": b'{"name": "\xff"}',
    "truncated": b'{"name": "a',
    "two values": b"{} {}",
    "HTML": b"<!DOCTYPE html><html><body>502 Bad Gateway</body></html>",
    "binary": bytes(range(256)),
    "a byte order mark in UTF-16": b"\xff\xfe{\x00}\x00",
    "blanks": b"   ",
    "an encoded surrogate": b'{"name": "\xed\xa0\x80"}',
}


@pytest.mark.parametrize("name", _NO_JSON)
def test_a_body_that_is_no_json_is_a_finding(run: Run, tmp_path: Path, name: str) -> None:
    """In a request, in an answer and in a refusal, each blamed on its side."""
    body = packed(_NO_JSON[name])
    asked = {key: value for key, value in line()["request"].items() if key != "body"} | body
    exchanges = [
        line() | {"request": asked},
        reading({"headers": JSON} | body),
        reading({"status": 404, "headers": JSON} | body),
    ]
    before = time.monotonic()

    status, out, err = run("--format", "json", ndjson(tmp_path, *exchanges))

    assert time.monotonic() - before < 20
    assert (status, err) == (1, "")
    places = {(finding["rule"].partition("/")[2], finding["exchange"]) for finding in found(out)}
    assert {("request.body.json", 0), ("response.body.json", 1), ("error.body", 2)} <= places


@each_form
@pytest.mark.parametrize("depth", [150, 400, 800, 990, 1200, 5000])
def test_nesting_near_the_limits_is_a_finding(run: Run, tmp_path: Path, depth: int, form: str) -> None:
    """Depths that some decoders and validators take and others do not; the same answer read twice, and listed."""
    nested = "[" * depth + "]" * depth
    model = '{"customization_id": "74f4807e-7ff2-8862-8304-000000000001", "deep": %s, "name": "n", "status": %s}'
    body = packed((model % (nested, nested)).encode())
    answer = {"headers": JSON} | body
    listed = reading({"headers": JSON} | packed(f'{{"customizations": [{model % (nested, nested)}]}}'.encode()))
    listed["request"]["url"] = URL
    asked = {"method": "POST", "url": URL, "headers": AUTH | JSON}
    exchanges = [reading(answer), reading(answer), listed, listed, line() | {"request": asked | body}]

    status, out, err = run("--format", form, ndjson(tmp_path, *exchanges))

    assert (status, err) == (1, "")
    assert len(out) < 1_000_000


@pytest.mark.parametrize("depth", [100, 300, 700, 940])
def test_deep_values_in_a_line_are_judged_or_refused(run: Run, tmp_path: Path, depth: int) -> None:
    """A body that stands in the line as JSON: a finding, or one message where it cannot be read."""
    nested: Any = "x"
    for level in range(depth):
        nested = [nested] if level % 2 else {"name": nested}
    text = json.dumps({"customization_id": "74f4807e-7ff2-8862-8304-000000000001", "status": nested, "extra": nested})
    answer = '{"request": {"method": "GET", "url": "%s"}, "response": {"status": 200, "body": %s}}' % (MODEL, text)  # noqa: UP031

    status, _, err = run(ndjson(tmp_path, answer, answer, answer))

    assert status == 1 if not err else (status == 2 and "nested too deep" in err)


@pytest.mark.parametrize("place", ["value", "name"])
@pytest.mark.parametrize("raw", [True, False], ids=["bytes", "json"])
def test_lone_surrogates_are_findings(run: Run, tmp_path: Path, place: str, raw: bool) -> None:
    r"""``\ud800`` in a string or in the name of a property, in a request, an answer and a refusal."""
    extra = {"name": "\ud800"} if place == "value" else {"\ud800": "x"}
    asked, answered = SENT | extra, {"customization_id": "a"} | extra

    def members(value: Any) -> dict[str, Any]:
        return packed(json.dumps(value).encode()) if raw else {"body": value}

    request = {"method": "POST", "url": URL, "headers": AUTH | JSON} | members(asked)
    response = {"status": 201, "headers": JSON} | members(answered)
    refusal = {"status": 400, "headers": JSON} | members({"error": "\udc00", "code": 400, "\udc00": 1})
    exchanges = [{"request": request, "response": response}, {"request": request, "response": refusal}]
    for form in FORMATS:
        status, out, err = run("--format", form, ndjson(tmp_path, *exchanges))
        assert (status, err) == (1, "")
        assert out.encode("utf-8")


@pytest.mark.parametrize(
    ("response", "rule"),
    [
        ({"headers": {"Content-Type": "text/html"}, "body": "<html></html>"}, "response.content-type"),
        ({"headers": JSON, "body": "<html></html>"}, "response.body.json"),
        ({"headers": JSON}, "response.body.missing"),
        ({"headers": JSON, "body": ""}, "response.body.missing"),
        ({"headers": {"Content-Type": "audio/wav"}, "body": {}}, "response.content-type"),
        ({"headers": {"Content-Type": ";;;="}, "body": {}}, "response.body.required"),
        ({"status": 502, "headers": {"Content-Type": "text/html"}, "body": "<html></html>"}, "error.content-type"),
        ({"status": 100}, "response.status"),
        ({"status": 304}, "response.status"),
        ({"status": 999, "headers": JSON, "body": {}}, "response.status"),
        ({"status": 299, "body": {}}, "response.status"),
    ],
)
def test_an_answer_that_is_not_what_it_says_is_a_finding(
    run: Run, tmp_path: Path, response: dict[str, Any], rule: str
) -> None:
    """HTML, emptiness, another content type, statuses that nobody sends."""
    status, out, err = run("--format", "json", ndjson(tmp_path, reading(response)))

    assert err == ""
    assert rule in rules(out)
    assert status == int(json.loads(out)["summary"]["errors"] > 0)


def test_bodies_of_50_megabytes(run: Run, tmp_path: Path) -> None:
    """An upload of audio, JSON with one long string, many unknown properties or a long list."""
    size = 50 * 1024 * 1024
    audio = {"method": "POST", "url": f"{MODEL}/audio/a", "headers": AUTH | {"Content-Type": "audio/wav"}}
    sound = {"request": audio | packed(bytes(size)), "response": {"status": 201, "headers": JSON, "body": {}}}
    model = {"customization_id": 7, "status": "ready", "progress": 0}
    many = {f"p{number}": "x" * 200 for number in range(size // 210)}
    listed = reading({"headers": JSON, "body": {"customizations": [model] * 100_000}})
    listed["request"]["url"] = URL
    exchanges = [sound, line({"body": SENT | {"description": "x" * size}}), line({"body": SENT | many}), listed]
    path = ndjson(tmp_path, *exchanges)
    before = time.monotonic()

    status, out, err = run("--format", "json", path)

    assert time.monotonic() - before < 60
    assert (status, err) == (1, "")
    assert {"request.body.unknown", "response.body.type"} <= rules(out)
    assert "request.content-type" not in rules(out)
    assert len(out) < 5_000_000


# requests


_URLS = [
    "",
    " ",
    "http://[",
    "http://]/",
    "http://host:99999999/v1/models",
    "http://host:port/v1/models",
    "://",
    "?",
    "#",
    "/",
    "http://",
    "//host/v1/models",
    "v1/models",
    "http://h/%zz",
    f"{URL}/%zz",
    f"{URL}/%ff%fe",
    f"{URL}/%00",
    f"{URL}/%2F",
    f"{URL}/\x00",
    f"{URL}/a b",
    f"{URL}/\n",
    f"{URL}/\r\nHost: x",
    f"{URL}/\x1b[31m",
    f"{URL}/\u202e",
    "http://\u2100.example/v1/models",
    "http://b\u00fccher.example/v1/models",
    "http://xn--/v1/models",
    "http://a@b@c/v1/models",
    f"{URL}//",
    f"{URL}/../x",
    f"{URL}?",
    f"{URL}?&&&=",
    f"{URL}?language=%zz",
    f"{URL}?language=\u00b2&language=%ff",
    f"{URL}#frag?language=x",
    "http://user:pa:ss@host/v1/models",
    "file:///etc/passwd",
    "data:,x",
    "http://host\\v1\\models",
    "http://[::1%25eth0]/v1/models",
    "http://[v1.x]/v1/models",
    "http://999.999.999.999/v1/models",
    "http://\ufeff/",
]


@each_service
def test_urls_that_are_no_urls_are_findings(run: Run, tmp_path: Path, service: str) -> None:
    """A path that the contract does not have, or another host; the report is written in every form."""
    methods = ("GET", "POST", "", "get", "BREW", "G\nT", "x" * 500, "\u0130")
    exchanges = [
        {"request": {"method": methods[place % len(methods)], "url": url}, "response": {"status": 200, "body": {}}}
        for place, url in enumerate(_URLS)
    ]
    for form in FORMATS:
        status, out, err = run("--format", form, ndjson(tmp_path, *exchanges), service=service)
        assert (status, err) in ((0, ""), (1, ""))
        assert "\x1b" not in out
        assert out.replace("\n", "").isprintable()


@pytest.mark.parametrize(
    "url",
    [
        "http://host/" + "a" * 1_000_000,
        "http://host/" + "/" * 1_000_000,
        f"{URL}/" + "v1/acoustic_customizations/" * 40_000,
        f"{URL}?" + "a=b&" * 250_000,
        f"{URL}?" + "%" * 1_000_000,
        "http://" + "h" * 1_000_000 + "/v1/models",
        "http://" + "h:" * 500_000 + "@/v1/models",
    ],
    ids=["letters", "slashes", "templates", "parameters", "percents", "host", "user"],
)
@pytest.mark.parametrize("service", ["video-indexer", WATSON, AZURE])
def test_urls_of_a_megabyte_take_bounded_time(run: Run, tmp_path: Path, service: str, url: str) -> None:
    """Routing, judging and reporting do not grow out of proportion with the URL."""
    exchange = {"request": {"method": "GET", "url": url}, "response": {"status": 200, "body": {}}}
    before = time.monotonic()

    status, _, err = run(ndjson(tmp_path, exchange), service=service)

    assert time.monotonic() - before < 20
    assert (status, err) in ((0, ""), (1, ""))


def test_odd_headers(run: Run, tmp_path: Path) -> None:
    """Given twice, in odd case, with newlines, without a name: one value twice is none of our business, two are."""
    odd = {"": "x", "X-\u00fc": "\u00fc", "x-a": "a\r\nb: c", "X-NUMBER": 1, "x-many": ["1", "2"]}
    good = line({"headers": {"aUTHORIZATION": "Bearer a", "CONTENT-type": "APPLICATION/JSON ; charset=utf-8"} | odd})
    same = line(
        {"headers": [["Content-Type", "application/json"], ["content-type", "application/json"], *AUTH.items()]}
    )
    other = line({"headers": [["Content-Type", "application/json"], ["content-type", "text/plain"], *AUTH.items()]})
    answer = line(response={"headers": [["Content-Type", "application/json"], ["content-type", "text/plain"]]})

    status, out, err = run("--format", "json", ndjson(tmp_path, good, same, other, answer))

    assert (status, err) == (1, "")
    told = {(finding["rule"].partition("/")[2], finding["exchange"]) for finding in found(out)}
    assert ("request.header.value", 2) in told
    assert ("response.header.value", 3) in told
    assert not {place for place in told if place[0].startswith("request") and place[1] in (0, 1)}


@pytest.mark.parametrize("value", ["\u00b2", "9" * 5000, "-1", "+1", "1_0", "1e3", "\u0661", "", " ", "0x1", "NaN"])
def test_odd_numbers_in_parameters_and_headers(run: Run, tmp_path: Path, value: str) -> None:
    """What looks like a number to one function and is none to another: skip, top, Retry-After."""
    listing = f"https://host/speechtotext/models?api-version=2025-10-15&skip={quote(value)}&top={quote(value)}"
    answer = {
        "status": 200,
        "headers": JSON | {"Retry-After": value},
        "body": {"values": [], "@nextLink": listing.replace("skip=", "skip=1&skip=")},
    }
    exchange = {"request": {"method": "GET", "url": listing}, "response": answer, "started": "2026-01-01T00:00:00Z"}

    status, _, err = run(ndjson(tmp_path, exchange, exchange), service=AZURE)

    assert (status, err) in ((0, ""), (1, ""))


# every operation with bodies of every type


NAUGHTY: list[Any] = [
    [],
    {},
    "",
    "x",
    0,
    -1,
    1.5,
    1e308,
    10**400,
    True,
    False,
    None,
    [[]],
    [{}],
    [None],
    [1, "x"],
    {"": ""},
    "x" * 3000,
    "://",
    "/models/1",
    "http://[",
    "\ud800",
    "\x00\n\x1b",
    {"\ud800": 1},
    {"self": 7},
    [{"self": []}],
    {"self": "://"},
    "9999-12-31T23:59:59.999999-23:59",
    "0001-01-01T00:00:00+23:59",
    "2022-02-30T00:00:00Z",
    "\u00b2",
]
LISTS = ("values", "customizations", "audio", "models", "links")


def place_of(operation: Operation, contract: Contract) -> str:
    """A URL of an operation, with the parameters it needs."""
    path = re.sub(r"\{[^}]*\}", "74f4807e-7ff2-8862-8304-000000000001", operation.path)
    required = [p for p in operation.parameters if p.place == "query" and p.required]
    query = "&".join(f"{p.name}={quote(str(p.schema.get('enum', ['2025-10-15'])[0]))}" for p in required)
    return f"https://host{contract.base}{path}" + (f"?{query}" if query else "")


def called(operation: Operation, contract: Contract, asked: Any, answered: Any, status: int) -> Exchange:
    """A call of an operation with these JSON values."""
    kind = next((name for name in operation.body if "json" in name), "application/json")
    request = Request(
        operation.method,
        place_of(operation, contract),
        (("Authorization", "Bearer none"), ("Ocp-Apim-Subscription-Key", "none"), ("Content-Type", kind)),
        Body(value=asked),
    )
    headers = (("Content-Type", "application/json"), ("Location", str(answered)[:50]), ("Retry-After", str(asked)[:9]))
    return Exchange(request, Response(status, headers, Body(value=answered)))


def statuses(operation: Operation) -> list[int]:
    """A documented success and a refusal."""
    return [*sorted(operation.success)[:1], 400]


@each_service
def test_values_of_every_type_for_every_operation(service: str) -> None:
    """As the whole request and answer, and wrapped as the lists of the services: findings and a report."""
    contract = load(service)
    exchanges = [
        called(operation, contract, wrapped, wrapped, status)
        for operation in contract.operations.values()
        for status in statuses(operation)
        for value in (NAUGHTY if status < 400 else NAUGHTY[:13:3])
        for wrapped in (value, dict.fromkeys(LISTS, value), {name: [value, {"x": value}] for name in LISTS})
    ]
    report = judged(service, exchanges)
    well_formed(report, len(exchanges), contract)
    rendered(report, contract)


def shape(contract: Contract, name: str) -> dict[str, Any]:
    """The properties of an entity by name, references followed one step."""
    schema = contract.schemas[name]
    return dict(schema.get("properties", {}))


@each_service
def test_entities_with_one_member_of_another_type(service: str) -> None:
    """Every property of every entity, one at a time, in answers and in requests, over a history that goes on."""
    contract = load(service)
    chance = random.Random(service)
    exchanges = []
    for operation in contract.operations.values():
        bodies = [media.entity for media in operation.body.values() if media.entity]
        answers = [
            media.entity
            for code in operation.success
            for media in operation.responses[code].media.values()
            if media.entity
        ]
        names = bodies[:1] + answers[:1]
        properties = {member: None for name in names for member in shape(contract, name)}
        for member in properties:
            for value in chance.sample(NAUGHTY, 4):
                made = {other: chance.choice(NAUGHTY) for other in properties if chance.random() < 0.3} | {
                    member: value
                }
                exchanges.append(called(operation, contract, made, made, statuses(operation)[0]))
    report = judged(service, exchanges)
    well_formed(report, len(exchanges), contract)
    rendered(report, contract)


OPERATIONS = [(service, name) for service in SERVICES for name in load(service).operations]
KEYS = st.sampled_from(
    [
        "self",
        "id",
        "status",
        "customization_id",
        "name",
        "values",
        "@nextLink",
        "links",
        "audio",
        "customizations",
        "createdDateTime",
        "created",
        "updated",
        "error",
        "code",
        "properties",
        "language",
        "locale",
        "progress",
        "details",
    ]
) | st.text(st.characters(), max_size=5)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(st.characters(), max_size=8)
VALUES = st.recursive(
    SCALARS | st.sampled_from(NAUGHTY),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=400, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(
    calls=st.lists(
        st.tuples(st.sampled_from(OPERATIONS), VALUES, VALUES, st.sampled_from([200, 201, 204, 400, 404, 500])),
        min_size=1,
        max_size=4,
    )
)
def test_any_json_for_any_operation(calls: list[tuple[tuple[str, str], Any, Any, int]]) -> None:
    """Whatever JSON is sent and answered: nothing raises, and the report can be written in every form."""
    service = calls[0][0][0]
    contract = load(service)
    names = list(contract.operations)
    exchanges = []
    for (_, name), asked, answered, status in calls:
        operation = contract.operations[name if name in names else names[len(name) % len(names)]]
        exchanges.append(called(operation, contract, asked, answered, status))
    report = judged(service, exchanges)
    well_formed(report, len(exchanges), contract)
    rendered(report, contract)


# histories, mutated


def stories() -> Iterator[tuple[str, str]]:
    """The histories at hand: the service and the name of each."""
    folder = Path(__file__).parent / "rules"
    for service in SERVICES:
        module = re.sub(r"[^a-z0-9]", "_", service)
        if (folder / f"{module}.py").is_file():
            yield service, f"tests.rules.{module}"
    for path in [*sorted((ROOT / "examples").glob("*.ndjson")), *sorted((ROOT / "tests/recordings").glob("*.har"))]:
        yield WATSON, path.relative_to(ROOT).as_posix()
    for path in sorted((ROOT / "cassettes").glob("*/*.yaml")):
        yield path.parent.name, path.relative_to(ROOT).as_posix()


@cache
def story(name: str) -> tuple[Exchange, ...]:
    """A history by its name, bodies decoded where they are JSON."""
    if name.startswith("tests.rules."):
        return tuple(map(decoded, importlib.import_module(name).story()))
    return tuple(map(decoded, read(ROOT / name)))


def decoded(one: Exchange) -> Exchange:
    """An exchange whose bodies are JSON values, so that they can be mutated."""

    def body(given: Body) -> Body:
        try:
            return Body(value=json.loads(given.raw)) if given.raw else given
        except ValueError:
            return given

    response = one.response and replace(one.response, body=body(one.response.body))
    return replace(one, request=replace(one.request, body=body(one.request.body)), response=response)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of everything in a JSON value, the whole included."""
    yield path
    for step, inner in (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    ):
        yield from places(inner, (*path, step))


def with_value(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """A copy with another value at a path."""
    if not path:
        return new
    made = copy.copy(value)
    made[path[0]] = with_value(value[path[0]], path[1:], new)
    return made


def mutated_body(chance: random.Random, body: Body) -> Body:
    """The body with something in it replaced by a value of another type or of another place."""
    if body.value is ABSENT:
        return Body(value=chance.choice(NAUGHTY))
    every = list(places(body.value))
    return Body(value=with_value(body.value, chance.choice(every), chance.choice([*NAUGHTY, body.value])))


def mutated(chance: random.Random, history: list[Exchange]) -> list[Exchange]:
    """A history with one thing changed."""
    place = chance.randrange(len(history))
    one, other = history[place], chance.choice(history)
    how = chance.randrange(11)
    if how == 0:
        return history[:place] + history[place + 1 :] or history
    if how == 1:
        return [*history[:place], one, *history[place:]]
    if how == 2:
        return [*history[:place], other, *history[place:]]
    if how == 3:
        one = replace(one, started=chance.choice((None, other.started, -1e15, 0.0)), ended=other.ended)
    elif how == 4:
        one = replace(one, response=other.response)
    elif how == 5:
        one = replace(one, request=replace(one.request, body=mutated_body(chance, one.request.body)))
    elif how == 6:
        one = replace(one, request=replace(one.request, url=other.request.url))
    elif one.response is not None and how == 7:
        one = replace(
            one, response=replace(one.response, status=chance.choice((100, 200, 201, 204, 304, 400, 404, 409, 500)))
        )
    elif one.response is not None and how == 8:
        header = chance.choice(("Location", "Retry-After", "Content-Type", "Operation-Location"))
        value = chance.choice(("", "://", "\u00b2", "x" * 2000, "9" * 5000, other.request.url))
        one = replace(one, response=replace(one.response, headers=(*one.response.headers, (header, value))))
    elif one.response is not None:
        one = replace(one, response=replace(one.response, body=mutated_body(chance, one.response.body)))
    return [*history[:place], one, *history[place + 1 :]]


@pytest.mark.parametrize(("service", "name"), list(stories()))
def test_mutated_histories(service: str, name: str) -> None:
    """Histories with a few things changed at random: nothing raises, and every finding is well-formed."""
    contract, whole = load(service), story(name)
    chance = random.Random(name)
    deadline = time.monotonic() + 1
    for number in count():
        start = chance.randrange(max(1, len(whole) - 5))
        history = list(whole[start : start + chance.choice((5, 20, len(whole)))])
        for _ in range(chance.randint(1, 6)):
            history = mutated(chance, history)
        report = judged(service, history, isolated=number % 10 == 9)
        well_formed(report, len(history), contract)
        if number % 25 == 0:
            rendered(report, contract)
        if number >= 400 or (number >= 30 and time.monotonic() > deadline):
            break


# schemas that point outside


@pytest.mark.parametrize("direction", ["request", "response"])
def test_schemas_that_point_outside_are_not_fetched(
    monkeypatch: pytest.MonkeyPatch, direction: Literal["request", "response"]
) -> None:
    """A `$ref` to a URL is one clear error that names it, and no socket is opened."""

    def refuse(*_: Any, **__: Any) -> NoReturn:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    contract = load(WATSON)
    remote = "http://127.0.0.1:9/outside.schema.json"
    outside = {"AcousticModel": {**contract.schemas["AcousticModel"], "properties": {"name": {"$ref": remote}}}}
    payloads = Payloads(replace(contract, schemas={**contract.schemas, **outside}))

    with pytest.raises(Exception, match=re.escape(remote)) as caught:
        payloads.fits("AcousticModel", direction, {"name": "x"})
    assert "\n" not in str(caught.value)


def test_a_body_that_was_not_recorded_whole(run: Run, tmp_path: Path) -> None:
    """Truncated base64 and a compression that cannot be undone: findings, not silence."""
    cut = reading({"headers": JSON, "body_base64": "eyJhIj"})
    packed_oddly = reading({"headers": JSON | {"Content-Encoding": "br"}} | packed(b"\x8b\x00\x80\xff"))

    status, out, err = run("--format", "json", ndjson(tmp_path, cut, packed_oddly))

    assert (status, err) == (0, "")
    assert [finding["rule"].partition("/")[2] for finding in found(out)] == ["response.body.unread"] * 2


def test_no_body_at_all() -> None:
    """A history of exchanges without bodies, headers, times and answers is judged."""
    contract = load(AZURE)
    exchanges = [
        Exchange(Request(operation.method, place_of(operation, contract), (), NO_BODY), answer)
        for operation in contract.operations.values()
        for answer in (None, Response(200), Response(500))
    ]
    well_formed(judged(AZURE, exchanges), len(exchanges), contract)
