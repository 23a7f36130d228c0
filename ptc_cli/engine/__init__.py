"""Where the parts meet."""

from ptc_cli.engine.engine import Engine, open_engine
from ptc_cli.engine.explore import CallerShell
from ptc_cli.engine.run import Run

__all__ = ["CallerShell", "Engine", "Run", "open_engine"]
