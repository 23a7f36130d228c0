"""`ptc tools`: list, show, search and call; and what was learned of results."""

from __future__ import annotations

import sys
from dataclasses import replace

import click

from ptc_cli.cli import tool_results, tool_views
from ptc_cli.cli.groups import Noun
from ptc_cli.cli.invocation import Invocation, pass_invocation
from ptc_cli.cli.looking import known
from ptc_cli.cli.offers import ARGUMENT, SERVER, TOOL
from ptc_cli.cli.options import daemon_option, json_option, yes_option
from ptc_cli.console import talk
from ptc_cli.console.terminal import write_foreign, write_json, write_lines
from ptc_cli.core import described
from ptc_cli.core.exits import UNUSABLE_EXIT_CODE


@click.group(cls=Noun)
def command() -> None:
    """List, show, search and call the tools of your servers."""


@command.command("list")
@click.argument("server", required=False, type=SERVER)
@click.option("--refresh", is_flag=True, help="Ask the servers again, instead of the cache.")
@click.option("--names", is_flag=True, help="Only the names, one a line.")
@json_option
@pass_invocation
def list_tools(invocation: Invocation, server: str | None, refresh: bool, names: bool, as_json: bool) -> int:
    """List the tools of all servers, or of SERVER."""
    found = known(invocation, refresh=refresh)
    entries = found.view.servers if server is None else (found.view.server(server),)
    view = replace(found.view, servers=entries)
    if as_json:
        write_json(
            sys.stdout,
            tools=[described.tool_in_short(view, tool) for tool in view],
            servers=[tool_views.server_in_short(entry) for entry in entries],
        )
    elif names:
        write_lines(sys.stdout, *(tool.path for tool in view))
    else:
        tool_views.write_listing(sys.stdout, view)
    for message in found.news:
        talk.warning(sys.stderr, message)
    tool_views.write_problems(sys.stderr, entries)
    if not entries:
        talk.note(sys.stderr, tool_views.NO_SERVER)
    return UNUSABLE_EXIT_CODE if server is not None and entries[0].listing.status != "ok" else 0


@command.command()
@click.argument("tool", metavar="SERVER.TOOL", type=TOOL)
@click.option("--schema", is_flag=True, help="Its JSON Schemas, as the server gave them.")
@click.option("--stub", is_flag=True, help="What programs are checked against.")
@json_option
@pass_invocation
def show(invocation: Invocation, tool: str, schema: bool, stub: bool, as_json: bool) -> int:
    """Show one tool: signature with its types, documentation, an example."""
    if schema and stub:
        raise click.UsageError("--schema and --stub exclude each other")
    everything = known(invocation)
    view, found = everything.view, everything.find(tool)
    if as_json:
        write_json(
            sys.stdout, tool=described.tool_in_full(view, found, documentation=tool_views.documented(found, view))
        )
    elif schema:
        write_json(sys.stdout, input_schema=found.spec.input_schema, output_schema=found.spec.output_schema)
    else:
        write_foreign(sys.stdout, described.stub_text(view, found) if stub else tool_views.documented(found, view))
    return 0


@command.command()
@click.argument("query", nargs=-1, required=True)
@click.option("--limit", type=click.IntRange(1, 1000), default=10, show_default=True)
@click.option("--detail", is_flag=True, help="The whole documentation of each tool found.")
@json_option
@pass_invocation
def search(invocation: Invocation, query: tuple[str, ...], limit: int, detail: bool, as_json: bool) -> int:
    """Find tools by what they do, the best first."""
    from ptc_cli.search import Index

    view = known(invocation).view
    hits = Index(view).search(" ".join(query), limit)
    if as_json:
        write_json(sys.stdout, tools=[{**described.tool_in_short(view, hit.tool), "score": hit.score} for hit in hits])
    elif detail:
        for hit in hits:
            write_foreign(sys.stdout, tool_views.documented(hit.tool, view))
    else:
        tool_views.write_tools(sys.stdout, [hit.tool for hit in hits])
    if not hits:
        talk.note(sys.stderr, f"no tool found for '{' '.join(query)}'")
    tool_views.write_problems(sys.stderr, view.servers)
    return 0


@command.command()
@click.argument("tool", metavar="SERVER.TOOL", type=TOOL)
@click.argument("arguments", nargs=-1, type=ARGUMENT, metavar="[NAME=TEXT | NAME:=JSON]...")
@click.option("--args", "given", metavar="JSON", help="All arguments as one JSON object; - reads it from stdin.")
@click.option("--save", metavar="DIR", type=click.Path(file_okay=False), help="Save binary content here.")
@click.option("--timeout", type=click.FloatRange(min=0, min_open=True), help="Seconds to wait at most.")
@yes_option("Allow the call where policy would ask.")
@json_option
@daemon_option
@pass_invocation
def call(
    invocation: Invocation,
    tool: str,
    arguments: tuple[str, ...],
    given: str | None,
    save: str | None,
    timeout: float | None,
    yes: bool,
    as_json: bool,
) -> int:
    """Call one tool, once its arguments have been checked.

    Text is typed by the tool's schema: limit=5 is a number where a number is wanted.
    """
    from ptc_cli.cli.tool_call import Wanted, call_tool

    wanted = Wanted(tool=tool, words=arguments, given=given, folder=save, timeout_seconds=timeout, is_granted=yes)
    return call_tool(invocation, wanted, as_json=as_json)


command.add_command(tool_results.pin_output)
command.add_command(tool_results.forget_output)
