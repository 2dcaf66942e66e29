"""Custom acoustic models of Watson Speech to Text: the public cloud of 2020 and the private cloud of 2018.

What differs between the two stands in `watson_flavours` and in the parameters of their contracts. Where the documents
are silent, what is done here is our choice, and says so.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from http import HTTPStatus
from typing import Any

from pytest_speechcustom.contracts.model import Json, Operation
from pytest_speechcustom.emulator.backend import Backend, Handler, World
from pytest_speechcustom.emulator.calls import Answer, Call, Refusal
from pytest_speechcustom.emulator.jobs import Step
from pytest_speechcustom.emulator.watson_audio import Analysis, analyse, archive_type, unreadable
from pytest_speechcustom.emulator.watson_entities import Audio, Model
from pytest_speechcustom.emulator.watson_flavours import FLAVOURS, shown
from pytest_speechcustom.engine.breach import Breach

ANALYSIS_SECONDS = 10
"""How long the analysis of a resource takes: the documents say seconds or minutes."""
TIMES_AUDIO = 2
"""How many times longer than the audio a training takes (the documents: two to four), and an upgrade."""
LEAST_SECONDS = 60
"""How long either takes at least: the documents speak of minutes, and tell clients to look once a minute."""
MOST_BYTES = 1 << 30
"""The largest request where the contract knows no limit."""

# A query parameter that is unknown is answered with a warning. A slash at the end was seen to be served. Our choice: a
# body that nobody asked for is not read.
_MINDS_NOT = ("request.query.unknown", "request.path.slash", "request.body.unexpected")
# Our choice, as no document says how a request is refused that is wrong by itself. Their samples of errors have 400.
_OBJECTIONS: Mapping[str, int] = {"request.auth": 401, "request.content-type": 415}
_DESCRIPTIONS: Mapping[int, str] = {404: "No Such Resource"}
_GRANT = "urn:ibm:params:oauth:grant-type:apikey"
_NEVER = 4_102_444_800
"""When the token expires: clients compare it with the time of day, which virtual time has nothing to do with."""


def build(world: World) -> Backend:
    """The backend of either Watson service."""
    return Watson(world)


class Watson:
    """Handles the twelve operations. One emulator is one service instance: all credentials own the same models."""

    media = "application/json"

    def __init__(self, world: World) -> None:
        self._world = world
        self._flavour = FLAVOURS[world.contract.id]
        self._limits = world.contract.parameters
        self._models: dict[str, Model] = {}
        self.suffix = world.contract.base
        most = self._limits["max_resource_bytes"]
        self.most_bytes = MOST_BYTES if most is None else int(most)
        handlers: Mapping[str, Handler] = {
            "listModels": self._list_base_models,
            "createAcousticModel": self._create,
            "listAcousticModels": self._list,
            "getAcousticModel": self._get,
            "deleteAcousticModel": self._delete,
            "trainAcousticModel": self._train,
            "resetAcousticModel": self._reset,
            "upgradeAcousticModel": self._upgrade,
            "addAudio": self._add_audio,
            "listAudio": self._list_audio,
            "getAudio": self._get_audio,
            "deleteAudio": self._delete_audio,
        }
        self.handlers: Mapping[str, Handler] = {
            name: partial(self._signed, handler) for name, handler in handlers.items()
        }

    # how it says no

    def answer_to(self, refusal: Refusal) -> Answer:
        """The error body of the samples in the release notes."""
        status = refusal.status
        known = status in HTTPStatus.__members__.values()
        phrase = _DESCRIPTIONS.get(status) or (HTTPStatus(status).phrase if known else "Error")
        body = {"code_description": phrase, "code": status, "error": refusal.message}
        return Answer(status, body, refusal.headers)

    def objection(self, operation: Operation, breach: Breach) -> Refusal | None:
        """What is wrong is a bad request, and credentials come first."""
        if breach.rule in _MINDS_NOT:
            return None
        if breach.rule == "request.auth":
            return _unauthorized()
        return _refusal(_OBJECTIONS.get(breach.rule, 400), f"{breach.message}; allowed: {breach.allowed}")

    def failure(self, status: int, retry_after: int | None) -> Refusal:
        """A failure on purpose, or a resource that is too large."""
        headers = (("Retry-After", str(retry_after)),) if retry_after is not None else ()
        message = f"An audio resource has at most {self.most_bytes} bytes." if status == 413 else "There was an error."
        return Refusal(status, "", message, headers=headers)

    def companion(self, method: str, path: str, form: Mapping[str, str]) -> Answer | None:
        """The token service of the public cloud: any API key gets a token that does not expire."""
        if not self._flavour.tokens or method != "POST" or not path.endswith("/identity/token"):
            return None
        if form.get("grant_type") != _GRANT or not form.get("apikey"):
            return Answer(400, {"errorCode": "BXNIM0415E", "errorMessage": "Provided API key could not be found."})
        token = {
            "access_token": _token({"iat": 1, "exp": _NEVER, "sub": self._owner}),
            "refresh_token": "not_supported",
            "token_type": "Bearer",
            "expires_in": _NEVER - 1,
            "expiration": _NEVER,
            "scope": "ibm openid",
        }
        return Answer(200, token)

    def _signed(self, handler: Handler, call: Call) -> Answer:
        scheme, _, secret = call.headers.get("authorization", "").partition(" ")
        if scheme.lower() not in self._flavour.schemes or not secret.strip():
            raise _unauthorized()
        return handler(call)

    # models

    def _list_base_models(self, call: Call) -> Answer:
        flavour = self._flavour
        return Answer(200, {"models": [shown(model, flavour, call.base) for model in flavour.models.values()]})

    def _create(self, call: Call) -> Answer:
        most = self._limits["max_models"]
        if most is not None and len(self._models) >= most:
            raise _refusal(400, f"There are {most} custom acoustic models already, which is the limit.")
        base = self._flavour.models.get(call.body["base_model_name"])
        if base is None:
            raise _refusal(400, f"There is no base model {call.body['base_model_name']!r}.")
        # Our choice: a name may be that of another model, as the documents only advise against it.
        model = Model(
            self._world.names.guid("model"), self._owner, base, call.body["name"], call.body.get("description"),
            call.now, call.now,
        )  # fmt: skip
        self._models[model.id] = model
        return Answer(201, {"customization_id": model.id})

    def _list(self, call: Call) -> Answer:
        language = call.query.get("language")
        found = [model for model in self._models.values() if language in (None, model.base.language)]
        return Answer(200, {"customizations": [self._shown(call, model) for model in found]})

    def _get(self, call: Call) -> Answer:
        return Answer(200, self._shown(call, self._model(call)))

    def _delete(self, call: Call) -> Answer:
        model = self._idle_model(call)
        del self._models[model.id]
        return Answer(200, {})

    def _train(self, call: Call) -> Answer:
        model = self._idle_model(call)
        invalid = [audio.name for audio in model.with_status("invalid")]
        # ICP18 line 60 has no 400, but the same reasons for which a training fails, an invalid resource among them.
        strict = not self._flavour.strict or call.query.get("strict") != "false"
        reason = self._unfit(call, model, invalid if strict else [])
        if reason is not None:
            model.become("failed", call.now)
            raise _refusal(400, reason)
        model.become("training", call.now)
        self._work(model, "available")
        return Answer(200, {"warnings": [_left_out(invalid)]} if invalid else {})

    def _unfit(self, call: Call, model: Model, invalid: list[str]) -> str | None:
        """Why a model cannot be trained."""
        least, most = self._limits["min_audio_minutes"], self._limits["max_audio_hours"]
        if "custom_language_model_id" in call.query:
            return _NO_LANGUAGE_MODEL
        if invalid:
            return f"These audio resources of the custom model are invalid: {', '.join(invalid)}."
        if not model.seconds or (least is not None and model.seconds < least * 60):
            return f"The custom model has less than {least or 'some'} minutes of valid audio."
        if most is not None and model.seconds > most * 3600:
            return f"The custom model has more than {most} hours of valid audio."
        return None

    def _reset(self, call: Call) -> Answer:
        model = self._idle_model(call)
        model.audio.clear()
        model.become("pending", call.now)
        return Answer(200, {})

    def _upgrade(self, call: Call) -> Answer:
        model = self._idle_model(call)
        if model.status not in ("ready", "available"):
            raise _refusal(400, f"The custom model is {model.status}, and neither ready nor available.")
        if not model.audio:
            raise _refusal(400, "The custom model has no audio.")
        if "custom_language_model_id" in call.query:
            raise _refusal(400, _NO_LANGUAGE_MODEL)
        before = model.status
        model.become("upgrading", call.now)
        self._work(model, before)
        return Answer(200, {})

    def _work(self, model: Model, then: str) -> None:
        """Train or upgrade a model, which has the status `then` afterwards."""
        upgrades = model.upgrades + (model.status == "upgrading")

        def done(moment: datetime) -> None:
            model.upgrades = upgrades
            model.become(then, moment)

        step = Step(max(LEAST_SECONDS, TIMES_AUDIO * model.seconds), done)
        self._world.jobs.start("model", model.id, step, fail=lambda moment: model.become("failed", moment))

    def _shown(self, call: Call, model: Model) -> Json:
        """A model as clients see it. Its status tells of its audio too: looking at it is looking at that."""
        for audio in tuple(model.audio.values()):
            self._poll(model, audio)
        self._world.jobs.poll("model", model.id)
        told = model.shown(updated=self._flavour.updated)
        known = {parameter.name for parameter in call.operation.parameters}
        unknown = [name for name in call.query if name not in known]
        return told | {"warnings": f"Unexpected query parameter(s) {unknown} detected"} if unknown else told

    def _model(self, call: Call) -> Model:
        found = self._models.get(call.variables["customization_id"].lower())
        if found is None:
            raise _refusal(404, "There is no custom model with this customization_id.")  # our choice: no code is stated
        return found

    def _idle_model(self, call: Call) -> Model:
        """A model of which no request is being handled. 409 is documented for training, our choice for the others."""
        model = self._model(call)
        if model.working or model.analysing:
            raise _busy()
        return model

    # audio

    def _add_audio(self, call: Call) -> Answer:
        model, name = self._model(call), call.variables["audio_name"]
        if model.working or (model.analysing and not self._limits["simultaneous_adds"]):
            raise _busy()
        before = model.audio.get(name)
        if before is not None and call.query.get("allow_overwrite") != "true":
            raise _refusal(400, f"There is audio {name!r} already, and allow_overwrite is not true.")
        if before is not None and before.status == "being_processed":
            raise _busy()  # our choice: simultaneous adds are documented for different resources
        content_type, contained = call.headers.get("content-type", ""), call.headers.get("contained-content-type")
        if contained is not None and archive_type(call.raw, content_type) is None:
            raise _refusal(400, "Contained-Content-Type goes with an archive only.")
        result = analyse(call.raw, content_type, contained or self._flavour.contained, model.base.rate)
        audio = model.audio[name] = Audio(name, result)
        model.follow_audio(call.now)
        self._analyse(model, audio)
        return Answer(201, {})

    def _analyse(self, model: Model, audio: Audio) -> None:
        """Let the result of the analysis come to light."""

        def done(result: Analysis, moment: datetime) -> None:
            audio.done(result)
            model.follow_audio(moment)

        broken = unreadable(archive=audio.result.files is not None)
        self._world.jobs.start(
            "audio", _key(model, audio.name), Step(ANALYSIS_SECONDS, partial(done, audio.result)),
            fail=partial(done, broken),
        )  # fmt: skip

    def _list_audio(self, call: Call) -> Answer:
        model = self._model(call)
        for audio in model.audio.values():
            self._poll(model, audio)
        listed = [audio.summary() for audio in model.audio.values()]
        return Answer(200, {"total_minutes_of_audio": round(model.seconds / 60, 4), "audio": listed})

    def _get_audio(self, call: Call) -> Answer:
        model = self._model(call)
        audio = _audio(model, call)
        self._poll(model, audio)
        return Answer(200, audio.listing())

    def _delete_audio(self, call: Call) -> Answer:
        model = self._model(call)
        audio = _audio(model, call)
        # Our choice: what is documented is that audio can be deleted while another resource is being added.
        if model.working or audio.status == "being_processed":
            raise _busy()
        del model.audio[audio.name]
        model.follow_audio(call.now)
        return Answer(200, {})

    def _poll(self, model: Model, audio: Audio) -> None:
        self._world.jobs.poll("audio", _key(model, audio.name))

    @property
    def _owner(self) -> str:
        return self._world.names.lasting("owner")


_NO_LANGUAGE_MODEL = "Requested custom language model is not available."  # this service has acoustic models only


def _refusal(status: int, message: str) -> Refusal:
    return Refusal(status, "", message)


def _unauthorized() -> Refusal:
    """Seen in the wild is an HTML page; every document that shows an error shows JSON."""
    return Refusal(401, "", "Unauthorized", headers=(("WWW-Authenticate", 'Basic realm="Speech to Text"'),))


def _busy() -> Refusal:
    return _refusal(409, "The service is handling another request for the custom model.")


def _left_out(names: list[str]) -> Json:
    message = (
        f"Analysis of the following audio files has not completed successfully: [{', '.join(names)}]. "
        "They will be excluded from custom acoustic model training."
    )
    return {"code": "invalid_audio_files", "message": message}


def _key(model: Model, name: str) -> str:
    """The id of the work on an audio resource, whose name is its own only within its model."""
    return f"{model.id}/{name}"


def _audio(model: Model, call: Call) -> Audio:
    name = call.variables["audio_name"]
    if name not in model.audio:
        raise _refusal(400, f"There is no audio {name!r}.")  # 400 and not 404, as clients have seen it
    return model.audio[name]


def _token(claims: Any) -> str:
    """A token in the form of a JWT; nobody checks the signature."""
    parts = (json.dumps({"alg": "RS256", "typ": "JWT"}).encode(), json.dumps(claims).encode(), b"emulated")
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)
