"""The paths below `/_speechcustom`, by which a test in any language moves time and plans faults."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from pytest_speechcustom.emulator.service import SpeechService
from pytest_speechcustom.values import UsageError

BASE = "/trial/Accounts/0c1dbb5e-f1c2-4a8e-b6ff-7e3b2b6d3a11/Customization/Speech"
DATASET = {"displayName": "Lectures", "locale": "en-US", "kind": "Language", "contentUrl": "https://example.com/text"}
TOKEN = {"Authorization": "Bearer token"}


@pytest.fixture
def service() -> Iterator[SpeechService]:
    """A running emulator."""
    with SpeechService("video-indexer") as running:
        yield running


@pytest.fixture
def tell(service: SpeechService) -> Any:
    """Says something to it: name, then the JSON object."""

    def tell(name: str, **given: Any) -> tuple[int, Any]:
        answer = httpx.post(f"{service.address}/_speechcustom/{name}", json=given)
        return answer.status_code, answer.json()

    return tell


def status(service: SpeechService, id: str) -> str:
    """The status of a dataset."""
    return str(httpx.get(f"{service.url}{BASE}/datasets/{id}", headers=TOKEN).json()["status"])


def create(service: SpeechService) -> str:
    """The id of a new dataset."""
    return str(httpx.post(f"{service.url}{BASE}/datasets", json=DATASET, headers=TOKEN).json()["id"])


def test_time_passes(service: SpeechService, tell: Any) -> None:
    """And what is due is done."""
    made = create(service)
    assert tell("advance", minutes=1, seconds=30) == (200, {"now": "2026-01-05T09:01:30.010000+00:00"})
    assert status(service, made) == "Complete"


def test_work_is_brought_to_its_end(service: SpeechService, tell: Any) -> None:
    """All, or that on one resource; or it is made to fail."""
    one = create(service)
    service.advance(seconds=5)
    other, last = create(service), create(service)
    assert tell("fail", resource="dataset", id=last) == (200, {"failing": 1})
    assert tell("complete", resource="dataset", id=one)[1]["completed"] == 1
    assert tell("complete", resource="dataset", id=one)[1]["completed"] == 0
    assert [status(service, one), status(service, other)] == ["Complete", "Waiting"]
    assert tell("complete")[1]["completed"] == 2
    assert [status(service, other), status(service, last)] == ["Complete", "Failed"]


def test_faults_are_planned_and_forgotten(service: SpeechService, tell: Any) -> None:
    """`reset` leaves nothing: no plan, no resource, no finding."""
    made = create(service)
    assert tell("plan", status=503, times=None) == (200, {})
    url = f"{service.url}{BASE}/datasets/{made}"
    assert httpx.get(url, headers=TOKEN).status_code == 503
    assert httpx.get(url).status_code == 503
    assert tell("reset") == (200, {})
    assert httpx.get(url, headers=TOKEN).status_code == 404
    assert service.findings == ()


def test_findings_are_read_as_a_report(service: SpeechService) -> None:
    """While the emulator runs, without an end of the history; what is said to it is not judged."""
    httpx.post(f"{service.url}{BASE}/datasets", json=DATASET | {"colour": "red"}, headers=TOKEN)
    for _ in range(2):
        report = httpx.get(f"{service.address}/_speechcustom/findings").json()
        assert (report["format"], report["verdict"], report["summary"]["exchanges"]) == (
            "speechcustom-report/1",
            "fail",
            1,
        )
        assert [each["rule"] for each in report["findings"]] == ["video-indexer/request.body.unknown"]


@pytest.mark.parametrize(
    ("name", "given", "code", "message"),
    [
        ("advance", {"weeks": 1}, 400, "time passes in days, hours, minutes, seconds, not in 'weeks'"),
        ("advance", {"seconds": -1}, 400, "seconds cannot be -1"),
        ("advance", {"seconds": True}, 400, "seconds cannot be True"),
        ("advance", {"days": 1e11}, 400, "at most 3650 days"),
        ("complete", {"kind": "model"}, 400, "named by resource and id, not by 'kind'"),
        ("fail", {"resource": "file"}, 400, "no work on a 'file'; on dataset, model"),
        ("complete", {"id": 7}, 400, "an id cannot be 7"),
        ("plan", {"status": 200}, 400, "is an error (400 to 599), not 200"),
        ("reset", {"all": 1}, 400, "reset takes nothing"),
        ("rewind", {}, 404, "there is advance, complete, fail, findings, plan, reset"),
        ("plan/more", {"status": 500}, 404, "there is nothing at /_speechcustom/plan/more"),
        ("findings", {}, 405, "findings are read with GET"),
        ("contents/x", {}, 405, "a file is read with GET"),
    ],
)
def test_mistakes_are_told_in_a_line(tell: Any, name: str, given: dict[str, Any], code: int, message: str) -> None:
    """As JSON, with the status that says whose mistake it is."""
    found, said = tell(name, **given)
    assert found == code
    assert message in said["error"]


def test_what_is_no_json_object_is_told(service: SpeechService) -> None:
    """And so is a method that does nothing."""
    url = f"{service.address}/_speechcustom/advance"
    for body in (b"[1]", b"{", b"[" * 100_000):
        assert httpx.post(url, content=body).json() == {"error": "the body is no JSON object"}
    assert httpx.get(url).status_code == 405
    assert httpx.get(f"{service.address}/_speechcustom/contents/none?sig=x").status_code == 404


def test_the_same_in_python(service: SpeechService) -> None:
    """Mistakes are `UsageError`s."""
    with pytest.raises(UsageError, match="no work on a 'file'"):
        service.complete("file")
    with pytest.raises(UsageError, match="no work on a 'file'"):
        service.fail("file")
    with pytest.raises(UsageError, match="at most 3650 days"):
        service.advance(days=4000)
    with pytest.raises(UsageError, match="needs a status"):
        service.plan()
    create(service)
    service.reset()
    assert service.exchanges == ()
    assert repr(service) == f"<SpeechService video-indexer at {service.address}>"
