"""What the command line writes: reports to standard output and files, complaints and progress to standard error."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, TextIO

from pytest_speechcustom.values import UsageError

if TYPE_CHECKING:
    from pytest_speechcustom.reports import Format

EVERY = 2000
"""After so many exchanges the progress is shown again."""


def publish(options: argparse.Namespace, render: Callable[[Format, bool], str]) -> None:
    """Write the report file if one is asked for, then print. The second argument of `render` asks for colour."""
    failure = None
    if options.report is not None:
        from pytest_speechcustom.reports import form_of

        text = render(form_of(options.report), False)
        try:
            with open(options.report, "w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
                file.write(text)
        except (OSError, ValueError) as error:
            failure = UsageError(f"cannot write {options.report}: {getattr(error, 'strerror', None) or error}")
    say(sys.stdout, render(options.format or "text", _colourful(sys.stdout)))
    if failure is not None:
        raise failure


def say(stream: TextIO | None, text: str) -> None:
    """Write and flush whatever the encoding of the stream can take. A reader that went away is no failure."""
    if stream is None:
        return
    encoding = stream.encoding or "utf-8"
    try:
        stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
        stream.flush()
    except OSError as error:
        _silence(stream)
        if not isinstance(error, BrokenPipeError):
            raise UsageError(f"cannot write to standard output: {error.strerror}") from error


def _silence(stream: TextIO) -> None:
    """Let what is left in a broken stream go nowhere, so that Python does not complain when it ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def complain(message: str) -> None:
    """Write a complaint, in one line."""
    from pytest_speechcustom.reports.digest import plain

    if sys.stderr is not None:
        print(f"speechcustom: error: {plain(message)}", file=sys.stderr)


def _colourful(stream: TextIO | None) -> bool:
    """Whether the stream is a terminal that wants colours (https://no-color.org)."""
    if stream is None or not stream.isatty():
        return False
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


class Progress:
    """A line on a terminal that tells how far a long work has come; elsewhere, nothing."""

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream if stream is not None and stream.isatty() else None
        self._shown = ""

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self._stream is not None and self._shown:
            self._write("\r" + " " * len(self._shown) + "\r")

    def __call__(self, count: int) -> None:
        """Tell that so many exchanges were judged."""
        if count % EVERY == 0:
            self.tell(f"{count} exchanges")

    def tell(self, text: str) -> None:
        """Tell it in the place of what was told before."""
        if self._stream is not None:
            before, self._shown = self._shown, f"speechcustom: {text}"
            self._write("\r" + self._shown.ljust(len(before)))

    def _write(self, text: str) -> None:
        assert self._stream is not None
        self._stream.write(text)
        self._stream.flush()
