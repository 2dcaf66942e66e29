"""Long silence in few bytes: eleven minutes of valid FLAC are about two kilobytes.

A service that trains acoustic models wants at least ten minutes of audio. FLAC stores a block of equal
samples as one sample, so that real audio of that length can be sent, and nobody needs to lie about it.
"""

from __future__ import annotations

import struct

_BLOCK = 65_535


def silence(seconds: int, rate: int = 16_000) -> bytes:
    """A FLAC file of `seconds` of silence: one channel, 16 bits."""
    samples = seconds * rate
    stream_info = struct.pack(">HH", _BLOCK, _BLOCK) + bytes(6)  # bytes of the smallest and largest frame: unknown
    stream_info += ((rate << 44) | (15 << 36) | samples).to_bytes(8, "big")  # channels - 1: 0, bits - 1: 15
    stream_info += bytes(16)  # checksum of the samples: not computed
    frames = (_frame(number, min(_BLOCK, samples - first)) for number, first in enumerate(range(0, samples, _BLOCK)))
    return b"fLaC\x80" + len(stream_info).to_bytes(3, "big") + stream_info + b"".join(frames)


def _frame(number: int, samples: int) -> bytes:
    # Fixed block size, its length in 16 bits behind the number; rate as in the file's header; mono, 16 bits.
    head = b"\xff\xf8\x70\x08" + chr(number).encode() + struct.pack(">H", samples - 1)
    head += bytes([_crc(head, bits=8, polynomial=0x07)])
    whole = head + b"\x00\x00\x00"  # a constant subframe, and the constant
    return whole + struct.pack(">H", _crc(whole, bits=16, polynomial=0x8005))


def _crc(data: bytes, *, bits: int, polynomial: int) -> int:
    value, top, mask = 0, 1 << (bits - 1), (1 << bits) - 1
    for byte in data:
        value ^= byte << (bits - 8)
        for _ in range(8):
            value = (value << 1 ^ (polynomial if value & top else 0)) & mask
    return value
