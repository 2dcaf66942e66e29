"""Laws about the properties of an entity: those that go with its status, numbers, texts."""

from __future__ import annotations

from pytest_speechcustom.contracts.model import Field
from pytest_speechcustom.engine.breach import Breach
from pytest_speechcustom.engine.history import History, Sight, normal
from pytest_speechcustom.engine.laws.outcome import HOLDS, UNSURE, EntityLaw, Outcome
from pytest_speechcustom.engine.laws.subject import as_text, missing
from pytest_speechcustom.engine.text import at, real, short
from pytest_speechcustom.values import Absent, Rule


def requires(rule: Rule, history: History) -> EntityLaw:
    """``state.requires``: in one of the `states`, the property at `field` is there and not null."""
    pointer, states = rule.args["field"], frozenset(rule.args["states"])
    status = history.contract.lifecycles[rule.args["resource"]].status

    def law(sight: Sight) -> Outcome:
        state = at(sight.entity, status)
        if not isinstance(state, str) or state not in states:
            return None
        if not missing(at(sight.entity, pointer)):
            return HOLDS
        message = f"{sight.record.name} is {state} and has no {pointer[1:]}"
        return Breach(rule.id, message, f"{pointer[1:]} present", "nothing", sight.pointer + pointer)

    return law


def _statuses(rule: Rule, history: History) -> frozenset[str]:
    """The documented statuses; what goes with any other, nobody says."""
    return frozenset(state.status for state in history.contract.lifecycles[rule.args["resource"]].states)


def forbids(rule: Rule, history: History) -> EntityLaw:
    """``state.forbids``: outside the `states`, the property at `field` is absent or null, or empty if `empty`."""
    pointer, states = rule.args["field"], frozenset(rule.args["states"])
    status = history.contract.lifecycles[rule.args["resource"]].status
    empty, documented = rule.args.get("empty", False), _statuses(rule, history)

    def law(sight: Sight) -> Outcome:
        state = at(sight.entity, status)
        if not isinstance(state, str) or state in states or state not in documented:
            return None
        value = at(sight.entity, pointer)
        if missing(value) or (empty and not value):
            return HOLDS
        message = f"{sight.record.name} is {state} and has {pointer[1:]}"
        allowed = f"no {pointer[1:]} unless {' or '.join(sorted(states))}"
        return Breach(rule.id, message, allowed, short(value), sight.pointer + pointer)

    return law


def valued(rule: Rule, history: History) -> EntityLaw:
    """``state.value``: the property at `field` is `value` in the `states` and `otherwise` elsewhere.

    Undecided where `value` stands in one of the states `on_the_way`, which may just have ended.
    """
    pointer, states = rule.args["field"], frozenset(rule.args["states"])
    status = history.contract.lifecycles[rule.args["resource"]].status
    documented, on_the_way = _statuses(rule, history), frozenset(rule.args.get("on_the_way", ()))

    def law(sight: Sight) -> Outcome:
        state, value = at(sight.entity, status), at(sight.entity, pointer)
        if not isinstance(state, str) or state not in documented or missing(value):
            return None
        wanted = rule.args["value"] if state in states else rule.args["otherwise"]
        if value == wanted:
            return HOLDS
        if state in on_the_way and value == rule.args["value"]:
            return UNSURE
        message = f"{pointer[1:]} of {sight.record.name} does not fit its status {state}"
        return Breach(rule.id, message, short(wanted), short(value), sight.pointer + pointer)

    return law


def nonnegative(rule: Rule, history: History) -> EntityLaw:
    """``number.nonnegative``: the numbers at `fields` are not below zero."""
    pointers = tuple(rule.args["fields"])

    def law(sight: Sight) -> Outcome:
        outcome: Outcome = None
        for pointer in pointers:
            value = at(sight.entity, pointer)
            if isinstance(value, int | float):
                if value < 0:
                    message = f"{pointer[1:]} of {sight.record.name} is negative"
                    return Breach(rule.id, message, "0 or more", short(value), sight.pointer + pointer)
                outcome = HOLDS
        return outcome

    return law


def summed(rule: Rule, history: History) -> EntityLaw:
    """``number.sum``: the number at `field` is the sum of the numbers at `parts` (pointers)."""
    pointer, parts = rule.args["field"], tuple(rule.args["parts"])

    def law(sight: Sight) -> Outcome:
        total = real(at(sight.entity, pointer))
        values = [value for part in parts if (value := real(at(sight.entity, part))) is not None]
        if total is None or len(values) < len(parts):
            return None
        if total == sum(values):
            return HOLDS
        message = f"{pointer[1:]} of {sight.record.name} is not the sum of {', '.join(part[1:] for part in parts)}"
        return Breach(rule.id, message, f"{sum(values):g}", f"{total:g}", sight.pointer + pointer)

    return law


def settled(rule: Rule, history: History) -> EntityLaw:
    """``field.settled``: in one of the `states`, the `fields` (pointers) stay as they were read last.

    `sameness` is that of a `Field`.
    """
    fields = [Field(pointer, rule.args.get("sameness", "value")) for pointer in rule.args["fields"]]
    states = frozenset(rule.args["states"])
    status = history.contract.lifecycles[rule.args["resource"]].status

    def law(sight: Sight) -> Outcome:
        record, state = sight.record, at(sight.entity, status)
        if record.entity is None or record.moved or sight.unordered or not isinstance(state, str):
            return None
        if state not in states or at(record.entity, status) != state:
            return None
        outcome: Outcome = None
        for field in fields:
            before, now = (
                normal(field, at(record.entity, field.pointer)),
                normal(field, at(sight.entity, field.pointer)),
            )
            if isinstance(before, Absent) or isinstance(now, Absent):
                continue
            if before != now:
                message = f"{field.pointer[1:]} of {record.name} changed while it was {state}"
                return Breach(rule.id, message, as_text(before), as_text(now), sight.pointer + field.pointer)
            outcome = HOLDS
        return outcome

    return law


def starts_with(rule: Rule, history: History) -> EntityLaw:
    """``text.prefix``: the text, or each text of the list, at `field` starts with the text at `prefix`."""
    pointer, prefix = rule.args["field"], rule.args["prefix"]

    def law(sight: Sight) -> Outcome:
        value, start = at(sight.entity, pointer), at(sight.entity, prefix)
        if missing(value) or not isinstance(start, str):
            return None
        for text in value if isinstance(value, list) else [value]:
            if isinstance(text, str) and not text.startswith(start):
                message = f"{pointer[1:]} of {sight.record.name} does not belong to its {prefix[1:]}"
                return Breach(rule.id, message, f"{start}…", short(text), sight.pointer + pointer)
        return HOLDS

    return law


def only_after(rule: Rule, history: History) -> EntityLaw:
    """``count.after``: the list at `field` has one element, and more only after the call `operation`.

    Undecided where not every call on the resource is known.
    """
    pointer = rule.args["field"]

    def law(sight: Sight) -> Outcome:
        value = at(sight.entity, pointer)
        if not isinstance(value, list) or sight.record.created is None:
            return None
        if len(value) == 1 or (value and sight.record.facts.get(rule.args["operation"])):
            return HOLDS
        if sight.record.gaps or sight.unordered:
            return UNSURE
        message = f"{pointer[1:]} of {sight.record.name} has {len(value)} elements"
        if value:
            message += f", and {rule.args['operation']} was never called"
        return Breach(rule.id, message, "one element", short(value), sight.pointer + pointer)

    return law


LAWS = {
    "state.requires": requires,
    "state.forbids": forbids,
    "state.value": valued,
    "number.nonnegative": nonnegative,
    "number.sum": summed,
    "field.settled": settled,
    "text.prefix": starts_with,
    "count.after": only_after,
}
