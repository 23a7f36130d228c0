"""Lines of the wire as messages."""

from __future__ import annotations

import json

import pytest

from ptc_cli.serve.mcp.stdio import readable


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (rb'{"a": "half \ud83d"}', "half ?"),
        (rb'{"a": "\udc00 and \ud83d\ude00"}', "? and \U0001f600"),
        (rb'{"a": "\\ud83d"}', r"\ud83d"),
        (rb'{"a": "plain"}', "plain"),
        (b'{"a": "\xff"}', "\ufffd"),
    ],
)
def test_a_message_with_half_a_character_is_mended(line: bytes, text: str) -> None:
    assert json.loads(readable(line)) == {"a": text}
    readable(line).encode()


@pytest.mark.parametrize("line", [rb"\ud83d garbage", b"[" * 100_000 + rb'"\ud83d"'])
def test_what_is_no_message_stays_as_it_is(line: bytes) -> None:
    assert readable(line) == line.decode()
