"""What an archive-type audio resource holds: the files of a zip, or of a tar in a gzip, and what each sounds like.

Nothing is written to a disk, so that no name can lead anywhere; names, links and sizes that would harm whoever unpacks
the archive make a file invalid all the same. At no time is more than one file unpacked in memory, and no more than
`MEMBER_BYTES` of it. An archive that cannot be read to its end, or that unpacks to more than it may, is a `Problem` as
a whole; a file within it that is not the audio it should be is a `Member` with a `Problem`. Archives within archives
are not opened.
"""

from __future__ import annotations

import io
import posixpath
import re
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from pytest_speechcustom.emulator import audio
from pytest_speechcustom.emulator.audio import Problem, Sound
from pytest_speechcustom.emulator.containers import Unreadable

MEMBERS = 10_000
"""Entries of an archive, with folders and what is passed over."""

MEMBER_BYTES = 100 * 2**20
"""Bytes of one unpacked file: as many as an audio resource may have."""

TOTAL_BYTES = 2**30
"""Bytes to which an archive may unpack."""

FREE_BYTES = 2**28
"""Bytes to which any archive may unpack: silence in WAV files packs a thousand times smaller, and is no bomb."""

RATIO = 100
"""How many times larger than itself an archive may unpack, beyond `FREE_BYTES`."""

NAME_LENGTH = 128
"""Characters in the name of a file: the documents of the service say so."""

DIRECTORY_BYTES = 2**21
"""Bytes that are read of a zip at once, which its directory is."""

HEADER_BYTES = 2**16
"""Bytes of what a tar tells of one file."""

HEADERS_BYTES = 2**24
"""Bytes of what a tar tells of all files."""

DIGITS = NAME_LENGTH
"""Digits in a row in what a tar tells: Python before 3.11.10 and 3.12.6 looks at all of them again from each."""

PAX_HEADERS = 100
"""Names of what a tar tells of all of its files."""

_PIECE = 2**16


@dataclass(frozen=True, slots=True)
class Member:
    """A file of an archive: its name there, and its sound or why it is invalid."""

    name: str
    result: Sound | Problem


class _Refused(Exception):
    """An archive that is a problem as a whole. The message reads on from "the archive"."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """A file as the archive tells of it, before it is unpacked.

    `flaw` is why it must not be. `pieces` unpacks its `size` bytes; it raises `Unreadable` where the file is broken,
    `_Refused` where the archive is.
    """

    name: str
    size: int
    flaw: str | None
    pieces: Iterator[bytes]


def members(data: bytes, content_type: str, contained: str | None = None) -> list[Member] | Problem:
    """The files of an archive in their order, or why it cannot be read. Raises nothing, whatever the bytes are.

    `content_type` is ``application/zip`` or ``application/gzip``; `contained` the ``Contained-Content-Type``, that
    of every file, or ``None`` where each file shows its format itself. Folders are left out, and so is what macOS adds.
    """
    meter = _Meter(min(TOTAL_BYTES, max(FREE_BYTES, RATIO * len(data))))
    essence = content_type.partition(";")[0].strip().lower()
    try:
        if essence == "application/zip":
            return _judged(_zipped(data, meter), contained)
        if essence == "application/gzip":
            return _judged(_tarred(data, meter), contained)
        raise _Refused(f"was sent as {essence or 'nothing'}, which is no type of archive that the service takes")
    except _Refused as error:
        return Problem(str(error))


class _Meter:
    """Counts unpacked bytes, and refuses the archive when there are more than `allowed`."""

    def __init__(self, allowed: int) -> None:
        self._allowed, self._left = allowed, allowed

    def count(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise _Refused(f"unpacks to more than {self._allowed} bytes")


# files


def _judged(entries: Iterator[_Entry], contained: str | None) -> list[Member]:
    found: list[Member] = []
    names: set[str] = set()
    for entry in entries:
        if _is_passed_over(entry.name):
            continue
        path = posixpath.normpath(entry.name)
        flaw = _flaw_of_name(entry.name) or ("stands twice in the archive" if path in names else entry.flaw)
        names.add(path)
        found.append(Member(entry.name, Problem(flaw) if flaw else _unpacked(entry, contained)))
    if not found:
        raise _Refused("holds no file")
    return found


def _is_passed_over(name: str) -> bool:
    """Whether macOS put it there."""
    *folders, last = name.split("/")
    return "__MACOSX" in folders or last == ".DS_Store" or last.startswith("._")


def _flaw_of_name(name: str) -> str | None:
    if not name or any(ord(letter) < 32 or ord(letter) == 127 for letter in name):
        return "has a name that is none"
    if "\\" in name or name.startswith("/") or ".." in name.split("/") or re.match("[A-Za-z]:", name):
        return "has a name that leads out of the archive"
    if len(posixpath.basename(name)) > NAME_LENGTH:
        return f"has a name of more than {NAME_LENGTH} characters"
    return None


def _unpacked(entry: _Entry, contained: str | None) -> Sound | Problem:
    """What the file sounds like."""
    if not 0 <= entry.size <= MEMBER_BYTES:
        return Problem(f"has more than {MEMBER_BYTES} bytes")
    whole = io.BytesIO()  # joining a list of the pieces would hold them twice
    try:
        for piece in entry.pieces:
            whole.write(piece)
    except Unreadable as error:
        return Problem(str(error))
    data = whole.getvalue()
    if data.startswith((b"PK\3\4", b"PK\5\6", b"\x1f\x8b")):
        return Problem("is an archive itself")
    return audio.read(data, _type_of(entry.name, contained))


def _type_of(name: str, contained: str | None) -> str | None:
    """The content type of a file. G.729 shows no format, and yet an archive of it needs no type: its name tells."""
    if contained is None and name.lower().endswith((".g729", ".729")):
        return "audio/g729"
    return contained


# zip


def _zipped(data: bytes, meter: _Meter) -> Iterator[_Entry]:
    try:
        archive = zipfile.ZipFile(_Frugal(data))
    except (
        Exception
    ) as error:  # what zipfile raises for hostile bytes has no common base: struct.error, ValueError, ...
        raise _Refused(f"is no zip, or cut short, or broken: {error}") from None
    entries = archive.infolist()
    if len(entries) > MEMBERS:
        raise _Refused(f"holds more than {MEMBERS} files")
    for info in entries:
        name = info.orig_filename  # `filename` ends at the first NUL, and may have its separators changed
        if not name.endswith("/"):
            yield _Entry(name, info.file_size, _flaw_in_zip(info), _unzipped(archive, info, meter))


class _Frugal(io.BytesIO):
    """A zip in memory. Its directory is read at once, and makes ten times as much of objects: it must not be long."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self._size = len(data)  # `getbuffer` would copy the data

    def read(self, size: int | None = -1, /) -> bytes:
        wanted = self._size - self.tell() if size is None or size < 0 else size
        if wanted > DIRECTORY_BYTES:
            raise zipfile.BadZipFile(f"its directory has more than {DIRECTORY_BYTES} bytes")
        return super().read(wanted)


def _flaw_in_zip(info: zipfile.ZipInfo) -> str | None:
    if info.flag_bits & 0x1:
        return "is encrypted"
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):  # LZMA takes memory as the file tells it
        return "is neither stored nor deflated"
    if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG):
        return "is a link or a device"
    return None


def _unzipped(archive: zipfile.ZipFile, info: zipfile.ZipInfo, meter: _Meter) -> Iterator[bytes]:
    try:
        with archive.open(info) as stream:
            while piece := stream.read(_PIECE):
                meter.count(len(piece))
                yield piece
    except _Refused:
        raise
    except Exception as error:  # as above; a checksum that does not fit is one of them
        raise Unreadable(f"is broken in the archive: {error}") from None


# tar in gzip


def _tarred(data: bytes, meter: _Meter) -> Iterator[_Entry]:
    tape = _Tape(data, meter)
    with tape.header():
        archive = _Tar(fileobj=tape, encoding="utf-8", errors="replace")
    for _ in range(MEMBERS):
        with tape.header():
            info = archive.next()
        if info is None:
            return tape.finish()
        if not info.isdir():
            yield _Entry(info.name, info.size, _flaw_in_tar(info), tape.pieces(info.offset_data, info.size))
        archive.members.clear()  # tarfile keeps them, each with all that was told of all files
        if len(archive.pax_headers) > PAX_HEADERS:
            raise _Refused(f"tells more than {PAX_HEADERS} things of all files")
    raise _Refused(f"holds more than {MEMBERS} files")


class _Tar(tarfile.TarFile):
    members: list[tarfile.TarInfo]  # left out of its type information


def _flaw_in_tar(info: tarfile.TarInfo) -> str | None:
    if info.issym() or info.islnk():
        return "is a link"
    return None if info.isreg() and not info.issparse() else "is a device or of another kind than files are"


class _Tape(io.RawIOBase):
    """What a gzip holds, as a file that tarfile reads forwards: no more than the piece asked for is unpacked.

    Not by the gzip module: it takes minutes to read over a long name in the header. A gzip is one stream here, and
    what stands behind it must be zeros.
    """

    def __init__(self, data: bytes, meter: _Meter) -> None:
        self._data, self._fed = data, 0
        self._meter = meter
        self._inflate = zlib.decompressobj(wbits=31)
        self._at = 0
        self._header_left, self._headers_left = 0, HEADERS_BYTES
        self._block = b""

    @contextmanager
    def header(self) -> Iterator[None]:
        """While tarfile reads what is told of the next file, which it holds in memory."""
        self._header_left = HEADER_BYTES
        try:
            yield
        except _Refused:
            raise
        except Exception as error:  # TarError mostly, but hostile numbers and names make others
            raise _Refused(f"holds no tar, or a broken one: {error}") from None

    def read(self, size: int = -1, /) -> bytes:
        """Bytes of a header."""
        self._header_left -= size
        self._headers_left -= size
        if size < 0 or self._header_left < 0 or self._headers_left < 0:
            raise _Refused(f"tells more than {HEADER_BYTES} bytes of one file, or {HEADERS_BYTES} of all")
        self._block = self._pull(size)
        if _LONG_NUMBER.search(self._block):
            raise _Refused(f"tells something of a file with more than {DIGITS} digits in a row")
        return self._block

    def tell(self) -> int:
        """The place, in unpacked bytes."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Read over what is before `offset`."""
        if whence != io.SEEK_SET or offset < self._at:
            raise _Refused("holds a broken tar: it leads backwards")
        while self._at < offset:
            if not self._pull(min(_PIECE, offset - self._at)):
                raise _Refused("is cut short")
        return self._at

    def pieces(self, start: int, size: int) -> Iterator[bytes]:
        """The `size` bytes from `start` on."""
        self.seek(start)
        while left := start + size - self._at:
            piece = self._pull(min(_PIECE, left))
            if not piece:
                raise _Refused("is cut short")
            yield piece

    def finish(self) -> None:
        """Make sure that the tar has its end, and the gzip its checksum, and that nothing comes behind."""
        if self._block != bytes(tarfile.BLOCKSIZE):  # tarfile takes a broken header for the end
            raise _Refused("holds a tar that is cut short or broken")
        while self._pull(_PIECE):
            pass
        if self._inflate.unused_data.strip(b"\0") or _SOMETHING.search(self._data, self._fed):
            raise _Refused("goes on behind its end")

    def _pull(self, size: int) -> bytes:
        """The next `size` bytes, fewer only at the end."""
        pulled = bytearray()
        while len(pulled) < size and (piece := self._inflated(size - len(pulled))):
            pulled += piece
        self._at += len(pulled)
        return bytes(pulled)

    def _inflated(self, size: int) -> bytes:
        """Some of the next `size` bytes, nothing at the end."""
        while not self._inflate.eof:
            packed = self._inflate.unconsumed_tail or self._data[self._fed : self._fed + _PIECE]
            if not self._inflate.unconsumed_tail:
                self._fed += len(packed)
            try:
                piece = self._inflate.decompress(packed, size)
            except zlib.error as error:
                raise _Refused(f"is no gzip, or broken: {error}") from None
            self._meter.count(len(piece))
            if piece:
                return piece
            if not packed:
                raise _Refused("is cut short")
        return b""


_SOMETHING = re.compile(rb"[^\0]")
_LONG_NUMBER = re.compile(rb"[0-9]{%d}" % (DIGITS + 1))
