"""What the shell adds to, and takes from, what its interpreter writes."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ptc_cli.shell.interpreter import Interpretation

# Whole lines in the form of an error message only: a file may well speak of file systems.
_READ_ONLY = re.compile(r"^([\w.\[-]+: .*?)(?:io error: )?filesystem is read-only$", re.MULTILINE)
_ADVICE = re.compile(r"^(bash: .*: command not found)\. .*$", re.MULTILINE)
_NOT_FOUND = re.compile(r"(?:^|: )([^\s:]+): command not found$", re.MULTILINE)

_HINT = "ptc: this shell only explores: it has no other programs, no network, and writes nothing. "
_USUAL_HINT = "To call tools, submit a Python program to execute_python."

_HINTS: Mapping[str, str] = {
    **dict.fromkeys(
        ("python", "python3", "python2", "ipython", "node", "deno", "bun", "ruby", "perl", "php", "java", "lua"),
        "Submit Python to execute_python, which type-checks and runs it.",
    ),
    **dict.fromkeys(
        ("curl", "wget", "http", "ssh", "scp", "nc", "ping", "dig", "telnet", "openssl"),
        "Only tools reach the outside: find one with `grep -ril WORD /docs` and call it from execute_python.",
    ),
    **dict.fromkeys(
        ("pip", "pip3", "uv", "npm", "npx", "yarn", "apt", "apt-get", "brew", "cargo", "conda"),
        "Nothing can be installed: programs in execute_python have Python's standard library and the tools.",
    ),
    **dict.fromkeys(
        ("vi", "vim", "nano", "emacs", "ed", "code", "patch"),
        "Read files with cat, sed -n or grep; a program goes straight to execute_python, without a file.",
    ),
    **dict.fromkeys(
        ("git", "gh", "hg", "svn"),
        "There is no repository here; a tool may reach one: see `ls /docs`, and call it from execute_python.",
    ),
    **dict.fromkeys(
        ("mypy", "pyright", "ruff", "pytest"), "execute_python type-checks a program before anything of it runs."
    ),
    **dict.fromkeys(("man", "info", "help"), "See /README.md; most commands take --help."),
}


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
    if outcome.exit_code == 127 or _NOT_FOUND.search(tidy(outcome.stderr)):
        missing = _NOT_FOUND.findall(tidy(outcome.stderr))
        hints = dict.fromkeys(_HINTS.get(name, _USUAL_HINT) for name in missing) or (_USUAL_HINT,)
        said += f"{_HINT}{' '.join(hints)}\n"
    return said
