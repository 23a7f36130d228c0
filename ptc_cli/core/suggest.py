"""Which known name was probably meant."""

from __future__ import annotations

from collections.abc import Iterable


def nearest(name: str, known: Iterable[str], *, cutoff: float = 0.6) -> str | None:
    """Return the known name closest to a mistaken one, or None when nothing is close."""
    names = sorted(set(known))
    folded = {candidate.casefold().replace("_", "").replace("-", ""): candidate for candidate in reversed(names)}
    same = folded.get(name.casefold().replace("_", "").replace("-", ""))
    if same is not None:
        return same
    import difflib  # where nothing is misspelt nobody need wait for it

    return next(iter(difflib.get_close_matches(name, names, n=1, cutoff=cutoff)), None)


def did_you_mean(name: str, known: Iterable[str]) -> str | None:
    """Return `Did you mean '...'?` for the closest known name, or None."""
    close = nearest(name, known)
    return None if close is None else f"Did you mean '{close}'?"
