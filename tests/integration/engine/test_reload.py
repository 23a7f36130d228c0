"""A configuration that changes while the engine runs."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import psutil
import pytest

from ptc_cli.console.reloading import reloading
from ptc_cli.core.errors import ConfigError
from ptc_cli.engine import Engine
from tests.engines import CALLER, engine_over, execution, plain_server, run
from tests.integration.serve.clients import Heard, connected
from tests.processes import living


def children() -> set[int]:
    return {each.pid for each in living(psutil.Process()) if "plain.py" in " ".join(each.cmdline())}


def rewrite(folder: Path, configuration: str) -> None:
    path = folder / "ptc.toml"
    path.write_text(configuration, encoding="utf-8")
    # Two writes within one tick of the file system's clock must differ all the same.
    os.utime(path, ns=(0, path.stat().st_mtime_ns + 1_000_000))


async def names(engine: Engine) -> set[str]:
    return {entry.name for entry in (await engine.describe(CALLER)).servers if entry.tools}


async def test_servers_come_go_and_change_and_the_others_are_left_alone(tmp_path: Path) -> None:
    before = plain_server("kept") + plain_server("changed") + plain_server("gone")
    async with engine_over(tmp_path, before) as engine:
        assert await names(engine) == {"kept", "changed", "gone"}
        generation = (await engine.describe(CALLER)).generation
        started = children()

        rewrite(tmp_path, plain_server("new") + plain_server("changed", "--tools", "2") + plain_server("kept"))
        found = engine.reload()

        assert found is not None
        assert (found.added, found.removed, found.changed) == (("new",), ("gone",), ("changed",))
        assert found.summary == "added new; removed gone; changed changed"
        assert await names(engine) == {"kept", "changed", "new"}
        assert (await run(engine, "(kept.add(a=1, b=2)['sum'], changed.tool_0001(), new.add(a=1, b=1)['sum'])")).value
        assert (await engine.describe(CALLER)).generation > generation
        assert len(children() & started) == 1
        assert engine.reload() is None


async def test_a_broken_file_changes_nothing_and_is_told_of_once(tmp_path: Path) -> None:
    async with engine_over(tmp_path, plain_server()) as engine:
        rewrite(tmp_path, "[servers.plain\n")

        with pytest.raises(ConfigError, match=r"ptc\.toml"):
            engine.reload()

        assert engine.reload() is None
        assert (await run(engine, "plain.add(a=1, b=2)['sum']")).value == 3


async def test_a_policy_holds_for_the_next_program_without_a_new_connection(tmp_path: Path) -> None:
    async with engine_over(tmp_path, plain_server()) as engine:
        assert (await run(engine, "plain.add(a=1, b=2)['sum']")).value == 3
        started = children()

        rewrite(tmp_path, plain_server(more='deny = ["add"]'))
        engine.reload()
        denied = await run(engine, "plain.add(a=1, b=2)")

        assert denied.status == "rejected"
        assert "denied" in str(denied.diagnostics)
        assert children() == started


async def test_a_running_program_keeps_its_calls_and_never_reaches_another_server_of_the_name(tmp_path: Path) -> None:
    source = "plain.sleep(seconds=0.5)\ntry:\n    plain.add(a=1, b=2)\nexcept Exception as error:\n    print(error)"
    async with engine_over(tmp_path, plain_server()) as engine:
        started = await engine.start(execution(source))
        async for event in started.events():
            if type(event.what).__name__ == "CallStarted":
                break

        rewrite(tmp_path, plain_server("plain", "--name", "other"))
        engine.reload()
        result = await started.result()

        assert [call.ok for call in result.calls] == [True, False]
        assert "its configuration was changed while the program ran" in result.stdout
        assert (await run(engine, "plain.add(a=1, b=2)['sum']")).value == 3


async def test_what_is_read_at_the_start_only_is_named(tmp_path: Path) -> None:
    async with engine_over(tmp_path, plain_server()) as engine:
        rewrite(tmp_path, plain_server() + "[sandbox.limits]\nwall_seconds = 7\n")
        found = engine.reload()

        assert found is not None
        assert found.summary == "[sandbox] takes effect at the next start"


async def test_a_server_that_is_asked_for_its_tools_when_it_changes_is_asked_anew(tmp_path: Path) -> None:
    async with engine_over(tmp_path, plain_server()) as engine:
        asking = asyncio.create_task(engine.describe(CALLER))
        await asyncio.sleep(0)
        rewrite(tmp_path, plain_server("plain", "--tools", "1"))
        engine.reload()
        await asking

        view = await engine.describe(CALLER)
        assert "tool_0000" in {tool.spec.name for tool in view}


async def test_a_client_that_is_served_meanwhile_hears_of_a_new_server(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    heard = Heard()
    async with (
        engine_over(tmp_path, plain_server()) as engine,
        reloading(engine),
        connected(engine, "sidecar", heard=heard) as client,
    ):
        assert "new__add" not in {tool.name for tool in (await client.list_tools()).tools}
        heard.changed.clear()

        rewrite(tmp_path, plain_server() + plain_server("new"))
        await asyncio.wait_for(heard.changed.wait(), 30)

        assert "new__add" in {tool.name for tool in (await client.list_tools()).tools}
    assert "configuration applied: added new" in capsys.readouterr().err
