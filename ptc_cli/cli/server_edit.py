"""Servers written into configuration files, and files that come to be trusted."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import click

from ptc_cli.cli.server_views import reached
from ptc_cli.config import Review, TrustStore, add_server, folders, load, remove_server, review
from ptc_cli.config.search import USER_FILE, home, upward
from ptc_cli.console import talk
from ptc_cli.console.tables import facts
from ptc_cli.console.terminal import is_terminal
from ptc_cli.core.errors import ConfigError
from ptc_cli.core.server import Origin, ServerConfig, Transport

PROJECT_FILE = "ptc.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A server as the command line puts it."""

    name: str
    words: Sequence[str] = ()
    url: str | None = None
    transport: str | None = None
    env: Sequence[str] = ()
    headers: Sequence[str] = ()
    cwd: str | None = None
    is_for_user: bool = False


def add_to_file(wanted: Wanted, *, explicit: str | None) -> Path:
    """Write a server into the file it belongs to, and return the file.

    Raises:
        ConfigError: The server makes no sense, or the file cannot be edited.
    """
    path = file_for(explicit, is_for_user=wanted.is_for_user)
    add_server(path, _config(wanted, path), trust=_store())
    return path


def remove_from_file(name: str, *, explicit: str | None, is_for_user: bool) -> Path:
    """Take a server out of the file that an added one would go to, and return the file.

    Raises:
        ConfigError: The file has no such server, or cannot be edited.
    """
    path = file_for(explicit, is_for_user=is_for_user)
    remove_server(path, name, trust=_store())
    return path


def trust_files(file: Path | None, *, explicit: str | None, is_granted: bool) -> tuple[Path, ...]:
    """Show what files would start, have a person decide on each, and return the ones trusted.

    Raises:
        ConfigError: A file cannot be read, or there is nobody to ask.
    """
    paths = [file] if file is not None else _untrusted(explicit)
    if not paths:
        talk.note(sys.stderr, "every configuration file here is trusted")
    return tuple(path for path in paths if _trust(path, is_granted=is_granted))


def _trust(path: Path, *, is_granted: bool) -> bool:
    found = review(str(path), environ=os.environ)
    _show(found)
    if not is_granted and not _person_agrees(path):
        talk.note(sys.stderr, f"{path} stays untrusted")
        return False
    _store().trust(found.path, found.digest)
    talk.note(sys.stderr, f"{path} is trusted as it is now")
    return True


def _show(found: Review) -> None:
    talk.heading(sys.stderr, f"{found.path} would start or reach:")
    for config in found.servers:
        pairs = [(config.name, reached(config))]
        pairs += [("", f"env {name}={value}") for name, value in config.env.items()]
        pairs += [("", f"header {name}: {value}") for name, value in config.headers.items()]
        facts(sys.stderr, pairs)
    if found.sections:
        talk.note(sys.stderr, f"and its settings would hold: {', '.join(found.sections)}")


def _person_agrees(path: Path) -> bool:
    if not (is_terminal(sys.stdin) and is_terminal(sys.stderr)):
        raise ConfigError(f"{path}: nobody to ask whether to trust it", hint="Run it on a terminal, or pass --yes.")
    return click.confirm("Trust this file as it is now?", default=False, err=True)


def _untrusted(explicit: str | None) -> list[Path]:
    settings = load(explicit=explicit, cwd=Path.cwd(), environ=os.environ, folders=folders(os.environ))
    return [Path(path) for path in settings.untrusted]


def _store() -> TrustStore:
    return TrustStore(folders(os.environ).state)


def file_for(explicit: str | None, *, is_for_user: bool) -> Path:
    """Return the file that servers are written into: the one that is named, the user's own, or the project's."""
    named = explicit or os.environ.get("PTC_CONFIG")
    if is_for_user and explicit:
        raise click.UsageError("--user and --config exclude each other")
    if is_for_user:
        return Path(folders(os.environ).config) / USER_FILE
    if named:
        return Path(named)
    candidates = (folder / PROJECT_FILE for folder in upward(Path.cwd(), Path(home(os.environ))))
    return next((path for path in candidates if path.is_file()), Path.cwd() / PROJECT_FILE)


def _config(wanted: Wanted, path: Path) -> ServerConfig:
    if bool(wanted.words) == bool(wanted.url):
        raise click.UsageError("give either --url URL, or a command after --, such as: -- uvx mcp-server-time")
    is_process = not wanted.url
    if is_process and (wanted.headers or wanted.transport in ("http", "sse")):
        raise click.UsageError("headers, http and sse are for servers with --url")
    if not is_process and (wanted.env or wanted.cwd or wanted.transport == "stdio"):
        raise click.UsageError("--env, --cwd and stdio are for servers with a command")
    return ServerConfig(
        name=wanted.name,
        transport=cast("Transport", wanted.transport or ("stdio" if is_process else "http")),
        command=wanted.words[0] if is_process else None,
        args=tuple(wanted.words[1:]),
        env=_pairs(wanted.env, "--env"),
        cwd=wanted.cwd,
        url=wanted.url,
        headers=_pairs(wanted.headers, "--header"),
        origin=Origin(path=str(path)),
    )


def _pairs(words: Sequence[str], option: str) -> Mapping[str, str]:
    pairs: dict[str, str] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not name.strip():
            raise click.UsageError(f"{option} wants NAME=VALUE, not '{word}'")
        pairs[name.strip()] = value.strip() if option == "--header" else value
    return pairs
