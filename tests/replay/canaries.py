"""Secrets that stand for real ones, and a server and requests that carry each of them in every place."""

from __future__ import annotations

import base64
import hashlib
import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote, unquote

from tests.replay.senders import Sent


def made(name: str, length: int = 32) -> str:
    """Something random-looking, the same each time; nothing in this file reads like a key."""
    return (
        base64.b64encode(hashlib.sha512(name.encode()).digest()).decode().replace("/", "x").replace("+", "y")[:length]
    )


def _packed(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


EMAIL, OWNER = "jane.canary@canaries.example", "53a6d7f2-3b0c-4b6e-9b6e-27f1a0c93d11"
ACCOUNT, SUBSCRIPTION = "9f3c1d52-77aa-4c0e-8a56-0b7d1c2e3f41", "b17a64c3-0f6e-4f4b-9c5d-6a2b8e9d0c13"
JTI = made("jti")
SECRETS = {
    "key": hashlib.md5(b"key").hexdigest(),
    "bearer": made("bearer", 40),
    "basic": made("basic", 24),
    "sig": made("sig", 43) + "=",
    "access token": made("access", 60),
    "target key": made("target"),
    "cookie": made("cookie"),
    "answer token": made("answer", 48),
    "refresh": made("refresh", 40),
    "resource": "contosocanary",
    "e-mail": EMAIL,
    "owner": OWNER,
    "account": ACCOUNT,
    "subscription": SUBSCRIPTION,
    "user": "canary.user",
    "odd": 'pä"ss/wörd+%41&x=1',
    "jti": JTI,
}
_CLAIMS = {"jti": JTI, "email": EMAIL, "oid": ACCOUNT}
JWT = f"{_packed({'alg': 'HS256', 'typ': 'JWT'})}.{_packed(_CLAIMS)}.{made('mac', 43)}"
SECRETS["jwt"] = JWT
ACCOUNT_PATH = f"/trial/Accounts/{ACCOUNT}/Customization/Speech/datasets"
RESOURCE = (
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/canary-group-77/providers/Microsoft.CognitiveServices/accounts/"
    "contosocanary"
)
LINK = f"https://contosocanary.blob.core.windows.net/files/text.txt?sv=2026&sig={quote(SECRETS['sig'], safe='')}&sp=r"
BOUNDARY = "canary-boundary"


def basic(user: str, password: str) -> str:
    """A header value."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def wrapped(text: str) -> str:
    """A text within base64."""
    return base64.b64encode(text.encode()).decode()


def calls(url: str) -> list[Sent]:
    """Requests to Video Indexer's datasets, and to what is none of its calls, with every secret in every place."""
    datasets = f"{url}{ACCOUNT_PATH}"
    token = {"Authorization": f"Bearer {JWT}"}
    content = {"Content-Type": "application/json"}
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    parts = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    wanted = {"displayName": "Lectures", "locale": "en-US", "kind": "Language", "contentUrl": LINK}
    notes = [
        f"of {EMAIL} and {OWNER}",
        f"fetched with Bearer {SECRETS['bearer']}, then {SECRETS['key']}",
        wrapped(f"user={SECRETS['user']} key={SECRETS['key']}"),
        wrapped(wrapped(f"{SECRETS['bearer']} twice")),
        json.dumps({"accessToken": SECRETS["access token"], "again": SECRETS["odd"]}),
        f"https://h.example/?next={quote(LINK, safe='')}",
        quote(SECRETS["odd"], safe=""),
        f"{RESOURCE} and {JWT}",
    ]
    return [
        Sent("POST", datasets, token | content, json.dumps(wanted).encode()),
        *(Sent("POST", datasets, token | content, json.dumps(wanted | {"description": note}).encode())
          for note in notes),
        Sent("GET", f"{datasets}?accessToken={SECRETS['access token']}&locale=en-US"),
        Sent("GET", datasets, {"Ocp-Apim-Subscription-Key": SECRETS["key"], "Cookie": f"sid={SECRETS['cookie']}"}),
        Sent("GET", datasets, {"Authorization": f"Bearer {SECRETS['bearer']}", "X-Note": SECRETS["key"]}),
        Sent("GET", datasets, {"Authorization": basic(SECRETS["user"], SECRETS["basic"])}),
        Sent("GET", datasets, {"Authorization": basic("apikey", SECRETS["odd"])}),
        Sent("POST", f"{url}/token", form, f"apikey={quote(SECRETS['odd'], safe='')}&note={SECRETS['basic']}".encode()),
        Sent("POST", f"{url}/copy", content, json.dumps(
            {"targetSubscriptionKey": SECRETS["target key"], "targetResourceId": RESOURCE, "owner": OWNER}).encode()),
        Sent("POST", f"{url}/upload", parts, (
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="accessToken"\r\n\r\n{SECRETS["access token"]}\r\n'
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{SECRETS["key"]}.json"\r\n'
            f'Content-Type: application/json\r\n\r\n{json.dumps({"password": SECRETS["odd"], "by": EMAIL})}\r\n'
            f"--{BOUNDARY}--\r\n").encode()),
        Sent("POST", f"{url}/audio", {"Content-Type": "application/octet-stream"},
             b"\xff\xfe\x00" + SECRETS["bearer"].encode() + b"\x80\x81" + SECRETS["key"].encode()),
        Sent("GET", f"{url}/files/a?sv=1&sig={quote(SECRETS['sig'], safe='')}"),
        Sent("GET", f"{url}/by/{quote(SECRETS['odd'], safe='')}/{SECRETS['key']}"),
    ]  # fmt: skip


class _Server(http.server.ThreadingHTTPServer):
    """Keeps the datasets that were made."""

    def __init__(self, address: tuple[str, int], handler: type[http.server.BaseHTTPRequestHandler]) -> None:
        super().__init__(address, handler)
        self.made: list[dict[str, object]] = []


class _Handler(http.server.BaseHTTPRequestHandler):
    """Answers anything, with secrets of its own, and with what it was sent."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer."""
        sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path.partition("?")[0] == ACCOUNT_PATH:
            assert isinstance(self.server, _Server)
            made = self.server.made
            value: object = made if self.command == "GET" else _dataset(json.loads(sent), made)
        else:
            value = {
                "access_token": SECRETS["answer token"], "refresh_token": SECRETS["refresh"], "owner": OWNER,
                "link": LINK, "echo": sent.decode("latin-1"), "packed": wrapped(unquote(self.path)),
            }  # fmt: skip
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Set-Cookie", f"session={SECRETS['cookie']}; Path=/")
        self.send_header("X-Trace", SECRETS["key"])
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet."""


def _dataset(wanted: dict[str, object], made: list[dict[str, object]]) -> dict[str, object]:
    count = len(made) + 1
    stamp = f"2026-01-05T09:00:{count % 60:02d}Z"
    new: dict[str, object] = {
        "id": f"00000000-1111-4222-8333-{count:012d}", "properties": {}, "lastActionDateTime": stamp,
        "status": "Waiting", "createdDateTime": stamp, "customProperties": {},
        **{name: wanted[name] for name in ("displayName", "locale", "kind", "description") if name in wanted},
    }  # fmt: skip
    made.append(new)
    return new


@contextmanager
def server() -> Iterator[str]:
    """A server on loopback; its URL."""
    running = _Server(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{running.server_port}"
    finally:
        running.shutdown()
        running.server_close()
        thread.join()
