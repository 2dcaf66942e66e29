"""Laws about calls: what the state of things allows, what a refusal means, and how a client goes about it.

`args["operations"]` are the calls a rule is for. A law is asked *before* the call is entered in the history,
so that records show what was known when the client called.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pytest_speechcustom.contracts.model import Touch
from pytest_speechcustom.engine.breach import Breach
from pytest_speechcustom.engine.history import History, Moment, Record, fold, id_of, instant, normal
from pytest_speechcustom.engine.laws.outcome import HOLDS, UNSURE, ExchangeLaw, Outcome
from pytest_speechcustom.engine.machine import Machine
from pytest_speechcustom.engine.text import at, path_of, short, whole
from pytest_speechcustom.values import Absent, Rule

_MOST_REMEMBERED = 256
_LONG = 600.0
"""Seconds between two readings that have nothing to do with each other; the documents poll once a minute."""
_ANY_WRITES = -1


def key_of(history: History, touch: Touch, moment: Moment) -> str:
    """The key of the resource that a call names in its URL."""
    resource = history.contract.resources[touch.resource]
    name = moment.variables.get(touch.id, "")
    return f"{moment.variables.get(resource.parent, '')}/{name}" if resource.parent else name


def _record(rule: Rule, history: History, moment: Moment) -> Record | None:
    touch = history.touch(moment.operation.id, rule.args["resource"])
    return history.find(touch.resource, key_of(history, touch, moment))


def _answer(moment: Moment) -> str:
    return f"status {moment.status}"


def must_refuse(rule: Rule, history: History) -> ExchangeLaw:
    """``call.refused``: in one of the `states`, the call is answered with one of the `statuses`.

    A refusal with one of the statuses `undecided` may have another reason, which the documents let go first.
    That the resource still was in such a state is taken as shown when no move leads out of them, or when it
    was read in it, or put into it, within `window` seconds before the call and nothing happened since.
    """
    states, statuses = frozenset(rule.args["states"]), tuple(rule.args["statuses"])
    window: float = rule.args.get("window", 0)
    undecided = (401, 403, 429, *rule.args.get("undecided", ()))
    machine = Machine(history.contract.lifecycles[rule.args["resource"]])

    def law(moment: Moment) -> Outcome:
        record = _record(rule, history, moment)
        if record is None or record.possible is None or record.deleted is not None or not moment.asked_soundly:
            return None
        if not machine.statuses(record.possible) <= states:
            return None
        if moment.status in statuses or (not statuses and moment.refused):
            return HOLDS
        if moment.status >= 500 or moment.status in undecided:
            return UNSURE
        shown = machine.statuses(machine.later(record.possible)) <= states
        if not shown and not _just_known(record, moment, window):
            return UNSURE
        allowed = " or ".join(map(str, statuses)) or "a refusal (4xx)"
        was = record.status or " or ".join(sorted(machine.statuses(record.possible)))
        message = f"{record.name} was {was}, and {moment.operation.id} was not refused as documented"
        return Breach(rule.id, message, allowed, _answer(moment), resource=record.name)

    return law


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
        record = _record(rule, history, moment)
        possible = machine.later(record.possible) if record is not None else None
        if record is None or possible is None or moment.unordered:
            return UNSURE
        if machine.statuses(possible) & states:
            return HOLDS if machine.statuses(possible) <= states else UNSURE
        if inner and any(_settling(history, child) for child in history.inside(inner, record.key)):
            return UNSURE
        message = f"{moment.operation.id} was refused as in conflict, and {record.name} was idle"
        seen = f"{_answer(moment)} while {' or '.join(sorted(machine.statuses(possible)))}"
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
        record = _record(rule, history, moment) if "resource" in rule.args else None
        if states and (record is None or not _within(record, states, machine)):
            return None
        rested = record if record is not None and record.status in idle and not record.moved else None
        if rested is not None and not any(_settling(history, child) for child in history.inside(inner, rested.key)):
            return None
        name = record.name if record is not None else None
        said = f"{_answer(moment)}, {code}" if codes else _answer(moment)
        state = f" ({record.name} was last seen {record.status})" if record and record.status else ""
        message = f"{moment.operation.id} was refused: {rule.args['reason']}{state}"
        return Breach(rule.id, message, rule.args["instead"], said, resource=name)

    return law


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
                    seen = was if client else _answer(moment)
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
        return isinstance(url, str) and _path(url).rpartition("/")[0].endswith(longer)

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
        seen = ", ".join(str(v) for v in values) if client else _answer(moment)
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
            if len(doubtful) > _MOST_REMEMBERED:
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
            return Breach(rule.id, message, "a refusal (400)", _answer(moment), resource=name)
        if moment.refused and client:
            if (statuses and moment.status not in statuses) or not moment.asked_soundly:
                return None
            message = f"{name} holds {bad[0].name}, which is {bad[0].status}"
            instead = f"{rule.args['parameter']}={rule.args['value']}, or without it"
            return Breach(rule.id, message, instead, _answer(moment), resource=name)
        return HOLDS if moment.refused else None

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
        return Breach(rule.id, message, allowed, _answer(moment), resource=waiting[0].name)

    return law


def exists(rule: Rule, history: History) -> ExchangeLaw:
    """``call.overwrite``: creating what exists is refused unless the query `parameter` is ``true``."""
    parameter = rule.args["parameter"]
    client = rule.side == "client"

    def law(moment: Moment) -> Outcome:
        record = _record(rule, history, moment)
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
            return Breach(rule.id, message, f"{parameter}=true", _answer(moment), resource=record.name)
        if client or not moment.accepted:
            return None
        message = f"{record.name} exists and was overwritten without {parameter}=true"
        return Breach(rule.id, message, "a refusal", _answer(moment), resource=record.name)

    return law


def after_deletion(rule: Rule, history: History) -> ExchangeLaw:
    """``deleted.refused``: a call on a resource that was deleted is not accepted (reading it is ``deleted.gone``)."""

    def law(moment: Moment) -> Outcome:
        record = _record(rule, history, moment)
        if record is None or record.deleted is None:
            return None
        if moment.unordered:
            return UNSURE
        if not moment.accepted:
            return HOLDS
        message = f"{moment.operation.id} was accepted although exchange {record.deleted} deleted {record.name}"
        return Breach(rule.id, message, "an error", _answer(moment), resource=record.name)

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
        record = _record(rule, history, moment)
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
        return Breach(rule.id, message, "the resource", _answer(moment), resource=record.name)

    return law


def location(rule: Rule, history: History) -> ExchangeLaw:
    """``header.location``: the `header` of the answer is the URL at `field` of its body; with `path`, it ends so."""
    header, pointer = rule.args["header"].lower(), rule.args["field"]
    prefix = rule.args.get("path", "")

    def law(moment: Moment) -> Outcome:
        given, own = moment.answer_headers.get(header), at(moment.answered, pointer)
        if not moment.accepted or given is None or not isinstance(own, str):
            return None
        here = _path(given)
        if here.endswith(f"{prefix}/{own}".lower()) if prefix else here == _path(own):
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


def _path(url: str) -> str:
    return path_of(url).rstrip("/").lower()


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


def constant(rule: Rule, history: History) -> ExchangeLaw:
    """``query.constant``: the query parameter `name`, if given, is `value`."""
    name, value = rule.args["name"], rule.args["value"]

    def law(moment: Moment) -> Outcome:
        given = moment.query.get(name)
        if given is None:
            return None
        if given == value:
            return HOLDS
        return Breach(rule.id, f"{name} asks for another contract than this one", value, short(given))

    return law


def same_code(rule: Rule, history: History) -> ExchangeLaw:
    """``error.code``: the number at `field` of an error body is the HTTP status."""
    pointer = rule.args["field"]

    def law(moment: Moment) -> Outcome:
        value = at(moment.answered, pointer)
        if moment.status < 400 or not isinstance(value, int):
            return None
        if value == moment.status:
            return HOLDS
        return Breach(rule.id, "the error body names another status", str(moment.status), str(value), pointer)

    return law


def polls_on(rule: Rule, history: History) -> ExchangeLaw:
    """``client.poll.final``: a client stops polling once it has read a state in which nothing happens any more.

    Each client is counted for itself. A reading long after the one before is no polling.
    """
    states, most = frozenset(rule.args["states"]), int(rule.args.get("most", 3))
    idle: dict[tuple[str, str], tuple[int, float]] = {}
    lifecycle = history.contract.lifecycles.get(rule.args["resource"])
    machine = Machine(lifecycle) if lifecycle is not None else None

    def law(moment: Moment) -> Outcome:
        record = _record(rule, history, moment)
        if record is None or record.deleted is not None or not moment.accepted:
            return None
        later = machine.later(record.possible) if machine is not None else None
        settled = later is None or machine is None or machine.statuses(later) <= states
        about = (record.key, moment.scope[1])
        if record.status not in states or record.moved or not settled:
            idle.pop(about, None)
            return HOLDS
        if moment.operation.method != "GET":
            idle.pop(about, None)  # what follows is a look at what that call did
            return None
        if len(idle) > _MOST_REMEMBERED:
            idle.clear()
        now = moment.started if moment.started is not None else 0.0
        count, last = idle.get(about, (0, now))
        idle[about] = (count + 1 if now - last <= _LONG else 1, now)
        if idle[about][0] != most:
            return HOLDS
        message = f"{record.name} has been {record.status} since exchange {record.status_at}, and is polled on"
        return Breach(
            rule.id, message, f"no polling after {record.status}", f"{most} reads since", resource=record.name
        )

    return law


def waits(rule: Rule, history: History) -> ExchangeLaw:
    """``client.retry-after``: a client asks the same URL again no sooner than the last answer's Retry-After.

    Looking at what a change has done is no retry.
    """
    until: dict[tuple[str, str], tuple[float, int, int, int]] = {}
    kinds = {touch.operation: touch.resource for touch in history.contract.touches}

    def law(moment: Moment) -> Outcome:
        about = (f"{moment.operation.method} {moment.url}", moment.scope[1])
        outcome: Outcome = None
        known = until.pop(about, None)
        writes = history.writes.get(kinds.get(moment.operation.id, ""), 0)
        if known is not None and moment.started is not None:
            due, index, seconds, written = known
            if moment.started < due - seconds:
                outcome = UNSURE  # it was under way when that answer came
            elif moment.started < due and written not in (_ANY_WRITES, writes):
                outcome = UNSURE
            elif moment.started < due:
                early = f"{due - moment.started:.1f} seconds early"
                message = f"exchange {index} was answered with Retry-After: {seconds}"
                outcome = Breach(rule.id, message, f"{seconds} seconds between", early)
            else:
                outcome = HOLDS
        _keep(moment, about, until, _ANY_WRITES if moment.status == 429 else writes)
        return outcome

    return law


def _keep(
    moment: Moment, about: tuple[str, str], until: dict[tuple[str, str], tuple[float, int, int, int]], writes: int
) -> None:
    text, ended = (
        moment.answer_headers.get("retry-after", ""),
        moment.ended if moment.ended is not None else moment.started,
    )
    if (
        (seconds := whole(text)) is not None
        and seconds < 10_000_000
        and ended is not None
        and (moment.operation.method == "GET" or moment.status == 429)
    ):
        if len(until) > _MOST_REMEMBERED:
            until.clear()
        until[about] = (ended + seconds, moment.index, seconds, writes)


def size_limit(rule: Rule, history: History) -> ExchangeLaw:
    """``limit.size``: a request body is no larger than `most` bytes, or than the contract parameter `parameter`."""
    most = rule.args["most"] if "most" in rule.args else history.contract.parameters[rule.args["parameter"]]

    def law(moment: Moment) -> Outcome:
        if most is None:
            return None
        if moment.body_size <= most:
            return HOLDS
        return Breach(
            rule.id, "the body is larger than the service takes", f"at most {most} bytes", f"{moment.body_size} bytes"
        )

    return law


def count_limit(rule: Rule, history: History) -> ExchangeLaw:
    """``limit.count``: nothing is created beyond the number that the contract parameter `parameter` gives."""
    most = history.contract.parameters[rule.args["parameter"]]
    kind = rule.args["resource"]

    def law(moment: Moment) -> Outcome:
        if most is None or moment.unordered:
            return None
        alive = sum(
            1 for r in history.all(kind) if r.created is not None and r.deleted is None and r.scope == moment.scope
        )
        if alive < most:
            return HOLDS if moment.accepted else None
        if not moment.accepted:
            return HOLDS
        return Breach(rule.id, f"there are {alive} already", f"at most {most}, then an error", _answer(moment))

    return law


def echoes(rule: Rule, history: History) -> ExchangeLaw:
    """``answer.echo``: the answer has, at `field`, what the request had there."""
    pointer = rule.args["field"]

    def law(moment: Moment) -> Outcome:
        sent, got = at(moment.asked, pointer), at(moment.answered, pointer)
        if not moment.accepted or isinstance(sent, Absent) or isinstance(got, Absent):
            return None
        if sent == got:
            return HOLDS
        if isinstance(sent, str) and isinstance(got, str) and sent.casefold() == got.casefold():
            return UNSURE  # whether letter case counts is not documented
        return Breach(rule.id, f"{pointer[1:]} is not what was sent", short(sent), short(got), pointer)

    return law


def refers(rule: Rule, history: History) -> ExchangeLaw:
    """``answer.refers``: the reference at `field` of the answer names the resource whose URL was asked."""
    pointer, name = rule.args["field"], rule.args["id"]

    def law(moment: Moment) -> Outcome:
        url, own = at(moment.answered, pointer), moment.variables.get(name, "")
        if not moment.accepted or not isinstance(url, str):
            return None
        if id_of(url).lower() == own.lower():
            return HOLDS
        return Breach(rule.id, f"the answer of {moment.operation.id} is about another", own, short(url), pointer)

    return law


def answer_with(rule: Rule, history: History) -> ExchangeLaw:
    """``answer.with``: the answer has elements in the list at `field` only when the query `parameter` is `value`."""
    pointer, name, value = rule.args["field"], rule.args["parameter"], rule.args["value"]

    def law(moment: Moment) -> Outcome:
        if not moment.accepted or not moment.asked_soundly or not isinstance(moment.answered, dict):
            return None
        found = at(moment.answered, pointer)
        if not found or isinstance(found, Absent) or moment.query.get(name, "").lower() == value:
            return HOLDS
        message = f"{moment.operation.id} answered with {pointer[1:]}, and {name}={value} was not asked for"
        return Breach(rule.id, message, f"no {pointer[1:]} without {name}={value}", short(found), pointer)

    return law


def answer_names(rule: Rule, history: History) -> ExchangeLaw:
    """``answer.names``: the list at `field` of the answer names the resources `inside` that are in one of the `states`.

    Judged when the query `parameter` is `value` and the call is accepted. `text` is the pointer of the text in an
    element of the list.
    """
    pointer, name, states = rule.args["field"], rule.args["parameter"], frozenset(rule.args["states"])

    def law(moment: Moment) -> Outcome:
        if not moment.accepted or moment.query.get(name, "").lower() != rule.args["value"] or moment.unordered:
            return None
        key = key_of(history, history.touch(moment.operation.id, rule.args["resource"]), moment)
        bad = [
            record for record in history.inside(rule.args["inside"], key)
            if record.status in states and not record.moved and record.deleted is None
        ]  # fmt: skip
        if not bad:
            return None
        if isinstance(moment.answered, Absent):
            return UNSURE
        found = at(moment.answered, pointer)
        said = [at(one, rule.args["text"]) for one in found] if isinstance(found, list) else []
        for record in bad:
            own = record.key.rpartition("/")[2]
            if not any(isinstance(text, str) and own in text for text in said):
                message = f"{moment.operation.id} went on without {record.name}, which is {record.status}, unsaid"
                return Breach(rule.id, message, f"{own} named in {pointer[1:]}", short(moment.answered), pointer)
        return HOLDS

    return law


def header_with(rule: Rule, history: History) -> ExchangeLaw:
    """``header.with``: the request has the header `header` only with a body of one of the content types `types`."""
    name, types = rule.args["header"], tuple(rule.args["types"])

    def law(moment: Moment) -> Outcome:
        kind = moment.headers.get("content-type", "").partition(";")[0].strip().lower()
        if not kind or name.lower() not in moment.headers:
            return None
        if kind in types:
            return HOLDS
        return Breach(rule.id, f"{name} does not go with {kind}", f"{name} with {' or '.join(types)} only", kind)

    return law


def copies(rule: Rule, history: History) -> ExchangeLaw:
    """``copy.keeps``: what a call made out of a resource has the same value at `field` as its source."""
    field = next(f for f in history.contract.resources[rule.args["resource"]].fixed if f.pointer == rule.args["field"])

    def law(moment: Moment) -> Outcome:
        record = _record(rule, history, moment)
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
                if len(issued) > _MOST_REMEMBERED:
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
    "call.refused": must_refuse,
    "call.conflict": only_when,
    "client.refused": warned,
    "call.references": references,
    "call.kinds": kinds,
    "call.in-use": in_use,
    "call.strict": strict,
    "client.inside": inside_settled,
    "call.overwrite": exists,
    "deleted.refused": after_deletion,
    "read.exists": still_there,
    "header.location": location,
    "create.new": new_id,
    "query.constant": constant,
    "error.code": same_code,
    "client.poll.final": polls_on,
    "client.retry-after": waits,
    "limit.size": size_limit,
    "limit.count": count_limit,
    "answer.echo": echoes,
    "answer.refers": refers,
    "answer.with": answer_with,
    "answer.names": answer_names,
    "header.with": header_with,
    "copy.keeps": copies,
    "copy.permit": permit,
}
