"""What the two Azure services refuse, with which code, and what the client is told that it did wrong."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.emulator.azure_client import DATA, NOWHERE, V31, V2025, Azure, reference, rules, running

MODEL = {"displayName": "x", "locale": "en-US"}
DATASET = MODEL | {"kind": "Language", "contentUrl": DATA}
HOOK = {"displayName": "x", "webUrl": "https://example.com/hook", "events": {"ping": True}}


@pytest.fixture(params=[V31, V2025])
def azure(request: pytest.FixtureRequest) -> Iterator[Azure]:
    """A client of either version."""
    with running(request.param) as client:
        yield client


@pytest.mark.parametrize(
    ("plural", "body", "inner", "rule"),
    [
        ("models", {"display_name": "x", "locale": "en-US"}, "InvalidPayload", "request.body.required"),
        ("models", MODEL | {"display_name": "x"}, "InvalidPayload", "request.body.unknown"),
        ("models", MODEL | {"displayName": ""}, "InvalidPayload", "request.body.value"),
        ("models", MODEL | {"displayName": 1}, "InvalidPayload", "request.body.type"),
        ("models", MODEL | {"displayName": None}, "InvalidPayload", "request.body.type"),
        ("models", MODEL | {"status": "Succeeded"}, "InvalidPayload", "request.body.readonly"),
        ("models", MODEL | {"locale": "xx-XX"}, "InvalidLocale", None),
        ("models", MODEL | {"locale": ""}, "InvalidLocale", "request.body.value"),
        ("models", MODEL | {"properties": {"customModelWeightPercent": 101}}, "InvalidPayload", "request.body.value"),
        ("models", MODEL | {"customProperties": {"a": 1}}, "InvalidPayload", "request.body.type"),
        ("models", MODEL | {"customProperties": {str(n): "" for n in range(11)}}, "InvalidPayload",
         "request.body.value"),
        ("models", MODEL | {"datasets": [{}]}, "InvalidPayload", "request.body.required"),
        ("models", [], "InvalidPayload", "request.body.type"),
        ("datasets", MODEL, "InvalidPayload", "request.body.required"),
        ("datasets", DATASET | {"kind": "Images"}, "InvalidPayload", "request.body.enum"),
        ("datasets", DATASET | {"contentUrl": "no url"}, "InvalidPayload", "request.body.value"),
        ("projects", {"displayName": "x"}, "InvalidPayload", "request.body.required"),
        ("webhooks", HOOK | {"events": {"modelBirth": True}}, "InvalidWebHookEventKind", "request.body.unknown"),
        ("webhooks", HOOK | {"webUrl": "ftp://example.com"}, "InvalidCallbackUri", None),
        ("webhooks", HOOK | {"webUrl": "no url"}, "InvalidCallbackUri", "request.body.value"),
        ("evaluations", MODEL, "InvalidPayload", "request.body.required"),
    ],
)  # fmt: skip
def test_bodies_that_are_wrong(azure: Azure, plural: str, body: Any, inner: str, rule: str | None) -> None:
    """Each has its code, and each is found where the contract is clear."""
    azure.refused(azure.call("POST", plural, json=body), 400, inner)
    assert (rule in rules(azure.service)) if rule else not rules(azure.service)
    assert azure.get(plural) == {"values": []}


@pytest.mark.parametrize(
    ("content", "inner", "rule"),
    [
        (b"{", "InvalidRequestBodyFormat", "request.body.json"),
        (b"", "EmptyRequest", "request.body.missing"),
    ],
)
def test_bodies_that_are_no_json(azure: Azure, content: bytes, inner: str, rule: str) -> None:
    """They cannot be read."""
    sent = azure.call("POST", "models", content=content, headers={"Content-Type": "application/json"})
    azure.refused(sent, 400, inner)
    assert rules(azure.service) == {rule}


def test_another_content_type(azure: Azure) -> None:
    """Is not supported."""
    sent = azure.call("POST", "models", content=b"x", headers={"Content-Type": "text/plain"})
    azure.refused(sent, 415)
    assert sent.json()["code"] == "UnsupportedMediaType"
    assert "request.content-type" in rules(azure.service)


def test_a_body_beyond_all_measure(azure: Azure) -> None:
    """Is read away in bounded memory, and refused."""
    sent = azure.call("POST", "models", content=bytes(33 * 1024 * 1024), headers={"Content-Type": "application/json"})
    azure.refused(sent, 413)


def test_a_call_without_a_key(azure: Azure) -> None:
    """Is unauthorized. A token does in v3.1."""
    anonymous = httpx.get(f"{azure.base}/models", params=azure.version)
    azure.refused(anonymous, 401)
    assert rules(azure.service) == {"request.auth"}
    if azure.old:
        token = httpx.post(f"{azure.service.url}/sts/v1.0/issueToken", headers={"Ocp-Apim-Subscription-Key": "key"})
        signed = httpx.get(f"{azure.base}/models", headers={"Authorization": f"Bearer {token.text}"})
        assert signed.status_code == 200


@pytest.mark.parametrize(
    ("path", "kind", "inner"),
    [
        ("datasets", "datasets", "InvalidDataset"),
        ("models/base", "datasets", "InvalidDataset"),
        ("models", "baseModel", "InvalidBaseModel"),
        ("models/base", "project", "InvalidProject"),
    ],
)
def test_references_to_what_is_not_there(azure: Azure, path: str, kind: str, inner: str) -> None:
    """Each kind has its code, and the client a warning."""
    there = {"self": f"{azure.base}/{path}/{NOWHERE}"}
    body = MODEL | {kind: [there] if kind == "datasets" else there}
    azure.refused(azure.call("POST", "models", json=body), 400, inner)
    assert rules(azure.service) == {"client.create.known"}
    assert {each.level for each in azure.service.findings} == {"warning"}


def test_references_across_locales(azure: Azure) -> None:
    """What goes together has one locale."""
    project, dataset, model = azure.made("projects"), azure.dataset(), azure.model()
    german = {"displayName": "x", "locale": "de-DE"}
    for plural, body, inner in (
        ("models", {"project": reference(project)}, "InvalidProject"),
        ("models", {"datasets": [reference(dataset)]}, "InvalidDataset"),
        ("models", {"baseModel": model["baseModel"]}, "InvalidBaseModel"),
        ("endpoints", {"model": reference(model)}, "InvalidModel"),
        ("datasets", {"kind": "Language", "project": reference(project)}, "InvalidProject"),
    ):
        azure.refused(azure.call("POST", plural, json=german | body), 400, inner)
    mine = azure.made("models", locale="de-DE")
    azure.refused(azure.patch(mine["self"], {"project": reference(project)}), 400, "InvalidProject")


def test_models_that_are_not_ready(azure: Azure) -> None:
    """They are neither deployed nor evaluated, have no manifest and no files, and are no base for others."""
    model, dataset = azure.made("models"), azure.dataset()
    azure.refused(azure.call("POST", "endpoints", json=MODEL | {"model": reference(model)}), 400, "ModelNotDeployable")
    both = {"model1": reference(model), "model2": reference(model), "dataset": reference(dataset)}
    azure.refused(azure.call("POST", "evaluations", json=MODEL | both), 400, "InvalidModel")
    manifest = azure.call("GET", model["links"]["manifest"], params={azure.lifetime: 5})
    azure.refused(manifest, 400, "InvalidModel")
    assert azure.get(model["links"]["files"]) == {"values": []}
    azure.service.complete()
    azure.refused(azure.call("POST", "models", json=MODEL | {"baseModel": reference(model)}), 400, "InvalidBaseModel")
    ready = both | {"transcription1": {"self": f"{azure.base}/transcriptions/{NOWHERE}"}}
    azure.refused(azure.call("POST", "evaluations", json=MODEL | ready), 400, "InvalidTranscription")


def test_nulls_are_what_is_left_out(azure: Azure) -> None:
    """The vendor's own sample has a null; elsewhere the client is warned."""
    assert "description" not in azure.made("models", baseModel=None)
    assert rules(azure.service) == set()
    assert "description" not in azure.made("models", description=None, customProperties={"a": None})
    assert rules(azure.service) == {"request.body.null"}


@pytest.mark.parametrize("value", ["0", "-1", "99999999999", "x"])
def test_links_are_valid_for_a_sensible_time(azure: Azure, value: str) -> None:
    """No customer storage is connected, so that a zero makes no sense either."""
    model = azure.model()
    azure.refused(
        azure.call("GET", model["links"]["files"], params={azure.lifetime: value}), 400, "InvalidSasValidityDuration"
    )


def test_paths_that_are_wrong(azure: Azure) -> None:
    """Ids are UUIDs, paths and methods documented ones."""
    azure.refused(azure.call("GET", "models/x"), 400, "InvalidParameterValue")
    azure.refused(azure.call("GET", f"models/{NOWHERE}"), 404)
    azure.refused(azure.call("GET", "voices"), 404)
    wrong = azure.call("PUT", "models", json={})
    azure.refused(wrong, 405)
    assert wrong.headers["allow"] == "GET, POST"
    assert rules(azure.service) == {"request.path.value", "request.path", "request.method"}


@pytest.mark.parametrize("host", ["exa mple", "a<b>", "%zz", "x:99999", "[::1", "example.com"])
def test_links_are_urls_whatever_host_is_called(azure: Azure, host: str) -> None:
    """A Host header that is none does not end up in an answer."""
    answer = azure.call("GET", "models/base", params={"top": 1}, headers={"Host": host})
    shown = answer.json().get("values", [{"self": azure.base}])[0]["self"]
    assert shown.startswith(f"http://{host}" if host == "example.com" else azure.service.address)


def test_the_version_must_be_asked_for() -> None:
    """Missing or another: either is refused."""
    with running(V2025) as azure:
        azure.version = {}
        azure.refused(azure.call("GET", "models"), 400, "InvalidParameter")
        azure.refused(azure.call("GET", "models?api-version=2024-11-15"), 400, "InvalidParameterValue")
        assert rules(azure.service) == {"request.query.required", "client.api-version"}


@pytest.mark.parametrize(
    ("body", "inner"), [({"customProperties": []}, "InvalidPayload"), ({"project": []}, "InvalidProject")]
)
def test_a_dispute_about_null_is_about_null(azure: Azure, body: Any, inner: str) -> None:
    """That a patch may remove a member does not make a list of it."""
    model = azure.made("models")
    azure.refused(azure.patch(model["self"], body), 400, inner)
    assert rules(azure.service) == {"request.body.type"}


def test_a_base_model_is_no_custom_model_of_the_same_id(azure: Azure) -> None:
    """That there was nothing to delete below the one path says nothing of the other."""
    base = azure.get("models/base")["values"][0]
    assert azure.call("DELETE", f"models/{base['self'].partition('?')[0].rpartition('/')[2]}").status_code == 204
    assert azure.made("endpoints", locale=base["locale"], model=reference(base))["model"] == reference(base)
