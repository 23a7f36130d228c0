"""Where the parts meet."""

from ptc_cli.engine.engine import Engine
from ptc_cli.engine.opening import open_engine
from ptc_cli.engine.run import Run

__all__ = ["Engine", "Run", "open_engine"]
