"""What a server asks a person, on a terminal: whose question it is comes first, and every line of theirs is marked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TextIO

from ptc_cli.console.terminal import one_line, styled, visible, write, write_lines
from ptc_cli.core.form import Field
from ptc_cli.core.inquiry import Inquiry, Reply
from ptc_cli.core.jsonvalue import JsonObject, JsonValue

ReadLine = Callable[[], Awaitable[str | None]]
"""Give the next line that is typed, or None at the end of the terminal."""

_MESSAGE_LINES = 20
_LINE_CHARACTERS = 500
_TRIES = 3


class _GivenUpError(Exception):
    """Nobody gave a value that a form needs."""


async def reply_of(inquiry: Inquiry, *, read: ReadLine, stream: TextIO) -> Reply:
    """Show what a server asks, and return what is typed. Only a clear yes shows the fields of a form."""
    _show(inquiry, stream)
    offer = "ptc does not open it. Visit it yourself, then [y]; [N]o: " if inquiry.kind == "url" else "[y]es, [N]o: "
    write(stream, offer)
    word = await read()
    if word is None:
        return Reply(action="cancel")
    if word.strip().lower() not in ("y", "yes"):
        return Reply(action="decline")
    try:
        content = {} if inquiry.kind == "url" else await _filled_in(inquiry, read, stream)
    except _GivenUpError:
        return Reply(action="cancel")
    return Reply(action="accept", content=content)


def _show(inquiry: Inquiry, stream: TextIO) -> None:
    asks = "wants you to visit a page" if inquiry.kind == "url" else "asks you to fill in a form"
    who = styled(f"server '{one_line(inquiry.server)}'", "name", stream)
    write_lines(stream, f"{who} {asks}, before its tool '{one_line(inquiry.tool)}' goes on:")
    said = visible(inquiry.message).splitlines()
    for line in said[:_MESSAGE_LINES]:
        write_lines(stream, f"  | {line[:_LINE_CHARACTERS]}")
    if inquiry.url is not None:
        write_lines(stream, f"  {visible(inquiry.url)}")
    for each in inquiry.fields:
        write_lines(stream, f"  - {_label(each)}")
    for caution in inquiry.cautions:
        write_lines(stream, f"  {styled('beware:', 'warning', stream)} {one_line(caution)}")


async def _filled_in(inquiry: Inquiry, read: ReadLine, stream: TextIO) -> JsonObject:
    content: JsonObject = {}
    for field in inquiry.fields:
        value = await _value(field, read, stream)
        if value is not None:
            content[field.name] = value
    return content


async def _value(field: Field, read: ReadLine, stream: TextIO) -> JsonValue:
    for number, option in enumerate(field.options, start=1):
        write_lines(stream, f"  {number}. {one_line(option.title)[:_LINE_CHARACTERS]}")
    for _ in range(_TRIES):
        write(stream, f"  {_label(field)}: ")
        line = await read()
        if line is None:
            break
        typed = line.rstrip("\r\n")
        if not typed.strip() and (field.default is not None or not field.is_required):
            return field.default
        try:
            return field.read(typed)
        except ValueError as error:
            write_lines(stream, f"  expected {error}")
    raise _GivenUpError


def _label(field: Field) -> str:
    about = f" ({one_line(field.description)[:_LINE_CHARACTERS]})" if field.description else ""
    default = "" if field.default is None else f" [{one_line(str(field.default))[:_LINE_CHARACTERS]}]"
    need = "" if field.is_required else ", may be left out"
    return f"{one_line(field.title or field.name)[:_LINE_CHARACTERS]}{about}{need}{default}"
