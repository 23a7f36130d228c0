"""How a demo server is started: over stdio, or on a port of this machine."""

from __future__ import annotations

import argparse

from mcp.server.mcpserver import MCPServer


def serve(server: MCPServer) -> None:
    """Run a server as the command line says, until its input closes or it is stopped."""
    parser = argparse.ArgumentParser(prog=f"python -m ptc_cli.demo.{server.name}")
    group = parser.add_mutually_exclusive_group()
    group.add_argument("--http", type=int, metavar="PORT", help="streamable HTTP at http://127.0.0.1:PORT/mcp")
    group.add_argument("--sse", type=int, metavar="PORT", help="the older transport, at http://127.0.0.1:PORT/sse")
    options = parser.parse_args()
    if options.http is not None:
        server.run("streamable-http", host="127.0.0.1", port=options.http)
    elif options.sse is not None:
        server.run("sse", host="127.0.0.1", port=options.sse)
    else:
        server.run("stdio")
