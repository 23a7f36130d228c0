"""Schemas and values that are meant to keep the event loop busy, each judged or given up in a blink."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from types import FrameType
from typing import Any

import pytest

from ptc_cli.core.server import ToolSpec
from ptc_cli.engine.validation import argument_problem, result_problem, unknown_argument
from tests.unit.codegen.making import entry

BOUND_SECONDS = 10.0
"""Unbounded, each of the cases takes more than minutes."""


@pytest.fixture(autouse=True)
def bound() -> Iterator[None]:
    """End a judgement that would take for ever; a pattern that is being matched, too."""

    def ring(signal_number: int, frame: FrameType | None) -> None:
        pytest.fail("judging took too long")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, BOUND_SECONDS)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


def problem(schema: dict[str, Any], value: object) -> str | None:
    spec = ToolSpec(server="plain", name="tool", input_schema={}, output_schema=schema)
    return result_problem(spec, value)  # type: ignore[arg-type]  # JSON, whatever it is


def nested_choices(depth: int) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(depth):
        schema = {"anyOf": [{"not": schema}, {"not": schema}]}
    return schema


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (".*.*.*.*x$", "y" * 2000),
        ("^((a+)b?)+$", "a" * 40 + "c"),
        ("^((a)+c?)+$", "a" * 40 + "b"),
        ("(?x)^((a) +) +$", "a" * 40 + "b"),
        ("^" + "a?" * 40 + "a" * 40 + "$", "a" * 39 + "c"),
        ("^((a|aa)b?)+$", "a" * 60 + "c"),
        (r"^(.*)(.*)(.*)\1\2x$", "a" * 2000),
    ],
)
def test_a_pattern_that_may_match_for_ever_is_left_to_the_server(pattern: str, text: str) -> None:
    assert problem({"pattern": pattern}, text) is None


@pytest.mark.parametrize("pattern", [r"^\d{4}-\d{2}-\d{2}$", "^[a-z]+$", r"^[^@]+@[^@]+\.[a-z]+$", "^(?:ab)+$"])
def test_an_ordinary_pattern_is_matched(pattern: str) -> None:
    assert "does not match" in str(problem({"pattern": pattern}, "?" * 20))


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"items": {"allOf": [{"type": "integer"}] * 1000}}, [1] * 50_000),
        ({"items": True}, [1] * 5_000_000),
        (nested_choices(22), {"a": 1}),
        ({"contains": {"contains": {"contains": {"const": 1}}}}, [[[0] * 200] * 200] * 200),
        ({"allOf": [{"prefixItems": [True] * 300}] * 500, "unevaluatedItems": False}, [1] * 3000),
    ],
)
def test_a_schema_and_a_value_that_multiply_are_given_up(schema: dict[str, Any], value: object) -> None:
    assert problem(schema, value) is None


TOO_MUCH = {"rows": {"items": {"allOf": [{"type": "integer"}] * 1000}}}


@pytest.mark.parametrize(
    ("properties", "more", "said"),
    [
        ({"n": {"type": "integer"}, **TOO_MUCH}, {"n": "2"}, "n: '2' is not of type 'integer'"),
        ({**TOO_MUCH, "n": {"type": "integer", "minimum": 3}}, {"n": "2"}, "n: '2' is not of type 'integer'"),
        (TOO_MUCH, {"n": 1}, "arguments: unknown 'n'. Known: rows"),
        ({**TOO_MUCH, "n": {"$ref": "#/nowhere"}}, {"n": 2}, None),
    ],
)
def test_what_is_plainly_wrong_is_seen_also_where_all_is_too_much_to_judge(
    properties: dict[str, Any], more: dict[str, Any], said: str | None
) -> None:
    takes = {"type": "object", "properties": properties, "additionalProperties": False}
    (tool,) = entry("plain", ToolSpec(server="plain", name="act", input_schema=takes)).tools

    found = argument_problem(tool, {"rows": [1] * 50_000, **more})

    assert found == (None if said is None else f"plain.act: {said}\nsignature: {tool.stub.signature}")


def test_a_machine_that_is_busy_with_other_things_lets_no_wrong_argument_pass() -> None:
    schema = {"type": "object", "properties": {"n": {"anyOf": [{"type": "integer"}, {"type": "null"}]}}}
    (tool,) = entry("plain", ToolSpec(server="plain", name="act", input_schema=schema)).tools
    stalled = StalledText("2")

    assert "n: " in str(argument_problem(tool, {"n": stalled}))
    assert stalled.looks


class StalledText(str):
    """A text for which the machine stops whenever somebody asks what it is."""

    looks = 0

    def __getattribute__(self, name: str) -> object:
        if name == "__class__":
            self.looks += 1
            time.sleep(0.3)
        return super().__getattribute__(name)


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ({"properties": {"limit": {}, "from": {}}}, "arguments: unknown 'limt'. Did you mean 'limit'?"),
        ({"properties": {"from": {}}}, "arguments: unknown 'limt'. Known: from_"),
        ({"properties": {}}, "arguments: unknown 'limt'. Known: none"),
        ({"properties": {"from": {}}, "additionalProperties": True}, None),
        ({"properties": {"from": {}}, "patternProperties": {"^l": {}}}, None),
        ({"properties": {"from": {}}, "anyOf": [{"required": ["limt"]}]}, None),
        ({}, None),
    ],
)
def test_an_argument_that_no_schema_speaks_of_is_unknown_where_none_is_invited(
    schema: dict[str, Any], said: str | None
) -> None:
    spec = ToolSpec(server="plain", name="act", input_schema={"type": "object", **schema})
    (tool,) = entry("plain", spec).tools

    assert argument_problem(tool, {"limt": 1}) is None
    assert unknown_argument(tool, {"limt": 1}) == (said and f"plain.act: {said}\nsignature: {tool.stub.signature}")


@pytest.mark.parametrize(
    ("schema", "value"),
    [({"type": "zebra"}, 5), ({"multipleOf": 0}, 5), ({"multipleOf": 0.1}, 10**400), ({"maximum": "x"}, 5)],
)
def test_a_broken_schema_judges_nothing(schema: dict[str, Any], value: object) -> None:
    assert problem(schema, value) is None


def test_items_that_are_the_same_are_seen_in_long_lists() -> None:
    items = [{"a": number} for number in range(5000)]

    assert problem({"uniqueItems": True}, items) is None
    assert "the same" in str(problem({"uniqueItems": True}, [*items, {"a": 7}]))


CITY: dict[str, Any] = {"type": "object", "properties": {"city": {"enum": ["Oslo", "Rome"]}, "zip": {"type": "string"}}}


@pytest.mark.parametrize(
    ("schema", "arguments", "said"),
    [
        ({"type": "integer"}, {"from": "x"}, "from_: 'x' is not of type 'integer'"),
        ({"enum": ["open", "closed"]}, {"from": "opne"}, "from_: 'opne' is not one of ['open', 'closed']. Did you mean 'open'?"),
        ({"type": "integer"}, {"frm": 1}, "arguments: unknown 'frm'. Did you mean 'from_'?"),
        ({"type": "integer"}, {}, "arguments: missing 'from_'"),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, {"from": 5}, "from_: 5 is not of type 'string', 'null'"),
        ({"anyOf": [CITY, {"type": "null"}]}, {"from": {"zip": 5}}, "from_.zip: 5 is not of type 'string'"),
        ({"oneOf": [{"type": "array", "items": CITY}, CITY]}, {"from": [{"city": "Rme"}]},
         "from_.0.city: 'Rme' is not one of ['Oslo', 'Rome']. Did you mean 'Rome'?"),
        ({"type": "array", "items": {"type": "integer"}}, {"from": [1, "2"]}, "from_.1: '2' is not of type 'integer'"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_arguments_is_said_in_the_programs_words(
    schema: dict[str, Any], arguments: dict[str, Any], said: str
) -> None:
    takes = {"type": "object", "properties": {"from": schema}, "required": ["from"], "additionalProperties": False}
    (tool,) = entry("plain", ToolSpec(server="plain", name="act", input_schema=takes)).tools

    assert argument_problem(tool, arguments) == f"plain.act: {said}\nsignature: {tool.stub.signature}"


@pytest.mark.parametrize(
    ("dialect", "schema", "wrong", "right"),
    [
        ("http://json-schema.org/draft-04/schema#", {"minimum": 3, "exclusiveMinimum": True}, 3, 4),
        ("http://json-schema.org/draft-06/schema#", {"exclusiveMinimum": 3}, 3, 4),
        ("http://json-schema.org/draft-07/schema#", {"items": [{"type": "string"}], "additionalItems": False}, ["a", 1], ["a"]),
        ("http://json-schema.org/draft-07/schema#", {"$ref": "#/definitions/a", "definitions": {"a": {"type": "string"}}}, 1, "a"),
        ("https://json-schema.org/draft/2019-09/schema", {"items": [{"type": "string"}], "additionalItems": False}, ["a", 1], ["a"]),
        ("https://json-schema.org/draft/2020-12/schema", {"prefixItems": [{"type": "string"}], "items": False}, ["a", 1], ["a"]),
        ("https://nowhere.test/own", {"type": "string"}, 1, "a"),
    ],
)  # fmt: skip
def test_a_schema_is_read_in_its_own_dialect(
    dialect: str, schema: dict[str, Any], wrong: object, right: object
) -> None:
    assert problem({"$schema": dialect, **schema}, wrong) is not None
    assert problem({"$schema": dialect, **schema}, right) is None
