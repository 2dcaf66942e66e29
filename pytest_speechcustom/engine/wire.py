"""One exchange by itself: path, method, parameters, headers, status and bodies of a known operation.

What is compiled here comes from the OpenAPI file; the rules it breaks are those of `contracts.wire`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import unquote_plus

import jsonschema_rs

from pytest_speechcustom.contracts.model import Contract, Dispute, Json, Media, Operation, ResponseSpec
from pytest_speechcustom.engine import forms
from pytest_speechcustom.engine.breach import Breach
from pytest_speechcustom.engine.payload import Direction, Payloads, Problem
from pytest_speechcustom.engine.repeats import Repeats
from pytest_speechcustom.engine.routing import LONGEST_KEPT, Route
from pytest_speechcustom.engine.text import NotJson, decode, short
from pytest_speechcustom.values import ABSENT, Absent, Body, Headers, Level, Source

_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
_BOOLEANS = {"true": True, "false": False}
_MERGE_PATCH = "application/merge-patch+json"
_JSON = ("application/json", _MERGE_PATCH)
_MILD = (".unknown", ".null", ".enum")
_BETWEEN = (401, 403, 407, 408, 413, 429, 502, 503, 504)
"""Statuses that what stands before a service answers with, in words of its own."""

# How a problem in a body is named and weighed, by direction and aspect.
_REQUEST_RULES: Mapping[str, str] = {
    "json": "request.body.json",
    "required": "request.body.required",
    "unknown": "request.body.unknown",
    "readonly": "request.body.readonly",
    "type": "request.body.type",
    "null": "request.body.null",
    "value": "request.body.value",
    "enum": "request.body.enum",
}
_RESPONSE_RULES: Mapping[str, str] = {
    "json": "response.body.json",
    "required": "response.body.required",
    "unknown": "response.body.unknown",
    "readonly": "response.body.value",
    "type": "response.body.type",
    "null": "response.body.null",
    "value": "response.body.value",
    "enum": "response.body.enum",
}


@dataclass(frozen=True, slots=True)
class Message:
    """A judged message: its decoded body (`ABSENT` when empty or no JSON), lower-case headers, and soundness."""

    value: Any
    headers: Mapping[str, str]
    sound: bool
    breaches: tuple[Breach, ...] | list[Breach]


class Wire:
    """Judges the two messages of an exchange by one contract."""

    def __init__(self, contract: Contract, payloads: Payloads) -> None:
        """Compile the parameters of each operation when it is first met."""
        self._contract = contract
        self._payloads = payloads
        self._disputes: dict[tuple[str, str], list[Dispute]] = {}
        for dispute in contract.disputes:
            self._disputes.setdefault((dispute.operation, dispute.direction), []).append(dispute)
        self._checks: dict[str, dict[str, Any]] = {}
        self._urls: dict[tuple[str, str, str], list[Breach]] = {}
        self._queries: dict[tuple[str, str], list[Breach]] = {}
        self._headers = {
            name: tuple(parameter for parameter in operation.parameters if parameter.place == "header")
            for name, operation in contract.operations.items()
        }
        self._repeats = Repeats()

    def request(self, operation: Operation, route: Route, headers: Headers, body: Body) -> Message:
        """Judge the request of a known operation."""
        breaches = list(self._url(operation, route))
        lowered = {name.lower(): value for name, value in headers}
        if len(lowered) != len(headers):
            breaches += _repeated(headers, "request", operation.source)
        for parameter in self._headers[operation.id]:
            breaches += self._header(parameter.name, parameter.required, parameter.schema, lowered, operation)
        value: Any = ABSENT
        if body.empty and body.problem is None:
            if operation.body_required and not _announced(lowered):
                seen, allowed = "no body", " or ".join(operation.body)
                message = f"{operation.id} needs a request body"
                breaches.append(Breach("request.body.missing", message, allowed, seen, source=operation.source))
        elif not operation.body:
            message = f"{operation.id} has no documented request body"
            seen = _what(body)
            breaches.append(Breach("request.body.unexpected", message, "no body", seen, source=operation.source))
        else:
            value = self._request_body(operation, lowered, body, breaches)
        return Message(value, lowered, not breaches, breaches)

    def response(self, operation: Operation, url: str, status: int, headers: Headers, body: Body) -> Message:
        """Judge the response to a request of a known operation."""
        breaches: list[Breach] = []
        lowered = {name.lower(): value for name, value in headers}
        if len(lowered) != len(headers):
            breaches += _repeated(headers, "response", operation.source)
        spec = operation.responses.get(status) if status in operation.success or status >= 400 else None
        if spec is None and 400 <= status <= 599:
            spec = operation.responses.get(0)
        if spec is None:
            allowed = ", ".join(map(str, sorted(operation.success))) + " or an error (4xx, 5xx)"
            message = f"{operation.id} answered with a status that is not documented"
            level: Level | None = None
            if any(operation.responses[code].basis != "documented" for code in operation.success):
                level = "warning"  # no document states the code, it is known from elsewhere
            if 300 <= status < 400:
                level = "note"  # redirects and caches are of HTTP, not of the service
            if any(d.keyword == "status" for d in self._disputes.get((operation.id, "response"), ())):
                level = "note"
            breaches.append(
                Breach("response.status", message, allowed, str(status), source=operation.source, level=level)
            )
            return Message(_loose(body), lowered, False, breaches)
        failed = status >= 400
        for name, schema in spec.headers.items():
            if name in lowered:
                breaches += self._header_value(name, schema, lowered[name], "response.header.value", operation)
            elif name != "retry-after" and not failed and not schema.get("x-optional"):
                message = f"the response header {name} is documented for {operation.id} and missing"
                breaches.append(
                    Breach("response.header.missing", message, name, "no such header", source=operation.source)
                )
        value = self._response_body(operation, spec, url, lowered, body, status, breaches)
        sound = all(breach.level == "note" or breach.rule.endswith(_MILD) for breach in breaches)
        return Message(value, lowered, sound, breaches)

    # requests

    def _url(self, operation: Operation, route: Route) -> list[Breach]:
        key = (operation.id, route.path, route.query)
        known = self._urls.get(key)
        if known is None:
            known = [*self._judge_path(operation, route), *self._query(operation, route.query)]
            _keep(self._urls, key, known)
        return known

    def _query(self, operation: Operation, query: str) -> list[Breach]:
        key = (operation.id, query)
        known = self._queries.get(key)
        if known is None:
            known = list(self._judge_query(operation, query))
            _keep(self._queries, key, known)
        return known

    def _judge_path(self, operation: Operation, route: Route) -> Iterable[Breach]:
        if route.slash:
            message = f"{operation.id} has no slash at the end of its path"
            yield Breach("request.path.slash", message, operation.path, route.path, source=operation.source)
        for parameter in operation.parameters:
            if parameter.place == "path":
                text = route.variables.get(parameter.name, "")
                if text.startswith("{") or not self._check(operation, parameter.name, parameter.schema)(text):
                    allowed, message = _allowed(parameter.schema), f"the path parameter {parameter.name} is malformed"
                    yield Breach("request.path.value", message, allowed, short(text), source=operation.source)

    def _judge_query(self, operation: Operation, query: str) -> Iterable[Breach]:
        given: dict[str, list[str]] = {}
        for part in query.split("&"):
            if part:
                name, _, text = part.partition("=")
                given.setdefault(unquote_plus(name), []).append(unquote_plus(text))
        for parameter in operation.parameters:
            if parameter.place != "query":
                continue
            check = self._check(operation, parameter.name, parameter.schema)
            values = given.pop(parameter.name, [])
            if not values and parameter.required:
                message = f"{operation.id} needs the query parameter {parameter.name}"
                have = ", ".join(given) or "no query parameters"
                yield Breach("request.query.required", message, f"{parameter.name}=…", have, source=operation.source)
            for text in values:
                if not check(text):
                    message = f"the query parameter {parameter.name} is malformed"
                    allowed = _allowed(parameter.schema)
                    yield Breach("request.query.value", message, allowed, short(text), source=operation.source)
            if len(values) > 1 and len(set(values)) > 1:
                message = f"the query parameter {parameter.name} is given twice"
                yield Breach("request.query.value", message, "one value", short(values), source=operation.source)
        if not given:
            return
        names = sorted(p.name for p in operation.parameters if p.place == "query")
        carriers = {name for way in self._contract.security for place, name in way if place == "query"}
        for name in given:
            if name.lower() not in carriers and name not in self._contract.ignored_query:
                message = f"{operation.id} has no query parameter {name!r}"
                yield Breach(
                    "request.query.unknown", message, ", ".join(names) or "none", name, source=operation.source
                )

    def _check(self, operation: Operation, name: str, schema: Json) -> Any:
        checks = self._checks.setdefault(operation.id, {})
        if name not in checks:
            checks[name] = _parameter_check(schema)
        return checks[name]

    def _header(
        self, name: str, required: bool, schema: Json, headers: Mapping[str, str], operation: Operation
    ) -> Iterable[Breach]:
        text = headers.get(name.lower())
        if text is not None:
            yield from self._header_value(name, schema, text, "request.header.value", operation)
        elif required:
            message = f"{operation.id} needs the header {name}"
            yield Breach("request.header.required", message, f"{name}: …", "no such header", source=operation.source)

    def _header_value(self, name: str, schema: Json, text: str, rule: str, operation: Operation) -> Iterable[Breach]:
        if not self._check(operation, f"header {name.lower()}", schema)(text.strip()):
            message = f"the header {name} has a value that is not documented"
            yield Breach(rule, message, _allowed(schema), short(text), source=operation.source)

    def _request_body(
        self, operation: Operation, headers: Mapping[str, str], body: Body, breaches: list[Breach]
    ) -> Any:
        kind, parameters = _content_type(headers.get("content-type", ""))
        media = operation.body.get(kind)
        binary = all(name not in _JSON for name in operation.body)
        if media is None:
            if kind or not binary:
                allowed = ", ".join(operation.body)
                message = (
                    f"{operation.id} does not accept this content type" if kind else "the body has no content type"
                )
                seen = kind or "no Content-Type header"
                breaches.append(Breach("request.content-type", message, allowed, seen, source=operation.source))
            if binary:
                return ABSENT
            media = next(media for name, media in operation.body.items() if name in _JSON)
        for name in media.required_parameters:
            if name not in parameters:
                message = f"the content type {kind} needs the parameter {name}"
                allowed, seen = f"{kind};{name}=…", headers.get("content-type", "")
                breaches.append(Breach("request.content-type", message, allowed, seen, source=operation.source))
        if media.fields and body.problem is None and body.raw is not None:
            breaches += self._form(operation, headers["content-type"], media, body.raw)
        if media.entity is None and binary:
            return ABSENT
        if body.problem is not None and isinstance(body.value, Absent):
            message = f"the request body could not be judged: {body.problem}"
            breaches.append(Breach("request.body.unread", message, "a recorded body", "none", source=operation.source))
            return ABSENT
        try:
            value = decode(body)
        except NotJson as reason:
            message = f"the request body is no JSON: {reason}"
            breaches.append(Breach("request.body.json", message, "JSON", _what(body), source=operation.source))
            return ABSENT if body.problem is None else body.value
        entity = media.entity
        if entity and not self._payloads.fits(entity, "request", value):
            patch = kind == _MERGE_PATCH
            for problem in self._payloads.problems(entity, "request", value):
                if not (patch and problem.aspect == "null"):
                    breaches.append(self._breach(operation, "request", problem, _REQUEST_RULES[problem.aspect]))
        return value

    def _form(self, operation: Operation, content_type: str, media: Media, raw: bytes) -> Iterable[Breach]:
        """The fields of a form; what is in them is not judged."""
        source, known = operation.source, ", ".join(media.fields)
        try:
            given = forms.fields(content_type, raw)
        except forms.NotForm as reason:
            yield Breach("request.body.value", f"the form {reason}", "multipart/form-data", "no form", source=source)
            return
        for name in dict.fromkeys(given):
            if name not in media.fields:
                yield Breach(
                    "request.body.unknown", f"{operation.id} has no field {name!r}", known, name, source=source
                )
        for name, required in media.fields.items():
            if required and name not in given:
                seen = ", ".join(map(short, given)) or "no fields"
                yield Breach(
                    "request.body.required", f"the form lacks {name!r}, which is required", name, seen, source=source
                )

    # responses

    def _response_body(
        self,
        operation: Operation,
        spec: ResponseSpec,
        url: str,
        headers: Mapping[str, str],
        body: Body,
        status: int,
        breaches: list[Breach],
    ) -> Any:
        failed = status >= 400
        level: Level | None = "note" if status in _BETWEEN else None
        if not spec.media:
            if not body.empty:
                message = f"{operation.id} answers without a body"
                breaches.append(
                    Breach("response.body.unexpected", message, "no body", _what(body), source=operation.source)
                )
            return ABSENT
        if body.empty and body.problem is None:
            if not (spec.body_optional or failed):
                message, allowed = f"{operation.id} answers with a body, and there is none", ", ".join(spec.media)
                breaches.append(Breach("response.body.missing", message, allowed, "no body", source=operation.source))
            return ABSENT
        kind, _ = _content_type(headers.get("content-type", ""))
        media: Media | None = spec.media.get(kind) if kind else next(iter(spec.media.values()))
        if media is None and not (kind.endswith("+json") or kind == "application/json"):
            rule = "error.content-type" if failed else "response.content-type"
            message = f"{operation.id} answered with a content type that is not documented"
            breaches.append(Breach(rule, message, ", ".join(spec.media), kind, source=operation.source, level=level))
            return ABSENT
        media = media or next(iter(spec.media.values()))
        if media.entity is None and "json" not in kind:
            return ABSENT
        if body.problem is not None and isinstance(body.value, Absent):
            message = f"the response body could not be judged: {body.problem}"
            breaches.append(Breach("response.body.unread", message, "a recorded body", "none", source=operation.source))
            return ABSENT
        entity = media.entity
        repeated = self._repeats.find(url, entity, body)
        if repeated is not ABSENT:
            return repeated
        try:
            value = decode(body)
        except NotJson as reason:
            message = f"the response body is no JSON: {reason}"
            rule = "error.body" if failed else "response.body.json"
            breaches.append(Breach(rule, message, "JSON", _what(body), source=operation.source, level=level))
            return ABSENT if body.problem is None else body.value
        if entity is None or self._payloads.fits(entity, "response", value):
            self._repeats.keep(url, entity, body, value)
            return value
        for problem in self._payloads.problems(entity, "response", value):
            rule = _RESPONSE_RULES[problem.aspect]
            if failed and not rule.endswith(_MILD):
                rule = "error.body"
            breaches.append(self._breach(operation, "response", problem, rule))
        return value

    def _breach(self, operation: Operation, direction: Direction, problem: Problem, rule: str) -> Breach:
        level: Level | None = None if problem.documented else "warning"
        if rule.endswith(_MILD):
            level = None
        source: Source = problem.source if problem.source.document else operation.source
        message = problem.message
        for dispute in self._disputes.get((operation.id, direction), ()):
            if dispute.keyword in (problem.keyword, problem.aspect) and re.fullmatch(
                re.escape(dispute.pointer).replace(r"\*", "[^/]*"), problem.pointer
            ):
                level, message = "note", f"{message} (the documents disagree: erratum {dispute.erratum})"
        return Breach(rule, message, problem.allowed, problem.seen, problem.pointer, source=source, level=level)


def _keep(cache: dict[Any, list[Breach]], key: tuple[str, ...], known: list[Breach]) -> None:
    """Remember what was found of a URL, unless it is a long one; a full memory starts anew."""
    if len(cache) > 4096:
        cache.clear()
    if sum(map(len, key)) <= LONGEST_KEPT:
        cache[key] = known


def _parameter_check(schema: Json) -> Any:
    """A function that tells whether a parameter's text is a value of its schema."""
    if schema.get("x-open-enum"):
        schema = {name: value for name, value in schema.items() if name != "enum"}
    wanted, narrow = schema.get("type", "string"), schema.get("format") == "int32"
    validator = jsonschema_rs.validator_for(schema, validate_formats=True, offline=True)

    def check(text: str) -> bool:
        value: Any = text
        if wanted == "integer":
            value = int(text) if _INTEGER.fullmatch(text) else text
            if narrow and isinstance(value, int) and not -(1 << 31) <= value < 1 << 31:
                return False
        elif wanted == "boolean":
            value = _BOOLEANS.get(text, text)
        try:
            return bool(validator.is_valid(value))
        except ValueError:
            return False

    return check


def _allowed(schema: Json) -> str:
    if "enum" in schema:
        return "one of " + short(schema["enum"], 400)
    said = [str(schema.get("type", "string"))]
    said += [
        f"{name} {schema[name]}"
        for name in ("format", "minimum", "maximum", "minLength", "maxLength")
        if name in schema
    ]
    return ", ".join(said)


@lru_cache(maxsize=64)
def _content_type(text: str) -> tuple[str, frozenset[str]]:
    kind, _, rest = text.partition(";")
    names = frozenset(part.partition("=")[0].strip().lower() for part in rest.split(";")) if rest else frozenset()
    return kind.strip().lower(), names


def _announced(headers: Mapping[str, str]) -> bool:
    """Whether a body was sent that the traffic does not hold."""
    return headers.get("content-length", "0").strip() not in ("", "0") or "transfer-encoding" in headers


def _repeated(headers: Headers, side: str, source: Source) -> Iterable[Breach]:
    """Headers that may stand once only and are given with two values."""
    single = ("content-type", "content-length", "location", "retry-after", "operation-location", "authorization",
              "ocp-apim-subscription-key", "host")  # fmt: skip
    values: dict[str, set[str]] = {}
    for name, value in headers:
        values.setdefault(name.lower(), set()).add(value)
    for name, given in values.items():
        if name in single and len(given) > 1:
            message = f"the header {name} is given {len(given)} times with different values"
            yield Breach(f"{side}.header.value", message, "one value", f"{len(given)} values", source=source)


def _what(body: Body) -> str:
    if body.raw is None:
        return short(body.value)
    try:
        return short(body.raw[:400].decode("utf-8"))
    except UnicodeDecodeError:
        return f"<{len(body.raw)} bytes of binary data>"


def _loose(body: Body) -> Any:
    try:
        return decode(body)
    except NotJson:
        return ABSENT
