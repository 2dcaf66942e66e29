"""Readers of audio that says itself what it is: WAV, FLAC, MP3, Ogg, WebM and AU.

Each takes the bytes of a whole file and returns a `Sound`, or raises `Unreadable`. How long the audio is and its
frequency are read by tinytag where it can; what it does not tell stands here: the codec of a WAV, and whether
the file is whole. No reader copies the audio, or looks at more than a part of it that does not grow with the file.
"""

from __future__ import annotations

import io
import math
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from tinytag import TinyTag, TinyTagException

READS = 100_000
"""Reads of a file that tinytag may take: it searches an MP3 for the next frame byte by byte."""

CHUNKS = 1_000
"""Parts of a WAV or WebM file that are looked at before its audio must have come."""

LAST_FRAME = 1 << 19
"""Bytes at the end of a FLAC file in which its last frame must begin."""

DENSEST = 8_192
"""Samples that a byte can hold: a packet of Vorbis has at least one byte, and a block of it at most that many."""

CHANNELS = 9
"""The most channels of a WAV file: the documents of the service say so."""


@dataclass(frozen=True, slots=True)
class Sound:
    """What the service tells of an audio file.

    `duration` is in whole seconds, a part of a second being dropped; `codec` is a name as in the documents'
    samples (``pcm_s16le``); `frequency` is in Hz.
    """

    duration: int
    codec: str
    frequency: int


class Unreadable(Exception):
    """Bytes that are not the audio they should be. The message says why, and reads on from "the file"."""


Kind = Literal["AU", "FLAC", "MP3", "Ogg", "WAV", "WebM"]


def kind(data: bytes) -> Kind | None:
    """What kind of file the bytes are by their beginning, or ``None`` if none that is known."""
    start = _id3(data)
    behind = data[start : start + 4]
    if data[:4] == b"RIFF" and data[8:12] == b"WAVE":
        return "WAV"
    if behind == b"fLaC":
        return "FLAC"
    if data[:3] == b"ID3" or _are_mp3_frames(data, 0):
        return "MP3"
    magics: dict[bytes, Kind] = {b"OggS": "Ogg", b"\x1a\x45\xdf\xa3": "WebM", b".snd": "AU"}
    return magics.get(behind)


def sound(duration: float, codec: str, frequency: int, size: int) -> Sound:
    """The sound of `duration` seconds that a file of `size` bytes holds, unless that cannot be."""
    if not frequency > 0:
        raise Unreadable("has a header that does not tell the frequency")
    if not 0 < duration < math.inf:
        raise Unreadable("holds no audio")
    if duration * frequency > size * DENSEST:
        raise Unreadable("claims more audio than its bytes can hold")
    return Sound(int(duration), codec, frequency)


# WAV. Not by tinytag: it believes the header where the bytes are missing, and finds no audio in A-law or mu-law.

_WAV_CODECS = {
    (0x0001, 8): "pcm_u8",
    (0x0001, 16): "pcm_s16le",
    (0x0001, 24): "pcm_s24le",
    (0x0001, 32): "pcm_s32le",
    (0x0003, 32): "pcm_f32le",
    (0x0003, 64): "pcm_f64le",
    (0x0006, 8): "pcm_alaw",
    (0x0007, 8): "pcm_mulaw",
}
_WAV_EXTENSIBLE = 0xFFFE
_STREAMED = 0x7FFF_0000  # who writes to a pipe cannot go back for the size, and leaves about the largest there is


def _wav(data: bytes) -> Sound:
    layout: tuple[str, int, int] | None = None
    for name, start, size in _wav_chunks(data):
        if name == b"fmt ":
            layout = _wav_layout(data[start : start + min(size, 40)])
        elif name == b"data" and layout:
            codec, frequency, width = layout
            held = len(data) - start
            if held < size < _STREAMED:
                raise _cut_short()
            return sound(min(size, held) / (frequency * width), codec, frequency, len(data))
    raise Unreadable("is a WAV file without audio")


def _wav_chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Name, first byte and size of each chunk; the last may be longer than what is there."""
    at = 12
    for _ in range(CHUNKS):
        if at + 8 > len(data):
            return
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        yield data[at : at + 4], at + 8, size
        at += 8 + size + size % 2


def _wav_layout(chunk: bytes) -> tuple[str, int, int]:
    """Codec, frequency in Hz, and bytes that a sample takes in all channels together."""
    tag, channels, frequency, _, _, bits = _unpacked("<HHIIHH", chunk, 0)
    if tag == _WAV_EXTENSIBLE:
        (tag,) = _unpacked("<H", chunk, 24)
    if (tag, bits) not in _WAV_CODECS:
        raise Unreadable(f"is a WAV file of format 0x{tag:04X} with {bits} bits, which cannot be read")
    if not 1 <= channels <= CHANNELS:
        raise Unreadable(f"has {channels} channels; 1 to {CHANNELS} are possible")
    if not frequency:
        raise Unreadable("has a header that does not tell the frequency")
    return _WAV_CODECS[tag, bits], frequency, channels * bits // 8


# AU


def _au(data: bytes) -> Sound:
    start, size, encoding, frequency, channels = _unpacked(">IIIII", data, 4)
    if encoding != 1:
        raise Unreadable(f"is an AU file of encoding {encoding}; audio/basic is mu-law, encoding 1")
    held = len(data) - start
    if start < 24 or held < 0 or held < size < _STREAMED:
        raise _cut_short()
    return sound(min(size, held) / max(frequency * channels, 1), "pcm_mulaw", frequency, len(data))


# FLAC


def _flac(data: bytes) -> Sound:
    tag = _tag(data)
    frequency = tag.samplerate or 0
    stated = round((tag.duration or 0) * frequency)  # 0 where the encoder could not go back to write it
    (block,) = _unpacked(">H", data, _id3(data) + 10)
    samples = _flac_end(data, block)
    if samples is None or stated not in (0, samples):
        raise _cut_short()
    return sound(samples / max(frequency, 1), "flac", frequency, len(data))


def _flac_end(data: bytes, block: int) -> int | None:
    """The number of samples up to the end of the last frame, which must end with the file.

    `block` is the number of samples in a frame other than the last.
    """
    tries = 4  # the beginning of a frame, with its checksum, hardly ever stands within another by chance
    at = len(data)
    while tries and (at := data.rfind(b"\xff", max(0, len(data) - LAST_FRAME), at)) >= 0:
        end = _flac_frame(data[at : at + 16], block)
        if end is not None:
            if _crc(data[at:-2], 16, _CRC_16) == int.from_bytes(data[-2:], "big"):
                return end
            tries -= 1
    return None


def _flac_frame(head: bytes, block: int) -> int | None:
    """The number of samples up to the end of the frame that begins so, or ``None`` if none begins so."""
    head = head.ljust(16, b"\0")
    size_of_number = _leading_ones(head[4])  # the number is coded in up to 7 bytes, as UTF-8 codes characters
    if head[1] & 0xFE != 0xF8 or size_of_number in (1, 8):
        return None
    at = 4 + max(size_of_number, 1)
    number = head[4] & (0x7F >> size_of_number)
    for byte in head[5:at]:
        number = number << 6 | byte & 0x3F
    coded, rate = head[2] >> 4, head[2] & 0x0F
    size = _FLAC_BLOCKS[coded]
    if coded in (6, 7):
        behind = coded - 5
        size = int.from_bytes(head[at : at + behind], "big") + 1
        at += behind
    at += {12: 1, 13: 2, 14: 2}.get(rate, 0)
    if not size or head[at] != _crc(head[:at], 8, _CRC_8):
        return None
    return size + (number if head[1] & 1 else number * block)  # blocks of one size are counted, others not


_FLAC_BLOCKS = (0, 192, 576, 1152, 2304, 4608, 0, 0, 256, 512, 1024, 2048, 4096, 8192, 16_384, 32_768)


def _leading_ones(byte: int) -> int:
    return 8 - (byte ^ 0xFF).bit_length()


def _crc_table(bits: int, polynomial: int) -> tuple[int, ...]:
    """What each byte does to a checksum of that many bits."""
    top, table = 1 << (bits - 1), []
    for byte in range(256):
        value = byte << (bits - 8)
        for _ in range(8):
            value = value << 1 ^ (polynomial if value & top else 0)
        table.append(value & (1 << bits) - 1)
    return tuple(table)


def _crc(data: bytes, bits: int, table: tuple[int, ...]) -> int:
    value, mask = 0, (1 << bits) - 1
    for byte in data:
        value = (value << 8 ^ table[value >> (bits - 8) ^ byte]) & mask
    return value


_CRC_8 = _crc_table(8, 0x07)
_CRC_16 = _crc_table(16, 0x8005)


# MP3: MPEG audio of layer III. A stream of frames may be cut anywhere and is a shorter stream.

_MP3_KBPS_1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0)
_MP3_KBPS_2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0)
_MP3_HZ = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}


def _mp3(data: bytes) -> Sound:
    if not _are_mp3_frames(data, _id3(data)):
        raise Unreadable("begins as an MP3 file, but holds no frames of MPEG audio layer III")
    tag = _tag(data)
    seconds, frequency = tag.duration or 0, tag.samplerate or 0
    # An encoder may write at the beginning how much will follow. Less than 8 kbit/s there is not; a part of 5 % is
    # left for rounding to whole bytes, where tinytag reckons from the first frames.
    if seconds * max(tag.bitrate or 0, 8) * 125 > len(data) * 1.05:
        raise _cut_short()
    return sound(seconds, "mp3", frequency, len(data))


def _are_mp3_frames(data: bytes, at: int) -> bool:
    """Whether three frames of one kind follow each other at `at`: two bytes alone stand anywhere by chance."""
    alike = data[at + 1 : at + 2]
    for _ in range(3):
        size = _mp3_frame(data[at : at + 4])
        if not size or data[at + 1 : at + 2] != alike:
            return False
        at += size
    return True


def _mp3_frame(head: bytes) -> int:
    """The size in bytes of the frame that begins so, 0 if none does."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:
        return 0
    version = head[1] >> 3 & 3
    kbps = (_MP3_KBPS_1 if version == 3 else _MP3_KBPS_2)[head[2] >> 4]
    rate = head[2] >> 2 & 3
    if version == 1 or rate == 3 or not kbps:
        return 0
    return (144_000 if version == 3 else 72_000) * kbps // _MP3_HZ[version][rate] + (head[2] >> 1 & 1)


def _id3(data: bytes) -> int:
    """The size in bytes of the ID3 tag at the beginning, 0 if there is none."""
    if data[:3] != b"ID3" or len(data) < 10:
        return 0
    size = 0
    for byte in data[6:10]:
        size = size << 7 | byte & 0x7F
    return size + 10


# Ogg, with one stream of Vorbis or Opus

_OGG_LAST = 4
_OGG_CODECS = {b"\x01vorbis": "vorbis", b"OpusHea": "opus"}


def _ogg(data: bytes) -> Sound:
    first, last = _ogg_page(data, 0), _ogg_page(data, max(data.rfind(b"OggS"), 0))
    codec = _OGG_CODECS.get(first[27 + first[26] :][:7])
    if not codec:
        raise Unreadable("is an Ogg file of neither Vorbis nor Opus")
    if not data.endswith(last) or not last[5] & _OGG_LAST:
        raise _cut_short()
    if first[14:18] != last[14:18]:
        raise Unreadable("holds more than one stream")
    # The codec stands alone on the first page, and the number of samples on the last. tinytag would keep something
    # of every page between them.
    tag = _tag(first + last)
    return sound(tag.duration or 0, codec, tag.samplerate or 0, len(data))


def _ogg_page(data: bytes, at: int) -> bytes:
    """The page that begins at `at`, whole."""
    table = data[at + 27 : at + 27 + (data[at + 26] if at + 26 < len(data) else 0)]
    page = data[at : at + 27 + len(table) + sum(table)]
    if len(page) < 28 or len(table) != page[26] or len(page) != 27 + len(table) + sum(table):
        raise _cut_short()
    return page


# WebM, where its header tells the duration: what was recorded live may not, and is not read

_SEGMENT, _INFO, _TRACKS, _TRACK, _AUDIO = 0x18538067, 0x1549A966, 0x1654AE6B, 0xAE, 0xE1
_SCALE, _DURATION, _CODEC, _FREQUENCY = 0x2AD7B1, 0x4489, 0x86, 0xB5
_WEBM_CODECS = {b"A_VORBIS": "vorbis", b"A_OPUS": "opus"}


def _webm(data: bytes) -> Sound:
    file = memoryview(data)
    codec = _WEBM_CODECS.get(bytes(_element(file, _SEGMENT, _TRACKS, _TRACK, _CODEC)[:16]).rstrip(b"\0"))
    if not codec:
        raise Unreadable("is a WebM file whose first track is neither Vorbis nor Opus")
    ticks = _ebml_float(_element(file, _SEGMENT, _INFO, _DURATION))
    if not ticks:
        raise Unreadable("is a WebM file whose header does not tell the duration: it cannot be read")
    nanoseconds = int.from_bytes(_element(file, _SEGMENT, _INFO, _SCALE)[:8], "big") or 1_000_000
    frequency = _ebml_float(_element(file, _SEGMENT, _TRACKS, _TRACK, _AUDIO, _FREQUENCY))
    return sound(ticks * nanoseconds / 1e9, codec, int(frequency), len(data))


def _element(parent: memoryview, *path: int) -> memoryview:
    """What the first element of that name holds, in the first of the name before it: nothing if there is none."""
    for wanted in path:
        parent = next((held for name, held in _elements(parent) if name == wanted), memoryview(b""))
    return parent


def _elements(parent: memoryview) -> Iterator[tuple[int, memoryview]]:
    """Name and contents of each element."""
    at = 0
    for _ in range(CHUNKS):
        if at >= len(parent):
            return
        name, width = _ebml_number(parent, at)
        marked, more = _ebml_number(parent, at + width)
        at += width + more
        unknown = (1 << 7 * more) - 1  # up to the end of the parent
        size = marked & unknown
        if size == unknown:
            size = len(parent) - at
        if at + size > len(parent):
            raise _cut_short()
        yield name, parent[at : at + size]
        at += size


def _ebml_number(data: memoryview, at: int) -> tuple[int, int]:
    """A number, with the bit that marks its size, and that size in bytes."""
    size = 9 - data[at].bit_length() if at < len(data) else 9
    if size > 8 or at + size > len(data):
        raise _cut_short()
    return int.from_bytes(data[at : at + size], "big"), size


def _ebml_float(data: memoryview) -> float:
    """The number, or 0 if there is none that is finite."""
    layout = {4: ">f", 8: ">d"}.get(len(data))
    value: float = struct.unpack(layout, data)[0] if layout else 0.0
    return value if math.isfinite(value) else 0.0


READERS: dict[Kind, Callable[[bytes], Sound]] = {
    "AU": _au,
    "FLAC": _flac,
    "MP3": _mp3,
    "Ogg": _ogg,
    "WAV": _wav,
    "WebM": _webm,
}
"""Kind of file, as `kind` tells it -> what reads its bytes; raises `Unreadable`, and nothing else."""


class _Patient(io.BytesIO):
    """A file in memory that may be read `READS` times."""

    left = READS

    def read(self, size: int | None = -1, /) -> bytes:
        self.left -= 1
        if self.left < 0:
            raise TinyTagException("there is too much in it that is not audio")
        return super().read(size)


def _tag(data: bytes) -> TinyTag:
    """What tinytag tells of the file. Without tags: it is slow in looking for one that stands twice."""
    try:
        return TinyTag.get(file_obj=_Patient(data), tags=False)
    except TinyTagException as error:
        raise Unreadable(f"cannot be read: {error}") from None


def _unpacked(layout: str, data: bytes, at: int) -> tuple[int, ...]:
    try:
        return struct.unpack_from(layout, data, at)
    except struct.error:
        raise _cut_short() from None


def _cut_short() -> Unreadable:
    return Unreadable("is cut short, or broken at its end")
