"""Record the cassettes that are shipped: real clients against the emulator, over a real socket.

    python -m tests.recordings.record_cassettes [FOLDER]

writes `SERVICE/STORY.yaml` below `cassettes/`, or below FOLDER. Ids, signatures and times come from the emulator's
seed and its virtual clock, and the address that was called is written as that of the service: to record again changes
nothing, unless a contract, a client or the emulator changed.
"""

from __future__ import annotations

import importlib.metadata
import io
import os
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from ibm_cloud_sdk_core import ApiException
from ibm_cloud_sdk_core.authenticators import BasicAuthenticator
from ibm_watson import SpeechToTextV1

from pytest_speechcustom.cassette import SpeechCassette
from pytest_speechcustom.contracts import load
from pytest_speechcustom.emulator.service import SpeechService
from pytest_speechcustom.locate import data
from pytest_speechcustom.replay.files import Place
from tests.emulator.azure_client import Azure, reference
from tests.servers import flac

WHEN = "2026-01-05"  # the day at which the emulator's clock begins
ACCOUNT = "7f2b9d14-3c58-4f0e-9a6d-51c0e8b7a243"
KEYS = {"own": "0f4be8f0c2a94d6b8a3c71d25e9f6b30", "other": "b7c1d0e59a3f4826bd1e604c7f92a85d"}
ORIGINS = {
    "video-indexer": "https://api.videoindexer.ai",
    "azure-speech-v3.1": "https://westus.api.cognitive.microsoft.com",
    "azure-speech-2025-10-15": "https://westus.api.cognitive.microsoft.com",
    "watson-stt-cloud": "https://api.us-south.speech-to-text.watson.cloud.ibm.com",
    "watson-stt-icp": "https://icp-cluster.example",
}
MOST_POLLS = 20

Story = Callable[[SpeechService], None]


# Watson, by the official SDK


def _sdk(service: SpeechService) -> Any:
    sdk = SpeechToTextV1(authenticator=BasicAuthenticator("apikey", KEYS["own"]))
    sdk.set_service_url(service.url)
    sdk.get_http_client().trust_env = False
    return sdk


def _until(wanted: str, look: Callable[[], Any], status: Callable[[Any], str] = lambda found: found["status"]) -> None:
    for _ in range(MOST_POLLS):
        if status(look().get_result()) == wanted:
            return
    raise TimeoutError(wanted)


def _zipped(files: dict[str, bytes]) -> bytes:
    """The same archive at any time and on any machine: not packed, and of one date."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_STORED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 5, 9, 0, 0)), content)
    return whole.getvalue()


def _ready(sdk: Any) -> str:
    """A model that can be trained."""
    made = sdk.create_acoustic_model("Lectures", "en-US_BroadbandModel", description="Lectures of a term")
    model: str = made.get_result()["customization_id"]
    sdk.add_audio(model, "audio1", flac.silence(660), content_type="audio/flac")
    _until("ok", lambda: sdk.get_audio(model, "audio1"))
    _until("ready", lambda: sdk.get_acoustic_model(model))
    return model


def train_acoustic_model(service: SpeechService) -> None:
    """The whole life: create, add audio, train, upgrade, list, reset, delete."""
    sdk = _sdk(service)
    model = _ready(sdk)
    sdk.list_audio(model)
    sdk.train_acoustic_model(model)
    _until("available", lambda: sdk.get_acoustic_model(model))
    sdk.upgrade_acoustic_model(model)
    _until("available", lambda: sdk.get_acoustic_model(model))
    sdk.list_acoustic_models()
    sdk.delete_audio(model, "audio1")
    sdk.reset_acoustic_model(model)
    sdk.delete_acoustic_model(model)
    sdk.list_acoustic_models()


def training_that_fails(service: SpeechService) -> None:
    """A training that ends in `failed`."""
    sdk = _sdk(service)
    model = _ready(sdk)
    service.plan(resource="model", outcome="fail")
    sdk.train_acoustic_model(model)
    _until("failed", lambda: sdk.get_acoustic_model(model))


def busy_model(service: SpeechService) -> None:
    """A second training, and a deletion, while the first training goes on."""
    sdk = _sdk(service)
    model = _ready(sdk)
    sdk.train_acoustic_model(model)
    for refused in (sdk.train_acoustic_model, sdk.delete_acoustic_model):
        try:
            refused(model)
        except ApiException as error:
            if error.status_code != 409:
                raise
    _until("available", lambda: sdk.get_acoustic_model(model))


def models_by_language(service: SpeechService) -> None:
    """Lists of models, all and by language."""
    sdk = _sdk(service)
    for language in ("en-US", "ja-JP"):
        sdk.create_acoustic_model(f"Lectures in {language}", f"{language}_BroadbandModel")
    for chosen in (None, "en-US", "ja-JP", "ko-KR"):
        sdk.list_acoustic_models(language=chosen)


def archives(service: SpeechService) -> None:
    """Audio in an archive, which is listed file by file; another archive takes its place."""
    sdk = _sdk(service)
    made = sdk.create_acoustic_model("Lectures", "en-US_BroadbandModel")
    model = made.get_result()["customization_id"]
    for number, again in ((1, None), (2, True)):
        packed = _zipped({f"audio{each}.flac": flac.silence(330) for each in range(number + 1)})
        sdk.add_audio(model, "archive", packed, content_type="application/zip",
                      contained_content_type="audio/flac", allow_overwrite=again)  # fmt: skip
        _until("ok", lambda: sdk.get_audio(model, "archive"), lambda found: found["container"]["status"])
    sdk.list_audio(model)
    _until("ready", lambda: sdk.get_acoustic_model(model))
    sdk.delete_audio(model, "archive")


# Azure, by a small client on httpx


def _client(service: SpeechService, key: str = "own") -> Azure:
    return Azure(service, KEYS[key])


def _polled(azure: Azure, url: str, status: str = "Succeeded") -> Any:
    for _ in range(MOST_POLLS):
        found = azure.get(url)
        if found["status"] == status:
            return found
    raise TimeoutError(status)


def train_model(service: SpeechService) -> None:
    """The whole life: project, data, training, evaluation, endpoint, deletion."""
    azure = _client(service)
    with azure.http:
        project = azure.made("projects", description="Of a term")
        dataset = azure.made("datasets", kind="Language", contentUrl="https://example.com/text.txt",
                             project=reference(project))  # fmt: skip
        _polled(azure, dataset["self"])
        spoken = azure.made("datasets", kind="Acoustic", contentUrl="https://example.com/audio.zip")
        _polled(azure, spoken["self"])
        azure.get(dataset["links"]["files"])
        model = azure.made("models", datasets=[reference(dataset)], project=reference(project))
        _polled(azure, model["self"])
        azure.patch(model["self"], {"displayName": "Lectures", "description": "Second version"})
        azure.get(model["links"]["files"])
        evaluation = azure.made("evaluations", model1=reference(model), model2=reference(model),
                                dataset=reference(spoken))  # fmt: skip
        _polled(azure, evaluation["self"])
        endpoint = azure.made("endpoints", model=reference(model))
        _polled(azure, endpoint["self"])
        for made in (endpoint, evaluation, model, spoken, dataset, project):
            azure.call("DELETE", made["self"]).raise_for_status()
        azure.call("GET", model["self"])


def azure_training_that_fails(service: SpeechService) -> None:
    """A training that ends in `Failed`."""
    azure = _client(service)
    with azure.http:
        service.plan(resource="model", outcome="fail")
        model = azure.made("models")
        _polled(azure, model["self"], "Failed")


def in_use(service: SpeechService) -> None:
    """What is needed by something else, or not done yet, is not deleted."""
    azure = _client(service)
    with azure.http:
        dataset = azure.made("datasets", kind="Language", contentUrl="https://example.com/text.txt")
        azure.call("DELETE", dataset["self"])
        _polled(azure, dataset["self"])
        model = azure.made("models", datasets=[reference(dataset)])
        azure.call("DELETE", dataset["self"])
        _polled(azure, model["self"])
        endpoint = azure.made("endpoints", model=reference(model))
        azure.call("DELETE", model["self"])
        _polled(azure, endpoint["self"])


def pages_and_filters(service: SpeechService) -> None:
    """Lists, page by page and filtered."""
    azure = _client(service)
    with azure.http:
        for name in ("One", "Two", "Three", "Four", "Five"):
            azure.made("projects", displayName=name)
        page = azure.get("projects", top=2)
        while "@nextLink" in page:
            page = azure.get(page["@nextLink"])
        azure.get("projects", skip=1, top=3)
        azure.get("projects", filter="displayName eq 'Two'")
        azure.get("projects", filter="locale eq 'de-DE'")


def copy_model(service: SpeechService) -> None:
    """A model is copied to another resource."""
    azure, other = _client(service), _client(service, "other")
    with azure.http, other.http:
        model = azure.made("models")
        _polled(azure, model["self"])
        if azure.old:
            made = azure.call("POST", model["links"]["copyTo"], json={"targetSubscriptionKey": KEYS["other"]}).json()
            _polled(other, made["self"])
        else:
            permit = other.call("POST", "models:authorizecopy", json=SOURCE).json()
            operation = azure.call("POST", model["links"]["copy"], json=permit).json()
            done = _polled(azure, operation["self"])
            other.get(done["result"]["link"])
        other.get("models")


# Video Indexer, by httpx


class _Indexer:
    """Calls one account."""

    def __init__(self, service: SpeechService) -> None:
        base = f"{service.url}/trial/Accounts/{ACCOUNT}/Customization/Speech"
        self.http = httpx.Client(base_url=base, headers={"Authorization": f"Bearer {KEYS['own']}"}, trust_env=False)

    def dataset(self, name: str, **changes: Any) -> str:
        """The id of a new dataset."""
        wanted = {"displayName": name, "locale": "en-US", "kind": "Language", "contentUrl": "https://example.com/text"}
        return str(self.http.post("/datasets", json=wanted | changes).raise_for_status().json()["id"])

    def model(self, name: str, datasets: list[str], **changes: Any) -> str:
        """The id of a new model."""
        wanted = {"displayName": name, "locale": "en-US", "datasets": datasets}
        return str(self.http.post("/models", json=wanted | changes).raise_for_status().json()["id"])

    def until(self, status: str, path: str) -> None:
        """Poll."""
        for _ in range(MOST_POLLS):
            if self.http.get(path).raise_for_status().json()["status"] == status:
                return
        raise TimeoutError(status)


def index_model(service: SpeechService) -> None:
    """The whole life: data, training, edits, files, deletion."""
    indexer = _Indexer(service)
    with indexer.http as http:
        dataset = indexer.dataset("Lectures", description="Of a term")
        indexer.until("Complete", f"/datasets/{dataset}")
        http.get(f"/datasets/{dataset}/files", params={"sasValidityInSeconds": 600})
        model = indexer.model("Lectures", [dataset], customProperties={"team": "speech"})
        indexer.until("Complete", f"/models/{model}")
        http.put(f"/models/{model}", json={"displayName": "Lectures, second version"})
        http.put(f"/datasets/{dataset}", json={"description": "Of two terms"})
        for path in ("/models", "/datasets", f"/models/{model}"):
            http.get(path)
        for path in (f"/models/{model}", f"/datasets/{dataset}"):
            http.delete(path)
        http.get("/models")


def index_training_that_fails(service: SpeechService) -> None:
    """A training that ends in `Failed`."""
    indexer = _Indexer(service)
    with indexer.http:
        dataset = indexer.dataset("Lectures")
        indexer.until("Complete", f"/datasets/{dataset}")
        service.plan(resource="model", outcome="fail")
        indexer.until("Failed", f"/models/{indexer.model('Lectures', [dataset])}")


def index_in_use(service: SpeechService) -> None:
    """What is in training is not deleted."""
    indexer = _Indexer(service)
    with indexer.http as http:
        dataset = indexer.dataset("Lectures")
        indexer.until("Complete", f"/datasets/{dataset}")
        model = indexer.model("Lectures", [dataset])
        http.delete(f"/datasets/{dataset}")
        http.delete(f"/models/{model}")
        indexer.until("Complete", f"/models/{model}")


def index_by_locale(service: SpeechService) -> None:
    """Lists of datasets and models, all and by locale."""
    indexer = _Indexer(service)
    with indexer.http as http:
        for locale in ("en-US", "de-DE"):
            dataset = indexer.dataset(f"Lectures in {locale}", locale=locale)
            indexer.until("Complete", f"/datasets/{dataset}")
            indexer.model(f"Lectures in {locale}", [dataset], locale=locale)
        for kind in ("datasets", "models"):
            for chosen in ({}, {"locale": "en-US"}, {"locale": "fr-FR"}):
                http.get(f"/{kind}", params=chosen)


SOURCE = {
    "sourceResourceId": "/subscriptions/2c5f7a90-6b1d-4e83-a0f4-9d8e7c6b5a41/resourceGroups/lectures-west/providers/"
    "Microsoft.CognitiveServices/accounts/lectures-speech"
}
_WATSON: dict[str, Story] = {
    "train-acoustic-model": train_acoustic_model,
    "training-that-fails": training_that_fails,
    "busy-model": busy_model,
    "models-by-language": models_by_language,
    "archives": archives,
}
_AZURE: dict[str, Story] = {
    "train-model": train_model,
    "training-that-fails": azure_training_that_fails,
    "in-use": in_use,
    "pages-and-filters": pages_and_filters,
    "copy-model": copy_model,
}
_INDEXER: dict[str, Story] = {
    "train-model": index_model,
    "training-that-fails": index_training_that_fails,
    "in-use": index_in_use,
    "by-locale": index_by_locale,
}
STORIES: dict[str, dict[str, Story]] = {
    "video-indexer": _INDEXER,
    "azure-speech-v3.1": _AZURE,
    "azure-speech-2025-10-15": _AZURE,
    "watson-stt-cloud": _WATSON,
    "watson-stt-icp": _WATSON,
}


def record(service: str, story: str, folder: Path) -> Path:
    """Record one story below `folder`; where it is."""
    contract, path = load(service), folder / service / f"{story}.yaml"
    client = "ibm-watson (Python)" if service.startswith("watson") else "httpx"
    library = client.partition(" ")[0]
    about = {
        "recorded_at": WHEN,
        "client": f"{client} {importlib.metadata.version(library)}",
        "story": (STORIES[service][story].__doc__ or "").strip(),
        "made_by": "python -m tests.recordings.record_cassettes",
    }
    with SpeechService(contract, progress="polls:2") as emulator:
        place = Place(story, None, path)
        moved = {emulator.address: ORIGINS[service]}
        moved |= {here.replace("http", "ws", 1): there.replace("http", "ws", 1) for here, there in moved.items()}
        with SpeechCassette(contract, place, "all", about=about, moved=moved, allow=CLIENT_RULES):
            STORIES[service][story](emulator)
    return path


CLIENT_RULES = ("client.*",)
"""Refusals are told, and what leads to them is on purpose."""


def main(folder: Path) -> None:
    """Record every story."""
    os.environ["NO_PROXY"] = "127.0.0.1"
    for service, stories in STORIES.items():
        for story in stories:
            # A recording never goes into what is shipped: that it is put there is this script's doing.
            with tempfile.TemporaryDirectory() as aside:
                made = record(service, story, Path(aside))
                place = folder / service / made.name
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(made, place)
            print(place)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else data("cassettes"))
