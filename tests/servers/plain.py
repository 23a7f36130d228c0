"""A trivial MCP server over stdio, standard library only, so that it starts in the time Python does.

    python plain.py [--tools N] [--also NAME ...] [--name NAME] [--log FILE]

`--tools N` adds N numbered tools, `--also NAME` one that returns its name, `--log FILE` appends one line of JSON for every message received.
"""

from __future__ import annotations

import argparse
import base64
import json
import sys
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
"""One transparent pixel."""

Answer = dict[str, Any]

_write = threading.Lock()
_cancelled: dict[object, threading.Event] = {}


def send(message: Answer) -> None:
    line = json.dumps({"jsonrpc": "2.0", **message}) + "\n"
    with _write:
        sys.stdout.write(line)
        sys.stdout.flush()


def text(value: str) -> Answer:
    return {"content": [{"type": "text", "text": value}]}


def echo(arguments: Answer) -> Answer:
    return text(arguments["text"])


def add(arguments: Answer) -> Answer:
    total = {"sum": arguments["a"] + arguments["b"]}
    return {**text(json.dumps(total)), "structuredContent": total}


def fail(arguments: Answer) -> Answer:
    return {**text(arguments["message"]), "isError": True}


def big(arguments: Answer) -> Answer:
    return text("x" * arguments["bytes"])


def image(arguments: Answer) -> Answer:
    return {"content": [{"type": "image", "data": base64.b64encode(PNG).decode(), "mimeType": "image/png"}]}


def nothing(arguments: Answer) -> Answer:
    return {"content": []}


def numbered(arguments: Answer) -> Answer:
    return text(str(arguments.get("n", 0)))


def named(name: str, arguments: Answer) -> Answer:
    return text(name)


def schema(**properties: str) -> Answer:
    return {
        "type": "object",
        "properties": {name: {"type": kind} for name, kind in properties.items()},
        "required": list(properties),
    }


TOOLS: list[Answer] = [
    {"name": "echo", "description": "Return the text.", "inputSchema": schema(text="string")},
    {
        "name": "add",
        "description": "Add two numbers.",
        "inputSchema": schema(a="integer", b="integer"),
        "outputSchema": schema(sum="integer"),
        "annotations": {"readOnlyHint": True},
    },
    {"name": "fail", "description": "Fail with a message.", "inputSchema": schema(message="string")},
    {"name": "sleep", "description": "Answer after a while.", "inputSchema": schema(seconds="number")},
    {"name": "big", "description": "Return so many bytes of text.", "inputSchema": schema(bytes="integer")},
    {"name": "image", "description": "Return a picture of one pixel.", "inputSchema": schema()},
    {"name": "nothing", "description": "Return no content.", "inputSchema": schema()},
]

CALLS: dict[str, Callable[[Answer], Answer]] = {
    "echo": echo,
    "add": add,
    "fail": fail,
    "big": big,
    "image": image,
    "nothing": nothing,
}


def sleep(request: object, seconds: float) -> None:
    """Answer from a thread of its own, so that others are served meanwhile; not at all once cancelled."""
    if not _cancelled[request].wait(seconds):
        send({"id": request, "result": text(f"slept {seconds}")})
    del _cancelled[request]


def call(request: object, name: str, arguments: Answer) -> None:
    if name == "sleep":
        _cancelled[request] = threading.Event()
        threading.Thread(target=sleep, args=(request, arguments["seconds"]), daemon=True).start()
        return
    function = numbered if name.startswith("tool_") else CALLS.get(name)
    if function is None:
        send({"id": request, "error": {"code": -32602, "message": f"no tool {name!r}"}})
        return
    try:
        send({"id": request, "result": function(arguments)})
    except (KeyError, TypeError) as error:
        send({"id": request, "error": {"code": -32602, "message": f"bad arguments: {error!r}"}})


def initialized(name: str, asked: str) -> Answer:
    return {
        "protocolVersion": asked,
        "capabilities": {"tools": {}},
        "serverInfo": {"name": name, "version": "1"},
        "instructions": "A trivial server.",
    }


def serve(name: str, tools: list[Answer], log: Path | None) -> None:
    for line in sys.stdin:
        message = json.loads(line)
        if log is not None:
            with log.open("a") as file:
                file.write(line)
        method, params, request = message.get("method"), message.get("params") or {}, message.get("id")
        if method == "notifications/cancelled" and params["requestId"] in _cancelled:
            _cancelled[params["requestId"]].set()
        elif request is None:
            continue
        elif method == "initialize":
            send({"id": request, "result": initialized(name, params["protocolVersion"])})
        elif method == "tools/list":
            send({"id": request, "result": {"tools": tools}})
        elif method == "tools/call":
            call(request, params["name"], params.get("arguments") or {})
        elif method == "resources/read":
            send({"id": request, "result": {"contents": [{"uri": params["uri"], "text": "a resource"}]}})
        elif method == "ping":
            send({"id": request, "result": {}})
        else:
            send({"id": request, "error": {"code": -32601, "message": f"no method {method!r}"}})


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--tools", type=int, default=0)
    parser.add_argument("--name", default="plain")
    parser.add_argument("--also", nargs="*", default=[])
    parser.add_argument("--log", type=Path)
    options = parser.parse_args()
    more = [
        {"name": f"tool_{n:04}", "description": f"Tool number {n}.", "inputSchema": {"type": "object"}}
        for n in range(options.tools)
    ]
    for name in options.also:
        CALLS[name] = partial(named, name)
        more.append({"name": name, "description": "Return its name.", "inputSchema": {"type": "object"}})
    serve(options.name, TOOLS + more, options.log)


if __name__ == "__main__":
    main()
