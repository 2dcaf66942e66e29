"""What laws share: the record that a call names, and how values are shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pytest_speechcustom.contracts.model import Touch
from pytest_speechcustom.engine.history import History, Moment, Record, Sight
from pytest_speechcustom.engine.text import path_of, short
from pytest_speechcustom.values import Absent, Rule

MOST_REMEMBERED = 256
"""How much a law keeps in mind of what it waits for: more is forgotten, so that memory is bounded."""


def key_of(history: History, touch: Touch, moment: Moment) -> str:
    """The key of the resource that a call names in its URL."""
    resource = history.contract.resources[touch.resource]
    name = moment.variables.get(touch.id, "")
    return f"{moment.variables.get(resource.parent, '')}/{name}" if resource.parent else name


def record_of(rule: Rule, history: History, moment: Moment) -> Record | None:
    """What is known of the resource that a call names; ``None``: nothing is."""
    touch = history.touch(moment.operation.id, rule.args["resource"])
    return history.find(touch.resource, key_of(history, touch, moment))


def status_of(moment: Moment) -> str:
    """What was answered, for a message."""
    return f"status {moment.status}"


def url_path(url: str) -> str:
    """The path of a URL, to be compared: in lower case and without a slash at its end."""
    return path_of(url).rstrip("/").lower()


def missing(value: Any) -> bool:
    """Whether a property is absent or null."""
    return value is None or isinstance(value, Absent)


def as_text(value: Any) -> str:
    """A value as it is compared, for a message."""
    if isinstance(value, frozenset):
        return short(sorted(map(str, value)))
    return short(value.isoformat() if hasattr(value, "isoformat") else value)


def losses(rule: Rule, history: History) -> Callable[[Any, Any, Sight], bool]:
    """Whether a list of references, of the kind `references_to`, differs only by what was deleted since."""
    kind = rule.args.get("references_to")

    def only_lost(before: Any, now: Any, sight: Sight) -> bool:
        if not kind or not isinstance(before, frozenset) or not isinstance(now, frozenset):
            return False
        sight.elsewhere = True
        changed = before ^ now if sight.unordered else before - now
        return now - changed <= before and all(_gone(history, kind, key) for key in changed)

    return only_lost


def _gone(history: History, kind: str, key: str) -> bool:
    record = history.find(kind, key)
    if record is None:
        return kind in history.forgot
    return record.deleted is not None or not record.facts.get("exists")
