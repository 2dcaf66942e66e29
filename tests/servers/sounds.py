"""Small audio files of a stated length, made by hand: as much of each format as tells length, codec and frequency.

They hold silence, or nothing a decoder could use; their headers, frames and pages are as encoders write them.
FLAC, which is whole, is in `flac.py`.
"""

from __future__ import annotations

import io
import struct
import wave


def wav(seconds: float, rate: int = 16_000, *, channels: int = 1, width: int = 2) -> bytes:
    """A WAV file of PCM with `width` bytes a sample."""
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setparams((channels, width, rate, 0, "NONE", ""))
        writer.writeframes(bytes(int(seconds * rate) * channels * width))
    return file.getvalue()


def riff(tag: int, bits: int, rate: int, samples: bytes, *, channels: int = 1, size: int | None = None) -> bytes:
    """A WAV file of any format, whose header tells `size` bytes of audio (by itself: as many as there are)."""
    align = channels * bits // 8
    layout = struct.pack("<HHIIHH", tag, channels, rate, rate * align, align, bits)
    chunks = b"fmt " + struct.pack("<I", len(layout)) + layout
    chunks += b"data" + struct.pack("<I", len(samples) if size is None else size) + samples
    return b"RIFF" + struct.pack("<I", len(chunks) + 4) + b"WAVE" + chunks


def au(seconds: int, *, encoding: int = 1, rate: int = 8_000) -> bytes:
    """An AU file, of mu-law where `encoding` is 1."""
    return b".snd" + struct.pack(">5I", 24, seconds * rate, encoding, rate, 1) + bytes(seconds * rate)


def mp3(seconds: float) -> bytes:
    """MPEG-2 audio layer III, 16 kHz, 8 kbit/s, one channel: frames of 36 bytes and 36 ms."""
    return (b"\xff\xf3\x18\xc4" + bytes(32)) * round(seconds / 0.036)


def mp3_with_count(frames: int, stated: int) -> bytes:
    """The same, with a Xing header that states the number of frames and their bytes."""
    count = (b"\xff\xf3\x88\xc4" + bytes(9) + b"Xing" + struct.pack(">III", 3, stated, stated * 36 + 288)).ljust(
        288, b"\0"
    )
    return count + mp3(frames * 0.036)


def opus(seconds: float, *, channels: int = 1) -> bytes:
    """Opus in Ogg."""
    skipped = 312
    head = b"OpusHead" + struct.pack("<BBHIHB", 1, channels, skipped, 16_000, 0, 0)
    return _ogg(head, b"OpusTags" + bytes(8), int(seconds * 48_000) + skipped)


def vorbis(seconds: float, rate: int = 22_050) -> bytes:
    """Vorbis in Ogg."""
    head = b"\x01vorbis" + struct.pack("<IBIiiiBB", 0, 1, rate, 0, 64_000, 0, 0xB8, 1)
    return _ogg(head, b"\x03vorbis" + bytes(8) + b"\x01", int(seconds * rate))


def webm(seconds: float | None, *, codec: bytes = b"A_OPUS", rate: float = 48_000) -> bytes:
    """WebM with one track; ``None`` seconds: as if recorded live."""
    info = _element(b"\x2a\xd7\xb1", (1_000_000).to_bytes(3, "big"))
    if seconds is not None:
        info += _element(b"\x44\x89", struct.pack(">d", seconds * 1000))
    track = _element(b"\x86", codec) + _element(b"\xe1", _element(b"\xb5", struct.pack(">f", rate)))
    segment = _element(b"\x15\x49\xa9\x66", info) + _element(b"\x16\x54\xae\x6b", _element(b"\xae", track))
    segment += _element(b"\x1f\x43\xb6\x75", bytes(500))  # a cluster of audio
    return _element(b"\x1a\x45\xdf\xa3", _element(b"\x42\x82", b"webm")) + _element(b"\x18\x53\x80\x67", segment)


def _element(name: bytes, held: bytes) -> bytes:
    return name + (1 << 28 | len(held)).to_bytes(4, "big") + held


def _ogg(head: bytes, comment: bytes, samples: int) -> bytes:
    """The first page with the head of the codec, one with comments, and some with 100,000 samples in 200 bytes each."""
    pages = samples // 100_000 + 1
    ends = [samples * (number + 1) // pages for number in range(pages)]
    audio = [_page(4 * (end == samples), end, number, bytes(200)) for number, end in enumerate(ends, 2)]
    return _page(2, 0, 0, head) + _page(0, 0, 1, comment) + b"".join(audio)


def _page(flags: int, samples: int, number: int, packet: bytes) -> bytes:
    page = b"OggS" + struct.pack("<BBqIIIBB", 0, flags, samples, 7, number, 0, 1, len(packet)) + packet
    return page[:22] + struct.pack("<I", _checksum(page)) + page[26:]


def _checksum(page: bytes) -> int:
    value = 0
    for byte in page:
        value ^= byte << 24
        for _ in range(8):
            value = (value << 1 ^ (0x04C11DB7 if value & 0x80000000 else 0)) & 0xFFFFFFFF
    return value
