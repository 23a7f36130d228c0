"""Files of other MCP clients."""

from __future__ import annotations

import pytest

from ptc_cli.config import References
from ptc_cli.core.server import AuthConfig, ToolConfig
from tests.unit.config.world import World, names, server


def test_the_file_of_claude_is_read(world: World) -> None:
    settings = world.load_text(
        """
        {
          "mcpServers": {
            "files": {"command": "npx", "args": ["-y", "files"], "env": {"A": "${A:-b}"}},
            "remote": {"type": "http", "url": "https://example.com/mcp", "headers": {"X": "y"}, "timeout": 30000},
            "stream": {"type": "sse", "url": "https://example.com/events"}
          },
          "projects": {"whatever": 1}
        }
        """,
        "claude.json",
    )

    assert [(each.name, each.transport, each.origin.line) for each in settings.servers] == [
        ("files", "stdio", 4),
        ("remote", "http", 5),
        ("stream", "sse", 6),
    ]
    assert server(settings, "files").env == {"A": "${A:-b}"}
    assert server(settings, "remote").timeout_seconds == 30.0
    assert settings.warnings == ()


def test_what_cursor_and_windsurf_call_otherwise_is_understood(world: World) -> None:
    settings = world.load_text(
        """
        {"mcpServers": {
          "a": {"serverUrl": "https://example.com/sse"},
          "b": {"type": "streamable-http", "url": "https://example.com/"},
          "c": {"command": "x", "disabled": true, "disabledTools": ["t"], "alwaysAllow": ["u"], "timeout": 60}
        }}
        """,
        "cursor.json",
    )

    assert [each.transport for each in settings.servers] == ["sse", "http", "stdio"]
    assert server(settings, "c").enabled is False
    assert server(settings, "c").deny == ("t",)
    assert server(settings, "c").allow == ()
    assert server(settings, "c").timeout_seconds == 60.0
    assert settings.warnings == ()


def test_how_other_clients_say_to_log_in_is_understood(world: World) -> None:
    settings = world.load_text(
        """
        {"mcpServers": {
          "code": {"url": "https://a.com/mcp", "oauth": {"clientId": "id", "callbackPort": 8080}},
          "cursor": {"url": "https://b.com/mcp", "auth": {"CLIENT_ID": "id", "CLIENT_SECRET": "${env:S}", "scopes": ["r"]}},
          "opencode": {"url": "https://c.com/mcp", "oauth": {"scope": "read write", "other": 1}},
          "none": {"url": "https://d.com/mcp", "oauth": false}
        }}
        """,
        "login.json",
    )

    assert [each.auth for each in settings.servers] == [
        AuthConfig(client_id="id", redirect_port=8080),
        AuthConfig(client_id="id", client_secret="${env:S}", scopes=("r",)),
        AuthConfig(scopes=("read", "write")),
        None,
    ]
    assert [warning.partition(": ")[2] for warning in settings.warnings] == [
        "mcpServers.opencode.oauth.other: is not understood by ptc, and ignored"
    ]


def test_the_file_of_vs_code_is_read_with_inputs_and_env_file(world: World) -> None:
    world.write(".env", "export KEY='from file'  \n# OLD=1\nPORT=81 # local\n\nnonsense\n")
    settings = world.load_text(
        """
        {
          // comments, and commas at the end
          "inputs": [
            {"id": "token", "type": "promptString", "password": true},
            {"id": "level", "type": "pickString", "options": ["low"], "default": "low",},
          ],
          "servers": {
            /* one */
            "a": {
              "type": "stdio", "command": "x", "args": ["--level", "${input:level}"],
              "env": {"PORT": 80, "NONE": null, "ON": true, "TOKEN": "${input:token}"},
              "envFile": "${workspaceFolder}/.env",
            },
          },
        }
        """,
        ".vscode/mcp.json",
    )

    found = server(settings, "a")
    resolve = References({"PTC_INPUT_TOKEN": "given", "HOME": "/"}, cwd=world.project).for_server(found)
    assert [resolve(text) for text in found.args] == ["--level", "low"]
    assert {name: resolve(text) for name, text in found.env.items()} == {
        "KEY": "from file",
        "PORT": "80",
        "ON": "true",
        "TOKEN": "given",
    }
    assert "from file" not in repr(settings)
    assert settings.warnings == ()


def test_an_env_file_that_is_missing_is_a_warning(world: World) -> None:
    settings = world.load_text('{"servers": {"a": {"command": "x", "envFile": "no.env"}}}', "vs.json")

    assert settings.warnings == (
        f"{world.project}/vs.json:1: servers.a.envFile: {world.project}/no.env: there is no such file; "
        "its variables are not set",
    )


def test_the_file_of_codex_is_read_and_its_texts_are_literal(world: World) -> None:
    settings = world.load_text(
        """
        model = "m"
        [mcp_servers.a]
        command = "sh"
        args = ["-c", "echo ${HOME}"]
        env = { B = "own" }
        env_vars = ["A", "B"]
        startup_timeout_ms = 1500
        tool_timeout_sec = 7
        enabled_tools = ["t"]
        disabled_tools = ["u"]
        [mcp_servers.b]
        url = "https://example.com/mcp"
        bearer_token_env_var = "TOKEN"
        http_headers = { X = "y" }
        env_http_headers = { Z = "ZED" }
        """,
        "codex.toml",
    )

    a, b = settings.servers
    resolve = References({"HOME": "/h", "A": "1", "TOKEN": "t0ken0", "ZED": "z"}, cwd=world.project).for_server(b)
    assert [resolve(text) for text in a.args] == ["-c", "echo ${HOME}"]
    assert {name: resolve(text) for name, text in a.env.items()} == {"A": "1", "B": "own"}
    assert (a.connect_timeout_seconds, a.timeout_seconds, a.allow, a.deny) == (1.5, 7.0, ("t",), ("u",))
    assert {name: resolve(text) for name, text in b.headers.items()} == {
        "Authorization": "Bearer t0ken0",
        "X": "y",
        "Z": "z",
    }


def test_our_own_keys_may_stand_in_another_clients_file(world: World) -> None:
    settings = world.load_text(
        """
        {"mcpServers": {"a": {"command": "x", "deny": ["d*"], "tools": {
          "t": {"output_schema": null}, "u": {"output_schema": {"type": "string"}}
        }}}}
        """,
        "a.json",
    )

    assert server(settings, "a").tools == {
        "t": ToolConfig(returns_nothing=True),
        "u": ToolConfig(output_schema={"type": "string"}),
    }


def test_a_list_of_tools_is_what_is_allowed(world: World) -> None:
    settings = world.load_text(
        '{"mcpServers": {"a": {"command": "x", "tools": ["*"]}, "b": {"command": "x", "tools": ["t"]}}}', "a.json"
    )

    assert [each.allow for each in settings.servers] == [(), ("t",)]


def test_a_key_nobody_knows_is_a_warning_and_a_mistyped_one_a_mistake(world: World) -> None:
    settings = world.load_text('{"mcpServers": {"a": {"command": "x", "frobnicate": 1}}}', "a.json")

    assert settings.warnings == (
        f"{world.project}/a.json:1: mcpServers.a.frobnicate: is not understood by ptc, and ignored",
    )


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ('{"mcpServers": {"a": {"command": "x",\n"comand": "y"}}}', "2: mcpServers.a.comand: there is no such key."),
        ('{"mcpServers": {"a": {"url": "http://x/",\n"serverUrl": "http://x/"}}}', "2: mcpServers.a.serverUrl: is giv"),
        ('{"mcpServers": {"a":\n{"serverUrl": 1}}}', "2: mcpServers.a.serverUrl: expected a text"),
        ('{"mcpServers": {"a":\n{"command": "x", "disabled": "no"}}}', "2: mcpServers.a.disabled: expected true or"),
        ('{"mcpServers": {"a":\n{"command": "x", "disabledTools": [1]}}}', "2: mcpServers.a.disabledTools[0]: expecte"),
        ('{"mcpServers": {"a":\n{"command": "x", "envFile": 1}}}', "2: mcpServers.a.envFile: expected a path"),
        ('{"mcpServers": {"a":\n{"command": "x", "env": []}}}', "2: mcpServers.a.env: expected a table, found a list"),
        ('{"mcpServers": {"a":\n{"url": "http://x/", "headers": 1}}}', "2: mcpServers.a.headers: expected a table"),
        ('{"mcpServers": {"a":\n{"command": "x", "type": "telnet"}}}', "2: mcpServers.a.type: expected one of 'stdio'"),
        ('{"mcpServers": {"a":\n{"command": "x", "args": ["\\ud800"]}}}', "2: mcpServers.a.args[0]: expected a text"),
        ('{"mcpServers": {\n"a": []}}', "2: mcpServers.a: expected a table, found a list"),
        ('{"mcpServers": []}', "1: mcpServers: expected a table, found a list"),
        ('{"servres": {}}', "expected servers under 'mcpServers', or under 'servers' as VS Code has it"),
    ],
)
def test_what_makes_no_sense_in_another_clients_file_is_a_mistake(world: World, text: str, mistake: str) -> None:
    found = world.mistakes(text, "a.json")

    assert any(line.startswith(mistake) for line in found), found


@pytest.mark.parametrize("key", ["bearer_token_env_var", "env_http_headers", "env_vars", "http_headers"])
def test_what_makes_no_sense_to_codex_is_a_mistake(world: World, key: str) -> None:
    found = world.mistakes(f'[mcp_servers.a]\nurl = "http://x/"\n{key} = 5\n', "a.toml")

    assert any(line.startswith(f"3: mcp_servers.a.{key}: expected a") for line in found), found


def test_a_file_without_servers_has_none(world: World) -> None:
    assert world.load_text('{"inputs": []}', "a.json").servers == ()
    assert names(world.load_text('{"mcpServers": {}}', "b.json")) == []
