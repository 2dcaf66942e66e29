"""The two Watson services: what differs between them, and the base models that each has.

Limits are parameters of the contract, and not here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from pytest_speechcustom.contracts.model import Json

_RATES: Mapping[str, int] = {"BroadbandModel": 16_000, "NarrowbandModel": 8_000, "ShortForm_NarrowbandModel": 8_000}
_BOTH = ("BroadbandModel", "NarrowbandModel")
_RELEASES_EVERY = timedelta(days=91)


@dataclass(frozen=True, slots=True)
class BaseModel:
    """A base model. `rate` is the lowest sampling rate of audio for it, in hertz."""

    name: str
    language: str
    rate: int
    first_release: date

    def versions(self, upgrades: int) -> list[str]:
        """The versions that a custom model can be used with after so many upgrades.

        Our choice: a model begins with the first version, and each upgrade finds one that is newer.
        """
        releases = (self.first_release + number * _RELEASES_EVERY for number in range(upgrades + 1))
        return [f"{self.name}.v{release.isoformat()}" for release in releases]


@dataclass(frozen=True, slots=True)
class Flavour:
    """What one service does that the other does not.

    `schemes` are the kinds of credentials it takes, `tokens` says whether it has a token service. `updated`: models
    tell when they last changed. `strict`: invalid audio can be left out of a training. `contained` is the format of
    the files in an archive whose request does not tell it (``None``: each file shows its own). `features` are those
    of every base model.
    """

    schemes: tuple[str, ...]
    tokens: bool
    updated: bool
    strict: bool
    contained: str | None
    features: Mapping[str, bool]
    models: Mapping[str, BaseModel]


def _models(first_release: date, languages: Mapping[str, tuple[str, ...]]) -> Mapping[str, BaseModel]:
    found = [
        BaseModel(f"{language}_{kind}", language, _RATES[kind], first_release)
        for language, kinds in languages.items()
        for kind in kinds
    ]
    return {model.name: model for model in found}


_FEATURES = {"custom_language_model": True, "custom_acoustic_model": True, "speaker_labels": False}

FLAVOURS: Mapping[str, Flavour] = {
    "watson-stt-cloud": Flavour(
        schemes=("basic", "bearer"),
        tokens=True,
        updated=True,
        strict=True,
        contained=None,
        features=_FEATURES | {"low_latency": False},
        # No document lists those of 2020. Here: the previous generation as the SDKs of today name it.
        models=_models(
            date(2020, 1, 16),
            {"ar-MS": ("BroadbandModel",), "de-DE": _BOTH, "en-AU": _BOTH, "en-GB": _BOTH,
             "en-US": (*_BOTH, "ShortForm_NarrowbandModel"), "es-AR": _BOTH, "es-CL": _BOTH, "es-CO": _BOTH,
             "es-ES": _BOTH, "es-MX": _BOTH, "es-PE": _BOTH, "fr-CA": _BOTH, "fr-FR": _BOTH, "it-IT": _BOTH,
             "ja-JP": _BOTH, "ko-KR": _BOTH, "nl-NL": _BOTH, "pt-BR": _BOTH, "zh-CN": _BOTH},
        ),
    ),
    "watson-stt-icp": Flavour(
        schemes=("basic",),
        tokens=False,
        updated=False,
        strict=False,
        contained="audio/wav",
        features=_FEATURES,
        models=_models(date(2017, 11, 15), {"en-US": _BOTH, "ja-JP": _BOTH, "ko-KR": _BOTH}),
    ),
}  # fmt: skip


def shown(model: BaseModel, flavour: Flavour, base: str) -> Json:
    """A base model as the list of them shows it; `base` is the URL of the service."""
    return {
        "name": model.name,
        "language": model.language,
        "rate": model.rate,
        "url": f"{base}/v1/models/{model.name}",
        "supported_features": dict(flavour.features),
        "description": f"{model.language} model for audio of {model.rate // 1000} kHz and more.",
    }
