"""Ranked search over the tools of a view."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ptc_cli.core.catalog import View
from ptc_cli.search import QUERY_CHARACTERS, Index, split_words
from tests.unit.views import entry, spec, view

OUTSIDE = Path(os.environ.get("PTC_OUTSIDE_DATA", "../shared/data/outside")) / "retrieval"


def names(index: Index, query: str, limit: int = 10) -> list[str]:
    return [hit.tool.path for hit in index.search(query, limit)]


@pytest.fixture(scope="module")
def desk() -> View:
    """Tools of an office: written for these tests."""
    return view(
        entry(
            "mail",
            [
                spec("mail", "sendMessage", "Send an email to one or more people.", {"to": "Addresses of recipients"}),
                spec("mail", "list-messages", "List the emails in a mailbox, newest first.", {"folder": "Inbox, Sent"}),
                spec("mail", "delete_message", "Move an email to the bin for good."),
            ],
        ),
        entry(
            "calendar",
            [
                spec("calendar", "create_event", "Schedule a meeting with attendees.", {"start": "When it begins"}),
                spec("calendar", "find_free_slots", "Find times at which everybody is available."),
                spec("calendar", "cancelHTTPWebhook2", "Stop notifying a callback address."),
            ],
        ),
        entry(
            "crm",
            [
                spec("crm", "get_customer", "Return one customer by number."),
                spec("crm", "search_customers", "Find customers by name or email address."),
                spec("crm", "顧客を探す", "顧客を名前で検索する"),
            ],
        ),
    )


@pytest.fixture(scope="module")
def index(desk: View) -> Index:
    return Index(desk)


@pytest.mark.parametrize(
    ("query", "best"),
    [
        ("send an email", "mail.sendMessage"),
        ("emails in my inbox", "mail.list_messages"),
        ("throw a message away, bin it", "mail.delete_message"),
        ("schedule a meeting", "calendar.create_event"),
        ("when is everybody available?", "calendar.find_free_slots"),
        ("searching for a customer by email", "crm.search_customers"),
        ("one customer by number", "crm.get_customer"),
        ("webhooks", "calendar.cancelHTTPWebhook2"),
        ("検索", "crm.顧客を探す"),
    ],
)
def test_the_tool_that_a_sentence_asks_for_comes_first(index: Index, query: str, best: str) -> None:
    assert names(index, query)[0] == best


@pytest.mark.parametrize(
    "query", ["list_messages", "listMessages", "list-messages", "mail.list_messages", "LIST MESSAGES"]
)
def test_a_name_is_found_however_it_is_spelled(index: Index, query: str) -> None:
    assert names(index, query)[0] == "mail.list_messages"


def test_a_server_s_name_finds_its_tools(index: Index) -> None:
    assert {path.partition(".")[0] for path in names(index, "calendar")} == {"calendar"}


def test_a_parameter_s_words_are_searched(index: Index) -> None:
    assert names(index, "recipients") == ["mail.sendMessage"]


def test_the_beginning_of_a_word_is_enough_when_no_word_fits(index: Index) -> None:
    assert names(index, "attend") == ["calendar.create_event"]
    assert names(index, "avail") == ["calendar.find_free_slots"]


def test_no_more_than_the_limit_come_back_and_the_total_is_known(index: Index) -> None:
    assert len(index.search("email", 2)) == 2
    assert index.search("email", 0) == index.search("email", -1) == ()
    assert len(index) == 9


def test_equals_come_in_the_order_of_their_paths_whatever_the_order_of_the_listing() -> None:
    alike = [spec("box", name, "Open the box.") for name in ("b", "c", "a")]

    forward, backward = Index(view(entry("box", alike))), Index(view(entry("box", alike[::-1])))

    assert names(forward, "open") == names(backward, "open") == ["box.a", "box.b", "box.c"]


@pytest.mark.parametrize(
    "query",
    [
        '"',
        'email"',
        "email NEAR customer",
        "NEAR(email customer, 2)",
        "email*",
        "-email",
        "^email",
        "name:email",
        "{name server} : email",
        "email AND",
        "NOT email",
        "OR",
        "(",
        "email + customer",
        "email\0customer",
        "'; DROP TABLE tools; --",
        "\ud800 email",
    ],
)
def test_a_query_is_words_and_never_syntax(index: Index, query: str) -> None:
    plain = " ".join(word for word in split_words(query))

    assert names(index, query) == names(index, plain)


def test_a_minus_does_not_exclude(index: Index) -> None:
    assert names(index, "-email") == names(index, "email") != []


@pytest.mark.parametrize("query", ["", " ", "\0", "...", "()", "*", "_", "\U0001f600", "\ud800"])
def test_a_query_without_words_finds_nothing(index: Index, query: str) -> None:
    assert index.search(query) == ()


def test_a_huge_query_is_read_up_to_a_length(index: Index) -> None:
    assert names(index, "zzz " * 1_000_000) == []
    assert names(index, "x" * QUERY_CHARACTERS + " email") == []
    assert names(index, "email " + "x1 " * 1_000_000)[0] in names(index, "email")


@settings(max_examples=150, deadline=None)
@given(st.text(st.characters(codec=None), max_size=60), st.integers(-1, 4))
def test_any_text_can_be_asked(query: str, limit: int) -> None:
    hits = _SMALL.search(query, limit)

    assert len(hits) <= max(limit, 0)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(codec=None), max_size=80), st.text(st.characters(codec=None), max_size=20))
def test_any_name_and_description_can_be_indexed(description: str, name: str) -> None:
    index = Index(view(entry("s", [spec("s", name, description, {name: description})])))

    assert len(index) == 1
    index.search(description)


_SMALL = Index(
    view(entry("files", [spec("files", "read_file", "Read a file."), spec("files", "write_file", "Write it.")]))
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("getHTTPResponse2", ["gethttpresponse2", "gethttpresponse", "get", "http", "response", "2"]),
        ("search_issues", ["searchissues", "search", "issues"]),
        ("read-file", ["read", "file"]),
        ("OAuth2", ["oauth2", "oauth", "o", "auth", "2"]),
        ("Straße Ünïcode", ["straße", "ünïcode"]),
        ("plain", ["plain"]),
    ],
)
def test_identifiers_are_split_and_kept_whole(text: str, words: list[str]) -> None:
    assert list(split_words(text)) == words


@pytest.mark.skipif(not OUTSIDE.is_dir(), reason="the outside retrieval set is not here")
def test_recall_of_five_on_an_outside_set_is_at_least_79_percent() -> None:
    tools = json.loads((OUTSIDE / "tools.json").read_text())["tools"]
    queries = json.loads((OUTSIDE / "queries.json").read_text())["queries"]
    servers = sorted({tool["server"] for tool in tools})
    index = Index(
        view(
            *(
                entry(name, [spec(name, tool["tool"], tool["description"]) for tool in tools if tool["server"] == name])
                for name in servers
            )
        )
    )

    def recall(query: str, labels: list[dict[str, object]]) -> float:
        wanted = {label["tool_id"] for label in labels if label["relevance"] != 0}
        found = {f"{hit.tool.spec.server}:{hit.tool.spec.name}" for hit in index.search(query, 5)}
        return len(wanted & found) / len(wanted)

    assert sum(recall(each["query"], each["labels"]) for each in queries) / len(queries) >= 0.79
