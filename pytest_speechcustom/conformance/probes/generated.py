"""What every service is asked by chance. Hypothesis and Schemathesis are imported here only, when a group runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pytest_speechcustom.conformance.faults import Blocked
from pytest_speechcustom.conformance.groups import Group
from pytest_speechcustom.conformance.session import Session

_OPTIONAL = ("hypothesis", "schemathesis")
_EXTRA = "pip install 'pytest-speechcustom[conformance]'"


@contextmanager
def _libraries() -> Iterator[None]:
    """`Blocked` where a library is not installed."""
    try:
        yield
    except ModuleNotFoundError as error:
        name = (error.name or "").partition(".")[0]
        if name not in _OPTIONAL:
            raise
        raise Blocked(f"{name} is not installed", _EXTRA) from None


def histories(session: Session) -> None:
    """Calls in any order, on what was made before."""
    with _libraries():
        from pytest_speechcustom.conformance.generated import histories as drawn
    drawn.probe(session)


def requests(session: Session) -> None:
    """Right and wrong requests of each operation."""
    with _libraries():
        from pytest_speechcustom.conformance.generated import requests as drawn
    drawn.probe(session)


GROUPS = (
    Group("histories", "calls in any order, drawn by chance", histories),
    Group("requests", "right and wrong requests of each operation, drawn by chance", requests),
)
