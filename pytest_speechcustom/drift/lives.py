"""Two versions of a lifecycle: what a client that polls has to know of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pytest_speechcustom.contracts.model import Contract, Lifecycle
from pytest_speechcustom.drift.changes import Change
from pytest_speechcustom.values import Impact, Source


def lifecycles(old: Contract, new: Contract) -> Iterator[Change]:
    """The changes of all lifecycles, by the name of their resource."""
    for name in dict.fromkeys([*old.lifecycles, *new.lifecycles]):
        was, now = old.lifecycles.get(name), new.lifecycles.get(name)
        if was is None and now is not None:
            told = f"a {name} has states now: {', '.join(_statuses(now))}; work is going on until one of its last"
            yield _change("new", "additive", name, told, now.states[0].source, "", _words(now), _calls(new, name))
        elif was is not None and now is None:
            told = f"a {name} has no states any more"
            yield _change("gone", "breaking", name, told, was.states[0].source, _words(was), "", _calls(old, name))
        elif was is not None and now is not None:
            yield from _compared(name, was, now, _calls(old, name))


def _compared(name: str, was: Lifecycle, now: Lifecycle, calls: tuple[str, ...]) -> Iterator[Change]:
    source = now.states[0].source
    tables: tuple[tuple[str, Iterable[str], Iterable[str]], ...] = (
        ("state", _statuses(was), _statuses(now)),
        ("first state", was.initial, now.initial),
        ("move", [move.id for move in was.by_itself], [move.id for move in now.by_itself]),
        ("call", [call.id for call in was.by_call], [call.id for call in now.by_call]),
    )
    for what, before, after in tables:
        for each in [one for one in before if one not in after]:
            told = f"the {what} {each} of a {name} is gone"
            yield _change("gone", "cosmetic", f"{name}: {what} {each}", told, source, each, "", calls)
        for each in [one for one in after if one not in before]:
            told = f"the {what} {each} of a {name} is new"
            yield _change("new", "breaking", f"{name}: {what} {each}", told, source, "", each, calls)


def _change(
    what: str, impact: Impact, place: str, told: str, source: Source, before: str, after: str, calls: tuple[str, ...]
) -> Change:
    return Change("lifecycle", what, impact, "response", place, told, source, before, after, calls)


def _statuses(lifecycle: Lifecycle) -> list[str]:
    return list(dict.fromkeys(state.status for state in lifecycle.states))


def _words(lifecycle: Lifecycle) -> str:
    return ", ".join(move.id for move in lifecycle.by_itself)


def _calls(contract: Contract, resource: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(touch.operation for touch in contract.touches if touch.resource == resource))
