"""`python -m pytest_speechcustom` is the command `speechcustom`."""

import sys

from pytest_speechcustom.cli import main

if __name__ == "__main__":
    sys.exit(main())
