"""Where programs run: the backends, the host's end of the channel to them, and the files they are given."""

from ptc_cli.sandbox.backend import open_backend, probe
from ptc_cli.sandbox.ground import workspaces

__all__ = ["open_backend", "probe", "workspaces"]
