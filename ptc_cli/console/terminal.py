"""What a stream can show, and what it must never be sent."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from ptc_cli.core.jsonvalue import JsonValue

SCHEMA_VERSION = 1
"""Of everything that `--json` prints. Fields may be added under one version; none goes or changes its meaning."""

# C0 without tab and newline, DEL, C1, and the bidirectional controls that make text read otherwise than it is.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_COLOUR_OR_CONTROL = re.compile(rf"(\x1b\[[0-9;]*m|\r)|{_CONTROL.pattern}")

_STYLES = {
    "bold": "1",
    "dim": "2",
    "error": "1;31",
    "warning": "1;33",
    "good": "32",
    "hint": "36",
    "name": "1;36",
}


def is_terminal(stream: TextIO) -> bool:
    """Say whether a stream ends at a person."""
    return not stream.closed and stream.isatty()


def wants_colour(stream: TextIO, environ: Mapping[str, str] | None = None) -> bool:
    """Say whether to colour: `NO_COLOR` wins over `FORCE_COLOR`, and both over what the stream is."""
    environ = os.environ if environ is None else environ
    if environ.get("NO_COLOR"):
        return False
    if environ.get("FORCE_COLOR", "0") != "0":
        return True
    return is_terminal(stream) and environ.get("TERM") != "dumb"


def visible(text: str) -> str:
    """Return a text with its control characters written out, such as `\\x1b`; tabs and newlines stay."""
    return _CONTROL.sub(_written_out, text)


def one_line(text: str) -> str:
    """Return a text on one line, with its control characters written out."""
    return visible(" ".join(text.split()))


def harmless(text: str) -> str:
    """Return a program's output for a terminal: colours and carriage returns stay, the rest is written out."""
    return _COLOUR_OR_CONTROL.sub(lambda found: found[1] or _written_out(found), text)


def styled(text: str, style: str, stream: TextIO) -> str:
    """Return a text in one of our few styles, if the stream wants colour."""
    return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if text and wants_colour(stream) else text


def write(stream: TextIO, text: str) -> None:
    """Write a text whole, now."""
    stream.write(text)
    stream.flush()


def write_lines(stream: TextIO, *lines: str) -> None:
    """Write lines, each with its newline."""
    write(stream, "".join(f"{line}\n" for line in lines))


def write_output(stream: TextIO, text: str) -> None:
    """Write what a program wrote: as it is, or made harmless for a terminal."""
    write(stream, harmless(text) if is_terminal(stream) else text)


def write_foreign(stream: TextIO, text: str) -> None:
    """Write a text that came from elsewhere, on lines of its own."""
    shown = visible(text) if is_terminal(stream) else text
    write(stream, shown if shown.endswith("\n") else f"{shown}\n")


def write_json(stream: TextIO, **fields: JsonValue) -> None:
    """Write the one JSON document that a command answers with `--json`."""
    write_foreign(stream, json_text({"schema_version": SCHEMA_VERSION, **fields}, stream))


def json_text(value: JsonValue, stream: TextIO) -> str:
    """Return a value as JSON for reading, in characters that a stream has."""
    # What an encoding lacks is written out on its way as Python does it, which JSON does not know.
    has_all = (stream.encoding or "utf-8").lower().replace("-", "") == "utf8"
    return json.dumps(value, indent=2, ensure_ascii=not has_all)


def _written_out(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
