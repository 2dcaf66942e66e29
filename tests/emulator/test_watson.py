"""Watson as the emulator plays it, both flavours, over a real socket: what is documented, refusals included."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from pytest_speechcustom.contracts import load
from pytest_speechcustom.emulator.service import SpeechService
from tests.emulator.watson_audio_samples import silence, tarred, zipped

CLOUD, ICP = "watson-stt-cloud", "watson-stt-icp"
BROADBAND, NARROWBAND = "en-US_BroadbandModel", "en-US_NarrowbandModel"
STRANGER = "00000000-0000-4000-8000-000000000000"
ELEVEN_MINUTES = 660


@dataclass(frozen=True)
class Client:
    """A client that a person might write, of a service that runs."""

    service: SpeechService
    http: httpx.Client

    def call(self, method: str, path: str = "", **more: Any) -> httpx.Response:
        """Any call below the models."""
        return self.http.request(method, f"/v1/acoustic_customizations{path}", **more)

    def create(self, base: str = BROADBAND, **more: Any) -> str:
        """A new model: its path."""
        answer = self.call("POST", json={"name": "Lectures", "base_model_name": base, **more})
        assert answer.status_code == 201
        assert list(answer.json()) == ["customization_id"]
        return f"/{answer.json()['customization_id']}"

    def add(self, model: str, name: str, data: bytes, kind: str = "audio/flac", **more: Any) -> httpx.Response:
        """Add audio."""
        headers = {"Content-Type": kind, **more.pop("headers", {})}
        return self.call("POST", f"{model}/audio/{name}", content=data, headers=headers, **more)

    def ready(self, seconds: int = ELEVEN_MINUTES, base: str = BROADBAND) -> str:
        """A model with audio: its path."""
        model = self.create(base)
        assert self.add(model, "audio1", silence(seconds)).status_code == 201
        self.service.complete()
        return model

    def status(self, model: str) -> str:
        """The status of a model."""
        told: str = self.call("GET", model).json()["status"]
        return told

    def audio(self, model: str, name: str) -> Any:
        """An audio resource."""
        return self.call("GET", f"{model}/audio/{name}").json()

    def rules(self, level: str = "") -> set[str]:
        """The rules that were broken by the client; the server must not have broken any."""
        assert [finding for finding in self.service.findings if finding.side == "server"] == []
        found = [finding for finding in self.service.findings if level in ("", finding.level)]
        return {finding.rule.partition("/")[2] for finding in found}


@contextmanager
def running(flavour: str = CLOUD, *, progress: str = "manual", seed: int = 0, **limits: Any) -> Iterator[Client]:
    """A service and a client of it."""
    contract = load(flavour, limits) if limits else flavour
    with (
        SpeechService(contract, progress=progress, seed=seed) as service,
        httpx.Client(base_url=service.url, auth=("apikey", "any"), trust_env=False) as http,
    ):
        yield Client(service, http)


@pytest.fixture(params=[CLOUD, ICP])
def client(request: pytest.FixtureRequest) -> Iterator[Client]:
    """Each flavour."""
    with running(request.param) as started:
        yield started


@pytest.fixture
def cloud() -> Iterator[Client]:
    """The public cloud."""
    with running(CLOUD) as started:
        yield started


@pytest.fixture
def icp() -> Iterator[Client]:
    """The private cloud."""
    with running(ICP) as started:
        yield started


# what goes well


def test_a_whole_life_passes(client: Client) -> None:
    """All twelve operations as they are meant: no finding, on neither side."""
    models = client.http.get("/v1/models").json()["models"]
    assert BROADBAND in [model["name"] for model in models]
    model = client.create(description="From 2020")
    assert client.status(model) == "pending"
    assert client.add(model, "audio1", silence(ELEVEN_MINUTES)).json() == {}
    assert client.audio(model, "audio1") == {
        "duration": 0,
        "name": "audio1",
        "details": {},
        "status": "being_processed",
    }
    client.service.advance(seconds=30)
    details = {"type": "audio", "codec": "flac", "frequency": 16_000}
    audio1 = {"duration": 660, "name": "audio1", "details": details, "status": "ok"}
    assert client.audio(model, "audio1") == audio1
    assert client.call("GET", f"{model}/audio").json() == {"total_minutes_of_audio": 11.0, "audio": [audio1]}
    assert client.status(model) == "ready"
    assert client.call("POST", f"{model}/train").json() == {}
    assert client.status(model) == "training"
    client.service.advance(minutes=30)
    assert client.status(model) == "available"
    assert client.call("POST", f"{model}/upgrade_model").status_code == 200
    assert client.status(model) == "upgrading"
    client.service.advance(minutes=30)
    (listed,) = client.call("GET", params={"language": "en-US"}).json()["customizations"]
    assert (listed["status"], listed["progress"], len(listed["versions"])) == ("available", 100, 2)
    assert listed["description"] == "From 2020"
    assert ("updated" in listed) == (client.service.contract.id == CLOUD)
    assert client.call("DELETE", f"{model}/audio/audio1").json() == {}
    assert client.call("POST", f"{model}/reset").json() == {}
    assert client.call("GET", f"{model}/audio").json() == {"total_minutes_of_audio": 0.0, "audio": []}
    assert client.call("DELETE", model).json() == {}
    assert client.call("GET").json() == {"customizations": []}
    assert client.service.judge().failing == ()
    assert client.rules() == set()
    assert all(client.service.judge().report.coverage["operations"].values())


@pytest.mark.parametrize("progress", ["polls:3", "polls:0", "seconds:0"])
def test_progress_needs_no_hand(progress: str) -> None:
    """A client that polls the model only, sees it become ready and available."""
    with running(progress=progress) as client:
        model = client.create()
        client.add(model, "audio1", silence(ELEVEN_MINUTES))
        seen = [client.status(model) for _ in range(5)]
        assert seen[-1] == "ready"
        client.call("POST", f"{model}/train")
        seen += [client.status(model) for _ in range(5)]
        assert seen[-1] == "available"
        assert ("training" in seen) == (progress == "polls:3")
        assert client.rules("error") == set()


@pytest.mark.parametrize(
    ("pack", "kind", "compression"), [(zipped, "application/zip", "zip"), (tarred, "application/gzip", "gzip")]
)
def test_an_archive_is_shown_with_its_files(
    pack: Callable[[dict[str, bytes]], bytes], kind: str, compression: str, cloud: Client
) -> None:
    """A container from the start; what it holds once that is known."""
    model = cloud.create()
    data = pack({"one.flac": silence(400), "two.flac": silence(300)})
    assert cloud.add(model, "pack", data, kind).status_code == 201
    waiting = {"duration": 0, "name": "pack", "details": {}, "status": "being_processed"}
    assert cloud.audio(model, "pack") == {"container": waiting, "audio": []}
    cloud.service.complete()
    shown = cloud.audio(model, "pack")
    assert shown["container"] == {
        "duration": 700,
        "name": "pack",
        "details": {"type": "archive", "compression": compression},
        "status": "ok",
    }
    assert [(each["name"], each["duration"], each["status"]) for each in shown["audio"]] == [
        ("one.flac", 400, "ok"),
        ("two.flac", 300, "ok"),
    ]
    assert cloud.call("GET", f"{model}/audio").json()["audio"] == [shown["container"]]
    assert cloud.status(model) == "ready"
    assert cloud.rules() == set()


def test_a_broken_file_makes_the_archive_invalid(cloud: Client) -> None:
    """And the model stays without valid audio."""
    model = cloud.create()
    cloud.add(model, "pack", zipped({"one.flac": silence(700), "two.flac": b"not audio"}), "application/zip")
    cloud.service.complete()
    shown = cloud.audio(model, "pack")
    assert shown["container"]["status"] == "invalid"
    assert [each["status"] for each in shown["audio"]] == ["ok", "invalid"]
    assert cloud.call("GET", f"{model}/audio").json()["total_minutes_of_audio"] == 0
    assert cloud.status(model) == "pending"
    assert cloud.rules() == set()


@pytest.mark.parametrize(("base", "status"), [(BROADBAND, "invalid"), (NARROWBAND, "ok")])
def test_the_sampling_rate_has_to_do_for_the_base_model(base: str, status: str, client: Client) -> None:
    """16 kHz for broadband, 8 kHz for narrowband."""
    model = client.create(base)
    client.add(model, "phone", silence(60, 8_000))
    client.service.complete()
    shown = client.audio(model, "phone")
    assert (shown["status"], shown["details"]["frequency"]) == (status, 8_000)


@pytest.mark.parametrize("data", [b"not audio", silence(60)], ids=["noise", "flac sent as wav"])
def test_audio_of_a_wrong_format_turns_out_invalid(data: bytes, client: Client) -> None:
    """It is taken at first."""
    model = client.create()
    assert client.add(model, "audio1", data, "audio/wav").status_code == 201
    client.service.complete()
    shown = client.audio(model, "audio1")
    assert (shown["status"], shown["duration"], shown["details"]) == ("invalid", 0, {"type": "undetermined"})
    assert client.rules() == set()


@pytest.mark.parametrize(("flavour", "status"), [(CLOUD, "ok"), (ICP, "invalid")])
def test_files_of_an_archive_are_wav_by_default_in_the_private_cloud_only(flavour: str, status: str) -> None:
    """There, FLAC has to be told; on the public cloud each file shows what it is."""
    with running(flavour) as client:
        model = client.create()
        pack = zipped({"one.flac": silence(700)})
        client.add(model, "plain", pack, "application/zip")
        client.service.complete()
        client.add(model, "told", pack, "application/zip", headers={"Contained-Content-Type": "audio/flac"})
        client.service.complete()
        assert client.audio(model, "plain")["container"]["status"] == status
        assert client.audio(model, "told")["container"]["status"] == "ok"
        assert client.rules() == set()


def test_audio_without_a_content_type_shows_what_it_is(cloud: Client) -> None:
    """The SDK lets clients leave it out."""
    model = cloud.create()
    for name, data in {"file": silence(60), "pack": zipped({"one.flac": silence(60)})}.items():
        answer = cloud.call("POST", f"{model}/audio/{name}", content=data)
        assert answer.status_code == 201
    cloud.service.complete()
    assert {each["status"] for each in cloud.call("GET", f"{model}/audio").json()["audio"]} == {"ok"}
    assert cloud.rules() == set()


def test_audio_is_replaced_where_that_is_asked_for(cloud: Client) -> None:
    """A ready model waits for the analysis again."""
    model = cloud.ready()
    again = cloud.add(model, "audio1", silence(720), params={"allow_overwrite": "true"})
    assert again.status_code == 201
    assert (cloud.audio(model, "audio1")["status"], cloud.status(model)) == ("being_processed", "pending")
    cloud.service.complete()
    assert (cloud.audio(model, "audio1")["duration"], cloud.status(model)) == (720, "ready")
    assert cloud.rules() == set()


def test_a_trained_model_stays_available_when_its_audio_changes(cloud: Client) -> None:
    """Audio does not affect a model before its next training."""
    model = cloud.ready()
    cloud.call("POST", f"{model}/train")
    cloud.service.complete()
    cloud.add(model, "audio2", silence(60))
    assert cloud.status(model) == "available"
    cloud.service.complete()
    assert cloud.status(model) == "available"
    assert cloud.call("POST", f"{model}/train").status_code == 200
    assert cloud.status(model) == "training"
    assert cloud.rules() == set()


def test_an_upgrade_gives_back_the_status_and_adds_a_version(client: Client) -> None:
    """Of a model that was ready."""
    model = client.ready()
    for number in (2, 3):
        client.call("POST", f"{model}/upgrade_model")
        assert client.status(model) == "upgrading"
        client.service.complete()
        told = client.call("GET", model).json()
        assert (told["status"], len(told["versions"])) == ("ready", number)
    assert client.rules() == set()


def test_times_are_in_order_however_far_the_clock_jumps(cloud: Client) -> None:
    """What happened is dated when it happened, not when somebody looked."""
    model = cloud.create()
    made = cloud.call("GET", model).json()
    assert made["created"] == made["updated"]
    cloud.add(model, "audio1", silence(ELEVEN_MINUTES))
    cloud.service.advance(days=300)
    settled = cloud.call("GET", model).json()
    assert made["updated"] < settled["updated"] < "2026-01-05T09:01"
    cloud.call("POST", f"{model}/train")
    cloud.service.advance(days=300)
    assert settled["updated"] < cloud.call("GET", model).json()["updated"] < "2026-11-02"
    assert cloud.rules() == set()


def test_models_are_listed_by_language(client: Client) -> None:
    """All, those of a language, and none of one that nobody speaks."""
    client.create()
    client.create("ja-JP_BroadbandModel")

    def listed(**params: str) -> list[str]:
        found = client.call("GET", params=params).json()["customizations"]
        return [model["language"] for model in found]

    assert listed() == ["en-US", "ja-JP"]
    assert listed(language="ja-JP") == ["ja-JP"]
    assert listed(language="tlh-QX") == []


def test_every_base_model_can_be_customized(client: Client) -> None:
    """What the list shows is what creation takes."""
    models = client.http.get("/v1/models").json()["models"]
    assert {model["name"] for model in models} >= {BROADBAND, NARROWBAND, "ja-JP_BroadbandModel"}
    for model in models:
        made = client.call("GET", client.create(model["name"])).json()
        assert (made["base_model_name"], made["language"]) == (model["name"], model["language"])
    assert client.rules() == set()


def test_the_same_seed_gives_the_same_answers() -> None:
    """Ids, owners and times."""

    def told(seed: int) -> Any:
        with running(seed=seed) as client:
            return client.call("GET", client.ready()).json()

    assert told(1) == told(1)
    assert told(1)["customization_id"] != told(2)["customization_id"]


# what is refused


def test_training_is_refused_and_fails_the_model_with_too_little_audio(client: Client) -> None:
    """The service says 400, and the model is mended by more audio."""
    model = client.ready(seconds=599)
    answer = client.call("POST", f"{model}/train")
    assert (answer.status_code, client.status(model)) == (400, "failed")
    assert answer.json()["code"] == 400
    client.add(model, "audio2", silence(1))
    client.service.complete()
    assert client.status(model) == "ready"
    assert client.call("POST", f"{model}/train").status_code == 200
    client.call("GET", f"{model}/audio")
    assert client.rules() == set()  # nobody had looked how much audio there was


def test_a_client_that_knows_better_is_warned() -> None:
    """It has read how much audio there is: too little, then too much."""
    with running(max_audio_hours=1) as client:
        few, many = client.ready(seconds=60), client.ready(seconds=3601)
        for model in (few, many):
            client.call("GET", f"{model}/audio")
            assert client.call("POST", f"{model}/train").status_code == 400
            assert client.status(model) == "failed"
        assert client.rules() == client.rules("warning") == {"client.train.enough-audio"}


def test_training_is_strict_unless_it_is_told_not_to_be(cloud: Client) -> None:
    """Invalid audio refuses it, or is named and left out."""
    model = cloud.ready()
    cloud.add(model, "noise", b"not audio")
    cloud.service.complete()
    assert cloud.audio(model, "noise")["status"] == "invalid"
    assert cloud.call("POST", f"{model}/train").status_code == 400
    assert cloud.status(model) == "failed"
    answer = cloud.call("POST", f"{model}/train", params={"strict": "false"})
    (warning,) = answer.json()["warnings"]
    assert (answer.status_code, warning["code"]) == (200, "invalid_audio_files")
    assert "[noise]" in warning["message"]
    assert cloud.status(model) == "training"
    assert cloud.rules() == {"client.train.strict"}


def test_the_private_cloud_knows_no_strict(icp: Client) -> None:
    """The parameter is not documented there, and invalid audio always refuses a training."""
    model = icp.ready()
    icp.add(model, "noise", b"not audio")
    icp.service.complete()
    assert icp.call("POST", f"{model}/train", params={"strict": "false"}).status_code == 400
    assert icp.status(model) == "failed"
    assert icp.rules() == {"request.query.unknown"}


def test_a_failed_model_is_mended_by_deleting_what_is_invalid(cloud: Client) -> None:
    """It is ready again as it has valid audio."""
    model = cloud.ready()
    cloud.add(model, "noise", b"not audio")
    cloud.service.complete()
    cloud.call("POST", f"{model}/train")
    assert cloud.call("DELETE", f"{model}/audio/noise").status_code == 200
    assert cloud.status(model) == "ready"
    assert cloud.call("POST", f"{model}/train").status_code == 200


def test_there_is_no_language_model_to_train_or_upgrade_with(client: Client) -> None:
    """A refused training fails the model, a refused upgrade leaves it."""
    model, params = client.ready(), {"custom_language_model_id": STRANGER}
    assert client.call("POST", f"{model}/upgrade_model", params=params).status_code == 400
    assert client.status(model) == "ready"
    assert client.call("POST", f"{model}/train", params=params).status_code == 400
    assert client.status(model) == "failed"
    assert client.rules() == set()


BUSY = {
    "train": ("POST", "/train"),
    "reset": ("POST", "/reset"),
    "upgrade": ("POST", "/upgrade_model"),
    "delete": ("DELETE", ""),
}


@pytest.mark.parametrize(("method", "path"), BUSY.values(), ids=BUSY)
@pytest.mark.parametrize("work", ["train", "upgrade_model", "audio"])
def test_a_busy_model_answers_409_and_stays_as_it_is(work: str, method: str, path: str, client: Client) -> None:
    """While it is trained or upgraded, and while audio is being processed."""
    model = client.ready()
    if work == "audio":
        client.add(model, "audio2", silence(60))
    else:
        client.call("POST", f"{model}/{work}")
    before = client.call("GET", model).json()
    answer = client.call(method, model + path)
    assert answer.status_code == 409
    assert answer.json() == {
        "code_description": "Conflict",
        "code": 409,
        "error": "The service is handling another request for the custom model.",
    }
    assert client.call("GET", model).json() == before
    assert client.rules("error") == set()
    assert client.rules() <= {"client.train.busy", "client.upgrade.state"}


def test_audio_stays_as_it_is_while_the_model_is_trained(client: Client) -> None:
    """Neither added nor deleted."""
    model = client.ready()
    client.call("POST", f"{model}/train")
    assert client.add(model, "audio2", silence(60)).status_code == 409
    assert client.call("DELETE", f"{model}/audio/audio1").status_code == 409
    assert client.rules("error") == set()


@pytest.mark.parametrize(("flavour", "status"), [(CLOUD, 201), (ICP, 409)])
def test_audio_is_added_at_the_same_time_on_the_public_cloud_only(flavour: str, status: int) -> None:
    """The private cloud takes one after the other."""
    with running(flavour) as client:
        model = client.create()
        client.add(model, "audio1", silence(60))
        client.audio(model, "audio1")
        assert client.add(model, "audio2", silence(60)).status_code == status
        assert client.rules() == ({"client.audio.one-at-a-time"} if status == 409 else set())


def test_another_resource_is_deleted_while_one_is_added(cloud: Client) -> None:
    """But not the one that is being processed."""
    model = cloud.ready()
    cloud.add(model, "audio2", silence(60))
    assert cloud.call("DELETE", f"{model}/audio/audio2").status_code == 409
    assert cloud.call("DELETE", f"{model}/audio/audio1").status_code == 200
    assert cloud.rules() == set()


def test_a_name_is_used_once(client: Client) -> None:
    """Unless it is to be overwritten; names differ by case."""
    model = client.ready()
    assert client.add(model, "audio1", silence(60)).status_code == 400
    assert client.add(model, "Audio1", silence(60)).status_code == 201
    assert client.rules() == client.rules("warning") == {"client.audio.overwrite"}


def test_an_upgrade_wants_a_model_with_data(client: Client) -> None:
    """Neither a new one nor one that failed, nor one without audio."""
    model = client.create()
    assert client.call("POST", f"{model}/upgrade_model").status_code == 400
    trained = client.ready()
    client.call("POST", f"{trained}/train")
    client.service.complete()
    client.call("DELETE", f"{trained}/audio/audio1")
    assert client.call("POST", f"{trained}/upgrade_model").status_code == 400
    assert client.status(trained) == "available"


@pytest.mark.parametrize("size", [1001, 300_000], ids=["a byte too much", "more than a piece"])
@pytest.mark.parametrize("chunked", [False, True])
def test_what_is_too_large_is_refused(size: int, chunked: bool) -> None:
    """And the client is told that it sent too much, by a length or in pieces."""
    with running(max_resource_bytes=1000) as client:
        model = client.create()
        content: Any = iter([bytes(size)]) if chunked else bytes(size)
        answer = client.add(model, "audio1", content, "audio/wav")
        assert (answer.status_code, answer.json()["code"]) == (413, 413)
        assert client.add(model, "audio1", bytes(1000), "audio/wav").status_code == 201
        assert client.rules() == {"client.audio.size"}
        (found,) = client.service.findings
        assert f"{size}" in found.seen


def test_there_is_a_most_of_models_on_the_public_cloud_only(icp: Client) -> None:
    """One model too many is an error, until one is deleted; the private cloud has no such limit."""
    with running(max_models=2) as client:
        first, _ = client.create(), client.create()
        wanted = {"name": "Third", "base_model_name": BROADBAND}
        assert client.call("POST", json=wanted).status_code == 400
        client.call("DELETE", first)
        assert client.call("POST", json=wanted).status_code == 201
        assert client.rules() == set()
    assert icp.service.contract.parameters["max_models"] is None


JSON, PLAIN = {"Content-Type": "application/json"}, {"Content-Type": "text/plain"}
GOOD = {"name": "x", "base_model_name": BROADBAND}
WRONG: dict[str, tuple[int, str | None, dict[str, Any]]] = {
    "no json": (400, "request.body.json", {"content": b"{", "headers": JSON}),
    "no body": (400, "request.body.missing", {"headers": JSON}),
    "a list": (400, "request.body.type", {"json": []}),
    "no name": (400, "request.body.required", {"json": {"base_model_name": BROADBAND}}),
    "a name that is a number": (400, "request.body.type", {"json": {"name": 1, "base_model_name": BROADBAND}}),
    "an unknown property": (
        400, "request.body.unknown", {"json": GOOD | {"status": "ready"}}),
    "another content type": (415, "request.content-type", {"json": GOOD, "headers": PLAIN}),
    "an unknown base model": (400, None, {"json": {"name": "x", "base_model_name": "tlh_BroadbandModel"}}),
}  # fmt: skip


@pytest.mark.parametrize(("status", "rule", "request_"), WRONG.values(), ids=WRONG)
def test_a_wrong_creation_is_refused(status: int, rule: str | None, request_: dict[str, Any], client: Client) -> None:
    """With the error body of the service, and the rule that the client broke."""
    answer = client.call("POST", **request_)
    assert (answer.status_code, answer.json()["code"]) == (status, status)
    assert set(answer.json()) == {"code", "code_description", "error"}
    assert client.rules() == ({rule} if rule else set())
    assert client.call("GET").json() == {"customizations": []}


ADDITIONS: dict[str, tuple[int, str, dict[str, Any]]] = {
    "nothing": (400, "request.body.missing", {"content": b""}),
    "an unknown type": (415, "request.content-type", {"headers": {"Content-Type": "application/octet-stream"}}),
    "raw samples without a rate": (415, "request.content-type", {"headers": {"Content-Type": "audio/l16"}}),
    "a file said to hold files": (400, "client.audio.contained", {"headers": {"Contained-Content-Type": "audio/flac"}}),
    "an archive of nonsense": (
        400, "request.header.value",
        {"headers": {"Content-Type": "application/zip", "Contained-Content-Type": "text/plain"}}),
    "neither true nor false": (400, "request.query.value", {"params": {"allow_overwrite": "perhaps"}}),
}  # fmt: skip


@pytest.mark.parametrize(("status", "rule", "request_"), ADDITIONS.values(), ids=ADDITIONS)
def test_a_wrong_addition_is_refused(status: int, rule: str, request_: dict[str, Any], client: Client) -> None:
    """And nothing is added."""
    model = client.create()
    answer = client.call("POST", f"{model}/audio/a", **(
        {"content": silence(60)} | request_ | {"headers": {"Content-Type": "audio/flac"} | request_.get("headers", {})}
    ))  # fmt: skip
    assert (answer.status_code, answer.json()["code"]) == (status, status)
    assert client.rules() == client.rules("error") == {rule}
    assert client.call("GET", f"{model}/audio").json()["audio"] == []


@pytest.mark.parametrize(("flavour", "status"), [(CLOUD, 201), (ICP, 400)])
def test_names_with_blanks_are_refused_in_the_private_cloud_only(flavour: str, status: int) -> None:
    """The public cloud advises against them."""
    with running(flavour) as client:
        model = client.create()
        assert client.add(model, "my%20audio", silence(60)).status_code == status
        assert client.rules() == ({"request.path.value"} if status == 400 else set())


UNKNOWN = {
    "model": (404, "GET", f"/{STRANGER}"),
    "model to delete": (404, "DELETE", f"/{STRANGER}"),
    "model to train": (404, "POST", f"/{STRANGER}/train"),
    "audio": (400, "GET", "{model}/audio/none"),
    "audio to delete": (400, "DELETE", "{model}/audio/none"),
}


@pytest.mark.parametrize(("status", "method", "path"), UNKNOWN.values(), ids=UNKNOWN)
def test_what_is_unknown_is_refused(status: int, method: str, path: str, client: Client) -> None:
    """A model with 404; audio with 400, as clients have seen it."""
    answer = client.call(method, path.format(model=client.create()))
    assert (answer.status_code, answer.json()["code"]) == (status, status)
    assert client.rules() == set()


def test_an_id_is_a_guid_in_either_case(client: Client) -> None:
    """What is none is the client's mistake."""
    assert client.status(client.create().upper()) == "pending"
    assert client.rules() == set()
    assert client.call("GET", "/mine").status_code == 400
    assert client.rules() == {"request.path.value"}


def test_what_is_no_operation_is_refused(client: Client) -> None:
    """With the service's own error body too."""
    answers = [client.call("PUT", client.create(), json={}), client.http.get("/v1/nothing")]
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(405, 405), (404, 404)]
    assert client.rules() == {"request.method", "request.path"}


def test_unknown_parameters_are_told_in_a_warning(client: Client) -> None:
    """In the answers that have a place for it."""
    model = client.create()
    told = client.call("GET", model, params={"verbose": "1", "depth": "2"}).json()
    assert told["warnings"] == "Unexpected query parameter(s) ['verbose', 'depth'] detected"
    assert "warnings" not in client.call("GET", model).json()
    assert client.rules() == {"request.query.unknown"}


# who may call


@pytest.mark.parametrize("authorization", [None, "", "Digest x", "Basic"])
def test_credentials_are_needed(authorization: str | None, client: Client) -> None:
    """Without a key or a token, nothing is told."""
    headers = {} if authorization is None else {"Authorization": authorization}
    with httpx.Client(base_url=client.service.url, headers=headers, trust_env=False) as anonymous:
        answer = anonymous.get("/v1/models")
    assert (answer.status_code, answer.json()["code"]) == (401, 401)
    assert answer.headers["WWW-Authenticate"].startswith("Basic")
    assert client.rules() == ({"request.auth"} if authorization is None else set())


def test_the_public_cloud_gives_tokens(cloud: Client) -> None:
    """For any API key, and takes them."""
    form = {"grant_type": "urn:ibm:params:oauth:grant-type:apikey", "apikey": "any", "response_type": "cloud_iam"}
    with httpx.Client(base_url=cloud.service.url, trust_env=False) as anonymous:
        token = anonymous.post("/identity/token", data=form).json()
        assert token["access_token"].count(".") == 2
        bearer = {"Authorization": f"{token['token_type']} {token['access_token']}"}
        assert anonymous.get("/v1/models", headers=bearer).status_code == 200
        assert anonymous.post("/identity/token", data={"grant_type": "password"}).status_code == 400
    assert cloud.rules() == set()


def test_the_private_cloud_takes_keys_only(icp: Client) -> None:
    """It has no token service."""
    with httpx.Client(base_url=icp.service.url, headers={"Authorization": "Bearer x"}, trust_env=False) as bearer:
        assert bearer.get("/v1/models").status_code == 401
    assert icp.http.post("/identity/token").status_code == 404


# what goes wrong on purpose


@pytest.mark.parametrize("outcome", ["fail", "hang", "late"])
def test_a_training_goes_as_planned(outcome: str, client: Client) -> None:
    """It fails, never ends, or takes ten times as long."""
    client.service.plan(resource="model", outcome=outcome)
    model = client.ready()
    client.call("POST", f"{model}/train")
    client.service.advance(minutes=30)
    soon = client.status(model)
    client.service.advance(days=1)
    expected = {"fail": ("failed", "failed"), "hang": ("training", "training"), "late": ("training", "available")}
    assert (soon, client.status(model)) == expected[outcome]
    assert client.rules() == set()


@pytest.mark.parametrize("progress", ["manual", "polls:2", "seconds:100"])
def test_work_that_ends_at_once_leaves_nobody_to_blame(progress: str) -> None:
    """A training that was just seen is over without anybody looking, and the next one begins."""
    with running(progress=progress) as client:
        model = client.ready()
        client.call("POST", f"{model}/train")
        assert client.status(model) == "training"
        client.service.complete()
        assert client.call("POST", f"{model}/train").status_code == 200
        assert client.rules() == set()


def test_an_analysis_and_an_upgrade_can_fail(client: Client) -> None:
    """Audio turns out invalid, a model fails."""
    model = client.create()
    client.add(model, "audio1", silence(ELEVEN_MINUTES))
    assert client.service.fail("audio") == 1
    client.service.complete()
    assert client.audio(model, "audio1")["status"] == "invalid"
    other = client.ready()
    client.call("POST", f"{other}/upgrade_model")
    client.service.fail("model")
    client.service.complete()
    told = client.call("GET", other).json()
    assert (told["status"], len(told["versions"])) == ("failed", 1)
    assert client.rules() == set()


@pytest.mark.parametrize("status", [429, 500, 503])
def test_calls_fail_as_planned(status: int, client: Client) -> None:
    """With the service's error body, once."""
    client.service.plan(status, operation="listAcousticModels", retry_after=3)
    answer = client.call("GET")
    assert (answer.status_code, answer.json()["code"], answer.headers["Retry-After"]) == (status, status, "3")
    client.service.advance(seconds=5)
    assert client.call("GET").status_code == 200
    assert client.rules() == set()


@pytest.mark.parametrize("status", [400, 404, 409])
@pytest.mark.parametrize("operation", ["trainAcousticModel", "getAcousticModel"])
def test_a_refusal_on_purpose_is_nobodys_fault(status: int, operation: str, client: Client) -> None:
    """The service would not have refused the call, and the model is as before."""
    model = client.ready()
    assert client.status(model) == "ready"
    client.service.plan(status, operation=operation)
    method, path = ("GET", model) if operation == "getAcousticModel" else ("POST", f"{model}/train")
    assert client.call(method, path).status_code == status
    assert client.service.exchanges[-1].response is not None
    assert client.status(model) == "ready"
    assert client.call("POST", f"{model}/train").status_code == 200
    assert client.status(model) == "training"
    assert client.rules() == set()


def test_many_clients_at_once_do_not_meet(client: Client) -> None:
    """Each walks its own model through training; all are judged."""

    def life(number: int) -> str:
        model = client.create(description=f"of thread {number}")
        data = silence(ELEVEN_MINUTES + number)
        assert client.add(model, "audio1", data).status_code == 201
        client.service.complete("audio", f"{model[1:]}/audio1")
        assert client.audio(model, "audio1")["duration"] == ELEVEN_MINUTES + number
        assert client.call("POST", f"{model}/train").status_code == 200
        client.service.complete("model", model[1:])
        assert client.status(model) == "available"
        return model

    with ThreadPoolExecutor(8) as threads:
        models = list(threads.map(life, range(24)))
    listed = client.call("GET").json()["customizations"]
    assert {each["customization_id"] for each in listed} == {model[1:] for model in models}
    assert {each["status"] for each in listed} == {"available"}
    assert client.rules() == set()


def test_what_else_the_service_offers_is_left_alone() -> None:
    """Recognition and language models are not emulated; to call them is no fault of a client of this contract."""
    with SpeechService("watson-stt-cloud") as service:
        for path in ("/v1/recognize", "/v1/customizations", "/v1/models/en-US_BroadbandModel"):
            assert httpx.get(service.url + path, auth=("apikey", "any")).status_code == 404
        assert not service.findings
        assert httpx.get(service.url + "/v1/acoustic_customisations", auth=("apikey", "any")).status_code == 404
        assert {each.rule for each in service.findings} == {"watson-stt-cloud/request.path"}
