"""`ptc config`: where the configuration is, what it says, what it may say."""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path

import click

from ptc_cli.cli.groups import Noun
from ptc_cli.cli.invocation import Invocation, pass_invocation
from ptc_cli.cli.options import json_option
from ptc_cli.config import folders, load
from ptc_cli.console import talk
from ptc_cli.console.tables import facts
from ptc_cli.console.terminal import write_foreign, write_json
from ptc_cli.core.codec import to_json
from ptc_cli.core.jsonvalue import JsonObject
from ptc_cli.core.server import ServerConfig
from ptc_cli.core.settings import Settings

_REFERENCE = re.compile(r"\$\{(\w+:(?!-))?[^{}:]+\}")


@click.group(cls=Noun)
def command() -> None:
    """Show where the configuration is and what it says."""


@command.command()
@json_option
@pass_invocation
def path(invocation: Invocation, as_json: bool) -> int:
    """Show the files that are read, the strongest first, and the folders that are written to."""
    settings, places = _load(invocation), folders(os.environ)
    files = [origin.path for origin in settings.files]
    if as_json:
        write_json(sys.stdout, files=files, untrusted=list(settings.untrusted), folders=to_json(places))
        return 0
    inert = set(settings.untrusted)
    pairs = [("file", f"{file} (not trusted)" if file in inert else file) for file in files]
    pairs += [("configuration", places.config), ("cache", places.cache), ("state", places.state)]
    facts(sys.stdout, pairs)
    if not files:
        talk.note(sys.stderr, "no configuration file; write one with: ptc init")
    return 0


@command.command()
@json_option
@pass_invocation
def show(invocation: Invocation, as_json: bool) -> int:
    """Show all settings as they hold, merged from every file; the values of env and headers are hidden."""
    settings = _load(invocation)
    merged: JsonObject = to_json(settings)
    merged["servers"] = [_server(config) for config in settings.servers]
    if as_json:
        write_json(sys.stdout, settings=merged)
    else:
        write_foreign(sys.stdout, json.dumps(merged, indent=2, ensure_ascii=False))
    for message in settings.warnings:
        talk.warning(sys.stderr, message)
    return 0


@command.command()
def schema() -> int:
    """Print the JSON Schema of ptc.toml."""
    from ptc_cli.config.schema import schema_text

    write_foreign(sys.stdout, schema_text())
    return 0


def _load(invocation: Invocation) -> Settings:
    return load(explicit=invocation.config, cwd=Path.cwd(), environ=os.environ, folders=folders(os.environ))


def _server(config: ServerConfig) -> JsonObject:
    shown = to_json(config)
    for key in ("env", "headers"):
        shown[key] = {name: _hidden(value) for name, value in shown[key].items()}
    if config.auth is not None and config.auth.client_secret is not None:
        shown["auth"]["client_secret"] = _hidden(config.auth.client_secret)
    return shown


def _hidden(value: str) -> str:
    """Return a value that only refers to a secret as it is, and any other hidden: a default is a value too."""
    return value if _REFERENCE.fullmatch(value) else "***"
