"""The state machine: which states a resource may be in, given the moves and calls of a lifecycle table.

A client that polls samples a machine that moves by itself, so what is known of a resource is a *set* of
states. `None` stands for "any": nothing is known (a history may begin in the middle, and calls that
overlap have no order). Every judgement is one of reachability; no raw edge is ever judged.
"""

from __future__ import annotations

from pytest_speechcustom.contracts.model import Call, Lifecycle

Possible = frozenset[str] | None


class Machine:
    """One lifecycle, made ready for looking things up."""

    def __init__(self, lifecycle: Lifecycle) -> None:
        """Close the spontaneous moves once; everything else is a table look-up."""
        self.lifecycle = lifecycle
        self.states = frozenset(state.name for state in lifecycle.states)
        self._shown: dict[str, frozenset[str]] = {}
        for state in lifecycle.states:
            self._shown[state.status] = self._shown.get(state.status, frozenset()) | {state.name}
        self.status_of = {state.name: state.status for state in lifecycle.states}
        self._next = {state: self._reach(state) for state in self.states}
        self.final = frozenset(
            status for status, names in self._shown.items() if all(self._next[name] == {name} for name in names)
        )
        self.still = frozenset(name for name in self.states if self._next[name] == {name})
        self._calls: dict[str, tuple[Call, ...]] = {}
        for call in lifecycle.by_call:
            self._calls[call.operation] = (*self._calls.get(call.operation, ()), call)
        self._closures: dict[frozenset[str], frozenset[str]] = {}

    def _reach(self, origin: str) -> frozenset[str]:
        reached, grew = {origin}, True
        while grew:
            more = {move.target for move in self.lifecycle.by_itself if move.origin in reached} - reached
            reached |= more
            grew = bool(more)
        return frozenset(reached)

    def known(self, status: object) -> bool:
        """Whether the status is one of the documented ones."""
        return isinstance(status, str) and status in self._shown

    def start(self) -> Possible:
        """The states a resource may be in when it has just been created."""
        return frozenset(self.lifecycle.initial)

    def later(self, possible: Possible) -> Possible:
        """Where the resource may be after any time has passed without a call."""
        if possible is None:
            return None
        closed = self._closures.get(possible)
        if closed is None:
            closed = frozenset().union(*(self._next[state] for state in possible))
            self._closures[possible] = closed
        return closed

    def statuses(self, possible: Possible) -> frozenset[str]:
        """The statuses a client may read; all of them where nothing is known."""
        return frozenset(self._shown) if possible is None else frozenset(self.status_of[state] for state in possible)

    def see(self, possible: Possible, status: str) -> tuple[Possible, bool]:
        """What is known after `status` was read, and whether it could be read."""
        named = self._shown[status]
        later = self.later(possible)
        if later is None:
            return named, True
        left = later & named
        return (left, True) if left else (named, False)

    def shows(self, possible: frozenset[str], status: str) -> bool:
        """Whether `status` may be read of a resource that was in one of these states, and was left to itself."""
        return any(not self._next[state].isdisjoint(self._shown[status]) for state in possible)

    def row(self, operation: str, status: int, success: bool) -> Call | None:
        """The table row for a call with this answer; ``None`` when the tables know nothing of it."""
        for call in self._calls.get(operation, ()):
            if status in call.statuses if call.statuses else success:
                return call
        return None

    def touched_by(self, operation: str) -> bool:
        """Whether a call of this operation may change the state."""
        return operation in self._calls

    def call(self, possible: Possible, row: Call) -> Possible:
        """Where the resource may be right after a call of this row was answered."""
        later = self.later(possible)
        if later is None:
            origins = self.states
            if any(state not in row.moves and not row.otherwise for state in origins):
                return None
        else:
            origins = later
        targets: set[str] = set()
        for state in origins:
            targets.update(row.moves.get(state, row.otherwise or (state,)))
        return frozenset(targets)
