"""`wc` as GNU coreutils has it."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from ptc_cli.shell import quoting
from ptc_cli.shell.command import Invocation, Output, reason, usage_failure
from ptc_cli.shell.options import Given, Options, UsageError

OPTIONS = Options("c/bytes m/chars l/lines L/max-line-length w/words debug help version")

_ORDER = ("lines", "words", "chars", "bytes", "max-line-length")
_USUAL = ("lines", "words", "bytes")
_STREAM_WIDTH = 7
_TAB = 8


def run(invocation: Invocation) -> Output:
    """Count lines, words, characters and bytes."""
    try:
        given = OPTIONS.parse(invocation.args)
    except UsageError as error:
        return usage_failure("wc", str(error))
    if given.has("help"):
        return Output(stdout="Usage: wc [OPTION]... [FILE]...\nPrint newline, word, and byte counts for each FILE.\n")
    return _counted(invocation, given)


def _counted(invocation: Invocation, given: Given) -> Output:
    wanted = [key for key in _ORDER if given.has(key)] or list(_USUAL)
    names = given.operands or ("",)
    rows: list[tuple[list[int], str]] = []
    stderr, total_bytes, has_stream = "", 0, False
    for name in names:
        try:
            content = invocation.read(name or "-")
        except OSError as error:
            stderr += f"wc: {quoting.if_needed(name)}: {reason(error)}\n"
            if not isinstance(error, IsADirectoryError):
                continue
            content, has_stream = b"", True
        has_stream |= name in ("", "-") or name.startswith("/dev/")
        total_bytes += len(content)
        rows.append((_counts(content, wanted), name))
    total = [max(column) if key == _ORDER[-1] else sum(column) for key, column in _columns(wanted, rows)]
    only_one = len(names) == 1 and len(wanted) == 1
    width = 1 if only_one else max(len(str(total_bytes)), _STREAM_WIDTH if has_stream else 1)
    if len(names) > 1:
        rows.append((total, "total"))
    lines = [_line(counts, name, width) for counts, name in rows]
    return Output(stdout="".join(lines), stderr=stderr, exit_code=1 if stderr else 0)


def _columns(wanted: Sequence[str], rows: Sequence[tuple[list[int], str]]) -> list[tuple[str, list[int]]]:
    return [(key, [counts[index] for counts, _ in rows] or [0]) for index, key in enumerate(wanted)]


def _line(counts: Sequence[int], name: str, width: int) -> str:
    numbers = " ".join(str(count).rjust(width) for count in counts)
    return f"{numbers} {quoting.if_needed(name) if chr(10) in name else name}\n" if name else f"{numbers}\n"


def _counts(content: bytes, wanted: Sequence[str]) -> list[int]:
    text = content.decode("utf-8", "ignore") if set(wanted) & {"words", "chars", "max-line-length"} else ""
    return [_count(key, content, text) for key in wanted]


def _count(key: str, content: bytes, text: str) -> int:
    match key:
        case "lines":
            return content.count(b"\n")
        case "words":
            return len(text.split())
        case "chars":
            return len(text)
        case "max-line-length":
            return max((_width(line) for line in text.split("\n")), default=0)
    return len(content)


def _width(line: str) -> int:
    if line.isascii() and line.isprintable():
        return len(line)
    width = 0
    for character in line:
        if character == "\t":
            width += _TAB - width % _TAB
        elif character.isprintable() and not unicodedata.combining(character):
            width += 2 if unicodedata.east_asian_width(character) in "WF" else 1
    return width
