"""The official SDK for Python, unchanged, against the emulator: it is told where by its own environment variables."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from ibm_cloud_sdk_core import ApiException
from ibm_watson import SpeechToTextV1

from pytest_speechcustom.emulator.service import SpeechService
from tests.emulator.watson_audio_samples import silence, zipped

CLOUD, ICP = "watson-stt-cloud", "watson-stt-icp"
KEYS: dict[str, Callable[[SpeechService], dict[str, str]]] = {
    "iam": lambda service: {"AUTH_TYPE": "iam", "APIKEY": "any", "AUTH_URL": service.url},
    "basic": lambda service: {"AUTH_TYPE": "basic", "USERNAME": "apikey", "PASSWORD": "icp-any"},
    "bearer": lambda service: {"AUTH_TYPE": "bearerToken", "BEARER_TOKEN": "any"},
    "none": lambda service: {"AUTH_TYPE": "noAuth"},
}


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    """No credentials files, and no proxy between here and loopback."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.chdir(tmp_path)


@contextmanager
def sdk_of(service: SpeechService, key: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The SDK as a user's program makes it."""
    for name, value in {"URL": service.url, **KEYS[key](service)}.items():
        monkeypatch.setenv(f"SPEECH_TO_TEXT_{name}", value)
    sdk = SpeechToTextV1()
    try:
        yield sdk
    finally:
        sdk.get_http_client().close()


def until(status: str, look: Callable[[], Any]) -> None:
    """Poll."""
    for _ in range(9):
        if look().get_result()["status"] == status:
            return
    raise TimeoutError(status)


def walk(sdk: Any, language: str = "en-US") -> None:
    """The eleven operations on a custom acoustic model, and the list of base models."""
    names = [model["name"] for model in sdk.list_models().get_result()["models"]]
    base = f"{language}_BroadbandModel"
    assert base in names
    model = sdk.create_acoustic_model("Example", base, description="From the SDK").get_result()["customization_id"]
    sdk.add_audio(model, "audio1", silence(660), content_type="audio/flac")
    until("ok", lambda: sdk.get_audio(model, "audio1"))
    sdk.add_audio(
        model, "audio2", zipped({"a.flac": silence(60)}), content_type="application/zip",
        contained_content_type="audio/flac", allow_overwrite=True,
    )  # fmt: skip
    for _ in range(9):
        if sdk.get_audio(model, "audio2").get_result()["container"]["status"] == "ok":
            break
    assert sdk.list_audio(model).get_result()["total_minutes_of_audio"] == 12
    until("ready", lambda: sdk.get_acoustic_model(model))
    assert sdk.train_acoustic_model(model).get_result() == {}
    until("available", lambda: sdk.get_acoustic_model(model))
    (listed,) = sdk.list_acoustic_models(language=language).get_result()["customizations"]
    assert (listed["name"], listed["description"]) == ("Example", "From the SDK")
    sdk.upgrade_acoustic_model(model)
    until("available", lambda: sdk.get_acoustic_model(model))
    sdk.delete_audio(model, "audio2")
    sdk.reset_acoustic_model(model)
    assert sdk.list_audio(model).get_result() == {"total_minutes_of_audio": 0, "audio": []}
    sdk.delete_acoustic_model(model)
    assert sdk.list_acoustic_models().get_result() == {"customizations": []}


@pytest.mark.parametrize(
    ("flavour", "key"), [(CLOUD, "iam"), (CLOUD, "basic"), (CLOUD, "bearer"), (ICP, "basic")]
)  # fmt: skip
def test_the_sdk_walks_without_a_finding(flavour: str, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Through all operations of the contract."""
    with SpeechService(flavour, progress="polls:2") as service, sdk_of(service, key, monkeypatch) as sdk:
        walk(sdk)
    assert service.findings == ()
    assert all(service.judge().report.coverage["operations"].values())


@pytest.mark.parametrize(
    ("wrong", "status", "rule"),
    [
        (lambda sdk, model: sdk.add_audio(model, "b", b"x", content_type="text/plain"), 415, "request.content-type"),
        (lambda sdk, model: sdk.train_acoustic_model(model, strict="perhaps"), 400, "request.query.value"),
        (lambda sdk, model: sdk.get_acoustic_model("example"), 400, "request.path.value"),
        (lambda sdk, model: sdk.upgrade_acoustic_model(model), 400, "client.upgrade.state"),
    ],
    ids=["content type", "strict", "id", "state"],
)
def test_one_wrong_call_is_found(
    wrong: Callable[[Any, str], Any], status: int, rule: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the same walk: the SDK sends what it is given, and gets the documented error."""
    with SpeechService(CLOUD, progress="polls:2") as service, sdk_of(service, "iam", monkeypatch) as sdk:
        walk(sdk)
        model = sdk.create_acoustic_model("Example", "en-US_BroadbandModel").get_result()["customization_id"]
        sdk.get_acoustic_model(model)
        with pytest.raises(ApiException) as refused:
            wrong(sdk, model)
    assert refused.value.status_code == status
    assert refused.value.message == refused.value.http_response.json()["error"]
    (found,) = service.findings
    assert (found.rule, found.side) == (f"{CLOUD}/{rule}", "client")


def test_a_client_without_credentials_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The service tells it so."""
    with (
        SpeechService(CLOUD) as service,
        sdk_of(service, "none", monkeypatch) as sdk,
        pytest.raises(ApiException) as refused,
    ):
        sdk.list_acoustic_models()
    assert refused.value.status_code == 401
    assert [found.rule for found in service.findings] == [f"{CLOUD}/request.auth"]
