"""Where other MCP clients keep a user's servers, and how their files are put into a shape that ptc reads.

| client | what is special |
|---|---|
| Claude Code | servers of single projects stand below `projects` in the same file |
| VS Code | `servers` and `inputs`; in older versions below `mcp` of its settings |
| Gemini | `$NAME` and `${NAME}` are references; `url` without a `type` is SSE |
| OpenCode | `mcp`, or `mcp.servers`; a command is one list, `{env:NAME}` a reference |
| goose | YAML; `extensions`, of which some are goose's own; `env_keys` names variables that it keeps |
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from ptc_cli.config import document, yaml_text
from ptc_cli.config.document import Document
from ptc_cli.core.errors import ConfigError
from ptc_cli.core.jsonvalue import JsonObject, JsonValue
from ptc_cli.core.suggest import did_you_mean

_MAC = "Library/Application Support"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Another client."""

    name: str
    """What it is called on the command line."""

    title: str
    places: tuple[str, ...]
    """Where its file may be, under the home folder."""

    reshape: Callable[[JsonObject], JsonObject]
    """From what its file holds to one of the shapes that are read as they are."""

    read: Callable[[Path], Document] = document.read

    def files(self, home: Path) -> Iterator[Path]:
        """Give the files of this user that there are."""
        return (home / place for place in self.places if (home / place).is_file())

    def document(self, path: Path) -> Document:
        """Return a file of this client in a shape that is read as it is.

        Raises:
            ConfigError: It cannot be read.
        """
        found = self.read(path)
        return replace(found, table=self.reshape(found.table))


def source(name: str) -> Source:
    """Return a client by its name.

    Raises:
        ConfigError: ptc knows no such client.
    """
    for each in SOURCES:
        if each.name == name:
            return each
    names = [each.name for each in SOURCES]
    raise ConfigError(f"no client '{name}'", hint=did_you_mean(name, names) or f"Known: {', '.join(names)}")


def _only(*keys: str) -> Callable[[JsonObject], JsonObject]:
    """Return what takes a file's servers and leaves the client's other settings."""

    def reshape(table: JsonObject) -> JsonObject:
        return {key: table[key] for key in keys if key in table}

    return reshape


def _of_claude_code(table: JsonObject) -> JsonObject:
    servers = dict(_object(table.get("mcpServers")))
    here = _object(_object(table.get("projects")).get(os.fspath(Path.cwd())))
    return {"mcpServers": {**servers, **_object(here.get("mcpServers"))}}


def _of_vs_code(table: JsonObject) -> JsonObject:
    inner = table if "servers" in table or "mcp" not in table else _object(table["mcp"])
    return _only("servers", "inputs")(dict(inner))


def _of_gemini(table: JsonObject) -> JsonObject:
    servers = _object(table.get("mcpServers"))
    return {"mcpServers": {name: _gemini_server(each) for name, each in servers.items()}}


def _gemini_server(server: JsonValue) -> JsonValue:
    if not isinstance(server, dict):
        return server
    kind = {} if "type" in server or "url" not in server else {"type": "sse"}
    return _mapped({**server, **kind}, lambda text: _SHELL_NAME.sub(r"${\1}", text))


_SHELL_NAME = re.compile(r"\$([A-Za-z_][A-Za-z0-9_]*)")
_BRACED = re.compile(r"\{(env|file):([^{}]*)\}")


def _of_opencode(table: JsonObject) -> JsonObject:
    mcp = _object(table.get("mcp"))
    servers = _object(mcp["servers"]) if isinstance(mcp.get("servers"), dict) else mcp
    return {"mcpServers": {name: _opencode_server(each) for name, each in servers.items()}}


def _opencode_server(server: JsonValue) -> JsonValue:
    if not isinstance(server, dict):
        return server
    command = server.get("command")
    others = {key: value for key, value in server.items() if key not in ("command", "environment")}
    if isinstance(command, list) and command:
        others |= {"command": command[0], "args": command[1:]}
    elif command is not None:
        others["command"] = command
    if "environment" in server:
        others["env"] = server["environment"]
    # A literal of ours first: `${` means nothing to OpenCode.
    return _mapped(others, lambda text: _BRACED.sub(_opencode_reference, text.replace("${", "$${")))


def _opencode_reference(found: re.Match[str]) -> str:
    if found[1] == "env":
        return f"${{{found[2]}:-}}"
    # The content of a file: there is no reference to one, but a program that prints it.
    return f"${{command:cat {shlex.quote(str(Path(found[2]).expanduser()))}}}"


def _of_goose(table: JsonObject) -> JsonObject:
    found = {str(name): _goose_server(each) for name, each in _object(table.get("extensions")).items()}
    return {"mcpServers": {name: each for name, each in found.items() if each is not None}}


def _goose_server(extension: JsonValue) -> JsonValue:
    """Return an extension as a server; None for one that goose brings along."""
    told = {**_object(extension), **_object(_object(extension).get("config"))}
    kinds = {"stdio": "stdio", "sse": "sse", "streamable_http": "http"}
    if told.get("type") not in kinds:
        return None
    kept = told.get("env_keys")
    variables = {str(name): f"${{{name}}}" for name in kept} if isinstance(kept, list) else {}
    renamed = {"cmd": "command", "args": "args", "uri": "url", "headers": "headers"}
    server = {ours: told[theirs] for theirs, ours in renamed.items() if told.get(theirs)}
    env = {**_object(told.get("envs")), **variables}
    switched_off = {"disabled": True} if told.get("enabled") is False else {}
    return {"type": kinds[str(told["type"])], **server, **({"env": env} if env else {}), **switched_off}


def _object(value: JsonValue) -> Mapping[str, JsonValue]:
    return value if isinstance(value, dict) else {}


def _mapped(value: JsonValue, change: Callable[[str], str]) -> JsonValue:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_mapped(each, change) for each in value]
    if isinstance(value, dict):
        return {key: _mapped(each, change) for key, each in value.items()}
    return value


_SERVERS = _only("mcpServers")

SOURCES = (
    Source(name="claude-code", title="Claude Code", places=(".claude.json",), reshape=_of_claude_code),
    Source(
        name="claude-desktop",
        title="Claude Desktop",
        places=(
            ".config/Claude/claude_desktop_config.json",
            f"{_MAC}/Claude/claude_desktop_config.json",
            "AppData/Roaming/Claude/claude_desktop_config.json",
        ),
        reshape=_SERVERS,
    ),
    Source(name="cursor", title="Cursor", places=(".cursor/mcp.json",), reshape=_SERVERS),
    Source(
        name="vscode",
        title="VS Code",
        places=(
            ".config/Code/User/mcp.json",
            f"{_MAC}/Code/User/mcp.json",
            "AppData/Roaming/Code/User/mcp.json",
        ),
        reshape=_of_vs_code,
    ),
    Source(name="codex", title="Codex", places=(".codex/config.toml",), reshape=_only("mcp_servers")),
    Source(name="windsurf", title="Windsurf", places=(".codeium/windsurf/mcp_config.json",), reshape=_SERVERS),
    Source(name="gemini", title="Gemini CLI", places=(".gemini/settings.json",), reshape=_of_gemini),
    Source(
        name="opencode",
        title="OpenCode",
        places=(".config/opencode/opencode.json", ".config/opencode/opencode.jsonc"),
        reshape=_of_opencode,
    ),
    Source(
        name="goose",
        title="goose",
        places=(".config/goose/config.yaml", "AppData/Roaming/Block/goose/config/config.yaml"),
        reshape=_of_goose,
        read=yaml_text.read,
    ),
)
