"""`stat` as GNU coreutils has it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from ptc_cli.core.tree import Node
from ptc_cli.shell import facts, quoting
from ptc_cli.shell.command import Invocation, Output, reason, usage_failure
from ptc_cli.shell.lookup import absolute
from ptc_cli.shell.options import Given, Options, UsageError

OPTIONS = Options("L/dereference f/file-system c/format= printf= t/terse cached= help version")

_TERSE = "%n %s %b %f %u %g %D %i %h %t %T %X %Y %Z %W %o"
_USUAL = """\
  File: %n
  Size: %-10s\tBlocks: %-10b IO Block: %-6o %F
Device: 0,1\tInode: %-11i Links: %h
Access: (%04a/%A)  Uid: (%5u/%8U)   Gid: (%5g/%8G)
Access: %x
Modify: %y
Change: %z
 Birth: -"""
_FILE_SYSTEM = """\
  File: "%n"
    ID: 0        Namelen: 255     Type: tmpfs
Block size: 4096       Fundamental block size: 4096
Blocks: Total: 0          Free: 0          Available: 0
Inodes: Total: 0          Free: 0"""

_DIRECTIVE = re.compile(r"%([-0#+ ']*)([0-9]{0,9})(?:\.\d*)?([HL]?[A-Za-z%])")
_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{1,2}|[0-7]{1,3}|.)", re.DOTALL)
_ESCAPES = {
    "n": "\n",
    "t": "\t",
    "\\": "\\",
    '"': '"',
    "a": "\a",
    "b": "\b",
    "f": "\f",
    "r": "\r",
    "v": "\v",
    "e": "\x1b",
}

_MOST_WIDTH = 1000

Field = Callable[[str, str, Node], str]

_FIELDS: Mapping[str, Field] = {
    "a": lambda name, path, node: f"{node.mode & 0o7777:o}",
    "A": lambda name, path, node: facts.permissions(node),
    "b": lambda name, path, node: str(facts.kilobytes(node) * 2),
    "B": lambda name, path, node: "512",
    "C": lambda name, path, node: "?",
    "d": lambda name, path, node: "1",
    "D": lambda name, path, node: "1",
    "f": lambda name, path, node: f"{node.mode:x}",
    "F": lambda name, path, node: _kind(node),
    "g": lambda name, path, node: str(facts.OWNER_ID),
    "G": lambda name, path, node: facts.OWNER,
    "h": lambda name, path, node: str(facts.links(node)),
    "i": lambda name, path, node: str(facts.inode(path)),
    "m": lambda name, path, node: "/",
    "n": lambda name, path, node: name,
    "N": lambda name, path, node: quoting.quoted(name),
    "o": lambda name, path, node: "4096",
    "s": lambda name, path, node: str(facts.size(node)),
    "t": lambda name, path, node: "0",
    "T": lambda name, path, node: "0",
    "u": lambda name, path, node: str(facts.OWNER_ID),
    "U": lambda name, path, node: facts.OWNER,
    "w": lambda name, path, node: "-",
    "W": lambda name, path, node: "0",
    "%": lambda name, path, node: "%",
} | {letter: lambda name, path, node: facts.full_time(node.modified_at) for letter in "xyz"} | {
    letter: lambda name, path, node: f"{node.modified_at:.0f}" for letter in "XYZ"
}  # fmt: skip

_FILE_SYSTEM_FIELDS: Mapping[str, Field] = {
    "n": lambda name, path, node: name,
    "T": lambda name, path, node: "tmpfs",
    "t": lambda name, path, node: "1021994",
    "s": lambda name, path, node: "4096",
    "S": lambda name, path, node: "4096",
    "l": lambda name, path, node: "255",
    "i": lambda name, path, node: "0",
    **{letter: lambda name, path, node: "0" for letter in "abcdf"},
    "%": lambda name, path, node: "%",
}


def run(invocation: Invocation) -> Output:
    """Show what is known of files."""
    try:
        given = OPTIONS.parse(invocation.args)
    except UsageError as error:
        return usage_failure("stat", str(error))
    if given.has("help"):
        return Output(stdout="Usage: stat [OPTION]... FILE...\nDisplay file or file system status.\n")
    if given.has("version"):
        return Output(stdout="stat (GNU coreutils) 9.1\n")
    if not given.operands:
        return usage_failure("stat", "missing operand")
    return _status(invocation, given)


def _status(invocation: Invocation, given: Given) -> Output:
    template, fields = _template(given), _FILE_SYSTEM_FIELDS if given.has("file-system") else _FIELDS
    stdout, stderr = "", ""
    for name in given.operands:
        try:
            stdout += _filled(template, fields, name, absolute(invocation.cwd, name), invocation.node(name))
        except OSError as error:
            stderr += f"stat: cannot statx {quoting.quoted(name)}: {reason(error)}\n"
    return Output(stdout=stdout, stderr=stderr, exit_code=1 if stderr else 0)


def _template(given: Given) -> str:
    match given.last("format", "printf", "terse"):
        case "format":
            return f"{given.value('format')}\n"
        case "printf":
            return _ESCAPE.sub(_unescaped, given.value("printf") or "")
        case "terse":
            return f"{_TERSE}\n"
    return f"{_FILE_SYSTEM if given.has('file-system') else _USUAL}\n"


def _filled(template: str, fields: Mapping[str, Field], name: str, path: str, node: Node) -> str:
    def replaced(match: re.Match[str]) -> str:
        flags, width, letter = match.groups()
        field = fields.get(letter)
        text = "?" if field is None else field(name, path, node)
        wide = min(int(width or 0), _MOST_WIDTH)
        return text.ljust(wide) if "-" in flags else text.rjust(wide, "0" if "0" in flags else " ")

    return _DIRECTIVE.sub(replaced, template)


def _unescaped(match: re.Match[str]) -> str:
    text = match.group(1)
    if text[0] == "x" and len(text) > 1:
        return chr(int(text[1:], 16))
    if text[0] in "01234567":
        return chr(int(text, 8) & 0xFF)
    return _ESCAPES.get(text, f"\\{text}")


def _kind(node: Node) -> str:
    if node.is_directory:
        return "directory"
    return "regular file" if node.content else "regular empty file"
