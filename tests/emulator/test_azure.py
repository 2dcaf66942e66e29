"""The two Azure services as the emulator plays them: whole lives, lists, changes and deletions."""

from __future__ import annotations

import io
import threading
import zipfile
from collections.abc import Iterator

import httpx
import pytest

from tests.emulator.azure_client import NOWHERE, V31, V2025, Azure, Json, id_of, reference, rules, running
from tests.servers.flac import silence

VERSIONS = (V31, V2025)


@pytest.fixture(params=VERSIONS)
def azure(request: pytest.FixtureRequest) -> Iterator[Azure]:
    """A client of either version."""
    with running(request.param) as client:
        yield client


def test_a_training_has_no_finding(azure: Azure) -> None:
    """Project, dataset, model: half an hour later the model has succeeded, and each change is told with its time."""
    project = azure.made("projects", description="of words", customProperties={"team": "speech"})
    dataset = azure.dataset(project=reference(project))
    model = azure.made(
        "models", project=reference(project), datasets=[reference(dataset)], properties={"customModelWeightPercent": 30}
    )
    assert (model["status"], model["properties"]["customModelWeightPercent"]) == ("NotStarted", 30)
    assert model["baseModel"]["self"] in [each["self"] for each in azure.get("models/base")["values"]]
    azure.service.advance(seconds=70)
    assert azure.get(dataset["self"])["lastActionDateTime"] == "2026-01-05T09:01:00Z"
    running_model = azure.get(model["self"])
    assert (running_model["status"], running_model["lastActionDateTime"]) == ("Running", "2026-01-05T09:01:10Z")
    azure.service.advance(minutes=30)
    done = azure.get(model["self"])
    assert (done["status"], done["createdDateTime"], done["lastActionDateTime"]) == (
        "Succeeded", "2026-01-05T09:00:00Z", "2026-01-05T09:16:10Z",
    )  # fmt: skip
    assert done["properties"]["deprecationDates"] == {"transcriptionDateTime": "2028-01-15T00:00:00Z"}
    assert set(done["links"]) == {"manifest", "files", "copyTo" if azure.old else "copy"}
    assert [id_of(each) for each in azure.get(project["links"]["models"])["values"]] == [id_of(model)]
    assert rules(azure.service) == set()


def test_an_unfinished_entity_says_that_it_may_be_asked_again(azure: Azure) -> None:
    """Retry-After is there as long as something goes on, and never makes anyone sleep."""
    model = azure.made("models")
    assert azure.call("GET", model["self"]).headers["retry-after"] == "0"
    azure.service.complete()
    assert "retry-after" not in azure.call("GET", model["self"]).headers


def test_links_keep_the_version(azure: Azure) -> None:
    """Version 2025-10-15 is asked for in every link; version 3.1 is in the path."""
    model = azure.model()
    links = [model["self"], model["baseModel"]["self"], *model["links"].values()]
    assert all(url.endswith("?api-version=2025-10-15") is not azure.old for url in links)
    assert all(url.startswith(azure.base) for url in links)


def test_the_letter_case_of_ids_and_locales_does_not_matter(azure: Azure) -> None:
    """An id in capitals is the same id, and a locale is shown as it is usually written."""
    model = azure.made("models", locale="EN-us")
    assert model["locale"] == "en-US"
    assert azure.get(f"models/{id_of(model).upper()}")["self"] == model["self"]


def test_evaluations_count_consistently(azure: Azure) -> None:
    """Words are right, replaced or left out; rates are what the counts say."""
    dataset, model = azure.dataset(kind="Acoustic"), azure.model()
    made = azure.made("evaluations", model1=reference(model), model2=model["baseModel"], dataset=reference(dataset))
    assert "wordCount1" not in made["properties"]
    azure.service.complete()
    shown = azure.get(made["self"])["properties"]
    for unit, side in [(unit, side) for unit in ("word", "token") for side in (1, 2)]:
        if unit == "token" and azure.old:
            assert "tokenCount1" not in shown
            continue
        name = unit.capitalize()
        total, right = shown[f"{unit}Count{side}"], shown[f"correct{name}Count{side}"]
        replaced, left_out = shown[f"{unit}SubstitutionCount{side}"], shown[f"{unit}DeletionCount{side}"]
        put_in = shown[f"{unit}InsertionCount{side}"]
        assert total == right + replaced + left_out
        assert shown[f"{unit}ErrorRate{side}"] == (replaced + left_out + put_in) / total
        if unit == "token":
            edits = [each["numberOfEdits"] for each in shown[f"tokenErrors{side}"].values()]
            assert sum(edits) == replaced + left_out + put_in
    assert azure.call("DELETE", made["self"]).status_code == 204
    assert rules(azure.service) == set()


def test_datasets_tell_how_long_they_are(azure: Azure) -> None:
    """An hour of audio, in the words of each version; text has no length."""
    audio, text = azure.dataset(kind="Acoustic"), azure.dataset()
    azure.service.complete()
    shown = azure.get(audio["self"])["properties"]
    assert shown.get("duration") == ("PT3600.000S" if azure.old else None)
    assert shown.get("durationMilliseconds") == (None if azure.old else 3_600_000)
    assert azure.get(text["self"])["properties"]["acceptedLineCount"] == 1000


def test_files_can_be_fetched_until_their_owner_is_deleted(azure: Azure) -> None:
    """Of datasets, models and evaluations; their sizes are true, and one says of itself what the list says."""
    dataset = azure.dataset(kind="Acoustic")
    assert azure.get(dataset["links"]["files"]) == {"values": []}
    model = azure.model()
    evaluation = azure.made("evaluations", model1=reference(model), model2=reference(model), dataset=reference(dataset))
    azure.service.complete()
    for owner in (dataset, model, evaluation):
        files = azure.get(owner["links"]["files"], **{azure.lifetime: 60})["values"]
        for file in files:
            fetched = httpx.get(file["links"]["contentUrl"])
            assert len(fetched.content) == file["properties"]["size"]
            alone = azure.get(file["self"], **{azure.lifetime: 60})
            assert alone | {"links": 0} == file | {"links": 0}
        assert azure.get(owner["links"]["files"], filter=f"name eq '{files[0]['name']}'")["values"][0]["self"]
        assert len(azure.get(owner["links"]["files"], skip=1)["values"]) == len(files) - 1
    azure.refused(azure.call("GET", f"{evaluation['links']['files'].partition('?')[0]}/{NOWHERE}"), 404)
    azure.call("DELETE", evaluation["self"])
    assert httpx.get(files[0]["links"]["contentUrl"]).status_code == 404
    assert rules(azure.service) == set()


@pytest.mark.parametrize("base", [False, True])
def test_manifests_lead_to_files(azure: Azure, base: bool) -> None:
    """Of custom models and of base models."""
    model = azure.get("models/base")["values"][0] if base else azure.model()
    manifest = azure.get(model["links"]["manifest"], **{azure.lifetime: 5})
    assert manifest["model"] == reference(model)
    assert [httpx.get(each["contentUrl"]).status_code for each in manifest["modelFiles"]] == [200, 200]
    assert rules(azure.service) == set()


def test_data_comes_in_blocks(azure: Azure) -> None:
    """Without a URL a dataset waits for a commit; what was sent can be fetched again."""
    dataset = azure.made("datasets", kind="Language")
    links = dataset["links"]
    stream = {"Content-Type": "application/octet-stream"}
    for block, data in (("YWFh", b"One.\n"), ("YmJi", b"Two.\n\n"), ("YWFh", b"Three.\n")):
        sent = azure.call("PUT", links["uploadBlocks"], params={"blockid": block}, content=data, headers=stream)
        assert (sent.status_code, sent.content) == (201, b"")
    assert azure.get(links["listBlocks"]) == {
        "committedBlocks": [],
        "uncommittedBlocks": [{"name": "YWFh", "size": 7}, {"name": "YmJi", "size": 6}],
    }
    azure.service.advance(days=1)
    assert azure.get(dataset["self"])["status"] == "NotStarted"
    order = [{"kind": "Latest", "id": "YmJi"}, {"kind": "Uncommitted", "id": "YWFh"}]
    committed = azure.call("POST", links["commitBlocks"], json=order)
    assert (committed.status_code, committed.content) == (200, b"")
    azure.service.complete()
    assert azure.get(links["listBlocks"])["committedBlocks"] == [
        {"name": "YmJi", "size": 6}, {"name": "YWFh", "size": 7},
    ]  # fmt: skip
    assert azure.get(dataset["self"])["properties"]["acceptedLineCount"] == 2
    file = azure.get(links["files"], filter="kind eq 'LanguageData'")["values"][0]
    assert httpx.get(file["links"]["contentUrl"]).content == b"Two.\n\nThree.\n"
    azure.refused(azure.call("POST", links["commitBlocks"], json=order), 409, "InvalidPrerequisite")
    assert rules(azure.service) == set()


def test_audio_in_blocks_is_listened_to(azure: Azure) -> None:
    """Its length is that of the files in an archive; what is no audio fails."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, data in (("a.flac", silence(3)), ("b.flac", silence(4)), ("c.flac", b"?"), ("trans.txt", b"a\tx\n")):
            archive.writestr(name, data)
    sounds, none = azure.made("datasets", kind="Acoustic"), azure.made("datasets", kind="AudioFiles")
    for dataset, data in ((sounds, made.getvalue()), (none, b"no audio")):
        links, stream = dataset["links"], {"Content-Type": "application/octet-stream"}
        azure.call("PUT", links["uploadBlocks"], params={"blockid": "YWFh"}, content=data, headers=stream)
        azure.call("POST", links["commitBlocks"], json=[{"kind": "Latest", "id": "YWFh"}])
    azure.service.complete()
    shown = azure.get(sounds["self"])["properties"]
    assert (shown["acceptedLineCount"], shown["rejectedLineCount"]) == (2, 1)
    assert (shown.get("duration"), shown.get("durationMilliseconds")) == (
        ("PT7.000S", None) if azure.old else (None, 7000)
    )
    assert azure.get(sounds["links"]["files"])["values"][1]["name"] == "audio.zip"
    failed = azure.get(none["self"])
    assert (failed["status"], failed["properties"]["error"]["code"]) == ("Failed", "InvalidAudioFormat")


def test_blocks_are_limited(azure: Azure) -> None:
    """In size, in the form of their ids, and a commit names what was sent."""
    links = azure.made("datasets", kind="Language")["links"]
    stream = {"Content-Type": "application/octet-stream"}

    def put(block: str, data: bytes = b"x") -> httpx.Response:
        return azure.call("PUT", links["uploadBlocks"], params={"blockid": block}, content=data, headers=stream)

    azure.refused(put("YWFh", bytes(8 * 1024 * 1024 + 1)), 413)
    assert rules(azure.service) == {"client.block.size"}
    assert put("YWFh", bytes(8 * 1024 * 1024)).status_code == 201
    for wrong in ("%", "YWFhYQ==", "Y" * 88):
        azure.refused(put(wrong), 400, "InvalidParameterValue")
    azure.refused(put("YmJi", b""), 400, "EmptyRequest")
    azure.refused(azure.call("POST", links["commitBlocks"], json=[]), 400, "MissingInputRecords")
    for entry in ({"kind": "Latest", "id": "YmJi"}, {"kind": "Committed", "id": "YWFh"}, {}):
        azure.refused(azure.call("POST", links["commitBlocks"], json=[entry]), 400, "InvalidPayload")
    with_url = azure.dataset()
    azure.refused(
        azure.call("PUT", f"datasets/{id_of(with_url)}/blocks", params={"blockid": "YWFh"}, content=b"x",
                   headers=stream), 409, "InvalidPrerequisite")  # fmt: skip


def test_a_merge_patch_changes_what_it_names(azure: Azure) -> None:
    """Null removes, maps are merged, and what was not named stays; the status has the time that it had."""
    project, other = azure.made("projects"), azure.made("projects")
    model = azure.made("models", description="old", project=reference(project), customProperties={"a": "1", "b": "2"})
    patch = {"displayName": "Two", "description": None, "customProperties": {"b": None, "c": "3"}}
    changed = azure.patch(model["self"], patch | {"project": reference(other)}).json()
    assert (changed["displayName"], "description" in changed) == ("Two", False)
    assert changed["customProperties"] == {"a": "1", "c": "3"}
    assert changed["lastActionDateTime"] == model["lastActionDateTime"]
    assert azure.get(f"projects/{id_of(project)}/models")["values"] == []
    assert len(azure.get(f"projects/{id_of(other)}/models")["values"]) == 1
    removed = azure.patch(model["self"], {"project": None}).json()
    assert "project" not in removed
    assert azure.get(f"projects/{id_of(other)}/models")["values"] == []
    azure.refused(azure.patch(model["self"], {"displayName": ""}), 400, "InvalidPayload")
    many = {f"k{number}": "" for number in range(9)}
    azure.refused(azure.patch(model["self"], {"customProperties": many}), 400, "InvalidPayload")
    assert azure.get(model["self"]) == removed


def test_lists_are_read_page_by_page(azure: Azure) -> None:
    """`top` and `skip` say which page; the link to the next one keeps what was asked for, and ends."""
    for number in range(5):
        azure.made("projects", displayName=f"P{number % 2}", locale="de-DE" if number == 3 else "en-US")
    seen, url, pages = [], "projects?top=2", 0
    while url:
        page = azure.get(url)
        seen += [id_of(each) for each in page["values"]]
        url, pages = page.get("@nextLink", ""), pages + 1
    assert (len(seen), len(set(seen)), pages) == (5, 5, 3)
    text = "displayName eq 'P1' and not locale eq 'en-US' or createdDateTime lt 2020-01-01T00:00:00Z"
    assert len(azure.get("projects", filter=text)["values"]) == 1
    page = azure.get("projects", filter="displayName eq 'P0'", top=2)
    assert len(page["values"]) == 2
    assert len(azure.get(page["@nextLink"])["values"]) == 1
    assert len(azure.get("projects", skip=3)["values"]) == 2
    assert azure.get("projects", skip=9) == {"values": []}
    assert rules(azure.service) == set()


@pytest.mark.parametrize(
    ("query", "inner", "rule"),
    [
        ({"top": "0"}, "UnsupportedPagination", None),
        ({"top": "-1"}, "UnsupportedPagination", None),
        ({"skip": "-1"}, "UnsupportedPagination", None),
        ({"skip": "x"}, "UnsupportedPagination", "request.query.value"),
        ({"filter": "displayName eq x"}, "UnsupportedFilter", "client.filter.literal"),
        ({"filter": "colour eq 'x'"}, "UnsupportedFilter", "client.filter.property"),
        ({"filter": "displayName gt 'x'"}, "UnsupportedFilter", "client.filter.operator"),
        ({"filter": "displayName eq 'x' and"}, "UnsupportedFilter", "client.filter.syntax"),
        ({"filter": "startswith(displayName, 'x')"}, "UnsupportedFilter", None),
    ],
)
def test_lists_refuse_what_they_cannot_do(azure: Azure, query: dict[str, str], inner: str, rule: str | None) -> None:
    """With the code that the documents have for it; a fault is found where the documents are clear."""
    azure.refused(azure.call("GET", "models", params=query), 400, inner)
    assert rules(azure.service) == ({rule} if rule else set())


def test_what_is_deleted_is_gone(azure: Azure) -> None:
    """A second deletion is as good as the first where the documents say so, else it is refused."""
    entities = {
        "datasets": azure.dataset(), "models": azure.made("models"), "projects": azure.made("projects"),
        "endpoints": azure.made("endpoints"),
        "webhooks": azure.made("webhooks", webUrl="https://example.com/hook", events={"ping": True}),
    }  # fmt: skip
    azure.service.complete()
    for plural, entity in entities.items():
        assert azure.call("DELETE", entity["self"]).status_code == 204
        again = azure.call("DELETE", entity["self"])
        assert again.status_code == (404 if plural in ("endpoints", "webhooks") else 204)
        azure.refused(azure.call("GET", entity["self"]), 404)
        azure.refused(azure.patch(entity["self"], {"displayName": "x"}), 404)
        assert azure.get(plural) == {"values": []}


def test_what_is_in_use_is_kept(azure: Azure) -> None:
    """Work cannot be stopped; data stays while it is used, and a model while it is deployed."""
    dataset = azure.dataset()
    azure.refused(azure.call("DELETE", dataset["self"]), 409, "DeleteNotAllowed")
    azure.service.complete("dataset")
    model = azure.made("models", datasets=[reference(dataset)])
    azure.refused(azure.call("DELETE", model["self"]), 409, "DeleteNotAllowed")
    azure.refused(azure.call("DELETE", dataset["self"]), 409, "InUseViolation")
    azure.service.complete()
    endpoint = azure.made("endpoints", model=reference(model))
    azure.service.complete()
    azure.refused(azure.call("DELETE", model["self"]), 409, "InUseViolation")
    assert rules(azure.service) == {"client.delete.in-use"}
    for entity in (endpoint, model, dataset):
        assert azure.call("DELETE", entity["self"]).status_code == 204


def test_a_deleted_project_leaves_what_was_in_it(azure: Azure) -> None:
    """Its entities live on without a project: our choice."""
    project = azure.made("projects")
    dataset = azure.dataset(project=reference(project))
    if azure.old:
        assert azure.get(project["self"])["properties"]["datasetCount"] == 1
    assert azure.get(project["links"]["transcriptions"]) == {"values": []}
    azure.call("DELETE", project["self"])
    assert "project" not in azure.get(dataset["self"])
    azure.refused(azure.call("GET", project["links"]["datasets"]), 404)


def test_an_endpoint_gets_another_model(azure: Azure) -> None:
    """It is deployed anew then, and not while it is being deployed; the switch for logs has two names."""
    model = azure.model()
    endpoint = azure.made("endpoints", properties={"loggingEnabled": True})
    azure.refused(azure.patch(endpoint["self"], {"model": reference(model)}), 409, "EndpointNotUpdatable")
    azure.service.complete()
    done = azure.get(endpoint["self"])
    assert (done["status"], done["properties"]["loggingEnabled"]) == ("Succeeded", True)
    changed = azure.patch(endpoint["self"], {"properties": {"contentLoggingEnabled": False}}).json()
    assert (changed["status"], changed["properties"]["loggingEnabled"]) == ("Succeeded", False)
    changed = azure.patch(endpoint["self"], {"model": reference(model)}).json()
    assert (changed["status"], changed["model"]) == ("NotStarted", reference(model))
    azure.service.complete()
    assert azure.get(endpoint["self"])["status"] == "Succeeded"


def test_hooks_are_challenged_but_nobody_is_called(azure: Azure) -> None:
    """A new URL is challenged again; a ping is accepted, and a test where there is something to tell."""
    hook = azure.made(
        "webhooks", webUrl="https://example.invalid/hook", events={"modelCompletion": True},
        properties={"secret": "hidden"},
    )  # fmt: skip
    assert "hidden" not in str(hook)
    azure.service.complete()
    assert azure.get(hook["self"])["status"] == "Succeeded"
    assert azure.call("POST", hook["links"]["ping"]).status_code == 202
    assert azure.call("POST", hook["links"]["test"]).status_code == 204
    azure.model()
    assert azure.call("POST", hook["links"]["test"]).status_code == 202
    changed = azure.patch(hook["self"], {"webUrl": "https://example.invalid/other", "events": {"ping": True}}).json()
    assert (changed["status"], changed["events"]) == ("NotStarted", {"modelCompletion": True, "ping": True})
    assert rules(azure.service) == set()


def test_locales(azure: Azure) -> None:
    """Each kind of entity has its list; datasets have theirs by kind or by locale."""
    for plural in ("models", "endpoints", "evaluations", "projects"):
        assert "en-US" in azure.get(f"{plural}/locales")
    found = azure.get("datasets/locales")
    assert "Language" in found["en-US"] if azure.old else "en-US" in found["Language"]
    bases = {each["locale"] for each in azure.get("models/base", top=1000)["values"]}
    assert bases == set(azure.get("models/locales"))


def test_work_goes_on_with_polls(azure: Azure) -> None:
    """The third look shows the end, in lists too; to look at a model moves the data that it waits for."""
    with running(azure.service.contract.id, progress="polls:2") as polling:
        model = polling.made("models", datasets=[reference(polling.dataset())])
        seen = [polling.get(model["self"])["status"] for _ in range(7)]
        assert (seen[0], seen[-1]) == ("NotStarted", "Succeeded")
        assert sorted(seen) == seen  # which happens to be their order in time
        dataset = polling.dataset()
        statuses = [polling.get("datasets", filter="displayName eq 'One'")["values"][1]["status"] for _ in range(3)]
        assert statuses[-1] == "Succeeded"
        assert polling.get(dataset["self"])["status"] == "Succeeded"


def test_work_goes_on_with_seconds(azure: Azure) -> None:
    """Real time moves work; with none of it, all is done at the next call."""
    with running(azure.service.contract.id, progress="seconds:0") as real:
        model = real.made("models")
        assert real.get(model["self"])["status"] in ("Running", "Succeeded")
        assert real.get(model["self"])["status"] == "Succeeded"


@pytest.mark.parametrize("kind", ["dataset", "model", "evaluation", "endpoint", "webhook"])
def test_work_fails_as_planned(azure: Azure, kind: str) -> None:
    """It says why, and what was not done does not show."""
    model, data = azure.model(), azure.dataset()
    azure.service.complete()
    bodies: dict[str, Json] = {
        "dataset": {"kind": "Language", "contentUrl": "https://example.com/x"}, "model": {},
        "endpoint": {"model": reference(model)}, "webhook": {"webUrl": "https://example.com/x", "events": {}},
        "evaluation": {"model1": reference(model), "model2": reference(model), "dataset": reference(data)},
    }  # fmt: skip
    azure.service.plan(resource=kind, outcome="fail")
    body = {"displayName": "x", "locale": "en-US"} | bodies[kind]
    if kind == "webhook":
        del body["locale"]
    made = azure.call("POST", f"{kind}s", json=body).json()
    azure.service.complete()
    shown = azure.get(made["self"])
    assert shown["status"] == "Failed"
    assert set(shown["properties"]["error"]) == {"code", "message"}
    assert rules(azure.service) == set()


def test_what_needs_failed_data_fails(azure: Azure) -> None:
    """A model that waited for it fails; one that names it later is refused, and so is data that has not come."""
    azure.service.plan(resource="dataset", outcome="fail")
    dataset = azure.dataset()
    model = azure.made("models", datasets=[reference(dataset)])
    azure.service.complete()
    assert azure.get(model["self"])["properties"]["error"]["code"] == "FailedDataset"
    body = {"displayName": "x", "locale": "en-US"}
    for data, inner in ((dataset, "FailedDataset"), (azure.made("datasets", kind="Language"), "InvalidDataset")):
        azure.refused(azure.call("POST", "models", json=body | {"datasets": [reference(data)]}), 400, inner)
    assert "client.create.known" in rules(azure.service)


def test_work_that_hangs_does_not_end(azure: Azure) -> None:
    """And late work ends late."""
    azure.service.plan(resource="model", outcome="hang")
    hanging = azure.made("models")
    azure.service.plan(resource="model", outcome="late")
    late = azure.made("models")
    azure.service.advance(hours=1)
    azure.service.complete("model", id_of(hanging))
    assert azure.get(hanging["self"])["status"] == "NotStarted"
    assert azure.get(late["self"])["status"] == "Running"
    azure.service.advance(hours=3)
    assert azure.get(late["self"])["status"] == "Succeeded"


def test_calls_go_wrong_as_planned(azure: Azure) -> None:
    """With the service's own error body."""
    azure.service.plan(429, retry_after=7, operation="Models_Create")
    refused = azure.call("POST", "models", json={"displayName": "x", "locale": "en-US"})
    azure.refused(refused, 429)
    assert refused.headers["retry-after"] == "7"
    azure.service.plan(503)
    azure.refused(azure.call("GET", "models"), 503)


def test_many_clients_at_once(azure: Azure) -> None:
    """Nothing gets lost or mixed up."""

    def work(number: int) -> None:
        mine = Azure(azure.service)
        with mine.http:
            project = mine.made("projects", displayName=f"P{number}")
            for _ in range(10):
                model = mine.made("models", project=reference(project))
                mine.patch(model["self"], {"description": str(number)})
            azure.service.advance(minutes=1)
            shown = mine.get(f"projects/{id_of(project)}/models")["values"]
            assert [each["description"] for each in shown] == [str(number)] * 10
            done.append(number)

    done: list[int] = []
    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == list(range(6))
    assert len(azure.get("models", top=1000)["values"]) == 60
    assert rules(azure.service) == set()


def test_the_same_seed_says_the_same(azure: Azure) -> None:
    """Ids, times and signatures do not depend on chance."""

    def story() -> str:
        with running(azure.service.contract.id, seed=7) as client:
            shown: str = client.call("GET", client.model()["self"]).text
            return shown.replace(client.service.address, "")

    assert story() == story()
