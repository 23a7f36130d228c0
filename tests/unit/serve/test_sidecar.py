"""Tools of upstreams as they are: names and definitions."""

from __future__ import annotations

import re
from dataclasses import replace

import mcp_types as types
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mcp_types.methods import serialize_server_result

from ptc_cli.core.catalog import ServerEntry
from ptc_cli.core.server import ToolAnnotations, ToolConfig
from ptc_cli.serve.mcp.sidecar import NAME_CHARACTERS, definition, exposed
from tests.unit.views import entry, spec, stub, view

NEW, OLD = "2026-07-28", "2025-11-25"


def test_tools_are_named_by_server_and_tool() -> None:
    seen = view(entry("github", [spec("github", "get_issue")]), entry("my-files", [spec("my-files", "read.file")]))

    assert list(exposed(seen)) == ["github__get_issue", "my-files__read.file"]
    assert list(exposed(seen, "plain")) == ["get_issue", "read.file"]


def test_names_stay_distinct_and_do_not_depend_on_the_order_of_listings() -> None:
    one, two = entry("a", [spec("a", "b__c"), spec("a", "x y"), spec("a", "x/y")]), entry("a__b", [spec("a__b", "c")])

    names = {name: (tool.spec.server, tool.spec.name) for name, tool in exposed(view(one, two)).items()}

    assert names == {
        "a__b__c": ("a", "b__c"),
        "a__x_y": ("a", "x y"),
        "a__x_y_2": ("a", "x/y"),
        "a__b__c_2": ("a__b", "c"),
    }
    assert {name: (t.spec.server, t.spec.name) for name, t in exposed(view(two, one)).items()} == names


def test_a_plain_name_never_takes_the_place_of_our_own_tool() -> None:
    evil = view(entry("evil", [spec("evil", "execute_python")]))

    assert list(exposed(evil, "plain")) == ["evil__execute_python"]


def test_a_plain_name_that_two_servers_have_is_neithers() -> None:
    one, two = entry("a", [spec("a", "search"), spec("a", "read")]), entry("b", [spec("b", "search")])

    assert list(exposed(view(one, two), "plain")) == ["read", "a__search", "b__search"]
    assert exposed(view(two, one), "plain").keys() == exposed(view(one, two), "plain").keys()


def test_a_plain_name_that_another_tool_is_prefixed_to_goes_to_one_of_them() -> None:
    one, two = entry("a", [spec("a", "b__c"), spec("a", "x")]), entry("b", [spec("b", "c"), spec("b", "x")])

    names = exposed(view(one, two, entry("d", [spec("d", "c")])), "plain")

    assert list(names) == ["b__c", "a__x", "b__c_2", "b__x", "d__c"]


def test_a_tool_for_programs_only_is_not_offered() -> None:
    seen = entry("s", [spec("s", "open"), spec("s", "inner")])
    config = replace(seen.config, tools={"inner": ToolConfig(allowed_callers=("programmatic",))})

    assert list(exposed(view(ServerEntry(config=config, listing=seen.listing, stub=seen.stub)))) == ["s__open"]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.text(max_size=80), st.text(max_size=80)), max_size=8, unique=True))
def test_any_names_become_distinct_names_that_clients_take(pairs: list[tuple[str, str]]) -> None:
    servers = dict.fromkeys(server for server, _ in pairs)
    seen = view(*(entry(name, [spec(name, tool) for server, tool in pairs if server == name]) for name in servers))

    names = exposed(seen)

    assert len(names) == len(pairs)
    assert all(re.fullmatch(rf"[A-Za-z0-9_.-]{{1,{NAME_CHARACTERS}}}", name) for name in names)


def test_a_definition_opens_with_the_signature_in_a_program() -> None:
    tool = spec(
        "github",
        "get_issue",
        "Return an issue.\n\nIn full.",
        {"number": "n"},
        title="Get",
        output_schema={"type": "object"},
        annotations=ToolAnnotations(read_only=True),
        meta={"com.example/x": 1, "io.modelcontextprotocol/y": 2},
    )
    (found,) = exposed(view(entry("github", [tool]))).values()

    assert definition("github__get_issue", found, OLD).model_dump(by_alias=True, exclude_none=True) == {
        "name": "github__get_issue",
        "title": "Get",
        "description": "In a program: github.get_issue(number: str) -> Any\n\nReturn an issue.\n\nIn full.",
        "inputSchema": tool.input_schema,
        "outputSchema": {"type": "object"},
        "annotations": {"readOnlyHint": True},
        "_meta": {"com.example/x": 1},
    }


def test_a_result_type_that_the_old_era_cannot_carry_is_left_out_there_alone() -> None:
    tool = spec("s", "t", output_schema={"type": "array"})
    (found,) = exposed(view(entry("s", [tool]))).values()

    assert definition("s__t", found, OLD).output_schema is None
    assert definition("s__t", found, NEW).output_schema == {"type": "array"}


@pytest.mark.parametrize("version", [OLD, NEW, "2024-11-05"])
@pytest.mark.parametrize(
    "schema", [{"type": "object", "properties": 7}, {"type": "string"}, {"properties": {"a": 1}}, {"required": "x"}]
)
def test_one_schema_that_a_revision_cannot_carry_does_not_cost_the_tool(
    version: str, schema: dict[str, object]
) -> None:
    tool = replace(spec("s", "t"), input_schema=schema)
    seen = entry("s", [spec("s", "t")])
    listing = replace(seen.listing, tools=(tool,))
    own = replace(seen.stub, tools=(stub(spec("s", "t")),))
    (found,) = exposed(view(ServerEntry(config=seen.config, listing=listing, stub=own))).values()

    listed = types.ListToolsResult(tools=[definition("s__t", found, version)])
    dumped = listed.model_dump(by_alias=True, mode="json", exclude_none=True)
    assert serialize_server_result("tools/list", version, dumped)["tools"][0]["name"] == "s__t"
