"""Running one program: compile, run in its face, take the value of its last expression."""

from __future__ import annotations
import __future__

import ast
import asyncio
import atexit
import contextlib
import inspect
import sys
import threading
from collections.abc import Callable, Coroutine
from dataclasses import asdict, dataclass
from types import CodeType
from typing import Any, TypeAlias

from ptc_cli.worker.channel import Channel, Frame
from ptc_cli.worker.exact import JsonValue, encode, is_exact
from ptc_cli.worker.failure import Failure, failure
from ptc_cli.worker.job import Job
from ptc_cli.worker.runtime import written
from ptc_cli.worker.surroundings import Surroundings

Drive: TypeAlias = Callable[[Coroutine[Any, Any, object]], object]
"""Run a coroutine to its end."""

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
    """Run a program that is on its own to its end, and return the frame that says how it ended."""
    frame = evaluate(job, Surroundings(channel), asyncio.run)
    _wind_up()
    return frame


def evaluate(job: Job, surroundings: Surroundings, drive: Drive) -> Frame:
    """Run a program in its surroundings, and return the frame that says how its last line ended."""
    try:
        try:
            surroundings.enter(job)
            compiled = compile_program(job.source, surroundings.file)
            names = surroundings.names
            value = drive(_run_inside(compiled, names)) if compiled.awaits else _run(compiled, names)
            if compiled.value:
                surroundings.keep(value)
        finally:
            # Hooks of the program's would see what follows, and could raise in it. In this frame, since the call of a
            # function would be seen already; a hook that raises is gone by that.
            for unhook in (sys.setprofile, sys.settrace):
                try:  # noqa: SIM105
                    unhook(None)
                except BaseException:  # noqa: BLE001, S110
                    pass
        return ended(value, job.value_bytes) if compiled.value else end_of(status="ok")
    except SystemExit as error:
        return _exited(error, surroundings)
    except BaseException as error:  # noqa: BLE001  # the program's, of whatever kind
        return _failed(error, surroundings)


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


def _run(compiled: Compiled, main: dict[str, Any]) -> object:
    eval(compiled.body, main)  # noqa: S307  # to run programs is what this process is for
    return eval(compiled.value, main) if compiled.value else None  # noqa: S307


async def _run_inside(compiled: Compiled, main: dict[str, Any]) -> object:
    await _step(compiled.body, main)
    return await _step(compiled.value, main) if compiled.value else None


async def _step(code: CodeType, main: dict[str, Any]) -> object:
    value: Any = eval(code, main)  # noqa: S307
    return await value if code.co_flags & inspect.CO_COROUTINE else value


def _wind_up() -> None:
    """Do what Python does at its end: wait for threads that are no daemons, then call what is registered for it."""
    # What `Py_FinalizeEx` calls; there are no others.
    threading._shutdown()  # type: ignore[attr-defined]  # noqa: SLF001
    atexit._run_exitfuncs()  # noqa: SLF001


def end_of(
    *,
    status: str,
    value_kind: str = "none",
    value: JsonValue = None,
    error: Failure | None = None,
    limit: str | None = None,
) -> Frame:
    """Return the frame that says how a program ended."""
    told = None if error is None else asdict(error)
    return {
        "kind": "end", "status": status, "value_kind": value_kind, "value": value, "error": told, "limit": limit
    }  # fmt: skip


INTERRUPTED = end_of(
    status="failed",
    error=Failure(type="KeyboardInterrupt", message="", line=None, traceback=""),
)
"""How a program ends that was interrupted when its last line was done."""


def ended(value: object, most_bytes: int) -> Frame:
    """Return the frame for a program that ran to its end; `value` is its last expression's."""
    if value is None:
        return end_of(status="ok")
    kind, shown = _shown(value, most_bytes)
    # One byte of it says how to read the rest.
    count = len(encode(shown)) - 1
    if count > most_bytes:
        message = f"the value of the last expression is {count:,} bytes of JSON, more than {most_bytes:,}"
        error = Failure(type="ValueTooLong", message=message, line=None, traceback="")
        return end_of(status="limit", error=error, limit="value_bytes")
    return end_of(status="ok", value_kind=kind, value=shown)


def _shown(value: object, most_bytes: int) -> tuple[str, JsonValue]:
    if is_exact(value):
        return "json", value  # type: ignore[return-value]  # which `is_exact` has just said
    # Blocks of tools' answers become such again, for whoever can show them, unless they are too large for it.
    blocks = written(value)
    if is_exact(blocks) and len(encode(blocks)) <= most_bytes:  # type: ignore[arg-type]  # as above
        return "json", blocks  # type: ignore[return-value]  # as above
    return "repr", repr(value).encode("utf-8", "backslashreplace").decode()


def _failed(error: BaseException, surroundings: Surroundings) -> Frame:
    try:
        told = failure(error, surroundings.file, surroundings.files)
    except BaseException as second:  # noqa: BLE001  # of classes of the program's own, an exit too
        message = f"the program ended by an error that cannot be shown: {type(second).__name__} was raised on the way"
        told = Failure(type="Error", message=message, line=None, traceback="")
    return end_of(status="failed" if told.limit is None else "limit", error=told, limit=told.limit)


def _exited(error: SystemExit, surroundings: Surroundings) -> Frame:
    if error.code is None or error.code == 0:
        return end_of(status="ok")
    if not isinstance(error.code, int):
        # Where Python prints it; the program may have put anything there.
        with contextlib.suppress(Exception):
            print(error.code, file=sys.stderr)  # noqa: T201
    return _failed(error, surroundings)
