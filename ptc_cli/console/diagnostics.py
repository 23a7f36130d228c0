"""What the checker said, in colour where colour is wanted."""

from __future__ import annotations

import re
from typing import TextIO

from ptc_cli.console.terminal import styled, visible, wants_colour, write

_HEAD = re.compile(r"^(?P<place>[^\n]*?:\d+:\d+:) (?P<severity>error|warning|note): (?P<rest>.*)$")
_CARETS = re.compile(r"^[\s|]*\^~*$")
_HELP = re.compile(r"^(\s*)help: (.*)$")


def diagnostics(stream: TextIO, text: str) -> None:
    """Write a report as the checker's text form gives it, and colour its lines by what they are."""
    lines = visible(text.rstrip("\n")).split("\n")
    if wants_colour(stream):
        lines = [_coloured(line, stream) for line in lines]
    write(stream, "\n".join(lines) + "\n")


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
