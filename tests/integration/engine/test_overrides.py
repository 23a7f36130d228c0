"""Result types that the configuration states: in the stub, in the check, and when the result comes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engines import CALLER, engine_over, plain_server, run

TICKET = 'output_schema = { type = "object", properties = { id = { type = "integer" } }, required = ["id"] }'


def configured(tool: str, line: str) -> str:
    return f"{plain_server()}\n[servers.plain.tools.{tool}]\n{line}\n"


async def test_a_configured_type_is_in_the_stub_and_its_misuse_is_an_error(tmp_path: Path) -> None:
    async with engine_over(tmp_path, configured("echo", TICKET)) as engine:
        stub = (await engine.describe(CALLER)).tool("plain", "echo").stub
        right = await run(engine, "plain.echo('{\"id\": 7}')['id']")
        wrong = await run(engine, "plain.echo('{\"id\": 7}')['di']")

    assert (stub.result_source, stub.returns) == ("configured", "EchoResult")
    assert (right.status, right.value, right.warnings) == ("ok", 7, ())
    assert (wrong.status, wrong.diagnostics[0].severity) == ("rejected", "error")


@pytest.mark.parametrize(
    ("line", "call", "said"),
    [
        (TICKET, "echo('{\"id\": \"7\"}')", "the result does not fit the configuration: id: '7' is not of type 'integer'"),
        (TICKET, "echo('text')", "the result does not fit the configuration: result: 'text' is not of type 'object'"),
        ("returns_nothing = true", "echo('text')", "the result is something, and the configuration says that there is none"),
    ],
)  # fmt: skip
async def test_a_result_that_is_something_else_is_a_warning_and_not_lost(
    tmp_path: Path, line: str, call: str, said: str
) -> None:
    async with engine_over(tmp_path, configured("echo", line)) as engine:
        result = await run(engine, f"plain.{call}\n1")

    assert (result.status, result.value) == ("ok", 1)
    assert f"plain.echo: {said}" in result.warnings


async def test_a_tool_that_returns_nothing_returns_none(tmp_path: Path) -> None:
    async with engine_over(tmp_path, configured("nothing", "returns_nothing = true")) as engine:
        stub = (await engine.describe(CALLER)).tool("plain", "nothing").stub
        used = await run(engine, "plain.nothing()['x']")
        result = await run(engine, "plain.nothing()\n1")

    assert (stub.returns, used.status) == ("None", "rejected")
    assert (result.status, result.warnings) == ("ok", ())
