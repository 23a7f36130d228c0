"""The tree that an agent explores."""

from __future__ import annotations

import ast
import gc
import json
import weakref
from pathlib import Path

import pytest

from ptc_cli.codegen import documentation, example_call, render, tree
from ptc_cli.core.catalog import ServerEntry
from ptc_cli.core.jsonvalue import JsonObject
from ptc_cli.core.server import RejectedTool, ServerListing, ToolAnnotations, ToolConfig
from tests.unit.codegen.making import config, entry, mypy_errors, takes, tool, view

TEXT: JsonObject = {"type": "string"}
HOSTILE = 'x"""\n# Heading\n```\n\u202eevil\x1b[31m `code` \ud800'


def calendar() -> ServerEntry:
    listed = tool(
        "list-events",
        takes(day={"type": "string", "format": "date"}),
        result={"type": "object", "properties": {"events": {"type": "array", "items": TEXT}}, "required": ["events"]},
        description="List the events of a day.",
        server="my calendar",
        annotations=ToolAnnotations(read_only=True),
    )
    return entry("my calendar", listed, tool("drop", takes(id={"type": "integer"}), server="my calendar"))


def chat() -> ServerEntry:
    return entry("chat", tool("post", takes(text=TEXT), server="chat"), instructions="Be brief.\n# Not a heading")


def failed(name: str, reason: str) -> ServerEntry:
    listing = ServerListing(server=name, status="failed", reason=reason)
    return ServerEntry(config=config(name), listing=listing, stub=render(config(name), listing, module=name))


def test_every_file_has_its_place() -> None:
    found = tree(view(calendar(), chat()))

    assert list(found) == [
        "/README.md",
        "/docs/chat/README.md",
        "/docs/chat/post.md",
        "/docs/my_calendar/README.md",
        "/docs/my_calendar/drop.md",
        "/docs/my_calendar/list_events.md",
        "/examples/chat_my_calendar.py",
        "/ptc.pyi",
        "/schemas/chat/post.json",
        "/schemas/my_calendar/drop.json",
        "/schemas/my_calendar/list_events.json",
        "/tools/__init__.pyi",
        "/tools/chat.pyi",
        "/tools/my_calendar.pyi",
    ]
    assert (
        found.files["/tools/__init__.pyi"] == "from . import chat as chat\nfrom . import my_calendar as my_calendar\n"
    )


def test_the_page_of_a_tool_says_all_there_is_to_say() -> None:
    server = calendar()
    text = documentation(server.tools[0], server)

    assert text == (
        "# my_calendar.list_events\n\n"
        "Tool `list-events` of server `my calendar`.\n\n"
        "```python\nmy_calendar.list_events(day: str) -> ListEventsResult\n```\n\n"
        "> List the events of a day.\n\n"
        "## Parameters\n\n- `day` (required): (format date)\n\n"
        "## Returns\n\n`ListEventsResult`: declared by the server.\n\n"
        "## Types\n\n```python\nclass ListEventsResult(TypedDict):\n    events: list[str]\n```\n\n"
        "The server says: read-only.\n\n"
        "## Example\n\n```python\nfrom tools import my_calendar\n\n"
        'result = my_calendar.list_events(day="2026-01-31")\n```\n'
    )


def test_nested_fields_are_described_once_with_their_constraints() -> None:
    inner = {"type": "object", "properties": {"size": {"type": "integer", "minimum": 1, "description": "How big."}}}
    schema = takes(**{"from": {"type": "array", "items": inner}})
    server = entry("files", tool("copy", schema, server="files", description="Copy."))
    text = documentation(server.tools[0], server)

    assert "- `from_` (required, sent as `from`)\n  - `from_[].size` (optional): How big. (1..)\n" in text
    assert "`Any`: the server declares no result type" in text


def test_a_title_made_of_the_name_is_not_worth_a_line() -> None:
    result: JsonObject = {
        "type": "object",
        "properties": {
            "isDst": {"title": "Is Dst", "type": "boolean"},
            "at": {"title": "When it was", "type": "string"},
            "count": {"title": "Count", "type": "integer", "minimum": 1},
        },
    }
    listed = tool("look", takes(user_id={"type": "string", "title": "User Id"}), result=result)
    text = documentation(*(lambda server: (server.tools[0], server))(entry("demo", listed)))

    assert "- `user_id` (required)\n" in text
    assert "isDst`" not in text
    assert "- `at` (optional): When it was\n- `count` (optional): (1..)\n" in text


def test_a_configured_result_is_told_apart_from_a_declared_one() -> None:
    settings = {"act": ToolConfig(output_schema={"type": "object", "properties": {"n": {"description": "Count."}}})}
    server = entry("demo", tool(), settings=settings)

    assert "written in the configuration.\n\n- `n` (optional): Count." in documentation(server.tools[0], server)


def test_the_readme_explores_with_tools_that_are_there() -> None:
    text = tree(view(calendar(), chat(), failed("mail", "no such\ncommand"))).files["/README.md"]

    assert "ls /docs/chat " in text
    assert 'grep -n "def .*post" /tools/*.pyi ' in text
    assert "cat /docs/chat/post.md " in text
    assert 'from tools import chat\n\nfound = chat.post(text="text")\nfound\n' in text
    assert text.endswith(
        "## Servers\n\n"
        "- `chat`: 1 tool: post\n"
        "- `mail`: failed: no such command\n"
        "- `my_calendar`: 2 tools: drop, list_events\n"
    )


def test_the_readme_of_an_empty_view_still_reads() -> None:
    text = tree(view()).files["/README.md"]

    assert "## Servers\n\nNone is configured.\n" in text


def test_the_page_of_a_server_quotes_its_instructions_and_lists_what_cannot_be_used() -> None:
    listing = ServerListing(
        server="chat",
        status="ok",
        tools=(tool("post", server="chat"), tool("post", server="chat")),
        rejected=(RejectedTool(name="odd`", reason="no schema"),),
        instructions="Be brief.\n# Not a heading",
    )
    server = ServerEntry(config=config("chat"), listing=listing, stub=render(config("chat"), listing, module="chat"))

    assert tree(view(server)).files["/docs/chat/README.md"] == (
        "# chat\n\n"
        "The server's instructions:\n\n> Be brief.\n> # Not a heading\n\n"
        "## Tools\n\n- `post`\n\n"
        "## Tools that cannot be used\n\n"
        "- `` odd` ``: no schema\n"
        "- `post`: the server lists this name twice; the first is used\n"
    )


def test_the_same_catalog_gives_the_same_bytes_in_any_order_of_its_servers() -> None:
    first, second = calendar(), chat()

    assert tree(view(first, second)).files == tree(view(second, first)).files
    assert tree(view(calendar(), chat())).digest == tree(view(first, second)).digest


def test_a_change_to_one_server_touches_its_own_files_only() -> None:
    other, mail = chat(), entry("mail", tool("send", takes(text=TEXT), server="mail"))
    before = tree(view(other, mail)).files
    changed = entry("chat", tool("post", takes(text=TEXT, to=TEXT), server="chat"), tool("read", server="chat"))
    after = tree(view(changed, mail)).files

    touched = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
    assert touched <= {path for path in before.keys() | after.keys() if "chat" in path} | {"/README.md"}
    assert "/tools/chat.pyi" in touched


def test_the_files_of_a_server_are_made_once_and_forgotten_with_it() -> None:
    server = chat()
    first, second = tree(view(server)), tree(view(server, calendar()))
    assert first.files["/docs/chat/post.md"] is second.files["/docs/chat/post.md"]

    gone = weakref.ref(server)
    del server, first, second
    gc.collect()
    assert gone() is None


def test_the_wire_definition_is_what_the_server_declared() -> None:
    found = json.loads(tree(view(calendar())).files["/schemas/my_calendar/list_events.json"])

    assert found == {
        "name": "list-events",
        "description": "List the events of a day.",
        "inputSchema": takes(day={"type": "string", "format": "date"}),
        "outputSchema": {
            "type": "object",
            "properties": {"events": {"type": "array", "items": TEXT}},
            "required": ["events"],
        },
        "annotations": {"readOnlyHint": True},
    }


def test_what_is_hostile_stays_in_its_place(tmp_path: Path) -> None:
    schema = takes(**{HOSTILE: {"type": "string", "description": HOSTILE, "default": HOSTILE, "enum": [HOSTILE, "`"]}})
    server = entry(
        "odd",
        tool(HOSTILE, schema, result=schema | {"description": HOSTILE}, description=HOSTILE, server="odd"),
        tool("deep", takes(x={"const": 10**40}), server="odd"),
        instructions=HOSTILE,
    )
    files = tree(view(server, failed("mail", HOSTILE))).files

    assert len(server.tools) == 2
    for path, text in files.items():
        assert path.encode()
        assert text.encode()
        assert all(character.isprintable() or character == "\n" for character in text), path
        if path.endswith(".md"):
            assert all(not line.startswith(("# Head", "```\nevil")) for line in text.split("\n"))
        elif path.endswith((".pyi", ".py")):
            ast.parse(text)
        elif path.endswith(".json"):
            json.loads(text)
    (tmp_path / "odd.pyi").write_text(files["/tools/odd.pyi"])
    assert mypy_errors(tmp_path / "odd.pyi") == []


@pytest.mark.parametrize("face", ["sync", "async"])
def test_examples_are_programs_of_the_face(face: str, tmp_path: Path) -> None:
    found = tree(view(calendar(), chat()), face="async" if face == "async" else "sync").files
    source = found["/examples/chat_my_calendar.py"]

    compile(source, "example", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    assert source.count("await ") == (2 if face == "async" else 0)
    for path, text in found.items():
        (tmp_path / path[1:]).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path[1:]).write_text(text)
    if face == "async":
        body = "".join(f"    {line}\n" for line in source.split("\n") if line)
        (tmp_path / "example.py").write_text(f"async def main() -> None:\n{body}")
    else:
        (tmp_path / "example.py").write_text(source)
    assert mypy_errors(tmp_path / "example.py") == []
    wait = "await " if face == "async" else ""
    assert f'result = {wait}chat.post(text="text")' in found["/docs/chat/post.md"]
    assert found["/tools/chat.pyi"].count("async def ") == len(wait) // 6


def test_the_runtime_stub_follows_the_face_where_a_call_is_made() -> None:
    names = ("call", "read_resource", "progress", "tools")
    found = {
        face: {
            node.name: isinstance(node, ast.AsyncFunctionDef)
            for node in ast.parse(tree(view(), face=face).files["/ptc.pyi"]).body
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        }
        for face in ("sync", "async")
    }

    assert found["sync"] == dict.fromkeys(names, False)
    assert found["async"] == {"call": True, "read_resource": True, "progress": False, "tools": False}


def test_a_program_that_catches_failures_and_reads_content_type_checks(tmp_path: Path) -> None:
    (tmp_path / "ptc.pyi").write_text(tree(view()).files["/ptc.pyi"])
    (tmp_path / "program.py").write_text(
        "import ptc\n"
        "try:\n"
        "    ptc.progress(1, 3, 'first')\n"
        "    image = ptc.call('chat', 'draw', {'size': 3})\n"
        "except ptc.ToolTimeout as error:\n"
        "    print(error.server, error.tool.upper(), error.text, error.kind)\n"
        "    blocks = [block.data or b'' for block in error.content if isinstance(block, ptc.Content)]\n"
        "except (ptc.ToolDenied, ptc.ToolError, ptc.BudgetExceeded):\n"
        "    print(ptc.tools('chat'), ptc.read_resource('chat', 'chat://x'), ptc.input)\n"
    )
    assert mypy_errors(tmp_path / "program.py") == []

    (tmp_path / "wrong.py").write_text("import ptc\nfailed: ptc.ToolError = ptc.BudgetExceeded()\n")
    assert len(mypy_errors(tmp_path / "wrong.py")) == 1


def test_an_example_call_gives_what_is_required_and_nothing_else() -> None:
    schema: JsonObject = {
        "type": "object",
        "properties": {
            "when": {"type": "string", "format": "date-time"},
            "kind": {"enum": ["a", "b"]},
            "count": {"type": "integer", "minimum": 5},
            "who": {"anyOf": [{"type": "null"}, {"type": "array", "items": {"type": "string", "format": "email"}}]},
            "where": {"type": "object", "properties": {"x": {"type": "number"}, "y": {}}, "required": ["x"]},
            "more": {"type": "string"},
        },
        "required": ["when", "kind", "count", "who", "where"],
    }
    (made,) = entry("demo", tool(schema=schema)).tools

    assert example_call(made) == (
        'demo.act(when="2026-01-31T12:00:00Z", kind="a", count=5, who=["ann@example.com"], where={"x": 1})'
    )
    assert example_call(made, face="async").startswith("await demo.act(")
