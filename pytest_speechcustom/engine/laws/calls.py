"""Laws about what the state of a resource allows: which calls are refused in it, and which may be."""

from __future__ import annotations

from dataclasses import replace

from pytest_speechcustom.engine.breach import Breach
from pytest_speechcustom.engine.history import MOST_DOUBTS, Doubt, History, Moment, Record
from pytest_speechcustom.engine.laws.outcome import HOLDS, UNSURE, ExchangeLaw, Outcome
from pytest_speechcustom.engine.laws.subject import key_of, record_of, status_of
from pytest_speechcustom.engine.machine import Machine
from pytest_speechcustom.engine.text import at, real
from pytest_speechcustom.values import Rule

_LACKING = (404, 405)


def must_refuse(rule: Rule, history: History) -> ExchangeLaw:
    """``call.refused``: in one of the `states`, the call is answered with one of the `statuses`.

    A refusal with one of the statuses `undecided` may have another reason, which the documents let go first.
    That the resource still was in such a state is taken as shown when no move leads out of them, or when it
    was read in it, or put into it, within `window` seconds before the call and nothing happened since. Else the
    next reading may show it; not if what it says at `progress` went back. Without `statuses` any refusal will do, but
    not that there is no such thing: that may have another reason.
    """
    states, statuses = frozenset(rule.args["states"]), tuple(rule.args["statuses"])
    window: float = rule.args.get("window", 0)
    undecided = (401, 403, 429, *rule.args.get("undecided", ()))
    machine = Machine(history.contract.lifecycles[rule.args["resource"]])

    def law(moment: Moment) -> Outcome:
        record = record_of(rule, history, moment)
        if record is None or record.possible is None or record.deleted is not None or not moment.asked_soundly:
            return None
        if not machine.statuses(record.possible) <= states:
            return None
        if moment.status in statuses:
            return HOLDS
        if not statuses and moment.refused:
            return UNSURE if moment.status in _LACKING else HOLDS
        if moment.status >= 500 or moment.status in undecided:
            return UNSURE
        shown = machine.statuses(machine.later(record.possible)) <= states
        proved = shown or _just_known(record, moment, window)
        allowed = " or ".join(map(str, statuses)) or "a refusal (4xx)"
        was = record.status or " or ".join(sorted(machine.statuses(record.possible)))
        message = f"{record.name} was {was}, and {moment.operation.id} was not refused as documented"
        breach = Breach(rule.id, message, allowed, status_of(moment), resource=record.name)
        if proved:
            return breach
        if not moment.unordered and len(record.doubts) < MOST_DOUBTS:
            _doubt(rule, record, machine, moment, breach)
        return UNSURE

    return law


def _doubt(rule: Rule, record: Record, machine: Machine, moment: Moment, breach: Breach) -> None:
    """Wait for what is read next, in which the resource may still be as it was before the call."""
    states, later = frozenset(rule.args["states"]), machine.later(record.possible)
    assert later is not None
    otherwise = frozenset(state for state in later if machine.status_of[state] not in states)
    message = f"{breach.message} (exchange {moment.index}): it still is so"
    pointer = rule.args.get("progress", "")
    before = real(at(record.entity, pointer)) if pointer and not record.moved else None
    record.doubts.append(Doubt(replace(breach, message=message), states, otherwise, (pointer, before)))


def _just_known(record: Record, moment: Moment, window: float) -> bool:
    since = record.moved_time if record.moved else record.status_time
    if since is None or moment.started is None or moment.unordered:
        return False
    return 0 <= moment.started - since <= window


def only_when(rule: Rule, history: History) -> ExchangeLaw:
    """``call.conflict``: the call is answered with one of the `statuses` only in one of the `states`."""
    states, statuses = frozenset(rule.args["states"]), tuple(rule.args["statuses"])
    inner = rule.args.get("inside")
    machine = Machine(history.contract.lifecycles[rule.args["resource"]])

    def law(moment: Moment) -> Outcome:
        if moment.status not in statuses:
            return None
        record = record_of(rule, history, moment)
        possible = machine.later(record.possible) if record is not None else None
        if record is None or possible is None or moment.unordered:
            return UNSURE
        if machine.statuses(possible) & states:
            return HOLDS if machine.statuses(possible) <= states else UNSURE
        if inner and any(_settling(history, child) for child in history.inside(inner, record.key)):
            return UNSURE
        message = f"{moment.operation.id} was refused as in conflict, and {record.name} was idle"
        seen = f"{status_of(moment)} while {' or '.join(sorted(machine.statuses(possible)))}"
        return Breach(
            rule.id, message, f"{statuses[0]} only while {' or '.join(sorted(states))}", seen, resource=record.name
        )

    return law


def _settling(history: History, record: Record) -> bool:
    """Whether a child resource may still be changing by itself."""
    lifecycle = history.contract.lifecycles.get(record.kind)
    if lifecycle is None or record.deleted is not None:
        return False
    return record.status is None or record.moved or record.status not in Machine(lifecycle).final


def _within(record: Record, states: frozenset[str], machine: Machine | None) -> bool:
    """Whether a client could know that a resource is in one of the states."""
    if record.status is not None or machine is None or record.possible is None:
        return record.status in states
    return machine.statuses(machine.later(record.possible)) <= states


def warned(rule: Rule, history: History) -> ExchangeLaw:
    """``client.refused``: the client made a call that was refused, as documented, with one of the `statuses`.

    With `codes`, only when the error body names one of them at `code`. With `states`, only when the resource was last
    read in one of them, or can be in no other by what was done to it. With `idle`, not when it was last read in one of
    these, nothing was done since and nothing `inside` it is unsettled: then the client could not know.
    """
    statuses = tuple(rule.args.get("statuses", ()))
    codes, pointer = frozenset(rule.args.get("codes", ())), rule.args.get("code", "")
    states, idle = frozenset(rule.args.get("states", ())), frozenset(rule.args.get("idle", ()))
    inner = rule.args.get("inside", "")
    lifecycle = history.contract.lifecycles.get(rule.args.get("resource", ""))
    machine = Machine(lifecycle) if lifecycle is not None else None

    def law(moment: Moment) -> Outcome:
        if moment.accepted:
            return HOLDS
        if not moment.refused or not moment.asked_soundly or (statuses and moment.status not in statuses):
            return None
        code = at(moment.answered, pointer) if codes else None
        if codes and not (isinstance(code, str) and code in codes):
            return None
        record = record_of(rule, history, moment) if "resource" in rule.args else None
        if states and (record is None or not _within(record, states, machine)):
            return None
        rested = record if record is not None and record.status in idle and not record.moved else None
        if rested is not None and not any(_settling(history, child) for child in history.inside(inner, rested.key)):
            return None
        name = record.name if record is not None else None
        said = f"{status_of(moment)}, {code}" if codes else status_of(moment)
        state = f" ({record.name} was last seen {record.status})" if record and record.status else ""
        message = f"{moment.operation.id} was refused: {rule.args['reason']}{state}"
        return Breach(rule.id, message, rule.args["instead"], said, resource=name)

    return law


def inside_settled(rule: Rule, history: History) -> ExchangeLaw:
    """``client.inside``: the call was refused while a resource `inside` was last seen in one of the `states`."""
    states = frozenset(rule.args["states"])

    def law(moment: Moment) -> Outcome:
        key = key_of(history, history.touch(moment.operation.id, rule.args["resource"]), moment)
        waiting = [r for r in history.inside(rule.args["inside"], key) if r.status in states and r.deleted is None]
        if not waiting:
            return HOLDS if moment.accepted else None
        if not moment.refused or not moment.asked_soundly:
            return UNSURE
        message = f"{moment.operation.id} was refused, and {waiting[0].name} was last seen {waiting[0].status}"
        allowed = f"{rule.args['inside']} not {' or '.join(sorted(states))}"
        return Breach(rule.id, message, allowed, status_of(moment), resource=waiting[0].name)

    return law


LAWS = {
    "call.refused": must_refuse,
    "call.conflict": only_when,
    "client.refused": warned,
    "client.inside": inside_settled,
}
