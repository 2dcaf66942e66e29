"""Histories of `azure-speech-v3.1`: the story, and a break and a neighbour of every rule."""

from __future__ import annotations

from collections.abc import Mapping

from pytest_speechcustom.values import Exchange
from tests.rules import azure_common
from tests.rules.azure_common import Kit, Pair
from tests.rules.build import History, Make, answering

KIT = Kit(
    base="/speechtotext/v3.1",
    version={},
    sas={"sasValidityInSeconds": "3600"},
    links={
        "model": {"manifest": "/manifest", "copyTo": ":copyto", "files": "/files"},
        "dataset": {"files": "/files"},
        "evaluation": {"files": "/files"},
        "endpoint": {"logs": "/files/logs"},
        "webhook": {"ping": ":ping", "test": ":test"},
        "project": {name: f"/{name}" for name in ("models", "datasets", "evaluations", "endpoints", "transcriptions")},
    },
)


def copied(at: float, number: int = 8, **shown: object) -> Exchange:
    """An accepted copy of model 1 to another resource, elsewhere."""
    entity = KIT.entity("model", number, "NotStarted", at, at)
    del entity["project"], entity["datasets"], entity["properties"]
    entity |= shown
    return KIT.call(
        "POST", KIT.path("model", 1, ":copyto"), at, body={"targetSubscriptionKey": "SCRUBBED"}, status=201,
        answer=entity, answer_headers={"Location": KIT.url(KIT.path("model", number))},
    )  # fmt: skip


def story() -> History:
    """A whole lifecycle without fault."""
    return azure_common.story(KIT, lambda at: [copied(at)])


def _own() -> dict[str, Pair]:
    counts = {"datasetCount": 1, "evaluationCount": 0, "modelCount": 2, "transcriptionCount": 0, "endpointCount": 0}
    return {
        "model.copyto.new": (lambda: [copied(0, 1)], None),
        "model.copyto.location": (
            lambda: [answering(copied(0), headers={"Location": KIT.url(KIT.path("model", 1))})],
            None,
        ),
        "model.copyto.locale": (
            lambda: [KIT.read("model", 1, 0, since=-5, created=-9), copied(10, locale="de-DE")],
            None,
        ),
        "project.counts.nonnegative": (
            lambda: [KIT.read("project", 1, 0, changes={"/properties": counts | {"modelCount": -1}})],
            lambda: [KIT.read("project", 1, 0, changes={"/properties": counts})],
        ),
    }


_PAIRS: Mapping[str, Pair] = {**azure_common.pairs(KIT), **_own()}
BREAKS: dict[str, Make] = {rule: broken for rule, (broken, _) in _PAIRS.items()}
NEIGHBOURS: dict[str, Make] = {rule: legal for rule, (_, legal) in _PAIRS.items() if legal is not None}
SAMPLES = azure_common.samples(
    KIT, (KIT.call("PUT", KIT.path("dataset", 1, "/blocks"), 0, {"blockid": "MDAx"}, body=b"some text", status=201,
                   headers={"Content-Type": "application/octet-stream"}), "blockid")
)  # fmt: skip
UNBREAKABLE = {"request.header.required": "no operation has a required header besides the key, which is another rule"}
TIMED = frozenset({"client.retry-after"})
