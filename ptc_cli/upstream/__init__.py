"""MCP as a client: how servers are reached, listed, called and ended.

Importing this package does not import `mcp`, which costs 0.7 s: the modules that speak the protocol are loaded at the
first connection.
"""

from ptc_cli.upstream.auth import Logins
from ptc_cli.upstream.pool import Pool

__all__ = ["Logins", "Pool"]
