"""Headers of answers that no document speaks of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pytest_speechcustom.contracts.model import ResponseSpec
from pytest_speechcustom.secrets import HIDDEN, is_secret
from pytest_speechcustom.values import Headers

POLLING: Final = frozenset({"location", "operation-location", "retry-after"})
"""Headers that tell a client what to poll, and when."""

_GENERAL: Final = frozenset({
    "accept-ranges", "age", "allow", "alt-svc", "cache-control", "connection", "content-disposition",
    "content-encoding", "content-language", "content-length", "content-location", "content-security-policy",
    "content-type", "cross-origin-resource-policy", "date", "etag", "expires", "keep-alive", "last-modified", "nel",
    "permissions-policy", "pragma", "proxy-connection", "referrer-policy", "report-to", "server", "server-timing",
    "set-cookie", "strict-transport-security", "trailer", "transfer-encoding", "upgrade", "vary", "via", "warning",
    "www-authenticate", "x-cache", "x-content-type-options", "x-frame-options", "x-powered-by", "x-xss-protection",
})  # fmt: skip
"""Headers of HTTP and of the web at large, which are of no service."""
_OF_THE_WAY: Final = ("access-control-", "cf-", "x-amz-", "x-azure-", "x-cdn-", "x-edgeconnect-", "x-envoy-",
                      "x-forwarded-", "x-served-")  # fmt: skip
"""How the names of headers begin that are put in between service and client."""


def undocumented(spec: ResponseSpec, status: int, headers: Headers) -> Iterator[tuple[str, str]]:
    """Names and values of headers that are neither documented for this answer nor of the web at large.

    A refusal may say when to come again, and a redirection where: that is HTTP. Secret values are hidden.
    """
    for name, value in {name.lower(): value for name, value in headers}.items():
        known = name in spec.headers or name in _GENERAL or name.startswith(_OF_THE_WAY)
        if not known and not (name in POLLING and status >= 300):
            yield name, HIDDEN if is_secret(name) else value
