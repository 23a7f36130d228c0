"""One tool call from the command line: its arguments checked, its answer shown or saved."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from ptc_cli.cli.arguments import arguments_of, json_object
from ptc_cli.cli.invocation import Invocation
from ptc_cli.cli.sources import read_text
from ptc_cli.cli.verbs import CallWanted
from ptc_cli.cli.warm import performed
from ptc_cli.console import results, talk
from ptc_cli.console.terminal import write_json, write_lines
from ptc_cli.core.call import Content, FailureKind, ToolFailure, ToolResult
from ptc_cli.core.catalog import Tool
from ptc_cli.core.codec import to_json
from ptc_cli.core.errors import PtcError
from ptc_cli.core.jsonvalue import JsonObject
from ptc_cli.core.names import identifier

EXIT_CODES: Mapping[FailureKind, int] = MappingProxyType(
    {
        "error": 1,
        "invalid": 3,
        "not-found": 2,
        "denied": 6,
        "budget": 5,
        "timeout": 5,
        "unavailable": 4,
        "cancelled": 130,
    }
)
"""Exit code of a direct call that failed; the same outcomes as those of programs."""

_SUFFIXES = {
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/gif": ".gif",
    "image/webp": ".webp",
    "image/svg+xml": ".svg",
    "audio/wav": ".wav",
    "audio/mpeg": ".mp3",
    "application/pdf": ".pdf",
    "application/json": ".json",
    "text/plain": ".txt",
}


class SaveError(PtcError):
    """Content that could not be written where it was wanted."""

    exit_code = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A call as the command line puts it."""

    tool: str
    words: Sequence[str] = ()
    given: str | None = None
    """JSON text, or `-` for standard input."""

    folder: str | None = None
    """Where binary content is saved."""

    timeout_seconds: float | None = None
    is_granted: bool = False


def call_tool(invocation: Invocation, wanted: Wanted, *, as_json: bool) -> int:
    """Make a call, show what came back, and return the exit code that says how it went."""
    asked = CallWanted(
        tool=wanted.tool,
        arguments=lambda tool: arguments_of(tool, wanted.words, _given(wanted.given)),
        timeout_seconds=wanted.timeout_seconds,
        is_granted=wanted.is_granted,
    )
    called = performed(invocation, lambda verbs: verbs.call(asked))
    tool, answered = called.tool, called.returned
    saved = _save(answered.content, wanted.folder, tool) if wanted.folder is not None else ()
    if as_json:
        _write_json(tool, answered, saved)
    else:
        _write(answered, saved)
    return _exit_code(answered, called.unusable)


def _exit_code(answered: ToolResult, unusable: int | None) -> int:
    if answered.failure is None:
        return 0
    if answered.failure.kind == "unavailable" and unusable is not None:
        return unusable
    return EXIT_CODES[answered.failure.kind]


def _given(text: str | None) -> JsonObject:
    if text is None:
        return {}
    return json_object(read_text("-") if text == "-" else text)


def _write(answered: ToolResult, saved: Sequence[Path]) -> None:
    for message in answered.warnings:
        talk.warning(sys.stderr, message)
    if answered.failure is not None:
        talk.error(sys.stderr, answered.failure.message, _hint(answered.failure))
    elif not answered.is_content:
        results.answer(sys.stdout, answered.value)
    else:
        _write_content(answered.content, has_saved=bool(saved))
    write_lines(sys.stdout, *(str(path) for path in saved))


def _write_content(content: Sequence[Content], *, has_saved: bool) -> None:
    for block in content:
        if block.text is not None:
            results.answer(sys.stdout, block.text)
        elif block.data is None:
            results.answer(sys.stdout, f"{block.type} {block.uri or block.name or ''}".rstrip())
        elif not has_saved:
            kind = block.mime_type or "of an unknown type"
            talk.note(sys.stderr, f"{block.type} {kind}, {results.size(len(block.data))}: keep it with --save DIR")


def _write_json(tool: Tool, answered: ToolResult, saved: Sequence[Path]) -> None:
    write_json(
        sys.stdout,
        tool=tool.path,
        is_error=answered.is_error,
        failure=to_json(answered.failure) if answered.failure is not None else None,
        value=answered.value,
        content=[to_json(block) for block in answered.content] if answered.is_content else [],
        warnings=list(answered.warnings),
        saved=[str(path) for path in saved],
    )


def _hint(failure: ToolFailure) -> str | None:
    if failure.kind == "denied" and failure.hint is None:
        return "Allow it with --yes where policy asks, or in the configuration where it denies."
    return failure.hint


def _save(content: Sequence[Content], folder: str, tool: Tool) -> tuple[Path, ...]:
    """Write each binary block to a new file; names come from us, never from the server."""
    blocks = [block for block in content if block.data is not None]
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
        return tuple(_save_block(block, Path(folder), identifier(tool.spec.name)) for block in blocks)
    except OSError as error:
        raise SaveError(f"{folder}: {error.strerror}", hint="Name another folder with --save.") from error


def _save_block(block: Content, folder: Path, stem: str) -> Path:
    suffix = _SUFFIXES.get(block.mime_type or "", ".bin")
    number = 1
    while True:
        path = folder / f"{stem}-{number}{suffix}"
        try:
            with path.open("xb") as file:
                file.write(block.data or b"")
        except FileExistsError:
            number += 1
        else:
            return path
