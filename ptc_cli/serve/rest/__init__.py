"""The engine over REST: tools, check, and runs with their events, at `/v1`."""

from ptc_cli.serve.rest.app import RestApp

__all__ = ["RestApp"]
