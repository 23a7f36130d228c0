"""Content blocks and results of tools as MCP writes them."""

from __future__ import annotations

import mcp_types as types
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mcp_types.methods import serialize_server_result

from ptc_cli.core.call import Content, ToolFailure, ToolResult
from ptc_cli.core.jsonvalue import JsonObject, JsonValue
from ptc_cli.serve.mcp.content import content_block, misfit, resource_contents, text_result, tool_result
from ptc_cli.serve.mcp.extras import described, passed_on
from ptc_cli.upstream.answers import called, read

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


EXTRAS: JsonObject = {
    "_meta": {"com.example/x": 1, "io.modelcontextprotocol/y": 2},
    "annotations": {"audience": ["user"], "priority": 0.5},
}
SAID: JsonObject = {"_meta": {"com.example/x": 1}, "annotations": {"audience": ["user"], "priority": 0.5}}
ICON = {"src": "https://x.example/i.png"}
RESOURCE: JsonObject = {"uri": "x://1", "text": "t"}


@pytest.mark.parametrize(
    ("sent", "passed"),
    [
        ({"type": "text", "text": "t", **EXTRAS}, {"type": "text", "text": "t", **SAID}),
        (
            {"type": "image", "data": "aGk=", "mimeType": "image/png", **EXTRAS},
            {"type": "image", "data": "aGk=", "mimeType": "image/png", **SAID},
        ),
        (
            {"type": "resource", "resource": {**RESOURCE, "_meta": {"in": 1, "dev.mcp/z": 2}}, **EXTRAS},
            {"type": "resource", "resource": {**RESOURCE, "_meta": {"in": 1}}, **SAID},
        ),
        (
            {"type": "resource_link", "uri": "x://1", "name": "n", "title": "T", "size": 3, "icons": [ICON], **EXTRAS},
            {"type": "resource_link", "uri": "x://1", "name": "n", "title": "T", "size": 3, "icons": [ICON], **SAID},
        ),
        (
            {"type": "text", "text": "t", "_meta": {"progressToken": 1}, "annotations": {"priority": 7}, "title": "T"},
            {"type": "text", "text": "t"},
        ),
        (
            {"type": "resource_link", "uri": "u", "name": "n", "size": -1, "icons": ["x"], "title": 1, "_meta": []},
            {"type": "resource_link", "uri": "u", "name": "n"},
        ),
    ],
)
def test_what_a_server_says_of_a_block_is_passed_on_as_far_as_it_is_right(sent: JsonObject, passed: JsonObject) -> None:
    (block,) = tool_result(called({"content": [sent]}, None), NEW).content

    assert block.model_dump(by_alias=True, mode="json", exclude_none=True) == passed


def test_what_a_resource_says_of_itself_is_passed_on_when_it_is_read() -> None:
    (block,) = read({"contents": [{"text": "t", "_meta": {"ui": {"csp": 1}, "dev.mcp/z": 2}}]}).content

    written = resource_contents(block, address="x://read").model_dump(by_alias=True, mode="json", exclude_none=True)

    assert written == {"uri": "x://read", "text": "t", "_meta": {"ui": {"csp": 1}}}


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
BLOCKS = st.fixed_dictionaries(
    {"type": st.sampled_from(["text", "image", "audio", "resource", "resource_link"])},
    optional={
        **dict.fromkeys(("mimeType", "name", "title", "size", "icons", "annotations", "_meta"), ANYTHING),
        "text": st.text(max_size=5),
        "data": st.just("aGk="),
        "uri": st.text(max_size=5),
        "resource": st.fixed_dictionaries({"text": st.text(max_size=5)}, optional={"uri": ANYTHING, "_meta": ANYTHING}),
    },
)


@given(st.lists(BLOCKS, max_size=3), ANYTHING, st.sampled_from([OLD, NEW]))
def test_whatever_a_server_says_its_result_can_be_sent(blocks: list[JsonValue], meta: JsonValue, version: str) -> None:
    result = tool_result(called({"content": blocks, "_meta": meta}, None), version)

    sent = serialize_server_result("tools/call", version, result.model_dump(by_alias=True, exclude_none=True))

    assert len(sent["content"]) == len(blocks)


def test_what_is_broken_of_a_description_does_not_cost_the_thing() -> None:
    listed: JsonObject = {"uri": "x://1", "name": "n", "title": "T", "size": "big", "icons": [ICON], "annotations": 3}

    found = described(types.Resource, {**listed, "_meta": EXTRAS["_meta"]})

    icons = [types.Icon(src=ICON["src"])]
    assert found == types.Resource(uri="x://1", name="n", title="T", icons=icons, _meta={"com.example/x": 1})
    assert described(types.Resource, {"name": "no address"}) is None


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
    meta: JsonObject = {
        "io.modelcontextprotocol/serverInfo": {},
        "dev.mcp/x": 1,
        "mcp.dev/x": 1,
        "tools.mcp.com/x": 1,
        "progressToken": 3,
        "com.example/trace": "t",
        "com.example.mcp/x": 1,
        "mcp/challenge": 1,
        "plain": 1,
    }

    assert passed_on(meta) == {"com.example/trace": "t", "com.example.mcp/x": 1, "mcp/challenge": 1, "plain": 1}


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
