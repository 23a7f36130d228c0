"""What is said of a program that raised: over its own lines only."""

from __future__ import annotations

import errno
import traceback
from collections.abc import Mapping
from dataclasses import dataclass

from ptc_cli.worker.runtime import BudgetExceeded

_TEXT_CHARACTERS = 32_000
_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """An error that ended a program."""

    type: str
    message: str
    line: int | None
    traceback: str
    limit: str | None = None
    """The limit that was hit, if that is why."""


def failure(error: BaseException, file: str, shown: Mapping[str, str]) -> Failure:
    """Return what to say of an error that ended a program.

    `file` is what the program was compiled from, and `shown` how it, and those before it in its session, are named.
    """
    if isinstance(error, MemoryError):
        # What the frames hold is what used the memory up.
        line = _line(error, file)
        traceback.clear_frames(error.__traceback__)
        told = _short(line, shown[file])
        return Failure(type="MemoryError", message="out of memory", line=line, traceback=told, limit="memory_bytes")
    # Before the traceback, which asks for the same text and goes on when it is interrupted there.
    message = _message(error)
    trace = traceback.TracebackException.from_exception(error, compact=True)
    _keep_own_frames(trace, shown, set())
    return Failure(
        type=_cut(type(error).__name__),
        message=_cut(message),
        line=_line(error, file),
        traceback=_cut("".join(trace.format())),
        limit=_limit(error),
    )


def _limit(error: BaseException) -> str | None:
    if isinstance(error, BudgetExceeded):
        return "calls"
    if isinstance(error, OSError):
        return "disk_bytes" if error.errno in _DISK else "open_files" if error.errno == errno.EMFILE else None
    is_thread = isinstance(error, RuntimeError) and error.args == ("can't start new thread",)
    return "threads" if is_thread else None


def _message(error: BaseException) -> str:
    try:
        return str(error)
    except KeyboardInterrupt:
        raise
    except BaseException as second:  # noqa: BLE001  # whatever the program's own `__str__` raises, an exit too
        return f"<{type(error).__name__} whose str() raises {type(second).__name__}>"


def _line(error: BaseException, file: str) -> int | None:
    if isinstance(error, SyntaxError) and error.filename == file:
        return error.lineno
    line, trace = None, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == file:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _keep_own_frames(told: traceback.TracebackException, shown: Mapping[str, str], seen: set[int]) -> None:
    if id(told) in seen:
        return
    seen.add(id(told))
    told.stack[:] = [frame for frame in told.stack if frame.filename in shown]
    for place in (*told.stack, told):
        file: str | None = getattr(place, "filename", None)
        if file is not None and file in shown:
            place.filename = shown[file]
    for other in (told.__cause__, told.__context__, *(getattr(told, "exceptions", None) or ())):
        if other is not None:
            _keep_own_frames(other, shown, seen)


def _short(line: int | None, name: str) -> str:
    where = "" if line is None else f'  File "{name}", line {line}\n'
    return f"Traceback (most recent call last):\n{where}MemoryError: out of memory\n"


def _cut(text: str) -> str:
    clean = text.encode("utf-8", "backslashreplace").decode()
    if len(clean) <= _TEXT_CHARACTERS:
        return clean
    half = _TEXT_CHARACTERS // 2
    return f"{clean[:half]}\n[... {len(clean) - 2 * half:,} characters cut ...]\n{clean[-half:]}"
