"""Sanity of `schemas/` and `cassettes/`: tests that know nothing of what the data say.

A broken file is named by the test's id, so that whoever adds a service sees at once which one it is.
"""

from __future__ import annotations

import base64
import json
import re
import socket
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jsonschema
import jsonschema_rs
import pytest
import vcr
import yaml
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from pytest_speechcustom.contracts import load
from pytest_speechcustom.contracts.documents import DOCUMENTS
from pytest_speechcustom.replay.standins import STAND_IN
from pytest_speechcustom.values import UsageError

ROOT = Path(__file__).resolve().parents[1]
ENTITIES = sorted((ROOT / "schemas").glob("*/*.schema.json"))
OPENAPI = sorted((ROOT / "schemas").glob("*/openapi.json"))
ERRATA = sorted((ROOT / "schemas").glob("*/errata.json"))
CASSETTES = sorted((ROOT / "cassettes").glob("*/*.yaml"))

DIALECT = "https://json-schema.org/draft/2020-12/schema"
METHODS = {"get", "put", "post", "delete", "patch", "head", "options"}
ANNOTATIONS = {"$schema", "$id", "title", "description", "examples"}
KEYWORDS = ANNOTATIONS | {
    *("type", "properties", "required", "additionalProperties", "propertyNames", "maxProperties", "items", "enum"),
    *("const", "minimum", "maximum", "minLength", "maxLength", "pattern", "format", "readOnly", "default", "$ref"),
    *("if", "then", "else"),
}
DISPUTABLE = KEYWORDS - ANNOTATIONS | {"null", "path", "status"}
ERRATUM_KINDS = {"contradiction", "malformed", "omission", "typo"}
HEADERS = {
    *("accept", "authorization", "contained-content-type", "content-type", "location"),
    *("ocp-apim-subscription-key", "operation-location", "retry-after"),
}
CREDENTIAL_HEADERS = {"authorization", "ocp-apim-subscription-key"}
CREDENTIAL_QUERY = {"accesstoken", "subscription-key", "sig", "access_token", "apikey", "watson-token"}
# What a credential looks like wherever it stands: a JWT, a bearer or basic value, a SAS signature, a cloud's API key.
SECRETS = re.compile(
    r"eyJ[\w-]{8,}\.[\w-]{8,}\.|\b(?:Bearer|Basic)\s+[\w+/=.-]{8,}|[?&]sig=(?!SCRUBBED)[\w%+/=-]{8,}"
    r"|\bicp-[\w-]{20,}|AccountKey=|-----BEGIN |\bAKIA[0-9A-Z]{16}\b"
)


def named(path: Path) -> str:
    """The id of a parametrized case: service and file."""
    return f"{path.parent.name}/{path.name}"


def every(*paths: Path) -> list[Any]:
    """The paths as cases of a parametrized test."""
    return [pytest.param(path, id=named(path)) for path in paths]


def read(path: Path) -> Any:
    """The JSON value in a file."""
    return json.loads(path.read_text(encoding="utf-8"))


def credential(value: str) -> str:
    """What a header or parameter carries; of Basic, user and password."""
    scheme, _, packed = value.partition(" ")
    return base64.b64decode(packed).decode() if scheme == "Basic" else value


def subschemas(schema: Any, at: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """A schema and all the schemas in it, each with its JSON pointer."""
    if not isinstance(schema, dict):
        return
    yield at, schema
    for name, value in schema.get("properties", {}).items():
        yield from subschemas(value, f"{at}/properties/{name}")
    for keyword in ("items", "additionalProperties", "propertyNames", "if", "then", "else"):
        yield from subschemas(schema.get(keyword), f"{at}/{keyword}")


def references(value: Any) -> Iterator[str]:
    """Every `$ref` in a JSON value."""
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for child in value.values():
            yield from references(child)
    elif isinstance(value, list):
        for child in value:
            yield from references(child)


def sources(value: Any) -> Iterator[dict[str, Any]]:
    """Every source that a JSON value cites, under `x-source`, `source` or another member of that kind."""
    if isinstance(value, dict):
        if set(value) >= {"document", "locator"} and isinstance(value["document"], str):
            yield value
        for child in value.values():
            yield from sources(child)
    elif isinstance(value, list):
        for child in value:
            yield from sources(child)


def operations(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The operations of an OpenAPI document by operationId."""
    found = [row for item in document["paths"].values() for method, row in item.items() if method in METHODS]
    assert all("operationId" in row for row in found)
    return {row["operationId"]: row for row in found}


def cassette(path: Path) -> Any:
    """A cassette as vcrpy has loaded it; nothing is recorded."""
    with vcr.VCR().use_cassette(str(path), record_mode="none") as tape:
        return tape


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks for an address fails: data must be complete by themselves."""

    def refuse(*args: Any, **kwargs: Any) -> Any:
        raise AssertionError(f"the data made somebody look up {args[0]!r}")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def test_there_are_data() -> None:
    """The globs above match something, so that no test below passes for want of files."""
    assert ENTITIES
    assert OPENAPI
    assert CASSETTES
    assert {path.parent for path in OPENAPI} == {path.parent for path in ERRATA}
    assert {path.parent for path in ENTITIES} == {path.parent for path in OPENAPI}


@pytest.mark.parametrize("path", every(*ENTITIES))
def test_an_entity_is_a_valid_schema(path: Path) -> None:
    """An entity is valid JSON Schema 2020-12 by the meta-schema."""
    schema = read(path)
    Draft202012Validator.check_schema(schema, format_checker=FormatChecker())
    jsonschema_rs.meta.validate(schema)


@pytest.mark.parametrize("path", every(*ENTITIES))
def test_an_entity_names_itself(path: Path) -> None:
    """An entity has a dialect, an `$id` made of service and file name, a title, a description and a known source."""
    schema = read(path)
    assert schema["$schema"] == DIALECT
    assert schema["$id"] == f"https://speechcustom.example/schemas/{named(path)}"
    assert schema["title"].strip()
    assert schema["description"].strip()
    assert schema["x-source"]["document"] in DOCUMENTS
    assert schema["x-source"]["locator"].strip()


@pytest.mark.parametrize("path", every(*ENTITIES))
def test_an_entity_uses_few_keywords(path: Path) -> None:
    """Only the keywords of docs/architecture.md occur, and an `x-open-enum` stands beside an enum."""
    for at, schema in subschemas(read(path)):
        unknown = {keyword for keyword in schema if keyword not in KEYWORDS and not keyword.startswith("x-")}
        assert not unknown, at
        assert "enum" in schema or "x-open-enum" not in schema, at


@pytest.mark.parametrize("path", every(*ENTITIES))
def test_a_required_property_is_declared(path: Path) -> None:
    """Every name in `required` is a property declared in the same file: a misspelt one would refuse everything."""
    rows = list(subschemas(read(path)))
    declared = {name for _, schema in rows for name in schema.get("properties", ())}
    for at, schema in rows:
        assert set(schema.get("required", ())) <= declared, at


@pytest.mark.parametrize("path", every(*ENTITIES, *OPENAPI))
def test_every_reference_is_local(path: Path) -> None:
    """A `$ref` leads to a file of the same folder, or into its own document."""
    document = read(path)
    for reference in references(document):
        file, _, fragment = reference.partition("#")
        assert "/" not in file, reference
        target = read(path.parent / file) if file else document
        for step in filter(None, fragment.split("/")):
            assert step in target, reference
            target = target[step]


@pytest.mark.parametrize("path", every(*ENTITIES))
@pytest.mark.usefixtures("no_network")
def test_examples_are_valid(path: Path) -> None:
    """Both validators, formats included, accept every example of an entity."""
    schema = read(path)
    rows = [read(sibling) for sibling in ENTITIES if sibling.parent == path.parent]
    resources = [(row["$id"], DRAFT202012.create_resource(row)) for row in rows]
    registry: Registry[Any] = Registry().with_resources(resources)
    slow = Draft202012Validator(schema, registry=registry, format_checker=FormatChecker())
    fast = jsonschema_rs.Draft202012Validator(
        schema,
        registry=jsonschema_rs.Registry([(row["$id"], row) for row in rows]),
        validate_formats=True,
    )
    for example in schema.get("examples", ()):
        best = jsonschema.exceptions.best_match(slow.iter_errors(example))
        assert best is None, best
        assert [str(error) for error in fast.iter_errors(example)] == []


@pytest.mark.parametrize("path", every(*OPENAPI))
@pytest.mark.usefixtures("no_network")
def test_an_openapi_file_is_valid(path: Path) -> None:
    """openapi-spec-validator accepts the file with all it refers to."""
    from openapi_spec_validator import validate
    from openapi_spec_validator.readers import read_from_filename

    document, base = read_from_filename(str(path))
    assert document["openapi"].startswith("3.1")
    validate(document, base_uri=base)


@pytest.mark.parametrize("path", every(*OPENAPI))
def test_an_operation_is_complete(path: Path) -> None:
    """An operation has a unique id, a source and a success response."""
    document = read(path)
    rows = [row for item in document["paths"].values() for method, row in item.items() if method in METHODS]
    ids = [row["operationId"] for row in rows]
    assert len(set(ids)) == len(ids)
    for row in rows:
        assert row["x-source"]["document"] in DOCUMENTS, row["operationId"]
        assert row["x-source"]["locator"].strip(), row["operationId"]
        assert any(code.startswith("2") for code in row["responses"]), row["operationId"]


@pytest.mark.parametrize("path", every(*OPENAPI))
def test_a_path_declares_its_parameters(path: Path) -> None:
    """The names in braces of a path are exactly the path parameters of each of its operations."""
    document = read(path)

    def follow(row: dict[str, Any]) -> dict[str, Any]:
        if "$ref" not in row:
            return row
        return document["components"]["parameters"][row["$ref"].rsplit("/", 1)[-1]]  # type: ignore[no-any-return]

    for template, item in document["paths"].items():
        for method in METHODS & set(item):
            rows = [follow(row) for row in (*item.get("parameters", ()), *item[method].get("parameters", ()))]
            declared = Counter(row["name"] for row in rows if row["in"] == "path")
            assert declared == Counter(re.findall(r"\{(\w+)\}", template)), f"{method} {template}"


@pytest.mark.parametrize("path", every(*OPENAPI))
def test_a_contract_parameter_is_explained(path: Path) -> None:
    """A contract parameter has a default, a description and a source; an operation names only such as exist."""
    document = read(path)
    parameters = document.get("x-parameters", {})
    for name, row in parameters.items():
        assert "default" in row, name
        assert row["description"].strip(), name
        assert row["source"]["document"] in DOCUMENTS, name
        assert "values" not in row or row["default"] in row["values"], name
    for row in operations(document).values():
        for member in ("x-statuses", "x-method"):
            assert member not in row or row[member] in parameters, row["operationId"]
    for row in document["components"].get("parameters", {}).values():
        assert row.get("x-when", next(iter(parameters), None)) in parameters, row["name"]
    if choice := document.get("x-security"):
        assert set(choice["by"]) == set(parameters[choice["parameter"]]["values"])


@pytest.mark.parametrize("path", every(*OPENAPI))
@pytest.mark.usefixtures("no_network")
@pytest.mark.filterwarnings("default")
def test_schemathesis_reads_an_openapi_file(path: Path) -> None:
    """Schemathesis, imported here only because it is slow to import, finds every operation."""
    schemathesis = pytest.importorskip("schemathesis")
    found = [result.ok() for result in schemathesis.openapi.from_path(str(path)).get_all_operations()]
    ids = {operation.definition.raw["operationId"] for operation in found}
    assert ids == set(operations(read(path)))


@pytest.mark.parametrize("path", every(*ERRATA))
def test_an_erratum_is_complete(path: Path) -> None:
    """An erratum has a unique id, a place, a kind, two readings or more, and a resolution."""
    entries = read(path)
    ids = [entry["id"] for entry in entries]
    assert len(set(ids)) == len(ids)
    for entry in entries:
        members = {"id", "where", "kind", "readings", "resolution"}
        assert members <= set(entry) <= members | {"disputes"}, entry["id"]
        assert entry["where"]["document"] in DOCUMENTS, entry["id"]
        assert entry["where"]["locator"].strip(), entry["id"]
        assert entry["kind"] in ERRATUM_KINDS, entry["id"]
        assert len(entry["readings"]) >= 2, entry["id"]
        assert all(text.strip() for text in (*entry["readings"], entry["resolution"])), entry["id"]


@pytest.mark.parametrize("path", every(*ERRATA))
def test_a_dispute_names_a_place(path: Path) -> None:
    """A dispute names an operation of its service, a side, a JSON pointer and a keyword that can be broken."""
    known = set(operations(read(path.with_name("openapi.json"))))
    for entry in read(path):
        for dispute in entry.get("disputes", ()):
            assert set(dispute) == {"operation", "in", "pointer", "keyword"}, entry["id"]
            assert dispute["operation"] in known, entry["id"]
            assert dispute["in"] in {"request", "response"}, entry["id"]
            place = r"[A-Z]+ (/[^/]+)+" if dispute["keyword"] == "path" else r"(/[^/]*)*"
            assert re.fullmatch(place, dispute["pointer"]), entry["id"]
            assert dispute["keyword"] in DISPUTABLE, entry["id"]


@pytest.mark.parametrize("path", every(*ENTITIES, *OPENAPI, *ERRATA))
def test_only_documents_of_the_service_are_cited(path: Path) -> None:
    """Every source is a document of the table in `contracts.documents`, and one of this service."""
    for source in sources(read(path)):
        assert source["document"] in DOCUMENTS
        assert path.parent.name in DOCUMENTS[source["document"]].services, source


@pytest.mark.parametrize("path", every(*CASSETTES))
def test_a_cassette_loads(path: Path) -> None:
    """Vcrpy loads the cassette and would save it with nothing changed."""
    before = path.read_bytes()
    tape = cassette(path)
    assert len(tape) == len(yaml.safe_load(before)["interactions"]) > 0
    assert path.read_bytes() == before


@pytest.mark.parametrize("path", every(*CASSETTES))
def test_a_cassette_tells_where_it_is_from(path: Path) -> None:
    """The metadata name the service and the origin; of documented samples, each exchange's document and lines."""
    tape = cassette(path)
    assert tape.get_metadata("service", None) == path.parent.name
    origin = tape.get_metadata("recorded_from", None)
    assert isinstance(origin, str)
    assert origin.strip()
    if origin != "documentation":
        return
    samples = tape.get_metadata("samples", None)
    assert len(samples) == len(tape)
    known = {entry["id"] for entry in read(ROOT / "schemas" / path.parent.name / "errata.json")}
    for sample in samples:
        assert set(sample) == {"document", "lines", "repaired", "made_up"}
        assert sample["document"] in DOCUMENTS
        assert re.fullmatch(r"\d+(-\d+)?(, \d+(-\d+)?)*", str(sample["lines"]))
        repaired = sample["repaired"] or []
        assert set([repaired] if isinstance(repaired, str) else repaired) <= known
        assert all(text.strip() for text in sample["made_up"])


@pytest.mark.parametrize("path", every(*CASSETTES))
def test_a_cassette_has_few_headers(path: Path) -> None:
    """No header outside of the allow-list is kept: cookies and trace ids tell of whoever recorded."""
    tape = cassette(path)
    for request, response in tape.data:
        assert {name.lower() for name in (*request.headers, *response["headers"])} <= HEADERS, request.uri


@pytest.mark.parametrize("path", every(*CASSETTES))
def test_a_cassette_holds_no_secret(path: Path) -> None:
    """Credentials are scrubbed where they belong, and nothing anywhere else looks like one."""
    tape = cassette(path)
    for request, _ in tape.data:
        carried = [(name, value) for name, value in request.headers.items() if name.lower() in CREDENTIAL_HEADERS]
        address = urlsplit(request.uri)
        carried += [(name, value) for name, value in parse_qsl(address.query) if name.lower() in CREDENTIAL_QUERY]
        assert all(STAND_IN.search(credential(value)) for _, value in carried), request.uri
        assert address.username is None, request.uri
        assert address.password is None, request.uri
    text = path.read_text(encoding="utf-8")
    scrubbed = [
        header for header in re.findall(r"(?:Bearer|Basic) [\w+/=.-]+", text) if STAND_IN.search(credential(header))
    ]
    for header in set(scrubbed):
        text = text.replace(header, "")
    assert not SECRETS.search(text)


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer abcdefghijkl",
        "authorization: Basic YXBpa2V5OnNlY3JldA==",
        "https://h.example/file?sv=1&sig=Abc%2Bdefghij",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln",
    ],
)
def test_what_looks_like_a_secret_is_found(text: str) -> None:
    """The pattern used above does find credentials."""
    assert SECRETS.search(text)


def test_documents_are_keyed_by_their_ids() -> None:
    """The table of documents names each document once, for services that exist; no source file is named twice."""
    services = {path.parent.name for path in OPENAPI}
    files = [document.source_file for document in DOCUMENTS.values() if document.source_file]
    assert len(set(files)) == len(files)
    for key, document in DOCUMENTS.items():
        assert document.id == key
        assert document.title.strip()
        assert document.services
        assert set(document.services) <= services


@pytest.mark.parametrize(
    ("service", "given", "message"),
    [
        ("video-indexer", {"auth": "nonsense"}, "auth is one of query, bearer, both, any, not 'nonsense'"),
        ("video-indexer", {"create_status": [700]}, "create_status lists statuses \\(100 to 599\\), not \\[700\\]"),
        ("video-indexer", {"create_status": 201}, "create_status is like \\[200, 201\\], not 201"),
        ("watson-stt-cloud", {"max_resource_bytes": -1}, "max_resource_bytes is not negative, as -1 is"),
        ("watson-stt-cloud", {"colour": "red"}, "has no contract parameter 'colour'"),
    ],
)
def test_a_contract_parameter_that_makes_no_sense_is_told(service: str, given: dict[str, Any], message: str) -> None:
    """In one line that says what would."""
    with pytest.raises(UsageError, match=message):
        load(service, given)
