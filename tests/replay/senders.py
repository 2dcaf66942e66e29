"""The same calls through every HTTP library: what a user's client may stand on."""

from __future__ import annotations

import asyncio
import http.client
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import httpx
import requests
import urllib3


@dataclass(frozen=True, slots=True)
class Sent:
    """One request: `body` as it goes to the wire, whichever library sends it."""

    method: str
    url: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None


Answer = tuple[int, bytes]


def by_requests(sent: Sent) -> Answer:
    """With requests."""
    with requests.Session() as session:
        session.trust_env = False
        answer = session.request(sent.method, sent.url, headers=sent.headers, data=sent.body)
        return answer.status_code, answer.content


def by_httpx(sent: Sent) -> Answer:
    """With httpx."""
    with httpx.Client(trust_env=False, verify=False) as client:
        answer = client.request(sent.method, sent.url, headers=sent.headers, content=sent.body)
        return answer.status_code, answer.content


def by_async_httpx(sent: Sent) -> Answer:
    """With httpx, in a loop."""

    async def send() -> Answer:
        async with httpx.AsyncClient(trust_env=False, verify=False) as client:
            answer = await client.request(sent.method, sent.url, headers=sent.headers, content=sent.body)
            return answer.status_code, answer.content

    return asyncio.run(send())


def by_aiohttp(sent: Sent) -> Answer:
    """With aiohttp."""

    async def send() -> Answer:
        async with (
            aiohttp.ClientSession() as session,
            session.request(sent.method, sent.url, headers=sent.headers, data=sent.body) as answer,
        ):
            return answer.status, await answer.read()

    return asyncio.run(send())


def by_urllib3(sent: Sent) -> Answer:
    """With urllib3."""
    with urllib3.PoolManager() as pool:
        answer: Any = pool.request(sent.method, sent.url, headers=sent.headers, body=sent.body)
        return answer.status, answer.data


def by_http_client(sent: Sent) -> Answer:
    """With the standard library."""
    parts = urlsplit(sent.url)
    connection = http.client.HTTPConnection(parts.netloc.rpartition("@")[2])
    try:
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        connection.request(sent.method, target, body=sent.body, headers=sent.headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


SENDERS: dict[str, Callable[[Sent], Answer]] = {
    "requests": by_requests,
    "httpx": by_httpx,
    "httpx-async": by_async_httpx,
    "aiohttp": by_aiohttp,
    "urllib3": by_urllib3,
    "http.client": by_http_client,
}
