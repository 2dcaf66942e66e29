"""What Video Indexer is asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pytest_speechcustom.conformance.client import Answer, Client
from pytest_speechcustom.conformance.faults import Blocked
from pytest_speechcustom.conformance.groups import Group
from pytest_speechcustom.conformance.probes.negatives import bodies
from pytest_speechcustom.conformance.probes.work import to_its_end
from pytest_speechcustom.conformance.session import FAILURE, Session
from pytest_speechcustom.contracts.model import Json

_NOWHERE = "7d4f8c1e-3b52-4a6f-9e0d-5c2a1b3f4e6d"
_DATA = "https://example.com/speechcustom/text.txt"
_IDS = {"dataset": "datasetId", "model": "modelId"}
_ENDED = ("Complete", "Failed")
_KINDS = ("dataset", "model")


class Desk:
    """Asks Video Indexer. `Blocked` is raised where something that has to succeed does not."""

    def __init__(self, session: Session, client: Client | None = None) -> None:
        self.session = session
        self.client = client or session.client
        told, known = session.parameters, session.contract.parameters
        self.place = {
            "location": str(told.get("location", known["location"])),
            "accountId": str(told.get("accountId", known["account_id"])),
        }
        self.locale = str(told.get("locale", "en-US"))

    def path(self, kind: str, id: str) -> dict[str, str]:
        """The variables of a path to a dataset or model."""
        return {**self.place, _IDS[kind]: id}

    def body(self, kind: str, /, **more: Any) -> Json:
        """A body that makes something; what a model is made from is made before."""
        body: Json = {"displayName": self.session.name(), "locale": self.locale}
        if kind == "dataset":
            body |= {"kind": "Language", "contentUrl": str(self.session.parameters.get("content_url", _DATA))}
        elif "datasets" not in more:
            made = self.create("dataset")
            self.done("dataset", made)
            body["datasets"] = [made]
        return body | more

    def create(self, kind: str, /, **more: Any) -> str:
        """The id of something new, entered into the ledger."""
        return self.created(kind, self.client.call(_op("Create", kind), self.place, body=self.body(kind, **more)))

    def created(self, kind: str, answer: Answer) -> str:
        """The id in the answer to a creation, entered into the ledger."""
        id = answer.body.get("id") if isinstance(answer.body, dict) else None
        if not isinstance(id, str):
            raise Blocked(f"the answer to the creation of a {kind} does not tell its id")
        self.client.made(_op("Delete", kind), self.path(kind, id))
        return id

    def read(self, kind: str, id: str) -> Answer:
        """Ask for something, whatever the answer."""
        return self.client.ask(_op("Get", kind), self.path(kind, id))

    def listed(self, kind: str, **query: str) -> Answer:
        """The list of a kind."""
        operation = f"{_op('Get', kind)}s"
        return self.client.call(operation, self.place, self._taken(operation, query))

    def remove(self, kind: str, id: str) -> Answer:
        """Delete something, whatever the answer."""
        return self.client.delete(_op("Delete", kind), self.path(kind, id))

    def change(self, kind: str, id: str, body: Json) -> Answer:
        """Change something."""
        return self.client.call(_op("Update", kind), self.path(kind, id), body=body)

    def files(self, id: str, **query: Any) -> Answer:
        """The files of a dataset, whatever the answer."""
        operation = "Get-Speech-Dataset-Files"
        return self.client.ask(operation, self.path("dataset", id), self._taken(operation, query))

    def _taken(self, operation: str, query: Json) -> Json:
        """Of query parameters those that the contract has: some go with a contract parameter."""
        known = {each.name for each in self.session.contract.operations[operation].parameters}
        return {name: value for name, value in query.items() if name in known}

    def done(self, kind: str, id: str, wanted: str = "Complete") -> Json:
        """It, at the end of the work on it."""
        seen: Json = self.session.until(
            lambda: self.read(kind, id), lambda body: body.get("status") in _ENDED, f"the {kind}"
        )
        if seen["status"] != wanted:
            raise Blocked(f"the {kind} is {seen['status']} in the end", f"a {kind} that becomes {wanted}")
        return seen

    def failed(self, kind: str) -> str:
        """The id of something that failed. `Blocked` where nothing can be made to fail."""
        url = self.session.parameters.get("fail_url")
        if kind == "dataset" and url:
            id = self.create(kind, contentUrl=str(url))
        elif not self.session.control.speaks:
            raise Blocked(f"the work on a {kind} cannot be made to fail", FAILURE)
        else:
            id = self.create(kind)
            self.session.fail(kind, id)
        self.done(kind, id, "Failed")
        return id


def _op(verb: str, kind: str) -> str:
    return f"{verb}-Speech-{kind.capitalize()}"


def reading(session: Session) -> None:
    """What can be read without making anything."""
    desk = Desk(session)
    for kind in _KINDS:
        for query in ({}, {"locale": desk.locale}, {"locale": "ja-JP"}):
            for _ in range(2):
                desk.listed(kind, **query)


def lifecycle(session: Session) -> None:
    """Work to its end, good and bad; two at a time; deletion at each stage."""
    desk = Desk(session)
    for kind in _KINDS:
        to_its_end(session, desk, kind)
        for wait in (False, True):
            with session.step(f"deletion of a {kind} {'after' if wait else 'during'} the work on it"):
                id = desk.create(kind)
                desk.read(kind, id)
                if wait:
                    desk.done(kind, id)
                desk.remove(kind, id)
                desk.read(kind, id)
                desk.listed(kind)


def fields(session: Session) -> None:
    """What is written is read, in every place; each property is changed by itself."""
    desk, other = Desk(session), Desk(session, session.another())
    for kind in _KINDS:
        with session.step(f"properties of a {kind}"):
            id = desk.create(kind, description="What is written.", customProperties={"tag": "one"})
            desk.read(kind, id)
            desk.listed(kind)
            _early(desk, kind, id)
            desk.done(kind, id)
            changes: Mapping[str, Any] = {
                "displayName": session.name(),
                "description": "What is written later.",
                "customProperties": {"tag": "two"},
            }
            for name, value in changes.items():
                with session.step(f"{name} of a {kind}"):
                    desk.change(kind, id, {name: value})
                    desk.read(kind, id)
                    desk.listed(kind)
            with session.step(f"all properties of a {kind}"):
                desk.change(kind, id, {**changes, "description": "And once more."})
                desk.read(kind, id)
                desk.listed(kind)
        with session.step(f"a {kind} of another client"):
            id = other.create(kind, description="What another has written.")
            other.done(kind, id)
            for _ in range(2):
                desk.read(kind, id)
                desk.listed(kind)


def _early(desk: Desk, kind: str, id: str) -> None:
    """Change what is still worked on. That may be refused; if not, it is read."""
    for name in ("displayName", "description"):
        desk.client.ask(_op("Update", kind), desk.path(kind, id), body={name: desk.session.name()})
        desk.read(kind, id)


def lists(session: Session) -> None:
    """Lists while things are made and deleted, with and without a locale."""
    desk = Desk(session)
    for kind in _KINDS:
        with session.step(f"lists of {kind}"):
            made = []
            for _ in range(3):
                made.append(desk.create(kind))
                desk.done(kind, made[-1])
                desk.listed(kind)
                desk.listed(kind, locale=desk.locale)
                desk.listed(kind, locale="ja-JP")
            for id in made:
                desk.remove(kind, id)
                desk.listed(kind)


def references(session: Session) -> None:
    """Models and their datasets: which are needed, which may go, and when."""
    desk = Desk(session)
    with session.step("datasets in training"):
        dataset = _complete(desk)
        model = desk.create("model", datasets=[dataset])
        desk.read("model", model)
        desk.remove("dataset", dataset)
        desk.read("model", model)
        desk.remove("model", model)
        desk.read("model", model)
    with session.step("a model without its data"):
        dataset = _complete(desk)
        model = desk.create("model", datasets=[dataset])
        desk.done("model", model)
        desk.read("model", model)
        desk.remove("dataset", dataset)
        desk.read("dataset", dataset)
        desk.files(dataset)
        desk.listed("dataset")
        desk.read("model", model)
        desk.listed("model")
        _refused(desk, [dataset])
    with session.step("a model of datasets that are not there"):
        _refused(desk, [_NOWHERE])
    with session.step("a model without plain text"):
        _refused(desk, [_complete(desk, kind="Pronunciation")])
    with session.step("a model of text and words"):
        model = desk.create("model", datasets=[_complete(desk), _complete(desk, kind="Pronunciation")])
        desk.done("model", model)
        desk.listed("model")


def _complete(desk: Desk, **more: Any) -> str:
    """The id of a dataset that can be trained with."""
    dataset = desk.create("dataset", **more)
    desk.done("dataset", dataset)
    return dataset


def _refused(desk: Desk, datasets: list[str]) -> None:
    answer = desk.client.ask(_op("Create", "model"), desk.place, body=desk.body("model", datasets=datasets))
    if answer.accepted:
        desk.created("model", answer)


def files(session: Session) -> None:
    """Files of a dataset before and after the work on it."""
    desk = Desk(session)
    id = desk.create("dataset")
    desk.files(id)
    desk.done("dataset", id)
    for query in ({}, {}, {"sasValidityInSeconds": 600}):
        desk.files(id, **query)
    desk.read("dataset", id)
    desk.remove("dataset", id)
    desk.files(id)


def errors(session: Session) -> None:
    """Requests that are wrong, and the bodies of their refusals."""
    desk = Desk(session)
    client = desk.client
    for kind in _KINDS:
        with session.step(f"a {kind} that never existed"):
            client.unknown(_op("Get", kind), desk.path(kind, _NOWHERE))
            client.nobodys(_op("Delete", kind), desk.path(kind, _NOWHERE))
            desk.remove(kind, _NOWHERE)
        with session.step(f"a {kind} without a token"):
            client.anonymous(f"{_op('Get', kind)}s", desk.place)
            client.anonymous(_op("Get", kind), desk.path(kind, _NOWHERE))
            client.anonymous(_op("Get", kind), desk.path(kind, desk.create(kind)))
        with session.step(f"bodies of a {kind}"):
            operation = _op("Create", kind)
            entity = session.contract.operations[operation].body["application/json"].entity
            for _, body in bodies(session.contract, entity or "", desk.body(kind, description="Wrong.")):
                client.wrong(operation, desk.place, body=body)
            client.wrong(operation, desk.place, raw=b"{", media="application/json")
        with session.step(f"changes of a {kind}"):
            id = desk.create(kind)
            client.wrong(_op("Update", kind), desk.path(kind, id), body={"displayName": 7})
            desk.read(kind, id)
    with session.step("the files of what never existed"):
        client.unknown("Get-Speech-Dataset-Files", desk.path("dataset", _NOWHERE))


GROUPS = (
    Group("reading", "lists", reading),
    Group("lifecycle", "work: success, failure, two at a time, deletion", lifecycle),
    Group("fields", "what is written is read, in every place; changes property by property", fields),
    Group("lists", "complete lists, and locales", lists),
    Group("references", "models and their datasets", references),
    Group("files", "files of a dataset", files),
    Group("errors", "wrong requests and error bodies", errors),
)
