"""Record the official Watson SDK against the test server, over a real socket.

    python -m tests.recordings.record_watson_sdk [FOLDER]

walks twice and writes `watson-sdk-lifecycle.yaml` (by vcrpy, below the HTTP library) and
`watson-sdk-lifecycle.har` (by an adapter of the SDK's session) beside this script, or into FOLDER. Time is
virtual: the files tell of minutes, a walk takes a second, and walking again changes nothing but versions of
libraries.
"""

from __future__ import annotations

import base64
import copy
import importlib.metadata
import json
import re
import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests
import vcr
from requests.adapters import HTTPAdapter

from tests.servers.clock import Clock, iso
from tests.servers.sdk_walk import walk
from tests.servers.watson import Watson, serve

PORT = 47_811  # fixed, so that the addresses in the files stay
STEM = "watson-sdk-lifecycle"
SCRUBBED = "SCRUBBED"
APIKEY = "not-a-key"
PROVENANCE = {
    "service": "watson-stt-cloud",
    "client": f"ibm-watson {importlib.metadata.version('ibm-watson')} (Python)",
    "server": "tests/servers/watson.py on loopback, on a virtual clock",
    "made-by": "python -m tests.recordings.record_watson_sdk",
}


class HarAdapter(HTTPAdapter):
    """Sends requests as ever, and keeps each exchange as an entry of a HAR file."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.clock = clock
        self.entries: list[dict[str, Any]] = []

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """Send, and take down what was sent and what came."""
        started = self.clock.now()
        response = super().send(request, *args, **kwargs)
        _ = response.content
        milliseconds = round((self.clock.now() - started).total_seconds() * 1000, 3)
        self.entries.append(
            {
                "startedDateTime": iso(started),
                "time": milliseconds,
                "request": _har_request(request),
                "response": _har_response(response),
                "cache": {},
                "timings": {"send": 0, "wait": milliseconds, "receive": 0},
            }
        )
        return response


def record(folder: Path) -> None:
    """Walk twice, each time against a new server, and write both files into `folder`."""
    _record_cassette(folder / f"{STEM}.yaml")
    _record_har(folder / f"{STEM}.har")


def _record_cassette(path: Path) -> None:
    path.unlink(missing_ok=True)
    clock = Clock()
    with (
        serve(Watson(clock), PORT) as url,
        vcr.use_cassette(str(path), record_mode="once", before_record_request=_scrub) as cassette,
    ):
        for key, value in PROVENANCE.items():
            cassette.get_metadata(key, value)
        walk(url, apikey=APIKEY, pause=clock.advance)


def _record_har(path: Path) -> None:
    clock = Clock()
    adapter = HarAdapter(clock)
    session = requests.Session()
    session.mount("http://", adapter)
    with serve(Watson(clock), PORT) as url:
        walk(url, apikey=APIKEY, session=session, pause=clock.advance)
    log = {
        "version": "1.2",
        "creator": {"name": "tests/recordings/record_watson_sdk.py", "version": "1"},
        "comment": "; ".join(f"{key}: {value}" for key, value in PROVENANCE.items()),
        "entries": adapter.entries,
    }
    path.write_text(json.dumps({"log": log}, indent=1) + "\n", encoding="utf-8")


def _scrub(request: Any) -> Any:
    """The request as it goes into the cassette; the one that is sent stays as it is."""
    scrubbed = copy.copy(request)
    scrubbed.headers = {name: _clean(name, value) for name, value in request.headers.items()}
    return scrubbed


def _clean(name: str, value: str | bytes) -> str:
    text = value.decode("latin-1") if isinstance(value, bytes) else value
    if name.lower() == "authorization":
        return SCRUBBED
    if name.lower() == "user-agent":  # the SDK adds the machine's kernel and Python
        return re.sub(r"(watson-apis-python-sdk-\S+) .*", r"\1", text)
    return text


def _har_headers(headers: Any) -> list[dict[str, str]]:
    return [{"name": name, "value": _clean(name, value)} for name, value in headers.items()]


def _har_request(request: requests.PreparedRequest) -> dict[str, Any]:
    url = request.url or ""
    body = request.body or b""
    data = body.encode() if isinstance(body, str) else bytes(body)
    entry: dict[str, Any] = {
        "method": request.method,
        "url": url,
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _har_headers(request.headers),
        "queryString": [{"name": name, "value": value} for name, value in parse_qsl(urlsplit(url).query)],
        "headersSize": -1,
        "bodySize": len(data),
    }
    if data:
        entry["postData"] = {"mimeType": request.headers.get("Content-Type", ""), **_har_text(data)}
    return entry


def _har_response(response: requests.Response) -> dict[str, Any]:
    content = {"size": len(response.content), "mimeType": response.headers.get("Content-Type", "")}
    return {
        "status": response.status_code,
        "statusText": response.reason,
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _har_headers(response.headers),
        "content": {**content, **_har_text(response.content)},
        "redirectURL": "",
        "headersSize": -1,
        "bodySize": len(response.content),
    }


def _har_text(data: bytes) -> dict[str, str]:
    """Text as it is; other bytes in base64, marked as HAR marks them in responses (and browsers in requests)."""
    try:
        return {"text": data.decode("ascii")}
    except UnicodeDecodeError:
        return {"text": base64.b64encode(data).decode(), "encoding": "base64"}


if __name__ == "__main__":
    record(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
