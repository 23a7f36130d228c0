"""Texts within a text: what base64, hexadecimal, escapes, rot13 and writing backwards say when read."""

from __future__ import annotations

import base64
import binascii
import codecs
import re
import urllib.parse
from collections.abc import Iterator
from itertools import islice

_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{20,}={0,2}")
_HEX = re.compile(r"(?<![0-9A-Za-z])(?:0x)?((?:[0-9a-fA-F]{2}[ :,]?){12,})(?![0-9A-Za-z])")
_ESCAPES = re.compile(r"(?:\\x[0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\[0-7]{3}){5,}")
_PERCENT = re.compile(r"(?:%[0-9a-fA-F]{2}[\w.-]?){6,}")
_TURNED = ("vafgehpgvba", "vtaber", "cerivbhf", "cnffjbeq", "snoitcurtsni", "suoiverp", "drowssap", "tnatsissa")
"""What instructions and the like look like in rot13 and written backwards."""

_MOST = 50
"""Pieces read of one text; more than that is seen to be a blob anyway."""

_LONGEST = 20_000
_BLOB = 400


def decoded(text: str) -> Iterator[str]:
    """Give what is readable of the encoded pieces of a text."""
    if len(text) < 20:
        return
    for found in islice(_BASE64.finditer(text), _MOST):
        yield from _readable(_from_base64(found.group()[:_LONGEST]))
    for found in islice(_HEX.finditer(text), _MOST):
        yield from _readable(bytes.fromhex(_even(re.sub(r"[^0-9a-fA-F]", "", found.group(1)[:_LONGEST]))))
    if "\\" in text:
        for found in islice(_ESCAPES.finditer(text), _MOST):
            yield from _readable(codecs.decode(found.group()[:_LONGEST], "unicode_escape").encode("utf-8", "replace"))
    if "%" in text:
        for found in islice(_PERCENT.finditer(text), _MOST):
            yield from _readable(urllib.parse.unquote_to_bytes(found.group()[:_LONGEST]))
    lowered = text.lower()
    if any(word in lowered for word in _TURNED):
        yield from (codecs.decode(text[:_LONGEST], "rot13"), text[:_LONGEST][::-1])


def blob(text: str) -> str | None:
    """Return a piece of a text that is long and says nothing to a reader, or None."""
    return next((found.group() for found in _BASE64.finditer(text) if _is_opaque(found.group())), None)


def _is_opaque(piece: str) -> bool:
    return len(piece) >= _BLOB and any(letter.isdigit() for letter in piece)


def _from_base64(piece: str) -> bytes:
    plain = piece.rstrip("=").replace("-", "+").replace("_", "/")
    plain = plain[: len(plain) // 4 * 4 + (len(plain) % 4 if len(plain) % 4 != 1 else 0)]
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4))
    except (binascii.Error, ValueError):
        return b""


def _readable(content: bytes) -> Iterator[str]:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return
    if (
        len(text) >= 8
        and (text.isprintable() or text.isascii())
        and sum(letter.isalpha() for letter in text) > len(text) / 2
    ):
        yield text


def _even(digits: str) -> str:
    return digits[: len(digits) // 2 * 2]
