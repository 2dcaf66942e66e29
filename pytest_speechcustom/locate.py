"""Where the data is: `schemas/` and `cassettes/`.

A wheel carries both folders inside the package; an editable install and a checkout have them beside it.
"""

from pathlib import Path
from typing import Literal


def data(kind: Literal["schemas", "cassettes"]) -> Path:
    """The folder of all `kind`: the one inside the installed package, else the one beside it in a checkout."""
    package = Path(__file__).resolve().parent
    inside = package / kind
    return inside if inside.is_dir() else package.parent / kind
