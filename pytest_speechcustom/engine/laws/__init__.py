"""The laws: the kinds of requirement that a rule of a contract may bind to, by name.

A rule names a law and gives its arguments; the law is a function made once for a history. To add a kind of
requirement, write its function in the module it belongs to and name it in that module's `LAWS`.

* `ENTITY`: judged on every entity seen in an answer, next to what was seen of it before;
* `EXCHANGE`: judged on every exchange of the operations that the rule names;
* `MACHINE`: names that the state machine judges by itself; `WIRE`: what one exchange shows by itself.
"""

from __future__ import annotations

from pytest_speechcustom.engine.laws import amounts, calls, entity, lists

ENTITY = entity.LAWS
reads = entity.reads
roles = entity.roles
EXCHANGE = {**lists.LAWS, **calls.LAWS, **amounts.LAWS}
MACHINE = ("state.closed", "state.initial", "state.forward", "state.final", "state.after-call")
WIRE = ("wire",)
NAMES = frozenset({*ENTITY, *EXCHANGE, *MACHINE, *WIRE})
