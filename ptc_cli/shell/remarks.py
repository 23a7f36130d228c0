"""What the shell adds to, and takes from, what its interpreter writes."""

from __future__ import annotations

import re

from ptc_cli.shell.interpreter import Interpretation

# Whole lines in the form of an error message only: a file may well speak of file systems.
_READ_ONLY = re.compile(r"^([\w.\[-]+: .*?)(?:io error: )?filesystem is read-only$", re.MULTILINE)
_ADVICE = re.compile(r"^(bash: .*: command not found)\. .*$", re.MULTILINE)
_NOT_FOUND = re.compile(r": command not found$", re.MULTILINE)

EXPLORING_HINT = (
    "ptc: this shell only explores: it has no other programs, no network, and writes nothing. "
    "To call tools, submit a Python program to execute_python.\n"
)


def tidy(text: str) -> str:
    """Return output with the interpreter's own wording of bash's messages replaced by bash's."""
    if "filesystem is read-only" in text:
        text = _READ_ONLY.sub(r"\1Read-only file system", text)
    if "command not found. " in text:
        text = _ADVICE.sub(r"\1", text)
    return text


def remarks(outcome: Interpretation) -> str:
    """Return what there is to say of limits and of programs that do not exist here."""
    said = ""
    if outcome.stopped is not None:
        said += f"ptc: stopped: {outcome.stopped}. Ask for less at once, such as with head, grep or a narrower path.\n"
    if outcome.is_truncated:
        said += "ptc: the interpreter dropped output beyond its limit; what is shown is not all there was.\n"
    if outcome.exit_code == 127 or _NOT_FOUND.search(outcome.stderr):
        said += EXPLORING_HINT
    return said
