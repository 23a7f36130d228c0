"""Entries from a terminal: history, completion, several lines."""

from __future__ import annotations

import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import TypeAlias

from prompt_toolkit import PromptSession
from prompt_toolkit.auto_suggest import AutoSuggestFromHistory
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.input import Input
from prompt_toolkit.output import ColorDepth, Output

from ptc_cli.console.terminal import one_line, wants_colour
from ptc_cli.core.errors import PtcError
from ptc_cli.repl.completion import Candidate
from ptc_cli.repl.keys import bindings
from ptc_cli.repl.live import LiveCheck

Complete: TypeAlias = Callable[[str, str], Awaitable[Iterable[Candidate]]]
"""Takes the text before the cursor, and the one after it."""


class TerminalReader:
    """Read entries from a terminal."""

    def __init__(
        self,
        *,
        prompt: str | Callable[[], str],
        complete: Complete,
        is_whole: Callable[[str], bool],
        history: Path | None,
        live: LiveCheck | None = None,
        screen: tuple[Input, Output] | None = None,
    ) -> None:
        """Read with a prompt; `live` checks Python as it is typed, `screen` stands in for the process's terminal."""
        read_from, draw_on = screen or (None, None)
        self._session: PromptSession[str] = PromptSession(
            prompt,
            completer=_FromView(complete),
            complete_while_typing=False,
            auto_suggest=AutoSuggestFromHistory(),
            history=_history(history),
            multiline=True,
            prompt_continuation=lambda width, _line, _wrapped: ". ".rjust(width),
            key_bindings=bindings(is_whole, lambda: self._session.default_buffer),
            color_depth=None if wants_colour(sys.stdout) else ColorDepth.DEPTH_1_BIT,
            input=read_from,
            output=draw_on,
        )
        if live is not None:
            self._check_with(live)

    async def read(self, proposed: str = "") -> str | None:
        """Return the next entry; Ctrl-C drops what is there and begins anew, Ctrl-D ends."""
        while True:
            try:
                return await self._session.prompt_async(default=proposed)
            except KeyboardInterrupt:
                proposed = ""
            except EOFError:
                return None

    @property
    def text(self) -> str:
        """What is typed so far."""
        return self._session.default_buffer.text

    @property
    def suggested(self) -> str:
        """What history suggests at the end of what is typed."""
        suggestion = self._session.default_buffer.suggestion
        return "" if suggestion is None else suggestion.text

    def _check_with(self, live: LiveCheck) -> None:
        session = self._session
        session.default_buffer.on_text_changed += lambda buffer: live.see(buffer.text, session.app.invalidate)

        def colour(_: object) -> None:
            session.app.after_render -= colour
            self._colour(live)

        # Once there is a prompt to look at: pygments costs 40 ms.
        session.app.after_render += colour

    def _colour(self, live: LiveCheck) -> None:
        from ptc_cli.repl.colours import Marks, python_lexer, style, toolbar

        session = self._session
        session.lexer = python_lexer()
        session.style = style()
        session.input_processors = [Marks(live)]
        session.bottom_toolbar = lambda: toolbar(live)
        session.app.invalidate()


class _FromView(Completer):
    def __init__(self, complete: Complete) -> None:
        self._complete = complete

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        """Give none: what completes may have to be asked for, and nothing here waits without the event loop."""
        return ()

    async def get_completions_async(
        self, document: Document, complete_event: CompleteEvent
    ) -> AsyncGenerator[Completion, None]:
        with suppress(PtcError):  # whom it would ask is gone: the next entry is told so
            for each in await self._complete(document.text_before_cursor, document.text_after_cursor):
                yield Completion(each.text, start_position=-each.typed, display_meta=one_line(each.note))


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
