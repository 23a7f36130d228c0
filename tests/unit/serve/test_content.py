"""Content blocks and results of tools as MCP writes them."""

from __future__ import annotations

import mcp_types as types
import pytest

from ptc_cli.core.call import Content, ToolFailure, ToolResult
from ptc_cli.serve.mcp.content import content_block, misfit, passed_on, text_result, tool_result

NEW, OLD = "2026-07-28", "2025-11-25"


@pytest.mark.parametrize(
    ("block", "written"),
    [
        (Content(type="text", text="hi \ud800"), {"type": "text", "text": "hi ?"}),
        (
            Content(type="image", data=b"\x89P", mime_type="image/png"),
            {"type": "image", "data": "iVA=", "mimeType": "image/png"},
        ),
        (
            Content(type="audio", data=b"\x00", mime_type="audio/wav"),
            {"type": "audio", "data": "AA==", "mimeType": "audio/wav"},
        ),
        (
            Content(type="resource", uri="x://1", mime_type="text/plain", text="t"),
            {"type": "resource", "resource": {"uri": "x://1", "mimeType": "text/plain", "text": "t"}},
        ),
        (
            Content(type="resource", uri="x://1", data=b"\x00"),
            {"type": "resource", "resource": {"uri": "x://1", "blob": "AA=="}},
        ),
        (
            Content(type="resource_link", uri="x://1", name="one"),
            {"type": "resource_link", "uri": "x://1", "name": "one"},
        ),
        (Content(type="image"), {"type": "image", "data": "", "mimeType": "application/octet-stream"}),
    ],
)
def test_every_kind_of_block_is_written(block: Content, written: dict[str, object]) -> None:
    assert content_block(block).model_dump(by_alias=True, mode="json", exclude_none=True) == written


def texts(result: types.CallToolResult) -> list[str]:
    return [block.text for block in result.content if isinstance(block, types.TextContent)]


def test_an_upstream_s_own_error_comes_through_in_its_own_words() -> None:
    failed = ToolResult(
        content=(Content(type="text", text="404"),), failure=ToolFailure(kind="error", message="404", hint="h")
    )

    result = tool_result(failed, NEW)

    assert result.is_error
    assert texts(result) == ["404"]


def test_a_call_that_never_arrived_says_why_and_what_to_do() -> None:
    result = tool_result(ToolResult.failed("denied", "not allowed", hint="Ask."), NEW)

    assert result.is_error
    assert texts(result) == ["not allowed\nAsk."]


def test_structure_that_is_no_object_is_only_for_the_new_era() -> None:
    listed = ToolResult(value=[1], structured=[1], content=(Content(type="text", text="[1]"),))

    assert tool_result(listed, NEW).structured_content == [1]
    assert tool_result(listed, OLD).structured_content is None


def test_metadata_is_passed_on_without_the_protocol_s_own() -> None:
    meta = {
        "io.modelcontextprotocol/serverInfo": {},
        "dev.mcp/x": 1,
        "progressToken": 3,
        "com.example/trace": "t",
        "plain": 1,
    }

    assert passed_on(meta) == {"com.example/trace": "t", "plain": 1}


def test_a_text_that_utf_8_cannot_carry_is_mended() -> None:
    assert texts(text_result("a\udfffb")) == ["a?b"]


def test_a_result_that_breaks_its_own_declaration_reaches_the_model_with_the_reason() -> None:
    odd = ToolResult(structured={"a": 1}, content=(Content(type="text", text="one"),), warnings=("b is missing",))
    bare = ToolResult(content=(Content(type="text", text="one"),))
    silent = ToolResult(structured={"a": 1}, warnings=("b is missing",))

    said = "The call succeeded, but its result is not what its server declares: "
    assert [texts(result) for result in map(misfit, (odd, bare, silent)) if result and result.is_error] == [
        [f"{said}b is missing", "one"],
        [f"{said}it has no structured content, which the tool's output schema promises", "one"],
        [f"{said}b is missing", '{"a": 1}'],
    ]


def test_a_result_that_keeps_to_its_declaration_or_failed_is_left_alone() -> None:
    assert misfit(ToolResult(structured={"a": 1})) is None
    assert misfit(ToolResult.failed("error", "x")) is None
