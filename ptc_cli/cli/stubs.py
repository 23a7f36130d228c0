"""`ptc stubs`: the tree on disk, for an editor; and whether the tools are still what they were."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ptc_cli.cli import drift
from ptc_cli.cli.export import export
from ptc_cli.cli.groups import Noun
from ptc_cli.cli.invocation import Invocation, pass_invocation, perform
from ptc_cli.cli.options import json_option
from ptc_cli.cli.tool_views import write_problems
from ptc_cli.console import talk
from ptc_cli.console.terminal import write_json
from ptc_cli.core.catalog import View
from ptc_cli.core.stub import Face, StubTree


@click.group(cls=Noun)
def command() -> None:
    """Write the stubs to disk, for an editor, and find out what changed."""


@command.command("export")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--face", type=click.Choice(["sync", "async"]), default="sync", show_default=True)
@json_option
@pass_invocation
def export_stubs(invocation: Invocation, folder: Path, face: Face, as_json: bool) -> int:
    """Write the tree that agents see into DIR: a new or empty folder, or one of an earlier export."""
    view, tree = perform(_tree(invocation, face))
    written = export(tree, folder)
    if as_json:
        write_json(sys.stdout, folder=str(folder), files=sorted(tree.files), changed=list(written))
    talk.note(sys.stderr, f"{len(tree.files)} files in {folder}, {len(written)} of them changed")
    write_problems(sys.stderr, view.servers)
    return 0


async def _tree(invocation: Invocation, face: Face) -> tuple[View, StubTree]:
    from ptc_cli.codegen import tree

    async with invocation.engine() as engine:
        view = await engine.describe(invocation.caller)
    return view, tree(view, face=face)


command.add_command(drift.lock)
command.add_command(drift.diff)
