"""Tells vcrpy what aiohttp really sends.

It sees what a caller gives, where JSON, a form and parts are not told apart.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import ClientSession, FormData, MultipartWriter, hdrs
from multidict import CIMultiDict

from pytest_speechcustom.taps.patches import Patches


def patch(patches: Patches) -> None:
    """Let sessions write a body, and their own URL and credentials, into the request before vcrpy looks at it."""

    def request(real: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def wrapped(self: ClientSession, method: str, url: Any, **given: Any) -> Any:
            __tracebackhide__ = True
            headers = CIMultiDict(given.pop("headers", None) or {})
            data, value = given.pop("data", None), given.pop("json", None)
            if value is not None and data is None:
                data = self.json_serialize(value).encode()
                headers.setdefault(hdrs.CONTENT_TYPE, "application/json")
            elif value is not None:
                given["json"] = value  # aiohttp says what is wrong with that
            elif isinstance(data, Mapping | list | tuple | FormData | MultipartWriter):
                payload = data if isinstance(data, MultipartWriter) else _form(data)
                headers.setdefault(hdrs.CONTENT_TYPE, payload.headers.get(hdrs.CONTENT_TYPE, payload.content_type))
                data = await _written(payload)
            if given.get("auth") is None and self.auth is not None and hdrs.AUTHORIZATION not in headers:
                given["auth"] = self.auth
            return await real(self, method, self._build_url(url), headers=headers, data=data, **given)

        return wrapped

    patches.replace(ClientSession, "_request", request)


def _form(data: Any) -> Any:
    return (data if isinstance(data, FormData) else FormData(data))()


async def _written(payload: Any) -> bytes:
    """What a payload puts on the wire."""
    chunks = bytearray()

    class Writer:
        async def write(self, chunk: Any) -> None:
            nonlocal chunks
            chunks += chunk

    await payload.write(Writer())
    return bytes(chunks)
