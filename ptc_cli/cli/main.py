"""The `ptc` command itself: global options, the table of commands, and how each way to end becomes an exit code."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence

import click

from ptc_cli import __version__
from ptc_cli.cli.everywhere import wants_debug
from ptc_cli.cli.groups import LazyCommands
from ptc_cli.cli.invocation import Invocation
from ptc_cli.cli.options import answers_json
from ptc_cli.console import talk
from ptc_cli.console.terminal import write_json
from ptc_cli.core.errors import ConfigError, PtcError
from ptc_cli.core.exits import CANCELLED_EXIT_CODE, FAULT_EXIT_CODE, USAGE_EXIT_CODE

BROKEN_PIPE_EXIT_CODE = 141
"""What a shell reports of a process that SIGPIPE ended."""

_FULL = (errno.ENOSPC, errno.EDQUOT)

SECTIONS = {
    "Tools": {
        "tools": "List, show, search and call tools.",
        "shell": "Explore the stubs with the shell that agents get.",
        "stubs": "Write the stubs to disk, for an editor, and find out what changed.",
    },
    "Programs": {
        "check": "Type-check programs without running them.",
        "run": "Check a program, then run it in the sandbox.",
        "repl": "Check and run programs entry by entry.",
        "runs": "Look at what ran.",
        "workspaces": "List and remove the folders that programs share.",
    },
    "Servers": {
        "servers": "List, add, remove, test and trust MCP servers.",
        "mcp": "Serve all of them to an MCP client, as one.",
    },
    "Set-up": {
        "daemon": "Look after the process that keeps servers, checker and sandbox warm.",
        "init": "Write a first configuration.",
        "demo": "See the whole of it work on demo servers.",
        "doctor": "Find out what does not work here, and how to mend it.",
        "config": "Show where the configuration is and what it says.",
        "completion": "Print the completion script of a shell.",
    },
}


@click.group(
    cls=LazyCommands,
    sections=SECTIONS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 ok, 1 the program failed, 2 wrong usage, 3 rejected by the check, 4 configuration, server or"
    " sandbox cannot be used, 5 timeout or limit, 6 denied, 7 log in first, 70 a fault of ours, 130 cancelled.",
)
@click.option(
    "--config", metavar="FILE", type=click.Path(), help="The configuration file, instead of searching for one."
)
@click.option("--debug", is_flag=True, help="Show the traceback of a fault.")
@click.option("--no-daemon", is_flag=True, help="Do it all in this process, without the daemon.")
@click.version_option(__version__, "-V", "--version", message="ptc %(version)s")
@click.pass_context
def commands(context: click.Context, config: str | None, debug: bool, no_daemon: bool) -> None:
    """Typed, checked, sandboxed Python programs over your MCP servers."""
    context.obj = Invocation(config=config, is_debug=debug, no_daemon=no_daemon)


def invoke(arguments: Sequence[str]) -> int:
    """Run a command line and return its exit code. Nothing is raised but what ends an interpreter."""
    _open_closed_streams()
    for stream in (sys.stdout, sys.stderr):
        # Names and results may hold what the stream's encoding, or any, cannot say.
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # both are TextIOWrapper
    if instruction := os.environ.get("_PTC_COMPLETE"):
        from ptc_cli.cli.completing import answer

        return answer(commands, instruction, os.environ)
    return _guarded(list(arguments))


def _open_closed_streams() -> None:
    """Let what we were started without (`ptc ... >&-`) lead nowhere: a file that we open would take its number."""
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        if getattr(sys, name) is None:
            os.dup2(os.open(os.devnull, os.O_RDWR), number)
            setattr(sys, name, open(number, mode, encoding="utf-8"))  # noqa: SIM115, PTH123  # a number is no path; open for as long as the process


def _guarded(arguments: list[str]) -> int:
    context: click.Context | None = None
    try:
        context = commands.make_context("ptc", arguments)
        with context:
            code = commands.invoke(context)
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.ClickException as error:
        error.show(sys.stderr)
        return USAGE_EXIT_CODE
    except (click.Abort, KeyboardInterrupt):
        return CANCELLED_EXIT_CODE
    except BrokenPipeError:
        return _leave_pipe()
    except PtcError as error:
        return _failed(error, context)
    except OSError as error:
        return _unwritten(error) if error.errno in _FULL else _fault(error, context)
    except Exception as error:  # noqa: BLE001  # a front door: whatever it is, it is a fault of ours
        return _fault(error, context)


def _failed(error: PtcError, context: click.Context | None) -> int:
    if context is not None and answers_json(context):
        said = {"message": error.message, "hint": error.hint, "exit_code": error.exit_code}
        write_json(sys.stdout, error=said)
    talk.error(sys.stderr, error.message, error.hint)
    _trace(error, context)
    return error.exit_code


def _fault(error: Exception, context: click.Context | None) -> int:
    talk.error(
        sys.stderr,
        f"a fault of ours: {type(error).__name__}: {error}",
        "Run it again with `ptc --debug ...` to see where, and report it.",
    )
    _trace(error, context)
    return FAULT_EXIT_CODE


def _trace(error: Exception, context: click.Context | None) -> None:
    if context is not None and wants_debug(context):
        import traceback  # `--help` has no use for it

        traceback.print_exception(error)


def _unwritten(error: OSError) -> int:
    _leave_stdout()
    talk.error(
        sys.stderr, f"the output could not be written: {error.strerror}", "Free some space, or send it elsewhere."
    )
    return ConfigError.exit_code


def _leave_pipe() -> int:
    _leave_stdout()
    return BROKEN_PIPE_EXIT_CODE


def _leave_stdout() -> None:
    # The interpreter flushes stdout when it ends, and would complain again.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
