"""Taps on the HTTP libraries of this process: each gives a `Recorder` what is really sent and received.

A tap sits where its library talks to the wire, and passes everything on as it was: headers, framing, streams,
errors. vcrpy's patching reaches the same libraries, but it puts the real classes back for the time of every
request (`vcr.patch.force_reset`), so that requests of other threads are missed meanwhile; it sends streams as
one piece, and keeps one header of a name. So only a library's own methods are wrapped here, and vcrpy is
asked for what it plays back, which reaches no wire.

One module knows one library. All other modules of this room use the standard library only.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec

from pytest_speechcustom.taps import wire
from pytest_speechcustom.taps.patches import Patches
from pytest_speechcustom.taps.recorder import Recorder


def tap_process(recorder: Recorder, *, played: bool = True) -> Patches:
    """Tap every library that is installed; undo it with `Patches.undo`.

    Unless `played`, what cassettes play back is left out: only what is really sent is recorded.
    """
    patches = Patches()
    try:
        if _installed("vcr"):  # first: it remembers the methods that it finds as the real ones
            from pytest_speechcustom.taps import cassettes

            if played:
                cassettes.tap(recorder, patches)
        wire.tap(recorder, patches)
        for name in ("httpx", "httpx2"):
            if _installed(name):
                from pytest_speechcustom.taps import httpx_clients

                httpx_clients.tap(recorder, patches, name)
        if _installed("aiohttp"):
            from pytest_speechcustom.taps import aiohttp_clients

            aiohttp_clients.tap(recorder, patches)
    except BaseException:
        patches.undo()
        raise
    return patches


def tap_client(recorder: Recorder, client: object) -> Patches | None:
    """Tap one client; ``None`` if it is of no kind that is known."""
    for name in ("httpx", "httpx2"):
        module = sys.modules.get(name)
        if module is not None and isinstance(client, module.Client | module.AsyncClient):
            from pytest_speechcustom.taps import httpx_clients

            return httpx_clients.tap_client(recorder, client, module)
    module = sys.modules.get("requests")
    if module is not None and isinstance(client, module.Session):
        from pytest_speechcustom.taps import requests_sessions

        return requests_sessions.tap_session(recorder, client)
    return None


def _installed(name: str) -> bool:
    if name in sys.modules:
        return sys.modules[name] is not None
    return find_spec(name) is not None
