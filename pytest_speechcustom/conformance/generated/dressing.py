"""What chance has made, as the suite sends it: with the credentials of the target, and named after the run."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from pytest_speechcustom.conformance.client import Client
from pytest_speechcustom.conformance.faults import Blocked
from pytest_speechcustom.conformance.session import Session
from pytest_speechcustom.contracts.model import Contract
from pytest_speechcustom.engine.checker import Checker
from pytest_speechcustom.values import Body, Headers, Request

NAMES = ("displayName", "name")
"""The properties that name what is made."""
LINKS = {"contentUrl": "content_url", "webUrl": "hook_url"}
"""The properties from which a service would fetch, or to which it would send, and what says where that may be."""
_NOWHERE = "https://example.com/speechcustom/text.txt"
_VISIBLE = re.compile(r"[!-~]([ -~]*[!-~])?")
_LINK = re.compile("https?://", re.IGNORECASE)


class Dresser:
    """Dresses the requests of a session."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._contract: Contract = session.contract
        self._checker = Checker(session.contract)
        self._carriers = {name for way in session.contract.security for _, name in way}
        self._told = {each.name.lower() for operation in session.contract.operations.values()
                      for each in operation.parameters if each.place == "header"}  # fmt: skip

    def dress(self, request: Request, client: Client) -> Request:
        """The request as it goes out. `Blocked` where it cannot go over a wire as it is."""
        import httpx

        headers = (("Accept", "application/json"), *client.headers, *self._own(request.headers))
        if not all(_VISIBLE.fullmatch(value) for _, value in headers):
            raise Blocked("a header cannot be sent")
        try:
            url = str(httpx.URL(self._addressed(request.url, client)))
        except httpx.InvalidURL as error:
            raise Blocked(f"a URL cannot be sent: {error}") from None
        return self._named(replace(request, url=url, headers=headers))

    def _own(self, headers: Headers) -> Headers:
        """The headers that a contract knows; others that a library adds are left out."""
        kept = {"content-type", *self._told} - self._carriers - {"accept"}
        return tuple((name, value) for name, value in headers if name.lower() in kept)

    def _addressed(self, url: str, client: Client) -> str:
        """The URL with the target's token in the place of any other."""
        place, _, query = url.partition("?")
        pairs = [each for each in query.split("&") if each and each.partition("=")[0].lower() not in self._carriers]
        token = client.target.parameters.get("accessToken")
        if token is not None:
            pairs.append(f"accessToken={quote(str(token), safe='')}")
        return place + ("?" + "&".join(pairs) if pairs else "")

    def _named(self, request: Request) -> Request:
        """The request with names of the run, and harmless links, where no less and no more is wrong with it then."""
        try:
            value = json.loads(request.body.raw or b"null")
        except (ValueError, RecursionError):
            return request
        if not isinstance(value, dict):
            return request
        for name in (*NAMES, *LINKS):
            for other in self._instead(name, value.get(name)):
                changed = {**value, name: other}
                dressed = replace(request, body=Body(json.dumps(changed).encode()))
                if self._wrong(dressed) == self._wrong(request):
                    value, request = changed, dressed
                    break
        return request

    def _instead(self, name: str, value: Any) -> Iterator[str]:
        if not isinstance(value, str):
            return
        if name in LINKS:
            yield from [str(self._session.parameters.get(LINKS[name], _NOWHERE))] if _LINK.match(value) else []
        else:
            own = self._session.name()
            yield from (f"{own} {value}", own)

    def _wrong(self, request: Request) -> list[tuple[str, str]]:
        message = self._checker.ask(request).message
        return [] if message is None else [(each.rule, each.pointer) for each in message.breaches]
