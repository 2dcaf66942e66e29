"""What may stand in a cassette: an allow-list of headers, and the names whose values are scrubbed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from pytest_speechcustom.contracts.model import Contract
from pytest_speechcustom.secrets import is_secret
from pytest_speechcustom.values import UsageError

VERSION: Final = 1
"""Of the way in which stand-ins are made and places are found."""

_ALWAYS: Final = ("accept", "content-type", "location", "retry-after")
_IDENTITIES: Final = frozenset(
    {
        "accountid", "email", "mail", "owner", "ownerid", "ownername", "resourceid", "subscriptionid",
        "targetresourceid", "tenantid", "upn", "userid", "username",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Policy:
    """Which headers are kept, which names carry what is scrubbed, which texts only look like secrets.

    `headers` are lower-case names; a header that is not among them is left out. `names` are further names (of
    properties, parameters, headers) whose values are scrubbed, lower-case without ``-`` and ``_``. `harmless` are
    regular expressions of texts that are no secrets however random they look.
    """

    headers: frozenset[str]
    names: frozenset[str] = frozenset()
    harmless: tuple[str, ...] = ()

    def hides(self, name: str) -> bool:
        """Whether the value under this name is a credential, or tells who somebody is."""
        joined = name.lower().replace("-", "").replace("_", "")
        return joined in _IDENTITIES or joined in self.names or is_secret(name)

    def metadata(self) -> dict[str, Any]:
        """The policy as a cassette states it."""
        return {
            "version": VERSION,
            "headers": sorted(self.headers),
            "names": sorted(_IDENTITIES | self.names),
            "credentials": "by the names in pytest_speechcustom.secrets",
            "harmless": list(self.harmless),
        }


def policy_of(contract: Contract, names: Iterable[str] = (), harmless: Iterable[str] = ()) -> Policy:
    """The policy for recordings of a service: headers that its documents name, and a few that all HTTP has.

    `names` and `harmless` come from the user. Raises `UsageError` for one that is no regular expression.
    """
    kept = set(_ALWAYS)
    for operation in contract.operations.values():
        kept |= {each.name.lower() for each in operation.parameters if each.place == "header"}
        kept |= {name for response in operation.responses.values() for name in response.headers}
    kept |= {name.lower() for way in contract.security for place, name in way if place == "header"}
    patterns = tuple(harmless)
    for pattern in patterns:
        try:
            re.compile(pattern)
        except re.error as error:
            raise UsageError(f"speechcustom_harmless: {pattern!r} is no regular expression: {error}") from None
    more = frozenset(name.lower().replace("-", "").replace("_", "") for name in names)
    return Policy(frozenset(kept), more, patterns)
