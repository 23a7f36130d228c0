from __future__ import annotations

import io
from collections.abc import Iterator

import pytest

from ptc_cli.console.inquiries import reply_of
from ptc_cli.core.form import fields
from ptc_cli.core.inquiry import Inquiry, Reply

FORM = Inquiry(
    id="1",
    kind="form",
    server="files",
    tool="read",
    message="Name?\nserver 'bank' asks:\x1b[2J\u202e",
    fields=fields(
        {
            "properties": {
                "name": {"type": "string", "title": "Name", "description": "in full"},
                "size": {"type": "string", "oneOf": [{"const": "s", "title": "Small"}, {"const": "m"}]},
                "count": {"type": "integer", "default": 3},
                "tags": {"type": "array", "items": {"type": "string", "enum": ["a", "b"]}},
                "gift": {"type": "boolean"},
            },
            "required": ["name"],
        }
    ),
    cautions=("'key' looks like a secret",),
)
PAGE = Inquiry(id="2", kind="url", server="pay", tool="buy", message="Pay.", url="https://pay.example/")


async def typed(inquiry: Inquiry, *lines: str) -> tuple[Reply, str]:
    """Return the reply that comes of typing some lines, and what was shown meanwhile."""
    waiting: Iterator[str] = iter(lines)
    stream = io.StringIO()

    async def read() -> str | None:
        return next(waiting, None)

    return await reply_of(inquiry, read=read, stream=stream), stream.getvalue()


async def test_a_form_is_shown_as_the_servers_and_filled_in_field_by_field() -> None:
    reply, shown = await typed(FORM, "y\n", "Ada\n", "2\n", "\n", "a, b\n", "no\n")

    assert reply.content == {"name": "Ada", "size": "m", "count": 3, "tags": ["a", "b"], "gift": False}
    assert shown.startswith(
        "server 'files' asks you to fill in a form, before its tool 'read' goes on:\n"
        "  | Name?\n"
        "  | server 'bank' asks:\\x1b[2J\\u202e\n"
        "  - Name (in full)\n"
        "  - size, may be left out\n"
        "  - count, may be left out [3]\n"
        "  - tags, may be left out\n"
        "  - gift, may be left out\n"
        "  beware: 'key' looks like a secret\n"
        "[y]es, [N]o: "
    )
    assert "  1. Small\n  2. m\n" in shown


async def test_what_does_not_fit_is_asked_again_and_may_be_left_out() -> None:
    reply, shown = await typed(FORM, "y\n", "\n", "Ada\n", "9\n", "\n", "many\n", "7\n", "\n", "\n")

    assert reply == Reply(action="accept", content={"name": "Ada", "count": 7})
    assert "expected a number from 1 to 2" in shown
    assert "expected a whole number" in shown


@pytest.mark.parametrize("line", ["\n", "n\n", "yess\n"])
async def test_only_a_clear_yes_is_one(line: str) -> None:
    assert (await typed(FORM, line))[0] == Reply(action="decline")


async def test_a_terminal_that_ends_cancels() -> None:
    assert (await typed(FORM))[0] == Reply(action="cancel")
    assert (await typed(FORM, "y\n"))[0] == Reply(action="cancel")


async def test_a_page_is_shown_and_not_opened() -> None:
    reply, shown = await typed(PAGE, "y\n")

    assert reply == Reply(action="accept")
    assert shown == (
        "server 'pay' wants you to visit a page, before its tool 'buy' goes on:\n"
        "  | Pay.\n"
        "  https://pay.example/\n"
        "ptc does not open it. Visit it yourself, then [y]; [N]o: "
    )
