"""What holds of every schema, hostile or honest."""

from __future__ import annotations

import ast
from pathlib import Path

import jsonschema
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from ptc_cli.codegen.sample import source_of
from ptc_cli.codegen.text import docstring, quoted, summary
from ptc_cli.core.jsonvalue import JsonObject, JsonValue
from ptc_cli.core.server import ToolSpec
from tests.unit.codegen.making import mypy_errors, stub_of, takes, tool, write_package, wrong_lines
from tests.unit.codegen.strategies import DOCUMENTS, NAMES, NASTY_TEXT, typed

QUICK = settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)
REASONS = ("its input schema is of type", "its input schema allows no arguments")


@QUICK
@given(DOCUMENTS, DOCUMENTS, NASTY_TEXT)
def test_any_schema_gives_python_that_parses(schema: JsonObject, result: JsonObject, description: str) -> None:
    stub = stub_of(tool(schema=schema, result=result, description=description), tool("other"))

    ast.parse(stub.source)
    assert stub.source.encode()
    assert stub.tool("other") is not None
    assert all(each.reason.startswith(REASONS) for each in stub.rejected)


def test_any_schema_gives_stubs_that_mypy_strict_accepts(tmp_path: Path) -> None:
    tools: list[ToolSpec] = []

    @settings(QUICK, max_examples=400)
    @given(DOCUMENTS, DOCUMENTS, NASTY_TEXT)
    def collect(schema: JsonObject, result: JsonObject, description: str) -> None:
        tools.append(tool(f"t{len(tools)}", schema, result=result, description=description))

    collect()
    path = tmp_path / "demo.pyi"
    path.write_text(stub_of(*tools).source)
    assert len(stub_of(*tools).tools) > 200
    assert mypy_errors(path) == []


def test_a_value_that_an_honest_schema_allows_type_checks(tmp_path: Path) -> None:
    pairs: list[tuple[JsonObject, JsonValue]] = []

    @settings(QUICK, max_examples=400)
    @given(typed())
    def collect(pair: tuple[JsonObject, JsonValue]) -> None:
        assert jsonschema.Draft202012Validator(pair[0]).is_valid(pair[1])
        pairs.append(pair)

    collect()
    write_package(tmp_path, [stub_of(*(tool(f"t{i}", takes(x=schema)) for i, (schema, _) in enumerate(pairs)))])
    lines = [f"tools.demo.t{i}(x={source_of(value)})" for i, (_, value) in enumerate(pairs)]
    wrong = wrong_lines(tmp_path, ["import tools", *lines])
    assert [(lines[i - 1], message, pairs[i - 1][0]) for i, message in wrong.items()] == []


@QUICK
@given(NASTY_TEXT, NASTY_TEXT)
def test_a_description_cannot_leave_its_docstring(first: str, second: str) -> None:
    stub = stub_of(tool(description=first + second, result={"type": "string"}), tool("last", result={"type": "string"}))

    body = ast.parse(stub.source).body
    functions = [node for node in body if isinstance(node, ast.FunctionDef)]
    assert [node.name for node in functions] == ["act", "last"]
    assert len(body) == 3
    assert ast.get_docstring(functions[0], clean=False) == (summary(first + second) or None)


@QUICK
@given(st.text())
def test_a_docstring_and_a_literal_read_as_the_text_they_were_made_of(text: str) -> None:
    line = " ".join(text.split())
    assume("\x00" not in line and line.isprintable())

    assert ast.literal_eval(docstring(line)) == line
    assert ast.literal_eval(quoted(text)) == text


@QUICK
@given(st.lists(NAMES.filter(bool), min_size=1, max_size=8, unique=True), st.randoms())
def test_names_are_distinct_and_the_same_in_any_order(names: list[str], random: object) -> None:
    schema = takes(x={"type": "object", "properties": {"y": {"type": "string"}}})
    tools = [tool(name, schema) for name in names]
    forwards, backwards = stub_of(*tools), stub_of(*reversed(tools))

    made = [each.name for each in forwards.tools]
    assert len(set(made)) == len(names)
    assert all(name.isidentifier() for name in made)
    assert {each.tool: each.signature for each in forwards.tools} == {
        each.tool: each.signature for each in backwards.tools
    }
    assert forwards.definitions == backwards.definitions


@QUICK
@given(st.lists(NAMES, min_size=1, max_size=8, unique=True))
def test_parameters_are_distinct_identifiers(names: list[str]) -> None:
    (made,) = stub_of(tool(schema=takes(**{name: {"type": "string"} for name in names}))).tools

    assert [each.wire_name for each in made.parameters] == names
    assert len({each.name for each in made.parameters}) == len(names)
    assert all(each.name.isidentifier() for each in made.parameters)
