"""What each way of giving tools to a model costs in tokens, counted as characters / 4.

Run it alone: `python -m tests.benchmarks.bench_tokens`; with `--write` it makes the table of `docs/tokens.md` anew. The
tools are recordings of real servers; those of GitHub are not in the repository (`PTC_OUTSIDE_DATA`).
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import mcp_types as types
from mcp import Client, StdioServerParameters, stdio_client

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "tokens.md"
MARK = "<!-- made by: python -m tests.benchmarks.bench_tokens --write -->\n"
RECORDED = ROOT / "tests" / "servers" / "recorded.py"
SCHEMAS = ROOT / "tests" / "data" / "schemas"
OUTSIDE = Path(os.environ.get("PTC_OUTSIDE_DATA", ROOT.parent / "shared" / "data" / "outside")) / "schemas"

COPIES = {"everything": 3, "filesystem": 3, "memory": 3, "crm": 3}
"""Servers that are configured more than once, as people do with those that hold folders and stores."""

PAGES = 14
"""Of 100 issues, in the task that moves data."""

FIND_AND_WRITE = """\
from tools import filesystem, github

found = github.list_issues("acme", "api", state="OPEN", labels=["bug"])
stale = [issue for issue in found["issues"] if issue["comments"] == 0]
filesystem.write_file("/reports/stale.md", "\\n".join(issue["title"] for issue in stale))
len(stale)
"""
COUNT_ALL = """\
from collections import Counter
from tools import filesystem, github

counts: Counter[str] = Counter()
page = github.list_issues("acme", "api", labels=["bug"])
while True:
    counts.update(issue["user"]["login"] for issue in page["issues"])
    if not page["pageInfo"]["hasNextPage"]:
        break
    page = github.list_issues("acme", "api", labels=["bug"], after=page["pageInfo"]["endCursor"])
lines = [f"{login}: {count}" for login, count in counts.most_common()]
filesystem.write_file("/reports/reporters.md", "\\n".join(lines))
counts.most_common(3)
"""
BASH = (
    "cat /README.md",
    "ls /docs/github | grep issue; ls /docs/filesystem",
    "grep -hE 'def (list_issues|write_file)\\(' /tools/github.pyi /tools/filesystem.pyi",
)
CATALOG: tuple[tuple[str, Mapping[str, object]], ...] = (
    ("search_functions", {"query": "list issues of a repository by label", "limit": 4}),
    ("search_functions", {"query": "write a text file", "limit": 4}),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """What one way costs: before anything is done, and for the two tasks."""

    name: str
    surface: int
    find_and_write: int
    count_all: int


def tokens(*texts: str) -> int:
    """Return how many tokens texts are, as far as a rule of thumb can tell."""
    return sum(map(len, texts)) // 4


def _recordings() -> dict[str, Path]:
    """Return the file of tools of every server."""
    github = OUTSIDE / "github.json"
    found = {"github": github} if github.exists() else {}
    for path in sorted(SCHEMAS.glob("*.json")):
        for copy in range(COPIES.get(path.stem, 1)):
            found[path.stem + (f"_{copy + 1}" if copy else "")] = path
    return found


def _configuration(recordings: dict[str, Path]) -> str:
    parts = []
    for name, path in recordings.items():
        arguments = json.dumps(["-S", str(RECORDED), str(path), "--pages", str(PAGES)])
        parts.append(f"[servers.{name}]\ncommand = {json.dumps(sys.executable)}\nargs = {arguments}\nallow = ['*']\n")
    return "\n".join(parts)


@asynccontextmanager
async def _client(folder: Path, mode: str) -> AsyncIterator[Client]:
    configuration = folder / "ptc.toml"
    configuration.write_text(_configuration(_recordings()))
    home, python_path = str(folder / "home"), str(ROOT)
    environ = {**os.environ, "PTC_HOME": home, "PTC_CONFIG": str(configuration), "PYTHONPATH": python_path}
    arguments = ["-m", "ptc_cli", "mcp", "start", "--mode", mode]
    parameters = StdioServerParameters(command=sys.executable, args=arguments, env=environ)
    async with Client(stdio_client(parameters), mode="legacy") as client:
        yield client


async def _surface(client: Client) -> int:
    """Return what a model is given before it asks: instructions, and of each tool what clients pass on."""
    tools: Sequence[types.Tool] = (await client.list_tools()).tools
    listed = [tool.model_dump(by_alias=True, exclude_none=True, mode="json") for tool in tools]
    return tokens(client.instructions or "", *(_compact(_passed_on(tool)) for tool in listed))


async def _asked(client: Client, name: str, arguments: Mapping[str, object]) -> int:
    """Return what a call and its answer cost."""
    result = await client.call_tool(name, dict(arguments))
    text = "".join(block.text for block in result.content if isinstance(block, types.TextContent))
    assert not result.is_error, text
    return tokens(_compact({"name": name, "arguments": arguments}), text)


async def _with_programs(folder: Path, mode: str, steps: Sequence[tuple[str, Mapping[str, object]]]) -> Arm:
    async with _client(folder, mode) as client:
        surface = await _surface(client)
        explored = sum([await _asked(client, name, arguments) for name, arguments in steps])
        first = await _asked(client, "execute_python", {"code": FIND_AND_WRITE})
        second = await _asked(client, "execute_python", {"code": COUNT_ALL})
    whole = surface + explored
    return Arm(name=f"ptc, {mode}", surface=surface, find_and_write=whole + first, count_all=whole + second)


async def _classic(folder: Path) -> Arm:
    """Return what it costs to have every tool in the context and every result go through it."""
    async with _client(folder, "sidecar") as client:
        by_page = [
            await _asked(client, "github__list_issues", {"owner": "acme", "repo": "api", "labels": ["bug"], **more})
            for more in ({"after": str(page)} if page else {} for page in range(PAGES))
        ]
        written = {"path": "/reports/stale.md", "content": "\n".join(["Saving twice loses the region (100)"] * 20)}
        write = await _asked(client, "filesystem__write_file", written)
    tools = [tool for path in _recordings().values() for tool in json.loads(path.read_text())["tools"]]
    surface = tokens(*(_compact(_passed_on(tool)) for tool in tools))
    return Arm(
        name="every tool in the context",
        surface=surface,
        find_and_write=surface + by_page[0] + write,
        count_all=surface + sum(by_page) + write,
    )


def _passed_on(tool: Mapping[str, object]) -> Mapping[str, object]:
    return {key: tool[key] for key in ("name", "description", "inputSchema") if key in tool}


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def table(arms: Sequence[Arm], count: int, servers: int) -> str:
    """Return the figures as a table in Markdown."""
    rows = "\n".join(f"| {arm.name} | {arm.surface:,} | {arm.find_and_write:,} | {arm.count_all:,} |" for arm in arms)
    return (
        f"{count} tools of {servers} servers; tokens as characters / 4.\n\n"
        "| | before the first question | find and write | count all |\n|---|---|---|---|\n" + rows + "\n"
    )


async def main() -> None:
    """Print the table, and write it into its page if asked."""
    recordings = _recordings()
    if "github" not in recordings:
        print("skipped: the recording of GitHub's tools is not here (PTC_OUTSIDE_DATA)")
        return
    count = sum(len(json.loads(path.read_text())["tools"]) for path in recordings.values())
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        arms = [
            await _classic(folder),
            await _with_programs(folder, "sidecar", ()),
            await _with_programs(folder, "catalog", CATALOG),
            await _with_programs(folder, "filesystem", [("execute_bash", {"command": command}) for command in BASH]),
        ]
    made = table(arms, count, len(recordings))
    print(made)
    if "--write" in sys.argv:
        head = PAGE.read_text().partition(MARK)[0]
        PAGE.write_text(f"{head}{MARK}\n{made}")


if __name__ == "__main__":
    asyncio.run(main())
