"""All upstreams by name: started when first wanted, kept warm, ended together."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from pathlib import Path

from ptc_cli.core.call import ToolCall, ToolResult
from ptc_cli.core.errors import PtcError, UpstreamError
from ptc_cli.core.inquiry import InquiryKind, Requester
from ptc_cli.core.jsonvalue import JsonObject
from ptc_cli.core.offers import Offers
from ptc_cli.core.server import SecretResolver, ServerConfig, ServerListing, ToolSpec
from ptc_cli.core.suggest import did_you_mean
from ptc_cli.upstream.auth import Logins
from ptc_cli.upstream.logfile import ServerLog
from ptc_cli.upstream.owner import load_routes
from ptc_cli.upstream.reasons import quoted
from ptc_cli.upstream.upstream import Upstream
from ptc_cli.upstream.watching import Told


class Pool:
    """The upstreams of one engine. What goes wrong with one is a value, and no matter of the others."""

    def __init__(
        self,
        configs: Iterable[ServerConfig],
        *,
        resolve: Callable[[ServerConfig], SecretResolver],
        logs: Path,
        logins: Logins,
        eras: Mapping[str, str] | None = None,
        answers: Collection[InquiryKind] = (),
    ) -> None:
        """Make the upstreams; nothing is started.

        Args:
            configs: The servers.
            resolve: How references in a server's configuration are looked up.
            logs: The folder of their log files.
            logins: Where what they gave us at a login is kept.
            eras: The protocol revision that each is known to speak.
            answers: What can be asked through us at all: servers of the old protocol are told when they connect.
        """
        self._is_prepared = False
        self._answers = frozenset(answers)
        self._resolve = resolve
        self._logs = logs
        self._logins = logins
        self._callbacks: list[Callable[[str], None]] = []
        self._offer_callbacks: list[Callable[[str], None]] = []
        remembered = eras or {}
        self._upstreams = {config.name: self._upstream(config, remembered.get(config.name)) for config in configs}

    def on_changed(self, callback: Callable[[str], None]) -> None:
        """Have a function called with a server's name whenever that server says that its tools changed."""
        self._callbacks.append(callback)

    def on_offers_changed(self, callback: Callable[[str], None]) -> None:
        """Have a function called with a server's name whenever it says that its resources or prompts changed."""
        self._offer_callbacks.append(callback)

    async def offers(self, server: str) -> Offers:
        """Ask a server for its resources and prompts.

        Raises:
            UpstreamError: They cannot be had.
        """
        return await self._known(server).offers()

    async def watch(self, server: str, uri: str, told: Told) -> None:
        """Have a function called whenever a resource changed, until `unwatch`; also across new connections.

        Raises:
            UpstreamError: The server does not tell of it, or cannot be reached.
        """
        await self._known(server).watching.add(uri, told)

    def unwatch(self, server: str, uri: str, told: Told) -> None:
        """Have a function called no more."""
        if (upstream := self._upstreams.get(server)) is not None:
            upstream.watching.remove(uri, told)

    async def complete(self, server: str, params: JsonObject) -> JsonObject:
        """Ask a server how an argument may go on, and return its answer as it came.

        Raises:
            UpstreamError: There is no answer.
        """
        return await self._known(server).complete(params)

    def _known(self, server: str) -> Upstream:
        if (upstream := self._upstreams.get(server)) is not None:
            return upstream
        message, hint = self._unknown(server)
        raise UpstreamError(message, hint=hint)

    async def list(self, server: str) -> ServerListing:
        """Ask a server for its tools; one that fails is a listing that says why and what to do."""
        upstream = self._upstreams.get(server)
        if upstream is None:
            message, hint = self._unknown(server)
            return ServerListing(server=server, status="failed", reason=f"{message}\n{hint}" if hint else message)
        return await upstream.list_tools()

    async def list_all(self, servers: Iterable[str] | None = None) -> tuple[ServerListing, ...]:
        """Ask several servers at once; all of them by default."""
        names = tuple(self._upstreams) if servers is None else tuple(servers)
        return tuple(await asyncio.gather(*(self.list(name) for name in names)))

    async def call(
        self,
        call: ToolCall,
        *,
        spec: ToolSpec | None = None,
        requester: Requester | None = None,
        checked_against: ServerConfig | None = None,
    ) -> ToolResult:
        """Carry a call; every failure is in the result, and only cancellation is raised.

        `spec` is the tool as it was listed: its output schema decides on wrapped results. Meanwhile the server may ask
        and tell `requester` something. A server that is no longer the one that was `checked_against` is not called.
        """
        upstream = self._upstreams.get(call.server)
        if upstream is None:
            message, hint = self._unknown(call.server)
            return _reconfigured(call) if checked_against else ToolResult.failed("not-found", message, hint=hint)
        if checked_against is not None and checked_against.identity != upstream.config.identity:
            return _reconfigured(call)
        return await upstream.call(call, spec=spec, requester=requester)

    def failure(self, server: str) -> PtcError | None:
        """Return why a server could not be connected when last tried; its exit code tells a missing login."""
        upstream = self._upstreams.get(server)
        return None if upstream is None else upstream.owner.failure

    def stray(self, server: str) -> str:
        """Return what a server wrote to its standard output that is no message, or nothing."""
        upstream = self._upstreams.get(server)
        return "" if upstream is None else upstream.stray

    def prepare(self) -> None:
        """Have what connections are made of imported in the meantime, if it is not; nothing is connected."""
        if not self._is_prepared:
            self._is_prepared = True
            # Not one of the loop's own threads, which would be waited for when it ends.
            threading.Thread(target=load_routes, name="ptc-import", daemon=True).start()

    def forgive(self, server: str) -> None:
        """Allow a server that failed to be tried again at once, such as after a login."""
        if (upstream := self._upstreams.get(server)) is not None:
            upstream.owner.forgive()

    def forgive_all(self) -> None:
        """Allow every server that failed to be tried again at once."""
        for server in self._upstreams:
            self.forgive(server)

    def reconfigure(self, configs: Iterable[ServerConfig]) -> Awaitable[object]:
        """Take over a changed configuration at once; servers that are reached as before stay connected.

        What is returned ends the others, each once the calls that it still has are back.
        """
        wanted = {config.name: config for config in configs}
        before = self._upstreams
        kept = {name: one for name, one in before.items() if name in wanted and one.is_reached_as(wanted[name])}
        self._upstreams = {name: kept.get(name) or self._upstream(config, None) for name, config in wanted.items()}
        for name, upstream in kept.items():
            upstream.adopt(wanted[name])
        for name in before.keys() & wanted.keys() - kept.keys():
            self._upstreams[name].watching.take_over(before[name].watching)
        return asyncio.gather(*(one.retire() for name, one in before.items() if name not in kept))

    async def close(self) -> None:
        """End every connection, and every process with all that it started."""
        await asyncio.gather(*(upstream.close() for upstream in self._upstreams.values()))

    def _upstream(self, config: ServerConfig, era: str | None) -> Upstream:
        return Upstream(
            config,
            resolver=self._resolve,
            log=ServerLog(self._logs, config.name),
            logins=self._logins,
            era=era,
            answers=self._answers,
            changed=lambda: self._tell(self._callbacks, config.name),
            offers_changed=lambda: self._tell(self._offer_callbacks, config.name),
        )

    def _tell(self, callbacks: Iterable[Callable[[str], None]], server: str) -> None:
        for callback in callbacks:
            callback(server)

    def _unknown(self, server: str) -> tuple[str, str | None]:
        return f"no server '{quoted(server, mark='')}'", did_you_mean(server, self._upstreams)


def _reconfigured(call: ToolCall) -> ToolResult:
    return ToolResult.failed(
        "unavailable",
        f"server '{quoted(call.server, mark='')}': its configuration was changed while the program ran",
        hint="It was not called. Run the program again: it is checked against the servers as they are now.",
    )
