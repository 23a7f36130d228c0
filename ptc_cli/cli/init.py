"""`ptc init`: a first configuration."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from ptc_cli.cli.options import json_option
from ptc_cli.cli.server_edit import PROJECT_FILE
from ptc_cli.config import TrustStore, create, folders, initial
from ptc_cli.config.search import USER_FILE
from ptc_cli.console import talk
from ptc_cli.console.terminal import write_json


@click.command()
@click.option("--user", is_flag=True, help="Write your own configuration, not the project's.")
@json_option
def command(user: bool, as_json: bool) -> int:
    """Write a first ptc.toml here, which says what other MCP clients are configured with."""
    places = folders(os.environ)
    path = Path(places.config) / USER_FILE if user else Path.cwd() / PROJECT_FILE
    create(path, initial(Path.cwd()), trust=TrustStore(places.state))
    if as_json:
        write_json(sys.stdout, file=str(path))
    talk.note(sys.stderr, f"wrote {path}")
    talk.note(sys.stderr, "next: ptc servers add NAME -- COMMAND ARGS, then ptc tools list")
    return 0
