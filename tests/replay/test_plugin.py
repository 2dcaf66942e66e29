"""The fixture `speech_cassette`, as users of pytest meet it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml

from pytest_speechcustom.emulator.service import SpeechService

ROOT = Path(__file__).parents[2]
SDK = """
import pytest
from ibm_cloud_sdk_core.authenticators import BasicAuthenticator
from ibm_watson import SpeechToTextV1

from tests.servers import flac


@pytest.mark.speechcustom("watson-stt-cloud", cassette="train-acoustic-model")
def test_training(speech_cassette):
    sdk = SpeechToTextV1(authenticator=BasicAuthenticator("apikey", "a-key-of-my-own-2231"))
    sdk.set_service_url("https://api.eu-de.speech-to-text.watson.cloud.ibm.com/instances/1")
    {create}
    model = made.get_result()["customization_id"]
    sdk.add_audio(model, "audio1", flac.silence({seconds}), content_type="audio/flac")
    while sdk.get_audio(model, "audio1").get_result()["status"] != "ok":
        pass
    while sdk.get_acoustic_model(model).get_result()["status"] != "ready":
        pass
    sdk.train_acoustic_model(model)
    while sdk.get_acoustic_model(model).get_result()["status"] != "available":
        pass
    assert sdk.get_acoustic_model(model).get_result()["status"] == "available"  # the last answer repeats
"""
CREATE = 'made = sdk.create_acoustic_model("{name}", "en-US_BroadbandModel", description="Lectures of a term")'
CLIENT = """
import httpx
import pytest

URL = {url!r} + "/v1/acoustic_customizations"
KEY = {{"Authorization": "Bearer a-token-of-my-own-9917"}}


def create(name="Lectures", **more):
    wanted = {{"name": name, "base_model_name": "en-US_BroadbandModel"}} | more
    return httpx.post(URL, json=wanted, headers=KEY)


@pytest.mark.speechcustom("watson-stt-cloud", cassette="mine")
def test_mine(speech_cassette):
    {body}
"""


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Inner runs have no plugin but ours, no options of the outer run, and no proxy."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    monkeypatch.delenv("PYTEST_PLUGINS", raising=False)
    monkeypatch.setenv("NO_PROXY", "*")


class Project:
    """A project of a user."""

    def __init__(self, pytester: pytest.Pytester) -> None:
        self.pytester = pytester
        self.cassette = pytester.path / "cassettes" / "watson-stt-cloud" / "mine.yaml"

    def test(self, text: str, *options: str) -> pytest.RunResult:
        """Write one module and run it."""
        self.pytester.makepyfile(test_models=text)
        return self.pytester.runpytest_inprocess("-p", "pytest_speechcustom.plugin", "-p", "no:cacheprovider", *options)

    def record(self, url: str, body: str, mode: str = "once") -> pytest.RunResult:
        """Run a client of a server and record it."""
        return self.test(CLIENT.format(url=url, body=body), f"--speechcustom-record={mode}")


@pytest.fixture
def project(pytester: pytest.Pytester) -> Project:
    """An empty one."""
    return Project(pytester)


# the shipped cassette and the real SDK


def test_the_sdk_plays_the_shipped_training(project: Project) -> None:
    """Against another host and with another key than those of the recording; polls as often as it likes."""
    result = project.test(SDK.format(create=CREATE.format(name="Lectures"), seconds=660))
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["watson-stt-cloud: 1 test, * exchanges, 0 errors, 0 warnings, 0 notes"])
    result.stdout.fnmatch_lines(
        ["  cassette watson-stt-cloud/train-acoustic-model: * of * interactions not played (*)"]
    )
    result.stdout.no_fnmatch_line("*stale*")


def test_one_changed_field_fails_with_the_difference_and_the_rule(project: Project) -> None:
    """The same test with another name."""
    result = project.test(SDK.format(create=CREATE.format(name="Lessons"), seconds=660))
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "*ERROR watson-stt-cloud/replay.request (client, 1 time)",
            "*the cassette train-acoustic-model has no answer to this request: *; * interaction 0 (POST *)",
            "*where    exchange 0 (POST * from test_models.py:*), createAcousticModel",
            "*seen     body/name: 'Lessons'",
            "*allowed  body/name: 'Lectures'",
            "*source   cassette train-acoustic-model, interaction 0",
        ]
    )
    assert "a-key-of-my-own" not in result.stdout.str().replace('"a-key-of-my-own-2231"', "")


def test_changed_audio_fails(project: Project) -> None:
    """Audio is compared by its digest."""
    result = project.test(SDK.format(create=CREATE.format(name="Lectures"), seconds=661))
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["*seen     body: '* bytes, sha256 *'", "*allowed  body: '* bytes, sha256 *'", "*interaction 1"]
    )


def test_a_request_outside_the_contract_names_the_rule_of_the_contract_too(project: Project) -> None:
    """The request is checked before it is looked up."""
    text = CLIENT.format(url="https://h.example", body="create(base_model='x')")
    result = project.test(text.replace('"mine"', '"train-acoustic-model"'))
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["*ERROR watson-stt-cloud/replay.request*", "*ERROR watson-stt-cloud/request.body.unknown*"]
    )


def test_a_miss_cannot_be_swallowed(project: Project) -> None:
    """A client that goes on after any error fails its test nevertheless."""
    body = """try:
        create()
    except BaseException:
        pass"""
    text = CLIENT.format(url="https://h.example", body=body).replace('"mine"', '"train-acoustic-model"')
    result = project.test(text)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*ERROR watson-stt-cloud/replay.request (client, 1 time)"])


# recording


@pytest.fixture
def emulator() -> SpeechService:
    """One that is started by the test."""
    return SpeechService("watson-stt-cloud")


def test_recorded_once_it_plays_without_a_server(project: Project, emulator: SpeechService) -> None:
    """Into the user's tree, beside the test; the second run does not record again."""
    with emulator:
        project.record(emulator.url, "assert create().status_code == 201").assert_outcomes(passed=1)
        before = project.cassette.read_bytes()
        project.record(emulator.url, "assert create().status_code == 201").assert_outcomes(passed=1)
    assert project.cassette.read_bytes() == before
    told = yaml.safe_load(before)["metadata"]
    assert (told["service"], told["recorded_from"]) == ("watson-stt-cloud", "emulator")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", told["recorded_at"])
    assert told["policy"]["headers"]
    assert b"a-token-of-my-own" not in before

    result = project.test(CLIENT.format(url="https://h.example", body="assert create().status_code == 201"))
    result.assert_outcomes(passed=1)


def test_new_adds_what_is_not_there(project: Project, emulator: SpeechService) -> None:
    """What is recorded is played, the rest is asked for and added; `all` begins anew."""
    with emulator:
        project.record(emulator.url, "create()").assert_outcomes(passed=1)
        both = "create()\n    assert create('Others').status_code == 201"
        project.record(emulator.url, both, "new").assert_outcomes(passed=1)
        assert len(emulator.exchanges) == 2
        assert len(yaml.safe_load(project.cassette.read_text(encoding="utf-8"))["interactions"]) == 2
        project.record(emulator.url, "create('Others')", "all").assert_outcomes(passed=1)
    (only,) = yaml.safe_load(project.cassette.read_text(encoding="utf-8"))["interactions"]
    assert json.loads(only["request"]["body"])["name"] == "Others"


def test_what_looks_like_a_secret_is_not_written(project: Project, emulator: SpeechService) -> None:
    """The test fails in one line that does not repeat it; an ini option says where it is, or that it is none."""
    odd = "qT7hX2mZ9vK4pL8wR3nB6cY1"
    with emulator:
        result = project.record(emulator.url, f"create(description={odd!r})")
        result.assert_outcomes(passed=1, errors=1)
        result.stdout.fnmatch_lines(
            ["the cassette mine was not written: what looks like a secret under 'description'*"]
        )
        assert list(project.pytester.path.rglob("*.yaml")) == []
        project.pytester.makeini("[pytest]\nspeechcustom_scrub = description\n")
        project.record(emulator.url, f"create(description={odd!r})").assert_outcomes(passed=1)
        assert odd not in project.cassette.read_text(encoding="utf-8")
        project.cassette.unlink()
        project.pytester.makeini("[pytest]\nspeechcustom_harmless = qT7h\\w+\nspeechcustom_cassettes = tapes\n")
        project.record(emulator.url, f"create(description={odd!r})").assert_outcomes(passed=1)
    (made,) = project.pytester.path.rglob("*.yaml")
    assert made.relative_to(project.pytester.path).as_posix() == "tapes/watson-stt-cloud/mine.yaml"
    assert odd in made.read_text(encoding="utf-8")


def test_recording_over_a_shipped_cassette_goes_into_the_users_tree(project: Project, emulator: SpeechService) -> None:
    """What is installed stays as it is."""
    shipped = ROOT / "cassettes" / "watson-stt-cloud" / "busy-model.yaml"
    before = shipped.read_bytes()
    with emulator:
        text = CLIENT.format(url=emulator.url, body="create()").replace('"mine"', '"busy-model"')
        project.test(text, "--speechcustom-record=all").assert_outcomes(passed=1)
    assert shipped.read_bytes() == before
    assert (project.cassette.parent / "busy-model.yaml").is_file()


def test_the_installed_package_is_never_written_to(project: Project, emulator: SpeechService) -> None:
    """Not even where an option says so."""
    project.pytester.makeini(f"[pytest]\nspeechcustom_cassettes = {ROOT / 'cassettes'}\n")
    with emulator:
        result = project.record(emulator.url, "create()", "all")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*mine.yaml belongs to pytest-speechcustom itself*"])
    assert not (ROOT / "cassettes" / "watson-stt-cloud" / "mine.yaml").exists()


# what is told


def test_stale_and_unused_cassettes_are_named(project: Project, emulator: SpeechService) -> None:
    """One that was recorded under another contract, one that no test uses, and what of it was not played."""
    with emulator:
        project.record(emulator.url, "create()\n    create('Others')").assert_outcomes(passed=1)
    text = project.cassette.read_text(encoding="utf-8")
    project.cassette.write_text(re.sub(r"contract: \S+", "contract: 0123456789abcdef", text), encoding="utf-8")
    (project.cassette.parent / "old.yaml").write_text(text, encoding="utf-8")
    result = project.test(CLIENT.format(url="https://h.example", body="create()"))
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(
        [
            "  stale cassette watson-stt-cloud/mine: recorded under contract 0123456789abcdef, which is now *",
            "  cassette watson-stt-cloud/mine: 1 of 2 interactions not played (1)",
            "  unused cassettes in cassettes/watson-stt-cloud: old",
        ]
    )
    result = project.test(CLIENT.format(url="https://h.example", body="create()"), "-k", "mine")
    result.stdout.fnmatch_lines(["  stale cassette*"])
    result.stdout.no_fnmatch_line("*unused cassettes*")


@pytest.mark.parametrize(
    ("marker", "message"),
    [
        ("'watson-stt-cloud'", "speech_cassette needs cassette='NAME' in the marker; shipped with watson-stt-cloud: *"),
        (
            "'watson-stt-cloud', cassette='busy-modle'",
            "there is no cassette 'busy-modle' * did you mean 'busy-model'? *",
        ),
        ("'watson-stt-cloud', cassette='../x'", "cassette='../x' is no name of a cassette*"),
        ("'watson-stt-cloud', cassette='/etc/x'", "cassette='/etc/x' is no name of a cassette*"),
    ],
)
def test_what_is_wrong_is_told_in_a_line(project: Project, marker: str, message: str) -> None:
    """And how to record."""
    text = f"import pytest\n\n@pytest.mark.speechcustom({marker})\ndef test_it(speech_cassette):\n    pass\n"
    result = project.test(text)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([message])
    result.stdout.no_fnmatch_line("*Traceback*")


def test_a_broken_cassette_is_told_in_a_line(project: Project) -> None:
    """With the file and the place."""
    project.cassette.parent.mkdir(parents=True)
    project.cassette.write_text("interactions: [{request: 1}]\nversion: 1\n", encoding="utf-8")
    result = project.test(CLIENT.format(url="https://h.example", body="pass"))
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*mine.yaml, interaction 0: *"])


def test_the_monitor_sees_what_is_played(project: Project) -> None:
    """Both fixtures in one test."""
    text = CLIENT.format(url="https://h.example", body="x = 1").replace('"mine"', '"models-by-language"')
    text = text.replace("(speech_cassette)", "(speech_monitor, speech_cassette)").replace(
        "x = 1", "httpx.get(URL, headers=KEY)\n    assert len(speech_monitor.exchanges) == 1"
    )
    project.test(text).assert_outcomes(passed=1)
