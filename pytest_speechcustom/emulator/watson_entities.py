"""The resources of Watson: custom acoustic models, and the audio that they hold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from pytest_speechcustom.contracts.model import Json
from pytest_speechcustom.emulator.watson_audio import Analysis
from pytest_speechcustom.emulator.watson_flavours import BaseModel

_OF_ITS_AUDIO = ("pending", "ready", "failed")
_EMPTY = Analysis(False, 0, {})


@dataclass(slots=True)
class Audio:
    """An audio resource. `result` is kept from clients until the analysis is done."""

    name: str
    result: Analysis
    status: str = "being_processed"

    def done(self, result: Analysis) -> None:
        """The analysis is over."""
        self.result, self.status = result, "ok" if result.valid else "invalid"

    @property
    def known(self) -> Analysis:
        """What clients are told by now."""
        return _EMPTY if self.status == "being_processed" else self.result

    def summary(self) -> Json:
        """How a list shows it."""
        return _resource(self.name, self.known, self.status)

    def listing(self) -> Json:
        """How it is shown alone. Our choice: an archive is shown as one from the start, without files."""
        if self.result.files is None:
            return self.summary()
        files = [
            _resource(file.name, file.result, "ok" if file.result.valid else "invalid")
            for file in self.known.files or ()
        ]
        return {"container": self.summary(), "audio": files}


@dataclass(slots=True)
class Model:
    """A custom acoustic model."""

    id: str
    owner: str
    base: BaseModel
    name: str
    description: str | None
    created: datetime
    updated: datetime
    status: str = "pending"
    upgrades: int = 0
    audio: dict[str, Audio] = field(default_factory=dict)

    def become(self, status: str, moment: datetime) -> None:
        """Enter a status."""
        self.status, self.updated = status, moment

    def follow_audio(self, moment: datetime) -> None:
        """Enter the status that the audio leads to.

        Our choices: a trained model stays `available`, as new audio does not count before the next training; a failed
        one is mended by any change of its audio.
        """
        self.updated = moment
        if self.status in _OF_ITS_AUDIO:
            settled = not self.analysing and any(self.with_status("ok"))
            self.status = "ready" if settled else "pending"

    def with_status(self, status: str) -> Iterable[Audio]:
        """Its audio of that status."""
        return (audio for audio in self.audio.values() if audio.status == status)

    @property
    def analysing(self) -> bool:
        """Whether audio of it is being processed."""
        return any(self.with_status("being_processed"))

    @property
    def working(self) -> bool:
        """Whether it is being trained or upgraded."""
        return self.status in ("training", "upgrading")

    @property
    def seconds(self) -> int:
        """How much valid audio it has."""
        return sum(audio.result.duration for audio in self.with_status("ok"))

    def shown(self, *, updated: bool) -> Json:
        """How clients see it."""
        optional = {"updated": _stamp(self.updated)} if updated else {}
        if self.description is not None:
            optional["description"] = self.description
        return {
            "customization_id": self.id,
            "created": _stamp(self.created),
            "language": self.base.language,
            "versions": self.base.versions(self.upgrades),
            "owner": self.owner,
            "name": self.name,
            "base_model_name": self.base.name,
            "status": self.status,
            "progress": 100 if self.status == "available" else 0,
            **optional,
        }


def _resource(name: str, result: Analysis, status: str) -> Json:
    return {"duration": result.duration, "name": name, "details": result.details, "status": status}


def _stamp(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z"
