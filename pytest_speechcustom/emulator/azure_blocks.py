"""Datasets of the Azure services whose data comes in blocks."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field

from pytest_speechcustom.contracts.model import Json
from pytest_speechcustom.emulator.azure_data import contents
from pytest_speechcustom.emulator.azure_desk import Desk
from pytest_speechcustom.emulator.azure_errors import conflict, invalid
from pytest_speechcustom.emulator.azure_store import Entity
from pytest_speechcustom.emulator.backend import Handler
from pytest_speechcustom.emulator.calls import Answer, Call, Refusal

LARGEST_BLOCK = 8 * 1024 * 1024
MOST_HELD = 256 * 1024 * 1024
"""How many bytes of data are kept of all datasets together, so that memory stays bounded: our choice."""
_LONGEST_ID = 64


@dataclass(slots=True)
class Blocks:
    """The blocks of one dataset: the sizes of those that make up its data, in order, and those that were only sent."""

    committed: list[tuple[str, int]] = field(default_factory=list)
    sent: dict[str, bytes] = field(default_factory=dict)


class Uploads:
    """The handlers of blocks."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.handlers: Mapping[str, Handler] = {
            "Datasets_GetBlocks": self._list,
            "Datasets_UploadBlock": self._upload,
            "Datasets_CommitBlocks": self._commit,
        }

    def _list(self, call: Call) -> Answer:
        blocks = _blocks(self._desk.found(call, "dataset"))
        sent = [(id, len(data)) for id, data in blocks.sent.items()]
        return Answer(200, {"committedBlocks": _shown(blocks.committed), "uncommittedBlocks": _shown(sent)})

    def _upload(self, call: Call) -> Answer:
        dataset = self._waiting(call)
        blocks, id = _blocks(dataset), call.query["blockid"]
        _check_id(id, blocks)
        if len(call.raw) > LARGEST_BLOCK:
            raise Refusal(413, "InvalidRequest", "A block has at most 8 MiB.")
        self.make_room(len(call.raw))
        blocks.sent[id] = call.raw
        dataset.result["blocks"] = blocks
        return Answer(201)

    def _commit(self, call: Call) -> Answer:
        dataset = self._waiting(call)
        blocks = _blocks(dataset)
        chosen = [_chosen(blocks, entry, place) for place, entry in enumerate(call.body)]
        if not chosen:
            raise invalid("MissingInputRecords", "The list of blocks is empty.")
        self.make_room(sum(len(data) for _, data in chosen))
        blocks.committed, blocks.sent = [(id, len(data)) for id, data in chosen], {}
        self.take(call, dataset, b"".join(data for _, data in chosen))
        return Answer(200)

    def take(self, call: Call, dataset: Entity, data: bytes) -> None:
        """Begin to process the data of a dataset."""
        dataset.result.pop("waiting", None)
        dataset.result |= {"data": data} | contents(dataset.asked["kind"], data)
        self._desk.work.begin(dataset, call.now)

    def make_room(self, more: int) -> None:
        """Refuse data for which there is no room."""
        if more + sum(map(_held, self._desk.store.every("dataset"))) > MOST_HELD:
            raise invalid("QuotaViolation", f"Datasets hold at most {MOST_HELD} bytes together.")

    def _waiting(self, call: Call) -> Entity:
        """The dataset that a call is about, if it still waits for its data."""
        dataset = self._desk.found(call, "dataset")
        if not dataset.result.get("waiting"):
            raise conflict("InvalidPrerequisite", "The dataset has its data already.")
        return dataset


def _blocks(dataset: Entity) -> Blocks:
    found: Blocks = dataset.result.get("blocks", Blocks())
    return found


def _held(dataset: Entity) -> int:
    return sum(map(len, _blocks(dataset).sent.values())) + len(dataset.result.get("data", b""))


def _shown(blocks: list[tuple[str, int]]) -> list[Json]:
    return [{"name": id, "size": size} for id, size in blocks]


def _check_id(id: str, blocks: Blocks) -> None:
    try:
        name = base64.b64decode(id, validate=True)
    except (binascii.Error, ValueError):
        name = b""
    if not 0 < len(name) <= _LONGEST_ID:
        raise invalid("InvalidParameterValue", "blockid is the base64 form of 1 to 64 bytes.", "blockid")
    if any(len(other) != len(id) for other in blocks.sent):
        raise invalid("InvalidParameterValue", "All block ids of a dataset have the same length.", "blockid")


def _chosen(blocks: Blocks, entry: Json, place: int) -> tuple[str, bytes]:
    """The block that an entry of a commit names. Without a kind it is the latest: our choice.

    As a dataset takes one commit only, no block was committed before.
    """
    id, kind = entry.get("id") or "", entry.get("kind") or "Latest"
    if id not in blocks.sent or kind == "Committed":
        raise invalid("InvalidPayload", f"There is no such block ({kind}).", f"/{place}/id")
    return id, blocks.sent[id]
