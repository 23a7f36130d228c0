"""Where a command's work is done: in the daemon, if there is one or may be, and in this process otherwise."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from ptc_cli.cli.invocation import Invocation
from ptc_cli.cli.verbs import Verbs
from ptc_cli.console import talk
from ptc_cli.daemon.client import Client
from ptc_cli.daemon.errors import DaemonError
from ptc_cli.daemon.memory import Memory, Stamp
from ptc_cli.daemon.place import Place, opened
from ptc_cli.daemon.starting import found, started
from ptc_cli.daemon.state import state_of

if TYPE_CHECKING:
    from ptc_cli.core.catalog import Door

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """The daemon that fits."""

    client: Client
    seen: Mapping[str, Stamp]
    """What the configuration was read from."""

    warnings: tuple[str, ...] = ()
    """What is to be warned of."""


VARIABLE = "PTC_DAEMON"
"""`never` has the same effect as `--no-daemon`."""


def performed(invocation: Invocation, work: Callable[[Verbs], T]) -> T:
    """Do a command's work, in the daemon if that can be."""
    try:
        with reached(invocation) as found:
            from ptc_cli.cli.there import There

            return work(There(found.client, warn=_once(found.warnings)))
    except DaemonError as error:
        if invocation.is_debug:
            talk.note(sys.stderr, f"without the daemon: {error.message}")
    from ptc_cli.cli.here import Here

    return work(Here(invocation))


@contextmanager
def reached(invocation: Invocation, *, door: Door = "cli") -> Iterator[Reached]:
    """Give the way to the daemon that fits, which is started if there is none.

    `door` is by which it is asked.

    Raises:
        ConfigError: A configuration file cannot be read or says what makes no sense.
        DaemonError: There is none, and none may or can be started.
    """
    if invocation.no_daemon or os.environ.get(VARIABLE) == "never":
        raise DaemonError("none is wanted")
    with opened(os.environ, state_of(os.environ)) as place:
        memory = Memory(place, environ=os.environ, options=options(invocation), cwd=os.getcwd())  # noqa: PTH109
        client = _remembered(place, memory, door)
        if client is not None:
            yield Reached(client=client, seen=memory.seen)
        else:
            yield _looked_up(invocation, place, memory, door)


def options(invocation: Invocation) -> list[str]:
    """Return what a daemon is to be told before its command."""
    return [] if invocation.config is None else ["--config", invocation.config]


def _remembered(place: Place, memory: Memory, door: Door) -> Client | None:
    name = memory.recalled()
    try:
        return None if name is None else found(place, name, door=door)
    except DaemonError:
        return None


def _looked_up(invocation: Invocation, place: Place, memory: Memory, door: Door) -> Reached:
    from ptc_cli.cli.fitting import fitting

    fits = fitting(invocation, place)
    if fits.settings.daemon.start == "never":
        raise DaemonError("switched off by [daemon] start")
    client = started(place, fits.name, options(invocation), door=door)
    if fits.is_memorable:
        memory.keep(fits.name, fits.seen)
    return Reached(client=client, warnings=fits.settings.warnings, seen=fits.seen)


def _once(messages: tuple[str, ...]) -> Callable[[], None]:
    waiting = list(messages)

    def warn() -> None:
        while waiting:
            talk.warning(sys.stderr, waiting.pop(0))

    return warn
