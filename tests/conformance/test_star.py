"""The suite as tests of a server's own project: one line, and the fixture `speech_target`."""

from __future__ import annotations

import pytest

from pytest_speechcustom.conformance.groups import NAMES

STAR = "from pytest_speechcustom.conformance import *\n"
SERVICE = "video-indexer"


def test_one_line_checks_the_built_in_emulator(pytester: pytest.Pytester) -> None:
    """A test for each service and group, named after them."""
    pytester.makepyfile(STAR)
    result = pytester.runpytest_subprocess("--collect-only", "-q")
    for service, groups in NAMES.items():
        for group in groups:
            result.stdout.fnmatch_lines([f"*::test_conformance[[]{service}-{group}[]]"])


@pytest.mark.parametrize("workers", ["0", "2"])
def test_verdicts_do_not_depend_on_workers(pytester: pytest.Pytester, workers: str) -> None:
    """With and without xdist the same table, and the same headline."""
    pytester.makepyfile(f"import pytest\n{STAR}pytestmark = pytest.mark.speechcustom('{SERVICE}')\n")
    result = pytester.runpytest_subprocess("-n", workers)
    result.assert_outcomes(passed=len(NAMES[SERVICE]))
    result.stdout.fnmatch_lines(
        [
            "*lifecycle              10         0             0             0",
            "*CONFORMANT video-indexer: the lowest row is*",
        ]
    )


def test_some_tests_are_no_whole_run(pytester: pytest.Pytester) -> None:
    """`-k` works as for any test, and the headline says that it was used."""
    pytester.makepyfile(f"import pytest\n{STAR}pytestmark = pytest.mark.speechcustom('{SERVICE}')\n")
    result = pytester.runpytest_subprocess("-k", "files or lists")
    result.assert_outcomes(passed=2, deselected=len(NAMES[SERVICE]) - 2)
    result.stdout.fnmatch_lines(["*groups that did not run: reading, *", "*PARTIAL video-indexer*"])
    result.stdout.no_fnmatch_line("*CONFORMANT video-indexer*")


def test_an_application_of_the_project_is_checked(pytester: pytest.Pytester) -> None:
    """The fixture is overridden; what is wrong fails the test of its group, with rule and history."""
    pytester.makepyfile(
        f"""
        import pytest
        from pytest_speechcustom.conformance import *
        from pytest_speechcustom.emulator.service import SpeechService

        pytestmark = pytest.mark.speechcustom("{SERVICE}")

        @pytest.fixture
        def speech_target():
            inner = SpeechService("{SERVICE}").app

            def app(environ, start_response):
                whole = b"".join(inner(environ, start_response))
                if "/files" in environ["PATH_INFO"]:
                    whole = whole.replace(b'"size": ', b'"size": -')
                return [whole]

            return app
        """
    )
    result = pytester.runpytest_subprocess("--speechcustom-strict", "-q")
    result.assert_outcomes(passed=len(NAMES[SERVICE]) - 2, failed=2)
    result.stdout.fnmatch_lines(
        [
            "*test_conformance[[]video-indexer-files[]]*",
            "*test_conformance[[]video-indexer-requests[]]*",
            "*video-indexer/file.size*",
            "*the shortest history*",
            "*curl -X GET*",
        ]
    )


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("    return 'http://127.0.0.1:9'", "*name the service of speech_target*"),
        ("    return 7", "*name the service of speech_target*"),
    ],
)
def test_a_target_needs_its_service(pytester: pytest.Pytester, body: str, said: str) -> None:
    """A server speaks one service: which, nobody can guess."""
    pytester.makepyfile(f"import pytest\n{STAR}\n@pytest.fixture\ndef speech_target():\n{body}\n")
    result = pytester.runpytest_subprocess("-k", "video and files")
    result.assert_outcomes(failed=1, deselected=sum(map(len, NAMES.values())) - 1)
    result.stdout.fnmatch_lines([said])


def test_what_is_no_target_is_one_line(pytester: pytest.Pytester) -> None:
    """The fixture gives what it should not."""
    pytester.makepyfile(
        f"import pytest\n{STAR}pytestmark = pytest.mark.speechcustom('{SERVICE}')\n"
        "@pytest.fixture\ndef speech_target():\n    return 7\n"
    )
    result = pytester.runpytest_subprocess("-k", "files")
    result.stdout.fnmatch_lines(["*speech_target must give a URL, an application or a Target, not 7"])


def test_the_url_can_be_an_option(pytester: pytest.Pytester) -> None:
    """A server that is not there fails the tests, and says so."""
    pytester.makepyfile(f"import pytest\n{STAR}pytestmark = pytest.mark.speechcustom('{SERVICE}')\n")
    result = pytester.runpytest_subprocess("--speechcustom-url", "http://127.0.0.1:9", "-k", "files")
    result.assert_outcomes(failed=1, deselected=len(NAMES[SERVICE]) - 1)
    result.stdout.fnmatch_lines(["*the target cannot be reached: POST http://127.0.0.1:9*ConnectError*"])


def test_xfail_works(pytester: pytest.Pytester) -> None:
    """As for any test."""
    pytester.makepyfile(
        f"import pytest\n{STAR}pytestmark = [pytest.mark.speechcustom('{SERVICE}'), pytest.mark.xfail(strict=True)]\n"
        "@pytest.fixture\ndef speech_target():\n    return 'http://127.0.0.1:9'\n"
    )
    pytester.runpytest_subprocess("-k", "files").assert_outcomes(xfailed=1, deselected=len(NAMES[SERVICE]) - 1)
