"""What the host takes from a program's process, which is hostile, and what it sends."""

from __future__ import annotations

import contextlib
import json
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptc_cli.core.call import ToolResult
from ptc_cli.sandbox.wire import VALUES, Called, Ended, ViolationError, answer, encode, parse

CALL: dict[str, Any] = {
    "kind": "call", "id": 1, "site": 2, "method": "tools/call", "server": "s", "tool": "t", "arguments": {}
}  # fmt: skip
END: dict[str, Any] = {
    "kind": "end", "status": "ok", "value_kind": "json", "value": [1], "error": None, "limit": None
}  # fmt: skip
ERROR: dict[str, Any] = {"type": "E", "message": "m", "line": 1, "traceback": ""}


def test_an_honest_call_is_read() -> None:
    assert parse(encode(CALL)) == Called(id=1, site=2, method="tools/call", server="s", tool="t", arguments={})


def test_an_honest_end_is_read() -> None:
    frame = parse(encode({**END, "status": "failed", "error": ERROR}))

    assert isinstance(frame, Ended)
    assert frame.error is not None
    assert frame.error.message == "m"


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "answer"}, {"kind": None}, {"kind": ["call"]}, {"id": -1}, {"id": 1 << 31}, {"id": True}, {"id": "1"},
        {"id": 1.0}, {"site": None}, {"method": "tools/list"}, {"server": 1}, {"tool": "x" * 5000}, {"arguments": []},
        {"arguments": None},
    ],
)  # fmt: skip
def test_a_call_that_is_not_right_is_a_violation(change: dict[str, Any]) -> None:
    with pytest.raises(ViolationError):
        parse(encode({**CALL, **change}))


@pytest.mark.parametrize("missing", [name for name in CALL if name != "kind"])
def test_a_call_without_a_part_is_a_violation(missing: str) -> None:
    with pytest.raises(ViolationError):
        parse(encode({name: value for name, value in CALL.items() if name != missing}))


@pytest.mark.parametrize(
    "change",
    [
        {"status": "timeout"}, {"status": "killed"}, {"value_kind": "pickle"}, {"value_kind": "repr", "value": 1},
        {"error": "x"}, {"error": {**ERROR, "line": -1}}, {"error": {**ERROR, "type": 1}}, {"limit": 1},
    ],
)  # fmt: skip
def test_an_end_that_is_not_right_is_a_violation(change: dict[str, Any]) -> None:
    with pytest.raises(ViolationError):
        parse(encode({**END, **change}))


@pytest.mark.parametrize(
    "payload",
    [
        b"", b"F", b"E", b"X{}", b"{}", b"F{bad}", b"Fnull", b"F[]", b"F" + b"[" * 500_000, b"E" + b"[" * 500_000,
        b"F\xff\xfe", b"E\xff\xfe", b"E" + b"9" * 10_000, pickle.dumps(print),
        b"F" + b"[" * 300 + b"]" * 300, b'E{"kind": "end", "value": NaN}',
        b"E" + json.dumps({**END, "value": "x" * (1 << 20)}).encode(),
        b"E" + json.dumps({**END, "value": "\ud800"}).encode(),
        b"E" + json.dumps(END).encode().replace(b"[1]", b"1e999"),
        b"E" + json.dumps(END).encode().replace(b"[1]", b"[" * 200 + b"]" * 200),
    ],
    ids=lambda payload: repr(payload[:30]),
)  # fmt: skip
def test_what_is_no_frame_is_a_violation(payload: bytes) -> None:
    with pytest.raises(ViolationError):
        parse(payload)


@pytest.mark.parametrize("item", [b"[]", b"{}", b"1", b'""', b'"\\\\"', b'"a,\\",["'])
def test_a_frame_of_too_many_values_is_a_violation_before_it_is_read(item: bytes) -> None:
    payload = b"F" + json.dumps(CALL).encode().replace(b"{}", b'{"a": [' + b",".join([item] * (VALUES + 10)) + b"]}")

    with pytest.raises(ViolationError, match="more than 262,144 values"):
        parse(payload)


@pytest.mark.parametrize("text", ["," * (3 * VALUES), '\\"[{,' * VALUES, "\\" * VALUES, '"' * VALUES])
def test_marks_within_a_text_are_no_values(text: str) -> None:
    frame = parse(encode({**CALL, "arguments": {"a": text, "b": [",", '"', "\\"]}}))

    assert isinstance(frame, Called)
    assert frame.arguments["a"] == text


@given(st.binary(max_size=200))
def test_no_bytes_do_worse_than_a_violation(payload: bytes) -> None:
    for way in (b"", b"F", b"E"):
        with pytest.raises(ViolationError):
            parse(way + payload)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=())),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=8,
)


@given(st.sampled_from([CALL, END]), st.dictionaries(st.sampled_from([*CALL, *END]), json_values))
def test_no_fields_do_worse_than_a_violation(frame: dict[str, Any], change: dict[str, Any]) -> None:
    with contextlib.suppress(ViolationError):
        parse(encode({**frame, **change}))


def test_names_with_halves_of_characters_are_made_readable() -> None:
    frame = parse(encode({**CALL, "tool": "\ud800"}))

    assert isinstance(frame, Called)
    assert frame.tool == "\\ud800"


def test_a_result_that_is_not_json_is_not_sent() -> None:
    with pytest.raises(ValueError, match="not JSON"):
        answer(1, ToolResult(value={"a": object()}))
