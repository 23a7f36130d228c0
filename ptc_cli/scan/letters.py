"""Prose to letters of meaning, sentence by sentence."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache

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
_CLOSING = "\"')*_`”>"
_MAY_END = (*_END, *_CLOSING)
_PAUSE = (";", ":", "；", "：", "—")
_AROUND = "\"'`([{<>}])*_,;:!?.。，、！？；：“”«»’"
_SECRET_NAME = re.compile(
    r"\$?\{?[A-Z0-9_]*(?:SECRET|TOKEN|PASSWORD|PASSWD|API_?KEY|PRIVATE_KEY|CREDENTIALS)[A-Z0-9_]*\}?"
)
"""Of a variable that holds one."""

_INFLECTED = frozenset("IXAJC")
"""Meanings of verbs that keep their meaning in the third person and as participles."""

_LEET = str.maketrans("013457@$", "oieastas")
_TOOL_NAME = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)+$")
_LONGEST_WORD = 2_000
"""Scripts without spaces make one word of a paragraph; what is longer still is taken in pieces."""

_MOST_WORDS = 150
"""A sentence that does not end there is taken in pieces."""

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+$")
_FULL_STOP = re.compile("[。！？]")
_BREAK = re.compile(r"\n\s*\n|\n\s*(?=[-*•#]|\d+[.)] )")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A sentence, and what its words mean, a letter each; `,` and `;` stand for themselves."""

    text: str
    letters: str


def sentences(text: str, *, foreign: Collection[str], own: Collection[str]) -> Iterator[Sentence]:
    """Give the sentences that have anything to say.

    Args:
        text: The text, as a model reads it: see `clear`.
        foreign: Names of other servers' tools.
        own: Names of the server's own tools and of the tool's parameters, which it may well mention.
    """
    if not text.isascii():
        text = _FULL_STOP.sub(r"\g<0> ", text)
    for block in _BREAK.split(text):
        for words in _sentences(_words(block)):
            letters = _letters(words, foreign, own)
            if letters.strip(".,;"):
                yield Sentence(text=" ".join(words), letters=letters)


def _words(block: str) -> list[str]:
    words = block.split()
    if len(block) <= _LONGEST_WORD:
        return words
    return [word[at : at + _LONGEST_WORD] for word in words for at in range(0, len(word), _LONGEST_WORD)]


def _sentences(words: list[str]) -> Iterator[list[str]]:
    start = 0
    for number, word in enumerate(words, 1):
        if number - start >= _MOST_WORDS or _is_last(word):
            yield words[start:number]
            start = number
    if start < len(words):
        yield words[start:]


def _is_last(word: str) -> bool:
    is_end = word.endswith(_MAY_END) and word.rstrip(_CLOSING).endswith(_END)
    return is_end and word not in ("e.g.", "i.e.", "etc.")


def _letters(words: list[str], foreign: Collection[str], own: Collection[str]) -> str:
    known = [_word(word) for word in words]
    found: list[str] = []
    number = 0
    while number < len(known):
        plain, letter, pause = known[number]
        length = 1
        if plain in PHRASES:
            letter, length, pause = _phrase(known, number)
        elif plain in foreign:
            letter = letter if plain in own else "Z"
        elif letter == "Q" and plain in own:
            letter = "."
        found.append(letter + pause)
        number += length
    return "".join(found)


def _phrase(known: list[tuple[str, str, str]], number: int) -> tuple[str, int, str]:
    """Return the letter of the longest phrase that begins here, its length in words, and the pause after it."""
    first, letter, pause = known[number]
    for rest, meaning in PHRASES[first]:
        length = len(rest) + 1
        following = known[number + 1 : number + length]
        if tuple(plain for plain, _, _ in following) == rest:
            return meaning, length, following[-1][2]
    return letter, 1, pause


# Texts are made of few words: looking each up once is most of the speed.
@lru_cache(maxsize=8_192)
def _word(raw: str) -> tuple[str, str, str]:
    """Return a word without what stands around it, its letter, and the pause after it."""
    plain = raw.strip(_AROUND).lower().replace("’", "'")
    pause = ";" if raw.endswith(_PAUSE) else "," if raw.endswith((",", "，", "、")) else ""
    letter = WORDS.get(plain)
    if letter is None:
        # `.env` is a file, `env` is a word.
        is_plain = plain.isascii() and plain.isalpha() and f".{plain}" not in raw.lower()
        letter = _inflected(plain) if is_plain else _unusual(raw, plain)
    return plain, letter, pause


def _inflected(word: str) -> str:
    """Return the letter of a word by the form that a dictionary has: what a tool does, it does to its caller too."""
    for ending in ("es", "s", "ing", "ed"):
        stem = word.removesuffix(ending)
        letter = WORDS.get(stem) if stem != word and len(stem) > 3 else None
        if letter is not None:
            return letter if letter in _INFLECTED else "."
    return "."


def _unusual(raw: str, word: str) -> str:
    """Return the letter of what is no plain word: a path, an address, a name, a word of another alphabet."""
    if word.endswith("'s") and word[:-2] in WORDS:
        return WORDS[word[:-2]]
    if not word.isascii():
        return _stems(word)
    path = raw.strip("\"'`([{<>}]),;:!?*").removesuffix(".")
    if KEY_FILE.search(path) and not PUBLIC_FILE.search(path):
        # By its name alone it is spoken of in many an honest text: as secrets are.
        return "W" if path.startswith(".") else "K"
    if "://" in path:
        return _address(path)
    if _EMAIL.match(path):
        return "D"
    if _SECRET_NAME.fullmatch(path):
        return "W"
    if _TOOL_NAME.match(word):
        return "Q"
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
