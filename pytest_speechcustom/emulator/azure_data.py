"""What is in the data of a dataset that came in blocks or as a form: lines of text, or audio and its length."""

from __future__ import annotations

from pytest_speechcustom.contracts.model import Json
from pytest_speechcustom.emulator.archives import members
from pytest_speechcustom.emulator.audio import Problem, Sound, read

AUDIO_KINDS = ("Acoustic", "AudioFiles")
ZIP = b"PK\x03\x04"
_TRANSCRIPT = ".txt"
_LONGEST = 2**31 - 1
"""Milliseconds: the length of a file is a number of 32 bits."""


def contents(kind: str, data: bytes) -> Json:
    """Line counts and length, and where it is no audio that should be, a `flaw`: then the dataset will fail.

    Our choice: each audio file is a line. A transcript beside the audio is not looked into.
    """
    if kind not in AUDIO_KINDS:
        return {"lines": sum(1 for line in data.splitlines() if line.strip()), "rejected": 0, "milliseconds": 0}
    found = _sounds(data)
    sounds = [each for each in found if isinstance(each, Sound)]
    counted: Json = {"lines": len(sounds), "rejected": len(found) - len(sounds)}
    counted["milliseconds"] = min(1000 * sum(each.duration for each in sounds), _LONGEST)
    if not sounds:
        reasons = [each.reason for each in found if isinstance(each, Problem)]
        counted["flaw"] = ("InvalidAudioFormat", f"The data {reasons[0] if reasons else 'holds no audio'}.")
    return counted


def _sounds(data: bytes) -> list[Sound | Problem]:
    """What each file of an archive sounds like, or the one file that there is."""
    if not data.startswith(ZIP):
        return [read(data, None)]
    found = members(data, "application/zip")
    if isinstance(found, Problem):
        return [found]
    return [each.result for each in found if not each.name.lower().endswith(_TRANSCRIPT)]
