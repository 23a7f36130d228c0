"""Keep the interpreter from streaming into commands that then miss their input, or swallow another's.

bashkit streams between some commands, which it knows by the names they are called by. Two things go wrong. A command
of ours with such a name is handed no input: `cat f | grep x`. And in `ls | while read f; do cat "$f"; done` the
loop's input goes to `cat`, although that reads a file, and the loop ends after its first round. So these commands are
called through `command`, which changes nothing else.
"""

from __future__ import annotations

import re

_PIPED_INTO_COMPOUND = re.compile(r"\|\s*(?:\{|\(|(?:while|until|for|if)\b)|\(\)\s*\{")
_HERE_DOCUMENT = re.compile(r"<<-?\s*['\"\\]?\w")
_CALL = re.compile(
    r"(?:^|[\n;&|({`!]|(?<!\w)(?:do|then|else|elif|if|while|until)(?=\s))[ \t]*"
    r"(?P<name>cat|grep|seq|yes)(?=[ \t\n;|&)<>]|$)"
)
_CODE_TOKEN = re.compile(r"\\.|'[^']*'|\$'(?:\\.|[^'\\])*'|\$\(|.", re.DOTALL)
_TEXT_TOKEN = re.compile(r"\\.|\$\(|.", re.DOTALL)


def unstreamed(script: str) -> str:
    """Return a script whose commands and loops each have their own input."""
    if "|" not in script or _HERE_DOCUMENT.search(script):
        return script
    names = ("grep", "cat", "seq", "yes") if _PIPED_INTO_COMPOUND.search(script) else ("grep",)
    quoted = _quoted(script)
    parts, at = [], 0
    for match in _CALL.finditer(script):
        start = match.start("name")
        if match["name"] in names and not quoted[start]:
            parts.append(f"{script[at:start]}command ")
            at = start
    return "".join(parts) + script[at:]


def _quoted(script: str) -> list[bool]:
    """Return of every character whether it is quoted; a substitution within double quotes is not."""
    quoted: list[bool] = []
    within = ["code"]
    while len(quoted) < len(script):
        grammar = _TEXT_TOKEN if within[-1] == "text" else _CODE_TOKEN
        match = grammar.match(script, len(quoted))
        piece = match.group() if match else script[len(quoted)]
        quoted += [within[-1] == "text" or len(piece) > 2] * len(piece)
        _step(within, piece)
    return quoted


def _step(within: list[str], piece: str) -> None:
    """Go into or out of quotes and parentheses."""
    is_text = within[-1] == "text"
    if piece == '"':
        within.pop() if is_text else within.append("text")
    elif piece == "$(" or (piece == "(" and not is_text):
        within.append("code")
    elif piece == ")" and not is_text and len(within) > 1:
        within.pop()
