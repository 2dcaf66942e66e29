"""Which of the new names an old one probably became: a hint for a person, never a judgement."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import SequenceMatcher

_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")


def successor(gone: str, new: Iterable[str]) -> str | None:
    """The new name that begins with the same word at the same place, the most alike of several; or ``None``.

    Names are property paths (``.links.copyTo``) or single names; what stands before the last dot must be the same.
    """
    where, _, name = gone.rpartition(".")
    alike = [
        (SequenceMatcher(None, name, other.rpartition(".")[2]).ratio(), other)
        for other in new
        if other.rpartition(".")[0] == where and words(other.rpartition(".")[2])[:1] == words(name)[:1] != []
    ]
    return max(alike)[1] if alike else None


def words(name: str) -> list[str]:
    """The words of a name in camel case: ``sasValidityInSeconds`` begins with ``sas``."""
    return [word.lower() for word in _WORD.findall(name)]
