"""An MCP server over stdio that offers the tools of a recording, and answers two of them; standard library only.

    python recorded.py TOOLS.json [--pages N]

TOOLS.json holds `{"tools": [...]}` as a server listed them. `list_issues` gives pages of 100 issues, N of them;
`write_file` says that it wrote.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

Answer = dict[str, Any]

PAGE = 100
BODY = (
    "Steps: open the settings page, change the region, press save twice within a second. Expected: one request, one "
    "toast. Seen: two requests, the second with the old region, and the page then shows a value that is not stored. "
    "It happens in every browser we tried, with the cache cleared, on the version of last week and the one before."
)


def issue(number: int) -> Answer:
    return {
        "number": number,
        "title": f"Saving twice loses the region ({number})",
        "state": "OPEN",
        "labels": ["bug", f"area-{number % 7}"],
        "comments": number % 5,
        "user": {"login": f"user{number % 40}"},
        "created_at": f"2026-0{1 + number % 9}-1{number % 10}T08:00:00Z",
        "body": f"{BODY} Seen {number} times.",
    }


def issues(arguments: Answer, pages: int) -> Answer:
    page = int(arguments.get("after") or 0)
    found = [issue(number) for number in range(page * PAGE, (page + 1) * PAGE)]
    is_last = page + 1 >= pages
    cursor = {"hasNextPage": not is_last, "endCursor": None if is_last else str(page + 1)}
    return {"issues": found, "pageInfo": cursor, "totalCount": pages * PAGE}


def answer(name: str, arguments: Answer, pages: int) -> Answer:
    if name == "list_issues":
        return {"content": [{"type": "text", "text": json.dumps(issues(arguments, pages))}]}
    if name == "write_file":
        said = f"Successfully wrote to {arguments['path']}"
        return {"content": [{"type": "text", "text": said}], "structuredContent": {"content": said}}
    return {"content": [{"type": "text", "text": f"no answer was recorded for {name}"}], "isError": True}


def result(method: str, params: Answer, tools: list[Answer], pages: int) -> Answer:
    if method == "initialize":
        return {
            "protocolVersion": params["protocolVersion"],
            "capabilities": {"tools": {}},
            "serverInfo": {"name": "recorded", "version": "1"},
        }
    if method == "tools/list":
        return {"tools": tools}
    if method == "tools/call":
        return answer(params["name"], params.get("arguments") or {}, pages)
    return {}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("recording", type=Path)
    parser.add_argument("--pages", type=int, default=1)
    options = parser.parse_args()
    tools = json.loads(options.recording.read_text())["tools"]
    for line in sys.stdin:
        message = json.loads(line)
        if "id" in message and "method" in message:
            found = result(message["method"], message.get("params") or {}, tools, options.pages)
            print(json.dumps({"jsonrpc": "2.0", "id": message["id"], "result": found}), flush=True)


if __name__ == "__main__":
    main()
