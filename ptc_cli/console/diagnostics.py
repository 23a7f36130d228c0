"""What the checker said, in colour where colour is wanted."""

from __future__ import annotations

import re
from typing import TextIO

from ptc_cli.console.terminal import styled, visible, write_lines
from ptc_cli.core.check import CheckReport
from ptc_cli.core.program import Program

_HEAD = re.compile(r"^(?P<place>[^\n]*?:\d+:\d+:) (?P<severity>error|warning|note): (?P<rest>.*)$")
_CARETS = re.compile(r"^[\s|]*\^~*$")
_HELP = re.compile(r"^(\s*)help: (.*)$")


def report(stream: TextIO, given: CheckReport, program: Program) -> None:
    """Write diagnostics with carets and help, and the signatures of the tools that they are about."""
    from ptc_cli.check.text import render  # most programs pass

    text = render(given, program).rstrip("\n")
    if text:
        lines = visible(text).split("\n")
        write_lines(stream, *(_coloured(line, stream) for line in lines))


def _coloured(line: str, stream: TextIO) -> str:
    if head := _HEAD.match(line):
        style = {"error": "error", "warning": "warning"}.get(head["severity"], "dim")
        word = styled(f"{head['severity']}:", style, stream)
        return f"{styled(head['place'], 'bold', stream)} {word} {head['rest']}"
    if _CARETS.match(line):
        return styled(line, "error", stream)
    if found := _HELP.match(line):
        return f"{found[1]}{styled('help:', 'hint', stream)} {found[2]}"
    return line
