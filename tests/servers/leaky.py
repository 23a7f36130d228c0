"""An MCP server over stdio that says everything it knows, everywhere it can: its arguments and its environment."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

KNOWN = json.dumps([sys.argv[1:], {name: value for name, value in os.environ.items() if name not in ("PATH", "HOME")}])


def send(message: dict[str, Any]) -> None:
    print(json.dumps({"jsonrpc": "2.0", **message}), flush=True)


SCHEMA = {"type": "object", "properties": {"x": {"type": "string", "description": KNOWN, "default": KNOWN}}}
TOOLS = [{"name": name, "description": f"Knows {KNOWN}", "inputSchema": SCHEMA} for name in ("fail", "refuse", "die")]


def answer(request: object, method: str, params: dict[str, Any]) -> None:
    if method == "initialize":
        info = {"name": "leaky", "version": "1"}
        capabilities: dict[str, Any] = {"tools": {}, "logging": {}}
        version = params["protocolVersion"]
        told = {"protocolVersion": version, "capabilities": capabilities, "serverInfo": info, "instructions": KNOWN}
        send({"id": request, "result": told})
    elif method == "tools/list":
        send({"method": "notifications/message", "params": {"level": "error", "data": KNOWN}})
        send({"id": request, "result": {"tools": TOOLS}})
    elif method == "tools/call" and params["name"] == "fail":
        send({"id": request, "result": {"content": [{"type": "text", "text": KNOWN}], "isError": True}})
    elif method == "tools/call" and params["name"] == "die":
        print(KNOWN, file=sys.stderr, flush=True)
        sys.exit(KNOWN)
    else:
        send({"id": request, "error": {"code": -32000, "message": KNOWN}})


def main() -> None:
    print(KNOWN, flush=True)
    print(KNOWN, file=sys.stderr, flush=True)
    for line in sys.stdin:
        message = json.loads(line)
        if message.get("id") is not None:
            answer(message["id"], message["method"], message.get("params") or {})


if __name__ == "__main__":
    main()
