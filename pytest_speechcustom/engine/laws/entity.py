"""Laws about an entity as it is seen in an answer, next to what was seen of it before.

Each function takes a rule (for its `args`) and gives the law: from a `Sight` to an outcome (see `laws`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from pytest_speechcustom.contracts.model import Field
from pytest_speechcustom.engine.breach import Breach
from pytest_speechcustom.engine.history import History, Sight, instant, normal, same
from pytest_speechcustom.engine.laws.outcome import HOLDS, UNSURE, EntityLaw, Outcome
from pytest_speechcustom.engine.text import at, path_of, real, short
from pytest_speechcustom.values import ABSENT, Absent, Rule


def _missing(value: Any) -> bool:
    return value is None or isinstance(value, Absent)


def fixed(rule: Rule, history: History) -> EntityLaw:
    """``field.fixed``: the `fields` (pointers) of a resource never change. Lists are judged by ``list.same``."""
    fields = [f for f in history.contract.resources[rule.args["resource"]].fixed if f.pointer in rule.args["fields"]]
    only_lost = _only_lost(rule, history)

    def law(sight: Sight) -> Outcome:
        if sight.touch.role == "list":
            return None
        outcome: Outcome = None
        for field in fields:
            before = sight.record.fixed.get(field.pointer, ABSENT)
            if before is ABSENT:
                continue
            now = sight.read(field)
            if now is ABSENT:
                continue
            if same(field, before, now):
                outcome = HOLDS
            elif only_lost(before, now, sight):
                outcome = outcome or UNSURE
            else:
                message = f"{field.pointer[1:]} of {sight.record.name} changed, and nothing may change it"
                return Breach(rule.id, message, _text(before), _text(now), sight.pointer + field.pointer)
        return outcome

    return law


def _only_lost(rule: Rule, history: History) -> Callable[[Any, Any, Sight], bool]:
    """Whether a list of references, of the kind `references_to`, differs only by what was deleted since."""
    kind = rule.args.get("references_to")

    def only_lost(before: Any, now: Any, sight: Sight) -> bool:
        if not kind or not isinstance(before, frozenset) or not isinstance(now, frozenset):
            return False
        sight.elsewhere = True
        changed = before ^ now if sight.unordered else before - now
        return now - changed <= before and all(_gone(history, kind, key) for key in changed)

    return only_lost


def _gone(history: History, kind: str, key: str) -> bool:
    record = history.find(kind, key)
    if record is None:
        return kind in history.forgot
    return record.deleted is not None or not record.facts.get("exists")


def _text(value: Any) -> str:
    if isinstance(value, frozenset):
        return short(sorted(map(str, value)))
    return short(value.isoformat() if hasattr(value, "isoformat") else value)


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


def self_url(rule: Rule, history: History) -> EntityLaw:
    """``identity.url``: the URL at `field` is that of the resource (its `path`), with the id that was asked for."""
    resource = history.contract.resources[rule.args["resource"]]
    pointer = rule.args.get("field", "/self")
    ending = re.compile(re.sub(r"\\\{[^}]*\\\}", "([^/]+)", re.escape(resource.path)) + "/?$")

    def law(sight: Sight) -> Outcome:
        url = at(sight.entity, pointer)
        if not isinstance(url, str):
            return None
        match = ending.search(path_of(url))
        wanted = "" if sight.touch.role in ("create", "list") else sight.record.key
        wanted = wanted.rsplit("/", 1)[-1] if resource.parent else wanted
        if match and (not wanted or match.group(1).lower() == wanted.lower()):
            return HOLDS
        message = f"{pointer[1:]} is not the location of {sight.record.name if wanted else 'a ' + resource.name}"
        allowed = "…" + (re.sub(r"\{[^}]*\}", wanted, resource.path) if wanted else resource.path)
        return Breach(rule.id, message, allowed, short(url), sight.pointer + pointer)

    return law


def own_id(rule: Rule, history: History) -> EntityLaw:
    """``identity.property``: the property that names the resource is the id that was asked for.

    With `place`, only for an entity that stands at this pointer of the answer.
    """
    resource = history.contract.resources[rule.args["resource"]]
    place = rule.args.get("place")

    def law(sight: Sight) -> Outcome:
        said = sight.entity.get(resource.identity)
        if sight.touch.role in ("create", "list") or not isinstance(said, str):
            return None
        if place is not None and sight.pointer != place:
            return None
        wanted = sight.record.key.partition("/")[2] if resource.parent else sight.record.key
        if said.lower() == wanted.lower():
            return HOLDS
        message = f"the answer for {sight.record.name} names another {resource.name}"
        return Breach(rule.id, message, short(wanted), short(said), f"{sight.pointer}/{resource.identity}")

    return law


def gone(rule: Rule, history: History) -> EntityLaw:
    """``deleted.gone``: what was deleted is not shown any more; with `cleared`, what another call removed.

    The answer to a call that should have been refused is left to ``deleted.refused``, where that has the call.
    """
    how_gone = rule.id if rule.args.get("cleared") else ""
    refusals = [one for one in history.contract.rules.values() if one.law == "deleted.refused"]
    kind = rule.args["resource"]
    elsewhere = {call for one in refusals if one.args["resource"] == kind for call in one.args["operations"]}

    def law(sight: Sight) -> Outcome:
        record = sight.record
        if record.deleted is None or sight.touch.role == "create" or record.deleted_rule != how_gone:
            return None
        if sight.moment.operation.id in elsewhere:
            return None
        if sight.unordered:
            return UNSURE
        how = "listed" if sight.touch.role == "list" else "returned"
        message = f"{record.name} is {how} although exchange {record.deleted} deleted it"
        return Breach(
            rule.id, message, "an error, and no place in lists", f"status {sight.moment.status}", sight.pointer
        )

    return law


def requires(rule: Rule, history: History) -> EntityLaw:
    """``state.requires``: in one of the `states`, the property at `field` is there and not null."""
    pointer, states = rule.args["field"], frozenset(rule.args["states"])
    status = history.contract.lifecycles[rule.args["resource"]].status

    def law(sight: Sight) -> Outcome:
        state = at(sight.entity, status)
        if not isinstance(state, str) or state not in states:
            return None
        if not _missing(at(sight.entity, pointer)):
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
        if _missing(value) or (empty and not value):
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
        if not isinstance(state, str) or state not in documented or _missing(value):
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


def carries(rule: Rule, history: History) -> EntityLaw:
    """``links.query``: the URLs at `fields` keep the query parameter `name` of the request."""
    pointers, name = tuple(rule.args["fields"]), rule.args["name"]
    carrying = re.compile(rf"[?&]{re.escape(name)}=([^&#]+)")

    def law(sight: Sight) -> Outcome:
        outcome: Outcome = None
        asked = sight.moment.query.get(name)
        for pointer in pointers:
            url = at(sight.entity, pointer)
            if not isinstance(url, str):
                continue
            found = carrying.search(url)
            if found and asked in (None, found.group(1)):
                outcome = HOLDS
                continue
            message = f"{pointer[1:]} of {sight.record.name} lost or changed the query parameter {name}"
            return Breach(rule.id, message, f"…?{name}={asked or '…'}", short(url), sight.pointer + pointer)
        return outcome

    return law


def own_links(rule: Rule, history: History) -> EntityLaw:
    """``links.own``: the URLs at `links` (pointer, what follows the resource's own path) are those of the resource."""
    resource = history.contract.resources[rule.args["resource"]]
    links = tuple(rule.args["links"])
    before, _, after = re.sub(r"\{[^}]*\}", "*", resource.path).partition("*")

    def law(sight: Sight) -> Outcome:
        outcome: Outcome = None
        own = f"{before}{sight.record.key}{after}"
        for pointer, more in links:
            url = at(sight.entity, pointer)
            if not isinstance(url, str):
                continue
            path = path_of(url)
            if path.endswith(own + more) or unquote(path).lower().endswith((own + more).lower()):
                outcome = HOLDS
                continue
            message = f"{pointer[1:]} of {sight.record.name} leads somewhere else"
            return Breach(rule.id, message, f"…{own}{more}", short(url), sight.pointer + pointer)
        return outcome

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
                return Breach(rule.id, message, _text(before), _text(now), sight.pointer + field.pointer)
            outcome = HOLDS
        return outcome

    return law


def starts_with(rule: Rule, history: History) -> EntityLaw:
    """``text.prefix``: the text, or each text of the list, at `field` starts with the text at `prefix`."""
    pointer, prefix = rule.args["field"], rule.args["prefix"]

    def law(sight: Sight) -> Outcome:
        value, start = at(sight.entity, pointer), at(sight.entity, prefix)
        if _missing(value) or not isinstance(start, str):
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


def list_same(rule: Rule, history: History) -> EntityLaw:
    """``list.same``: an entity in a list says the same as the entity itself, in what is fixed or written."""
    resource = history.contract.resources[rule.args["resource"]]
    only_lost = _only_lost(rule, history)
    fields = {field.pointer: field for field in (*resource.fixed, *resource.written)}

    def law(sight: Sight) -> Outcome:
        record, outcome = sight.record, None
        if sight.touch.role != "list" or sight.unordered or not (record.known or record.fixed or record.entity):
            return None
        for pointer, field in fields.items():
            known = record.known.get(pointer, ABSENT)
            if known is ABSENT:
                known = record.fixed.get(pointer, ABSENT)
            if known is ABSENT and record.entity is not None:
                known = normal(field, at(record.entity, pointer))
            if known is ABSENT:
                continue
            now = sight.read(field)
            if now is ABSENT:
                continue
            if not same(field, known, now):
                if only_lost(known, now, sight):
                    outcome = outcome or UNSURE
                    continue
                message = f"{pointer[1:]} of {record.name} is another in the list"
                return Breach(rule.id, message, _text(known), _text(now), sight.pointer + pointer)
            outcome = HOLDS
        return outcome

    return law


def written(rule: Rule, history: History) -> EntityLaw:
    """``read.writes``: what a client wrote is what it reads, in a read and in what an update left alone.

    What a PUT does not name is left alone or made empty: the documents do not say. With `references_to`, a list
    that names what was deleted since is undecided, too.
    """
    resource = history.contract.resources[rule.args["resource"]]
    only_lost = _only_lost(rule, history)
    fields, steady = resource.written, frozenset(field.pointer for field in resource.fixed)

    def law(sight: Sight) -> Outcome:
        if sight.touch.role not in ("read", "update") or sight.unordered or not sight.record.known:
            return None
        outcome: Outcome = None
        patch = sight.moment.asked if sight.touch.role == "update" else ABSENT
        for field in fields:
            wanted = sight.record.known.get(field.pointer, ABSENT)
            if wanted is ABSENT:
                continue
            now = sight.read(field)
            if now is ABSENT or _mentions(patch, field.pointer):
                continue
            if field.pointer in steady and field.pointer in sight.record.fixed:
                continue  # it never changes at all: that is another rule
            if same(field, wanted, now):
                outcome = HOLDS
            elif (not now and sight.moment.operation.method == "PUT") or only_lost(wanted, now, sight):
                outcome = outcome or UNSURE
            else:
                message = f"{field.pointer[1:]} of {sight.record.name} is not what was written"
                return Breach(rule.id, message, _text(wanted), _text(now), sight.pointer + field.pointer)
        return outcome

    return law


def still_shown(rule: Rule, history: History) -> EntityLaw:
    """``read.present``: a read leaves out nothing of what a client wrote, unless it was empty.

    References may go with what they name, and are not judged; nor are the fields `respelled` (pointers), which the
    documents name in two ways. With `fields`, only these are.
    """
    fields, only = history.contract.resources[rule.args["resource"]].written, rule.args.get("fields")
    plain = [field for field in fields if field.sameness not in ("reference", "references")]
    plain = [field for field in plain if only is None or field.pointer in only]
    plain = [field for field in plain if field.pointer not in rule.args.get("respelled", ())]

    def law(sight: Sight) -> Outcome:
        if sight.touch.role != "read" or sight.unordered:
            return None
        outcome: Outcome = None
        for field in plain:
            wanted = sight.record.known.get(field.pointer)
            if not wanted or (isinstance(wanted, dict) and not any(wanted.values())):
                continue
            if isinstance(sight.read(field), Absent):
                message = f"{field.pointer[1:]} of {sight.record.name} was written and is not there"
                return Breach(rule.id, message, _text(wanted), "nothing", sight.pointer + field.pointer)
            outcome = HOLDS
        return outcome

    return law


def steady(rule: Rule, history: History) -> EntityLaw:
    """``read.steady``: what only an update changes (`fields`) is as it was read last, where no update named it.

    What the history shows to have been written is left to ``read.writes``.
    """
    written = history.contract.resources[rule.args["resource"]].written
    fields = [field for field in written if field.pointer in rule.args["fields"]]

    def law(sight: Sight) -> Outcome:
        record = sight.record
        if record.entity is None or sight.unordered or record.deleted is not None:
            return None
        outcome: Outcome = None
        patch = sight.moment.asked if sight.touch.role == "update" else ABSENT
        replaced = sight.moment.operation.method == "PUT"
        for field in fields:
            before, now = normal(field, at(record.entity, field.pointer)), sight.read(field)
            if isinstance(before, Absent) or isinstance(now, Absent) or field.pointer in record.known:
                continue
            if _mentions(patch, field.pointer) or (replaced and not now):
                continue
            if not same(field, before, now):
                message = f"{field.pointer[1:]} of {record.name} changed, and no update was seen"
                return Breach(rule.id, message, _text(before), _text(now), sight.pointer + field.pointer)
            outcome = HOLDS
        return outcome

    return law


def _mentions(patch: Any, pointer: str) -> bool:
    """Whether a merge patch touches a property: names it, or something above it."""
    while pointer:
        if not isinstance(at(patch, pointer), Absent):
            return True
        pointer = pointer.rpartition("/")[0]
    return False


def echoed(rule: Rule, history: History) -> EntityLaw:
    """``echo.same``: the answer to a `role` call shows the values that were sent."""
    return _echo(rule, history, absent=False)


def echo_present(rule: Rule, history: History) -> EntityLaw:
    """``echo.present``: the answer to a `role` call does not leave out what was sent, unless that was empty.

    The fields `respelled` (pointers) may be shown under another name.
    """
    return _echo(rule, history, absent=True)


def _echo(rule: Rule, history: History, absent: bool) -> EntityLaw:
    fields = history.contract.resources[rule.args["resource"]].written
    fields = tuple(field for field in fields if field.pointer not in rule.args.get("respelled", ()))
    role = rule.args["role"]

    def law(sight: Sight) -> Outcome:
        if sight.touch.role != role or not isinstance(sight.moment.asked, dict):
            return None
        outcome: Outcome = None
        for field in fields:
            sent = normal(field, at(sight.moment.asked, field.pointer))
            now = sight.read(field)
            if isinstance(sent, Absent) or (not sent if absent else isinstance(now, Absent)):
                continue
            if isinstance(now, Absent) if absent else not same(field, sent, now):
                verb = "left out" if absent else "changed"
                message = f"the answer to {sight.moment.operation.id} {verb} {field.pointer[1:]}, which was sent"
                return Breach(rule.id, message, _text(sent), _text(now), sight.pointer + field.pointer)
            outcome = HOLDS
        return outcome

    return law


def roles(rule: Rule) -> tuple[str, ...]:
    """The roles of the calls whose answers can exercise a rule."""
    if rule.law in ("echo.same", "echo.present"):
        return (rule.args["role"],)
    return _ROLES.get(rule.law, ("read", "create", "update", "list"))


def reads(rule: Rule, history: History) -> frozenset[str] | None:
    """The pointers a law reads of an entity; ``None`` where it looks at more than the entity and the record."""
    if "place" in rule.args:
        return None
    resource = history.contract.resources[rule.args["resource"]]
    pointers = list(_pointers(rule.args))
    if rule.law in _COMPARING:
        pointers += [field.pointer for field in (*resource.fixed, *resource.written)]
    if rule.law in ("identity.url", "identity.property"):
        pointers += ["/self", f"/{resource.identity}"]
    if resource.lifecycle:
        pointers.append(resource.lifecycle.status)
    return frozenset(pointers)


def _pointers(value: Any) -> Iterator[str]:
    """Every JSON pointer in the arguments of a rule: what begins with a slash."""
    if isinstance(value, str):
        if value.startswith("/"):
            yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _pointers(inner)
    elif isinstance(value, Iterable):
        for inner in value:
            yield from _pointers(inner)


_COMPARING = ("list.same", "read.writes", "read.present", "read.steady", "echo.same", "echo.present")
_ROLES = {
    "field.fixed": ("read", "create", "update"),
    "list.same": ("list",),
    "read.writes": ("read", "update"),
    "read.present": ("read",),
    "read.steady": ("read", "update"),
}

LAWS = {
    "field.fixed": fixed,
    "time.order": ordered,
    "time.untouched": untouched,
    "time.entered": entered,
    "time.forward": forward,
    "identity.url": self_url,
    "identity.property": own_id,
    "deleted.gone": gone,
    "state.requires": requires,
    "state.forbids": forbids,
    "state.value": valued,
    "number.nonnegative": nonnegative,
    "number.sum": summed,
    "links.query": carries,
    "links.own": own_links,
    "field.settled": settled,
    "text.prefix": starts_with,
    "count.after": only_after,
    "list.same": list_same,
    "read.writes": written,
    "read.present": still_shown,
    "read.steady": steady,
    "echo.same": echoed,
    "echo.present": echo_present,
}
