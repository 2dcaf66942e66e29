"""What the bytes of an audio resource are: how long, of which codec, at which frequency.

`read` takes the bytes and the content type that came with them. The bytes decide: a FLAC file that is sent as
``audio/wav`` is a `Problem`, as the service marks audio of a wrong format `invalid`. Bytes that have no header (L16,
A-law, mu-law, G.729, and mostly `audio/basic`) are what their content type says, with the parameters it needs.

Two formats are read in part. WebM is read only where its header tells the duration, which recordings made live leave
out. L16 is taken for little-endian where no parameter says otherwise: the service finds that out by listening.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from werkzeug.http import parse_options_header

from pytest_speechcustom.emulator.containers import READERS, Kind, Sound, Unreadable, kind, sound

__all__ = ["Problem", "Sound", "read"]


@dataclass(frozen=True, slots=True)
class Problem:
    """Why bytes are not the audio, or the archive, that they should be. `reason` reads on from "the file"."""

    reason: str


def read(data: bytes, content_type: str | None) -> Sound | Problem:
    """The sound of a file, or why there is none. Raises nothing, whatever the bytes are.

    `content_type` is the value of the header, with its parameters (``audio/l16;rate=16000``); with ``None`` the bytes
    alone decide, which those without a header cannot.
    """
    try:
        if not data:
            raise Unreadable("is empty")
        return _by_type(data, content_type) if content_type is not None else _by_itself(data)
    except Unreadable as error:
        return Problem(str(error))


_CONTAINERS: dict[str, Kind] = {
    "audio/flac": "FLAC",
    "audio/mp3": "MP3",
    "audio/mpeg": "MP3",
    "audio/ogg": "Ogg",
    "audio/wav": "WAV",
    "audio/webm": "WebM",
}


def _by_itself(data: bytes) -> Sound:
    found = kind(data)
    if found is None or found == "AU":
        raise Unreadable("is not audio that shows its format; alaw, basic, g729, l16 and mulaw need a content type")
    return READERS[found](data)


def _by_type(data: bytes, content_type: str) -> Sound:
    essence, parameters = parse_options_header(content_type)
    essence = essence.lower()
    found = kind(data)
    if essence in _HEADERLESS and (found is None or (essence, found) == ("audio/basic", "AU")):
        return _HEADERLESS[essence](data, parameters)
    if essence not in _HEADERLESS and essence not in _CONTAINERS:
        raise Unreadable(f"was sent as {essence or 'nothing'}, which is no type of audio that the service takes")
    if found is None or found != _CONTAINERS.get(essence):
        raise Unreadable(f"is {found or 'something else'}, not {essence}")
    result = READERS[found](data)
    codec = parameters.get("codecs", result.codec)
    if found in ("Ogg", "WebM") and codec.lower() != result.codec:
        raise Unreadable(f"holds {result.codec}, not {codec}")
    return result


# bytes without a header

_Parameters = Mapping[str, str]
_G729_FRAME = 10  # bytes, for 10 ms


def _l16(data: bytes, parameters: _Parameters) -> Sound:
    codec = "pcm_s16be" if parameters.get("endianness", "").lower() == "big-endian" else "pcm_s16le"
    return _samples(data, codec, 2, parameters)


def _alaw(data: bytes, parameters: _Parameters) -> Sound:
    return _samples(data, "pcm_alaw", 1, parameters)


def _mulaw(data: bytes, parameters: _Parameters) -> Sound:
    return _samples(data, "pcm_mulaw", 1, parameters)


def _basic(data: bytes, _: _Parameters) -> Sound:
    if kind(data) == "AU":
        return READERS["AU"](data)
    return sound(len(data) / 8000, "pcm_mulaw", 8000, len(data))


def _g729(data: bytes, _: _Parameters) -> Sound:
    return sound(len(data) // _G729_FRAME / 100, "g729", 8000, len(data))


def _samples(data: bytes, codec: str, width: int, parameters: _Parameters) -> Sound:
    """Samples of `width` bytes each, those of the channels side by side."""
    rate, channels = _positive(parameters, "rate", None), _positive(parameters, "channels", 1)
    if len(data) % (width * channels):
        raise Unreadable("does not end with a whole sample")
    return sound(len(data) / (width * channels * rate), codec, rate, len(data))


def _positive(parameters: _Parameters, name: str, default: int | None) -> int:
    """The number that a parameter of the content type gives."""
    text = parameters.get(name)
    if text is None and default is not None:
        return default
    if text is None or not re.fullmatch("[1-9][0-9]{0,6}", text):
        raise Unreadable(f"needs a content type with a {name} that is a number")
    return int(text)


_HEADERLESS: dict[str, Callable[[bytes, _Parameters], Sound]] = {
    "audio/alaw": _alaw,
    "audio/basic": _basic,
    "audio/g729": _g729,
    "audio/l16": _l16,
    "audio/mulaw": _mulaw,
}
