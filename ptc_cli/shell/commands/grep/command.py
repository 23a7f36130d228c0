"""Search, and say what came of it."""

from __future__ import annotations

from ptc_cli.shell.command import Invocation, Output
from ptc_cli.shell.commands.grep.matching import PatternError, matcher
from ptc_cli.shell.commands.grep.report import is_binary, reporter
from ptc_cli.shell.commands.grep.request import BeyondError, Request, RequestError, request
from ptc_cli.shell.commands.grep.sources import Sources
from ptc_cli.shell.options import UsageError

_USAGE = "Usage: grep [OPTION]... PATTERNS [FILE]...\nTry 'grep --help' for more information.\n"
_FAILED = 2
_NAMES_ONLY = ("files-with-matches", "files-without-match", "quiet", "silent")


def run(invocation: Invocation) -> Output:
    """Print the lines that match patterns."""
    try:
        return _searched(invocation, request(invocation))
    except BeyondError:
        return invocation.native(invocation, invocation.args)
    except UsageError as error:
        complaint = f"grep: {error}\n" if str(error) else ""
        return Output(stderr=complaint + _USAGE, exit_code=_FAILED)
    except (RequestError, PatternError) as error:
        return Output(stderr=f"grep: {error}\n", exit_code=_FAILED)


def _searched(invocation: Invocation, asked: Request) -> Output:
    given = asked.given
    find = matcher(invocation, asked)
    sources = Sources(invocation, given, asked.operands)
    found = sources.found()
    report = reporter(asked, is_labelled=sources.is_labelled)
    parts: list[str] = []
    remarks: list[str] = []
    has_matched = False
    for source, hits in zip(found, find(found), strict=True):
        has_matched |= bool(hits.numbers) and asked.most > 0
        parts.extend(report(source, hits))
        if hits.numbers and is_binary(source, asked=asked) and not given.has("count", *_NAMES_ONLY):
            remarks.append(f"{source.name}: binary file matches")
    is_quiet = given.has("quiet", "silent")
    failed = bool(sources.errors) and not (is_quiet and has_matched)
    stderr = "".join(f"grep: {line}\n" for line in (*sources.errors, *remarks))
    return Output(
        stdout="".join(parts),
        stderr="" if given.has("no-messages") else stderr,
        exit_code=_FAILED if failed else int(not has_matched),
    )
