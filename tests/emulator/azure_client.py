"""A small client of the two Azure services, for the tests of their backends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from pytest_speechcustom.emulator.service import SpeechService

V31, V2025 = "azure-speech-v3.1", "azure-speech-2025-10-15"
NOWHERE = "00000000-0000-4000-8000-000000000000"
DATA = "https://example.com/text.txt"
Json = dict[str, Any]


class Azure:
    """Calls one running emulator with one key. Paths are below the base; URLs from answers are called as they are."""

    def __init__(self, service: SpeechService, key: str = "key") -> None:
        self.service = service
        self.old = service.contract.id == V31
        self.base = f"{service.url}/speechtotext{'/v3.1' if self.old else ''}"
        self.version = {} if self.old else {"api-version": "2025-10-15"}
        self.lifetime = "sasValidityInSeconds" if self.old else "sasLifetimeMinutes"
        self.http = httpx.Client(headers={"Ocp-Apim-Subscription-Key": key})

    def call(self, method: str, where: str, **more: Any) -> httpx.Response:
        """Any call."""
        url = httpx.URL(where if "://" in where else f"{self.base}/{where}")
        params = dict(url.params) | self.version | more.pop("params", {})
        return self.http.request(method, url.copy_with(params=params), **more)

    def get(self, where: str, **params: Any) -> Any:
        """What a GET answers."""
        return self.call("GET", where, params=params).raise_for_status().json()

    def made(self, plural: str, **body: Any) -> Json:
        """A new entity."""
        common = {"displayName": "One"} if plural == "webhooks" else {"displayName": "One", "locale": "en-US"}
        answer = self.call("POST", plural, json=common | body)
        assert answer.status_code == 201, answer.text
        assert answer.headers["location"] == answer.json()["self"]
        found: Json = answer.json()
        return found

    def dataset(self, **body: Any) -> Json:
        """A new dataset, with data at a URL."""
        return self.made("datasets", **{"kind": "Language", "contentUrl": DATA} | body)

    def model(self, **body: Any) -> Json:
        """A model that has succeeded."""
        made = self.made("models", **body)
        self.service.complete("model", id_of(made))
        found: Json = self.get(made["self"])
        return found

    def patch(self, where: str, body: Any) -> httpx.Response:
        """A merge patch."""
        return self.call("PATCH", where, json=body, headers={"Content-Type": "application/merge-patch+json"})

    def refused(self, answer: httpx.Response, status: int, inner: str | None = None) -> None:
        """Hold an answer against what is expected: the flat error body."""
        body = answer.json()
        assert (answer.status_code, body.get("innerError", {}).get("code")) == (status, inner), answer.text
        assert body["code"]
        assert body["message"]
        assert "error" not in body


def id_of(entity: Json) -> str:
    """The id in `self`."""
    return str(entity["self"].partition("?")[0].rpartition("/")[2])


def reference(entity: Json) -> Json:
    """A reference to an entity."""
    return {"self": entity["self"]}


def rules(service: SpeechService) -> set[str]:
    """What the client did wrong, by local rule ids; notes left out."""
    return {each.rule.partition("/")[2] for each in service.findings if each.level != "note"}


@contextmanager
def running(version: str, **options: Any) -> Iterator[Azure]:
    """A client of an emulator, whose own answers must be right."""
    with SpeechService(version, **options) as service:
        client = Azure(service)
        with client.http:
            yield client
    assert [finding for finding in service.findings if finding.side == "server"] == []
