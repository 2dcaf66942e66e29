"""The fixture `speech_service`: what fails a test, and what it says."""

from __future__ import annotations

from pathlib import Path

import pytest

HEADER = """
import httpx
import pytest

pytestmark = pytest.mark.speechcustom("video-indexer")
DATASET = {"displayName": "x", "locale": "en-US", "kind": "Language", "contentUrl": "https://example.com/text"}
BASE = "/trial/Accounts/0c1dbb5e-f1c2-4a8e-b6ff-7e3b2b6d3a11/Customization/Speech"


def create(service, **more):
    url = service.url + BASE + "/datasets"
    return httpx.post(url, json=DATASET | more, headers={"Authorization": "Bearer secret-token"})

"""


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """Runs a test module with nothing but this plugin."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent.parent.parent))

    def run(body: str, *options: str) -> pytest.RunResult:
        pytester.makepyfile(test_models=HEADER + body)
        return pytester.runpytest_inprocess("-p", "pytest_speechcustom.plugin", "-p", "no:cacheprovider", *options)

    return run


def test_a_right_client_passes(run) -> None:  # type: ignore[no-untyped-def]
    """And the summary says what was checked."""
    result = run(
        """
def test_create(speech_service):
    made = create(speech_service).json()
    speech_service.complete()
    url = speech_service.url + BASE + "/datasets/" + made["id"]
    assert httpx.get(url, headers={"Authorization": "Bearer t"}).json()["status"] == "Complete"
    assert len(speech_service.exchanges) == 2
"""
    )
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["video-indexer: 1 test, 2 exchanges, 0 errors, 0 warnings*"])


def test_a_wrong_request_fails_the_test(run) -> None:  # type: ignore[no-untyped-def]
    """Though the client did not mind; the message has the rule and no secret."""
    result = run("def test_create(speech_service):\n    create(speech_service, colour='red')\n")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["ERROR video-indexer/request.body.unknown (client, 1 time)", "*no property 'colour'*"])
    assert "secret-token" not in result.stdout.str()
    assert "emulator is at fault" not in result.stdout.str()


def test_a_test_with_two_fixtures_tells_of_both(run) -> None:  # type: ignore[no-untyped-def]
    """One test, the exchanges that each of the two has seen."""
    result = run(
        """
def test_create(speech_service, speech_monitor):
    create(speech_service)
    create(speech_service)
    assert len(speech_service.exchanges) == 2
"""
    )
    assert result.ret == 0
    result.stdout.fnmatch_lines(["video-indexer: 1 test, 4 exchanges, 0 errors, 0 warnings, 0 notes"])


def test_a_known_finding_can_be_allowed(run) -> None:  # type: ignore[no-untyped-def]
    """By the marker, as with the monitor."""
    result = run(
        "@pytest.mark.speechcustom('video-indexer', allow=['request.body.unknown'])\n"
        "def test_create(speech_service):\n    create(speech_service, colour='red')\n"
    )
    result.assert_outcomes(passed=1)


def test_warnings_fail_with_strict_only(run) -> None:  # type: ignore[no-untyped-def]
    """A refusal that the client could have foreseen is one."""
    body = """
def test_delete(speech_service):
    made = create(speech_service).json()["id"]
    auth = {"Authorization": "Bearer t"}
    model = {"displayName": "m", "locale": "en-US", "datasets": [made]}
    assert httpx.post(speech_service.url + BASE + "/models", json=model, headers=auth).status_code == 200
    assert httpx.delete(speech_service.url + BASE + "/datasets/" + made, headers=auth).status_code == 400
"""
    run(body).assert_outcomes(passed=1)
    result = run(body, "--speechcustom-strict")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["WARNING video-indexer/client.dataset.in-use*"])


def test_where_the_emulator_is_at_fault_it_says_so(run) -> None:  # type: ignore[no-untyped-def]
    """A client must not be blamed for what we answered."""
    result = run(
        """
def test_create(speech_service, monkeypatch):
    from pytest_speechcustom.emulator import video_indexer
    monkeypatch.setattr(video_indexer, "_dataset", lambda entity: {"id": 7})
    create(speech_service)
"""
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*the emulator is at fault, not the client under test: video-indexer/response.body.*"])


def test_an_exception_in_the_emulator_is_told(run) -> None:  # type: ignore[no-untyped-def]
    """The client gets a 500; the test fails with what happened and where, and nothing of the request."""
    result = run(
        """
def test_create(speech_service, monkeypatch):
    from pytest_speechcustom.emulator import video_indexer
    monkeypatch.setattr(video_indexer, "_dataset", lambda entity: 1 / 0)
    assert create(speech_service).status_code == 500
"""
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "*the emulator failed at Create-Speech-Dataset: ZeroDivisionError (test_models, line *)",
            "*emulator is at fault*",
        ]
    )


def test_every_test_has_a_service_of_its_own(run) -> None:  # type: ignore[no-untyped-def]
    """What one created the next does not see."""
    result = run(
        """
@pytest.mark.parametrize("turn", range(3))
def test_list(speech_service, turn):
    create(speech_service)
    url = speech_service.url + BASE + "/datasets"
    assert len(httpx.get(url, headers={"Authorization": "Bearer t"}).json()) == 1
"""
    )
    result.assert_outcomes(passed=3)


def test_the_fixture_needs_the_marker(run) -> None:  # type: ignore[no-untyped-def]
    """One line says so."""
    result = run("pytestmark = []\n\ndef test_create(speech_service):\n    pass\n")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*speech_service needs the marker*"])
