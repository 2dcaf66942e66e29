"""The two Azure Speech services: what both versions do.

Built of parts with handlers each: `azure_entities` (all that can be made, read, listed, changed and deleted),
`azure_files`, `azure_blocks`, and what only one version has (`azure_v31`, `azure_2025`). Versions differ in a table,
`azure_versions`. Where the documents are silent, what is done is our choice, and says so.
"""

from __future__ import annotations

from collections.abc import Mapping

from pytest_speechcustom.contracts.model import Operation
from pytest_speechcustom.emulator import azure_errors
from pytest_speechcustom.emulator.azure_base import seed
from pytest_speechcustom.emulator.azure_blocks import Uploads
from pytest_speechcustom.emulator.azure_desk import desk
from pytest_speechcustom.emulator.azure_entities import Entities
from pytest_speechcustom.emulator.azure_files import Files
from pytest_speechcustom.emulator.azure_versions import Version
from pytest_speechcustom.emulator.backend import Handler, World
from pytest_speechcustom.emulator.calls import Answer, Refusal
from pytest_speechcustom.engine.breach import Breach


class Azure:
    """A backend. Those of a version add their own `handlers`."""

    suffix = ""
    most_bytes = 32 * 1024 * 1024
    media = "application/json; charset=utf-8"

    def __init__(self, world: World, version: Version) -> None:
        self.desk = desk(world, version)
        seed(self.desk.store, world.names, world.clock.now)
        self.entities = Entities(self.desk)
        self.files = Files(self.desk)
        self.uploads = Uploads(self.desk)
        self.handlers: Mapping[str, Handler] = {
            **self.entities.handlers,
            **self.files.handlers,
            **self.uploads.handlers,
        }

    def answer_to(self, refusal: Refusal) -> Answer:
        """A refusal with the flat error body."""
        return azure_errors.answer_to(refusal)

    def objection(self, operation: Operation, breach: Breach) -> Refusal | None:
        """What is wrong with a request by itself."""
        return azure_errors.objection(breach)

    def failure(self, status: int, retry_after: int | None) -> Refusal:
        """A failure on purpose."""
        return azure_errors.failure(status, retry_after)

    def companion(self, method: str, path: str, form: Mapping[str, str]) -> Answer | None:
        """The token service: anyone gets a token, as text."""
        if method == "POST" and path.lower().endswith("/sts/v1.0/issuetoken"):
            return Answer(200, "emulated-access-token", media="application/jwt")
        return None
