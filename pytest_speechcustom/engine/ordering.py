"""Puts exchanges in the order in which they began, and tells until when each lasted.

Traffic is often written when an exchange *ends*. One that stands later in a file and began earlier than
another has overlapped it: it is taken to have lasted until then. Exchanges without times keep their place.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator

from pytest_speechcustom.values import Exchange

WINDOW = 32
_MOST_BYTES = 32 * 1024 * 1024

Placed = tuple[int, Exchange, float | None]
"""The number of an exchange in its input, the exchange, and when it ended as far as known."""


def arrange(exchanges: Iterable[Exchange], first: int = 0) -> Iterator[Placed]:
    """The exchanges by their start, looking ahead over a bounded window. `first` is the number of the first."""
    heap: list[tuple[float, int, Exchange, float | None]] = []
    held = 0
    latest = float("-inf")
    for number, exchange in enumerate(exchanges, first):
        started, ended = exchange.started, exchange.ended
        if started is None:
            started = latest
        elif started < latest:
            ended = max(ended or latest, latest) if exchange.ended is None else exchange.ended
        else:
            latest = started
        heapq.heappush(heap, (started, number, exchange, ended if ended is not None else exchange.started))
        held += len(exchange.request.body.raw or b"")
        while len(heap) > WINDOW or held > _MOST_BYTES:
            _, index, ready, until = heapq.heappop(heap)
            held -= len(ready.request.body.raw or b"")
            yield index, ready, until
    while heap:
        _, index, ready, until = heapq.heappop(heap)
        yield index, ready, until
