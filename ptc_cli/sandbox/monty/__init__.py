"""The backend `monty`: an interpreter of its own for a subset of Python, in processes of its own."""

from ptc_cli.sandbox.monty.backend import MontyBackend, probe_monty

__all__ = ["MontyBackend", "probe_monty"]
