"""`ptc tools pin-output` and `forget-output`: what was learned of results, made a declaration or forgotten."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ptc_cli.cli.invocation import Invocation, pass_invocation, perform
from ptc_cli.cli.offers import TOOL
from ptc_cli.cli.options import json_option
from ptc_cli.console import talk
from ptc_cli.console.terminal import write_foreign, write_json
from ptc_cli.core.errors import ConfigError

if TYPE_CHECKING:
    from ptc_cli.core.catalog import Tool
    from ptc_cli.core.jsonvalue import JsonObject


@click.command("pin-output")
@click.argument("tool", metavar="SERVER.TOOL", type=TOOL)
@json_option
@pass_invocation
def pin_output(invocation: Invocation, tool: str, as_json: bool) -> int:
    """Write the learned result type of a tool into the configuration.

    From then on it counts as declared: programs that use the result otherwise are rejected.
    """
    found, schema, file = perform(_learned(invocation, tool))
    before = file.read_text(encoding="utf-8")
    from ptc_cli.config import TrustStore, folders, set_output_schema  # `ptc tools call` has no use for it

    store = TrustStore(folders(os.environ).state)
    set_output_schema(file, found.spec.server, found.spec.name, schema, trust=store)
    if as_json:
        write_json(sys.stdout, tool=found.path, file=str(file), output_schema=schema)
    else:
        write_foreign(sys.stdout, _difference(before, file.read_text(encoding="utf-8"), file))
    talk.note(sys.stderr, f"the result of {found.path} is declared in {file}")
    return 0


async def _learned(invocation: Invocation, path: str) -> tuple[Tool, JsonObject, Path]:
    """Return a tool with the schema that was learned of its results, and the file that configures its server."""
    from ptc_cli.engine import find_tool

    async with invocation.engine() as engine:
        view = await engine.describe(invocation.caller)
        tool = find_tool(view, path, failure=engine.server_failure)
        if tool.stub.result_source in ("declared", "configured"):
            where = "by its server" if tool.stub.result_source == "declared" else "in the configuration"
            raise ConfigError(f"{tool.path}: its result is declared {where} already")
        learned = engine.learned(tool)
        if learned is None or tool.stub.result_source != "learned":
            hint = f"Call it first, in a program or with: ptc tools call {path}"
            raise ConfigError(f"{tool.path}: nothing has been learned of its result", hint=hint)
        return tool, learned.schema, Path(view.server(tool.spec.server).config.origin.path)


def _difference(before: str, after: str, file: Path) -> str:
    import difflib

    lines = difflib.unified_diff(
        before.splitlines(keepends=True), after.splitlines(keepends=True), str(file), str(file), n=1
    )
    return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)


@click.command("forget-output")
@click.argument("target", metavar="SERVER[.TOOL]", required=False, type=TOOL)
@click.option("--all", "is_all", is_flag=True, help="Forget the results of all servers.")
@json_option
@pass_invocation
def forget_output(invocation: Invocation, target: str | None, is_all: bool, as_json: bool) -> int:
    """Forget what was learned of a tool's results, of a server's, or of all."""
    if (target is None) is not is_all:
        raise click.UsageError("give either SERVER, SERVER.TOOL or --all")
    forgotten = perform(_forget(invocation, target))
    if as_json:
        write_json(sys.stdout, forgotten=forgotten)
    talk.note(sys.stderr, f"forgotten: {', '.join(forgotten)}" if forgotten else "there was nothing to forget")
    return 0


async def _forget(invocation: Invocation, target: str | None) -> list[str]:
    from ptc_cli.engine import find_tool

    async with invocation.engine() as engine:
        view = await engine.describe(invocation.caller)
        names = [entry.name for entry in view.servers]
        if target is None or target in names:
            chosen = names if target is None else [target]
            return [f"{name}.{tool}" for name in chosen for tool in engine.forget_learned(name)]
        tool = find_tool(view, target, failure=engine.server_failure)
        return [f"{tool.spec.server}.{name}" for name in engine.forget_learned(tool.spec.server, tool.spec.name)]
