"""The interpreter's own commands, saying in GNU's words what went wrong.

Wrapping a command costs half a millisecond a call, so a script first runs without; see `second_run`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from ptc_cli.shell.command import Invocation, Output
from ptc_cli.shell.lookup import absolute
from ptc_cli.shell.quoting import curly
from ptc_cli.shell.writing import node_or_none

Rule = tuple[str, str]
"""A pattern for one line of a message, without the command's name in front, and what it becomes."""

_COREUTILS = (
    "base32", "base64", "basename", "cat", "cksum", "comm", "date", "dirname", "env", "expand", "expr",
    "factor", "fmt", "fold", "head", "join", "md5sum", "mktemp", "nl", "numfmt", "od", "paste", "printenv",
    "readlink", "seq", "sha1sum", "sha224sum", "sha256sum", "sha384sum", "sha512sum", "shuf", "sleep",
    "sort", "split", "sum", "tac", "tail", "timeout", "tr", "tsort", "unexpand", "uniq",
)  # fmt: skip
_OTHERS = ("column", "dd", "hexdump", "rev", "sed", "strings", "xxd")

_STOP_EARLY = frozenset(
    ("cksum", "expand", "fold", "fmt", "md5sum", "nl", "rev", "sha1sum", "sha224sum", "sha256sum", "sha384sum",
     "sha512sum", "strings", "sum", "tac", "unexpand")
)  # fmt: skip
"""Commands that give up at the first file they cannot read, where GNU's go on."""

_NO_FILE = "No such file or directory"

_EVERY: tuple[Rule, ...] = (
    (r"^(.*?:? ?)io error: (?:file )?not found$", rf"\1{_NO_FILE}"),
    (r"^(.*?:? ?)io error: is a directory$", r"\1Is a directory"),
    (r"^(.*?)(?:io error: )?filesystem is read-only$", r"\1Read-only file system"),
)

_RULES: Mapping[str, tuple[Rule, ...]] = {
    "base64": ((r"^invalid input: .*", "invalid input"),),
    "head": (
        (rf"^(?!cannot open)(.*): {_NO_FILE}$", rf"cannot open '\1' for reading: {_NO_FILE}"),
        (r"^(.*): Is a directory$", r"error reading '\1': Is a directory"),
    ),
    "rev": ((rf"^(.*): {_NO_FILE}$", rf"cannot open \1: {_NO_FILE}"),),
    "sed": (
        (r"^couldn't open (?!file)(.*: Read-only.*)", r"couldn't open file \1"),
        (r"^.*: cannot write .*(: Read-only file system)$", r"couldn't open temporary file ./sedXXXXXX\1"),
        (r"^can't read (.*): Is a directory$", r"couldn't edit \1: not a regular file"),
        (r"^(.*unknown option to `s'): .*", r"\1"),
    ),
    "seq": ((r"^zero increment$", "invalid Zero increment value: ‘0’\nTry 'seq --help' for more information."),),
    "sort": (
        (rf"^(.*): {_NO_FILE}$", rf"cannot read: \1: {_NO_FILE}"),
        (r"^(.*): Is a directory$", r"read failed: \1: Is a directory"),
        (r"^(.*): Read-only file system$", r"open failed: \1: Read-only file system"),
        (r"^invalid field specification '(.*)': (invalid number .*)$", r"\2: invalid count at start of ‘\1’"),
        (r"^invalid field specification '(.*)': (.*)$", r"\2: invalid field specification ‘\1’"),
    ),
    "join": ((rf"^{_NO_FILE}$", f"cannot read a file: {_NO_FILE}"),),
    "split": ((r"^Read-only file system$", "xaa: Read-only file system"),),
    "strings": ((rf"^(.*): {_NO_FILE}$", r"'\1': No such file"),),
    "tr": ((r"^missing operand after SET1$", "missing operand"),),
    "tac": (
        (rf"^(.*): {_NO_FILE}$", rf"failed to open '\1' for reading: {_NO_FILE}"),
        (r"^(.*): Is a directory$", r"\1: read error: Invalid argument"),
    ),
    "uniq": ((r"^(.*): Is a directory$", r"error reading '\1'"),),
}  # fmt: skip
_RULES = {**_RULES, "tail": _RULES["head"]}

_ABOUT_USAGE = re.compile(
    r"^(invalid option|unrecognized option|option .*requires an argument|missing |extra operand|only one list|"
    r"you must specify|the delimiter must|invalid floating point|invalid time interval|invalid field value)"
)
_ABOUT_FILES = re.compile(r"^(invalid option|unrecognized option|option|cannot open|error reading|failed to|can't)")
_QUOTED = re.compile(r"'([^']*)'")
_REFUSED = re.compile(r"^error: unexpected argument '(--?)([^']*)' found.*", re.DOTALL)
_REQUIRED = re.compile(r"^error: the following required arguments were not provided:.*", re.DOTALL)
_INNER = re.compile(r"^bash: line \d+: (.*): command not found$", re.MULTILINE)

REWORDED = (*_COREUTILS, *_OTHERS)


def reworded(invocation: Invocation) -> Output:
    """Run the interpreter's own command, and say in GNU's words what went wrong."""
    output = invocation.native(invocation, invocation.args)
    if not output.stderr:
        return output
    name = invocation.name
    if name in _STOP_EARLY:
        output = _with_the_rest(invocation, output)
    if _REFUSED.match(output.stderr) or _REQUIRED.match(output.stderr):
        return Output(stdout=output.stdout, stderr=_usage(name, output.stderr), exit_code=_usage_status(name))
    stderr = _INNER.sub(lambda match: _not_run(name, match.group(1)), output.stderr)
    lines = [_line(invocation, line) for line in stderr.splitlines()]
    stderr = "".join(f"{line}\n" for line in lines)
    if name not in _OTHERS and "Try '" not in stderr and any(_ABOUT_USAGE.match(_said(name, line)) for line in lines):
        stderr += f"Try '{name} --help' for more information.\n"
    return replace(output, stderr=stderr)


def _with_the_rest(invocation: Invocation, output: Output) -> Output:
    """Add what the command says of the operands that it can read."""
    missing = [arg for arg in invocation.args if not arg.startswith("-") and _is_blamed(invocation, arg, output.stderr)]
    rest = tuple(arg for arg in invocation.args if arg not in missing)
    if not missing or output.stdout or not any(node_or_none(invocation, arg) for arg in rest):
        return output
    return replace(output, stdout=invocation.native(invocation, rest).stdout)


def _is_blamed(invocation: Invocation, arg: str, stderr: str) -> bool:
    return any(f": {path}: " in stderr for path in (arg, absolute(invocation.cwd, arg)))


def _line(invocation: Invocation, line: str) -> str:
    name = invocation.name
    said = _said(name, line)
    if said == line and not line.startswith("io error"):
        return line
    for arg in invocation.args:
        path = absolute(invocation.cwd, arg)
        if not arg.startswith("-") and path != arg:
            said = re.sub(rf"(^|[\s'])({re.escape(path)})(?=[:'])", lambda match, arg=arg: match[1] + arg, said)  # type: ignore[misc]  # mypy loses the default of the lambda
    for pattern, replacement in (*_EVERY, *_RULES.get(name, ())):
        said, count = re.subn(pattern, replacement, said)
        if count and (pattern, replacement) not in _EVERY:
            return f"{name}: {said}"
    if not _ABOUT_FILES.match(said):
        said = _QUOTED.sub(lambda match: curly(match.group(1)), said)
    return f"{name}: {said}"


def _said(name: str, line: str) -> str:
    return line.removeprefix(f"{name}: ")


def _usage(name: str, stderr: str) -> str:
    refused = _REFUSED.match(stderr)
    if refused is None:
        complaint = "missing operand"
    elif refused.group(1) == "--":
        complaint = f"unrecognized option '--{refused.group(2)}'"
    else:
        complaint = f"invalid option -- '{refused.group(2)[:1]}'"
    return f"{name}: {complaint}\nTry '{name} --help' for more information.\n"


def _usage_status(name: str) -> int:
    return 2 if name == "sort" else 1


def _not_run(name: str, program: str) -> str:
    if name == "timeout":
        return f"timeout: failed to run command {curly(program)}: {_NO_FILE}"
    return f"{name}: {curly(program)}: {_NO_FILE}"
