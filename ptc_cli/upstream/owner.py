"""The task that owns one server's connection: when it is opened, how long it is kept, how it is left."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from ptc_cli.core.errors import AuthorisationError, ConfigError, ConnectError, PtcError
from ptc_cli.core.server import SecretResolver, ServerConfig
from ptc_cli.upstream import reasons
from ptc_cli.upstream.auth import Logins
from ptc_cli.upstream.backoff import Backoff
from ptc_cli.upstream.host import Host
from ptc_cli.upstream.logfile import ServerLog
from ptc_cli.upstream.process import ServerProcess
from ptc_cli.upstream.target import Target, has_references, resolve

if TYPE_CHECKING:
    from ptc_cli.upstream.connection import Connection
    from ptc_cli.upstream.routes import HttpRoute, Route, StdioRoute

_HANDSHAKE = "2025-11-25"
"""The last revision of the old protocol. Revisions are dates, and compare as they should."""

_LAST_STATUS_SECONDS = 0.05


class Owner:
    """Holds one server's connection. The SDK wants it entered and left by the same task; everyone else borrows it."""

    def __init__(
        self,
        config: ServerConfig,
        *,
        resolver: Callable[[ServerConfig], SecretResolver],
        log: ServerLog,
        logins: Logins,
        era: str | None,
        host: Host,
    ) -> None:
        self.failure: PtcError | None = None
        """Why the last attempt to connect failed, or the connection ended unused, until the server answers again."""

        self.config = config
        self._resolver = resolver
        self._log = log
        self._logins = logins
        self._logins_seen = 0
        self._era = era
        self._host = host
        self._backoff = Backoff()
        self._closing = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._owning: asyncio.Task[None] | None = None
        self._ready: asyncio.Future[Connection] | None = None
        self._process: ServerProcess | None = None
        self._has_served = False

    async def connection(self) -> Connection:
        """Return the open connection, or open one. A caller that is cancelled leaves the attempt running.

        Raises:
            PtcError: There is none to be had.
        """
        ready = self._ready
        if ready is None or (ready.done() and not _is_usable(ready)):
            ready = self._begin()
        return await asyncio.shield(ready)

    def served(self) -> None:
        """Note that the server answered: after its death, the next use may connect at once."""
        self._has_served = True
        self.failure = None
        self._backoff.clear()

    def forgive(self) -> None:
        """Allow the next attempt to connect at once: the user changed something."""
        self._backoff.clear()

    async def obituary(self) -> str:
        """Return how the server's process ended, or nothing if it is not known to have."""
        process = self._process
        if process is None:
            return ""
        waiting = asyncio.create_task(process.exited.wait())
        await asyncio.wait({waiting}, timeout=_LAST_STATUS_SECONDS)
        waiting.cancel()
        status = process.exit_status
        if status is None:
            return ""
        return f"killed by signal {-status}" if status < 0 else f"exited with {status}"

    async def close(self) -> None:
        """End the connection, and the process with all that it started."""
        self._closing.set()
        if self._ready is not None and self._owning is not None and not self._ready.done():
            self._owning.cancel()
        while self._tasks:
            await asyncio.wait(self._tasks)

    def _begin(self) -> asyncio.Future[Connection]:
        if self._closing.is_set():
            raise self._is_closing()
        if isinstance(self.failure, AuthorisationError) and self._logins.stamp != self._logins_seen:
            self._backoff.clear()
        if (wait := self._backoff.wait_seconds) > 0:
            raise self._too_early(wait)
        ready: asyncio.Future[Connection] = asyncio.get_running_loop().create_future()
        # Nobody may be left to look at a failure; it is kept in `failure`.
        ready.add_done_callback(lambda done: done.cancelled() or done.exception())
        self._ready = ready
        self._owning = asyncio.create_task(self._own(ready), name=f"upstream {self.config.name}")
        self._keep(self._owning)
        return ready

    async def _own(self, ready: asyncio.Future[Connection]) -> None:
        """Hold a connection from its opening to its end, and say in `ready` how the opening went."""
        failure = self._is_closing()
        try:
            target = await self._target()
            try:
                await self._hold(ready, target, era=self._era)
            except reasons.ExitedError:
                if self._era is not None and self._era <= _HANDSHAKE:
                    raise
                # Some old servers end on a request that they do not know.
                await self._hold(ready, target, era=_HANDSHAKE)
        except PtcError as error:
            failure = error
        finally:
            self._settle(ready, failure)

    async def _target(self) -> Target:
        look_up = self._resolver(self.config)
        # A reference may run a command or ask a keyring.
        resolved = has_references(self.config)
        target = await asyncio.to_thread(resolve, self.config, look_up) if resolved else resolve(self.config, look_up)
        self._log.redacted = lambda text: self._logins.redacted(target.redacted(text))
        return target

    async def _hold(self, ready: asyncio.Future[Connection], target: Target, *, era: str | None) -> None:
        """Open the connection and lend it until it ends.

        Raises:
            PtcError: It could not be opened.
        """
        try:
            async with AsyncExitStack() as stack:
                connection = await self._opened(await self._route(target, stack), stack, era)
                self._era, self._has_served = connection.protocol_version, False
                ready.set_result(connection)
                await self._until_over(connection)
        except PtcError:
            raise
        except Exception as error:  # noqa: BLE001 - however badly one connection ends, the others go on
            self._log.note(f"the connection ended badly: {error!r}")

    async def _opened(self, route: Route, stack: AsyncExitStack, era: str | None) -> Connection:
        try:
            async with asyncio.timeout(self.config.connect_timeout_seconds):
                return await stack.enter_async_context(route.open(era=era, host=self._host))
        except Exception as error:
            self._log.note(f"could not connect: {error!r}")
            raise await route.explain(error) from error

    async def _route(self, target: Target, stack: AsyncExitStack) -> Route:
        """Return the way to the server. Its process boots while the SDK is imported."""
        if self.config.transport != "stdio":
            self._log.started(f"connecting to {reasons.shown_url(self.config)}")
            _, http = await asyncio.to_thread(load_routes)
            return http(self.config, target, self._log, self._logins)
        self._log.started(f"starting {self.config.command}")
        try:
            process = await ServerProcess.start(target, self._log)
        except (OSError, ValueError) as error:
            raise reasons.not_started(self.config, error) from error
        self._process = process
        stack.callback(self._end, process)
        stdio, _ = await asyncio.to_thread(load_routes)
        return stdio(self.config, process, self._log)

    def _end(self, process: ServerProcess) -> None:
        """End a process aside: nobody waits seconds for a reason, and no cancellation leaves it behind."""
        self._keep(asyncio.create_task(process.close()))

    def _keep(self, task: asyncio.Task[None]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _until_over(self, connection: Connection) -> None:
        events = [asyncio.create_task(event.wait()) for event in (connection.ended, self._closing)]
        try:
            await asyncio.wait(events, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for event in events:
                event.cancel()

    def _settle(self, ready: asyncio.Future[Connection], failure: PtcError) -> None:
        """Say how the opening went, and when the next one may be tried."""
        if ready.done():
            if not self._has_served and not self._closing.is_set():
                self.failure = ConnectError(
                    f"server '{self.config.name}': keeps ending before it answers",
                    hint=f"Its log is {self._log.path}.",
                )
                self._backoff.died()
            return
        self.failure = failure
        # The attempt itself may have changed its login; what others do from now on is worth another one.
        self._logins_seen = self._logins.stamp
        self._backoff.failed(is_final=isinstance(failure, ConfigError | AuthorisationError))
        ready.set_exception(failure)

    def _too_early(self, wait: float) -> PtcError:
        failure = self.failure or self._is_closing()
        if wait == float("inf"):
            return failure
        again = f"It is tried again in {wait:.0f} s." if wait >= 1 else "It is tried again in a moment."
        return ConnectError(failure.message, hint=f"{failure.hint or ''} {again}".strip())

    def _is_closing(self) -> PtcError:
        return ConnectError(f"server '{self.config.name}': the connection is closed")


def _is_usable(ready: asyncio.Future[Connection]) -> bool:
    return not ready.cancelled() and ready.exception() is None and ready.result().is_open


def load_routes() -> tuple[type[StdioRoute], type[HttpRoute]]:
    """Import what connections are made of: it takes 0.7 s, which only who connects is to pay."""
    from ptc_cli.upstream.routes import HttpRoute, StdioRoute

    return StdioRoute, HttpRoute
