"""What is checked: a URL, a WSGI or an ASGI application, and what goes along with every request."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any, Literal
from urllib.parse import urlsplit

from pytest_speechcustom.contracts.model import Contract
from pytest_speechcustom.values import Headers, UsageError

INSIDE = "http://target.test"
"""Where an application in this process is taken to be."""
PARAMETERS = (
    "location", "accountId", "accessToken", "locale", "content_url", "fail_url", "hook_url", "target_key",
    "source_resource_id", "base_model",
)  # fmt: skip
"""What can be told of a target; all else is said of the contract."""
_DEFAULTS: Mapping[str, Headers] = {
    "azure": (("Ocp-Apim-Subscription-Key", "speechcustom-any-key"),),
    "watson": (("Authorization", "Basic YXBpa2V5OnNwZWVjaGN1c3RvbS1hbnkta2V5"),),
    "video": (("Authorization", "Bearer speechcustom-any-key"),),
}
"""Credentials for who takes any: sent where none are given, and to this machine only.

They occur nowhere else, as they are hidden wherever they do."""


@dataclass(frozen=True, slots=True)
class Target:
    """A server under test.

    Either a `url` (the base that the documents call ``{endpoint}`` or ``{url}``) or an `app`, which is WSGI or ASGI.
    `headers` go along with every request (keys and tokens). `parameters` say what only the owner of the server knows:
    ``location``, ``accountId`` and ``accessToken`` of Video Indexer, ``locale``, ``content_url``, ``fail_url``; others
    are contract parameters. Unless `allow_writes`, nothing is written to a URL that is not on this machine. What is
    `disposable` goes with all that was made there, and is not cleaned up.
    """

    url: str = ""
    app: Callable[..., Any] | None = field(default=None, repr=False)
    interface: Literal["wsgi", "asgi"] | None = None
    headers: Headers = field(default=(), repr=False)
    parameters: Mapping[str, Any] = field(default_factory=dict, repr=False)
    allow_writes: bool = False
    name: str = ""
    disposable: bool = False

    def __post_init__(self) -> None:
        if bool(self.url) == (self.app is not None):
            raise UsageError("a target is either a URL or an application")
        if self.url:
            parts = urlsplit(self.url)
            if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
                raise UsageError(
                    f"the URL of a target is http://HOST[:PORT][/PATH], not {self.url.partition('?')[0]!r}"
                )

    @property
    def is_local(self) -> bool:
        """Whether it is on this machine."""
        return self.app is not None or _loopback(urlsplit(self.url).hostname or "")

    @property
    def writable(self) -> bool:
        """Whether things may be made there."""
        return self.is_local or self.allow_writes

    @property
    def asynchronous(self) -> bool:
        """Whether the application is ASGI."""
        if self.interface is not None:
            return self.interface == "asgi"
        app: Any = self.app
        return inspect.iscoroutinefunction(app) or inspect.iscoroutinefunction(getattr(app, "__call__", None))  # noqa: B004

    def base(self, contract: Contract) -> str:
        """The URL below which the operations of a contract are."""
        url = (self.url or INSIDE).rstrip("/")
        return url if url.endswith(contract.base) else url + contract.base

    def credentials(self, contract: Contract) -> Headers:
        """The headers of every request."""
        if self.headers or not self.is_local or "accessToken" in self.parameters:
            return self.headers
        return next(headers for service, headers in _DEFAULTS.items() if contract.id.startswith(service))

    def __str__(self) -> str:
        return self.name or self.url or "an application in this process"


def target_of(value: Any) -> Target:
    """A target from what a fixture gives: a `Target`, a URL or an application. `UsageError` for anything else."""
    if isinstance(value, Target):
        return value
    if isinstance(value, str):
        return Target(url=value)
    if callable(value):
        return Target(app=value)
    raise UsageError(f"speech_target must give a URL, an application or a Target, not {value!r}")


def _loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
