"""What every command starts from: the configuration that was named, an engine, and a way to run to the end."""

from __future__ import annotations

import gc
import signal
import sys
from collections.abc import AsyncIterator, Collection, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import click

from ptc_cli.console import talk

if TYPE_CHECKING:
    from ptc_cli.core.catalog import Caller
    from ptc_cli.core.inquiry import InquiryKind
    from ptc_cli.engine import Engine

T = TypeVar("T")

TERMINATING = tuple(signal.Signals[name] for name in ("SIGTERM", "SIGHUP") if name in signal.Signals.__members__)
"""What asks us to end. Windows closes a terminal without a word."""

TERMINATED_EXIT_CODE = 143
"""What a shell reports of a process that SIGTERM ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """What was said before the command's name."""

    config: str | None = None
    is_debug: bool = False
    no_daemon: bool = False
    """Whether everything is to be done in this process."""

    @property
    def caller(self) -> Caller:
        """Who asks: the person at the command line."""
        from ptc_cli.core.catalog import Caller  # what asks the daemon has no use for it

        return Caller(door="cli")

    @asynccontextmanager
    async def engine(self, *, answers: Collection[InquiryKind] = ()) -> AsyncIterator[Engine]:
        """Open the engine over the configuration that holds here, and pass its warnings on.

        `answers` is what servers may ask through the command.
        """
        from ptc_cli.engine import open_engine

        async with open_engine(config=self.config, answers=answers) as engine:
            for message in engine.settings.warnings:
                talk.warning(sys.stderr, message)
            yield engine


pass_invocation = click.make_pass_decorator(Invocation)


def perform(work: Coroutine[object, object, T]) -> T:
    """Run a command's work to its end; a request to terminate ends it in order, as Ctrl-C does."""
    import asyncio  # `--help` has no use for it

    gc.enable()  # which commands that do not last can do without

    async def until_terminated() -> T:
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        for number in TERMINATING:
            with suppress(NotImplementedError):
                loop.add_signal_handler(number, lambda: task and task.cancel())
        return await work

    try:
        return asyncio.run(until_terminated())
    except asyncio.CancelledError:
        raise click.exceptions.Exit(TERMINATED_EXIT_CODE) from None
