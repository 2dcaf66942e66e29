"""How many payloads a second are generated: our strategies next to those that Schemathesis makes of the same file.

Run it from a checkout: ``python benchmarks/generation.py [--examples N] [--no-peers]``.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Sequence
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pytest_speechcustom.contracts import load

SERVICE, OPERATION, ENTITY = "azure-speech-2025-10-15", "Models_Create", "CustomModel"


def rate(strategy: st.SearchStrategy[Any], examples: int) -> float:
    """Values a second, as a property test draws them, after one round that makes the strategy ready."""
    drawn = 0

    @settings(max_examples=examples, database=None, deadline=None, phases=[Phase.generate], derandomize=True,
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(strategy)
    def draw(value: Any) -> None:
        nonlocal drawn
        drawn += 1

    draw()
    drawn, begun = 0, time.perf_counter()
    draw()
    return drawn / (time.perf_counter() - begun)


def peer() -> st.SearchStrategy[Any]:
    """Requests of the same operation as Schemathesis makes them, from the same OpenAPI file."""
    import schemathesis

    from pytest_speechcustom.locate import data

    folder = data("schemas") / SERVICE
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        schema: Any = schemathesis.openapi.from_path(str(folder / "openapi.json"))
        made: st.SearchStrategy[Any] = schema.find_operation_by_id(OPERATION).as_strategy()
    return made


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=1000)
    parser.add_argument("--no-peers", action="store_true", help="leave out Schemathesis")
    given = parser.parse_args(arguments)
    strategies = load(SERVICE).strategies
    rows = [
        ("model entities, request", strategies.valid(ENTITY, "request")),
        ("model entities, response", strategies.valid(ENTITY, "response")),
        ("model entities with one thing wrong, request", strategies.invalid(ENTITY, "request")),
        ("requests that create a model", strategies.requests(OPERATION)),
        ("requests with one thing wrong", strategies.invalid_requests(OPERATION)),
    ]
    print("| what | a second |\n|---|---:|")
    for name, strategy in rows:
        print(f"| {name} | {rate(strategy, given.examples):.0f} |", flush=True)
    if not given.no_peers:
        print(f"| the same requests, by schemathesis | {rate(peer(), min(given.examples, 300)):.0f} |")


if __name__ == "__main__":
    main()
