"""`python -m ptc_cli`, and the `ptc` command."""

from __future__ import annotations

import atexit
import gc
import os
import sys
import threading
from contextlib import suppress


def main() -> None:
    """Run the command line and end the process with its exit code."""
    # Importing makes much that stays and hardly any cycles: looking for them takes a twentieth of a short command.
    gc.disable()
    from ptc_cli.cli.main import invoke

    code = invoke(sys.argv[1:])
    if threading.active_count() == 1:
        _end_at_once(code)
    sys.exit(code)


def _end_at_once(code: int) -> None:
    """End without taking the interpreter apart, which takes a tenth of any command, once nothing else runs."""
    atexit._run_exitfuncs()  # noqa: SLF001  # there is no other way to have them run
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):
            stream.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
