"""The rows in which Azure's two versions differ, as they were collected by hand from the vendor's definitions.

They are the expectation that `diff` is held to: nothing here is read from the contracts.
"""

from __future__ import annotations

from collections.abc import Mapping

Rows = Mapping[str, str]
"""Entity -> names of its properties."""

GONE: Rows = {
    "CustomModel": "text",
    "CustomModelProperties": "email",
    "CustomModelFeatures": "supportsTranscriptions",
    "CustomModelLinks": "copyTo",
    "BaseModelFeatures": "supportsTranscriptions",
    "ModelCopy": "targetSubscriptionKey",
    "DatasetProperties": "duration email",
    "Project": "properties",
    "ProjectProperties": "datasetCount evaluationCount modelCount transcriptionCount endpointCount",
    "FileProperties": "duration",
    "Endpoint": "text",
    "EndpointProperties": "timeToLive email",
    "EndpointLinks": (
        "restInteractive restConversation restDictation webSocketInteractive webSocketConversation "
        "webSocketDictation logs"
    ),
    "Component": "message name status type",
    "EvaluationProperties": "email",
    "ServiceHealth": "status message components",
}
"""In v3.1 only."""

NEW: Rows = {
    "CustomModelFeatures": "supportsTranscriptionsSubmit supportsTranscriptionsTranscribe supportedOutputFormats",
    "CustomModelLinks": "copy",
    "BaseModelProperties": "chargeForAdaptation",
    "BaseModelFeatures": "supportsTranscriptionsSubmit supportsTranscriptionsTranscribe supportedOutputFormats",
    "ModelCopyAuthorizationDefinition": "sourceResourceId",
    "ModelCopyAuthorization": (
        "targetResourceRegion targetResourceId targetResourceEndpoint sourceResourceId expirationDateTime id"
    ),
    "Operation": "id self createdDateTime lastActionDateTime status result error",
    "OperationResult": "link",
    "DatasetProperties": "durationMilliseconds textNormalizationKind",
    "DatasetLocales": "Language Acoustic Pronunciation AudioFiles LanguageMarkdown OutputFormatting",
    "Project": "foundryProjectName",
    "ProjectUpdate": "foundryProjectName",
    "FileProperties": "durationMilliseconds",
    "EndpointLinks": "webSocket",
    "EvaluationProperties": (
        "tokenErrorRate1 tokenCount1 correctTokenCount1 tokenSubstitutionCount1 tokenDeletionCount1 "
        "tokenInsertionCount1 tokenErrors1 tokenErrorRate2 tokenCount2 correctTokenCount2 "
        "tokenSubstitutionCount2 tokenDeletionCount2 tokenInsertionCount2 tokenErrors2"
    ),
    "EditsSummary": "numberOfEdits percentageOfAllEdits",
    "TokenErrorDetails": "punctuation capitalization inverseTextNormalization lexical others",
}
"""In 2025-10-15 only."""

ALTERED: Rows = {
    "CustomModel": "links",
    "CustomModelProperties": "deprecationDates features error",
    "ModelManifest": "properties",
    "Dataset": "kind links",
    "DatasetProperties": "error",
    "Project": "links",
    "File": "kind",
    "Endpoint": "links",
    "EndpointProperties": "error",
    "WebHook": "links",
    "WebHookProperties": "error",
}
"""In both, and not the same."""

GONE_OPERATIONS = (
    "Datasets_Upload",
    "Endpoints_ListLogs",
    "Endpoints_DeleteLogs",
    "Endpoints_GetLog",
    "Endpoints_DeleteLog",
    "Endpoints_ListBaseModelLogs",
    "Endpoints_DeleteBaseModelLogs",
    "Endpoints_GetBaseModelLog",
    "Endpoints_DeleteBaseModelLog",
    "ServiceHealth_Get",
)
NEW_OPERATIONS = ("Models_AuthorizeCopy", "Operations_GetModelCopy")
NOT_CUSTOMIZATION = ("Transcriptions_Create", "Transcriptions_Submit", "Transcriptions_Transcribe")
"""Gone and new as well, and in neither contract: they transcribe, and train nothing."""

NEW_ERROR_CODES = (
    "InvalidChannels",
    "InvalidSourceAzureResourceId",
    "ModelCopyAuthorizationExpired",
    "EndpointLoggingNotSupported",
    "NoLanguageIdentified",
    "MultipleLanguagesIdentified",
    "InvalidAudioFormat",
    "BadChannelConfiguration",
    "InvalidChannelSpecification",
    "AudioLengthLimitExceeded",
    "EmptyAudioFile",
)
MANIFESTS = ("Models_GetCustomModelManifest", "Models_GetBaseModelManifest")
WITH_SAS = (
    "Datasets_ListFiles",
    "Datasets_GetFile",
    "Evaluations_ListFiles",
    "Evaluations_GetFile",
    "Models_ListFiles",
    "Models_GetFile",
)
