"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

_JSON_KEY = "ptc_cli.answers_json"


def json_option(command: F) -> F:
    """Add `--json`, which a failing command is told of too."""
    return click.option("--json", "as_json", is_flag=True, callback=_note_json, help="Answer as one JSON document.")(
        command
    )


def yes_option(what: str) -> Callable[[F], F]:
    """Return the decorator that adds `--yes`."""
    return click.option("--yes", "-y", is_flag=True, help=what)


def answers_json(context: click.Context) -> bool:
    """Say whether the command under a context was asked for JSON."""
    return bool(context.meta.get(_JSON_KEY))


def _note_json(context: click.Context, _: click.Parameter, value: bool) -> bool:
    context.meta[_JSON_KEY] = value
    return value
