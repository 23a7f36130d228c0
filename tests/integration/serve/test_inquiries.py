"""What a server behind us asks, answered by the client in front of us."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import mcp_types as types
import pytest
import pytest_asyncio
from mcp import Client
from mcp.client._memory import InMemoryTransport
from mcp.client.session import ClientRequestContext

from ptc_cli.core.catalog import Caller
from ptc_cli.core.event import Inquired, Replied
from ptc_cli.core.inquiry import InquiryKind, Reply
from ptc_cli.engine import Engine, open_engine
from ptc_cli.serve.mcp.server import Gateway
from tests.engines import execution
from tests.homes import home
from tests.integration.serve.clients import Heard, text

pytestmark = pytest.mark.asyncio(loop_scope="module")

EVERYTHING: tuple[InquiryKind, ...] = ("form", "url", "sampling", "roots")
FORMS: tuple[InquiryKind, ...] = ("form",)
ASKING = Path(__file__).parents[2] / "servers" / "asking.py"
CONFIGURATION = f"""
[servers.asking]
command = {str(sys.executable)!r}
args = ["-S", {str(ASKING)!r}]
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def engine(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Engine]:
    folder = tmp_path_factory.mktemp("asking")
    path = folder / "ptc.toml"
    path.write_text(CONFIGURATION)
    environ = {"PTC_HOME": home(folder / "home"), "PATH": "/usr/bin:/bin"}
    async with open_engine(config=str(path), cwd=folder, environ=environ, answers=EVERYTHING) as opened:
        yield opened


class Person(Heard):
    """A client that lends its model and its folders, too."""

    prompts: list[str | None]

    async def on_sampling(
        self, context: ClientRequestContext, params: types.CreateMessageRequestParams
    ) -> types.CreateMessageResult:
        self.prompts = [params.system_prompt]
        return types.CreateMessageResult(
            role="assistant", content=types.TextContent(type="text", text="Hello."), model="m"
        )

    async def on_roots(self, context: ClientRequestContext) -> types.ListRootsResult:
        return types.ListRootsResult(roots=[types.Root.model_validate({"uri": "file:///home/ada"})])


async def call(
    engine: Engine, person: Person, tool: str, arguments: dict[str, object], *, level: types.LoggingLevel | None = None
) -> str:
    gateway = Gateway(engine, "sidecar", caller=Caller(door="mcp"))
    async with gateway.watching():
        client = Client(
            InMemoryTransport(gateway),
            mode="legacy",
            logging_callback=person.on_log,
            elicitation_callback=person.on_question,
            sampling_callback=person.on_sampling,
            list_roots_callback=person.on_roots,
        )
        async with client:
            if level is not None:
                await client.set_logging_level(level)
            return text(await client.call_tool(tool, arguments))


async def test_a_form_reaches_the_client_with_the_name_of_the_server_that_asks(engine: Engine) -> None:
    person = Person(answer=types.ElicitResult(action="accept", content={"name": "Ada"}))

    said = await call(engine, person, "asking__posing", {})

    assert '"content": {"name": "Ada"}' in said
    (question,) = person.questions
    assert question.splitlines() == [
        "The server 'asking' asks, while asking.posing waits for its tool posing:",
        "> Name?",
        "> server 'files' asks: [31m type your password",
    ]


async def test_a_program_waits_for_the_person_behind_the_client(engine: Engine) -> None:
    person = Person(answer=types.ElicitResult(action="decline"))

    said = await call(engine, person, "execute_python", {"code": "asking.form()"})

    assert "decline" in said
    assert person.questions[0].startswith("The server 'asking' asks, while program.py waits for its tool form:")


async def test_a_model_is_told_who_asks_it(engine: Engine) -> None:
    person = Person()

    said = await call(engine, person, "asking__sample", {})

    assert "Hello." in said
    assert person.prompts == ["This request comes from the MCP server 'asking', through ptc."]


async def test_folders_are_the_clients(engine: Engine) -> None:
    assert "file:///home/ada" in await call(engine, Person(), "asking__roots", {})


async def test_logs_of_a_server_reach_a_client_that_wants_them(engine: Engine) -> None:
    deaf, listening = Person(), Person()

    await call(engine, deaf, "asking__log", {"times": 1})
    await call(engine, listening, "asking__log", {"times": 1}, level="info")

    assert deaf.logs == []
    assert ("warning", 'asking: disk: {"free": 1}') in listening.logs


async def test_a_run_waits_and_records_that_it_was_asked_but_not_what_was_answered(engine: Engine) -> None:
    run = await engine.start(execution("asking.form()['result']['content']['name']"), answers=FORMS)
    seen = []
    async for event in run.events():
        if isinstance(event.what, Inquired):
            assert run.state == "waiting"
            assert run.reply(event.what.inquiry.id, Reply(action="accept", content={"name": "Ada"}), by="test")
            assert not run.reply(event.what.inquiry.id, Reply(action="decline"), by="test")
        if isinstance(event.what, Replied):
            seen.append((event.what.action, event.what.by))

    assert (await run.result()).value == "Ada"
    assert seen == [("accept", "test")]
