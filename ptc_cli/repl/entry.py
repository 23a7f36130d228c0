"""What was typed at the prompt: whether it is whole, and what it asks for."""

from __future__ import annotations

import ast
import re
import warnings
from codeop import CommandCompiler
from dataclasses import dataclass

from ptc_cli.core.program import PROGRAM_BYTES

MOST_LINES = 2000
"""An entry of more lines is taken as whole: whether it is gets dearer to find out with each line."""

_QUESTION = re.compile(r"\s*(?P<name>\w[\w.]*)\s*(?P<marks>\?{1,2})\s*")
_COMMAND = re.compile(r"\s*(?P<mark>[%!])(?P<rest>[^\n]*)\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """An entry such as `github.search_issues?`."""

    name: str
    wants_source: bool
    """With two question marks."""


def is_whole(text: str) -> bool:
    """Say whether an entry can be run as it is, or never will be; a block on its own ends with an empty line."""
    if len(text) > PROGRAM_BYTES or text.count("\n") > MOST_LINES or not is_program(text):
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


def is_program(text: str) -> bool:
    """Say whether an entry is neither a command of the prompt nor a question."""
    return question(text) is None and _COMMAND.match(text) is None


def question(text: str) -> Question | None:
    """Return what an entry asks about, if it asks."""
    found = _QUESTION.fullmatch(text)
    return Question(name=found["name"], wants_source=found["marks"] == "??") if found else None


def shell_command(text: str) -> str | None:
    """Return the command of an entry such as `!ls`, for the shell over the tree."""
    return _rest(text, "!")


def prompt_command(text: str) -> str | None:
    """Return what follows the `%` of an entry such as `%tools github`."""
    return _rest(text, "%")


def _rest(text: str, mark: str) -> str | None:
    found = _COMMAND.fullmatch(text)
    return found["rest"].strip() if found and found["mark"] == mark else None
