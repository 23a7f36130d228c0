"""`jq`: the interpreter's, with the messages and statuses of jq itself."""

from __future__ import annotations

import re

from ptc_cli.shell.command import Invocation, Output

_INVALID = re.compile(r"^jq: invalid JSON: (.*) at line (\d+) column (\d+)$", re.MULTILINE)
_UNDEFINED = re.compile(r"^jq: error: (\S+) is not defined$", re.MULTILINE)
_INVALID_INPUT_STATUS = 4


_VALUES_TAKEN = {"--arg": 2, "--argjson": 2, "--slurpfile": 2, "--rawfile": 2, "--indent": 1, "-L": 1, "-f": 1}
_FROM_FILE = ("-f", "--from-file")

_WANTING = re.compile(r"\b(?:del|INDEX)\s*\(")
_DEFINITIONS = (
    "def __without($p): if ($p | length) > 1"
    " then (if has($p[0]) then .[$p[0]] |= __without($p[1:]) else . end)"
    ' elif type == "object" then with_entries(select(.key != $p[0])) else delpaths([$p]) end; '
    "def del(f): reduce ([path(f)] | sort | reverse | .[]) as $p (.; if . == null then . else __without($p) end); "
    "def INDEX(stream; f): reduce stream as $row ({}; .[$row | f | tostring] |= $row); "
    "def INDEX(f): INDEX(.[]; f); "
)
"""What the interpreter's jq lacks, or does otherwise: its own `del` changes the order of what stays."""


def run(invocation: Invocation) -> Output:
    """Filter JSON."""
    at = _program_at(invocation.args)
    program = invocation.args[at] if at < len(invocation.args) else ""
    args = invocation.args
    if _WANTING.search(program) and not any(arg in _FROM_FILE for arg in args):
        args = (*args[:at], _DEFINITIONS + program, *args[at + 1 :])
    output = invocation.native(invocation, args)
    if not output.stderr:
        return output
    is_invalid = bool(_INVALID.search(output.stderr))
    stderr = _INVALID.sub(_parse_error, output.stderr)
    stderr = _UNDEFINED.sub(
        lambda match: (
            f"jq: error: {match.group(1)} is not defined at <top-level>, line 1:\n{program}\njq: 1 compile error"
        ),
        stderr,
    )
    exit_code = _INVALID_INPUT_STATUS if is_invalid and output.exit_code == 5 else output.exit_code
    return Output(stdout=output.stdout, stderr=stderr, exit_code=exit_code)


def _program_at(args: tuple[str, ...]) -> int:
    """Return where the program stands among the arguments."""
    at = 0
    while at < len(args) and args[at].startswith("-"):
        at += 1 + _VALUES_TAKEN.get(args[at], 0)
    return at


def _parse_error(match: re.Match[str]) -> str:
    fault, line, column = match.groups()
    if fault.startswith("EOF"):
        return f"parse error: Unfinished JSON term at EOF at line {line}, column {column}"
    return f"parse error: Invalid numeric literal at line {line}, column {int(column) + 1}"
