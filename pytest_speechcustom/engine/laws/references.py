"""Laws about what requests refer to, and what is referred to: it exists, is of a kind, and stays while it is in use."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pytest_speechcustom.contracts.model import Touch
from pytest_speechcustom.engine.breach import Breach
from pytest_speechcustom.engine.history import History, Moment, Record, fold, id_of
from pytest_speechcustom.engine.laws.outcome import HOLDS, UNSURE, ExchangeLaw, Outcome
from pytest_speechcustom.engine.laws.subject import MOST_REMEMBERED, key_of, status_of, url_path
from pytest_speechcustom.engine.machine import Machine
from pytest_speechcustom.engine.text import at, short
from pytest_speechcustom.values import Rule


def references(rule: Rule, history: History) -> ExchangeLaw:
    """``call.references``: the resources a request refers to exist, and are in one of the `states` if given.

    `references` are pairs of a pointer into the request (to a reference, a list of them, or of ids) and the
    kind. Side `client`: the request names what is known to be deleted, or not in such a state (with `unread`, what may
    have come there by itself since it was read counts only when the call was refused). Side `server`: the call is
    accepted although what it names was deleted.
    """
    pairs = tuple(rule.args["references"])
    states = frozenset(rule.args.get("states", ()))
    client = rule.side == "client"
    lifecycles = history.contract.lifecycles
    unread = states and rule.args.get("unread", False)
    machines = {kind: Machine(lifecycles[kind]) for _, kind in pairs if unread and kind in lifecycles}
    elsewhere = {kind: _of_others(history, kind) for _, kind in pairs}

    def may_be(record: Record) -> bool:
        machine = machines.get(record.kind)
        return machine is not None and bool(machine.statuses(machine.later(record.possible)) & states)

    def law(moment: Moment) -> Outcome:
        if not isinstance(moment.asked, dict) or moment.unordered:
            return None
        outcome: Outcome = None
        for pointer, kind in pairs:
            for place, key in _named(at(moment.asked, pointer), pointer):
                record = history.find(kind, key)
                if record is None or elsewhere[kind](moment.asked, place):
                    outcome = outcome or UNSURE
                    continue
                bad = record.status not in states if states else record.deleted is not None
                if states and (record.status is None or record.deleted is not None):
                    outcome = outcome or UNSURE
                elif not bad or (not client and not moment.accepted):
                    outcome = HOLDS
                elif client and not moment.refused and (not states or may_be(record)):
                    outcome = outcome or UNSURE  # accepted: then the service is to blame, or it has come there
                else:
                    was = f"last seen {record.status}" if states else f"deleted in exchange {record.deleted}"
                    how = "refers to" if client else "was accepted although it refers to"
                    message = f"{moment.operation.id} {how} {record.name}, {was}"
                    allowed = " or ".join(sorted(states)) if states else "a reference to what exists"
                    seen = was if client else status_of(moment)
                    return Breach(rule.id, message, allowed, seen, place, resource=record.name)
        return outcome

    return law


def _of_others(history: History, kind: str) -> Callable[[Any, str], bool]:
    """Whether the URL in a reference is one of another kind, as that of a base model is none of a custom one."""
    resource = history.contract.resources[kind]
    collection = resource.path.rpartition("/")[0]
    others = [r.path.rpartition("/")[0] for r in history.contract.resources.values() if r.by_url and r is not resource]
    longer = tuple(other for other in others if resource.by_url and other.startswith(f"{collection}/"))

    def judge(asked: Any, place: str) -> bool:
        url = at(asked, place + "/self")
        return isinstance(url, str) and url_path(url).rpartition("/")[0].endswith(longer)

    return judge


def _named(value: Any, pointer: str) -> list[tuple[str, str]]:
    """The ids that a reference, or a list of references or ids, names, each with its pointer."""
    if isinstance(value, list):
        return [(f"{pointer}/{i}", id_of(v.get("self") if isinstance(v, dict) else v)) for i, v in enumerate(value)]
    if isinstance(value, dict):
        return [(pointer, id_of(value.get("self")))]
    return [(pointer, id_of(value))] if isinstance(value, str) else []


def kinds(rule: Rule, history: History) -> ExchangeLaw:
    """``call.kinds``: what the resources that a request lists have in common, or how many have what.

    At least `least` and at most `most` of those at `references` have `value` at `field`; with `alike`, all have the
    value that the request has at `field`.
    A listed resource of which nothing is known leaves the rule undecided. `most` may name a contract parameter
    (``None``: any number). With `refused`, a client is told only when the request was refused.
    """
    pointer, kind = rule.args["references"]
    field, value = rule.args["field"], rule.args.get("value")
    least, most = rule.args.get("least", 0), rule.args.get("most")
    if isinstance(most, str):
        most = history.contract.parameters[most]
    client, when_refused = rule.side == "client", rule.args.get("refused", False)

    def law(moment: Moment) -> Outcome:
        if not isinstance(moment.asked, dict):
            return None
        named = _named(at(moment.asked, pointer), pointer)
        records = [history.find(kind, key) for _, key in named]
        values = [_value(record, field) for record in records]
        if rule.args.get("alike"):
            wanted = at(moment.asked, field)
            wrong = [v for v in values if v is not None and v != wanted]
            allowed, sure = f"{field[1:]} {short(wanted)}", None not in values
        else:
            count = sum(v == value for v in values)
            unknown = values.count(None)
            few, many = count + unknown < least, most is not None and count > most
            wrong, sure = [count] if few or many else [], unknown == 0
            allowed = f"at least {least}" if few or most is None else f"at most {most}"
            allowed += f" of {field[1:]} {value}"
        if not wrong:
            return (HOLDS if sure else UNSURE) if named else None
        if not client and not moment.accepted:
            return HOLDS
        if when_refused and not moment.refused:
            return None
        message = f"{moment.operation.id} lists {kind}s that do not go together"
        seen = ", ".join(str(v) for v in values) if client else status_of(moment)
        return Breach(rule.id, message, allowed, seen, pointer)

    return law


def _value(record: Record | None, field: str) -> Any:
    if record is None:
        return None
    value = record.known.get(field)
    if value is None:
        value = record.fixed.get(field)
    return value


def in_use(rule: Rule, history: History) -> ExchangeLaw:
    """``call.in-use``: the `calls` on a resource are refused while another resource depends on it.

    `user` is the kind that depends: by the references at `field`, or because it lives `inside`. `states` are
    those in which it does. An accepted call is proved wrong when the user is seen in such a state afterwards,
    before a call (`renewed_by`) could have brought it back. Nothing is wrong where the contract parameter `unless` is
    true.
    """
    user, states, statuses = rule.args["user"], frozenset(rule.args["states"]), tuple(rule.args.get("statuses", ()))
    calls, renewed_by = frozenset(rule.args["calls"]), frozenset(rule.args.get("renewed_by", ()))
    resource = history.contract.resources[user]
    allowed = history.contract.parameters.get(rule.args.get("unless", ""))
    doubtful: dict[str, tuple[int, str]] = {}

    def users(key: str) -> list[Record]:
        if rule.args.get("inside"):
            found = history.inside(user, key)
        else:
            found = (record for record in history.all(user) if key.lower() in _used(record))
        return [record for record in found if record.status in states and not record.moved and record.deleted is None]

    def _used(record: Record) -> Any:
        value = record.fixed.get(rule.args["field"], ())
        return value if isinstance(value, frozenset) else ()

    def judge_call(moment: Moment) -> Outcome:
        touch = history.touch(moment.operation.id, rule.args["resource"])
        key = key_of(history, touch, moment)
        using = users(key)
        if allowed or not using or moment.unordered or not moment.asked_soundly:
            return None
        if moment.accepted:
            if len(doubtful) > MOST_REMEMBERED:
                doubtful.clear()
            for record in using:
                doubtful[fold(record.key)] = (moment.index, key)
                record.facts[rule.id] = moment.index
            return UNSURE
        return HOLDS if moment.refused and (not statuses or moment.status in statuses) else None

    def judge_proof(moment: Moment) -> Outcome:
        touch = history.touch(moment.operation.id, user)
        for key, entity in _shown(history, touch, moment):
            status = at(entity, resource.lifecycle.status) if resource.lifecycle else None
            if key not in doubtful or not isinstance(status, str):
                continue
            index, used = doubtful.pop(key)
            record = history.find(user, key)
            if record is None or record.facts.get(rule.id) != index or moment.unordered:
                return UNSURE  # something happened to it since
            if status in states:
                message = f"{rule.args['resource']} {used} was in use by {user} {key}, and the call was accepted"
                seen = f"accepted in exchange {index}; {user} still {status} in exchange {moment.index}"
                wanted = "a refusal" + (f" ({statuses[0]})" if statuses else "")
                name = f"{rule.args['resource']} {used}"
                return Breach(rule.id, message, wanted, seen, resource=name, exchange=index)
            return HOLDS
        return None

    def law(moment: Moment) -> Outcome:
        if moment.operation.id in calls:
            return judge_call(moment)
        if moment.operation.id in renewed_by:
            doubtful.pop(fold(key_of(history, history.touch(moment.operation.id, user), moment)), None)
            return None
        return judge_proof(moment) if doubtful and moment.accepted else None

    return law


def _shown(history: History, touch: Touch, moment: Moment) -> list[tuple[str, Any]]:
    """The entities in an answer with their keys, folded."""
    resource = history.contract.resources[touch.resource]
    for pointer in touch.at:
        found = at(moment.answered, pointer)
        if isinstance(found, dict):
            return [(fold(key_of(history, touch, moment)), found)]
        if isinstance(found, list):
            parent = f"{moment.variables.get(resource.parent, '')}/" if resource.parent else ""
            named = [(entity.get(resource.identity), entity) for entity in found if isinstance(entity, dict)]
            return [(fold(f"{parent}{id_of(n) if resource.by_url else n}"), entity) for n, entity in named]
    return []


def strict(rule: Rule, history: History) -> ExchangeLaw:
    """``call.strict``: what is `inside` has the call refused, unless the query `parameter` is `value`.

    That is, a resource of that kind in one of the `states`.
    Server: it was accepted. Client: it was refused (with one of the `statuses`, if given), and could have been
    foreseen.
    """
    states, client = frozenset(rule.args["states"]), rule.side == "client"
    statuses = tuple(rule.args.get("statuses", ()))

    def law(moment: Moment) -> Outcome:
        if moment.unordered:
            return None
        touch = history.touch(moment.operation.id, rule.args["resource"])
        key = key_of(history, touch, moment)
        inside = history.inside(rule.args["inside"], key)
        bad = [record for record in inside if record.status in states and not record.moved and record.deleted is None]
        if not bad:
            return None
        if moment.query.get(rule.args["parameter"], "").lower() == rule.args["value"]:
            return HOLDS
        name = f"{rule.args['resource']} {key}"
        if moment.accepted and not client:
            message = f"{name} holds {bad[0].name}, which is {bad[0].status}, and {moment.operation.id} was accepted"
            return Breach(rule.id, message, "a refusal (400)", status_of(moment), resource=name)
        if moment.refused and client:
            if (statuses and moment.status not in statuses) or not moment.asked_soundly:
                return None
            message = f"{name} holds {bad[0].name}, which is {bad[0].status}"
            instead = f"{rule.args['parameter']}={rule.args['value']}, or without it"
            return Breach(rule.id, message, instead, status_of(moment), resource=name)
        return HOLDS if moment.refused else None

    return law


LAWS = {
    "call.references": references,
    "call.kinds": kinds,
    "call.in-use": in_use,
    "call.strict": strict,
}
