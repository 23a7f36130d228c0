"""`ptc run`: check a program, then run it in the sandbox."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ptc_cli.cli.invocation import Invocation, pass_invocation
from ptc_cli.cli.limits import changed_limits
from ptc_cli.cli.options import daemon_option, json_option, yes_option
from ptc_cli.cli.sources import SourceError, read_program, read_text
from ptc_cli.cli.typed_text import NotJsonError, parsed_json
from ptc_cli.cli.verbs import Ran, RunWanted, somebody_decides
from ptc_cli.cli.warm import performed
from ptc_cli.console import results, talk
from ptc_cli.console.shown import Streams
from ptc_cli.console.terminal import write_json
from ptc_cli.core.codec import to_json
from ptc_cli.core.exits import DENIED_EXIT_CODE
from ptc_cli.core.program import Program


@click.command()
@click.argument("file", required=False, type=click.Path())
@click.option("-c", "code", metavar="CODE", help="The program itself.")
@click.option("--timeout", type=click.FloatRange(min=0, min_open=True), help="Seconds the program may take.")
@click.option("--max-calls", type=click.IntRange(min=0), help="How many tool calls it may make.")
@click.option(
    "--limit",
    "limits",
    multiple=True,
    metavar="NAME=NUMBER",
    help="Any limit, such as threads=8. Repeatable.",
)
@click.option("--allow", multiple=True, metavar="GLOB", help="Only these tools, such as 'github.get_*'. Repeatable.")
@click.option("--deny", multiple=True, metavar="GLOB", help="None of these tools. Repeatable.")
@click.option("--input", "given", metavar="JSON", help="What the program finds as ptc.input; - reads it from stdin.")
@click.option("--workspace", metavar="NAME", help="Give it a folder that outlives it, instead of an empty one.")
@click.option("--mount", "mounts", multiple=True, metavar="PATH", help="Let it read PATH, under /mnt. Repeatable.")
@click.option(
    "--keep",
    multiple=True,
    metavar="[GLOB]",
    is_flag=False,
    flag_value="*",
    help="Keep the files it leaves behind, such as '*.png', with the run; all without GLOB. Repeatable.",
)
@yes_option("Allow the calls for which policy would ask.")
@json_option
@daemon_option
@pass_invocation
def command(
    invocation: Invocation,
    file: str | None,
    code: str | None,
    timeout: float | None,
    max_calls: int | None,
    limits: tuple[str, ...],
    allow: tuple[str, ...],
    deny: tuple[str, ...],
    given: str | None,
    workspace: str | None,
    mounts: tuple[str, ...],
    keep: tuple[str, ...],
    yes: bool,
    as_json: bool,
) -> int:
    """Check the program in FILE (- is stdin), and run it in the sandbox if it passes.

    What it prints and its value go to stdout, everything else to stderr.
    """
    wanted = RunWanted(
        program=_program(file, code, given),
        limits=changed_limits(limits, timeout_seconds=timeout, most_calls=max_calls),
        allow=allow or ("*",),
        deny=deny,
        input=_input(given),
        workspace=workspace,
        mounts=tuple(str(Path(path).absolute()) for path in mounts),
        keep=keep,
        is_granted=yes,
    )
    streams = None if as_json else Streams(out=sys.stdout, err=sys.stderr)
    ran = performed(invocation, lambda verbs: verbs.run(wanted, streams=streams))
    _write(ran, wanted, as_json=as_json)
    return ran.exit_code


def _program(file: str | None, code: str | None, given: str | None) -> Program:
    if (file is None) == (code is None):
        raise click.UsageError("give one program: FILE, - for stdin, or -c CODE")
    if file == "-" and given == "-":
        raise click.UsageError("stdin cannot be both the program and its input")
    return Program.of(code, name="<command>") if code is not None else read_program(file or "-")


def _input(given: str | None) -> str | None:
    if given is None:
        return None
    text = read_text("-") if given == "-" else given
    try:
        parsed_json(text)
    except NotJsonError as error:
        raise SourceError(f"--input: not JSON: {error}", hint="""Write it like --input '{"limit": 5}'.""") from error
    return text


def _write(ran: Ran, wanted: RunWanted, *, as_json: bool) -> None:
    result = ran.result
    if as_json:
        write_json(sys.stdout, **to_json(result), exit_code=ran.exit_code)
        return
    results.ending(result, wanted.program, out=sys.stdout, err=sys.stderr)
    if result.exit_code == DENIED_EXIT_CODE and not somebody_decides(is_granted=wanted.is_granted):
        talk.note(sys.stderr, "where only approval is missing, give it with --yes")
