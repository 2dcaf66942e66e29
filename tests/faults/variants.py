"""Legal variants: answers that are not those of the emulator, and that no document forbids. None may be an error."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from pytest_speechcustom.values import Body, Request, Response
from tests.faults.injection import GONE, Change, Scene, header, put, remade, resent, status
from tests.faults.table import AZURE, CLOUD, VIDEO, WATSON, Row, rows

ALL = (*AZURE, *WATSON, VIDEO)


def _respelled(spell: Callable[[Any], str]) -> Change:
    """The same JSON, written in another way."""

    def change(scene: Scene) -> Response | None:
        if scene.answer is None:
            return None
        return replace(scene.response, body=Body(spell(scene.answer).encode()))

    return change


def _other_order(answer: Any) -> Any:
    """The members of objects the other way round."""
    if isinstance(answer, dict):
        return {name: _other_order(answer[name]) for name in reversed(answer)}
    return [_other_order(each) for each in answer] if isinstance(answer, list) else answer


def _case(spell: Callable[[str], str]) -> Change:
    """Names of headers in other letter case."""
    return lambda scene: replace(
        scene.response, headers=tuple((spell(name), value) for name, value in scene.response.headers)
    )


def _listed(name: str, change: Callable[[list[Any]], list[Any]]) -> Change:
    return remade(lambda answer: {**answer, name: change(answer[name])} if answer.get(name) else None)


def _times(change: Callable[[str], str]) -> Change:
    """Instants that are written in another way."""

    def rewritten(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: change(each) if name.endswith("DateTime") and isinstance(each, str) else rewritten(each)
                    for name, each in value.items()}  # fmt: skip
        return [rewritten(each) for each in value] if isinstance(value, list) else value

    return remade(rewritten)


def _skipping(state: str, before: str) -> Change:
    """A state that is never seen: the one before it is shown a little longer."""

    def change(scene: Scene) -> Response | None:
        if not isinstance(scene.answer, dict):
            return None
        key = scene.request.url
        if scene.answer.get("status") == before:
            scene.memory[key] = scene.response
        return scene.memory.get(key) if scene.answer.get("status") == state else None

    return change


def _is_entity(answer: Any) -> bool:
    """Whether an answer is no list, and no map by locale, where every name is data."""
    return isinstance(answer, dict) and not (answer and all(isinstance(each, list) for each in answer.values()))


def _integers(scene: Scene) -> Response | None:
    """Enums as numbers, as the service's own samples have them in places."""
    states = ["None", "Waiting", "Processing", "Complete", "Failed"]
    listed = scene.answer if isinstance(scene.answer, list) else [scene.answer]
    for each in listed:
        if not isinstance(each, dict) or "status" not in each:
            return None
        each["status"] = states.index(each["status"])
    return scene.saying(scene.answer)


def _by_one(request: Request) -> Request:
    return replace(request, url=f"{request.url}{'&' if '?' in request.url else '?'}top=1")


def _strange(scene: Scene) -> Response | None:
    """A list with a model more, that is not seen again."""
    values = scene.answer.get("values")
    if not values or "?filter" in scene.request.url or "&filter" in scene.request.url or "top=" in scene.request.url:
        return None
    link = values[0]["self"].replace(values[0]["self"].partition("/models/")[2][:8], "abcdef01")
    strange = scene.memory.setdefault("strange", {**values[0], "self": link, "links": {}})
    return scene.saying({**scene.answer, "values": [*values, strange]})


def _new_kind(scene: Scene) -> Response | None:
    """Files of one kind are of another, that is new; who filters by that gets them."""
    url = scene.request.url.replace("Brandnew", "LanguageData")
    whole = (
        scene.send(replace(scene.request, url=url)) if url != scene.request.url else scene.response
    ).body.raw or b""
    new = whole.replace(b'"LanguageData"', b'"Brandnew"')
    return replace(scene.response, body=Body(new)) if new != scene.response.body.raw else None


VARIANTS: list[Row] = [
    *rows("extra", "An answer has a property that is not documented.", ALL, "",
          remade(lambda answer: {**answer, "xNew": {"a": 1}} if _is_entity(answer) else None)),
    *rows("extra", "An answer has a header that is not documented.", ALL, "",
          header(X_Request_Id="1", Strict_Transport_Security="max-age=1"), statuses=(2, 4)),
    *rows("extra", "A refusal has a property that is not documented.", ALL, "",
          put(("/traceId", "1")), statuses=(4,)),
    *rows("spelling", "JSON is spread over lines.", ALL, "", _respelled(lambda value: json.dumps(value, indent=2)),
          statuses=(2, 4)),
    *rows("spelling", "JSON is not escaped.", ALL, "",
          _respelled(lambda value: json.dumps(value, ensure_ascii=False, separators=(",", ":"))), statuses=(2, 4)),
    *rows("order", "Members stand the other way round.", ALL, "", remade(_other_order), statuses=(2, 4)),
    *rows("spelling", "Names of headers are in small letters.", ALL, "", _case(str.lower), statuses=(2, 4)),
    *rows("header", "The content type names a charset.", ALL, "",
          lambda scene: header(Content_Type="application/json; charset=UTF-8")(scene) if scene.answer else None,
          statuses=(2, 4)),
    *rows("absent", "A model has no description where it may be left out.", AZURE, "Models_ListCustomModels",
          put(("/values/*/description", GONE))),
    *rows("absent", "A model has no properties.", AZURE, "Models_GetCustomModel", put(("/properties", GONE))),
    *rows("absent", "A refusal has no inner error.", AZURE, "", put(("/innerError", GONE)), statuses=(4,)),
    *rows("absent", "A refusal has no message.", AZURE, "", put(("/message", GONE)), statuses=(4,)),
    *rows("absent", "A model has no links.", AZURE, "Models_GetCustomModel", put(("/links", GONE))),
    *rows("absent", "There is no Retry-After.", AZURE, "Models_GetCustomModel Datasets_Get",
          lambda scene: header(Retry_After=None)(scene)),
    *rows("null", "A model has null in the place of an error.", AZURE, "Models_GetCustomModel",
          put(("/properties/error", None), status="Succeeded")),
    *rows("null", "A dataset has null in the place of a project.", AZURE, "Datasets_List",
          put(("/values/*/customProperties/none", GONE), ("/values/*/properties/email", None))),
    *rows("null", "The last page has null in the place of a link.", AZURE, "Datasets_List",
          lambda scene: scene.saying({**scene.answer, "@nextLink": None}) if "@nextLink" not in scene.answer else None),
    *rows("open enum", "A file has a kind that is new.", AZURE, "Datasets_ListFiles Datasets_GetFile", _new_kind),
    *rows("open enum", "A refusal has a code that is new.", AZURE, "", put(("/code", "Brandnew")), statuses=(4,)),
    *rows("skipped state", "A model is never seen running.", AZURE, "Models_GetCustomModel",
          _skipping("Running", "NotStarted")),
    *rows("skipped state", "Audio is never seen being processed.", WATSON, "getAudio",
          lambda scene: None if scene.answer.get("status") != "being_processed" else Response(
              429, (("Content-Type", "application/json"), ("Retry-After", "1")),
              Body(b'{"code": 429, "error": "Slow down.", "code_description": "Too Many Requests"}'))),
    *rows("order", "A list is the other way round.", WATSON, "listAcousticModels",
          _listed("customizations", lambda found: found[::-1])),
    *rows("order", "Audio is listed the other way round.", WATSON, "listAudio",
          _listed("audio", lambda found: found[::-1])),
    *rows("order", "A list is the other way round.", (VIDEO,), "Get-Speech-Datasets Get-Speech-Models",
          remade(lambda found: found[::-1] if len(found) > 1 else None)),
    *rows("order", "The locales are listed the other way round.", AZURE, "Models_ListSupportedLocales",
          remade(lambda found: found[::-1])),
    *rows("spelling", "Times have a fraction.", AZURE, "", _times(lambda text: text.removesuffix("Z") + ".000Z"
          if text.endswith("Z") and "." not in text else text)),
    *rows("spelling", "Times have an offset.", AZURE, "", _times(lambda text: text.removesuffix("Z") + "+00:00"
          if text.endswith("Z") else text)),
    *rows("spelling", "Times have a fraction.", (VIDEO,), "", _times(lambda text: text.removesuffix("Z") + ".000Z"
          if text.endswith("Z") and "." not in text else text)),
    *rows("status", "A creation is answered with 201.", (VIDEO,), "Create-Speech-Dataset Create-Speech-Model",
          status(201)),
    *rows("status", "A deletion is answered with 200.", (VIDEO,), "Delete-Speech-Dataset Delete-Speech-Model",
          status(200)),
    *rows("status", "A test of a webhook is answered with 202.", AZURE, "WebHooks_Test",
          lambda scene: replace(scene.response, status=202 if scene.response.status == 204 else 204)),
    *rows("status", "What is not found is refused with 410.", (VIDEO,), "Get-Speech-Dataset Get-Speech-Model",
          status(410), statuses=(4,)),
    *rows("status", "A conflict is answered with 400.", (CLOUD,), "deleteAcousticModel",
          lambda scene: replace(scene.saying({**scene.answer, "code": 400}), status=400)
          if scene.response.status == 409 else None, statuses=(4,)),
    *rows("status", "The service is down for a moment.", ALL, "", lambda scene: Response(
        503, (("Content-Type", "text/html"), ("Retry-After", "1")), Body(b"<p>Try again.</p>"))
        if scene.request.method == "GET" and scene.nth % 5 == 0 else None),
    *rows("enum form", "A state is a number.", (VIDEO,), "Get-Speech-Dataset Get-Speech-Model", _integers),
    *rows("paging", "Pages are shorter than asked for.", AZURE, "Models_ListCustomModels Datasets_List Projects_List",
          lambda scene: resent(_by_one)(scene) if "top=" not in scene.request.url else None),
    *rows("order", "Something is in a list that another client made.", AZURE, "Models_ListCustomModels", _strange),
    *rows("header", "An answer says how long it may be kept.", ALL, "",
          header(Cache_Control="no-cache", ETag='"1"', Vary="Accept"), statuses=(2, 4)),
    *rows("extra", "A model tells of warnings.", WATSON, "getAcousticModel",
          put(("/warnings", "Some audio is noisy."))),
    *rows("order", "The versions of a model stand the other way round.", WATSON, "getAcousticModel",
          lambda scene: scene.saying({**scene.answer, "versions": scene.answer["versions"][::-1]})),
    *rows("order", "The datasets of a model stand the other way round.", (VIDEO,), "Get-Speech-Model",
          lambda scene: scene.saying({**scene.answer, "datasets": scene.answer["datasets"][::-1]})),
    *rows("null", "A dataset has null in the place of custom properties.", (VIDEO,), "Get-Speech-Datasets",
          put(("/*/customProperties", None))),
    *rows("spelling", "Ids are in capital letters.", (VIDEO,), "Get-Speech-Datasets Get-Speech-Models",
          remade(lambda found: [each | {"id": each["id"].upper()} for each in found] or None)),
    *rows("status", "What needs a key is refused with 403.", (*AZURE, VIDEO), "",
          lambda scene: replace(scene.response, status=403) if scene.response.status == 401 else None, statuses=(4,)),
    *rows("status", "A reference to what is not there is refused with 404.", AZURE, "Models_Create",
          lambda scene: status(404)(scene) if isinstance(scene.sent, dict) and scene.sent.get("datasets") else None,
          statuses=(4,)),
    *rows("null", "An update of a dataset answers null properties.", (VIDEO,), "Update-Speech-Dataset",
          put(("/properties/duration", None), ("/properties/error", None), ("/xNew", None))),
    *rows("absent", "A model has no owner.", WATSON, "listAcousticModels", put(("/customizations/*/owner", GONE))),
    *rows("absent", "A refusal does not describe its code.", WATSON, "", put(("/code_description", GONE)),
          statuses=(4,)),
]  # fmt: skip
