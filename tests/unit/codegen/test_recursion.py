"""Definitions that lead to each other in every way, and schemas made to use up whoever reads them."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from ptc_cli.core.jsonvalue import JsonObject, JsonValue
from tests.unit.codegen.making import mypy_errors, stub_of, takes, tool, write_package, wrong_lines


class Maze:
    """Draws schemas that mostly refer to a few definitions."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.names = [f"N{number}" for number in range(self.random.randint(1, 6))]

    def document(self) -> JsonObject:
        return {**self.schema(3), "$defs": {name: self.schema(3) for name in self.names}}

    def schema(self, depth: int) -> JsonObject:
        if depth == 0 or self.random.random() < 0.3:
            return {"$ref": f"#/$defs/{self.random.choice(self.names)}"}
        kind = self.random.choice(["object", "object", "array", "map", "tuple", "anyOf", "allOf", "types", "null"])
        match kind:
            case "object":
                keys = self.random.sample("abcde", self.random.randint(1, 3))
                known = {key: self.schema(depth - 1) for key in keys}
                return {"type": "object", "properties": known, "required": keys[: self.random.randint(0, 2)]}
            case "array":
                return {"type": "array", "items": self.schema(depth - 1)}
            case "map":
                return {"type": "object", "additionalProperties": self.schema(depth - 1)}
            case "tuple":
                return {"type": "array", "prefixItems": self.several(depth), "items": False}
            case "types":
                return {"type": ["array", "object", "null"], "items": self.schema(depth - 1)}
            case "null":
                return {"anyOf": [self.schema(depth - 1), {"type": "null"}]}
            case _:
                return {kind: self.several(depth)}

    def several(self, depth: int) -> list[JsonObject]:
        return [self.schema(depth - 1) for _ in range(self.random.randint(1, 3))]


def test_whatever_leads_to_whatever_gives_stubs_that_mypy_accepts_and_can_follow(tmp_path: Path) -> None:
    tools = []
    for seed in range(200):
        maze = Maze(seed)
        schema = takes(x=maze.schema(2), y=maze.schema(2)) | {"$defs": maze.document()["$defs"]}
        tools.append(tool(f"t{seed}", schema, result=maze.document()))
    found = stub_of(*tools)
    write_package(tmp_path, [found])

    assert found.rejected == ()
    # The calls are wrong or right as it happens; what counts is that the checker comes to an end over them.
    names = [each.name for each in found.tools]
    lines = [f"{name} = tools.demo.{name}([{{'a': None}}], {{'b': [[]]}})" for name in names]
    uses = [f"tools.demo.{name}({name}, {name})" for name in names]
    wrong_lines(tmp_path, ["import tools", *lines, *uses])


def doubling(levels: int) -> JsonObject:
    """Return definitions of which each one holds the next one twice."""
    found: JsonObject = {f"D{levels}": {"type": "string"}}
    for level in range(levels):
        inner = {"$ref": f"#/$defs/D{level + 1}"}
        found[f"D{level}"] = {"type": "object", "properties": {"a": inner, "b": inner}}
    return found


def doubled(levels: int, kind: str) -> JsonObject:
    """Return definitions of which each one is two of the next one, with no object among them."""
    found: JsonObject = {f"D{levels}": {"type": "string"}}
    for level in range(levels):
        inner = {"$ref": f"#/$defs/D{level + 1}"}
        whole: dict[str, JsonObject] = {
            "tuple": {"type": "array", "prefixItems": [inner, inner], "items": False},
            "allOf": {"allOf": [inner, {"allOf": [inner, {"properties": {f"k{level}": inner}}]}]},
            "anyOf": {"anyOf": [inner, {"type": "array", "items": inner}]},
        }
        found[f"D{level}"] = whole[kind]
    return found


def nested(levels: int, key: str) -> JsonObject:
    found: JsonObject = {"type": "string"}
    for level in range(levels):
        found = {key: [found, {"type": "object", "properties": {f"p{level}": found}}]}
    return found


BOMBS: dict[str, JsonObject] = {
    "classes that double": takes(x={"$ref": "#/$defs/D0"}) | {"$defs": doubling(60)},
    "tuples that double": takes(x={"$ref": "#/$defs/D0"}) | {"$defs": doubled(60, "tuple")},
    "conjunctions that double": takes(x={"$ref": "#/$defs/D0"}) | {"$defs": doubled(60, "allOf")},
    "alternatives that double": takes(x={"$ref": "#/$defs/D0"}) | {"$defs": doubled(60, "anyOf")},
    "conjunctions that nest": takes(x=nested(14, "allOf")),
    "alternatives that nest": takes(x=nested(14, "anyOf")),
    "many parameters": takes(**{f"p{number}": {"type": "string"} for number in range(10_000)}),
    "many keys": takes(x={"type": "object", "properties": {f"p{number}": {} for number in range(10_000)}}),
    "many alternatives": takes(x={"anyOf": [takes(**{f"k{number}": {}}) for number in range(3_000)]}),
    "many values": takes(x={"enum": [f"value {number}" for number in range(50_000)]}),
    "long values": takes(x={"enum": ["v" * 100_000 + str(number) for number in range(30)]}),
    "a long reference chain": takes(x={"$ref": "#/$defs/0"})
    | {"$defs": {str(number): {"$ref": f"#/$defs/{number + 1}"} for number in range(5_000)}},
    "one long type used often": takes(**{f"p{number}": {"$ref": "#/$defs/e"} for number in range(5_000)})
    | {"$defs": {"e": {"enum": [f"{'v' * 180}{number}" for number in range(60)]}}},
    "many conjuncts": takes(x={"allOf": [{"properties": {f"k{n}": {}, "z": {"minLength": n}}} for n in range(5_000)]}),
    "a long tuple": takes(x={"type": "array", "prefixItems": [{"type": "string"}] * 9_000, "items": False}),
    "too much of everything": takes(**{f"p{number}": {"properties": {"a": {}, "b": {}}} for number in range(20_000)}),
    "a long description": takes(x={"type": "string", "description": "word " * 700_000}),
    "long numbers": takes(x={"const": 10**300}, y={"minimum": 10**300, "multipleOf": 1e308, "default": -(10**300)}),
}  # fmt: skip


@pytest.mark.parametrize("name", BOMBS)
def test_a_schema_made_to_use_up_its_reader_costs_little_and_still_checks(name: str, tmp_path: Path) -> None:
    found = stub_of(tool("bomb", BOMBS[name], result=BOMBS[name]), tool("good"))
    write_package(tmp_path, [found])

    assert [each.name for each in found.tools] == ["bomb", "good"]
    assert len(found.source) < 4_000_000
    assert wrong_lines(tmp_path, ["import tools", "tools.demo.good()"]) == {}


def test_what_is_too_big_to_read_takes_any_arguments() -> None:
    found = stub_of(tool("bomb", BOMBS["too much of everything"])).tools[0]

    assert found.signature == "bomb(**extra: Any) -> Any"
    assert found.losses == ("its arguments: the input schema is too big to read",)


@pytest.mark.parametrize("depth", [50, 150])
def test_deep_nesting_ends_in_any(depth: int, tmp_path: Path) -> None:
    schema: JsonValue = {"type": "string"}
    for _ in range(depth):
        schema = {"items": schema}
    found = stub_of(tool(schema=takes(x=schema)))
    write_package(tmp_path, [found])

    assert 1 <= found.tools[0].parameters[0].annotation.count("list[") <= 6
    assert mypy_errors(tmp_path / "tools" / "demo.pyi") == []
