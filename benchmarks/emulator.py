"""What the emulator costs: time until it is ready, time for a request, and what 10,000 models take.

    python benchmarks/emulator.py [--no-prism] [--requests N] [--models N]

Prints Markdown. Everything listens on loopback only. See the README beside this file for what each line means.
"""

from __future__ import annotations

import argparse
import http.client
import json
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from werkzeug.serving import make_server

from benchmarks import histories, venvs
from pytest_speechcustom import contracts
from pytest_speechcustom.emulator.service import SpeechService
from pytest_speechcustom.emulator.serving import Handler
from pytest_speechcustom.engine.checker import Checker

SERVICE = "azure-speech-2025-10-15"
KEY = {"Ocp-Apim-Subscription-Key": "any", "Accept": "application/json"}
VERSION = "api-version=2025-10-15"
PRISM = "@stoplight/prism-cli@5.12"
MODEL = {"displayName": "Model", "locale": "en-US"}


class Wire:
    """One connection that is kept."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
        self._connection.connect()
        self._connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """The JSON of an answer that must not be an error."""
        headers = KEY | ({"Content-Type": "application/json"} if body else {})
        self._connection.request(method, path, json.dumps(body) if body else None, headers)
        answer = self._connection.getresponse()
        data = answer.read()
        if answer.status >= 400:
            raise SystemExit(f"{method} {path}: {answer.status} {data[:300]!r}")
        return json.loads(data) if data else None


def ready(times: int) -> float:
    """Milliseconds until a service answers, with everything imported and the contract loaded."""
    took = []
    for _ in range(times + 1):
        began = time.perf_counter()
        with SpeechService(SERVICE) as service:
            Wire(service.url).ask("GET", f"/speechtotext/models/locales?{VERSION}")
            took.append((time.perf_counter() - began) * 1e3)
    return statistics.median(took[1:])


def pace(ask: Callable[[], Any], requests: int) -> float:
    """Microseconds for a request, of so many."""
    began = time.perf_counter()
    for _ in range(requests):
        ask()
    return (time.perf_counter() - began) / requests * 1e6


@contextmanager
def bare(answer: bytes) -> Iterator[str]:
    """The same server with an application that always gives one answer."""

    def app(_: Any, start: Any) -> list[bytes]:
        start("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(answer)))])
        return [answer]

    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@contextmanager
def prism(folder: Path) -> Iterator[str]:
    """Prism as a mock of the same OpenAPI file. Raises `venvs.NotMade` where it cannot run."""
    npx = shutil.which("npx")
    if npx is None:
        raise venvs.NotMade("npx is not on this machine")
    contract = contracts.load(SERVICE)
    file = folder / "openapi.json"
    document = histories.bundle(contract.openapi, dict(contract.schemas))
    document["servers"] = [{"url": "http://127.0.0.1/speechtotext"}]
    file.write_text(json.dumps(document), encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [npx, "-y", PRISM, "mock", str(file), "--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        assert process.stdout is not None
        said = []
        for line in process.stdout:
            said.append(line.strip())
            if "is listening" in line:
                threading.Thread(target=process.stdout.read, daemon=True).start()
                break
        else:
            raise venvs.NotMade(said[-1] if said else "prism ended at once")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def checking(service: SpeechService) -> float:
    """Microseconds that judging takes for each of the exchanges a service has had, in a history of their own."""
    checker = Checker(service.contract, at_home=True)
    exchanges = service.exchanges
    checker.check(exchanges[:20])
    began = time.perf_counter()
    for exchange in exchanges:
        checker.feed(exchange)
    return (time.perf_counter() - began) / len(exchanges) * 1e6


def speeds(requests: int, rounds: int, with_prism: bool) -> list[Sequence[str]]:
    """Rows of microseconds for a request, taken in turn."""
    path = f"/models/{{}}?{VERSION}"
    rows: list[Sequence[str]] = [["one model of the same size, one connection", "µs a request", "a second", "x bare"]]
    with SpeechService(SERVICE) as service, tempfile.TemporaryDirectory() as folder:
        wire = Wire(service.url)
        base = wire.ask("GET", f"/speechtotext/models/base?{VERSION}")["values"][0]["self"]
        made = wire.ask("POST", f"/speechtotext/models?{VERSION}", MODEL | {"baseModel": {"self": base}})
        id = made["self"].partition("?")[0].rpartition("/")[2]
        service.complete()
        model = wire.ask("GET", "/speechtotext" + path.format(id))
        with bare(json.dumps(model).encode()) as plain:
            plain_wire = Wire(plain)
            clients: dict[str, Callable[[], Any]] = {
                "the bare server": lambda: plain_wire.ask("GET", path.format(id)),
                "the emulator, checking": lambda: wire.ask("GET", "/speechtotext" + path.format(id)),
            }
            took: dict[str, list[float]] = {}
            note = ""
            try:
                with prism(Path(folder)) if with_prism else bare(b"{}") as mock:
                    if with_prism:
                        mock_wire = Wire(mock)
                        clients["prism-cli 5.12"] = lambda: mock_wire.ask("GET", path.format(id))
                    for _ in range(rounds):
                        for label, ask in clients.items():
                            took.setdefault(label, []).append(pace(ask, requests))
            except venvs.NotMade as error:
                note = f"prism: not available: {error}"
                for _ in range(rounds):
                    for label, ask in clients.items():
                        took.setdefault(label, []).append(pace(ask, requests))
        check = checking(service)
    medians = {label: statistics.median(values) for label, values in took.items()}
    ground = medians["the bare server"]
    for label, value in medians.items():
        rows.append([label, f"{value:.0f}", f"{1e6 / value:,.0f}", f"{value / ground:.2f}"])
    rows.append(["of that: checking", f"{check:.0f}", "", f"{check / ground:.2f} (aim: at most 0.25)"])
    if note:
        print(note + "\n")
    return rows


def crowd(models: int, page: int = 100) -> list[Sequence[str]]:
    """Rows about so many models: pages near the beginning and the end, and memory."""
    rows: list[Sequence[str]] = [[f"{models:,} models", ""]]
    with SpeechService(SERVICE) as service:
        wire = Wire(service.url)
        base = wire.ask("GET", f"/speechtotext/models/base?{VERSION}")["values"][0]["self"]
        for _ in range(models):
            wire.ask("POST", f"/speechtotext/models?{VERSION}", MODEL | {"baseModel": {"self": base}})
        took = []
        link = f"/speechtotext/models?top={page}&{VERSION}"
        count = 0
        while link:
            began = time.perf_counter()
            answer = wire.ask("GET", link)
            took.append((time.perf_counter() - began) * 1e3)
            count += len(answer["values"])
            parts = urlsplit(answer.get("@nextLink", ""))
            link = f"{parts.path}?{parts.query}" if parts.path else ""
        tenth = max(1, len(took) // 10)
        first, last = statistics.median(took[:tenth]), statistics.median(took[-tenth:])
        rows.append([f"a page of {page} at the beginning, ms", f"{first:.1f}"])
        rows.append([f"a page of {page} at the end, ms", f"{last:.1f} ({last / first:.2f} x)"])
        rows.append(["models found by pages", f"{count:,}"])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 * (1024 if sys.platform == "darwin" else 1))
    rows.append(["peak memory of the process, client included, MB (aim: under 200)", f"{peak:.0f}"])
    return rows


def table(rows: Sequence[Sequence[str]]) -> str:
    """Rows as a Markdown table, the first one its head."""
    head, *rest = rows
    marks = ["---", *["---:"] * (len(head) - 1)]
    return "\n".join("| " + " | ".join(row) + " |" for row in (head, marks, *rest))


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description="What the emulator costs.")
    parser.add_argument("--requests", type=int, default=1000, help="requests in a round (1000)")
    parser.add_argument("--rounds", type=int, default=7, help="rounds, of which the median counts (7)")
    parser.add_argument("--models", type=int, default=10_000, help="models to list by pages (10000)")
    parser.add_argument("--no-prism", action="store_true", help="leave out prism")
    given = parser.parse_args()
    print(f"Ready, and a first answer given, in {ready(given.rounds):.1f} ms (aim: at most 30).\n")
    print(table(speeds(given.requests, given.rounds, not given.no_prism)) + "\n")
    print(table(crowd(given.models)))


if __name__ == "__main__":
    main()
