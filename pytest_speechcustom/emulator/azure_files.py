"""Files of the Azure services: what datasets, models and evaluations hold when they have succeeded, and manifests.

No document lists what there is of each; names and contents are our choice. Every link leads to bytes.
"""

from __future__ import annotations

import io
import json
import wave
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache, partial

from pytest_speechcustom.contracts.model import Json
from pytest_speechcustom.emulator.azure_data import ZIP
from pytest_speechcustom.emulator.azure_desk import Desk
from pytest_speechcustom.emulator.azure_errors import invalid, unknown
from pytest_speechcustom.emulator.azure_lists import number, page
from pytest_speechcustom.emulator.azure_store import Entity
from pytest_speechcustom.emulator.azure_views import stamp
from pytest_speechcustom.emulator.backend import Handler
from pytest_speechcustom.emulator.calls import Answer, Call

_VALID = timedelta(hours=12)
_LONGEST = timedelta(days=365)
_INVALID = "InvalidSasValidityDuration"
SILENCE = 100
"""Milliseconds of the audio that stands for any audio."""
_RATE = 16000


@dataclass(frozen=True, slots=True)
class File:
    """A file. `owner` is the path of what it belongs to, `place` its own path below the base, without its id."""

    owner: str
    name: str
    kind: str
    media: str
    data: bytes
    created: datetime
    milliseconds: int = 0


# kind of dataset: name, kind and media type of the files with its data
_DATA: Mapping[str, tuple[tuple[str, str, str], ...]] = {
    "Language": (("text.txt", "LanguageData", "text/plain"),),
    "LanguageMarkdown": (("markdown.md", "LanguageData", "text/plain"),),
    "Pronunciation": (("pronunciation.txt", "PronunciationData", "text/plain"),),
    "OutputFormatting": (("formatting.md", "OutputFormattingData", "text/plain"),),
    "AudioFiles": (("audio.wav", "Audio", "audio/wav"),),
    "Acoustic": (
        ("audio.wav", "AcousticDataArchive", "audio/wav"),
        ("transcript.txt", "AcousticDataTranscriptionV2", "text/plain"),
    ),
}


class Files:
    """The handlers of files and manifests."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._of: Mapping[str, Callable[[Entity], list[File]]] = {
            "dataset": _dataset_files,
            "model": _model_files,
            "evaluation": _evaluation_files,
        }
        self.handlers: Mapping[str, Handler] = {
            "Datasets_ListFiles": partial(self._list, "dataset"),
            "Datasets_GetFile": partial(self._get, "dataset"),
            "Models_ListFiles": partial(self._list, "model"),
            "Models_GetFile": partial(self._get, "model"),
            "Evaluations_ListFiles": partial(self._list, "evaluation"),
            "Evaluations_GetFile": partial(self._get, "evaluation"),
            "Models_GetCustomModelManifest": partial(self._manifest, "model"),
            "Models_GetBaseModelManifest": partial(self._manifest, "base-model"),
        }

    def _list(self, kind: str, call: Call) -> Answer:
        entity = self._desk.found(call, kind)
        self._desk.look(entity)
        valid = self.validity(call)
        return Answer(200, page(call, (self._files(entity),), _facts, partial(self._show, call, entity, valid)))

    def _get(self, kind: str, call: Call) -> Answer:
        entity = self._desk.found(call, kind)
        valid = self.validity(call)
        for file in self._files(entity):
            if self._id(file) == call.variables["fileId"].lower():
                return Answer(200, self._show(call, entity, valid, file))
        raise unknown("file")

    def _files(self, entity: Entity) -> list[File]:
        """The files of an entity: none before it has succeeded."""
        return self._of[entity.kind](entity) if entity.status == "Succeeded" else []

    def _id(self, file: File) -> str:
        return self._desk.world.names.lasting(f"{file.owner} {file.name}")

    def _show(self, call: Call, entity: Entity, valid: timedelta, file: File) -> Json:
        entity.shared.add(f"{file.owner} {file.name}")
        return self.shown(call, file, f"{file.owner}/files/{self._id(file)}", valid)

    def shown(self, call: Call, file: File, path: str, valid: timedelta) -> Json:
        """A file as clients see it, with a link that is valid for a while."""
        properties: Json = {"size": len(file.data)}
        if file.kind in ("Audio", "AcousticDataArchive"):
            properties |= self._desk.views.length(file.milliseconds)
        return {
            "self": self._desk.views.link(call, path),
            "name": file.name,
            "kind": file.kind,
            "createdDateTime": stamp(file.created),
            "properties": properties,
            "links": {"contentUrl": self._shared(call, file, valid)},
        }

    def _shared(self, call: Call, file: File, valid: timedelta) -> str:
        return self._desk.world.share(call, f"{file.owner} {file.name}", file.media, file.data, valid)

    def validity(self, call: Call) -> timedelta:
        """How long links are to be valid. No storage of the customer is connected: at least one unit of time."""
        name, unit = self._desk.version.lifetime
        if name not in call.query:
            return _VALID
        units = number(call, name, 0, 1, _INVALID)
        if units > _LONGEST / unit:
            raise invalid(_INVALID, f"{name} is longer than {_LONGEST.days} days.", name)
        return units * unit

    def _manifest(self, kind: str, call: Call) -> Answer:
        model = self._desk.found(call, kind)
        valid = self.validity(call)
        if model.status != "Succeeded":
            raise invalid("InvalidModel", f"The model is {model.status} and has no manifest.")
        files = [
            File(model.path, name, "", "application/octet-stream", f"{model.id} {name}".encode(), model.moved)
            for name in ("model.bin", "words.bin")
        ]
        model.shared.update(f"{file.owner} {file.name}" for file in files)
        return Answer(
            200,
            {
                "model": {"self": self._desk.views.link(call, model.path)},
                "modelFiles": [{"name": each.name, "contentUrl": self._shared(call, each, valid)} for each in files],
                "properties": {"IN_Locale": model.asked["locale"], "IN_BeamSize": 5000},
            },
        )


def _facts(file: File) -> Json:
    return {"name": file.name, "kind": file.kind, "createdDateTime": stamp(file.created)}


def _dataset_files(dataset: Entity) -> list[File]:
    read, sent = dataset.result, dataset.result.get("data")
    counts = {"acceptedLineCount": read["lines"], "rejectedLineCount": read["rejected"]}
    report = json.dumps(counts).encode()
    found = [File(dataset.path, "report.json", "DatasetReport", "application/json", report, dataset.moved)]
    for name, kind, media in _DATA[dataset.asked["kind"]]:
        audio = media == "audio/wav"
        data = sent if sent is not None and len(found) == 1 else silence() if audio else _text(read["lines"])
        if data.startswith(ZIP):
            name, media = f"{name.partition('.')[0]}.zip", "application/zip"
        length = read["milliseconds"] if audio else 0
        found.append(File(dataset.path, name, kind, media, data, dataset.moved, length))
    return found


def _model_files(model: Entity) -> list[File]:
    report = json.dumps({"model": model.id, "locale": model.asked["locale"]}).encode()
    return [File(model.path, "report.json", "ModelReport", "application/json", report, model.moved)]


def _evaluation_files(evaluation: Entity) -> list[File]:
    counts = json.dumps(evaluation.result, sort_keys=True).encode()
    return [
        File(evaluation.path, "report.json", "EvaluationDetails", "application/json", counts, evaluation.moved),
        File(evaluation.path, "words.tsv", "EvaluationDetails", "text/plain", b"word\terrors\n", evaluation.moved),
    ]


@lru_cache(maxsize=8)
def _text(lines: int) -> bytes:
    return "".join(f"This is line {number}.\n" for number in range(1, lines + 1)).encode()


@lru_cache(maxsize=1)
def silence() -> bytes:
    """A WAV file in which nobody speaks."""
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(_RATE)
        file.writeframes(bytes(2 * _RATE * SILENCE // 1000))
    return made.getvalue()
