"""What `grep` finds, in colours: for a person at a terminal that wants them, and nobody else.

The output is coloured after the fact, so that what the shell does is the same for people and agents. Only what can be
told for sure is: the file and the line before a match, and the matches of a pattern that is text, or texts with `|`.
"""

from __future__ import annotations

import re
import shlex

_GREPS = ("grep", "egrep", "fgrep", "rg")
_JOINED = re.compile(r"[;&<>`$\n]|(?<!\\)\|")
_PLACE = re.compile(r"^(?:([\w./-]*[./][\w./-]*)(:))?(?:(\d+)([:-]))?")
_TEXT = re.compile(r"[\w ,:/=\"'@#%&<>~-]+")
_FILE, _LINE, _MATCH, _OFF = "\x1b[35m", "\x1b[32m", "\x1b[1;31m", "\x1b[0m"


def painted(command: str, output: str) -> str:
    """Return the output of a command, in colours if it is a plain `grep`."""
    words = _words(command)
    if not words or words[0] not in _GREPS:
        return output
    wanted = _matches(words[1:])
    return "".join(_painted_line(line, wanted) for line in output.splitlines(keepends=True))


def _words(command: str) -> list[str]:
    """Return the words of a command that is one; what is quoted joins nothing."""
    try:
        bare = re.sub(r"'[^']*'|\"[^\"]*\"", "", command)
        return [] if _JOINED.search(bare) else shlex.split(command)
    except ValueError:
        return []


def _matches(words: list[str]) -> re.Pattern[str] | None:
    """Return what finds the matches again, where the first word that is no option is text."""
    options = [word for word in words if word.startswith("-")]
    pattern = next((word for word in words if not word.startswith("-")), "")
    texts = re.split(r"\\?\|", pattern)
    if not all(_TEXT.fullmatch(text) for text in texts):
        return None
    letters = "".join(option for option in options if not option.startswith("--"))
    return re.compile("|".join(map(re.escape, texts)), re.IGNORECASE if "i" in letters else 0)


def _painted_line(line: str, wanted: re.Pattern[str] | None) -> str:
    place = _PLACE.match(line)
    assert place is not None  # it may be empty
    file, after_file, number, after_number = place.groups()
    before = f"{_FILE}{file}{_OFF}{after_file}" if file else ""
    before += f"{_LINE}{number}{_OFF}{after_number}" if number else ""
    rest = line[place.end() :]
    return before + (rest if wanted is None else wanted.sub(lambda found: f"{_MATCH}{found[0]}{_OFF}", rest))
