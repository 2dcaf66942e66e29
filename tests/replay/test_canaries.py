"""Secrets of every kind, in every place, through every library: none reaches a file, and the file plays still."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from urllib.parse import quote, unquote

import pytest

from pytest_speechcustom import cli
from pytest_speechcustom.cassette import SpeechCassette
from pytest_speechcustom.contracts import load
from pytest_speechcustom.replay import files
from pytest_speechcustom.replay.policy import policy_of
from pytest_speechcustom.replay.scan import leaks
from pytest_speechcustom.taps import tap_process
from pytest_speechcustom.taps.recorder import Recorder
from tests.replay.canaries import ACCOUNT_PATH, SECRETS, calls, server
from tests.replay.senders import SENDERS

SERVICE = "video-indexer"
RUN = re.compile(r"[A-Za-z0-9+/_-]{8,}={0,2}")


def views(text: str) -> list[str]:
    """A file as it is, without YAML's line breaks, with its URLs read, and what its base64 stands for, twice."""
    found = [text, re.sub(r"\\?\n\s*\\?", "", text), re.sub(r"\n\s*", " ", text)]
    for _ in range(2):
        found += [unquote(each) for each in found]
        for each in list(found):
            for run in set(RUN.findall(each)):
                for start in range(4):  # the run may have begun with something else
                    piece = run[start:].rstrip("=").replace("-", "+").replace("_", "/")
                    piece += "=" * (-len(piece) % 4)
                    try:
                        found.append(base64.b64decode(piece).decode("latin-1"))
                    except ValueError:
                        continue
        found = list(dict.fromkeys(found))
    return found


def survivors(text: str) -> set[str]:
    """The names of the secrets that can be found in a text."""
    whole = "\0".join(views(text))
    names = set()
    for name, secret in SECRETS.items():
        written = {secret, quote(secret, safe=""), json.dumps(secret)[1:-1], secret.encode().decode("latin-1")}
        if any(form in whole for form in written):
            names.add(name)
    return names


@pytest.mark.parametrize("library", SENDERS)
def test_no_secret_reaches_the_file_and_the_file_plays(
    library: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Recorded through the library, scrubbed, checked, and played back to the same library with the real secrets."""
    send, contract = SENDERS[library], load(SERVICE)
    with server() as url:
        place = files.place_of("canaries", SERVICE, tmp_path)
        with SpeechCassette(contract, place, "once") as recording:
            recorded = [send(each) for each in calls(url)]
        assert recording.judge().failing == ()
    text = place.own.read_text(encoding="utf-8")

    assert survivors(text) == set()
    assert survivors(json.dumps([answer.decode("latin-1") for _, answer in recorded])) >= {
        "owner",
        "answer token",
        "odd",
    }
    assert [path.name for path in place.own.parent.iterdir()] == ["canaries.yaml"]
    assert cli.main(["check", "--service", SERVICE, str(place.own)]) == 0, capsys.readouterr().out

    place = files.place_of("canaries", SERVICE, tmp_path)
    with SpeechCassette(contract, place) as cassette:  # the server is gone
        played = [send(each) for each in calls(url)]
    assert [status for status, _ in played] == [status for status, _ in recorded]
    assert cassette.judge().cassette["unplayed"] == []
    assert survivors("".join(answer.decode("latin-1") for _, answer in played)) == set()


def test_what_is_not_scrubbed_is_found(tmp_path: Path) -> None:
    """The search above does find each secret where nothing is scrubbed, and the scan refuses such a file."""
    contract, recorder = load(SERVICE), Recorder(lambda method, url: True)
    with server() as url:
        taps = tap_process(recorder, played=False)
        for each in calls(url):
            SENDERS["http.client"](each)
        taps.undo()
    written = files.write(tmp_path / "raw.yaml", recorder.exchanges(), {})
    text = written.read_text(encoding="utf-8")

    assert survivors(text) == set(SECRETS)
    found = leaks(text, files.load(written).exchanges, SECRETS.values(), policy_of(contract), lambda method, url: {})
    assert {f"secret {number} of those that were recorded" for number in range(1, len(SECRETS) + 1)} <= {
        each.partition(" (")[0] for each in found
    }


def test_the_same_secret_becomes_the_same_stand_in(tmp_path: Path) -> None:
    """Wherever it stood: an account in a path, in a body and in a token stays one account."""
    with server() as url:
        place = files.place_of("canaries", SERVICE, tmp_path)
        with SpeechCassette(load(SERVICE), place, "once"):
            for each in calls(url):
                SENDERS["httpx"](each)
    exchanges = files.load(place.own).exchanges
    (account,) = {match[1] for each in exchanges if (match := re.search(r"/Accounts/([^/]+)/", each.request.url))}
    assert re.fullmatch(r"5c12bbed-0000-4000-8000-[0-9a-f]{12}", account)
    header = dict(exchanges[0].request.headers)["authorization"]
    packed = header.split(".")[1]
    told = json.loads(base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)))
    assert told["oid"] == account
    assert told["email"] in (exchanges[1].request.body.raw or b"").decode()
    assert account != ACCOUNT_PATH.split("/")[3]
