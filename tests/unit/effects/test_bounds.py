"""Programs meant to be too much: whatever they are, the answer comes soon, and is on the safe side."""

from __future__ import annotations

import pytest

from ptc_cli.effects import effects
from tests.unit.effects.world import VIEW
from tests.unit.views import entry, spec, view

HUGE = {
    "a megabyte": "x = 1\n" * 170_000,
    "deep parentheses": "(" * 20_000 + ")" * 20_000,
    "deep lists": "[" * 150 + "]" * 150,
    "deep attributes": "github" + ".a" * 20_000,
    "deep operators": "x = " + "-" * 20_000 + "1",
    "deep sums": "x = " + "1 + " * 10_000 + "github.search()",
    "deep conditions": "".join(f"{' ' * depth}if x:\n" for depth in range(95)) + " " * 95 + "github.search()",
    "many names": "\n".join(f"v{number} = github" for number in range(4_000)) + "\nv3999.search()",
    "a chain of names, the wrong way": "\n".join(f"v{number} = v{number + 1}" for number in range(2_000)) + "\nv2000 = github\nv0.search()",
    "a chain of functions": "\n".join(f"def f{number}(): f{number + 1}()" for number in range(1_500)) + "\ndef f1500(): github.search()\nf0()",
    "functions in functions": "".join(f"{' ' * depth}def f():\n" for depth in range(90)) + " " * 90 + "github.search()",
    "no program": "if",
    "a null byte": "x = 1\0",
}  # fmt: skip


@pytest.mark.parametrize("name", HUGE)
def test_a_program_that_is_too_much_is_unknown_or_seen_through(name: str) -> None:
    source = HUGE[name]

    found = effects(source, VIEW)

    everything = tuple(range(1, len(source.splitlines()) + 1))
    calls = "github.search" in source or ".search()" in source
    assert found.unknown == everything or not calls or [each.path for each in found.tools] == ["github.search"]


def test_a_server_with_more_tools_than_anyone_reads_is_not_listed_but_unknown() -> None:
    large = view(entry("large", [spec("large", f"tool_{number}") for number in range(5_000)]))

    assert effects("x(large)", large).unknown == (1,)
    assert effects("x(large)", large).tools == ()
    assert [each.path for each in effects("large.tool_4999()", large).tools] == ["large.tool_4999"]
