"""Where the parts meet."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ptc_cli.engine.ending import exit_code
    from ptc_cli.engine.engine import Engine
    from ptc_cli.engine.finding import find_tool
    from ptc_cli.engine.opening import open_engine
    from ptc_cli.engine.run import Run

__all__ = ["Engine", "Run", "exit_code", "find_tool", "open_engine"]

_HOMES = {"Engine": "engine", "Run": "run", "exit_code": "ending", "find_tool": "finding", "open_engine": "opening"}


def __getattr__(name: str) -> object:
    """Import what is asked for: completion reads the cache alone, and has no 0.1 s for all of the engine."""
    if name not in _HOMES:
        raise AttributeError(f"module 'ptc_cli.engine' has no attribute '{name}'")
    return getattr(import_module(f"ptc_cli.engine.{_HOMES[name]}"), name)
