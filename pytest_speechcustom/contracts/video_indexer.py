"""`video-indexer`: speech customization of Azure AI Video Indexer, 2023-03-06.

The article describes payloads, and little of how things go on. What follows from its samples, from sibling operations
or from a client library is `inferred`; the errata ledger says which is which.
"""

from __future__ import annotations

from pytest_speechcustom.contracts.model import Field, Lifecycle, Move, Resource, State, Tables, Touch
from pytest_speechcustom.contracts.wire import wire_rules
from pytest_speechcustom.values import Basis, Rule, Source


def _said(lines: str, *mentions: str) -> Source:
    return Source("VI", lines, mentions)


_ARTICLE = _said("lines 1-31", "displayName", "customProperties")
_DATASET_STATES = _said("lines 68, 138, 208", "Waiting", "Complete")
_MODEL_STATES = _said("lines 110, 237, 266", "Processing", "Complete")
_SDK_STATES = Source("VISDK", "ApiSpeechObjectState")
_DATASET_TIMES = _said("lines 69-70, 139-140", "lastActionDateTime", "createdDateTime")
_MODEL_TIMES = _said("lines 111-112, 238-239", "lastActionDateTime", "createdDateTime")
_CONTENT_FIXED = _said("line 35", "The content of a dataset can't be modified")
_DATASETS_FIXED = _said("line 77", "datasets can't be added or updated")
_PLAIN_TEXT = _said("line 77", "at least one plain text dataset")
_EDIT = Source("VIWEB", "Customize a speech model with the website, Edit Details")
_WEBSITE = Source("VIWEB", "Customize a speech model with the website")
_DELETE_DATASET = _said("line 275", "deletes the specified dataset")
_DATASET_IN_USE = _said("line 275", "cannot delete a dataset while it is in use", "training")
_STAYS = _said("line 275", "continues to be available until the model is deleted")
_DELETE_MODEL = _said("line 283", "deletes the specified speech model")
_MODEL_IN_USE = _said("line 283", "cannot delete a model while it is in use", "training")

_SPEECH = "/{location}/Accounts/{accountId}/Customization/Speech"
_UNDER_WAY, _FINAL = ("None", "Waiting", "Processing"), ("Complete", "Failed")

# States that the article's samples show are documented; the rest are a client library's.
_DATASET_LIFECYCLE = Lifecycle(
    status="/status",
    states=(
        State("None", _SDK_STATES, "observed"),
        State("Waiting", _said("line 68", "Waiting")),
        State("Processing", _SDK_STATES, "observed"),
        State("Complete", _said("line 138", "Complete")),
        State("Failed", _SDK_STATES, "observed"),
    ),
    initial=_UNDER_WAY,
    by_itself=(
        Move("None", "Waiting", _SDK_STATES, "inferred"),
        Move("Waiting", "Processing", _SDK_STATES, "inferred"),
        Move("Waiting", "Complete", _DATASET_STATES, "inferred"),
        Move("Waiting", "Failed", _SDK_STATES, "inferred"),
        Move("Processing", "Complete", _SDK_STATES, "inferred"),
        Move("Processing", "Failed", _SDK_STATES, "inferred"),
    ),
)
_MODEL_LIFECYCLE = Lifecycle(
    status="/status",
    states=(
        State("None", _SDK_STATES, "observed"),
        State("Waiting", _SDK_STATES, "observed"),
        State("Processing", _said("line 110", "Processing")),
        State("Complete", _said("line 237", "Complete")),
        State("Failed", _SDK_STATES, "observed"),
    ),
    initial=_UNDER_WAY,
    by_itself=(
        Move("None", "Waiting", _SDK_STATES, "inferred"),
        Move("Waiting", "Processing", _SDK_STATES, "inferred"),
        Move("Waiting", "Failed", _SDK_STATES, "inferred"),
        Move("Processing", "Complete", _MODEL_STATES, "inferred"),
        Move("Processing", "Failed", _SDK_STATES, "inferred"),
    ),
)

_NAMES = (Field("/displayName"), Field("/description"), Field("/locale"), Field("/customProperties", "subset"))

_RESOURCES = (
    Resource(
        "dataset",
        identity="id",
        path=_SPEECH + "/datasets/{datasetId}",
        lifecycle=_DATASET_LIFECYCLE,
        written=(*_NAMES, Field("/kind", "word")),
        fixed=(Field("/createdDateTime", "instant"), Field("/locale"), Field("/kind", "word")),
        moved="/lastActionDateTime",
    ),
    Resource(
        "model",
        identity="id",
        path=_SPEECH + "/models/{modelId}",
        lifecycle=_MODEL_LIFECYCLE,
        written=(*_NAMES, Field("/datasets", "references")),
        fixed=(Field("/createdDateTime", "instant"), Field("/locale"), Field("/datasets", "references")),
        moved="/lastActionDateTime",
    ),
    Resource(
        "file",
        identity="fileId",
        path=_SPEECH + "/datasets/{datasetId}/files/{fileId}",
        parent="datasetId",
        fixed=(Field("/name"), Field("/kind", "word"), Field("/createdDateTime", "instant"), Field("/properties/size")),
    ),
)

_TOUCHES = (
    Touch("Create-Speech-Dataset", "dataset", "create"),
    Touch("Get-Speech-Dataset", "dataset", "read", id="datasetId"),
    Touch("Get-Speech-Datasets", "dataset", "list"),
    Touch("Update-Speech-Dataset", "dataset", "update", id="datasetId"),
    Touch("Delete-Speech-Dataset", "dataset", "delete", id="datasetId"),
    Touch("Get-Speech-Dataset-Files", "dataset", "read", id="datasetId", at=()),
    Touch("Get-Speech-Dataset-Files", "file", "list", id="datasetId"),
    Touch("Create-Speech-Model", "model", "create"),
    Touch("Get-Speech-Model", "model", "read", id="modelId"),
    Touch("Get-Speech-Models", "model", "list"),
    Touch("Update-Speech-Model", "model", "update", id="modelId"),
    Touch("Delete-Speech-Model", "model", "delete", id="modelId"),
)

_ALL = tuple(dict.fromkeys(touch.operation for touch in _TOUCHES))

_BASES: dict[str, Basis] = {
    # Paths, methods and query parameters are a client library's, headers and refusals those of siblings, and no
    # document gives a status. That the bodies are JSON is plain from the samples; their content type is nowhere.
    "request.path": "inferred",
    "request.path.value": "inferred",
    "request.method": "inferred",
    "request.auth": "inferred",
    "request.query.unknown": "inferred",
    "request.query.value": "inferred",
    "request.header.value": "inferred",
    "request.content-type": "inferred",
    "request.body.required": "inferred",
    "response.status": "inferred",
    "response.content-type": "inferred",
    "response.header.value": "inferred",
    "response.body.required": "observed",
    "error.body": "inferred",
    "error.content-type": "inferred",
}
_NO_PLACE = (
    "request.query.required",  # no query parameter is required: the token may stand in a header
    "request.header.required",
    "request.body.readonly",  # requests have schemas of their own
    "request.body.null",  # what is optional may be null
    "request.body.enum",  # the open enums are in responses
    "response.header.missing",
)

_ON_DATASET, _ON_MODEL = {"resource": "dataset"}, {"resource": "model"}

_DATASET_RULES = (
    Rule("dataset.status.closed", "server", "inferred", _DATASET_STATES,
         "The status of a dataset is one that is known.", "state.closed", _ON_DATASET, "lifecycle", "note"),
    Rule("dataset.status.initial", "server", "inferred", _DATASET_STATES,
         "A dataset that was just created is not complete and has not failed.", "state.initial", _ON_DATASET,
         "lifecycle"),
    Rule("dataset.status.forward", "server", "inferred", _DATASET_STATES,
         "A dataset goes on from waiting through processing, and never back.", "state.forward", _ON_DATASET,
         "lifecycle"),
    Rule("dataset.status.final", "server", "inferred", _DATASET_STATES,
         "A dataset that is complete or has failed stays so.", "state.final", _ON_DATASET, "lifecycle"),
    Rule("dataset.error.null", "server", "inferred", _said("lines 62, 132, 202", "error", "null"),
         "A dataset has no error unless it has failed.", "state.forbids",
         _ON_DATASET | {"field": "/properties/error", "states": ("Failed",), "empty": True}, "lifecycle"),
    Rule("dataset.created.fixed", "server", "inferred", _DATASET_TIMES,
         "createdDateTime of a dataset never changes.", "field.fixed", _ON_DATASET | {"fields": ("/createdDateTime",)},
         "time"),
    Rule("dataset.times.order", "server", "inferred", _DATASET_TIMES,
         "The last action on a dataset is not before its creation.", "time.order",
         _ON_DATASET | {"earlier": "/createdDateTime", "later": "/lastActionDateTime"}, "time"),
    Rule("dataset.last-action.kept", "server", "inferred", _DATASET_TIMES,
         "While a dataset keeps its status and is not edited, lastActionDateTime stays.", "time.entered",
         _ON_DATASET | {"field": "/lastActionDateTime", "unless_called": ("Update-Speech-Dataset",)}, "time"),
    Rule("dataset.last-action.forward", "server", "inferred", _DATASET_TIMES,
         "lastActionDateTime of a dataset does not go back.", "time.forward",
         _ON_DATASET | {"field": "/lastActionDateTime", "on_change": True}, "time"),
    Rule("dataset.locale.fixed", "server", "inferred", _CONTENT_FIXED,
         "The language of a dataset never changes.", "field.fixed", _ON_DATASET | {"fields": ("/locale",)}, "echo"),
    Rule("dataset.kind.fixed", "server", "inferred", _CONTENT_FIXED,
         "The kind of a dataset never changes.", "field.fixed", _ON_DATASET | {"fields": ("/kind",)}, "echo"),
    Rule("dataset.counts", "server", "inferred", _said("lines 59-60", "acceptedLineCount", "rejectedLineCount"),
         "Line counts are not negative.", "number.nonnegative",
         _ON_DATASET | {"fields": ("/properties/acceptedLineCount", "/properties/rejectedLineCount")}, "arithmetic"),
    Rule("dataset.counts.settled", "server", "inferred", _said("lines 59-60", "acceptedLineCount", "rejectedLineCount"),
         "The line counts of a dataset stay when it is complete.", "field.settled",
         _ON_DATASET | {"states": _FINAL,
                        "fields": ("/properties/acceptedLineCount", "/properties/rejectedLineCount")},
         "cross-endpoint"),
    Rule("dataset.identity", "server", "documented", _said("line 119", "the specified dataset"),
         "The answer for a dataset's id has that id.", "identity.property", _ON_DATASET, "identity"),
    Rule("dataset.create.new", "server", "documented", _said("line 53", "newly created dataset"),
         "A new dataset has an id of its own.", "create.new",
         _ON_DATASET | {"operations": ("Create-Speech-Dataset",)}, "identity"),
    Rule("dataset.create.echo", "server", "inferred", _said("lines 26-31", "displayName", "description"),
         "The answer to the creation of a dataset shows what was sent.", "echo.same", _ON_DATASET | {"role": "create"},
         "echo"),
    Rule("dataset.update.echo", "server", "inferred", Source("VISDK", "update dataset call, lines 801-813"),
         "The answer to the update of a dataset shows what was sent.", "echo.same", _ON_DATASET | {"role": "update"},
         "echo"),
    Rule("dataset.read.writes", "server", "inferred", _said("lines 26-31, 119", "displayName", "description"),
         "A dataset is read with what was written.", "read.writes", _ON_DATASET, "echo"),
    Rule("dataset.read.present", "server", "inferred", _said("lines 26-31, 119", "displayName", "description"),
         "A dataset is read with the description that was written.", "read.present",
         _ON_DATASET | {"fields": ("/description",)}, "echo"),  # in the samples, customProperties are always null
    Rule("dataset.read.steady", "server", "inferred", _said("lines 26-31, 119", "displayName", "description"),
         "A dataset that was not updated reads as before.", "read.steady",
         _ON_DATASET | {"fields": ("/displayName", "/description")}, "echo"),
    Rule("dataset.list.same", "server", "inferred", _said("lines 119, 189", "returns information"),
         "A dataset says the same of itself in the list and alone.", "list.same", _ON_DATASET, "cross-endpoint"),
    Rule("dataset.list.unique", "server", "inferred", _said("line 189", "all of the specified accounts datasets"),
         "The list holds a dataset once.", "list.unique", {"operations": ("Get-Speech-Datasets",)}, "paging"),
    Rule("dataset.list.complete", "server", "documented", _said("line 189", "all of the specified accounts datasets"),
         "The list holds every dataset that was created and not deleted.", "list.complete",
         {"operations": ("Get-Speech-Datasets",)}, "cross-endpoint"),
    Rule("dataset.list.locale", "server", "inferred", Source("VISDK", "list datasets call, line 521"),
         "With locale, the list holds datasets of that language only.", "list.parameter",
         {"operations": ("Get-Speech-Datasets",), "name": "locale", "field": "/locale"}, "filters"),
    Rule("dataset.deleted.gone", "server", "documented", _DELETE_DATASET,
         "A deleted dataset is neither returned nor listed.", "deleted.gone", _ON_DATASET, "cross-endpoint"),
    Rule("dataset.deleted.refused", "server", "inferred", _DELETE_DATASET,
         "The files of a deleted dataset cannot be listed.", "deleted.refused",
         _ON_DATASET | {"operations": ("Get-Speech-Dataset-Files",)}, "refusals"),
    Rule("dataset.available", "server", "documented", _said("lines 35, 119", "creates a dataset", "returns"),
         "A dataset that was created and not deleted can be read, and so can its files.", "read.exists",
         _ON_DATASET | {"operations": ("Get-Speech-Dataset", "Get-Speech-Dataset-Files"), "statuses": (404, 410)},
         "echo"),
    Rule("dataset.delete.in-use", "server", "documented", _DATASET_IN_USE,
         "A dataset is not deleted while a model is being trained from it.", "call.in-use",
         _ON_DATASET | {"operations": ("Delete-Speech-Dataset", "Get-Speech-Model", "Get-Speech-Models"),
                        "calls": ("Delete-Speech-Dataset",), "user": "model", "field": "/datasets",
                        "states": ("Processing",), "statuses": ()}, "conflict"),
    Rule("client.dataset.in-use", "client", "documented", _DATASET_IN_USE,
         "A client does not delete a dataset that is in use.", "client.refused",
         _ON_DATASET | {"operations": ("Delete-Speech-Dataset",), "statuses": (400, 409),
                        "reason": "a dataset cannot be deleted while it is in use for indexing or training",
                        "instead": "delete it when no model is being trained from it"}, "conflict", "warning"),
    Rule("client.dataset.poll", "client", "inferred", _DATASET_STATES,
         "A client stops polling a dataset that is complete or has failed.", "client.poll.final",
         _ON_DATASET | {"operations": ("Get-Speech-Dataset", "Update-Speech-Dataset"), "states": _FINAL}, "client"),
    Rule("file.size", "server", "inferred", _said("lines 161-163", "size"),
         "The size of a file is not negative.", "number.nonnegative",
         {"resource": "file", "fields": ("/properties/size",)}, "arithmetic"),
    Rule("file.list.same", "server", "inferred", _said("line 35", "The content of a dataset can't be modified"),
         "A file of a dataset does not change.", "list.same", {"resource": "file"}, "cross-endpoint"),
    Rule("file.list.unique", "server", "inferred", _said("lines 147-156", "fileId"),
         "The list of files holds a file once.", "list.unique", {"operations": ("Get-Speech-Dataset-Files",)},
         "paging"),
)  # fmt: skip

_TRAINED_FROM = ("/datasets", "dataset")
_CREATE_MODEL = {"operations": ("Create-Speech-Model",), "references": _TRAINED_FROM}

_MODEL_RULES = (
    Rule("model.status.closed", "server", "inferred", _MODEL_STATES,
         "The status of a model is one that is known.", "state.closed", _ON_MODEL, "lifecycle", "note"),
    Rule("model.status.initial", "server", "inferred", _MODEL_STATES,
         "A model that was just created is not complete and has not failed.", "state.initial", _ON_MODEL, "lifecycle"),
    Rule("model.status.forward", "server", "inferred", _MODEL_STATES,
         "A model goes on from waiting through processing, and never back.", "state.forward", _ON_MODEL, "lifecycle"),
    Rule("model.status.final", "server", "inferred", _MODEL_STATES,
         "A model that is complete or has failed stays so.", "state.final", _ON_MODEL, "lifecycle"),
    Rule("model.error.null", "server", "inferred", _said("lines 104, 231, 260", "error", "null"),
         "A model has no error unless it has failed.", "state.forbids",
         _ON_MODEL | {"field": "/properties/error", "states": ("Failed",), "empty": True}, "lifecycle"),
    Rule("model.created.fixed", "server", "inferred", _MODEL_TIMES,
         "createdDateTime of a model never changes.", "field.fixed", _ON_MODEL | {"fields": ("/createdDateTime",)},
         "time"),
    Rule("model.times.order", "server", "inferred", _MODEL_TIMES,
         "The last action on a model is not before its creation.", "time.order",
         _ON_MODEL | {"earlier": "/createdDateTime", "later": "/lastActionDateTime"}, "time"),
    Rule("model.last-action.kept", "server", "inferred", _MODEL_TIMES,
         "While a model keeps its status and is not edited, lastActionDateTime stays.", "time.entered",
         _ON_MODEL | {"field": "/lastActionDateTime", "unless_called": ("Update-Speech-Model",)}, "time"),
    Rule("model.last-action.forward", "server", "inferred", _MODEL_TIMES,
         "lastActionDateTime of a model does not go back.", "time.forward",
         _ON_MODEL | {"field": "/lastActionDateTime", "on_change": True}, "time"),
    Rule("model.locale.fixed", "server", "documented", _EDIT,
         "The language of a model never changes: only its name and description can be edited.", "field.fixed",
         _ON_MODEL | {"fields": ("/locale",)}, "echo"),
    Rule("model.datasets.fixed", "server", "documented", _DATASETS_FIXED,
         "The datasets of a model never change, unless one of them is deleted.", "field.fixed",
         _ON_MODEL | {"fields": ("/datasets",), "references_to": "dataset"}, "echo"),
    Rule("model.identity", "server", "documented", _said("line 217", "the specified model"),
         "The answer for a model's id has that id.", "identity.property", _ON_MODEL, "identity"),
    Rule("model.create.new", "server", "documented", _said("line 95", "newly created model"),
         "A new model has an id of its own.", "create.new", _ON_MODEL | {"operations": ("Create-Speech-Model",)},
         "identity"),
    Rule("model.create.echo", "server", "inferred", _said("lines 26-31, 79", "displayName", "list of strings"),
         "The answer to the creation of a model shows what was sent.", "echo.same", _ON_MODEL | {"role": "create"},
         "echo"),
    Rule("model.update.echo", "server", "inferred", Source("VISDK", "update model call, lines 899-911"),
         "The answer to the update of a model shows what was sent.", "echo.same", _ON_MODEL | {"role": "update"},
         "echo"),
    Rule("model.read.writes", "server", "inferred", _said("lines 26-31, 217", "displayName", "description"),
         "A model is read with what was written.", "read.writes", _ON_MODEL | {"references_to": "dataset"}, "echo"),
    Rule("model.read.present", "server", "inferred", _said("lines 26-31, 217", "displayName", "description"),
         "A model is read with the description that was written.", "read.present",
         _ON_MODEL | {"fields": ("/description",)}, "echo"),
    Rule("model.read.steady", "server", "inferred", _said("lines 26-31, 217", "displayName", "description"),
         "A model that was not updated reads as before.", "read.steady",
         _ON_MODEL | {"fields": ("/displayName", "/description")}, "echo"),
    Rule("model.list.same", "server", "inferred", _said("lines 217, 246", "returns information"),
         "A model says the same of itself in the list and alone.", "list.same",
         _ON_MODEL | {"references_to": "dataset"}, "cross-endpoint"),
    Rule("model.list.unique", "server", "inferred", _said("line 246", "all of the models in the specified account"),
         "The list holds a model once.", "list.unique", {"operations": ("Get-Speech-Models",)}, "paging"),
    Rule("model.list.complete", "server", "documented", _said("line 246", "all of the models in the specified account"),
         "The list holds every model that was created and not deleted.", "list.complete",
         {"operations": ("Get-Speech-Models",)}, "cross-endpoint"),
    Rule("model.list.locale", "server", "inferred", Source("VISDK", "list models call, line 713"),
         "With locale, the list holds models of that language only.", "list.parameter",
         {"operations": ("Get-Speech-Models",), "name": "locale", "field": "/locale"}, "filters"),
    Rule("model.deleted.gone", "server", "documented", _DELETE_MODEL,
         "A deleted model is neither returned nor listed.", "deleted.gone", _ON_MODEL, "cross-endpoint"),
    Rule("model.available", "server", "documented", _said("lines 77, 217", "creates and trains", "returns information"),
         "A model that was created and not deleted can be read.", "read.exists",
         _ON_MODEL | {"operations": ("Get-Speech-Model",), "statuses": (404, 410), "references": _TRAINED_FROM,
                      "lost": False}, "echo"),
    Rule("model.outlives-datasets", "server", "documented", _STAYS,
         "A model stays available when a dataset it was trained from is deleted.", "read.exists",
         _ON_MODEL | {"operations": ("Get-Speech-Model",), "statuses": (404, 410), "references": _TRAINED_FROM,
                      "lost": True}, "cross-endpoint"),
    Rule("model.delete.in-training", "server", "documented", _MODEL_IN_USE,
         "A model is not deleted while it is being trained.", "call.refused",
         _ON_MODEL | {"operations": ("Delete-Speech-Model",), "states": ("Processing",), "statuses": (), "window": 1},
         "conflict", "warning"),  # that it still was in training a moment after it was read cannot be proved
    Rule("client.model.in-use", "client", "documented", _MODEL_IN_USE,
         "A client does not delete a model that is in use.", "client.refused",
         _ON_MODEL | {"operations": ("Delete-Speech-Model",), "statuses": (400, 409),
                      "reason": "a model cannot be deleted while it is in use for indexing or training",
                      "instead": "delete it when it is complete and no video is being indexed with it"}, "conflict",
         "warning"),
    Rule("client.model.poll", "client", "inferred", _MODEL_STATES,
         "A client stops polling a model that is complete or has failed.", "client.poll.final",
         _ON_MODEL | {"operations": ("Get-Speech-Model", "Update-Speech-Model"), "states": _FINAL}, "client"),
    Rule("model.create.plain-text", "server", "documented", _PLAIN_TEXT,
         "A model is created only from datasets of which at least one holds plain text.", "call.kinds",
         _CREATE_MODEL | {"field": "/kind", "value": "Language", "least": 1}, "refusals"),
    Rule("client.model.plain-text", "client", "documented", _PLAIN_TEXT,
         "A client trains a model from at least one dataset of plain text.", "call.kinds",
         _CREATE_MODEL | {"field": "/kind", "value": "Language", "least": 1, "refused": True}, "refusals", "warning"),
    Rule("client.model.pronunciation", "client", "documented", _WEBSITE,
         "A client trains a model from at most one pronunciation dataset (the article speaks of several).",
         "call.kinds", _CREATE_MODEL | {"field": "/kind", "value": "Pronunciation", "most": "pronunciation_datasets"},
         "refusals", "note"),
    Rule("client.model.locale", "client", "documented", _WEBSITE,
         "A client trains a model from datasets of the model's own language.", "call.kinds",
         _CREATE_MODEL | {"field": "/locale", "alike": True}, "refusals", "warning"),
    Rule("model.create.exists", "server", "inferred", _said("line 79", "the dataset/s the model will include"),
         "A model is not created from a deleted dataset.", "call.references",
         {"operations": ("Create-Speech-Model",), "references": (_TRAINED_FROM,)}, "refusals"),
    Rule("client.model.exists", "client", "inferred", _said("line 79", "the dataset/s the model will include"),
         "A client trains a model from datasets that exist.", "call.references",
         {"operations": ("Create-Speech-Model",), "references": (_TRAINED_FROM,)}, "client"),
    Rule("client.model.completed", "client", "documented", _WEBSITE,
         "A client trains a model from datasets that are complete.", "call.references",
         {"operations": ("Create-Speech-Model",), "references": (_TRAINED_FROM,), "states": ("Complete",),
          "unread": True}, "client",
         "warning"),
    Rule("client.retry-after", "client", "inferred", Source("VIWEB", "Considerations when using at scale"),
         "A client that is told to wait asks again no sooner.", "client.retry-after", {"operations": _ALL}, "client"),
)  # fmt: skip

TABLES = Tables(
    resources=_RESOURCES,
    touches=_TOUCHES,
    rules=(*wire_rules(_ARTICLE, bases=_BASES, without=_NO_PLACE), *_DATASET_RULES, *_MODEL_RULES),
    marker=r"/Customization/Speech(?:/|$)",
    # The same clients get tokens, upload videos and customize other things.
    companions=(
        r"/(?i:auth)/",
        r"/(?i:Accounts)/[^/]+/(?!(?i:customization/speech)(?:/|$))",
        r"/(?i:Accounts)(?:/[^/]+)?/?$",
    ),
    ignored_query=("subscription-key",),
)
