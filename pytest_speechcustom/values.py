"""The values that the whole package speaks of: exchanges, rules and findings.

Standard library only, frozen, no behaviour beyond reading themselves. Every other module may import
this one; it imports none of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Side = Literal["client", "server"]
Basis = Literal["documented", "inferred", "observed"]
Level = Literal["error", "warning", "note"]
Verdict = Literal["satisfied", "violated", "inconclusive", "not-verified"]
Impact = Literal["breaking", "additive", "cosmetic"]
Direction = Literal["request", "response"]

Headers = tuple[tuple[str, str], ...]


class Absent:
    """The type of `ABSENT`: a body, property or header that is not there (JSON ``null`` is ``None``)."""

    _one: Absent | None = None

    def __new__(cls) -> Absent:
        """The one instance."""
        if cls._one is None:
            cls._one = super().__new__(cls)
        return cls._one

    def __repr__(self) -> str:
        return "ABSENT"

    def __bool__(self) -> bool:
        return False


ABSENT = Absent()


@dataclass(frozen=True, slots=True)
class Body:
    """What an HTTP message carried.

    `value` is a JSON value that a traffic file held already decoded (``None`` there is JSON ``null``),
    `raw` the bytes as sent; neither for an empty body. `problem` says what is wrong with the body as it was
    recorded (truncated base64, a name that stands twice); it may come with a `value`, and is looked at first.
    `unread` is how many bytes were sent and are not held.
    """

    raw: bytes | None = None
    value: Any = ABSENT
    problem: str | None = None
    unread: int = 0

    @property
    def size(self) -> int:
        """How many bytes were sent; 0 where only a value is known."""
        return len(self.raw or b"") + self.unread

    @property
    def empty(self) -> bool:
        """Whether nothing was sent."""
        return not self.raw and isinstance(self.value, Absent)


NO_BODY = Body()


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request. `url` is absolute, as sent; `headers` keep order and repeats."""

    method: str
    url: str
    headers: Headers = ()
    body: Body = NO_BODY


@dataclass(frozen=True, slots=True)
class Response:
    """One HTTP response. `headers` keep order and repeats."""

    status: int
    headers: Headers = ()
    body: Body = NO_BODY


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request with its response.

    `started` and `ended` are seconds since 1970-01-01T00:00:00Z, or ``None`` where the traffic does not
    tell. `response` is ``None`` when no answer was recorded. `where` names the place for a person
    (``capture.har, entry 3``).
    """

    request: Request
    response: Response | None
    started: float | None = None
    ended: float | None = None
    where: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a document says it: the document's id and a heading or line range.

    `mentions` are words, numbers or names that stand at that place; a test looks them up where the
    documents are at hand, so that a citation cannot drift from what it cites.
    """

    document: str
    locator: str
    mentions: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.document}, {self.locator}"


@dataclass(frozen=True, slots=True)
class Rule:
    """One requirement.

    `id` is stable and local to its service (``model.status.forward``). `law` names the function of
    `engine.laws` that judges it, `args` what that law needs. `level` is given only where a broken rule
    weighs less than its basis would make it. `dimension` groups rules in reports.
    """

    id: str
    side: Side
    basis: Basis
    source: Source
    text: str
    law: str
    args: Mapping[str, Any] = field(default_factory=dict)
    dimension: str = "payload"
    level: Level | None = None

    @property
    def severity(self) -> Level:
        """How a broken rule is reported: an `error` only if a document states it."""
        if self.level is not None:
            return self.level
        return "error" if self.basis == "documented" else "warning"


@dataclass(frozen=True, slots=True)
class Shift:
    """What a finding of drift says besides: what it means for a client, in which message, where, and how often.

    `place` is that of an entity (``CustomModel.customProperties.*``) or what else it is about.
    """

    impact: Impact
    direction: Direction
    place: str
    times: int = 1


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule broken at one exchange.

    `rule` carries the service id (``watson-stt-cloud/model.status.forward``); `exchange` counts from 0 in
    input order; `pointer` is a JSON pointer into the body that broke it (``""``: the whole, or not a body).
    """

    rule: str
    level: Level
    basis: Basis
    side: Side
    operation: str | None
    exchange: int
    resource: str | None
    pointer: str
    message: str
    allowed: str
    seen: str
    source: Source
    where: str = ""
    curl: str = ""
    shift: Shift | None = None


class SpeechcustomError(Exception):
    """Base of what this package raises on purpose. `exit_status` is what the command line ends with."""

    exit_status = 3


class UsageError(SpeechcustomError):
    """Wrong usage: an unknown service, option or rule id."""

    exit_status = 2


class SpeechcustomWarning(UserWarning):
    """Something that is no fault by a document, and hardly meant: a test whose traffic was none of the service's."""


class TrafficError(SpeechcustomError):
    """Captured traffic that cannot be read. The message names the file and the line or exchange."""

    exit_status = 2
