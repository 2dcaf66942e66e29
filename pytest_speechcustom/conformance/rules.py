"""Requirements that only a suite can judge: that what is right is accepted, and what is wrong refused.

They are `inferred`: documents say what a request looks like, not in so many words what happens to others.
"""

from __future__ import annotations

from pytest_speechcustom.contracts.model import Contract
from pytest_speechcustom.values import Basis, Rule, Source

_NOWHERE = Source("", "")

ACCEPTED = "suite.accepted"
REFUSED = "suite.refused"
UNKNOWN = "suite.unknown"
ANONYMOUS = "suite.anonymous"
KNOWN = "suite.known-data"


def _rule(id: str, dimension: str, text: str, basis: Basis = "inferred") -> Rule:
    return Rule(id, "server", basis, _NOWHERE, text, "suite", {}, dimension)


_ROWS = (
    _rule(ACCEPTED, "status", "A request that is right, and that nothing stands in the way of, succeeds."),
    _rule(REFUSED, "refusals", "A request that is wrong by itself is refused with a status from 400 to 499."),
    _rule(UNKNOWN, "refusals", "A read of what never existed is refused with a status from 400 to 499."),
    _rule(ANONYMOUS, "refusals", "A request without credentials is refused with a status from 400 to 499."),
    _rule(KNOWN, "arithmetic", "What is told of data is true of the data that was sent."),
)


OVERLOOKED = ("request.query.unknown", "request.header.value", "request.path.slash")
"""What a service may read over: it does what was asked for all the same, and IBM's documents tell of a warning."""


def rules_of(contract: Contract) -> tuple[Rule, ...]:
    """The rules of the suite that a service is held to. Nobody knows the data that Video Indexer is sent."""
    return tuple(rule for rule in _ROWS if rule.id != KNOWN or contract.id != "video-indexer")


def dimensions(contract: Contract) -> dict[str, str]:
    """The dimension of each server-side rule, those of the suite with them."""
    return {rule.id: rule.dimension for rule in (*contract.rules.values(), *_ROWS) if rule.side == "server"}
