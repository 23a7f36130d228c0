"""A server of the handshake era over stdio with resources to watch; standard library only.

    python watched.py LOG

Whoever calls `touch` is told that a resource changed, `times` over; `die` ends the process. LOG notes what is subscribed.
Addresses that begin with `no://` cannot be.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

Answer = dict[str, Any]

SCHEMA = {"type": "object", "properties": {"uri": {"type": "string"}, "times": {"type": "integer"}}}
LISTS: Answer = {
    "tools/list": {"tools": [{"name": name, "inputSchema": SCHEMA} for name in ("touch", "die")]},
    "resources/list": {"resources": [{"uri": f"x://{name}", "name": name} for name in ("one", "two")]},
    "resources/templates/list": {"resourceTemplates": [{"uriTemplate": "x://{path}", "name": "any"}]},
}


def send(message: Answer) -> None:
    print(json.dumps({"jsonrpc": "2.0", **message}), flush=True)


def call(name: str, arguments: Answer) -> Answer:
    if name == "die":
        os._exit(3)
    for _ in range(arguments.get("times", 1)):
        send({"method": "notifications/resources/updated", "params": {"uri": arguments["uri"]}})
    return {"content": [{"type": "text", "text": "touched"}]}


def result(log: Path, method: str, params: Answer) -> Answer | None:
    if method == "initialize":
        return {
            "protocolVersion": params["protocolVersion"],
            "capabilities": {"tools": {}, "resources": {"subscribe": True}},
            "serverInfo": {"name": "watched", "version": "1"},
        }
    if method in ("resources/subscribe", "resources/unsubscribe") and not params["uri"].startswith("no://"):
        with log.open("a") as notes:
            notes.write(f"{method.removeprefix('resources/')} {params['uri']}\n")
        return {}
    return call(params["name"], params.get("arguments") or {}) if method == "tools/call" else LISTS.get(method)


def main() -> None:
    for line in sys.stdin:
        message = json.loads(line)
        if "id" in message and "method" in message:
            found = result(Path(sys.argv[1]), message["method"], message.get("params") or {})
            answer = {"result": found} if found is not None else {"error": {"code": -32601, "message": "no"}}
            send({"id": message["id"], **answer})


if __name__ == "__main__":
    main()
