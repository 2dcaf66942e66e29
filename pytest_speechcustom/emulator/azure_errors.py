"""How the Azure services say no: the flat error body, its codes, and what a request that is wrong is told.

No document maps codes to statuses; the choice below is ours. So is the code for each kind of mistake, among those
that the documents list.
"""

from __future__ import annotations

from collections.abc import Mapping

from pytest_speechcustom.contracts.model import Json
from pytest_speechcustom.emulator.calls import Answer, Refusal
from pytest_speechcustom.engine.breach import Breach

_CODES: Mapping[int, str] = {
    400: "InvalidRequest",
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    405: "NotAllowed",
    409: "Conflict",
    413: "InvalidRequest",
    415: "UnsupportedMediaType",
    422: "UnprocessableEntity",
    429: "TooManyRequests",
    502: "InternalCommunicationFailed",
    503: "ServiceUnavailable",
    504: "ServiceUnavailable",
}

# What nobody documents and the service can read over.
_MINDS_NOT = (
    "request.path.slash",
    "request.query.unknown",
    "request.header.value",
    "request.body.unexpected",
    "request.body.null",
)

# rule -> the inner code
_INNER: Mapping[str, str] = {
    "request.path.value": "InvalidParameterValue",
    "request.query.required": "InvalidParameter",
    "request.query.value": "InvalidParameterValue",
    "request.body.missing": "EmptyRequest",
    "request.body.json": "InvalidRequestBodyFormat",
}
# the pointer of a property, or the name of a parameter that a message speaks of -> the inner code
_OF_PLACES: Mapping[str, str] = {
    "/locale": "InvalidLocale",
    "/webUrl": "InvalidCallbackUri",
    "/events": "InvalidWebHookEventKind",
    "/baseModel": "InvalidBaseModel",
    "/project": "InvalidProject",
    " skip ": "UnsupportedPagination",
    " top ": "UnsupportedPagination",
    " sasValidityInSeconds ": "InvalidSasValidityDuration",
    " sasLifetimeMinutes ": "InvalidSasValidityDuration",
}


def invalid(inner: str, message: str, target: str = "") -> Refusal:
    """A request that cannot be granted, whatever the state of things."""
    return Refusal(400, "InvalidRequest", message, target=target, inner=inner)


def conflict(inner: str, message: str, target: str = "") -> Refusal:
    """A request that cannot be granted now."""
    return Refusal(409, "Conflict", message, target=target, inner=inner)


def unknown(what: str) -> Refusal:
    """What was asked for is not there."""
    return Refusal(404, "NotFound", f"The specified {what} does not exist.", target=what)


def failure(status: int, retry_after: int | None) -> Refusal:
    """A failure on purpose, or a body that is too large."""
    headers = (("Retry-After", str(retry_after)),) if retry_after is not None else ()
    code = _CODES.get(status, "InvalidRequest" if status < 500 else "InternalServerError")
    message = "The request body is too large." if status == 413 else "The request could not be handled; try it later."
    return Refusal(status, code, message, headers=headers)


def objection(breach: Breach) -> Refusal | None:
    """What the service says to a request that is wrong by itself."""
    if breach.rule in _MINDS_NOT:
        return None
    if breach.rule == "request.auth":
        return Refusal(401, "Unauthorized", "Access denied: the request has no subscription key and no token.")
    if breach.rule == "request.content-type":
        return Refusal(415, "UnsupportedMediaType", f"{breach.message}: {breach.allowed}", target="Content-Type")
    inner = _INNER.get(breach.rule, "InvalidPayload")
    return invalid(_at_place(breach, inner), f"{breach.message}; allowed: {breach.allowed}", breach.pointer)


def answer_to(refusal: Refusal) -> Answer:
    """The error body: code, message, where it is known the target, and an inner error with the reason."""
    body: Json = {"code": refusal.code, "message": refusal.message}
    if refusal.target:
        body["target"] = refusal.target
    if refusal.inner:
        body["innerError"] = {"code": refusal.inner, "message": refusal.message}
    return Answer(refusal.status, body, refusal.headers)


def _at_place(breach: Breach, otherwise: str) -> str:
    if breach.rule.startswith("request.query"):
        return next((code for name, code in _OF_PLACES.items() if name in f"{breach.message} "), otherwise)
    undeclared = breach.rule == "request.body.unknown" and breach.pointer.count("/") == 1
    if undeclared or not breach.rule.startswith("request.body"):
        return otherwise
    found = (code for pointer, code in _OF_PLACES.items() if f"{breach.pointer}/".startswith(f"{pointer}/"))
    return next(found, otherwise)
