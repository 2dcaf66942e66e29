"""Clients of every HTTP library walk through the life of a model, and the emulator finds nothing wrong with them."""

from __future__ import annotations

import asyncio
import http.client
import json
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import httpx
import pytest
import requests
import urllib3

from pytest_speechcustom.emulator.service import SpeechService

BASE = "/trial/Accounts/0c1dbb5e-f1c2-4a8e-b6ff-7e3b2b6d3a11/Customization/Speech"
TOKEN = {"Authorization": "Bearer token"}
DATASET = {"displayName": "Lectures", "locale": "en-US", "kind": "Language", "contentUrl": "https://example.com/text"}

Send = Callable[[str, str, Any], Awaitable[Any]]


async def walk(send: Send) -> list[str]:
    """A dataset and a model from creation to deletion, polled until they are done; the states that were seen."""
    seen = []

    async def until_complete(path: str) -> None:
        for _ in range(9):
            seen.append((await send("GET", path, None))["status"])
            if seen[-1] == "Complete":
                return

    dataset = (await send("POST", "/datasets", DATASET))["id"]
    await until_complete(f"/datasets/{dataset}")
    wanted = {"displayName": "Model", "locale": "en-US", "datasets": [dataset]}
    model = (await send("POST", "/models", wanted))["id"]
    await until_complete(f"/models/{model}")
    assert [each["id"] for each in await send("GET", "/models", None)] == [model]
    await send("DELETE", f"/models/{model}", None)
    await send("DELETE", f"/datasets/{dataset}", None)
    return seen


async def _by_httpx(url: str) -> list[str]:
    with httpx.Client(base_url=url, headers=TOKEN) as client:

        async def send(method: str, path: str, body: Any) -> Any:
            answer = client.request(method, path, json=body) if body else client.request(method, path)
            return answer.json() if answer.content else None

        return await walk(send)


async def _by_async_httpx(url: str) -> list[str]:
    async with httpx.AsyncClient(base_url=url, headers=TOKEN) as client:

        async def send(method: str, path: str, body: Any) -> Any:
            answer = await (client.request(method, path, json=body) if body else client.request(method, path))
            return answer.json() if answer.content else None

        return await walk(send)


async def _by_requests(url: str) -> list[str]:
    with requests.Session() as session:
        session.trust_env = False
        session.headers.update(TOKEN)

        async def send(method: str, path: str, body: Any) -> Any:
            answer = session.request(method, url + path, json=body, timeout=10)
            return answer.json() if answer.content else None

        return await walk(send)


async def _by_urllib3(url: str) -> list[str]:
    with urllib3.PoolManager() as pool:

        async def send(method: str, path: str, body: Any) -> Any:
            more = {"json": body} if body else {}
            answer = pool.request(method, url + path, headers=TOKEN, **more)
            return answer.json() if answer.data else None

        return await walk(send)


async def _by_aiohttp(url: str) -> list[str]:
    async with aiohttp.ClientSession(headers=TOKEN) as session:

        async def send(method: str, path: str, body: Any) -> Any:
            async with session.request(method, url + path, json=body) as answer:
                return await answer.json() if answer.content_length else None

        return await walk(send)


async def _by_http_client(url: str) -> list[str]:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)

    async def send(method: str, path: str, body: Any) -> Any:
        headers = TOKEN | ({"Content-Type": "application/json"} if body else {})
        connection.request(method, parts.path + path, json.dumps(body) if body else None, headers)
        data = connection.getresponse().read()
        return json.loads(data) if data else None

    try:
        return await walk(send)
    finally:
        connection.close()


CLIENTS = {
    "httpx": _by_httpx,
    "httpx-async": _by_async_httpx,
    "requests": _by_requests,
    "urllib3": _by_urllib3,
    "aiohttp": _by_aiohttp,
    "http.client": _by_http_client,
}


@pytest.mark.parametrize("client", CLIENTS.values(), ids=CLIENTS.keys())
def test_a_client_walks_through_the_whole_life(client: Callable[[str], Any]) -> None:
    """Polls let the work go on; nothing is found, not even a note."""
    with SpeechService("video-indexer", progress="polls:2") as service:
        seen = asyncio.run(client(service.url + BASE))
    assert seen == ["Waiting", "Waiting", "Complete", "Processing", "Processing", "Complete"]
    assert service.findings == ()
