"""ptc put into the configuration of other clients."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ptc_cli.config import ClientEntry, ClientName, client_file, with_entry, words
from ptc_cli.config.json_edit import with_member
from ptc_cli.config.jsonc import parse
from ptc_cli.core.errors import ConfigError

WORDS = ("/opt/ptc/bin/ptc", "mcp", "start")
CLIENTS: tuple[ClientName, ...] = get_args(ClientName)


def entry(client: ClientName, name: str = "ptc") -> ClientEntry:
    return ClientEntry(client=client, name=name, words=WORDS)


def edited(folder: Path, client: ClientName, before: str, name: str = "ptc") -> str:
    path = folder / ("config.toml" if client == "codex" else "mcp.json")
    path.write_text(before)
    return with_entry(path, entry(client, name))[1]


@pytest.mark.parametrize(
    ("client", "text"),
    [
        (
            "cursor",
            '{\n  "mcpServers": {\n    "ptc": {\n      "command": "/opt/ptc/bin/ptc",\n'
            '      "args": [\n        "mcp",\n        "start"\n      ]\n    }\n  }\n}\n',
        ),
        ("codex", '[mcp_servers.ptc]\ncommand = "/opt/ptc/bin/ptc"\nargs = ["mcp", "start"]\n'),
    ],
)
def test_an_entry_alone_is_a_whole_file(client: ClientName, text: str) -> None:
    assert entry(client).alone() == text


def test_comments_layout_and_other_servers_stay(tmp_path: Path) -> None:
    before = '{\n\t// mine\n\t"servers": {\n\t\t"a": {"command": "x"}, // last\n\t},\n\t"inputs": [],\n}\n'

    assert edited(tmp_path, "vscode", before) == (
        '{\n\t// mine\n\t"servers": {\n\t\t"a": {"command": "x"}, // last\n'
        '\t\t"ptc": {\n\t\t  "type": "stdio",\n\t\t  "command": "/opt/ptc/bin/ptc",\n'
        '\t\t  "args": [\n\t\t    "mcp",\n\t\t    "start"\n\t\t  ]\n\t\t}\n\t},\n\t"inputs": [],\n}\n'
    )


def test_an_entry_of_that_name_is_replaced_where_it_stands(tmp_path: Path) -> None:
    before = '{"mcpServers": {"ptc": {"command": "old", "env": {"A": "1"}}, "b": {"command": "y"}}}'

    after = json.loads(edited(tmp_path, "claude-desktop", before))

    assert after == {"mcpServers": {"ptc": entry("claude-desktop").value, "b": {"command": "y"}}}
    assert list(after["mcpServers"]) == ["ptc", "b"]


def test_in_toml_comments_and_other_tables_stay(tmp_path: Path) -> None:
    before = (
        '# mine\nmodel = "x"\n\n[mcp_servers.ptc]\ncommand = "old"\n\n[mcp_servers.ptc.env]\nA = "1"\n\n[tui] # here\n'
    )

    after = edited(tmp_path, "codex", before)

    assert after.startswith('# mine\nmodel = "x"\n')
    assert "[tui] # here\n" in after
    assert tomllib.loads(after)["mcp_servers"] == {"ptc": entry("codex").value}


@pytest.mark.parametrize("client", CLIENTS)
def test_what_was_written_needs_no_second_writing(tmp_path: Path, client: ClientName) -> None:
    once = edited(tmp_path, client, "")

    assert edited(tmp_path, client, once) == once


@pytest.mark.parametrize(
    ("client", "before", "said"),
    [
        ("cursor", "[1]", "expected an object of settings"),
        ("cursor", '{"mcpServers": []}', "'mcpServers' is not a table of servers"),
        ("cursor", '{"mcpServers": {', "not valid JSON"),
        ("codex", "mcp_servers = {}\n", "cannot be edited without touching more than the entry"),
    ],
)
def test_a_file_that_cannot_be_edited_safely_is_left_alone(
    tmp_path: Path, client: ClientName, before: str, said: str
) -> None:
    with pytest.raises(ConfigError, match=said):
        edited(tmp_path, client, before)


LAYOUT = st.sampled_from(["", " ", "\n", "\n    ", " /* { */ ", " // ,}\n"])
SCALAR = st.sampled_from(["1", '"x"', "null", "[]", "{}", '{"a": [1, 2]}'])


@st.composite
def objects(draw: st.DrawFn, inner: str | None = None) -> str:
    """Give an object in some layout; with `inner`, one of its members is that object."""
    members = [(f'"k{number}"', draw(SCALAR)) for number in range(draw(st.integers(min_value=0, max_value=3)))]
    if inner is not None:
        members.insert(draw(st.integers(min_value=0, max_value=len(members))), ('"mcpServers"', inner))
    written = ",".join(
        f"{draw(LAYOUT)}{key}{draw(LAYOUT)}:{draw(LAYOUT)}{value}{draw(LAYOUT)}" for key, value in members
    )
    comma = draw(st.sampled_from(["", ","])) if members else ""
    return f"{{{written}{comma}{draw(LAYOUT)}}}"


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_whatever_the_layout_the_entry_is_added_and_nothing_else_changes(data: st.DataObject) -> None:
    inner = data.draw(st.none() | objects())
    text = data.draw(LAYOUT) + data.draw(objects(inner)) + data.draw(LAYOUT)
    before, _ = parse(text)
    assert isinstance(before, dict)

    after, _ = parse(with_member(text, ("mcpServers", "ptc"), {"command": "x"}))

    servers = before.get("mcpServers", {})
    assert isinstance(servers, dict)
    assert after == {**before, "mcpServers": {**servers, "ptc": {"command": "x"}}}


def test_each_client_has_its_place_on_each_system() -> None:
    home = {"HOME": "/home/ada"}

    assert {client: str(client_file(client, home, platform="linux")) for client in CLIENTS} == {
        "claude": "/home/ada/.claude.json",
        "claude-desktop": "/home/ada/.config/Claude/claude_desktop_config.json",
        "cursor": "/home/ada/.cursor/mcp.json",
        "vscode": "/home/ada/.config/Code/User/mcp.json",
        "codex": "/home/ada/.codex/config.toml",
    }
    mac = "/home/ada/Library/Application Support"
    assert str(client_file("vscode", home, platform="darwin")) == f"{mac}/Code/User/mcp.json"
    assert str(client_file("codex", {**home, "CODEX_HOME": "/c"}, platform="linux")) == "/c/config.toml"


def test_a_configuration_and_a_mode_are_passed_on_whole() -> None:
    command = words(["/opt/ptc"], config="/etc/ptc.toml", mode="sidecar")

    assert command == ("/opt/ptc", "--config", "/etc/ptc.toml", "mcp", "start", "--mode", "sidecar")
