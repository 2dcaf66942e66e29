"""What only one of the two Azure services has: copies of either kind, logs, forms, health."""

from __future__ import annotations

import json
from collections.abc import Iterator

import httpx
import pytest

from pytest_speechcustom.emulator.service import SpeechService
from tests.emulator.azure_client import NOWHERE, V31, V2025, Azure, id_of, reference, rules, running

SOURCE = {"sourceResourceId": "/subscriptions/1/resourceGroups/g/providers/Microsoft.CognitiveServices/accounts/a"}


@pytest.fixture
def old() -> Iterator[Azure]:
    """A client of version 3.1."""
    with running(V31) as client:
        yield client


@pytest.fixture
def new() -> Iterator[Azure]:
    """A client of version 2025-10-15."""
    with running(V2025) as client:
        yield client


def test_a_copy_belongs_to_the_resource_of_the_other_key(old: Azure) -> None:
    """It is read like any model, and listed for callers with that key; without the datasets and the project."""
    dataset, project = old.dataset(), old.made("projects")
    old.service.complete()
    model = old.model(datasets=[reference(dataset)], project=reference(project), customProperties={"a": "1"})
    answer = old.call("POST", model["links"]["copyTo"], json={"targetSubscriptionKey": "other"})
    made = answer.json()
    assert (answer.status_code, answer.headers["location"], made["status"]) == (201, made["self"], "NotStarted")
    assert (made["baseModel"], made["customProperties"]) == (model["baseModel"], {"a": "1"})
    assert {"datasets", "project"}.isdisjoint(made)
    old.service.complete()
    assert old.get(made["self"])["status"] == "Succeeded"
    assert [id_of(each) for each in old.get("models")["values"]] == [id_of(model)]
    other = Azure(old.service, "other")
    with other.http:
        assert [id_of(each) for each in other.get("models")["values"]] == [id_of(model), id_of(made)]
        page = other.get("models", top=1)
        assert [id_of(each) for each in other.get(page["@nextLink"])["values"]] == [id_of(made)]
    assert rules(old.service) == set()


def test_a_copy_within_the_resource_is_in_its_list(old: Azure) -> None:
    """Its key is the caller's own."""
    model = old.model()
    made = old.call("POST", model["links"]["copyTo"], json={"targetSubscriptionKey": "key"}).json()
    assert [id_of(each) for each in old.get("models")["values"]] == [id_of(model), id_of(made)]


def test_what_cannot_be_copied(old: Azure) -> None:
    """Base models, models that are not there, and those that are not done."""
    key = {"targetSubscriptionKey": "other"}
    base = id_of(old.get("models/base")["values"][0])
    for id in (NOWHERE, base):
        old.refused(old.call("POST", f"models/{id}:copyto", json=key), 404)
    old.refused(old.call("POST", old.made("models")["links"]["copyTo"], json=key), 400, "InvalidModel")


def test_a_copy_with_an_authorization(new: Azure) -> None:
    """The target authorizes, the source copies, the operation tells where the copy is when it is there."""
    target = Azure(new.service, "target")
    model = new.model()
    permit = target.call("POST", "models:authorizecopy", json=SOURCE).json()
    assert permit["expirationDateTime"] > model["createdDateTime"]
    answer = new.call("POST", model["links"]["copy"], json=permit)
    operation = answer.json()
    assert (answer.status_code, answer.headers["retry-after"], operation["status"]) == (202, "0", "NotStarted")
    assert answer.headers["operation-location"] == operation["self"]
    new.refused(new.call("DELETE", model["self"]), 409, "InUseViolation")
    new.service.advance(seconds=10)
    assert new.get(operation["self"])["status"] == "Running"
    new.service.complete("copy")
    done = new.get(operation["self"])
    copied = new.get(done["result"]["link"])
    assert (done["status"], copied["status"], copied["displayName"]) == ("Succeeded", "Succeeded", "One")
    assert copied["createdDateTime"] == done["lastActionDateTime"]
    assert len(new.get("models", skip=1)["values"]) == 0
    assert len(target.get("models", skip=1)["values"]) == 1
    target.http.close()
    assert rules(new.service) == {"client.delete.in-use"}


def test_a_copy_appears_by_itself(new: Azure) -> None:
    """A list grows when the copy is done; no page is blamed for that."""
    model = new.model()
    assert len(new.get("models")["values"]) == 1
    permit = new.call("POST", "models:authorizecopy", json=SOURCE).json()
    new.call("POST", model["links"]["copy"], json=permit)
    new.service.complete()
    assert len(new.get("models", skip=1)["values"]) == 1


def test_a_copy_fails_as_planned(new: Azure) -> None:
    """The operation says why, and there is no copy."""
    model = new.model()
    permit = new.call("POST", "models:authorizecopy", json=SOURCE).json()
    operation = new.call("POST", model["links"]["copy"], json=permit).json()
    assert new.service.fail("copy") == 1
    new.service.complete()
    shown = new.get(operation["self"])
    assert (shown["status"], "result" in shown, set(shown["error"])) == ("Failed", False, {"code", "message"})
    assert len(new.get("models")["values"]) == 1


def test_authorizations_are_used_as_they_were_issued(new: Azure) -> None:
    """Whole, here, and before they expire."""
    model = new.model()
    permit = new.call("POST", "models:authorizecopy", json=SOURCE).json()

    def copy(**changes: str) -> httpx.Response:
        return new.call("POST", model["links"]["copy"], json=permit | changes)

    new.refused(copy(id=NOWHERE), 400, "InvalidPermissions")
    new.refused(copy(targetResourceRegion="moon"), 400, "InvalidPermissions")
    new.refused(copy(sourceResourceId="x"), 400, "InvalidSourceAzureResourceId")
    new.refused(new.call("POST", new.made("models")["links"]["copy"], json=permit), 400, "InvalidModel")
    new.service.advance(days=1, seconds=1)
    new.refused(copy(), 400, "ModelCopyAuthorizationExpired")
    assert rules(new.service) == {"client.copy.whole", "client.copy.expired"}


def test_an_endpoint_that_keeps_logs_has_some(old: Azure) -> None:
    """They are listed by pages, fetched, and deleted one by one or by day."""
    silent = old.made("endpoints")
    endpoint = old.made("endpoints", properties={"loggingEnabled": True, "timeToLive": "P31D"})
    assert endpoint["properties"]["timeToLive"] == "P31D"
    logs = endpoint["links"]["logs"]
    assert old.get(logs) == {"values": []}
    old.service.complete()
    old.refused(old.call("GET", silent["links"]["logs"]), 400, "EndpointWithoutLogging")
    page = old.get(logs, top=3)
    rest = old.get(page["@nextLink"])
    found = [*page["values"], *rest["values"]]
    assert (len(found), "@nextLink" in rest) == (4, False)
    assert [each["kind"] for each in found] == ["Audio", "Transcription"] * 2
    for log in found:
        assert len(httpx.get(log["links"]["contentUrl"]).content) == log["properties"]["size"]
        assert old.get(log["self"], sasValidityInSeconds=60)["name"] == log["name"]
    assert old.call("DELETE", found[0]["self"]).status_code == 204
    old.refused(old.call("DELETE", found[0]["self"]), 404, "InvalidLogId")
    old.refused(old.call("GET", found[0]["self"]), 404, "InvalidLogId")
    old.refused(old.call("GET", logs, params={"skipToken": "x"}), 400, "InvalidSkipTokenForLogs")
    old.refused(old.call("GET", logs, params={"top": "0"}), 400, "InvalidTopForLogs")
    old.refused(old.call("DELETE", logs, params={"endDate": "soon"}), 400, "InvalidLogDate")
    assert old.call("DELETE", logs, params={"endDate": "2026-01-04"}).status_code == 202
    assert len(old.get(logs)["values"]) == 3
    assert old.call("DELETE", logs).status_code == 202
    assert old.get(logs) == {"values": []}
    assert rules(old.service) == set()


def test_base_models_have_logs_by_locale(old: Azure) -> None:
    """The same calls, below another path."""
    logs = "endpoints/base/en-US/files/logs"
    found = old.get(logs)["values"]
    assert old.get(found[0]["self"])["name"] == found[0]["name"]
    assert old.call("DELETE", found[0]["self"]).status_code == 204
    assert len(old.get(logs)["values"]) == 3
    assert old.call("DELETE", logs, params={"endDate": "2026-01-05"}).status_code == 202
    assert old.get(logs) == {"values": []}
    old.refused(old.call("GET", "endpoints/base/xx-XX/files/logs"), 400, "InvalidLocale")


@pytest.mark.parametrize("life", ["P32D", "PT", "P", "1 day", "P1000000000W", "-P1D"])
def test_an_endpoint_lives_a_month_at_most(old: Azure, life: str) -> None:
    """An ISO duration."""
    body = {"displayName": "x", "locale": "en-US", "properties": {"timeToLive": life}}
    old.refused(old.call("POST", "endpoints", json=body), 400, "InvalidTimeToLive")


def test_a_dataset_comes_as_a_form(old: Azure) -> None:
    """With its data, of which the lines are counted; without, it waits for blocks."""
    project = old.made("projects")
    form = {"displayName": "x", "locale": "en-US", "kind": "Language", "project": project["self"],
            "customProperties": json.dumps({"a": "1"}), "email": "a@example.com"}  # fmt: skip
    answer = old.call("POST", "datasets/upload", data=form, files={"data": ("text.txt", b"One.\nTwo.\n")})
    made = answer.json()
    assert (answer.status_code, answer.headers["location"]) == (201, made["self"])
    assert (made["customProperties"], made["project"]) == ({"a": "1"}, reference(project))
    waiting = old.call("POST", "datasets/upload", files={name: (None, text) for name, text in form.items()}).json()
    old.service.complete()
    assert old.get(made["self"])["properties"]["acceptedLineCount"] == 2
    assert old.get(waiting["self"])["status"] == "NotStarted"
    assert rules(old.service) == set()


@pytest.mark.parametrize(
    ("changes", "inner"),
    [
        ({"displayName": None}, "InvalidPayload"),
        ({"kind": "Images"}, "InvalidPayload"),
        ({"locale": "xx"}, "InvalidLocale"),
        ({"customProperties": "{"}, "InvalidPayload"),
        ({"customProperties": "[]"}, "InvalidPayload"),
        ({"project": "x"}, "InvalidProject"),
    ],
)
def test_forms_that_are_wrong(old: Azure, changes: dict[str, str | None], inner: str) -> None:
    """They are refused as bodies are."""
    form = {"displayName": "x", "locale": "en-US", "kind": "Language"} | changes
    parts = {name: (None, text) for name, text in form.items() if text is not None}
    old.refused(old.call("POST", "datasets/upload", files=parts), 400, inner)
    assert old.get("datasets") == {"values": []}


def test_forms_that_are_none(old: Azure) -> None:
    """A boundary is needed, and a form."""
    for kind in ("multipart/form-data", "multipart/form-data; boundary=x"):
        sent = old.call("POST", "datasets/upload", content=b"x", headers={"Content-Type": kind})
        old.refused(sent, 400, "InvalidPayload")


def test_the_service_is_well(old: Azure) -> None:
    """And says so."""
    assert old.get("healthstatus")["status"] == "Healthy"
    assert rules(old.service) == set()


@pytest.mark.parametrize(
    ("fields", "rule", "word"),
    [
        ({"displayName": "Text", "kind": "Language"}, "request.body.required", "locale"),
        (
            {"displayName": "Text", "kind": "Language", "locale": "en-US", "colour": "red"},
            "request.body.unknown",
            "colour",
        ),
    ],
)
def test_the_fields_of_an_upload_are_judged(fields: dict[str, str], rule: str, word: str) -> None:
    """A client learns which field of the form is missing or unknown."""
    with SpeechService("azure-speech-v3.1") as service:
        answer = httpx.post(
            f"{service.url}/speechtotext/v3.1/datasets/upload",
            data=fields, files={"data": ("text.txt", b"One.")}, headers={"Ocp-Apim-Subscription-Key": "any"},
        )  # fmt: skip
        assert answer.status_code == 400
        (found,) = service.findings
    assert found.rule == f"azure-speech-v3.1/{rule}"
    assert word in found.message
