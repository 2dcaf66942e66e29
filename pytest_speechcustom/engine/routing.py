"""From a URL to an operation: one alternation per method, built from the contract's path templates."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from urllib.parse import SplitResult, unquote, urlsplit

from pytest_speechcustom.contracts.model import Contract, Operation

_VARIABLE = re.compile(r"\{([^}]+)\}")
_LONGEST_LIKENED = 200
_MOST_LIKENED = 200
_MOST_ORIGINS = 64
LONGEST_KEPT = 4096
"""What was found of a longer URL is not kept for the next time it comes, so that memory stays bounded."""


@dataclass(frozen=True, slots=True)
class Route:
    """Where a request goes.

    `operation` is ``None`` when the contract has none; then `methods` are those that the path does have,
    empty when the path is undocumented, and `ours` tells whether the URL is below the service's base or
    bears its marker. `slash` says that only a trailing slash stands between the path and the template. `home`
    is where the resources of the call are: the server, and what the path names around them (an account).
    """

    operation: Operation | None
    variables: Mapping[str, str]
    origin: str
    query: str
    path: str
    methods: tuple[str, ...] = ()
    ours: bool = True
    slash: bool = False
    home: str = ""


class Router:
    """Routes the URLs of one contract. Any prefix may stand before the base: gateways and proxies add some."""

    def __init__(self, contract: Contract) -> None:
        """Compile the templates: literal segments win over variables."""
        self._operations: dict[str, dict[str, Operation]] = {}
        for operation in contract.operations.values():
            self._operations.setdefault(operation.path, {})[operation.method] = operation
        self._templates = sorted(self._operations, key=lambda path: ("{" in path, path.count("{"), -len(path)))
        self._base = contract.base
        base = re.escape(contract.base)
        branches = "|".join(f"(?P<t{i}>{_pattern(path, i)})" for i, path in enumerate(self._templates))
        self._pattern = re.compile(f".*?{base}(?:{branches})/?$", re.DOTALL)
        self._variables = [_VARIABLE.findall(path) for path in self._templates]
        self._marker = re.compile(contract.marker)
        parents = (resource.parent for resource in contract.resources.values())
        self._inner = {*(touch.id for touch in contract.touches), *parents}
        self._origins: dict[str, str] = {}
        self._likened: dict[str, str] = {}
        self._cache: dict[tuple[str, str], Route] = {}

    def route(self, method: str, url: str) -> Route:
        """The route of a request; never raises."""
        key = (method, url)
        known = self._cache.get(key)
        if known is None:
            known = self._route(method, url)
            if len(self._cache) > 4096:
                self._cache.clear()
            if len(url) <= LONGEST_KEPT:
                self._cache[key] = known
        return known

    def marked(self, route: Route) -> bool:
        """Whether the path of a route can be of no other service."""
        return self._marker.search(route.path) is not None

    def nearest(self, method: str, path: str) -> str:
        """The documented call that reads most like one that is not, for a message."""
        key = f"{method} {path[-_LONGEST_LIKENED:]}"
        if key not in self._likened:
            if len(self._likened) == _MOST_LIKENED:  # it takes milliseconds, and there may be any number of them
                return "a documented path"
            calls = [f"{verb} {self._base}{path}" for path in self._templates for verb in self._operations[path]]
            self._likened[key] = get_close_matches(key, calls, 1, 0)[0]
        return f"a documented path, such as {self._likened[key]}"

    def _route(self, method: str, url: str) -> Route:
        origin, path, query = self._apart(url)
        match = self._pattern.match(path)
        if match is None or match.lastgroup is None:
            return Route(None, {}, origin, query, path, ours=bool(self._marker.search(path)))
        index = int(match.lastgroup[1:])
        names = self._variables[index]
        variables = {name: unquote(match.group(f"t{index}v{place}")) for place, name in enumerate(names)}
        methods = self._operations[self._templates[index]]
        found = methods.get(method.upper())
        if found is None:
            return Route(None, variables, origin, query, path, tuple(sorted(methods)))
        home = "/".join([origin, *(text.lower() for name, text in variables.items() if name not in self._inner)])
        return Route(found, variables, origin, query, path, slash=path.endswith("/"), home=home)

    def _apart(self, url: str) -> tuple[str, str, str]:
        """Origin, path and query. A server that was met before is not looked at again: most URLs are of one."""
        place, _, query = url.partition("?")
        scheme, _, rest = place.partition("://")
        server = f"{scheme}://{rest.partition('/')[0]}"
        origin = self._origins.get(server)
        if origin is not None and "#" not in url and url.isascii() and url.isprintable():
            return origin, place[len(server) :], query
        parts = split(url)
        origin = f"{parts.scheme}://{parts.netloc.rsplit('@', 1)[-1]}".lower()
        if parts.netloc and len(self._origins) < _MOST_ORIGINS:
            self._origins[f"{parts.scheme}://{parts.netloc}"] = origin
        return origin, parts.path, parts.query


def split(url: str) -> SplitResult:
    """A URL taken apart; what is no URL gives empty parts instead of an exception."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return SplitResult("", "", "", "", "")
    return parts


def _pattern(path: str, number: int) -> str:
    """The template with that number as a regular expression, with a group (``t3v0``) for each variable."""
    pieces = _VARIABLE.split(path)
    return "".join(re.escape(text) if i % 2 == 0 else f"(?P<t{number}v{i // 2}>[^/]+)" for i, text in enumerate(pieces))
