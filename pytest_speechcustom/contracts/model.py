"""What a contract is made of: operations, resources, lifecycles and rules, as frozen values.

The types say what a row of a table may hold; the rows are in the modules named after the services. The
engine reads these types and knows no service.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from pytest_speechcustom.values import Basis, Rule, Source, UsageError

if TYPE_CHECKING:
    from pytest_speechcustom.strategies import Strategies

Json = dict[str, Any]
Role = Literal["create", "read", "list", "update", "delete", "act"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A path, query or header parameter of an operation. `schema` is its JSON Schema, references resolved."""

    name: str
    place: Literal["path", "query", "header"]
    required: bool
    schema: Json


@dataclass(frozen=True, slots=True)
class Media:
    """One content type of a body: the entity's file stem or inline schema, and what it says of its parameters.

    `entity` is ``None`` for bytes that no schema describes. `required_parameters` are parameters of the
    content type that must be given (``rate`` of ``audio/l16``). `fields` are those of a form, ``True`` where they
    are required; empty for what is no form.
    """

    entity: str | None
    required_parameters: tuple[str, ...] = ()
    fields: Mapping[str, bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ResponseSpec:
    """One documented response. `headers` maps lower-case names to their schemas; no media: no body."""

    media: Mapping[str, Media]
    headers: Mapping[str, Json] = field(default_factory=dict)
    body_optional: bool = False
    basis: Basis = "documented"


@dataclass(frozen=True, slots=True)
class Operation:
    """One documented operation.

    `path` is the template below the server's base. `body` maps content types to media, empty when no body
    is documented. `responses` maps status codes; ``0`` is the `default` response. `filterable` maps the
    properties of the `filter` parameter to ``string`` or ``date-time``.
    """

    id: str
    method: str
    path: str
    source: Source
    parameters: tuple[Parameter, ...]
    body: Mapping[str, Media]
    body_required: bool
    responses: Mapping[int, ResponseSpec]
    success: frozenset[int]
    filterable: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class State:
    """One state of a lifecycle. `shown` is the status a client reads, where several states share one."""

    name: str
    source: Source
    basis: Basis = "documented"
    shown: str = ""

    @property
    def status(self) -> str:
        """The value of the status property in this state."""
        return self.shown or self.name


@dataclass(frozen=True, slots=True)
class Move:
    """What happens by itself: the service takes the resource from `origin` to `target` between two calls."""

    origin: str
    target: str
    source: Source
    basis: Basis = "documented"

    @property
    def id(self) -> str:
        """A stable name: ``Running->Succeeded``."""
        return f"{self.origin}->{self.target}"


@dataclass(frozen=True, slots=True)
class Call:
    """What a client's call does to a resource.

    `statuses` are the answers for which the row holds: ``()`` means any documented success. `moves` maps a
    state to the states the resource may be in right after the answer; a state that is not named is left
    for any of `otherwise` (default: wherever it was). `blame` names the rule that is broken when the next
    state seen contradicts this call; without it the lifecycle's own rule is.
    """

    operation: str
    moves: Mapping[str, tuple[str, ...]]
    source: Source
    statuses: tuple[int, ...] = ()
    otherwise: tuple[str, ...] = ()
    blame: str | None = None
    basis: Basis = "documented"

    @property
    def id(self) -> str:
        """A stable name: ``trainAcousticModel`` or ``trainAcousticModel:400``."""
        return ":".join([self.operation, *map(str, self.statuses)])


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """The states of one kind of resource, what calls do to them, what the service does by itself.

    `status` is the property that shows the state. `initial` are the states a resource may be created in.
    A state that no move leaves is final: only a call changes it.
    """

    status: str
    states: tuple[State, ...]
    initial: tuple[str, ...]
    by_itself: tuple[Move, ...]
    by_call: tuple[Call, ...] = ()


@dataclass(frozen=True, slots=True)
class Field:
    """A property of an entity that laws compare, by JSON pointer, and what makes two values the same.

    ``value``: equal; ``reference``: an object whose `self` URL ends in the same id; ``references``: a list of
    such, or of ids, in any order; ``subset``: the members that were sent, others may have come, and ``false`` may be
    left out; ``instant``: the same point in time; ``address``: a URL without its query, where signatures stand;
    ``word``: equal, where both are text (a number that stands for a name is not compared); ``tag``: equal but for
    letter case.
    """

    pointer: str
    sameness: Literal["value", "reference", "references", "subset", "instant", "address", "word", "tag"] = "value"


@dataclass(frozen=True, slots=True)
class Resource:
    """One kind of thing the service keeps.

    `identity` is the property that names it; with `by_url` it is a URL whose last path segment is the id.
    `parent` names the path parameter of the resource it lives in, so that its key is ``parent/id``.
    `path` is where it can be read, below the base (``/models/{id}``). `written` are the properties that a
    client sets and reads back, `fixed` those that never change; `moved` is the property that tells when the
    current status was entered. `expires` is the property that says after which time the service removes it, and
    `part_of` the reference to, and the kind of, what it may be removed with.
    """

    name: str
    identity: str
    path: str
    by_url: bool = False
    parent: str | None = None
    lifecycle: Lifecycle | None = None
    written: tuple[Field, ...] = ()
    fixed: tuple[Field, ...] = ()
    moved: str | None = None
    expires: str | None = None
    part_of: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Touch:
    """How an operation touches a kind of resource.

    `id` is the path parameter with its id (all roles but `create` and `list`). `at` are JSON pointers of
    the response body where the entity, or the list of entities, stands: the first that is there counts.
    A `create` without `at` answers with no entity: its id is the path parameter `id`, or the property
    `identity` of the answer. `elsewhere`: what is created belongs to another account, whose lists are not
    these. `clears` names a kind of resource that the call removes from inside this one, and `cleared_rule`
    the rule that is broken when one of them is seen again.
    """

    operation: str
    resource: str
    role: Role
    id: str = "id"
    at: tuple[str, ...] = ("",)
    elsewhere: bool = False
    clears: str | None = None
    cleared_rule: str = ""


@dataclass(frozen=True, slots=True)
class Dispute:
    """A place where documents contradict each other: neither reading is more than a note.

    `keyword` is that of the schema, or ``null`` for a null alone; ``path`` and ``status`` stand for the whole message.
    """

    erratum: str
    operation: str
    direction: Literal["request", "response"]
    pointer: str
    keyword: str


@dataclass(frozen=True, slots=True)
class Tables:
    """The literal tables of one service: what its module in `contracts` gives to the loader.

    `companions` are regular expressions of paths that clients of this service call elsewhere (token
    services): such exchanges are left alone. `marker` is a regular expression that tells a path of this
    service even where no operation matches.
    """

    resources: tuple[Resource, ...]
    touches: tuple[Touch, ...]
    rules: tuple[Rule, ...]
    marker: str
    companions: tuple[str, ...] = ()
    ignored_query: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Contract:
    """All that is documented of a service.

    `schemas` maps an entity's name to its JSON Schema as shipped. `parameters` are the contract
    parameters with their values in force. `base` is the path of the server URL (``/speechtotext/v3.1``).
    """

    id: str
    title: str
    documents: tuple[str, ...]
    base: str
    operations: Mapping[str, Operation]
    schemas: Mapping[str, Json]
    openapi: Json
    resources: Mapping[str, Resource]
    touches: tuple[Touch, ...]
    rules: Mapping[str, Rule]
    disputes: tuple[Dispute, ...]
    parameters: Mapping[str, Any]
    security: tuple[tuple[tuple[str, str], ...], ...]
    marker: str
    companions: tuple[str, ...] = ()
    ignored_query: tuple[str, ...] = ()
    _made: dict[str, Strategies] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __repr__(self) -> str:
        return f"<Contract {self.id}: {len(self.operations)} operations, {len(self.rules)} rules>"

    @property
    def lifecycles(self) -> Mapping[str, Lifecycle]:
        """The lifecycles by the name of their resource."""
        return {name: resource.lifecycle for name, resource in self.resources.items() if resource.lifecycle}

    @property
    def strategies(self) -> Strategies:
        """Hypothesis strategies for payloads, requests, histories. `UsageError` where Hypothesis is not installed."""
        if "strategies" not in self._made:
            try:
                from pytest_speechcustom.strategies import Strategies
            except ModuleNotFoundError as error:
                if (error.name or "").partition(".")[0] != "hypothesis":
                    raise
                raise UsageError("strategies need Hypothesis: pip install 'pytest-speechcustom[conformance]'") from None
            self._made["strategies"] = Strategies(self)
        return self._made["strategies"]
