"""What a replayed request costs, by the length of its cassette, next to plain vcrpy.

    python benchmarks/replay.py [--rounds 3] [--sizes 10 100 1000]

Prints Markdown. See the README beside this file for what each line means.
"""

from __future__ import annotations

import argparse
import gc
import http.client
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import vcr
from vcr.request import Request as VcrRequest

from pytest_speechcustom.cassette import SpeechCassette
from pytest_speechcustom.contracts import load
from pytest_speechcustom.replay import files
from pytest_speechcustom.values import Body, Exchange, Request, Response

SERVICE = "azure-speech-2025-10-15"
HOST = "westus.api.cognitive.microsoft.com"
FLAT, FASTER = 1.2, 20.0
BODY_ALONE = "look-up and answer"
CLIENT = "whole request by http.client"


def target(number: int) -> str:
    """The path of one model."""
    return f"/speechtotext/models/00000000-0000-4000-8000-{number:012d}?api-version=2025-10-15"


def patch(number: int) -> bytes:
    """The body of one request."""
    return json.dumps({"displayName": f"Lectures {number}"}).encode()


HEADERS = {"Content-Type": "application/merge-patch+json", "Ocp-Apim-Subscription-Key": "SCRUBBED1"}


def exchange(number: int) -> Exchange:
    """One change of a model."""
    answer = {"self": f"http://{HOST}{target(number)}", "displayName": f"Lectures {number}", "locale": "en-US"}
    return Exchange(
        Request("PATCH", f"http://{HOST}{target(number)}", tuple(HEADERS.items()), Body(patch(number))),
        Response(200, (("Content-Type", "application/json"),), Body(json.dumps(answer).encode())),
    )


def by_client() -> Callable[[int], None]:
    """Ask through the standard library, over one connection."""
    connection = http.client.HTTPConnection(HOST)

    def ask(number: int) -> None:
        connection.request("PATCH", target(number), patch(number), HEADERS)
        answer = connection.getresponse()
        if answer.status != 200 or not answer.read():
            raise SystemExit("the cassette is at fault")

    return ask


def by_cassette(cassette: Any) -> Callable[[int], None]:
    """Ask a cassette of vcrpy as its stubs do."""

    def ask(number: int) -> None:
        request = VcrRequest("PATCH", f"http://{HOST}{target(number)}", patch(number), HEADERS)
        if not cassette.can_play_response_for(request):
            raise SystemExit("the cassette is at fault")
        cassette.play_response(request)

    return ask


def timed(ask: Callable[[int], None], size: int) -> float:
    """Microseconds of processor time that a request takes over a whole cassette."""
    gc.collect()
    began = time.process_time()
    for number in range(size):
        ask(number)
    return (time.process_time() - began) / size * 1e6


def ours(path: Path, size: int, client: bool) -> float:
    """A replay of ours. Each has a cassette of its own: what was played is played."""
    from pytest_speechcustom.replay import patching

    place = files.Place(path.stem, path, path)
    with SpeechCassette(load(SERVICE), place) as cassette:
        if client:
            return timed(by_client(), size)
        return timed(by_cassette(patching.door(cassette, str(path))), size)


def plain(path: Path, size: int, client: bool) -> float:
    """A replay of vcrpy as it comes: by method and URL, and not by body, which would cost it more."""
    with vcr.use_cassette(str(path), record_mode="none") as cassette:
        return timed(by_client() if client else by_cassette(cassette), size)


def measure(sizes: list[int], rounds: int) -> dict[tuple[str, str, int], float]:
    """The medians by what is measured, who plays, and the size. Rounds take turns, so that drift meets all."""
    took: dict[tuple[str, str, int], list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        paths = {}
        for size in sizes:
            paths[size] = Path(folder, f"of-{size}.yaml")
            files.put(files.write(paths[size], [exchange(number) for number in range(size)], {}), paths[size])
        for _ in range(rounds):
            for size in sizes:
                for what, client in ((BODY_ALONE, False), (CLIENT, True)):
                    for who, play in (("this package", ours), ("vcrpy", plain)):
                        again = min(10, max(1, sizes[-1] // size))  # few requests say little
                        again = max(again, 5) if who == "this package" else again
                        took.setdefault((what, who, size), []).extend(
                            play(paths[size], size, client) for _ in range(again)
                        )
    return {key: statistics.median(values) for key, values in took.items()}


def main() -> None:
    """Read the command line, and print."""
    parser = argparse.ArgumentParser(description="What a replayed request costs.")
    parser.add_argument("--rounds", type=int, default=3, help="rounds, of which the median counts (3)")
    parser.add_argument("--sizes", type=int, nargs="+", default=[10, 100, 1000], help="interactions in the cassettes")
    given = parser.parse_args()
    sizes = sorted(given.sizes)
    figures = measure(sizes, given.rounds)
    head = ["µs a request", *(f"{size:,}" for size in sizes), f"longest against shortest (aim: {FLAT})"]
    print("| " + " | ".join(head) + " |\n|---|" + "---:|" * (len(head) - 1))
    for what in (BODY_ALONE, CLIENT):
        for who in ("this package", "vcrpy"):
            values = [figures[what, who, size] for size in sizes]
            row = [f"{what}: {who}", *(f"{value:,.0f}" for value in values), f"{values[-1] / values[0]:.2f}"]
            print("| " + " | ".join(row) + " |")
        faster = [figures[what, "vcrpy", size] / figures[what, "this package", size] for size in sizes]
        row = [f"{what}: times faster (aim: {FASTER:.0f} at 1,000)", *(f"{value:.1f}" for value in faster), ""]
        print("| " + " | ".join(row) + " |")


if __name__ == "__main__":
    main()
