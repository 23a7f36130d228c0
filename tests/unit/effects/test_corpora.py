"""Programs as agents write them: nothing that they call is missed, and next to nothing is listed beside."""

from __future__ import annotations

import ast
import json
import re

from ptc_cli.effects import effects
from tests.unit.check.test_verdicts import SEEDED, programs
from tests.unit.check.views import CRM, server, view_of

_VIEW = view_of(server("crm", CRM))
_NAMES = {tool.stub.name for tool in _VIEW.servers[0].tools}


def _texts() -> list[str]:
    return [text for _, text in programs("right.txt")] + [
        case["code"] for case in SEEDED if case["verdict"] == "accept"
    ]


def _written(source: str) -> set[str]:
    """Return the tools that a program of these corpora calls: there, such names stand for nothing else."""
    stands = {
        f"crm.{node.attr}"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Attribute) and node.attr in _NAMES
    }
    bare = {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)} & _NAMES
    flat = {name for name in _NAMES if re.search(rf"mcp__crm__{name}\b", source)}
    return stands | {f"crm.{name}" for name in bare | flat}


def test_of_right_programs_exactly_the_called_tools_are_listed() -> None:
    wrong = {}
    texts = _texts()
    for source in texts:
        found = effects(source, _VIEW)
        if {each.path for each in found.tools} != _written(source) or found.unknown:
            wrong[source] = (sorted(each.path for each in found.tools), sorted(_written(source)), found.unknown)

    assert len(wrong) <= 0.05 * len(texts), json.dumps(list(wrong.items()), indent=1)


def test_no_tool_of_a_right_program_is_missed() -> None:
    for source in _texts():
        found = effects(source, _VIEW)
        assert found.unknown or _written(source) <= {each.path for each in found.tools}, source
