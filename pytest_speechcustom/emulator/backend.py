"""What a service is to the emulator: handlers for its operations, and its own way to say no."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from typing import Protocol

from pytest_speechcustom.contracts.model import Contract, Operation
from pytest_speechcustom.emulator.calls import Answer, Call, Refusal
from pytest_speechcustom.emulator.clock import Clock
from pytest_speechcustom.emulator.jobs import Jobs
from pytest_speechcustom.emulator.names import Names
from pytest_speechcustom.engine.breach import Breach

Handler = Callable[[Call], Answer]

_BACKENDS: Mapping[str, str] = {
    "azure-speech-v3.1": "azure_v31",
    "azure-speech-2025-10-15": "azure_2025",
    "watson-stt-cloud": "watson",
    "watson-stt-icp": "watson",
    "video-indexer": "video_indexer",
}


@dataclass(frozen=True, slots=True)
class World:
    """What the core lends a backend.

    `contents` are files that clients may fetch: path below the emulator to content type and bytes.
    """

    contract: Contract
    clock: Clock
    names: Names
    jobs: Jobs
    contents: dict[str, tuple[str, bytes]]

    def share(self, call: Call, name: str, media: str, data: bytes, valid: timedelta) -> str:
        """Let clients fetch `data`: the signed URL of it, at the host that the client called."""
        path = self._path(name)
        self.contents[path] = (media, data)
        scheme, _, rest = call.base.partition("://")
        return self.names.signed(f"{scheme}://{rest.partition('/')[0]}{path}", call.now, valid)

    def withdraw(self, name: str) -> None:
        """Let nobody fetch any more what was shared under a name."""
        self.contents.pop(self._path(name), None)

    def _path(self, name: str) -> str:
        return f"/_speechcustom/contents/{self.names.lasting(name)}"


class Backend(Protocol):
    """The behaviour of one service. Its methods are called under the lock of the core, one at a time."""

    handlers: Mapping[str, Handler]
    """operationId to what it does. Raises `Refusal`."""
    suffix: str
    """What stands between the host and the base that the documents speak of."""
    most_bytes: int
    """The largest request body that is taken."""
    media: str
    """The content type of JSON answers."""

    def answer_to(self, refusal: Refusal) -> Answer:
        """A refusal in the words of the service."""

    def objection(self, operation: Operation, breach: Breach) -> Refusal | None:
        """What the service says to a request that is wrong by itself; ``None``: it does not mind."""

    def failure(self, status: int, retry_after: int | None) -> Refusal:
        """What the service says when it fails on purpose: 429, 503 and so on."""

    def companion(self, method: str, path: str, form: Mapping[str, str]) -> Answer | None:
        """The answer of a service that clients call beside this one, for tokens; ``None``: there is none there."""


def backend_of(world: World) -> Backend:
    """The backend of the contract's service. Each has a module of its own, with a function `build`."""
    module = import_module(f"pytest_speechcustom.emulator.{_BACKENDS[world.contract.id]}")
    built: Backend = module.build(world)
    return built
