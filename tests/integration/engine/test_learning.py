"""Result types learned from what tools return: in whose stubs they show, how long they last, and who turns it off."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import pytest

from ptc_cli.core.catalog import Caller, Tool
from ptc_cli.core.jsonvalue import JsonValue
from ptc_cli.engine import Engine
from tests.engines import CALLER, REPOSITORY, engine_over, plain_server, run


async def tool(engine: Engine, name: str = "echo", caller: Caller = CALLER) -> Tool:
    return (await engine.describe(caller)).tool("plain", name)


async def returned(engine: Engine, *values: JsonValue) -> None:
    """Have a tool return some values, each in a call of one program."""
    calls = "\n".join(f"plain.echo({json.dumps(value)!r})" for value in values)
    result = await run(engine, calls)
    assert result.status == "ok", result


async def test_a_result_that_came_back_shows_in_stubs_pages_and_search(engine: Engine) -> None:
    before = await engine.describe(CALLER)
    await returned(engine, {"id": 1, "title": "a"}, {"id": 2})
    after = await engine.describe(CALLER)

    assert before.tool("plain", "echo").stub.returns == "Any"
    assert after.generation > before.generation
    echo = after.tool("plain", "echo").stub
    assert (echo.result_source, echo.signature, echo.learned_from) == ("learned", "echo(text: str) -> EchoResult", 1)
    stub = after.server("plain").stub
    assert stub.definitions["EchoResult"] == "class EchoResult(TypedDict):\n    id: int\n    title: NotRequired[str]\n"
    assert "def echo(text: str) -> Any:" in stub.source
    assert "EchoResult: TypeAlias = Any" in stub.source
    files = (await engine.tree(CALLER)).files
    assert (
        'def echo(text: str) -> EchoResult:\n    """Return the text. Result learned from a few calls."""'
        in (files["/tools/plain.pyi"])
    )
    assert "learned from a few calls, not declared: others may look different" in files["/docs/plain/echo.md"]
    assert (await engine.search(CALLER, "echo"))[0].tool.stub.result_source == "learned"


async def test_another_result_of_the_same_shape_makes_no_new_stubs(engine: Engine) -> None:
    await returned(engine, [{"id": 1}])
    first = await engine.describe(CALLER)
    await returned(engine, [{"id": 2}, {"id": 3}], [])
    second = await engine.describe(CALLER)

    assert second.generation == first.generation
    assert second.server("plain") is first.server("plain")


async def test_after_ten_calls_the_stub_says_so(engine: Engine) -> None:
    await returned(engine, *range(1, 10), *([[n] for n in range(3)]))

    assert (await tool(engine)).stub.learned_from == 10


async def test_failures_content_and_declared_results_are_not_learned(engine: Engine) -> None:
    source = "import ptc\ntry:\n    plain.fail('x')\nexcept ptc.ToolError:\n    pass\nplain.image()\nplain.add(1, 2)"
    assert (await run(engine, source)).status == "ok"

    sources = [(await tool(engine, name)).stub.result_source for name in ("fail", "image", "add")]
    assert sources == ["none", "none", "declared"]


async def test_a_caller_who_sees_some_tools_only_sees_what_they_return(engine: Engine) -> None:
    await returned(engine, {"id": 1})
    caller = Caller(door="api", tools=("plain.e*",))

    assert (await tool(engine, caller=caller)).stub.signature == "echo(text: str) -> EchoResult"


async def test_a_program_that_names_a_learned_type_is_no_mistake(engine: Engine) -> None:
    await returned(engine, {"id": 1})
    result = await run(
        engine, "def show(it: plain.EchoResult) -> int:\n    return it['id']\nshow(plain.echo('{\"id\": 7}'))"
    )

    assert (result.status, result.value) == ("ok", 7)


async def test_what_was_learned_survives_a_restart(tmp_path: Path) -> None:
    async with engine_over(tmp_path, plain_server()) as engine:
        await returned(engine, {"id": 1})
    async with engine_over(tmp_path, plain_server()) as engine:
        assert (await tool(engine)).stub.returns == "EchoResult"
        await returned(engine, {"id": None})
    async with engine_over(tmp_path, plain_server()) as engine:
        stub = (await engine.describe(CALLER)).server("plain").stub
        assert stub.definitions["EchoResult"] == "class EchoResult(TypedDict):\n    id: int | None\n"


async def test_two_processes_at_once_keep_what_each_learned(tmp_path: Path) -> None:
    async with engine_over(tmp_path, plain_server()) as engine:
        await engine.describe(CALLER)
    program = "\n".join(f"plain.echo('{{\"k{{0}}_{n}\": {n}}}')" for n in range(3))
    started = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-m", "ptc_cli", "--config", str(tmp_path / "ptc.toml"), "run", "-c",
            program.replace("{0}", str(number)), env={"PYTHONPATH": str(REPOSITORY), "PTC_HOME": str(tmp_path / "home"), "PATH": "/usr/bin:/bin", "PTC_DAEMON": "never"},
        )
        for number in range(4)
    ]  # fmt: skip
    assert [await process.wait() for process in started] == [0] * 4

    async with engine_over(tmp_path, plain_server()) as engine:
        known = engine.learned(await tool(engine))
    assert known is not None
    assert sorted(known.schema["properties"]) == [f"k{number}_{n}" for number in range(4) for n in range(3)]
    assert known.calls == 10


async def test_a_broken_file_of_what_was_learned_is_as_good_as_none(tmp_path: Path) -> None:
    async with engine_over(tmp_path, plain_server()) as engine:
        await returned(engine, {"id": 1})
    (file,) = (tmp_path / "home").rglob("learned/*.json")
    for damage in (b"", b"[]", b'{"tools": {"echo": {"digest": "x", "calls": 1, "schema": {"items": 3, "type": []}}}}'):
        file.write_bytes(damage)
        async with engine_over(tmp_path, plain_server()) as engine:
            assert (await tool(engine)).stub.returns == "Any"


async def test_a_tool_that_changed_is_learned_anew(tmp_path: Path) -> None:
    async with engine_over(tmp_path, plain_server()) as engine:
        await returned(engine, {"id": 1})
    changed = tmp_path / "changed.py"
    (server,) = [REPOSITORY / "tests" / "servers" / "plain.py"]
    original = server.read_text()
    changed.write_text(original)
    configuration = plain_server(more='[policy]\npins = "off"').replace(
        json.dumps(str(server)), json.dumps(str(changed))
    )
    async with engine_over(tmp_path, configuration) as engine:
        await returned(engine, {"id": 1})
        assert (await tool(engine)).stub.returns == "EchoResult"
    changed.write_text(original.replace("Return the text.", "Return another text."))
    async with engine_over(tmp_path, configuration) as engine:
        await engine.describe(CALLER, refresh=True)
        assert (await tool(engine)).stub.returns == "Any"
        await returned(engine, {"name": "x"})
        known = engine.learned(await tool(engine))
    assert known is not None
    assert list(known.schema["properties"]) == ["name"]


async def test_no_value_and_no_secret_of_ours_is_written_down(tmp_path: Path) -> None:
    configuration = plain_server(more='env = { TOKEN = "${HUSH}" }')
    async with engine_over(tmp_path, configuration, {"HUSH": "tok_9f8e7d"}) as engine:
        await returned(engine, {"token": "hunter2_value", "by_mail": {"ada@example.com": 1}})
        await returned(engine, {"tok_9f8e7d": 1})
    kept = b"".join(
        path.read_bytes() for path in (tmp_path / "home").rglob("*") if path.is_file() and "cache" in str(path)
    )

    assert b"by_mail" in kept
    assert not any(word in kept for word in (b"hunter2_value", b"ada@example.com", b"tok_9f8e7d"))


@pytest.mark.parametrize("off", ["[stubs]\nlearn = false\n", ""])
async def test_learning_is_off_by_configuration(tmp_path: Path, off: str) -> None:
    configuration = plain_server(more="" if off else "learn = false") + off
    async with engine_over(tmp_path, configuration) as engine:
        await returned(engine, {"id": 1})

        assert (await tool(engine)).stub.result_source == "none"
    assert not list((tmp_path / "home").rglob("learned/*.json"))


async def test_what_is_forgotten_is_gone_at_once_and_for_good(tmp_path: Path) -> None:
    async with engine_over(tmp_path, plain_server()) as engine:
        await returned(engine, {"id": 1})
        assert engine.forget_learned("plain", "echo") == ("echo",)
        assert (await tool(engine)).stub.returns == "Any"
    async with engine_over(tmp_path, plain_server()) as engine:
        assert (await tool(engine)).stub.returns == "Any"
