"""Small MCP servers to try ptc with. Each runs on its own: `python -m ptc_cli.demo.tickets`."""
