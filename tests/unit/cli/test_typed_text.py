import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptc_cli.cli.typed_text import UnfitError, typed_text
from ptc_cli.core.jsonvalue import JsonObject, JsonValue

SCHEMAS = st.recursive(
    st.fixed_dictionaries(
        {"type": st.sampled_from(["string", "integer", "number", "boolean", "null", "object", "array", "odd", 5, None])}
    )
    | st.just({"$ref": "#/$defs/again"})
    | st.just({"$ref": "#/nowhere"})
    | st.fixed_dictionaries({"enum": st.lists(st.none() | st.booleans() | st.text() | st.integers(), max_size=3)})
    | st.booleans(),
    lambda inner: (
        st.fixed_dictionaries({"anyOf": st.lists(inner, max_size=3)})
        | st.fixed_dictionaries({"type": st.just("array"), "items": inner})
    ),
)


@given(text=st.text(), schema=SCHEMAS, again=SCHEMAS)
def test_any_text_meets_any_schema_without_a_crash(text: str, schema: JsonValue, again: JsonValue) -> None:
    with suppress(UnfitError):
        json.dumps(typed_text(text, schema, {"$defs": {"again": again}}), allow_nan=False)


@given(text=st.text())
def test_text_stays_text_where_text_is_wanted(text: str) -> None:
    assert typed_text(text, {"type": ["integer", "string"]}, {}) == text


def test_references_that_double_at_each_step_end() -> None:
    twice: JsonObject = {"anyOf": [{"$ref": "#/$defs/a"}, {"$ref": "#/$defs/b"}]}
    assert typed_text("x", twice, {"$defs": {"a": twice, "b": twice}}) == "x"


def test_an_array_of_itself_ends() -> None:
    itself: JsonObject = {"type": "array", "items": {"$ref": "#"}}
    with pytest.raises(UnfitError, match="array"):
        typed_text("x", itself, itself)
