"""Real audio of some length in few bytes, alone and in archives."""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Mapping
from functools import cache

from tests.servers import flac


@cache
def silence(seconds: int, rate: int = 16_000) -> bytes:
    """A FLAC file."""
    return flac.silence(seconds, rate)


def zipped(files: Mapping[str, bytes]) -> bytes:
    """A zip of files."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return whole.getvalue()


def tarred(files: Mapping[str, bytes]) -> bytes:
    """A tar.gz of files."""
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w:gz") as archive:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return whole.getvalue()
