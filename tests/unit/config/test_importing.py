"""Servers of other clients, taken over."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from ptc_cli.config import Imports, found_clients, plan, take_over
from ptc_cli.config.plain_secrets import moved
from ptc_cli.core.errors import ConfigError
from ptc_cli.core.server import AuthConfig, Origin, ServerConfig
from tests.unit.config.world import World

STDIO = {"command": "npx", "args": ["-y", "x"], "env": {"A": "b"}}
TAKEN = {"command": "npx", "args": ["-y", "x"], "env": {"A": "b"}}
HTTP = {"url": "https://a.com/mcp", "headers": {"X-Team": "${TEAM}"}}

FILES = {
    "claude-code": (".claude.json", {"numStartups": 3, "mcpServers": {"s": {"type": "stdio", **STDIO}, "h": HTTP}}),
    "claude-desktop": (".config/Claude/claude_desktop_config.json", {"mcpServers": {"s": STDIO, "h": HTTP}}),
    "cursor": (".cursor/mcp.json", {"mcpServers": {"s": STDIO, "h": HTTP}}),
    "vscode": (".config/Code/User/mcp.json", {"servers": {"s": STDIO, "h": HTTP}, "inputs": []}),
    "windsurf": (
        ".codeium/windsurf/mcp_config.json",
        {"mcpServers": {"s": STDIO, "h": {"serverUrl": HTTP["url"], "headers": HTTP["headers"]}}},
    ),
    "gemini": (
        ".gemini/settings.json",
        {"ui": {}, "mcpServers": {"s": STDIO, "h": {"httpUrl": HTTP["url"], "headers": {"X-Team": "$TEAM"}}}},
    ),
    "opencode": (
        ".config/opencode/opencode.json",
        {
            "theme": "x",
            "mcp": {
                "s": {"type": "local", "command": ["npx", "-y", "x"], "environment": {"A": "b"}, "enabled": True},
                "h": {"type": "remote", "url": HTTP["url"], "headers": {"X-Team": "{env:TEAM}"}},
            },
        },
    ),
    "goose": (
        ".config/goose/config.yaml",
        """
GOOSE_MODE: auto
extensions:
  developer: {type: builtin, enabled: true}
  s: {type: stdio, name: s, cmd: npx, args: [-y, x], envs: {A: b}, enabled: true, timeout: 300}
  h: {type: streamable_http, uri: "https://a.com/mcp", headers: {X-Team: "${TEAM}"}}
""",
    ),
}


def imported(world: World, client: str, *, keeps_secrets: bool = False) -> Imports:
    return plan(client, world.user_file, file=None, environ=world.environ, keeps_secrets=keeps_secrets)


def write(world: World, place: str, content: object) -> None:
    world.write(world.home / place, content if isinstance(content, str) else json.dumps(content))


def taken_over(world: World, client: str) -> dict[str, object]:
    take_over(imported(world, client), trust=world.trust, replaces=False)
    servers: dict[str, object] = tomllib.loads(world.user_file.read_text())["servers"]
    return servers


@pytest.mark.parametrize("client", FILES)
def test_every_client_s_servers_come_to_the_same(world: World, client: str) -> None:
    place, content = FILES[client]
    write(world, place, content)

    servers = taken_over(world, client)

    reference = "${TEAM:-}" if client == "opencode" else "${TEAM}"
    assert servers == {"s": TAKEN, "h": {"url": HTTP["url"], "headers": {"X-Team": reference}}}
    assert found_clients(world.environ) == ((client, str(world.home / place)),)
    assert {each.name for each in world.load().servers} == {"s", "h"}


def test_codex_is_taken_over_with_its_texts_literal(world: World) -> None:
    write(world, ".codex/config.toml", 'model = "x"\n[mcp_servers.s]\ncommand = "npx"\nargs = ["${A}"]\n')

    assert taken_over(world, "codex") == {"s": {"command": "npx", "args": ["$${A}"]}}


def test_of_claude_code_the_servers_of_this_project_count(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(world.project)
    projects = {str(world.project): {"mcpServers": {"here": STDIO}}, "/elsewhere": {"mcpServers": {"there": STDIO}}}
    write(world, ".claude.json", {"projects": projects})

    assert list(taken_over(world, "claude-code")) == ["here"]


def test_what_goose_keeps_in_its_keychain_becomes_a_variable(world: World) -> None:
    server = "{type: stdio, cmd: x, env_keys: [API_TOKEN], enabled: false}"
    write(world, ".config/goose/config.yaml", f"extensions:\n  s: {server}\n")

    env = {"API_TOKEN": "${API_TOKEN}"}
    assert taken_over(world, "goose") == {"s": {"command": "x", "env": env, "enabled": False}}


@pytest.mark.parametrize(
    "text", ["a: [", "- a", "a: &x [1]\nb: *x", "!!python/object/apply:os.system [true]", "[" * 5000, "a: \x01"]
)
def test_what_is_no_plain_yaml_is_said(world: World, text: str) -> None:
    write(world, ".config/goose/config.yaml", text)

    with pytest.raises(ConfigError, match=r"config\.yaml: (not valid YAML|expected an object)"):
        imported(world, "goose")


def test_the_second_shape_of_opencode_is_read(world: World) -> None:
    servers = {"s": {"type": "local", "command": ["x"], "disabled": True, "env": {}}}
    write(world, ".config/opencode/opencode.json", {"mcp": {"servers": servers}})

    assert taken_over(world, "opencode") == {"s": {"command": "x", "enabled": False}}


def test_the_url_of_gemini_is_sse(world: World) -> None:
    write(world, ".gemini/settings.json", {"mcpServers": {"s": {"url": "https://a.com/x", "timeout": 30000}}})

    assert taken_over(world, "gemini") == {"s": {"transport": "sse", "url": "https://a.com/x", "timeout": 30.0}}


def test_what_is_there_stays_with_its_comments(world: World) -> None:
    before = "# mine\n[servers.s] # as it is\ncommand = 'other'\n"
    world.write(world.user_file, before)
    write(world, ".cursor/mcp.json", {"mcpServers": {"s": STDIO, "h": HTTP}})

    imports = imported(world, "cursor")
    written = take_over(imports, trust=world.trust, replaces=False)

    assert {each.server.name: each.state for each in imports.servers} == {"s": "differs", "h": "new"}
    assert written == ("h",)
    assert world.user_file.read_text().startswith(before)
    assert {each.server.name: each.state for each in imported(world, "cursor").servers}["h"] == "same"


def test_what_differs_is_replaced_only_when_asked_for(world: World) -> None:
    world.write(world.user_file, "# mine\n\n[servers.s]\ncommand = 'other'\n\n[policy]\ndefault = 'ask'\n")
    write(world, ".cursor/mcp.json", {"mcpServers": {"s": STDIO}})

    take_over(imported(world, "cursor"), trust=world.trust, replaces=True)
    again = take_over(imported(world, "cursor"), trust=world.trust, replaces=True)

    text = world.user_file.read_text()
    assert tomllib.loads(text) == {"servers": {"s": TAKEN}, "policy": {"default": "ask"}}
    assert text.startswith("# mine\n")
    assert again == ()


def test_a_plan_writes_nothing(world: World) -> None:
    write(world, ".cursor/mcp.json", {"mcpServers": {"s": STDIO}})
    imported(world, "cursor")

    assert not world.user_file.exists()


SECRETS = ("env-s3cr3t", "bearer-s3cr3t", "flag-s3cr3t", "query-s3cr3t", "pass-s3cr3t", "client-s3cr3t")


def full_of_secrets() -> dict[str, object]:
    args = ["--api-key", SECRETS[2], f"--token={SECRETS[2]}", "ghp_abcdefghij0123456789", f"pg://me:{SECRETS[4]}@db/x"]
    auth = {"clientId": "id", "clientSecret": SECRETS[5]}
    headers = {"Authorization": f"Bearer {SECRETS[1]}", "X-Api-Key": SECRETS[1]}
    return {
        "s": {"command": "x", "args": args, "env": {"API_TOKEN": SECRETS[0], "MODE": "fast", "KEY": "${KEY}"}},
        "h": {"url": f"https://a.com/mcp?api_key={SECRETS[3]}&team=x", "headers": headers, "oauth": auth},
    }


def test_secrets_in_clear_become_references(world: World) -> None:
    write(world, ".cursor/mcp.json", {"mcpServers": full_of_secrets()})
    imports = imported(world, "cursor")
    servers = taken_over(world, "cursor")

    text = world.user_file.read_text() + repr(imports.servers[0].shown) + repr(imports.warnings)
    assert not [secret for secret in (*SECRETS, "ghp_") if secret in text]
    assert servers == {
        "s": {
            "command": "x",
            "args": [
                "--api-key",
                "${S_API_KEY}",
                "--token=${S_TOKEN}",
                "${S_ARGUMENT}",
                "pg://me:${S_ARGUMENT_PASSWORD}@db/x",
            ],
            "env": {"API_TOKEN": "${API_TOKEN}", "MODE": "fast", "KEY": "${KEY}"},
        },
        "h": {
            "url": "https://a.com/mcp?api_key=${H_API_KEY}&team=x",
            "headers": {"Authorization": "Bearer ${H_TOKEN}", "X-Api-Key": "${H_X_API_KEY}"},
            "auth": {"client_id": "id", "client_secret": "${H_CLIENT_SECRET}"},
        },
    }
    assert imports.servers[0].variables == ("S_API_KEY", "S_TOKEN", "S_ARGUMENT", "S_ARGUMENT_PASSWORD", "API_TOKEN")


def test_secrets_are_copied_when_asked_for_and_still_not_shown(world: World) -> None:
    write(world, ".cursor/mcp.json", {"mcpServers": full_of_secrets()})
    imports = imported(world, "cursor", keeps_secrets=True)
    take_over(imports, trust=world.trust, replaces=False)

    assert all(secret in world.user_file.read_text() for secret in SECRETS)
    assert not [secret for secret in SECRETS for each in imports.servers if secret in each.shown]
    assert world.user_file.stat().st_mode & 0o077 == 0


def test_two_secrets_never_share_a_variable() -> None:
    server = ServerConfig(
        name="s",
        transport="http",
        url="https://a.com/",
        headers={"X-Key": "first-value", "X_Key": "second-value"},
        auth=AuthConfig(),
        origin=Origin(path="x"),
    )

    assert set(moved(server).server.headers.values()) == {"${S_X_KEY}", "${S_X_KEY_2}"}


@pytest.mark.parametrize(
    ("client", "content", "said"),
    [
        ("cursr", None, "Did you mean 'cursor'?"),
        ("cursor", None, "has no file here: ~/.cursor/mcp.json"),
        ("cursor", "{", "mcp.json:1: not valid JSON"),
        ("cursor", '{"mcpServers": {"s": {"comand": "x"}}}', "Did you mean 'command'?"),
        ("cursor", '{"mcpServers": []}', "expected a table"),
    ],
)
def test_what_cannot_be_taken_over_is_said(world: World, client: str, content: str | None, said: str) -> None:
    if content is not None:
        write(world, ".cursor/mcp.json", content)

    with pytest.raises(ConfigError) as caught:
        imported(world, client)

    assert said in str(caught.value)


def test_a_file_may_be_named(world: World, tmp_path: Path) -> None:
    path = tmp_path / "servers.json"
    path.write_text(json.dumps({"mcpServers": {"s": STDIO}}))

    imports = plan("cursor", world.user_file, file=path, environ=world.environ)

    assert [each.server.name for each in imports.servers] == ["s"]
