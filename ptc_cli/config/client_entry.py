"""ptc as a server in the configuration of another MCP client: where that is, and what is written there."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from ptc_cli.config.document import parsed, read_bytes
from ptc_cli.config.edit import without
from ptc_cli.config.json_edit import with_member
from ptc_cli.config.search import home
from ptc_cli.config.toml_text import key_path, text_value
from ptc_cli.core.errors import ConfigError
from ptc_cli.core.jsonvalue import JsonObject, JsonValue

ClientName = Literal["claude", "claude-desktop", "cursor", "vscode", "codex"]

_TOP: Mapping[ClientName, str] = MappingProxyType(
    {
        "claude": "mcpServers",
        "claude-desktop": "mcpServers",
        "cursor": "mcpServers",
        "vscode": "servers",
        "codex": "mcp_servers",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientEntry:
    """What a client's file is to say."""

    client: ClientName
    name: str
    """The name that the client knows ptc by."""

    words: tuple[str, ...]
    """What starts ptc; the first is a whole path."""

    @property
    def path(self) -> tuple[str, str]:
        """Where the entry stands in the file."""
        return (_TOP[self.client], self.name)

    @property
    def value(self) -> JsonObject:
        """The entry."""
        kind: JsonObject = {"type": "stdio"} if self.client in ("claude", "vscode") else {}
        return {**kind, "command": self.words[0], "args": [*self.words[1:]]}

    def alone(self) -> str:
        """Return a file that says nothing else."""
        return self.into("")

    def into(self, before: str) -> str:
        """Return a file's text with the entry, in the place of one of that name."""
        if self.client == "codex":
            return self._into_toml(before)
        return with_member(before if before.strip() else "{}\n", self.path, self.value)

    def _into_toml(self, before: str) -> str:
        rest = without(before, self.path).rstrip("\n")
        args = ", ".join(text_value(word) for word in self.words[1:])
        table = f"[{key_path(self.path)}]\ncommand = {text_value(self.words[0])}\nargs = [{args}]\n"
        return f"{rest}\n\n{table}" if rest else table


def client_file(client: ClientName, environ: Mapping[str, str], *, platform: str = sys.platform) -> Path:
    """Return where a client keeps its user's servers."""
    at = Path(home(environ))
    programs = at / "Library" / "Application Support" if platform == "darwin" else _config_home(at, environ)
    match client:
        case "claude":
            return at / ".claude.json"
        case "claude-desktop":
            return programs / "Claude" / "claude_desktop_config.json"
        case "cursor":
            return at / ".cursor" / "mcp.json"
        case "vscode":
            return programs / "Code" / "User" / "mcp.json"
        case "codex":
            return Path(environ.get("CODEX_HOME") or at / ".codex") / "config.toml"


def _config_home(at: Path, environ: Mapping[str, str]) -> Path:
    return Path(environ.get("XDG_CONFIG_HOME") or at / ".config")


def with_entry(path: Path, entry: ClientEntry) -> tuple[str, str]:
    """Return the text of a client's file as it is and with the entry; a file that is not there is empty.

    Raises:
        ConfigError: The file cannot be read, is not what the client writes, or cannot be edited safely.
    """
    content = read_bytes(path) if path.exists() else b""
    document = parsed(path, content) if content.strip() else None
    before, table = ("", {}) if document is None else (document.text, document.table)
    top = table.get(entry.path[0], {})
    if not isinstance(top, dict):
        said = f"{path}: '{entry.path[0]}' is not a table of servers"
        raise ConfigError(said, hint="Mend it, or name another --file.")
    wanted = {**table, entry.path[0]: {**top, entry.name: entry.value}}
    after = entry.into(before)
    _demand(path, after, wanted)
    return before, after


def _demand(path: Path, text: str, wanted: JsonValue) -> None:
    """See to it that an edited file says what was meant, whatever its author's layout was."""
    try:
        is_so = parsed(path, text.encode()).table == wanted
    except ConfigError:
        is_so = False
    if not is_so:
        said = f"{path}: cannot be edited without touching more than the entry"
        raise ConfigError(said, hint="Add the entry yourself: without --write it is printed.")


def words(command: Sequence[str], *, config: str | None, mode: str | None) -> tuple[str, ...]:
    """Return what starts ptc from any folder, and without the user's search path."""
    chosen = () if config is None else ("--config", str(Path(config).absolute()))
    return (*command, *chosen, "mcp", "start", *(() if mode is None else ("--mode", mode)))
