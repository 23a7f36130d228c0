"""`jq`: the interpreter's, with the messages and statuses of jq itself."""

from __future__ import annotations

import re

from ptc_cli.shell.command import Invocation, Output

_INVALID = re.compile(r"^jq: invalid JSON: (.*) at line (\d+) column (\d+)$", re.MULTILINE)
_UNDEFINED = re.compile(r"^jq: error: (\S+) is not defined$", re.MULTILINE)
_INVALID_INPUT_STATUS = 4


def run(invocation: Invocation) -> Output:
    """Filter JSON."""
    output = invocation.native(invocation, invocation.args)
    if not output.stderr:
        return output
    program = next((arg for arg in invocation.args if not arg.startswith("-")), "")
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


def _parse_error(match: re.Match[str]) -> str:
    fault, line, column = match.groups()
    if fault.startswith("EOF"):
        return f"parse error: Unfinished JSON term at EOF at line {line}, column {column}"
    return f"parse error: Invalid numeric literal at line {line}, column {int(column) + 1}"
