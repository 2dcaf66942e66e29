"""A small Watson Speech to Text (IBM Cloud) that keeps custom acoustic models, for real clients on loopback.

It is written from the service's documents, not from this project's contracts, and imports nothing of the
package: what the checker says about its traffic is a second opinion. It keeps the documented behaviour that
a well-behaved client meets, and the refusals that the documents state. Nothing happens by the wall clock: work
is finished after a number of polls, time is a `Clock` that moves a little with each request, ids are counted.

Where the documents are silent it decides, at the places marked "our choice".
"""

from __future__ import annotations

import json
import re
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from werkzeug.exceptions import BadRequest, Conflict, HTTPException, MethodNotAllowed, NotFound
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from tests.servers import flac
from tests.servers.clock import Clock

OWNER = "297cfd08-330a-22ba-93ce-1a73f454dd98"
REQUEST_SECONDS = 0.12

_MODEL = r"/v1/acoustic_customizations/(?P<model>[^/]+)"
_AUDIO = _MODEL + r"/audio/(?P<audio>[^/]+)"
_BASE_VERSIONS = ("v2020-01-16", "v2020-03-16", "v2020-06-02")


@dataclass
class Audio:
    """One audio resource. It is being processed as long as `work` polls are left."""

    name: str
    data: bytes
    content_type: str
    status: str = "being_processed"
    work: int = 0
    duration: int = 0
    details: dict[str, Any] = field(default_factory=dict)

    def analyse(self, least_rate: int) -> None:
        """Finish the processing: look at the header, and accept or refuse the audio."""
        found = flac.header(self.data)
        if found is None:
            self.status, self.details = "invalid", {"type": "undetermined"}
            return
        self.status = "ok" if found.rate >= least_rate else "invalid"
        self.duration = found.seconds
        self.details = {"type": "audio", "codec": "flac", "frequency": found.rate}

    def listing(self) -> dict[str, Any]:
        """The `AudioResource` (and audio-type `AudioListing`) of the documents."""
        return {"duration": self.duration, "name": self.name, "details": self.details, "status": self.status}


@dataclass
class Model:
    """One custom acoustic model. `work` polls are left of what it is busy with; then it is `after` in status."""

    id: str
    name: str
    base_model_name: str
    created: str
    updated: str
    description: str | None = None
    status: str = "pending"
    work: int = 0
    after: str = ""
    versions: int = 1
    audio: dict[str, Audio] = field(default_factory=dict)

    @property
    def busy(self) -> bool:
        """Whether the service is handling another operation on the model, audio included."""
        return self.status in {"training", "upgrading"} or any(
            a.status == "being_processed" for a in self.audio.values()
        )

    def valid_seconds(self) -> int:
        """How much usable audio there is."""
        return sum(each.duration for each in self.audio.values() if each.status == "ok")

    def body(self) -> dict[str, Any]:
        """The `AcousticModel` of the documents."""
        shown = {
            "customization_id": self.id,
            "created": self.created,
            "updated": self.updated,
            "language": self.base_model_name.partition("_")[0],
            "versions": [f"{self.base_model_name}.{each}" for each in _BASE_VERSIONS[: self.versions]],
            "owner": OWNER,
            "name": self.name,
            "base_model_name": self.base_model_name,
            "status": self.status,
            "progress": 100 if self.status == "available" else 0,
        }
        return shown if self.description is None else shown | {"description": self.description}


class Watson:
    """The service, as a WSGI application. `polls`: how often a client sees work unfinished."""

    def __init__(self, clock: Clock | None = None, polls: int = 2) -> None:
        self.clock = clock or Clock()
        self.polls = polls
        self.models: dict[str, Model] = {}
        self._made = 0
        self._lock = threading.Lock()
        self._routes: list[tuple[re.Pattern[str], dict[str, Callable[..., Response]]]] = [
            (re.compile(r"/v1/acoustic_customizations"), {"POST": self._create, "GET": self._list}),
            (re.compile(_MODEL), {"GET": self._get, "DELETE": self._delete}),
            (re.compile(_MODEL + "/train"), {"POST": self._train}),
            (re.compile(_MODEL + "/reset"), {"POST": self._reset}),
            (re.compile(_MODEL + "/upgrade_model"), {"POST": self._upgrade}),
            (re.compile(_MODEL + "/audio"), {"GET": self._list_audio}),
            (re.compile(_AUDIO), {"POST": self._add_audio, "GET": self._get_audio, "DELETE": self._delete_audio}),
        ]

    def __call__(self, environ: Any, start_response: Any) -> Any:
        """WSGI."""
        request = Request(environ)
        with self._lock:
            self.clock.advance(REQUEST_SECONDS / 2)
            try:
                response = self._answer(request)
            except HTTPException as refusal:
                status = HTTPStatus(refusal.code or 500)
                # Key order varies in the samples of the documents; this is one of them.
                body = {"code_description": status.phrase, "code": status.value, "error": refusal.description}
                response = _reply(body, status)
            self.clock.advance(REQUEST_SECONDS / 2)
        return response(environ, start_response)

    def _answer(self, request: Request) -> Response:
        for pattern, methods in self._routes:
            if found := pattern.fullmatch(request.path):
                if request.method not in methods:
                    raise MethodNotAllowed(list(methods), "Method not allowed.")
                names = found.groupdict()
                if "model" not in names:
                    return methods[request.method](request)
                if names["model"] not in self.models:
                    raise NotFound("Invalid customization_id.")  # our choice: 404, the documents state no code
                model = self.models[names.pop("model")]
                if request.method == "GET":
                    self._poll(model)
                return methods[request.method](request, model, *names.values())
        raise NotFound("Not found.")

    def _poll(self, model: Model) -> None:
        """Let the work on a model go on: what is done is seen by the request that polls."""
        for audio in model.audio.values():
            if audio.status == "being_processed":
                audio.work -= 1
                if audio.work < 0:
                    audio.analyse(16_000 if "Broadband" in model.base_model_name else 8_000)
        if model.status == "pending" and not model.busy and model.valid_seconds():
            self._change(model, "ready")
        elif model.status in {"training", "upgrading"}:
            model.work -= 1
            if model.work < 0:
                self._change(model, model.after)

    def _change(self, model: Model, status: str, *, then: str = "") -> None:
        model.status, model.after, model.work = status, then, self.polls
        model.updated = self.clock.stamp()

    def _create(self, request: Request) -> Response:
        wanted = _json_object(request)
        for needed in ("name", "base_model_name"):
            if not isinstance(wanted.get(needed), str):
                raise BadRequest(f"Required property {needed!r} is missing.")
        if not re.fullmatch(r"[a-z]{2}-[A-Z]{2}_[A-Za-z_]+Model", wanted["base_model_name"]):
            raise BadRequest("Base model is not available.")
        self._made += 1
        # Version 8: an id whose bits are the maker's own. Counted, so that a recording can be made again.
        identity = str(uuid.UUID(int=0x74F4807E_7FF2_8862_8304_000000000000 + self._made))
        now = self.clock.stamp()
        self.models[identity] = Model(
            identity, wanted["name"], wanted["base_model_name"], now, now, wanted.get("description")
        )
        return _reply({"customization_id": identity}, HTTPStatus.CREATED)

    def _list(self, request: Request) -> Response:
        language = request.args.get("language")
        for model in self.models.values():
            self._poll(model)
        bodies = [model.body() for model in self.models.values()]
        return _reply({"customizations": [each for each in bodies if language in (None, each["language"])]})

    def _get(self, _request: Request, model: Model) -> Response:
        return _reply(model.body())

    def _delete(self, _request: Request, model: Model) -> Response:
        _refuse_if_busy(model)
        del self.models[model.id]
        return _reply({})

    def _train(self, request: Request, model: Model) -> Response:
        _refuse_if_busy(model)
        invalid = [each.name for each in model.audio.values() if each.status == "invalid"]
        strict = request.args.get("strict", "true") == "true"
        reason = None
        if not 10 * 60 <= model.valid_seconds() <= 200 * 3600:
            reason = "The custom model needs between 10 minutes and 200 hours of valid audio data."
        elif invalid and strict:
            reason = f"Analysis of the following audio resources has not completed successfully: {invalid}."
        elif "custom_language_model_id" in request.args:
            reason = "Requested custom language model is not available."  # there is none here
        if reason:
            self._change(model, "failed")
            raise BadRequest(reason)
        self._change(model, "training", then="available")
        if not invalid:
            return _reply({})
        message = (
            f"Analysis of the following audio resources has not completed successfully: [{', '.join(invalid)}]. "
            "They will be excluded from custom acoustic model training."
        )
        return _reply({"warnings": [{"code": "invalid_audio_files", "message": message}]})

    def _reset(self, _request: Request, model: Model) -> Response:
        _refuse_if_busy(model)
        model.audio.clear()
        self._change(model, "pending")
        return _reply({})

    def _upgrade(self, _request: Request, model: Model) -> Response:
        _refuse_if_busy(model)
        if model.status not in {"ready", "available"} or model.versions == len(_BASE_VERSIONS):
            raise BadRequest("The custom model cannot be upgraded.")  # our choice: 400, no code is stated
        model.versions += 1  # our choice: listed from the start of the upgrade
        self._change(model, "upgrading", then=model.status)
        return _reply({})

    def _list_audio(self, _request: Request, model: Model) -> Response:
        minutes = round(model.valid_seconds() / 60, 2)
        return _reply({"total_minutes_of_audio": minutes, "audio": [each.listing() for each in model.audio.values()]})

    def _add_audio(self, request: Request, model: Model, name: str) -> Response:
        if model.status in {"training", "upgrading"}:
            raise Conflict("The custom model is being processed.")  # our choice: 409 as for train
        if name in model.audio and request.args.get("allow_overwrite") != "true":
            raise BadRequest(f"Audio resource {name!r} already exists.")
        data = request.get_data()
        if not data:
            raise BadRequest("The request has no audio.")
        model.audio[name] = Audio(name, data, request.content_type or "", work=self.polls)
        model.updated = self.clock.stamp()
        if model.status == "ready":
            self._change(model, "pending")  # waits for the analysis; an available model stays so: our choice
        return _reply({}, HTTPStatus.CREATED)

    def _get_audio(self, _request: Request, model: Model, name: str) -> Response:
        return _reply(_audio(model, name).listing())

    def _delete_audio(self, _request: Request, model: Model, name: str) -> Response:
        if model.status in {"training", "upgrading"}:
            raise Conflict("The custom model is being processed.")
        del model.audio[_audio(model, name).name]
        model.updated = self.clock.stamp()
        if model.status == "ready" and not model.valid_seconds():
            self._change(model, "pending")  # our choice: `ready` means that there is valid data
        return _reply({})


@contextmanager
def serve(app: Watson, port: int = 0) -> Iterator[str]:
    """Run `app` on loopback, in threads; gives the URL that a client calls its service URL."""

    class Handler(WSGIRequestHandler):
        """Answers at once, keeps quiet, and tells the virtual time."""

        disable_nagle_algorithm = True  # else each answer waits for a delayed acknowledgement

        def version_string(self) -> str:
            return "speechcustom-test-server"

        def date_time_string(self, timestamp: float | None = None) -> str:
            return super().date_time_string(int(app.clock.now().timestamp()) if timestamp is None else int(timestamp))

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            pass

    server = make_server("127.0.0.1", port, app, threaded=True, request_handler=Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _refuse_if_busy(model: Model) -> None:
    if model.busy:  # 409 is documented for train, our choice for reset, upgrade and delete
        raise Conflict("The service is handling another operation on the custom model.")


def _audio(model: Model, name: str) -> Audio:
    if name not in model.audio:
        raise BadRequest(f"Audio resource {name!r} does not exist.")  # 400 and not 404, as clients have seen it
    return model.audio[name]


def _json_object(request: Request) -> dict[str, Any]:
    try:
        value = json.loads(request.get_data())
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise BadRequest("The request body is no JSON object.")
    return value


def _reply(body: dict[str, Any], status: HTTPStatus = HTTPStatus.OK) -> Response:
    return Response(json.dumps(body, indent=2), status, content_type="application/json;charset=utf-8")
