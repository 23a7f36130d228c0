"""Running one program: compile, run in its face, take the value of its last expression."""

from __future__ import annotations
import __future__

import ast
import asyncio
import atexit
import inspect
import linecache
import random
import sys
import threading
from dataclasses import asdict, dataclass
from types import CodeType, ModuleType
from typing import Any

from ptc_cli.worker import runtime, tools
from ptc_cli.worker.channel import Channel, Frame
from ptc_cli.worker.exact import JsonValue, encode, is_exact
from ptc_cli.worker.failure import Failure, failure
from ptc_cli.worker.job import Job

_TOP_LEVEL_AWAIT = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
_FUTURES = 0
for _feature in __future__.all_feature_names:
    _FUTURES |= getattr(__future__, _feature).compiler_flag


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """A program's statements, and its last expression."""

    body: CodeType
    value: CodeType | None

    @property
    def awaits(self) -> bool:
        """Whether it awaits at the top level, and so must run inside an event loop."""
        return any(code is not None and code.co_flags & inspect.CO_COROUTINE for code in (self.body, self.value))


def run(job: Job, channel: Channel) -> Frame:
    """Run a program to its end, and return the frame that says how it ended."""
    try:
        main = _prepare(job, channel)
        compiled = compile_program(job.source, job.name)
        value = asyncio.run(_run_inside(compiled, main)) if compiled.awaits else _run(compiled, main)
        frame = _ended(value, job.value_bytes) if compiled.value else _end(status="ok")
        _wait_for_threads()
        return frame
    except SystemExit as error:
        _wait_for_threads()
        return _exited(error, job.name)
    except BaseException as error:  # noqa: BLE001  # the program's, of whatever kind
        frame = _failed(failure(error, job.name))
        del error
        _wait_for_threads()
        return frame


def compile_program(source: str, name: str) -> Compiled:
    """Compile a program, its last expression apart.

    Raises:
        SyntaxError: It does not parse.
    """
    tree = ast.parse(source, name)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    body = compile(tree, name, "exec", flags=_TOP_LEVEL_AWAIT, dont_inherit=True)
    if not isinstance(last, ast.Expr):
        return Compiled(body=body, value=None)
    # `from __future__ import annotations` counts for the last expression too.
    flags = _TOP_LEVEL_AWAIT | (body.co_flags & _FUTURES)
    value = compile(ast.Expression(last.value), name, "eval", flags=flags, dont_inherit=True)
    return Compiled(body=body, value=value)


def _prepare(job: Job, channel: Channel) -> dict[str, object]:
    """Give the program its surroundings, and return its globals."""
    call = tools.caller(job, channel)
    modules = tools.package(job, call)
    main = ModuleType("__main__")
    main.__dict__.update(__file__=job.name, __builtins__=__builtins__, **tools.supplied(job, modules))
    sys.modules.update(modules, __main__=main, ptc=runtime.module(job, channel, call))
    sys.argv = [job.name]
    random.seed(job.seed)
    linecache.cache[job.name] = (len(job.source), None, job.source.splitlines(keepends=True), job.name)
    return main.__dict__


def _run(compiled: Compiled, main: dict[str, Any]) -> object:
    eval(compiled.body, main)  # noqa: S307  # to run programs is what this process is for
    return eval(compiled.value, main) if compiled.value else None  # noqa: S307


async def _run_inside(compiled: Compiled, main: dict[str, Any]) -> object:
    await _step(compiled.body, main)
    return await _step(compiled.value, main) if compiled.value else None


async def _step(code: CodeType, main: dict[str, Any]) -> object:
    value: Any = eval(code, main)  # noqa: S307
    return await value if code.co_flags & inspect.CO_COROUTINE else value


def _wait_for_threads() -> None:
    """Do what Python does at its end: wait for threads that are no daemons, then call what is registered for it."""
    # What `Py_FinalizeEx` calls; there are no others.
    threading._shutdown()  # type: ignore[attr-defined]  # noqa: SLF001
    atexit._run_exitfuncs()  # noqa: SLF001


def _end(
    *,
    status: str,
    value_kind: str = "none",
    value: JsonValue = None,
    error: Failure | None = None,
    limit: str | None = None,
) -> Frame:
    told = None if error is None else asdict(error)
    return {
        "kind": "end", "status": status, "value_kind": value_kind, "value": value, "error": told, "limit": limit
    }  # fmt: skip


def _ended(value: object, most_bytes: int) -> Frame:
    if value is None:
        return _end(status="ok")
    kind: str
    shown: JsonValue
    if is_exact(value):
        kind, shown = "json", value  # type: ignore[assignment]  # which `is_exact` has just said
    else:
        kind, shown = "repr", repr(value).encode("utf-8", "backslashreplace").decode()
    # One byte of it says how to read the rest.
    count = len(encode(shown)) - 1
    if count > most_bytes:
        message = f"the value of the last expression is {count:,} bytes of JSON, more than {most_bytes:,}"
        error = Failure(type="ValueTooLong", message=message, line=None, traceback="")
        return _end(status="limit", error=error, limit="value_bytes")
    return _end(status="ok", value_kind=kind, value=shown)


def _failed(error: Failure) -> Frame:
    return _end(status="failed" if error.limit is None else "limit", error=error, limit=error.limit)


def _exited(error: SystemExit, name: str) -> Frame:
    if error.code is None or error.code == 0:
        return _end(status="ok")
    if not isinstance(error.code, int):
        # Where Python prints it.
        print(error.code, file=sys.stderr)  # noqa: T201
    return _failed(failure(error, name))
