"""The tests of find: each makes an expression of its argument."""

from __future__ import annotations

import math
import posixpath
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from ptc_cli.core.tree import Node
from ptc_cli.shell import facts
from ptc_cli.shell.command import Invocation, reason
from ptc_cli.shell.commands.find.entry import BeyondError, Entry, Expression, FindError, Search
from ptc_cli.shell.globs import matcher
from ptc_cli.shell.lookup import absolute
from ptc_cli.shell.quoting import curly

_UNITS = {"c": 1, "w": 2, "b": 512, "k": 1024, "M": 1024**2, "G": 1024**3, "": 512}
_DAY_SECONDS = 86_400
_KINDS = {"f", "d", "l", "p", "s", "b", "c", "D"}
_CLASSES = {"u": 0o700, "g": 0o070, "o": 0o007, "a": 0o777, "": 0o777}
_RIGHTS = {"r": 0o444, "w": 0o222, "x": 0o111}

Test = Callable[[str, str, Invocation], Expression]
"""Make an expression of a test's name and argument."""


def _test(holds: Callable[[Entry], bool]) -> Expression:
    return lambda entry, search: holds(entry)


def _name(option: str, text: str, invocation: Invocation) -> Expression:
    matches = matcher(text, fold=option == "-iname")
    return _test(lambda entry: matches(entry.name))


def _path(option: str, text: str, invocation: Invocation) -> Expression:
    matches = matcher(text, fold=option.startswith("-i"))
    return _test(lambda entry: matches(entry.path))


def _type(option: str, text: str, invocation: Invocation) -> Expression:
    wanted = set(text.split(","))
    for letter in wanted - _KINDS:
        raise FindError(f"Unknown argument to {option}: {letter}")
    return _test(lambda entry: ("d" if entry.node.is_directory else "f") in wanted)


def _size(option: str, text: str, invocation: Invocation) -> Expression:
    match = re.fullmatch(r"([-+]?)([0-9]{1,18})([cwbkMG]?)", text)
    if match is None:
        raise FindError(f"invalid -size type `{text[-1:]}'")
    sign, number, letter = match.groups()
    unit = _UNITS[letter]
    return _test(lambda entry: _compared(sign, -(-facts.size(entry.node) // unit), int(number)))


def _age(option: str, text: str, invocation: Invocation) -> Expression:
    match = re.fullmatch(r"([-+]?)([0-9]{1,18})", text)
    if match is None:
        raise FindError(f"invalid argument `{text}' to `{option}'")
    sign, number = match.groups()

    def holds(entry: Entry) -> bool:
        seconds = invocation.now - entry.node.modified_at
        age = math.ceil(seconds / 60) if option.endswith("min") else math.floor(seconds / _DAY_SECONDS)
        return _compared(sign, age, int(number))

    return _test(holds)


def _number(of: Callable[[Entry, Invocation], int]) -> Test:
    def make(option: str, text: str, invocation: Invocation) -> Expression:
        match = re.fullmatch(r"([-+]?)([0-9]{1,18})", text)
        if match is None:
            raise FindError(f"non-numeric argument to {option}: {curly(text)}")
        sign, number = match.groups()
        return _test(lambda entry: _compared(sign, of(entry, invocation), int(number)))

    return make


def _newer(option: str, text: str, invocation: Invocation) -> Expression:
    if option in ("-newermt", "-newerat", "-newerct"):
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise BeyondError from None
        since = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    else:
        since = _reference(text, invocation).modified_at
    return _test(lambda entry: entry.node.modified_at > since)


def _same(option: str, text: str, invocation: Invocation) -> Expression:
    wanted = _reference(text, invocation)
    return _test(lambda entry: entry.node is wanted)


def _reference(text: str, invocation: Invocation) -> Node:
    try:
        return invocation.node(text)
    except OSError as error:
        raise FindError(f"{curly(text)}: {reason(error)}") from None


def _perm(option: str, text: str, invocation: Invocation) -> Expression:
    how, mode = (text[0], text[1:]) if text[:1] in ("-", "/") else ("", text)
    bits = int(mode, 8) if re.fullmatch(r"[0-7]+", mode) else _symbolic(mode, text)

    def holds(entry: Entry) -> bool:
        has = entry.node.mode & 0o7777
        if how == "-":
            return has & bits == bits
        return (has & bits != 0 or bits == 0) if how == "/" else has == bits

    return _test(holds)


def _symbolic(mode: str, text: str) -> int:
    bits = 0
    for part in mode.split(","):
        match = re.fullmatch(r"([ugoa]*)[+=]([rwx]+)", part)
        if match is None:
            raise FindError(f"invalid mode {curly(text)}")
        for who in match.group(1) or "a":
            for right in match.group(2):
                bits |= _CLASSES[who] & _RIGHTS[right]
    return bits


def _owner(option: str, text: str, invocation: Invocation) -> Expression:
    if text not in (facts.OWNER, str(facts.OWNER_ID), "root", "0"):
        raise FindError(f"{curly(text)} is not the name of a known {option[1:]}")
    return _test(lambda entry: text in (facts.OWNER, str(facts.OWNER_ID)))


def _never(option: str, text: str, invocation: Invocation) -> Expression:
    return _test(lambda entry: False)


def _compared(sign: str, value: int, number: int) -> bool:
    return value > number if sign == "+" else value < number if sign == "-" else value == number


def _is_empty(entry: Entry) -> bool:
    return not (entry.node.entries if entry.node.is_directory else entry.node.content)


def _prune(entry: Entry, search: Search) -> bool:
    search.is_pruned = True
    return True


def _quit(entry: Entry, search: Search) -> bool:
    search.is_over = True
    return True


def _inode(entry: Entry, invocation: Invocation) -> int:
    return facts.inode(absolute(invocation.cwd, entry.path))


WITH_ARGUMENT: Mapping[str, Test] = {
    **dict.fromkeys(("-name", "-iname"), _name),
    **dict.fromkeys(("-path", "-wholename", "-ipath", "-iwholename"), _path),
    **dict.fromkeys(("-type", "-xtype"), _type),
    "-size": _size,
    **dict.fromkeys(("-mtime", "-atime", "-ctime", "-mmin", "-amin", "-cmin"), _age),
    **dict.fromkeys(("-newer", "-anewer", "-cnewer", "-newermm", "-newermt", "-newerat", "-newerct"), _newer),
    "-samefile": _same,
    "-perm": _perm,
    **dict.fromkeys(("-user", "-group"), _owner),
    "-links": _number(lambda entry, invocation: facts.links(entry.node)),
    "-inum": _number(_inode),
    **dict.fromkeys(("-uid", "-gid"), _number(lambda entry, invocation: facts.OWNER_ID)),
    **dict.fromkeys(("-lname", "-ilname", "-fstype"), _never),
}

ALONE: Mapping[str, Expression] = {
    "-true": _test(lambda entry: True),
    "-false": _test(lambda entry: False),
    "-empty": _test(_is_empty),
    "-readable": _test(lambda entry: True),
    "-writable": _test(lambda entry: False),
    "-executable": _test(lambda entry: entry.node.is_directory),
    "-nouser": _test(lambda entry: False),
    "-nogroup": _test(lambda entry: False),
    "-prune": _prune,
    "-quit": _quit,
}


def dirname(path: str) -> str:
    """Return the leading directories of a path as `%h` shows them."""
    return posixpath.dirname(path) or ("/" if path.startswith("/") else ".")
