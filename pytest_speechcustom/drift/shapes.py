"""What a schema says of each place of an entity, flat: ``CustomModel.datasets[]`` is a reference, ``.status`` an enum.

An entity that is an object is a place of its own, told by its name; one that is a mere value (an enum, a string) is
told where it is used.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from pytest_speechcustom.contracts.model import Contract, Json
from pytest_speechcustom.values import Direction, Source

_LIMITS = ("minimum", "maximum", "minLength", "maxLength", "pattern", "maxProperties", "const")
_SUFFIX = ".schema.json"
_NOWHERE = Source("", "")


@dataclass(frozen=True, slots=True)
class Leaf:
    """What is said of one place: its type in words, and what else a value there must be.

    `stated`: the document says so, and the contract takes any value (see the errata ledger).
    """

    type: str
    source: Source
    values: tuple[str, ...] = ()
    open: bool = False
    required: bool = False
    read_only: bool = False
    limits: tuple[tuple[str, str], ...] = ()
    stated: bool = False

    def __str__(self) -> str:
        words = [self.type]
        words += ["required"] if self.required else []
        words += ["set by the service"] if self.read_only else []
        words += [f"{name} {value}" for name, value in self.limits]
        words += [f"one of {', '.join(self.values)}"] if self.values else []
        return ", ".join(words)


def leaves(contract: Contract, entity: str) -> dict[str, Leaf]:
    """Every place of an entity by its path below the entity (``.datasets[]``, ``.customProperties.*``)."""
    schema = contract.schemas[entity]
    return dict(_inside(contract, "", schema, _source(schema, _NOWHERE)))


def _inside(contract: Contract, path: str, schema: Json, source: Source) -> Iterator[tuple[str, Leaf]]:
    required = schema.get("required", ())
    for name, inner in schema.get("properties", {}).items():
        yield from _at(contract, f"{path}.{name}", inner, source, name in required)
    extra = schema.get("additionalProperties")
    if extra is not None and extra is not False:
        yield from _at(contract, f"{path}.*", extra if isinstance(extra, dict) else {}, source)
    if isinstance(items := schema.get("items"), dict):
        yield from _at(contract, f"{path}[]", items, source)


def _at(
    contract: Contract, path: str, given: Json, source: Source, required: bool = False
) -> Iterator[tuple[str, Leaf]]:
    name, schema = _follow(contract, given)
    said = _source(given, _source(schema, source) if name else source)
    whole = given | schema if not is_entity(schema) else given
    leaf = leaf_of(whole, said, required=required)
    yield path, replace(leaf, type=name) if name and is_entity(schema) else leaf
    if not (name and is_entity(schema)):
        yield from _inside(contract, path, whole, source)


def leaf_of(schema: Json, source: Source = _NOWHERE, *, required: bool = False) -> Leaf:
    """What a schema without references says of its value."""
    return Leaf(
        type=type_of(schema),
        source=source,
        values=tuple(map(str, schema.get("enum", ()))),
        open=bool(schema.get("x-open-enum")),
        required=required,
        read_only=bool(schema.get("readOnly")),
        limits=tuple((limit, str(schema[limit])) for limit in _LIMITS if limit in schema),
        stated="x-stated" in schema,
    )


def type_of(schema: Json) -> str:
    """The type that a schema without a name allows, in words: ``string (date-time)``; ``any`` where it says none."""
    if stated := schema.get("x-stated"):
        return f"{stated} (by the document; any value is taken)"
    kind = schema.get("type", "any")
    words = " or ".join(kind) if isinstance(kind, list) else str(kind)
    return f"{words} ({schema['format']})" if "format" in schema else words


def is_entity(schema: Json) -> bool:
    """Whether a named schema is an object with places of its own."""
    return "properties" in schema or "additionalProperties" in schema or schema.get("type") == "object"


def name_of(reference: str) -> str:
    """The entity that a reference names."""
    return reference.rsplit("/", 1)[-1].removesuffix(_SUFFIX)


def _follow(contract: Contract, schema: Json) -> tuple[str | None, Json]:
    name = None
    while isinstance(reference := schema.get("$ref"), str):
        name = name_of(reference)
        schema = contract.schemas[name]
    return name, schema


def _source(schema: Json, otherwise: Source) -> Source:
    said = schema.get("x-source")
    return Source(said["document"], said["locator"]) if said else otherwise


def users(contract: Contract) -> Mapping[Direction, Mapping[str, tuple[str, ...]]]:
    """For each direction, the operations by the entities that their messages may hold, in the contract's order."""
    found: dict[Direction, dict[str, list[str]]] = {"request": {}, "response": {}}
    for operation in contract.operations.values():
        asked = {media.entity for media in operation.body.values()}
        answered = {media.entity for spec in operation.responses.values() for media in spec.media.values()}
        sides: tuple[tuple[Direction, set[str | None]], ...] = (("request", asked), ("response", answered))
        for direction, entities in sides:
            for entity in sorted(_held(contract, direction, {name for name in entities if name})):
                found[direction].setdefault(entity, []).append(operation.id)
    return {side: {entity: tuple(names) for entity, names in table.items()} for side, table in found.items()}


def _held(contract: Contract, direction: Direction, entities: set[str]) -> set[str]:
    """These entities and all that may stand in them. A request holds nothing that the service sets."""
    met: set[str] = set()
    waiting = set(entities)
    while waiting:
        entity = waiting.pop()
        met.add(entity)
        for leaf in leaves(contract, entity).values():
            if leaf.type in contract.schemas and not (direction == "request" and leaf.read_only):
                waiting |= {leaf.type} - met
    return met


def place_of(contract: Contract, entity: str, pointer: str) -> str:
    """The place of an entity that a JSON pointer into a message leads to: ``CustomModel.customProperties.*``.

    `entity` is what the whole message is. What the contract does not have ends as it is named.
    """
    owner, path, schema = entity, "", contract.schemas[entity]
    for step in pointer.split("/")[1:]:
        name, schema = _follow(contract, schema)
        if name and is_entity(schema):
            owner, path = name, ""
        declared, extra, items = schema.get("properties", {}), schema.get("additionalProperties"), schema.get("items")
        if items is not None and step.isdigit():
            path, schema = path + "[]", items
        elif step in declared:
            path, schema = f"{path}.{step}", declared[step]
        elif extra is not None and extra is not False:
            path, schema = path + ".*", extra if isinstance(extra, dict) else {}
        else:
            path, schema = f"{path}.{step}", {}
    return owner + path
