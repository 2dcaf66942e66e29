"""Long silence in few bytes, and what the header of a FLAC file tells."""

from __future__ import annotations

from dataclasses import dataclass

from pytest_speechcustom.conformance.flac import silence

__all__ = ["Header", "header", "silence"]


@dataclass(frozen=True, slots=True)
class Header:
    """What the header of a FLAC file tells of the audio."""

    rate: int
    samples: int

    @property
    def seconds(self) -> int:
        """The duration, in whole seconds."""
        return self.samples // self.rate


def header(data: bytes) -> Header | None:
    """What the header of `data` tells, or ``None`` if this is no FLAC file."""
    if len(data) < 42 or data[:4] != b"fLaC" or data[4] & 0x7F:
        return None
    fields = int.from_bytes(data[18:26], "big")
    rate, samples = fields >> 44, fields & (1 << 36) - 1
    return Header(rate, samples) if rate else None
