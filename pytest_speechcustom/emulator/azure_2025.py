"""`azure-speech-2025-10-15`: models are copied with an authorization of the target, as a long-running operation."""

from __future__ import annotations

from datetime import timedelta

from pytest_speechcustom.contracts.model import Json
from pytest_speechcustom.emulator.azure import Azure
from pytest_speechcustom.emulator.azure_desk import AGAIN, Desk
from pytest_speechcustom.emulator.azure_entities import home_of
from pytest_speechcustom.emulator.azure_errors import invalid
from pytest_speechcustom.emulator.azure_versions import V2025
from pytest_speechcustom.emulator.azure_views import stamp
from pytest_speechcustom.emulator.azure_work import copied
from pytest_speechcustom.emulator.backend import Backend, Handler, World
from pytest_speechcustom.emulator.calls import Answer, Call
from pytest_speechcustom.engine.history import instant

_VALID = timedelta(days=1)
_REGION = "westus"
_MOST_PERMITS = 10_000


def build(world: World) -> Backend:
    """The backend of version 2025-10-15."""
    backend = Azure(world, V2025)
    copies = Copies(backend.desk)
    backend.handlers = {
        name: _asking_for_this_version(handler) for name, handler in {**backend.handlers, **copies.handlers}.items()
    }
    return backend


def _asking_for_this_version(handler: Handler) -> Handler:
    """Refuse a call that asks for another version. How the service does that, no document tells."""

    def handle(call: Call) -> Answer:
        asked = call.query["api-version"]
        if asked != V2025.api_version:
            raise invalid("InvalidParameterValue", f"The api-version {asked!r} is not supported.", "api-version")
        return handler(call)

    return handle


class Copies:
    """The handlers of authorizations, copies and operations."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._permits: dict[str, tuple[Json, str]] = {}
        self.handlers: dict[str, Handler] = {
            "Models_AuthorizeCopy": self._authorize,
            "Models_Copy": self._copy,
            "Operations_GetModelCopy": self._get,
        }

    def _authorize(self, call: Call) -> Answer:
        """Permit a copy into the resource of the caller's key."""
        names, key = self._desk.world.names, call.headers.get("ocp-apim-subscription-key", "")
        group = f"/subscriptions/{names.lasting(f'subscription {key}')}/resourceGroups/emulated"
        permit: Json = {
            "targetResourceRegion": _REGION,
            "targetResourceId": f"{group}/providers/Microsoft.CognitiveServices/accounts/{names.lasting(key)[:8]}",
            "targetResourceEndpoint": call.base.rpartition("/")[0],
            "sourceResourceId": call.body["sourceResourceId"],
            "expirationDateTime": stamp(call.now + _VALID),
            "id": names.guid("authorization"),
        }
        self._permits[permit["id"]] = (permit, key)
        if len(self._permits) > _MOST_PERMITS:
            del self._permits[next(iter(self._permits))]
        return Answer(200, permit)

    def _copy(self, call: Call) -> Answer:
        desk = self._desk
        model = desk.found(call, "model")
        home = self._target(call)
        if model.status != "Succeeded":
            raise invalid("InvalidModel", f"The model is {model.status} and cannot be copied.")
        operation = desk.store.make(
            "copy", desk.world.names.guid("copy"), call.now, {}, references={"source": model.path},
            result={"copied": copied(model) | {"home": home}},
        )  # fmt: skip
        desk.work.begin(operation, call.now)
        shown = desk.views.show(call, operation)
        return Answer(202, shown, (("Operation-Location", shown["self"]), *AGAIN))

    def _get(self, call: Call) -> Answer:
        operation = self._desk.found(call, "copy")
        self._desk.look(operation)
        return self._desk.shown(call, operation)

    def _target(self, call: Call) -> str:
        """The list that the copy goes to. An authorization is good for any number of copies, until it expires."""
        permit, key = self._permits.get(call.body["id"], ({}, ""))
        if not permit:
            raise invalid("InvalidPermissions", "The authorization was not issued here.", "/id")
        for name, issued in permit.items():
            if not _alike(issued, call.body[name]):
                source = name == "sourceResourceId"
                code = "InvalidSourceAzureResourceId" if source else "InvalidPermissions"
                raise invalid(code, f"{name} is not what was issued.", f"/{name}")
        expires = instant(permit["expirationDateTime"])
        if expires is None or expires < call.now:
            raise invalid("ModelCopyAuthorizationExpired", "The authorization has expired.", "/expirationDateTime")
        own = key == call.headers.get("ocp-apim-subscription-key", "")
        return "" if own else home_of(key)


def _alike(issued: str, given: str) -> bool:
    return issued == given or (instant(issued) is not None and instant(issued) == instant(given))
