"""How whoever asked for a run should end."""

from __future__ import annotations

from ptc_cli.core.errors import AuthorisationError
from ptc_cli.core.result import Result
from ptc_cli.engine.engine import Engine


def exit_code(engine: Engine, result: Result) -> int:
    """Return how to end: a program that only lacks a server where somebody has to log in is not at fault."""
    if result.status == "rejected":
        failures = (engine.server_failure(config.name) for config in engine.settings.servers)
        if any(isinstance(failure, AuthorisationError) for failure in failures):
            return AuthorisationError.exit_code
    return result.exit_code
