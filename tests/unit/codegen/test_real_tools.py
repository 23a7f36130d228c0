"""What real servers list: every tool renders, right calls pass, wrong calls do not."""

from __future__ import annotations

import ast
from pathlib import Path

import jsonschema
import pytest

from ptc_cli.codegen import definitions_for, documentation, example_call, signature, tree
from ptc_cli.codegen.sample import sample
from ptc_cli.codegen.schema import Document
from ptc_cli.core.catalog import ServerEntry
from tests.unit.codegen.calls import calls
from tests.unit.codegen.making import OUTSIDE, SCHEMAS, entry, mypy_errors, recorded, view, write_package, wrong_lines

OWN = sorted(path.stem for path in SCHEMAS.glob("*.json"))


@pytest.fixture(params=[*OWN, "github"])
def server(request: pytest.FixtureRequest) -> ServerEntry:
    name: str = request.param
    path = SCHEMAS / f"{name}.json" if name in OWN else OUTSIDE / "schemas" / f"{name}.json"
    if not path.exists():
        pytest.skip(f"no {path}")
    return entry(name, *recorded(path))


def test_every_tool_renders_without_loss(server: ServerEntry) -> None:
    assert len(server.tools) == len(server.listing.tools)
    assert server.stub.rejected == ()
    assert {tool.path: tool.stub.losses for tool in server.tools if tool.stub.losses} == {}


def test_what_is_quoted_of_a_stub_is_in_it(server: ServerEntry) -> None:
    for tool in server.tools:
        assert f"\ndef {signature(tool, qualified=False)}:" in server.stub.source
        assert all(f"\n{source}" in server.stub.source for source in definitions_for(tool, server).split("\n\n"))


def test_examples_are_calls_that_the_schema_and_the_checker_accept(server: ServerEntry, tmp_path: Path) -> None:
    for tool in server.tools:
        call = ast.parse(example_call(tool), mode="eval").body
        assert isinstance(call, ast.Call)
        wire = {item.name: item.wire_name for item in tool.stub.parameters}
        given = {wire[str(word.arg)]: ast.literal_eval(word.value) for word in call.keywords}
        assert jsonschema.Draft202012Validator(tool.spec.input_schema).is_valid(given), tool.path
    write_package(tmp_path, [server.stub])

    program = ["import tools", f"from tools import {server.stub.module}", *map(example_call, server.tools)]
    assert wrong_lines(tmp_path, program) == {}


def test_wrong_calls_are_rejected_and_right_ones_are_not(server: ServerEntry, tmp_path: Path) -> None:
    made = [call for tool in server.tools for call in calls(tool)]
    write_package(tmp_path, [server.stub])
    wrong = wrong_lines(tmp_path, ["import tools", *(call.source for call in made)])
    rejected = [call for number, call in enumerate(made, 1) if number in wrong]

    # Keys that a schema does not declare are errors of the author, though JSON Schema lets them pass.
    stopped = [call.source for call in rejected if call.is_valid and call.kind != "unknown"]
    assert stopped == []
    # Ranges are decided when a tool is called.
    invalid = [call for call in made if not call.is_valid and call.kind != "range"]
    assert len(invalid) >= len(server.tools)
    assert [call.source for call in invalid if call not in rejected] == []


def test_sampled_results_are_what_the_output_schema_says(server: ServerEntry) -> None:
    for tool in server.tools:
        schema = tool.spec.output_schema
        if schema is not None:
            assert jsonschema.Draft202012Validator(schema).is_valid(sample(schema, "result", Document(schema)))


def test_the_tree_of_a_server_is_accepted_by_mypy(server: ServerEntry, tmp_path: Path) -> None:
    files = tree(view(server)).files
    for path, text in files.items():
        target = tmp_path / path[1:]
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)

    assert mypy_errors(tmp_path / "ptc.pyi", *sorted((tmp_path / "tools").iterdir())) == []
    for tool in server.tools:
        assert documentation(tool, server) == files[f"/docs/{server.stub.module}/{tool.stub.name}.md"]
