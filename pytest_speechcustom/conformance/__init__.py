"""The conformance suite, for the tests of a server: ``from pytest_speechcustom.conformance import *``.

That line brings `test_conformance`, one test for each service and group of requirements. The fixture `speech_target`
gives what is checked: override it with a function that gives a URL, a WSGI or ASGI application or a `Target`. The
marker ``speechcustom(service)`` says which service it is. Imports pytest only, until a test runs.
"""

from __future__ import annotations

from typing import Any

import pytest

__all__ = ["pytest_generate_tests", "test_conformance"]

_ARGUMENT = "conformance_group"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make a test of each group, of the service that the marker names, or of all."""
    if getattr(metafunc.function, "__wrapped__", metafunc.function) is not test_conformance:
        return
    from pytest_speechcustom.conformance.groups import NAMES
    from pytest_speechcustom.servertest import services_of

    rows = [(service, group) for service in services_of(metafunc) for group in NAMES[service]]
    metafunc.parametrize(_ARGUMENT, rows, ids=["-".join(row) for row in rows])


def test_conformance(request: pytest.FixtureRequest, speech_target: Any, conformance_group: tuple[str, str]) -> None:
    """The target does what the documents say of it, as far as one group of probes can tell."""
    from pytest_speechcustom.servertest import check

    check(request.node, speech_target, *conformance_group)
