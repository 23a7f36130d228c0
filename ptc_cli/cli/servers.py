"""`ptc servers`: list, scan, add, remove, test and trust; diff, approve and reject."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from ptc_cli.cli import server_views, tool_views
from ptc_cli.cli.approval import approve, diff, reject
from ptc_cli.cli.groups import Noun
from ptc_cli.cli.invocation import Invocation, pass_invocation, perform
from ptc_cli.cli.options import json_option, yes_option
from ptc_cli.cli.server_edit import Wanted, add_to_file, remove_from_file, trust_files
from ptc_cli.cli.server_test import test_servers
from ptc_cli.console import talk
from ptc_cli.console.terminal import write_json
from ptc_cli.core.catalog import ServerEntry
from ptc_cli.core.codec import to_json
from ptc_cli.core.finding import Finding
from ptc_cli.core.jsonvalue import JsonObject
from ptc_cli.scan import scan as scan_servers


@click.group(cls=Noun)
def command() -> None:
    """List, add, remove, test, trust and approve the MCP servers that programs can reach."""


@command.command("list")
@click.option("--refresh", is_flag=True, help="Ask the servers again, instead of the cache.")
@json_option
@pass_invocation
def list_servers(invocation: Invocation, refresh: bool, as_json: bool) -> int:
    """List the configured servers: status, tools, how they are reached, where they were configured."""
    return perform(_list(invocation, refresh=refresh, as_json=as_json))


async def _list(invocation: Invocation, *, refresh: bool, as_json: bool) -> int:
    async with invocation.engine() as engine:
        view = await engine.describe(invocation.caller, refresh=refresh)
        news = engine.quarantine.news(view.servers)
    findings = scan_servers(view.servers)
    if as_json:
        servers = [_with_findings(entry, findings) for entry in view.servers]
        write_json(sys.stdout, servers=servers)
    else:
        server_views.write_servers(sys.stdout, view.servers, findings)
    for message in news:
        talk.warning(sys.stderr, message)
    if any(entry.held for entry in view.servers):
        talk.note(sys.stderr, "what is held back, and why, is shown by: ptc servers diff")
    if any(finding.severity != "note" for finding in findings):
        talk.note(sys.stderr, "what servers marked with ! say looks meant to mislead; see it with: ptc servers scan")
    if not view.servers:
        talk.note(sys.stderr, tool_views.NO_SERVER)
    return 0


def _with_findings(entry: ServerEntry, findings: Sequence[Finding]) -> JsonObject:
    mine = [to_json(finding) for finding in findings if finding.server == entry.name]
    return tool_views.server_in_short(entry) | {"findings": mine}


@command.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@json_option
@pass_invocation
def scan(invocation: Invocation, names: tuple[str, ...], as_json: bool) -> int:
    """Look through what servers say, all or those named, for what is meant to mislead a model.

    Descriptions, names, schemas and instructions are read, from the cache; nothing is called. What is found is told,
    and blocks nothing.
    """
    return perform(_scan(invocation, names, as_json=as_json))


async def _scan(invocation: Invocation, names: tuple[str, ...], *, as_json: bool) -> int:
    async with invocation.engine() as engine:
        chosen = server_views.named(engine.settings, names)
        view = await engine.describe(invocation.caller)
    entries = [entry for entry in view.servers if entry.name in chosen]
    findings = scan_servers(entries, around=view.servers)
    if as_json:
        write_json(sys.stdout, findings=[to_json(finding) for finding in findings])
    else:
        server_views.write_findings(sys.stdout, findings)
        tool_views.write_problems(sys.stderr, entries)
        tools = sum(len(entry.tools) for entry in entries)
        talk.note(sys.stderr, f"{len(findings)} findings in what {len(entries)} servers say of {tools} tools")
    return 0


@command.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@json_option
@pass_invocation
def test(invocation: Invocation, names: tuple[str, ...], as_json: bool) -> int:
    """Connect to servers now, all or those named, and list their tools anew."""
    return perform(_test(invocation, names, as_json=as_json))


async def _test(invocation: Invocation, names: tuple[str, ...], *, as_json: bool) -> int:
    async with invocation.engine() as engine:
        chosen = server_views.named(engine.settings, names)
        tested = await test_servers(engine, invocation.caller, chosen)
    entries = [each.entry for each in tested]
    if as_json:
        write_json(sys.stdout, servers=[tool_views.server_in_short(entry) for entry in entries])
    else:
        server_views.write_tests(sys.stdout, entries)
        tool_views.write_problems(sys.stderr, entries)
    if not entries:
        talk.note(sys.stderr, tool_views.NO_SERVER)
    return max((each.exit_code for each in tested), default=0)


@command.command()
@click.argument("name")
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="[-- COMMAND ARGS...]")
@click.option("--url", help="The address of a server that is reached over HTTP.")
@click.option("--transport", type=click.Choice(["stdio", "http", "sse"]), help="How it is reached, if not obvious.")
@click.option("--env", multiple=True, metavar="NAME=VALUE", help="A variable for its process; '${TOKEN}' refers.")
@click.option("--header", multiple=True, metavar="NAME=VALUE", help="An HTTP header; '${TOKEN}' refers.")
@click.option("--cwd", metavar="DIR", help="Where its process runs.")
@click.option("--user", is_flag=True, help="Write to your own configuration, not the project's.")
@json_option
@pass_invocation
def add(
    invocation: Invocation,
    name: str,
    words: tuple[str, ...],
    url: str | None,
    transport: str | None,
    env: tuple[str, ...],
    header: tuple[str, ...],
    cwd: str | None,
    user: bool,
    as_json: bool,
) -> int:
    """Add a server to the nearest ptc.toml, or to a new one here.

    \b
    Examples:
      ptc servers add time -- uvx mcp-server-time
      ptc servers add github --url https://api.githubcopilot.com/mcp/ --header 'Authorization=Bearer ${GITHUB_TOKEN}'
    """
    wanted = Wanted(
        name=name, words=words, url=url, transport=transport, env=env, headers=header, cwd=cwd, is_for_user=user
    )
    path = add_to_file(wanted, explicit=invocation.config)
    if as_json:
        write_json(sys.stdout, server=name, file=str(path))
    talk.note(sys.stderr, f"server '{name}' is in {path}; try it with: ptc servers test {name}")
    return 0


@command.command()
@click.argument("name")
@click.option("--user", is_flag=True, help="From your own configuration, not the project's.")
@json_option
@pass_invocation
def remove(invocation: Invocation, name: str, user: bool, as_json: bool) -> int:
    """Remove a server from the nearest ptc.toml."""
    path = remove_from_file(name, explicit=invocation.config, is_for_user=user)
    if as_json:
        write_json(sys.stdout, server=name, file=str(path))
    talk.note(sys.stderr, f"server '{name}' is no longer in {path}")
    return 0


@command.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@yes_option("Trust without asking.")
@json_option
@pass_invocation
def trust(invocation: Invocation, file: Path | None, yes: bool, as_json: bool) -> int:
    """Let a project's configuration start its servers, after a look at what they are.

    Without FILE: every file found here that is not trusted yet. Any later change makes a file inert again.
    """
    trusted = trust_files(file, explicit=invocation.config, is_granted=yes)
    if as_json:
        write_json(sys.stdout, trusted=[str(path) for path in trusted])
    return 0


for each in (diff, approve, reject):
    command.add_command(each)
