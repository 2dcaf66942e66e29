"""`azure-speech-2025-10-15`: Azure Speech-to-text REST, api-version 2025-10-15. Model copies are long-running here."""

from __future__ import annotations

from pytest_speechcustom.contracts.azure import PLURALS, Version, lifecycle, state_rules, tables
from pytest_speechcustom.contracts.model import Field, Resource, Touch
from pytest_speechcustom.values import Rule, Source


def _page(locator: str, *mentions: str) -> Source:
    return Source("AZ25", locator, mentions)


def _swagger(definition: str) -> Source:
    return Source("SWAGGER25", definition)


_STATES = _page("Status, lines 553-564", "NotStarted", "Running", "Succeeded", "Failed")
_MOVED = _page("CustomModel, lines 213-215", "lastActionDateTime", "current status")
_LINK = _page("PaginatedCustomModels, lines 548-550", "@nextLink")

_COPY_RULES = (
    *state_rules("copy", _STATES, _MOVED, "/error"),
    Rule("copy.identity", "server", "documented", _swagger("Operation"),
         "The answer for an operation has its id.", "identity.property", {"resource": "copy"}, "identity"),
    Rule("copy.self", "server", "documented", _swagger("Operation"),
         "self of an operation is its location.", "identity.url", {"resource": "copy"}, "identity"),
    Rule("copy.result.settled", "server", "inferred", _swagger("OperationResult"),
         "The model that a copy has made stays the same.", "field.settled",
         {"resource": "copy", "states": ("Succeeded",), "fields": ("/result/link",), "sameness": "reference"}, "copy"),
    Rule("copy.created.fixed", "server", "documented", _swagger("Operation"),
         "createdDateTime of an operation never changes.", "field.fixed",
         {"resource": "copy", "fields": ("/createdDateTime",)}, "time"),
    Rule("copy.available", "server", "documented", _swagger("Operations_GetModelCopy"),
         "An operation that was started can be read.", "read.exists",
         {"resource": "copy", "operations": ("Operations_GetModelCopy",), "statuses": (404,)}, "copy"),
    Rule("copy.result.when-succeeded", "server", "documented", _swagger("OperationResult"),
         "A copy that has succeeded tells where the model is.", "state.requires",
         {"resource": "copy", "field": "/result/link", "states": ("Succeeded",)}, "copy"),
    Rule("copy.result.only-succeeded", "server", "inferred", _swagger("OperationResult"),
         "A copy that has not succeeded has no result.", "state.forbids",
         {"resource": "copy", "field": "/result", "states": ("Succeeded",)}, "copy"),
    Rule("copy.operation-location", "server", "documented", _swagger("Models_Copy"),
         "Operation-Location is where the operation can be read.", "header.location",
         {"operations": ("Models_Copy",), "header": "Operation-Location", "field": "/id",
          "path": "/operations/models/copy"}, "copy"),
    Rule("copy.authorize.echo", "server", "documented", _swagger("ModelCopyAuthorization"),
         "An authorization names the source resource it was asked for.", "answer.echo",
         {"operations": ("Models_AuthorizeCopy",), "field": "/sourceResourceId"}, "copy"),
    Rule("client.copy.whole", "client", "documented", _swagger("Models_Copy"),
         "A client passes on the authorization as it was issued.", "copy.permit",
         {"operations": ("Models_AuthorizeCopy", "Models_Copy"), "issued_by": "Models_AuthorizeCopy",
          "aspect": "whole", "id": "/id", "expires": "/expirationDateTime",
          "fields": ("targetResourceRegion", "targetResourceId", "targetResourceEndpoint", "sourceResourceId",
                     "expirationDateTime", "id")}, "copy", "warning"),
    Rule("client.copy.expired", "client", "documented", _page("DetailedErrorCode, lines 431-432",
                                                              "ModelCopyAuthorizationExpired"),
         "A client uses an authorization before it expires.", "copy.permit",
         {"operations": ("Models_Copy",), "issued_by": "Models_AuthorizeCopy", "aspect": "expired", "id": "/id",
          "expires": "/expirationDateTime"}, "copy", "warning"),
    Rule("copy.authorization.expired", "server", "documented", _page("DetailedErrorCode, lines 431-432",
                                                                     "ModelCopyAuthorizationExpired"),
         "A copy with an expired authorization is not accepted.", "copy.permit",
         {"operations": ("Models_Copy",), "issued_by": "Models_AuthorizeCopy", "aspect": "expired", "id": "/id",
          "expires": "/expirationDateTime"}, "copy"),
    Rule("client.copy.poll-final", "client", "inferred", _STATES,
         "A client stops polling a copy that has succeeded or failed.", "client.poll.final",
         {"resource": "copy", "operations": ("Operations_GetModelCopy",), "states": ("Succeeded", "Failed")}, "client"),
)  # fmt: skip

_OPERATIONS = (
    *(f"{plural}_{verb}" for plural in PLURALS.values() for verb in ("Create", "Update", "Delete")),
    *(f"{plural}_{verb}" for plural in PLURALS.values() if plural != "Models" for verb in ("List", "Get")),
    *("Models_ListCustomModels", "Models_GetCustomModel", "Models_Copy", "Models_AuthorizeCopy"),
    "Operations_GetModelCopy",
)
_INNER_LISTS = ("Projects_ListModels", "Projects_ListDatasets", "Projects_ListEvaluations", "Projects_ListEndpoints",
                "Datasets_ListFiles", "Models_ListFiles", "Evaluations_ListFiles")  # fmt: skip
_OTHER_CALLS = ("Models_ListBaseModels", "Models_GetBaseModel", "Models_GetCustomModelManifest",
                "Models_GetBaseModelManifest", "Models_GetFile", "Datasets_GetFile", "Evaluations_GetFile",
                "Datasets_GetBlocks", "Datasets_UploadBlock", "Datasets_CommitBlocks", "WebHooks_Ping",
                "WebHooks_Test")  # fmt: skip

_VERSION_RULES = (
    Rule("client.api-version", "client", "documented", _page("lines 3-4", "api-version=2025-10-15"),
         "api-version asks for this version.", "query.constant",
         {"operations": (*_OPERATIONS, *_INNER_LISTS, *_OTHER_CALLS), "name": "api-version", "value": "2025-10-15"},
         "payload"),
    Rule("list.next.api-version", "server", "documented", _LINK,
         "The link to the next page keeps api-version, without which it cannot be followed.", "list.next.keeps",
         {"operations": ("Models_ListCustomModels", "Models_ListBaseModels", *_INNER_LISTS,
                         *(f"{p}_List" for p in PLURALS.values() if p != "Models")),
          "next": "/@nextLink", "name": "api-version"}, "paging"),
)  # fmt: skip

TABLES = tables(
    Version(
        operations=_swagger("paths"),
        states=_STATES,
        created=_page("CustomModel, lines 198-200", "createdDateTime"),
        moved=_MOVED,
        identity=_page("CustomModel, lines 228-230", "self"),
        entity={
            "model": _page("CustomModel, lines 191-232", "displayName", "baseModel", "datasets"),
            "dataset": _swagger("Dataset"),
            "evaluation": _swagger("Evaluation"),
            "endpoint": _swagger("Endpoint"),
            "webhook": _swagger("WebHook"),
            "project": _swagger("Project"),
        },
        update={
            "model": _swagger("ModelUpdate"),
            "dataset": _swagger("DatasetUpdate"),
            "evaluation": _swagger("EvaluationUpdate"),
            "endpoint": _swagger("EndpointUpdate"),
            "webhook": _swagger("WebHookUpdate"),
            "project": _swagger("ProjectUpdate"),
        },
        locale=_page("CustomModel, lines 219-221", "locale"),
        page=_page("PaginatedCustomModels, lines 551-552", "skip", "top"),
        link=_LINK,
        top=_page("lines 36-40", "top"),
        skip=_page("lines 29-33", "skip"),
        filters=_swagger("Models_ListCustomModels, filter"),
        error_codes=_page("DetailedErrorCode, lines 287-448", "InUseViolation", "DeleteNotAllowed", "InvalidDataset"),
        location=_swagger("Models_Create, Location"),
        retry_after=_page("lines 50-51", "Retry-After"),
        sublists=_swagger("Projects_ListModels"),
        files=_swagger("File"),
        lines=("/properties/acceptedLineCount", "/properties/rejectedLineCount", "/properties/durationMilliseconds"),
        links={
            "copy": ("/self",),
            "model": ("/self", "/links/manifest", "/links/copy", "/links/files"),
            "dataset": ("/self", "/links/files"),
            "evaluation": ("/self", "/links/files"),
            "endpoint": ("/self",),
            "webhook": ("/self", "/links/ping", "/links/test"),
            "project": ("/self", "/links/models", "/links/datasets", "/links/evaluations", "/links/endpoints"),
        },
        own_links={
            "model": ("CustomModelLinks", (("/links/manifest", "/manifest"), ("/links/copy", ":copy"),
                                           ("/links/files", "/files"))),
        },
        project_fields=(Field("/foundryProjectName"),),
        resources=(
            Resource("copy", "id", "/operations/models/copy/{id}", lifecycle=lifecycle(_STATES),
                     fixed=(Field("/createdDateTime", "instant"),), moved="/lastActionDateTime"),
        ),
        touches=(
            Touch("Models_Copy", "model", "act"),
            Touch("Models_Copy", "copy", "create", id=""),
            Touch("Operations_GetModelCopy", "copy", "read"),
        ),
        rules=(*_COPY_RULES, *_VERSION_RULES),
    ),
    marker=r"/speechtotext(?:/|$)",
)  # fmt: skip
