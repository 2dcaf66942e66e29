"""What Watson says of the audio that it was sent: the analysis of a file, or of an archive of files."""

from __future__ import annotations

from dataclasses import dataclass

from pytest_speechcustom.contracts.model import Json
from pytest_speechcustom.emulator import archives, audio

_COMPRESSIONS = {"application/zip": "zip", "application/gzip": "gzip"}
_MAGICS = {b"PK": "application/zip", b"\x1f\x8b": "application/gzip"}


@dataclass(frozen=True, slots=True)
class File:
    """A file of an archive, analysed."""

    name: str
    result: Analysis


@dataclass(frozen=True, slots=True)
class Analysis:
    """What came out: whole seconds, the `details` of payloads, and for an archive its files (else ``None``)."""

    valid: bool
    duration: int
    details: Json
    files: tuple[File, ...] | None = None


def archive_type(data: bytes, content_type: str) -> str | None:
    """The media type of the archive that `data` was sent as, or is where no type was sent; ``None`` for none."""
    kind = content_type.partition(";")[0].strip().lower() if content_type else _MAGICS.get(data[:2])
    return kind if kind in _COMPRESSIONS else None


def unreadable(archive: bool) -> Analysis:
    """The analysis of what nobody can make anything of. Our choice: no length, and type `undetermined`."""
    return Analysis(False, 0, {"type": "undetermined"}, () if archive else None)


def analyse(data: bytes, content_type: str, contained: str | None, least_rate: int) -> Analysis:
    """Analyse a file or an archive.

    `content_type` is the header (empty: the bytes decide), `contained` the format of the files in an archive.
    `least_rate` is the sampling rate that audio needs at least.
    """
    kind = archive_type(data, content_type)
    if kind is None:
        return _of_sound(audio.read(data, content_type or None), least_rate)
    members = archives.members(data, kind, contained)
    if isinstance(members, audio.Problem):
        return unreadable(archive=True)
    files = tuple(File(member.name, _of_sound(member.result, least_rate)) for member in members)
    return Analysis(
        valid=all(file.result.valid for file in files),
        duration=sum(file.result.duration for file in files),
        details={"type": "archive", "compression": _COMPRESSIONS[kind]},
        files=files,
    )


def _of_sound(sound: audio.Sound | audio.Problem, least_rate: int) -> Analysis:
    if isinstance(sound, audio.Problem):
        return unreadable(archive=False)
    details = {"type": "audio", "codec": sound.codec, "frequency": sound.frequency}
    return Analysis(sound.frequency >= least_rate, sound.duration, details)
