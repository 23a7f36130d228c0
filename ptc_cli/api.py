"""The engine for Python programs: check, start and run programs, and lend them functions of your own.

async with open_engine() as engine:
    engine.add_tools(lookup, server="crm")
    result = await engine.run("crm.lookup('ada')")
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import PydanticSchemaGenerationError, PydanticUserError, TypeAdapter, ValidationError
from pydantic_core import ArgsKwargs

from ptc_cli import engine as _engine
from ptc_cli.core.call import ToolResult
from ptc_cli.core.catalog import Caller, Tool, View
from ptc_cli.core.check import CheckReport, Diagnostic
from ptc_cli.core.errors import ConfigError, PtcError
from ptc_cli.core.event import Event
from ptc_cli.core.execution import Execution
from ptc_cli.core.inquiry import Inquiry, InquiryKind, Reply
from ptc_cli.core.jsonvalue import JsonObject, JsonValue
from ptc_cli.core.limits import Limits
from ptc_cli.core.program import Program
from ptc_cli.core.result import Result
from ptc_cli.core.server import Origin, ServerConfig, ToolAnnotations, ToolSpec
from ptc_cli.engine import Run
from ptc_cli.engine.local import LocalFunction, LocalServer

__all__ = [
    "CheckReport",
    "Diagnostic",
    "Engine",
    "Event",
    "Execution",
    "Inquiry",
    "InquiryKind",
    "Limits",
    "Program",
    "PtcError",
    "Reply",
    "Result",
    "Run",
    "Tool",
    "ToolResult",
    "View",
    "open_engine",
]

Function = Callable[..., Any]


class Engine:
    """An open engine. Use it on the event loop that opened it, in the main thread."""

    def __init__(self, engine: _engine.Engine, caller: Caller) -> None:
        self._engine = engine
        self._caller = caller

    async def describe(self) -> View:
        """Return the servers and tools that programs can use."""
        return await self._engine.describe(self._caller)

    async def check(self, program: str | Program, *, strict: bool = False) -> CheckReport:
        """Say what is wrong with a program, without running it."""
        return await self._engine.check(_program(program), self._caller, strict=strict)

    async def start(
        self,
        program: str | Program,
        *,
        limits: Limits | None = None,
        workspace: str | None = None,
        mounts: Collection[str | Path] = (),
        keep: Collection[str] = (),
        can_ask: bool = False,
        answers: Collection[InquiryKind] = (),
    ) -> Run:
        """Check a program and, if it passes, set it running; return its handle at once.

        Args:
            program: The program, or its source.
            limits: What it may use; the configuration's by default.
            workspace: The name of a folder that outlives programs; None gives it an empty one of its own.
            mounts: Files and folders of this machine that it may read, under `/mnt` by their last part.
            keep: Globs over paths in its workspace, such as `*.png`: the files that are kept with the run.
            can_ask: Whether you follow the run's events and answer its questions (`Run.answer`); otherwise a call
                that policy wants approved is denied.
            answers: What servers may ask you in the middle of a call (`Run.reply`); anything else is declined.
        """
        execution = Execution.of(
            _program(program), caller=self._caller, limits=limits or self._engine.settings.sandbox.limits
        )
        execution = replace(execution, workspace=workspace, mounts=_absolute(mounts), keep=tuple(keep))
        return await self._engine.start(execution, can_ask=can_ask, answers=answers)

    async def run(
        self,
        program: str | Program,
        *,
        limits: Limits | None = None,
        workspace: str | None = None,
        mounts: Collection[str | Path] = (),
        keep: Collection[str] = (),
    ) -> Result:
        """Check a program, run it if it passes, and return how it ended. The arguments are those of `start`."""
        run = await self.start(program, limits=limits, workspace=workspace, mounts=mounts, keep=keep)
        return await run.result()

    async def call(self, server: str, tool: str, /, **arguments: JsonValue) -> ToolResult:
        """Call one tool directly, through the same gate; a failure is in the result."""
        run = await self._engine.call(self._caller, server, tool, arguments)
        await run.result()
        assert run.returned is not None
        return run.returned

    def add_tools(self, *functions: Function, server: str = "local", read_only: bool = False) -> None:
        """Let programs call functions of yours, as the tools of one more server.

        Types come from the annotations, descriptions from the docstrings. Arguments are validated before a function
        is called; what it raises is the tool's error. Functions that are not `async` run in a thread.

        Args:
            functions: Functions with annotated parameters.
            server: The name programs use; tools added under a name replace those added before.
            read_only: Whether the functions change nothing.

        Raises:
            ConfigError: A function cannot be described, or a configured server has the name.
        """
        if any(config.name == server for config in self._engine.settings.servers):
            raise ConfigError(f"server '{server}' is already configured", hint="Choose another name: server='...'.")
        made = [_local(function, server, read_only=read_only) for function in functions]
        specs = tuple(spec for spec, _ in made)
        calls = {spec.name: call for spec, call in made}
        config = ServerConfig(name=server, transport="local", origin=Origin(path="<python>"))
        self._engine.add_local(LocalServer.of(config, specs, calls))


@asynccontextmanager
async def open_engine(
    config: str | None = None,
    *,
    cwd: str | Path | None = None,
    environ: Mapping[str, str] | None = None,
    answers: Collection[InquiryKind] = (),
) -> AsyncIterator[Engine]:
    """Open an engine over the configuration that `ptc` would use in a folder.

    Args:
        config: A configuration file, instead of those that are found.
        cwd: Where the search for configuration begins; the current folder by default.
        environ: The environment for references and overrides; the process's by default.
        answers: What servers may ask at all, which those of the older protocol are told when they connect; `start`
            says what they may ask in one run.

    Raises:
        ConfigError: A file cannot be read or says what makes no sense.
    """
    async with _engine.open_engine(config=config, cwd=cwd, environ=environ, answers=answers) as engine:
        yield Engine(engine, Caller(door="api"))


def _program(program: str | Program) -> Program:
    return program if isinstance(program, Program) else Program.of(program)


def _absolute(paths: Collection[str | Path]) -> tuple[str, ...]:
    return tuple(str(Path(path).absolute()) for path in paths)


def _local(function: Function, server: str, *, read_only: bool) -> tuple[ToolSpec, LocalFunction]:
    name = function.__name__
    try:
        arguments: TypeAdapter[Any] = TypeAdapter(function)  # type: ignore[arg-type]  # it takes functions too
        returned = TypeAdapter[Any](_returned(function))
        input_schema, output_schema = arguments.json_schema(), returned.json_schema(mode="serialization")
    except (PydanticSchemaGenerationError, PydanticUserError, NameError, TypeError) as error:
        hint = "Annotate its parameters and its result with types that have a JSON form."
        raise ConfigError(f"function '{name}' cannot be a tool: {error}", hint=hint) from error
    spec = ToolSpec(
        server=server,
        name=name,
        description=inspect.getdoc(function) or "",
        input_schema=input_schema,
        output_schema=output_schema or None,
        annotations=ToolAnnotations(read_only=read_only or None),
    )
    return spec, _caller_of(function, arguments, returned)


def _returned(function: Function) -> Any:
    annotation = inspect.signature(function, eval_str=True).return_annotation
    return Any if annotation is inspect.Signature.empty else annotation


def _caller_of(function: Function, arguments: TypeAdapter[Any], returned: TypeAdapter[Any]) -> LocalFunction:
    async def call(given: JsonObject) -> JsonValue:
        taken = ArgsKwargs((), given)
        try:
            if inspect.iscoroutinefunction(function):
                value = await arguments.validate_python(taken)
            else:
                value = await asyncio.to_thread(arguments.validate_python, taken)
        except ValidationError as error:
            raise TypeError(str(error)) from error
        result: JsonValue = returned.dump_python(value, mode="json")
        return result

    return call
