"""Legal histories of the Azure Speech services that a careless checker would complain of.

Each is one sentence and a few exchanges, judged for both versions. Nothing may be found but notes, and those only
where `NOTED` says so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from pytest_speechcustom.contracts import load
from pytest_speechcustom.engine.checker import Checker
from pytest_speechcustom.values import ABSENT, Exchange
from tests.rules import azure_speech_2025_10_15, azure_speech_v3_1
from tests.rules.azure_common import RETRY, Kit, permit, uid
from tests.rules.build import GONE, HOST, History, answered_by, answering, asking, exchange, moved, stamp

KITS = {"azure-speech-v3.1": azure_speech_v3_1.KIT, "azure-speech-2025-10-15": azure_speech_2025_10_15.KIT}
LEGAL: dict[str, Callable[[Kit], History]] = {}
NOTED: set[str] = set()
ONLY: dict[str, str] = {}


def legal(
    sentence: str, *, noted: bool = False, only: str = ""
) -> Callable[[Callable[[Kit], History]], Callable[[Kit], History]]:
    """Enter a history under its sentence; `noted`: it gives notes; `only`: it is one of that version."""

    def enter(make: Callable[[Kit], History]) -> Callable[[Kit], History]:
        assert sentence not in LEGAL
        LEGAL[sentence] = make
        if noted:
            NOTED.add(sentence)
        if only:
            ONLY[sentence] = only
        return make

    return enter


# states


@legal("A poll may miss states.")
def _skipped(kit: Kit) -> History:
    return [kit.create("model", 1, 0), kit.read("model", 1, 100)]


@legal("A job that was made may already run.")
def _running(kit: Kit) -> History:
    return [kit.create("dataset", 1, 0, "Running"), kit.read("dataset", 1, 100, "Failed")]


@legal("A job may fail before it was seen to run.")
def _failed(kit: Kit) -> History:
    return [kit.create("evaluation", 1, 0), kit.read("evaluation", 1, 100, "Failed"), kit.delete("evaluation", 1, 200)]


@legal("What is first seen in the middle of its life is legal in any status.")
def _middle(kit: Kit) -> History:
    kinds = ("dataset", "model", "evaluation", "endpoint", "webhook")
    statuses = ("NotStarted", "Running", "Succeeded", "Failed")
    made: History = []
    for number, kind in enumerate(kinds):
        made += [kit.read(kind, n, number * 100 + n, status, -5, -9) for n, status in enumerate(statuses)]
    return made


@legal("An endpoint whose model is changed is deployed again.")
def _redeployed(kit: Kit) -> History:
    other = {"model": kit.ref("model", 2)}
    shown = {"/model": other["model"]}
    return [
        kit.create("endpoint", 1, 0),
        kit.read("endpoint", 1, 100),
        kit.patch("endpoint", 1, 200, other, "NotStarted", 200),
        kit.read("endpoint", 1, 300, "Running", 290, changes=shown),
        kit.read("endpoint", 1, 400, "Succeeded", 390, changes=shown),
    ]


@legal("An endpoint whose model is changed shows it in its own time.")
def _slowly_redeployed(kit: Kit) -> History:
    other = {"model": kit.ref("model", 2)}
    shown = {"/model": other["model"]}
    return [
        kit.read("endpoint", 1, 100, since=20),
        kit.patch("endpoint", 1, 200, other, "Succeeded", 20),
        kit.read("endpoint", 1, 300, "Running", 205, changes=shown),
        kit.read("endpoint", 1, 400, "Failed", 390, changes=shown),
    ]


@legal("An endpoint that is only renamed goes on as it is.")
def _renamed_endpoint(kit: Kit) -> History:
    return [
        kit.read("endpoint", 1, 100, since=20),
        kit.patch("endpoint", 1, 200, {"displayName": "new"}),
        kit.read("endpoint", 1, 300, since=20, changes={"/displayName": "new"}),
    ]


@legal("A webhook with a new address is challenged again.")
def _challenged(kit: Kit) -> History:
    new = {"webUrl": "https://hooks.example/another"}
    return [
        kit.create("webhook", 1, 0),
        kit.read("webhook", 1, 100),
        kit.patch("webhook", 1, 200, new, "Running", 200),
        kit.read("webhook", 1, 300, "Failed", 290, changes={"/webUrl": new["webUrl"]}),
    ]


@legal("A dataset by blocks waits until they are committed, however often it is read.")
def _waiting(kit: Kit) -> History:
    bare = {"/contentUrl": GONE}
    made = [kit.create("dataset", 1, 0, sent=bare)]
    made += [kit.read("dataset", 1, 100 * n, "NotStarted", 0, changes=bare) for n in range(1, 8)]
    entry = [{"kind": "Uncommitted", "id": "MDAx"}]
    return [
        *made,
        kit.call("POST", kit.path("dataset", 1, "/blocks:commit"), 900, body=entry),
        kit.read("dataset", 1, 1000, "Succeeded", 950, changes=bare),
    ]


@legal("Reading again after changes is no polling.")
def _looked_at(kit: Kit) -> History:
    made = [kit.read("model", 1, 0, since=-5, created=-9)]
    for n in range(1, 6):
        name = {"displayName": f"name {n}"}
        made += [
            kit.patch("model", 1, 100 * n, name, since=-5, created=-9),
            kit.read("model", 1, 100 * n + 50, since=-5, created=-9, changes={"/displayName": f"name {n}"}),
        ]
    return made


# shapes of entities


@legal("Only what is required need be there.")
def _bare(kit: Kit) -> History:
    few = {"displayName": "m", "locale": "en-US"}
    where = {"Location": kit.url(kit.path("model", 1))}
    return [
        kit.call("POST", "/models", 0, body=few, status=201, answer=few | kit.ref("model", 1), answer_headers=where),
        kit.call("GET", kit.path("model", 1), 10, answer=few),
        kit.page("/models", 20, [few | kit.ref("model", 1)]),
        kit.call("GET", "/models", 30, answer={}),
    ]


@legal("A null in an answer is as good as nothing.", noted=True)
def _nulls(kit: Kit) -> History:
    none = {"/description": None, "/project": None, "/customProperties": None, "/datasets": None, "/baseModel": None}
    return [
        kit.create("model", 1, 0, sent=dict.fromkeys(none, GONE), shown=none),
        kit.read("model", 1, 10, changes=none),
        kit.page("/models", 20, [kit.entity("model", 1, since=9, changes=none)]),
        kit.create("model", 2, 30),
        kit.read("model", 2, 40, created=30, changes={"/project": None, "/datasets": None, "/baseModel": None}),
    ]


@legal("An error that is null is no error.", noted=True)
def _null_error(kit: Kit) -> History:
    return [kit.read("dataset", 1, 10, "Running", changes={"/properties": {"error": None}})]


@legal("The last page may say that there is no next one.")
def _null_link(kit: Kit) -> History:
    one = kit.create("model", 1, 0)
    last = kit.page("/models", 10, [kit.entity("model", 1, "NotStarted", 0)])
    return [one, answering(last, {"/@nextLink": None})]


@legal("A service may say more than is documented.", noted=True)
def _more(kit: Kit) -> History:
    headers = {"apim-request-id": "1", "api-supported-versions": "3.1", "Strict-Transport-Security": "x"}
    return [kit.read("model", 1, 10, changes={"/colour": "blue"}, headers=headers)]


@legal("Headers that nobody documents are nobody's business.")
def _headers(kit: Kit) -> History:
    sent = {"User-Agent": "curl/8", "traceparent": "00-0-0-01", "X-Ms-Client-Request-Id": "7", "Accept": "*/*"}
    return [asking(kit.read("model", 1, 10, headers={"apim-request-id": "1"}), headers=dict(sent))]


@legal("The service picks a base model when none is named.")
def _default_base(kit: Kit) -> History:
    made = kit.create("model", 1, 0, sent={"/baseModel": GONE})
    chosen = {"/baseModel": kit.ref("base-model", 2)}
    return [
        answering(made, chosen),
        kit.read("model", 1, 10, "Running", changes=chosen),
        kit.page("/models", 20, [kit.entity("model", 1, "Running", 9, changes=chosen)]),
    ]


@legal("The base model may be chosen later than the answer to the create call.")
def _later_base(kit: Kit) -> History:
    made = kit.create("model", 1, 0, sent={"/baseModel": GONE})
    return [made, kit.read("model", 1, 10, "Running", changes={"/baseModel": kit.ref("base-model", 2)})]


@legal("The vendor's own sample sends a null for the base model.", noted=True, only="azure-speech-v3.1")
def _null_base(kit: Kit) -> History:
    made = kit.create("model", 1, 0)
    return [asking(made, {"/baseModel": None})]


@legal("Datasets have no order, and come with any host, version and letter case.")
def _references(kit: Kit) -> History:
    path = kit.path("dataset", 1).upper().replace("/DATASETS/", "/datasets/")
    abroad = {"self": f"https://MyRegion.example/speechtotext/v3.2{path}?api-version=2024-11-15"}
    sent = [abroad, kit.ref("dataset", 2)]
    made = asking(kit.create("model", 1, 0), {"/datasets": sent})
    made = answering(made, {"/datasets": [kit.ref("dataset", 2), kit.ref("dataset", 1)]})
    both = {"/datasets": [kit.ref("dataset", 1), kit.ref("dataset", 2)]}
    return [made, kit.read("model", 1, 10, changes=both)]


@legal("A dataset that was deleted may vanish from the models made of it, or stay named there.")
def _deleted_dataset(kit: Kit) -> History:
    two = {"/datasets": [kit.ref("dataset", 1), kit.ref("dataset", 2)]}
    left = {"/datasets": [kit.ref("dataset", 2)]}
    return [
        kit.read("dataset", 1, 0, since=-5, created=-9),
        kit.read("model", 1, 5, since=-5, created=-9, changes=two),
        kit.delete("dataset", 1, 10),
        kit.read("model", 1, 20, since=-5, created=-9, changes=two),
        kit.read("model", 1, 30, since=-5, created=-9, changes=left),
        kit.page("/models", 40, [kit.entity("model", 1, since=-5, created=-9, changes=left)]),
    ]


@legal("Custom properties that were not named may be kept or added.")
def _properties(kit: Kit) -> History:
    merged = {"/customProperties": {"team": "voice", "grade": "A", "service": "x"}}
    return [
        kit.create("dataset", 1, 0, shown={"/customProperties": {"team": "voice", "service": "x"}}),
        kit.patch("dataset", 1, 10, {"customProperties": {"grade": "A"}}, "Running", 9, changes=merged),
        kit.read("dataset", 1, 20, "Running", 9, changes=merged),
    ]


@legal("A null in a merge patch takes a custom property away.", noted=True)
def _property_removed(kit: Kit) -> History:
    return [
        kit.create("project", 1, 0),
        kit.patch("project", 1, 10, {"customProperties": {"team": None}}, changes={"/customProperties": {}}),
        kit.read("project", 1, 20, changes={"/customProperties": {}}),
    ]


@legal("A null in a merge patch takes the project away.", noted=True)
def _project_removed(kit: Kit) -> History:
    none = {"/project": GONE}
    return [
        kit.create("model", 1, 0),
        kit.patch("model", 1, 10, {"project": None}, "Running", 9, changes=none),
        kit.read("model", 1, 20, "Running", 9, changes=none),
        kit.page(kit.path("project", 1, "/models"), 30, []),
    ]


@legal("A model moves from one project to another.")
def _project_changed(kit: Kit) -> History:
    other = {"project": kit.ref("project", 2)}
    shown = {"/project": other["project"]}
    entity = kit.entity("model", 1, "Running", 9, changes=shown)
    return [
        kit.create("model", 1, 0),
        kit.patch("model", 1, 10, other, "Running", 9),
        kit.page(kit.path("project", 1, "/models"), 30, []),
        kit.page(kit.path("project", 2, "/models"), 40, [entity]),
    ]


@legal("A patch that was refused changes nothing.")
def _refused_patch(kit: Kit) -> History:
    return [
        kit.create("model", 1, 0),
        kit.error("PATCH", kit.path("model", 1), 10, 400, body={"displayName": "no"}),
        kit.read("model", 1, 20),
    ]


@legal("A service writes its own host, relative or not, in Location.")
def _location(kit: Kit) -> History:
    path = f"{kit.base}/models/{uid('model', 1)}"
    return [
        answering(kit.create("model", 1, 0), headers={"Location": path}),
        answering(kit.create("dataset", 1, 10), headers={"Location": kit.url(kit.path("dataset", 1)).upper()}),
    ]


@legal("Regional and custom hosts name the same entity.")
def _hosts(kit: Kit) -> History:
    other = kit.ref("model", 1)["self"].replace(HOST, "https://westus.api.example")
    return [
        kit.read("model", 1, 0, since=-5, created=-9),
        kit.read("model", 1, 10, since=-5, created=-9, changes={"/self": other}),
        kit.page("/models", 20, [kit.entity("model", 1, since=-5, created=-9, changes={"/self": other})]),
    ]


@legal("Ids have no letter case.")
def _letter_case(kit: Kit) -> History:
    upper = uid("model", 1).upper()
    read = kit.read("model", 1, 10, "Running")
    return [
        kit.create("model", 1, 0),
        asking(read, url=kit.url(f"/models/{upper}")),
        kit.read("model", 1, 20, changes={"/self": kit.url(f"/models/{upper}")}),
        kit.page("/models", 30, [kit.entity("model", 1, since=19, changes={"/self": kit.url(f"/models/{upper}")})]),
        kit.call("DELETE", f"/models/{upper}", 40, status=204),
        kit.error("GET", kit.path("model", 1), 50),
    ]


@legal("Paths and queries may be percent-encoded in any way.")
def _encoded(kit: Kit) -> History:
    name = uid("model", 1).replace("-", "%2D")
    text = "&".join(["top=%31", *(f"{a}={b}" for a, b in kit.version.items()), "filter=locale%20eq%20%27en-US%27"])
    return [
        kit.create("model", 1, 0),
        asking(kit.read("model", 1, 10), url=kit.url(f"/models/{name}")),
        kit.call("GET", f"{HOST}{kit.base}/models?{text}", 20, answer={"values": [kit.entity("model", 1, since=9)]}),
    ]


@legal("Locales have no letter case.")
def _locale(kit: Kit) -> History:
    return [
        asking(kit.create("model", 1, 0), {"/locale": "en-us"}),
        kit.read("model", 1, 10),
        kit.page("/models", 20, [kit.entity("model", 1, since=9)]),
    ]


@legal("The same instant may be written in several ways.")
def _instants(kit: Kit) -> History:
    ways = ("2023-11-14T22:13:20Z", "2023-11-14T22:13:20.0000000Z", "2023-11-14T23:13:20+01:00")
    return [
        kit.read("model", 1, 10 * n, "Running", changes={"/createdDateTime": way, "/lastActionDateTime": way})
        for n, way in enumerate(ways, 1)
    ]


@legal("A content URL may be left out, or signed anew.")
def _content(kit: Kit) -> History:
    url = "https://storage.example/text.txt"
    return [
        kit.create("dataset", 1, 0, shown={"/contentUrl": url}),
        kit.read("dataset", 1, 10, "Running", 9, changes={"/contentUrl": GONE}),
        kit.read("dataset", 1, 20, "Running", 9, changes={"/contentUrl": url + "?sv=1&sig=SCRUBBED"}),
    ]


@legal("The secret of a webhook is never shown.")
def _secret(kit: Kit) -> History:
    made = kit.create("webhook", 1, 0, sent={"/properties": {"secret": "SCRUBBED"}})
    return [answering(made, {"/properties": GONE}), kit.read("webhook", 1, 10)]


@legal("A new kind of dataset or file is worth a note.", noted=True)
def _kinds(kit: Kit) -> History:
    return [kit.read("dataset", 1, 10, changes={"/kind": "Video"})]


# lists


@legal("A list has no order.")
def _order(kit: Kit) -> History:
    made = [kit.create("model", n, 10 * n, "Running") for n in (1, 2, 3)]
    shown = [kit.entity("model", n, "Running", 10 * n, 10 * n) for n in (1, 2, 3)]
    return [*made, kit.page("/models", 100, shown), kit.page("/models", 200, shown[::-1])]


@legal("What is made while pages are read may shift them.")
def _shifted(kit: Kit) -> History:
    one, two = kit.entity("model", 1, created=-9), kit.entity("model", 2, created=-9)
    return [
        kit.page("/models", 10, [one], {"top": "1"}, {"skip": "1", "top": "1"}),
        kit.create("model", 3, 20),
        kit.page("/models", 30, [one], {"skip": "1", "top": "1"}, {"skip": "2", "top": "1"}),
        kit.page("/models", 40, [two], {"skip": "2", "top": "1"}),
    ]


@legal("What is deleted while pages are read may hide others.")
def _hidden(kit: Kit) -> History:
    made = [kit.create("model", n, n, "Running") for n in (1, 2, 3)]
    shown = [kit.entity("model", n, "Running", n, n) for n in (1, 2, 3)]
    return [
        *made,
        kit.page("/models", 10, shown[:1], {"top": "1"}, {"skip": "1", "top": "1"}),
        kit.delete("model", 1, 20),
        kit.page("/models", 30, shown[2:], {"skip": "1", "top": "1"}),
    ]


@legal("A page may hold less than asked for, and the next page be anywhere.")
def _short(kit: Kit) -> History:
    made = [kit.create("model", n, n, "Running") for n in (1, 2, 3)]
    shown = [kit.entity("model", n, "Running", n, n) for n in (1, 2, 3)]
    first = kit.page("/models", 10, shown[:1], {"top": "100"}, {"top": "100", "skip": "1"})
    return [
        *made,
        first,
        kit.page("/models", 20, shown[1:2], {"skip": "1", "top": "100"}, {"skip": "2", "top": "100"}),
        kit.page("/models", 30, shown[2:], {"skip": "2", "top": "100"}),
    ]


@legal("The service pages by itself when no size is asked for.")
def _paged(kit: Kit) -> History:
    shown = [kit.entity("model", n) for n in (1, 2, 3)]
    return [
        kit.page("/models", 30, shown[:2], None, {"skip": "2", "top": "2"}),
        kit.page("/models", 40, shown[2:], {"skip": "2", "top": "2"}),
    ]


@legal("A page of nothing, and one beyond the end, are empty.")
def _nothing(kit: Kit) -> History:
    return [
        kit.create("model", 1, 0),
        kit.page("/models", 10, [kit.entity("model", 1, "Running", 9)]),
        kit.page("/models", 20, [], {"skip": "5"}),
        kit.page("/models", 30, [], {"top": "0"}, {"skip": "1", "top": "0"}),
    ]


@legal("A reader may stop in the middle of a list, and begin again.")
def _stopped(kit: Kit) -> History:
    shown = [kit.entity("model", n) for n in (1, 2)]
    onward = {"skip": "1", "top": "1"}
    return [
        kit.page("/models", 10, shown[:1], {"top": "1"}, onward),
        kit.page("/models", 40, shown[:1], {"top": "1"}, onward),
        kit.page("/models", 50, shown[1:], onward),
        kit.page("/models", 60, shown[1:], onward),
    ]


@legal("What was made may not match a filter by status or by what changes.")
def _volatile(kit: Kit) -> History:
    return [
        kit.create("model", 1, 0),
        kit.page("/models", 10, [], {"filter": "status eq 'NotStarted'"}),
        kit.page("/models", 20, [], {"filter": f"lastActionDateTime lt {stamp(5)}"}),
        kit.page("/models", 30, [], {"filter": "not (status eq 'Succeeded')"}),
    ]


@legal("Whether letter case counts in filters nobody says.")
def _filter_case(kit: Kit) -> History:
    shown = [kit.entity("model", 1, "Running", 0)]
    texts = ("displayName eq 'MY MODEL 1'", "DisplayName eq 'my model 1'", "displayName EQ 'my model 1'",
             "locale eq 'en-US' AND displayName eq 'my model 1'", "NOT locale eq 'de-DE'")  # fmt: skip
    made = [kit.create("model", 1, 0, "Running")]
    for n, text in enumerate(texts):
        made += [
            kit.page("/models", 20 * n + 10, shown, {"filter": text}),
            kit.page("/models", 20 * n + 20, [], {"filter": text}),
        ]
    return made


@legal("Parentheses, quotes in quotes, functions and odd spaces may stand in filters.")
def _filter_forms(kit: Kit) -> History:
    name = {"/displayName": "it's (my) and 'model'"}
    shown = [kit.entity("model", 1, "Running", 0, changes=name)]
    texts = ("displayName eq 'it''s (my) and ''model'''", "( (displayName  eq  'it''s (my) and ''model''' ) )",
             "not (locale eq 'de-DE' or not(status eq 'Running'))", "startswith(displayName, 'it')",
             "contains(displayName,'my') and locale eq 'en-US'", "createdDateTime ge 2022-02-01T11:00:00.000+00:00",
             "(createdDateTime gt 2022-02-01T11:00:00Z) and (locale eq 'en-US')")  # fmt: skip
    return [kit.page("/models", 10 * n, shown, {"filter": text}) for n, text in enumerate(texts)]


@legal("What an entity does not show cannot contradict a filter.")
def _filter_absent(kit: Kit) -> History:
    shown = [kit.entity("model", 1, changes={"/description": GONE})]
    return [kit.page("/models", 10, shown, {"filter": "description eq 'x'"})]


@legal("Entities may show less of themselves in lists.")
def _less(kit: Kit) -> History:
    few = dict.fromkeys(("/links", "/properties", "/customProperties", "/description", "/datasets"), GONE)
    return [kit.create("model", 1, 0), kit.page("/models", 10, [kit.entity("model", 1, "Running", 9, changes=few)])]


@legal("A list that began before something was made need not show it.")
def _overlapping_list(kit: Kit) -> History:
    listed = moved(kit.page("/models", 0, []), 0, 20)
    shown = [kit.entity("model", 1, "Running", 9, 5)]
    return [listed, moved(kit.create("model", 1, 5), 5, 10), kit.page("/models", 50, shown)]


# refusals, failures and gaps


@legal("A delete call that was refused leaves things as they are.")
def _refused_delete(kit: Kit) -> History:
    return [
        kit.create("model", 1, 0),
        kit.error("DELETE", kit.path("model", 1), 10, 409),
        kit.read("model", 1, 20, "Running"),
        kit.page("/models", 30, [kit.entity("model", 1, "Running", 19)]),
    ]


@legal("A delete call may be repeated, and name what never was.")
def _idempotent(kit: Kit) -> History:
    return [
        kit.create("model", 1, 0),
        kit.delete("model", 1, 10),
        kit.delete("model", 1, 20),
        kit.error("DELETE", kit.path("model", 1), 30),
        kit.delete("dataset", 77, 40),
        kit.error("GET", kit.path("dataset", 77), 50),
    ]


@legal("Any call may be refused, throttled or fail.")
def _failing(kit: Kit) -> History:
    made: History = []
    for n, status in enumerate((400, 401, 403, 404, 409, 415, 422, 429, 500, 502, 503)):
        made += [
            kit.error("GET", kit.path("model", 1), 1000 * n + 100, status),
            kit.error("POST", "/models", 1000 * n + 200, status, body=kit.asked("model", 1)),
            kit.error("GET", "/models", 1000 * n + 300, status),
            kit.error("DELETE", kit.path("dataset", 1), 1000 * n + 400, status),
        ]
    return made


@legal("A failure in between changes nothing of what is known.")
def _between(kit: Kit) -> History:
    made = [kit.create("model", 1, 0)]
    for n, status in enumerate((401, 403, 429, 500, 503)):
        made += [
            kit.error("GET", kit.path("model", 1), 100 * n + 100, status),
            kit.error("PATCH", kit.path("model", 1), 100 * n + 130, status, body={"displayName": "x"}),
            kit.error("GET", "/models", 100 * n + 160, status),
        ]
    return [*made, kit.read("model", 1, 900)]


@legal("A change that failed with a 5xx may have been made all the same.")
def _half_done(kit: Kit) -> History:
    return [
        kit.create("model", 1, 0),
        kit.error("PATCH", kit.path("model", 1), 10, 500, body={"displayName": "new"}),
        kit.read("model", 1, 20, "Running", changes={"/displayName": "new"}),
        kit.error("DELETE", kit.path("model", 1), 30, 504),
        kit.error("GET", kit.path("model", 1), 40),
        kit.page("/models", 50, []),
    ]


@legal("A client may try again after the time it was told to wait.")
def _throttled(kit: Kit) -> History:
    refused = answering(kit.error("GET", kit.path("model", 1), 0, 429), headers={"Retry-After": "10"})
    return [refused, kit.read("model", 1, 20, headers=RETRY), kit.read("model", 1, 40, since=19)]


@legal("A Retry-After that came after the next call began binds nobody.")
def _too_late(kit: Kit) -> History:
    first = moved(kit.read("model", 1, 0, "Running", -5, -9, headers=RETRY), 0, 30)
    return [first, moved(kit.read("model", 1, 5, "Running", -5, -9), 5, 1)]


@legal("What a call without an answer did is unknown.")
def _unanswered(kit: Kit) -> History:
    def lost(one: Any) -> Any:
        return replace(one, response=None)

    return [
        kit.create("model", 1, 0),
        lost(kit.patch("model", 1, 10, {"displayName": "new"}, "Running")),
        kit.read("model", 1, 20, "Running", changes={"/displayName": "new"}),
        lost(kit.delete("model", 1, 30)),
        kit.error("GET", kit.path("model", 1), 40),
        kit.page("/models", 50, []),
        lost(kit.create("dataset", 1, 60)),
        kit.page("/datasets", 70, [kit.entity("dataset", 1, "Running", 65, 60)]),
    ]


@legal("A change and a reading at the same time have no order.")
def _race(kit: Kit) -> History:
    new = {"displayName": "new"}
    return [
        kit.create("model", 1, 0),
        moved(kit.patch("model", 1, 10, new, "Running", 5), 10, 20),
        moved(kit.read("model", 1, 15, "Running", 5), 15, 1),
        moved(kit.read("model", 1, 18, "Running", 5, changes={"/displayName": "new"}), 18, 1),
        kit.read("model", 1, 50, "Running", 5, changes={"/displayName": "new"}),
    ]


@legal("Two changes at the same time have no order.")
def _two_changes(kit: Kit) -> History:
    return [
        kit.create("model", 1, 0),
        moved(kit.patch("model", 1, 10, {"displayName": "a"}, "Running", 5), 10, 20),
        moved(kit.patch("model", 1, 15, {"displayName": "b"}, "Running", 5), 15, 20),
        kit.read("model", 1, 50, "Running", 5, changes={"/displayName": "a"}),
    ]


@legal("A status that was read while another was being read may be older.")
def _older(kit: Kit) -> History:
    return [
        kit.create("model", 1, 0),
        moved(kit.read("model", 1, 10, "Succeeded", 9), 10, 20),
        moved(kit.read("model", 1, 11, "Running", 5), 11, 30),
        kit.read("model", 1, 60, "Succeeded", 9),
    ]


@legal("Two keys see two accounts.")
def _accounts(kit: Kit) -> History:
    other = {"Ocp-Apim-Subscription-Key": "k2"}
    return [
        kit.create("model", 1, 0),
        asking(kit.page("/models", 10, []), headers=dict(other)),
        asking(kit.error("GET", kit.path("model", 1), 20), headers=dict(other)),
        asking(kit.page(kit.path("project", 1, "/models"), 30, []), headers=dict(other)),
        kit.page("/models", 40, [kit.entity("model", 1, "Running", 9)]),
    ]


@legal("A token may stand in for the key.", only="azure-speech-v3.1")
def _token(kit: Kit) -> History:
    token = {"Authorization": "Bearer SCRUBBED", "Ocp-Apim-Subscription-Key": None}
    made = [kit.create("model", 1, 0), kit.read("model", 1, 10)]
    issued = exchange("POST", "https://westus.api.example/sts/v1.0/issueToken", at=-10, answer=b"token")
    return [issued, *(asking(one, headers=token) for one in made)]


# the rest of the interface


@legal("Base models stand on both sides of an evaluation.")
def _baseline(kit: Kit) -> History:
    base = {"/model1": kit.ref("base-model", 1), "/model2": kit.ref("base-model", 1)}
    return [
        kit.create("evaluation", 1, 0, sent=base),
        kit.read("evaluation", 1, 10, changes=base),
        kit.read("dataset", 1, 20, since=-5, created=-9),
    ]


@legal("An endpoint without a model serves the base model.")
def _without_model(kit: Kit) -> History:
    made = kit.create("endpoint", 1, 0, sent={"/model": GONE})
    shown = {"/model": kit.ref("base-model", 1)}
    return [answering(made, shown), kit.read("endpoint", 1, 10, changes=shown)]


@legal("A webhook test answers in two ways, and in a third that only its text knows.", noted=True)
def _test(kit: Kit) -> History:
    path = kit.path("webhook", 1, ":test")
    return [
        kit.call("POST", path, 0, status=202, answer_headers=RETRY),
        kit.call("POST", path, 100, status=204),
        kit.call("POST", path, 200, status=200),
    ]


@legal("A path may lie behind a gateway.")
def _gateway(kit: Kit) -> History:
    read = kit.read("model", 1, 10, "Running")
    behind = read.request.url.replace(kit.base, f"/gateway/azure{kit.base}")
    return [kit.create("model", 1, 0), asking(read, url=behind)]


@legal("A model is trained while its dataset was last seen long ago.")
def _unread(kit: Kit) -> History:
    return [kit.create("dataset", 1, 0), kit.create("model", 1, 5000)]


@legal("The how-to patches the collection of models.", noted=True, only="azure-speech-v3.1")
def _patched_collection(kit: Kit) -> History:
    refused = kit.error("PATCH", "/models", 10, 404, body={"project": kit.ref("project", 1)})
    return [kit.read("model", 1, 0, since=-5, created=-9), refused]


@legal("The how-to shows an answer to a patch that holds the project only.", noted=True, only="azure-speech-v3.1")
def _project_only(kit: Kit) -> History:
    sent = {"project": kit.ref("project", 1)}
    return [kit.call("PATCH", kit.path("model", 1), 0, body=sent, answer=sent)]


@legal("A model may be copied to its own resource, and is listed there.", only="azure-speech-v3.1")
def _copied(kit: Kit) -> History:
    copy = azure_speech_v3_1.copied(10)
    shown = kit.entity("model", 8, "Succeeded", 30, 10, {"/project": GONE, "/datasets": GONE, "/properties": GONE})
    return [
        kit.create("model", 1, 0),
        copy,
        kit.page("/models", 40, [kit.entity("model", 1, "Running", 9)]),
        kit.page("/models", 50, [kit.entity("model", 1, "Running", 9), shown]),
        kit.read("model", 8, 60, "Succeeded", 30, 10, {"/project": GONE, "/datasets": GONE, "/properties": GONE}),
    ]


@legal("A copy may not be seen by the one who made it.", only="azure-speech-v3.1")
def _unseen_copy(kit: Kit) -> History:
    where = f"https://eastus.api.example{kit.base}{kit.path('model', 8)}"
    copy = azure_speech_v3_1.copied(10, self=where)
    copy = answering(copy, headers={"Location": where})
    return [copy, kit.error("GET", kit.path("model", 8), 20), kit.page("/models", 30, [])]


@legal("A copy may fail.", only="azure-speech-2025-10-15")
def _failed_copy(kit: Kit) -> History:
    return [
        azure_speech_2025_10_15.authorized(0),
        kit.create("copy", 1, 30),
        kit.read("copy", 1, 60, "Failed", 50, 30),
        kit.read("copy", 1, 90, "Failed", 50, 30),
    ]


@legal("A copy may be done at once, and show little.", only="azure-speech-2025-10-15")
def _fast_copy(kit: Kit) -> History:
    few = {"id": uid("copy", 1)}
    return [
        answering(kit.create("copy", 1, 0), body=few),
        kit.call("GET", kit.path("copy", 1), 20, answer=few),
        kit.read("copy", 1, 40),
    ]


@legal("An authorization is passed on in another spelling.", only="azure-speech-2025-10-15", noted=True)
def _permit(kit: Kit) -> History:
    issued = azure_speech_2025_10_15.authorized(0, {"/sourceResourceId": "/Subscriptions/1/Source", "/ticket": "x"})
    respelled = "2023-11-15T23:13:20.000+01:00"
    used = permit({"/expirationDateTime": respelled, "/sourceResourceId": "/Subscriptions/1/Source"})
    return [issued, asking(kit.create("copy", 1, 30), body=used)]


@legal("What is changed while pages are read shifts them, too.")
def _changed_between(kit: Kit) -> History:
    def named(number: int) -> Any:
        return kit.entity("model", number, changes={"/displayName": "A"})

    named_a = {"filter": "displayName eq 'A'", "top": "1"}
    second = {**named_a, "skip": "1"}
    members = kit.path("project", 1, "/models")
    return [
        kit.page("/models", 0, [named(1)], named_a, second),
        kit.patch("model", 2, 10, {"displayName": "A"}),
        kit.page("/models", 20, [named(1)], second),
        kit.page("/models", 30, [named(2), named(1)], {"filter": named_a["filter"]}),
        kit.patch("model", 3, 40, {"displayName": "A"}),
        kit.page("/models", 50, [named(1)], {"filter": named_a["filter"], "skip": "2"}),
        kit.page(members, 60, [named(1)]),
        kit.patch("model", 4, 70, {"project": kit.ref("project", 1)}),
        kit.page(members, 80, [kit.entity("model", 4)], {"skip": "1"}),
    ]


@legal("What leaves a filter by itself while pages are read shifts them.")
def _left_by_itself(kit: Kit) -> History:
    running = {"filter": "status eq 'Running' or locale eq 'en-US'", "top": "1"}
    second = {**running, "skip": "1"}
    german = kit.entity("model", 1, "Running", changes={"/locale": "de-DE"})
    return [
        kit.create("model", 2, 0),
        kit.page("/models", 10, [german], running, second),
        kit.page("/models", 20, [], second),
        kit.page("/models", 30, [german], running, second),
        kit.page("/models", 40, [german], second),
    ]


@legal("The next page may be asked for in a smaller size, the most there is or what is left.")
def _smaller(kit: Kit) -> History:
    one = kit.entity("model", 1)
    return [
        kit.page("/models", 0, [one], {"top": "5000"}, {"skip": "1", "top": "100"}),
        kit.page("/models", 10, [one], {"top": "3"}, {"skip": "1", "top": "2"}),
    ]


@legal("An endpoint with a time to live goes by itself.", only="azure-speech-v3.1")
def _expired(kit: Kit) -> History:
    lived = {"/properties": {"timeToLive": "PT1H"}}
    gone = kit.error("GET", kit.path("endpoint", 1), 4000)
    return [kit.create("endpoint", 1, 0, sent=lived), gone, kit.page("/endpoints", 4001, [])]


@legal("Nobody says whether models go with their project.")
def _cascade(kit: Kit) -> History:
    return [
        kit.create("project", 1, 0),
        kit.create("model", 1, 10),
        kit.delete("project", 1, 20),
        kit.error("GET", kit.path("model", 1), 30),
        kit.page("/models", 40, []),
    ]


@legal("What stands before the service refuses in words of its own.", noted=True)
def _in_its_own_words(kit: Kit) -> History:
    page: dict[str, Any] = {"headers": {"Content-Type": "text/html"}, "body": b"<html>No.</html>"}
    unnamed: dict[str, Any] = {"headers": {"Content-Type": None}, "body": b"No."}
    refused = [
        kit.error("GET", kit.path("model", 1), at, status) for at, status in enumerate((401, 403, 429, 502, 504))
    ]
    return [answering(one, **form) for one in refused for form in (page, unnamed)]


@legal("Redirects and caches are nobody's fault.", noted=True)
def _redirected(kit: Kit) -> History:
    read = kit.read("model", 1, 10)
    return [answering(read, status=status, body=ABSENT) for status in (304, 308)]


@legal("A browser asks first whether it may call.")
def _preflight(kit: Kit) -> History:
    read = kit.read("model", 1, 10)
    asked = {"Access-Control-Request-Method": "GET", "Origin": "https://portal.example"}
    first = asking(answering(read, status=204, body=ABSENT), method="OPTIONS", headers=asked)
    return [asking(first, headers={"Ocp-Apim-Subscription-Key": None}), read]


@legal("Logging of an endpoint has two names.", noted=True)
def _two_names(kit: Kit) -> History:
    asked = {"/properties": {"loggingEnabled": True}}
    changed = {"properties": {"contentLoggingEnabled": False}}
    return [
        kit.create("endpoint", 1, 0, sent=asked, shown={"/properties": {"contentLoggingEnabled": True}}),
        kit.patch("endpoint", 1, 10, changed, "Running", 5, 0, {"/properties": {"loggingEnabled": False}}),
        kit.read("endpoint", 1, 20, changes={"/properties": {"loggingEnabled": False}}),
    ]


@legal("A recording may lack a body that was sent in pieces.")
def _in_pieces(kit: Kit) -> History:
    kind = {"Content-Type": "application/octet-stream", "Transfer-Encoding": "chunked"}
    return [kit.call("PUT", kit.path("dataset", 1, "/blocks"), 0, {"blockid": "MDAx"}, headers=kind, status=201)]


@legal("Every client waits for itself, and looks at what it has changed.")
def _own_wait(kit: Kit) -> History:
    def running(at: float, **changes: str) -> Exchange:
        shown = {f"/{name}": value for name, value in changes.items()}
        return kit.read("model", 1, at, "Running", -5, -9, shown, headers=RETRY)

    return [
        running(0),
        asking(running(3), headers={"Ocp-Apim-Subscription-Key": "k2"}),
        kit.patch("model", 1, 4, {"description": "new"}, "Running", -5, -9),
        running(5, description="new"),
    ]


@legal("An empty text, list or set need not be shown, nor an event that is not wanted.")
def _empty(kit: Kit) -> History:
    events = {"modelCompletion": True, "ping": False}
    empty: dict[str, Any] = {"/description": "", "/customProperties": {}}
    return [
        kit.create("model", 1, 0, sent={**empty, "/datasets": []}, shown=dict.fromkeys([*empty, "/datasets"], GONE)),
        kit.create("webhook", 1, 10, sent={"/events": events}, shown={"/events": {"modelCompletion": True}}),
    ]


@legal("A copy that was refused leaves no operation.", only="azure-speech-2025-10-15")
def _refused_copy(kit: Kit) -> History:
    refused = kit.error("POST", kit.path("model", 1, ":copy"), 30, 400, "InvalidModel", permit())
    return [refused, answered_by(kit.read("copy", 1, 60), kit.error("GET", kit.path("copy", 1), 60))]


@legal("Somebody else renames a model between two lists.")
def _renamed_by_others(kit: Kit) -> History:
    one = kit.entity("model", 1)
    return [kit.page("/models", 0, [one]), kit.page("/models", 60, [one | {"displayName": "Another name"}])]


CASES = [
    pytest.param(service, sentence, id=f"{service}: {sentence}")
    for sentence in LEGAL
    for service in KITS
    if ONLY.get(sentence, service) == service
]


@pytest.mark.parametrize(("service", "sentence"), CASES)
def test_nothing_is_wrong(service: str, sentence: str) -> None:
    """No error and no warning; notes only where they are expected."""
    checker = Checker(load(service))
    checker.check(LEGAL[sentence](KITS[service]))
    findings = checker.report().findings
    told = [f"{f.exchange}: {f.level} {f.rule} {f.message} (allowed {f.allowed}; seen {f.seen})" for f in findings]
    assert [one for one, f in zip(told, findings, strict=True) if f.level != "note"] == []
    assert bool(told) == (sentence in NOTED), told


@pytest.mark.parametrize(("service", "sentence"), CASES)
def test_nothing_is_wrong_without_times(service: str, sentence: str) -> None:
    """What is legal in a known order, and does not live by the clock, is legal in a recording without times."""
    history = LEGAL[sentence](KITS[service])
    if any(one.ended is None or two.started is None or one.ended > two.started for one, two in pairwise(history)):
        return
    checker = Checker(load(service))
    checker.check(replace(one, started=None, ended=None) for one in history)
    assert [f"{f.exchange}: {f.rule} {f.message}" for f in checker.report().findings if f.level != "note"] == []
