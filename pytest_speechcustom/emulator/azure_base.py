"""The base models that every Azure resource has, and the locales that they make possible."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache

from pytest_speechcustom.emulator.azure_store import Store
from pytest_speechcustom.emulator.names import Names

LOCALES = (
    "ar-EG", "ar-SA", "ca-ES", "cs-CZ", "da-DK", "de-AT", "de-CH", "de-DE", "el-GR", "en-AU", "en-CA", "en-GB",
    "en-IE", "en-IN", "en-NZ", "en-US", "es-ES", "es-MX", "fi-FI", "fr-CA", "fr-CH", "fr-FR", "he-IL", "hi-IN",
    "hu-HU", "it-IT", "ja-JP", "ko-KR", "nb-NO", "nl-NL", "pl-PL", "pt-BR", "pt-PT", "ro-RO", "ru-RU", "sv-SE",
    "th-TH", "tr-TR", "uk-UA", "vi-VN", "zh-CN", "zh-HK", "zh-TW",
)  # fmt: skip
"""Our choice: the service has more. Letter case does not matter."""
_BY_NAME = {locale.lower(): locale for locale in LOCALES}
_OLDER = ("en-US", "en-GB", "de-DE", "es-ES", "fr-FR", "ja-JP", "zh-CN")
_AGES = (timedelta(days=400), timedelta(days=60))
_QUARTERS = (1, 4, 7, 10)


def locale_of(text: str) -> str | None:
    """The locale that a text names, in its usual letter case."""
    return _BY_NAME.get(text.lower())


def seed(store: Store, names: Names, now: datetime) -> None:
    """Put the base models in: one for each locale, two for some."""
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    for age in _AGES:
        for locale in _OLDER if age == _AGES[0] else LOCALES:
            created = today - age
            model = store.make(
                "base-model", names.guid("base-model"), created, {"displayName": f"{created:%Y%m%d}", "locale": locale}
            )
            model.asked["description"] = f"{locale} base model"
            model.become("Succeeded", created)


def default_for(store: Store, locale: str) -> str:
    """The path of the newest base model of a locale."""
    return next(each.path for each in reversed(list(store.listed("base-model"))) if each.asked["locale"] == locale)


def adaptable_until(created: datetime) -> datetime:
    """When a base model can no longer be trained with: a year after the end of its quarter."""
    end = quarter_end(created)
    return end.replace(year=end.year + 1)


def usable_until(created: datetime) -> datetime:
    """When a model can no longer be used: two years after the end of its quarter."""
    end = quarter_end(created)
    return end.replace(year=end.year + 2)


@lru_cache(maxsize=1024)
def quarter_end(moment: datetime) -> datetime:
    """The end of the quarter of a moment; quarters end in the middle of January, April, July and October."""
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    ends = [midnight.replace(month=month, day=15) for month in _QUARTERS]
    return next((end for end in ends if end >= midnight), ends[0].replace(year=moment.year + 1))
