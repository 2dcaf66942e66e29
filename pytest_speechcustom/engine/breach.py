"""A broken rule before it is known where: what laws yield, and what the checker turns into findings."""

from __future__ import annotations

from dataclasses import dataclass

from pytest_speechcustom.values import Level, Source


@dataclass(frozen=True, slots=True)
class Breach:
    """One rule broken.

    `rule` is the local id. `source` and `level` replace the rule's own where the place knows better (the
    entity's document; a disputed place). `exchange` is given when an earlier exchange is to blame.
    """

    rule: str
    message: str
    allowed: str
    seen: str
    pointer: str = ""
    resource: str | None = None
    source: Source | None = None
    level: Level | None = None
    exchange: int | None = None
