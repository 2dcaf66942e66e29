"""The rules that one exchange shows by itself, the same for every service; only the source differs.

A finding of one of these cites the operation or entity it is about; the source here is where the service's
documents list operations and payloads.
"""

from __future__ import annotations

from collections.abc import Collection

from pytest_speechcustom.values import Basis, Level, Rule, Side, Source

Row = tuple[str, Side, Basis, Level | None, str, str, str]

# id, side, basis, level where it is not that of the basis, dimension, what is counted, text
_ROWS: tuple[Row, ...] = (
    ("request.path", "client", "documented", None, "payload", "requests", "The path is a documented one."),
    ("request.path.slash", "client", "observed", None, "payload", "requests", "The path has no slash at its end."),
    ("request.path.value", "client", "documented", None, "payload", "requests",
     "Path parameters have the documented form."),
    ("request.method", "client", "documented", None, "payload", "requests", "The path has the method."),
    ("request.host", "client", "observed", "note", "payload", "requests", "The host is one that serves this API."),
    ("request.auth", "client", "documented", None, "auth", "", "The request carries documented credentials."),
    ("request.query.required", "client", "documented", None, "payload", "requests",
     "Required query parameters are given."),
    ("request.query.unknown", "client", "documented", None, "payload", "requests",
     "Only documented query parameters are given."),
    ("request.query.value", "client", "documented", None, "payload", "requests",
     "Query parameters have the documented type and one value."),
    ("request.header.required", "client", "documented", None, "payload", "requests", "Required headers are given."),
    ("request.header.value", "client", "documented", None, "payload", "requests",
     "Documented headers have a documented value, given once."),
    ("request.content-type", "client", "documented", None, "payload", "request bodies",
     "The content type of the body is a documented one, with the parameters it needs."),
    ("request.body.missing", "client", "documented", None, "payload", "requests", "A required body is sent."),
    ("request.body.unexpected", "client", "inferred", None, "payload", "requests",
     "No body is sent where none is documented."),
    ("request.body.json", "client", "documented", None, "payload", "request bodies", "The body is JSON."),
    ("request.body.unread", "client", "observed", "note", "payload", "request bodies",
     "The recording holds the body, so that it can be judged."),
    ("request.body.required", "client", "documented", None, "payload", "request bodies",
     "Required properties are sent."),
    ("request.body.unknown", "client", "documented", None, "payload", "request bodies",
     "Only documented properties are sent."),
    ("request.body.readonly", "client", "documented", None, "payload", "request bodies",
     "Properties that the service sets are not sent."),
    ("request.body.type", "client", "documented", None, "payload", "request bodies",
     "Properties have the documented type."),
    ("request.body.null", "client", "inferred", None, "payload", "request bodies",
     "An optional property is left out rather than null."),
    ("request.body.value", "client", "documented", None, "payload", "request bodies",
     "Properties have a documented value: enum, range, length, format."),
    ("request.body.enum", "client", "documented", "warning", "payload", "request bodies",
     "A value of an open enum is one of those documented."),
    ("response.status", "server", "documented", None, "status", "responses", "The status is a documented one."),
    ("response.content-type", "server", "documented", None, "payload", "responses",
     "The content type of the answer is the documented one."),
    ("response.header.missing", "server", "inferred", None, "payload", "responses",
     "Documented response headers are there."),
    ("response.header.value", "server", "documented", None, "payload", "responses",
     "Documented response headers have a documented value, given once."),
    ("response.body.missing", "server", "documented", None, "payload", "responses", "A documented body is sent."),
    ("response.body.unexpected", "server", "documented", None, "payload", "responses",
     "No body is sent where none is documented."),
    ("response.body.unread", "server", "observed", "note", "payload", "response bodies",
     "The recording holds the body, so that it can be judged."),
    ("response.body.json", "server", "documented", None, "payload", "response bodies", "The body is JSON."),
    ("response.body.required", "server", "documented", None, "payload", "response bodies",
     "Required properties are there."),
    ("response.body.type", "server", "documented", None, "payload", "response bodies",
     "Properties have the documented type."),
    ("response.body.value", "server", "documented", None, "payload", "response bodies",
     "Properties have a documented value: enum, range, length, format."),
    ("response.body.unknown", "server", "documented", "note", "payload", "response bodies",
     "Properties are documented ones."),
    ("response.body.null", "server", "documented", "note", "payload", "response bodies",
     "An optional property is absent rather than null."),
    ("response.body.enum", "server", "documented", "note", "payload", "response bodies",
     "A value of an open enum is one of those documented."),
    ("error.body", "server", "documented", None, "errors", "refusals",
     "A refusal has the service's own error body."),
    ("error.content-type", "server", "inferred", None, "errors", "refusals",
     "A refusal has the content type of the service's own error body."),
)  # fmt: skip


def wire_rules(
    source: Source, *, bases: dict[str, Basis] | None = None, without: Collection[str] = ()
) -> tuple[Rule, ...]:
    """The rules for a service whose operations and payloads `source` lists.

    `bases` replaces the basis of a rule by id, where this service's documents say less. `without` names rules
    that nothing in this service's operations and payloads can exercise.
    """
    given = bases or {}
    return tuple(
        Rule(
            id=id_,
            side=side,
            basis=given.get(id_, basis),
            source=source,
            text=text,
            law="wire",
            args={"counts": counts} if counts else {},
            dimension=dimension,
            level=level,
        )
        for id_, side, basis, level, dimension, counts, text in _ROWS
        if id_ not in without
    )
