"""The engine as an MCP server: three modes, both protocol eras, over stdio and streamable HTTP."""

from ptc_cli.serve.mcp.http import DEFAULT_HOST, DEFAULT_PORT, serve_http
from ptc_cli.serve.mcp.stdio import serve_stdio
from ptc_cli.serve.mcp.texts import Mode

__all__ = ["DEFAULT_HOST", "DEFAULT_PORT", "Mode", "serve_http", "serve_stdio"]
