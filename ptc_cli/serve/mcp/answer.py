"""How a run ended, as compact text for a model: what matters first, nothing that is empty. Pure."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ptc_cli.check.text import render
from ptc_cli.core.call import Content
from ptc_cli.core.check import CheckReport, Diagnostic
from ptc_cli.core.jsonvalue import JsonObject, JsonValue
from ptc_cli.core.program import Program
from ptc_cli.core.result import ProgramError, Result, Status, cut_text
from ptc_cli.upstream.answers import content_of

_HEADLINES: Mapping[Status, str] = MappingProxyType(
    {
        "ok": "Done",
        "rejected": "Rejected by the type check. Nothing ran, no function was called",
        "failed": "Failed",
        "timeout": "Timed out",
        "limit": "Stopped at a limit",
        "killed": "Killed",
        "cancelled": "Cancelled",
    }
)

NOTHING = "Done. No value and no output: end the program with an expression, or print."


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a model reads of a run."""

    text: str
    is_error: bool
    content: tuple[Content, ...] = ()
    """Where the program's value is an image, sound or a resource, or a list with such."""


def answer(result: Result, program: Program, *, output_bytes: int, folder: str | None = None) -> Answer:
    """Return how a run ended: the value or the error, then the output, then what else should be known.

    `folder` is where the client's shell finds the run: what is cut here is there in full.
    """
    content = media(result.value) if result.status == "ok" and result.value_kind == "json" else ()
    if sum(len(block.text or "") for block in content) > output_bytes:
        content = ()
    main = _value(result, output_bytes, folder) if not content else ""
    if result.status != "ok":
        main = _failure(result, program, output_bytes)
    warnings = "\n".join(f"warning: {text}" for text in result.warnings)
    parts = [main, *_output(result, output_bytes, folder, is_alone=not main), warnings]
    text = "\n\n".join(part for part in parts if part) or ("" if content else NOTHING)
    return Answer(text=sendable(text), is_error=result.status != "ok", content=content)


def structured(result: Result, *, output_bytes: int) -> JsonObject:
    """Return the same for programs: an object without empty fields."""
    fields: JsonObject = {
        "status": result.status,
        "value": result.value,
        "stdout": sendable(cut_text(result.stdout, output_bytes)),
        "stderr": sendable(cut_text(result.stderr, output_bytes)),
        "error": None if result.error is None else _error_fields(result.error),
        "limit": None if result.limit is None else {"name": result.limit.name, "value": result.limit.value},
        "diagnostics": [_diagnostic_fields(remark) for remark in result.diagnostics],
        "warnings": [sendable(text) for text in result.warnings],
    }
    kept = {key: value for key, value in fields.items() if value not in (None, "", [])}
    if result.value_kind != "none":
        kept["value"] = sendable(result.value) if isinstance(result.value, str) else result.value
    return {**kept, "run": result.run, "calls": len(result.calls), "seconds": round(result.seconds, 3)}


def sendable(text: str) -> str:
    """Return a text that UTF-8 can carry: lone surrogates, which no client could read, become question marks."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def media(value: JsonValue) -> tuple[Content, ...]:
    """Return the blocks of a value that is one as MCP writes it, or a list of such and of texts; else nothing."""
    items = value if isinstance(value, list) else [value]
    blocks = [Content(type="text", text=item) if isinstance(item, str) else _block(item) for item in items]
    found = tuple(block for block in blocks if block)
    return found if len(found) == len(items) and any(block.type != "text" for block in found) else ()


def _block(item: JsonValue) -> Content | None:
    if not isinstance(item, dict):
        return None
    block = content_of(item)
    needed = {"text": block.text, "image": block.mime_type, "audio": block.mime_type}
    is_whole = needed.get(block.type, block.uri) is not None
    return block if is_whole and block.type == item.get("type") else None


def _value(result: Result, output_bytes: int, folder: str | None) -> str:
    if result.value_kind == "none" or (result.value is None and result.stdout):
        return ""
    if result.value_kind == "repr":
        shown = cut_text(str(result.value), output_bytes, kept_at=_kept(folder, "value.txt"))
        return f"repr of the value, which is not JSON: {shown}"
    if isinstance(result.value, str) and result.value:
        text = result.value
    else:
        text = json.dumps(result.value, ensure_ascii=False, separators=(",", ":"))
    return cut_text(text, output_bytes, kept_at=_kept(folder, "value.json"))


def _kept(folder: str | None, name: str) -> str | None:
    return None if folder is None else f"{folder}/{name}"


def _output(result: Result, output_bytes: int, folder: str | None, *, is_alone: bool) -> Iterator[str]:
    """Yield what the program wrote; standard output needs no name when nothing stands before it."""
    streams = {"stdout": result.stdout, "stderr": result.stderr}
    stdout, stderr = (
        cut_text(text, output_bytes, kept_at=_kept(folder, name)).rstrip("\n") for name, text in streams.items()
    )
    if stdout:
        yield stdout if is_alone and not stderr else f"stdout:\n{stdout}"
    if stderr:
        yield f"stderr:\n{stderr}"
    if result.is_truncated:
        yield "The program wrote more than is kept; the rest of its output is lost."


def _failure(result: Result, program: Program, output_bytes: int) -> str:
    headline = _HEADLINES[result.status]
    if result.status == "rejected":
        return f"{headline}.\n\n{cut_text(_diagnostics(result, program), output_bytes)}"
    error = result.error
    where = f" at line {error.line}" if error is not None and error.line else ""
    what = f": {_limit(result)}" if result.limit is not None else ""
    told = [] if error is None else [cut_text(part, output_bytes) for part in _told(error, program)]
    return "\n".join([f"{headline}{where}{what}", *told, *_calls_made(result)])


def _limit(result: Result) -> str:
    assert result.limit is not None
    return f"{result.limit.name} is {result.limit.value:,.10g}"


def _told(error: ProgramError, program: Program) -> Iterator[str]:
    """Yield the error and the line that raised it, or the way to it where that is more than one line; then the fix."""
    frames = error.traceback.count("\n  File ") + error.traceback.startswith("  File ")
    if frames > 1:
        yield error.traceback.rstrip()
    else:
        yield f"{error.type}: {error.message}" if error.message else error.type
        yield from _source_line(program, error.line or 0)
    if error.hint:
        yield error.hint


def _source_line(program: Program, line: int) -> Iterator[str]:
    lines = program.source.splitlines()
    if 1 <= line <= len(lines):
        yield f"{line:>4} | {lines[line - 1]}"


def _calls_made(result: Result) -> Iterator[str]:
    """Yield which calls were made before it ended: their effects stand, and a second try would repeat them."""
    if not result.calls:
        return
    made = Counter((call.server, call.tool) for call in result.calls)
    failed = Counter((call.server, call.tool) for call in result.calls if not call.ok)
    listed = [_times(f"{server}.{tool}", count, failed[server, tool]) for (server, tool), count in made.items()]
    yield f"Calls made before: {', '.join(listed)}"


def _times(name: str, count: int, failed: int) -> str:
    times = f" x{count}" if count > 1 else ""
    return (
        f"{name}{times} (failed)" if failed == count else f"{name}{times}" + (f" ({failed} failed)" if failed else "")
    )


def _diagnostics(result: Result, program: Program) -> str:
    report = CheckReport(face="sync", diagnostics=result.diagnostics, signatures=result.signatures)
    return render(report, program)


def _error_fields(error: ProgramError) -> JsonObject:
    fields = {"type": error.type, "message": error.message, "line": error.line, "hint": error.hint}
    return {key: sendable(item) if isinstance(item, str) else item for key, item in fields.items() if item is not None}


def _diagnostic_fields(remark: Diagnostic) -> JsonObject:
    fields = {
        "line": remark.line,
        "column": remark.column,
        "severity": remark.severity,
        "message": remark.message,
        "code": remark.code,
        "hint": remark.hint,
    }
    return {key: sendable(item) if isinstance(item, str) else item for key, item in fields.items() if item is not None}
