"""`cut` as GNU coreutils has it; characters are bytes to it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ptc_cli.shell import quoting
from ptc_cli.shell.command import Invocation, Output, reason, usage_failure
from ptc_cli.shell.options import Given, Options, UsageError

OPTIONS = Options(
    "b/bytes= c/characters= d/delimiter= f/fields= n complement s/only-delimited output-delimiter= z/zero-terminated "
    "help version"
)

_LISTS = ("bytes", "characters", "fields")
_RANGE = re.compile(r"(?P<first>[0-9]*)(?P<dash>-?)(?P<last>[0-9]*)\Z")
_ENDLESS = 10**18


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cut:
    ranges: tuple[tuple[int, int], ...]
    """From 1, ends included, in order and apart from each other."""

    of_fields: bool
    delimiter: bytes
    between: bytes | None
    only_delimited: bool


def run(invocation: Invocation) -> Output:
    """Print parts of lines."""
    try:
        given = OPTIONS.parse(invocation.args)
        if given.has("help", "version"):
            return invocation.native(invocation, invocation.args)
        asked = _asked(given)
    except UsageError as error:
        return usage_failure("cut", str(error))
    end = b"\0" if given.has("zero-terminated") else b"\n"
    parts: list[bytes] = []
    stderr = ""
    for name in given.operands or ("-",):
        try:
            content = invocation.read(name)
        except OSError as error:
            stderr += f"cut: {quoting.if_needed(name)}: {reason(error)}\n"
            continue
        lines = content.removesuffix(end).split(end) if content else []
        parts.extend(piece + end for line in lines for piece in _piece(line, asked))
    return Output(stdout=b"".join(parts).decode("utf-8", "replace"), stderr=stderr, exit_code=1 if stderr else 0)


def _asked(given: Given) -> _Cut:
    lists = [(key, value) for key, value in given.options if key in _LISTS and value is not None]
    if len(lists) > 1:
        raise UsageError("only one list may be specified")
    if not lists:
        raise UsageError("you must specify a list of bytes, characters, or fields")
    kind, text = lists[0]
    delimiter = given.value("delimiter")
    if delimiter is not None and len(delimiter.encode()) > 1:
        raise UsageError("the delimiter must be a single character")
    if kind != "fields" and delimiter is not None:
        raise UsageError("an input delimiter may be specified only when operating on fields")
    if kind != "fields" and given.has("only-delimited"):
        raise UsageError("suppressing non-delimited lines makes sense\n\tonly when operating on fields")
    ranges = _merged(_range(part, kind) for part in re.split(r"[, \t]", text))
    between = given.value("output-delimiter")
    return _Cut(
        ranges=_complement(ranges) if given.has("complement") else ranges,
        of_fields=kind == "fields",
        delimiter=(b"\t" if delimiter is None else delimiter.encode() or b"\0"),
        between=None if between is None else between.encode(),
        only_delimited=given.has("only-delimited"),
    )


def _range(text: str, kind: str) -> tuple[int, int]:
    match = _RANGE.match(text)
    if match is None:
        what = "field value" if kind == "fields" else "byte/character position"
        raise UsageError(f"invalid {what} {quoting.curly(text)}")
    if match["dash"] and not match["first"] and not match["last"]:
        raise UsageError("invalid range with no endpoint: -")
    first = int(match["first"] or (1 if match["dash"] else 0))
    last = int(match["last"] or _ENDLESS) if match["dash"] else first
    if first == 0 or last == 0:
        raise UsageError(
            "fields are numbered from 1" if kind == "fields" else "byte/character positions are numbered from 1"
        )
    if last < first:
        raise UsageError("invalid decreasing range")
    return first, last


def _merged(ranges: Iterator[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    merged: list[tuple[int, int]] = []
    for first, last in sorted(ranges):
        if merged and first <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return tuple(merged)


def _complement(ranges: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    starts = (1, *(last + 1 for _, last in ranges))
    ends = (*(first - 1 for first, _ in ranges), _ENDLESS)
    return tuple((start, end) for start, end in zip(starts, ends, strict=True) if start <= end)


def _piece(line: bytes, asked: _Cut) -> Iterator[bytes]:
    """Yield what stays of a line, if it is to be shown at all."""
    if not asked.of_fields:
        yield (asked.between or b"").join(line[first - 1 : last] for first, last in asked.ranges if first <= len(line))
    elif asked.delimiter in line:
        fields = line.split(asked.delimiter)
        chosen = [field for first, last in asked.ranges for field in fields[first - 1 : last]]
        yield (asked.delimiter if asked.between is None else asked.between).join(chosen)
    elif not asked.only_delimited:
        yield line
