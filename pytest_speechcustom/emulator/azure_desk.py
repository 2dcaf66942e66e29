"""What all parts of an Azure backend work with, and what each of them does to begin with: find what a call names."""

from __future__ import annotations

from dataclasses import dataclass

from pytest_speechcustom.contracts.model import Json
from pytest_speechcustom.emulator.azure_errors import unknown
from pytest_speechcustom.emulator.azure_references import References
from pytest_speechcustom.emulator.azure_store import Entity, Store
from pytest_speechcustom.emulator.azure_versions import Version
from pytest_speechcustom.emulator.azure_views import Views
from pytest_speechcustom.emulator.azure_work import Work
from pytest_speechcustom.emulator.backend import World
from pytest_speechcustom.emulator.calls import Answer, Call
from pytest_speechcustom.values import Headers

AGAIN: Headers = (("Retry-After", "0"),)
"""Where the documents have this header: ask again at any time, as the clock is virtual and nobody shall sleep."""


@dataclass(frozen=True, slots=True)
class Desk:
    """The store of one service, and the tools to work on it."""

    world: World
    version: Version
    store: Store
    references: References
    work: Work
    views: Views

    def found(self, call: Call, kind: str) -> Entity:
        """The entity of a kind that the path names."""
        entity = self.store.find(kind, call.variables["id"])
        if entity is None:
            raise unknown(kind)
        return entity

    def look(self, entity: Entity) -> None:
        """A client looks at an entity."""
        self.world.jobs.poll(entity.kind, entity.id)

    def shown(self, call: Call, entity: Entity) -> Answer:
        """An entity as an answer; where it is not done, with the advice to ask again."""
        tells = "retry-after" in call.operation.responses[200].headers
        return Answer(200, self.views.show(call, entity), AGAIN if tells and entity.unfinished else ())

    def created(self, call: Call, entity: Entity) -> Answer:
        """An entity that was just made."""
        shown: Json = self.views.show(call, entity)
        return Answer(201, shown, (("Location", shown["self"]),))

    def forget(self, entity: Entity) -> None:
        """Remove an entity, the work on it, and what was shared of it."""
        self.world.jobs.drop(entity.kind, entity.id)
        for name in entity.shared:
            self.world.withdraw(name)
        self.store.remove(entity)


def desk(world: World, version: Version) -> Desk:
    """An empty one."""
    store = Store()
    return Desk(world, version, store, References(store), Work(world, store, version), Views(version, store))
