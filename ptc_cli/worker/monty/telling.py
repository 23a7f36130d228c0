"""What is said of how a program ended in monty, put as it is of any program."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence

from pydantic_monty import Frame as MontyFrame
from pydantic_monty import MontyCrashedError, MontyError, MontyRuntimeError, MontySyntaxError

from ptc_cli.worker.channel import Frame
from ptc_cli.worker.failure import Failure
from ptc_cli.worker.job import Job
from ptc_cli.worker.program import end_of

_SHOWN_FRAMES = 20
_TEXT_CHARACTERS = 32_000
_SPENT: Mapping[str, str] = {
    "feed time limit exceeded": "cpu_seconds",
    "memory limit exceeded": "memory_bytes",
    "worker exceeded its memory limit": "memory_bytes",
    "suspension limit": "calls",
    "result frame of": "value_bytes",
}
"""Limits by how monty begins to say that one is spent."""


def failed(error: MontyError, job: Job, raised: Mapping[tuple[str, str], str]) -> Frame:
    """Return the frame for a program that raised, or that monty gave up; `raised` names the errors that were ours."""
    if isinstance(error, MontyCrashedError):
        return _crashed(error)
    inner = error.exception()
    frames = error.traceback() if isinstance(error, MontyRuntimeError | MontySyntaxError) else []
    kind, message = type(inner).__name__, str(inner)
    if kind == "SystemExit":
        if not message:
            return end_of(status="ok")
        os.write(2, f"{message}\n".encode("utf-8", "backslashreplace"))
    told = Failure(
        type=raised.get((kind, message), kind),
        message=_cut(_advised(kind, message)),
        line=frames[-1].line if frames else None,
        traceback=_cut(_traceback(frames, job, raised.get((kind, message), kind), message)),
        limit=_limit(kind, message, raised),
    )
    return _failure(told)


def _crashed(error: MontyCrashedError) -> Frame:
    limit = "cpu_seconds" if error.timed_out else None
    return _failure(Failure(type="Crashed", message=_cut(str(error)), line=None, traceback="", limit=limit))


def _failure(told: Failure) -> Frame:
    return end_of(status="failed" if told.limit is None else "limit", error=told, limit=told.limit)


def _limit(kind: str, message: str, raised: Mapping[tuple[str, str], str]) -> str | None:
    if raised.get((kind, message)) == "BudgetExceeded":
        return "calls"
    spent = next((limit for words, limit in _SPENT.items() if message.startswith(words)), None)
    return "memory_bytes" if kind == "MemoryError" else spent if kind in ("TimeoutError", "RuntimeError") else None


def _advised(kind: str, message: str) -> str:
    if kind != "NotImplementedError" or not message.startswith("The monty"):
        return message
    return f"{message}: use another backend, such as zygote"


def _traceback(frames: Sequence[MontyFrame], job: Job, kind: str, message: str) -> str:
    lines = job.source.splitlines()
    shown = [*frames[: _SHOWN_FRAMES // 2], *frames[-_SHOWN_FRAMES // 2 :]] if len(frames) > _SHOWN_FRAMES else frames
    text = [part for frame in shown for part in _place(frame, job.name, lines)]
    return "\n".join(["Traceback (most recent call last):", *text, f"{kind}: {message}" if message else kind]) + "\n"


def _place(frame: MontyFrame, name: str, lines: Sequence[str]) -> Iterator[str]:
    yield f'  File "{name}", line {frame.line}, in {frame.function_name or "<module>"}'
    if 0 < frame.line <= len(lines):
        yield f"    {lines[frame.line - 1].strip()}"


def _cut(text: str) -> str:
    clean = text.encode("utf-8", "backslashreplace").decode()
    return clean if len(clean) <= _TEXT_CHARACTERS else f"{clean[:_TEXT_CHARACTERS]} [...]"
