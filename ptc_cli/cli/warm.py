"""Where a command's work is done: in the daemon, if there is one or may be, and in this process otherwise."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from ptc_cli.cli.invocation import Invocation
from ptc_cli.cli.verbs import Verbs
from ptc_cli.config import References, folders, load
from ptc_cli.console import talk
from ptc_cli.core.catalog import Door
from ptc_cli.core.settings import Folders, Settings
from ptc_cli.daemon.client import Client
from ptc_cli.daemon.errors import DaemonError
from ptc_cli.daemon.identity import identity
from ptc_cli.daemon.place import Place, opened
from ptc_cli.daemon.starting import started

T = TypeVar("T")

VARIABLE = "PTC_DAEMON"
"""`never` has the same effect as `--no-daemon`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitting:
    """The daemon that fits, whether or not it runs."""

    place: Place
    name: str
    settings: Settings
    folders: Folders


def performed(invocation: Invocation, work: Callable[[Verbs], T], *, door: Door = "cli") -> T:
    """Do a command's work, in the daemon if that can be."""
    try:
        with reached(invocation, door=door) as (client, settings):
            from ptc_cli.cli.there import There

            return work(There(client, warn=_warn_once(settings)))
    except DaemonError as error:
        if invocation.is_debug:
            talk.note(sys.stderr, f"without the daemon: {error.message}")
    from ptc_cli.cli.here import Here

    return work(Here(invocation))


@contextmanager
def reached(invocation: Invocation, *, door: Door) -> Iterator[tuple[Client, Settings]]:
    """Give the way to the daemon that fits, which is started if there is none.

    Raises:
        ConfigError: A configuration file cannot be read or says what makes no sense.
        DaemonError: There is none, and none may or can be started.
    """
    if invocation.no_daemon or os.environ.get(VARIABLE) == "never":
        raise DaemonError("none is wanted")
    with fitting(invocation) as found:
        if found.settings.daemon.start == "never":
            raise DaemonError("switched off by [daemon] start")
        yield started(found.place, found.name, options(invocation), door=door), found.settings


@contextmanager
def fitting(invocation: Invocation) -> Iterator[Fitting]:
    """Give the daemon that would do just what this process does, whether or not it runs.

    Raises:
        ConfigError: A configuration file cannot be read or says what makes no sense.
        DaemonError: There is no place for one.
    """
    cwd, places = Path.cwd(), folders(os.environ)
    settings = load(explicit=invocation.config, cwd=cwd, environ=os.environ, folders=places)
    references = References(os.environ, cwd=cwd)
    with opened(os.environ, places.state) as place:
        name = identity(
            settings,
            places,
            texts=[text for server in settings.servers for text in references.told(server)],
            environ=os.environ,
            needs_all=any(references.asks(server) for server in settings.servers),
            cwd=cwd,
            salt=place.salt(),
        )
        yield Fitting(place=place, name=name, settings=settings, folders=places)


def options(invocation: Invocation) -> list[str]:
    """Return what a daemon is to be told before its command."""
    return [] if invocation.config is None else ["--config", invocation.config]


def _warn_once(settings: Settings) -> Callable[[], None]:
    messages = list(settings.warnings)

    def warn() -> None:
        while messages:
            talk.warning(sys.stderr, messages.pop(0))

    return warn
