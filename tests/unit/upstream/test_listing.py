from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptc_cli.core.server import ToolAnnotations
from ptc_cli.upstream.listing import MAX_LISTING_BYTES, MAX_TOOLS, InvalidToolError, ToolList, tool_spec

OBJECT = {"type": "object"}

_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


def test_a_tool_is_taken_over_whole() -> None:
    spec = tool_spec(
        "s",
        {
            "name": "read",
            "title": "Read",
            "description": "Reads.",
            "inputSchema": OBJECT,
            "outputSchema": {"type": "object", "properties": {}},
            "annotations": {"title": "R", "readOnlyHint": True, "destructiveHint": False, "extra": 1},
            "_meta": {"a": 1},
        },
    )

    assert (spec.server, spec.name, spec.title, spec.description) == ("s", "read", "Read", "Reads.")
    assert (spec.input_schema, spec.output_schema) == (OBJECT, {"type": "object", "properties": {}})
    assert spec.annotations == ToolAnnotations(title="R", read_only=True, destructive=False)
    assert spec.meta == {"a": 1}


def test_nesting_without_end_is_refused() -> None:
    schema: dict[str, Any] = {}
    for _ in range(200):
        schema = {"type": "object", "properties": {"a": schema}}

    with pytest.raises(InvalidToolError, match="nested too deep"):
        tool_spec("s", {"name": "deep", "inputSchema": schema})


def test_a_lone_surrogate_is_refused() -> None:
    with pytest.raises(InvalidToolError, match="not plain JSON"):
        tool_spec("s", {"name": "odd", "description": "\ud800", "inputSchema": OBJECT})


@given(_json)
def test_whatever_is_listed_is_a_tool_or_an_entry_with_a_reason(item: Any) -> None:
    found = ToolList(server="s")
    found.add_page({"tools": [item, {"name": "good", "inputSchema": OBJECT}]})

    assert "good" in found.tools
    assert len(found.tools) + len(found.rejected) == 2
    for tool in found.rejected:
        assert tool.reason
        assert tool.name.isprintable()


@given(st.dictionaries(st.sampled_from(["name", "inputSchema", "description", "annotations", "_meta"]), _json))
def test_a_tool_is_never_half_taken_over(item: dict[str, Any]) -> None:
    try:
        spec = tool_spec("s", item)
    except InvalidToolError:
        return
    assert spec.name.strip()
    assert spec.name.isprintable()
    assert spec.input_schema["type"] == "object"


def test_more_tools_than_anyone_has_are_cut() -> None:
    found = ToolList(server="s")
    many = [{"name": f"t{n}", "inputSchema": OBJECT} for n in range(MAX_TOOLS + 10)]
    following = found.add_page({"tools": many, "nextCursor": "more"})

    assert list(found.tools)[-1] == f"t{MAX_TOOLS - 1}"
    assert following is None
    assert [tool.reason for tool in found.rejected] == ["the server lists more than 5,000 tools; the rest is left out"]


def test_more_bytes_than_anyone_needs_are_cut() -> None:
    found = ToolList(server="s")
    text = "x" * (1_000_000)
    found.add_page({"tools": [{"name": f"t{n}", "description": text, "inputSchema": OBJECT} for n in range(100)]})

    assert len(found.tools) == MAX_LISTING_BYTES // 1_000_000 + 1
    assert "the rest is left out" in found.rejected[0].reason


def test_an_input_schema_may_be_refused_by_the_protocol() -> None:
    found = ToolList(server="s", refuse=lambda schema: "no such header")
    found.add_page({"tools": [{"name": "t", "inputSchema": OBJECT}]})

    assert [tool.reason for tool in found.rejected] == ["no such header"]
