"""Places in which a secret may stand that no client of the other tests uses, and what is left alone."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from pytest_speechcustom.contracts import load
from pytest_speechcustom.replay.policy import policy_of
from pytest_speechcustom.replay.scrub import scrub
from pytest_speechcustom.replay.standins import STAND_IN
from pytest_speechcustom.values import Body, Exchange, Request, Response, UsageError

CONTRACT = load("watson-stt-cloud")
SECRET = "aB3dE6gH9jK2mN5pQ8sT"


def scrubbed(url: str = "https://h.example/v1/x", body: Any = None, answer: Any = None, **headers: str) -> Exchange:
    """One exchange after scrubbing."""
    raw = Body(json.dumps(body).encode()) if body is not None else Body()
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    before = Exchange(Request("POST", url, named, raw), Response(200, (), Body(json.dumps(answer).encode())))
    (after,) = scrub([before], policy_of(CONTRACT), lambda method, url: {}).exchanges
    return after


@pytest.mark.parametrize(
    "text",
    [
        f"see https://{{}}:{SECRET}@h.example/x".replace("{}", "me"),
        f"DefaultEndpointsProtocol=https;AccountKey={SECRET};EndpointSuffix=x",
        f"SharedAccessSignature {SECRET}",
        f'{{"password": "{SECRET}"}}',
        f"{{'apikey': '{SECRET}'}}",
        f"crn:v1:bluemix:public:speech-to-text:us-south:a/{SECRET}:other::",
        f"https://api.us-south.speech-to-text.watson.cloud.ibm.com/instances/{SECRET}/v1/models",
        f"-----BEGIN PRIVATE KEY-----{SECRET}-----END PRIVATE KEY-----",
        base64.b64encode(f"apikey={SECRET}".encode()).decode(),
    ],
)
def test_a_secret_in_a_text_is_replaced_in_all_of_the_exchange(text: str) -> None:
    """Also where nothing tells that it is one."""
    after = scrubbed(body={"description": text}, answer={"note": f"again {SECRET}"})
    assert after.response is not None
    both = (after.request.body.raw or b"") + (after.response.body.raw or b"")
    assert SECRET.encode() not in both
    if text.rstrip("=").isalnum():
        told = json.loads(after.request.body.raw or b"")["description"]
        assert SECRET.encode() not in base64.b64decode(told)
    assert STAND_IN.search((after.response.body.raw or b"").decode())


def test_user_information_in_a_url_is_replaced() -> None:
    """User and password, quoted as they were."""
    url = scrubbed(f"https://jane.doe:{SECRET}%21@h.example/v1/x?a=1").request.url
    assert "jane.doe" not in url
    assert SECRET not in url
    assert url.endswith("@h.example/v1/x?a=1")


def test_headers_that_are_not_allowed_are_left_out_and_short_secrets_replaced_where_they_stand() -> None:
    """A short one is no secret anywhere else."""
    after = scrubbed(
        "https://h.example/v1/x?apikey=abc&name=abc", {"password": "abc", "name": "abc"}, Cookie="a=b", X_Api_Key="abc",
        User_Agent="me", Accept="application/json",
    )  # fmt: skip
    assert [name for name, _ in after.request.headers] == ["Accept"]
    assert after.request.url.partition("?")[2].endswith("&name=abc")
    body = json.loads(after.request.body.raw or b"")
    assert (body["name"], STAND_IN.fullmatch(body["password"]) is not None) == ("abc", True)


def test_what_is_no_secret_stays_byte_for_byte() -> None:
    """Blanks in JSON, ids of resources, and what looks like base64."""
    raw = (
        b'{ "name" : "Lectures",\n "id": "74f4807e-7ff2-8862-8304-000000000001", "kind": "transcriptions", "n": 1.50 }'
    )
    before = Exchange(Request("POST", "https://h.example/v1/x?skip=2", (), Body(raw)), Response(200, (), Body(raw)))
    (after,) = scrub([before], policy_of(CONTRACT), lambda method, url: {}).exchanges
    assert after == before


def test_a_pattern_that_is_none_is_told() -> None:
    """With the option."""
    with pytest.raises(UsageError, match=r"speechcustom_harmless: '\(' is no regular expression"):
        policy_of(CONTRACT, harmless=["("])
