"""What was learned of results, at the command line."""

from __future__ import annotations

import json

from tests.integration.cli.conftest import Ptc

TICKET = '{"id": 1, "status": "open"}'
CALL = f"ticket = plain.echo('{TICKET}')\n"


def test_a_learned_type_is_pinned_and_then_holds(alone: Ptc) -> None:
    assert alone("run", "-c", CALL).returncode == 0
    assert "echo(text: str) -> EchoResult" in alone("tools", "show", "plain.echo").stdout
    warned = alone("check", "-", stdin=CALL + "ticket['staus']")
    assert warned.returncode == 0
    assert "warning" in warned.stdout
    assert "Did you mean 'status'?" in warned.stdout

    pinned = alone("tools", "pin-output", "plain.echo")

    assert pinned.returncode == 0
    added = [line for line in pinned.stdout.splitlines() if line.startswith("+") and not line.startswith("+++")]
    assert added == [
        "+",
        "+[servers.plain.tools.echo]",
        '+output_schema = { type = "object", properties = { id = { type = "integer" }, status = { type = "string" } },'
        ' required = ["id", "status"] }',
    ]
    assert json.loads(alone("tools", "show", "plain.echo", "--json").stdout)["tool"]["result"] == "configured"
    rejected = alone("run", "-c", CALL + "ticket['staus']")
    assert rejected.returncode == 3
    assert "Did you mean 'status'?" in rejected.stderr
    assert alone("run", "-c", CALL + "ticket['status']").stdout == '"open"\n'


def test_what_cannot_be_pinned_says_why(alone: Ptc) -> None:
    unknown, declared = alone("tools", "pin-output", "plain.echo"), alone("tools", "pin-output", "plain.add")

    assert (unknown.returncode, declared.returncode) == (4, 4)
    assert "nothing has been learned of its result" in unknown.stderr
    assert "ptc tools call plain.echo" in unknown.stderr
    assert "its result is declared by its server already" in declared.stderr


def test_what_was_learned_is_forgotten_by_tool_by_server_and_all(alone: Ptc) -> None:
    for target in ("plain.echo", "plain", "--all"):
        assert alone("run", "-c", CALL).returncode == 0
        forgotten = alone("tools", "forget-output", target, "--json")

        assert json.loads(forgotten.stdout)["forgotten"] == ["plain.echo"]
        assert "echo(text: str) -> Any" in alone("tools", "show", "plain.echo").stdout
    assert "nothing to forget" in alone("tools", "forget-output", "--all").stderr
    assert alone("tools", "forget-output").returncode == 2
