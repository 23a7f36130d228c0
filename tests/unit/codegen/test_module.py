"""A server as a module: names, order, results, and what becomes of invalid tools."""

from __future__ import annotations

import ast
from pathlib import Path

from ptc_cli.codegen import render
from ptc_cli.core.jsonvalue import JsonObject
from ptc_cli.core.server import RejectedTool, ServerListing, ToolConfig
from tests.unit.codegen.making import config, listing, mypy_errors, stub_of, takes, tool, write_package, wrong_lines

ISSUE: JsonObject = {
    "type": "object",
    "properties": {"id": {"type": "integer"}, "labels": {"type": "array", "items": {"type": "string"}}},
    "required": ["id"],
}


def test_a_module_holds_types_then_functions_with_one_line_docstrings() -> None:
    search: JsonObject = {
        "type": "object",
        "properties": {
            "limit": {"type": "integer", "default": 10},
            "query": {"type": "string"},
            "state": {"enum": ["open", "closed"]},
        },
        "required": ["query"],
    }
    found = stub_of(
        tool("search", search, result={"type": "object", "properties": {"items": {"type": "array", "items": ISSUE}}}),
        tool("close-issue", takes(id={"type": "integer"}), description='Close it. """Really"""!\n\nMore.'),
    )

    assert found.source == (
        '"""Tools of the MCP server \'demo\': 2."""\n'
        "\n"
        "from typing import Any, Literal, NotRequired, TypedDict\n"
        "\n"
        "class SearchResultItem(TypedDict):\n"
        "    id: int\n"
        "    labels: NotRequired[list[str]]\n"
        "\n"
        "class SearchResult(TypedDict):\n"
        "    items: NotRequired[list[SearchResultItem]]\n"
        "\n"
        'def search(query: str, *, limit: int = 10, state: Literal["open", "closed"] = ...) -> SearchResult: ...\n'
        "\n"
        "def close_issue(id: int) -> Any:\n"
        '    """Close it. Result undeclared."""\n'
    )
    assert found.tools[0].types == ("SearchResultItem", "SearchResult")
    assert list(found.definitions) == ["SearchResultItem", "SearchResult"]


def test_the_async_face_differs_in_nothing_but_the_functions() -> None:
    found = stub_of(tool("a", description="def f(): ..."), tool("b", result={"const": "\ndef x"}))

    assert found.face("async").count("async def ") == 2
    assert found.face("async").replace("async def ", "def ") == found.source


def test_required_parameters_come_in_the_order_of_properties_then_those_that_are_not_among_them() -> None:
    schema: JsonObject = {
        "type": "object",
        "properties": {"c": {"type": "string"}, "opt": {"type": "string"}, "a": {"type": "integer"}},
        "required": ["z", "a", "c", "y"],
    }
    (made,) = stub_of(tool(schema=schema)).tools

    assert made.signature == "act(c: str, a: int, z: Any, y: Any, *, opt: str = ...) -> Any"
    assert [item.is_required for item in made.parameters] == [True, True, True, True, False]


def test_names_that_python_cannot_have_are_changed_and_kept_on_the_wire() -> None:
    (made,) = stub_of(
        tool("Get.Thing", takes(**{"from": {"type": "string"}, "x-y": {"type": "string"}, "2": {}}))
    ).tools

    assert made.name == "Get_Thing"
    assert [(item.name, item.wire_name) for item in made.parameters] == [("from_", "from"), ("x_y", "x-y"), ("_2", "2")]


def test_a_tool_called_like_a_type_does_not_change_what_the_type_means() -> None:
    words = ["list", "str", "int", "dict", "tuple", "float", "bool"]
    schema = takes(
        a={"type": "array", "items": {"type": "string"}},
        b={"type": "object", "additionalProperties": {"type": "integer"}},
    )
    found = stub_of(*(tool(word, schema) for word in words))

    assert found.tools[0].signature == (
        "list(a: builtins.list[builtins.str], b: builtins.dict[builtins.str, builtins.int]) -> Any"
    )


def test_tools_called_like_what_a_module_imports_or_holds_still_check(tmp_path: Path) -> None:
    names = ["Any", "Literal", "TypedDict", "NotRequired", "builtins", "ActX", "README", "list", "__getattr__", "print"]
    nested = takes(x={"type": "object", "properties": {"list": {"type": "array"}, "str": {"type": "string"}}})
    found = stub_of(*(tool(name, nested) for name in [*names, "act"]))

    assert [each.name for each in found.tools[:8]] == [
        "Any_2",
        "Literal_2",
        "TypedDict_2",
        "NotRequired_2",
        "builtins_2",
        "ActX",
        "README_2",
        "list",
    ]
    folder = tmp_path
    write_package(folder, [found])
    call = "tools.demo.{}(x={{'list': [1], 'str': 'a'}})"
    assert wrong_lines(folder, ["import tools", *(call.format(each.name) for each in found.tools)]) == {}
    assert wrong_lines(folder, ["import tools", "tools.demo.nothing()"]) != {}


def test_identical_shapes_are_shared_and_named_whatever_the_order_of_the_tools() -> None:
    first, second = tool("b_get", result=ISSUE), tool("a_make", takes(issue=ISSUE), result=ISSUE)

    forwards, backwards = stub_of(first, second), stub_of(second, first)
    assert list(forwards.definitions) == list(backwards.definitions) == ["AMakeIssue"]
    assert [each.returns for each in forwards.tools] == ["AMakeIssue", "AMakeIssue"]


def test_a_configured_schema_outranks_the_declared_one() -> None:
    settings = {"act": ToolConfig(output_schema={"type": "integer"}), "drop": ToolConfig(returns_nothing=True)}
    offered = listing(tool("act", result={"type": "string"}), tool("drop"), tool("keep", result={"type": "string"}))
    found = render(config(tools=settings), offered, module="demo")

    assert [(each.returns, each.result_source) for each in found.tools] == [
        ("int", "configured"),
        ("None", "configured"),
        ("str", "declared"),
    ]


def test_a_wrapped_result_is_unwrapped_with_its_references() -> None:
    wrapper: JsonObject = {
        "type": "object",
        "properties": {"result": {"type": "array", "items": {"$ref": "#/$defs/Issue"}, "title": "Result"}},
        "required": ["result"],
        "title": "listOutput",
        "$defs": {"Issue": ISSUE},
    }
    (made,) = stub_of(tool(result=wrapper)).tools

    assert made.returns == "list[Issue]"


def test_one_invalid_tool_never_costs_the_others() -> None:
    deep: JsonObject = {}
    for _ in range(5_000):
        deep = {"items": deep}
    found = stub_of(
        tool("text", {"type": "string"}),
        tool("never", {"allOf": [False]}),
        tool("deep", takes(x=deep)),
        tool("deep_result", result=deep),
        tool("good"),
        tool("good", takes(x={})),
        tool("n" * 300),
        tool(""),
    )

    assert [each.signature for each in found.tools] == ["good() -> Any"]
    assert sorted((each.name[:20], each.reason) for each in found.rejected) == [
        ("", "it has no name"),
        ("deep", "its input schema nests more than 200 levels deep"),
        ("deep_result", "its output schema nests more than 200 levels deep"),
        ("good", "the server lists this name twice; the first is used"),
        ("never", "its input schema allows no arguments at all, not even none"),
        ("n" * 20, "its name has more than 200 bytes"),
        ("text", "its input schema is of type string, not object"),
    ]


def test_what_a_rejected_tool_defined_is_forgotten() -> None:
    deep: JsonObject = {}
    for _ in range(300):
        deep = {"items": deep}
    found = stub_of(tool("a", takes(x=ISSUE), result=deep), tool("b", takes(x=ISSUE)))

    assert [each.name for each in found.rejected] == ["a"]
    assert found.tools[0].signature == "b(x: BX) -> Any"
    assert list(found.definitions) == ["BX"]


def test_a_server_that_failed_is_an_empty_module_that_says_why() -> None:
    failed = ServerListing(server='od"d"""', status="failed", reason="no such command: \\x\u202e")
    found = render(config(), failed, module="odd")

    assert ast.get_docstring(ast.parse(found.source)) == (
        'MCP server \'od"d"""\' has no tools here: no such command: \\x'
    )
    assert found.tools == ()
    assert found.rejected == ()


def test_a_module_without_tools_is_accepted_by_mypy(tmp_path: Path) -> None:
    write_package(tmp_path, [stub_of()])

    assert mypy_errors(tmp_path / "tools" / "demo.pyi", tmp_path / "ptc.pyi") == []


def test_rejected_tools_are_values() -> None:
    assert stub_of(tool("", None)).rejected == (RejectedTool(name="", reason="it has no name"),)
