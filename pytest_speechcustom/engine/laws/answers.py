"""Laws about single calls and their answers: what one has that the other has, limits, error codes, headers."""

from __future__ import annotations

from pytest_speechcustom.engine.breach import Breach
from pytest_speechcustom.engine.history import History, Moment, id_of
from pytest_speechcustom.engine.laws.outcome import HOLDS, UNSURE, ExchangeLaw, Outcome
from pytest_speechcustom.engine.laws.subject import key_of, status_of
from pytest_speechcustom.engine.text import at, short
from pytest_speechcustom.values import Absent, Rule


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
        return Breach(rule.id, f"there are {alive} already", f"at most {most}, then an error", status_of(moment))

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


LAWS = {
    "query.constant": constant,
    "error.code": same_code,
    "limit.size": size_limit,
    "limit.count": count_limit,
    "answer.echo": echoes,
    "answer.refers": refers,
    "answer.with": answer_with,
    "answer.names": answer_names,
    "header.with": header_with,
}
