"""Ids, links and signatures that look like the service's own and come out the same for the same seed."""

from __future__ import annotations

import base64
import hashlib
import uuid
from collections import Counter
from datetime import datetime, timedelta
from urllib.parse import quote


class Names:
    """Makes names. The n-th of a kind is always the same for one `seed`."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._made: Counter[str] = Counter()

    def guid(self, kind: str) -> str:
        """A new id of that kind."""
        self._made[kind] += 1
        return self.lasting(f"{kind} {self._made[kind]}")

    def lasting(self, name: str) -> str:
        """The id that always goes with a name."""
        return str(uuid.UUID(bytes=self._digest(name)[:16], version=4))

    def signed(self, url: str, now: datetime, valid: timedelta) -> str:
        """A URL with a shared access signature behind it, valid from `now` on."""
        until = (now + valid).strftime("%Y-%m-%dT%H:%M:%SZ")
        signature = base64.b64encode(self._digest(f"{url} {until}")).decode()
        return f"{url}?sv=2021-08-06&st={now:%Y-%m-%dT%H:%M:%SZ}&se={until}&sr=b&sp=rl&sig={quote(signature, safe='')}"

    def _digest(self, text: str) -> bytes:
        return hashlib.sha256(f"{self._seed} {text}".encode()).digest()
