"""Content blocks as values of programs."""

from __future__ import annotations

import pytest

from ptc_cli.upstream.answers import content_of
from ptc_cli.worker.program import ended
from ptc_cli.worker.runtime import Content, written


@pytest.mark.parametrize(
    "block",
    [
        {"type": "image", "data": "aGk=", "mimeType": "image/png"},
        {"type": "audio", "data": "aGk=", "mimeType": "audio/wav"},
        {"type": "resource", "resource": {"uri": "x://1", "mimeType": "text/plain", "text": "t"}},
        {"type": "resource", "resource": {"uri": "x://1", "blob": "aGk="}},
        {"type": "resource_link", "uri": "x://1", "name": "n", "mimeType": "a/b", "description": "d"},
    ],
)
def test_a_block_is_written_as_it_came(block: dict[str, object]) -> None:
    came = content_of(block)
    fields = {name: getattr(came, name) for name in ("type", "text", "data", "mime_type", "uri", "name")}

    assert written([Content(**fields), 1]) == [block, 1]


@pytest.mark.parametrize(
    "block",
    [
        Content(type="image", data=b"x" * 2_000, mime_type="image/png"),
        Content(type=print, data="x", uri=1),  # type: ignore[arg-type]  # a program's own
    ],
)
def test_a_block_that_is_too_large_or_none_at_all_is_shown_and_not_sent(block: Content) -> None:
    frame = ended(block, 1_000)

    assert (frame["status"], frame["value_kind"]) == ("ok", "repr")
