"""Hypothesis strategies made from a contract: payloads, requests and histories, right ones and wrong ones.

`Contract.strategies` gives them. This package imports Hypothesis, which is not installed with the core.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import strategies as st

from pytest_speechcustom.contracts.model import Contract, Json, Operation
from pytest_speechcustom.strategies.flaws import Invalid, invalid_values
from pytest_speechcustom.strategies.histories import Step, histories
from pytest_speechcustom.strategies.payloads import Direction, Payloads
from pytest_speechcustom.strategies.requests import Requests
from pytest_speechcustom.strategies.wrong_requests import invalid_requests
from pytest_speechcustom.values import Request, UsageError

__all__ = ["Direction", "Invalid", "Step", "Strategies"]

ADDRESS = "http://speech.test"
"""Where requests go unless an address is given."""


class Strategies:
    """The strategies of one contract, each made when it is first asked for.

    An `entity` is named as in `Contract.schemas`, an `operation` as in `Contract.operations`; `UsageError` for one that
    the contract does not have, and for a schema with a keyword that no strategy is made of. An `address` is scheme,
    host and port: what stands before `Contract.base`.
    """

    def __init__(self, contract: Contract, words: Mapping[str, Sequence[Any]] | None = None) -> None:
        self._contract = contract
        self._payloads: dict[Direction, Payloads] = {
            "request": Payloads(contract, "request", words or {}),
            "response": Payloads(contract, "response", words or {}),
        }

    def using(self, words: Mapping[str, Sequence[Any]]) -> Strategies:
        """The same with values of your own, by the name of a property or parameter: locales that your server knows.

        They are taken as they are, and are not looked at.
        """
        return Strategies(self._contract, words)

    def valid(self, entity: str, direction: Direction) -> st.SearchStrategy[Json]:
        """Payloads of an entity, as JSON values, that have nothing wrong with them, not even a note."""
        return self._payloads[direction].entity(self._entity(entity))

    def invalid(self, entity: str, direction: Direction) -> st.SearchStrategy[Invalid[Json]]:
        """Payloads of an entity with one thing wrong, and the rule that it breaks.

        What a contract only warns of or notes (a null in the place of what is optional, a new value of an open enum, a
        new property in a response) is not among them.
        """
        return invalid_values(self._payloads[direction], self._entity(entity))

    def requests(self, operation: str, address: str = ADDRESS) -> st.SearchStrategy[Request]:
        """Requests of an operation that the contract allows. Ids and references are made up."""
        return Requests(self._contract, self._payloads["request"], address).of(self._operation(operation))

    def invalid_requests(self, operation: str, address: str = ADDRESS) -> st.SearchStrategy[Invalid[Request]]:
        """Requests of an operation with one thing wrong, whatever the server knows, and the rule that it breaks."""
        requests = Requests(self._contract, self._payloads["request"], address)
        return invalid_requests(requests, self._operation(operation))

    def histories(self, address: str = ADDRESS, *, max_size: int = 12) -> st.SearchStrategy[tuple[Step, ...]]:
        """Sequences of valid requests, where later ones are about what earlier ones created; see `Step`."""
        return histories(Requests(self._contract, self._payloads["request"], address), max_size)

    def _entity(self, name: str) -> str:
        if name not in self._contract.schemas:
            raise UsageError(f"{self._contract.id} has no entity {name!r}; it has {', '.join(self._contract.schemas)}")
        return name

    def _operation(self, name: str) -> Operation:
        if name not in self._contract.operations:
            known = ", ".join(self._contract.operations)
            raise UsageError(f"{self._contract.id} has no operation {name!r}; it has {known}")
        return self._contract.operations[name]
