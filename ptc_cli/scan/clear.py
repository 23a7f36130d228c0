"""A text as a model reads it: without the characters that hide words from a filter or from a person."""

from __future__ import annotations

import html
import re
import unicodedata

_ESCAPE_SEQUENCE = re.compile(r"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|.?)|\x9b[0-9;?]*[@-~]")
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\U000e0000-\U000e0fff\x00-\x08\x0e-\x1f\x7f]"
)
_WORD = re.compile(r"\w+")
_PLAIN_TAG = re.compile(r"</?[\w-]{1,30}\s?/?>")
_SPACED = re.compile(r"(?<!\S)(?:[^\W_][ .\-_*]{1,2}+){4,}+[^\W_](?!\S)")
_SEVERAL_SPACES = re.compile(r"[ .\-_*]+")

_LOOKS_LIKE = str.maketrans(
    "аеорсухіјѕԁһӏӀԛԝвкмнтАВЕКМНОРСТУХІЈЅԌАαονρτυικχβεηγΑΒΕΖΗΙΚΜΝΟΡΤΥΧɑɡɩıⅼ",
    "aeopcyxijsdhllqwbkmhtABEKMHOPCTYXIJSGAaovptuikxbenyABEZHIKMNOPTYXagiil",
)
_SAME_SHAPE = str.maketrans("01I|$5", "olllss")


def clear(text: str) -> str:
    """Return a text with nothing hidden in it, and its letters those of one alphabet a word."""
    if "\x1b" in text:
        text = _ESCAPE_SEQUENCE.sub("", text)
    if "&" in text and ";" in text:
        text = html.unescape(text)
    if not text.isascii() or not text.isprintable():
        text = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text))
    if not text.isascii():
        text = _WORD.sub(lambda found: one_alphabet(found.group()), text)
    if ">" in text:
        # What stands between tags is glued to them: without this, neither word would be known.
        text = _PLAIN_TAG.sub(" ", text)
    return _SPACED.sub(lambda found: _joined(found.group()), text)


def is_mixed(word: str) -> bool:
    """Say whether a word has letters of alphabets that look alike, such as a Cyrillic `о` among Latin letters."""
    return not word.isascii() and len(_alphabets(word) & {"LATIN", "CYRILLIC", "GREEK", "ARMENIAN"}) > 1


def one_alphabet(word: str) -> str:
    """Return a word of several alphabets with the letters it seems to have."""
    return word.translate(_LOOKS_LIKE) if is_mixed(word) else word


def shape(name: str) -> str:
    """Return what a name looks like at a glance: names of one shape are taken for one another."""
    plain = unicodedata.normalize("NFKC", _INVISIBLE.sub("", name)).translate(_LOOKS_LIKE).translate(_SAME_SHAPE)
    return plain.lower().replace("rn", "m").replace("vv", "w").replace("-", "_")


def _alphabets(word: str) -> set[str]:
    return {unicodedata.name(letter, "?").partition(" ")[0] for letter in set(word) if letter.isalpha()}


def _joined(spaced: str) -> str:
    """Return a word that was written with a space after each letter, with its own gaps lost but wide ones kept."""
    return _SEVERAL_SPACES.sub("", spaced)
