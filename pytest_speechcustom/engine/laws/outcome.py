"""What a law may say of an exchange, and the two kinds of laws."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal

from pytest_speechcustom.engine.breach import Breach
from pytest_speechcustom.engine.history import Moment, Sight

HOLDS: Final = True
"""The rule was exercised and kept."""
UNSURE: Final = False
"""The rule was exercised, and what was seen cannot decide it."""

Outcome = Literal[True, False] | None | Breach | list[Breach]
"""``None``: the exchange does not exercise the rule. A breach, or several: the rule is broken."""

EntityLaw = Callable[[Sight], Outcome]
ExchangeLaw = Callable[[Moment], Outcome]
