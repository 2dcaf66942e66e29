"""Models, datasets, evaluations, endpoints, web hooks and projects: the calls that all of them have."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from pytest_speechcustom.emulator.azure_base import LOCALES
from pytest_speechcustom.emulator.azure_creation import Creation
from pytest_speechcustom.emulator.azure_desk import AGAIN, Desk
from pytest_speechcustom.emulator.azure_errors import conflict, unknown
from pytest_speechcustom.emulator.azure_lists import page
from pytest_speechcustom.emulator.azure_store import IN_PROJECTS, Entity, Shelf
from pytest_speechcustom.emulator.azure_views import facts
from pytest_speechcustom.emulator.backend import Handler
from pytest_speechcustom.emulator.calls import Answer, Call

_PLURALS: Mapping[str, str] = {
    "model": "Models",
    "dataset": "Datasets",
    "evaluation": "Evaluations",
    "endpoint": "Endpoints",
    "webhook": "WebHooks",
    "project": "Projects",
}
_IDEMPOTENT = ("model", "dataset", "evaluation", "project")
"""Where 204 is also the answer for what did not exist."""
_WORKED_ON = ("model", "dataset", "evaluation", "endpoint")
"""What cannot be deleted while it is worked on. Nothing can stop the work, says the field; a web hook is not work."""
_USERS: Mapping[str, tuple[tuple[str, bool], ...]] = {
    "dataset": (("model", False), ("evaluation", False)),
    "model": (("endpoint", True), ("evaluation", False), ("copy", False)),
}
"""What uses an entity, and whether it still does so when the work on it is over. No document tells."""


class Entities:
    """The handlers of what can be made, read, listed, changed and deleted."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.creation = Creation(desk)
        self.handlers: dict[str, Handler] = {
            "Models_ListBaseModels": partial(self._list, "base-model"),
            "Models_GetBaseModel": partial(self._get, "base-model"),
            "Datasets_ListSupportedLocales": self._dataset_locales,
            "Projects_ListTranscriptions": self._no_transcriptions,
            "WebHooks_Ping": self._ping,
            "WebHooks_Test": self._test,
        }
        for kind, plural in _PLURALS.items():
            self.handlers |= self._of(kind, plural)

    def _of(self, kind: str, plural: str) -> Mapping[str, Handler]:
        custom = "CustomModel" if kind == "model" else ""
        found: dict[str, Handler] = {
            f"{plural}_List{custom}{'s' if custom else ''}": partial(self._list, kind),
            f"{plural}_Get{custom}": partial(self._get, kind),
            f"{plural}_Create": partial(self._create, kind),
            f"{plural}_Update": partial(self._update, kind),
            f"{plural}_Delete": partial(self._delete, kind),
        }
        if kind in IN_PROJECTS:
            found[f"Projects_List{plural}"] = partial(self._sublist, kind)
        if kind not in ("dataset", "webhook"):
            found[f"{plural}_ListSupportedLocales"] = _locales
        return found

    # the five calls

    def _list(self, kind: str, call: Call) -> Answer:
        """The list of a resource; behind its own models come those that were copied to it from another."""
        shelves = [self._desk.store.listed(kind)]
        if kind == "model":
            shelves.append(self._desk.store.listed(kind, home_of(call.headers.get("ocp-apim-subscription-key", ""))))
        return self._page(call, *shelves)

    def _sublist(self, kind: str, call: Call) -> Answer:
        project = self._desk.found(call, "project")
        return self._page(call, self._desk.store.listed(kind, project.path))

    def _page(self, call: Call, *shelves: Shelf) -> Answer:
        desk = self._desk
        return Answer(200, page(call, shelves, facts, partial(desk.views.show, call), desk.look))

    def _get(self, kind: str, call: Call) -> Answer:
        entity = self._desk.found(call, kind)
        self._desk.look(entity)
        return self._desk.shown(call, entity)

    def _create(self, kind: str, call: Call) -> Answer:
        return self._desk.created(call, self.creation.make(call, kind, call.body))

    def _update(self, kind: str, call: Call) -> Answer:
        entity = self._desk.found(call, kind)
        self.creation.change(call, entity, call.body)
        return self._desk.shown(call, entity)

    def _delete(self, kind: str, call: Call) -> Answer:
        entity = self._desk.store.find(kind, call.variables["id"])
        if entity is None:
            if kind not in _IDEMPOTENT:
                raise unknown(kind)
            return Answer(204)
        self._keep(entity)
        self._desk.forget(entity)
        return Answer(204)

    def _keep(self, entity: Entity) -> None:
        """Refuse to delete what is worked on, or in use."""
        jobs, store = self._desk.world.jobs, self._desk.store
        if entity.kind in _WORKED_ON and jobs.working(entity.kind, entity.id):
            raise conflict("DeleteNotAllowed", f"The {entity.kind} is {entity.status} and cannot be deleted.")
        for kind, always in _USERS.get(entity.kind, ()):
            for user in store.every(kind):
                if (always or user.unfinished) and entity.path in _used(user):
                    raise conflict("InUseViolation", f"The {entity.kind} is in use by the {kind} {user.id}.")

    # what only some have

    def _dataset_locales(self, call: Call) -> Answer:
        kinds = list(self._desk.version.dataset_kinds)
        if self._desk.version.kinds_by_locale:
            return Answer(200, {kind: list(LOCALES) for kind in kinds})
        return Answer(200, dict.fromkeys(LOCALES, kinds))

    def _no_transcriptions(self, call: Call) -> Answer:
        """Transcriptions are no part of this."""
        self._desk.found(call, "project")
        return Answer(200, page(call, (Shelf(),), facts, facts))

    def _ping(self, call: Call) -> Answer:
        """Say that a ping is under way. No call to the outside is ever made."""
        self._desk.found(call, "webhook")
        return Answer(202, headers=AGAIN)

    def _test(self, call: Call) -> Answer:
        """202, or 204 where there is nothing that the hook could be told of: no entity of the kinds it wants."""
        hook = self._desk.found(call, "webhook")
        wanted = [name for name, on in hook.asked["events"].items() if on]
        something = any(
            len(self._desk.store.listed(kind)) and any(name.startswith(kind) for name in wanted) for kind in IN_PROJECTS
        )
        return Answer(202, headers=AGAIN) if something else Answer(204)


def home_of(key: str) -> str:
    """The list of models that were copied to the resource with a key."""
    return f"copies for {key}"


def _locales(call: Call) -> Answer:
    return Answer(200, list(LOCALES))


def _used(user: Entity) -> set[str]:
    found: set[str] = set()
    for paths in user.references.values():
        found |= {paths} if isinstance(paths, str) else set(paths)
    return found
