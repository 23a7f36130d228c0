"""The actions of find that print."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping

from ptc_cli.shell import facts
from ptc_cli.shell.command import Invocation
from ptc_cli.shell.commands.find.entry import BeyondError, Entry, Expression, Search
from ptc_cli.shell.commands.find.tests import dirname
from ptc_cli.shell.lookup import absolute
from ptc_cli.shell.quoting import curly

_PIECE = re.compile(r"%([-+ #0]*)([0-9]{0,9})(?:\.\d+)?([TAC].|.)|\\([0-7]{1,3}|.)|([^%\\]+|.)", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "\\": "\\", "a": "\a", "b": "\b", "f": "\f", "r": "\r", "v": "\v"}
_MOST_WIDTH = 1000
_FRACTION = ".0000000000"

Field = Callable[[Entry], str]

_FIELDS: Mapping[str, Field] = {
    "p": lambda entry: entry.path,
    "P": lambda entry: entry.path[len(entry.start) :].lstrip("/"),
    "f": lambda entry: entry.name,
    "h": lambda entry: dirname(entry.path),
    "H": lambda entry: entry.start,
    "s": lambda entry: str(facts.size(entry.node)),
    "k": lambda entry: str(facts.kilobytes(entry.node)),
    "b": lambda entry: str(facts.kilobytes(entry.node) * 2),
    "d": lambda entry: str(entry.depth),
    "m": lambda entry: f"{entry.node.mode & 0o7777:o}",
    "M": lambda entry: facts.permissions(entry.node),
    "n": lambda entry: str(facts.links(entry.node)),
    "u": lambda entry: facts.OWNER,
    "g": lambda entry: facts.OWNER,
    "U": lambda entry: str(facts.OWNER_ID),
    "G": lambda entry: str(facts.OWNER_ID),
    "y": lambda entry: "d" if entry.node.is_directory else "f",
    "Y": lambda entry: "d" if entry.node.is_directory else "f",
    "D": lambda entry: "1",
    "F": lambda entry: "tmpfs",
    "l": lambda entry: "",
    "%": lambda entry: "%",
    **{letter: lambda entry: _moment(entry, f"%a %b %e %H:%M:%S{_FRACTION} %Y") for letter in "tac"},
}

_TIMES = {
    "@": lambda entry: f"{entry.node.modified_at:.0f}{_FRACTION}",
    "+": lambda entry: _moment(entry, f"%Y-%m-%d+%H:%M:%S{_FRACTION}"),
    "S": lambda entry: _moment(entry, f"%S{_FRACTION}"),
    "T": lambda entry: _moment(entry, f"%H:%M:%S{_FRACTION}"),
    "X": lambda entry: _moment(entry, f"%H:%M:%S{_FRACTION}"),
    "c": lambda entry: _moment(entry, f"%a %b %e %H:%M:%S{_FRACTION} %Y"),
}


def printed(end: str) -> Expression:
    """Return the action that prints the path and an end."""

    def act(entry: Entry, search: Search) -> bool:
        search.output.append(entry.path + end)
        return True

    return act


def formatted(template: str, invocation: Invocation) -> Expression:
    """Return the action that prints what a template asks for."""
    fields = list(_fields(template, invocation))

    def act(entry: Entry, search: Search) -> bool:
        search.output.append("".join(field(entry) for field in fields))
        return True

    return act


def listed(invocation: Invocation) -> Expression:
    """Return the action that prints a line as `ls -dils` does."""

    def act(entry: Entry, search: Search) -> bool:
        node = entry.node
        inode = facts.inode(absolute(invocation.cwd, entry.path))
        when = facts.short_time(node.modified_at, invocation.now)
        search.output.append(
            f"{inode:>9} {facts.kilobytes(node):>6} {facts.permissions(node)} {facts.links(node):>3} {facts.OWNER:<8} "
            f"{facts.OWNER:<8} {facts.size(node):>8} {when} {entry.path}\n"
        )
        return True

    return act


def undeleted(entry: Entry, search: Search) -> bool:
    """Say that an entry stays."""
    if entry.path != ".":
        search.errors.append(f"cannot delete {curly(entry.path)}: Read-only file system")
    return False


def _fields(template: str, invocation: Invocation) -> list[Field]:
    fields: list[Field] = []
    for flags, width, directive, escape, text in _PIECE.findall(template):
        if escape == "c":
            break
        if directive:
            fields.append(_padded(_field(directive, invocation), flags, min(int(width or 0), _MOST_WIDTH)))
        elif escape:
            shown = chr(int(escape, 8)) if escape[0] in "01234567" else _ESCAPES.get(escape, f"\\{escape}")
            fields.append(lambda entry, shown=shown: shown)  # type: ignore[misc]  # the default binds the loop's value
        else:
            fields.append(lambda entry, text=text: text)  # type: ignore[misc]  # the default binds the loop's value
    return fields


def _field(directive: str, invocation: Invocation) -> Field:
    if directive == "i":
        return lambda entry: str(facts.inode(absolute(invocation.cwd, entry.path)))
    if len(directive) == 2:
        letter = directive[1]
        return _TIMES.get(letter, lambda entry: _moment(entry, f"%{letter}"))
    field = _FIELDS.get(directive)
    if field is None:
        raise BeyondError
    return field


def _padded(field: Field, flags: str, width: int) -> Field:
    if not width:
        return field
    return lambda entry: field(entry).ljust(width) if "-" in flags else field(entry).rjust(width)


def _moment(entry: Entry, template: str) -> str:
    return time.strftime(template, time.gmtime(entry.node.modified_at))
