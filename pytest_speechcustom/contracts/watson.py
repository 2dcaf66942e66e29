"""What the two Watson services have in common: custom acoustic models and their audio resources.

The tables are literal where the flavours agree; `tables` puts in what differs (see `watson_cloud` and
`watson_icp`, and section by section the errata ledgers).
"""

from __future__ import annotations

from dataclasses import dataclass

from pytest_speechcustom.contracts.model import Call, Field, Lifecycle, Move, Resource, State, Tables, Touch
from pytest_speechcustom.contracts.wire import wire_rules
from pytest_speechcustom.values import Basis, Rule, Source

SDK = "SDK"


@dataclass(frozen=True, slots=True)
class Flavour:
    """Where each flavour's documents say a thing. A rule whose place is ``None`` is not one of that flavour."""

    operations: Source
    states: Source
    pending: Source
    ready: Source
    training: Source
    available: Source
    upgrading: Source
    failed: Source
    create: Source
    listing: Source
    language: Source
    versions: Source
    progress: Source
    reset: Source
    delete: Source
    created: Source
    identity: Source
    metadata: Source
    audio_states: Source
    size: Source
    amount: Source
    archive_invalid: Source
    overwrite: Source
    upgrade_resumes: Source
    refusal_fails: Source | None = None
    conflict: Source | None = None
    adding_while_training: Source | None = None
    strict: Source | None = None
    updated: Source | None = None
    count: Source | None = None
    one_at_a_time: Source | None = None
    reaches_100: tuple[str, ...] = ()


_MODEL = "customization_id"
# How long a state that was just read is taken to last, in seconds: no service trains in less, and few stand-ins do.
_STILL = {"window": 2, "progress": "/progress"}
_MODEL_CALLS = ("trainAcousticModel", "resetAcousticModel", "upgradeAcousticModel", "listAudio", "addAudio")
_CHANGING = ("trainAcousticModel", "resetAcousticModel", "upgradeAcousticModel", "addAudio", "deleteAudio")

TOUCHES = (
    Touch("createAcousticModel", "model", "create"),
    Touch("listAcousticModels", "model", "list", at=("/customizations",)),
    Touch("getAcousticModel", "model", "read", id=_MODEL),
    Touch("deleteAcousticModel", "model", "delete", id=_MODEL, clears="audio"),
    Touch("trainAcousticModel", "model", "act", id=_MODEL),
    Touch("resetAcousticModel", "model", "act", id=_MODEL, clears="audio", cleared_rule="audio.reset.gone"),
    Touch("upgradeAcousticModel", "model", "act", id=_MODEL),
    Touch("addAudio", "model", "act", id=_MODEL),
    Touch("addAudio", "audio", "create", id="audio_name", at=()),
    Touch("deleteAudio", "model", "act", id=_MODEL),
    Touch("deleteAudio", "audio", "delete", id="audio_name"),
    Touch("getAudio", "audio", "read", id="audio_name", at=("/container", "")),
    Touch("listAudio", "model", "act", id=_MODEL),
    Touch("listAudio", "audio", "list", at=("/audio",)),
)

# States in which audio was added or deleted: the service may tell so at once, later, or not at all.
_CHANGED = ("ready:data", "available:data", "failed:data")
_IDLE = ("pending", "pending:data", "ready", "available", "failed", *_CHANGED)


def _calls(said: Flavour) -> tuple[Call, ...]:
    """What calls do to a model. Where the documents are silent (new audio in a trained model) all is open."""
    open_refusal = {state: (state, "failed") for state in _IDLE}
    refused = open_refusal | {"ready": ("failed",), "failed": ("failed",)}
    refusal = (
        Call("trainAcousticModel", refused, said.refusal_fails, statuses=(400,), blame="model.train.refusal-fails")
        if said.refusal_fails
        else Call("trainAcousticModel", open_refusal, said.failed, statuses=(400,), basis="inferred")
    )  # fmt: skip
    return (
        Call("addAudio", {
            "pending": ("pending:data",), "ready": ("ready:data", "pending:data"),
            "available": ("available:data", "pending:data"), "failed": ("failed:data", "pending:data"),
        }, said.pending),
        Call("deleteAudio", {
            "pending:data": ("pending:data", "pending"), "ready": ("ready:data", "pending:data", "pending"),
            "available": ("available:data", "pending:data", "pending"),
            "failed": ("failed:data", "pending:data", "pending"),
        }, said.pending, basis="inferred"),
        Call("trainAcousticModel", dict.fromkeys((*_IDLE, "training"), ("training",)), said.training,
             otherwise=("training",)),
        refusal,
        Call("trainAcousticModel", {}, said.conflict or said.training, statuses=(409,),
             blame="model.conflict.changes-nothing", basis="inferred"),
        Call("resetAcousticModel", {}, said.reset, otherwise=("pending",), blame="model.reset.initial"),
        Call("upgradeAcousticModel", {
            "ready": ("upgrading:ready",), "pending:data": ("upgrading:ready",),
            "ready:data": ("upgrading:ready",), "available": ("upgrading:available",),
        }, said.upgrade_resumes, otherwise=("upgrading:ready", "upgrading:available")),
    )  # fmt: skip


def _model(said: Flavour) -> Resource:
    fixed = [
        Field("/created", "instant"),
        *(Field(f"/{name}") for name in ("language", "owner", "base_model_name", "name", "description")),
    ]
    return Resource(
        "model",
        identity="customization_id",
        path="/v1/acoustic_customizations/{customization_id}",
        written=(Field("/name"), Field("/base_model_name"), Field("/description")),
        fixed=tuple(fixed),
        moved="/updated" if said.updated else None,
        lifecycle=Lifecycle(
            status="/status",
            states=(
                State("pending", said.pending),
                State("pending:data", said.pending, shown="pending"),
                State("ready", said.ready),
                State("training", said.training),
                State("available", said.available),
                State("upgrading:ready", said.upgrading, shown="upgrading"),
                State("upgrading:available", said.upgrading, shown="upgrading"),
                State("failed", said.failed),
                State("ready:data", said.ready, basis="inferred", shown="ready"),
                State("available:data", said.available, basis="inferred", shown="available"),
                State("failed:data", said.failed, basis="inferred", shown="failed"),
            ),
            initial=("pending",),
            by_itself=(
                Move("pending:data", "ready", said.ready),
                *(
                    Move(state, target, said.pending, basis="inferred")
                    for state in _CHANGED
                    for target in (state.partition(":")[0], "pending:data", "ready")
                ),
                Move("training", "available", said.available),
                Move("training", "failed", said.failed),
                Move("upgrading:ready", "ready", said.upgrade_resumes),
                Move("upgrading:available", "available", said.upgrade_resumes),
                Move("upgrading:ready", "failed", said.failed, basis="inferred"),
                Move("upgrading:available", "failed", said.failed, basis="inferred"),
            ),
            by_call=_calls(said),
        ),
    )


def _audio(said: Flavour) -> Resource:
    states = ("being_processed", "ok", "invalid")
    return Resource(
        "audio",
        identity="name",
        path="/v1/acoustic_customizations/{customization_id}/audio/{audio_name}",
        parent=_MODEL,
        lifecycle=Lifecycle(
            status="/status",
            states=tuple(State(name, said.audio_states) for name in states),
            initial=("being_processed",),
            by_itself=(
                Move("being_processed", "ok", said.audio_states),
                Move("being_processed", "invalid", said.audio_states),
            ),
        ),
    )


def _sdk(name: str) -> Source:
    return Source(SDK, name)


def _model_rules(said: Flavour) -> list[Rule]:
    on_model = {"resource": "model"}
    rules = [
        Rule("model.status.closed", "server", "documented", said.states,
             "The status of a model is one of the documented six.", "state.closed", on_model, "lifecycle"),
        Rule("model.status.initial", "server", "documented", said.pending,
             "A model that was created is pending until audio is added.", "state.initial", on_model, "lifecycle"),
        Rule("model.status.forward", "server", "documented", said.states,
             "A model changes only as the service's own moves and the calls seen allow.", "state.forward", on_model,
             "lifecycle"),
        Rule("model.status.final", "server", "documented", said.states,
             "A model that is ready, available or failed stays so until a call changes it.", "state.final", on_model,
             "lifecycle"),
        Rule("model.upgrade.resumes", "server", "documented", said.upgrade_resumes,
             "After an upgrade a model has the status it had before.", "state.forward",
             on_model | {"origin": ("upgrading",)}, "copy"),
        Rule("model.reset.initial", "server", "inferred", said.reset,
             "A model that was reset is pending again.", "state.after-call", on_model, "lifecycle"),
        Rule("model.conflict.changes-nothing", "server", "inferred", said.conflict or said.states,
             "A train request refused with 409 changes nothing.", "state.after-call", on_model, "refusals"),
        Rule("model.progress", "server", "documented", said.progress,
             "progress is 100 if the status is available, else 0.", "state.value",
             on_model | {"field": "/progress", "states": ("available",), "value": 100, "otherwise": 0,
                         "on_the_way": said.reaches_100}, "lifecycle"),
        Rule("model.created.fixed", "server", "documented", said.created,
             "created never changes.", "field.fixed", on_model | {"fields": ("/created",)}, "time"),
        Rule("model.base_model_name.fixed", "server", "documented", said.create,
             "The base model of a model never changes.", "field.fixed", on_model | {"fields": ("/base_model_name",)},
             "echo"),
        Rule("model.language.fixed", "server", "documented", said.metadata,
             "The language of a model never changes.", "field.fixed", on_model | {"fields": ("/language",)}, "echo"),
        Rule("model.owner.fixed", "server", "inferred", said.metadata,
             "The owner of a model never changes.", "field.fixed", on_model | {"fields": ("/owner",)}, "echo"),
        Rule("model.name.fixed", "server", "documented", said.metadata,
             "The name of a model never changes, not even by reset.", "field.fixed", on_model | {"fields": ("/name",)},
             "echo"),
        Rule("model.description.fixed", "server", "inferred", said.metadata,
             "The description of a model never changes.", "field.fixed", on_model | {"fields": ("/description",)},
             "echo"),
        Rule("model.read.writes", "server", "documented", said.create,
             "A model is read with the name, base model and description it was created with.", "read.writes", on_model,
             "echo"),
        Rule("model.read.present", "server", "inferred", said.listing,
             "A model is read with all that it was created with.", "read.present", on_model, "echo"),
        Rule("model.identity", "server", "documented", said.identity,
             "The answer for a customization_id has that customization_id.", "identity.property", on_model, "identity"),
        Rule("model.create.new", "server", "documented", said.identity,
             "A new model has a customization_id of its own.", "create.new",
             on_model | {"operations": ("createAcousticModel",)}, "identity"),
        Rule("model.language.prefix", "server", "inferred", said.listing,
             "The name of the base model begins with the language of the model.", "text.prefix",
             on_model | {"field": "/base_model_name", "prefix": "/language"}, "echo"),
        Rule("model.versions.prefix", "server", "inferred", said.versions,
             "Each version of a model is a version of its base model.", "text.prefix",
             on_model | {"field": "/versions", "prefix": "/base_model_name"}, "echo"),
        Rule("model.versions.one", "server", "documented", said.versions,
             "A model has one version, and more only once it was upgraded.", "count.after",
             on_model | {"field": "/versions", "operation": "upgradeAcousticModel"}, "lifecycle"),
        Rule("model.list.same", "server", "documented", said.listing,
             "A model says the same of itself in the list and alone.", "list.same", on_model, "cross-endpoint"),
        Rule("model.list.unique", "server", "documented", said.identity,
             "A list holds a model once.", "list.unique", {"operations": ("listAcousticModels",)}, "paging"),
        Rule("model.list.complete", "server", "documented", said.listing,
             "The list holds every model that was created and not deleted.", "list.complete",
             {"operations": ("listAcousticModels",)}, "cross-endpoint"),
        Rule("model.list.language", "server", "documented", said.language,
             "With language, the list holds models of that language only.", "list.parameter",
             {"operations": ("listAcousticModels",), "name": "language", "field": "/language"}, "filters"),
        Rule("model.deleted.gone", "server", "documented", said.delete,
             "A deleted model is neither returned nor listed.", "deleted.gone", on_model, "cross-endpoint"),
        Rule("model.deleted.refused", "server", "documented", said.delete,
             "A call on a deleted model is not accepted.", "deleted.refused", on_model | {"operations": _MODEL_CALLS},
             "refusals"),
        Rule("model.available", "server", "documented", said.identity,
             "A model that was created and not deleted can be read, and its audio listed.", "read.exists",
             on_model | {"operations": ("getAcousticModel", "listAudio"), "statuses": (404, 400)}, "echo"),
        Rule("model.upgrade.state", "server", "documented", _sdk("upgrade_acoustic_model"),
             "Only a model that is ready or available is upgraded.", "call.refused",
             on_model | {"operations": ("upgradeAcousticModel",), "states": ("pending", "failed"), "statuses": ()},
             "refusals"),
        Rule("client.upgrade.state", "client", "documented", _sdk("upgrade_acoustic_model"),
             "A client upgrades a model that is ready or available.", "client.refused",
             on_model | {"operations": ("upgradeAcousticModel",), "states": ("pending", "failed"),
                         "reason": "the model is neither ready nor available",
                         "instead": "upgrade a model that is ready or available"}, "refusals", "warning"),
        Rule("client.train.enough-audio", "client", "documented", said.amount,
             "A model is trained with 10 minutes of audio or more, and not beyond the most.", "amount.enough",
             _amount("trainAcousticModel") | {"statuses": (400,) if said.refusal_fails else ()}, "refusals", "warning"),
        Rule("client.poll.final", "client", "inferred", said.states,
             "A client stops polling a model that is available or failed.", "client.poll.final",
             on_model | {"operations": ("getAcousticModel",), "states": ("available", "failed")}, "client"),
        Rule("error.code", "server", "inferred", Source("RN", "10 September 2018"),
             "The code in an error body is the HTTP status.", "error.code",
             {"operations": _ALL, "field": "/code"}, "errors"),
    ]  # fmt: skip
    if said.refusal_fails:
        rules.append(Rule("model.train.refusal-fails", "server", "documented", said.refusal_fails,
             "A train request refused with 400 for its audio sets the model's status to failed.", "state.after-call",
             on_model, "refusals"))  # fmt: skip
        rules.append(Rule("model.train.enough-audio", "server", "documented", said.refusal_fails,
             "Training with too little or too much audio is refused.", "amount.enough", _amount("trainAcousticModel"),
             "refusals"))  # fmt: skip
    if said.conflict:
        busy = on_model | {"operations": ("trainAcousticModel",), "statuses": (409,)}
        rules += [
            Rule("model.train.conflict", "server", "documented", said.conflict,
                 "A train request is refused with 409 while the model is being trained.", "call.refused",
                 busy | _STILL | {"states": ("training",), "undecided": (400,)}, "conflict"),
            Rule("model.busy", "server", "documented", _sdk("delete_acoustic_model"),
                 "A model that is being trained or upgraded is not deleted, reset or upgraded.", "call.refused",
                 on_model | _STILL
                 | {"operations": ("deleteAcousticModel", "resetAcousticModel", "upgradeAcousticModel"),
                    "states": ("training", "upgrading"), "statuses": ()}, "conflict"),
            Rule("model.train.conflict-audio", "server", "documented", said.conflict,
                 "A train request is refused with 409 while audio of the model is being analysed.", "call.in-use",
                 on_model | {"operations": ("trainAcousticModel", "getAudio", "listAudio", "addAudio"),
                             "calls": ("trainAcousticModel",), "renewed_by": ("addAudio",), "user": "audio",
                             "inside": True, "states": ("being_processed",), "statuses": (409,)}, "conflict"),
            Rule("model.train.conflict-idle", "server", "inferred", said.conflict,
                 "A train request is refused with 409 only while another request is being handled.", "call.conflict",
                 busy | {"states": ("training", "upgrading", "pending"), "inside": "audio"}, "conflict"),
            Rule("client.train.busy", "client", "documented", said.conflict,
                 "A client does not train a model while another request for it is being handled.", "client.refused",
                 busy | {"idle": ("ready", "available", "failed"), "inside": "audio",
                         "reason": "another request for the model is being handled",
                         "instead": "train when no audio is being_processed and the model is not training"},
                 "conflict", "warning"),
        ]  # fmt: skip
    if said.adding_while_training:
        rules.append(Rule("model.add-audio.conflict", "server", "documented", said.adding_while_training,
             "Audio is not accepted while the model is being trained.", "call.refused",
             on_model | _STILL | {"operations": ("addAudio",), "states": ("training",), "statuses": ()},
             "conflict"))  # fmt: skip
    if said.strict:
        strict = on_model | {"operations": ("trainAcousticModel",), "inside": "audio", "states": ("invalid",),
                             "parameter": "strict", "value": "false"}  # fmt: skip
        rules.append(Rule("model.train.strict", "server", "documented", said.strict,
             "Training with an invalid audio resource is refused, unless strict is false.", "call.strict", strict,
             "refusals"))  # fmt: skip
        rules.append(Rule("client.train.strict", "client", "documented", said.strict,
             "A client trains with invalid audio only with strict=false.", "call.strict", strict | {"statuses": (400,)},
             "refusals", "warning"))  # fmt: skip
        rules.append(Rule("model.train.warnings", "server", "documented", _sdk("TrainingResponse.warnings"),
             "The answer to a train request has warnings only with strict=false.", "answer.with",
             {"operations": ("trainAcousticModel",), "field": "/warnings", "parameter": "strict", "value": "false"},
             "refusals"))  # fmt: skip
        rules.append(Rule("model.train.warned", "server", "documented", _sdk("train_acoustic_model"),
             "Training with strict=false names the invalid audio resources that it leaves out.", "answer.names",
             strict | {"field": "/warnings", "text": "/message"}, "refusals"))  # fmt: skip
    if said.updated:
        rules.append(Rule("model.updated.untouched", "server", "documented", _sdk("AcousticModel.updated"),
             "updated equals created as long as nothing was done to the model.", "time.untouched",
             on_model | {"earlier": "/created", "later": "/updated", "calls": _CHANGING}, "time"))  # fmt: skip
        rules.append(Rule("model.updated.order", "server", "documented", _sdk("AcousticModel.updated"),
             "updated is not before created.", "time.order", on_model | {"earlier": "/created", "later": "/updated"},
             "time"))  # fmt: skip
        rules.append(Rule("model.updated.forward", "server", "inferred", _sdk("AcousticModel.updated"),
             "updated never goes back in time.", "time.forward", on_model | {"field": "/updated"}, "time"))  # fmt: skip
    if said.count:
        rules.append(Rule("model.create.count", "server", "documented", said.count,
             "No more models are created than an owner may have.", "limit.count",
             on_model | {"operations": ("createAcousticModel",), "parameter": "max_models"}, "refusals"))  # fmt: skip
    return rules


_ALL = ("createAcousticModel", "listAcousticModels", "getAcousticModel", "deleteAcousticModel", "trainAcousticModel",
        "resetAcousticModel", "upgradeAcousticModel", "listAudio", "addAudio", "getAudio", "deleteAudio")  # fmt: skip


def _amount(call: str) -> dict[str, object]:
    return {"operations": (call, "listAudio", "addAudio", "deleteAudio", "resetAcousticModel"), "resource": "model",
            "measured_by": "listAudio", "filled_by": "addAudio",
            "changed_by": ("addAudio", "deleteAudio", "resetAcousticModel"),
            "field": "/total_minutes_of_audio", "items": "/audio", "unsettled": ("being_processed",),
            "slack_each": 1 / 60, "least": "min_audio_minutes", "most": "max_audio_hours", "most_unit": 60}  # fmt: skip


def _audio_rules(said: Flavour) -> list[Rule]:
    on_audio = {"resource": "audio"}
    overwrite = on_audio | {"operations": ("addAudio",), "parameter": "allow_overwrite"}
    rules = [
        Rule("audio.status.closed", "server", "documented", said.audio_states,
             "The status of an audio resource is one of the documented three.", "state.closed", on_audio, "lifecycle"),
        Rule("audio.status.final", "server", "documented", said.audio_states,
             "Audio that is ok or invalid stays so until it is overwritten.", "state.final", on_audio, "lifecycle"),
        Rule("audio.details.empty", "server", "documented", _sdk("AudioResource.details"),
             "details is empty while the audio is being processed.", "state.forbids",
             on_audio | {"field": "/details", "states": ("ok", "invalid"), "empty": True}, "lifecycle"),
        Rule("audio.duration.zero", "server", "inferred", _sdk("AudioResource.duration"),
             "duration is 0 while the audio is being processed.", "state.forbids",
             on_audio | {"field": "/duration", "states": ("ok", "invalid"), "empty": True}, "arithmetic"),
        Rule("audio.duration.nonnegative", "server", "inferred", _sdk("AudioResource.duration"),
             "duration is not negative.", "number.nonnegative", on_audio | {"fields": ("/duration",)}, "arithmetic"),
        Rule("audio.identity", "server", "documented", _sdk("AudioResource.name"),
             "The answer for the audio_name of an archive has that name.", "identity.property",
             on_audio | {"place": "/container"}, "identity"),
        Rule("audio.total", "server", "documented", _sdk("AudioResources.total_minutes_of_audio"),
             "total_minutes_of_audio is the sum over all valid audio resources.", "amount.total",
             {"operations": ("listAudio",), "field": "/total_minutes_of_audio", "items": "/audio", "part": "/duration",
              "state": "/status", "states": ("ok",), "divisor": 60, "slack": 0.02, "slack_each": 1 / 60}, "arithmetic"),
        Rule("audio.container.duration", "server", "documented", _sdk("AudioResource.duration"),
             "The duration of an archive is that of its members together.", "amount.total",
             {"operations": ("getAudio",), "field": "/container/duration", "items": "/audio", "part": "/duration",
              "slack_each": 1, "when": ("/container/status", ("ok",))}, "arithmetic"),
        Rule("audio.container.invalid", "server", "documented", said.archive_invalid,
             "An archive with an invalid member is invalid.", "amount.any",
             {"operations": ("getAudio",), "items": "/audio", "state": "/status", "value": "invalid",
              "whole": "/container/status", "unsettled": ("being_processed",)}, "arithmetic"),
        Rule("audio.container.settled", "server", "documented", said.audio_states,
             "An archive is not ok while a member is being processed.", "amount.any",
             {"operations": ("getAudio",), "items": "/audio", "state": "/status", "value": "being_processed",
              "whole": "/container/status", "unsettled": ("invalid",)}, "arithmetic"),
        Rule("audio.settled", "server", "inferred", said.audio_states,
             "What was found out about audio stays until it is overwritten.", "field.settled",
             on_audio | {"states": ("ok", "invalid"),
                         "fields": ("/duration", "/details/type", "/details/codec", "/details/frequency",
                                    "/details/compression")}, "cross-endpoint"),
        Rule("audio.list.unique", "server", "documented", _sdk("AudioResource.name"),
             "A list holds an audio resource once.", "list.unique", {"operations": ("listAudio",)}, "paging"),
        Rule("audio.list.complete", "server", "documented", _sdk("AudioResources.audio"),
             "The list holds every audio resource that was added and not deleted.", "list.complete",
             {"operations": ("listAudio",), "renamed": True}, "cross-endpoint"),
        Rule("audio.deleted.gone", "server", "documented", _sdk("delete_audio"),
             "Deleted audio is neither returned nor listed.", "deleted.gone", on_audio, "cross-endpoint"),
        Rule("audio.reset.gone", "server", "documented", said.reset,
             "After a reset the model holds none of its audio.", "deleted.gone", on_audio | {"cleared": True},
             "cross-endpoint"),
        Rule("audio.available", "server", "documented", said.overwrite,
             "Audio that was added and not deleted can be read.", "read.exists",
             on_audio | {"operations": ("getAudio",), "statuses": (404, 400)}, "echo"),
        Rule("audio.overwrite", "server", "documented", said.overwrite,
             "Audio under a name that exists is refused without allow_overwrite.", "call.overwrite", overwrite,
             "refusals"),
        Rule("client.audio.overwrite", "client", "documented", said.overwrite,
             "A client adds audio under a name that exists only with allow_overwrite.", "call.overwrite", overwrite,
             "refusals", "warning"),
        Rule("client.audio.contained", "client", "documented", _sdk("add_audio"),
             "Contained-Content-Type goes with an archive only.", "header.with",
             {"operations": ("addAudio",), "header": "Contained-Content-Type",
              "types": ("application/zip", "application/gzip")}, "payload"),
        Rule("client.audio.size", "client", "documented", said.size,
             "An audio resource is not larger than 100 MB.", "limit.size",
             {"operations": ("addAudio",), "parameter": "max_resource_bytes"}, "refusals"),
    ]  # fmt: skip
    if said.one_at_a_time:
        rules.append(Rule("audio.one-at-a-time", "server", "documented", said.one_at_a_time,
             "Audio is refused while the audio before it is being processed.", "call.in-use",
             {"operations": ("addAudio", "getAudio", "listAudio"), "resource": "model", "calls": ("addAudio",),
              "user": "audio", "inside": True, "states": ("being_processed",), "statuses": (),
              "unless": "simultaneous_adds"}, "conflict"))  # fmt: skip
        rules.append(Rule("client.audio.one-at-a-time", "client", "documented", said.one_at_a_time,
             "Audio is added only when the audio before it has been processed.", "client.inside",
             {"operations": ("addAudio",), "resource": "model", "inside": "audio", "states": ("being_processed",)},
             "conflict", "warning"))  # fmt: skip
    return rules


def tables(said: Flavour) -> Tables:
    """The tables of one flavour."""
    observed: dict[str, Basis] = {"error.body": "inferred"}
    return Tables(
        resources=(_model(said), _audio(said)),
        touches=TOUCHES,
        rules=(*wire_rules(said.operations, bases=observed), *_model_rules(said), *_audio_rules(said)),
        marker=r"/acoustic_customizations\b|/speech-to-text/",
        companions=(
            r"/identity/token$",
            # what else a client of the same service calls: recognition, language models, one base model
            r"/v1/(?:recognize|recognitions|register_callback|unregister_callback|sessions|customizations|user_data)(?:/|$)",
            r"/v1/models/[^/]+$",
        ),
    )
