"""What the suite made at a target and has not yet deleted: in memory, and in a file that outlives a crash."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

FOLDER = ".speechcustom-ledger"
"""Where the files are, in the working directory: one for each run."""
_TRIES = 10


class Ledger:
    """The paths of what was made, newest last. With a `file`, each change is on disk before the next request."""

    def __init__(self, file: Path | None = None, base: str = "") -> None:
        self._file = file
        self._base = base
        self._open: dict[str, None] = {}
        self._ever: set[str] = set()

    def made(self, path: str) -> None:
        """Enter what was made, by the path at which it is deleted."""
        if path not in self._open:
            self._open[path] = None
            self._ever.add(path)
            self._note("made", path)

    def owns(self, path: str) -> bool:
        """Whether this, or what it is in, was ever made by this run."""
        return any(path == own or path.startswith((own + "/", own + ":")) for own in self._ever)

    def own(self, path: str) -> None:
        """Say that a path is nobody's, such as that of a random id: it may be deleted."""
        self._ever.add(path)

    def gone(self, path: str) -> None:
        """Strike out what was deleted."""
        if path in self._open:
            del self._open[path]
            self._note("gone", path)
            if not self._open and self._file is not None:
                self._file.unlink(missing_ok=True)
                with suppress(OSError):  # another run has its ledger there
                    self._file.parent.rmdir()

    @property
    def left(self) -> tuple[str, ...]:
        """What is still there, the newest first: what was made last may refer to what was made before."""
        return tuple(reversed(self._open))

    def _note(self, what: str, path: str) -> None:
        if self._file is None:
            return
        for _ in range(_TRIES):  # another run may just take the empty folder away
            self._file.parent.mkdir(exist_ok=True)
            with suppress(FileNotFoundError), self._file.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"base": self._base, what: path}) + "\n")
                file.flush()
                os.fsync(file.fileno())
                return


def unfinished(folder: Path, base: str) -> Iterator[Ledger]:
    """The ledgers of runs against `base` that did not come to their end."""
    for file in sorted(folder.glob("*.ndjson")):
        ledger = Ledger()
        for line in file.read_text(encoding="utf-8").splitlines():
            try:
                row = json.loads(line)
            except ValueError:
                continue  # the run ended in the middle of a line
            if row.get("base") == base:
                if "made" in row:
                    ledger.made(row["made"])
                else:
                    ledger.gone(row.get("gone", ""))
        ledger._file, ledger._base = file, base
        if ledger.left:
            yield ledger
