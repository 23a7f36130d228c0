"""Which changes of a tool are told, how, and of which a program breaks."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from ptc_cli.core.jsonvalue import JsonObject, JsonValue
from ptc_cli.core.server import ToolConfig, ToolSpec
from ptc_cli.drift import Change, Lock, changes, lock_of, parsed, written
from ptc_cli.drift.lock import LockError
from tests.unit.codegen.making import entry, real_entries, takes, tool
from tests.unit.codegen.strategies import DOCUMENTS, typed

QUICK = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)
TEXT: JsonObject = {"type": "string"}
NUMBER: JsonObject = {"type": "integer"}


def lock(*tools: ToolSpec) -> Lock:
    return parsed(written(lock_of([entry("demo", *tools)])), "ptc.lock")


def between(old: ToolSpec, new: ToolSpec) -> tuple[Change, ...]:
    found = changes(lock(old), lock(new))
    assert {(change.server, change.tool) for change in found} <= {("demo", "act")}
    return found


def told(old: ToolSpec, new: ToolSpec) -> list[str]:
    """Return the changes, the breaking ones behind an exclamation mark."""
    return [f"{'! ' if change.is_breaking else ''}{change}" for change in between(old, new)]


def given_as(old: JsonValue, new: JsonValue) -> list[str]:
    return told(tool(schema=takes(x=old)), tool(schema=takes(x=new)))


def returned_as(old: JsonObject, new: JsonObject) -> list[str]:
    return told(tool(result=old), tool(result=new))


def optional(**parameters: JsonValue) -> JsonObject:
    return {"type": "object", "properties": parameters}


def some(*values: JsonValue) -> JsonObject:
    return {"enum": list(values)}


def record(needed: str = "", **fields: JsonValue) -> JsonObject:
    return {"type": "object", "properties": fields, "required": needed.split()}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (takes(a=TEXT), takes(a=TEXT, b=TEXT), ["! parameter 'b': is new, and required"]),
        (takes(a=TEXT), takes(a=TEXT) | {"properties": {"a": TEXT, "b": TEXT}}, ["parameter 'b': is new, and optional"]),
        (takes(a=TEXT, b=TEXT), takes(a=TEXT), ["! parameter 'b': is gone"]),
        (optional(a=TEXT), optional(b=TEXT), ["! parameter 'a': is gone", "parameter 'b': is new, and optional"]),
        (optional(a=TEXT), takes(a=TEXT), ["! parameter 'a': is required now"]),
        (takes(a=TEXT), optional(a=TEXT), ["! parameter 'a': is optional now, and so cannot be given by position any more"]),
        (takes(a=TEXT, b=TEXT), takes(b=TEXT, a=TEXT), ["! its required parameters are in another order"]),
        (optional(a=TEXT, b=TEXT), optional(b=TEXT, a=TEXT), ["its definition changed in what types do not say"]),
        (optional(a={**NUMBER, "default": 1}), optional(a={**NUMBER, "default": 2}), ["parameter 'a': defaults to 2 now, not 1"]),
        (takes(a=TEXT), takes(a={**TEXT, "maxLength": 3}), ["its definition changed in what types do not say"]),
        ({"type": "object", "additionalProperties": TEXT}, takes(), ["! it takes no other arguments any more"]),
        ({"type": "object", "additionalProperties": TEXT}, {"type": "object", "additionalProperties": NUMBER} | optional(a=TEXT), ["parameter 'a': is new, and optional"]),
        (takes(), {"type": "object", "additionalProperties": TEXT}, ["it takes any other arguments too"]),
    ],
)  # fmt: skip
def test_parameters(old: JsonObject, new: JsonObject, expected: list[str]) -> None:
    assert told(tool(schema=old), tool(schema=new)) == expected


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (TEXT, NUMBER, ["! parameter 'x': another type: int, was str"]),
        (NUMBER, {"type": "number"}, ["parameter 'x': wider: float, was int"]),
        (TEXT, {"type": ["string", "null"]}, ["parameter 'x': wider: str | None, was str"]),
        ({}, TEXT, ["! parameter 'x': narrower: str, was Any"]),
        (TEXT, {}, ["parameter 'x': wider: Any, was str"]),
        (some("a", "b"), some("a"), ["! parameter 'x': cannot be 'b' any more"]),
        (some("a"), some("a", "b"), ["parameter 'x': can be 'b' too"]),
        (TEXT, some("a"), ["! parameter 'x': narrower: Literal['a'], was str"]),
        ({"type": "boolean"}, some(True, False), ["its definition changed in what types do not say"]),
        ({"type": "array", "items": TEXT}, {"type": "array", "items": NUMBER}, ["! parameter 'x'[]: another type: int, was str"]),
        (record(a=TEXT), record(a=TEXT, b=TEXT), ["parameter 'x'['b']: is new, and optional"]),
        (record(a=TEXT), record("b", a=TEXT, b=TEXT), ["! parameter 'x'['b']: is new, and required"]),
        (record(a=TEXT, b=TEXT), record(a=TEXT), ["! parameter 'x'['b']: is gone"]),
        (record(a=TEXT), record("a", a=TEXT), ["! parameter 'x'['a']: is required now"]),
        (record("a", a=TEXT), record(a=TEXT), ["parameter 'x'['a']: is optional now"]),
        (record(a=some("u", "v")), record(a=some("u")), ["! parameter 'x'['a']: cannot be 'v' any more"]),
    ],
)  # fmt: skip
def test_types_of_arguments(old: JsonObject, new: JsonObject, expected: list[str]) -> None:
    assert given_as(old, new) == expected


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (TEXT, {"type": ["string", "null"]}, ["! result: wider: str | None, was str"]),
        ({"type": ["string", "null"]}, TEXT, ["result: narrower: str, was str | None"]),
        (record(a=TEXT), record(a=TEXT, b=TEXT), ["result['b']: is new"]),
        (record(a=TEXT, b=TEXT), record(a=TEXT), ["! result['b']: is gone"]),
        (record("a", a=TEXT), record(a=TEXT), ["! result['a']: may be missing now"]),
        (record(a=TEXT), record("a", a=TEXT), ["result['a']: is always there now"]),
        (some("a"), some("a", "b"), ["! result: can be 'b' too"]),
        (record(rows={"type": "array", "items": record(n=NUMBER)}), record(rows={"type": "array", "items": record(n=TEXT)}),
         ["! result['rows'][]['n']: another type: str, was int"]),
        ({"type": "object", "additionalProperties": NUMBER}, {"type": "object", "additionalProperties": TEXT},
         ["! result[...]: another type: str, was int"]),
    ],
)  # fmt: skip
def test_types_of_results(old: JsonObject, new: JsonObject, expected: list[str]) -> None:
    assert returned_as(old, new) == expected


def test_a_result_that_is_no_longer_declared_breaks_and_one_that_is_now_does_not() -> None:
    assert told(tool(result=TEXT), tool()) == ["! result: wider: Any, was str"]
    assert told(tool(), tool(result=TEXT)) == ["result: narrower: str, was Any"]


def test_types_that_lead_back_to_themselves_are_compared() -> None:
    def tree(leaf: JsonObject) -> JsonObject:
        child = {"type": "array", "items": {"$ref": "#"}}
        return {"type": "object", "properties": {"leaf": leaf, "children": child}, "required": ["leaf"]}

    assert returned_as(tree(TEXT), tree(TEXT)) == []
    assert returned_as(tree(TEXT), tree(NUMBER)) == ["! result['leaf']: another type: int, was str"]
    assert returned_as(tree(TEXT), tree({"enum": ["a"]})) == ["result['leaf']: narrower: Literal['a'], was str"]


def test_tools_and_servers_that_come_and_go() -> None:
    old = lock_of([entry("demo", tool("act", description="Acts."), tool("stay")), entry("gone", tool())])
    new = lock_of([entry("demo", tool("perform", description="Acts."), tool("stay")), entry("fresh", tool())])

    assert [(change.server, change.tool, change.is_breaking, change.message) for change in changes(old, new)] == [
        ("demo", "act", True, "the tool is gone; 'perform' is new and described alike"),
        ("demo", "perform", False, "new tool"),
        ("fresh", None, False, "new server"),
        ("gone", None, True, "the server is gone"),
    ]


def test_another_description_is_harmless() -> None:
    assert told(tool(description="Acts."), tool(description="Acts well.")) == ["its description changed"]


def test_a_result_type_of_the_configuration_counts() -> None:
    pinned = entry("demo", tool(), settings={"act": ToolConfig(output_schema=record(a=TEXT))})

    assert [str(each) for each in changes(lock_of([pinned]), lock(tool()))] == ["result: wider: Any, was ActResult"]


@QUICK
@given(DOCUMENTS, DOCUMENTS)
def test_whatever_is_rendered_can_be_locked_and_compared(old: JsonObject, new: JsonObject) -> None:
    first, second = lock(tool(schema=old, result=new)), lock(tool(schema=new, result=old))

    assert changes(first, parsed(written(first), "ptc.lock")) == ()
    assert all(each.message for each in changes(first, second))
    assert bool(changes(first, second)) is (first != second)


@QUICK
@given(typed(), typed())
def test_what_is_wider_for_arguments_is_narrower_the_other_way(
    one: tuple[JsonObject, JsonValue], other: tuple[JsonObject, JsonValue]
) -> None:
    narrow, wide = one[0], {"anyOf": [one[0], other[0]]}
    there = between(tool(schema=takes(x=narrow)), tool(schema=takes(x=wide)))
    back = between(tool(schema=takes(x=wide)), tool(schema=takes(x=narrow)))

    assert not any(change.is_breaking for change in there)
    typed_changes = [change for change in there if change.where]
    assert any(change.is_breaking for change in back) is bool(typed_changes)


@QUICK
@given(typed(), typed())
def test_what_breaks_results_is_harmless_the_other_way(
    one: tuple[JsonObject, JsonValue], other: tuple[JsonObject, JsonValue]
) -> None:
    narrow, wide = one[0], {"anyOf": [one[0], other[0]]}
    there = between(tool(result=wide), tool(result=narrow))
    back = between(tool(result=narrow), tool(result=wide))

    assert not any(change.is_breaking for change in there)
    assert any(change.is_breaking for change in back) is bool([change for change in there if change.where])


def test_real_servers_are_locked_without_a_change_of_their_own() -> None:
    entries = real_entries()
    made = lock_of(entries)

    assert sum(len(server.tools) for server in made.servers.values()) == sum(len(entry.tools) for entry in entries)
    again = parsed(written(lock_of(reversed(entries))), "ptc.lock")
    assert written(made) == written(again)
    stale = {
        name: replace(server, types={**server.types, "Odd": "Odd: TypeAlias = Any"})
        for name, server in made.servers.items()
    }
    assert changes(made, replace(made, servers=stale)) == ()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"version": 2}', '{"version": 1, "servers": []}', "[" * 100_000])
def test_what_is_no_lock_is_refused(text: str) -> None:
    with pytest.raises(LockError, match=r"ptc\.lock: is"):
        parsed(text, "ptc.lock")


@pytest.mark.parametrize(
    "signature", ["act(", "act() -> __import__('os')", "act() -> list[Nowhere]", "x: int", "act() -> Literal[f()]", "act(a) -> int"]
)  # fmt: skip
def test_a_lock_that_says_what_no_stub_does_is_refused(signature: str) -> None:
    made = lock(tool())
    facts = replace(made.servers["demo"].tools["act"], signature=signature)
    edited = replace(made, servers={"demo": replace(made.servers["demo"], tools={"act": facts})})

    with pytest.raises(LockError, match=r"demo\.act: its lock cannot be understood"):
        changes(edited, made)
