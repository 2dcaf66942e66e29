"""Video Indexer as the emulator plays it: a whole life, what it refuses, and what its choices are."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from pytest_speechcustom.emulator.service import SpeechService

BASE = "/trial/Accounts/0c1dbb5e-f1c2-4a8e-b6ff-7e3b2b6d3a11/Customization/Speech"
TEXT = {"displayName": "Lectures", "locale": "en-US", "kind": "Language", "contentUrl": "https://example.com/text"}
WORDS = TEXT | {"displayName": "Names", "kind": "Pronunciation"}
NOWHERE = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def service() -> Iterator[SpeechService]:
    """A running emulator, whose own answers must be right."""
    with SpeechService("video-indexer") as running:
        yield running
    assert [finding for finding in running.findings if finding.side == "server"] == []


@pytest.fixture
def client(service: SpeechService) -> Iterator[httpx.Client]:
    """A client with a token."""
    with httpx.Client(base_url=service.url + BASE, headers={"Authorization": "Bearer token"}) as made:
        yield made


def rules(service: SpeechService) -> set[str]:
    """What is wrong, by local rule ids; notes left out."""
    return {each.rule.partition("/")[2] for each in service.findings if each.level != "note"}


def dataset(client: httpx.Client, **changes: Any) -> str:
    """The id of a new dataset."""
    made = client.post("/datasets", json=TEXT | changes)
    assert made.status_code == 200
    return str(made.json()["id"])


def test_a_whole_life_has_no_finding(service: SpeechService, client: httpx.Client) -> None:
    """Datasets and a model are made, come to their end, are listed, edited, used and deleted."""
    text, words = dataset(client), client.post("/datasets", json=WORDS).json()["id"]
    assert client.get(f"/datasets/{text}").json()["status"] == "Waiting"
    assert client.get(f"/datasets/{text}/files").json() == []
    service.advance(seconds=16)
    done = client.get(f"/datasets/{text}").json()
    assert (done["status"], done["properties"]["acceptedLineCount"]) == ("Complete", 41)
    assert (done["createdDateTime"], done["lastActionDateTime"]) == ("2026-01-05T09:00:00Z", "2026-01-05T09:00:16Z")
    wanted = {"displayName": "Model", "description": "of text", "locale": "en-US", "datasets": [text, words]}
    model = client.post("/models", json=wanted | {"customProperties": {"team": "speech"}}).json()
    assert model["status"] == "Processing"
    service.complete("model", model["id"])
    assert client.get(f"/models/{model['id']}").json()["status"] == "Complete"
    edited = client.put(f"/models/{model['id']}", json={"displayName": "Other", "description": None}).json()
    assert (edited["displayName"], edited["description"], edited["customProperties"]) == (
        "Other", "of text", {"team": "speech"},
    )  # fmt: skip
    assert client.put(f"/datasets/{text}", json={"description": "words"}).json()["description"] == "words"
    assert [each["id"] for each in client.get("/models", params={"locale": "en-us"}).json()] == [model["id"]]
    assert client.get("/datasets", params={"locale": "de-DE"}).json() == []
    assert client.delete(f"/datasets/{text}").status_code == 204
    assert client.get(f"/models/{model['id']}").status_code == 200
    assert client.delete(f"/models/{model['id']}").status_code == 204
    assert client.get("/models").json() == []
    assert rules(service) <= {"client.model.poll"}  # it was read once more after its end


def test_files_can_be_fetched(client: httpx.Client, service: SpeechService) -> None:
    """Their URLs are signed for as long as was asked, and as long as they say they are."""
    text = dataset(client)
    service.complete()
    files = client.get(f"/datasets/{text}/files", params={"sasValidityInSeconds": 60}).json()
    assert [(each["name"], each["kind"]) for each in files] == [
        ("languagedata", "LanguageData"), ("normalized.txt", "LanguageData"), ("report.json", "DatasetReport"),
    ]  # fmt: skip
    for each in files:
        fetched = httpx.get(each["contentUrl"])
        assert len(fetched.content) == each["properties"]["size"]
    assert "se=2026-01-05T09:01:16Z" in files[0]["contentUrl"]
    assert httpx.get(files[0]["contentUrl"].partition("?")[0]).status_code == 403


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "error", "rule"),
    [
        ("POST", "/datasets", "{", 400, "INVALID_INPUT", "request.body.json"),
        ("POST", "/datasets", TEXT | {"displayName": 7}, 400, "INVALID_INPUT", "request.body.type"),
        ("POST", "/datasets", {"displayName": "x"}, 400, "INVALID_INPUT", "request.body.required"),
        ("POST", "/datasets", TEXT | {"display_name": "x"}, 400, "INVALID_INPUT", "request.body.unknown"),
        ("POST", "/models", {"displayName": "m", "locale": "en-US", "datasets": [NOWHERE]}, 400, "INVALID_INPUT", None),
        ("GET", f"/models/{NOWHERE}", None, 404, "NOT_FOUND", None),
        ("DELETE", f"/datasets/{NOWHERE}", None, 404, "NOT_FOUND", None),
        ("GET", "/nothing", None, 404, "NOT_FOUND", "request.path"),
        ("PATCH", f"/models/{NOWHERE}", {}, 405, "UNSUPPORTED", "request.method"),
    ],
)  # fmt: skip
def test_refusals(
    service: SpeechService, client: httpx.Client, method: str, path: str, body: Any, status: int, error: str,
    rule: str | None,
) -> None:  # fmt: skip
    """Each in the words of the siblings, and the client is told where it is at fault."""
    content = body if isinstance(body, str) else json.dumps(body) if body is not None else None
    answer = client.request(method, path, content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code == status
    assert answer.json()["ErrorType"] == error
    assert answer.json()["Message"]
    assert rule is None or rule in rules(service)


def test_a_token_is_needed(service: SpeechService) -> None:
    """In the query or in the header; without one the answer is 401."""
    url = service.url + BASE + "/models"
    assert httpx.get(url).status_code == 401
    assert httpx.get(url, params={"accessToken": "x"}).status_code == 200
    assert "request.auth" in rules(service)


def test_the_token_service_gives_one(service: SpeechService) -> None:
    """As a JSON string, whoever asks; it is not part of the contract."""
    path = BASE.removesuffix("/Customization/Speech").replace("/trial", "/Auth/trial") + "/AccessToken"
    token = httpx.get(service.url + path, params={"allowEdit": "true"}).json()
    assert httpx.get(service.url + BASE + "/models", params={"accessToken": token}).status_code == 200
    assert rules(service) == set()


def test_what_is_in_training_cannot_be_deleted(service: SpeechService, client: httpx.Client) -> None:
    """Neither the model nor its dataset; the client is warned, for it could have known."""
    text = dataset(client)
    service.complete()
    model = client.post("/models", json={"displayName": "m", "locale": "en-US", "datasets": [text]}).json()["id"]
    assert client.delete(f"/datasets/{text}").status_code == 400
    assert client.delete(f"/models/{model}").status_code == 400
    assert rules(service) == {"client.dataset.in-use", "client.model.in-use"}
    assert service.judge().failing == ()


@pytest.mark.parametrize(
    ("kinds", "locale"), [(["Pronunciation"], "en-US"), (["Language"], "de-DE")], ids=["no-text", "other-language"]
)
def test_models_of_the_wrong_datasets_are_refused(
    service: SpeechService, client: httpx.Client, kinds: list[str], locale: str
) -> None:
    """One of plain text is needed, and all are of the model's language."""
    ids = [dataset(client, kind=kind) for kind in kinds]
    service.complete()
    answer = client.post("/models", json={"displayName": "m", "locale": locale, "datasets": ids})
    assert answer.status_code == 400
    assert service.judge().failing == ()


def test_work_may_fail(service: SpeechService, client: httpx.Client) -> None:
    """Planned before it begins, or while it is under way; then there is an error, and no lines."""
    service.plan(resource="dataset", outcome="fail")
    failed, other = dataset(client), dataset(client)
    assert service.fail("dataset", other) == 1
    service.advance(minutes=1)
    for id in (failed, other):
        answer = client.get(f"/datasets/{id}").json()
        assert answer["status"] == "Failed"
        assert answer["properties"]["error"]
        assert answer["properties"]["acceptedLineCount"] == 0


def test_accounts_are_apart(service: SpeechService, client: httpx.Client) -> None:
    """What one has, another does not see; letter case does not matter."""
    text = dataset(client)
    elsewhere = BASE.replace("0c1dbb5e", "1c1dbb5e")
    headers = {"Authorization": "Bearer token"}
    assert httpx.get(f"{service.url}{elsewhere}/datasets", headers=headers).json() == []
    assert httpx.get(f"{service.url}{elsewhere}/datasets/{text}", headers=headers).status_code == 404
    upper = BASE.replace("0c1dbb5e", "0C1DBB5E")
    assert len(httpx.get(f"{service.url}{upper}/datasets", headers=headers).json()) == 1


def test_the_same_seed_says_the_same() -> None:
    """Ids, times and signatures come again; another seed has others."""

    def told(seed: int) -> list[str]:
        with SpeechService("video-indexer", seed=seed) as service, httpx.Client(
            base_url="http://speech.test" + BASE, headers={"Authorization": "Bearer t"},
            transport=httpx.WSGITransport(service.app),
        ) as client:  # fmt: skip
            text = dataset(client)
            service.complete()
            return [client.get(f"/datasets/{text}").text, client.get(f"/datasets/{text}/files").text]

    assert told(1) == told(1)
    assert told(1) != told(2)


@pytest.mark.parametrize("progress", ["manual", "polls:2"])
def test_no_walk_finds_the_emulator_at_fault(progress: str) -> None:
    """Six hundred calls, legal and illegal, drawn by chance: no server-side finding, and no failure."""
    chance = random.Random(11)
    service = SpeechService("video-indexer", progress=progress)
    transport = httpx.WSGITransport(service.app)
    known: dict[str, list[str]] = {"datasets": [NOWHERE], "models": [NOWHERE]}
    with httpx.Client(
        transport=transport, base_url="http://speech.test" + BASE, headers={"Authorization": "Bearer t"}
    ) as client:
        for _ in range(600):
            kind = chance.choice(["datasets", "models"])
            path = f"/{kind}/{chance.choice(known[kind])}"
            name = chance.choice(["a", "b", "", None, 3])
            bodies: dict[str, dict[str, Any]] = {
                "datasets": TEXT | {"kind": chance.choice(["Language", "Pronunciation", 0, 1, "Other"])},
                "models": {
                    "locale": chance.choice(["en-US", "de-DE"]),
                    "datasets": chance.choices(known["datasets"], k=2),
                },
            }
            body = bodies[kind] | {"displayName": name}
            service.advance(seconds=chance.choice([0, 1, 20]))
            match chance.randrange(6):
                case 0 | 1:
                    answer = client.post(f"/{kind}", json=body)
                    if answer.status_code == 200:
                        known[kind] = [*known[kind][-4:], answer.json()["id"]]
                case 2:
                    answer = client.get(chance.choice([f"/{kind}", path, f"{path}/files"]), params={"locale": "en-US"})
                case 3:
                    answer = client.put(path, json={"displayName": name})
                case 4:
                    answer = client.delete(path)
                case _:
                    answer = client.get(path)
            assert answer.status_code < 500
    own = [(each.rule, each.message) for each in service.findings if each.side == "server"]
    assert own == []
