"""`speechcustom drift`: what captured traffic shows that the contract does not say, and what it means for a client."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pytest_speechcustom import cli
from pytest_speechcustom.contracts import SERVICES, load
from pytest_speechcustom.drift.observed import Drift
from pytest_speechcustom.engine.report import Report
from pytest_speechcustom.values import Body, Exchange, Request, Response
from tests.rules import azure_speech_2025_10_15, azure_speech_v3_1, video_indexer, watson_stt_cloud, watson_stt_icp
from tests.rules.azure_speech_v3_1 import KIT as AZURE
from tests.rules.build import GONE, History, answering, asking, insert, swap
from tests.rules.watson_common import heard
from tests.rules.watson_stt_cloud import KIT as WATSON

ROOT = Path(__file__).resolve().parent.parent.parent
V31, V25, CLOUD, INDEXER = "azure-speech-v3.1", "azure-speech-2025-10-15", "watson-stt-cloud", "video-indexer"
STORIES: dict[str, Callable[[], History]] = {
    V31: azure_speech_v3_1.story,
    V25: azure_speech_2025_10_15.story,
    CLOUD: watson_stt_cloud.story,
    "watson-stt-icp": watson_stt_icp.story,
    INDEXER: video_indexer.story,
}

Told = tuple[str, str, str]
"""Kind, impact and place of a finding."""


def report(service: str, *histories: Iterable[Exchange], isolated: bool = False) -> Report:
    """What is said of these histories."""
    drift = Drift(load(service), isolated=isolated)
    for history in histories:
        drift.look(history)
    return drift.report()


def told(found: Report) -> list[Told]:
    """The findings, short."""
    kinds = [(each.rule.partition("/drift.")[2], each.shift) for each in found.findings]
    return [(kind, shift.impact, shift.place) for kind, shift in kinds if shift is not None]


def drift(service: str, history: Iterable[Exchange]) -> list[Told]:
    """The findings in one history."""
    return told(report(service, history))


# the drifts that are known to have happened


def test_custom_properties_turned_from_strings_to_objects() -> None:
    """Azure, January 2025: whoever reads them as strings breaks. Told once, however many calls answer with it."""
    objects = {"/customProperties": {"team": {"value": "voice"}, "city": {"value": "Graz"}}}
    history = [
        AZURE.read("model", 1, 30),
        AZURE.read("model", 1, 40, since=29, changes=objects),
        AZURE.page("/models", 50, [AZURE.entity("model", 1, changes=objects)]),
    ]

    found = report(V31, history)

    assert told(found) == [("response.property.retyped", "breaking", "CustomModel.customProperties.*")]
    (finding,) = found.findings
    assert finding.shift is not None
    assert (finding.exchange, finding.shift.direction, finding.shift.times) == (1, "response", 4)
    assert (finding.level, finding.allowed, finding.source.document) == ("error", "string", "AZ31")


def test_duration_turned_from_a_float_to_an_integer() -> None:
    """Watson: the contract has integers since, so that a service of before, with floats, is what differs."""
    history = [
        WATSON.audio(0, "car1"),
        WATSON.call("GET", "/x/audio/car1", 9, answer=heard("car1") | {"duration": 131.5}),
    ]

    assert ("response.property.retyped", "breaking", "AudioListing.duration") in drift(CLOUD, history)


def test_the_members_of_a_warning_were_renamed() -> None:
    """Watson: what was `warning_id` and `description` is `code` and `message`. The old answer lacks both."""
    old = {"warnings": [{"warning_id": "invalid_audio_files", "description": "Some files are left out."}]}

    found = report(CLOUD, [WATSON.train(0, query={"strict": "false"}, answer=old)])

    assert told(found) == [
        ("response.property.renamed", "breaking", "TrainingWarning.code"),
        ("response.property.renamed", "breaking", "TrainingWarning.message"),
        ("response.property.added", "additive", "TrainingWarning.warning_id"),
        ("response.property.added", "additive", "TrainingWarning.description"),
    ]
    assert found.findings[0].message.endswith("; description, warning_id are there instead")


def test_a_failed_model_gained_an_error() -> None:
    """Watson: one property more harms nobody."""
    assert drift(CLOUD, [WATSON.read(0, "failed", error="No audio was usable")]) == [
        ("response.property.added", "additive", "AcousticModel.error")
    ]


@pytest.mark.parametrize(
    ("service", "one", "level"),
    [
        (
            INDEXER,
            video_indexer.call("GET", "/datasets", 0, status=400,
                               answer={"ErrorType": "USER_NOT_ALLOWED", "Message": "Access token is not valid."}),
            "error",
        ),
        (
            V25,
            azure_speech_2025_10_15.KIT.call("GET", "/models", 0, status=400,
                                             answer={"code": "Unauthorized", "message": "refused"}),
            "warning",
        ),
        (
            CLOUD,
            WATSON.call("GET", "", 0, status=400,
                        answer={"error": "Unauthorized", "code": 400, "code_description": "Bad Request"}),
            "warning",
        ),
    ],
)  # fmt: skip
def test_401_is_documented_and_400_answered(service: str, one: Exchange, level: str) -> None:
    """Whoever renews a token at 401 breaks. Where no document names the status it is a warning."""
    found = report(service, [one])

    assert told(found) == [("response.status.denied", "breaking", "status 400")]
    (finding,) = found.findings
    assert (finding.level, finding.allowed, finding.seen) == (level, "401", "400")


def test_a_request_without_credentials_is_refused_with_400() -> None:
    """The body says nothing of credentials; but others of the client are signed, and nothing else is wrong with it."""
    unsigned = asking(AZURE.error("GET", "/models", 0, 400), headers={"Ocp-Apim-Subscription-Key": None})
    signed = AZURE.page("/models", 10, [])

    assert drift(V31, [unsigned, signed]) == [("response.status.denied", "breaking", "status 400")]
    alone = report(V31, [unsigned])
    assert told(alone) == []
    assert alone.coverage["could not check"] == {
        "Models_ListCustomModels: a request without credentials was refused with 400": 1  # the key may be left out
    }
    assert drift(V31, [AZURE.error("GET", "/models", 0, 400), signed]) == []


def test_a_job_stays_not_started() -> None:
    """Azure: it is polled for hours. No document gives a limit, so this is a warning; an hour is waited for."""

    def polled(minutes: int) -> History:
        waiting = [AZURE.read("model", 1, 60 * minute, "NotStarted", since=0) for minute in range(1, minutes, 10)]
        return [AZURE.create("model", 1, 0), *waiting]

    found = report(V31, polled(180))

    assert told(found) == [("response.state.stays", "breaking", "model: NotStarted")]
    assert found.findings[0].message.endswith("is still NotStarted after 171 minutes and 19 readings")
    assert found.findings[0].level == "warning"
    assert drift(V31, polled(50)) == []
    assert drift(V31, [*polled(180), AZURE.read("model", 1, 11000, "Running", since=10999)]) == []


def test_how_long_a_job_stayed_cannot_be_told_without_times() -> None:
    """Then it could not be checked."""
    timeless = [replace(AZURE.read("model", 1, 0, "NotStarted", since=0), started=None, ended=None)] * 5

    found = report(V31, timeless)

    assert told(found) == []
    assert found.coverage["could not check"] == {"Models_GetCustomModel: 5 readings of NotStarted, and no times": 1}


# no false alarm


@pytest.mark.parametrize("service", SERVICES)
def test_no_drift_in_a_whole_legal_history(service: str) -> None:
    """Not in one as it is told, nor where every exchange is a sample."""
    assert drift(service, STORIES[service]()) == []
    assert told(report(service, STORIES[service](), isolated=True)) == []


@pytest.mark.parametrize("service", SERVICES)
def test_no_drift_in_the_documented_samples(service: str, capsys: pytest.CaptureFixture[str]) -> None:
    """They are what the contracts were made from."""
    samples = ROOT / "cassettes" / service / "documented-samples.yaml"

    assert cli.main(["drift", "--service", service, "--isolated", str(samples)]) == 0
    assert capsys.readouterr().out.startswith(f"NO DRIFT OBSERVED {service}: ")


def test_no_drift_in_recordings(capsys: pytest.CaptureFixture[str]) -> None:
    """Those of the real SDK, as HAR and as a cassette, and the example of the README."""
    folder = ROOT / "tests" / "recordings"
    files = [folder / "watson-sdk-lifecycle.har", folder / "watson-sdk-lifecycle.yaml",
             ROOT / "examples" / "watson-training.ndjson"]  # fmt: skip

    assert cli.main(["drift", "--service", CLOUD, "--strict", *map(str, files)]) == 0
    assert "64 exchanges, 0 breaking, 0 additive, 0 cosmetic" in capsys.readouterr().out


# each kind, and what it means


def changed(how: Callable[[Exchange], Exchange]) -> History:
    """A model of Azure is made and read, with the reading changed."""
    return [AZURE.create("model", 1, 0), how(AZURE.read("model", 1, 30, "Running", since=20))]


CASES: dict[str, tuple[str, Callable[[], History], list[Told]]] = {
    "property added": (
        V31, lambda: changed(lambda one: answering(one, {"/properties/zone": "a"})),
        [("response.property.added", "additive", "CustomModelProperties.zone")],
    ),
    "property removed": (
        V31, lambda: changed(lambda one: answering(one, {"/displayName": GONE})),
        [("response.property.removed", "breaking", "CustomModel.displayName")],
    ),
    "property renamed": (
        V31, lambda: changed(lambda one: answering(one, {"/displayName": GONE, "/name": "my model 1"})),
        [("response.property.renamed", "breaking", "CustomModel.displayName"),
         ("response.property.added", "additive", "CustomModel.name")],
    ),
    "property null": (
        V31, lambda: changed(lambda one: answering(one, {"/project": None})),
        [("response.property.null", "cosmetic", "CustomModel.project")],
    ),
    "state added": (
        V31, lambda: changed(lambda one: answering(one, {"/status": "Paused"})),
        [("response.state.added", "breaking", "CustomModel.status")],
    ),
    "two states added": (
        V31, lambda: [AZURE.read("model", 1, 30, "Paused"), AZURE.read("model", 2, 60, "Held")],
        [("response.state.added", "breaking", "CustomModel.status")] * 2,
    ),
    "state moves back": (
        V31, lambda: [AZURE.read("model", 1, 30), AZURE.read("model", 1, 60, "Running")],
        [("response.state.move", "breaking", "CustomModel.status")],
    ),
    "value added to an open list": (
        V31, lambda: [AZURE.read("dataset", 1, 0, changes={"/kind": "Video"})],
        [("response.value.open", "additive", "Dataset.kind")],
    ),
    "value added to a closed list": (
        CLOUD, lambda: [WATSON.train(0, query={"strict": "false"},
                                     answer={"warnings": [{"code": "invalid_clocks", "message": "x"}]})],
        [("response.value.closed", "breaking", "TrainingWarning.code")],
    ),
    "format": (
        V31, lambda: changed(lambda one: answering(one, {"/createdDateTime": "yesterday"})),
        [("response.property.limit", "breaking", "CustomModel.createdDateTime")],
    ),
    "status added": (
        V31, lambda: changed(lambda one: answering(one, status=203)),
        [("response.status.added", "breaking", "Models_GetCustomModel status")],
    ),
    "operation gone": (
        V31, lambda: [AZURE.error("GET", "/projects/locales", 0, 410)],
        [("operation.gone", "breaking", "Projects_ListSupportedLocales")],
    ),
    "poll header removed": (
        V31, lambda: [answering(AZURE.create("model", 1, 0), headers={"Location": None})],
        [("response.header.removed", "breaking", "Models_Create location")],
    ),
    "poll header retyped": (
        V31, lambda: changed(lambda one: answering(one, headers={"Retry-After": "soon"})),
        [("response.header.retyped", "breaking", "Models_GetCustomModel retry-after")],
    ),
    "poll header added": (
        CLOUD, lambda: [answering(WATSON.read(0, "ready"), headers={"Retry-After": "5"})],
        [("response.header.added", "additive", "getAcousticModel retry-after")],
    ),
    "another header added": (
        V31, lambda: changed(lambda one: answering(one, headers={"Speech-Zone": "b"})),
        [("response.header.unknown", "cosmetic", "speech-zone")],
    ),
    "error body": (
        V31, lambda: [AZURE.call("GET", "/models", 0, status=400, answer={"code": 7})],
        [("response.error.body", "breaking", "Error.code")],
    ),
    "error body is HTML": (
        V31, lambda: [answering(AZURE.error("GET", "/models", 0, 400), body=b"<p>no</p>",
                                headers={"Content-Type": "text/html"})],
        [("response.error.content-type", "breaking", "Models_ListCustomModels content-type")],
    ),
    "body removed": (
        V31, lambda: changed(lambda one: answering(one, body=Body())),
        [("response.body.removed", "breaking", "CustomModel")],
    ),
    "body added": (
        V31, lambda: [answering(AZURE.delete("model", 1, 0), body={"done": True})],
        [("response.body.added", "additive", "Models_Delete")],
    ),
    "property taken": (
        V31, lambda: [AZURE.patch("model", 1, 0, {"description": "x", "colour": "red"}, changes={"/colour": GONE})],
        [("request.property.added", "additive", "ModelUpdate.colour")],
    ),
    "property not taken": (
        V31, lambda: [AZURE.error("PATCH", "/models/33333333-aaaa-4bbb-8ccc-000000000001", 0, 400,
                                  body={"colour": "red"})],
        [],
    ),
    "parameter taken": (
        V31, lambda: [AZURE.page("/models", 0, [], {"orderby": "name"})],
        [("request.parameter.added", "additive", "Models_ListCustomModels orderby")],
    ),
    "call answered": (
        V31, lambda: [AZURE.page("/models", 0, []), AZURE.page("/batches", 1, [])],
        [("request.operation.added", "additive", "GET /speechtotext/v3.1/batches")],
    ),
    "call not answered": (
        V31, lambda: [AZURE.page("/models", 0, []), AZURE.error("GET", "/batches", 1)],
        [],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_each_kind_is_found_and_classed(name: str) -> None:
    """The direction decides: what is more in an answer is harmless, what is less breaks; requests are the reverse."""
    service, history, expected = CASES[name]

    assert drift(service, history()) == expected


def test_what_is_of_the_web_is_no_drift() -> None:
    """Servers, caches and gateways put headers in, and answer for the service when it is not there."""
    more = {"Date": "now", "Server": "x", "Set-Cookie": "a=b", "X-Envoy-Upstream-Service-Time": "3", "ETag": "x"}
    gateway = answering(AZURE.error("GET", "/models", 0, 503), body=b"<p>later</p>",
                        headers={"Content-Type": "text/html", "Retry-After": "9"})  # fmt: skip

    found = report(V31, [answering(AZURE.page("/models", 0, []), headers=more), gateway])

    assert told(found) == []
    assert len(found.coverage["could not check"]) == 1


# what was not seen


def verdicts(found: Report) -> dict[str, list[str]]:
    """Verdict -> what it is given for."""
    made: dict[str, list[str]] = {}
    for each in found.requirements:
        made.setdefault(each.verdict, []).append(each.rule.removeprefix("drift."))
    return made


def test_what_nobody_saw_is_not_observed() -> None:
    """Nothing at all is not "no drift": operations, lifecycles and properties that did not occur are told."""
    found = report(CLOUD, [WATSON.read(0, "ready")])

    assert verdicts(found)["satisfied"] == ["operation.getAcousticModel", "lifecycle.model"]
    assert len(verdicts(found)["not-verified"]) == len(load(CLOUD).operations) - 1 + 1
    properties = found.coverage["properties"]
    assert (properties["AcousticModel.status"], properties["AcousticModel.warnings"]) == (1, 0)


def test_what_cannot_be_judged_could_not_be_checked() -> None:
    """An answer that was not recorded, a body that was cut off, a refusal that may have any reason: no drift."""
    sound = AZURE.create("model", 1, 0)
    history = [
        Exchange(AZURE.read("model", 1, 5).request, None),
        Exchange(AZURE.page("/models", 6, []).request, Response(200, (("Content-Type", "application/json"),),
                                                                Body(problem="the recording was cut off"))),
        Exchange(sound.request, AZURE.error("POST", "/models", 7, 400).response),
    ]  # fmt: skip

    found = report(V31, history)

    assert told(found) == []
    assert found.coverage["could not check"] == {
        "Models_Create: a request that the contract allows was refused with 400": 1,
        "Models_GetCustomModel: no answer was recorded": 1,
        "Models_ListCustomModels: the response body could not be judged: the recording was cut off": 1,
    }
    assert verdicts(found)["inconclusive"] == ["operation.Models_ListCustomModels", "operation.Models_Create"]


def test_histories_are_apart() -> None:
    """A model that is back where it was in another file has not moved; exchanges are numbered through."""
    done, running = AZURE.read("model", 1, 30), AZURE.read("model", 1, 60, "Running")
    odd = AZURE.read("model", 2, 60, changes={"/zone": "a"})

    found = report(V31, [done], [running, odd])

    assert told(found) == [("response.property.added", "additive", "CustomModel.zone")]
    assert (found.findings[0].exchange, found.summary["exchanges"]) == (2, 3)


def test_a_call_without_an_answer_is_no_drift() -> None:
    """A request that was lost and sent again, anywhere in a history, is no change of the service."""
    story = watson_stt_cloud.story()

    for index in range(0, len(story), 5):
        assert drift(CLOUD, insert(story, index, Exchange(story[index].request, None))) == []


# the command


def ndjson(path: Path, *exchanges: Exchange) -> str:
    """A file with these exchanges."""

    def message(one: Request | Response) -> dict[str, Any]:
        raw = one.body.raw
        return {"headers": [list(each) for each in one.headers], **({"body": raw.decode()} if raw else {})}

    lines = []
    for one in exchanges:
        assert one.response is not None
        request = {"method": one.request.method, "url": one.request.url, **message(one.request)}
        lines.append(
            json.dumps({"request": request, "response": {"status": one.response.status, **message(one.response)}})
        )
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)


def test_the_command_tells_drift(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Breaking what is documented is exit status 1; the first exchange, what was documented, and where are told."""
    file = ndjson(tmp_path / "live.ndjson", AZURE.read("model", 1, 0, changes={"/customProperties/team": {"a": 1}}))

    assert cli.main(["drift", "--service", V31, file]) == 1
    out = capsys.readouterr().out
    assert f"BREAKING {V31}/drift.response.property.retyped (response, 1 time)" in out
    assert "CustomModel.customProperties.*: 'team' is of the wrong type" in out
    assert f"first    exchange 0 ({file}, line 1), Models_GetCustomModel, " in out
    assert "was      string" in out
    assert f"DRIFT {V31}: 1 exchange, 1 breaking, 0 additive, 0 cosmetic" in out
    assert "65 not observed" in out


def test_additions_do_not_fail_and_warnings_do_when_strict(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`--strict` lets fail what breaks a client although no document promised otherwise."""
    added = ndjson(tmp_path / "a.ndjson", AZURE.read("model", 1, 0, changes={"/zone": "a"}))
    removed = ndjson(tmp_path / "b.ndjson", answering(AZURE.create("model", 1, 0), headers={"Location": None}))

    statuses = [cli.main(["drift", "--service", V31, *more]) for more in
                ([added], [added, "--strict"], [removed], [removed, "--strict"])]  # fmt: skip
    assert statuses == [0, 0, 0, 1]
    assert "no document promises otherwise" in capsys.readouterr().out


def test_json_and_markdown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """JSON has what the text has; the report is one like that of check, with the mode `drift`."""
    file = ndjson(tmp_path / "live.ndjson", AZURE.read("model", 1, 0, changes={"/zone": "a"}))
    written = tmp_path / "report.json"

    assert cli.main(["drift", "--service", V31, file, "--format", "markdown", "--report", str(written)]) == 0
    page = capsys.readouterr().out
    document = json.loads(written.read_text(encoding="utf-8"))

    assert "| additive | response | azure-speech-v3.1/drift.response.property.added | CustomModel.zone |" in page
    assert (document["format"], document["mode"], document["verdict"]) == ("speechcustom-report/1", "drift", "pass")
    (finding,) = document["findings"]
    assert {name: finding[name] for name in ("impact", "direction", "place", "times", "pointer")} == {
        "impact": "additive", "direction": "response", "place": "CustomModel.zone", "times": 1, "pointer": "/zone",
    }  # fmt: skip


def test_no_secret_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Not a key that an answer echoes, nor one in a header that nobody documented."""
    key = "0f6a3f5e2b8c4d7f9a1c"
    one = answering(AZURE.read("model", 1, 0, changes={"/zone": key}), headers={"Speech-Token": key})
    file = ndjson(tmp_path / "live.ndjson", asking(one, headers={"Ocp-Apim-Subscription-Key": key}))

    for form in ("text", "json", "markdown"):
        assert cli.main(["drift", "--service", V31, file, "--format", form]) == 0
        out = capsys.readouterr().out
        assert "speech-token" in out
        assert key not in out


def test_a_file_that_breaks_off_is_told_as_far_as_it_goes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit status 2, and what was found before."""
    path = tmp_path / "live.ndjson"
    ndjson(path, AZURE.read("model", 1, 0, changes={"/zone": "a"}))
    path.write_text(path.read_text(encoding="utf-8") + "{", encoding="utf-8")

    assert cli.main(["drift", "--service", V31, str(path)]) == 2
    out, err = capsys.readouterr()
    assert "drift.response.property.added" in out
    assert err.startswith(f"speechcustom: error: {path}, line 2")


def test_swapping_two_polls_of_different_models_changes_nothing() -> None:
    """What is said of one resource does not depend on another."""
    one, other = AZURE.read("model", 1, 30), AZURE.read("model", 2, 30.5, "Running")

    assert drift(V31, swap([one, other], 0, other, one)[:2]) == drift(V31, [one, other]) == []


def test_traffic_of_another_service_is_no_drift(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing can be told of it: exit status 2. What was asked cites where the paths of the service are documented."""
    assert (
        cli.main(
            [
                "drift",
                "--service",
                "azure-speech-v3.1",
                "--format",
                "json",
                str(Path(__file__).parents[2] / "examples" / "watson-training.ndjson"),
            ]
        )
        == 2
    )
    out, err = capsys.readouterr()
    assert err.startswith("speechcustom: error: none of the 10 exchanges is a call of azure-speech-v3.1")
    report = json.loads(out)
    assert report["verdict"] == "error"
    assert {each["source"]["document"] for each in report["findings"]} == {"SWAGGER31"}
