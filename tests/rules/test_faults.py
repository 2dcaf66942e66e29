"""More faults: other ways to break a rule than the one that stands beside it, found by changing legal histories.

Each is one sentence, the rule that is broken, and for each service a few exchanges.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pytest_speechcustom.contracts import load
from pytest_speechcustom.engine.checker import Checker
from tests.rules import (
    azure_common,
    azure_speech_2025_10_15,
    azure_speech_v3_1,
    watson_common,
    watson_stt_cloud,
    watson_stt_icp,
)
from tests.rules import video_indexer as vi
from tests.rules.build import GONE, History, answering, asking
from tests.rules.watson_common import heard

AZURE: dict[str, Any] = {
    "azure-speech-v3.1": azure_speech_v3_1.KIT,
    "azure-speech-2025-10-15": azure_speech_2025_10_15.KIT,
}
WATSON: dict[str, Any] = {"watson-stt-cloud": watson_stt_cloud.KIT, "watson-stt-icp": watson_stt_icp.KIT}
NEW, CLOUD = "azure-speech-2025-10-15", "watson-stt-cloud"
FAULTS: list[Any] = []


def fault(sentence: str, rule: str, *services: str) -> Callable[[Callable[[Any], History]], Callable[[Any], History]]:
    """Enter a history under its sentence, with the rule that it breaks in each of the services."""

    def enter(make: Callable[[Any], History]) -> Callable[[Any], History]:
        kits = {**AZURE, **WATSON, "video-indexer": None}
        for service in services:
            FAULTS.append(pytest.param(service, rule, make, kits[service], id=f"{service}: {sentence}"))
        return make

    return enter


@fault("A list stands where an update may have a text, or a null.", "request.body.type", *AZURE)
def _no_null(kit: azure_common.Kit) -> History:
    return [kit.error("PATCH", kit.path("webhook", 1), 0, 400, body={"description": ["a"]})]


@fault("The link to the next page leads into another list.", "list.next.progress", *AZURE)
def _another_list(kit: azure_common.Kit) -> History:
    page = kit.page("/models", 0, [kit.entity("model", 1)], {"top": "1"})
    return [answering(page, {"/@nextLink": kit.url("/datasets", {"skip": "1", "top": "1"})})]


@fault("A link asks for another version.", "model.links.api-version", NEW)
def _another_version(kit: azure_common.Kit) -> History:
    newer = kit.entity("model", 1)["self"].replace("2025-10-15", "2026-01-01")
    return [kit.read("model", 1, 10, changes={"/self": newer})]


@fault("A model says something else of itself than it did in a list.", "model.read.steady", *AZURE)
def _after_the_list(kit: azure_common.Kit) -> History:
    listed = kit.page("/models", 0, [kit.entity("model", 1)])
    return [listed, kit.read("model", 1, 10, since=20, changes={"/description": "another"})]


@fault("A dataset that still is there is gone from a model.", "model.datasets.fixed", *AZURE)
def _lost(kit: azure_common.Kit) -> History:
    both = {"/datasets": [kit.ref("dataset", 1), kit.ref("dataset", 2)]}
    one = {"/datasets": [kit.ref("dataset", 3)]}
    return [
        kit.read("dataset", 1, 1, since=0),
        kit.read("model", 1, 10, since=9, changes=both),
        kit.delete("dataset", 2, 20),
        kit.read("model", 1, 30, since=9, changes=one),
    ]


@fault("An endpoint logs although it was told not to.", "endpoint.create.echo", *AZURE)
def _logging(kit: azure_common.Kit) -> History:
    on, off = ({"/properties": {"loggingEnabled": value}} for value in (True, False))
    return [kit.create("endpoint", 1, 0, sent=off, shown=on)]


@fault("A model is trained again as soon as its training began.", "model.train.conflict", CLOUD)
def _twice(kit: watson_common.Kit) -> History:
    return [*kit.made_ready(), kit.train(70), kit.train(71)]


@fault("A model without audio is trained.", "model.train.enough-audio", CLOUD)
def _empty(kit: watson_common.Kit) -> History:
    return [kit.create(0), kit.train(10)]


@fault("A model has no status.", "response.body.required", *WATSON)
def _no_status(kit: watson_common.Kit) -> History:
    return [answering(kit.read(0, "ready"), {"/status": GONE})]


@fault("Audio has no status.", "response.body.required", *WATSON)
def _no_audio_status(kit: watson_common.Kit) -> History:
    return [answering(kit.audio(0, "car1"), {"/status": GONE})]


@fault("The audio of a model cannot be listed.", "model.available", *WATSON)
def _no_list(kit: watson_common.Kit) -> History:
    return [kit.create(0), answering(kit.heap(10), status=404, body={"error": "No.", "code": 404})]


@fault("A model has no version at all.", "model.versions.one", *WATSON)
def _no_version(kit: watson_common.Kit) -> History:
    return [kit.create(0), answering(kit.read(1, "pending"), {"/versions": []})]


@fault("The list of audio gives it another length.", "audio.settled", *WATSON)
def _another_length(kit: watson_common.Kit) -> History:
    return [kit.audio(0, "car1", duration=400), kit.heap(10, heard("car1", duration=420))]


@fault("A model is reset while it is upgraded.", "model.busy", CLOUD)
def _reset(kit: watson_common.Kit) -> History:
    return [kit.read(0, "ready"), kit.act(1, "upgrade_model"), kit.act(2, "reset")]


@fault("An update changes what it does not name.", "dataset.read.steady", "video-indexer")
def _beside(_: None) -> History:
    complete = vi.dataset(vi.TEXT, "Complete", 14)
    return [vi.get(complete, 20), vi.update(complete, {"displayName": "News"}, 22, description="Another")]


@fault("A call goes without the credentials that others have.", "request.auth", "video-indexer")
def _no_token(_: None) -> History:
    read = vi.get(vi.dataset(vi.TEXT, "Complete", 14), 20)
    return [read, asking(vi.get(vi.dataset(vi.TEXT, "Complete", 14), 22), headers={"Authorization": None})]


@pytest.mark.parametrize(("service", "rule", "make", "kit"), FAULTS)
def test_the_fault_is_found(service: str, rule: str, make: Callable[[Any], History], kit: Any) -> None:
    """The rule is broken, and no other but in a note."""
    checker = Checker(load(service))
    checker.check(make(kit))
    found = [f for f in checker.report().findings if f.level != "note"]
    assert {f.rule for f in found} == {f"{service}/{rule}"}, [f"{f.exchange}: {f.rule} {f.message}" for f in found]
