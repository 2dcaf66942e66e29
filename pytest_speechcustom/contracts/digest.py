"""The version of a contract: a digest of its schemas and tables, so that a recording can tell what it was made under.

Prose and citations are left out: a better sentence changes nothing that a recording could have shown.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Set
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any

from pytest_speechcustom.contracts.model import Contract
from pytest_speechcustom.values import Source

_PROSE = frozenset(("description", "documents", "examples", "source", "summary", "text", "title", "x-source"))
_LENGTH = 16


def digest(contract: Contract) -> str:
    """Sixteen hexadecimal digits that change when the contract demands or allows something else."""
    return _by_identity(_Key(contract))


class _Key:
    """A contract as a key of a cache: contracts hold mappings, and are the same when they are one object."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self.contract is other.contract

    def __hash__(self) -> int:
        return id(self.contract)


@cache
def _by_identity(key: _Key) -> str:
    state = hashlib.sha256()
    for piece in _pieces(key.contract):
        state.update(piece.encode("utf-8", "surrogatepass") + b"\0")
    return state.hexdigest()[:_LENGTH]


def _pieces(value: Any) -> list[str]:
    """A value as texts in an order of their own, whatever order its sets and mappings have."""
    if isinstance(value, Source):
        return []
    if is_dataclass(value) and not isinstance(value, type):
        value = {each.name: getattr(value, each.name) for each in fields(value)}
    if isinstance(value, Mapping):
        names = sorted(((str(name), name) for name in value if name not in _PROSE), key=lambda pair: pair[0])
        return ["{", *(piece for shown, name in names for piece in (shown, *_pieces(value[name]))), "}"]
    if isinstance(value, Set):
        return ["(", *sorted(piece for item in value for piece in _pieces(item)), ")"]
    if isinstance(value, list | tuple):
        return ["[", *(piece for item in value for piece in _pieces(item)), "]"]
    return [f"{type(value).__name__} {value!r}"]
