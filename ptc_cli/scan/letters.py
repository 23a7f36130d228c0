"""Prose to letters of meaning, sentence by sentence."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from ptc_cli.scan.lexicon import (
    COLLECTOR,
    INNER_URL,
    IP_URL,
    KEY_FILE,
    PHRASES,
    PUBLIC_FILE,
    STEM,
    STEMS,
    WORDS,
)

_END = (".", "!", "?", "。", "！", "？")
_PAUSE = (";", ":", "；", "：", "—")
_AROUND = "\"'`([{<>}])*_,;:!?.。，、！？；：“”«»’"
_LEET = str.maketrans("013457@$", "oieastas")
_TOOL_NAME = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)+$")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+$")
_BREAK = re.compile(r"\n\s*\n|\n\s*(?=[-*•#]|\d+[.)] )")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A sentence, and what its words mean, a letter each; `,` and `;` stand for themselves."""

    text: str
    letters: str
    is_first: bool


def sentences(text: str, *, foreign: Collection[str], own: Collection[str]) -> Iterator[Sentence]:
    """Give the sentences that have anything to say.

    Args:
        text: The text, as a model reads it: see `clear`.
        foreign: Names of other servers' tools.
        own: Names of the server's own tools and of the tool's parameters, which it may well mention.
    """
    is_first = True
    for block in _BREAK.split(text):
        for words in _sentences(block.split()):
            letters = _letters(words, foreign, own)
            if letters.strip(".,;"):
                yield Sentence(text=" ".join(words), letters=letters, is_first=is_first)
            is_first = False


def _sentences(words: list[str]) -> Iterator[list[str]]:
    start = 0
    for number, word in enumerate(words, 1):
        if word.rstrip("\"')*_`”>").endswith(_END) and word not in ("e.g.", "i.e.", "etc."):
            yield words[start:number]
            start = number
    if start < len(words):
        yield words[start:]


def _letters(words: list[str], foreign: Collection[str], own: Collection[str]) -> str:
    plain = [word.strip(_AROUND).lower().replace("’", "'") for word in words]
    found: list[str] = []
    number = 0
    while number < len(words):
        letter, length = _phrase(plain, number)
        if not letter:
            letter, length = _letter(words[number], plain[number], foreign, own), 1
        found.append(letter)
        last = words[number + length - 1]
        if last.endswith(_PAUSE):
            found.append(";")
        elif last.endswith((",", "，", "、")):
            found.append(",")
        number += length
    return "".join(found)


def _phrase(words: list[str], number: int) -> tuple[str, int]:
    for rest, letter in PHRASES.get(words[number], ()):
        length = len(rest) + 1
        if tuple(words[number + 1 : number + length]) == rest:
            return letter, length
    return "", 1


def _letter(raw: str, word: str, foreign: Collection[str], own: Collection[str]) -> str:
    if word in foreign and word not in own:
        return "Z"
    known = WORDS.get(word)
    if known:
        return known
    if word.isascii() and word.isalpha():
        return "."
    return _unusual(raw, word, own)


def _unusual(raw: str, word: str, own: Collection[str]) -> str:
    """Return the letter of what is no plain word: a path, an address, a name, a word of another alphabet."""
    if word.endswith("'s") and word[:-2] in WORDS:
        return WORDS[word[:-2]]
    if not word.isascii():
        return _stems(word)
    path = raw.strip("\"'`([{<>}]),;:!?*").removesuffix(".")
    if KEY_FILE.search(path) and not PUBLIC_FILE.search(path):
        return "K"
    if "://" in path:
        return _address(path)
    if _EMAIL.match(path):
        return "D"
    if _TOOL_NAME.match(word):
        return "." if word in own else "Q"
    plain = word.translate(_LEET)
    return WORDS.get(plain, ".") if plain != word and plain.isalpha() else "."


def _stems(word: str) -> str:
    """Return the letters of the stems in a word, or in a sentence of a language that does not part its words."""
    letters, end = "", 0
    for found in STEM.finditer(word):
        letters += ("." if found.start() > end + 1 else "") + STEMS[found.group()]
        end = found.end()
    return letters or "."


def _address(url: str) -> str:
    if COLLECTOR.search(url):
        return "V"
    return "V" if IP_URL.match(url) and not INNER_URL.search(url) else "D"
