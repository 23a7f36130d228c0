"""Programmatic tool calling: typed, checked, sandboxed Python over MCP servers."""

__version__ = "0.1.0"
