"""The engine as an MCP server: three modes, both protocol eras, over stdio and streamable HTTP."""

from ptc_cli.serve.mcp.http import McpApp
from ptc_cli.serve.mcp.server import Gateway
from ptc_cli.serve.mcp.sidecar import Names
from ptc_cli.serve.mcp.stdio import serve_connection, serve_stdio
from ptc_cli.serve.mcp.texts import Mode

__all__ = ["Gateway", "McpApp", "Mode", "Names", "serve_connection", "serve_stdio"]
