"""MCP servers over stdio that misbehave, one way each: `python odd.py KIND`."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

KIND = sys.argv[1]

Message = dict[str, Any]

GOOD: Message = {"name": "ok", "description": "Works.", "inputSchema": {"type": "object", "properties": {}}}
NEEDS_A: Message = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}

INVALID: list[Any] = [
    "not an object",
    {"inputSchema": {"type": "object"}},
    {**GOOD, "name": ""},
    {**GOOD, "name": "x" * 10_000},
    {**GOOD, "name": "red\x1b[31m"},
    {**GOOD, "name": "right\u202eleft"},
    {**GOOD, "name": "ok"},
    {**GOOD, "name": "no_schema", "inputSchema": None},
    {**GOOD, "name": "list_schema", "inputSchema": []},
    {**GOOD, "name": "string_schema", "inputSchema": {"type": "string"}},
    {**GOOD, "name": "bad_annotations", "annotations": "x"},
    {**GOOD, "name": "bad_hint", "annotations": {"destructiveHint": "no"}},
    {**GOOD, "name": "bad_description", "description": 7},
    {**GOOD, "name": "huge", "description": "x" * (2 << 20)},
]
ODD_BUT_USABLE: list[Message] = [
    {**GOOD, "name": "no_type", "inputSchema": {}},
    {**GOOD, "name": "bad_output", "outputSchema": "x"},
    {**GOOD, "name": "bad_ref", "outputSchema": {"type": "object", "properties": {"a": {"$ref": "#/$defs/No"}}}},
    {"name": "bare", "inputSchema": {"type": "object"}},
]

TOOLS: dict[str, list[Any]] = {
    "tools": [GOOD, *INVALID, *ODD_BUT_USABLE],
    "mismatch": [{**GOOD, "outputSchema": NEEDS_A}],
}


def send(message: Message) -> None:
    print(json.dumps({"jsonrpc": "2.0", **message}), flush=True)


def answer(request: object, result: Message) -> None:
    send({"id": request, "result": result})


def initialize(params: Message) -> Message:
    version = {"old": "2024-11-05", "ancient": "2023-01-01"}.get(KIND, params["protocolVersion"])
    info = {"name": KIND, "version": "1"}
    return {"protocolVersion": version, "capabilities": {"tools": {"listChanged": True}}, "serverInfo": info}


def listing(params: Message) -> Message:
    cursor = params.get("cursor")
    if KIND == "repeat":
        return {"tools": [] if cursor else [GOOD], "nextCursor": "again"}
    if KIND == "endless":
        number = int(cursor or 0)
        return {"tools": [{**GOOD, "name": f"t{number}"}], "nextCursor": str(number + 1)}
    if KIND == "pages":
        number = int(cursor or 0)
        return {"tools": [{**GOOD, "name": f"t{number}"}], **({"nextCursor": str(number + 1)} if number < 4 else {})}
    if KIND == "moody":
        return {"tools": [{**GOOD, "description": f"As of {time.time_ns()}."}]}
    if KIND == "nolist":
        return {"tools": "none"}
    return {"tools": TOOLS.get(KIND, [GOOD])}


DONE: Message = {"content": [{"type": "text", "text": "done"}]}


def said(value: object) -> Message:
    return {"content": [{"type": "text", "text": json.dumps(value)}]}


def die(request: object, params: Message) -> None:
    print("about to die", file=sys.stderr, flush=True)
    os._exit(3)


def orphan(request: object, params: Message) -> None:
    start_child()
    os._exit(3)


def mismatch(request: object, params: Message) -> None:
    answer(request, {**DONE, "structuredContent": {"a": 5}})


def strange(request: object, params: Message) -> None:
    answer(request, {"content": [{"type": "hologram", "beams": 3}, {"type": "image", "data": "?", "mimeType": 7}, 5]})


def unparsable(request: object, params: Message) -> None:
    print(f'{{"jsonrpc": "2.0", "id": {request}, "result": {{"content": [oops', flush=True)


def refuse(request: object, params: Message) -> None:
    send({"id": request, "error": {"code": -32000, "message": "not today"}})


def ask(request: object, params: Message) -> None:
    schema = {"type": "object", "properties": {"name": {"type": "string"}}}
    send({"id": "q1", "method": "elicitation/create", "params": {"message": "Name?", "requestedSchema": schema}})
    reply = json.loads(sys.stdin.readline())
    answer(request, said(reply.get("error") or reply))


def changes(request: object, params: Message) -> None:
    send({"method": "notifications/tools/list_changed"})
    answer(request, DONE)


def progress(request: object, params: Message) -> None:
    token = params["_meta"]["progressToken"]
    for step in (1, 2):
        note = {"progressToken": token, "progress": step, "total": 2, "message": f"step {step}"}
        send({"method": "notifications/progress", "params": note})
    answer(request, DONE)


def environment(request: object, params: Message) -> None:
    answer(request, said(dict(os.environ)))


def call(request: object, params: Message) -> None:
    act = CALLS.get(KIND)
    if act is None:
        answer(request, DONE)
    else:
        act(request, params)


CALLS: dict[str, Callable[[object, Message], None]] = {
    "die": die,
    "orphan": orphan,
    "mismatch": mismatch,
    "strange": strange,
    "unparsable": unparsable,
    "refuse": refuse,
    "ask": ask,
    "changes": changes,
    "progress": progress,
    "environment": environment,
}


def start_child() -> None:
    """Leave a child behind that holds our standard output, and say its number."""
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], stdin=subprocess.DEVNULL)
    with open(sys.argv[2], "w") as file:
        file.write(str(child.pid))


def start_daemon() -> None:
    """Leave a grandchild behind in a session of its own, whose parent is gone, and that stays on SIGTERM."""
    stays = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"
    if os.fork() == 0:
        child = subprocess.Popen(
            [sys.executable, "-S", "-c", stays],
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        with open(sys.argv[2], "w") as file:
            file.write(str(child.pid))
        os._exit(0)
    os.wait()


def begin() -> None:
    match KIND:
        case "exit":
            print("no configuration found", file=sys.stderr, flush=True)
            sys.exit(2)
        case "leak":
            print(f"cannot log in with {os.environ['TOKEN']}", file=sys.stderr, flush=True)
            sys.exit(2)
        case "rubbish":
            print("Welcome to my server!", flush=True)
        case "flood":
            while True:
                print("rubbish", flush=True)
        case "stubborn":
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            start_child()
        case "daemon":
            start_daemon()
        case "loud":
            print("x" * (3 << 20), file=sys.stderr, flush=True)


def respond(method: str, params: Message, request: object) -> None:
    if method == "initialize":
        answer(request, initialize(params))
    elif method == "tools/list":
        answer(request, listing(params))
    elif method == "tools/call":
        call(request, params)
    elif method == "resources/read":
        answer(request, {"contents": [{"uri": params["uri"], "mimeType": "text/plain", "text": "hello"}]})
    elif KIND == "leaves" and method == "server/discover":
        sys.exit(1)
    elif KIND != "ignores":
        send({"id": request, "error": {"code": -32601, "message": "no such method"}})


def serve() -> None:
    begin()
    for line in sys.stdin:
        message = json.loads(line)
        if KIND in ("hang", "rubbish") or "id" not in message:
            continue
        if KIND == "junk":
            print("INFO handling a message", flush=True)
        respond(message["method"], message.get("params") or {}, message["id"])
    while KIND == "stubborn":
        time.sleep(1)


if __name__ == "__main__":
    serve()
