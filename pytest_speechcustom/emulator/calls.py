"""What goes between the core and a backend: a call that was understood, its answer, and a refusal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pytest_speechcustom.contracts.model import Operation
from pytest_speechcustom.values import ABSENT, Headers, Request


@dataclass(frozen=True, slots=True)
class Call:
    """A request that names an operation and is right by itself.

    `variables` are those of the path, `query` the first value of each parameter, `headers` have lower-case names.
    `body` is the decoded JSON (`ABSENT`: none), `raw` the bytes. `base` is the URL before the operation's path, as the
    client wrote it. `now` is when it came.
    """

    operation: Operation
    request: Request
    variables: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any
    raw: bytes
    base: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """What a backend answers: a status, a JSON value, text or bytes (`ABSENT`: no body), more headers.

    `media` is the content type of text and bytes; JSON has the service's own.
    """

    status: int
    body: Any = ABSENT
    headers: Headers = ()
    media: str = ""


class Refusal(Exception):
    """The service refuses a call.

    `code` and `inner` are its own words for why, `target` is what is wrong with the call.
    """

    def __init__(
        self, status: int, code: str, message: str, *, target: str = "", inner: str = "", headers: Headers = ()
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.target = target
        self.inner = inner
        self.headers = headers
