"""Histories of `azure-speech-2025-10-15`: the story, and a break and a neighbour of every rule."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from pytest_speechcustom.values import Exchange
from tests.rules import azure_common
from tests.rules.azure_common import Kit, Pair, permit
from tests.rules.build import GONE, History, Make, answering, asking, stamp

KIT = Kit(
    base="/speechtotext",
    version={"api-version": "2025-10-15"},
    sas={"sasLifetimeMinutes": "60"},
    links={
        "model": {"manifest": "/manifest", "copy": ":copy", "files": "/files"},
        "dataset": {"files": "/files"},
        "evaluation": {"files": "/files"},
        "webhook": {"ping": ":ping", "test": ":test"},
        "project": {name: f"/{name}" for name in ("models", "datasets", "evaluations", "endpoints", "transcriptions")},
    },
)


def authorized(at: float, changes: Mapping[str, Any] | None = None) -> Exchange:
    """An accepted request for an authorization to copy."""
    asked = {"sourceResourceId": "/subscriptions/1/source"}
    return KIT.call("POST", "/models:authorizecopy", at, body=asked, answer=permit(changes), key="k2")


def copying(at: float) -> History:
    """A copy from its authorization to its end."""
    return [
        authorized(at),
        KIT.create("copy", 1, at + 30),
        KIT.read("copy", 1, at + 60, "Running", at + 50, at + 30),
        KIT.read("copy", 1, at + 90, "Succeeded", at + 80, at + 30),
    ]


def story() -> History:
    """A whole lifecycle without fault."""
    return azure_common.story(KIT, copying)


def _own() -> dict[str, Pair]:
    stale = {"/expirationDateTime": stamp(-3600)}

    def linkless(kind: str) -> History:
        """An answer whose self has lost api-version."""
        bare = KIT.entity(kind, 1)["self"].partition("?")[0]
        return [KIT.read(kind, 1, 10, changes={"/self": bare})]

    def copied(model: int) -> History:
        """A copy is read twice, the second time with this model as its result."""
        result = {"/result": {"link": KIT.url(KIT.path("model", model))}}
        return [KIT.read("copy", 1, 10, since=5), KIT.read("copy", 1, 20, since=5, changes=result)]

    def passed(changes: Mapping[str, Any], status: int = 202) -> Exchange:
        sent = KIT.create("copy", 1, 30)
        if status != 202:
            refused = KIT.error("POST", KIT.path("model", 1, ":copy"), 30, status, "ModelCopyAuthorizationExpired")
            return asking(refused, body=permit(changes), headers={"Content-Type": "application/json"})
        return asking(sent, body=permit(changes))

    made: dict[str, Pair] = {
        **azure_common.states(KIT, "copy", "/error"),
        "copy.identity": (lambda: [KIT.read("copy", 1, 10, changes={"/id": azure_common.uid("copy", 2)})], None),
        "copy.self": (
            lambda: [KIT.read("copy", 1, 10, changes={"/self": KIT.url(KIT.path("copy", 2))})],
            None,
        ),
        "copy.result.settled": (lambda: copied(9), lambda: copied(8)),
        "copy.created.fixed": (
            lambda: [KIT.read("copy", 1, 10, since=5), KIT.read("copy", 1, 20, since=5, created=3)],
            None,
        ),
        "copy.available": (
            lambda: [KIT.create("copy", 1, 0), KIT.error("GET", KIT.path("copy", 1), 10)],
            None,
        ),
        "copy.result.when-succeeded": (lambda: [KIT.read("copy", 1, 10, changes={"/result": GONE})], None),
        "copy.result.only-succeeded": (
            lambda: [KIT.read("copy", 1, 10, "Running", changes={"/result": {"link": KIT.url(KIT.path("model", 8))}})],
            None,
        ),
        "copy.operation-location": (
            lambda: [
                answering(KIT.create("copy", 1, 0), headers={"Operation-Location": KIT.url(KIT.path("copy", 2))})
            ],
            None,
        ),
        "copy.authorize.echo": (lambda: [authorized(0, {"/sourceResourceId": "/subscriptions/9/other"})], None),
        "client.copy.whole": (lambda: [authorized(0), passed({"/targetResourceRegion": "eastus"})], None),
        "client.copy.expired": (lambda: [passed(stale, 400)], None),
        "copy.authorization.expired": (lambda: [passed(stale)], lambda: [passed(stale, 400)]),
        "client.copy.poll-final": (
            lambda: azure_common.polled(KIT, "copy", 4),
            lambda: azure_common.polled(KIT, "copy", 2),
        ),
        "client.api-version": (
            lambda: [
                KIT.call("GET", f"https://speech.example{KIT.base}{KIT.path('model', 1)}?api-version=2024-11-15", 0,
                         status=400, answer={"code": "InvalidRequest", "message": "no such version"})
            ],
            None,
        ),
        "list.next.api-version": (
            lambda: [
                answering(
                    KIT.page("/models", 0, [KIT.entity("model", 1)], {"top": "1"}, {"skip": "1"}),
                    {"/@nextLink": f"https://speech.example{KIT.base}/models?skip=1&top=1"},
                )
            ],
            None,
        ),
    }  # fmt: skip
    for kind in (*azure_common.KINDS, "copy"):
        made[f"{kind}.links.api-version"] = (partial(linkless, kind), None)
    return made


def _needs() -> Exchange:
    manifest = {"model": KIT.ref("model", 1), "modelFiles": [], "properties": {}}
    return KIT.call("GET", KIT.path("model", 1, "/manifest"), 0, KIT.sas, answer=manifest)


_PAIRS: Mapping[str, Pair] = {**azure_common.pairs(KIT), **_own()}
BREAKS: dict[str, Make] = {rule: broken for rule, (broken, _) in _PAIRS.items()}
NEIGHBOURS: dict[str, Make] = {rule: legal for rule, (_, legal) in _PAIRS.items() if legal is not None}
SAMPLES = azure_common.samples(KIT, (_needs(), "api-version"))
UNBREAKABLE = {"request.header.required": "no operation has a required header besides the key, which is another rule"}
TIMED = frozenset({"client.retry-after"})
