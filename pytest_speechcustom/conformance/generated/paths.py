"""What a call is about: the thing at whose path it stands, and what an answer tells of what was made."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from pytest_speechcustom.conformance.client import Answer
from pytest_speechcustom.contracts.model import Contract, Operation, Touch

Ids = Mapping[str, str]
"""The path variables that name a thing."""
_VARIABLE = re.compile("{([^}]+)}")


def home(contract: Contract, operation: Operation) -> str:
    """The kind of thing that has to be there for a call to succeed; empty: none that a client makes."""
    made = {touch.resource for touch in contract.touches if touch.role == "create" and not touch.elsewhere}
    made -= {touch.resource for touch in _creating(contract, operation) if touch.id in _names(operation.path)}
    found = [contract.resources[name] for name in made if _within(operation.path, contract.resources[name].path)]
    return max(found, key=lambda resource: len(resource.path)).name if found else ""


def about(contract: Contract, resources: Iterable[str]) -> tuple[str, ...]:
    """The operations on things of these kinds, what is inside them, and their lists."""
    wanted = set(resources)
    touched = {touch.operation for touch in contract.touches if touch.resource in wanted}
    return tuple(
        each.id for each in contract.operations.values() if each.id in touched or home(contract, each) in wanted
    )


def made(contract: Contract, operation: Operation, sent: Ids, answer: Answer) -> list[tuple[str, Ids]]:
    """The kinds and ids of what an accepted request has made."""
    found: list[tuple[str, Ids]] = []
    body = answer.body if isinstance(answer.body, dict) else {}
    for touch in _creating(contract, operation) if answer.accepted else ():
        resource = contract.resources[touch.resource]
        names = _names(resource.path)
        said = body.get(resource.identity)
        if touch.id not in names and isinstance(said, str):
            sent = {**sent, names[-1]: said.partition("?")[0].rpartition("/")[2]}
        if all(sent.get(name) for name in names):
            found.append((resource.name, {name: sent[name] for name in names}))
    return found


def reads(contract: Contract, resource: str) -> tuple[str, ...]:
    """The operations that show a thing of a kind: alone, and in its list."""
    rows = [touch for touch in contract.touches if touch.resource == resource and touch.role in ("read", "list")]
    shown = [touch for touch in rows if touch.at]
    alone = [each.operation for each in shown if each.role == "read"]
    listed = [each.operation for each in shown if each.role == "list"]
    return (*alone[:1], *listed[:1])


def _creating(contract: Contract, operation: Operation) -> list[Touch]:
    rows = [touch for touch in contract.touches if touch.operation == operation.id]
    return [touch for touch in rows if touch.role == "create" and not touch.elsewhere]


def _names(path: str) -> list[str]:
    return _VARIABLE.findall(path)


def _within(path: str, home: str) -> bool:
    return path == home or path.startswith((home + "/", home + ":"))
