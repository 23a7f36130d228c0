from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ptc_cli.core.call import Content, ToolResult
from ptc_cli.core.codec import from_json, to_json
from ptc_cli.upstream.answers import called, read

_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)
_blocks = st.fixed_dictionaries(
    {"type": st.sampled_from(["text", "image", "audio", "resource", "resource_link", "other"])},
    optional=dict.fromkeys(("text", "data", "mimeType", "uri", "name", "resource"), _json),
)


def test_every_kind_of_block_keeps_what_it_holds() -> None:
    result = called(
        {
            "content": [
                {"type": "text", "text": "t"},
                {"type": "image", "data": "aGk=", "mimeType": "image/png"},
                {"type": "audio", "data": "aG\nk=", "mimeType": "audio/wav"},
                {"type": "resource", "resource": {"uri": "a://1", "text": "r", "mimeType": "text/plain"}},
                {"type": "resource", "resource": {"uri": "a://2", "blob": "aGk="}},
                {"type": "resource_link", "uri": "a://3", "name": "n", "description": "d"},
            ]
        },
        None,
    )

    assert result.is_content
    assert result.content == (
        Content(type="text", text="t"),
        Content(type="image", data=b"hi", mime_type="image/png"),
        Content(type="audio", data=b"hi", mime_type="audio/wav"),
        Content(type="resource", text="r", uri="a://1", mime_type="text/plain"),
        Content(type="resource", data=b"hi", uri="a://2"),
        Content(type="resource_link", uri="a://3", name="n", text="d"),
    )


def test_an_error_without_words_says_so() -> None:
    failure = called({"isError": True, "content": []}, None).failure

    assert failure is not None
    assert failure.message == "The tool failed and did not say why."


def test_meta_is_passed_on_except_the_protocol_s_own() -> None:
    assert called({"_meta": {"io.modelcontextprotocol/x": 1, "trace": 2}}, None).meta == {"trace": 2}


@given(st.lists(_blocks | _json), _json, st.booleans())
def test_no_answer_breaks_us_and_no_block_is_dropped(blocks: list[Any], structured: Any, is_error: bool) -> None:
    result = called({"content": blocks, "structuredContent": structured, "isError": is_error}, None)

    assert len(result.content) == len(blocks)
    assert result.is_error == is_error
    assert from_json(ToolResult, to_json(result)) == result


@given(st.lists(_json))
def test_no_answer_to_a_read_breaks_us(contents: list[Any]) -> None:
    assert len(read({"contents": contents}).content) == len(contents)


@given(st.dictionaries(st.sampled_from(["content", "structuredContent", "isError", "_meta", "contents"]), _json))
def test_answers_of_any_shape_are_results(answer: dict[str, Any]) -> None:
    called(answer, {"type": "object"})
    read(answer)
