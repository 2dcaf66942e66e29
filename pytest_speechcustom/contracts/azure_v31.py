"""`azure-speech-v3.1`: Azure Custom Speech REST v3.1. A model is copied in one call, to another resource."""

from __future__ import annotations

from pytest_speechcustom.contracts.azure import Version, tables
from pytest_speechcustom.contracts.model import Touch
from pytest_speechcustom.values import Rule, Source


def _page(lines: str, *mentions: str) -> Source:
    return Source("AZ31", lines, mentions)


def _swagger(definition: str) -> Source:
    return Source("SWAGGER31", definition)


_COPY = _page("lines 233-251", "Models_CopyTo", "targetSubscriptionKey")
_MADE_BY_COPY = {"resource": "model", "operations": ("Models_CopyTo",)}

_COPY_RULES = (
    Rule("model.copyto.new", "server", "documented", _COPY,
         "The copy of a model has an id of its own.", "create.new", _MADE_BY_COPY, "copy"),
    Rule("model.copyto.location", "server", "documented", _swagger("Models_CopyTo, Location"),
         "The Location header of a copy answer is self.", "header.location",
         _MADE_BY_COPY | {"header": "Location", "field": "/self"}, "copy"),
    Rule("model.copyto.locale", "server", "documented", _page("line 206", "locale"),
         "A copy has the locale of the model it was made of.", "copy.keeps", _MADE_BY_COPY | {"field": "/locale"},
         "copy"),
    Rule("project.counts.nonnegative", "server", "inferred", _swagger("ProjectProperties"),
         "The counts of a project are not negative.", "number.nonnegative",
         {"resource": "project", "fields": tuple(
             f"/properties/{name}Count" for name in ("dataset", "evaluation", "model", "transcription", "endpoint")
         )}, "arithmetic"),
)  # fmt: skip

TABLES = tables(
    Version(
        operations=_swagger("paths"),
        states=_swagger("Status"),
        created=_swagger("CustomModel.createdDateTime"),
        moved=_swagger("CustomModel.lastActionDateTime"),
        identity=_page("line 199", "self"),
        entity={
            "model": _page("lines 129-192", "project", "datasets", "locale", "displayName", "baseModel"),
            "dataset": _swagger("Dataset"),
            "evaluation": _swagger("Evaluation"),
            "endpoint": _swagger("Endpoint"),
            "webhook": _swagger("WebHook"),
            "project": _swagger("Project"),
        },
        update={
            "model": _page("lines 331-353", "Models_Update", "project"),
            "dataset": _swagger("DatasetUpdate"),
            "evaluation": _swagger("EvaluationUpdate"),
            "endpoint": _swagger("EndpointUpdate"),
            "webhook": _swagger("WebHookUpdate"),
            "project": _swagger("ProjectUpdate"),
        },
        locale=_page("line 133", "locale"),
        page=_swagger("PaginatedCustomModels.values"),
        link=_swagger("PaginatedCustomModels.@nextLink"),
        top=_swagger("Models_ListCustomModels, top"),
        skip=_swagger("Models_ListCustomModels, skip"),
        filters=_swagger("Models_ListCustomModels, filter"),
        error_codes=_swagger("DetailedErrorCode"),
        location=_swagger("Models_Create, Location"),
        retry_after=_swagger("Models_GetCustomModel, Retry-After"),
        sublists=_swagger("Projects_ListModels"),
        files=_swagger("File"),
        lines=("/properties/acceptedLineCount", "/properties/rejectedLineCount"),
        links={},
        own_links={"model": ("CustomModelLinks", (("/links/files", "/files"), ("/links/copyTo", ":copyto")))},
        expires={"endpoint": "/properties/timeToLive"},
        touches=(
            Touch("Datasets_Upload", "dataset", "create", id=""),
            Touch("Models_CopyTo", "model", "act"),
            Touch("Models_CopyTo", "model", "create", id="", elsewhere=True),
        ),
        rules=_COPY_RULES,
    ),
    marker=r"/speechtotext(?:/|$)",
)
