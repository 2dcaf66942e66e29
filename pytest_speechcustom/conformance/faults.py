"""What can end a probe, a group or a run before its time."""

from __future__ import annotations

from pytest_speechcustom.values import SpeechcustomError, UsageError


class SuiteFault(SpeechcustomError):
    """The suite itself is at fault: it would send what breaks the contract, or delete what is not its own."""


class Unreachable(SpeechcustomError):
    """The target does not answer, or what it sends is not HTTP."""


class MissingLibrary(UsageError):
    """httpx is not installed."""


class Blocked(Exception):
    """A step cannot go on. What it would have verified stays not-verified; `missing` is the capability that lacks."""

    def __init__(self, reason: str, missing: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.missing = missing
