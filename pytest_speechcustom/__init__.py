"""Contract tests for the APIs that train custom speech models.

`load` a contract, `read` captured traffic, and give the exchanges to a `Checker`. Nothing heavy is
imported before one of the names in `__all__` is used: installed and unused, this package costs no time.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pytest_speechcustom.contracts import load
    from pytest_speechcustom.engine.checker import Checker
    from pytest_speechcustom.traffic import read
    from pytest_speechcustom.values import Body, Exchange, Finding, Request, Response, SpeechcustomWarning

__version__ = "0.1.0"

__all__ = ["Body", "Checker", "Exchange", "Finding", "Request", "Response", "SpeechcustomWarning", "load", "read"]

_HOMES = {
    "Body": "values",
    "Checker": "engine.checker",
    "Exchange": "values",
    "Finding": "values",
    "Request": "values",
    "Response": "values",
    "SpeechcustomWarning": "values",
    "load": "contracts",
    "read": "traffic",
}


def __getattr__(name: str) -> Any:
    """One of `__all__`, imported when it is first asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    value = getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
