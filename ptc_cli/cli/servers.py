"""`ptc servers`: list, scan, add, remove, test, trust, log in and out; what was approved, and what changed since."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from ptc_cli.cli import server_grants, server_import, server_views, tool_views
from ptc_cli.cli.approval import approve, diff, reject
from ptc_cli.cli.groups import Noun
from ptc_cli.cli.invocation import Invocation, pass_invocation, perform
from ptc_cli.cli.options import json_option, yes_option
from ptc_cli.cli.server_edit import Wanted, add_to_file, remove_from_file, trust_files
from ptc_cli.cli.server_login import log_in, log_out, shown_login
from ptc_cli.cli.server_test import test_servers
from ptc_cli.console import talk
from ptc_cli.console.tables import table
from ptc_cli.console.terminal import write_json
from ptc_cli.core.catalog import ServerEntry
from ptc_cli.core.codec import to_json
from ptc_cli.core.finding import Finding
from ptc_cli.core.jsonvalue import JsonObject
from ptc_cli.scan import scan as scan_servers


@click.group(cls=Noun)
def command() -> None:
    """List, add, import, test, trust, approve and log in to the MCP servers that programs can reach."""


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


@command.command("import")
@click.option("--from", "client", metavar="CLIENT", help="The other client; without it, those that are found.")
@click.option("--file", type=click.Path(path_type=Path), help="Its file, instead of the one it has by default.")
@click.option("--dry-run", is_flag=True, help="Only show what would be written.")
@click.option("--replace", "replaces", is_flag=True, help="Also replace servers of the same name that differ.")
@click.option("--keep-secrets", is_flag=True, help="Copy secrets that stand there in clear.")
@click.option("--project", is_flag=True, help="Write to the nearest ptc.toml, not to your own configuration.")
@yes_option("Write without asking.")
@json_option
@pass_invocation
def import_(
    invocation: Invocation,
    client: str | None,
    file: Path | None,
    dry_run: bool,
    replaces: bool,
    keep_secrets: bool,
    project: bool,
    yes: bool,
    as_json: bool,
) -> int:
    """Take over the servers that another MCP client is configured with.

    
    Clients: claude-code, claude-desktop, cursor, vscode, codex, windsurf, gemini, opencode, goose
    Example: ptc servers import --from cursor --dry-run
    """
    if client is None:
        return server_import.show_clients(as_json=as_json)
    wish = server_import.Wish(
        client=client,
        file=file,
        is_for_project=project,
        only_shows=dry_run,
        replaces=replaces,
        keeps_secrets=keep_secrets,
        is_granted=yes,
    )
    return server_import.import_servers(wish, explicit=invocation.config, as_json=as_json)


@command.command()
@click.argument("name")
@click.option("--no-browser", is_flag=True, help="Show the address to log in at, and ask where the browser ended.")
@click.option("--scope", "scopes", multiple=True, metavar="SCOPE", help="Ask for this too.")
@json_option
@pass_invocation
def login(invocation: Invocation, name: str, no_browser: bool, scopes: tuple[str, ...], as_json: bool) -> int:
    """Log in to a server that is reached over HTTP (OAuth), with the browser.

    What it gives is kept in the keychain, or in a file that only you can read, and used until you log out.
    """
    made, place = perform(log_in(invocation.config, name, has_browser=not no_browser, scopes=scopes))
    if as_json:
        write_json(sys.stdout, server=name, **shown_login(made), kept_in=place)
    talk.note(sys.stderr, f"logged in to '{name}' at {made.issuer}; kept in {place}")
    return 0


@command.command()
@click.argument("name")
@json_option
@pass_invocation
def logout(invocation: Invocation, name: str, as_json: bool) -> int:
    """Forget the login to a server, and have the server forget it."""
    was = perform(log_out(invocation.config, name))
    if as_json:
        write_json(sys.stdout, server=name, was_logged_in=was is not None)
    talk.note(sys.stderr, f"logged out of '{name}'" if was else f"nobody was logged in to '{name}'")
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


@command.command()
@json_option
@pass_invocation
def grants(invocation: Invocation, as_json: bool) -> int:
    """List the tools that were approved for good ("remember"), and whether they are still what they were."""
    return perform(_grants(invocation, as_json=as_json))


async def _grants(invocation: Invocation, *, as_json: bool) -> int:
    async with invocation.engine() as engine:
        known = server_grants.approved(engine.settings)
        view = await engine.describe(invocation.caller)
    rows = [(each.path, server_grants.standing(each, view), each.since, each.where) for each in known]
    if as_json:
        names = ("tool", "standing", "since", "file")
        write_json(sys.stdout, grants=[dict(zip(names, row, strict=True)) for row in rows])
    else:
        table(sys.stdout, ("tool", "standing", "since", "file"), rows)
    if not rows:
        talk.note(sys.stderr, "nothing is approved for good")
    return 0


@command.command()
@click.argument("names", nargs=-1, required=True, metavar="SERVER[.TOOL]...")
@json_option
@pass_invocation
def revoke(invocation: Invocation, names: tuple[str, ...], as_json: bool) -> int:
    """Forget that tools were approved for good: they are asked for again."""
    return perform(_revoke(invocation, names, as_json=as_json))


async def _revoke(invocation: Invocation, names: tuple[str, ...], *, as_json: bool) -> int:
    async with invocation.engine() as engine:
        gone = server_grants.revoke(engine.settings, names)
    if as_json:
        write_json(sys.stdout, revoked=[each.path for each in gone])
    for each in gone:
        talk.note(sys.stderr, f"'{each.path}' is asked for again")
    return 0


for each in (diff, approve, reject):
    command.add_command(each)
