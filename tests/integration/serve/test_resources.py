"""Resources and prompts: ours in every mode, those of upstreams in sidecar mode."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import get_args

import mcp_types as types
import pytest
import pytest_asyncio
from mcp import Client, MCPError
from mcp.client._memory import InMemoryTransport
from mcp.shared.subscriptions import ResourceUpdated

from ptc_cli.core.catalog import Caller
from ptc_cli.core.inquiry import InquiryKind
from ptc_cli.engine import Engine, open_engine
from ptc_cli.serve.mcp import updates
from ptc_cli.serve.mcp.server import Gateway
from tests.homes import home
from tests.integration.serve.clients import DESK, Era, Heard, connected, text

pytestmark = pytest.mark.asyncio(loop_scope="module")

UPSTREAM = Path(__file__).parents[2] / "servers" / "conformance.py"
OLD = Path(__file__).parents[2] / "servers" / "watched.py"
CONFIGURATION = "".join(
    f"[servers.{name}]\ncommand = {json.dumps(sys.executable)}\nargs = [{json.dumps(str(path))}]\n"
    for name, path in (("desk", DESK), ("shelf", UPSTREAM), ("shelf2", UPSTREAM))
)
KINDS: tuple[InquiryKind, ...] = get_args(InquiryKind)
ERAS = pytest.mark.parametrize("era", get_args(Era))
WATCHED = "ptc://servers/shelf/test://watched-resource"
STATIC = "ptc://servers/shelf/test://static-text"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def engine(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Engine]:
    folder = tmp_path_factory.mktemp("resources")
    path = folder / "ptc.toml"
    old = json.dumps(["-S", str(OLD), str(folder / "notes")])
    path.write_text(f"{CONFIGURATION}[servers.old]\ncommand = {json.dumps(sys.executable)}\nargs = {old}\n")
    environ = {"PTC_HOME": home(folder / "home"), "PATH": "/usr/bin:/bin"}
    async with open_engine(config=str(path), cwd=folder, environ=environ, answers=KINDS) as opened:
        yield opened


@pytest.fixture
def notes(engine: Engine) -> Path:
    """What the server of the handshake era was asked."""
    return Path(engine.settings.files[0].path).parent / "notes"


async def read(client: Client, uri: str) -> str:
    (content,) = (await client.read_resource(uri)).contents
    assert isinstance(content, types.TextResourceContents)
    assert content.uri == uri or uri.startswith("ptc://servers/")
    return content.text


async def refused(client: Client, uri: str) -> str:
    with pytest.raises(MCPError) as caught:
        await client.read_resource(uri)
    assert caught.value.error.code == types.INVALID_PARAMS
    return caught.value.error.message


@ERAS
async def test_the_tree_is_there_in_every_mode(engine: Engine, era: Era) -> None:
    async with connected(engine, "catalog", era=era) as client:
        listed = {str(resource.uri) for resource in (await client.list_resources()).resources}
        readme = await read(client, "ptc://tree/README.md")
        documented = await read(client, "ptc://tree/docs/desk/add.md")
        missing = await refused(client, "ptc://tree/../../etc/passwd")

    assert {"ptc://tree/README.md", "ptc://tree/tools/desk.pyi", "ptc://tree/docs/desk/add.md"} <= listed
    assert not any(uri.startswith("ptc://servers/") for uri in listed)
    assert "desk" in readme
    assert "The sum is exact" in documented
    assert missing.startswith("no such resource")


async def test_a_run_is_its_own_callers_only(engine: Engine) -> None:
    async with connected(engine, "catalog") as one, connected(engine, "catalog") as other:
        result = await one.call_tool("execute_python", {"code": "print('mine')\n6 * 7"})
        run = (result.meta or {})["ptc/run"]
        listed = {str(resource.uri) for resource in (await one.list_resources()).resources}
        value = await read(one, f"ptc://runs/{run}/value.json")
        strange = await refused(other, f"ptc://runs/{run}/value.json")
        shortened = await refused(one, f"ptc://runs/{run[:-1]}/value.json")

    assert f"ptc://runs/{run}/stdout" in listed
    assert value == "42\n"
    assert strange == shortened == "no such resource; resources/list has those there are"


@ERAS
async def test_resources_of_upstreams_come_under_their_servers_names(engine: Engine, era: Era) -> None:
    async with connected(engine, "sidecar", era=era) as client:
        listed = {str(resource.uri): resource.name for resource in (await client.list_resources()).resources}
        templates = {each.uri_template for each in (await client.list_resource_templates()).resource_templates}
        static = await read(client, STATIC)
        filled_in = await read(client, "ptc://servers/shelf/test://template/7/data")
        whose = await refused(client, "test://static-text")

    assert listed[STATIC] == "shelf: static-text"
    assert "ptc://servers/shelf2/test://static-text" in listed
    assert "ptc://servers/shelf/test://template/{id}/data" in templates
    assert static == "This is the content of the static text resource."
    assert json.loads(filled_in)["id"] == "7"
    assert whose.startswith("no such resource")


@ERAS
async def test_what_servers_say_of_content_comes_through_without_the_protocols_own(engine: Engine, era: Era) -> None:
    async with connected(engine, "sidecar", era=era) as client:
        (contents,) = (await client.read_resource(STATIC)).contents
        (block,) = (await client.call_tool("shelf__test_embedded_resource", {})).content

    assert contents.meta == {"ui": {"prefersBorder": True}}
    assert isinstance(block, types.EmbeddedResource)
    assert (block.meta, block.resource.meta) == ({"example/block": 1}, {"example/inside": 1})
    assert block.annotations == types.Annotations(priority=0.5)


async def test_a_program_reads_the_text_of_a_resource_as_text(engine: Engine) -> None:
    code = "import ptc\n[ptc.read_resource('shelf', f'test://static-{kind}') for kind in ('text', 'binary')]"
    async with connected(engine, "catalog") as client:
        words, blob = (await client.call_tool("execute_python", {"code": code})).content

    assert isinstance(words, types.TextContent)
    assert words.text == "This is the content of the static text resource."
    assert isinstance(blob, types.EmbeddedResource)
    assert isinstance(blob.resource, types.BlobResourceContents)


async def test_a_reading_passes_the_gate_and_is_recorded(engine: Engine) -> None:
    async with connected(engine, "sidecar") as client:
        await read(client, STATIC)

    record = engine.journal.load(engine.journal.runs(limit=1)[0].run)
    assert record.execution.program.name == "shelf.test://static-text"


@ERAS
async def test_prompts_are_ours_and_the_upstreams(engine: Engine, era: Era) -> None:
    heard = Heard(answer=types.ElicitResult(action="accept", content={"context": "x"}))
    async with connected(engine, "sidecar", era=era, heard=heard) as client:
        names = {prompt.name for prompt in (await client.list_prompts()).prompts}
        lesson = await client.get_prompt("write_program", {"task": "Count to three."})
        given = await client.get_prompt("shelf__test_prompt_with_arguments", {"arg1": "a", "arg2": "b"})
        asking = await client.get_prompt("shelf__test_input_required_result_prompt")
        with pytest.raises(MCPError, match="no such prompt"):
            await client.get_prompt("test_simple_prompt")

    assert {"write_program", "shelf__test_simple_prompt", "shelf2__test_simple_prompt"} <= names
    assert said(lesson).endswith("\n\nThe task: Count to three.")
    assert "execute_python" in said(lesson)
    assert said(given) == "Prompt with arguments: arg1='a', arg2='b'"
    assert said(asking) == "With the context."
    assert len(heard.questions) == 1


async def test_in_other_modes_there_is_only_our_prompt(engine: Engine) -> None:
    async with connected(engine, "filesystem") as client:
        assert [prompt.name for prompt in (await client.list_prompts()).prompts] == ["write_program"]


async def test_arguments_are_completed_by_the_server_that_knows(engine: Engine) -> None:
    def prompt(name: str) -> types.PromptReference:
        return types.PromptReference(type="ref/prompt", name=name)

    async with connected(engine, "sidecar") as client:
        known = await client.complete(prompt("shelf__test_prompt_with_arguments"), {"name": "arg1", "value": "par"})
        unknown = await client.complete(prompt("nobody"), {"name": "arg1", "value": "par"})

    assert (known.completion.values, known.meta or {}) == (["paris", "park", "party"], {})
    assert unknown.completion.values == []


async def test_a_token_that_sees_one_server_sees_the_resources_of_no_other(engine: Engine) -> None:
    narrow = Caller(door="mcp", servers=("shelf2",), tools=("shelf2.test://static-t*",))
    gateway = Gateway(engine, "sidecar", caller=narrow)
    async with gateway.watching(), Client(InMemoryTransport(gateway), mode="legacy") as client:
        listed = {str(resource.uri) for resource in (await client.list_resources()).resources}
        hidden = await refused(client, STATIC)
        not_listed = await refused(client, "ptc://servers/shelf2/test://static-binary")
        prompts = [prompt.name for prompt in (await client.list_prompts()).prompts]

    assert {uri for uri in listed if uri.startswith("ptc://servers/")} == {"ptc://servers/shelf2/test://static-text"}
    assert hidden.startswith("no such resource")
    assert "no resource" in not_listed
    assert prompts == ["write_program"]


@pytest.mark.filterwarnings("ignore:resources/subscribe is removed")
async def test_who_subscribes_hears_of_a_changed_resource_and_others_do_not(engine: Engine) -> None:
    one, other = Watcher(), Watcher()
    gateway = Gateway(engine, "sidecar", caller=Caller(door="mcp"))
    async with (
        gateway.watching(),
        Client(InMemoryTransport(gateway), mode="legacy", message_handler=one.on_message) as client,
        Client(InMemoryTransport(gateway), mode="legacy", message_handler=other.on_message) as second,
    ):
        await second.list_tools()
        await client.subscribe_resource(WATCHED)
        await client.call_tool("shelf__test_touch", {})
        await asyncio.wait_for(one.updated.wait(), 20)

    assert one.uris == [WATCHED]
    assert other.uris == []


async def test_who_listens_hears_of_the_resources_that_there_are_and_of_no_others(engine: Engine) -> None:
    asked = [WATCHED, "ptc://servers/nobody/x://y", "ptc://tree/README.md", "test://no-such"]
    async with (
        connected(engine, "sidecar", era="auto") as client,
        client.listen(resource_subscriptions=asked) as events,
        client.listen(resource_subscriptions=[WATCHED]) as more,
    ):
        await client.call_tool("shelf__test_touch", {})
        heard = [await asyncio.wait_for(anext(each), 20) for each in (events, more)]

    assert events.honored.resource_subscriptions == [WATCHED]
    assert heard == [ResourceUpdated(uri=WATCHED)] * 2


async def test_a_token_hears_nothing_of_servers_that_it_does_not_see(engine: Engine) -> None:
    gateway = Gateway(engine, "sidecar", caller=Caller(door="mcp", servers=("shelf2",)))
    async with (
        gateway.watching(),
        Client(InMemoryTransport(gateway), mode="auto") as client,
        client.listen(resource_subscriptions=[WATCHED, WATCHED.replace("shelf", "shelf2")]) as events,
    ):
        assert events.honored.resource_subscriptions == [WATCHED.replace("shelf", "shelf2")]


@ERAS
@pytest.mark.filterwarnings("ignore:resources/subscribe is removed")
async def test_when_a_client_has_gone_nobody_watches_for_it(engine: Engine, notes: Path, era: Era) -> None:
    address = f"ptc://servers/old/x://{era}"
    async with connected(engine, "sidecar", era=era) as client:
        if era == "legacy":
            await client.subscribe_resource(address)
        else:
            async with client.listen(resource_subscriptions=[address]) as events:
                assert events.honored.resource_subscriptions == [address]

    async with asyncio.timeout(20):
        while f"unsubscribe x://{era}" not in notes.read_text():
            await asyncio.sleep(0.01)


@pytest.mark.filterwarnings("ignore:resources/(un)?subscribe is removed")
async def test_a_client_of_the_old_era_is_told_why_it_does_not_hear_of_something(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(updates, "MOST_WATCHED", 1)
    async with connected(engine, "sidecar") as client:
        said = [await not_subscribed(client, uri) for uri in ("ptc://servers/old/no://such", "ptc://tree/README.md")]
        await client.subscribe_resource("ptc://servers/old/x://one")
        said.append(await not_subscribed(client, "ptc://servers/old/x://two"))
        await client.unsubscribe_resource("ptc://servers/old/x://one")
        await client.subscribe_resource("ptc://servers/old/x://two")

    assert said == [
        "server 'old': does not tell when that resource changes",
        "nobody tells of ptc's own resources one by one, only of their list",
        "you hear of 1 resources already\nUnsubscribe from one first.",
    ]


async def not_subscribed(client: Client, uri: str) -> str:
    with pytest.raises(MCPError) as caught:
        await client.subscribe_resource(uri)
    return caught.value.error.message


async def test_a_client_hears_that_an_upstream_has_another_prompt(engine: Engine) -> None:
    watcher = Watcher()
    gateway = Gateway(engine, "sidecar", caller=Caller(door="mcp"))
    async with (
        gateway.watching(),
        Client(InMemoryTransport(gateway), mode="legacy", message_handler=watcher.on_message) as client,
    ):
        await client.list_prompts()
        told = text(await client.call_tool("shelf__test_new_prompt", {}))
        await asyncio.wait_for(watcher.prompts_changed.wait(), 20)
        names = {prompt.name for prompt in (await client.list_prompts(cache_mode="refresh")).prompts}

    assert told == "One more prompt."
    assert "shelf__test_new" in names
    assert "shelf2__test_new" not in names


class Watcher:
    """A client that notes what it hears."""

    def __init__(self) -> None:
        self.uris: list[str] = []
        self.updated = asyncio.Event()
        self.prompts_changed = asyncio.Event()

    async def on_message(self, message: object) -> None:
        if isinstance(message, types.ResourceUpdatedNotification):
            self.uris.append(str(message.params.uri))
            self.updated.set()
        if isinstance(message, types.PromptListChangedNotification):
            self.prompts_changed.set()


def said(result: types.GetPromptResult) -> str:
    (message,) = result.messages
    assert isinstance(message.content, types.TextContent)
    return message.content.text
