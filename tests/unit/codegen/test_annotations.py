"""Every row of the table from JSON Schema to annotations."""

from __future__ import annotations

import pytest

from ptc_cli.core.jsonvalue import JsonObject, JsonValue
from ptc_cli.core.stub import Stub
from tests.unit.codegen.making import stub_of, takes, tool

POINT: JsonObject = {"type": "object", "properties": {"x": {"type": "integer"}}, "required": ["x"]}
PAIR: list[JsonValue] = [{"type": "string"}, {"type": "integer"}]


def argument(schema: JsonValue, **definitions: JsonValue) -> str:
    return stub_of(tool(schema=takes(v=schema) | {"$defs": definitions})).tools[0].parameters[0].annotation


def returned(schema: JsonObject) -> str:
    return stub_of(tool(result=schema)).tools[0].returns


def defined(schema: JsonValue, **definitions: JsonValue) -> str:
    found: Stub = stub_of(tool(schema=takes(v=schema) | {"$defs": definitions}))
    return "".join(found.definitions.values()) + found.tools[0].parameters[0].annotation


def optional(schema: JsonObject) -> str:
    signature = stub_of(tool(schema={"type": "object", "properties": {"v": schema}})).tools[0].signature
    return signature.removeprefix("act(*, ").removesuffix(") -> Any")


@pytest.mark.parametrize(
    ("schema", "annotation"),
    [
        ({"type": "string"}, "str"),
        ({"type": "integer"}, "int"),
        ({"type": "number"}, "float"),
        ({"type": "boolean"}, "bool"),
        ({"type": "null"}, "None"),
        ({"type": ["string", "null"]}, "str | None"),
        ({"type": ["null", "integer", "string"]}, "int | str | None"),
        ({"type": ["integer", "number"]}, "float"),
        ({"type": "string", "nullable": True}, "str | None"),
        ({"type": "string", "pattern": "a+", "format": "uri", "maxLength": 3}, "str"),
        (True, "Any"),
        ({}, "Any"),
        ({"description": "anything"}, "Any"),
        (False, "Never"),
        ({"type": "odd"}, "Any"),
        ({"type": 3}, "Any"),
        ("rubbish", "Any"),
    ],
)
def test_scalars_and_schemas_that_say_nothing(schema: JsonValue, annotation: str) -> None:
    if schema is False:
        schema = {"anyOf": [False]}

    assert argument(schema) == annotation


@pytest.mark.parametrize(
    ("schema", "annotation"),
    [
        ({"enum": ["a", "b"]}, 'Literal["a", "b"]'),
        ({"type": "string", "enum": ["a", 1, None]}, 'Literal["a"]'),
        ({"enum": ["a", None]}, 'Literal["a"] | None'),
        ({"enum": [1, True, 1]}, "Literal[1, True]"),
        ({"enum": [1.5, 2]}, "Literal[2] | float"),
        ({"enum": [[1], {"a": 1}]}, "list[Any] | dict[str, Any]"),
        ({"enum": []}, "Never"),
        ({"const": "x"}, 'Literal["x"]'),
        ({"const": None}, "None"),
        ({"const": 'a"\\\n\u202e'}, "Literal['a\"\\\\\\n\\u202e']"),
        ({"const": "\ud800"}, "str"),
        ({"const": 10**30}, "int"),
        ({"enum": [f"v{n}" for n in range(61)]}, "str"),
        ({"enum": [*range(61), "a"]}, "int | str"),
        ({"anyOf": [{"const": "a"}, {"const": "b"}, {"type": "null"}]}, 'Literal["a", "b"] | None'),
    ],
)
def test_enumerations_and_constants(schema: JsonObject, annotation: str) -> None:
    assert argument(schema) == annotation


def test_sixty_values_are_still_literals() -> None:
    values = [f"v{n}" for n in range(60)]

    assert argument({"enum": values}) == "Literal[" + ", ".join(f'"{value}"' for value in values) + "]"


@pytest.mark.parametrize(
    ("schema", "parameter"),
    [
        ({"type": "integer", "default": 50}, "v: int = 50"),
        ({"type": "number", "default": 1}, "v: float = 1"),
        ({"type": "number", "default": 0.5}, "v: float = 0.5"),
        ({"type": "string", "default": 'a"b'}, 'v: str = "a\\"b"'),
        ({"type": "boolean", "default": False}, "v: bool = False"),
        ({"enum": ["a", "b"], "default": "b"}, 'v: Literal["a", "b"] = "b"'),
        ({"enum": ["a", "b"], "default": "c"}, 'v: Literal["a", "b"] = ...'),
        ({"type": ["string", "null"], "default": None}, "v: str | None = None"),
        ({"type": "string", "default": None}, "v: str = ..."),
        ({"type": "string", "default": 3}, "v: str = ..."),
        ({"type": "integer", "default": True}, "v: int = ..."),
        ({"type": "integer", "default": "x"}, "v: int = ..."),
        ({"type": "number", "default": float("inf")}, "v: float = ..."),
        ({"type": "string", "default": "\u202e"}, "v: str = ..."),
        ({"type": "array", "default": []}, "v: list[Any] = ..."),
        ({"default": 3}, "v: Any = 3"),
        ({"type": "string"}, "v: str = ..."),
    ],
)
def test_a_default_is_shown_where_it_is_a_scalar_of_the_type(schema: JsonObject, parameter: str) -> None:
    assert optional(schema) == parameter


@pytest.mark.parametrize(
    ("schema", "source"),
    [
        (POINT, "class ActV(TypedDict):\n    x: int\nActV"),
        (
            {"properties": {"x": {"type": "integer"}, "y": POINT}},
            "class ActVY(TypedDict):\n    x: int\n"
            "class ActV(TypedDict):\n    x: NotRequired[int]\n    y: NotRequired[ActVY]\nActV",
        ),
        (
            {"type": "object", "properties": {"a-b": {"type": "integer"}, "from": {}}, "required": ["from", "more"]},
            'ActV = TypedDict("ActV", {\n    "a-b": NotRequired[int],\n    "from": Any,\n    "more": Any,\n})\nActV',
        ),
        ({"properties": {"__x": {}}}, 'ActV = TypedDict("ActV", {\n    "__x": NotRequired[Any],\n})\nActV'),
        ({"properties": {"no": False, "x": {}}}, "class ActV(TypedDict):\n    x: NotRequired[Any]\nActV"),
        ({"type": "object", "properties": {"\ud800": {}}}, "dict[str, Any]"),
        ({"type": "object"}, "dict[str, Any]"),
        ({"type": "object", "required": ["x"]}, "dict[str, Any]"),
        ({"type": "object", "additionalProperties": False}, "dict[str, Any]"),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, "dict[str, int]"),
        ({"additionalProperties": {"type": ["integer", "null"]}}, "dict[str, int | None]"),
        ({"type": "object", "patternProperties": {"^a": {"type": "integer"}}}, "dict[str, Any]"),
        (
            {"type": "object", "patternProperties": {"^a": {"type": "integer"}}, "additionalProperties": False},
            "dict[str, int]",
        ),
    ],
)  # fmt: skip
def test_objects(schema: JsonObject, source: str) -> None:
    assert defined(schema) == source


@pytest.mark.parametrize(
    ("schema", "as_argument", "as_result"),
    [
        ({"type": "array"}, "list[Any]", "list[Any]"),
        ({"items": {"type": "string"}}, "list[str]", "list[str]"),
        (
            {"type": "array", "prefixItems": PAIR, "items": False},
            "tuple[str, int] | list[str | int]",
            "tuple[str, int]",
        ),
        (
            {"type": "array", "items": PAIR, "additionalItems": False},
            "tuple[str, int] | list[str | int]",
            "tuple[str, int]",
        ),
        (
            {"type": "array", "prefixItems": PAIR, "minItems": 2, "maxItems": 2},
            "tuple[str, int] | list[str | int]",
            "tuple[str, int]",
        ),
        (
            {"type": "array", "prefixItems": PAIR, "minItems": 1, "maxItems": 2},
            "tuple[str, int] | list[str | int]",
            "list[str | int]",
        ),
        ({"type": "array", "prefixItems": PAIR, "maxItems": 1}, "tuple[str] | list[str]", "tuple[str]"),
        ({"type": "array", "prefixItems": PAIR}, "list[Any]", "list[Any]"),
        ({"type": "array", "prefixItems": PAIR, "items": {"type": "null"}}, "list[str | int | None]",
         "list[str | int | None]"),
        (
            {"anyOf": [{"items": {"type": "string"}}, {"items": {"type": "integer"}}]},
            "list[str | int]",
            "list[str] | list[int]",
        ),
    ],
)  # fmt: skip
def test_arrays(schema: JsonObject, as_argument: str, as_result: str) -> None:
    assert (argument(schema), returned(schema)) == (as_argument, as_result)


@pytest.mark.parametrize(
    ("schema", "annotation"),
    [
        ({"anyOf": [{"type": "string"}, {"type": "integer"}]}, "str | int"),
        ({"oneOf": [{"type": "null"}, {"type": "string"}]}, "str | None"),
        ({"type": "string", "anyOf": [{"minLength": 3}, {"format": "uri"}]}, "str"),
        ({"type": "string", "anyOf": [{"enum": ["a"]}, {"const": "b"}]}, 'Literal["a", "b"]'),
        ({"anyOf": [{"type": "string"}, True]}, "Any"),
        ({"anyOf": [{"type": "string"}, False]}, "str"),
        ({"anyOf": [{"type": "string"}, {"type": "integer"}], "oneOf": [{"type": "integer"}]}, "int"),
        ({"allOf": [{"type": ["string", "integer"]}, {"type": ["integer", "null"]}]}, "int"),
        ({"allOf": [{"type": "number"}, {"type": "integer"}]}, "int"),
        ({"allOf": [{"enum": ["a", "b"]}, {"enum": ["b", "c"]}]}, 'Literal["b"]'),
        ({"allOf": [{"type": "string"}, {"description": "x"}]}, "str"),
        ({"allOf": [{"type": "string"}, {"type": "integer"}]}, "Never"),
        ({"not": {"type": "string"}}, "Any"),
        ({"if": {"type": "string"}, "then": {"minLength": 3}}, "Any"),
    ],
)
def test_alternatives_and_conjunctions(schema: JsonObject, annotation: str) -> None:
    assert argument(schema) == annotation


def test_what_stands_beside_alternatives_is_merged_into_each() -> None:
    schema = {
        "type": "object",
        "properties": {"id": {"type": "integer"}},
        "required": ["id"],
        "oneOf": [
            {"properties": {"a": {"type": "string"}}, "required": ["a"]},
            {"properties": {"b": {"type": "string"}}, "required": ["b"]},
        ],
    }

    assert defined(schema) == (
        "class ActV(TypedDict):\n    id: int\n    a: str\n"
        "class ActV_2(TypedDict):\n    id: int\n    b: str\n"
        "ActV | ActV_2"
    )


def test_parts_of_an_all_of_are_merged_key_by_key() -> None:
    schema = {
        "allOf": [
            {"$ref": "#/$defs/P"},
            {"properties": {"y": {"type": "string"}, "x": {"enum": [1, "a"]}}, "required": ["y"]},
        ]
    }

    assert defined(schema, P=POINT) == "class ActV(TypedDict):\n    x: Literal[1]\n    y: str\nActV"


def test_an_all_of_that_only_wraps_a_reference_keeps_its_name() -> None:
    schema = {"allOf": [{"$ref": "#/$defs/Point"}], "description": "where", "default": None}

    assert defined(schema, Point=POINT) == "class Point(TypedDict):\n    x: int\nPoint"


def test_of_two_alternatives_where_one_has_all_keys_of_the_other_an_argument_is_one_class() -> None:
    wide = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}
    narrow = {"type": "object", "properties": {"a": {"type": "string"}, "b": {}}, "required": ["a", "b"]}

    assert defined({"anyOf": [wide, narrow]}) == (
        "class ActV2(TypedDict):\n    a: str\n    b: NotRequired[Any]\nActV2"
    )  # fmt: skip


def test_a_referenced_object_is_a_class_of_that_name() -> None:
    assert defined({"$ref": "#/$defs/my-point"}, **{"my-point": POINT}) == (
        "class MyPoint(TypedDict):\n    x: int\nMyPoint"
    )


def test_a_referenced_short_type_stands_in_place_and_a_long_one_gets_a_name() -> None:
    short, long = {"enum": ["a", "b"]}, {"enum": [f"value-{n}" for n in range(20)]}

    assert argument({"$ref": "#/$defs/s"}, s=short) == 'Literal["a", "b"]'
    assert argument({"$ref": "#/$defs/colour"}, colour=long) == "Colour"


def test_an_object_may_lead_back_to_itself() -> None:
    node = {
        "type": "object",
        "properties": {"next": {"$ref": "#/$defs/Node"}, "all": {"items": {"$ref": "#/$defs/Node"}}},
    }

    assert defined({"$ref": "#/$defs/Node"}, Node=node) == (
        "class Node(TypedDict):\n    next: NotRequired[Node]\n    all: NotRequired[list[Node]]\nNode"
    )


def test_a_type_that_is_no_object_may_lead_back_to_itself_through_a_container() -> None:
    tree = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"$ref": "#/$defs/Tree"}}]}

    assert defined({"$ref": "#/$defs/Tree"}, Tree=tree) == "Tree: TypeAlias = str | list[Tree]\nTree"


def test_classes_may_lead_to_each_other() -> None:
    one = {"type": "object", "properties": {"other": {"$ref": "#/$defs/Two"}}}
    two = {"type": "object", "properties": {"other": {"$ref": "#/$defs/One"}}}

    assert defined({"$ref": "#/$defs/One"}, One=one, Two=two) == (
        "class Two(TypedDict):\n    other: NotRequired[One]\nclass One(TypedDict):\n    other: NotRequired[Two]\nOne"
    )


@pytest.mark.parametrize(
    "definitions",
    [
        {"A": {"$ref": "#/$defs/A"}},
        {"A": {"$ref": "#/$defs/B"}, "B": {"$ref": "#/$defs/A"}},
        {"A": {"anyOf": [{"$ref": "#/$defs/A"}, {"type": "null"}]}},
        {"A": {"allOf": [{"$ref": "#/$defs/A"}]}},
        {"A": {"anyOf": [{"$ref": "#/$defs/B"}]}, "B": {"oneOf": [{"$ref": "#/$defs/A"}, {"type": "string"}]}},
    ],
)
def test_what_leads_only_back_to_itself_may_be_anything(definitions: JsonObject) -> None:
    assert argument({"$ref": "#/$defs/A"}, **definitions) == "Any"


@pytest.mark.parametrize(
    "ref", ["https://example.com/schema", "other.json#/x", "#/$defs/nowhere", "#nowhere", "#/$defs/P/properties/y", 7]
)
def test_a_reference_that_leads_nowhere_or_out_of_the_document_may_be_anything(ref: JsonValue) -> None:
    found = stub_of(tool(schema=takes(v={"$ref": ref}) | {"$defs": {"P": POINT}})).tools[0]

    assert found.parameters[0].annotation == "Any"
    assert found.losses == ("a $ref that leads nowhere in its document",)


def test_references_follow_escapes_anchors_and_the_root() -> None:
    odd = {"a/b~c d": {"type": "string"}, "named": {"$anchor": "here", "type": "integer"}}

    assert argument({"$ref": "#/$defs/a~1b~0c%20d"}, **odd) == "str"
    assert argument({"$ref": "#here"}, **odd) == "int"
    assert defined({"$ref": "#"}) == "class ActV(TypedDict):\n    v: ActV\nActV"


def test_what_stands_beside_a_reference_counts_unless_the_dialect_says_otherwise() -> None:
    beside = {"$ref": "#/$defs/P", "properties": {"y": {"type": "string"}}}
    old = {"$schema": "http://json-schema.org/draft-07/schema#"}
    made = stub_of(tool(schema=takes(v=beside) | {"$defs": {"P": POINT}} | old))

    assert defined(beside, P=POINT) == "class ActV(TypedDict):\n    y: NotRequired[str]\n    x: int\nActV"
    assert made.definitions == {"P": "class P(TypedDict):\n    x: int\n"}


def test_a_reference_means_what_it_does_where_it_stands() -> None:
    inner = {"$id": "http://x.test/other", "$ref": "#/$defs/P", "$defs": {"P": {"type": "string"}}}
    place = {"$id": "http://x.test/place", "$defs": {"Q": {"$anchor": "q", "type": "boolean"}}}

    assert argument(inner, P={"type": "integer"}) == "str"
    assert argument({"$ref": "http://x.test/place#q"}, P=place) == "bool"
    assert argument({"$id": "http://x.test/a", "allOf": [{"$ref": "place#/$defs/Q"}]}, P=place) == "bool"
    assert argument({"$ref": "#q"}, P=place) == "Any"


def test_an_address_that_two_parts_claim_or_a_value_holds_leads_nowhere() -> None:
    twice = {"$id": "http://x.test/twice", "type": "string"}

    assert argument({"$ref": "http://x.test/twice"}, P=twice, Q={**twice, "title": "Other"}) == "Any"
    assert argument({"$ref": "http://x.test/twice"}, P={"const": twice}) == "Any"
    assert argument({"$ref": "http://[x/"}, P=twice) == "Any"


def test_alternatives_at_the_top_become_optional_parameters() -> None:
    schema: JsonObject = {
        "type": "object",
        "properties": {"id": {"type": "integer"}},
        "required": ["id"],
        "oneOf": [
            {"properties": {"a": {"type": "string"}, "c": {"type": "string"}}, "required": ["a"]},
            {"properties": {"b": {"type": "string"}, "c": {"type": "null"}}, "required": ["b"]},
        ],
    }
    (made,) = stub_of(tool(schema=schema)).tools

    assert made.signature == "act(id: int, *, a: str = ..., c: str | None = ..., b: str = ...) -> Any"
    assert made.losses == ("which arguments go together: alternatives at the top",)


@pytest.mark.parametrize(
    ("schema", "signature"),
    [
        ({}, "act() -> Any"),
        ({"type": "object", "additionalProperties": False}, "act() -> Any"),
        ({"type": "object", "additionalProperties": True}, "act(**extra: Any) -> Any"),
        ({"additionalProperties": {"type": "integer"}}, "act(**extra: int) -> Any"),
        (takes(extra={"type": "string"}) | {"additionalProperties": {"type": "integer"}},
         "act(extra: str, **extra_: int) -> Any"),
        (takes(a={"type": "string"}) | {"additionalProperties": True}, "act(a: str) -> Any"),
        ({"$ref": "#/$defs/A", "$defs": {"A": takes(a={"type": "string"})}}, "act(a: str) -> Any"),
        ({"allOf": [takes(a={"type": "string"}), takes(b={"type": "integer"})]}, "act(a: str, b: int) -> Any"),
        ({"type": "object", "then": {"properties": {"a": {"type": "string"}}}}, "act(*, a: Any = ...) -> Any"),
    ],
)  # fmt: skip
def test_input_schemas_of_every_shape(schema: JsonObject, signature: str) -> None:
    assert stub_of(tool(schema=schema)).tools[0].signature == signature


def test_a_result_that_nothing_fits_is_any_lest_all_that_follows_goes_unchecked() -> None:
    assert returned({"not": {}, "anyOf": [False]}) == "Any"
    assert returned({"enum": []}) == "Any"


def test_ranges_formats_and_long_defaults_are_told_in_words() -> None:
    schema: JsonObject = {
        "type": "array",
        "description": "Some  text\nhere.",
        "minItems": 1,
        "maxItems": 5,
        "uniqueItems": True,
        "default": ["a"],
    }
    (parameter,) = stub_of(tool(schema=takes(v=schema))).tools[0].parameters

    assert parameter.description == 'Some text here. (1..5 items; no two alike; default ["a"])'


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"minimum": 1, "maximum": 100}, "(1..100)"),
        ({"exclusiveMinimum": 0, "multipleOf": 0.5}, "(above 0; a multiple of 0.5)"),
        ({"minimum": -(2**53) + 1, "maximum": 2**53 - 1}, ""),
        ({"minLength": 2, "pattern": "^a\n`"}, "(2.. characters; pattern ^a `)"),
        ({"format": "date-time", "maxLength": 9}, "(0..9 characters; format date-time)"),
        ({"minimum": "x", "maxItems": [], "format": 3}, ""),
    ],
)
def test_each_constraint_has_its_words(schema: JsonObject, words: str) -> None:
    assert stub_of(tool(schema=takes(v=schema))).tools[0].parameters[0].description == words
