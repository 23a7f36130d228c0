"""Our own tools: definitions, and what is wrong with arguments."""

from __future__ import annotations

import pytest
from jsonschema import Draft202012Validator

from ptc_cli.core.jsonvalue import JsonObject
from ptc_cli.serve.mcp.surface import INPUT_SCHEMAS, OWN_TOOLS, complaint, own_tools


def test_each_mode_serves_its_tools_in_order() -> None:
    assert OWN_TOOLS == {
        "catalog": ("list_functions", "search_functions", "get_function_details", "execute_python"),
        "filesystem": ("execute_bash", "execute_python"),
        "sidecar": ("execute_python",),
    }


@pytest.mark.parametrize("name", INPUT_SCHEMAS)
def test_every_input_schema_is_one(name: str) -> None:
    Draft202012Validator.check_schema(INPUT_SCHEMAS[name])


def test_a_description_can_be_replaced_by_the_configuration() -> None:
    bash, python = own_tools("filesystem", {"execute_bash": "Look around."})

    assert bash.description == "Look around."
    assert python.description is not None
    assert python.description.startswith("Run a Python program")


def test_what_only_reads_says_so_and_programs_claim_nothing() -> None:
    stated = {tool.name: tool.annotations and tool.annotations.read_only_hint for tool in own_tools("catalog", {})}

    assert stated == {
        "list_functions": True,
        "search_functions": True,
        "get_function_details": True,
        "execute_python": None,
    }


@pytest.mark.parametrize(
    ("name", "arguments", "text"),
    [
        ("execute_python", {}, "execute_python: the argument 'code' is missing\nIt takes: code, session?, timeout?."),
        (
            "execute_python",
            {"code": 1},
            "execute_python: argument code: expected string, got int\nIt takes: code, session?, timeout?.",
        ),
        (
            "execute_python",
            {"code": "1", "timeout": 0},
            "execute_python: argument timeout: exclusiveMinimum is 0\nIt takes: code, session?, timeout?.",
        ),
        (
            "execute_bash",
            {"command": "ls", "comand": "x"},
            "execute_bash: no argument 'comand'. Did you mean 'command'?\nIt takes: command.",
        ),
        (
            "search_functions",
            {"query": "x", "detail": "all"},
            "search_functions: argument detail: expected one of ['name', 'signature', 'full']\n"
            "It takes: query, limit?, detail?.",
        ),
        (
            "get_function_details",
            {"functions": ["a", 2]},
            "get_function_details: argument functions.1: expected string, got int\nIt takes: functions.",
        ),
        (
            "get_function_details",
            {"functions": []},
            "get_function_details: argument functions: minItems is 1\nIt takes: functions.",
        ),
    ],
)
def test_wrong_arguments_are_named_with_what_the_tool_takes(name: str, arguments: JsonObject, text: str) -> None:
    assert complaint(name, arguments) == text


def test_right_arguments_draw_no_complaint() -> None:
    assert complaint("search_functions", {"query": "x", "limit": 3, "detail": "full"}) is None


def test_a_complaint_never_repeats_a_huge_value() -> None:
    huge = "x" * 1_000_000

    assert len(complaint("execute_bash", {"command": [huge]}) or "") < 200
    assert len(complaint("execute_bash", {"command": "ls", huge: 1}) or "") < 300
