"""Refusals for missing or wrong credentials, and the status they have."""

from __future__ import annotations

import re
from typing import Any

from pytest_speechcustom.contracts.model import Contract, Operation
from pytest_speechcustom.engine.text import NotJson, decode
from pytest_speechcustom.secrets import is_secret
from pytest_speechcustom.values import Body, Headers

_PARAMETER = "unauthorized_status"
_USUAL = (401,)
_OTHERWISE = (400, 403, 404, 409, 422)
_SPOKEN = re.compile(
    r"(?i)unauthori[sz]ed|unauthenticated|user_not_allowed|not[ _]authori[sz]ed|authentication|access ?token"
    r"|subscription ?key|api ?key|credential"
)
_LONGEST = 10_000


def expected(contract: Contract) -> tuple[tuple[int, ...], bool]:
    """The statuses of such a refusal, and whether the contract's documents name them."""
    if _PARAMETER in contract.parameters:
        return tuple(contract.parameters[_PARAMETER]), True
    return _USUAL, False


def suspicious(contract: Contract, status: int) -> bool:
    """Whether a status that is not the expected one may stand for it."""
    return status in _OTHERWISE and status not in expected(contract)[0]


def signed(contract: Contract, headers: Headers, query: str) -> bool:
    """Whether a request carries credentials where the contract wants them."""
    names = {name.lower() for name, _ in headers}
    ways = {carrier for way in contract.security for carrier in way}
    return not ways or any(name in names if place == "header" else f"{name}=" in query.lower() for place, name in ways)


def speaks_of_credentials(contract: Contract, operation: Operation, body: Body) -> bool:
    """Whether the body of a refusal says that it is about credentials: those of the request, not some in its body."""
    if any(is_secret(name) for media in operation.body.values() for name in _properties(contract, media.entity)):
        return False
    try:
        value = decode(body)
    except NotJson:
        value = (body.raw or b"")[:_LONGEST].decode("utf-8", "replace")
    return any(_SPOKEN.search(text) for text in _texts(value))


def _properties(contract: Contract, entity: str | None) -> list[str]:
    return list(contract.schemas[entity].get("properties", {})) if entity else []


def _texts(value: Any, depth: int = 0) -> list[str]:
    """The strings of an error body, the outer levels of it."""
    if isinstance(value, str):
        return [value[:_LONGEST]]
    if depth < 5 and isinstance(value, dict):
        return [text for inner in list(value.values())[:50] for text in _texts(inner, depth + 1)]
    return []
