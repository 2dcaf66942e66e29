"""Cassettes as files: where they are, what they say of themselves, how they are written."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from pytest_speechcustom.locate import data
from pytest_speechcustom.traffic.cassette import read
from pytest_speechcustom.values import ABSENT, Body, Exchange, Headers, Response, UsageError

SUFFIX: Final = ".yaml"
_PHRASES: Final = {each.value: each.phrase for each in HTTPStatus}
_PACKING: Final = ("content-encoding", "content-length", "transfer-encoding")
_NAME: Final = re.compile(r"[A-Za-z0-9][\w.-]*(?:/[A-Za-z0-9][\w.-]*)*")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a cassette is read from, and where a recording of it goes. `found` is ``None`` where there is none yet."""

    name: str
    found: Path | None
    own: Path


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a cassette holds, and what it says of itself."""

    exchanges: tuple[Exchange, ...]
    metadata: Mapping[str, Any]


def place_of(name: str, service: str, folder: Path) -> Place:
    """Where the cassette `name` of a service is: below `folder`, the user's own, or with this package.

    Raises `UsageError` for a name that is none.
    """
    stem = name.removesuffix(SUFFIX)
    if not _NAME.fullmatch(stem):
        raise UsageError(f"cassette={name!r} is no name of a cassette: letters, digits, '.', '_', '-' and '/' within")
    own = folder / service / f"{stem}{SUFFIX}"
    shipped = data("cassettes") / service / f"{stem}{SUFFIX}"
    return Place(stem, next((path for path in (own, shipped) if path.is_file()), None), own)


def shipped_names(service: str) -> list[str]:
    """The names of the cassettes that come with this package."""
    return sorted(path.stem for path in (data("cassettes") / service).glob(f"*{SUFFIX}"))


def load(path: Path) -> Recorded:
    """What is in a cassette. Raises `TrafficError` for a file that cannot be read or is none."""
    told: list[Any] = []
    exchanges = tuple(read(str(path), told.append))
    metadata = told[0] if told else {}
    return Recorded(exchanges, metadata if isinstance(metadata, dict) else {})


def write(path: Path, exchanges: Sequence[Exchange], metadata: Mapping[str, Any]) -> Path:
    """Write a cassette beside `path`, for `os.replace` to put it there once it was looked at; returns where it is.

    Raises `UsageError` where the installed package would be written to, or the file cannot be.
    """
    from vcr.request import Request
    from vcr.serialize import serialize
    from vcr.serializers import yamlserializer

    refuse_ours(path)
    answered = [each for each in exchanges if each.response is not None]
    text = serialize(
        {
            "requests": [
                Request(each.request.method, each.request.url, _bytes(each.request.body), _listed(each.request.headers))
                for each in answered
            ],
            "responses": [answer(each.response) for each in answered if each.response is not None],
            "metadata": dict(metadata),
        },
        yamlserializer,
    )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=f".{path.stem}-", suffix=SUFFIX, dir=path.parent)
        with open(descriptor, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}") from None
    return Path(name)


def put(written: Path, path: Path) -> None:
    """Let a written file take its place, readable as any other file."""
    mask = os.umask(0)
    os.umask(mask)
    written.chmod(0o666 & ~mask)
    os.replace(written, path)


def refuse_ours(path: Path) -> None:
    """Raise `UsageError` for a place in the installed package."""
    target = path.resolve()
    if any(
        target.is_relative_to(ours) for ours in (Path(__file__).resolve().parent.parent, data("cassettes").resolve())
    ):
        raise UsageError(f"{path} belongs to pytest-speechcustom itself: a recording goes into your own tree")


def answer(response: Response) -> dict[str, Any]:
    """An answer in vcrpy's form, as it is played: its body is unpacked, so nothing says that it is packed."""
    headers = tuple(pair for pair in response.headers if pair[0].lower() not in _PACKING)
    return {
        "status": {"code": response.status, "message": _PHRASES.get(response.status, "")},
        "headers": _listed(headers),
        "body": {"string": _bytes(response.body) or b""},
    }


def _bytes(body: Body) -> bytes | None:
    if body.raw is None and body.value is not ABSENT:
        import json

        return json.dumps(body.value).encode()
    return body.raw


def _listed(headers: Headers) -> dict[str, list[str]]:
    """Headers by name, in the order in which they came; names that differ in case only are one."""
    found: dict[str, list[str]] = {}
    names: dict[str, str] = {}
    for name, value in headers:
        found.setdefault(names.setdefault(name.lower(), name), []).append(value)
    return found
