"""Reads `schemas/<service>/`: the operations of an OpenAPI file, the entities, the errata ledger.

Knows OpenAPI 3.1 and the `x-` members that docs/architecture.md lists; knows no service.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pytest_speechcustom.contracts.model import Dispute, Json, Media, Operation, Parameter, ResponseSpec
from pytest_speechcustom.values import Source

METHODS = ("get", "put", "post", "delete", "patch", "head", "options")
ENTITY_SUFFIX = ".schema.json"


def read_json(path: Path) -> Any:
    """The JSON value in a file that we ship ourselves."""
    return json.loads(path.read_text(encoding="utf-8"))


def entities(folder: Path) -> dict[str, Json]:
    """Every `<Entity>.schema.json` of a service by the entity's name."""
    return {
        path.name.removesuffix(ENTITY_SUFFIX): read_json(path)
        for path in sorted(folder.iterdir())
        if path.name.endswith(ENTITY_SUFFIX) and not path.name.startswith(".")
    }


def disputes(folder: Path) -> tuple[Dispute, ...]:
    """The places of the errata ledger where neither of two readings is more than a note."""
    return tuple(
        Dispute(entry["id"], row["operation"], row["in"], row["pointer"], row["keyword"])
        for entry in read_json(folder / "errata.json")
        for row in entry.get("disputes", ())
    )


def base_path(document: Json) -> str:
    """The path of the first server's URL: what stands before every operation's path."""
    url: str = document["servers"][0]["url"]
    for name, variable in document["servers"][0].get("variables", {}).items():
        url = url.replace("{" + name + "}", variable["default"])
    return urlsplit(url).path.rstrip("/")


def security(document: Json, parameters: Mapping[str, Any]) -> tuple[tuple[tuple[str, str], ...], ...]:
    """The alternatives of the top-level `security`, each a tuple of (place, lower-case name) that must be there.

    `x-security` gives others by the value of the contract parameter that it names.
    """
    schemes = document.get("components", {}).get("securitySchemes", {})
    alternatives = document.get("security", ())
    if "x-security" in document:
        alternatives = document["x-security"]["by"][parameters[document["x-security"]["parameter"]]]

    def carrier(scheme: Json) -> tuple[str, str]:
        return (scheme["in"], scheme["name"].lower()) if scheme["type"] == "apiKey" else ("header", "authorization")

    return tuple(tuple(carrier(schemes[name]) for name in alternative) for alternative in alternatives)


def operations(document: Json, parameters: Mapping[str, Any]) -> dict[str, Operation]:
    """The operations by operationId, with the contract parameters put in.

    `x-statuses` and `x-method` on an operation name the contract parameter that holds the success
    statuses or the method in force; `x-when` on a parameter the one that says whether it is there.
    """
    found = {}
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                operation = _operation(document, path, method, item, parameters)
                found[operation.id] = operation
    return found


def _operation(document: Json, path: str, method: str, item: Json, parameters: Mapping[str, Any]) -> Operation:
    row = item[method]
    responses = {_status(code): _response(_follow(document, spec)) for code, spec in row["responses"].items()}
    success = frozenset(code for code in responses if 200 <= code < 300)
    if name := row.get("x-statuses"):
        success = frozenset(parameters[name])
        some = next(spec for code, spec in responses.items() if 200 <= code < 300)
        responses.update({code: responses.get(code, some) for code in success})
    declared = [_follow(document, p) for p in (*item.get("parameters", ()), *row.get("parameters", ()))]
    declared = [p for p in declared if "x-when" not in p or parameters[p["x-when"]]]
    body = _follow(document, row.get("requestBody", {}))
    return Operation(
        id=row["operationId"],
        method=str(parameters[row["x-method"]] if "x-method" in row else method).upper(),
        path=path,
        source=Source(row["x-source"]["document"], row["x-source"]["locator"]),
        parameters=tuple(
            Parameter(p["name"], p["in"], p.get("required", False), _inline(document, p["schema"])) for p in declared
        ),
        body={kind.lower(): _media(kind.lower(), media) for kind, media in body.get("content", {}).items()},
        body_required=body.get("required", False),
        responses=responses,
        success=success,
        filterable=next((p["x-filter"] for p in declared if "x-filter" in p), {}),
    )


def _status(code: str) -> int:
    return 0 if code == "default" else int(code)


def _follow(document: Json, value: Json) -> Json:
    """A local reference (``#/components/...``) replaced by what it points to."""
    while isinstance(ref := value.get("$ref"), str) and ref.startswith("#/"):
        target: Any = document
        for step in ref[2:].split("/"):
            target = target[step]
        value = target
    return value


def _inline(document: Json, schema: Json) -> Json:
    return _follow(document, schema)


def _response(spec: Json) -> ResponseSpec:
    return ResponseSpec(
        media={kind.lower(): _media(kind.lower(), media) for kind, media in spec.get("content", {}).items()},
        headers={name.lower(): header.get("schema", {}) for name, header in spec.get("headers", {}).items()},
        body_optional=spec.get("x-body-optional", False),
        basis=spec.get("x-basis", "documented"),
    )


def _media(kind: str, media: Json) -> Media:
    schema = media.get("schema", {})
    ref = schema.get("$ref", "")
    entity = ref.rsplit("/", 1)[-1].removesuffix(ENTITY_SUFFIX) if ref.endswith(ENTITY_SUFFIX) else None
    names = schema.get("properties", {}) if kind == "multipart/form-data" else {}
    fields = {name: name in schema.get("required", ()) for name in names}
    return Media(entity, tuple(media.get("x-required-parameters", ())), fields)
