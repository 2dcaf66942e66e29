"""The tap on `http.client`, and so on urllib.request, urllib3, requests, botocore and httplib2, which stand on it.

What is recorded of a request are the bytes that go to the socket; the answer is read ahead and given back as the
same bytes, chunked or not.
"""

from __future__ import annotations

import http.client
import io
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from weakref import WeakKeyDictionary

from pytest_speechcustom.taps.patches import Patches
from pytest_speechcustom.taps.recorder import Call, Recorder

_BLOCK = 65536
_LONGEST_LINE = 65536


class _Sending:
    """A request of which bytes are being written, headers and framing included."""

    def __init__(self, call: Call) -> None:
        self.call = call
        self.sent = bytearray()
        self.busy = False
        call.whole = self.settle

    def settle(self) -> bool:
        """Read from what was sent what the request was, and whether it was sent whole."""
        head, mark, rest = bytes(self.sent).partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")[1:]
        pairs = [line.partition(":") for line in lines if ":" in line]
        self.call.headers = tuple((name, value.strip(" \t")) for name, _, value in pairs)
        given = {name.lower(): value.strip().lower() for name, value in self.call.headers}
        chunked = "chunked" in given.get("transfer-encoding", "")
        if self.call.keep:
            self.call.body[:] = unchunked(rest) if chunked else rest
        length = given.get("content-length", "0")
        return bool(mark) and (rest.endswith(b"0\r\n\r\n") if chunked else len(rest) >= _number(length))


def tap(recorder: Recorder, patches: Patches) -> None:
    """Record what connections send and receive."""
    sendings: WeakKeyDictionary[http.client.HTTPConnection, _Sending] = WeakKeyDictionary()

    def lost(connection: http.client.HTTPConnection) -> None:
        sending = sendings.pop(connection, None)
        if sending is not None:
            recorder.lose(sending.call)

    def putrequest(real: Callable[..., None]) -> Callable[..., None]:
        def wrapped(self: http.client.HTTPConnection, method: str, url: str, *args: Any, **kwargs: Any) -> None:
            __tracebackhide__ = True
            if recorder.active:
                lost(self)
                sendings[self] = _Sending(recorder.begin(method, absolute(self, url)))
            real(self, method, url, *args, **kwargs)

        return wrapped

    def send(real: Callable[..., None]) -> Callable[..., None]:
        def wrapped(self: http.client.HTTPConnection, data: Any) -> None:
            __tracebackhide__ = True
            sending = sendings.get(self)
            if sending is None or sending.busy:  # busy: it connects first, through a proxy
                return real(self, data)
            sending.busy = True
            try:
                return real(self, _copied(data, sending.sent))
            except BrokenPipeError:
                raise  # the answer may be there already: urllib3 looks for it
            except Exception:
                lost(self)
                raise
            finally:
                sending.busy = False

        return wrapped

    def getresponse(real: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(self: http.client.HTTPConnection, *args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            sending = sendings.get(self)
            if sending is None:
                return real(self, *args, **kwargs)
            try:
                response = real(self, *args, **kwargs)
            except http.client.ResponseNotReady:
                raise
            except BaseException:
                lost(self)
                raise
            sendings.pop(self, None)
            sending.settle()
            body = _read_ahead(response) if sending.call.keep else b""
            sending.call.answer(response.status, response.headers.items(), body)
            return response

        return wrapped

    # Under an open cassette the name stands for a stand-in of vcrpy, which sends by the real one.
    connection = getattr(sys.modules.get("vcr.patch"), "_HTTPConnection", http.client.HTTPConnection)
    patches.replace(connection, "putrequest", putrequest)
    patches.replace(connection, "send", send)
    patches.replace(connection, "getresponse", getresponse)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0


def absolute(connection: Any, target: str) -> str:
    """The URL of a request target on a connection; through a proxy the target is one."""
    if target and not target.startswith(("/", "?", "*")):
        return target
    # urllib3's class for https is not the standard library's
    default = getattr(connection, "default_port", 80)
    tunnel = getattr(connection, "_tunnel_host", None)
    host = str(tunnel or connection.host)
    port = connection._tunnel_port if tunnel else connection.port
    if ":" in host and not host.startswith("["):
        host = f"[{host}]"
    place = host if port in (None, default) else f"{host}:{port}"
    return f"{'https' if default == 443 else 'http'}://{place}{target or '/'}"


def unchunked(raw: bytes) -> bytes:
    """The content of a chunked body, as far as it goes."""
    content = bytearray()
    rest = raw
    while True:
        size, mark, rest = rest.partition(b"\r\n")
        try:
            length = int(size.partition(b";")[0], 16)
        except ValueError:
            return bytes(content)
        if not mark or length <= 0:
            return bytes(content)
        content += rest[:length]
        rest = rest[length + 2 :]


def _copied(data: Any, sent: bytearray) -> Any:
    """The data to send instead: the same, with a copy kept of what is taken from it."""
    if hasattr(data, "read"):
        return _CopyingReader(data, sent)
    try:
        sent += memoryview(data).cast("B")
    except TypeError:
        return _copying(data, sent) if isinstance(data, Iterable) else data
    return data


def _copying(chunks: Iterable[Any], sent: bytearray) -> Iterator[Any]:
    for chunk in chunks:
        sent += chunk
        yield chunk


class _CopyingReader:
    """A file to send, of which a copy is kept; text becomes bytes as `http.client` makes it."""

    def __init__(self, file: Any, sent: bytearray) -> None:
        self._file, self._sent = file, sent

    def read(self, size: int = -1) -> bytes:
        """The next block."""
        block = self._file.read(size)
        data = block.encode("iso-8859-1") if isinstance(block, str) else bytes(block)
        self._sent += data
        return data


class _Again(io.RawIOBase):
    """Bytes that were read ahead, and the error that ended the reading, if one did."""

    def __init__(self, data: bytes, error: Exception | None) -> None:
        self._data = memoryview(data)
        self._error = error

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        """The next bytes, then the error."""
        size = min(len(buffer), len(self._data))
        if not size and self._error is not None:
            raise self._error
        buffer[:size] = self._data[:size]
        self._data = self._data[size:]
        return size


def _read_ahead(response: http.client.HTTPResponse) -> bytes:
    """The body of a response, which can be read from it still, framed as before."""
    file: Any = response.fp
    if file is None or response.length == 0 or getattr(response, "_method", "") == "HEAD":
        return b""
    raw = bytearray()
    error: Exception | None = None
    try:
        if response.chunked:
            _read_chunks(file, raw)
        else:
            _read_exactly(file, raw, response.length)
    except Exception as raised:
        error = raised
    file.close()
    response.fp = io.BufferedReader(_Again(bytes(raw), error))
    return unchunked(bytes(raw)) if response.chunked else bytes(raw)


def _read_exactly(file: Any, raw: bytearray, length: int | None) -> None:
    while length is None or length > 0:
        block = file.read1(_BLOCK if length is None else min(_BLOCK, length))
        if not block:
            return
        raw += block
        if length is not None:
            length -= len(block)


def _read_chunks(file: Any, raw: bytearray) -> None:
    """Read chunk by chunk, framing included, with the trailer."""
    while True:
        line = file.readline(_LONGEST_LINE + 1)
        raw += line
        try:
            length = int(line.partition(b";")[0], 16)
        except ValueError:
            return  # the reader of the response will say what is wrong
        if length <= 0:
            break
        _read_exactly(file, raw, length + 2)
    while True:
        line = file.readline(_LONGEST_LINE + 1)
        raw += line
        if line in (b"\r\n", b"\n", b""):
            return
