"""Logs of endpoints, in v3.1: the audio and text of users.

Nobody recognizes speech here. Our choice: an endpoint that keeps logs is taken to have been used twice as soon as it is
deployed, and so is the base model of each locale.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import partial

from pytest_speechcustom.contracts.model import Json
from pytest_speechcustom.emulator.azure_base import locale_of
from pytest_speechcustom.emulator.azure_desk import Desk
from pytest_speechcustom.emulator.azure_errors import invalid, unknown
from pytest_speechcustom.emulator.azure_files import SILENCE, File, Files, silence
from pytest_speechcustom.emulator.azure_lists import PAGE, next_link, number
from pytest_speechcustom.emulator.backend import Handler
from pytest_speechcustom.emulator.calls import Answer, Call, Refusal

_USES = 2
_TOKEN = re.compile(r"after-(\d{1,6})")
_MOST = 1000
_Logs = dict[str, File]


class Logs:
    """The handlers of logs, of endpoints and of base models."""

    def __init__(self, desk: Desk, files: Files) -> None:
        self._desk = desk
        self._files = files
        self._began = desk.world.clock.now
        self._of_base_models: dict[str, _Logs] = {}
        self.handlers: Mapping[str, Handler] = {
            "Endpoints_ListLogs": self._list,
            "Endpoints_GetLog": self._get,
            "Endpoints_DeleteLog": self._delete,
            "Endpoints_DeleteLogs": self._delete_all,
            "Endpoints_ListBaseModelLogs": self._list,
            "Endpoints_GetBaseModelLog": self._get,
            "Endpoints_DeleteBaseModelLog": self._delete,
            "Endpoints_DeleteBaseModelLogs": self._delete_all,
        }

    def _list(self, call: Call) -> Answer:
        owner, logs = self._logs(call)
        top = min(number(call, "top", PAGE, 1, "InvalidTopForLogs"), _MOST)
        start = _start(call.query.get("skipToken"))
        valid = self._files.validity(call)
        found = list(logs.items())[start : start + top]
        body: Json = {"values": [self._files.shown(call, log, f"{owner}/files/logs/{id}", valid) for id, log in found]}
        if len(logs) > start + top:
            body["@nextLink"] = next_link(call, skipToken=f"after-{start + top}")
        return Answer(200, body)

    def _get(self, call: Call) -> Answer:
        owner, logs = self._logs(call)
        id = call.variables["logId"]
        if id not in logs:
            raise _unknown()
        shown = self._files.shown(call, logs[id], f"{owner}/files/logs/{id}", self._files.validity(call))
        return Answer(200, shown)

    def _delete(self, call: Call) -> Answer:
        """Delete one log. Unlike for models, no document says that one that did not exist is deleted, too."""
        _, logs = self._logs(call)
        if call.variables["logId"] not in logs:
            raise _unknown()
        self._drop(logs, call.variables["logId"])
        return Answer(204)

    def _delete_all(self, call: Call) -> Answer:
        """Delete the logs of all days up to `endDate`, with it; at once, though the answer is 202."""
        _, logs = self._logs(call)
        until = _day(call.query.get("endDate"))
        for id in [id for id, log in logs.items() if log.created.date() <= until]:
            self._drop(logs, id)
        return Answer(202)

    def _drop(self, logs: _Logs, id: str) -> None:
        log = logs.pop(id)
        self._desk.world.withdraw(f"{log.owner} {log.name}")

    def _logs(self, call: Call) -> tuple[str, _Logs]:
        """The path of the endpoint, and its logs by id."""
        if "locale" in call.variables:
            locale = locale_of(call.variables["locale"])
            if locale is None:
                raise invalid("InvalidLocale", "The locale is not supported.", "locale")
            owner = f"endpoints/base/{locale}"
            return owner, self._of_base_models.setdefault(owner, self._first(owner, self._began))
        endpoint = self._desk.found(call, "endpoint")
        if not endpoint.asked.get("properties", {}).get("loggingEnabled"):
            raise invalid("EndpointWithoutLogging", "The endpoint keeps no logs.")
        if endpoint.status == "Succeeded":
            endpoint.result.setdefault("logs", self._first(endpoint.path, endpoint.moved))
        logs: _Logs = endpoint.result.get("logs", {})
        endpoint.shared.update(f"{log.owner} {log.name}" for log in logs.values())
        return endpoint.path, logs

    def _first(self, owner: str, since: datetime) -> _Logs:
        return dict(map(partial(self._log, owner, since), range(2 * _USES)))

    def _log(self, owner: str, since: datetime, place: int) -> tuple[str, File]:
        """The audio of a use, or what was recognized of it."""
        moment, audio = since + timedelta(seconds=place // 2), place % 2 == 0
        stem = f"{moment:%Y-%m-%d_%H%M%S}_{self._desk.world.names.lasting(f'{owner} {place // 2}')}"
        name = f"{stem}_audio.wav" if audio else f"{stem}.v2.json"
        text = json.dumps({"RecognitionStatus": "NoMatch", "Duration": SILENCE * 10_000}).encode()
        media, data = ("audio/wav", silence()) if audio else ("application/json", text)
        kind = "Audio" if audio else "Transcription"
        return name, File(f"{owner}/files/logs", name, kind, media, data, moment, SILENCE if audio else 0)


def _start(token: str | None) -> int:
    if token is None:
        return 0
    match = _TOKEN.fullmatch(token)
    if match is None:
        raise invalid("InvalidSkipTokenForLogs", "skipToken is not one that was given.", "skipToken")
    return int(match.group(1))


def _day(text: str | None) -> date:
    if text is None:
        return date.max
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise invalid("InvalidLogDate", "endDate is a day, such as 2026-01-05.", "endDate") from None


def _unknown() -> Refusal:
    refusal = unknown("log")
    refusal.inner = "InvalidLogId"
    return refusal
