"""A sandbox with a few tools behind it, for tests that run programs."""

from __future__ import annotations

import ast
import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

import psutil

from ptc_cli.core.backend import Backend, BackendSession
from ptc_cli.core.call import Content, ToolCall, ToolResult
from ptc_cli.core.catalog import Caller
from ptc_cli.core.clock import RunClock
from ptc_cli.core.event import Kept, Output, Progress, Warned
from ptc_cli.core.execution import Execution, FunctionBinding, ModuleBinding
from ptc_cli.core.layers import Layers
from ptc_cli.core.limits import Limits
from ptc_cli.core.program import Program, face_of, unbound_names
from ptc_cli.core.result import Outcome
from ptc_cli.core.settings import Folders, SandboxSettings
from ptc_cli.sandbox import open_backend
from tests.processes import living

KINDS: tuple[Literal["zygote", "landlock"], ...] = ("zygote", "landlock")
"""The backends that run Python itself, and keep the whole contract."""

EVERY_KIND: tuple[Literal["zygote", "landlock", "auto", "monty"], ...] = (*KINDS, "auto", "monty")

BINDINGS = (
    ModuleBinding(
        module="demo",
        server="demo",
        functions=(
            FunctionBinding(name="add", tool="add", positional=("a", "b")),
            FunctionBinding(name="echo", tool="echo", positional=("value",)),
            FunctionBinding(name="send", tool="send", positional=("from", "to"), renamed={"from_": "from"}),
            FunctionBinding(name="slow", tool="slow"),
            FunctionBinding(name="forever", tool="forever"),
            FunctionBinding(name="fail", tool="fail", positional=("kind",)),
            FunctionBinding(name="picture", tool="picture"),
            FunctionBinding(name="mixed", tool="mixed"),
            FunctionBinding(name="big", tool="big", positional=("size",)),
        ),
        types=("Issue", "State"),
    ),
    ModuleBinding(module="email", server="e-mail", functions=(FunctionBinding(name="list_", tool="list"),)),
)


class Events(list["Output | Progress | Warned | Kept"]):
    """What a program did, as it did it."""


@dataclass
class Tools:
    """What the tools were asked, and how many at once."""

    calls: list[ToolCall] = field(default_factory=list)
    cancelled: list[ToolCall] = field(default_factory=list)
    running: int = 0
    most_running: int = 0

    async def __call__(self, call: ToolCall, /) -> ToolResult:
        self.calls.append(call)
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        try:
            return await self._answer(call)
        except asyncio.CancelledError:
            self.cancelled.append(call)
            raise
        finally:
            self.running -= 1

    async def _answer(self, call: ToolCall) -> ToolResult:
        arguments: dict[str, Any] = call.arguments
        if call.method == "resources/read":
            return ToolResult(value=f"resource {call.tool}")
        if call.tool in _ANSWERS:
            return _ANSWERS[call.tool](arguments)
        if call.tool == "slow":
            await asyncio.sleep(0.3)
            return ToolResult(value="slow")
        if call.tool == "forever":
            await asyncio.Event().wait()
        if call.tool == "breaks":
            raise RuntimeError("the pool is broken")
        return ToolResult.failed("not-found", f"no tool {call.tool!r}")


def _fail(arguments: dict[str, Any]) -> ToolResult:
    failed = ToolResult.failed(arguments["kind"], "upstream says no", hint="Ask nicely.")
    return ToolResult(failure=failed.failure, content=(Content(type="text", text="upstream says no"),))


_PICTURE = Content(type="image", data=b"\x89PNG", mime_type="image/png")

_ANSWERS: dict[str, Callable[[dict[str, Any]], ToolResult]] = {
    "add": lambda arguments: ToolResult(value=arguments["a"] + arguments["b"]),
    "echo": lambda arguments: ToolResult(value=arguments["value"]),
    "send": lambda arguments: ToolResult(value=arguments),
    "fail": _fail,
    "picture": lambda _: ToolResult(is_content=True, content=(_PICTURE,)),
    "mixed": lambda _: ToolResult(is_content=True, content=(Content(type="text", text="a cat"), _PICTURE)),
    "big": lambda arguments: ToolResult(value="x" * arguments["size"]),
}


@dataclass(frozen=True)
class Ran:
    """What became of one program."""

    outcome: Outcome
    events: list[Output | Progress | Warned | Kept]
    tools: Tools

    @property
    def value(self) -> Any:
        assert self.outcome.status == "ok", self.outcome
        return self.outcome.value

    @property
    def stdout(self) -> str:
        return self._text("stdout")

    @property
    def stderr(self) -> str:
        return self._text("stderr")

    def _text(self, stream: str) -> str:
        return "".join(each.text for each in self.events if isinstance(each, Output) and each.stream == stream)


@dataclass
class Sandbox:
    """A started backend that runs programs as a session would."""

    backend: Backend
    layers: Layers
    before: set[psutil.Process] = field(default_factory=set)
    """The processes that were there when it was started."""

    async def run(
        self, source: str, *, tools: Tools | None = None, clock: RunClock | None = None, limits: Limits | None = None,
        events: list[Output | Progress | Warned | Kept] | None = None, **more: Any,
    ) -> Ran:  # fmt: skip
        tools = tools or Tools()
        events = [] if events is None else events
        execution = execution_of(source, limits=limits, **more)
        outcome = await self.backend.run(execution, call=tools, emit=events.append, clock=clock)
        return Ran(outcome=outcome, events=events, tools=tools)

    async def value(self, source: str, **more: Any) -> Any:
        return (await self.run(source, **more)).value

    def processes(self) -> list[psutil.Process]:
        """Return the processes that were not there before it was started, and have not ended."""
        return [each for each in living(psutil.Process()) if each not in self.before]

    async def open_session(self, *, limits: Limits | None = None, **more: Any) -> Session:
        before = set(psutil.Process().children(recursive=True))
        backend = await self.backend.open_session(execution_of("", limits=limits, **more))
        return Session(backend=backend, before=before)

    @asynccontextmanager
    async def session(self, *, limits: Limits | None = None, **more: Any) -> AsyncIterator[Session]:
        session = await self.open_session(limits=limits, **more)
        try:
            yield session
        finally:
            await session.backend.close()


@dataclass
class Session:
    """A session of a backend."""

    backend: BackendSession
    before: set[psutil.Process]

    async def run(
        self, source: str, *, tools: Tools | None = None, events: Events | None = None,
        limits: Limits | None = None, **more: Any,
    ) -> Ran:  # fmt: skip
        tools = tools or Tools()
        events = Events() if events is None else events
        execution = execution_of(source, limits=limits, **more)
        return Ran(
            outcome=await self.backend.run(execution, call=tools, emit=events.append), events=events, tools=tools
        )

    async def value(self, source: str, **more: Any) -> Any:
        return (await self.run(source, **more)).value

    def processes(self) -> list[psutil.Process]:
        """Return the processes that were not there before it was opened."""
        return [each for each in psutil.Process().children(recursive=True) if each not in self.before]


async def seen(events: Events, text: str) -> None:
    """Wait until a program has printed something."""
    async with asyncio.timeout(20):
        while text not in "".join(each.text for each in events if isinstance(each, Output)):
            await asyncio.sleep(0.005)


def execution_of(source: str, *, limits: Limits | None = None, **more: Any) -> Execution:
    try:
        face, supplied = face_of(ast.parse(source)).face, tuple(unbound_names(source))
    except (SyntaxError, ValueError):
        face, supplied = "sync", ()
    fields: dict[str, Any] = {
        "run": "run-1",
        "program": Program.of(source),
        "caller": Caller(door="api"),
        "limits": limits or Limits(wall_seconds=20),
        "face": face,
        "supplied": supplied,
        "bindings": BINDINGS,
    }
    return Execution(**{**fields, **more})


@asynccontextmanager
async def started(settings: SandboxSettings, *, folders: Folders | None = None) -> AsyncIterator[Sandbox]:
    before = set(psutil.Process().children(recursive=True))
    backend = open_backend(settings, folders=folders)
    try:
        yield Sandbox(backend=backend, layers=await backend.start(), before=before)
    finally:
        await backend.close()
