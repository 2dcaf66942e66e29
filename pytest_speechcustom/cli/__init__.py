"""The command line: `speechcustom` and its commands.

Exit status: 0 no error finding, 1 findings, 2 wrong usage or input that cannot be read, 3 the target cannot be reached
or the suite itself is at fault. Complaints are one line each on standard error; only reports go to standard output.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from pytest_speechcustom.cli.output import complain
from pytest_speechcustom.values import Exchange, SpeechcustomError

_INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command with these arguments (default: those of the process) and return its exit status."""
    from pytest_speechcustom.cli.arguments import parser

    try:
        options = parser().parse_args(argv)
        status: int = options.run(options)
    except SpeechcustomError as error:
        complain(str(error))
        return error.exit_status
    except SystemExit as end:  # argparse has shown the help
        return int(end.code or 0)
    except KeyboardInterrupt:
        complain("interrupted")
        return _INTERRUPTED
    except Exception as error:
        if os.environ.get("SPEECHCUSTOM_DEBUG") == "1":
            import traceback

            traceback.print_exc()
        complain(_own_fault(error))
        return SpeechcustomError.exit_status
    return status


def _own_fault(error: Exception) -> str:
    """What to say of a fault in this package: where it is, at which exchange, and how to report it.

    The message of the exception is left out, since it may hold something of the traffic that is secret.
    """
    exchange, place = "", ""
    trace = error.__traceback__
    while trace is not None:
        variables, module = trace.tb_frame.f_locals, str(trace.tb_frame.f_globals.get("__name__"))
        if module.startswith(__name__.partition(".")[0]):
            place = f"{module}, line {trace.tb_lineno}"
        if isinstance(judged := variables.get("exchange"), Exchange):
            number = variables.get("index")
            exchange = " at exchange" + (f" {number}" if number is not None else "")
            exchange += f" ({judged.where})" if judged.where else ""
        trace = trace.tb_next
    return (
        f"the suite itself is at fault{exchange}: {type(error).__name__} in {place}; please report this line, "
        "if you can with the exchange (SPEECHCUSTOM_DEBUG=1 shows the traceback)"
    )
