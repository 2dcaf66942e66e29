"""What is asked of any kind of work, whatever the service calls it: to its end, good and bad, and two at a time."""

from __future__ import annotations

from typing import Any, Protocol, TypeVar

from pytest_speechcustom.conformance.session import Session

Thing = TypeVar("Thing")


class Desk(Protocol[Thing]):
    """What makes, reads and lists the things of a service, of which each is known by a `Thing`."""

    def create(self, kind: str, /) -> Thing:
        """A new one, on which work begins."""
        ...

    def failed(self, kind: str) -> Thing:
        """One of which the work has failed; `Blocked` where nothing can be made to fail."""
        ...

    def done(self, kind: str, thing: Thing, /) -> Any:
        """Wait for the end of the work on one."""
        ...

    def read(self, kind: str, thing: Thing, /) -> Any:
        """Ask for one."""
        ...

    def listed(self, kind: str) -> Any:
        """Ask for the list."""
        ...


def to_its_end(session: Session, desk: Desk[Thing], kind: str) -> None:
    """Work on a kind of thing that succeeds, that fails, and on two that end in another order than they began."""
    with session.step(f"success of a {kind}"):
        thing = desk.create(kind)
        desk.read(kind, thing)
        desk.listed(kind)
        desk.done(kind, thing)
        desk.listed(kind)
        desk.read(kind, thing)
    with session.step(f"failure of a {kind}"):
        thing = desk.failed(kind)
        desk.listed(kind)
        desk.read(kind, thing)
    with session.step(f"two of {kind} at a time"):
        one, other = desk.create(kind), desk.create(kind)
        for each in (one, other, one, other):
            desk.read(kind, each)
        desk.done(kind, other)
        desk.done(kind, one)
        desk.read(kind, other)
