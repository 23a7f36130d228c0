"""Where the parts meet."""

from ptc_cli.engine.ending import exit_code
from ptc_cli.engine.engine import Engine
from ptc_cli.engine.opening import open_engine
from ptc_cli.engine.run import Run
from ptc_cli.engine.view import find_tool

__all__ = ["Engine", "Run", "exit_code", "find_tool", "open_engine"]
