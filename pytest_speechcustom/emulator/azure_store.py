"""What one Azure Speech resource keeps, in the order in which it came."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

from pytest_speechcustom.contracts.model import Json

PLURALS = {
    "model": "models",
    "base-model": "models/base",
    "dataset": "datasets",
    "evaluation": "evaluations",
    "endpoint": "endpoints",
    "webhook": "webhooks",
    "project": "projects",
    "copy": "operations/models/copy",
}
"""Kinds of entities, and where each is found below the base."""
IN_PROJECTS = ("model", "dataset", "evaluation", "endpoint")
UNFINISHED = ("NotStarted", "Running")


@dataclass(slots=True)
class Entity:
    """One thing with an id.

    `asked` is what the client wrote, without nulls. `references` are paths below the base (``models/base/ID``) by
    property; `project` is another such. `home` names the list it is in: that of this resource (empty), or that of
    another one, which a model was copied to. `result` is what the work on it brought,
    `shared` names the files of it that can be fetched.
    """

    kind: str
    id: str
    serial: int
    asked: Json
    created: datetime
    moved: datetime
    status: str = "NotStarted"
    references: dict[str, Any] = field(default_factory=dict)
    project: str = ""
    home: str = ""
    result: Json = field(default_factory=dict)
    failure: tuple[str, str] | None = None
    shared: set[str] = field(default_factory=set)

    @property
    def path(self) -> str:
        """Where it is, below the base."""
        return f"{PLURALS[self.kind]}/{self.id}"

    @property
    def data(self) -> tuple[str, ...]:
        """The paths of the datasets that it is made with."""
        one = self.references.get("dataset")
        return (one,) if one else self.references.get("datasets", ())

    @property
    def unfinished(self) -> bool:
        """Whether it has not come to its end."""
        return self.status in UNFINISHED

    def become(self, status: str, moment: datetime, failure: tuple[str, str] | None = None) -> None:
        """Enter a status."""
        self.status, self.moved, self.failure = status, moment, failure


class Shelf:
    """A list of entities. A page of it costs what the page costs, however long the list is."""

    def __init__(self) -> None:
        self._row: list[Entity] = []

    def __len__(self) -> int:
        return len(self._row)

    def __iter__(self) -> Iterator[Entity]:
        return iter(self._row)

    def __getitem__(self, part: slice) -> list[Entity]:
        return self._row[part]

    def add(self, entity: Entity) -> None:
        """Put it where its age says."""
        self._row.insert(self._place(entity), entity)

    def remove(self, entity: Entity) -> None:
        """Take it out."""
        del self._row[self._place(entity)]

    def _place(self, entity: Entity) -> int:
        return bisect_left(self._row, entity.serial, key=lambda each: each.serial)


class Store:
    """All entities, by kind and id, and the lists they are in: by home, and by project."""

    def __init__(self) -> None:
        self._entities: dict[tuple[str, str], Entity] = {}
        self._shelves: dict[tuple[str, str], Shelf] = {}
        self._serials = count()

    def make(self, kind: str, id: str, now: datetime, asked: Json, **more: Any) -> Entity:
        """A new entity, in its lists."""
        entity = Entity(kind, id, next(self._serials), asked, now, now, **more)
        self._entities[kind, id] = entity
        for place in self._places(entity):
            self._shelves.setdefault((kind, place), Shelf()).add(entity)
        return entity

    def find(self, kind: str, id: str) -> Entity | None:
        """The entity with that id, whose letter case does not matter."""
        return self._entities.get((kind, id.lower()))

    def at(self, path: str) -> Entity | None:
        """The entity at a path below the base."""
        plural, _, id = path.rpartition("/")
        return next((self.find(kind, id) for kind, name in PLURALS.items() if name == plural), None)

    def listed(self, kind: str, place: str = "") -> Shelf:
        """A list: that of this resource, of a project (its path), or of another home."""
        return self._shelves.get((kind, place), Shelf())

    def every(self, kind: str) -> Iterator[Entity]:
        """All entities of a kind, wherever they are listed."""
        return (entity for (shelf, place), each in self._shelves.items() for entity in each
                if shelf == kind and place == entity.home)  # fmt: skip

    def move(self, entity: Entity, project: str) -> None:
        """Put an entity into another project; empty: into none."""
        if entity.project:
            self._take(entity, entity.project)
        entity.project = project
        if project:
            self._shelves.setdefault((entity.kind, project), Shelf()).add(entity)

    def remove(self, entity: Entity) -> None:
        """Forget an entity; what was in a project of that name is in none."""
        del self._entities[entity.kind, entity.id]
        for place in self._places(entity):
            self._take(entity, place)
        if entity.kind == "project":
            for kind in IN_PROJECTS:
                for member in list(self.listed(kind, entity.path)):
                    self.move(member, "")

    def _take(self, entity: Entity, place: str) -> None:
        shelf = self._shelves[entity.kind, place]
        shelf.remove(entity)
        if not shelf:
            del self._shelves[entity.kind, place]

    @staticmethod
    def _places(entity: Entity) -> Sequence[str]:
        return (entity.home, entity.project) if entity.project else (entity.home,)
