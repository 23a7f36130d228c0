"""Which daemon would do just what this process does."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ptc_cli.cli.invocation import Invocation
from ptc_cli.config import References, folders, load, looked_at
from ptc_cli.core.settings import Folders, Settings
from ptc_cli.daemon.identity import identity
from ptc_cli.daemon.memory import Stamp, stamps
from ptc_cli.daemon.place import Place, opened
from ptc_cli.daemon.state import state_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitting:
    """The daemon that fits, whether or not it runs."""

    place: Place
    name: str
    settings: Settings
    folders: Folders
    seen: Mapping[str, Stamp]
    """What the configuration was read from."""

    is_memorable: bool
    """Whether nothing but `seen` and the environment decides which daemon fits, and there is nothing to warn of."""


@contextmanager
def fitted(invocation: Invocation) -> Iterator[Fitting]:
    """Give the daemon that fits, in its place.

    Raises:
        ConfigError: A configuration file cannot be read or says what makes no sense.
        DaemonError: There is no place for one.
    """
    with opened(os.environ, state_of(os.environ)) as place:
        yield fitting(invocation, place)


def fitting(invocation: Invocation, place: Place) -> Fitting:
    """Return the daemon that fits.

    Raises:
        ConfigError: A configuration file cannot be read or says what makes no sense.
    """
    cwd, places = Path.cwd(), folders(os.environ)
    # Looked at before they are read: what changes in between is not taken for what was read.
    paths = looked_at(explicit=invocation.config, cwd=cwd, environ=os.environ, folders=places)
    seen = stamps(map(str, paths))
    settings = load(explicit=invocation.config, cwd=cwd, environ=os.environ, folders=places)
    references = References(os.environ, cwd=cwd)
    texts = [text for server in settings.servers for text in references.told(server)]
    needs_all = any(references.asks(server) for server in settings.servers)
    name = identity(settings, places, texts=texts, environ=os.environ, needs_all=needs_all, cwd=cwd, salt=place.salt())
    return Fitting(
        place=place, name=name, settings=settings, folders=places, seen=seen, is_memorable=_is_memorable(settings)
    )


def _is_memorable(settings: Settings) -> bool:
    """Say whether no other file counts: those of other clients may name files of variables, and so may references."""
    is_ours = all(origin.path.endswith(".toml") for origin in settings.files)
    return is_ours and not settings.warnings and "${envFile:" not in repr(settings.servers)
