"""What was typed at the prompt: whether it is whole, and what it asks for."""

from __future__ import annotations

import ast
import re
import warnings
from codeop import CommandCompiler

from ptc_cli.core.program import PROGRAM_BYTES

MOST_LINES = 2000
"""An entry of more lines is taken as whole: whether it is gets dearer to find out with each line."""

_QUESTION = re.compile(r"\s*(?P<name>\w[\w.]*)\s*\?{1,2}\s*")


def is_whole(text: str) -> bool:
    """Say whether an entry can be run as it is, or never will be; a block on its own ends with an empty line."""
    if len(text) > PROGRAM_BYTES or text.count("\n") > MOST_LINES or question(text) is not None:
        return True
    compiler = CommandCompiler()
    compiler.compiler.flags |= ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    # Several statements are no entry of an interactive Python, but one of ours.
    for mode in ("single", "exec"):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return compiler(text, "<entry>", mode) is not None
        except (SyntaxError, ValueError, OverflowError, MemoryError, RecursionError):
            continue
    return True


def question(text: str) -> str | None:
    """Return the name that an entry such as `github.search_issues?` asks about."""
    found = _QUESTION.fullmatch(text)
    return found["name"] if found else None
