"""The text that a new `ptc.toml` begins with."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from ptc_cli.config.document import read
from ptc_cli.config.file import interpret
from ptc_cli.config.mistakes import Mistake, shown_path
from ptc_cli.config.search import CLIENT_FILES, upward
from ptc_cli.config.search import home as user_home
from ptc_cli.config.sources import SOURCES, Source
from ptc_cli.core.errors import ConfigError
from ptc_cli.core.server import Origin

_OPENING = """\
# The MCP servers that programs may call, and what they may do.
# Add one with:  ptc servers add NAME -- COMMAND ARGUMENTS
# All settings:  ptc config schema
"""

_EXAMPLE = """\

# [servers.files]
# command = "npx"
# args = ["-y", "@modelcontextprotocol/server-filesystem", "."]
# deny = ["write_*"]

# [servers.github]
# url = "https://api.githubcopilot.com/mcp/"
# headers = { Authorization = "Bearer ${GITHUB_TOKEN}" }

[policy]
# allow, ask or deny, where nothing else is said of a tool
default = "allow"
# for tools whose server says that they destroy
destructive = "ask"
"""


def initial(cwd: Path, *, home: Path | None = None) -> str:
    """Return the text of a new configuration file, which says what other files hold that was found."""
    home_folder = home or Path(user_home(os.environ))
    found = "".join([*_of_project(cwd, home_folder), *_of_others(home_folder)])
    return _OPENING + (f"#\n{found}" if found else "") + _EXAMPLE


def _of_project(cwd: Path, home: Path) -> Iterator[str]:
    for name in CLIENT_FILES:
        path = next((folder / name for folder in upward(cwd, home) if (folder / name).is_file()), None)
        servers = None if path is None else _servers(path)
        if servers:
            yield f"# {shown_path(str(path))} is read as well, once it is trusted: {', '.join(servers)}\n"


def _of_others(home: Path) -> Iterator[str]:
    for client in SOURCES:
        for path in client.files(home):
            if servers := _servers(path, client):
                take = f"ptc servers import --from {client.name}"
                yield f"# {client.title} has servers in {shown_path(str(path))}: {', '.join(servers)}\n#   {take}\n"


def _servers(path: Path, client: Source | None = None) -> tuple[str, ...] | None:
    """Return the names of the servers in a file; None if it cannot be read, which is its owner's concern."""
    mistakes: list[Mistake] = []
    try:
        document = read(path) if client is None else client.document(path)
    except ConfigError:
        return None
    file = interpret(document, origin=Origin(path=document.path), is_trusted=False, home="/", mistakes=mistakes)
    return tuple(server.name for server in file.servers)
