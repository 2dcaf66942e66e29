"""Secrets: no credential of the traffic appears in what is written, wherever it stood and whatever was found in it."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from pytest_speechcustom import cli
from pytest_speechcustom.contracts import load
from pytest_speechcustom.engine.checker import Checker
from pytest_speechcustom.engine.curl import curl
from pytest_speechcustom.engine.findings import LONGEST_CURL, LONGEST_TEXT
from pytest_speechcustom.reports import FORMATS, dimensions_of, render
from pytest_speechcustom.secrets import HIDDEN, credentials, is_secret, mask_text, mask_url, mask_value
from pytest_speechcustom.values import Body, Exchange, Request, Response

AZURE = "azure-speech-2025-10-15"
HOST = "https://westeurope.api.cognitive.microsoft.com"
MODELS = f"{HOST}/speechtotext/models"
VERSION = "api-version=2025-10-15"
MODEL = f"{MODELS}/74f4807e-7ff2-8862-8304-000000000001"

KEY = "canarykey0123456789abcdef0123456789"
JWT = "eyJhbGciOiJIUzI1NiJ9." + "canaryjwt" * 30 + ".c2ln"
PASSWORD = "canary/pass+word\"'ü&="
SIGNATURE = "canarysig%2Fabc%2Bdef%3D"
SECRET = "canary-webhook-secret"
USER = "canaryuser:canaryuserpassword"
CANARIES = ("canary", JWT[:30], quote(PASSWORD, safe=""))

Write = Callable[..., str]


@pytest.fixture
def written(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Write:
    """Everything that a check of some exchanges writes: every form, printed and in files, standard error."""

    def written(*exchanges: Exchange, service: str = AZURE) -> str:
        path = tmp_path / "traffic.ndjson"
        path.write_text("".join(json.dumps(as_line(one)) + "\n" for one in exchanges), encoding="utf-8")
        texts = []
        names = ("1.md", "2.sarif", "3.json", "4.xml", "5.html", "6.md")
        for form, name in zip(FORMATS, names, strict=True):
            arguments = ["check", "--service", service, "--format", form, "--report", str(tmp_path / name)]
            assert cli.main([*arguments, str(path)]) in (0, 1)
            captured = capsys.readouterr()
            texts += [captured.out, captured.err, (tmp_path / name).read_text(encoding="utf-8")]
        return "\n".join(texts)

    return written


def as_line(one: Exchange) -> dict[str, Any]:
    """The line of NDJSON of an exchange."""
    request: dict[str, Any] = {
        "method": one.request.method,
        "url": one.request.url,
        "headers": list(one.request.headers),
    }
    assert one.response is not None
    response: dict[str, Any] = {"status": one.response.status, "headers": list(one.response.headers)}
    for holder, body in ((request, one.request.body), (response, one.response.body)):
        if not body.empty:
            holder["body"] = body.value
    return {"request": request, "response": response}


def exchange(
    method: str = "GET",
    url: str = f"{MODEL}?{VERSION}",
    headers: dict[str, str] | None = None,
    body: Any = None,
    status: int = 200,
    answer_headers: dict[str, str] | None = None,
    answer: Any = None,
) -> Exchange:
    """An exchange; ``None`` is no body."""
    kind = {"Content-Type": "application/json"}
    return Exchange(
        Request(method, url, tuple(((headers or {}) | kind).items()), Body() if body is None else Body(value=body)),
        Response(
            status, tuple(((answer_headers or {}) | kind).items()), Body() if answer is None else Body(value=answer)
        ),
    )


BASIC = "Basic " + base64.b64encode(f"apikey:{PASSWORD}".encode()).decode()
AS_HEADER: dict[str, dict[str, str]] = {
    "subscription key": {"Ocp-Apim-Subscription-Key": KEY},
    "subscription key in odd case": {"OCP-APIM-subscription-KEY": KEY},
    "Basic": {"Authorization": BASIC},
    "Bearer": {"Authorization": f"Bearer {JWT}"},
    "Watson token": {"X-Watson-Authorization-Token": KEY},
    "API key": {"X-Api-Key": KEY},
    "cookie": {"Cookie": f"session={KEY}"},
    "a header that nobody documents": {"X-My-Api-Token": KEY},
}
SAID = {
    "subscription key": KEY,
    "subscription key in odd case": KEY,
    "Basic": PASSWORD,
    "Bearer": JWT,
    "Watson token": KEY,
    "API key": KEY,
    "cookie": f"session={KEY}",
    "a header that nobody documents": KEY,
}


@pytest.mark.parametrize("name", AS_HEADER)
def test_a_key_of_a_header_is_hidden_wherever_it_turns_up(written: Write, name: str) -> None:
    """In the wrong property, an unknown query parameter, the path, and in what the server says of it."""
    headers, said = AS_HEADER[name], SAID[name]
    whole = next(iter(headers.values()))
    text = written(
        exchange(
            "POST",
            f"{MODELS}?{VERSION}&unknown={quote(said, safe='')}",
            headers,
            {"displayNam": said, "locale": [said]},
        ),
        exchange("POST", f"{MODELS}?{VERSION}", headers, {"properties": {"deep": [{"er": whole}], "x": f"a {said} b"}}),
        exchange("GET", f"{MODELS}/{quote(said, safe='')}?{VERSION}&top={quote(said, safe='')}", headers),
        exchange("GET", f"{HOST}/speechtotext/nothing/{quote(said, safe='')}?{VERSION}", headers, status=404),
        exchange(
            headers=headers, status=401, answer={"error": {"code": 1, "message": f"no such key: {said}"}, "more": whole}
        ),
        exchange(
            headers=headers, answer={"self": f"{MODELS}/{said}", "status": f"{said}", said: said, "displayName": [said]}
        ),
        exchange(
            headers=headers, answer_headers={"Retry-After": said, "Location": said}, status=409, answer=[whole, said]
        ),
    )
    assert "request.body.unknown" in text
    assert [canary for canary in CANARIES if canary in text] == []


SAS = f"https://store.blob.core.windows.net/c/a.zip?sv=2022&sig={SIGNATURE}&se=2030"
PLACES: dict[str, Exchange] = {
    "access token in the query": exchange(
        url=f"{MODEL}?{VERSION}&accessToken={JWT}&bad=1", answer={"m": f"token {JWT}"}
    ),
    "subscription key in the query": exchange(url=f"{MODEL}?{VERSION}&subscription-key={KEY}", answer={"status": KEY}),
    "encoded name in the query": exchange(url=f"{MODEL}?{VERSION}&%61ccess%54oken={KEY}", answer={"status": KEY}),
    "user information": exchange(url=f"https://{USER}@host/speechtotext/models/x?{VERSION}", answer={"a": USER}),
    "apikey in user information": exchange(
        url=f"https://apikey:{KEY}@host/speechtotext/models/x?{VERSION}", answer={"a": KEY}
    ),
    "user information and no path": exchange(url=f"https://{USER}@host?x=1"),
    "user information of another host": exchange(url=f"https://{USER}@host/nowhere"),
    "SAS in the request": exchange(
        "POST", f"{HOST}/speechtotext/datasets?{VERSION}", None, {"contentUrl": SAS, "kind": 7}
    ),
    "SAS in an unknown property": exchange("POST", f"{MODELS}?{VERSION}", None, {"contentURL": SAS, "x": [{"y": SAS}]}),
    "SAS in the answer": exchange(answer={"links": {"copyTo": SAS, "files": [SAS]}, "self": SAS, "status": SAS}),
    "SAS in the path of the next page": exchange(url=f"{MODELS}?{VERSION}", answer={"values": [], "@nextLink": SAS}),
    "SAS as Location": exchange(
        "POST", f"{MODELS}?{VERSION}", status=201, answer_headers={"Location": SAS}, answer={"self": 1}
    ),
    "user information as Location": exchange(
        "POST",
        f"{MODELS}?{VERSION}",
        status=201,
        answer_headers={"Location": f"https://{USER}@h/x"},
        answer={"self": "b"},
    ),
    "target key": exchange(
        "POST", f"{MODEL}:copyto?{VERSION}", None, {"targetSubscriptionKey": KEY}, 400, answer={"error": f"bad {KEY}"}
    ),
    "target key of another type": exchange(
        "POST", f"{MODEL}:copyto?{VERSION}", None, {"targetSubscriptionKey": [KEY]}, 400
    ),
    "webhook secret": exchange(
        "POST",
        f"{HOST}/speechtotext/webhooks?{VERSION}",
        None,
        {"properties": {"secret": SECRET}, "displayName": SECRET},
        400,
    ),
    "webhook secret that is too long": exchange(
        "POST",
        f"{HOST}/speechtotext/webhooks?{VERSION}",
        None,
        {"properties": {"secret": SECRET * 99, "Secret": SECRET}},
        400,
    ),
    "password in a list": exchange("POST", f"{MODELS}?{VERSION}", None, [{"password": PASSWORD}, [{"api_key": KEY}]]),
    "token in the answer": exchange(
        answer={"accessToken": JWT, "properties": {"refresh_token": KEY}, "token": {"a": KEY}}
    ),
    "token in the error": exchange(
        status=403, answer={"error": {"message": f"Bearer {JWT} is no good", "code": [JWT]}}
    ),
    "no JSON": exchange("POST", f"{MODELS}?{VERSION}", None, f"grant_type=x&apikey={KEY}&password={PASSWORD[:10]}"),
    "cookie that is set": exchange(
        answer_headers={"Set-Cookie": f"s={KEY}", "Retry-After": f"Bearer {JWT}"}, status=429
    ),
}


@pytest.mark.parametrize("name", PLACES)
@pytest.mark.parametrize("service", [AZURE, "watson-stt-cloud"])
def test_a_credential_is_hidden_where_it_stands(written: Write, name: str, service: str) -> None:
    """In URLs, bodies, lists, headers and errors of every kind, also of a service that it does not belong to."""
    one = PLACES[name]
    text = written(one, one, service=service)
    assert [canary for canary in CANARIES if canary in text] == []
    assert "PASS" in text or "FAIL" in text


def test_a_long_text_with_a_credential_in_it(written: Write) -> None:
    """A credential that a shortened text cuts in two is hidden, too, wherever the cut falls."""
    headers = {"Ocp-Apim-Subscription-Key": KEY}
    answers = [exchange(headers=headers, answer={"status": "x" * before + KEY + "y" * 50}) for before in range(60, 125)]
    text = written(*answers)
    assert "canary" not in text
    assert text.count("xxx") > 60


def test_the_judgement_of_a_monitor_hides_credentials() -> None:
    """What a failing test shows of watched traffic is the text report of the same findings."""
    contract = load(AZURE)
    checker = Checker(contract)
    checker.check(PLACES.values())
    for form in FORMATS:
        text = render(checker.report("monitor"), form, dimensions=dimensions_of(contract))
        assert [canary for canary in CANARIES if canary in text] == []


def test_what_a_fault_of_our_own_tells(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """The message of an unexpected exception may hold traffic: it is not shown."""
    path = tmp_path / "a.ndjson"
    path.write_text(json.dumps(as_line(exchange(headers={"Authorization": f"Bearer {JWT}"}))), encoding="utf-8")

    def fail(*_: Any) -> None:
        raise RuntimeError(f"Bearer {JWT}")

    monkeypatch.setattr(Checker, "_judge", fail)
    assert cli.main(["check", "--service", AZURE, str(path)]) == 3
    captured = capsys.readouterr()
    assert "canary" not in captured.out + captured.err


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        ("Ocp-Apim-Subscription-Key", True),
        ("authorization", True),
        ("targetSubscriptionKey", True),
        ("Api_Key", True),
        ("x-functions-key", True),
        ("client-secret", True),
        ("storageAccountKey", True),
        ("idToken", True),
        ("SIG", True),
        ("displayName", False),
        ("skipToken", False),
        ("nextPageToken", False),
        ("keyword", False),
        ("tokens", False),
        ("", False),
        ("design", False),
        ("signed", False),
    ],
)
def test_names_decide(name: str, secret: bool) -> None:
    """Names of credentials, as these services and others write them; page tokens are none."""
    assert is_secret(name) is (secret or name == "x-functions-key")


@pytest.mark.parametrize(
    "text",
    [
        "the Basic model",
        "a Bearer of news",
        "status 409 (Conflict)",
        "https://host/path?locale=en-US&top=5",
        "a@b.example",
        "https://host/models/74f4807e-7ff2-8862-8304-000000000001",
        "design=1",
        "en-US_BroadbandModel",
        "…",
    ],
)
def test_harmless_text_is_left_alone(text: str) -> None:
    """Hiding too much would make findings useless."""
    assert mask_text(text, ["some-other-credential"]) == text


def test_values_are_hidden_by_name_at_any_depth() -> None:
    """``null`` shows that nothing was sent; what is nested deeper than anybody reads is left out."""
    deep: Any = {"password": "x"}
    for _ in range(100):
        deep = [deep]
    masked = mask_value({"a": [{"password": "x"}], "token": None, "secret": {"b": 1}, "n": 1, "deep": deep})
    assert masked["a"] == [{"password": HIDDEN}]
    assert (masked["token"], masked["secret"], masked["n"]) == (None, HIDDEN, 1)
    assert "password" not in str(masked["deep"])


def test_urls_are_hidden_in_part() -> None:
    """User information and secret parameters, not the rest."""
    assert mask_url("https://u:p@h/p?a=1&sig=x#y") == f"https://{HIDDEN}@h/p?a=1&sig={HIDDEN}#y"
    assert mask_url("https://h/p") == "https://h/p"


def test_credentials_of_a_request() -> None:
    """The longest first; short ones are left, since they would hide ordinary words."""
    found = credentials(
        [("Authorization", "Bearer abcdefgh12345")], "https://u:longpassword@h/?sig=short&token=longtoken1"
    )
    assert found == sorted(found, key=lambda value: -len(value))
    assert {"Bearer abcdefgh12345", "abcdefgh12345", "longpassword", "longtoken1"} == set(found)
    assert credentials([("Authorization", "Basic no base64!")], "x") == ["Basic no base64!"]
    assert credentials([], "", {"a": [{"password": "longpassword"}], "token": "short"}) == ["longpassword"]


def test_texts_of_findings_are_bounded() -> None:
    """A URL of a megabyte does not make a report of many."""
    checker = Checker(load(AZURE))
    url = f"{MODELS}?{VERSION}&{'x' * 1_000_000}=1"
    checker.check([Exchange(Request("GET", url), Response(200, (), Body(value={"y" * 1_000_000: 1})))])
    findings = checker.report().findings
    assert findings
    for finding in findings:
        assert max(len(finding.message), len(finding.pointer), len(finding.seen), len(finding.allowed)) <= LONGEST_TEXT
        assert len(finding.curl) <= LONGEST_CURL


@pytest.mark.parametrize(
    ("body", "ending"),
    [
        (Body(), "curl -X POST http://h/"),
        (Body(raw=b'{"a": 1}'), """--data-binary '{"a": 1}'"""),
        (Body(raw=b'{"password": "x"}'), """--data-binary '{"password": "***"}'"""),
        (Body(raw=b"password=hunter22"), "--data-binary password=hunter22"),
        (Body(raw=b"a=1&password=hunter22"), "--data-binary 'a=1&password=***'"),
        (Body(raw=b"\xff"), "--data-binary @body"),
        (Body(raw=b"x" * 5000), "--data-binary @body"),
        (Body(raw=b"x" * 50_000), "--data-binary @body"),
        (Body(value={"a": "x" * 5000}), "--data-binary @body"),
        (Body(value=None), "--data-binary null"),
    ],
)
def test_curl_repeats_the_body(body: Body, ending: str) -> None:
    """Short bodies as they were, without credentials; others as a file to fill in."""
    assert curl(Request("POST", "http://h/", (("Host", "h"), ("Content-Length", "1")), body)).endswith(ending)
