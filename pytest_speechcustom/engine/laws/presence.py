"""Laws about what is there and what is not: what was created, what was deleted, and under which name."""

from __future__ import annotations

from pytest_speechcustom.engine.breach import Breach
from pytest_speechcustom.engine.history import History, Moment, Record, id_of
from pytest_speechcustom.engine.laws.outcome import HOLDS, UNSURE, ExchangeLaw, Outcome
from pytest_speechcustom.engine.laws.subject import record_of, status_of, url_path
from pytest_speechcustom.engine.text import at, short
from pytest_speechcustom.values import Rule


def exists(rule: Rule, history: History) -> ExchangeLaw:
    """``call.overwrite``: creating what exists is refused unless the query `parameter` is ``true``."""
    parameter = rule.args["parameter"]
    client = rule.side == "client"

    def law(moment: Moment) -> Outcome:
        record = record_of(rule, history, moment)
        if moment.query.get(parameter, "").lower() == "true":
            return HOLDS if moment.accepted else None
        if record is None or record.deleted is not None or record.facts.get("exists") is not True:
            return None
        if moment.unordered:
            return UNSURE
        if moment.refused:
            if not client:
                return HOLDS
            if not moment.asked_soundly:
                return None  # it may have been refused for that
            message = f"{record.name} exists, and {moment.operation.id} did not ask to overwrite it"
            return Breach(rule.id, message, f"{parameter}=true", status_of(moment), resource=record.name)
        if client or not moment.accepted:
            return None
        message = f"{record.name} exists and was overwritten without {parameter}=true"
        return Breach(rule.id, message, "a refusal", status_of(moment), resource=record.name)

    return law


def after_deletion(rule: Rule, history: History) -> ExchangeLaw:
    """``deleted.refused``: a call on a resource that was deleted is not accepted (reading it is ``deleted.gone``)."""

    def law(moment: Moment) -> Outcome:
        record = record_of(rule, history, moment)
        if record is None or record.deleted is None:
            return None
        if moment.unordered:
            return UNSURE
        if not moment.accepted:
            return HOLDS
        message = f"{moment.operation.id} was accepted although exchange {record.deleted} deleted {record.name}"
        return Breach(rule.id, message, "an error", status_of(moment), resource=record.name)

    return law


def still_there(rule: Rule, history: History) -> ExchangeLaw:
    """``read.exists``: what was created, or seen, and not deleted can be read: not one of the `statuses` answers.

    With `lost`, only when one of the resources that it refers to at `references` is known to be deleted (`True`),
    or when none is (`False`).
    """
    statuses = tuple(rule.args["statuses"])
    pointer, kind = rule.args.get("references", ("", ""))
    wanted = rule.args.get("lost")

    def lost(record: Record) -> bool:
        used = record.fixed.get(pointer, ())
        named = [history.find(kind, key) for key in used] if isinstance(used, frozenset) else []
        return any(one is not None and one.deleted is not None for one in named)

    def law(moment: Moment) -> Outcome:
        record = record_of(rule, history, moment)
        if record is None or record.deleted is not None or not record.facts.get("exists"):
            return None
        if wanted is not None and lost(record) is not wanted:
            return None
        if moment.status not in statuses:
            return HOLDS if moment.accepted else None
        if moment.unordered or record.scope != moment.scope or not moment.asked_soundly:
            return UNSURE
        if record.created is not None and not record.listable:
            return UNSURE  # it was made for another account
        if history.may_have_gone(record):
            return UNSURE
        message = f"{record.name} was there and cannot be read any more, though nothing deleted it"
        return Breach(rule.id, message, "the resource", status_of(moment), resource=record.name)

    return law


def location(rule: Rule, history: History) -> ExchangeLaw:
    """``header.location``: the `header` of the answer is the URL at `field` of its body; with `path`, it ends so."""
    header, pointer = rule.args["header"].lower(), rule.args["field"]
    prefix = rule.args.get("path", "")

    def law(moment: Moment) -> Outcome:
        given, own = moment.answer_headers.get(header), at(moment.answered, pointer)
        if not moment.accepted or given is None or not isinstance(own, str):
            return None
        here = url_path(given)
        if here.endswith(f"{prefix}/{own}".lower()) if prefix else here == url_path(own):
            return HOLDS
        allowed = f"…{prefix}/{own}" if prefix else short(own)
        return Breach(
            rule.id,
            f"the header {rule.args['header']} is not the location of what was made",
            allowed,
            short(given),
            pointer,
        )

    return law


def new_id(rule: Rule, history: History) -> ExchangeLaw:
    """``create.new``: what a create call makes has an id that was not there before (nor that of its source)."""

    def law(moment: Moment) -> Outcome:
        if not moment.accepted:
            return None
        touch = history.touch(moment.operation.id, rule.args["resource"])
        resource = history.contract.resources[touch.resource]
        named = at(moment.answered, "/" + resource.identity)
        key = id_of(named) if resource.by_url else named
        if not isinstance(key, str) or not key:
            return None
        record = history.find(touch.resource, key)
        source = key.lower() in (value.lower() for value in moment.variables.values())
        if not source and (record is None or moment.unordered):
            return HOLDS
        if not source and record is not None and moment.started is not None and moment.started < record.until:
            return UNSURE  # what showed it was answered after this call began
        return Breach(
            rule.id,
            f"the new {resource.name} has the id of one that is known",
            "a new id",
            key,
            "/" + resource.identity,
        )

    return law


LAWS = {
    "call.overwrite": exists,
    "deleted.refused": after_deletion,
    "read.exists": still_there,
    "header.location": location,
    "create.new": new_id,
}
