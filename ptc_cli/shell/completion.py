"""Complete what a person types at a shell's prompt: paths of the tree, and commands in first place."""

from __future__ import annotations

import re

from ptc_cli.core.tree import Node
from ptc_cli.shell import lookup

COMMANDS = (
    "awk", "base64", "basename", "cat", "cd", "cmp", "column", "cut", "diff", "dirname", "du", "echo", "env", "export",
    "file", "find", "fold", "grep", "head", "jq", "less", "ls", "nl", "od", "paste", "printf", "pwd", "rev", "rg",
    "sed", "seq", "sort", "stat", "tac", "tail", "tr", "tree", "uniq", "wc", "which", "xargs", "xxd",
)  # fmt: skip

_WORD = re.compile(r"""(?:[^\s|&;<>()'"\\]|\\.|'[^']*'?|"[^"]*"?)*$""")
_UNSAFE = re.compile(r"([^\w./@%+=:,-])")
_FIRST = re.compile(r"(?:^|[|&;(])\s*$")


def complete(text: str, root: Node, cwd: str) -> list[str]:
    """Return what the last word of a command line may become, as it would be typed; directories end in a slash."""
    match = _WORD.search(text)
    word = match.group() if match else ""
    typed = re.sub(r"\\(.)", r"\1", word).strip("'\"")
    directory, slash, beginning = typed.rpartition("/")
    paths = _paths(root, cwd, f"{directory}{slash}", beginning)
    if slash or not _FIRST.search(text[: len(text) - len(word)]):
        return paths
    return [name for name in COMMANDS if name.startswith(typed)] + paths


def _paths(root: Node, cwd: str, directory: str, beginning: str) -> list[str]:
    try:
        node = lookup.find(root, cwd, directory or ".")
    except OSError:
        return []
    return [
        _UNSAFE.sub(r"\\\1", directory + name) + ("/" if entry.is_directory else "")
        for name, entry in node.entries.items()
        if name.startswith(beginning) and (beginning or not name.startswith("."))
    ]
