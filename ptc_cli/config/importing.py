"""Servers of another client, taken over into a file of our own: first what would change, then the change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from ptc_cli.config.edit import add_server, remove_server, servers_in
from ptc_cli.config.file import interpret
from ptc_cli.config.mistakes import Mistake, error_of
from ptc_cli.config.plain_secrets import moved
from ptc_cli.config.search import home
from ptc_cli.config.sources import SOURCES, Source, source
from ptc_cli.config.toml_text import server_table
from ptc_cli.config.trust import TrustStore
from ptc_cli.core.errors import ConfigError
from ptc_cli.core.server import Origin, ServerConfig

State = Literal["new", "same", "differs"]
"""`differs`: the file has another server of this name already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """A server that could be taken over."""

    server: ServerConfig
    state: State
    variables: tuple[str, ...]
    """The variables that are to hold what stands in the other file in clear."""

    shown: str
    """The table that would be written, without secrets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Imports:
    """What taking over another client's servers would come to."""

    client: str
    files: tuple[str, ...]
    target: str
    servers: tuple[Import, ...]
    warnings: tuple[str, ...]


def found_clients(environ: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return the other clients that have a file here: their names and their files."""
    root = Path(home(environ))
    return tuple((each.name, str(path)) for each in SOURCES for path in each.files(root))


def plan(
    client: str, target: Path, *, file: Path | None, environ: Mapping[str, str], keeps_secrets: bool = False
) -> Imports:
    """Return what would be written into a file of ours; nothing is.

    Args:
        client: The name of the other client.
        target: The file of ours.
        file: The other client's file, instead of the one it has by default.
        environ: Says where the home folder is.
        keeps_secrets: Whether secrets that stand there in clear are taken over so.

    Raises:
        ConfigError: There is no such client or file, or it makes no sense.
    """
    known = source(client)
    paths = [file] if file is not None else list(known.files(Path(home(environ))))
    if not paths:
        places = ", ".join(f"~/{place}" for place in known.places)
        raise ConfigError(f"{known.title} has no file here: {places}", hint="Name the file with --file.")
    there = servers_in(target)
    servers: dict[str, Import] = {}
    warnings: list[str] = []
    for path in paths:
        for server in _servers(known, path, environ, warnings):
            servers.setdefault(server.name, _import(server, there, keeps_secrets=keeps_secrets))
    return Imports(
        client=known.title,
        files=tuple(str(path) for path in paths),
        target=str(target),
        servers=tuple(servers.values()),
        warnings=tuple(warnings),
    )


def take_over(imports: Imports, *, trust: TrustStore, replaces: bool) -> tuple[str, ...]:
    """Write the servers of a plan, and return their names; one that differs only where `replaces` says so.

    Raises:
        ConfigError: The file cannot be edited; what was written before stays.
    """
    path = Path(imports.target)
    written = []
    for each in imports.servers:
        if each.state == "same" or (each.state == "differs" and not replaces):
            continue
        if each.state == "differs":
            remove_server(path, each.server.name, trust=trust)
        add_server(path, each.server, trust=trust)
        written.append(each.server.name)
    return tuple(written)


def _servers(known: Source, path: Path, environ: Mapping[str, str], warnings: list[str]) -> tuple[ServerConfig, ...]:
    document = known.document(path)
    mistakes: list[Mistake] = []
    origin = Origin(path=document.path)
    file = interpret(document, origin=origin, is_trusted=True, home=home(environ), mistakes=mistakes)
    if mistakes:
        raise error_of(mistakes)
    warnings.extend(file.warnings)
    return file.servers


def _import(server: ServerConfig, there: Mapping[str, ServerConfig], *, keeps_secrets: bool) -> Import:
    without = moved(server)
    wanted = server if keeps_secrets else without.server
    old = there.get(server.name)
    is_same = old is not None and server_table(replace(old, origin=server.origin)) == server_table(wanted)
    return Import(
        server=wanted,
        state="new" if old is None else "same" if is_same else "differs",
        variables=() if keeps_secrets else without.variables,
        shown=server_table(without.server),
    )
