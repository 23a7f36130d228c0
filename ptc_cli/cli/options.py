"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
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


def daemon_option(command: F) -> F:
    """Add `--no-daemon`, which can be given before the command as well."""
    return click.option(
        "--no-daemon",
        is_flag=True,
        expose_value=False,
        callback=_note_no_daemon,
        help="Do it all in this process, without the daemon.",
    )(command)


def answers_json(context: click.Context) -> bool:
    """Say whether the command under a context was asked for JSON."""
    return bool(context.meta.get(_JSON_KEY))


def _note_no_daemon(context: click.Context, _: click.Parameter, value: bool) -> None:
    if value:
        context.obj = replace(context.obj, no_daemon=True)


def _note_json(context: click.Context, _: click.Parameter, value: bool) -> bool:
    context.meta[_JSON_KEY] = value
    return value
