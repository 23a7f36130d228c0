"""Limits as they are given for one run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace

import click

from ptc_cli.core.execution import Limits
from ptc_cli.core.suggest import did_you_mean

_KINDS: dict[str, type[int] | type[float]] = {
    each.name: float if isinstance(getattr(Limits(), each.name), float) else int for each in fields(Limits)
}


def with_limits(limits: Limits, given: Iterable[str]) -> Limits:
    """Return limits with some replaced, each given as `NAME=NUMBER`."""
    for text in given:
        name, _, number = text.partition("=")
        changed = {_known(name): _parsed(name, number)}
        limits = replace(limits, **changed)  # type: ignore[arg-type]  # whole numbers where they must be
    return limits


def _known(name: str) -> str:
    if name not in _KINDS:
        hint = did_you_mean(name, _KINDS) or f"Limits: {', '.join(_KINDS)}."
        raise click.UsageError(f"--limit: there is no limit '{name}'. {hint}")
    return name


def _parsed(name: str, text: str) -> int | float:
    kind = _KINDS[name]
    try:
        number = kind(text.replace("_", ""))
    except ValueError:
        number = -1
    # A number that is none is not above 0 either.
    if not number > 0:
        what = "a whole number" if kind is int else "a number"
        raise click.UsageError(f"--limit {name}: {text!r} is not {what} above 0. Write it like {name}=1000")
    return number
