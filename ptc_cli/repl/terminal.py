"""Entries from a terminal: history, completion, several lines."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from prompt_toolkit import PromptSession
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.input import Input
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.output import Output

from ptc_cli.console.terminal import one_line
from ptc_cli.repl.completion import Candidate

Complete = Callable[[str], Iterable[Candidate]]


class TerminalReader:
    """Read entries from a terminal."""

    def __init__(
        self,
        *,
        prompt: str | Callable[[], str],
        complete: Complete,
        is_whole: Callable[[str], bool],
        history: Path | None,
        screen: tuple[Input, Output] | None = None,
    ) -> None:
        """Read with a prompt; `screen` stands in for the process's own terminal."""
        read_from, draw_on = screen or (None, None)
        self._session: PromptSession[str] = PromptSession(
            prompt,
            completer=_FromView(complete),
            complete_while_typing=False,
            history=_history(history),
            multiline=True,
            prompt_continuation=lambda width, _line, _wrapped: ". ".rjust(width),
            key_bindings=_bindings(is_whole),
            input=read_from,
            output=draw_on,
        )

    async def read(self) -> str | None:
        """Return the next entry; Ctrl-C drops what is there and begins anew, Ctrl-D ends."""
        while True:
            try:
                return await self._session.prompt_async()
            except KeyboardInterrupt:
                continue
            except EOFError:
                return None


class _FromView(Completer):
    def __init__(self, complete: Complete) -> None:
        self._complete = complete

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        for each in self._complete(document.text_before_cursor):
            yield Completion(each.text, start_position=-each.typed, display_meta=one_line(each.note))


def _bindings(is_whole: Callable[[str], bool]) -> KeyBindings:
    bindings = KeyBindings()

    @bindings.add("enter")
    def _(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        if buffer.complete_state is not None and buffer.complete_state.current_completion is not None:
            buffer.complete_state = None
        elif is_whole(buffer.text) and not buffer.document.text_after_cursor.strip():
            buffer.validate_and_handle()
        else:
            buffer.insert_text("\n" + _indent(buffer))

    return bindings


def _indent(buffer: Buffer) -> str:
    """Return what the next line begins with: as the last one, and deeper after a colon."""
    line = buffer.document.current_line_before_cursor
    before = line[: len(line) - len(line.lstrip())]
    return before + ("    " if line.rstrip().endswith(":") else "") if line.strip() else ""


class _KeptHistory(FileHistory):
    """A history that a full disk or a lost folder only cuts short."""

    def store_string(self, string: str) -> None:
        with suppress(OSError):
            super().store_string(string)


def _history(path: Path | None) -> History:
    if path is None:
        return InMemoryHistory()
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
    except OSError:
        # A home that cannot be written to still has a prompt.
        return InMemoryHistory()
    return _KeptHistory(str(path))
