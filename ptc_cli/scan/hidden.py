"""What a text hides from the person who reads it: characters without shape, markup, far away corners."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from ptc_cli.scan.clear import is_mixed
from ptc_cli.scan.sign import Sign, excerpt

_TAGS = re.compile("[\U000e0000-\U000e007f]+")
_FLAG = re.compile("\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{2,6}\U000e007f")
_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]{2,}|[\U000e0100-\U000e01ef]")
_OVERRIDES = re.compile("[\u202d\u202e]")
_DIRECTIONS = re.compile("[\u202a\u202b\u2066-\u2069]")
_NO_WIDTH = re.compile("[\u200b\u200c\u200d\u2060-\u2064\u206a-\u206f\ufeff\u00ad\u180e\u034f\u115f\u1160\u3164]+")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_WORD = re.compile(r"\w+")
_FAR = re.compile(r"(?<![ \t\u00a0\u3000])[ \t\u00a0\u3000]{90,}+(?=\S)|(?<!\s)(?:[ \t\r]*+\n){25,}+(?=[ \t]*+\S)")
_SPACED = re.compile(r"(?<!\S)(?:[^\W_][ .\-_*]{1,3}+){10,}+")

_CODE = re.compile(r"`[^`\n]{1,300}`")
_COMMENT = re.compile(r"<!--(.{12,}?)(?:-->|$)|\[//\]:\s*#\s*[(\"'](.{8,})", re.DOTALL)
_INVISIBLE_STYLE = re.compile(
    r"style\s*=\s*[\"'][^\"']{0,200}(?:display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0|opacity\s*:\s*0"
    r"|color\s*:\s*(?:white|#fff|transparent))|<\w+[^>]{0,100}\shidden(?:[\s>=])",
    re.IGNORECASE,
)
_SCRIPT = re.compile(
    r"\(\s*(?:javascript|vbscript):|javascript:\w+[\w.]*\(|data:text/html|<script\b[^>]*>", re.IGNORECASE
)
_LEAKY_LINK = re.compile(
    r"!\[[^\]]{0,200}\]\(https?://[^)\s]{0,500}?(?:\{|%7B|\$|<)|https?://[^\s)?]{0,300}\?[^\s)]{0,200}?=<[^>]{3,40}>",
    re.IGNORECASE,
)
_ROLE_TAG = re.compile(
    r"<\|[a-z_]{3,20}\|>|\[/?INST\]|<</?SYS>>|\[\[\s*(?:assistant|system|ai)\b"
    r"|^[ \t]*+#{2,4}[ \t]*+(?:system|instruction)s?\b",
    re.IGNORECASE | re.MULTILINE,
)
_PSEUDO_TAG = re.compile(
    r"<(important|system|secret|instructions?|admin|critical|assistant|hidden|override|sys)\b[^>]{0,60}>"
    r"(?=[^<]{25})",
    re.IGNORECASE,
)
_MARKS = ("<", "[", "://", "script:", "text/html", "##")


def signs(text: str) -> Iterator[Sign]:
    """Give what a text hides."""
    if not text.isascii():
        yield from _characters(text)
    if "\x1b" in text or "\x9b" in text:
        at = max(text.find("\x1b"), text.find("\x9b"))
        yield Sign(rule="terminal-escape", weight=1.4, says="has terminal escapes in it", excerpt=excerpt(text, at))
    if not text.isprintable() and (found := _CONTROL.search(text)):
        yield _sign(text, found, 1.0, "has control characters in it")
    yield from _corners(text)
    if any(mark in text for mark in _MARKS):
        yield from _markup(text)


def _characters(text: str) -> Iterator[Sign]:
    flagless = _FLAG.sub("", text)
    for pattern, weight, says in (
        (_TAGS, 2.0, "has invisible tag characters, which a model reads as letters"),
        (_OVERRIDES, 1.4, "turns the direction of writing round, so that it reads otherwise than it is"),
    ):
        if found := pattern.search(flagless):
            yield _sign(flagless, found, weight, says)
    if len(runs := _SELECTORS.findall(text)) and (found := _SELECTORS.search(text)):
        weight = 2.0 if sum(map(len, runs)) >= 4 else 0.5
        yield _sign(text, found, weight, "has variation selectors where they select nothing: they can spell a text")
    if (found := _DIRECTIONS.search(text)) and not _is_right_to_left(text):
        yield _sign(text, found, 0.8, "has marks of the direction of writing, and nothing written that way")
    yield from _no_width(text)
    for found in _WORD.finditer(text):
        if is_mixed(found.group()):
            yield _sign(text, found, 1.0, "has words with letters of another alphabet that look the same")
            return


def _no_width(text: str) -> Iterator[Sign]:
    """Find characters without width, except where writing needs them: in emoji, and in scripts that join letters."""
    out_of_place = [found for found in _NO_WIDTH.finditer(text) if not _is_needed(text, found.start(), found.end())]
    if out_of_place:
        count = sum(len(found.group()) for found in out_of_place)
        weight = 1.8 if count >= 12 else 1.1 if count >= 2 else 0.6
        yield _sign(text, out_of_place[0], weight, f"has characters without width ({count})")


def _is_needed(text: str, start: int, end: int) -> bool:
    if end - start > 1:
        return False
    if start == 0 and text[0] == "\ufeff":
        return True
    around = text[max(0, start - 2) : start] + text[end : end + 1]
    return any(not letter.isascii() and _joins(letter) for letter in around)


def _joins(letter: str) -> bool:
    name = unicodedata.name(letter, "")
    return not name.startswith(("LATIN", "GREEK", "CYRILLIC", "ZERO WIDTH", "GENERAL", "EM DASH"))


def _is_right_to_left(text: str) -> bool:
    return any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in text if not letter.isascii())


def _corners(text: str) -> Iterator[Sign]:
    if len(text) > 100 and (found := _FAR.search(text)):
        yield Sign(
            rule="hidden-markup",
            weight=1.1,
            says="goes on far to the right or far below, out of sight",
            excerpt="... " + excerpt(text[found.end() :]),
        )
    if found := _SPACED.search(text):
        yield Sign(
            rule="hidden-markup",
            weight=0.6,
            says="spaces out the letters of words",
            excerpt=excerpt(text, found.start()),
        )


def _markup(text: str) -> Iterator[Sign]:
    # What is quoted as code is shown as it is written.
    rendered = _CODE.sub("``", text) if "`" in text else text
    for found in _COMMENT.finditer(rendered):
        if len((found.group(1) or found.group(2)).split()) > 3:
            yield _markup_sign(rendered, found, 0.6, "has a comment that is not shown")
    if found_script := _SCRIPT.search(rendered):
        yield _markup_sign(rendered, found_script, 1.0, "has a link or markup that runs a script")
    for pattern, weight, says in (
        (_INVISIBLE_STYLE, 1.0, "has markup that is not shown"),
        (_LEAKY_LINK, 1.0, "has an address into which something private is to be put"),
    ):
        if match := pattern.search(text):
            yield _markup_sign(text, match, weight, says)
    for pattern, weight in ((_ROLE_TAG, 1.2), (_PSEUDO_TAG, 0.6)):
        if match := pattern.search(text):
            says = "dresses up as a message of the system"
            yield Sign(rule="role", weight=weight, says=says, excerpt=excerpt(text, match.start()))


def _sign(text: str, found: re.Match[str], weight: float, says: str) -> Sign:
    return Sign(rule="hidden-characters", weight=weight, says=says, excerpt=excerpt(text, found.start()))


def _markup_sign(text: str, found: re.Match[str], weight: float, says: str) -> Sign:
    return Sign(rule="hidden-markup", weight=weight, says=says, excerpt=excerpt(text, found.start()))
