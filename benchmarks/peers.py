"""Times what other packages take for the same exchanges. Standard library and the peer only: it runs anywhere.

    python peers.py openapi-core|schemathesis INPUT

INPUT is a JSON file: `openapi` (in one piece), `base`, `rounds`, and `exchanges` by label, each with `template`,
`method`, `url`, `headers`, `status`, `answer_headers` and `answer`. Prints JSON: the version of the peer, and by label
the microseconds an exchange takes (median of the rounds).
"""

from __future__ import annotations

import importlib
import importlib.metadata
import json
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit


def openapi_core(given: Any) -> Callable[[Any], Callable[[], object]]:
    """Judges request and response with openapi-core."""
    core: Any = importlib.import_module("openapi_core")
    testing: Any = importlib.import_module("openapi_core.testing")
    contract = core.OpenAPI.from_dict(given["openapi"])

    def prepare(one: Any) -> Callable[[], object]:
        parts = urlsplit(one["url"])
        request = testing.MockRequest(
            f"{parts.scheme}://{parts.netloc}", one["method"], parts.path, args=dict(parse_qsl(parts.query)),
            headers=one["headers"],
        )  # fmt: skip
        response = testing.MockResponse(
            one["answer"].encode(), one["status"], headers=one["answer_headers"], content_type="application/json"
        )

        def judge() -> None:
            contract.validate_request(request)
            contract.validate_response(request, response)

        return judge

    return prepare


def schemathesis(given: Any) -> Callable[[Any], Callable[[], object]]:
    """Judges the response with the default checks of schemathesis, without the one that sends requests of its own."""
    package: Any = importlib.import_module("schemathesis")
    requests: Any = importlib.import_module("requests")
    contract = package.openapi.from_dict(given["openapi"])
    sending = [package.checks.ignored_auth]

    def prepare(one: Any) -> Callable[[], object]:
        parts = urlsplit(one["url"])
        operation = contract[one["template"]][one["method"]]
        variables = {"id": parts.path.rpartition("/")[2]} if "{id}" in one["template"] else {}
        case = operation.Case(path_parameters=variables, query=dict(parse_qsl(parts.query)), headers=one["headers"])
        asked = requests.Request(one["method"], one["url"], headers=one["headers"]).prepare()
        headers = {name.lower(): [value] for name, value in one["answer_headers"].items()}
        response = package.Response(one["status"], headers, one["answer"].encode(), asked, 0.005, verify=True)
        return lambda: case.validate_response(response, excluded_checks=sending)

    return prepare


PEERS = {"openapi-core": openapi_core, "schemathesis": schemathesis}


def main(name: str, path: str) -> None:
    """Measure and print."""
    with open(path, encoding="utf-8") as file:
        given = json.load(file)
    prepare = PEERS[name](given)
    figures = {}
    for label, exchanges in given["exchanges"].items():
        calls = [prepare(one) for one in exchanges]
        calls[0]()
        took = []
        for _ in range(given["rounds"]):
            began = time.perf_counter()
            for call in calls:
                call()
            took.append((time.perf_counter() - began) / len(calls) * 1e6)
        figures[label] = statistics.median(took)
    print(json.dumps({"version": importlib.metadata.version(name), "figures": figures}))


if __name__ == "__main__":
    main(*sys.argv[1:])
