"""What a client asks for when it makes or changes an entity of the Azure services."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from pytest_speechcustom.contracts.model import Json
from pytest_speechcustom.emulator.azure_base import default_for, locale_of
from pytest_speechcustom.emulator.azure_desk import Desk
from pytest_speechcustom.emulator.azure_errors import conflict, invalid
from pytest_speechcustom.emulator.azure_store import Entity
from pytest_speechcustom.emulator.calls import Call

_TEXT = ("displayName", "description", "kind", "contentUrl", "webUrl")
_MAPS = ("customProperties", "events")
_REQUIRED = ("displayName", "webUrl", "events", "model")
_MOST_PROPERTIES = 10
_DURATION = re.compile(
    r"P(?!$)(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?=\d)(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?"
)
_LONGEST = timedelta(days=31)
Parts = dict[str, Any]


class Creation:
    """Makes entities out of requests, and changes them. Raises `Refusal` before anything is done."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._parts: Mapping[str, Callable[[Json, str], Parts]] = {
            "model": self._model,
            "dataset": self._dataset,
            "evaluation": self._evaluation,
            "endpoint": self._endpoint,
        }

    def make(self, call: Call, kind: str, body: Json) -> Entity:
        """Make what a request asks for, and begin to work on it."""
        desk = self._desk
        asked = self._wanted(kind, body)
        if "locale" in body:
            asked["locale"] = _locale(body["locale"])
        parts = self._parts[kind](body, asked["locale"]) if kind in self._parts else {}
        entity = desk.store.make(kind, desk.world.names.guid(kind), call.now, asked, **parts)
        if kind == "dataset" and "contentUrl" not in asked:
            entity.result["waiting"] = True  # for its data; see azure_blocks
        elif kind != "project":
            desk.work.begin(entity, call.now)
        return entity

    def change(self, call: Call, entity: Entity, patch: Json) -> None:
        """Do what a merge patch asks for. Our choice: with ``application/json`` it means the same."""
        for name in _REQUIRED:
            if name in patch and patch[name] in (None, ""):
                raise invalid("InvalidPayload", f"{name} cannot be empty.", f"/{name}")
        asked = entity.asked | self._patched(entity, patch)
        project = entity.project
        if "project" in patch:
            project = self._desk.references.project(patch, entity.asked["locale"])
        if patch.get("model") is not None:
            self._redeploy(call, entity, patch["model"])
        rechallenged = entity.kind == "webhook" and asked["webUrl"] != entity.asked["webUrl"]
        entity.asked = {name: value for name, value in asked.items() if value is not None}
        if project != entity.project:
            self._desk.store.move(entity, project)
        if rechallenged:
            entity.become("NotStarted", call.now)
            self._desk.work.begin(entity, call.now)

    # what is written

    def _names(self, kind: str) -> tuple[str, ...]:
        return (*_TEXT, *self._desk.version.fields.get(kind, ()))

    def _wanted(self, kind: str, body: Json) -> Json:
        """What a request says of an entity itself, without nulls."""
        asked = {name: body[name] for name in self._names(kind) if body.get(name) is not None}
        asked |= {name: _present(body[name]) for name in _MAPS if body.get(name) is not None}
        properties = _present(body.get("properties") or {})
        if properties:
            asked["properties"] = properties
        _check_url(asked)
        _check_life(properties)
        return asked

    def _patched(self, entity: Entity, patch: Json) -> Json:
        changed = {name: patch[name] for name in self._names(entity.kind) if name in patch}
        for name in _MAPS:
            if name in patch:
                known = entity.asked.get(name, {})
                changed[name] = None if patch[name] is None else _present(known | patch[name])
        if len(changed.get("customProperties") or ()) > _MOST_PROPERTIES:
            message = f"There would be more than {_MOST_PROPERTIES} custom properties."
            raise invalid("InvalidPayload", message, "/customProperties")
        properties = dict(patch.get("properties") or {})
        if "contentLoggingEnabled" in properties:  # the same thing has two names: erratum 2 of either document
            properties["loggingEnabled"] = properties.pop("contentLoggingEnabled")
        if properties:
            changed["properties"] = _present(entity.asked.get("properties", {}) | properties)
        _check_url(changed)
        return changed

    # what is referred to

    def _model(self, body: Json, locale: str) -> Parts:
        references = self._desk.references
        found: Json = {"baseModel": references.base_model(body, locale)}
        if body.get("datasets") is not None:
            found["datasets"] = references.datasets(body, locale)
        return {"references": found, "project": references.project(body, locale)}

    def _dataset(self, body: Json, locale: str) -> Parts:
        return {"project": self._desk.references.project(body, locale)}

    def _evaluation(self, body: Json, locale: str) -> Parts:
        references = self._desk.references
        for name in ("transcription1", "transcription2"):
            if body.get(name) is not None:
                raise invalid("InvalidTranscription", f"The value of {name}.self does not exist.", f"/{name}/self")
        found: Json = {
            name: references.model(body[name], name, locale, unready="InvalidModel") for name in ("model1", "model2")
        }
        found["dataset"] = references.dataset(body["dataset"], "dataset", locale).path
        return {"references": found, "project": references.project(body, locale)}

    def _endpoint(self, body: Json, locale: str) -> Parts:
        """Where no model is named, it is the newest base model: our choice, as for training."""
        references = self._desk.references
        if body.get("model") is None:
            path = default_for(self._desk.store, locale)
        else:
            path = references.model(body["model"], "model", locale, unready="ModelNotDeployable")
        return {"references": {"model": path}, "project": references.project(body, locale)}

    def _redeploy(self, call: Call, endpoint: Entity, reference: Json) -> None:
        """Give an endpoint another model, which is deployed anew."""
        if endpoint.unfinished:
            raise conflict("EndpointNotUpdatable", f"The endpoint is {endpoint.status}.", "/model")
        locale = endpoint.asked["locale"]
        path = self._desk.references.model(reference, "model", locale, unready="ModelNotDeployable")
        if path != endpoint.references["model"]:
            endpoint.references["model"] = path
            endpoint.become("NotStarted", call.now)
            self._desk.work.begin(endpoint, call.now)


def _present(members: Json) -> Json:
    return {name: value for name, value in members.items() if value is not None}


def _locale(text: str) -> str:
    found = locale_of(text)
    if found is None:
        raise invalid("InvalidLocale", f"The locale {text!r} is not supported.", "/locale")
    return found


def _check_url(asked: Json) -> None:
    url = asked.get("webUrl")
    if url is not None and not url.lower().startswith(("http://", "https://")):
        raise invalid("InvalidCallbackUri", "The URL of a web hook is one of HTTP.", "/webUrl")


def _check_life(properties: Json) -> None:
    """An endpoint lives for 31 days at most. It is not removed when that is over: what was made can be read."""
    text = properties.get("timeToLive")
    if text is None:
        return
    match = _DURATION.fullmatch(text)
    parts = {name: float(value) for name, value in match.groupdict().items() if value} if match else {}
    if not match or any(value > 1e6 for value in parts.values()) or timedelta(**parts) > _LONGEST:
        raise invalid("InvalidTimeToLive", "timeToLive is an ISO 8601 duration of at most 31 days.",
                      "/properties/timeToLive")  # fmt: skip
