"""A scripted walk over all operations of each service, with what it refuses; a suite may take its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pytest_speechcustom.contracts import load
from pytest_speechcustom.emulator.core import Emulator
from tests.emulator.watson_audio_samples import silence, zipped
from tests.faults.client import Client, Got
from tests.faults.injection import Between

NOWHERE = "00000000-0000-4000-8000-000000000000"
DATA = "https://example.com/text.txt"
ACCOUNT = "/trial/Accounts/0c1dbb5e-f1c2-4a8e-b6ff-7e3b2b6d3a11/Customization/Speech"
TARGET = "/subscriptions/1/resourceGroups/g/providers/Microsoft.CognitiveServices/accounts/a"
EVENTS = {"modelCompletion": True, "ping": True}


def _watched(client: Client, where: str) -> Got:
    """Read through all states, and once more after the end."""
    client.get(where)
    for seconds in (2, 1, 4, 4, 4):
        client.wait(seconds)
        client.get(where)
    client.finish()
    client.get(where)
    client.wait(60)
    return client.get(where)


def _id(got: Got) -> str:
    return str(got["self"]).partition("?")[0].rpartition("/")[2] or NOWHERE


def _made(client: Client, plural: str, **body: Any) -> tuple[str, dict[str, str]]:
    """A new entity: its path, and a reference to it."""
    common = {"displayName": "One", "description": "first", "customProperties": {"team": "a"}}
    got = client.post(f"/{plural}", common | ({} if plural == "webhooks" else {"locale": "en-US"}) | body)
    path = f"/{plural}/{_id(got)}"
    return path, {"self": f"http://speech.test{client.base}{path}"}


def azure(client: Client) -> None:
    """Either version."""
    old = client.contract.id == "azure-speech-v3.1"
    _azure_catalogue(client, old)
    project, to_project = _made(client, "projects")
    other, _ = _made(client, "projects", displayName="Other")
    dataset, to_dataset = _made(client, "datasets", kind="Language", contentUrl=DATA, project=to_project)
    second, to_second = _made(client, "datasets", kind="Language", contentUrl=DATA, displayName="Two")
    _watched(client, dataset)
    model, to_model = _made(
        client, "models", datasets=[to_dataset], project=to_project, properties={"customModelWeightPercent": 30}
    )
    _watched(client, model)
    next_model, to_next = _made(client, "models", datasets=[to_second], displayName="Two")
    _watched(client, next_model)
    audio, to_audio = _made(client, "datasets", kind="Acoustic", contentUrl=DATA, displayName="Three")
    client.finish()
    client.get(audio)
    evaluation, _ = _made(client, "evaluations", model1=to_model, model2=to_next, dataset=to_audio, project=to_project)
    _watched(client, evaluation)
    endpoint, _ = _made(client, "endpoints", model=to_model, project=to_project, properties={"loggingEnabled": True})
    _watched(client, endpoint)
    hook, _ = _made(client, "webhooks", webUrl="https://example.com/hook", events=EVENTS)
    _watched(client, hook)
    client.post(f"{hook}:ping")
    client.post(f"{hook}:test")
    things = {"models": model, "datasets": dataset, "evaluations": evaluation, "endpoints": endpoint,
              "webhooks": hook, "projects": project}  # fmt: skip
    for path in things.values():
        change = {"displayName": "Changed", "customProperties": {"team": "b"}}
        client.call("PATCH", path, change, kind="application/merge-patch+json")
        for _ in range(2):
            client.get(path)
    _azure_lists(client, things)
    _azure_files(client, things)
    _azure_blocks(client, old)
    (_copy_old if old else _copy_new)(client, model)
    _azure_failures(client)
    _azure_refusals(client, model, dataset)
    for path in (endpoint, evaluation, model, next_model, dataset, second, hook, project, other):
        client.delete(path)
        client.get(path)
        client.call("PATCH", path, {"displayName": "Late"}, kind="application/merge-patch+json")
    client.post("/models", {"displayName": "x", "locale": "en-US", "datasets": [to_dataset]})
    for plural in things:
        client.get(f"/{plural}")


def _azure_catalogue(client: Client, old: bool) -> None:
    page = client.get("/models/base", top="2")
    base = (page["values"] or [{}])[0].get("self", "/models/base/" + NOWHERE)
    for _ in range(2):
        client.get(base)
    client.get("/models/base")
    client.get(base.partition("?")[0] + "/manifest", **_lifetime(client))
    for plural in ("models", "datasets", "endpoints", "evaluations", "projects"):
        client.get(f"/{plural}/locales")
    if old:
        client.get("/healthstatus")


def _lifetime(client: Client) -> dict[str, str]:
    return {"sasLifetimeMinutes": "60"} if client.contract.id == "azure-speech-2025-10-15" else {}


def _azure_lists(client: Client, things: Mapping[str, str]) -> None:
    for plural, path in things.items():
        client.get(f"/{plural}")
        page = client.get(f"/{plural}", top="1", filter="displayName ne 'x'")
        if str(page["@nextLink"]).startswith("http"):
            client.get(page["@nextLink"])
            client.get(page["@nextLink"])
        client.get(f"/{plural}", skip="1")
        client.get(f"/{plural}", filter="displayName eq 'Changed'")
        client.get(f"/{plural}", filter="createdDateTime gt 2030-01-01T00:00:00Z")
        client.get(path)
    for plural in ("models", "datasets", "evaluations", "endpoints", "transcriptions"):
        client.get(f"{things['projects']}/{plural}")


def _azure_files(client: Client, things: Mapping[str, str]) -> None:
    client.get(things["models"] + "/manifest", **_lifetime(client))
    for plural in ("datasets", "models", "evaluations"):
        files = client.get(things[plural] + "/files")["values"] or [{}]
        for _ in range(2):
            client.get(files[0].get("self", f"{things[plural]}/files/{NOWHERE}"))
        client.get(things[plural] + "/files", top="1")


def _azure_blocks(client: Client, old: bool) -> None:
    path, _ = _made(client, "datasets", kind="Language", displayName="Blocks")
    blocks = path + "/blocks"
    client.call("PUT", blocks, raw=b"One line.\n", kind="application/octet-stream", query={"blockid": "YWFh"})
    client.get(blocks)
    client.post(blocks + ":commit", [{"kind": "Latest", "id": "YWFh"}])
    client.finish()
    client.get(path)
    if old:
        form = "".join(
            f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in {"displayName": "Form", "locale": "en-US", "kind": "Language", "data": "Line."}.items()
        )
        client.call("POST", "/datasets/upload", raw=(form + "--x--\r\n").encode(),
                    kind="multipart/form-data; boundary=x")  # fmt: skip
        logged, to_logged = _made(client, "models", displayName="Logged")
        client.finish()
        client.get(logged)
        logging, _ = _made(client, "endpoints", properties={"loggingEnabled": True}, model=to_logged)
        client.finish()
        for logs in (logging + "/files/logs", "/endpoints/base/en-US/files/logs"):
            found = client.get(logs)["values"] or [{}]
            log = str(found[0].get("self", f"{logs}/none"))
            client.get(log)
            client.delete(log)
            client.delete(logs, endDate="2027-01-01")


def _copy_old(client: Client, model: str) -> None:
    made = client.post(f"{model}:copyto", {"targetSubscriptionKey": "key"})
    _watched(client, f"/models/{_id(made)}")


def _copy_new(client: Client, model: str) -> None:
    permit = client.call("POST", "/models:authorizecopy", {"sourceResourceId": TARGET}).body
    for _ in range(2):
        copied = client.post(f"{model}:copy", permit)
        _watched(client, str(copied.headers.get("operation-location", f"/operations/models/copy/{NOWHERE}")))
    client.wait(40 * 86_400)
    client.post(f"{model}:copy", permit)


def _azure_failures(client: Client) -> None:
    bad, _ = _made(client, "datasets", kind="Language", contentUrl=DATA, displayName="Bad")
    client.get(bad)
    client.emulator.fail("dataset")
    client.finish()
    client.get(bad)
    client.get(bad)
    model, _ = _made(client, "models", displayName="Failing")
    client.get(model)
    client.emulator.fail("model")
    client.finish()
    client.get(model)


def _azure_refusals(client: Client, model: str, dataset: str) -> None:
    strange = {"self": f"http://speech.test{client.base}/datasets/{NOWHERE}"}
    wanted = {"displayName": "x", "locale": "en-US"}
    client.post("/models", wanted | {"datasets": [strange]})
    client.post("/models", {"locale": "en-US"})
    client.post("/models", wanted | {"text": "unknown"})
    client.post("/models", wanted | {"locale": "tlh"})
    client.get(f"/models/{NOWHERE}")
    client.get("/models", filter="nonsense")
    client.call("GET", model, key=False)
    client.delete(model)  # an endpoint uses it
    client.get(model)
    client.delete(dataset)
    client.get(dataset)


def watson(client: Client) -> None:
    """Either flavour."""
    models = "/v1/acoustic_customizations"
    client.get("/v1/models")
    wanted = {"name": "One", "base_model_name": "en-US_BroadbandModel", "description": "first"}
    path = f"{models}/{client.post(models, wanted)['customization_id'] or NOWHERE}"
    other = {"name": "Two", "base_model_name": "ja-JP_BroadbandModel"}
    second = f"{models}/{client.post(models, other)['customization_id'] or NOWHERE}"
    client.get(path)
    client.call("POST", f"{path}/train")  # without audio
    audio = f"{path}/audio/one"
    client.call("POST", audio, raw=silence(400), kind="audio/flac")
    client.get(audio)
    if client.contract.id == "watson-stt-icp":
        client.call("POST", f"{path}/audio/early", raw=silence(100), kind="audio/flac")
        client.get(audio)
    client.finish()
    for _ in range(2):
        client.get(audio)
    client.get(path)
    client.call("POST", f"{path}/train")  # too little audio
    packed = f"{path}/audio/two"
    archive = zipped({"a.flac": silence(200), "b.flac": silence(150)})
    client.call("POST", packed, raw=archive, kind="application/zip",
                headers={"Contained-Content-Type": "audio/flac"})  # fmt: skip
    client.get(packed)
    client.finish()
    for _ in range(2):
        client.get(packed)
    client.get(f"{path}/audio")
    client.call("POST", audio, raw=silence(400), kind="audio/flac")  # without allow_overwrite
    client.call("POST", audio, raw=silence(420), kind="audio/flac", query={"allow_overwrite": "true"})
    client.finish()
    client.get(audio)
    client.get(path)
    client.call("POST", f"{path}/train")
    client.get(path)
    client.call("POST", f"{path}/train")  # while it is trained
    client.get(path)
    client.call("POST", f"{path}/audio/three", raw=silence(100), kind="audio/flac")
    client.get(path)
    client.delete(path)
    client.wait(600)
    client.get(path)
    client.finish()
    for _ in range(2):
        client.get(path)
    client.post(f"{path}/upgrade_model")
    client.get(path)
    client.finish()
    client.get(path)
    for language in ({}, {"language": "en-US"}, {"language": "ja-JP"}):
        client.get(models, **language)
    client.get(f"{models}/{NOWHERE}")
    client.get(f"{path}/audio/none")
    client.call("GET", path, key=False)
    client.post(models, {"name": "x"})
    client.post(models, wanted | {"base_model_name": "en-US"})
    _bad_audio(client, second)
    client.delete(packed)
    client.get(packed)
    client.get(f"{path}/audio")
    client.call("POST", f"{path}/reset")
    client.get(path)
    client.get(audio)
    client.get(f"{path}/audio")
    for each in (path, second):
        client.delete(each)
        client.get(each)
        client.call("POST", f"{each}/train")
    client.get(models)


def _bad_audio(client: Client, path: str) -> None:
    """Audio that is none, beside good audio; a training that fails."""
    client.get(path)
    client.call("POST", f"{path}/upgrade_model")  # while it is pending
    client.call("POST", f"{path}/audio/good", raw=silence(700), kind="audio/flac")
    client.finish()
    client.call("POST", f"{path}/audio/bad", raw=b"no audio", kind="audio/mp3")
    client.finish()
    client.get(f"{path}/audio/bad")
    client.get(f"{path}/audio")
    client.get(path)
    client.call("POST", f"{path}/train")
    if client.contract.id == "watson-stt-cloud":
        client.call("POST", f"{path}/train", query={"strict": "false"})
        client.get(path)
    client.emulator.fail("model")
    client.finish()
    client.get(path)


def video_indexer(client: Client) -> None:
    """Video Indexer."""
    text = {"displayName": "Lectures", "description": "first", "locale": "en-US", "kind": "Language",
            "contentUrl": DATA, "customProperties": {"team": "a"}}  # fmt: skip
    dataset = client.post("/datasets", text)["id"] or NOWHERE
    words = client.post("/datasets", text | {"displayName": "Names", "kind": "Pronunciation"})["id"] or NOWHERE
    _watched(client, f"/datasets/{dataset}")
    _watched(client, f"/datasets/{words}")
    wanted = {"displayName": "Model", "description": "of text", "locale": "en-US", "datasets": [dataset, words],
              "customProperties": {"team": "a"}}  # fmt: skip
    model = client.post("/models", wanted)["id"] or NOWHERE
    client.delete(f"/datasets/{dataset}")  # a model is trained with it
    _watched(client, f"/models/{model}")
    for path in (f"/datasets/{dataset}", f"/models/{model}"):
        client.call("PUT", path, {"displayName": "Changed", "description": "second"})
        for _ in range(2):
            client.get(path)
    client.get(f"/datasets/{dataset}/files", sasValidityInSeconds="60")
    client.get(f"/datasets/{dataset}/files")
    for plural in ("datasets", "models"):
        client.get(f"/{plural}")
        client.get(f"/{plural}", locale="en-US")
        client.get(f"/{plural}", locale="de-DE")
        client.get(f"/{plural}/{NOWHERE}")
        client.post(f"/{plural}", {"displayName": "x"})
        client.call("GET", f"/{plural}", key=False)
    client.post("/models", wanted | {"datasets": [NOWHERE]})
    client.post("/models", wanted | {"datasets": [words]})  # without plain text
    bad = client.post("/datasets", text | {"displayName": "Bad"})["id"] or NOWHERE
    client.emulator.fail("dataset")
    client.finish()
    client.get(f"/datasets/{bad}")
    busy = client.post("/models", wanted | {"displayName": "Busy", "datasets": [words, dataset]})["id"] or NOWHERE
    client.get(f"/models/{busy}")
    client.delete(f"/models/{busy}")
    client.finish()
    for path in (f"/datasets/{dataset}", f"/models/{model}", f"/datasets/{bad}"):
        client.delete(path)
        client.get(path)
    client.get(f"/datasets/{dataset}/files")
    client.get("/datasets")
    client.get("/models")


WALKS: Mapping[str, Callable[[Client], None]] = {
    "azure-speech-v3.1": azure,
    "azure-speech-2025-10-15": azure,
    "watson-stt-cloud": watson,
    "watson-stt-icp": watson,
    "video-indexer": video_indexer,
}
_KEYS = {"azure": ("Ocp-Apim-Subscription-Key", "key"), "watson": ("Authorization", "Basic YXBpa2V5OmFueQ=="),
         "video": ("Authorization", "Bearer any")}  # fmt: skip


def walk(service: str, server: Between | None = None, *, slow: bool = False) -> Client:
    """Walk a service, maybe behind a change; the client, whose checker has judged all of it."""
    contract = load(service)
    between = server or Between(Emulator(contract))
    base = contract.base + (ACCOUNT if service == "video-indexer" else "")
    query = {"api-version": "2025-10-15"} if service == "azure-speech-2025-10-15" else {}
    client = Client(contract, between, base, _KEYS[service.partition("-")[0]], query, slow)
    WALKS[service](client)
    return client
