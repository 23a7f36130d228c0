"""`ptc demo`: the whole of it, on servers that ship with the package."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import click

from ptc_cli.cli.invocation import perform
from ptc_cli.cli.tour import Tour
from ptc_cli.core.exits import FAULT_EXIT_CODE


@click.command()
def command() -> int:
    """List tools, show a stub, have a wrong program rejected, run the right one.

    Real servers, the real check and the real sandbox, in a temporary folder: nothing of yours is read or written.
    """
    from ptc_cli.check.inside.cache import await_writer

    with tempfile.TemporaryDirectory(prefix="ptc-demo-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        held = perform(_tour(folder))
        # The checker's cache is written for a second or two more, and the folder would come back.
        await_writer(folder / "home" / "cache" / "checker")
    return 0 if held else FAULT_EXIT_CODE


async def _tour(folder: Path) -> bool:
    from ptc_cli.engine import open_engine

    config = folder / "ptc.toml"
    config.write_text(_configuration(), encoding="utf-8")
    environ = {**os.environ, "PTC_HOME": str(folder / "home")}
    async with open_engine(config=str(config), cwd=str(folder), environ=environ) as engine:
        return await Tour(engine, sys.stdout).walk()


def _configuration() -> str:
    return "\n".join(_server(name) for name in ("tickets", "team"))


def _server(name: str) -> str:
    # The package may be run from a checkout, where its servers find it only if they are told where it is.
    packages = str(Path(__file__).resolve().parents[2])
    lines = [
        f"[servers.{name}]",
        f"command = {_quoted(sys.executable)}",
        f'args = ["-m", "ptc_cli.demo.{name}"]',
        f"env = {{ PYTHONPATH = {_quoted(packages)} }}",
    ]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """Return a text as TOML, in which `${` means itself."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("${", "$${")
    return f'"{escaped}"'
