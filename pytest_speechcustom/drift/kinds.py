"""Which kinds of drift there are, and what each means for a client that keeps to the contract.

What the checker calls a broken rule is a kind of drift where it is about form: the direction decides what it means. In
an answer, what is missing or of another type breaks the client, and what is more does not. A request that is taken
although the contract has it not asks nothing of a client. Rules about behaviour (echoes, lists, sums) are no drift:
`check` judges them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pytest_speechcustom.contracts.model import Contract
from pytest_speechcustom.engine.breach import Breach
from pytest_speechcustom.values import Direction, Impact


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of drift; `id` stands behind ``drift.`` in the name of its rule."""

    id: str
    impact: Impact
    direction: Direction
    text: str


def _answer(id_: str, impact: Impact, text: str) -> Kind:
    return Kind(f"response.{id_}", impact, "response", text)


def _request(id_: str, text: str) -> Kind:
    return Kind(f"request.{id_}", "additive", "request", text)


REMOVED = _answer("property.removed", "breaking", "A property that is always there is missing.")
RENAMED = _answer("property.renamed", "breaking", "A property that is always there is missing, and another is new.")
ADDED = _answer("property.added", "additive", "A property is there that is not documented.")
CLOSED = _answer("value.closed", "breaking", "A closed list of values has one more.")
HEADER_NEW = _answer("header.added", "additive", "A header that tells how to poll is there, and not documented.")
HEADER_OTHER = _answer("header.unknown", "cosmetic", "A header is there that is not documented.")
GONE = Kind("operation.gone", "breaking", "request", "An operation is not there any more.")
DENIED = _answer("status.denied", "breaking", "Missing or wrong credentials are refused with another status.")
STAYS = _answer("state.stays", "breaking", "Work that was asked for does not begin.")
STATE = _answer("state.added", "breaking", "A resource is in a state that is not documented.")
MOVE = _answer("state.move", "breaking", "A resource changes its state in a way that is not documented.")

_BY_RULE: Final[Mapping[str, Kind]] = {
    "response.status": _answer("status.added", "breaking", "A call is answered with a success that is not documented."),
    "response.content-type": _answer("content-type", "breaking", "An answer has another content type."),
    "response.header.missing": _answer("header.removed", "breaking", "A documented header is missing."),
    "response.header.value": _answer("header.retyped", "breaking", "A documented header has another form."),
    "response.body.missing": _answer("body.removed", "breaking", "A documented body is missing."),
    "response.body.unexpected": _answer("body.added", "additive", "There is a body where none is documented."),
    "response.body.json": _answer("body.form", "breaking", "A body is no JSON any more."),
    "response.body.required": REMOVED,
    "response.body.type": _answer("property.retyped", "breaking", "A property has another type."),
    "response.body.value": _answer("property.limit", "breaking", "A value has another form, or is beyond a limit."),
    "response.body.unknown": ADDED,
    "response.body.null": _answer("property.null", "cosmetic", "A property is null where it was left out."),
    "response.body.enum": _answer("value.open", "additive", "An open list of values has one more."),
    "error.body": _answer("error.body", "breaking", "The body of a refusal has another form."),
    "error.content-type": _answer("error.content-type", "breaking", "A refusal has another content type."),
    "request.path": _request("operation.added", "A call is answered that is not documented."),
    "request.method": _request("method.added", "A method is taken that is not documented."),
    "request.query.required": _request("parameter.optional", "A parameter need not be given."),
    "request.query.unknown": _request("parameter.added", "A parameter is taken that is not documented."),
    "request.query.value": _request("parameter.wider", "A parameter is taken with another value."),
    "request.header.required": _request("header.optional", "A header need not be given."),
    "request.header.value": _request("header.wider", "A header is taken with another value."),
    "request.content-type": _request("content-type", "A body of another content type is taken."),
    "request.body.missing": _request("body.optional", "A body need not be sent."),
    "request.body.required": _request("property.optional", "A property need not be sent."),
    "request.body.unknown": _request("property.added", "A property is taken that is not documented."),
    "request.body.type": _request("property.wider", "A property is taken with another type."),
    "request.body.value": _request("value.wider", "A property is taken with another value."),
    "request.body.enum": _request("value.added", "A value is taken that an open list does not have."),
}
_BY_LAW: Final[Mapping[str, Kind]] = {
    "state.closed": STATE,
    "state.initial": MOVE,
    "state.forward": MOVE,
    "state.final": MOVE,
    "state.after-call": MOVE,
    "error.code": _answer("error.code", "breaking", "The code in a refusal is not what it was."),
    "header.location": _answer("header.location", "breaking", "A header that tells what to poll leads elsewhere."),
}

KINDS: Final[Mapping[str, Kind]] = {
    kind.id: kind
    for kind in (*_BY_RULE.values(), *_BY_LAW.values(), RENAMED, CLOSED, HEADER_NEW, HEADER_OTHER, GONE, DENIED, STAYS)
}
"""All kinds by their id."""

EACH: Final = frozenset({CLOSED, STATE, MOVE, _BY_RULE["response.status"], _BY_RULE["response.body.enum"]})
"""Kinds of which every value counts for itself: one new state does not hide another."""


def kind_of(contract: Contract, breach: Breach) -> Kind | None:
    """The kind of drift that a breach shows; ``None`` for a matter of behaviour."""
    if breach.rule == "response.body.value" and breach.message.endswith("not documented"):
        return CLOSED
    rule = contract.rules[breach.rule]
    return _BY_RULE.get(breach.rule) or (_BY_LAW.get(rule.law) if rule.side == "server" else None)
