"""The pages that lead an agent through the tree."""

from __future__ import annotations

from collections.abc import Iterable

from ptc_cli.codegen.docs import example_call
from ptc_cli.codegen.examples import source_tool
from ptc_cli.codegen.text import blockquote, code_span, fenced, one_line
from ptc_cli.core.catalog import ServerEntry, Tool, View
from ptc_cli.core.stub import Face

MAX_NAMES = 6
"""Tools named on a server's line: enough to guess what it is for. Its own words stay on its own page."""

_EXPLORE = """\
# Tools as Python functions

Every tool of every connected MCP server is a typed Python function. Explore here, then submit one program that does
the whole job and gives back only what you need.

## Explore in three commands

```
{commands}
```

Also here: `/tools/<server>.pyi` (types and signatures that programs are checked against), `/ptc.pyi` (the runtime
module), `/schemas/<server>/<tool>.json` (what the server itself declares, for `jq`), `/examples` (programs to start
from), `/runs/<number>` (your last programs with all of their output). All of it is read-only.
"""

_PROGRAM = """\
## Write the program

{program}

- Imports of `tools` and of servers may be left out. The standard library imports as usual; the only way out of the
  sandbox is a tool.
- {calling}
- Required arguments may be given by position, in the order of the signature; optional ones only by name.
- Results are plain values (dictionaries, lists, text, numbers): `result["key"]`, not `result.key`. Where a result is
  `Any`, look at one before you rely on its shape.
- A tool that fails raises `ptc.ToolError` with `.server`, `.tool`, `.text` and `.content`; catch it to go on.
- The program is type-checked before anything runs. An error there means that no tool was called.

## What comes back

The value of the last expression, and what was printed. Both cost you context: filter, count and select in the
program, and print only what is needed.
"""

_CALLING: dict[Face, str] = {
    "sync": "Calls block and return their result. A program that uses `await` or imports `asyncio` gets the same\n"
    "  tools as coroutines, for `asyncio.gather`; there each call is awaited.",
    "async": "Every call is awaited, at the top level too; `asyncio.gather` runs several at once. A program without\n"
    "  `await` and `asyncio` gets the same tools as plain functions.",
}


def readme(view: View, face: Face) -> str:
    """Return `/README.md`: how to explore, how to write a program, and a line for each server."""
    tool = _shown_tool(view)
    explore = _EXPLORE.format(commands=_commands(tool))
    text = _PROGRAM.format(program=fenced(_program(tool, face)), calling=_CALLING[face])
    return "\n".join([explore, text, _servers(view)])


def _shown_tool(view: View) -> Tool | None:
    """Return the tool that the page explains itself with."""
    first = next((entry for entry in _sorted(view) if entry.tools), None)
    return None if first is None else source_tool(first) or first.tools[0]


def _commands(tool: Tool | None) -> str:
    module, name = (tool.module, tool.stub.name) if tool else ("SERVER", "TOOL")
    word = name.strip("_").split("_")[-1] or name
    rows = [
        (f"ls /docs/{module}", "the tools of one server, by name"),
        (f'grep -n "def .*{word}" /tools/*.pyi', "signatures, each on one line"),
        (f"cat /docs/{module}/{name}.md", "one tool in full, with an example"),
    ]
    width = max(len(command) for command, _ in rows)
    return "\n".join(f"{command:{width}}   # {purpose}" for command, purpose in rows)


def _program(tool: Tool | None, face: Face) -> str:
    if tool is None:
        return "1 + 1"
    return f"from tools import {tool.module}\n\nfound = {example_call(tool, face=face)}\nfound"


def server_readme(entry: ServerEntry) -> str:
    """Return `/docs/<server>/README.md`: the server's own instructions, and a line for each tool."""
    parts = [f"# {entry.stub.module}"]
    if entry.name != entry.stub.module:
        parts.append(f"MCP server {code_span(entry.name)}, `tools.{entry.stub.module}` in programs.")
    if entry.listing.status != "ok":
        parts.append(_trouble(entry))
    if entry.listing.instructions.strip():
        parts.append(f"The server's instructions:\n\n{blockquote(entry.listing.instructions)}")
    if entry.tools:
        lines = [f"- `{tool.stub.name}`{_said(tool.stub.summary)}" for tool in entry.tools]
        parts.append("\n".join(["## Tools", "", *lines]))
    rejected = [*entry.listing.rejected, *entry.stub.rejected]
    if rejected:
        listed = [f"- {code_span(tool.name)}: {one_line(tool.reason)}" for tool in rejected]
        parts.append("\n".join(["## Tools that cannot be used", "", *listed]))
    return "\n\n".join(parts) + "\n"


def package_stub(view: View) -> str:
    """Return `/tools/__init__.pyi`: a line for each server, without which `tools.server` would be an error."""
    return "".join(f"from . import {entry.stub.module} as {entry.stub.module}\n" for entry in _sorted(view))


def _sorted(view: View) -> Iterable[ServerEntry]:
    return sorted(view.servers, key=lambda entry: entry.stub.module)


def _servers(view: View) -> str:
    lines = [_server(entry) for entry in _sorted(view)] or ["None is configured."]
    return "\n".join(["## Servers", "", *lines, ""])


def _server(entry: ServerEntry) -> str:
    count = len(entry.tools)
    title = code_span(entry.stub.module)
    if entry.listing.status != "ok":
        return f"- {title}: {_trouble(entry)}"
    names = sorted(tool.stub.name for tool in entry.tools)
    more = ", ..." if len(names) > MAX_NAMES else ""
    listed = f": {', '.join(names[:MAX_NAMES])}{more}" if names else ""
    return f"- {title}: {count} {'tool' if count == 1 else 'tools'}{listed}"


def _trouble(entry: ServerEntry) -> str:
    listing = entry.listing
    return f"{listing.status}: {one_line(listing.reason or 'no reason is known', 200)}"


def _said(text: str) -> str:
    return f": {text}" if text else ""
