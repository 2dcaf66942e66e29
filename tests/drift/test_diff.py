"""`speechcustom diff`: what a client has to change, between two contracts and for its own traffic."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pytest_speechcustom import cli
from pytest_speechcustom.contracts import SERVICES, load
from pytest_speechcustom.contracts.model import Contract, Json
from pytest_speechcustom.drift.between import diff
from pytest_speechcustom.drift.changes import Change, Diff
from pytest_speechcustom.drift.usage import concerning, used_by
from pytest_speechcustom.traffic import read
from pytest_speechcustom.values import Body, Exchange, Request, Response
from tests.drift import azure_rows as rows

ROOT = Path(__file__).resolve().parent.parent.parent
OLD, NEW = "azure-speech-v3.1", "azure-speech-2025-10-15"
SAMPLES = ROOT / "cassettes" / OLD / "documented-samples.yaml"
BASE = "https://eastus.api.cognitive.microsoft.com/speechtotext/v3.1"
KEY = ("Ocp-Apim-Subscription-Key", "SCRUBBED")
JSON = ("Content-Type", "application/json")


@pytest.fixture(scope="module")
def azure() -> Diff:
    """From the older to the newer version of Azure's contract."""
    return diff(load(OLD), load(NEW))


def places(entities: rows.Rows) -> list[str]:
    """``Entity.property`` of every row."""
    return [f"{entity}.{name}" for entity, names in entities.items() for name in names.split()]


def at(found: Diff, place: str) -> list[Change]:
    """The changes at a place, or inside of it where it is a map or a list."""
    inside = tuple(place + mark for mark in (".*", "[]"))
    return [each for each in found.changes if each.place == place or each.place.startswith(inside)]


def one(found: Diff, kind: str, place: str) -> Change:
    """The one change of that kind there."""
    (change,) = [each for each in found.changes if each.kind == kind and each.place == place]
    return change


# every row of the tables


@pytest.mark.parametrize("place", places(rows.GONE))
def test_every_property_that_is_gone_is_found(azure: Diff, place: str) -> None:
    """By itself or, where its name lives on in another, as renamed; each breaks who reads or sends it."""
    found = at(azure, place)

    assert {change.kind for change in found} <= {"property.gone", "property.renamed"}
    assert {change.impact for change in found} == {"breaking"}


@pytest.mark.parametrize("place", places(rows.NEW))
def test_every_property_that_is_new_is_found(azure: Diff, place: str) -> None:
    """None of them has to be sent to a call that takes them already, so they break nobody."""
    assert {(change.kind, change.impact) for change in at(azure, place)} == {("property.new", "additive")}


@pytest.mark.parametrize("place", places(rows.ALTERED))
def test_every_property_that_is_not_the_same_is_found(azure: Diff, place: str) -> None:
    """Links, errors and dates are read-only now, kinds have a value more, a manifest holds anything."""
    kinds = {change.kind for change in at(azure, place)}

    wanted = "values" if place.endswith(".kind") else "retyped" if place.startswith("ModelManifest") else "read-only"
    assert kinds == {f"property.{wanted}"}


def test_nothing_else_is_found_in_properties(azure: Diff) -> None:
    """No property is told that the tables have not, but for the one that they leave to a footnote, and error codes."""
    listed = {*places(rows.GONE), *places(rows.NEW), *places(rows.ALTERED)}
    found = {
        change.place.removesuffix("[]").removesuffix(".*") for change in azure.changes if change.topic == "property"
    }

    assert (
        found - listed
        == {
            "BaseModelFeatures.supportsAdaptationsWith",  # of the kinds of dataset, one more
            "CustomModelDeprecationDates.adaptationDateTime",  # in the samples of v3.1, not in its definition
            "DatasetLocales",  # was a map
            "InnerError.code",
            "ServiceHealth.components",
        }
        - listed
    )


def test_operations(azure: Diff) -> None:
    """Gone, new, and one that goes by another name; those that transcribe are no matter of these contracts."""
    found = {(change.kind, change.place) for change in azure.changes if change.topic == "operation"}

    assert found == {
        *(("operation.gone", name) for name in rows.GONE_OPERATIONS),
        *(("operation.new", name) for name in rows.NEW_OPERATIONS),
        ("operation.renamed", "Models_CopyTo"),
    }
    assert not {*rows.NOT_CUSTOMIZATION} & {*load(OLD).operations, *load(NEW).operations}


def test_the_copy_of_a_model(azure: Diff) -> None:
    """Another path, body, status, answer and header; what is polled for it is new."""
    about = {change.kind: change for change in azure.changes if change.operations == ("Models_CopyTo",)}

    assert about["operation.renamed"].after == "POST /speechtotext/models/{id}:copy"
    assert (
        "which Models_AuthorizeCopy answers with" in one(azure, "body.retyped", "request body application/json").message
    )
    assert one(azure, "body.retyped", "response body").after == "Operation"
    assert one(azure, "status.gone", "status 201").impact == one(azure, "status.new", "status 202").impact == "breaking"
    assert one(azure, "header.gone", "response header location").impact == "breaking"
    assert one(azure, "header.new", "response header operation-location").impact == "additive"
    assert one(azure, "lifecycle.new", "copy").operations == ("Models_Copy", "Operations_GetModelCopy")


def test_parameters(azure: Diff) -> None:
    """Each call needs api-version; the lifetime of links has another name and unit, and manifests need it."""
    both = set(load(OLD).operations) & set(load(NEW).operations) | {"Models_CopyTo"}
    renamed = [change for change in azure.changes if change.kind == "parameter.renamed"]

    assert {*one(azure, "parameter.required", "query api-version").operations} == both
    assert {change.operations: ("and required" in change.message, "minutes instead of seconds" in change.message)
            for change in renamed} == {rows.WITH_SAS: (False, True), rows.MANIFESTS: (True, True)}  # fmt: skip
    assert one(azure, "parameter.new", "filter by foundryProjectName").operations == ("Projects_List",)


def test_the_version_and_the_credentials(azure: Diff) -> None:
    """The version is no part of the path any more; a token is not taken."""
    base = one(azure, "service.base", "base path")

    assert (base.before, base.after) == ("/speechtotext/v3.1", "/speechtotext")
    assert one(azure, "service.auth-gone", "credentials in the header authorization").impact == "breaking"
    assert one(azure, "rule.new", "client.api-version").impact == "breaking"


def test_error_codes(azure: Diff) -> None:
    """Eleven more, in a list that was open."""
    change = one(azure, "property.values", "InnerError.code")

    assert change.message.endswith(": " + ", ".join(rows.NEW_ERROR_CODES))
    assert change.impact == "additive"


# how it is weighed


@pytest.mark.parametrize("service", SERVICES)
def test_a_contract_is_not_different_from_itself(service: str) -> None:
    """No change."""
    assert diff(load(service), load(service)).changes == ()


def with_entity(contract: Contract, entity: str, **changes: Any) -> Contract:
    """The contract with properties of an entity put in."""
    schema = contract.schemas[entity]
    properties = {name: value for name, value in {**schema["properties"], **changes}.items() if value is not None}
    return replace(contract, schemas={**contract.schemas, entity: {**schema, "properties": properties}})


def requiring(contract: Contract, entity: str, *names: str) -> Contract:
    """The contract with these properties of an entity required."""
    schema: Json = {**contract.schemas[entity], "required": list(names)}
    return replace(contract, schemas={**contract.schemas, entity: schema})


@pytest.mark.parametrize(
    ("entity", "changes", "told"),
    [
        ("Dataset", {"description": {"type": "integer"}}, {("request", "breaking"), ("response", "breaking")}),
        ("Dataset", {"description": {"type": "string", "maxLength": 9}},
         {("request", "breaking"), ("response", "cosmetic")}),
        ("Dataset", {"description": {"type": "string", "enum": ["a"]}},
         {("request", "breaking"), ("response", "cosmetic")}),
        ("Dataset", {"description": None}, {("request", "breaking"), ("response", "breaking")}),
        ("Dataset", {"status": {"type": "string", "readOnly": True}}, {("response", "breaking")}),
        ("ModelUpdate", {"description": {}}, {("request", "additive")}),
        ("BaseModel", {"description": {}}, {("response", "breaking")}),
        ("BaseModel", {"zone": {"type": "string"}}, {("response", "additive")}),
    ],
)  # fmt: skip
def test_the_direction_decides(entity: str, changes: Json, told: set[tuple[str, str]]) -> None:
    """What is tighter breaks who sends, what is looser who reads."""
    old = load(NEW)

    found = diff(old, with_entity(old, entity, **changes)).changes

    assert {(change.direction, change.impact) for change in found} == told


def test_what_must_be_sent_from_now_on_breaks() -> None:
    """While in answers it is one more to rely on."""
    old = load(NEW)
    names = old.schemas["Dataset"]["required"]

    found = diff(old, requiring(old, "Dataset", *names, "description")).changes

    assert {(change.kind, change.direction, change.impact) for change in found} == {
        ("property.required", "request", "breaking"),
        ("property.always", "response", "additive"),
    }


def test_a_value_more_in_a_closed_list_breaks_who_reads_it() -> None:
    """A client may have relied on the four states."""
    old = load(NEW)
    status = {**old.schemas["Status"], "enum": [*old.schemas["Status"]["enum"], "Paused"]}

    found = diff(old, replace(old, schemas={**old.schemas, "Status": status})).changes

    assert {(change.place, change.impact) for change in found if change.place.startswith("Dataset.")} == {
        ("Dataset.status", "breaking")
    }


# for a client


def test_only_what_the_client_uses_is_told(azure: Diff) -> None:
    """Of the samples: models are created, copied and renamed; nothing of datasets, logs or manifests is listed."""
    told = concerning(azure, used_by(load(OLD), read(str(SAMPLES))))

    assert told.exchanges == 5
    assert {use.operation for change in told.changes for use in change.uses} == {
        "Models_Create",
        "Models_CopyTo",
        "Models_Update",
    }
    assert "ModelCopy.targetSubscriptionKey" in {change.place for change in told.changes}
    assert not [change for change in told.changes if change.place.startswith(("Dataset", "Endpoint"))]
    assert all(change.uses and change.impact != "additive" for change in told.changes)


def test_the_calls_to_change_are_named(azure: Diff) -> None:
    """With how often they were made, and where first."""
    told = concerning(azure, used_by(load(OLD), read(str(SAMPLES))))
    (use,) = one(told, "operation.renamed", "Models_CopyTo").uses

    assert (use.operation, use.times, use.exchange) == ("Models_CopyTo", 1, 2)
    assert use.call == "POST /speechtotext/v3.1/models/86c4ebd7-d70d-4f67-9ccc-84609504ffc7:copyto"
    assert use.where == f"{SAMPLES}, interaction 2"


def test_parameters_and_properties_count_only_where_they_were_sent(azure: Diff) -> None:
    """A client that never asked for links of a certain lifetime need not be told of them, and so on."""
    url = f"{BASE}/datasets/827712a5-f942-4997-91c3-7c6cde35600b/files"
    plain = Exchange(Request("GET", url, (KEY,)), Response(200))
    asking = Exchange(Request("GET", url + "?sasValidityInSeconds=60", (KEY,)), Response(200))
    token = Exchange(Request("GET", url, (("Authorization", "Bearer t"),)), Response(200))

    def kinds(*exchanges: Exchange) -> set[str]:
        return {change.kind for change in concerning(azure, used_by(load(OLD), exchanges)).changes}

    everywhere = {"service.base", "parameter.required", "rule.new"}
    assert kinds(plain) == everywhere
    assert kinds(asking) == everywhere | {"parameter.renamed"}
    assert kinds(token) == everywhere | {"service.auth-gone"}


def test_a_property_that_is_sent_and_read(azure: Diff) -> None:
    """In the request it must go, in the answer it is missed: each is told of the calls that had it there."""
    body = {"displayName": "x", "locale": "en-US", "text": "x"}
    sent = Exchange(Request("POST", f"{BASE}/models", (KEY, JSON), Body(value=body)), None)
    heard = Exchange(Request("GET", f"{BASE}/models", (KEY,)), Response(200, (JSON,), Body(value={"values": [body]})))

    told = concerning(azure, used_by(load(OLD), [sent, heard]))

    found = [change for change in told.changes if change.place == "CustomModel.text"]
    assert [(change.direction, [use.operation for use in change.uses]) for change in found] == [
        ("request", ["Models_Create"]),
        ("response", ["Models_ListCustomModels"]),
    ]


# the command


def test_the_command_tells_the_differences(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit status 1 where something breaks, 0 where nothing does."""
    assert cli.main(["diff", OLD, NEW]) == 1
    out = capsys.readouterr().out
    assert out.startswith("BREAKING: ")
    assert "POST /speechtotext/v3.1/models/{id}:copyto is POST /speechtotext/models/{id}:copy now" in out
    assert cli.main(["diff", NEW, NEW]) == 0
    assert capsys.readouterr().out == f"{NEW} -> {NEW}: 0 changes (0 breaking, 0 additive, 0 cosmetic)\n"


def test_the_command_with_traffic(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """JSON and Markdown, and a report file; the calls are in them."""
    file = tmp_path / "diff.json"
    assert cli.main(["diff", OLD, NEW, str(SAMPLES), "--format", "markdown", "--report", str(file)]) == 1
    page = capsys.readouterr().out
    report = json.loads(file.read_text(encoding="utf-8"))

    assert page.startswith("# azure-speech-v3.1 → azure-speech-2025-10-15\n")
    assert "| topic | change | about | source | calls |" in page
    assert (report["format"], report["exchanges"]) == ("speechcustom-diff/1", 5)
    assert all(change["uses"] for change in report["changes"])


def test_no_credential_is_in_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Calls are told without their query, where tokens stand, and without what stood there."""
    secret = "eyJhbGciOiJub25lIn0.c2VjcmV0"
    path = tmp_path / "vi.ndjson"
    account = "https://api.videoindexer.ai/trial/Accounts/0c1dbb5e-f1c2-4a8e-b6ff-7e3b2b6d3a11"
    url = f"{account}/Customization/Speech/models/{secret}?accessToken={secret}"
    path.write_text(json.dumps({"request": {"method": "GET", "url": url}, "response": {"status": 200}}) + "\n")

    for form in ("text", "json", "markdown"):
        cli.main(["diff", "video-indexer", NEW, str(path), "--format", form])
        out = capsys.readouterr().out
        assert "Customization/Speech/models" in out
        assert secret not in out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((OLD, "azure-speech-2025"), "unknown service 'azure-speech-2025'; did you mean azure-speech-2025-10-15?"),
        ((OLD, NEW, "nowhere.har"), "nowhere.har: cannot be read: No such file or directory"),
        ((OLD,), "the following arguments are required: NEW (see speechcustom diff --help)"),
        (
            (OLD, NEW, str(Path(__file__).parents[2] / "examples" / "watson-training.ndjson")),
            f"none of the 10 exchanges is a call of {OLD}: is it traffic of",
        ),
    ],
)
def test_wrong_usage_is_one_line(arguments: tuple[str, ...], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit status 2, nothing on standard output."""
    assert cli.main(["diff", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"speechcustom: error: {told}")
    assert err.count("\n") == 1
