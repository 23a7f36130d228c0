"""What is admitted at a glance fits, whatever the schema."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from ptc_cli.core.jsonvalue import JsonObject, JsonValue
from ptc_cli.engine.plain_schema import plain

NAMES = st.sampled_from(["a", "b", "c"])
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3)
MEMBERS = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["string", "integer", "number", "boolean", "null", "array", "object"]),
        "title": st.just("t"),
        "enum": st.lists(SCALARS, min_size=1, max_size=2),
        "minimum": st.integers(0, 3),
        "maxLength": st.integers(0, 2),
    },
)
SCHEMAS = st.fixed_dictionaries(
    {"type": st.sampled_from(["object", "object", "object", "array"])},
    optional={
        "properties": st.dictionaries(NAMES, MEMBERS, max_size=3),
        "required": st.lists(NAMES, max_size=2, unique=True),
        "additionalProperties": st.booleans(),
        "minProperties": st.integers(0, 2),
        "description": st.just("d"),
    },
)


@given(schema=SCHEMAS, value=st.dictionaries(NAMES, SCALARS | st.lists(SCALARS, max_size=1), max_size=3) | SCALARS)
def test_what_is_admitted_fits(schema: JsonObject, value: JsonValue) -> None:
    found = plain(schema)

    if found is not None and found.admits(value):
        assert Draft202012Validator(schema).is_valid(value)


SCHEMA: JsonObject = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "properties": {"a": {"type": "integer", "title": "A"}, "b": {"type": "string", "default": ""}},
    "required": ["a"],
}


@pytest.mark.parametrize(
    ("value", "admitted"),
    [
        ({"a": 1}, True),
        ({"a": 1, "b": "x"}, True),
        ({"a": True}, False),
        ({"a": 1.0}, False),
        ({"b": "x"}, False),
        ({"a": 1, "c": 1}, False),
        (["a"], False),
    ],
)
def test_an_object_of_scalars_is_admitted_and_nothing_else(value: JsonValue, admitted: bool) -> None:
    found = plain(SCHEMA)

    assert found is not None
    assert found.admits(value) is admitted


@pytest.mark.parametrize(
    "more",
    [{"anyOf": []}, {"required": True}, {"properties": {"a": {"$ref": "#"}}}, {"properties": [1]}, {"type": "array"}],
)
def test_a_schema_that_says_more_is_not_judged_at_a_glance(more: JsonObject) -> None:
    assert plain({**SCHEMA, **more}) is None
