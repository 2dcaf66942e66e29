"""What a test asks for: the marker `speechcustom`, and the options that go with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pytest

from pytest_speechcustom.baseline import Baseline, read
from pytest_speechcustom.contracts import SERVICES, load
from pytest_speechcustom.contracts.model import Contract
from pytest_speechcustom.judging import patterns
from pytest_speechcustom.plugin import MARKER, SIGNATURE
from pytest_speechcustom.values import UsageError

_BASELINE = pytest.StashKey[Baseline]()


@dataclass(frozen=True, slots=True)
class Settings:
    """What the marker of a test says."""

    service: str
    allow: tuple[str, ...] = ()
    strict: bool = False
    cassette: str | None = None


def settings_of(item: pytest.Item) -> Settings | None:
    """The marker closest to a test, or ``None``; `UsageError` if it is not as documented."""
    mark = item.get_closest_marker(MARKER)
    if mark is None:
        return None
    given = dict(mark.kwargs)
    if len(mark.args) > 1:
        raise _wrong(f"it takes one service, and the rest by keyword; got {', '.join(map(repr, mark.args))}")
    if mark.args and "service" in given:
        raise _wrong("the service is given twice")
    service = mark.args[0] if mark.args else given.pop("service", None)
    cassette, allow, strict = given.pop("cassette", None), given.pop("allow", ()), given.pop("strict", False)
    if given:
        raise _wrong(f"unknown keyword {', '.join(map(repr, given))}; allowed: allow, cassette, service, strict")
    if service is None:
        raise _wrong("the service is missing")
    if not isinstance(service, str):
        raise _wrong(f"the service must be a string, not {service!r}")
    if not isinstance(strict, bool):
        raise _wrong(f"strict must be True or False, not {strict!r}")
    if isinstance(allow, str) or not isinstance(allow, Iterable):
        raise _wrong(f"allow must be a list of rule ids, not {allow!r}")
    if cassette is not None and not isinstance(cassette, str):
        raise _wrong(f"cassette must be a name, not {cassette!r}")
    return Settings(service, tuple(allow), strict, cassette)


def _wrong(problem: str) -> UsageError:
    return UsageError(f"marker {MARKER}: {problem}. It is written {SIGNATURE}")


def contract_of(item: pytest.Item, service: str) -> Contract:
    """The contract with this id, of this package or of a hook."""
    extra: dict[str, Contract] = {}
    for more in item.ihook.pytest_speechcustom_contracts(config=item.config):
        if not isinstance(more, Mapping) or not all(isinstance(each, Contract) for each in more.values()):
            raise UsageError(
                f"pytest_speechcustom_contracts must give a mapping of service id to Contract, not {more!r}"
            )
        for name in more:
            if name in SERVICES or name in extra:
                raise UsageError(f"pytest_speechcustom_contracts: there is a contract {name!r} already")
        extra |= more
    if service in extra:
        return extra[service]
    if service not in SERVICES:
        raise _wrong(f"unknown service {service!r}{_near(service, [*SERVICES, *extra])}")
    return load(service)


def _near(word: str, known: list[str]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(word, known, n=1)
    return (f"; did you mean {close[0]!r}?" if close else "") + f" Known: {', '.join(known)}"


def reasons(config: pytest.Config) -> dict[str, str]:
    """The patterns of the ini option, and why they are there."""
    parts = (line.partition("#") for line in config.getini("speechcustom_allow"))
    return {pattern.strip(): reason.strip() for pattern, _, reason in parts if pattern.strip()}


def allowed_everywhere(item: pytest.Item, contract: Contract) -> list[str]:
    """The ini option's patterns that concern a contract; `UsageError` for one that concerns none."""
    found = []
    for pattern in reasons(item.config):
        try:
            patterns(contract, [pattern])
        except UsageError as error:
            # A rule of another service is right here too, and has to be one.
            service = pattern.rpartition("/")[0]
            for other in [service] if service in SERVICES else [] if service else SERVICES:
                try:
                    patterns(load(other), [pattern])
                    break
                except UsageError:
                    continue
            else:
                raise UsageError(f"speechcustom_{error}") from None
        else:
            found.append(pattern)
    return found


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a fixture works with: the contract, the rules that may be broken, whether warnings fail too, a cassette."""

    contract: Contract
    allow: tuple[str, ...]
    strict: bool
    cassette: str | None = None
    baseline: Baseline | None = None


def needed(item: pytest.Item, by: str) -> Wanted:
    """What the marker of a test and the options ask for, for the fixture `by`.

    Raises `UsageError` when there is no marker, or when something is not as documented.
    """
    settings = settings_of(item)
    if settings is None:
        raise UsageError(
            f"{by} needs the marker @pytest.mark.speechcustom(service) on the test, its class or its "
            f"module; services: {', '.join(SERVICES)}"
        )
    contract = contract_of(item, settings.service)
    try:
        patterns(contract, settings.allow)
    except UsageError as error:
        raise _wrong(str(error)) from None
    allow = (*settings.allow, *allowed_everywhere(item, contract))
    strict = settings.strict or bool(item.config.getoption("speechcustom_strict"))
    return Wanted(contract, allow, strict, settings.cassette, baseline_of(item.config))


def baseline_of(config: pytest.Config) -> Baseline | None:
    """The baseline that the ini option names, below the root of the tests; read once. `UsageError` for a wrong one."""
    name = str(config.getini("speechcustom_baseline"))
    if name and _BASELINE not in config.stash:
        config.stash[_BASELINE] = read(config.rootpath / name)
    return config.stash.get(_BASELINE, None)
