"""The documents of the JSON Schema Test Suite, as the source distribution of jsonschema holds them.

They are read from `$PTC_SCHEMA_SUITE` (the folder `json/tests` of an unpacked `jsonschema-*.tar.gz`); without it, and
without a copy among the outside data, the test is skipped.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from ptc_cli.codegen.sample import source_of
from ptc_cli.core.jsonvalue import JsonObject, JsonValue
from ptc_cli.core.server import ToolSpec
from tests.unit.codegen.making import OUTSIDE, mypy_errors, stub_of, tool, write_package, wrong_lines

SUITE = Path(os.environ.get("PTC_SCHEMA_SUITE", OUTSIDE / "json-schema-test-suite"))
REASONS = Path(__file__).parents[2] / "data" / "schema_suite.json"
"""Why a valid value is not accepted, by reason."""

DIALECTS = {"draft7": {"$schema": "http://json-schema.org/draft-07/schema#"}, "draft2020-12": {}}
ACCEPTED = 0.94

pytestmark = pytest.mark.skipif(
    not SUITE.is_dir(), reason="pip download --no-deps --no-binary :all: jsonschema, unpack it, set PTC_SCHEMA_SUITE"
)


@dataclass(frozen=True)
class Document:
    """A schema of the suite, and the values that it allows."""

    name: str
    dialect: JsonObject
    schema: JsonValue
    valid: dict[str, JsonValue]

    def spec(self, number: int) -> ToolSpec:
        """Return a tool that takes what the schema allows, and returns it."""
        takes = {"type": "object", "properties": {"x": moved(self.schema)}, "required": ["x"], **self.dialect}
        return tool(f"t{number}", takes, result=self.schema if isinstance(self.schema, dict) else None)


def moved(schema: JsonValue) -> JsonValue:
    """Return a schema one property deeper in its document: references to the root follow it."""
    if isinstance(schema, list):
        return [moved(each) for each in schema]
    if not isinstance(schema, dict) or not str(schema.get("$id", "#")).startswith("#"):
        return schema
    return {
        key: f"#/properties/x{each[1:]}" if leads_to_root(key, each) else moved(each) for key, each in schema.items()
    }


def leads_to_root(key: str, value: JsonValue) -> bool:
    return key == "$ref" and isinstance(value, str) and (value == "#" or value.startswith("#/"))


def documents() -> Iterator[Document]:
    for draft, dialect in DIALECTS.items():
        for path in sorted((SUITE / draft).glob("*.json")):
            for group in json.loads(path.read_text()):
                valid = {test["description"]: test["data"] for test in group["tests"] if test["valid"]}
                yield Document(f"{draft}/{path.stem}: {group['description']}", dialect, group["schema"], valid)


def test_every_document_renders_and_its_values_are_accepted_but_for_those_listed(tmp_path: Path) -> None:
    suite = list(documents())
    stub = stub_of(*(document.spec(number) for number, document in enumerate(suite)))
    write_package(tmp_path, [stub])
    cases = [
        (f"{document.name}: {what}", f"tools.demo.t{number}(x={source_of(value)})")
        for number, document in enumerate(suite)
        for what, value in document.valid.items()
    ]
    wrong = wrong_lines(tmp_path, ["import tools", *(call for _, call in cases)])

    assert len(suite) > 600
    assert stub.rejected == ()
    assert mypy_errors(tmp_path / "tools" / "demo.pyi") == []
    listed = {case for several in json.loads(REASONS.read_text()).values() for case in several}
    assert {cases[line - 1][0] for line in wrong} == listed
    assert 1 - len(wrong) / len(cases) >= ACCEPTED
