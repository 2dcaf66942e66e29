"""Laws about the instants that an entity shows."""

from __future__ import annotations

from pytest_speechcustom.engine.breach import Breach
from pytest_speechcustom.engine.history import History, Sight, instant
from pytest_speechcustom.engine.laws.outcome import HOLDS, UNSURE, EntityLaw, Outcome
from pytest_speechcustom.engine.text import at
from pytest_speechcustom.values import Rule


def ordered(rule: Rule, history: History) -> EntityLaw:
    """``time.order``: the instant at `earlier` is not after the one at `later`."""
    earlier, later = rule.args["earlier"], rule.args["later"]

    def law(sight: Sight) -> Outcome:
        first, second = instant(at(sight.entity, earlier)), instant(at(sight.entity, later))
        if first is None or second is None:
            return None
        if first <= second:
            return HOLDS
        message = f"{later[1:]} of {sight.record.name} is before its {earlier[1:]}"
        allowed = f"{earlier[1:]} or later: {first.isoformat()}"
        return Breach(rule.id, message, allowed, second.isoformat(), sight.pointer + later)

    return law


def untouched(rule: Rule, history: History) -> EntityLaw:
    """``time.untouched``: until the first of the `calls`, the instants at `earlier` and `later` are the same."""
    earlier, later, calls = rule.args["earlier"], rule.args["later"], tuple(rule.args["calls"])

    def law(sight: Sight) -> Outcome:
        record = sight.record
        first, second = instant(at(sight.entity, earlier)), instant(at(sight.entity, later))
        if first is None or second is None or record.created is None or record.deleted is not None:
            return None
        if record.gaps or sight.unordered:
            return UNSURE
        if any(call in record.facts for call in calls):
            return None
        if first == second:
            return HOLDS
        message = f"{later[1:]} of {record.name} is not its {earlier[1:]}, and nothing was done to it since"
        return Breach(rule.id, message, first.isoformat(), second.isoformat(), sight.pointer + later)

    return law


def entered(rule: Rule, history: History) -> EntityLaw:
    """``time.entered``: while the status stays, the property that says since when (`field`) stays.

    Undecided once one of the calls `unless_called` was accepted.
    """
    pointer, unless = rule.args["field"], tuple(rule.args.get("unless_called", ()))
    status = history.contract.lifecycles[rule.args["resource"]].status

    def law(sight: Sight) -> Outcome:
        record = sight.record
        now, before = instant(at(sight.entity, pointer)), record.times.get(pointer)
        if now is None or before is None or record.status is None:
            return None
        if at(sight.entity, status) != record.status:
            return None
        if record.moved or sight.unordered or any(record.facts.get(call) for call in unless):
            return UNSURE
        if now == before:
            return HOLDS
        message = f"{pointer[1:]} of {record.name} changed while its status stayed {record.status}"
        return Breach(rule.id, message, before.isoformat(), now.isoformat(), sight.pointer + pointer)

    return law


def forward(rule: Rule, history: History) -> EntityLaw:
    """``time.forward``: the instant at `field` never goes back; with `on_change`, judged when the status changed."""
    pointer = rule.args["field"]
    lifecycle = history.contract.lifecycles.get(rule.args["resource"])
    status = lifecycle.status if lifecycle else ""
    on_change = rule.args.get("on_change", False)

    def law(sight: Sight) -> Outcome:
        record = sight.record
        now, before = instant(at(sight.entity, pointer)), record.times.get(pointer)
        if now is None or before is None or sight.unordered:
            return None
        if on_change and (record.moved or at(sight.entity, status) == record.status):
            return None
        if now >= before:
            return HOLDS
        message = f"{pointer[1:]} of {record.name} went back in time"
        return Breach(rule.id, message, f"{before.isoformat()} or later", now.isoformat(), sight.pointer + pointer)

    return law


LAWS = {
    "time.order": ordered,
    "time.untouched": untouched,
    "time.entered": entered,
    "time.forward": forward,
}
