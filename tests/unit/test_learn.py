"""Shapes of results: what is kept of values, and what is not."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from functools import reduce
from pathlib import Path

import jsonschema
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ptc_cli.codegen.sample import source_of
from ptc_cli.core.jsonvalue import JsonObject, JsonValue, canonical
from ptc_cli.core.learned import LearnedResult
from ptc_cli.learn import MAX_DEPTH, MAX_KEYS, MAX_SCHEMA_BYTES, fold, joined, settled
from tests.unit.codegen.making import stub_with, tool, write_package, wrong_lines

QUICK = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)
KEYS = st.one_of(st.sampled_from(["id", "name", "class", "__x", "items"]), st.text(max_size=3))
PLAIN_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
VALUES: st.SearchStrategy[JsonValue] = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-9, 9), st.floats(-9, 9), PLAIN_TEXT),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)),
    max_leaves=10,
)


def learned(*values: JsonValue) -> LearnedResult:
    known: LearnedResult | None = None
    for value in values:
        known = fold(known, value, digest="d")
    assert known is not None
    return known


def shape(*values: JsonValue) -> JsonObject:
    return learned(*values).schema


def comparable(schema: JsonValue) -> JsonValue:
    """Return a schema without the order of its fields."""
    if not isinstance(schema, dict):
        return schema
    plain = {key: comparable(each) for key, each in schema.items()}
    return {**plain, "required": sorted(schema["required"])} if "required" in schema and "type" in schema else plain


@QUICK
@given(st.lists(VALUES, min_size=1, max_size=4))
def test_what_was_folded_is_valid(values: list[JsonValue]) -> None:
    known = learned(*values)

    for schema in (known.schema, settled(known).schema):
        for value in values:
            jsonschema.validate(value, schema, cls=jsonschema.Draft202012Validator)


def test_what_was_folded_is_of_the_type_that_is_shown(tmp_path: Path) -> None:
    folded: list[tuple[LearnedResult, list[JsonValue]]] = []

    @settings(QUICK, max_examples=300)
    @given(st.lists(VALUES, min_size=1, max_size=3))
    def collect(values: list[JsonValue]) -> None:
        spec = tool(f"t{len(folded)}")
        known = [fold(None, value, digest=spec.digest) for value in values]
        folded.append((settled(reduce(joined, known)), values))

    collect()
    stub = stub_with(
        {f"t{i}": known for i, (known, _) in enumerate(folded)}, *(tool(f"t{i}") for i in range(len(folded)))
    )
    write_package(tmp_path, [stub], shown=True)
    lines = [
        f"_{i}_{j}: {each.returns} = {source_of(value)}"
        for i, each in enumerate(stub.tools)
        for j, value in enumerate(folded[i][1])
    ]
    assert sum(each.result_source == "learned" for each in stub.tools) > 100
    assert wrong_lines(tmp_path, ["from typing import Any", "from tools.demo import *", *lines]) == {}


@QUICK
@given(st.lists(VALUES, min_size=1, max_size=5), st.randoms(use_true_random=False))
def test_the_order_of_results_makes_no_difference(values: list[JsonValue], random: object) -> None:
    forwards, backwards = shape(*values), shape(*reversed(values))

    assert comparable(forwards) == comparable(backwards)


@QUICK
@given(st.lists(VALUES, min_size=1, max_size=3), st.lists(VALUES, min_size=1, max_size=3))
def test_two_processes_learn_together_what_one_would(first: list[JsonValue], second: list[JsonValue]) -> None:
    together = joined(learned(*first), learned(*second))

    assert comparable(together.schema) == comparable(shape(*first, *second))
    assert together.calls == len(first) + len(second)


@QUICK
@given(VALUES, VALUES, VALUES)
def test_joining_may_begin_anywhere(first: JsonValue, second: JsonValue, third: JsonValue) -> None:
    one, two, three = learned(first), learned(second), learned(third)

    left, right = joined(joined(one, two), three), joined(one, joined(two, three))
    assert comparable(left.schema) == comparable(right.schema)


@QUICK
@given(VALUES)
def test_neither_values_nor_keys_of_maps_are_kept(value: JsonValue) -> None:
    secret = {"token": "hunter2", "users": {"ada@example.com": {"x": value}}, "by_id": {f"k{i}": 1 for i in range(51)}}
    text = json.dumps(shape([secret, value, {"hunter2 is a value": value}]))

    assert not any(word in text for word in ("hunter2", "example.com", "k17"))


def test_fields_that_are_not_always_there_are_optional() -> None:
    assert shape({"a": 1, "b": "x"}, {"a": None}) == {
        "type": "object",
        "properties": {"a": {"type": ["integer", "null"]}, "b": {"type": "string"}},
        "required": ["a"],
    }


def test_whole_and_broken_numbers_are_numbers() -> None:
    assert shape([1, 2.5]) == {"type": "array", "items": {"type": "number"}}


def test_an_object_of_many_keys_is_a_map_whichever_calls_they_came_from() -> None:
    most = {f"k{i}": i for i in range(MAX_KEYS)}

    assert list(shape(most)["properties"]) == list(most)
    for results in ([{**most, "one_more": 1}], [most, {"one_more": 1}]):
        assert shape(*results) == {"type": "object", "additionalProperties": {"type": "integer"}}


def test_a_key_that_is_no_field_name_makes_a_map() -> None:
    for key in ("a b", "", "ada@example.com", "x" * 65, "7f3a"):
        assert shape({"ok": 1, key: "x"}) == {"type": "object", "additionalProperties": {"type": ["integer", "string"]}}


def test_what_was_only_null_or_empty_says_nothing_yet() -> None:
    known = learned({"a": None, "b": [], "c": {}})

    assert settled(known).schema["properties"] == {"a": {}, "b": {}, "c": {"type": "object"}}
    assert settled(fold(known, {"a": 1, "b": ["x"], "c": {}}, digest="d")).schema["properties"] == {
        "a": {"type": ["integer", "null"]},
        "b": {"type": "array", "items": {"type": "string"}},
        "c": {"type": "object"},
    }


def test_another_tool_behind_the_same_name_starts_anew() -> None:
    known = fold(learned("text"), 1, digest="other")

    assert (known.digest, known.calls, known.schema) == ("other", 1, {"type": "integer"})
    assert joined(learned("text"), known) == known


def test_below_a_depth_anything_may_be() -> None:
    deep: JsonValue = "x"
    for _ in range(200):
        deep = [deep]
    schema = shape(deep)
    levels = 0
    while schema:
        schema, levels = schema["items"], levels + 1

    assert levels == MAX_DEPTH


def test_a_schema_that_would_be_too_long_says_less() -> None:
    def wide(level: int) -> JsonObject:
        return {f"field_{i}": wide(level - 1) if level else i for i in range(MAX_KEYS)}

    schema = shape(wide(2))

    assert 1_000 < len(canonical(schema)) <= MAX_SCHEMA_BYTES
    jsonschema.validate(wide(2), schema)


def test_of_a_long_result_only_the_beginning_is_looked_at() -> None:
    known = shape({"rows": [{"id": i} for i in range(50_000)], "after": "x"})

    assert known["properties"]["rows"]["items"]["properties"] == {"id": {"type": "integer"}}
    assert known["properties"]["after"] == {}


def test_a_result_as_wide_as_may_be_looked_at_is_learned_from_in_one_go() -> None:
    names = [f"field_{number:02}_{'x' * 50}" for number in range(MAX_KEYS)]
    wide: JsonValue = {first: {second: dict.fromkeys(names[:7], 1) for second in names} for first in names}

    # Written down whole for each depth that is too deep, it held the event loop for 5 s and took millions.
    assert calls_made_by(lambda: shape(wide)) < 500_000


def calls_made_by(function: Callable[[], object]) -> int:
    """Return how many functions of Python's own were called on the way."""
    count = 0

    def note(frame: object, event: str, argument: object) -> None:
        nonlocal count
        count += event == "call"

    sys.setprofile(note)
    try:
        function()
    finally:
        sys.setprofile(None)
    return count
