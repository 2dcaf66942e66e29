"""The result of a run, as values: findings, a verdict for each rule, coverage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from pytest_speechcustom.values import Basis, Finding, Side, Source, Verdict


@dataclass(frozen=True, slots=True)
class Requirement:
    """The verdict on one rule: `observations` counts how often it was decided."""

    rule: str
    verdict: Verdict
    observations: int
    side: Side
    basis: Basis
    source: Source
    text: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """An entry of a baseline: how many findings it took away.

    `state`: it was ``used``, is ``unused`` and has to go, or has ``expired`` so that what it matches counts again.
    """

    rule: str
    place: str
    reason: str
    expires: str | None
    times: int
    state: Literal["used", "unused", "expired"]


@dataclass(frozen=True, slots=True)
class Report:
    """What a run found.

    `summary` counts everything; `findings` lists at most a thousand for each rule and the last one, and
    `omitted` says how many of each rule were left out. `coverage` maps what was exercised to how often. `accepted` is
    what a baseline did.
    """

    service: str
    mode: str
    verdict: Literal["pass", "fail", "error"]
    summary: Mapping[str, int]
    findings: tuple[Finding, ...]
    requirements: tuple[Requirement, ...]
    coverage: Mapping[str, Mapping[str, int]]
    omitted: Mapping[str, int] = field(default_factory=dict)
    accepted: tuple[Accepted, ...] = ()
