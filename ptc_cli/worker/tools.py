"""The package `tools`: one module per server, one function per tool."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from concurrent.futures import Future
from types import FrameType, ModuleType

from ptc_cli.worker.channel import Channel, Frame
from ptc_cli.worker.exact import plain
from ptc_cli.worker.job import Face, Function, Job, Server
from ptc_cli.worker.runtime import Call, Result, result


class _StubType(type):
    """The type of what a stub declares: annotations hold it, and calling it gives a plain dict."""

    def __call__(cls, *items: dict[str, object], **fields: object) -> dict[str, object]:
        return dict(*items, **fields)


def caller(face: Face, channel: Channel, file: Callable[[], str]) -> Call:
    """Return what carries a program's calls, in its face; `file` says what the program that runs was compiled from."""

    def send(frame: Frame) -> Future[Frame]:
        arguments = {name: plain(value, repr(name)) for name, value in frame["arguments"].items()}
        return channel.call({**frame, "arguments": arguments})

    def block(frame: Frame) -> Result:
        located = {**frame, "site": call_site(file())}
        return result(located, send(located).result())

    async def wait(frame: Frame) -> Result:
        return result(frame, await asyncio.wrap_future(send(frame)))

    # The site is where the call is written, which a coroutine that another task awaits no longer knows.
    return block if face == "sync" else lambda frame: wait({**frame, "site": call_site(file())})


def call_site(file: str) -> int:
    """Return the line at which the program is, in the innermost of its own frames; 0 in a thread without one."""
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001  # the public `inspect` reads sources: 50 times the cost
    while frame is not None and frame.f_code.co_filename != file:
        frame = frame.f_back
    return 0 if frame is None else frame.f_lineno or 0


def package(job: Job, call: Call) -> dict[str, ModuleType]:
    """Return the package `tools` and its modules, by the names they are imported by."""
    tools = ModuleType("tools", "One module per server.")
    tools.__path__ = []
    tools.__dict__["__all__"] = [server.module for server in job.servers]
    modules = {"tools": tools}
    for server in job.servers:
        modules[f"tools.{server.module}"] = tools.__dict__[server.module] = _module(server, call)
    return modules


def supplied(job: Job, modules: dict[str, ModuleType]) -> dict[str, object]:
    """Return what the program uses without importing it, by name."""
    known: dict[str, object] = {"tools": modules["tools"], "ptc": modules["ptc"]}
    for server in job.servers:
        module = modules[f"tools.{server.module}"]
        for function in server.functions:
            for prefix in (server.module, server.server):
                for name in (function.name, function.tool):
                    known.setdefault(f"mcp__{prefix}__{name}", module.__dict__[function.name])
        known[server.module] = module
    return {name: known[name] for name in job.supplied if name in known}


def _module(server: Server, call: Call) -> ModuleType:
    module = ModuleType(f"tools.{server.module}", f"The tools of the server {server.server!r}.")
    for name in server.types:
        module.__dict__[name] = _StubType(name, (), {"__module__": module.__name__})
    for function in server.functions:
        module.__dict__[function.name] = _function(server, function, call)
    return module


def _function(server: Server, function: Function, call: Call) -> Callable[..., object]:
    frame: Frame = {"method": "tools/call", "server": server.server, "tool": function.tool}

    def tool(*values: object, **named: object) -> object:
        return call({**frame, "arguments": _arguments(function, values, named)})

    tool.__name__ = tool.__qualname__ = function.name
    tool.__module__ = f"tools.{server.module}"
    return tool


def _arguments(function: Function, values: tuple[object, ...], named: dict[str, object]) -> dict[str, object]:
    """Return the arguments by their wire names.

    Raises:
        TypeError: As Python words it for a function of that signature.
    """
    if len(values) > len(function.positional):
        raise TypeError(_too_many(function, len(values)))
    found = dict(zip(function.positional, values, strict=False))
    for name, value in named.items():
        wire = function.renamed.get(name, name)
        if wire in found:
            raise TypeError(f"{function.name}() got multiple values for argument {name!r}")
        found[wire] = value
    return found


def _too_many(function: Function, given: int) -> str:
    most = len(function.positional)
    were = "was" if given == 1 else "were"
    return f"{function.name}() takes {most} positional argument{'' if most == 1 else 's'} but {given} {were} given"
