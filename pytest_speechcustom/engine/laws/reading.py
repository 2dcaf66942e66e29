"""What laws about entities read: in answers to which calls, and which properties, so that nothing is judged in vain."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pytest_speechcustom.engine.history import History
from pytest_speechcustom.values import Rule


def roles(rule: Rule) -> tuple[str, ...]:
    """The roles of the calls whose answers can exercise a rule."""
    if rule.law in ("echo.same", "echo.present"):
        return (rule.args["role"],)
    return _ROLES.get(rule.law, ("read", "create", "update", "list"))


def reads(rule: Rule, history: History) -> frozenset[str] | None:
    """The pointers a law reads of an entity; ``None`` where it looks at more than the entity and the record."""
    if "place" in rule.args:
        return None
    resource = history.contract.resources[rule.args["resource"]]
    pointers = list(_pointers(rule.args))
    if rule.law in _COMPARING:
        pointers += [field.pointer for field in (*resource.fixed, *resource.written)]
    if rule.law in ("identity.url", "identity.property"):
        pointers += ["/self", f"/{resource.identity}"]
    if resource.lifecycle:
        pointers.append(resource.lifecycle.status)
    return frozenset(pointers)


def _pointers(value: Any) -> Iterator[str]:
    """Every JSON pointer in the arguments of a rule: what begins with a slash."""
    if isinstance(value, str):
        if value.startswith("/"):
            yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _pointers(inner)
    elif isinstance(value, Iterable):
        for inner in value:
            yield from _pointers(inner)


_COMPARING = ("list.same", "read.writes", "read.present", "read.steady", "echo.same", "echo.present")


_ROLES = {
    "field.fixed": ("read", "create", "update"),
    "list.same": ("list",),
    "read.writes": ("read", "update"),
    "read.present": ("read",),
    "read.steady": ("read", "update"),
}
