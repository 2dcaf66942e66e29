"""The laws: the kinds of requirement that a rule of a contract may bind to, by name.

A rule names a law and gives its arguments; the law is a function made once for a history. To add a kind of
requirement, write its function in the module it belongs to and name it in that module's `LAWS`.

* `ENTITY`: judged on every entity seen in an answer, next to what was seen of it before;
* `EXCHANGE`: judged on every exchange of the operations that the rule names;
* `MACHINE`: names that the state machine judges by itself; `WIRE`: what one exchange shows by itself.
"""

from __future__ import annotations

from pytest_speechcustom.engine.laws import (
    amounts,
    answers,
    calls,
    copies,
    echoes,
    identity,
    lists,
    patience,
    presence,
    properties,
    references,
    times,
)
from pytest_speechcustom.engine.laws.reading import reads, roles

__all__ = ["ENTITY", "EXCHANGE", "MACHINE", "NAMES", "WIRE", "reads", "roles"]

ENTITY = {**identity.LAWS, **times.LAWS, **properties.LAWS, **echoes.LAWS}
EXCHANGE = {
    **lists.LAWS,
    **calls.LAWS,
    **references.LAWS,
    **presence.LAWS,
    **patience.LAWS,
    **answers.LAWS,
    **copies.LAWS,
    **amounts.LAWS,
}
MACHINE = ("state.closed", "state.initial", "state.forward", "state.final", "state.after-call")
WIRE = ("wire",)
NAMES = frozenset({*ENTITY, *EXCHANGE, *MACHINE, *WIRE})
