"""What a test in any language says to the emulator: the paths below ``/_speechcustom``.

They are no part of the service: nothing here is judged. Bodies are JSON objects, and so are answers.

| call | does |
|---|---|
| ``POST /_speechcustom/advance`` | ``{"seconds": 1, "minutes": 30, "hours": 0, "days": 0}``: lets virtual time pass |
| ``POST /_speechcustom/complete`` | ``{"resource": "model", "id": "..."}``: lets work come to its end; ``{}``: all |
| ``POST /_speechcustom/fail`` | the same: lets work that is under way fail |
| ``POST /_speechcustom/plan`` | the words of `plans.Plan`: lets calls or work go wrong |
| ``POST /_speechcustom/reset`` | forgets everything |
| ``GET /_speechcustom/findings`` | the report so far |
| ``GET /`` | says that it listens, and as which service |
| ``GET /_speechcustom/contents/ID`` | a file that a signed URL leads to |
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from pytest_speechcustom.emulator.core import Emulator
from pytest_speechcustom.emulator.plans import plan_of
from pytest_speechcustom.values import Body, Request, Response, UsageError

PREFIX = "/_speechcustom/"
LONGEST = timedelta(days=3650)
_SPANS = ("days", "hours", "minutes", "seconds")


def answer(emulator: Emulator, request: Request, path: str) -> Response:
    """Do what a request below `PREFIX` asks for. Mistakes are answered with 400, 404 or 405 and one line."""
    if path == "/":
        said = {"service": emulator.contract.id, "emulator": "pytest-speechcustom", "control": PREFIX}
        return _json(200, json.dumps(said).encode())
    name, _, rest = path.removeprefix(PREFIX).partition("/")
    if name == "contents" and rest:
        return _content(emulator, request, path)
    if name == "findings" and not rest:
        if request.method != "GET":
            return _wrong(405, "findings are read with GET")
        from pytest_speechcustom.reports import dimensions_of, render

        return _json(200, render(emulator.report(), "json", dimensions=dimensions_of(emulator.contract)).encode())
    act = _ACTS.get(name)
    if act is None or rest:
        return _wrong(404, f"there is nothing at {path}; there is {', '.join(sorted([*_ACTS, 'findings']))}")
    if request.method != "POST":
        return _wrong(405, f"{name} is done with POST")
    try:
        return _json(200, json.dumps(act(emulator, _object(request))).encode())
    except UsageError as error:
        return _wrong(400, str(error))


def _object(request: Request) -> dict[str, Any]:
    try:
        value = json.loads(request.body.raw or b"{}")
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise UsageError("the body is no JSON object")
    return value


def span(given: Mapping[str, Any]) -> timedelta:
    """A length of time from ``{"minutes": 30}`` and the like; `UsageError` for what is none."""
    for name, value in given.items():
        if name not in _SPANS:
            raise UsageError(f"time passes in {', '.join(_SPANS)}, not in {name!r}")
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e12:
            raise UsageError(f"{name} cannot be {value!r}")
    try:
        found = timedelta(**given)
    except OverflowError:
        found = timedelta.max
    if found > LONGEST:
        raise UsageError(f"time passes by at most {LONGEST.days} days at once")
    return found


def _advance(emulator: Emulator, given: dict[str, Any]) -> dict[str, Any]:
    emulator.advance(span(given))
    return {"now": emulator.clock.now.isoformat()}


def _complete(emulator: Emulator, given: dict[str, Any]) -> dict[str, Any]:
    completed = emulator.complete(*_work(emulator, given))
    return {"completed": completed, "now": emulator.clock.now.isoformat()}


def _fail(emulator: Emulator, given: dict[str, Any]) -> dict[str, Any]:
    return {"failing": emulator.fail(*_work(emulator, given))}


def _work(emulator: Emulator, given: dict[str, Any]) -> tuple[str | None, str | None]:
    if unknown := sorted(set(given) - {"resource", "id"}):
        raise UsageError(f"work is named by resource and id, not by {unknown[0]!r}")
    kind, id = given.get("resource"), given.get("id")
    kinds = sorted(emulator.contract.lifecycles)
    if kind is not None and kind not in kinds:
        raise UsageError(f"there is no work on a {kind!r}; on {', '.join(kinds)}")
    if id is not None and not isinstance(id, str):
        raise UsageError(f"an id cannot be {id!r}")
    return kind, id


def _plan(emulator: Emulator, given: dict[str, Any]) -> dict[str, Any]:
    emulator.plan(plan_of(given, emulator.contract))
    return {}


def _reset(emulator: Emulator, given: dict[str, Any]) -> dict[str, Any]:
    if given:
        raise UsageError("reset takes nothing")
    emulator.reset()
    return {}


_ACTS: Mapping[str, Callable[[Emulator, dict[str, Any]], dict[str, Any]]] = {
    "advance": _advance,
    "complete": _complete,
    "fail": _fail,
    "plan": _plan,
    "reset": _reset,
}


def _content(emulator: Emulator, request: Request, path: str) -> Response:
    if request.method not in ("GET", "HEAD"):
        return _wrong(405, "a file is read with GET")
    found = emulator.contents.get(path)
    if found is None or "sig=" not in request.url:
        return _wrong(404 if found is None else 403, "there is no such file, or the URL is not signed")
    media, data = found
    return Response(200, (("Content-Type", media),), Body(data))


def _json(status: int, data: bytes) -> Response:
    return Response(status, (("Content-Type", "application/json"),), Body(data))


def _wrong(status: int, message: str) -> Response:
    return _json(status, json.dumps({"error": message}).encode())
