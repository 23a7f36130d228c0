"""Servers added to and removed from our own files, tools described and approved; all else stays as it was written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from ptc_cli.config.document import Document, parsed, read
from ptc_cli.config.file import interpret, is_ours, own_table, prefix, project_folder
from ptc_cli.config.mistakes import Mistake, error_of, shown
from ptc_cli.config.server import Folder
from ptc_cli.config.toml_lines import Statement, statements
from ptc_cli.config.toml_text import assignment, key_path, server_table
from ptc_cli.config.trust import TrustStore
from ptc_cli.core.errors import ConfigError
from ptc_cli.core.files import replace_file
from ptc_cli.core.jsonvalue import JsonObject, JsonValue
from ptc_cli.core.server import Origin, ServerConfig, ToolConfig


def add_server(path: Path, server: ServerConfig, *, trust: TrustStore) -> None:
    """Write a server into a file of our own format, which is made if it is not there.

    The file is trusted afterwards if it was before, or is new.

    Raises:
        ConfigError: The file is not ours to edit, has such a server, or cannot be written.
    """
    document = _document(path)
    if server.name in _servers(document):
        line = document.line((*prefix(document), "servers", server.name))
        where = f"{document.path}:{line}: server '{server.name}'"
        raise ConfigError(f"{where}: is there already", hint=f"Remove it first: ptc servers remove {server.name}")
    table = server_table(server, prefix(document))
    text = _with_line_end(document.text)
    gap = "\n" if text.strip() else ""
    cwd = None if server.cwd is None else _folder(document).resolve(server.cwd)
    wanted = {**_servers(document), server.name: replace(server, cwd=cwd)}
    _replace(document, f"{text}{gap}{table}", wanted=wanted, trust=trust)


def remove_server(path: Path, name: str, *, trust: TrustStore) -> None:
    """Take a server out of a file of our own format, with its comments.

    Raises:
        ConfigError: The file is not ours to edit, has no such server, or cannot be written.
    """
    document = _document(path)
    servers = _servers(document)
    if name not in servers:
        hint = f"Servers there: {', '.join(sorted(servers)) or 'none'}."
        raise ConfigError(f"{document.path}: no server {shown(name)}", hint=hint)
    wanted = {known: server for known, server in servers.items() if known != name}
    text = without(document.text, (*prefix(document), "servers", name))
    _replace(document, text, wanted=wanted, trust=trust)


def servers_in(path: Path) -> Mapping[str, ServerConfig]:
    """Return the servers of a file of our own format; none if it is not there.

    Raises:
        ConfigError: The file is not ours to edit, or makes no sense.
    """
    return _servers(_document(path))


def set_output_schema(path: Path, server: str, tool: str, schema: JsonObject, *, trust: TrustStore) -> None:
    """Write what a tool returns into a file of our own format that has its server; what was said of that before goes.

    Raises:
        ConfigError: The file is not ours to edit, has no such server, or cannot be written.
    """
    document = _document(path)
    servers = _servers(document)
    if server not in servers:
        raise ConfigError(f"{document.path}: no server {shown(server)}")
    config = servers[server]
    pinned = replace(config.tool(tool), output_schema=schema, returns_nothing=False)
    text = _with_tool_key(document, (server, tool), "output_schema", schema, instead_of=("returns_nothing",))
    _replace(document, text, wanted=_with_tool(servers, server, tool, pinned), trust=trust)


def set_approved(path: Path, server: str, tool: str, approved: str | None, *, trust: TrustStore) -> None:
    """Write what a person approved of a tool into a file of our own format that has its server, or take it out.

    Raises:
        ConfigError: The file is not ours to edit, has no such server, or cannot be written.
    """
    document = _document(path)
    servers = _servers(document)
    if server not in servers:
        raise ConfigError(f"{document.path}: no server {shown(server)}")
    if approved is None:
        text = without(document.text, (*_tool_path(document, (server, tool)), "approved"))
    else:
        text = _with_tool_key(document, (server, tool), "approved", approved)
    stated = replace(servers[server].tool(tool), approved=approved)
    _replace(document, text, wanted=_with_tool(servers, server, tool, stated), trust=trust)


def _with_tool(servers: dict[str, ServerConfig], server: str, tool: str, stated: ToolConfig) -> dict[str, ServerConfig]:
    config = servers[server]
    return {**servers, server: replace(config, tools={**config.tools, tool: stated})}


def _tool_path(document: Document, tool: tuple[str, str]) -> tuple[str, ...]:
    return (*prefix(document), "servers", tool[0], "tools", tool[1])


def _with_tool_key(
    document: Document, tool: tuple[str, str], name: str, value: JsonValue, *, instead_of: tuple[str, ...] = ()
) -> str:
    """Return a file's text with a key of a tool's table set, and others gone."""
    at = _tool_path(document, tool)
    text = document.text
    for key in (name, *instead_of):
        text = without(text, (*at, key))
    line = assignment(name, value)
    for statement in statements(text):
        if statement.is_header and statement.path == at:
            end = text.find("\n", statement.end)
            return f"{text}\n{line}" if end < 0 else f"{text[: end + 1]}{line}{text[end + 1 :]}"
    return f"{_with_line_end(text)}\n[{key_path(at)}]\n{line}"


def create(path: Path, text: str, *, trust: TrustStore) -> None:
    """Write a new file of our own format, and trust it.

    Raises:
        ConfigError: There is such a file already, the text is no configuration, or it cannot be written.
    """
    real = path.resolve()
    if real.exists():
        raise ConfigError(f"{real}: there is such a file already", hint="Edit it, or remove it first.")
    _write(parsed(real, text.encode()), trust=trust, is_trusted=True)


def _document(path: Path) -> Document:
    real = path.resolve()
    document = read(real) if real.exists() else parsed(real, b"")
    if not is_ours(document):
        raise ConfigError(
            f"{document.path}: belongs to another program, and ptc only reads it",
            hint="Edit it with that program, or use a ptc.toml: what it says is stronger.",
        )
    return document


def _servers(document: Document) -> dict[str, ServerConfig]:
    mistakes: list[Mistake] = []
    origin = Origin(path=document.path)
    file = interpret(document, origin=origin, is_trusted=False, home=_folder(document).home, mistakes=mistakes)
    if mistakes:
        raise error_of(mistakes)
    return {server.name: server for server in file.servers}


def _folder(document: Document) -> Folder:
    return Folder(path=str(project_folder(document.path)), home=str(Path.home()), is_default_cwd=False)


def _with_line_end(text: str) -> str:
    return text if not text or text.endswith("\n") else f"{text}\n"


def _replace(document: Document, text: str, *, wanted: dict[str, ServerConfig], trust: TrustStore) -> None:
    """Write a file's new text, once it is shown to say what it should and nothing else."""
    path = Path(document.path)
    try:
        after = parsed(path, text.encode())
        is_as_wanted = _told(_servers(after)) == _told(wanted) and _others(after) == _others(document)
    except ConfigError as error:
        raise ConfigError(f"{document.path}: was not changed: {error.message}", hint=error.hint) from error
    if not is_as_wanted:
        raise ConfigError(
            f"{document.path}: was not changed: its servers are written in a way that ptc cannot edit",
            hint="Edit the file by hand.",
        )
    is_trusted = not path.exists() or trust.is_trusted(document.path, document.digest)
    _write(after, trust=trust, is_trusted=is_trusted)


def _told(servers: dict[str, ServerConfig]) -> dict[str, str]:
    """Return what servers come to; a tool's table with nothing in it says nothing."""
    bare = ToolConfig()
    said = {
        name: replace(server, tools={tool: each for tool, each in server.tools.items() if each != bare})
        for name, server in servers.items()
    }
    return {name: server_table(server) for name, server in said.items()}


def _others(document: Document) -> object:
    table = own_table(document)
    return {key: value for key, value in table.items() if key != "servers"} if isinstance(table, dict) else {}


def _write(document: Document, *, trust: TrustStore, is_trusted: bool) -> None:
    try:
        replace_file(Path(document.path), document.text)
    except OSError as error:
        raise ConfigError(
            f"{document.path}: cannot be written: {error.strerror}", hint="Is the folder yours, and the disk not full?"
        ) from error
    if is_trusted:
        trust.trust(document.path, document.digest)


def without(text: str, path: tuple[str, ...]) -> str:
    """Return a text without the statements under a path, and the comments between and above them."""
    for first, last in reversed(_runs(statements(text), path)):
        start = _with_comments(text, text.rfind("\n", 0, first.start) + 1)
        end = text.find("\n", last.end) + 1 or len(text)
        text = _joined(text[:start], text[end:])
    return text


def _runs(found: tuple[Statement, ...], path: tuple[str, ...]) -> list[tuple[Statement, Statement]]:
    """Return the first and last statement of each unbroken run of statements under a path."""
    runs: list[tuple[Statement, Statement]] = []
    is_open = False
    for statement in found:
        is_under = statement.path[: len(path)] == path
        if is_under:
            runs[-1:] = [(runs[-1][0], statement)] if is_open else [*runs[-1:], (statement, statement)]
        is_open = is_under
    return runs


def _with_comments(text: str, start: int) -> int:
    """Return where the comment lines directly above a line begin."""
    above = re.search(r"(?:^[ \t]*#[^\n]*\n)+\Z", text[:start], re.MULTILINE)
    # A comment that opens the file is about the file.
    return above.start() if above and above.start() > 0 else start


def _joined(before: str, after: str) -> str:
    """Return two halves of a text with the blank line between them kept once."""
    if not after.strip():
        return before.rstrip("\n") + "\n" if before.strip() else ""
    return before.removesuffix("\n") + after if after.startswith("\n") and before.endswith("\n\n") else before + after
