"""Readers of captured traffic: a file in, exchanges out, as a stream.

`read` picks the reader by the file's suffix. Whatever is wrong with a file, the one exception that
leaves this package is `TrafficError`, with one line that names the file and the place in it.
"""

from __future__ import annotations

import importlib
import os
import stat
from collections.abc import Callable, Iterator
from typing import Final

from pytest_speechcustom.values import Exchange, TrafficError

__all__ = ["SUFFIXES", "read"]

_READERS: Final = {".har": "har", ".json": "cassette", ".ndjson": "ndjson", ".yaml": "cassette", ".yml": "cassette"}

SUFFIXES: Final[tuple[str, ...]] = tuple(_READERS)
"""The suffixes of the files that `read` can read."""


def read(path: str | os.PathLike[str]) -> Iterator[Exchange]:
    """The exchanges of a file, in its order, read as they are asked for.

    Takes the path of a HAR (``.har``), a vcrpy cassette (``.yaml``, ``.yml``, ``.json``) or an NDJSON
    file (``.ndjson``). Memory is bounded by the largest exchange, not by the file.

    Returns an iterator; `Exchange.where` begins with the path as it was given.

    Raises `TrafficError`: at once when the file is missing, a directory, unreadable or of another
    suffix; while iterating, after the exchanges before it, when something in it is broken; at the end
    when there was no exchange (nothing to check is not a pass).
    """
    name = os.fsdecode(path)
    reader = _READERS.get(os.path.splitext(name)[1].lower())
    if reader is None:
        raise TrafficError(f"{name}: no reader for this kind of file; known are {', '.join(SUFFIXES)}")
    _probe(name)
    module = importlib.import_module(f"{__name__}.{reader}")
    entry: Callable[[str], Iterator[Exchange]] = module.read
    return entry(name)


def _probe(name: str) -> None:
    """Raise `TrafficError` unless `name` is a file that can be opened."""
    try:
        mode = os.stat(name).st_mode
        if stat.S_ISDIR(mode):
            raise TrafficError(f"{name}: is a directory, not a file of captured traffic")
        if stat.S_ISREG(mode):  # opening a pipe twice would lose what is in it
            with open(name, "rb"):
                pass
    except OSError as error:
        raise TrafficError(f"{name}: cannot be read: {error.strerror or error}") from error
    except ValueError as error:  # a NUL in the name
        raise TrafficError(f"{name!r}: is no file name: {error}") from error
