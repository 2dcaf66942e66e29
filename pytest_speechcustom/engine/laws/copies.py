"""Laws about copies: what they keep of the original, and the permit that is sent as it was issued."""

from __future__ import annotations

from typing import Any

from pytest_speechcustom.engine.breach import Breach
from pytest_speechcustom.engine.history import History, Moment, instant, normal
from pytest_speechcustom.engine.laws.outcome import HOLDS, UNSURE, ExchangeLaw, Outcome
from pytest_speechcustom.engine.laws.subject import MOST_REMEMBERED, record_of
from pytest_speechcustom.engine.text import at, short
from pytest_speechcustom.values import Absent, Rule


def copies(rule: Rule, history: History) -> ExchangeLaw:
    """``copy.keeps``: what a call made out of a resource has the same value at `field` as its source."""
    field = next(f for f in history.contract.resources[rule.args["resource"]].fixed if f.pointer == rule.args["field"])

    def law(moment: Moment) -> Outcome:
        record = record_of(rule, history, moment)
        got = normal(field, at(moment.answered, field.pointer))
        if not moment.accepted or isinstance(got, Absent):
            return None
        known = record.fixed.get(field.pointer) if record is not None else None
        if known is None:
            return UNSURE
        if known == got:
            return HOLDS
        message = f"the copy has another {field.pointer[1:]} than its source"
        return Breach(rule.id, message, short(known), short(got), field.pointer)

    return law


def permit(rule: Rule, history: History) -> ExchangeLaw:
    """``copy.permit``: an authorization that one call (`issued_by`) gave is used whole, and before it expires.

    `aspect` ``whole``: what is sent is, in the `fields`, what was issued (side client). ``expired``: side client,
    an expired one is used; side server, its use is accepted. `id` and `expires` are the pointers.
    """
    issued: dict[str, dict[str, Any]] = {}
    aspect, client = rule.args["aspect"], rule.side == "client"
    name, expires = rule.args["id"], rule.args["expires"]

    def law(moment: Moment) -> Outcome:
        if moment.operation.id == rule.args["issued_by"]:
            if moment.accepted and isinstance(moment.answered, dict):
                if len(issued) > MOST_REMEMBERED:
                    issued.clear()
                issued[str(at(moment.answered, name))] = moment.answered
            return None
        if not isinstance(moment.asked, dict):
            return None
        if aspect == "whole":
            known = issued.get(str(at(moment.asked, name)))
            if known is None:
                return UNSURE
            named = [key for key in rule.args["fields"] if key in known]
            changed = [key for key in named if not _alike(known[key], moment.asked.get(key))]
            if not changed:
                return HOLDS
            message = f"{changed[0]} is not what {rule.args['issued_by']} answered"
            seen = short(moment.asked.get(changed[0]))
            return Breach(rule.id, message, short(known[changed[0]]), seen, f"/{changed[0]}")
        due = instant(at(moment.asked, expires))
        if due is None or moment.started is None:
            return UNSURE
        if due.timestamp() >= moment.started - (0 if client else rule.args.get("slack", 300)):
            return HOLDS if client else None
        if not client and not moment.accepted:
            return HOLDS
        if client and not moment.refused:
            return UNSURE  # accepted: then the service is to blame
        message = "the authorization has expired" + ("" if client else ", and the copy was accepted")
        return Breach(rule.id, message, "an authorization that has not expired", due.isoformat(), expires)

    return law


def _alike(one: Any, other: Any) -> bool:
    """Equal, or the same instant written in another way."""
    return bool(one == other or (instant(one) is not None and instant(one) == instant(other)))


LAWS = {
    "copy.keeps": copies,
    "copy.permit": permit,
}
