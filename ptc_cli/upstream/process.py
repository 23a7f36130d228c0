"""A server's process: what it inherits, what becomes of its standard error, and how it ends with all its children."""

from __future__ import annotations

import asyncio
import os
import signal
from asyncio.subprocess import PIPE, Process, SubprocessStreamProtocol
from collections.abc import Mapping
from contextlib import suppress

from ptc_cli.core import nesting
from ptc_cli.core.inherited import inherited
from ptc_cli.upstream import descendants
from ptc_cli.upstream.logfile import ServerLog
from ptc_cli.upstream.target import Target

GRACE_SECONDS = 2.0
"""How long a server may take to end after its standard input closed, and again after SIGTERM."""

_BUFFER_BYTES = 1 << 20

_KILL: int = getattr(signal, "SIGKILL", signal.SIGTERM)
"""On Windows SIGTERM leaves no choice either."""


def environment(own: Mapping[str, str], configured: Mapping[str, str]) -> dict[str, str]:
    """Return what a server's process gets to see: an allow-list of ours, what is configured, and how deep it is."""
    return {**inherited(own), **configured, nesting.VARIABLE: str(nesting.depth(own) + 1)}


class _Watch(SubprocessStreamProtocol):
    """Tells that the process ended, even while a child of it holds its standard output open."""

    def __init__(self) -> None:
        super().__init__(limit=_BUFFER_BYTES, loop=asyncio.get_running_loop())
        self.exited = asyncio.Event()

    def process_exited(self) -> None:
        super().process_exited()
        self.exited.set()


class ServerProcess:
    """One run of a server's command, in a process group of its own."""

    def __init__(
        self, process: Process, transport: asyncio.SubprocessTransport, watch: _Watch, log: ServerLog, mark: str
    ) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self.stdin = process.stdin
        self.stdout = process.stdout
        self.exited = watch.exited
        self._process = process
        self._transport = transport
        self._log = log
        self._mark = mark
        self._stderr = asyncio.create_task(self._keep_stderr())

    @classmethod
    async def start(cls, target: Target, log: ServerLog) -> ServerProcess:
        """Start a server.

        Raises:
            OSError: The command cannot be run.
            ValueError: A NUL character is in the command.
        """
        mark = descendants.new_mark()
        transport, watch = await asyncio.get_running_loop().subprocess_exec(
            _Watch,
            target.command,
            *target.args,
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
            env={**environment(os.environ, target.env), descendants.VARIABLE: mark},
            cwd=target.cwd,
            start_new_session=True,
        )
        process = Process(transport, watch, asyncio.get_running_loop())
        return cls(process, transport, watch, log, mark)

    @property
    def exit_status(self) -> int | None:
        """The status it ended with, negative for a signal; None while it runs."""
        return self._process.returncode

    async def ended(self, within: float) -> bool:
        """Wait a little for the process to end and its last words to be kept; say whether it did."""
        if await self._ends_within(within):
            await asyncio.wait({self._stderr}, timeout=within)
        return self.exited.is_set()

    async def close(self) -> None:
        """End the process and all that it started: close its input, then SIGTERM, then SIGKILL."""
        self.stdin.close()
        if not await self._ends_within(GRACE_SECONDS):
            self._signal(signal.SIGTERM)
            await self._ends_within(GRACE_SECONDS)
        # Its children may outlive a server that ended well.
        if self._signal(signal.SIGTERM if self.exited.is_set() else _KILL):
            await self._group_ends_within(GRACE_SECONDS)
            self._signal(_KILL)
        await self._ends_within(GRACE_SECONDS)
        if await asyncio.to_thread(descendants.end_marked, self._mark, grace_seconds=GRACE_SECONDS):
            self._log.note("ended what it had left behind")
        await self._finish_stderr()
        self._transport.close()

    async def _ends_within(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await self.exited.wait()
        except TimeoutError:
            return False
        return True

    async def _group_ends_within(self, seconds: float) -> None:
        # Nothing tells when a group is empty; this wait is rare and short.
        for _ in range(int(seconds / 0.02)):
            if not self._signal(0):
                return
            await asyncio.sleep(0.02)

    def _signal(self, number: int) -> bool:
        """Signal the process group; say whether there was anybody left in it."""
        if not hasattr(os, "killpg"):  # Windows, where a server has to see to its own children
            return self._terminate()
        try:
            os.killpg(self._process.pid, number)
        except (ProcessLookupError, PermissionError):
            return False
        return True

    def _terminate(self) -> bool:
        """End the process alone; say whether it was still there."""
        if self.exited.is_set():
            return False
        with suppress(ProcessLookupError):
            self._process.terminate()
        return True

    async def _finish_stderr(self) -> None:
        _, pending = await asyncio.wait({self._stderr}, timeout=0.2)
        for task in pending:
            task.cancel()

    async def _keep_stderr(self) -> None:
        stream = self._process.stderr
        assert stream is not None
        rest = b""
        while chunk := await stream.read(_BUFFER_BYTES):
            *lines, rest = (rest + chunk).split(b"\n")
            # A line that never ends must not grow for ever.
            if len(rest) > _BUFFER_BYTES:
                lines, rest = [*lines, rest], b""
            for line in lines:
                self._log.stderr(line.decode(errors="replace"))
        if rest:
            self._log.stderr(rest.decode(errors="replace"))
