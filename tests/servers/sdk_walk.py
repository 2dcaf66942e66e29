"""The official Python SDK of Watson Speech to Text, walked through the life of a custom acoustic model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import requests
from ibm_cloud_sdk_core.authenticators import BasicAuthenticator, NoAuthAuthenticator
from ibm_watson import SpeechToTextV1

from tests.servers import flac

AUDIO_SECONDS = {"audio1": 660, "audio2": 131}
MOST_POLLS = 20


def walk(
    url: str,
    *,
    apikey: str | None = None,
    session: requests.Session | None = None,
    pause: Callable[[float], None] = lambda seconds: None,
) -> None:
    """Create, add audio, poll, train, poll, list, upgrade, reset and delete, as the documents tell a client to.

    `pause` is called with the seconds that a client should wait before it polls again. `session` replaces the
    one that the SDK makes for itself.
    """
    sdk = SpeechToTextV1(authenticator=BasicAuthenticator("apikey", apikey) if apikey else NoAuthAuthenticator())
    sdk.set_service_url(url)
    with session or requests.Session() as http:
        http.trust_env = False  # no proxy, no netrc: loopback only
        sdk.set_http_client(http)
        _walk(sdk, pause)


def _walk(sdk: Any, pause: Callable[[float], None]) -> None:
    def until(status: str, look: Callable[[], Any], seconds: float) -> None:
        for _ in range(MOST_POLLS):
            if look().get_result()["status"] == status:
                return
            pause(seconds)
        raise TimeoutError(f"not {status!r} after {MOST_POLLS} polls")

    made = sdk.create_acoustic_model(
        "Example acoustic model", "en-US_BroadbandModel", description="Example custom acoustic model"
    )
    model = made.get_result()["customization_id"]
    for name, seconds in AUDIO_SECONDS.items():
        sdk.add_audio(model, name, flac.silence(seconds), content_type="audio/flac")
        until("ok", lambda name=name: sdk.get_audio(model, name), 5)  # type: ignore[misc]
    sdk.list_audio(model)
    until("ready", lambda: sdk.get_acoustic_model(model), 5)
    sdk.train_acoustic_model(model, strict=True)
    until("available", lambda: sdk.get_acoustic_model(model), 60)
    sdk.list_acoustic_models(language="en-US")
    sdk.upgrade_acoustic_model(model)
    until("available", lambda: sdk.get_acoustic_model(model), 60)
    sdk.delete_audio(model, "audio2")
    sdk.list_audio(model)
    sdk.reset_acoustic_model(model)
    sdk.list_audio(model)
    sdk.get_acoustic_model(model)
    sdk.delete_acoustic_model(model)
    sdk.list_acoustic_models()
