"""What we say beside the data: errors, warnings, hints."""

from __future__ import annotations

from typing import TextIO

from ptc_cli.console.terminal import styled, visible, write_lines


def error(stream: TextIO, message: str, help_text: str | None = None) -> None:
    """Say what went wrong, and what to do."""
    write_lines(stream, f"{styled('error:', 'error', stream)} {visible(message)}")
    hint(stream, help_text)


def warning(stream: TextIO, message: str, help_text: str | None = None) -> None:
    """Say what someone should know that stops nothing."""
    write_lines(stream, f"{styled('warning:', 'warning', stream)} {visible(message)}")
    hint(stream, help_text)


def hint(stream: TextIO, text: str | None) -> None:
    """Say what to do, if anything can be done."""
    for line in (text or "").splitlines():
        write_lines(stream, f"  {styled('help:', 'hint', stream)} {visible(line)}")


def note(stream: TextIO, message: str) -> None:
    """Say something in passing."""
    write_lines(stream, styled(visible(message), "dim", stream))


def heading(stream: TextIO, text: str) -> None:
    """Say what comes next."""
    write_lines(stream, styled(visible(text), "bold", stream))
