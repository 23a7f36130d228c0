"""A sign: one thing that speaks against a text, and how much."""

from __future__ import annotations

from dataclasses import dataclass

from ptc_cli.core.finding import Gravity, Rule

_NOTE, _MEDIUM, _HIGH = 0.45, 1.0, 1.8
"""Weights were set so that one weak sign is a note, two are `medium`, and what has no innocent reading is `high`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """A weak or a strong reason to distrust a text."""

    rule: Rule
    weight: float
    says: str
    excerpt: str


def gravity(weight: float) -> Gravity | None:
    """Return how grave signs are that weigh so much together; None for hardly at all."""
    rounded = round(weight, 6)
    if rounded >= _HIGH:
        return "high"
    if rounded >= _MEDIUM:
        return "medium"
    return "note" if rounded >= _NOTE else None


def strongest(signs: list[Sign]) -> list[Sign]:
    """Return each kind of sign once, as strong as it came, the strongest first: saying it twice adds nothing."""
    kept: dict[str, Sign] = {}
    for sign in signs:
        if sign.says not in kept or kept[sign.says].weight < sign.weight:
            kept[sign.says] = sign
    return sorted(kept.values(), key=lambda sign: -sign.weight)


def excerpt(text: str, around: int = 0, most: int = 160) -> str:
    """Return a piece of a text in printable ASCII, so that what hides in it is seen and can do nothing."""
    start = max(0, around - 40)
    piece = text[start : start + most]
    shown = " ".join(piece.split(" ")) if len(piece.split()) < 2 else " ".join(piece.split())
    escaped = "".join(letter if " " <= letter <= "~" else escape(letter) for letter in shown)
    before, after = "..." if start else "", "..." if start + most < len(text) else ""
    return f"{before}{escaped[: 2 * most]}{after}"


def escape(letter: str) -> str:
    r"""Return a character as Python writes it, such as `\u202e`."""
    return letter.encode("unicode_escape", "surrogatepass").decode()
