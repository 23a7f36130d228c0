"""A prompt's desk does the same in this process and in a daemon, and keeps nothing once it is left."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path

import pytest
import pytest_asyncio

from ptc_cli.core.catalog import Caller
from ptc_cli.core.errors import PtcError
from ptc_cli.core.event import Decision, Question
from ptc_cli.core.inquiry import Inquiry, InquiryKind, Reply
from ptc_cli.core.program import Program
from ptc_cli.core.result import Result
from ptc_cli.daemon.async_client import AsyncClient
from ptc_cli.daemon.client import Client
from ptc_cli.daemon.errors import DaemonError
from ptc_cli.daemon.place import Place
from ptc_cli.engine import Engine
from ptc_cli.repl.completion import candidates
from ptc_cli.repl.desk import SESSION, Desk, DeskLostError, OpenDesk
from ptc_cli.repl.session import PromptSession
from ptc_cli.repl.there import desk_there
from tests.desks import NAME, Desks, daemon_over, desks_in, desks_of
from tests.engines import engine_over, plain_server

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass
class Says:
    """Somebody who says the same to every question."""

    decision: Decision
    asked: list[str] = field(default_factory=list)
    answers: tuple[InquiryKind, ...] = ()

    async def __call__(self, question: Question) -> Decision:
        self.asked.append(question.path)
        return self.decision

    async def reply(self, inquiry: Inquiry) -> Reply:
        return Reply(action="decline")


@dataclass(frozen=True, kw_only=True)
class World:
    engine: Engine
    place: Place
    folder: Path


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    folder = tmp_path_factory.mktemp("desks")
    configuration = plain_server(more='ask = ["nothing"]')
    async with engine_over(folder, configuration) as engine, daemon_over(engine, folder / "place") as place:
        yield World(engine=engine, place=place, folder=folder)


@pytest.fixture(params=["here", "there"])
def desks(request: pytest.FixtureRequest, world: World) -> Desks:
    return desks_of(world.engine) if request.param == "here" else desks_in(world.place, world.folder)


async def ran(desk: Desk, source: str, ask: Says | None = None) -> Result:
    return await desk.run(Program.of(source), streams=None, ask=ask)


async def until_nothing_is_kept(world: World, client: Client) -> None:
    """Wait until a client has no session any more, and nothing runs."""
    caller = Caller(door="repl", session=client.sender.client)
    async with asyncio.timeout(20):
        while world.engine.sessions(caller) or world.engine.is_running:
            await asyncio.sleep(0.01)


async def test_entries_share_their_names_until_the_session_is_ended(desks: Desks) -> None:
    async with desks() as desk:
        await ran(desk, "total = plain.add(a=1, b=2)['sum']")
        later = await ran(desk, "total + 1")
        right = await desk.check(Program.of("total + 1"), session=SESSION)
        outside = await desk.check(Program.of("total + 1"), session=None)
        await desk.end_session()
        after = await ran(desk, "total")

    assert (later.status, later.value) == ("ok", 4)
    assert (right.passed, outside.passed) == (True, False)
    assert after.status == "rejected"


async def test_two_prompts_at_once_never_share_variables(desks: Desks) -> None:
    async with desks() as one, desks() as other:
        await ran(one, "mine = 1")
        unknown = await ran(other, "mine")
        await ran(other, "mine = 2")

        assert unknown.status == "rejected"
        assert (await ran(one, "mine")).value == 1


async def test_the_view_is_all_that_completion_needs(desks: Desks) -> None:
    async with desks() as desk:
        view = await desk.catch_up()
        again = await desk.catch_up()
        found = await desk.search("add two numbers", limit=1)

    assert "a=" in [each.text for each in candidates("plain.add(", view)]
    assert view.find("plain.add").stub.signature == "add(a: int, b: int) -> AddResult"
    assert again == view
    assert [tool.path for tool in found] == ["plain.add"]


async def test_the_shell_stays_where_it_went(desks: Desks) -> None:
    async with desks() as desk, desks() as other:
        await desk.shell("cd docs; export X=1")
        stands = await desk.shell("pwd; echo $X; cat nothing")
        elsewhere = await other.shell("pwd")

        assert (stands.stdout, stands.exit_code) == ("/docs\n1\n", 1)
        assert "nothing" in stands.stderr
        assert elsewhere.stdout == "/\n"
        assert await desk.complete_shell("ls pla") == ["plain/"]


async def test_what_ran_stands_in_the_prompts_own_tree(desks: Desks) -> None:
    async with desks() as desk, desks() as other:
        await ran(desk, "print('hello')")

        assert (await desk.shell("cat /runs/1/stdout")).stdout == "hello\n"
        assert (await other.shell("ls /runs")).exit_code != 0


@pytest.mark.parametrize(("decision", "status"), [("once", "ok"), ("no", "failed")])
async def test_a_person_is_asked(desks: Desks, decision: Decision, status: str) -> None:
    says = Says(decision)
    async with desks() as desk:
        result = await ran(desk, "plain.nothing()", says)
        unasked = await ran(desk, "plain.nothing()")

    assert (result.status, unasked.status) == (status, "failed")
    assert says.asked == ["plain.nothing"]


async def test_one_yes_to_all_settles_the_questions_that_wait_behind_it(desks: Desks) -> None:
    says = Says("all")
    source = "import asyncio\nawait asyncio.gather(*[plain.nothing() for _ in range(5)])"
    async with desks() as desk:
        result = await ran(desk, source, says)

    assert (result.status, len(result.calls)) == ("ok", 5)
    assert says.asked == ["plain.nothing"]


async def test_an_interrupt_ends_the_entry_and_keeps_the_session(desks: Desks) -> None:
    async with desks() as desk:
        await ran(desk, "kept = 1")
        asyncio.get_running_loop().call_later(0.5, os.kill, os.getpid(), signal.SIGINT)
        result = await ran(desk, "plain.sleep(seconds=50)")

        assert result.status == "cancelled"
        assert (await ran(desk, "kept")).value == 1


async def test_whoever_is_ended_takes_the_entry_along(world: World, desks: Desks) -> None:
    async with desks() as desk:
        running = asyncio.create_task(ran(desk, "plain.sleep(seconds=50)"))
        while not world.engine.is_running:
            await asyncio.sleep(0.01)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

        async with asyncio.timeout(20):
            while world.engine.is_running:
                await asyncio.sleep(0.01)


async def test_what_is_wrong_is_raised_as_what_it_is(desks: Desks) -> None:
    async with desks() as desk:
        with pytest.raises(PtcError, match="no server 'plian'"):
            (await desk.catch_up()).find("plian.add")


async def test_a_daemon_keeps_nothing_of_a_prompt_that_is_left(world: World) -> None:
    client = Client(world.place, NAME, door="repl")
    async with desk_there(AsyncClient(client), state=world.folder, news=lambda: None) as desk:
        await ran(desk, "x = 1")
        assert world.engine.sessions(Caller(door="repl", session=client.sender.client)) == (SESSION,)
    await until_nothing_is_kept(world, client)


async def test_nothing_begins_for_a_client_that_has_gone(world: World) -> None:
    client = Client(world.place, NAME, door="repl")
    asking = AsyncClient(client)
    async with desk_there(asking, state=world.folder, news=lambda: None) as desk:
        running = asyncio.create_task(ran(desk, "plain.sleep(seconds=50)"))
        while not world.engine.is_running:
            await asyncio.sleep(0.01)
    await until_nothing_is_kept(world, client)
    await asyncio.gather(running, return_exceptions=True)

    with pytest.raises(DaemonError, match="has gone"):
        await asking.ask("POST", "/v1/runs", {"source": "1", "session": SESSION})
    with pytest.raises(DaemonError, match="has gone"):
        await asking.ask("POST", "/v1/tools/plain.add/calls", {"arguments": {"a": 1, "b": 2}})
    with pytest.raises(DaemonError, match="has gone"):
        async with desk_there(asking, state=world.folder, news=lambda: None):
            pass


async def test_a_client_is_there_once(world: World) -> None:
    client = AsyncClient(Client(world.place, NAME, door="repl"))
    async with desk_there(client, state=world.folder, news=lambda: None):
        with pytest.raises(DaemonError, match="is there once"):
            async with desk_there(client, state=world.folder, news=lambda: None):
                pass


async def test_a_lost_daemon_is_told_of_once_and_another_one_goes_on(world: World) -> None:
    said = StringIO()
    with redirect_stderr(said), redirect_stdout(StringIO()):
        async with desks_of(world.engine)() as here:
            async with daemon_over(world.engine, world.folder / "other") as place:
                there = desks_in(place, world.folder)()
                session = PromptSession(
                    desk := await there.__aenter__(), await desk.catch_up(), ask=None, reopen=given(here)
                )
                await session.run("x = 1")
            async with daemon_over(world.engine, world.folder / "other"):
                # Another daemon answers at the same place, which is not to be taken for the one that had the names.
                with pytest.raises(DaemonError, match="nothing was done"):
                    await session.run("y = 1")
                with pytest.raises(DeskLostError):
                    await desk.catch_up()
                await session.catch_up()
                await session.catch_up()
                gone = await session.run("x")
            await there.__aexit__(*sys.exc_info())

    assert gone.result.status == "rejected"
    assert said.getvalue().count("the variables of the earlier entries are gone") == 1
    assert session.desk is here
    assert session.program() == ""


def given(desk: Desk) -> OpenDesk:
    async def reopen() -> Desk:
        return desk

    return reopen
