"""`azure-speech-v3.1`: models are copied in one call, endpoints have logs, datasets can come as a form."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from typing import IO

from werkzeug.formparser import FormDataParser
from werkzeug.http import parse_options_header

from pytest_speechcustom.contracts.model import Json
from pytest_speechcustom.emulator.azure import Azure
from pytest_speechcustom.emulator.azure_entities import home_of
from pytest_speechcustom.emulator.azure_errors import invalid, objection
from pytest_speechcustom.emulator.azure_logs import Logs
from pytest_speechcustom.emulator.azure_versions import V31
from pytest_speechcustom.emulator.azure_work import copied
from pytest_speechcustom.emulator.backend import Backend, Handler, World
from pytest_speechcustom.emulator.calls import Answer, Call
from pytest_speechcustom.engine.breach import Breach
from pytest_speechcustom.engine.payload import Payloads

_FIELDS = ("displayName", "description", "locale", "kind")
_HEALTHY = {
    "status": "Healthy",
    "message": "",
    "components": [
        {"name": "Emulator", "type": "Service", "status": "Healthy", "message": "Nothing leaves this machine."}
    ],
}


def build(world: World) -> Backend:
    """The backend of version 3.1."""
    backend = Azure(world, V31)
    only = Only(backend, Payloads(world.contract))
    backend.handlers = {**backend.handlers, **only.handlers, **Logs(backend.desk, backend.files).handlers}
    return backend


class Only:
    """The handlers that this version alone has, besides those of logs."""

    def __init__(self, backend: Azure, payloads: Payloads) -> None:
        self._backend = backend
        self._desk = backend.desk
        self._payloads = payloads
        self.handlers: Mapping[str, Handler] = {
            "Models_CopyTo": self._copy,
            "Datasets_Upload": self._upload,
            "ServiceHealth_Get": self._health,
        }

    def _health(self, call: Call) -> Answer:
        return Answer(200, _HEALTHY)

    def _copy(self, call: Call) -> Answer:
        """Copy a model to the resource of a key. It is read like all others, and listed for callers with that key."""
        desk, key = self._desk, call.body["targetSubscriptionKey"]
        model = desk.found(call, "model")
        if model.status != "Succeeded":
            raise invalid("InvalidModel", f"The model is {model.status} and cannot be copied.")
        own = key == call.headers.get("ocp-apim-subscription-key")
        made = desk.store.make(
            "model", desk.world.names.guid("model"), call.now, **copied(model), home="" if own else home_of(key)
        )
        desk.work.begin(made, call.now)
        return desk.created(call, made)

    def _upload(self, call: Call) -> Answer:
        """Make a dataset out of a form. Without data it waits for blocks: our choice, as no document tells."""
        fields, data = _form(call)
        body: Json = {name: fields[name] for name in _FIELDS if name in fields}
        if "project" in fields:
            body["project"] = {"self": fields["project"]}
        if "email" in fields:
            body["properties"] = {"email": fields["email"]}
        if fields.get("customProperties"):
            body["customProperties"] = _json(fields["customProperties"])
        for problem in self._payloads.problems("Dataset", "request", body):
            found = objection(
                Breach(
                    f"request.body.{problem.aspect}", problem.message, problem.allowed, problem.seen, problem.pointer
                )
            )
            if found is not None:
                raise found
        if data is not None:
            self._backend.uploads.make_room(len(data))
        dataset = self._backend.entities.creation.make(call, "dataset", body)
        if data is not None:
            self._backend.uploads.take(call, dataset, data)
        return self._desk.created(call, dataset)


def _form(call: Call) -> tuple[dict[str, str], bytes | None]:
    """The fields of a form, and the data in it."""
    kind, options = parse_options_header(call.headers.get("content-type", ""))
    if kind.lower() != "multipart/form-data":
        raise invalid("InvalidRequestBodyFormat", "The body is no form.")
    try:
        parser = FormDataParser(stream_factory=_in_memory, silent=False)
        parsed = parser.parse(io.BytesIO(call.raw), kind, len(call.raw), options)
    except ValueError as reason:
        raise invalid("InvalidRequestBodyFormat", f"The form cannot be read: {reason}") from None
    _, form, files = parsed
    sent = files.get("data")
    data = sent.read() if sent is not None else form["data"].encode() if "data" in form else None
    return dict(form.items()), data


def _in_memory(
    total_content_length: int | None, content_type: str | None, filename: str | None, content_length: int | None = None
) -> IO[bytes]:
    """Where a file in a form goes: the body is in memory already."""
    return io.BytesIO()


def _json(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise invalid("InvalidPayload", "customProperties is no JSON.", "/customProperties") from None
