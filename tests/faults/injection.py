"""What stands between the emulator and the wire: it spoils answers, and the emulator knows nothing of it.

`Between` handles requests as an `Emulator` does, so that it can be walked in process or served as a WSGI application:
``Application(Between(emulator, change))``.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pytest_speechcustom.emulator.core import Delivery, Emulator
from pytest_speechcustom.engine.routing import Router
from pytest_speechcustom.values import NO_BODY, Body, Headers, Request, Response

Json = Any


@dataclass(frozen=True, slots=True)
class Scene:
    """One exchange as a change sees it.

    `answer` is the JSON body, a copy of its own, or ``None``. `send` asks the emulator something else. `memory` is one
    for the whole run, for changes that need to know what went before. `nth` counts the calls that matched, from 1.
    """

    request: Request
    response: Response
    answer: Json
    send: Callable[[Request], Response]
    memory: dict[str, Any]
    nth: int

    @property
    def sent(self) -> Json:
        """The JSON body of the request."""
        try:
            return json.loads(self.request.body.raw or b"null")
        except ValueError:
            return None

    def saying(self, answer: Json) -> Response:
        """The same response with another body."""
        return replace(self.response, body=Body(json.dumps(answer).encode()))


Change = Callable[[Scene], Response | None]
"""What comes in the place of an answer; ``None``: that answer stays as it is."""


@dataclass(slots=True)
class Between:
    """An emulator behind a change that is made to the answers of some operations, of those with some status.

    `operations` are ids, ``()`` for all; `statuses` hundreds (2, 4) of statuses. `activated` counts what was changed.
    """

    emulator: Emulator
    change: Change | None = None
    operations: tuple[str, ...] = ()
    statuses: tuple[int, ...] = (2,)
    activated: int = 0
    _memory: dict[str, Any] = field(default_factory=dict)
    _matched: int = 0
    _router: Router | None = None

    @property
    def most_bytes(self) -> int:
        """The largest request body that is taken."""
        return self.emulator.most_bytes

    def handle(self, request: Request) -> Delivery:
        """Answer a request."""
        delivery = self.emulator.handle(request)
        if self.change is None or delivery.dropped or not self._meant(request, delivery.response):
            return delivery
        self._matched += 1
        response = delivery.response
        scene = Scene(request, response, _json(response), self._send, self._memory, self._matched)
        changed = self.change(scene)
        if changed is None or changed == response:
            return delivery
        self.activated += 1
        return replace(delivery, response=changed)

    def _send(self, request: Request) -> Response:
        return self.emulator.handle(request).response

    def _meant(self, request: Request, response: Response) -> bool:
        if self._router is None:
            self._router = Router(self.emulator.contract)
        operation = self._router.route(request.method, request.url).operation
        meant = operation is not None and (not self.operations or operation.id in self.operations)
        return meant and response.status // 100 in self.statuses


def _json(response: Response) -> Json:
    try:
        return json.loads(response.body.raw or b"null")
    except ValueError:
        return None


# Changes. A pointer is a JSON pointer; `*` in it stands for every item of a list.

GONE = object()
"""In the place of a value: take the property away."""


def put(*places: tuple[str, Any], **when: Any) -> Change:
    """Put values at pointers; what is no pointer into an answer leaves it as it is.

    `when` are properties of the answer that must have a value, by name.
    """

    def change(scene: Scene) -> Response | None:
        answer = copy.deepcopy(scene.answer)
        if not all(isinstance(answer, dict) and answer.get(name) == value for name, value in when.items()):
            return None
        done = [_put(answer, pointer.split("/")[1:], value) for pointer, value in places]
        return scene.saying(answer) if any(done) else None

    return change


def _put(place: Any, steps: list[str], value: Any) -> bool:
    if place is None:
        return False
    head, rest = steps[0], steps[1:]
    if head == "*":
        if not isinstance(place, list):
            return False
        done = [_put(place, [str(key), *rest], value) for key in range(len(place))]  # all of them, not only the first
        return any(done)
    key: Any = int(head) if isinstance(place, list) else head
    if isinstance(place, list) and key >= len(place):
        return False
    if rest:
        return _put(place[key] if isinstance(place, list) else place.get(key), rest, value)
    if value is GONE:
        return place.pop(key, GONE) is not GONE if isinstance(place, dict) else bool(place.pop(key) or True)
    place[key] = value
    return True


def remade(make: Callable[[Json], Json]) -> Change:
    """Another body, made of the old one; nothing where the function gives ``None``."""

    def change(scene: Scene) -> Response | None:
        made = None if scene.answer is None else make(copy.deepcopy(scene.answer))
        return None if made is None else scene.saying(made)

    return change


def raw(data: bytes, kind: str | None = None) -> Change:
    """Other bytes, and maybe another content type."""

    def change(scene: Scene) -> Response | None:
        response = replace(scene.response, body=Body(data) if data else NO_BODY)
        return response if kind is None else replace(response, headers=with_header(response.headers, Content_Type=kind))

    return change


def status(code: int) -> Change:
    """Another status."""
    return lambda scene: replace(scene.response, status=code)


def header(**headers: str | None) -> Change:
    """Other headers (``_`` stands for ``-``), or, ``None``, none."""
    return lambda scene: replace(scene.response, headers=with_header(scene.response.headers, **headers))


def with_header(headers: Headers, **new: str | None) -> Headers:
    """Headers with others in their place."""
    named: Mapping[str, str | None] = {name.replace("_", "-"): value for name, value in new.items()}
    kept = tuple(pair for pair in headers if pair[0].lower() not in {name.lower() for name in named})
    return kept + tuple((name, value) for name, value in named.items() if value is not None)


def refused(code: int, body: Json) -> Change:
    """An error in the place of what was there, although the work was done."""
    data = json.dumps(body).encode()
    return lambda scene: Response(code, (("Content-Type", "application/json"),), Body(data))


def accepted(code: int, body: Json = None) -> Change:
    """A success in the place of what was there."""
    return refused(code, body) if body is not None else lambda scene: Response(code)


def from_nth(nth: int, change: Change) -> Change:
    """A change that begins with the nth answer that it could change."""

    def later(scene: Scene) -> Response | None:
        changed = change(scene)
        scene.memory["could"] = scene.memory.get("could", 0) + (changed is not None)
        return changed if scene.memory["could"] >= nth else None

    return later


def keeping(part: Callable[[Scene], bool]) -> Change:
    """Where `part` says so, the longest list that was answered at this path, whatever was asked for."""

    def change(scene: Scene) -> Response | None:
        path, found = scene.request.url.partition("?")[0], scene.answer
        longest = scene.memory.get(path)
        if longest is None or len(found.get("values", ())) > len(longest.get("values", ())):
            scene.memory[path] = found
        return scene.saying(longest) if longest is not None and part(scene) else None

    return change


def undead(scene: Scene) -> Response | None:
    """What was answered last at this URL, when there is nothing any more."""
    if scene.response.status < 300:
        scene.memory[scene.request.url] = scene.response
        return None
    known: Response | None = scene.memory.get(scene.request.url)
    return known


def resent(change: Callable[[Request], Request]) -> Change:
    """What the server answers to another request than was sent."""
    return lambda scene: scene.send(change(scene.request))


def once_changed(change: Change) -> Change:
    """A change of what is read of an entity from when it was updated on; for both operations, of one path."""

    def later(scene: Scene) -> Response | None:
        path = scene.request.url.partition("?")[0]
        if scene.request.method in ("PATCH", "PUT"):
            scene.memory[path] = True
            return None
        return change(scene) if path in scene.memory else None

    return later


def stale(scene: Scene) -> Response | None:
    """The first answer of each URL, again and again."""
    first: dict[str, Response] = scene.memory.setdefault("first", {})
    return first.setdefault(scene.request.url, scene.response)


def forgetting(name: str) -> Change:
    """An answer without a property that the request has set; the property as it was before."""

    def change(scene: Scene) -> Response | None:
        if not isinstance(scene.sent, dict) or name not in scene.sent or name not in scene.answer:
            return None
        return scene.saying({**scene.answer, name: "something else"})

    return change
