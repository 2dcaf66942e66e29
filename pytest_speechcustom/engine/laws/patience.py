"""Laws about how a client waits: it looks no more at what has come to its end, and comes back when it was told to."""

from __future__ import annotations

from pytest_speechcustom.engine.breach import Breach
from pytest_speechcustom.engine.history import History, Moment
from pytest_speechcustom.engine.laws.outcome import HOLDS, UNSURE, ExchangeLaw, Outcome
from pytest_speechcustom.engine.laws.subject import MOST_REMEMBERED, record_of
from pytest_speechcustom.engine.machine import Machine
from pytest_speechcustom.engine.text import whole
from pytest_speechcustom.values import Rule

_LONG = 600.0
"""Seconds between two readings that have nothing to do with each other; the documents poll once a minute."""


_ANY_WRITES = -1


def polls_on(rule: Rule, history: History) -> ExchangeLaw:
    """``client.poll.final``: a client stops polling once it has read a state in which nothing happens any more.

    Each client is counted for itself. A reading long after the one before is no polling.
    """
    states, most = frozenset(rule.args["states"]), int(rule.args.get("most", 3))
    idle: dict[tuple[str, str], tuple[int, float]] = {}
    lifecycle = history.contract.lifecycles.get(rule.args["resource"])
    machine = Machine(lifecycle) if lifecycle is not None else None

    def law(moment: Moment) -> Outcome:
        record = record_of(rule, history, moment)
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
        if len(idle) > MOST_REMEMBERED:
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
        if len(until) > MOST_REMEMBERED:
            until.clear()
        until[about] = (ended + seconds, moment.index, seconds, writes)


LAWS = {
    "client.poll.final": polls_on,
    "client.retry-after": waits,
}
