"""The hooks that this plugin calls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pytest_speechcustom.contracts.model import Contract


@pytest.hookspec()
def pytest_speechcustom_contracts(config: pytest.Config) -> Mapping[str, Contract] | None:
    """Give contracts beside those of this package: a mapping of service id to `Contract`.

    It is called when a test needs a contract. An id may stand for a contract of this package with other
    parameters: ``{"my-indexer": load("video-indexer", {...})}``. In a `conftest.py` that is also used where this
    plugin is switched off, write ``@pytest.hookimpl(optionalhook=True)``.
    """
