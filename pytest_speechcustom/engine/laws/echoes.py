"""Laws about what is said of an entity in several places: what was written is read, and lists say what reads do."""

from __future__ import annotations

from typing import Any

from pytest_speechcustom.engine.breach import Breach
from pytest_speechcustom.engine.history import History, Sight, normal, same
from pytest_speechcustom.engine.laws.outcome import HOLDS, UNSURE, EntityLaw, Outcome
from pytest_speechcustom.engine.laws.subject import as_text, losses
from pytest_speechcustom.engine.text import at
from pytest_speechcustom.values import ABSENT, Absent, Rule


def list_same(rule: Rule, history: History) -> EntityLaw:
    """``list.same``: an entity in a list says the same as the entity itself, in what is fixed or written.

    What this history has seen in lists only may be somebody else's, who may change it in between.
    """
    resource = history.contract.resources[rule.args["resource"]]
    lasting = frozenset(field.pointer for field in resource.fixed)
    only_lost = losses(rule, history)
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
                foreign = "told" not in record.facts and pointer not in lasting and pointer not in record.known
                if foreign or only_lost(known, now, sight):
                    outcome = outcome or UNSURE
                    continue
                message = f"{pointer[1:]} of {record.name} is another in the list"
                return Breach(rule.id, message, as_text(known), as_text(now), sight.pointer + pointer)
            outcome = HOLDS
        return outcome

    return law


def written(rule: Rule, history: History) -> EntityLaw:
    """``read.writes``: what a client wrote is what it reads, in a read and in what an update left alone.

    What a PUT does not name is left alone or made empty: the documents do not say. With `references_to`, a list
    that names what was deleted since is undecided, too.
    """
    resource = history.contract.resources[rule.args["resource"]]
    only_lost = losses(rule, history)
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
                return Breach(rule.id, message, as_text(wanted), as_text(now), sight.pointer + field.pointer)
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
                return Breach(rule.id, message, as_text(wanted), "nothing", sight.pointer + field.pointer)
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
                return Breach(rule.id, message, as_text(before), as_text(now), sight.pointer + field.pointer)
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
                return Breach(rule.id, message, as_text(sent), as_text(now), sight.pointer + field.pointer)
            outcome = HOLDS
        return outcome

    return law


LAWS = {
    "list.same": list_same,
    "read.writes": written,
    "read.present": still_shown,
    "read.steady": steady,
    "echo.same": echoed,
    "echo.present": echo_present,
}
