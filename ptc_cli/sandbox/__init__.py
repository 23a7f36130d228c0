"""Where programs run: the backends, and the host's end of the channel to them."""

from ptc_cli.sandbox.backend import open_backend, probe

__all__ = ["open_backend", "probe"]
