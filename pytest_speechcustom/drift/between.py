"""What a client has to change to go from one contract to another, from the two contracts alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pytest_speechcustom.contracts.model import Contract, Operation, Parameter
from pytest_speechcustom.drift import entities
from pytest_speechcustom.drift.changes import Change, Diff, Topic, merged
from pytest_speechcustom.drift.lives import lifecycles
from pytest_speechcustom.drift.names import successor, words
from pytest_speechcustom.drift.shapes import leaf_of, leaves, type_of
from pytest_speechcustom.values import Direction, Impact

_UNITS = ("milliseconds", "seconds", "minutes", "hours", "days")


def diff(old: Contract, new: Contract) -> Diff:
    """All changes, most general first. Takes two contracts, gives the same for the same, raises nothing."""
    pairs = _pairs(old, new)
    changes = [
        *_service(old, new),
        *_operations(old, new, pairs),
        *entities.compare(old, new),
        *lifecycles(old, new),
        *_rules(old, new),
    ]
    return Diff(old.id, new.id, merged(changes))


# the service as a whole


def _service(old: Contract, new: Contract) -> Iterator[Change]:
    everything = tuple(old.operations)
    source = next(iter(new.operations.values())).source
    if old.base != new.base:
        yield Change("service", "base", "breaking", "request", "base path",
                     f"the base path is {new.base or '/'}, no longer {old.base or '/'}; so are links in answers",
                     source, old.base, new.base, everything)  # fmt: skip
    ways = [_way(each) for each in new.security]
    for each in old.security:
        if _way(each) not in ways:
            yield Change("service", "auth-gone", "breaking", "request", f"credentials in {_way(each)}",
                         f"{_way(each)} is not taken any more; {' or '.join(ways) or 'nothing'} is", source,
                         _way(each), " or ".join(ways), everything)  # fmt: skip
    for way in ways:
        if way not in [_way(each) for each in old.security]:
            yield Change("service", "auth-new", "additive", "request", f"credentials in {way}",
                         f"{way} is taken, too", source, "", way, everything)  # fmt: skip


def _way(carriers: tuple[tuple[str, str], ...]) -> str:
    return " with ".join(f"the {place} {name}" for place, name in carriers)


# operations


def _pairs(old: Contract, new: Contract) -> Mapping[str, str]:
    """Each operation of the old contract by what it is called in the new: by its id, its call, or one much like it."""
    calls = {(operation.method, operation.path): operation.id for operation in new.operations.values()}
    pairs = {}
    for operation in old.operations.values():
        if operation.id in new.operations:
            pairs[operation.id] = operation.id
        elif (other := calls.get((operation.method, operation.path))) and other not in old.operations:
            pairs[operation.id] = other
    free = [each for each in new.operations.values() if each.id not in pairs.values()]
    for operation in old.operations.values():
        if operation.id not in pairs:
            alike = next((each for each in free if _same_action(operation, each)), None)
            if alike is not None:
                pairs[operation.id] = alike.id
                free.remove(alike)
    return pairs


def _same_action(one: Operation, other: Operation) -> bool:
    """Whether two calls do the same to the same thing by their names: ``POST /models/{id}:copyto`` and ``:copy``."""
    here, _, act = one.path.partition(":")
    there, _, other_act = other.path.partition(":")
    alike = act.startswith(other_act) or other_act.startswith(act)
    return one.method == other.method and here == there and bool(act and other_act) and alike


def _operations(old: Contract, new: Contract, pairs: Mapping[str, str]) -> Iterator[Change]:
    for operation in old.operations.values():
        if operation.id not in pairs:
            told = f"{_call(old, operation)} is gone"
            yield Change("operation", "gone", "breaking", "request", operation.id, told, operation.source,
                         _call(old, operation), "", (operation.id,))  # fmt: skip
            continue
        other = new.operations[pairs[operation.id]]
        moved = (operation.method, operation.path) != (other.method, other.path)
        if moved or operation.id != other.id:
            told = f"{_call(old, operation)} is {_call(new, other)} now" + (
                f", and called {other.id}" if operation.id != other.id else ""
            )
            impact: Impact = "breaking" if moved else "cosmetic"
            yield Change("operation", "renamed", impact, "request", operation.id, told, other.source,
                         _call(old, operation), _call(new, other), (operation.id,))  # fmt: skip
        yield from _operation((old, new), operation, other)
    for other in new.operations.values():
        if other.id not in pairs.values():
            told = f"{_call(new, other)} is new"
            yield Change("operation", "new", "additive", "request", other.id, told, other.source,
                         "", _call(new, other), (other.id,))  # fmt: skip


def _call(contract: Contract, operation: Operation) -> str:
    return f"{operation.method} {contract.base}{operation.path}"


def _operation(contracts: tuple[Contract, Contract], old: Operation, other: Operation) -> Iterator[Change]:
    def change(topic: Topic, what: str, impact: Impact, direction: Direction, place: str, message: str,
               before: str = "", after: str = "") -> Change:  # fmt: skip
        return Change(topic, what, impact, direction, place, message, other.source, before, after, (old.id,))

    for said in _parameters(old, other):
        yield change("parameter", said[0], said[1], "request", *said[2:])
    yield from (change("body", said[0], said[1], "request", *said[2:]) for said in _bodies(contracts[1], old, other))
    was, now = (", ".join(map(str, sorted(each.success))) for each in (old, other))
    for status in sorted(other.success - old.success):
        told = f"may be answered with {status} now"
        yield change("status", "new", "breaking", "response", f"status {status}", told, was, now)
    for status in sorted(old.success - other.success):
        told = f"is not answered with {status} any more"
        yield change("status", "gone", "breaking", "response", f"status {status}", told, was, now)
    yield from (change("body", said[0], said[1], "response", *said[2:]) for said in _answers(contracts, old, other))
    yield from (change("header", said[0], said[1], "response", *said[2:]) for said in _headers(old, other))


Said = tuple[str, Impact, str, str, str, str]
"""What happened, what that means, where, in words, before and after."""


def _parameters(old: Operation, new: Operation) -> Iterator[Said]:
    was = {(each.place, each.name): each for each in old.parameters}
    now = {(each.place, each.name): each for each in new.parameters}
    fresh = [key for key in now if key not in was]
    heirs = set()
    for key, parameter in was.items():
        where = _where(parameter)
        if key not in now:
            heir = successor(parameter.name, [name for place, name in fresh if place == parameter.place])
            if heir is None:
                yield "gone", "breaking", where, f"{where} is gone", _said(parameter), ""
                continue
            other = now[parameter.place, heir]
            heirs.add((parameter.place, heir))
            told = f"{where} is gone; {heir} is new, and named alike{_units(parameter.name, heir)}"
            told += ", and required" if other.required else ""
            yield "renamed", "breaking", where, told, _said(parameter), _said(other)
            continue
        other = now[key]
        if other.required and not parameter.required:
            yield "required", "breaking", where, f"{where} must be given now", _said(parameter), _said(other)
        elif parameter.required and not other.required:
            yield "optional", "additive", where, f"{where} need not be given any more", _said(parameter), _said(other)
        for what, impact, told in entities.altered(leaf_of(parameter.schema), leaf_of(other.schema), sent=True):
            yield what, impact, where, f"{where} {told}", _said(parameter), _said(other)
    for key in fresh:
        other = now[key]
        where = _where(other)
        if other.required and key not in heirs:
            yield "required", "breaking", where, f"{where} is new, and must be given", "", _said(other)
        elif key not in heirs:
            yield "new", "additive", where, f"{where} is new", "", _said(other)
    for name in sorted({*old.filterable, *new.filterable}):
        if name not in new.filterable:
            yield "gone", "breaking", f"filter by {name}", f"filter knows no {name} any more", name, ""
        elif name not in old.filterable:
            yield "new", "additive", f"filter by {name}", f"filter knows {name}, too", "", name


def _where(parameter: Parameter) -> str:
    return f"{parameter.place} {parameter.name}"


def _said(parameter: Parameter) -> str:
    return f"{leaf_of(parameter.schema)}" + (", required" if parameter.required else "")


def _units(old: str, new: str) -> str:
    """A warning where two names end in different units of time."""
    was, now = ({unit for unit in _UNITS if unit in words(name)} for name in (old, new))
    return f", in {now.pop()} instead of {was.pop()}" if was and now and was != now else ""


def _bodies(new: Contract, old: Operation, other: Operation) -> Iterator[Said]:
    for kind, media in old.body.items():
        now = other.body.get(kind)
        if now is None:
            told = f"a body of {kind} is not taken any more"
            yield "gone", "breaking", f"request body {kind}", told, kind, ", ".join(other.body)
        elif (media.entity, media.required_parameters) != (now.entity, now.required_parameters):
            told = f"the body is {now.entity or 'bytes'}, no longer {media.entity or 'bytes'}{_from(new, now.entity)}"
            yield "retyped", "breaking", f"request body {kind}", told, media.entity or kind, now.entity or kind
    for kind, now in other.body.items():
        if kind not in old.body:
            impact: Impact = "breaking" if other.body_required and not old.body else "additive"
            told = f"a body of {kind} is taken" + (", and must be sent" if impact == "breaking" else "")
            yield "new", impact, f"request body {kind}", told, ", ".join(old.body), now.entity or kind
    if other.body_required and old.body and not old.body_required:
        yield "required", "breaking", "request body", "a body must be sent now", "optional", "required"


def _from(contract: Contract, entity: str | None) -> str:
    """Where a client gets what it has to send from: the call that answers with it."""
    for operation in contract.operations.values():
        for status in operation.success:
            for media in operation.responses[status].media.values():
                if entity and media.entity == entity and operation.id:
                    return f", which {operation.id} answers with"
    return ""


def _answers(contracts: tuple[Contract, Contract], old: Operation, new: Operation) -> Iterator[Said]:
    was, now = _answered(old), _answered(new)
    if was != now:
        told = f"the answer is {' or '.join(now) or 'empty'}, no longer {' or '.join(was) or 'empty'}"
        impact: Impact = "additive" if _holds(contracts, was, now) else "breaking"
        yield "retyped", impact, "response body", told, " or ".join(was), " or ".join(now)


def _answered(operation: Operation) -> list[str]:
    """The entities of all successes."""
    specs = [operation.responses[status] for status in sorted(operation.success)]
    return list(dict.fromkeys(media.entity or kind for spec in specs for kind, media in spec.media.items()))


def _holds(contracts: tuple[Contract, Contract], was: list[str], now: list[str]) -> bool:
    """Whether an answer still holds all that it held, under another name."""
    old, new = contracts
    if len(was) != 1 or len(now) != 1 or was[0] not in old.schemas or now[0] not in new.schemas:
        return False
    before, after = leaves(old, was[0]), leaves(new, now[0])
    return all(path in after and after[path].type == leaf.type for path, leaf in before.items())


def _headers(old: Operation, new: Operation) -> Iterator[Said]:
    was = {name: schema for status in sorted(old.success) for name, schema in old.responses[status].headers.items()}
    now = {name: schema for status in sorted(new.success) for name, schema in new.responses[status].headers.items()}
    for name in sorted({*was, *now}):
        place = f"response header {name}"
        if name not in now:
            yield "gone", "breaking", place, f"{name} is not answered any more", name, ""
        elif name not in was:
            yield "new", "additive", place, f"{name} is answered now", "", name
        elif type_of(was[name]) != type_of(now[name]):
            told = f"{name} is {type_of(now[name])}, no longer {type_of(was[name])}"
            yield "retyped", "breaking", place, told, type_of(was[name]), type_of(now[name])


# rules


def _rules(old: Contract, new: Contract) -> Iterator[Change]:
    """What a client must heed from now on; what follows from operations and payloads is told there."""
    for rule in new.rules.values():
        if rule.side == "client" and rule.law != "wire" and rule.id not in old.rules:
            impact: Impact = "breaking" if rule.severity == "error" else "cosmetic"
            operations = tuple(name for name in rule.args.get("operations", ()) if name in new.operations)
            yield Change("rule", "new", impact, "request", rule.id, rule.text, rule.source, "", rule.text, operations)
