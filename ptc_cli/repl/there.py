"""The desk whose engine is in the daemon."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from ptc_cli.console import talk
from ptc_cli.console.ask import Asker, answers_of
from ptc_cli.console.shown import Streams
from ptc_cli.core.catalog import Tool, View
from ptc_cli.core.check import CheckReport
from ptc_cli.core.codec import from_json
from ptc_cli.core.errors import PtcError
from ptc_cli.core.program import Program
from ptc_cli.core.result import Result
from ptc_cli.daemon.async_client import AsyncAnswer, AsyncClient
from ptc_cli.daemon.errors import DaemonError, DaemonLostError
from ptc_cli.daemon.wire import SILENCE_SECONDS
from ptc_cli.repl.desk import SESSION, DeskLostError, Written

if TYPE_CHECKING:
    from ptc_cli.core.jsonvalue import JsonObject


class DeskThere:
    """A daemon, asked by one client that is there for as long as the prompt."""

    def __init__(self, client: AsyncClient, view: View, *, state: Path, news: Callable[[], str | None]) -> None:
        """Ask a daemon; `news` says which fits the configuration now, if that changed since it said so last."""
        self._client = client
        self._news = news
        self._view = view
        self._state = state
        self._is_lost = False
        self._begun: set[asyncio.Task[object]] = set()

    @property
    def state(self) -> Path:
        """The folder of what outlives the prompt."""
        return self._state

    async def catch_up(self) -> View:
        """Return the servers as they are now, by the configuration as it is now.

        Raises:
            DeskLostError: The daemon is gone, and another may be in its place; or it no longer fits.
        """
        try:
            self._demand_presence()
            if name := self._news():
                await self._take_over(name)
            self._view = await _view(self._client, self._view)
        except (DaemonError, DaemonLostError) as error:
            raise DeskLostError(error.message) from error
        return self._view

    def warm_soon(self) -> None:
        """Begin to make ready what the first program needs."""
        self._begin(self._warm())

    async def check(self, program: Program, *, session: str | None) -> CheckReport:
        """Say what is wrong with a program, or with it as the next one of a session."""
        self._demand_presence()
        asked = {"source": program.source, "name": program.name, "session": session}
        said = await self._client.ask("POST", "/v1/check", asked)
        del said["passed"]  # which a report says of itself
        return from_json(CheckReport, said)

    async def run(self, program: Program, *, streams: Streams | None, ask: Asker | None) -> Result:
        """Check a program and run it as the next one of the session, shown on streams as it goes."""
        self._demand_presence()
        # Events cost 30 ms to import, which a prompt does not wait for that only appears.
        from ptc_cli.console.live import follow_to_the_end
        from ptc_cli.repl.remote_run import RemoteRun

        asked = {
            "source": program.source,
            "name": program.name,
            "session": SESSION,
            "can_ask": ask is not None,
            "answers": list(answers_of(ask)),
        }
        async with self._client.stream("POST", "/v1/runs", asked) as answer:
            return await follow_to_the_end(RemoteRun(self._client, answer), streams=streams, ask=ask)

    async def end_session(self) -> None:
        """Forget the names of the programs that ran."""
        with suppress(PtcError):  # there was none, or there is nobody any more who could know them
            await self._client.ask("DELETE", f"/v1/sessions/{quote(SESSION)}")

    async def search(self, query: str, *, limit: int) -> tuple[Tool, ...]:
        """Return the tools that fit a query best."""
        said = await self._client.ask("GET", f"/v1/tools?query={quote(query)}&limit={limit}")
        return tuple(self._view.tool(each["server"], each["name"]) for each in said["tools"])

    async def shell(self, command: str) -> Written:
        """Run one command over the tree, from where the one before left off."""
        self._demand_presence()
        said = await self._client.ask("POST", "/v1/shell", {"command": command})
        return Written(stdout=said["stdout"], stderr=said["stderr"], exit_code=said["exit_code"])

    async def complete_shell(self, text: str) -> list[str]:
        """Return what the last word of a command line may become."""
        said = await self._client.ask("POST", "/v1/shell/completions", {"text": text})
        return [str(word) for word in said["words"]]

    async def watch(self, presence: AsyncAnswer) -> None:
        """Know when the daemon goes away: a connection that is there for nothing else breaks off."""
        with suppress(DaemonLostError):
            async for _ in presence.events():
                pass
        self._is_lost = True

    async def _take_over(self, name: str) -> None:
        """Have the daemon apply the changed configuration: it does so whenever it is asked for anything."""
        said = await self._client.ask("GET", "/healthz", seconds=SILENCE_SECONDS)
        if said["configuration"] != name:
            raise DeskLostError("the configuration changed, in a way that needs another daemon")
        talk.note(sys.stderr, f"configuration applied: {said['applied']}")

    def _demand_presence(self) -> None:
        if self._is_lost:
            raise DaemonError("the daemon was lost, and nothing was done", hint="Enter it again.")

    async def _warm(self) -> None:
        with suppress(PtcError):  # what is wrong will be said of the first entry
            await self._client.ask("POST", "/v1/warm", {})
        import ptc_cli.repl.remote_run  # noqa: F401  # the first entry needs it

    def _begin(self, work: Coroutine[None, None, None]) -> None:
        task: asyncio.Task[object] = asyncio.create_task(work)
        self._begun.add(task)
        task.add_done_callback(self._begun.discard)


@asynccontextmanager
async def desk_there(client: AsyncClient, *, state: Path, news: Callable[[], str | None]) -> AsyncIterator[DeskThere]:
    """Give a desk in a daemon, which keeps nothing of the prompt's once it is left.

    Raises:
        PtcError: The daemon does not take us.
    """
    async with client.stream("GET", "/v1/presence") as presence:
        desk = DeskThere(client, await _view(client, None), state=state, news=news)
        watching = asyncio.create_task(desk.watch(presence))
        try:
            yield desk
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)


async def _view(client: AsyncClient, known: View | None) -> View:
    """Return the view as it is now, which is the one that is known as long as its generation is."""
    path = f"/v1/view?generation={known.generation if known else ''}"
    said: JsonObject = await client.ask("GET", path, seconds=SILENCE_SECONDS)
    return known if known is not None and said["view"] is None else from_json(View, said["view"])
