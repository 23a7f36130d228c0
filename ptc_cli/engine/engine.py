"""The engine: describe, check, start. Every front door uses these verbs and only translates."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Coroutine, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from ptc_cli import policy
from ptc_cli.config import Files, KeychainVault, References
from ptc_cli.core.backend import Backend
from ptc_cli.core.call import CallMethod, ToolCall, ToolResult
from ptc_cli.core.catalog import Caller, Catalog, ServerEntry, Tool, View
from ptc_cli.core.check import CheckReport
from ptc_cli.core.errors import PtcError, ToolNotFoundError
from ptc_cli.core.event import Warned
from ptc_cli.core.execution import Execution
from ptc_cli.core.inquiry import InquiryKind, Requester
from ptc_cli.core.jsonvalue import JsonObject
from ptc_cli.core.layers import Layers
from ptc_cli.core.learned import LearnedResult
from ptc_cli.core.offers import Offers
from ptc_cli.core.program import Program
from ptc_cli.core.result import Result
from ptc_cli.core.server import ServerConfig, ServerListing
from ptc_cli.core.settings import Folders
from ptc_cli.core.stub import StubTree
from ptc_cli.engine.approvals import Approvals
from ptc_cli.engine.bindings import mentioned
from ptc_cli.engine.cache import ListingCache
from ptc_cli.engine.catalog import CatalogSource
from ptc_cli.engine.direct import direct_execution
from ptc_cli.engine.exposure import Exposures
from ptc_cli.engine.foresight import with_effects
from ptc_cli.engine.learned import LearnedResults
from ptc_cli.engine.local import LocalServer
from ptc_cli.engine.offered import Offered
from ptc_cli.engine.quarantine import Quarantine
from ptc_cli.engine.recent import RecentRuns
from ptc_cli.engine.reload import Reload, reload
from ptc_cli.engine.run import Run
from ptc_cli.engine.runner import Runner, with_lacks
from ptc_cli.engine.sessions import Sessions
from ptc_cli.engine.suspicion import Suspicion
from ptc_cli.engine.view import Views
from ptc_cli.journal import Journal
from ptc_cli.pins import Pins
from ptc_cli.upstream import Logins, Pool

if TYPE_CHECKING:
    from ptc_cli.check.checker import Checker
    from ptc_cli.engine.explore import CallerShell, Explorers
    from ptc_cli.search import Hit, Index


class Engine:
    """Servers, stubs, checker, sandbox and journal, wired. Belongs to one event loop, in the main thread.

    Nothing is started before it is needed: no server, no checker, no sandbox.
    """

    def __init__(
        self, files: Files, folders: Folders, references: References, *, answers: Collection[InquiryKind] = ()
    ) -> None:
        self._files = files
        self.settings = settings = files.load()
        self.folders = folders
        self._references = references
        state, cache = Path(folders.state), Path(folders.cache)
        self.journal = Journal(state, settings=settings.journal, secrets=lambda: references.secrets)
        self._learned = LearnedResults(cache, settings=settings.stubs, secrets=lambda: references.secrets)
        pins = Pins(state / "pins", settings.policy)
        self._source = CatalogSource(
            settings.servers, ask=self._list, cache=ListingCache(cache), learned=self._learned, pins=pins
        )
        self.quarantine = Quarantine(self._source, pins)
        logins = Logins(state / "logins", vault=KeychainVault(), remember=references.remember)
        self._pool = Pool(
            settings.servers,
            resolve=references.for_server,
            logs=state / "logs",
            logins=logins,
            eras=_eras(self._source.catalog),
            answers=answers,
        )
        self._pool.on_changed(self._ask_again)
        self._offered = Offered(self._pool)
        self._layers: asyncio.Task[Layers] | None = None
        self._sessions = Sessions(settings.sandbox, lambda: self._backend)
        self._approvals = Approvals(folders)
        self._exposures = Exposures(state)
        self._runner = Runner(
            checker=lambda: self._checker,
            backend=lambda: self._backend,
            layers=self.layers,
            sessions=self._sessions,
            suspicion=Suspicion(state / "looked-at"),
            news=pins.take_news,
            held=self._source.held,
            carry=self._carry,
            journal=self.journal,
            policy=lambda: self.settings.policy,
            secrets=lambda: references.secrets,
            approvals=self._approvals,
            exposures=self._exposures,
        )
        self._views = Views(self._learned.of)
        self._recent = RecentRuns(self.journal)
        self._index: tuple[View, Index] | None = None
        self._local: dict[str, LocalServer] = {}
        self._runs: set[asyncio.Task[Result]] = set()
        self._background: set[asyncio.Task[None]] = set()

    async def describe(self, caller: Caller, *, refresh: bool = False) -> View:
        """Return what a caller may see. Servers that are not in the cache are asked; `refresh` asks all."""
        return await self._described(caller, lambda _: True, refresh=refresh)

    async def search(self, caller: Caller, query: str, *, limit: int = 10) -> tuple[Hit, ...]:
        """Return the tools that fit a query best."""
        view = await self.describe(caller)
        from ptc_cli.search import Index

        if self._index is None or self._index[0].servers != view.servers:
            self._index = (view, Index(view))
        return self._index[1].search(query, limit)

    async def tree(self, caller: Caller) -> StubTree:
        """Return the files that a caller explores."""
        return self._explorers.tree(await self.describe(caller))

    async def shell(self, caller: Caller) -> CallerShell:
        """Return the caller's shell over its tree, in which its session's last runs stand under `/runs`."""
        return self._explorers.shell(await self.describe(caller), lambda: self._recent.overlay(caller))

    def run_folder(self, caller: Caller, run: str) -> str | None:
        """Return where a caller's shell finds a run, such as `/runs/3`; None where it does not."""
        return self._recent.folder(caller, run)

    async def check(
        self, program: Program, caller: Caller, *, strict: bool = False, session: str | None = None
    ) -> CheckReport:
        """Say what is wrong with a program, or with it as the next one of a session, and what it can do.

        Raises:
            CheckerError: The checker cannot be started.
        """
        history = None if session is None else self._sessions.history(caller, session)
        view = await self._described_for(program, caller)
        report = await self._checker.check(program, view, strict=strict, history=history)
        report = with_lacks(report, self._backend, program)
        return with_effects(
            report,
            program,
            view,
            settings=self.settings.policy,
            approvals=self._approvals,
            readings=self._exposures.known_to(caller),
            history=history,
        )

    async def start(self, execution: Execution, *, can_ask: bool = False, answers: Collection[InquiryKind] = ()) -> Run:
        """Check a program and, if it passes, run it; return its handle at once.

        Args:
            execution: The run to be. What the check finds out (face, names supplied, bindings) is filled in.
            can_ask: Whether somebody follows the run's events and answers questions; otherwise the answer is no.
            answers: What servers may ask of whoever follows; a server that asks for anything else is declined.
        """
        capped = execution.limits.capped(self.settings.sandbox.maxima)
        run = Run(replace(execution, limits=capped), journal=self.journal, can_ask=can_ask, answers=answers)
        for name in execution.limits.above(capped):
            run.emit(Warned(message=f"the limit {name} is cut to {getattr(capped, name):,}, its [sandbox.maxima]"))
        self._in_background(self._meanwhile(execution.program))
        return self._set_going(run, self._runner.program(run, self._described_for(execution.program, execution.caller)))

    async def run(self, execution: Execution) -> Result:
        """Start a run and wait for its end."""
        run = await self.start(execution)
        return await run.result()

    async def call(
        self,
        caller: Caller,
        server: str,
        tool: str,
        arguments: JsonObject,
        *,
        method: CallMethod = "tools/call",
        timeout_seconds: float | None = None,
        can_ask: bool = False,
        answers: Collection[InquiryKind] = (),
    ) -> Run:
        """Make one direct call, through the same gate; its `returned` has what came back once it has ended.

        By `method` it is of a tool, or of a resource or a prompt in a tool's place.
        """
        limits = self.settings.sandbox.limits
        if timeout_seconds is not None:
            limits = replace(limits, wall_seconds=timeout_seconds)
        execution = direct_execution(caller, server, tool, arguments, limits=limits)
        run = Run(execution, journal=self.journal, can_ask=can_ask, answers=answers)
        view = self._described(caller, lambda entry: server in (entry.name, entry.stub.module))
        return self._set_going(run, self._runner.direct(run, view, server, tool, arguments, method=method))

    async def offers(self, caller: Caller) -> tuple[Offers, ...]:
        """Return the resources and prompts of the servers that a caller may see; who cannot be asked offers none."""
        view = await self.describe(caller)
        return await self._offered.of(caller, [entry.name for entry in view.servers if entry.listing.status == "ok"])

    async def complete(self, caller: Caller, server: str, params: JsonObject) -> JsonObject:
        """Ask a server how an argument of a prompt or a template may go on, and return its answer as it came.

        Raises:
            ToolNotFoundError: The caller may see no such server.
            UpstreamError: There is no answer.
        """
        return await self._pool.complete((await self.describe(caller)).server(server).name, params)

    async def watch(self, caller: Caller, server: str, uri: str, told: Callable[[], None]) -> Callable[[], None]:
        """Have a function called whenever a resource of a server changed; return what ends it.

        Raises:
            ToolNotFoundError: The caller may see no such server, or not that resource.
            UpstreamError: The server does not tell of it, or cannot be reached.
        """
        name = (await self.describe(caller)).server(server).name
        if not policy.sees_tool(caller, name, uri):
            raise ToolNotFoundError(f"server '{name}': no resource '{uri}'")
        await self._pool.watch(name, uri, told)
        return lambda: self._pool.unwatch(name, uri, told)

    async def run_files(self, caller: Caller, run: str) -> Mapping[str, bytes]:
        """Return what there is to read of a caller's own run, by name; nothing of anybody else's."""
        return await asyncio.to_thread(self._recent.files, caller, run)

    def recent_runs(self, caller: Caller) -> tuple[str, ...]:
        """Return the last programs of a caller's session, the last one last."""
        return self._recent.runs(caller)

    def sessions(self, caller: Caller) -> tuple[str, ...]:
        """Return the names of a caller's sessions: each holds the names of the programs that ran in it."""
        return self._sessions.names(caller)

    async def end_session(self, caller: Caller, name: str) -> bool:
        """End a session of a caller, once its program has ended; say whether there was one."""
        return await self._sessions.end(caller, name)

    async def layers(self) -> Layers:
        """Start the sandbox if need be, and say what holds programs.

        Raises:
            SandboxUnavailableError: No sandbox as strong as required can be built here.
        """
        backend = self._backend
        if self._layers is None or (self._layers.done() and self._layers.exception() is not None):
            self._layers = asyncio.create_task(backend.start())
        return await asyncio.shield(self._layers)

    async def warm(self, caller: Caller) -> None:
        """Have checker and sandbox ready before the first program comes; what fails will be said then."""
        view = await self.describe(caller)
        await self._checker.prepare(view)
        try:
            await self.layers()
            await self._backend.prewarm(2)
        except PtcError:
            return

    def warm_soon(self, caller: Caller) -> None:
        """Begin `warm`, and return at once."""
        self._in_background(self.warm(caller))

    def refresh_soon(self) -> None:
        """Begin to ask every server anew, and return at once; `on_change` tells of what changed."""
        for entry in self._source.catalog.servers:
            if entry.listing.status == "ok":
                self._in_background(self._source.asked(entry.name))

    def resolve(self, text: str) -> str:
        """Return a configured text with its references resolved; what they refer to is kept out of all that is said.

        Raises:
            ConfigError: A reference has no value.
        """
        return self._references(text)

    def redacted(self, text: str) -> str:
        """Return a text without the values that configured references had so far."""
        for secret in sorted(self._references.secrets, key=len, reverse=True):
            text = text.replace(secret, "[secret]")
        return text

    @property
    def is_running(self) -> bool:
        """Whether any run goes on."""
        return bool(self._runs)

    def renew(self) -> None:
        """Know what other processes found out, and try failed servers again: as a process that starts now would."""
        self._learned.renew(self.settings.servers)
        self._source.renew()
        self._pool.forgive_all()

    def reload(self) -> Reload | None:
        """Apply the configuration files if one was touched; return what that changed, or None.

        Servers that are reached as before stay connected. A program that runs keeps the catalog that it was checked
        against; its calls to a server that is now another, or gone, fail.

        Raises:
            ConfigError: The files cannot be used as they are now. What held before holds on.
        """
        settings = self._files.changed()
        if settings is None:
            return None
        found = reload(self.settings, settings)
        self.settings = found.settings
        self._source.reconfigure(found.settings.servers)
        self._offered.clear()
        self._in_background(_finished(self._pool.reconfigure(found.settings.servers)))
        return found

    def server_failure(self, server: str) -> PtcError | None:
        """Return why a server could not be connected when last tried; its exit code tells a missing login."""
        return self._pool.failure(server)

    def server_stray(self, server: str) -> str:
        """Return what a server wrote to its standard output that is no message of MCP, or nothing."""
        return self._pool.stray(server)

    def on_change(self, callback: Callable[[], None]) -> None:
        """Have a function called whenever the catalog has a new generation."""
        self._source.on_change(callback)

    def on_offers_change(self, callback: Callable[[], None]) -> None:
        """Have a function called whenever a server says that its resources or prompts changed."""
        self._offered.on_change(callback)

    def add_local(self, server: LocalServer) -> None:
        """Let programs call functions of the host program as a server; one of the same name is replaced."""
        self._local[server.entry.name] = server

    def learned(self, tool: Tool) -> LearnedResult | None:
        """Return what was learned of a tool's results, if anything that can be relied on."""
        return self._learned.of(self._config(tool.spec.server)).get(tool.spec.name)

    def forget_learned(self, server: str, tool: str | None = None) -> tuple[str, ...]:
        """Forget what was learned of a tool's results, or of those of a server's tools; return their wire names."""
        return self._learned.forget(self._config(server), tool)

    async def self_test(self) -> tuple[str, ...]:
        """Return what the checker got wrong when it tried itself; nothing if all is well.

        Raises:
            CheckerError: The checker cannot be started.
        """
        return (await self._checker.self_test()).failures

    async def test(self, server: str) -> View:
        """Ask one server anew, and return what a person at the command line then sees of it."""
        await self._source.asked(server)
        return self._views.view(self._source.catalog, Caller(door="cli"), self._local.values())

    async def close(self) -> None:
        """End runs, servers, checker and sandbox, and write the journal."""
        for task in (*self._runs, *self._background):
            task.cancel()
        await asyncio.gather(*self._runs, *self._background, return_exceptions=True)
        await self._sessions.close()
        await self._source.close()
        made = vars(self)
        closing = [self._pool.close(), *(made[name].close() for name in ("_checker", "_backend") if name in made)]
        await asyncio.gather(*closing)
        if "_explorers" in made:
            self._explorers.close()
        self._learned.keep()
        self.journal.close()

    # What follows is imported and made when first wanted: listing tools answers in a blink, also where nothing runs.

    @cached_property
    def _checker(self) -> Checker:
        from ptc_cli.check.checker import Checker
        from ptc_cli.codegen import runtime_stub

        cache = Path(self.folders.cache) / "checker"
        return Checker(cache=cache, runtime_stub=runtime_stub, python=self.settings.sandbox.python)

    @cached_property
    def _backend(self) -> Backend:
        from ptc_cli.sandbox import open_backend

        return open_backend(self.settings.sandbox, folders=self.folders)

    @cached_property
    def _explorers(self) -> Explorers:
        from ptc_cli.engine.explore import Explorers

        return Explorers()

    async def _meanwhile(self, program: Program) -> None:
        """Have ready what a program needs that passes, while it is checked; what fails will be said then."""
        if self._mentioned(program):
            self._pool.prepare()
        with suppress(PtcError):
            await self.layers()

    def _mentioned(self, program: Program) -> frozenset[str]:
        entries = self._source.catalog.servers
        return mentioned(program.source, {name for entry in entries for name in (entry.name, entry.stub.module)})

    async def _described_for(self, program: Program, caller: Caller) -> View:
        """Return a caller's view without waiting for servers that a program does not use: one may be dead."""
        names = self._mentioned(program)
        return await self._described(caller, lambda entry: not names.isdisjoint((entry.name, entry.stub.module)))

    async def _described(self, caller: Caller, wanted: Callable[[ServerEntry], bool], *, refresh: bool = False) -> View:
        catalog = await self._source.listed(
            lambda entry: policy.sees_server(caller, entry.name) and wanted(entry), refresh=refresh
        )
        return self._views.view(catalog, caller, self._local.values())

    def _config(self, server: str) -> ServerConfig:
        entry = self._source.catalog.server(server)
        if entry is None:
            raise ToolNotFoundError(f"no server '{server}'")
        return entry.config

    async def _shown_after(self, run: Run, work: Awaitable[Result]) -> Result:
        """Carry a run to its end; whoever waited for its result finds it under `/runs`."""
        try:
            return await work
        finally:
            self._learned.keep()
            if run.execution.kind == "program":
                self._recent.add(run.execution.caller, run.id)

    def _set_going(self, run: Run, work: Coroutine[None, None, Result]) -> Run:
        task = asyncio.create_task(self._shown_after(run, work), name=f"run {run.id}")
        self._runs.add(task)
        task.add_done_callback(self._runs.discard)
        run.begin(task)
        return run

    async def _list(self, server: str) -> ServerListing:
        return await self._pool.list(server)

    async def _carry(self, call: ToolCall, tool: Tool | None, config: ServerConfig, requester: Requester) -> ToolResult:
        local = self._local.get(call.server)
        if local is not None:
            return await local.call(call)
        spec = None if tool is None else tool.spec
        result = await self._pool.call(call, spec=spec, requester=requester, checked_against=config)
        if tool is not None:
            self._learned.take(config, tool, result)
        return result

    def _ask_again(self, server: str) -> None:
        """Take over the changed tools of a server that says they changed."""
        self._in_background(self._source.asked(server))

    def _in_background(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)


async def _finished(farewell: Awaitable[object]) -> None:
    await farewell


def _eras(catalog: Catalog) -> dict[str, str]:
    """Return the protocol revision that each server spoke when it was last asked: finding out anew costs seconds."""
    return {entry.name: version for entry in catalog.servers if (version := entry.listing.protocol_version)}
