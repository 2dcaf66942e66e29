"""A short history as a pytest test that anybody can run: ids are taken from the answers, as they will be others."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterable, Sequence

from pytest_speechcustom.conformance import rules
from pytest_speechcustom.conformance.archive import zipped
from pytest_speechcustom.conformance.closure import LeftOut, Step, ids_told, mentioned, status_of
from pytest_speechcustom.conformance.flac import silence
from pytest_speechcustom.contracts.model import Contract
from pytest_speechcustom.engine.checker import Checker
from pytest_speechcustom.engine.curl import curl
from pytest_speechcustom.secrets import HIDDEN, credentials, is_secret, mask_text, mask_url, mask_value
from pytest_speechcustom.values import Exchange, Finding, Request

_WORD = re.compile(r"[\w.~-]+")
_NO_WORD = re.compile(r"\W+")
_SHORTEST = 8
_LONGEST = 2000
_LEFT_OUT = ("accept", "host", "content-length")
_LAST_TRIES = 12
_REFUSED = (rules.REFUSED, rules.ANONYMOUS, rules.UNKNOWN)
_UNTIL = '''

def until(http, url, status, tries=30):
    """Ask until that status is read, or for the last time: work takes its time."""
    for number in range(tries):
        answer = http.request("GET", url)
        if answer.is_success and answer.json().get("status") == status:
            break
        time.sleep(min(0.1 * 1.3**number, 10))
    return answer

'''


def curl_of(steps: Sequence[Step | LeftOut], finding: Finding) -> list[str]:
    """The lines of curl, each with the status that was answered."""
    lines = []
    for step in steps:
        if isinstance(step, LeftOut):
            lines.append(f"# ... {step.times} others, left out")
        elif step.times > 1:
            lines.append(f"# ... {step.times} more like it")
        else:
            request, response = step.exchange.request, step.exchange.response
            status = str(response.status) if response is not None else "no answer"
            lines.append(f"{curl(request, credentials(request.headers, request.url))}  # {status}")
    if finding.rule.endswith("/" + rules.KNOWN):
        lines.append(f"# {finding.message}: allowed {finding.allowed}, seen {finding.seen}")
    return lines


def pytest_of(contract: Contract, base: str, steps: Sequence[Step | LeftOut], finding: Finding) -> str:
    """The source of a test that sends the requests again, and fails as long as the answers break the rule.

    Empty, where only who knows the data that was sent can say that the answers are wrong.
    """
    rule = finding.rule.partition("/")[2]
    if rule == rules.KNOWN:
        return ""
    exchanges = [step.exchange for step in steps if isinstance(step, Step)]
    source = _Source(base, exchanges)
    for number, step in enumerate(steps):
        source.add(number, step, last=number == len(steps) - 1)
    suite = rule not in contract.rules
    if suite:
        answer = f"answer{len(steps) - 1}"
        right = f"{answer}.is_success" if rule not in _REFUSED else f"400 <= {answer}.status_code < 500"
        source.lines.append(f"assert {right}, {answer}.status_code")
    marked = (
        [] if suite else [f"@pytest.mark.speechcustom({_marker(contract, exchanges, finding, waits=source.waits)})"]
    )
    uses = {"os": source.headers, "time": source.waits}
    return "\n".join(
        [
            *(f"import {module}" for module, used in uses.items() if used),
            *([""] if any(uses.values()) else []),
            "import httpx",
            *([] if suite else ["import pytest"]),
            *source.imports(),
            "",
            f"BASE = {json.dumps(base)}",
            *source.secrets(),
            *(_UNTIL.rstrip("\n").splitlines() if source.waits else []),
            "",
            "",
            *marked,
            f"def test_{_NO_WORD.sub('_', rule)}({'' if suite else 'speech_monitor'}):",
            f"    with httpx.Client({'headers=HEADERS' if source.headers else ''}) as http:",
            *(f"        {line}" for line in source.lines),
            "",
        ]
    )


def _marker(contract: Contract, exchanges: Iterable[Exchange], finding: Finding, *, waits: bool) -> str:
    """The arguments of the marker: what the requests themselves have wrong on purpose is allowed."""
    checker = Checker(contract, side="client", overheard=True)
    for exchange in exchanges:
        checker.feed(exchange)
    broken = {each.rule.partition("/")[2] for each in checker.report("conformance").findings if each.level != "note"}
    if (waits or finding.level != "error") and any(rule.startswith("client.") for rule in contract.rules):
        broken = {"client.*", *(rule for rule in broken if not rule.startswith("client."))}  # how a client waits
    told = f'"{contract.id}"'
    told += f", allow={json.dumps(sorted(broken))}" if broken else ""
    return told + (", strict=True" if finding.level != "error" else "")


class _Source:
    """The lines of a test as they come about: which ids are known by then, and what they use."""

    def __init__(self, base: str, exchanges: Sequence[Exchange]) -> None:
        self.lines: list[str] = []
        self.waits = False
        self.headers = list(
            dict.fromkeys(key for each in exchanges for key, _ in each.request.headers if is_secret(key))
        )
        self._base = base
        self._used = set().union(*(mentioned(each.request) for each in exchanges))
        self._known: dict[str, str] = {}
        self._token = False
        self._silence = self._zipped = False

    def imports(self) -> list[str]:
        """The imports of what makes bytes."""
        found = ["from pytest_speechcustom.conformance.flac import silence"] if self._silence else []
        more = ["from pytest_speechcustom.conformance.archive import zipped"] if self._zipped else []
        return ["", *found, *more] if found or more else []

    def secrets(self) -> list[str]:
        """What the reader puts his credentials into."""
        lines = []
        if self.headers:
            asked = "\\n".join(f"{name}: ..." for name in self.headers)
            lines += [
                "# Your credentials, one `Name: value` a line: in the environment, or here in place of the dots.",
                f'CREDENTIALS = os.environ.get("SPEECHCUSTOM_HEADER") or "{asked}"',
                'HEADERS = dict(map(str.strip, line.split(":", 1)) for line in CREDENTIALS.splitlines())',
            ]
        if self._token:
            lines.append('TOKEN = "..."  # put your access token here')
        return lines

    def add(self, number: int, step: Step | LeftOut, *, last: bool) -> None:
        """One step; what its answer tells is known to the next ones."""
        if isinstance(step, LeftOut):
            self.lines.append(f"# {step.times} other requests are left out here; put back what it takes")
            return
        url = self._url(step.exchange.request)
        if step.awaited:
            self.waits = True
            tries = f", tries={_LAST_TRIES}" if last else ""
            call = f"until(http, {url}, {status_of(step.exchange)!r}{tries})"
        else:
            call = self._call(number, step.exchange.request, url)
        if step.times > 1:
            self.lines += [f"for _ in range({step.times}):", f"    {call}"]
            return
        self.lines.append(f"answer{number} = {call}")
        own = mentioned(step.exchange.request)
        for id, name in ids_told(step.exchange).items():
            if id in self._used - own and id not in self._known:
                ending = ".partition('?')[0].rpartition('/')[2]" if name == "self" else ""
                self.lines.append(f"id{number} = answer{number}.json()['{name}']{ending}")
                self._known[id] = f"{{id{number}}}"

    def _call(self, number: int, request: Request, url: str) -> str:
        kept = {name: value for name, value in request.headers if not is_secret(name) and name.lower() not in _LEFT_OUT}
        more = f", headers={mask_value(kept)!r}" if kept else ""
        raw = request.body.raw
        if raw is not None:
            content = self._content(raw, credentials(request.headers, request.url))
            if content is None:
                media = next((value for name, value in kept.items() if name.lower() == "content-type"), "any kind")
                self.lines.append(f'body{number} = b""  # put {len(raw)} bytes of {media} here')
                content = f"body{number}"
            more += f", content={content}"
        bare = self.headers and not any(is_secret(name) for name, _ in request.headers)
        return f'{"httpx" if bare else "http"}.request("{request.method}", {url}{more})'

    def _url(self, request: Request) -> str:
        masked = mask_text(mask_url(request.url), credentials(request.headers))
        path, mark, query = _braced(masked.removeprefix(self._base)).partition("?")
        path = "/".join(self._known.get(part, part) for part in path.split("/"))
        if "=" + HIDDEN in query:
            self._token = True
            query = query.replace("=" + HIDDEN, "={TOKEN}")
        place = json.dumps("{BASE}" + path + mark + self._with_ids(query))
        return f"f{place}"

    def _content(self, raw: bytes, known: Iterable[str]) -> str | None:
        """The body as an expression; ``None`` where it is too long. JSON is shown without what is secret."""
        made = _silence(raw)
        if made:
            self._silence = True
            return made
        packed = _zipped(raw)
        if packed:
            self._silence = self._silence or "silence(" in packed
            self._zipped = True
            return packed
        if len(raw) > _LONGEST:
            return None
        try:
            text = mask_text(json.dumps(mask_value(json.loads(raw))), known)
        except (ValueError, RecursionError):
            return repr(raw)
        filled = self._with_ids(_braced(text).replace(self._base, "{BASE}"))
        return f"f{filled!r}" if filled != _braced(text) else repr(text)

    def _with_ids(self, text: str) -> str:
        def expression(match: re.Match[str]) -> str:
            return self._known.get(match[0], match[0]) if len(match[0]) >= _SHORTEST else match[0]

        return _WORD.sub(expression, text)


def _braced(text: str) -> str:
    """A text as it stands in an f-string."""
    return text.replace("{", "{{").replace("}", "}}")


def _silence(raw: bytes) -> str:
    """The expression that makes these bytes, if they are the suite's silence."""
    if raw[:4] != b"fLaC" or len(raw) < 26:
        return ""
    about = int.from_bytes(raw[18:26], "big")
    rate, samples = about >> 44, about & (1 << 36) - 1
    seconds = samples // rate if rate else 0
    if not 0 < seconds < 100_000 or silence(seconds, rate) != raw:
        return ""
    return f"silence({seconds})" if rate == 16_000 else f"silence({seconds}, {rate})"


def _zipped(raw: bytes) -> str:
    """The expression that makes these bytes, if they are an archive of the suite."""
    if raw[:2] != b"PK":
        return ""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            if sum(each.file_size for each in archive.infolist()) > 10 * _LONGEST:
                return ""
            files = {name: archive.read(name) for name in archive.namelist()}
    except (ValueError, OSError, RuntimeError, NotImplementedError, zipfile.BadZipFile):
        return ""
    if zipped(files) != raw:
        return ""
    return "zipped({" + ", ".join(f"{name!r}: {_silence(data) or repr(data)}" for name, data in files.items()) + "})"
