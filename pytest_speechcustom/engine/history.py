"""What the exchanges so far have shown of the service: one record for each resource, bounded in number.

A record holds what was *seen* or *written*, never what is supposed. When two exchanges on a resource
overlap in time, their order is unknown: the record forgets what depended on it.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, unquote

from pytest_speechcustom.contracts.model import Contract, Field, Operation, Touch
from pytest_speechcustom.engine.breach import Breach
from pytest_speechcustom.engine.machine import Possible
from pytest_speechcustom.engine.text import at
from pytest_speechcustom.values import ABSENT, Absent

MOST_RECORDS = 4096
MOST_GRAVES = 512


MOST_DOUBTS = 8


@dataclass(slots=True)
class Doubt:
    """A call that the state of a resource forbade, if the resource still was in it.

    `otherwise` are the states that it may be in by now, had it left those `statuses` by itself before the call: what
    shows that it is in none of them proves `breach`. A resource of which `progress` (a pointer, and what it said) went
    back was begun anew by a call that was not seen: that proves nothing.
    """

    breach: Breach
    statuses: frozenset[str]
    otherwise: frozenset[str]
    progress: tuple[str, float | None] = ("", None)


@dataclass(slots=True)
class Record:
    """What is known of one resource.

    `created` and `deleted` are the exchanges that did it, ``None`` where that was not seen. `possible` are the
    states it may be in (``None``: any), `status` the last one read. `moved`: a call that may have changed the
    state came after that; `moved_time` is when the last such call was answered. `known` are written values, `fixed`
    first-seen values, `times` the last instant of a property. `entity` is the last full picture, ``None`` after a
    write; it is `calm` when it was read or listed, nothing was wrong with it and no call came since, and only then
    `held` has what the laws said of it, by operation. `until` is when the last exchange on it ended. `facts` is for
    laws that count. `gaps`: what was done to it is not known in full. `doubts`: what the next reading may prove.
    """

    kind: str
    key: str
    created: int | None = None
    deleted: int | None = None
    deleted_rule: str = ""
    scope: tuple[str, str] = ("", "")
    listable: bool = False
    possible: Possible = None
    status: str | None = None
    status_at: int = -1
    status_time: float | None = None
    moved: bool = False
    moved_time: float | None = None
    blame: str | None = None
    known: dict[str, Any] = field(default_factory=dict)
    fixed: dict[str, Any] = field(default_factory=dict)
    times: dict[str, datetime] = field(default_factory=dict)
    entity: Any = None
    calm: bool = False
    held: dict[str, Any] = field(default_factory=dict)
    until: float = float("-inf")
    facts: dict[str, Any] = field(default_factory=dict)
    gaps: bool = False
    doubts: list[Doubt] = field(default_factory=list)

    @property
    def name(self) -> str:
        """How findings call it: ``model 827712a5-…``."""
        return f"{self.kind} {self.key}"

    def stir(self) -> None:
        """Drop what the laws said: something was done to the resource."""
        self.calm = False
        self.held.clear()

    def forget(self) -> None:
        """Drop all that depends on the order of exchanges; what never changes stays."""
        self.possible = None
        self.status = None
        self.status_time = None
        self.entity = None
        self.stir()
        self.known.clear()
        self.times.clear()
        self.facts.clear()
        self.doubts.clear()
        self.gaps = True

    def doubt(self) -> None:
        """Drop even whether it exists: a call may have made or removed it, and nobody knows."""
        self.forget()
        self.created = self.deleted = None
        self.deleted_rule = ""


@dataclass(slots=True)
class Moment:
    """One exchange of a known operation, as laws see it.

    `asked` and `answered` are the decoded bodies (`ABSENT`: none, or no JSON). `accepted`: a documented
    success; `refused`: a 4xx that is no matter of credentials or rate. `unordered`: it overlaps an earlier
    exchange on the same resource.
    """

    index: int
    operation: Operation
    variables: Mapping[str, str]
    query_text: str
    url: str
    asked: Any
    answered: Any
    asked_soundly: bool
    status: int
    accepted: bool
    refused: bool
    headers: Mapping[str, str]
    answer_headers: Mapping[str, str]
    body_size: int
    started: float | None
    ended: float | None
    scope: tuple[str, str]
    unordered: bool = False

    @property
    def query(self) -> Mapping[str, str]:
        """The query parameters, the last value of each name."""
        return _query(self.query_text)


@dataclass(slots=True)
class Sight:
    """An entity seen in an answer: `entity` at `pointer`, of `record`, through `touch`.

    `unordered`: the exchange overlaps another one on this resource. `elsewhere`: a law looked at other resources.
    """

    record: Record
    entity: dict[str, Any]
    pointer: str
    touch: Touch
    moment: Moment
    unordered: bool = False
    elsewhere: bool = False
    values: dict[str, Any] = field(default_factory=dict)

    def read(self, field: Field) -> Any:
        """The normal value of a field of the entity, worked out once."""
        pointer = field.pointer
        value = self.values.get(pointer)
        if value is None:
            value = self.values[pointer] = normal(field, at(self.entity, pointer))
        return value


class History:
    """The records of one run of exchanges, at most `MOST_RECORDS` of each kind and `MOST_GRAVES` of what was deleted.

    `forgot` are the kinds of which a record had to go: of those, what is unknown may have been known.
    """

    def __init__(self, contract: Contract) -> None:
        """Start with nothing known: a history may begin in the middle."""
        self.contract = contract
        self._records: dict[str, OrderedDict[str, Record]] = {name: OrderedDict() for name in contract.resources}
        self.writes: dict[str, int] = {}
        self.written_until: dict[str, float] = {}
        self.shared: dict[str, Any] = {}
        self.forgot: set[str] = set()
        self._graves: deque[Record] = deque()
        self._touches = {(t.operation, t.resource): t for t in reversed(contract.touches)}

    def find(self, kind: str, key: str) -> Record | None:
        """The record of a resource, if anything is known of it."""
        return self._records[kind].get(fold(key))

    def get(self, kind: str, key: str) -> Record:
        """The record of a resource, made when first met; the one unused for longest makes room."""
        records, key_ = self._records[kind], fold(key)
        record = records.get(key_)
        if record is None:
            record = records[key_] = Record(kind, key)
            if len(records) > MOST_RECORDS:
                records.popitem(last=False)
                self.forgot.add(kind)
        else:
            records.move_to_end(key_)
        return record

    def all(self, kind: str) -> Iterator[Record]:
        """Every record of a kind, the longest unused first."""
        return iter(tuple(self._records[kind].values()))

    def inside(self, kind: str, parent: str) -> Iterator[Record]:
        """Every record of a kind that lives in a parent."""
        start = fold(parent) + "/"
        return (record for record in self.all(kind) if fold(record.key).startswith(start))

    def replace(self, record: Record) -> None:
        """Put a record in the place of what was known under its key."""
        self.get(record.kind, record.key)
        self._records[record.kind][fold(record.key)] = record

    def may_have_gone(self, record: Record) -> bool:
        """Whether the service may have removed a resource by itself: its time is up, or what it was part of is gone."""
        resource = self.contract.resources[record.kind]
        if resource.expires and not isinstance(at(record.entity, resource.expires), Absent | None):
            return True
        pointer, kind = resource.part_of or ("", "")
        whole = record.known.get(pointer)
        owner = self.find(kind, whole) if isinstance(whole, str) else None
        return owner is not None and owner.deleted is not None

    def touch(self, operation: str, kind: str) -> Touch:
        """What an operation does to a kind of resource: the first row of the tables."""
        return self._touches[operation, kind]

    def bury(self, record: Record) -> None:
        """Note that a resource was deleted; the one that was deleted longest ago makes room."""
        self._graves.append(record)
        if len(self._graves) > MOST_GRAVES:
            oldest = self._graves.popleft()
            if oldest.deleted is not None and self.find(oldest.kind, oldest.key) is oldest:
                del self._records[oldest.kind][fold(oldest.key)]
                self.forgot.add(oldest.kind)

    def wrote(self, kind: str, until: float) -> None:
        """Note that a call, which lasted until then, may have changed which resources of a kind there are."""
        self.writes[kind] = self.writes.get(kind, 0) + 1
        self.written_until[kind] = max(until, self.written_until.get(kind, until))


def fold(key: str) -> str:
    """A key in the form in which keys are compared: ids without regard to case, what lives in one by its exact name."""
    parent, slash, name = key.partition("/")
    return parent.lower() + slash + name


def id_of(url: Any) -> str:
    """The last path segment of a `self` URL, without an action (``:copy``), or ``""``."""
    return _last_segment(url) if isinstance(url, str) else ""


@lru_cache(maxsize=4096)
def _last_segment(url: str) -> str:
    path = url.partition("?")[0].partition("#")[0].rstrip("/")
    return unquote(path.rsplit("/", 1)[-1]).partition(":")[0]


@lru_cache(maxsize=64)
def _query(text: str) -> Mapping[str, str]:
    return dict(parse_qsl(text, keep_blank_values=True))


def instant(value: Any) -> datetime | None:
    """A timestamp as a point in time; ``None`` when it is none."""
    return _instant(value) if isinstance(value, str) else None


@lru_cache(maxsize=4096)
def _instant(value: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _reference(value: Any) -> str:
    return id_of(value.get("self") if isinstance(value, dict) else value).lower()


def normal(field: Field, value: Any) -> Any:
    """A value in the form in which `same` compares it; `ABSENT` for absent and null."""
    if value is None or value is ABSENT:
        return ABSENT
    if field.sameness == "value":
        return value
    if field.sameness == "reference":
        return _reference(value)
    if field.sameness == "references":
        return frozenset(map(_reference, value)) if isinstance(value, list) else value
    if field.sameness == "instant":
        return instant(value) or ABSENT
    if field.sameness == "address" and isinstance(value, str):
        return value.partition("?")[0]
    if field.sameness == "word" and not isinstance(value, str):
        return ABSENT
    return value


def same(field: Field, wanted: Any, seen: Any) -> bool:
    """Whether two normal values are the same for a field."""
    if field.sameness == "subset" and isinstance(wanted, dict) and isinstance(seen, dict):
        return all(seen.get(name, False) == value for name, value in wanted.items() if value is not None)
    if field.sameness == "tag" and isinstance(wanted, str) and isinstance(seen, str):
        return wanted.casefold() == seen.casefold()
    return bool(wanted == seen)
