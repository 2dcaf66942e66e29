"""Hypothesis, held so that the same seed draws the same values, nothing is printed, and nothing is left behind."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar
from zlib import crc32

from hypothesis import HealthCheck, Phase, Verbosity, configuration, given
from hypothesis import seed as seeded
from hypothesis import settings as settled
from hypothesis import strategies as st
from hypothesis.errors import Flaky, HypothesisException, Unsatisfiable
from hypothesis.internal.conjecture import providers

Value = TypeVar("Value")


class Found(Exception):
    """A value has shown a fault: Hypothesis is to look for a simpler one."""


class Enough(BaseException):
    """Nothing more is to be drawn. Hypothesis takes it for no failure of the value, so that it ends the search."""


class _Ended(BaseException):
    """Carries what ended the search through Hypothesis, which would try to make an `Exception` simpler."""

    def __init__(self, reason: Exception) -> None:
        super().__init__(str(reason))
        self.reason = reason


def explore(
    values: st.SearchStrategy[Value], act: Callable[[Value], None], *, seed: str, most: int, shrink: bool
) -> None:
    """Give `act` at most so many drawn values; after `Found`, with `shrink`, simpler and simpler ones.

    Raises `Enough`, and whatever else `act` raises, at once.
    """

    def tried(value: Value) -> None:
        try:
            act(value)
        except (Found, HypothesisException):
            raise
        except Exception as reason:
            raise _Ended(reason) from reason

    held = settled(
        max_examples=most,
        phases=(Phase.generate, Phase.shrink) if shrink else (Phase.generate,),
        derandomize=False,
        database=None,
        deadline=None,
        print_blob=False,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.quiet,
        backend="hypothesis",
    )
    try:
        seeded(crc32(seed.encode()))(held(given(value=values)(tried)))()
    except (Found, Unsatisfiable, Flaky):
        pass  # what was found is known to `act`; what a target does once, and not again, was done all the same
    except _Ended as ended:
        raise ended.reason from None


@contextmanager
def quiet() -> Iterator[None]:
    """Within it, Hypothesis draws the same again, and keeps its tables in a folder that goes with it; nothing warns.

    By itself Hypothesis now and then draws a constant of the modules that happen to be imported, which are others from
    run to run. There is no setting for that.
    """
    provider, constant = providers.HypothesisProvider, "_maybe_draw_constant"
    drawn = getattr(provider, constant, None)
    home = getattr(configuration, "__hypothesis_home_directory", None)
    with tempfile.TemporaryDirectory(prefix="speechcustom-") as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        setattr(provider, constant, lambda *args, **kwargs: None)
        configuration.set_hypothesis_home_dir(home or folder)
        try:
            yield
        finally:
            if drawn is not None:
                setattr(provider, constant, drawn)
            configuration.set_hypothesis_home_dir(home)
