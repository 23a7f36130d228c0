"""Limits as they are given for one run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from functools import cache

import click


def changed_limits(
    given: Iterable[str], *, timeout_seconds: float | None = None, most_calls: int | None = None
) -> dict[str, int | float]:
    """Return the limits that are not to be as configured; `given` are such as `NAME=NUMBER`."""
    changed: dict[str, int | float] = {}
    for text in given:
        name, _, number = text.partition("=")
        known = _known(name)
        changed[known] = _parsed(known, number)
    options = {"wall_seconds": timeout_seconds, "calls": most_calls}
    return changed | {name: number for name, number in options.items() if number is not None}


@cache
def _kinds() -> dict[str, type[int] | type[float]]:
    from ptc_cli.core.limits import Limits  # most runs have none of their own

    return {each.name: float if isinstance(getattr(Limits(), each.name), float) else int for each in fields(Limits)}


def _known(name: str) -> str:
    if name not in _kinds():
        from ptc_cli.core.suggest import did_you_mean

        hint = did_you_mean(name, _kinds()) or f"Limits: {', '.join(_kinds())}."
        raise click.UsageError(f"--limit: there is no limit '{name}'. {hint}")
    return name


def _parsed(name: str, text: str) -> int | float:
    kind = _kinds()[name]
    try:
        number = kind(text.replace("_", ""))
    except ValueError:
        number = -1
    # A number that is none is not above 0 either.
    if not number > 0:
        what = "a whole number" if kind is int else "a number"
        raise click.UsageError(f"--limit {name}: {text!r} is not {what} above 0. Write it like {name}=1000")
    return number
