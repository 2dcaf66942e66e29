"""The words in which both Azure services are asked: entities by kind, references, pages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pytest_speechcustom.conformance.client import Answer, Client
from pytest_speechcustom.conformance.faults import Blocked
from pytest_speechcustom.conformance.session import FAILURE, Session
from pytest_speechcustom.contracts.model import Json

PREFIXES: Mapping[str, str] = {
    "project": "Projects",
    "dataset": "Datasets",
    "model": "Models",
    "evaluation": "Evaluations",
    "endpoint": "Endpoints",
    "webhook": "WebHooks",
}
LISTS: Mapping[str, str] = {kind: f"{prefix}_List" for kind, prefix in PREFIXES.items()} | {
    "model": "Models_ListCustomModels"
}
READS: Mapping[str, str] = {kind: f"{prefix}_Get" for kind, prefix in PREFIXES.items()} | {
    "model": "Models_GetCustomModel"
}
INSIDE: Mapping[str, str] = {
    "model": "Projects_ListModels",
    "dataset": "Projects_ListDatasets",
    "evaluation": "Projects_ListEvaluations",
    "endpoint": "Projects_ListEndpoints",
}
"""The lists of what is in a project."""
WORKED = ("dataset", "model", "evaluation", "endpoint", "webhook")
"""The kinds that are worked on after their creation."""
ENDED = ("Succeeded", "Failed")
NOWHERE = "7d4f8c1e-3b52-4a6f-9e0d-5c2a1b3f4e6d"
MERGE = "application/merge-patch+json"
_MOST_PAGES = 200
_DATA = "https://example.com/speechcustom/text.txt"


class Desk:
    """Asks one Azure service. `Blocked` is raised where something that has to succeed does not."""

    def __init__(self, session: Session, client: Client | None = None) -> None:
        self.session = session
        self.client = client or session.client
        self.old = "api-version" not in {each.name for each in session.contract.operations["Models_Create"].parameters}
        self.locale = str(session.parameters.get("locale", "en-US"))
        self.lifetime = "sasValidityInSeconds" if self.old else "sasLifetimeMinutes"

    def query(self, **more: Any) -> dict[str, Any]:
        """Query parameters, with the version that is asked for."""
        return more if self.old else {**more, "api-version": "2025-10-15"}

    def body(self, kind: str, /, **more: Any) -> Json:
        """A body that makes an entity; `more` are further properties. What it refers to is made before."""
        body: Json = {"displayName": self.session.name()}
        if kind != "webhook":
            body["locale"] = self.locale
        if kind == "dataset":
            body |= {"kind": "Language", "contentUrl": str(self.session.parameters.get("content_url", _DATA))}
        if kind == "webhook":
            url = str(self.session.parameters.get("hook_url", "https://example.com/speechcustom/hook"))
            body |= {"webUrl": url, "events": {"modelCompletion": True}}
        if kind == "evaluation":
            models = [name for name in ("model1", "model2") if name not in more]
            body |= dict(zip(models, self.bases() * 2 if models else (), strict=False))
            if "dataset" not in more:
                body["dataset"] = reference(self.done("dataset", self.create("dataset")))
        if kind == "endpoint" and "model" not in more:
            body["model"] = self.base()
        return body | more

    def base(self) -> Json:
        """A reference to a base model of the locale."""
        return self.bases()[0]

    def bases(self) -> list[Json]:
        """References to base models of the locale, the last ones first: not one and the same, where there are two."""
        answer = self.client.call("Models_ListBaseModels", None, self.query(filter=f"locale eq '{self.locale}'"))
        found = [{"self": each["self"]} for each in reversed(values(answer)) if "self" in each][:2]
        if not found:
            raise Blocked("there is no base model of the locale", "--param locale=LOCALE of a base model")
        return found

    def create(self, kind: str, /, **more: Any) -> Json:
        """A new entity, entered into the ledger."""
        return self.created(
            kind, self.client.call(f"{PREFIXES[kind]}_Create", None, self.query(), self.body(kind, **more))
        )

    def created(self, kind: str, answer: Answer) -> Json:
        """The entity in the answer to its creation, entered into the ledger."""
        entity = answer.body
        if not isinstance(entity, dict) or not isinstance(entity.get("self"), str):
            raise Blocked(f"the answer to the creation of a {kind} does not tell its URL")
        self.client.made(f"{PREFIXES[kind]}_Delete", {"id": id_of(entity)})
        return entity

    def read(self, kind: str, entity: Json) -> Answer:
        """Ask for an entity, whatever the answer."""
        return self.client.ask(READS[kind], {"id": id_of(entity)}, self.query())

    def listed(self, kind: str, **query: Any) -> list[Json]:
        """The whole list of a kind, page by page."""
        return list(self.pages(LISTS[kind], None, **query))

    def pages(self, operation: str, path: Mapping[str, str] | None, **query: Any) -> Iterator[Json]:
        """The items of all pages of a list, with the links that lead from one to the next."""
        answer = self.client.call(operation, path, self.query(**query))
        followed: list[Any] = []
        while len(followed) < _MOST_PAGES:
            yield from values(answer)
            link = answer.body.get("@nextLink") if isinstance(answer.body, dict) else None
            if not link:
                return
            if followed.count(link) > 1:
                raise Blocked(f"{operation} leads back to the same page")
            followed.append(link)
            answer = self.client.follow(operation, link)
        raise Blocked(f"{operation} has no last page")

    def patch(self, kind: str, entity: Json, body: Json, media: str = MERGE) -> Answer:
        """Change an entity."""
        return self.client.call(f"{PREFIXES[kind]}_Update", {"id": id_of(entity)}, self.query(), body, media=media)

    def remove(self, kind: str, entity: Json) -> Answer:
        """Delete an entity, whatever the answer."""
        return self.client.delete(f"{PREFIXES[kind]}_Delete", {"id": id_of(entity)}, self.query())

    def done(self, kind: str, entity: Json, wanted: str = "Succeeded") -> Json:
        """The entity at the end of its work."""
        body: Json = self.session.until(
            lambda: self.read(kind, entity), lambda seen: _status(seen) in ENDED, f"the {kind}"
        )
        if _status(body) != wanted:
            raise Blocked(
                f"the {kind} is {_status(body)} in the end",
                f"a {kind} that becomes {wanted}" if wanted == "Succeeded" else FAILURE,
            )
        return body

    def failed(self, kind: str) -> Json:
        """An entity whose work has failed. `Blocked` where there is no way to let it fail."""
        url = self.session.parameters.get("fail_url")
        if kind == "dataset" and url:
            return self.done(kind, self.create(kind, contentUrl=str(url)), "Failed")
        if not self.session.control.speaks:
            raise Blocked(f"the work on a {kind} cannot be made to fail", FAILURE)
        entity = self.create(kind)
        self.session.fail(kind, id_of(entity))
        return self.done(kind, entity, "Failed")


def id_of(entity: Json) -> str:
    """The id at the end of `self`."""
    return str(entity.get("self", "")).partition("?")[0].rpartition("/")[2]


def reference(entity: Json) -> Json:
    """A reference to an entity."""
    return {"self": entity["self"]}


def values(answer: Answer) -> list[Json]:
    """The items of a page."""
    found = answer.body.get("values") if isinstance(answer.body, dict) else None
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _status(body: Any) -> Any:
    return body.get("status") if isinstance(body, dict) else None
