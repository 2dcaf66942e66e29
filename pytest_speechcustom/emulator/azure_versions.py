"""What is different between the two Azure versions: one table, and nothing else asks which version it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from pytest_speechcustom.contracts.model import Json

DATASET_KINDS = ("Language", "Acoustic", "Pronunciation", "AudioFiles", "LanguageMarkdown")


@dataclass(frozen=True, slots=True)
class Version:
    """One version of the service.

    `api_version` is the value of the query parameter that every call and every link has; empty: the path tells.
    `shown` is what web hooks call the version. `lifetime` is the query parameter for how long a signed URL is valid,
    and its unit. `copy` is the name of a model's link for copying and the end of its path. `fields` and `properties`
    are what clients write into an entity, by kind, beyond what all have: at the top, and below ``properties``.
    """

    api_version: str
    shown: str
    lifetime: tuple[str, timedelta]
    dataset_kinds: tuple[str, ...]
    kinds_by_locale: bool
    milliseconds: bool
    copy: tuple[str, str]
    features: Json
    base_features: Json
    base_extras: Json
    endpoint_links: Mapping[str, str]
    fields: Mapping[str, tuple[str, ...]]
    properties: Mapping[str, tuple[str, ...]]
    project_counts: bool
    token_counts: bool


_SPEECH = "speech/recognition/{}/cognitiveservices/v1"

V31 = Version(
    api_version="",
    shown="v3.1",
    lifetime=("sasValidityInSeconds", timedelta(seconds=1)),
    dataset_kinds=DATASET_KINDS,
    kinds_by_locale=False,
    milliseconds=False,
    copy=("copyTo", ":copyto"),
    features={
        "supportsTranscriptions": True,
        "supportsEndpoints": True,
        "supportsTranscriptionsOnSpeechContainers": False,
    },
    base_features={"supportsTranscriptions": True},
    base_extras={},
    endpoint_links={
        "restInteractive": f"http {_SPEECH.format('interactive')}",
        "restConversation": f"http {_SPEECH.format('conversation')}",
        "restDictation": f"http {_SPEECH.format('dictation')}",
        "webSocketInteractive": f"ws {_SPEECH.format('interactive')}",
        "webSocketConversation": f"ws {_SPEECH.format('conversation')}",
        "webSocketDictation": f"ws {_SPEECH.format('dictation')}",
        "logs": "files/logs",
    },
    fields={"model": ("text",), "endpoint": ("text",)},
    properties={
        "model": ("customModelWeightPercent", "email"),
        "dataset": ("email",),
        "evaluation": ("email",),
        "endpoint": ("loggingEnabled", "timeToLive", "email"),
    },
    project_counts=True,
    token_counts=False,
)

V2025 = Version(
    api_version="2025-10-15",
    shown="2025-10-15",
    lifetime=("sasLifetimeMinutes", timedelta(minutes=1)),
    dataset_kinds=(*DATASET_KINDS, "OutputFormatting"),
    kinds_by_locale=True,
    milliseconds=True,
    copy=("copy", ":copy"),
    features={
        "supportsTranscriptionsSubmit": True,
        "supportsTranscriptionsTranscribe": False,
        "supportsEndpoints": True,
        "supportsTranscriptionsOnSpeechContainers": False,
        "supportedOutputFormats": ["Lexical", "Display"],
    },
    base_features={
        "supportsTranscriptionsSubmit": True,
        "supportsTranscriptionsTranscribe": True,
        "supportedOutputFormats": ["Lexical", "Display"],
    },
    base_extras={"chargeForAdaptation": False},
    endpoint_links={"webSocket": "ws stt/speech/universal/v2"},
    fields={"project": ("foundryProjectName",)},
    properties={
        "model": ("customModelWeightPercent",),
        "dataset": ("textNormalizationKind",),
        "endpoint": ("loggingEnabled",),
    },
    project_counts=False,
    token_counts=True,
)
