"""The readers of captured traffic: every form they read, and every kind of broken file."""

from __future__ import annotations

import base64
import gzip
import io
import json
import subprocess
import sys
import threading
import tracemalloc
import urllib.request
import zlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
import requests
import vcr
import yaml

from pytest_speechcustom import traffic
from pytest_speechcustom.traffic import inflate, json_stream, yaml_stream
from pytest_speechcustom.values import ABSENT, NO_BODY, Body, Exchange, TrafficError

URL = "http://host/path?query=1"
EPOCH_2026 = 1767225600.0


def write(folder: Path, name: str, content: str | bytes) -> Path:
    """A file in `folder`."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def read(folder: Path, name: str, content: str | bytes) -> list[Exchange]:
    """The exchanges of a file with this content."""
    return list(traffic.read(write(folder, name, content)))


def refused(folder: Path, name: str, content: str | bytes) -> str:
    """The message with which a file is refused: one line that begins with the file's path."""
    path = write(folder, name, content)
    with pytest.raises(TrafficError) as caught:
        list(traffic.read(path))
    message = str(caught.value)
    assert message.startswith(str(path))
    assert "\n" not in message
    assert caught.value.exit_status == 2
    return message.removeprefix(str(path))


def until_error(path: Path) -> tuple[list[Exchange], str]:
    """What can be read of a file, and the message with which it ends, if it does."""
    found: list[Exchange] = []
    try:
        found.extend(traffic.read(path))
    except TrafficError as error:
        return found, str(error)
    return found, ""


def line(**members: Any) -> dict[str, Any]:
    """An NDJSON envelope."""
    return {"request": {"method": "GET", "url": URL}, "response": {"status": 200}} | members


def request_line(**members: Any) -> str:
    """An NDJSON line with these members in its request."""
    return json.dumps(line(request={"method": "POST", "url": URL} | members))


def body_line(body: str) -> str:
    """An NDJSON line whose response's body is this JSON text."""
    return f'{{"request":{{"method":"GET","url":"{URL}"}},"response":{{"status":200,"body":{body}}}}}'


def entry(**members: Any) -> dict[str, Any]:
    """A HAR entry."""
    return {
        "startedDateTime": "2026-01-01T00:00:00.000Z",
        "time": 250,
        "request": {"method": "GET", "url": URL, "headers": [], "bodySize": 0},
        "response": {"status": 200, "headers": [], "content": {"size": 2, "mimeType": "text/plain", "text": "{}"}},
    } | members


def har(*entries: Any) -> str:
    """A HAR file."""
    log = {"version": "1.2", "creator": {"name": "x"}, "pages": [{"a": ['"', "\\", "]"]}], "entries": list(entries)}
    return json.dumps({"log": log})


def interaction(**members: Any) -> dict[str, Any]:
    """A vcrpy interaction."""
    return {
        "request": {"method": "GET", "uri": URL, "body": None, "headers": {"Accept": ["*/*"]}},
        "response": {"status": {"code": 200, "message": "OK"}, "headers": {}, "body": {"string": "{}"}},
    } | members


def cassette(*interactions: Any) -> dict[str, Any]:
    """A vcrpy cassette."""
    return {"interactions": list(interactions), "version": 1}


def received(content: Any, headers: dict[str, list[str]] | None = None) -> dict[str, Any]:
    """A vcrpy interaction whose response has this body."""
    response = {"status": {"code": 200, "message": "OK"}, "headers": headers or {}, "body": content}
    return interaction(response=response)


def body_of(exchange: Exchange) -> Body:
    """The response's body."""
    assert exchange.response is not None
    return exchange.response.body


SAMPLES = {
    "x.ndjson": (json.dumps(line(started="2026-01-01T00:00:00Z")) + "\n") * 3,
    "x.har": har(entry(), entry(), entry()),
    "x.json": json.dumps(cassette(interaction(), interaction(), interaction()), indent=4),
    "x.yaml": yaml.safe_dump(cassette(interaction(), interaction(), interaction())),
}


class TestAnyFile:
    """What holds for every format."""

    @pytest.mark.parametrize("name", SAMPLES)
    def test_reads_exchanges(self, tmp_path: Path, name: str) -> None:
        """Each format gives its exchanges in order, as values that name their place."""
        found = read(tmp_path, name, SAMPLES[name])
        assert [one.request.method for one in found] == ["GET"] * 3
        assert [one.request.url for one in found] == [URL] * 3
        assert [one.response.status for one in found if one.response] == [200] * 3
        word, first = {"x.ndjson": ("line", 1), "x.har": ("entry", 0)}.get(name, ("interaction", 0))
        assert [one.where for one in found] == [f"{tmp_path / name}, {word} {first + n}" for n in range(3)]

    def test_place_has_the_path_as_given(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A relative path stays relative in `where` and in messages; upper case suffixes are known."""
        monkeypatch.chdir(tmp_path)
        write(tmp_path, "a.NDJSON", SAMPLES["x.ndjson"])
        assert next(iter(traffic.read("a.NDJSON"))).where == "a.NDJSON, line 1"
        with pytest.raises(TrafficError, match=r"^gone\.har: cannot be read"):
            traffic.read("gone.har")

    @pytest.mark.parametrize("name", ["x.txt", "x", "-", "x.har.gz", ".har", ""])
    def test_unknown_suffix(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
        """A file of no known suffix is refused at once, and the message says what is known."""
        monkeypatch.chdir(tmp_path)
        with pytest.raises(TrafficError, match=r"\.ndjson"):
            traffic.read(name)

    def test_unusable_paths(self, tmp_path: Path) -> None:
        """A missing file, a directory and an impossible name are refused at once."""
        (tmp_path / "folder.har").mkdir()
        for name in ("missing.yaml", "folder.har", "nul\0.har", "x" * 5000 + ".har"):
            with pytest.raises(TrafficError, match=r"har|yaml"):
                traffic.read(tmp_path / name)

    @pytest.mark.parametrize("name", SAMPLES)
    @pytest.mark.parametrize("content", [b"", b"\n \n", b"\xef\xbb\xbf"], ids=["empty", "blank", "mark"])
    def test_empty(self, tmp_path: Path, name: str, content: bytes) -> None:
        """An empty file is refused: nothing to check is not a pass."""
        assert "holds no " in refused(tmp_path, name, content)

    @pytest.mark.parametrize(
        ("name", "content"),
        [("x.har", har()), ("x.json", json.dumps(cassette())), ("x.yaml", "interactions: []\nversion: 1\n")],
    )
    def test_no_exchange(self, tmp_path: Path, name: str, content: str) -> None:
        """A well-formed file without exchanges is refused too."""
        assert "holds no exchange" in refused(tmp_path, name, content)

    @pytest.mark.parametrize("name", SAMPLES)
    @pytest.mark.parametrize(
        "content",
        [
            bytes(range(256)) * 40,
            gzip.compress(b"{}" * 100),
            b"\xff\xfe{\x00}\x00",
            b"\x00" * 100,
            b'{"a": "\xff"}',
            b"[]",
            b"3",
            b'"text"',
            b"null",
            b"{}",
            b"]",
            b"}" * 100_000,
            b"<html></html>",
        ],
        ids=range(13),
    )
    def test_something_else(self, tmp_path: Path, name: str, content: bytes) -> None:
        """Binary data and other documents are refused with one line."""
        refused(tmp_path, name, content)

    @pytest.mark.parametrize("name", SAMPLES)
    def test_nested_too_deep(self, tmp_path: Path, name: str) -> None:
        """A hundred thousand levels end in a message, wherever they are."""
        deep = "[" * 100_000 + "]" * 100_000
        for content in (
            deep,
            body_line(deep),
            '{"log": {"entries": [' + deep,
            '{"version": 1, "interactions": [' + deep,
        ):
            refused(tmp_path, name, content)

    @pytest.mark.parametrize("name", SAMPLES)
    def test_cut_off(self, tmp_path: Path, name: str) -> None:
        """Wherever a file is cut, what is whole is read, and then `TrafficError` and nothing else follows."""
        content = SAMPLES[name]
        whole = read(tmp_path, name, content)
        silent = 0
        for offset in range(len(content.rstrip())):
            path = write(tmp_path, name, content[:offset])
            found, error = until_error(path)
            silent += not error
            assert not error or error.startswith(str(path))
            assert found == whole[: len(found)]
        lines = len(content.splitlines())
        assert silent == (2 * (lines - 1) if name == "x.ndjson" else 0)  # a cut between two lines cannot be seen

    @pytest.mark.parametrize("name", SAMPLES)
    def test_damaged_bytes(self, tmp_path: Path, name: str) -> None:
        """A byte that changes anywhere lets no other exception out."""
        content = SAMPLES[name].encode()
        for offset in range(0, len(content), 3):
            for byte in b'\x00\xff"{[\\&':
                damaged = content[:offset] + bytes([byte]) + content[offset + 1 :]
                assert "\n" not in until_error(write(tmp_path, name, damaged))[1]

    @pytest.mark.parametrize("name", SAMPLES)
    def test_exchanges_before_the_damage(self, tmp_path: Path, name: str) -> None:
        """The file is streamed: what stands before the damage has been given when the error comes."""
        content = SAMPLES[name]
        cut = content[: content.rindex("GET")]
        stream = traffic.read(write(tmp_path, name, cut))
        assert next(stream).request.method == "GET"
        assert next(stream).request.method == "GET"
        with pytest.raises(TrafficError, match=r"line 3|(entry|interaction) 2"):
            next(stream)

    @pytest.mark.parametrize("name", SAMPLES)
    def test_memory_is_flat(self, tmp_path: Path, name: str) -> None:
        """Ten times the exchanges take no more memory."""
        peaks = []
        for count in (2_000, 20_000):
            write_many(tmp_path / name, count)
            tracemalloc.start()
            try:
                assert sum(1 for _ in traffic.read(tmp_path / name)) == count
                peaks.append(tracemalloc.get_traced_memory()[1])
            finally:
                tracemalloc.stop()
        assert peaks[1] < peaks[0] + 200_000
        assert peaks[1] < 2_000_000

    def test_yaml_is_imported_for_cassettes_only(self) -> None:
        """Reading NDJSON and HAR does not pay for the import of YAML."""
        code = (
            "import sys; from pytest_speechcustom import traffic; import pytest_speechcustom.traffic.har, "
            "pytest_speechcustom.traffic.ndjson; sys.exit('yaml' in sys.modules or 'vcr' in sys.modules)"
        )
        assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def write_many(path: Path, count: int) -> None:
    """A file of `count` exchanges."""
    if path.suffix == ".ndjson":
        path.write_text((json.dumps(line()) + "\n") * count)
    elif path.suffix == ".har":
        path.write_text('{"log": {"entries": [' + ",\n".join([json.dumps(entry())] * count) + "]}}")
    elif path.suffix == ".json":
        path.write_text('{"interactions": [' + ",\n".join([json.dumps(interaction())] * count) + '], "version": 1}')
    else:
        one = f"- request: {{method: GET, uri: '{URL}'}}\n  response:\n    status: {{code: 200}}\n"
        path.write_text("interactions:\n" + one * count + "version: 1\n")


class TestNdjson:
    """One exchange a line."""

    def test_everything(self, tmp_path: Path) -> None:
        """Times, headers and bodies of a whole line arrive as they were written; the unknown is ignored."""
        whole = {
            "started": "2026-01-01T00:00:00Z",
            "ended": "2026-01-01T01:00:00.500+01:00",
            "comment": {"x": [1]},
            "request": {"method": "POST", "url": URL, "headers": {"A": "1"}, "body": {"displayName": "x"}, "id": 1},
            "response": {"status": 201, "headers": {"B": ["1", "2"]}, "body": "text ü"},
        }
        (one,) = read(tmp_path, "x.ndjson", json.dumps(whole))
        assert (one.started, one.ended) == (EPOCH_2026, EPOCH_2026 + 0.5)
        assert one.request.headers == (("A", "1"),)
        assert one.request.body == Body(value={"displayName": "x"})
        assert one.response is not None
        assert one.response.headers == (("B", "1"), ("B", "2"))
        assert one.response.body == Body(raw="text ü".encode())

    def test_what_may_be_absent(self, tmp_path: Path) -> None:
        """Without a response, times, headers and body the exchange has none of them; null is the same."""
        bare = {"request": {"method": "GET", "url": URL}}
        nulls = {"started": None, "ended": None, "response": None, "request": bare["request"] | {"headers": None}}
        for one in read(tmp_path, "x.ndjson", f"{json.dumps(bare)}\n{json.dumps(nulls)}"):
            assert (one.response, one.started, one.ended) == (None, None, None)
            assert one.request.headers == ()
            assert one.request.body is NO_BODY

    @pytest.mark.parametrize(
        ("members", "body"),
        [
            ({"body": None}, Body(value=None)),
            ({"body": []}, Body(value=[])),
            ({"body": False}, Body(value=False)),
            ({"body": 0}, Body(value=0)),
            ({"body": ""}, NO_BODY),
            ({"body": '{"a":1}'}, Body(raw=b'{"a":1}')),
            ({"body_base64": "AP8="}, Body(raw=b"\x00\xff")),
            ({"body_base64": "AP\n8="}, Body(raw=b"\x00\xff")),
            ({"body_base64": ""}, NO_BODY),
            ({"body_base64": None}, NO_BODY),
        ],
    )
    def test_bodies(self, tmp_path: Path, members: dict[str, Any], body: Body) -> None:
        """A JSON value, text and bytes are told apart, and null from nothing."""
        (one,) = read(tmp_path, "x.ndjson", request_line(**members))
        assert one.request.body == body
        assert (one.request.body.value is ABSENT) == (body.value is ABSENT)

    @pytest.mark.parametrize(
        ("body", "problem"),
        [
            ('{"a": {"x": 1, "x": 2}}', "duplicate key 'x'"),
            ('{"x": 1, "x": 1}', "duplicate key 'x'"),
            ("[1, NaN]", "NaN is no JSON"),
            ("-Infinity", "-Infinity is no JSON"),
            ('{"a": 1e999}', "the number '1e999' is too large"),
            ('{"a": "\\ud800"}', "a string holds a lone surrogate"),
            ('{"\\udfff": 1}', "a string holds a lone surrogate"),
            ('{"a": ' + "1" * 10_000 + "}", "a number of 10000 digits"),
            ('"\\ud800"', "the recorded text holds a lone surrogate, which cannot have been sent"),
        ],
    )
    def test_problems_in_a_body(self, tmp_path: Path, body: str, problem: str) -> None:
        """What is wrong inside a body is kept with the body, and the lines after it are read."""
        first, second = read(tmp_path, "x.ndjson", body_line(body) + "\n" + body_line("{}"))
        assert body_of(first).problem == problem
        assert body_of(second) == Body(value={})

    @pytest.mark.parametrize("packed", ["AP8", "!!!!", "AP8=AP8=", "é"])
    def test_broken_base64(self, tmp_path: Path, packed: str) -> None:
        """Base64 that cannot be decoded is a problem of that body only."""
        (one,) = read(tmp_path, "x.ndjson", request_line(body_base64=packed))
        assert one.request.body == Body(problem="the recorded base64 is broken or truncated")

    def test_bytes_are_unpacked(self, tmp_path: Path) -> None:
        """Bytes whose headers say gzip are unpacked."""
        packed = base64.b64encode(gzip.compress(b'{"a": 1}')).decode()
        (one,) = read(tmp_path, "x.ndjson", request_line(body_base64=packed, headers={"content-encoding": "gzip"}))
        assert one.request.body == Body(raw=b'{"a": 1}')

    def test_harmless_oddities(self, tmp_path: Path) -> None:
        """Escaped pairs of surrogates, flaws in unknown members and ordinary floats are no problem."""
        (one,) = read(tmp_path, "x.ndjson", body_line('{"a": "\\ud83d\\ude00", "b": [1.5, -0.0, 1e5]}'))
        assert body_of(one).value == {"a": "😀", "b": [1.5, -0.0, 1e5]}
        assert body_of(one).problem is None
        odd = '{"x": {"a": NaN, "k": 1, "k": 2}, ' + body_line('{"b": 1}')[1:]
        (one,) = read(tmp_path, "x.ndjson", odd)
        assert body_of(one) == Body(value={"b": 1})

    @pytest.mark.parametrize(
        ("headers", "expected"),
        [
            ({"A": "1", "B": 2, "C": 1.5}, (("A", "1"), ("B", "2"), ("C", "1.5"))),
            ({"A": ["1", 2], "B": []}, (("A", "1"), ("A", "2"))),
            ([["A", "1"], ["a", 2]], (("A", "1"), ("a", "2"))),
            ([{"name": "A", "value": "ü"}], (("A", "ü"),)),
            ({}, ()),
            ([], ()),
        ],
    )
    def test_headers(self, tmp_path: Path, headers: Any, expected: Any) -> None:
        """Headers come as an object, as lists in an object, as pairs or as named objects."""
        (one,) = read(tmp_path, "x.ndjson", request_line(headers=headers))
        assert one.request.headers == expected

    def test_blank_lines_and_line_ends(self, tmp_path: Path) -> None:
        """Blank lines count as lines and hold nothing; a byte order mark and CR LF are tolerated."""
        text = json.dumps(line())
        found = read(tmp_path, "x.ndjson", f"\ufeff{text}\r\n\r\n  \n{text}\r\n")
        assert [one.where.rsplit(", ")[-1] for one in found] == ["line 1", "line 4"]

    @pytest.mark.parametrize(
        ("broken", "what"),
        [
            ("{", "is not JSON"),
            ("[]", "the line must be an object, not an array"),
            ("null", "the line must be an object, not null"),
            ("{}", "request is missing"),
            ("{} {}", "is not JSON"),
            (b'{"a": "\xff"}', "is not UTF-8"),
            (json.dumps(line(request=[])), "request must be an object, not an array"),
            (json.dumps(line(request={"url": URL})), "request.method is missing"),
            (json.dumps(line(request={"method": "GET"})), "request.url is missing"),
            (request_line(url=1), "request.url must be a string, not a number"),
            (request_line(url=None), "request.url must be a string, not null"),
            (request_line(method=True), "request.method must be a string, not a boolean"),
            (request_line(url="\ud800"), "request.url: a string holds a lone surrogate"),
            (request_line(headers="A: 1"), "request.headers must be an object or an array, not a string"),
            (request_line(headers={"A": {}}), "'A' in request.headers must be a string, not an object"),
            (request_line(headers={"A": True}), "'A' in request.headers must be a string, not a boolean"),
            (request_line(headers={"A": [None]}), "'A' in request.headers must be a string, not null"),
            (request_line(headers=[1]), "request.headers must hold pairs"),
            (request_line(headers=[["A"]]), "request.headers must hold pairs"),
            (request_line(headers=[{"value": "1"}]), "a name in request.headers must be a string"),
            (request_line(headers={"A": float("nan")}), "request.headers: NaN is no JSON"),
            (request_line(body=1, body_base64=""), "request has both body and body_base64"),
            (request_line(body_base64=1), "request.body_base64 must be a string, not a number"),
            (json.dumps(line(response=1)), "response must be an object, not a number"),
            (json.dumps(line(response={})), "response.status is missing"),
            (json.dumps(line(response={"status": "200"})), "response.status must be a whole number, not a string"),
            (json.dumps(line(response={"status": 200.0})), "response.status must be a whole number"),
            (json.dumps(line(response={"status": True})), "response.status must be a whole number"),
            (json.dumps(line(response={"status": 0})), "response.status must be a number of three digits"),
            (json.dumps(line(response={"status": float("inf")})), "response.status: Infinity is no JSON"),
            ('{"response": {"status": ' + "1" * 10_000 + '}, "request": {}}', "a number of 10000 digits"),
            (json.dumps(line(started=1)), "started must be a date and time as a string, not a number"),
            (json.dumps(line(started="yesterday")), "started is no date and time: 'yesterday'"),
            (json.dumps(line(started="2026-01-01")), "started is no date and time"),
            (json.dumps(line(started="2026-02-30T00:00:00Z")), "started is no date and time"),
            (json.dumps(line(ended="")), "ended is no date and time"),
            ('{"request": 1, "request": 2}', "the line: duplicate key 'request'"),
            ('{"request": {"url": "a", "url": "b", "method": "GET"}}', "request: duplicate key 'url'"),
            ('{"request": {"url": "a", "method": "GET", "headers": {"A": "1", "A": "2"}}}', "duplicate key 'A'"),
        ],
    )
    def test_broken_lines(self, tmp_path: Path, broken: str | bytes, what: str) -> None:
        """A broken line is named by its number, and the message says what is wrong."""
        good = json.dumps(line()).encode() + b"\n"
        raw = broken.encode() if isinstance(broken, str) else broken
        message = refused(tmp_path, "x.ndjson", good + raw + b"\n" + good)
        assert message.startswith(", line 2: ")
        assert what in message

    def test_times_without_an_offset(self, tmp_path: Path) -> None:
        """A time without an offset is read as UTC, so that machines agree."""
        (one,) = read(tmp_path, "x.ndjson", json.dumps(line(started="2026-01-01T00:00:00")))
        assert one.started == EPOCH_2026

    def test_large_body(self, tmp_path: Path) -> None:
        """A body of megabytes is read as it is."""
        (one,) = read(tmp_path, "x.ndjson", request_line(body="x" * 5_000_000))
        assert one.request.body.raw == b"x" * 5_000_000


class TestHar:
    """HAR 1.2."""

    def test_everything(self, tmp_path: Path) -> None:
        """Times, headers without HTTP/2's pseudo headers, and both bodies arrive."""
        headers = [{"name": ":method", "value": "POST"}, {"name": "A", "value": "1"}, {"name": "A", "value": "2"}]
        whole = entry(
            request={
                "method": "POST",
                "url": URL,
                "headers": headers,
                "postData": {"mimeType": "application/json", "text": '{"a": "ü"}'},
            },
            response={
                "status": 200,
                "headers": headers,
                "content": {"size": 2, "mimeType": "x/y", "encoding": "base64", "text": "AP8="},
            },
        )
        (one,) = read(tmp_path, "x.har", har(whole))
        assert (one.started, one.ended) == (EPOCH_2026, EPOCH_2026 + 0.25)
        assert one.request.headers == (("A", "1"), ("A", "2"))
        assert one.request.body == Body(raw='{"a": "ü"}'.encode())
        assert body_of(one) == Body(raw=b"\x00\xff")

    @pytest.mark.parametrize("members", [{"response": {"status": 0}}, {"response": None}, {"response": {"status": -1}}])
    def test_no_response(self, tmp_path: Path, members: dict[str, Any]) -> None:
        """Status 0 is how HAR says that there was no answer."""
        (one,) = read(tmp_path, "x.har", har(entry(**members)))
        assert one.response is None

    @pytest.mark.parametrize(
        ("content", "body"),
        [
            ({"size": 0}, NO_BODY),
            ({"size": -1}, NO_BODY),
            ({"size": 0, "text": ""}, NO_BODY),
            ({"size": 7}, Body(problem="the body was not recorded")),
            ({"size": 7, "text": None}, Body(problem="the body was not recorded")),
            ({"text": "AP8", "encoding": "base64"}, Body(problem="the recorded base64 is broken or truncated")),
            (
                {"text": "x", "encoding": "rot13"},
                Body(problem="the body was recorded in the encoding 'rot13', which is unknown"),
            ),
            ({"text": "x", "encoding": ""}, Body(raw=b"x")),
            (None, NO_BODY),
        ],
    )
    def test_response_bodies(self, tmp_path: Path, content: Any, body: Body) -> None:
        """A body that was not recorded is told from none."""
        (one,) = read(tmp_path, "x.har", har(entry(response={"status": 200, "content": content})))
        assert body_of(one) == body

    @pytest.mark.parametrize(
        ("members", "body"),
        [
            ({"postData": {"mimeType": "text/plain", "text": ""}}, NO_BODY),
            ({"postData": {"mimeType": "text/plain"}}, NO_BODY),
            ({"postData": {"text": "AP8=", "encoding": "base64"}}, Body(raw=b"\x00\xff")),
            (
                {"postData": {"mimeType": "multipart/form-data", "params": [{"name": "a"}]}},
                Body(problem="the parameters of the form were recorded, not the body"),
            ),
            ({"bodySize": 12}, Body(problem="the body was not recorded")),
            ({"bodySize": 12, "postData": {}}, Body(problem="the body was not recorded")),
            ({"bodySize": -1}, NO_BODY),
        ],
    )
    def test_request_bodies(self, tmp_path: Path, members: dict[str, Any], body: Body) -> None:
        """The same for what was sent; forms recorded by their parameters are a problem."""
        (one,) = read(tmp_path, "x.har", har(entry(request={"method": "POST", "url": URL} | members)))
        assert one.request.body == body

    @pytest.mark.parametrize(
        ("members", "times"),
        [
            ({"time": -1}, (EPOCH_2026, None)),
            ({"time": None}, (EPOCH_2026, None)),
            ({"startedDateTime": None}, (None, None)),
            ({"startedDateTime": "2026-01-01T01:00:00.1234567+01:00", "time": 0}, (EPOCH_2026 + 0.123456,) * 2),
        ],
    )
    def test_times(self, tmp_path: Path, members: dict[str, Any], times: Any) -> None:
        """What HAR says is unknown is unknown."""
        (one,) = read(tmp_path, "x.har", har(entry(**members)))
        assert (one.started, one.ended) == times

    def test_members_in_any_order(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Members around the entries are skipped whatever they hold, however the chunks fall."""
        noise = {
            "a": ['"]}', "\\", '\\"', {"entries": [1], "log": 2}],
            "b": -1.5e3,
            "c": True,
            "d": None,
            "é": "\u2028",
        }
        log = {"pages": [noise], "entries": [entry(), entry()], "comment": noise, "x": 1}
        whole = {"first": noise, "n": 12, "log": log, "last": [[]], "s": "text", "t": 1}
        for indent in (None, 1):
            for size in (1, 2, 3, 7, 64, 1000):
                monkeypatch.setattr(json_stream, "CHUNK", size)
                assert len(read(tmp_path, "x.har", json.dumps(whole, indent=indent))) == 2

    @pytest.mark.parametrize(
        ("content", "what"),
        [
            ('{"log": {}}', "holds no 'entries'"),
            ('{"log": []}', "an object"),
            ('{"log": {"entries": {}}}', "an array"),
            ('{"log": {"entries": null}}', "an array"),
            ('{"log": {"entries": [], "entries": []}}', "holds 'entries' twice"),
            ('{"entries": []}', "holds no 'log'"),
            (har(entry()) + "x", "goes on after the end"),
            (har(entry()).replace("]}}", "]}"), "ends too early"),
            ('{"log": {"entries": [1 2]}}', "must be an object"),
            ('{"log": {"entries": [' + json.dumps(entry()) + "," + "]}}", "at entry 1"),
            ('{"log": {"entries": [{"a": ' + "1" * 10_000 + "}]}}", "too many digits"),
            ('{"log": {"x": , "entries": []}}', "a value is missing"),
            ('{log: {"entries": []}}', "a key"),
            ('{"log": {"entries": [{"a": nope}' + " " * 100_000, "is not JSON"),
        ],
    )
    def test_not_har(self, tmp_path: Path, content: str, what: str) -> None:
        """What is no HAR is refused with what is wrong and how far it was read."""
        assert what in refused(tmp_path, "x.har", content)

    @pytest.mark.parametrize(
        ("members", "what"),
        [
            ({"request": None}, "request must be an object, not null"),
            ({"request": {"method": "GET"}}, "request.url is missing"),
            ({"request": {"method": "GET", "url": ["x"]}}, "request.url must be a string, not an array"),
            ({"request": {"method": 1, "url": URL}}, "request.method must be a string"),
            ({"request": {"method": "GET", "url": URL, "headers": 1}}, "request.headers must be"),
            ({"request": {"method": "GET", "url": URL, "postData": "x"}}, "request.postData must be an object"),
            ({"request": {"method": "GET", "url": URL, "postData": {"text": 1}}}, "request.postData.text must be"),
            ({"response": "x"}, "response must be an object, not a string"),
            ({"response": {}}, "response.status is missing"),
            ({"response": {"status": "200"}}, "response.status must be a whole number"),
            ({"response": {"status": 20}}, "response.status must be a number of three digits"),
            ({"response": {"status": 200, "content": []}}, "response.content must be an object"),
            ({"response": {"status": 200, "content": {"text": {}}}}, "response.content.text must be a string"),
            ({"response": {"status": 200, "content": {"text": "", "encoding": 1}}}, "encoding must be a string"),
            ({"startedDateTime": 5}, "startedDateTime must be"),
            ({"startedDateTime": "x"}, "startedDateTime is no date and time: 'x'"),
            ({"time": "5"}, "time must be a number, not a string"),
            ({"time": True}, "time must be a number"),
            ({"time": float("nan")}, "time must be a finite number"),
            ({"time": 10**400}, "time must be a finite number"),
        ],
    )
    def test_broken_entries(self, tmp_path: Path, members: dict[str, Any], what: str) -> None:
        """A broken entry is named by its number, counted from 0."""
        message = refused(tmp_path, "x.har", har(entry(), entry(**members)))
        assert message.startswith(", entry 1: ")
        assert what in message

    def test_large_entry(self, tmp_path: Path) -> None:
        """An entry many times as long as a chunk is decoded a few times only, and so is one that never ends."""
        content = {"size": 1, "text": 'x"\\' * 2_000_000}
        (one, _) = read(tmp_path, "x.har", har(entry(response={"status": 200, "content": content}), entry()))
        assert body_of(one).raw == b'x"\\' * 2_000_000
        assert "ends too early" in refused(tmp_path, "x.har", '{"log": {"entries": [{"a": "' + "x" * 5_000_000)
        assert "ends too early" in refused(tmp_path, "x.har", '{"log": {"a": "' + "x" * 5_000_000)

    def test_damage_is_found_without_reading_on(self, tmp_path: Path) -> None:
        """A broken entry ends the reading there: the rest of the file is not taken into memory."""
        path = write(tmp_path, "x.har", '{"log": {"entries": [{"a": nope}' + " " * 5_000_000)
        tracemalloc.start()
        try:
            with pytest.raises(TrafficError):
                list(traffic.read(path))
            assert tracemalloc.get_traced_memory()[1] < 2_000_000
        finally:
            tracemalloc.stop()


PACKED = gzip.compress(b'{"a": 1}')
BARE = zlib.compressobj(wbits=-15)
BARE_DEFLATE = BARE.compress(b'{"a": 1}' * 9) + BARE.flush()


class TestCassette:
    """vcrpy cassettes."""

    @pytest.mark.parametrize(
        ("content", "headers", "body"),
        [
            ({"string": ""}, {}, NO_BODY),
            ({"string": None}, {}, NO_BODY),
            ({}, {}, NO_BODY),
            (None, {}, NO_BODY),
            ({"string": "ü"}, {}, Body(raw="ü".encode())),
            ({"string": b"\x00\xff"}, {}, Body(raw=b"\x00\xff")),
            ("text", {}, Body(raw=b"text")),
            (b"\xff", {}, Body(raw=b"\xff")),
            (12, {}, Body(raw=b"12")),
            ({"base64_string": "AP8="}, {}, Body(raw=b"\x00\xff")),
            ({"base64_string": "AP8"}, {}, Body(problem="the recorded base64 is broken or truncated")),
            ({"other": 1}, {}, Body(problem="the body was recorded in a form that vcrpy does not write")),
            ([b"a", "b"], {}, Body(raw=b"ab")),
            ([1], {}, Body(problem="the body was recorded in a form that vcrpy does not write")),
            ({"string": PACKED}, {"Content-Encoding": ["gzip"]}, Body(raw=b'{"a": 1}')),
            ({"string": PACKED + PACKED}, {"content-encoding": ["GZIP"]}, Body(raw=b'{"a": 1}' * 2)),
            ({"string": PACKED}, {}, Body(raw=PACKED)),
            ({"string": '{"a": 1}'}, {"Content-Encoding": ["gzip"]}, Body(raw=b'{"a": 1}')),
            (
                {"string": PACKED[:-3]},
                {"Content-Encoding": ["gzip"]},
                Body(problem="the body is broken or truncated gzip"),
            ),
            (
                {"string": PACKED + b"x"},
                {"Content-Encoding": ["gzip"]},
                Body(problem="the body is broken or truncated gzip"),
            ),
            ({"string": zlib.compress(b"abc")}, {"Content-Encoding": ["deflate"]}, Body(raw=b"abc")),
            ({"string": BARE_DEFLATE}, {"Content-Encoding": ["deflate"]}, Body(raw=b'{"a": 1}' * 9)),
            ({"string": '{"a": 1}'}, {"Content-Encoding": ["deflate"]}, Body(raw=b'{"a": 1}')),
            (
                {"string": b"\xff\xff"},
                {"Content-Encoding": ["deflate"]},
                Body(problem="the body is broken or truncated deflate"),
            ),
            ({"string": zlib.compress(PACKED)}, {"Content-Encoding": ["gzip, deflate"]}, Body(raw=b'{"a": 1}')),
            ({"string": "{}"}, {"Content-Encoding": ["br"]}, Body(raw=b"{}")),
            (
                {"string": b"\xff"},
                {"Content-Encoding": ["br"]},
                Body(problem="the body is packed with 'br', which cannot be unpacked here"),
            ),
            ({"string": "{}"}, {"Content-Encoding": ["identity"]}, Body(raw=b"{}")),
        ],
    )
    def test_bodies(self, tmp_path: Path, content: Any, headers: dict[str, list[str]], body: Body) -> None:
        """Every form in which vcrpy writes a body is read, and unpacked as its headers say."""
        (one,) = read(tmp_path, "x.yaml", yaml.safe_dump(cassette(received(content, headers))))
        assert body_of(one) == body
        if b"\xff" not in yaml.safe_dump(content).encode() and "binary" not in yaml.safe_dump(content):
            (one,) = read(tmp_path, "x.json", json.dumps(cassette(received(content, headers))))
            assert body_of(one) == body

    def test_bomb(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A body that unpacks to more than the limit is a problem, not a full memory."""
        monkeypatch.setattr(inflate, "LIMIT", 1000)
        half = b"x" * 600
        for packed, coding in (
            (gzip.compress(half * 2), "gzip"),
            (gzip.compress(half) * 2, "gzip"),
            (zlib.compress(half * 2), "deflate"),
        ):
            whole = cassette(received({"string": packed}, {"Content-Encoding": [coding]}))
            (one,) = read(tmp_path, "x.yml", yaml.safe_dump(whole))
            assert body_of(one).problem == "the body unpacks to more than 1000 bytes"

    def test_python_objects_that_vcrpy_writes(self, tmp_path: Path) -> None:
        """Files, iterators and tuples that vcrpy recorded as Python objects are read without making objects."""
        from vcr.serializers import yamlserializer

        sent = [io.BytesIO(b"file"), iter([b"a", b"b"])]
        whole = cassette(
            *(
                interaction(request={"method": "PUT", "uri": URL, "headers": {"A": ("1", "2")}, "body": body})
                for body in sent
            )
        )
        first, second = read(tmp_path, "x.yaml", yamlserializer.serialize(whole))
        assert first.request.body == Body(raw=b"file")
        assert second.request.body == Body(raw=b"ab")
        assert first.request.headers == (("A", "1"), ("A", "2"))

    def test_older_httpx_form(self, tmp_path: Path) -> None:
        """The form in which older vcrpy recorded httpx is read, as vcrpy 9.4 does."""
        old = {"status_code": 201, "http_version": "HTTP/1.1", "headers": {"A": "1"}, "content": "{}"}
        (one,) = read(tmp_path, "x.json", json.dumps(cassette(interaction(response=old))))
        assert one.response is not None
        assert (one.response.status, one.response.body) == (201, Body(raw=b"{}"))

    def test_no_times(self, tmp_path: Path) -> None:
        """A cassette records no times, so there are none."""
        (one,) = read(tmp_path, "x.json", json.dumps(cassette(interaction())))
        assert (one.started, one.ended) == (None, None)

    def test_aliases(self, tmp_path: Path) -> None:
        """Aliases, which vcrpy's dumper writes for repeated objects, are resolved, also across interactions."""
        shared = ["1", "2"]
        request = {"method": "GET", "uri": URL, "body": None, "headers": {"A": shared, "B": shared}}
        text = yaml.safe_dump(cassette(interaction(request=request), interaction(request=request)))
        assert "*id" in text
        for one in read(tmp_path, "x.yaml", text):
            assert one.request.headers == (("A", "1"), ("A", "2"), ("B", "1"), ("B", "2"))

    @pytest.mark.parametrize(
        ("content", "what"),
        [
            ("a: &a [" + "x," * 99 + "]\n" + LAUGHS, "stands for more than")
            for LAUGHS in [
                "\n".join(f"{chr(98 + n)}: &{chr(98 + n)} [" + f"*{chr(97 + n)}," * 99 + "]" for n in range(8))
                + "\ninteractions: []\n"
            ]
        ]
        + [
            ("interactions: [&a [*a]]\n", "without an anchor"),
            ("interactions: [*a]\n", "without an anchor"),
            ("interactions: [" + "[" * 200 + "]" * 200 + "]\n", "nested deeper than 100"),
            (
                "a: &a " + "[" * 60 + "]" * 60 + "\ninteractions: [" + "[" * 60 + "*a" + "]" * 60 + "]\n",
                "nested deeper",
            ),
            ("interactions: [!!python/object/apply:os.system [x]]\n", "has the tag"),
            ("interactions: [!!python/name:os.system x]\n", "has the tag"),
            ("interactions: [!!python/object:os.X {}]\n", "has the tag"),
            ("interactions: [!!int x]\n", "for a whole number"),
            ("interactions: [{[1]: 2}]\n", "a key that is no string"),
            ("a: &a {x: 1}\ninteractions: [{<<: *a}]\n", "merge key"),
            ("interactions: []\ninteractions: []\n", "holds 'interactions' twice"),
            ("interactions: {}\n", "must be a sequence"),
            ("interactions: ~\n", "must be a sequence"),
            ("- request: {}\n  response: {}\n", "before 1.0"),
            ("a: 1\nversion: 1\n", "holds no 'interactions'"),
            ("interactions: []\n", "states no version"),
            ("interactions: []\nversion: 2\n", "another version"),
            ("interactions: []\nversion: '1'\n", "another version"),
            ("interactions: []\nversion: 1\n---\na: 1\n", "more than one YAML document"),
            ("interactions: [\n", "is not YAML"),
            ("interactions: \x01\n", "is not YAML"),
            ("\tinteractions: []\n", "is not YAML"),
            ("%YAML 3.0\n---\ninteractions: []\n", "is not YAML"),
            ('interactions: ["\\ud800"]\n', "is not YAML"),
        ],
    )
    def test_broken_yaml(self, tmp_path: Path, content: str, what: str) -> None:
        """YAML that explodes, runs code, is no cassette or an old one is refused in bounded time."""
        assert what in refused(tmp_path, "x.yaml", content)

    @pytest.mark.parametrize(
        ("content", "what"),
        [
            ('[{"request": {}, "response": {}}]', "an object"),
            ('{"version": 1}', "holds no 'interactions'"),
            ('{"interactions": []}', "states no version"),
            ('{"interactions": [], "version": 2}', "another version"),
            ('{"interactions": [], "version": true}', "another version"),
            ('{"interactions": 1, "version": 1}', "an array"),
        ],
    )
    def test_broken_json(self, tmp_path: Path, content: str, what: str) -> None:
        """The same for JSON."""
        assert what in refused(tmp_path, "x.json", content)

    @pytest.mark.parametrize("suffix", [".yaml", ".json"])
    @pytest.mark.parametrize(
        ("broken", "what"),
        [
            (None, "the interaction must be an object"),
            ({}, "request is missing"),
            (interaction(request=[]), "request must be an object"),
            (interaction(request={"method": "GET"}), "request.uri is missing"),
            (interaction(request={"method": "GET", "path": "/", "host": "h"}), "before 1.0"),
            (interaction(request={"uri": URL}), "request.method is missing"),
            (interaction(request={"method": "GET", "uri": 5}), "request.uri must be a string"),
            (interaction(request={"method": "GET", "uri": URL, "headers": "x"}), "request.headers must be"),
            (interaction(request={"method": "GET", "uri": URL, "headers": {"A": [None]}}), "'A' in request.headers"),
            (interaction(response=1), "response must be an object"),
            (interaction(response={}), "response.status is missing"),
            (interaction(response={"status": 200}), "response.status must be an object"),
            (interaction(response={"status": {}}), "response.status.code is missing"),
            (interaction(response={"status": {"code": "x"}}), "response.status.code must be a whole number"),
            (interaction(response={"status": {"code": 5}}), "a number of three digits"),
        ],
    )
    def test_broken_interactions(self, tmp_path: Path, suffix: str, broken: Any, what: str) -> None:
        """A broken interaction is named by its number, counted from 0."""
        dump = yaml.safe_dump if suffix == ".yaml" else json.dumps
        message = refused(tmp_path, "x" + suffix, dump(cassette(interaction(), broken)))
        assert message.startswith(", interaction 1: ")
        assert what in message

    def test_broken_binary(self, tmp_path: Path) -> None:
        """A damaged !!binary is a problem where it is a body, and an error elsewhere."""
        text = yaml.safe_dump(cassette(interaction())).replace("'{}'", "!!binary AP8")
        (one,) = read(tmp_path, "x.yaml", text)
        assert body_of(one).problem == "the recorded base64 is broken or truncated"
        text = yaml.safe_dump(cassette(interaction())).replace("GET", "!!binary AP8")
        assert "request.method must be a string" in refused(tmp_path, "x.yaml", text)

    def test_without_libyaml(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """The parser in Python gives the same, where PyYAML was built without libyaml."""
        monkeypatch.setattr(yaml_stream, "_LOADER", yaml.SafeLoader)
        assert len(read(tmp_path, "x.yaml", SAMPLES["x.yaml"])) == 3
        for content in ("interactions: [\n", "interactions: \x01\n", b"\xff\xfe\xff", "[" * 10_000):
            refused(tmp_path, "x.yaml", content)


class _Handler(BaseHTTPRequestHandler):
    """Answers with packed, binary, empty and plain bodies."""

    protocol_version = "HTTP/1.1"
    answers: ClassVar[dict[str, tuple[int, dict[str, str], bytes]]] = {
        "/gzip": (200, {"Content-Encoding": "gzip", "Content-Type": "application/json"}, gzip.compress(b'{"a": 1}')),
        "/deflate": (200, {"Content-Encoding": "deflate"}, zlib.compress(b'{"b": 2}')),
        "/binary": (201, {"Content-Type": "application/octet-stream"}, bytes(range(256))),
        "/empty": (204, {}, b""),
        "/text": (400, {"Content-Type": "text/plain; charset=utf-8"}, 'line\n "ü" \t: # \u2028 x'.encode()),
    }

    def _answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        status, headers, body = self.answers[self.path]
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Set-Cookie", "a=1")
        self.send_header("Set-Cookie", "b=2")
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_DELETE = _answer

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[str]:
    """The URL of a server on loopback."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()
        thread.join()


class TestRoundTrip:
    """Cassettes that vcrpy itself wrote."""

    def test_vcrpy_yaml(self, tmp_path: Path, server: str) -> None:
        """What requests and urllib sent and received through vcrpy is what the reader gives."""
        path = tmp_path / "recorded.yaml"
        expected = {
            "/gzip": b'{"a": 1}',
            "/deflate": b'{"b": 2}',
            "/binary": bytes(range(256)),
            "/text": _Handler.answers["/text"][2],
        }
        with vcr.use_cassette(str(path)), requests.Session() as session:
            session.trust_env = False
            for where in ("/gzip", "/deflate", "/binary", "/text"):
                assert session.get(server + where).content == expected[where]
            session.post(server + "/gzip", json={"displayName": "ü"})
            session.post(server + "/binary", data=b"\x00\xff")
            session.post(server + "/binary", data=io.BytesIO(b"from a file"))
            session.post(server + "/text", data={"a": "b c"})
            session.delete(server + "/empty")
            opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
            asked = urllib.request.Request(server + "/gzip?x=1", method="GET")
            _Handler.answers["/gzip?x=1"] = _Handler.answers["/gzip"]
            with opener.open(asked) as answer:
                assert gzip.decompress(answer.read()) == b'{"a": 1}'
        found = list(traffic.read(path))
        assert [body_of(one).raw for one in found[:4]] == list(expected.values())
        assert json.loads(found[4].request.body.raw or b"") == {"displayName": "ü"}
        assert [one.request.body.raw for one in found[5:8]] == [b"\x00\xff", b"from a file", b"a=b+c"]
        assert body_of(found[8]) == NO_BODY
        assert body_of(found[9]) == Body(raw=b'{"a": 1}')
        assert [one.response.status for one in found if one.response] == [
            200,
            200,
            201,
            400,
            200,
            201,
            201,
            400,
            204,
            200,
        ]
        assert [one.request.method for one in found] == ["GET"] * 4 + ["POST"] * 4 + ["DELETE", "GET"]
        assert found[0].request.url == server + "/gzip"
        assert found[0].response is not None
        cookies = [value for name, value in found[0].response.headers if name == "Set-Cookie"]
        assert cookies == ["a=1", "b=2"]

    def test_vcrpy_json(self, tmp_path: Path, server: str) -> None:
        """The same for vcrpy's JSON serializer, which can hold text only."""
        path = tmp_path / "recorded.json"
        with (
            vcr.use_cassette(str(path), serializer="json", decode_compressed_response=True),
            requests.Session() as session,
        ):
            session.trust_env = False
            session.get(server + "/gzip")
            session.post(server + "/text", data="ü".encode())
        first, second = traffic.read(path)
        assert body_of(first) == Body(raw=b'{"a": 1}')
        assert second.request.body == Body(raw="ü".encode())
        assert body_of(second) == Body(raw=_Handler.answers["/text"][2])
