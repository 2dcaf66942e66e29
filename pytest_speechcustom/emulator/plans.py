"""Plans: which calls go wrong on purpose, and how; which work fails, hangs or comes late.

The same words in a test (`SpeechService.plan`) and over HTTP (``POST /_speechcustom/plan``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, Literal, get_args

from pytest_speechcustom.contracts.model import Contract
from pytest_speechcustom.emulator.jobs import Outcome
from pytest_speechcustom.values import UsageError

Drop = Literal["before", "after"]
_SLOWEST = 600.0
_LATEST = 86_400


@dataclass(frozen=True, slots=True)
class Plan:
    """What goes wrong.

    Calls: of an `operation` (any, when ``None``), from the `nth` that matches on, `times` of them (``None``: all that
    follow). They are answered with `status` (and the header Retry-After of `retry_after` seconds), or after `delay`
    real seconds, or the connection is dropped (`drop`: before or after the call did its work), or the body ends after
    `truncate` bytes. Work: with a `resource` and an `outcome`, on the `nth` resource of that kind and so on.
    """

    operation: str | None = None
    nth: int = 1
    times: int | None = 1
    status: int | None = None
    retry_after: int | None = None
    delay: float = 0
    drop: Drop | None = None
    truncate: int | None = None
    resource: str | None = None
    outcome: Outcome | None = None


_TYPES: dict[str, tuple[type, ...]] = {
    "operation": (str, type(None)),
    "nth": (int,),
    "times": (int, type(None)),
    "status": (int, type(None)),
    "retry_after": (int, type(None)),
    "delay": (int, float),
    "drop": (str, type(None)),
    "truncate": (int, type(None)),
    "resource": (str, type(None)),
    "outcome": (str, type(None)),
}


def plan_of(given: dict[str, Any], contract: Contract) -> Plan:
    """A plan from its words; `UsageError`, in one line, for one that makes no sense."""
    known = [each.name for each in fields(Plan)]
    for name, value in given.items():
        if name not in known:
            raise UsageError(f"a plan has no {name!r}; it has {', '.join(known)}")
        if not isinstance(value, _TYPES[name]) or isinstance(value, bool):
            raise UsageError(f"{name} of a plan cannot be {value!r}")
    plan = Plan(**given)
    if plan.nth < 1 or (plan.times is not None and plan.times < 1):
        raise UsageError("nth and times of a plan are 1 or more")
    if plan.operation is not None and plan.operation not in contract.operations:
        raise UsageError(f"{contract.id} has no operation {plan.operation!r}")
    if (plan.resource is None) != (plan.outcome is None):
        raise UsageError("a plan for work needs a resource and an outcome")
    if plan.resource is not None:
        kinds = sorted(contract.lifecycles)
        if plan.resource not in kinds:
            raise UsageError(f"{contract.id} has no work on a {plan.resource!r}; on {', '.join(kinds)}")
        if plan.outcome not in get_args(Outcome):
            raise UsageError(f"an outcome is one of {', '.join(get_args(Outcome))}, not {plan.outcome!r}")
        if len(given.keys() - {"resource", "outcome", "nth", "times"}):
            raise UsageError("a plan for work has a resource, an outcome, nth and times, and nothing of calls")
    elif plan.status is None and not plan.delay and plan.drop is None and plan.truncate is None:
        raise UsageError("a plan needs a status, a delay, a drop, a truncate or an outcome")
    if plan.status is not None and not 400 <= plan.status <= 599:
        raise UsageError(f"status of a plan is an error (400 to 599), not {plan.status}")
    if plan.retry_after is not None and (plan.status is None or plan.retry_after > _LATEST):
        raise UsageError(f"retry_after of a plan goes with a status, and is at most {_LATEST} seconds")
    if plan.drop is not None and (plan.status is not None or plan.truncate is not None):
        raise UsageError("a plan that drops the connection has no answer: neither a status nor a truncate")
    if plan.drop not in (None, *get_args(Drop)):
        raise UsageError(f"drop of a plan is before or after, not {plan.drop!r}")
    if not 0 <= plan.delay <= _SLOWEST or (plan.truncate or 0) < 0 or (plan.retry_after or 0) < 0:
        raise UsageError(f"delay (at most {_SLOWEST:.0f}), truncate and retry_after of a plan are not negative")
    return plan


class Plans:
    """The plans in force, and how often each was met."""

    def __init__(self) -> None:
        self._plans: list[tuple[Plan, list[int]]] = []

    def add(self, plan: Plan) -> None:
        """Put a plan in force; earlier ones go first."""
        self._plans.append((plan, [0]))

    def clear(self) -> None:
        """Drop all plans."""
        self._plans.clear()

    def for_call(self, operation: str) -> Plan | None:
        """The plan that a call of this operation meets."""
        return self._meet(lambda plan: plan.resource is None and plan.operation in (None, operation))

    def for_work(self, kind: str) -> Outcome:
        """How work on a resource that begins will end."""
        plan = self._meet(lambda plan: plan.resource == kind)
        return plan.outcome if plan is not None and plan.outcome is not None else "succeed"

    def _meet(self, matches: Callable[[Plan], bool]) -> Plan | None:
        """The first plan that matches and is at its turn; those behind it do not count this time."""
        for plan, met in self._plans:
            if matches(plan) and (plan.times is None or met[0] < plan.nth + plan.times - 1):
                met[0] += 1
                if met[0] >= plan.nth:
                    return plan
        return None
