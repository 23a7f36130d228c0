"""What a server asks in the middle of a call: who is asked, whose name they see, and what comes back."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from ptc_cli.core.call import ToolResult
from ptc_cli.core.inquiry import InquiryKind, Reply
from ptc_cli.core.server import ServerConfig
from tests.integration.upstream.conftest import ORIGIN, SERVERS, Client, Person

Connect = Callable[..., Client]

ASKING = ServerConfig(
    name="asking", transport="stdio", command=sys.executable, args=("-S", str(SERVERS / "asking.py")), origin=ORIGIN
)
ALL: tuple[InquiryKind, ...] = ("form", "url", "sampling", "roots")
MODEL: tuple[InquiryKind, ...] = ("sampling",)
FOLDERS: tuple[InquiryKind, ...] = ("roots",)


@pytest.fixture
def client(connect: Connect) -> Client:
    return connect(ASKING, answers=ALL)


def heard(result: ToolResult) -> dict[str, object]:
    """Return what the server was answered."""
    assert result.failure is None, result.failure
    answered = result.value
    assert isinstance(answered, dict)
    return answered


async def test_a_form_is_filled_in_and_named_for_the_configured_server(client: Client) -> None:
    person = Person(Reply(action="accept", content={"name": "Ada", "size": "m", "count": 2}))

    result = await client.call("asking", "form", requester=person)

    assert heard(result) == {"result": {"action": "accept", "content": {"name": "Ada", "size": "m", "count": 2}}}
    (inquiry,) = person.inquiries
    # The server calls itself 'ptc'.
    assert (inquiry.server, inquiry.tool, inquiry.kind, inquiry.message) == ("asking", "form", "form", "Name?")
    assert [(f.name, f.kind, f.is_required, f.default) for f in inquiry.fields] == [
        ("name", "string", True, None),
        ("size", "choice", False, None),
        ("count", "integer", False, 3),
        ("gift", "boolean", False, None),
    ]


async def test_a_server_gets_nothing_that_its_form_does_not_ask_for(client: Client) -> None:
    person = Person(Reply(action="accept", content={"name": "Ada", "size": "xl", "gift": "yes", "token": "t"}))

    result = await client.call("asking", "form", requester=person)

    assert heard(result) == {"result": {"action": "accept", "content": {"name": "Ada"}}}


async def test_half_of_a_form_is_not_sent(client: Client) -> None:
    result = await client.call("asking", "form", requester=Person(Reply(action="accept", content={"count": 2})))

    assert heard(result) == {"result": {"action": "cancel"}}


async def test_a_no_is_passed_on(client: Client) -> None:
    result = await client.call("asking", "form", requester=Person(Reply(action="decline")))

    assert heard(result) == {"result": {"action": "decline"}}


async def test_where_nobody_can_be_asked_the_server_is_declined_and_the_result_says_so(client: Client) -> None:
    result = await client.call("asking", "form", requester=Person(answers=()))

    assert heard(result) == {"result": {"action": "decline"}}
    assert result.warnings == ("server 'asking' asked for input ('Name?'), and got none: there is nobody to ask",)


async def test_a_form_for_a_secret_is_marked_as_one(client: Client) -> None:
    person = Person(Reply(action="decline"))

    await client.call("asking", "secret", requester=person)

    assert person.inquiries[0].cautions == ("'ptc login' looks like a secret: what is typed goes to this server",)


async def test_a_form_of_more_than_plain_values_is_declined(client: Client) -> None:
    person = Person()

    result = await client.call("asking", "deep", requester=person)

    assert heard(result) == {"result": {"action": "decline"}}
    assert person.inquiries == []
    assert result.warnings[0].endswith("its form's field 'where' is no plain value")


async def test_a_page_is_shown_with_its_host(client: Client) -> None:
    person = Person(Reply(action="accept"))

    result = await client.call("asking", "url", url="https://pay.example/x?id=1", requester=person)

    assert heard(result) == {"result": {"action": "accept"}}
    assert person.inquiries[0].url == "https://pay.example/x?id=1"
    assert person.inquiries[0].cautions == ("the page is at pay.example; the server chose it",)


@pytest.mark.parametrize(
    "url",
    [
        "http://pay.example/",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "https://bank.example@evil.example/",
        "https://b\u0430nk.example/",
        "https://bank.example/\x1b]8;;",
        "https://[::1",
        "",
        None,
    ],
)
async def test_an_address_that_hides_where_it_leads_is_never_shown(client: Client, url: str | None) -> None:
    person = Person()

    result = await client.call("asking", "url", url=url, requester=person)

    # The SDK refuses what is no text at all.
    answered = heard(result)
    assert answered.get("result") == {"action": "decline"} or "error" in answered
    assert person.inquiries == []


async def test_a_page_that_must_be_visited_first_is_shown_and_the_call_made_again(client: Client) -> None:
    person = Person(Reply(action="accept"))

    result = await client.call("asking", "visit", url="https://login.example/", requester=person)

    assert (result.failure, result.content[0].text) == (None, "done")
    assert [inquiry.url for inquiry in person.inquiries] == ["https://login.example/"]


async def test_a_page_that_nobody_visits_fails_the_call_and_names_the_page(client: Client) -> None:
    result = await client.call("asking", "visit", url="https://login.example/", requester=Person(answers=()))

    assert result.failure is not None
    assert result.failure.message == "a login is needed"
    assert result.failure.hint == "Somebody must first visit: https://login.example/"


async def test_a_models_answer_is_passed_on(client: Client) -> None:
    made = {"role": "assistant", "content": {"type": "text", "text": "Hello."}, "model": "m"}
    person = Person(Reply(action="accept", content=made), answers=MODEL)

    result = await client.call("asking", "sample", requester=person)

    assert heard(result) == {"result": made}
    assert person.inquiries[0].request["maxTokens"] == 9


async def test_a_models_answer_that_nobody_gives_is_refused(client: Client) -> None:
    result = await client.call("asking", "sample", requester=Person())

    assert heard(result) == {"error": {"code": -1, "message": "there is nobody to ask"}}


async def test_folders_are_those_of_the_configuration_or_else_of_who_calls(connect: Connect, tmp_path: Path) -> None:
    configured = connect(replace(ASKING, roots=(str(tmp_path),)))
    passed = connect(ASKING, answers=ALL)
    theirs = {"roots": [{"uri": "file:///home/ada", "name": "ada"}]}

    fixed = await configured.call("asking", "roots", requester=Person())
    lent = await passed.call(
        "asking", "roots", requester=Person(Reply(action="accept", content=theirs), answers=FOLDERS)
    )

    assert heard(fixed) == {"result": {"roots": [{"uri": tmp_path.as_uri(), "name": tmp_path.name}]}}
    assert heard(lent) == {"result": theirs}


async def test_only_what_can_be_asked_is_declared(connect: Connect) -> None:
    nobody = await connect(ASKING).call("asking", "capable")
    everybody = await connect(ASKING, answers=ALL).call("asking", "capable")

    assert heard(nobody) == {}
    assert set(heard(everybody)) == {"elicitation", "sampling", "roots"}


async def test_asking_without_end_is_cut(client: Client) -> None:
    person = Person(*[Reply(action="accept", content={"name": "Ada"})] * 30)

    result = await client.call("asking", "spam", requester=person)

    assert heard(result) == {"accepted": 20}


async def test_time_stands_still_for_a_call_while_somebody_is_asked(connect: Connect) -> None:
    client = connect(replace(ASKING, timeout_seconds=0.5), answers=ALL)
    person = Person()
    calling = asyncio.create_task(client.call("asking", "form", requester=person, within=60))
    await person.asked.wait()

    done, _ = await asyncio.wait({calling}, timeout=0.8)
    calling.cancel()

    assert not done


async def test_a_cancelled_call_withdraws_its_question_and_the_next_goes_on(client: Client) -> None:
    person = Person()
    calling = asyncio.create_task(client.call("asking", "form", requester=person))
    await person.asked.wait()

    calling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await calling

    assert (await client.call("asking", "capable")).failure is None


async def test_a_question_that_may_be_two_runs_is_put_to_neither_and_from_then_on_they_take_turns(
    client: Client,
) -> None:
    yes = Reply(action="accept", content={"name": "Ada"})

    async def form(run: str, person: Person) -> ToolResult:
        return await client.call("asking", "form", requester=person, run=run)

    first, second = Person(yes), Person(yes)
    blind = await asyncio.gather(form("1", first), form("2", second))
    assert [*first.inquiries, *second.inquiries] == [] or len(first.inquiries) + len(second.inquiries) == 1
    assert any("several runs used it" in warning for result in blind for warning in result.warnings)

    ada, bob = Person(yes), Person(Reply(action="accept", content={"name": "Bob"}))
    results = await asyncio.gather(form("1", ada), form("2", bob))

    assert [json.dumps(heard(result)).count(name) for result, name in zip(results, ("Ada", "Bob"), strict=True)] == [
        1,
        1,
    ]


async def test_what_a_server_logs_reaches_who_waits_for_it_and_no_flood_does(client: Client) -> None:
    person = Person()

    await client.call("asking", "log", times=500, requester=person)

    assert person.logs[0] == ("asking", "warning", 'disk: {"free": 1}')
    assert len(person.logs) == 200


async def test_a_call_that_only_reads_is_made_again_once_after_a_lost_connection(
    connect: Connect, tmp_path: Path
) -> None:
    client = connect(ASKING)
    spec = next(tool for tool in (await client.pool.list("asking")).tools if tool.name == "dies_once")
    harmful = replace(spec, annotations=replace(spec.annotations, read_only=False))

    again = await client.call("asking", "dies_once", spec=spec, marker=str(tmp_path / "a"))
    not_again = await client.call("asking", "dies_once", spec=harmful, marker=str(tmp_path / "b"))

    assert again.content[0].text == "done"
    assert not_again.failure is not None
    assert "not repeated" in (not_again.failure.hint or "")
