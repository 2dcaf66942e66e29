"""Laws about amounts: a total that is the sum of its parts, and what an amount allows."""

from __future__ import annotations

from typing import Any

from pytest_speechcustom.engine.breach import Breach
from pytest_speechcustom.engine.history import History, Moment
from pytest_speechcustom.engine.laws.outcome import HOLDS, UNSURE, ExchangeLaw, Outcome
from pytest_speechcustom.engine.text import at, real, short
from pytest_speechcustom.values import Rule


def _sum(entities: Any, pointer: str, state: str, states: frozenset[str]) -> float | None:
    total = 0.0
    for entity in entities if isinstance(entities, list) else []:
        value, shown = real(at(entity, pointer)), at(entity, state)
        if value is None:
            return None
        if not states or (isinstance(shown, str) and shown in states):
            total += value
    return total


def total(rule: Rule, history: History) -> ExchangeLaw:
    """``amount.total``: the number at `field` is the sum of `part` over the list at `items`, over `divisor`.

    Only elements whose `state` is one of `states` count. Totals and parts are rounded: a difference up to `slack`,
    and `slack_each` for every part, is none. `when` is a pointer and the values there for which it is judged.
    """
    place, wanted_there = rule.args.get("when", ("", ()))
    pointer, listed = rule.args["field"], rule.args["items"]
    states = frozenset(rule.args.get("states", ()))

    def law(moment: Moment) -> Outcome:
        said, found = real(at(moment.answered, pointer)), at(moment.answered, listed)
        if not moment.accepted or said is None or not isinstance(found, list):
            return None
        if place and at(moment.answered, place) not in wanted_there:
            return None
        summed = _sum(found, rule.args["part"], rule.args.get("state", ""), states)
        if summed is None:
            return UNSURE
        wanted = summed / rule.args.get("divisor", 1)
        slack = rule.args.get("slack", 0) + rule.args.get("slack_each", 0) * len(found)
        if abs(wanted - said) <= slack:
            return HOLDS
        message = f"{pointer[1:]} is not the sum over {listed[1:]}"
        return Breach(rule.id, message, short(round(wanted, 4)), short(said), pointer)

    return law


def any_bad(rule: Rule, history: History) -> ExchangeLaw:
    """``amount.any``: when any element of the list at `items` has `value` at `state`, so has the whole at `whole`.

    A whole that is still `unsettled` is not judged.
    """
    unsettled = tuple(rule.args.get("unsettled", ()))

    def law(moment: Moment) -> Outcome:
        found, whole = at(moment.answered, rule.args["items"]), at(moment.answered, rule.args["whole"])
        if not moment.accepted or not isinstance(found, list) or not isinstance(whole, str):
            return None
        if whole in unsettled:
            return UNSURE
        value = rule.args["value"]
        if whole == value or all(at(entity, rule.args["state"]) != value for entity in found):
            return HOLDS
        return Breach(
            rule.id, f"one of {rule.args['items'][1:]} is {value}, the whole is not", value, whole, rule.args["whole"]
        )

    return law


def enough(rule: Rule, history: History) -> ExchangeLaw:
    """``amount.enough``: a call on a resource is made, and accepted, only with an amount within the limits.

    `measured_by` is the list operation whose answer tells the amount, at `field`, in a unit of which `unit` make
    one of the limit's; the limits are the contract parameters `least` and `most`. The amount counts only
    while no call since then may have changed it (`changed_by`); of what was created and never `filled_by` a call, it is
    nothing. Parts are rounded: `slack_each` for every one.
    Client: the call with too little or too much was refused (with one of the `statuses`, if given). Server: it was
    accepted.
    """
    kind, pointer = rule.args["resource"], rule.args["field"]
    least = history.contract.parameters.get(rule.args.get("least", ""))
    most = history.contract.parameters.get(rule.args.get("most", ""))
    client = rule.side == "client"
    statuses, fact = tuple(rule.args.get("statuses", ())), f"amount {pointer}"

    def law(moment: Moment) -> Outcome:
        key = moment.variables.get(rule.args.get("id", "customization_id"), "")
        facts = history.get(kind, key).facts
        if moment.operation.id == rule.args["measured_by"]:
            said, listed = real(at(moment.answered, pointer)), at(moment.answered, rule.args["items"])
            found = listed if isinstance(listed, list) else []
            settled = all(at(one, "/status") not in rule.args.get("unsettled", ()) for one in found)
            if moment.accepted and said is not None and settled and not moment.unordered:
                facts[fact] = (said, rule.args.get("slack_each", 0) * len(found))
            return None
        if moment.operation.id in rule.args["changed_by"]:
            facts.pop(fact, None)
            return None
        record = history.get(kind, key)
        empty = record.created is not None and not record.gaps and not facts.get(rule.args["filled_by"])
        if (fact not in facts and not empty) or moment.unordered:
            return UNSURE
        amount, slack = facts.get(fact, (0.0, 0.0))
        low = least is not None and amount + slack < least
        high = most is not None and amount - slack > most * rule.args.get("most_unit", 1)
        if not low and not high:
            return HOLDS
        if client and (not moment.refused or not moment.asked_soundly or (statuses and moment.status not in statuses)):
            return None
        if not client and not moment.accepted:
            return HOLDS
        limit = f"at least {least} minutes" if low else f"at most {most} hours"
        message = f"{moment.operation.id} with {amount:g} minutes of audio" + ("" if client else " was accepted")
        return Breach(rule.id, message, limit, f"{amount:g} minutes", resource=f"{kind} {key}")

    return law


LAWS = {"amount.total": total, "amount.any": any_bad, "amount.enough": enough}
