"""Two versions of an entity, place by place: what a client that sends or reads it has to change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pytest_speechcustom.contracts.model import Contract
from pytest_speechcustom.drift.changes import Change
from pytest_speechcustom.drift.names import successor
from pytest_speechcustom.drift.shapes import Leaf, leaves, users
from pytest_speechcustom.values import Direction, Impact, Source

Said = tuple[str, Impact, str]
"""What happened to a place, what that means, and in words."""

_DIRECTIONS: tuple[Direction, ...] = ("request", "response")
_LOWER = ("minimum", "minLength")
_UPPER = ("maximum", "maxLength", "maxProperties")


def compare(old: Contract, new: Contract) -> Iterator[Change]:
    """The changes of all entities that messages of either contract may hold."""
    before, after = users(old), users(new)
    for entity in sorted({*old.schemas, *new.schemas}):
        was = leaves(old, entity) if entity in old.schemas else {}
        now = leaves(new, entity) if entity in new.schemas else {}
        for direction in _DIRECTIONS:
            used = before[direction].get(entity) or after[direction].get(entity)
            if used:
                yield from _entity(entity, was, now, direction, used)


def _entity(
    entity: str, was: Mapping[str, Leaf], now: Mapping[str, Leaf], direction: Direction, used: tuple[str, ...]
) -> Iterator[Change]:
    sent = direction == "request"
    if sent:  # what the service sets is no part of a request
        was = {path: leaf for path, leaf in was.items() if not leaf.read_only}
        now = {path: leaf for path, leaf in now.items() if not leaf.read_only or path in was}
    new = [path for path in now if path not in was]
    for path in dict.fromkeys([*was, *now]):
        holder = _holder(path)
        if holder and (holder in was) != (holder in now):
            continue  # told with what it stands in
        for what, impact, told in _place(path, was, now, new, sent):
            before, after = was.get(path), now.get(path)
            said = after or before
            source = said.source if said else Source("", "")
            yield Change("property", what, impact, direction, entity + path, told, source,
                         str(before or ""), str(after or ""), used)  # fmt: skip


def _place(path: str, was: Mapping[str, Leaf], now: Mapping[str, Leaf], new: list[str], sent: bool) -> Iterator[Said]:
    before, after = was.get(path), now.get(path)
    if before is not None and after is not None:
        yield from altered(before, after, sent=sent)
    elif after is not None:
        if sent and after.required and was:
            yield "required", "breaking", "is new, and must be sent"
        else:
            yield "new", "additive", "is new"
    else:
        told = "is not taken any more" if sent else "is not answered any more"
        heir = successor(path, new)
        if heir is None:
            yield "gone", "breaking", told
        else:
            yield "renamed", "breaking", f"{told}; {heir[1:]} is new, and named alike"


def altered(before: Leaf, after: Leaf, *, sent: bool) -> Iterator[Said]:
    """What is different in a place that both versions have."""
    if before.type != after.type:
        wider = after.type == "any" or (before.type == "integer" and after.type == "number")
        harmless = wider if sent else before.type == "any"
        impact: Impact = "cosmetic" if before.stated else "additive" if harmless else "breaking"
        yield "retyped", impact, f"is {after.type}, no longer {before.type}"
    if after.read_only and not before.read_only and sent:
        yield "read-only", "breaking", "is set by the service now, and must not be sent"
    if after.required != before.required:
        if sent:
            yield ("required" if after.required else "optional",
                   "breaking" if after.required else "additive", _must(after, "be sent"))  # fmt: skip
        else:
            yield ("always" if after.required else "optional",
                   "additive" if after.required else "breaking", _must(after, "be there"))  # fmt: skip
    yield from _values(before, after, sent)
    yield from _limits(dict(before.limits), dict(after.limits), sent)


def _must(after: Leaf, be: str) -> str:
    return f"must {be} now" if after.required else f"need not {be} any more"


def _values(before: Leaf, after: Leaf, sent: bool) -> Iterator[Said]:
    """New and gone values of an enum. One that the old contract leaves open promised new values."""
    new = [value for value in after.values if value not in before.values]
    gone = [value for value in before.values if value not in after.values]
    if new and before.values:
        harmless = sent or before.open
        kind = "an open list" if before.open else "a closed list"
        yield "values", "additive" if harmless else "breaking", f"has new values in {kind}: {', '.join(new)}"
    elif new:
        yield "values", "breaking" if sent else "cosmetic", f"is one of {', '.join(new)} now"
    if gone:
        told = f"has lost values: {', '.join(gone)}" if after.values else "is not limited to a list any more"
        harmless = not after.values if sent else bool(after.values)
        yield "values-gone", "cosmetic" if harmless else "breaking", told


def _limits(before: Mapping[str, str], after: Mapping[str, str], sent: bool) -> Iterator[Said]:
    """Limits that became tighter break who sends, looser ones who reads."""
    for name in sorted({*before, *after}):
        was, now = before.get(name), after.get(name)
        if was != now:
            tighter = _tighter(name, was, now)
            yield (
                "limit",
                "breaking" if tighter and sent else "cosmetic",
                f"has {name} {now} now, before {was}" if now is not None and was is not None
                else f"has {name} {now} now" if now is not None else f"has no {name} any more (it was {was})",
            )  # fmt: skip


def _tighter(name: str, was: str | None, now: str | None) -> bool:
    """Whether fewer values are allowed than before; what cannot be compared counts as that."""
    if now is None:
        return False
    if was is None or name not in (*_LOWER, *_UPPER):
        return True
    return float(now) > float(was) if name in _LOWER else float(now) < float(was)


def _holder(path: str) -> str:
    """The place that a place stands in: ``.a`` of ``.a[]``, ``.a.b`` and ``.a.*``; empty at the top."""
    return path.removesuffix("[]") if path.endswith("[]") else path.rpartition(".")[0]
