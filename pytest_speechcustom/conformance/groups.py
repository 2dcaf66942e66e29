"""The groups of probes: a name, what it is about, and the function that does it. Each service has a module of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module

from pytest_speechcustom.conformance.session import Session

MODULES: Mapping[str, str] = {
    "video-indexer": "video_indexer",
    "azure-speech-v3.1": "azure",
    "azure-speech-2025-10-15": "azure",
    "watson-stt-cloud": "watson",
    "watson-stt-icp": "watson",
}
GENERATED = ("histories", "requests")
"""The groups in which chance asks, of every service."""
NAMES: Mapping[str, tuple[str, ...]] = {
    "video-indexer": ("reading", "lifecycle", "fields", "lists", "references", "files", "errors", *GENERATED),
    "azure-speech-v3.1": (
        "reading", "lifecycle", "fields", "observing", "paging", "filters", "copy", "references", "files",
        "blocks", "logs", "errors", *GENERATED,
    ),
    "azure-speech-2025-10-15": (
        "reading", "lifecycle", "fields", "observing", "paging", "filters", "copy", "references", "files",
        "blocks", "errors", *GENERATED,
    ),
    "watson-stt-cloud": (
        "reading", "lifecycle", "fields", "lists", "audio", "conflicts", "training", "upgrade", "deletion", "errors",
        *GENERATED,
    ),
    "watson-stt-icp": (
        "reading", "lifecycle", "fields", "lists", "audio", "conflicts", "training", "upgrade", "deletion", "errors",
        *GENERATED,
    ),
}  # fmt: skip
"""The groups of each service: known without importing any of them, as tests are named after them."""


@dataclass(frozen=True, slots=True)
class Group:
    """Probes of one requirement group. `probe` raises `Blocked` where it cannot go on."""

    name: str
    about: str
    probe: Callable[[Session], None]


def groups_of(service: str) -> tuple[Group, ...]:
    """The groups of a service, in order."""
    module = import_module(f"pytest_speechcustom.conformance.probes.{MODULES[service]}")
    generated = import_module("pytest_speechcustom.conformance.probes.generated")
    found: Mapping[str, Group] = {group.name: group for group in (*module.GROUPS, *generated.GROUPS)}
    return tuple(found[name] for name in NAMES[service])
