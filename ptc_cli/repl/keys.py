"""What keys do at a prompt, beyond what they do everywhere."""

from __future__ import annotations

from collections.abc import Callable

from prompt_toolkit.buffer import Buffer
from prompt_toolkit.filters import Condition
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

INDENT = 4
_LEAVING = frozenset({"return", "pass", "break", "continue", "raise"})


def bindings(is_whole: Callable[[str], bool], buffer: Callable[[], Buffer]) -> KeyBindings:
    """Return what Enter, Tab and Backspace do."""
    keys = KeyBindings()
    is_in_indent = Condition(lambda: "\n" in buffer().text and not buffer().document.current_line_before_cursor.strip())
    is_indented = Condition(lambda: buffer().document.current_line_before_cursor != "")

    @keys.add("enter")
    def _(event: KeyPressEvent) -> None:
        _enter(event.current_buffer, is_whole)

    @keys.add("tab", filter=is_in_indent)
    def _(event: KeyPressEvent) -> None:
        column = event.current_buffer.document.cursor_position_col
        event.current_buffer.insert_text(" " * (INDENT - column % INDENT))

    @keys.add("backspace", filter=is_in_indent & is_indented)
    def _(event: KeyPressEvent) -> None:
        column = event.current_buffer.document.cursor_position_col
        event.current_buffer.delete_before_cursor((column - 1) % INDENT + 1)

    return keys


def _enter(buffer: Buffer, is_whole: Callable[[str], bool]) -> None:
    if buffer.complete_state is not None and buffer.complete_state.current_completion is not None:
        buffer.complete_state = None
    elif is_whole(_without_blank_end(buffer.text)) and not buffer.document.text_after_cursor.strip():
        buffer.validate_and_handle()
    else:
        buffer.insert_text("\n" + indent(buffer.document.current_line_before_cursor))


def indent(line: str) -> str:
    """Return what the line after one begins with: as it, deeper after a colon, less deep after what leaves a block."""
    if not line.strip():
        return line
    before = line[: len(line) - len(line.lstrip())]
    if line.rstrip().endswith(":"):
        return before + " " * INDENT
    return before[INDENT:] if line.split()[0] in _LEAVING else before


def _without_blank_end(text: str) -> str:
    """Return a text whose last line is empty if it is blank: that ends a block, however it was indented."""
    head, newline, last = text.rpartition("\n")
    return f"{head}{newline}{last.rstrip() and last}"
