"""An MCP server over stdio whose tools are what a file holds whenever it is asked; standard library only.

    python changing.py OFFER.json [--log FILE]

OFFER.json holds `{"tools": [...], "instructions": "..."}`. Every tool answers with its name, and `--log FILE` notes each
call. The call of a tool `become` with a `path` puts another file in the offer's place, and tells that the tools changed.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from sys import stdin
from typing import Any

Answer = dict[str, Any]


def send(message: Answer) -> None:
    print(json.dumps({"jsonrpc": "2.0", **message}), flush=True)


def call(offer: Path, name: str, arguments: Answer) -> Answer:
    if name == "become":
        offer.write_bytes(Path(arguments["path"]).read_bytes())
        send({"method": "notifications/tools/list_changed"})
    return {"content": [{"type": "text", "text": name}]}


def result(offer: Path, method: str, params: Answer) -> Answer | None:
    now = json.loads(offer.read_text())
    if method == "initialize":
        return {
            "protocolVersion": params["protocolVersion"],
            "capabilities": {"tools": {"listChanged": True}},
            "serverInfo": {"name": "changing", "version": "1"},
            "instructions": now.get("instructions", ""),
        }
    if method == "tools/list":
        return {"tools": now["tools"]}
    return call(offer, params["name"], params.get("arguments") or {}) if method == "tools/call" else None


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("offer", type=Path)
    parser.add_argument("--log", type=Path)
    options = parser.parse_args()
    for line in stdin:
        message = json.loads(line)
        if "id" not in message or "method" not in message:
            continue
        method, params = message["method"], message.get("params") or {}
        if method == "tools/call" and options.log is not None:
            with options.log.open("a") as log:
                log.write(params["name"] + "\n")
        found = result(options.offer, method, params)
        answer = {"result": found} if found is not None else {"error": {"code": -32601, "message": f"no {method}"}}
        send({"id": message["id"], **answer})


if __name__ == "__main__":
    main()
