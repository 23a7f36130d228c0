"""How a run ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from ptc_cli.core.check import Diagnostic
from ptc_cli.core.exits import CANCELLED_EXIT_CODE, DENIED_EXIT_CODE, REJECTED_EXIT_CODE
from ptc_cli.core.jsonvalue import JsonValue

Status = Literal["ok", "rejected", "failed", "timeout", "limit", "killed", "cancelled"]

ValueKind = Literal["none", "json", "repr"]
"""`json`: `value` is the program's value. `repr`: `value` is text, the `repr` of it. `none`: no last expression."""

EXIT_CODES: Mapping[Status, int] = MappingProxyType(
    {
        "ok": 0,
        "failed": 1,
        "killed": 1,
        "rejected": REJECTED_EXIT_CODE,
        "timeout": 5,
        "limit": 5,
        "cancelled": CANCELLED_EXIT_CODE,
    }
)
"""Exit code by status; a program that ended by an uncaught `ToolDenied` gives 6 (`exit_code`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramError:
    """What ended a program that did not end well."""

    type: str
    """The exception's name, such as `KeyError`, or what happened, such as `Exited` or `Crashed`."""

    message: str
    line: int | None = None
    """1-based line of the program where it happened."""

    traceback: str = ""
    """Over the program's own lines only."""

    hint: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitHit:
    """The limit that ended a program."""

    name: str
    """A field of `Limits`."""

    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CallSummary:
    """One call of a run, without what it carried."""

    id: str
    server: str
    tool: str
    seconds: float
    ok: bool
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """A file that was kept with the run, without its content."""

    path: str
    """Relative to the program's workspace."""

    bytes: int
    digest: str
    """SHA-256 of the content."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a program ended, as a backend knows it. Output and calls have been emitted on the way."""

    status: Literal["ok", "failed", "timeout", "limit", "killed", "cancelled"]
    value_kind: ValueKind = "none"
    value: JsonValue = None
    error: ProgramError | None = None
    limit: LimitHit | None = None
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    peak_memory_bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How the run ended."""

    run: str
    status: Status
    value_kind: ValueKind = "none"
    value: JsonValue = None
    stdout: str = ""
    stderr: str = ""
    """Both whole as they were kept; front doors cut them with `cut_text`."""

    error: ProgramError | None = None
    limit: LimitHit | None = None
    diagnostics: tuple[Diagnostic, ...] = ()
    signatures: tuple[str, ...] = ()
    """Of the tools that the diagnostics are about."""

    warnings: tuple[str, ...] = ()
    calls: tuple[CallSummary, ...] = ()
    artifacts: tuple[Artifact, ...] = ()
    seconds: float = 0.0
    is_truncated: bool = False
    """Whether output was lost, beyond what is kept."""

    @property
    def exit_code(self) -> int:
        """The process exit code that says the same."""
        if self.status == "failed" and self.error is not None and self.error.type == "ToolDenied":
            return DENIED_EXIT_CODE
        return EXIT_CODES[self.status]


def cut_text(text: str, most_bytes: int, *, kept_at: str | None = None) -> str:
    """Return a text of at most about `most_bytes` of UTF-8: its head, how much is missing, its tail.

    Cuts fall between characters. A text that fits comes back as it is. `kept_at` says where all of it can be read.
    """
    encoded = text.encode("utf-8", "replace")
    if len(encoded) <= most_bytes:
        return text
    half = most_bytes // 2
    head, tail = encoded[:half].decode("utf-8", "ignore"), encoded[len(encoded) - half :].decode("utf-8", "ignore")
    missing = len(encoded) - len(head.encode()) - len(tail.encode())
    where = "" if kept_at is None else f"; all of it: {kept_at}"
    return f"{head}\n[... {missing:,} bytes cut{where} ...]\n{tail}"
