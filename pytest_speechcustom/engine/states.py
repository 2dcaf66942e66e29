"""Runs the state machines over the records, and judges the five rules that come with a lifecycle.

`state.closed`: the status is a documented one. `state.initial`: the first status after a create call is a
legal one. `state.forward`: it is reachable from what was seen before. `state.final`: the same, from a state
that nothing leaves by itself. `state.after-call`: the same, where a call said what must follow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from pytest_speechcustom.contracts.model import Call, Contract, Touch
from pytest_speechcustom.engine.breach import Breach
from pytest_speechcustom.engine.history import Moment, Record, Sight
from pytest_speechcustom.engine.machine import Machine
from pytest_speechcustom.engine.text import at, real, short

Tally = Callable[[str, bool], None]


class States:
    """The machines of one contract and the ids of the rules that belong to them."""

    def __init__(self, contract: Contract) -> None:
        """Find the rules of each resource by their law."""
        self.machines = {name: Machine(lifecycle) for name, lifecycle in contract.lifecycles.items()}
        self._rules: dict[str, dict[str, str]] = {name: {} for name in self.machines}
        for rule in contract.rules.values():
            if rule.law.startswith("state.") and rule.args.get("resource") in self._rules:
                named = [f"from {status}" for status in rule.args.get("origin", ())] or [rule.law]
                for name in named:
                    self._rules[rule.args["resource"]].setdefault(name, rule.id)
        self.coverage: dict[str, dict[str, int]] = {"states": {}, "transitions": {}}

    def created(self, touch: Touch, record: Record) -> None:
        """A create call succeeded: the resource starts anew."""
        machine = self.machines.get(touch.resource)
        record.possible = machine.start() if machine else None
        record.status, record.status_time, record.moved, record.blame = None, None, True, None
        record.doubts.clear()

    def called(self, touch: Touch, record: Record, moment: Moment) -> None:
        """A call that the tables know was answered."""
        machine = self.machines.get(touch.resource)
        row = machine.row(moment.operation.id, moment.status, moment.accepted) if machine else None
        if machine is not None and record.doubts:
            self._doubted(machine, row, record, moment)
        if machine is None or row is None:
            return
        if moment.unordered or (row.statuses and not moment.asked_soundly):
            record.possible = None  # the order is unknown, or the refusal may be about the form of the request
        else:
            record.possible = machine.call(record.possible, row)
        record.blame = row.blame
        if row.moves or row.otherwise:
            record.moved = (
                record.moved
                or bool(row.otherwise)
                or any(targets != (origin,) for origin, targets in row.moves.items())
            )
            record.moved_time = moment.ended
        name = f"{touch.resource}: {row.id}"
        self.coverage["transitions"][name] = self.coverage["transitions"].get(name, 0) + 1

    @staticmethod
    def _doubted(machine: Machine, row: Call | None, record: Record, moment: Moment) -> None:
        """Follow what a call did to a resource, had it not been where it seemed to be."""
        unknown = row is None and moment.status < 400 and machine.touched_by(moment.operation.id)
        if unknown or moment.unordered or (row is not None and row.statuses and not moment.asked_soundly):
            record.doubts.clear()
        if row is not None:
            for doubt in record.doubts:
                doubt.otherwise = machine.call(doubt.otherwise, row) or machine.states

    @staticmethod
    def _proved(machine: Machine, sight: Sight, status: str) -> Iterator[Breach]:
        """What was in doubt, and is proved by the status now read: nothing but a call can have led back to it."""
        record = sight.record
        for doubt in record.doubts:
            pointer, before = doubt.progress
            now = real(at(sight.entity, pointer)) if pointer else None
            again = before is not None and (now is None or now < before)
            if status in doubt.statuses and not again and not machine.shows(doubt.otherwise, status):
                yield doubt.breach
        record.doubts.clear()

    def seen(self, sight: Sight, tally: Tally) -> Iterable[Breach]:
        """A status was read: judge it, and learn from it."""
        record, resource = sight.record, sight.touch.resource
        machine, rules = self.machines[resource], self._rules[resource]
        pointer = machine.lifecycle.status
        status = at(sight.entity, pointer)
        if not isinstance(status, str):
            return
        if not machine.known(status):
            record.possible = None
            record.doubts.clear()
            return  # the schema says so: state.closed is judged with the payload
        if closed := rules.get("state.closed"):
            tally(closed, True)
        key = f"{resource}: {status}"
        self.coverage["states"][key] = self.coverage["states"].get(key, 0) + 1
        if sight.unordered:
            record.possible, record.status, record.status_time = None, None, None
            record.doubts.clear()
            return
        if record.doubts and sight.touch.role in ("read", "list"):
            yield from self._proved(machine, sight, status)
        before, was = record.possible, record.status
        record.possible, reachable = machine.see(before, status)
        if sight.touch.role == "create" and before is not None:
            reachable = status in machine.statuses(before)
        if was is not None and was != status:
            change = f"{resource}: {was}->{status}"
            self.coverage["transitions"][change] = self.coverage["transitions"].get(change, 0) + 1
        rule = self._rule(machine, rules, sight, before)
        if before is None:
            if rule:
                tally(rule, False)
        elif rule is not None:
            if reachable:
                tally(rule, True)
            else:
                yield self._breach(machine, rule, sight, before, status, pointer)
        record.status, record.status_at, record.status_time = status, sight.moment.index, sight.moment.started
        row = machine.row(sight.moment.operation.id, sight.moment.status, sight.moment.accepted)
        if sight.touch.role == "update" and row is not None and row.otherwise:
            record.possible, record.moved = before, True  # the answer may show the state before the call took hold
        else:
            record.moved = False
        record.blame = None

    @staticmethod
    def _rule(machine: Machine, rules: dict[str, str], sight: Sight, before: frozenset[str] | None) -> str | None:
        """The rule that answers for what is read now."""
        record = sight.record
        if record.blame:
            return record.blame
        if record.status is None:
            if record.created is not None and record.deleted is None:
                return rules.get("state.initial")
            return rules.get("state.forward")
        if f"from {record.status}" in rules:
            return rules[f"from {record.status}"]
        if before is not None and before <= machine.still:
            return rules.get("state.final", rules.get("state.forward"))
        return rules.get("state.forward")

    @staticmethod
    def _breach(machine: Machine, rule: str, sight: Sight, before: frozenset[str], status: str, pointer: str) -> Breach:
        record = sight.record
        reached = before if sight.touch.role == "create" else machine.later(before)
        allowed = ", ".join(sorted(machine.statuses(reached)))
        if record.status is not None:
            past = f"after {record.status} (exchange {record.status_at})"
        else:
            past = f"after its creation (exchange {record.created})"
        if record.moved and record.status is not None:
            past += " and the calls since"
        message = f"{record.name} cannot be {status} {past}"
        return Breach(rule, message, allowed, short(status), sight.pointer + pointer, resource=record.name)
