"""What a row of the tables of faults and variants is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tests.faults.injection import Change

KINDS = (
    "payload", "status", "header", "error body", "lifecycle", "time", "echo", "immutability", "identity",
    "cross-endpoint", "paging", "filter", "copy", "arithmetic", "conflict", "negative acceptance", "auth",
)  # fmt: skip
OLD, NEW = "azure-speech-v3.1", "azure-speech-2025-10-15"
CLOUD, ICP = "watson-stt-cloud", "watson-stt-icp"
VIDEO = "video-indexer"
AZURE, WATSON = (OLD, NEW), (CLOUD, ICP)


@dataclass(frozen=True, slots=True)
class Row:
    """One fault, or one legal variant, of one service.

    `change` is made to the answers of `operations` (``()``: all) whose status begins with one of `statuses`. `rules`
    are local ids of which one is to be broken; none for a variant, and for a fault that no rule is about.
    """

    kind: str
    sentence: str
    service: str
    operations: tuple[str, ...]
    change: Change
    rules: tuple[str, ...] = ()
    statuses: tuple[int, ...] = (2,)

    @property
    def id(self) -> str:
        """A stable name."""
        return f"{self.service}: {self.sentence}"


def rows(
    kind: str, sentence: str, services: Iterable[str], operations: str, change: Change, rules: str = "",
    statuses: tuple[int, ...] = (2,),
) -> list[Row]:  # fmt: skip
    """The same row for some services. `operations` and `rules` are words."""
    return [
        Row(kind, sentence, service, tuple(operations.split()), change, tuple(rules.split()), statuses)
        for service in services
    ]
