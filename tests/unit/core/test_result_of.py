from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptc_cli.core.call import Content
from ptc_cli.core.jsonvalue import JsonObject, JsonValue
from ptc_cli.core.results import result_of

WRAPPER: JsonObject = {"type": "object", "properties": {"result": {"type": "integer"}}, "required": ["result"]}
STRING: JsonObject = {"type": "object", "properties": {"result": {"type": "string"}}, "required": ["result"]}
OBJECT: JsonObject = {"type": "object", "properties": {"result": {}, "more": {}}, "required": ["result"]}
IMAGE = Content(type="image", data=b"x", mime_type="image/png")


def text(value: str) -> Content:
    return Content(type="text", text=value)


def test_structured_content_is_the_value() -> None:
    assert result_of({"a": 1}, [text("ignored")], None) == ({"a": 1}, False)


def test_a_wrapper_is_removed_only_when_the_declared_schema_is_exactly_the_wrapper() -> None:
    assert result_of({"result": 3}, [], WRAPPER) == (3, False)
    assert result_of({"result": None}, [], WRAPPER) == (None, False)
    assert result_of({"result": 3}, [], OBJECT) == ({"result": 3}, False)
    assert result_of({"result": 3}, [], None) == ({"result": 3}, False)
    assert result_of({"result": 3, "more": 4}, [], WRAPPER) == ({"result": 3, "more": 4}, False)


@pytest.mark.parametrize("written", ["123", "true", "null", '"quoted"', " 1.5 ", "", "word"])
def test_a_scalar_text_is_never_coerced(written: str) -> None:
    assert result_of(None, [text(written)], None) == (written, False)


@pytest.mark.parametrize(
    "written", ["{broken", "[1, NaN]", '{"a": Infinity}', "[" * 100_000, "[" + "9" * 5000 + "]", "{}x"]
)
def test_text_that_only_looks_like_json_stays_text(written: str) -> None:
    assert result_of(None, [text(written)], None) == (written, False)


def test_a_json_text_stays_text_when_a_string_is_declared() -> None:
    assert result_of(None, [text('{"a": 1}')], STRING) == ('{"a": 1}', False)


def test_several_texts_are_a_list_and_none_is_nothing() -> None:
    assert result_of(None, [text("1"), text("[2]")], None) == (["1", "[2]"], False)
    assert result_of(None, [], None) == (None, False)


def test_any_other_block_makes_the_program_get_the_blocks() -> None:
    assert result_of(None, [IMAGE], None) == (None, True)
    assert result_of(None, [text("caption"), IMAGE], None) == (None, True)


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(st.lists(_json) | st.dictionaries(st.text(), _json))
def test_an_object_or_array_as_one_text_is_parsed(value: JsonValue) -> None:
    assert result_of(None, [text(json.dumps(value))], None) == (value, False)
