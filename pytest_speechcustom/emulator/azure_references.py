"""References between entities: whether what a request names exists, and may be used for it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from pytest_speechcustom.contracts.model import Json
from pytest_speechcustom.emulator.azure_base import default_for
from pytest_speechcustom.emulator.azure_errors import invalid
from pytest_speechcustom.emulator.azure_store import PLURALS, Entity, Store
from pytest_speechcustom.emulator.calls import Refusal

# Our choice: only the end of the URL counts, as clients may reach the service through other hosts than it knows.
_END = re.compile(r"/(models/base|[a-z]+)/([0-9A-Fa-f-]{36})/?$")
_KINDS = {plural: kind for kind, plural in PLURALS.items()}


class References:
    """Resolves references. Each method raises a `Refusal` with the code that the documents have for it."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def project(self, asked: Json, locale: str) -> str:
        """The path of the project that is named; empty: none is."""
        if asked.get("project") is None:
            return ""
        return self._one(asked["project"], ("project",), "InvalidProject", "project", locale).path

    def base_model(self, asked: Json, locale: str) -> str:
        """The path of the base model that is named, or of the newest one. Custom models are not trained further."""
        if asked.get("baseModel") is None:
            return default_for(self._store, locale)
        return self._one(asked["baseModel"], ("base-model",), "InvalidBaseModel", "baseModel", locale).path

    def datasets(self, asked: Json, locale: str) -> tuple[str, ...]:
        """The paths of the datasets that are to be trained with."""
        return tuple(
            self.dataset(each, f"datasets/{place}", locale).path for place, each in enumerate(asked["datasets"])
        )

    def dataset(self, reference: Json, where: str, locale: str) -> Entity:
        """A dataset to be used: what has failed or has no data cannot be, what is being processed can."""
        found = self._one(reference, ("dataset",), "InvalidDataset", where, locale)
        if found.status == "Failed":
            raise invalid("FailedDataset", f"The dataset {found.id} has failed.", where)
        if found.status == "NotStarted" and found.result.get("waiting"):
            raise invalid("InvalidDataset", f"The dataset {found.id} has no data yet.", where)
        return found

    def model(self, reference: Json, where: str, locale: str, unready: str) -> str:
        """The path of a model to be used; one that has not succeeded is refused with the code `unready`."""
        found = self._one(reference, ("model", "base-model"), "InvalidModel", where, locale)
        if found.status != "Succeeded":
            raise invalid(unready, f"The model {found.id} is {found.status}.", where)
        return found.path

    def _one(self, reference: Json, kinds: Iterable[str], code: str, where: str, locale: str) -> Entity:
        match = _END.search(_path(reference))
        kind = _KINDS.get(match.group(1), "") if match else ""
        found = self._store.find(kind, match.group(2)) if match and kind in kinds else None
        if found is None:
            raise _wrong(code, where, f"The value of {where}.self does not reference an entity of the right kind.")
        if found.asked["locale"] != locale:
            raise _wrong(code, where, f"The locale of {where} is {found.asked['locale']}, not {locale}.")
        return found


def _path(reference: Any) -> str:
    return str(reference["self"]).partition("?")[0].partition("#")[0]


def _wrong(code: str, where: str, message: str) -> Refusal:
    return invalid(code, message, f"/{where}/self")
