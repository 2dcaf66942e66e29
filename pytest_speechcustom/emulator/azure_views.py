"""Entities of the Azure services as clients see them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from urllib.parse import quote

from pytest_speechcustom.contracts.model import Json
from pytest_speechcustom.emulator.azure_base import adaptable_until, usable_until
from pytest_speechcustom.emulator.azure_store import IN_PROJECTS, Entity, Store
from pytest_speechcustom.emulator.azure_versions import DATASET_KINDS, Version
from pytest_speechcustom.emulator.calls import Call

_OWN = ("displayName", "description", "locale", "customProperties", "kind", "contentUrl", "webUrl", "events")
_FACTS = ("displayName", "description", "locale", "kind", "webUrl", "foundryProjectName")
_ADAPTS_WITH = DATASET_KINDS[:3]


@lru_cache(maxsize=1024)
def stamp(moment: datetime) -> str:
    """A time as payloads have it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def facts(entity: Entity) -> Json:
    """What filters see of an entity. Text that was not given is taken as empty."""
    times = {"createdDateTime": stamp(entity.created), "lastActionDateTime": stamp(entity.moved)}
    return {name: entity.asked.get(name, "") for name in _FACTS} | times | {"status": entity.status}


class Views:
    """Draws entities, with links below the base that the client called."""

    def __init__(self, version: Version, store: Store) -> None:
        self._version = version
        self._store = store
        self._query = f"?api-version={version.api_version}" if version.api_version else ""
        self._drawn: Mapping[str, Callable[[Entity, str], Json]] = {
            "model": self._model,
            "base-model": self._base_model,
            "dataset": self._dataset,
            "evaluation": self._evaluation,
            "endpoint": self._endpoint,
            "webhook": self._webhook,
            "project": self._project,
            "copy": self._copy,
        }

    def link(self, call: Call, path: str) -> str:
        """The URL of a path below the base."""
        return f"{call.base}/{path}{self._query}"

    def show(self, call: Call, entity: Entity) -> Json:
        """An entity."""
        return self._drawn[entity.kind](entity, call.base)

    def _url(self, base: str, path: str) -> str:
        return f"{base}/{path}{self._query}"

    def _common(self, entity: Entity, base: str) -> Json:
        asked = entity.asked
        shown: Json = {"self": self._url(base, entity.path)}
        shown |= {name: asked[name] for name in (*_OWN, *self._version.fields.get(entity.kind, ())) if name in asked}
        if entity.project:
            shown["project"] = {"self": self._url(base, entity.project)}
        for name, path in entity.references.items():
            if isinstance(path, str):
                shown[name] = {"self": self._url(base, path)}
            else:
                shown[name] = [{"self": self._url(base, each)} for each in path]
        return shown | {"createdDateTime": stamp(entity.created)}

    def _moving(self, entity: Entity, base: str) -> Json:
        """What all entities with a status have, with their properties as the client wrote them, and the error."""
        written = entity.asked.get("properties", {})
        names = self._version.properties.get(entity.kind, ())
        properties = {name: written[name] for name in names if name in written}
        if entity.failure is not None:
            properties["error"] = _error(entity.failure)
        return self._common(entity, base) | {
            "properties": properties,
            "lastActionDateTime": stamp(entity.moved),
            "status": entity.status,
        }

    def _model(self, entity: Entity, base: str) -> Json:
        shown = self._moving(entity, base)
        name, end = self._version.copy
        shown["properties"] |= {
            "deprecationDates": {"transcriptionDateTime": stamp(usable_until(entity.created))},
            "features": self._version.features,
        }
        shown["links"] = {
            "manifest": self._url(base, f"{entity.path}/manifest"),
            name: self._url(base, f"{entity.path}{end}"),
            "files": self._url(base, f"{entity.path}/files"),
        }
        return shown

    def _base_model(self, entity: Entity, base: str) -> Json:
        shown = self._moving(entity, base)
        shown["properties"] = {
            "deprecationDates": {
                "adaptationDateTime": stamp(adaptable_until(entity.created)),
                "transcriptionDateTime": stamp(usable_until(entity.created)),
            },
            "features": {
                "supportsEndpoints": True,
                "supportsTranscriptionsOnSpeechContainers": False,
                "supportsAdaptationsWith": list(_ADAPTS_WITH),
                **self._version.base_features,
            },
            **self._version.base_extras,
        }
        shown["links"] = {"manifest": self._url(base, f"{entity.path}/manifest")}
        return shown

    def _dataset(self, entity: Entity, base: str) -> Json:
        shown = self._moving(entity, base)
        if entity.status == "Succeeded":
            read = entity.result
            shown["properties"] |= {"acceptedLineCount": read["lines"], "rejectedLineCount": read["rejected"]}
            shown["properties"] |= self.length(read["milliseconds"])
        shown["links"] = {"files": self._url(base, f"{entity.path}/files")}
        if "contentUrl" not in entity.asked:
            shown["links"] |= {
                "commitBlocks": self._url(base, f"{entity.path}/blocks:commit"),
                "listBlocks": self._url(base, f"{entity.path}/blocks"),
                "uploadBlocks": self._url(base, f"{entity.path}/blocks"),
            }
        return shown

    def length(self, milliseconds: int) -> Json:
        """The length of audio; without audio there is none, or a zero."""
        if self._version.milliseconds:
            return {"durationMilliseconds": milliseconds}
        return {"duration": _duration(milliseconds)} if milliseconds else {}

    def _evaluation(self, entity: Entity, base: str) -> Json:
        shown = self._moving(entity, base)
        shown["properties"] |= entity.result
        shown["links"] = {"files": self._url(base, f"{entity.path}/files")}
        return shown

    def _endpoint(self, entity: Entity, base: str) -> Json:
        shown = self._moving(entity, base)
        shown["properties"].setdefault("loggingEnabled", False)
        scheme, _, host = base.partition("/speechtotext")[0].partition("://")
        web = {"http": scheme, "ws": scheme.replace("http", "ws")}
        shown["links"] = {}
        for name, place in self._version.endpoint_links.items():
            kind, _, path = place.partition(" ")
            shown["links"][name] = (
                f"{web[kind]}://{host}/{path}?cid={quote(entity.id)}"
                if path
                else self._url(base, f"{entity.path}/{place}")
            )
        return shown

    def _webhook(self, entity: Entity, base: str) -> Json:
        """A web hook, without its secret: our choice is to show it to nobody."""
        shown = self._moving(entity, base)
        shown["properties"]["apiVersion"] = self._version.shown
        shown["links"] = {name: self._url(base, f"{entity.path}:{name}") for name in ("ping", "test")}
        return shown

    def _project(self, entity: Entity, base: str) -> Json:
        shown = self._common(entity, base)
        lists = [*(f"{kind}s" for kind in IN_PROJECTS), "transcriptions"]
        shown["links"] = {name: self._url(base, f"{entity.path}/{name}") for name in lists}
        if self._version.project_counts:
            counts = {f"{kind}Count": len(self._store.listed(kind, entity.path)) for kind in IN_PROJECTS}
            shown["properties"] = counts | {"transcriptionCount": 0}
        return shown

    def _copy(self, entity: Entity, base: str) -> Json:
        shown: Json = {
            "id": entity.id,
            "self": self._url(base, entity.path),
            "createdDateTime": stamp(entity.created),
            "lastActionDateTime": stamp(entity.moved),
            "status": entity.status,
        }
        if "link" in entity.result:
            shown["result"] = {"link": self._url(base, entity.result["link"])}
        if entity.failure is not None:
            shown["error"] = _error(entity.failure)
        return shown


def _error(failure: tuple[str, str]) -> Json:
    code, message = failure
    return {"code": code, "message": message}


def _duration(milliseconds: int) -> str:
    return f"PT{milliseconds / 1000:.3f}S"
