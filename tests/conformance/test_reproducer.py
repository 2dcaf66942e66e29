"""The printed tests: they fail on the server that broke the rule, as it is another day, and pass on a right one."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from pytest_speechcustom.conformance.closure import LeftOut, Past, Step, steps_of
from pytest_speechcustom.conformance.flac import silence
from pytest_speechcustom.conformance.joining import joined
from pytest_speechcustom.conformance.outcome import History
from pytest_speechcustom.conformance.reporting import render_all
from pytest_speechcustom.conformance.reproducer import curl_of, pytest_of
from pytest_speechcustom.conformance.target import Target
from pytest_speechcustom.contracts import load
from pytest_speechcustom.emulator.service import SpeechService
from pytest_speechcustom.engine.checker import Checker
from pytest_speechcustom.values import NO_BODY, Body, Exchange, Finding, Request, Response, Source
from tests.conformance.targets import Change, Changed, Environ
from tests.conformance.test_targets import backwards, checked, forgetful, lenient, serving, wrong_sum

AZURE, CLOUD, VIDEO = "azure-speech-v3.1", "watson-stt-cloud", "video-indexer"
BASE = "http://target.test"
KEYS = {AZURE: "Ocp-Apim-Subscription-Key: any", CLOUD: "Authorization: Basic YXBpa2V5OmFueQ==",
        VIDEO: "Authorization: Bearer any"}  # fmt: skip


def histories(service: str, change: Change, group: str) -> dict[str, History]:
    """The history of each rule that a server with a fault breaks."""
    return dict(checked(service, Target(app=Changed(service, change)), group).groups[0].histories)


def again(environ: Environ, status: str, body: Any) -> tuple[str, Any]:
    """What has succeeded runs again, every second time it is read."""
    if isinstance(body, dict) and body.get("status") == "Succeeded" and environ["REQUEST_METHOD"] == "GET":
        again.seen = getattr(again, "seen", 0) + 1  # type: ignore[attr-defined]
        if again.seen % 2 == 0:  # type: ignore[attr-defined]
            body = body | {"status": "Running"}
    return status, body


def refusing(environ: Environ, status: str, body: Any) -> tuple[str, Any]:
    """A model with enough audio is not trained."""
    if environ["PATH_INFO"].endswith("/train") and status.startswith("200"):
        return "400 Bad Request", {"error": "no", "code": 400, "code_description": "Bad Request"}
    return status, body


def open_to_all(environ: Environ, status: str, body: Any) -> tuple[str, Any]:
    """Nobody asks for credentials."""
    return ("200 OK", []) if status.startswith("401") else (status, body)


@pytest.mark.parametrize(
    ("service", "change", "group", "rule"),
    [
        (CLOUD, backwards, "lifecycle", "model.status.final"),
        pytest.param(CLOUD, backwards, "lifecycle", "model.busy", marks=pytest.mark.slow),
        (CLOUD, wrong_sum, "audio", "audio.total"),
        pytest.param(CLOUD, forgetful, "lists", "model.list.complete", marks=pytest.mark.slow),
        pytest.param(CLOUD, refusing, "lifecycle", "suite.accepted", marks=pytest.mark.slow),
        (CLOUD, lenient, "errors", "suite.refused"),
        (CLOUD, open_to_all, "errors", "suite.anonymous"),
        (AZURE, again, "lifecycle", "model.status.final"),
    ],
)
def test_a_printed_test_fails_as_the_server_did(
    service: str, change: Change, group: str, rule: str, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the same rule, on the same server, which knows none of the ids any more; on a right one it passes."""
    monkeypatch.setenv("SPEECHCUSTOM_HEADER", KEYS[service])
    source = histories(service, change, group)[f"{service}/{rule}"].pytest
    assert ("..." in source) is (rule != "suite.anonymous")
    assert "any-key" not in source
    assert ("speech_monitor" in source) is not rule.startswith("suite.")
    source = source.replace("range(tries)", "range(min(tries, 8))")
    for app, failed in (
        (Changed(service, change, progress="polls:2"), 1),
        (SpeechService(service, seed=7, progress="polls:2").app, 0),
    ):
        with serving(app) as url:
            pytester.makepyfile(source.replace(BASE, url))
            result = pytester.runpytest_subprocess("-p", "no:cacheprovider")
        result.assert_outcomes(failed=failed, passed=1 - failed)
        if failed:
            wanted = f"*{service}/{rule}*" if not rule.startswith("suite.") else "*assert *answer*"
            result.stdout.fnmatch_lines([wanted])


def test_data_that_only_the_suite_knows_makes_no_test() -> None:
    """The lines of curl say what was allowed and seen."""

    def longer(environ: Environ, status: str, body: Any) -> tuple[str, Any]:
        if isinstance(body, dict) and "duration" in body:
            body = body | {"duration": body["duration"] + 7}
        return status, body

    outcome = checked(CLOUD, Target(app=Changed(CLOUD, longer)), "audio")
    history = outcome.groups[0].histories[f"{CLOUD}/suite.known-data"]
    assert history.pytest == ""
    assert history.curl[-1].startswith("# the duration is not that of the data that was sent: allowed ")
    text = render_all([outcome], "text")
    assert "shows watson-stt-cloud/suite.known-data:" in text


def test_names_are_not_masked() -> None:
    """The credentials that are sent where none are given are no word of anything else."""
    lines = histories(CLOUD, forgetful, "lists")[f"{CLOUD}/model.list.complete"].curl
    assert any('"name": "conformance-' in line for line in lines)


# the closure


def said(method: str, path: str, status: int = 200, body: Any = None, sent: Any = None) -> Exchange:
    """An exchange."""
    request = Request(
        method,
        BASE + path,
        (("Authorization", "Bearer 0123"),),
        NO_BODY if sent is None else Body(json.dumps(sent).encode()),
    )
    return Exchange(request, Response(status, (), Body(json.dumps(body).encode())))


def finding(rule: str, place: int, service: str = CLOUD) -> Finding:
    """A finding of a rule there."""
    return Finding(
        f"{service}/{rule}", "error", "documented", "server", None, place, None, "", "m", "a", "s", Source("", "")
    )


def test_what_a_request_is_about_is_made_first() -> None:
    """With what was done to it, and what that needed; not what was refused, or done to others, or done later."""
    exchanges = [
        said("POST", "/sets", 201, {"self": f"{BASE}/sets/set-00001"}),
        said("POST", "/models", 201, {"self": f"{BASE}/models/model-00001"}, {"of": f"{BASE}/sets/set-00001"}),
        said("POST", "/models", 201, {"self": f"{BASE}/models/model-00002"}),
        said("GET", "/models/model-00001", 200, {"status": "new"}),
        said("PUT", "/models/model-00001", 409),
        said("PUT", "/models/model-00001", 200),
        said("PUT", "/models/model-00002", 200),
        said("GET", "/models/model-00001", 200, {"status": "busy"}),
        said("GET", "/models/model-00001", 200, {"status": "done"}),
        said("GET", "/models/model-00001", 200, {"status": "done"}),
        said("POST", "/models/model-00001/copy", 500),
        said("DELETE", "/models/model-00001", 204),
    ]
    past = Past(exchanges)
    assert past.closed([10]) == [0, 1, 3, 5, 7, 9, 10]
    assert past.awaited([0, 1, 3, 5, 7, 9, 10]) == {9}
    assert past.closed([10], reads=True) == [0, 1, 3, 4, 5, 7, 8, 9, 10]
    assert past.closed([2]) == [2]


def test_short_ids_are_looked_for_in_paths_only() -> None:
    """A number is an id there, and any number elsewhere."""
    exchanges = [said("POST", "/models", 201, {"id": "7"}), said("GET", "/models?top=7"), said("GET", "/models/7")]
    assert Past(exchanges).closed([1]) == [1]
    assert Past(exchanges).closed([2]) == [0, 2]


# in few lines


def test_requests_that_are_alike_are_told_once() -> None:
    """The first, how many more, the last; a model that is asked for later stands by itself."""
    made = [said("POST", "/v1/acoustic_customizations", 201, {"customization_id": f"model-{number:05}"},
                 {"name": f"number {number}", "base_model_name": "x"}) for number in range(1025)]  # fmt: skip
    steps = steps_of(made)
    assert [step.times for step in steps] == [1, 1023, 1]
    lines = curl_of(steps, finding("model.create.count", 1024))
    assert len(lines) == 3
    assert lines[1] == "# ... 1023 more like it"
    source = pytest_of(load(CLOUD), BASE, steps, finding("model.create.count", 1024))
    assert "        for _ in range(1023):\n            http.request(" in source
    assert len(source.splitlines()) < 60
    ast.parse(source)
    more = [*made, said("GET", "/v1/acoustic_customizations/model-00500")]
    steps = steps_of(more)
    assert [step.times for step in steps] == [1, 498, 1, 1, 1, 522, 1, 1]
    source = pytest_of(load(CLOUD), BASE, steps, finding("model.read", 1025))
    assert "id3 = answer3.json()['customization_id']" in source
    assert "/v1/acoustic_customizations/{id3}" in source


def test_requests_that_differ_are_not_told_as_one() -> None:
    """In their status, their body, or their query."""
    assert len(steps_of([said("GET", f"/models?skip={number}") for number in range(9)])) == 9
    assert len(steps_of([said("POST", "/models", 200 + number) for number in range(9)])) == 9
    assert len(steps_of([said("POST", "/models", 200, None, {"size": number}) for number in range(9)])) == 9
    assert len(steps_of([said("GET", "/models") for _ in range(5)])) == 5


def test_a_long_history_has_no_middle() -> None:
    """How much was left out is said, in both."""
    steps = steps_of([said("PUT", f"/models/{number}", 200, {"id": f"{number}"}) for number in range(100)])
    assert LeftOut(74) in steps
    assert len(curl_of(steps, finding("model.read", 99))) == 27
    source = pytest_of(load(CLOUD), BASE, steps, finding("model.read", 99))
    assert "# 74 other requests are left out here" in source
    assert len(source.splitlines()) <= 60
    ast.parse(source)


# the source


def source_of(*exchanges: Exchange, rule: str = "suite.accepted") -> str:
    """The test of a history."""
    found = pytest_of(load(CLOUD), BASE, [Step(each) for each in exchanges], finding(rule, len(exchanges) - 1))
    ast.parse(found)
    return found


def test_an_id_in_a_body_is_taken_from_the_answer() -> None:
    """In braces that Python 3.11 reads."""
    made = said("POST", "/sets", 201, {"self": f"{BASE}/sets/set-00001?x=1"})
    source = source_of(made, said("POST", "/models", 201, {}, {"of": {"self": f"{BASE}/sets/set-00001"}}))
    assert "id0 = answer0.json()['self'].partition('?')[0].rpartition('/')[2]" in source
    assert """content=f'{{"of": {{"self": "{BASE}/sets/{id0}"}}}}'""" in source


@pytest.mark.parametrize(
    ("make", "said_as"),
    [
        (lambda: silence(70), "content=silence(70))"),
        (lambda: b"no audio", "content=b'no audio')"),
        (lambda: bytes(3000), 'body0 = b""  # put 3000 bytes of audio/x here'),
    ],
)
def test_bytes_are_made_or_asked_for(make: Callable[[], bytes], said_as: str) -> None:
    """Silence is an expression, and long bytes are the reader's."""
    headers = (("Content-Type", "audio/x"), ("Contained-Content-Type", "audio/y"))
    source = source_of(Exchange(Request("POST", f"{BASE}/a", headers, Body(make())), Response(201)))
    assert said_as in source
    assert "'Contained-Content-Type': 'audio/y'" in source


def test_a_request_without_credentials_is_sent_without_them() -> None:
    """Beside others that have them; a token in a URL is asked for."""
    bare = Exchange(Request("GET", f"{BASE}/models"), Response(200))
    source = source_of(said("GET", "/models?accessToken=0123456789"), bare, rule="suite.anonymous")
    assert 'answer0 = http.request("GET", f"{BASE}/models?accessToken={TOKEN}")' in source
    assert 'answer1 = httpx.request("GET", f"{BASE}/models")' in source
    assert "assert 400 <= answer1.status_code < 500" in source
    assert "0123456789" not in source


# numbers


def test_numbers_in_messages_agree_with_those_of_findings() -> None:
    """When reports become one; what somebody sent stays as it is."""
    report = Checker(load(CLOUD)).report("conformance")
    allowed, seen = "(exchange 2)", '"exchange 1" in exchange 0'
    told = replace(finding("m", 3), message="made in exchange 1, missing", allowed=allowed, seen=seen)
    one = replace(report, summary={"exchanges": 10, "errors": 1, "warnings": 0, "notes": 0}, findings=(told,))
    first, second = joined(load(CLOUD), [one, one]).findings
    assert first == told
    assert (second.exchange, second.message) == (13, "made in exchange 11, missing")
    assert (second.allowed, second.seen) == ("(exchange 12)", '"exchange 1" in exchange 10')
