from __future__ import annotations

import pytest

from ptc_cli.core.jsonvalue import JsonObject
from ptc_cli.core.results import unwrapped


def wrapper(**changes: object) -> JsonObject:
    schema: JsonObject = {
        "type": "object",
        "properties": {"result": {"type": "integer"}},
        "required": ["result"],
        "title": "addOutput",
    }
    return {**schema, **changes}


def test_the_schema_that_an_sdk_wraps_a_plain_result_in_is_unwrapped() -> None:
    assert unwrapped(wrapper()) == {"type": "integer"}


def test_an_unwrapped_schema_keeps_the_definitions_it_refers_to() -> None:
    schema = wrapper(properties={"result": {"$ref": "#/$defs/T"}}, **{"$defs": {"T": {"type": "string"}}})

    assert unwrapped(schema) == {"$ref": "#/$defs/T", "$defs": {"T": {"type": "string"}}}


def test_a_wrapped_result_of_any_kind_is_unwrapped_to_the_schema_that_allows_everything() -> None:
    assert unwrapped(wrapper(properties={"result": True})) == {}


def test_a_wrapper_that_another_sdk_marks_is_unwrapped() -> None:
    assert unwrapped(wrapper(**{"x-fastmcp-wrap-result": True})) == {"type": "integer"}


@pytest.mark.parametrize(
    "schema",
    [
        None,
        {},
        wrapper(required=[]),
        wrapper(required=["result", "more"]),
        wrapper(type=["object", "null"]),
        wrapper(properties={"result": {"type": "integer"}, "more": {}}),
        wrapper(properties={"results": {"type": "integer"}}, required=["results"]),
        wrapper(properties=None),
        wrapper(properties={"result": 3}),
        wrapper(additionalProperties=True),
        wrapper(anyOf=[{"required": ["result"]}]),
    ],
)
def test_whatever_is_not_exactly_the_wrapper_stays_as_it_is(schema: JsonObject | None) -> None:
    assert unwrapped(schema) is None
