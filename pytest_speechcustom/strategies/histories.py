"""Sequences of valid requests: what an earlier one created, later ones read, change, refer to and delete."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from hypothesis import strategies as st

from pytest_speechcustom.contracts.model import Contract, Operation, Touch
from pytest_speechcustom.strategies.requests import Draft, Requests
from pytest_speechcustom.values import Body, Request

_PLACEHOLDER = "5bee0000-0000-4000-8000-{:012d}"


@dataclass(frozen=True, slots=True)
class Step:
    """One request of a history. Ids that the server gives are not known yet; placeholders stand for them.

    `operation` is the id of the operation. `identity` is the property of the answer with the id of what the step
    creates (a URL whose last segment is the id, with `by_url`), and `placeholder` what stands for it in later steps.
    """

    operation: str
    drafted: Request
    placeholder: str = ""
    identity: str = ""
    by_url: bool = False
    earlier: tuple[Step, ...] = ()

    def request(self, answers: Sequence[Any]) -> Request:
        """The request, given the JSON bodies of the answers to the steps before it (``None`` where there was none).

        The id of what was not created stays a placeholder, which no server knows.
        """
        url, raw = self.drafted.url, self.drafted.body.raw
        for step, answer in zip(self.earlier, answers, strict=False):
            if step.placeholder and isinstance(answer, dict) and isinstance(answer.get(step.identity), str):
                id = answer[step.identity]
                if step.by_url:
                    id = id.partition("?")[0].rstrip("/").rpartition("/")[2]
                url = url.replace(step.placeholder, id)
                raw = raw and raw.replace(step.placeholder.encode(), id.encode())
        return replace(self.drafted, url=url, body=Body(raw) if raw else self.drafted.body)


def histories(requests: Requests, most: int) -> st.SearchStrategy[tuple[Step, ...]]:
    """Histories of at most so many requests."""
    contract = requests.contract

    @st.composite
    def drawn(draw: st.DrawFn) -> tuple[Step, ...]:
        steps: list[Step] = []
        known: dict[str, list[Mapping[str, str]]] = {}
        for _ in range(draw(st.integers(1, most))):
            possible = [each for each in contract.operations.values() if _ids(contract, each).keys() <= known.keys()]
            creating = [each for each in possible if _creates(contract, each)]
            about = [each for each in possible if _ids(contract, each)]
            operation = draw(st.sampled_from(draw(st.sampled_from([creating, about or creating, possible]))))
            chosen: dict[str, str] = {}
            # what is inside something comes last: it says inside what
            for resource in sorted(_ids(contract, operation), key=lambda name: contract.resources[name].parent or ""):
                chosen |= draw(st.sampled_from(known[resource]))
            draft = _about(draw(requests.drafts(operation)), chosen)
            for pointer, resource in references(contract, operation):
                if known.get(resource):
                    ids = draw(st.sampled_from(known[resource]))
                    draft = referring(requests, draft, pointer, resource, ids)
            steps.append(_step(contract, draft, tuple(steps), known))
        return tuple(steps)

    return drawn()


def _creates(contract: Contract, operation: Operation) -> bool:
    return any(touch.role == "create" and not touch.elsewhere for touch in _touches(contract, operation))


def _touches(contract: Contract, operation: Operation) -> list[Touch]:
    return [touch for touch in contract.touches if touch.operation == operation.id]


def _ids(contract: Contract, operation: Operation) -> dict[str, str]:
    """The kinds of resource that must be there for a call, each with the path parameter of its id."""
    names = {parameter.name for parameter in operation.parameters if parameter.place == "path"}
    found = {}
    for touch in _touches(contract, operation):
        resource = contract.resources[touch.resource]
        made = any(each.resource == touch.resource and each.role == "create" for each in contract.touches)
        if made and touch.role not in ("create", "list") and touch.id in names:
            found[touch.resource] = touch.id
        elif resource.parent in names:
            owner = next(each for each in contract.touches if each.id == resource.parent)
            found[owner.resource] = owner.id
    return found


def _about(draft: Draft, chosen: Mapping[str, str]) -> Draft:
    """The same request about what was chosen."""
    ids = {name: chosen.get(name, value) for name, value in draft.variables.items()}
    return replace(draft, variables=ids)


def references(contract: Contract, operation: Operation) -> list[tuple[str, str]]:
    """The properties of a request that refer to something, and to which kind of resource."""
    return [
        (pointer.removeprefix("/"), resource)
        for rule in contract.rules.values()
        if rule.law == "call.references" and rule.side == "client" and operation.id in rule.args["operations"]
        for pointer, resource in rule.args["references"]
    ]


def referring(requests: Requests, draft: Draft, name: str, resource: str, ids: Mapping[str, str]) -> Draft:
    """The same request with a reference to something that an earlier step created."""
    if not isinstance(draft.value, dict):
        return draft
    contract = requests.contract
    entity = next(media.entity for media in draft.operation.body.values() if media.entity)
    schema = contract.schemas[entity]["properties"][name]
    one = schema.get("items", schema)
    own = contract.resources[resource]
    path = own.path
    for variable, id in ids.items():
        path = path.replace("{" + variable + "}", id)
    value: Any = list(ids.values())[-1] if one.get("type") == "string" else {"self": requests.address + path}
    return replace(draft, value=draft.value | {name: [value] if "items" in schema else value})


def _step(
    contract: Contract, draft: Draft, earlier: tuple[Step, ...], known: dict[str, list[Mapping[str, str]]]
) -> Step:
    operation = draft.operation
    step = Step(operation.id, draft.request, earlier=earlier)
    for touch in _touches(contract, operation):
        if touch.role != "create" or touch.elsewhere:
            continue
        resource = contract.resources[touch.resource]
        ids = dict(draft.variables)
        named = next((each.id for each in contract.touches if each.resource == touch.resource
                      and each.role in ("read", "delete")), "")  # fmt: skip
        if named not in ids:
            placeholder = _PLACEHOLDER.format(len(earlier))
            ids[named] = placeholder
            step = replace(step, placeholder=placeholder, identity=resource.identity, by_url=resource.by_url)
        known.setdefault(touch.resource, []).append(ids)
    return step
