"""Text of strangers, made safe to stand inside generated Python and Markdown."""

from __future__ import annotations

import re
import unicodedata

SUMMARY_LENGTH = 160

_SENTENCE_END = re.compile(r"(?<!e\.g)(?<!i\.e)(?<!etc)[.!?](?=\s+[^\sa-z])")
_BLANK_LINE = re.compile(r"\n[ \t\r]*\n")
_BACKTICKS = re.compile(r"`+")


def clean(text: str) -> str:
    """Return a text with line feeds as its only control characters, and nothing invisible in it.

    What turns the reading direction or hides (bidirectional and zero-width characters, lone surrogates, private ones)
    is dropped; other control characters and odd spaces become spaces.
    """
    if text.isprintable():
        return text
    return "".join(map(_clean_character, text.replace("\r\n", "\n")))


def _clean_character(character: str) -> str:
    if character.isprintable() or character == "\n":
        return character
    if character in "\r\x85\u2028\u2029\v\f":
        return "\n"
    return "" if unicodedata.category(character) in ("Cf", "Cs", "Co", "Cn") else " "


def one_line(text: str, most: int = SUMMARY_LENGTH) -> str:
    """Return a text on one line, cut at a number of characters."""
    # Ten times as much is read as is kept: a megabyte of description must not be cleaned for 160 characters of it.
    line = " ".join(clean(text[: most * 10]).split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def summary(text: str, most: int = SUMMARY_LENGTH) -> str:
    """Return the first sentence of a description, on one line and safe to show."""
    paragraph = _BLANK_LINE.split(clean(text[: most * 10]).strip(), maxsplit=1)[0]
    line = " ".join(paragraph.split())
    end = _SENTENCE_END.search(line)
    return one_line(line[: end.end()] if end else line, most)


def learned_from(calls: int) -> str:
    """Return from how many calls a result type was learned, in words."""
    return f"learned from {calls} calls or more" if calls > 1 else "learned from a few calls"


def docstring(line: str) -> str:
    """Return a one-line docstring, quotes included, that reads as exactly this line."""
    text = line.replace("\\", "\\\\")
    if text.endswith('"') or '"""' in text:
        text = text.replace('"', '\\"')
    return f'"""{text}"""'


def quoted(text: str) -> str:
    """Return a Python string literal, with escapes for whatever does not print."""
    if not text.isprintable():
        return ascii(text)
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def blockquote(text: str) -> str:
    """Return somebody else's text as a Markdown quotation, so that it cannot pass for ours."""
    lines = [line.rstrip() for line in clean(text).strip().split("\n")]
    return "\n".join(f"> {line}".rstrip() for line in lines)


def fenced(source: str, language: str = "python") -> str:
    """Return a Markdown code block whose fence does not occur in the source."""
    longest = max((len(run) for run in _BACKTICKS.findall(source)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{source.rstrip()}\n{fence}"


def code_span(text: str) -> str:
    """Return a Markdown code span of one line that the text cannot close."""
    line = one_line(text, 2000)
    if "`" not in line:
        return f"`{line}`"
    fence = "`" * (max(len(run) for run in _BACKTICKS.findall(line)) + 1)
    return f"{fence} {line} {fence}"
