"""What the tools of catalog mode answer."""

from __future__ import annotations

import pytest

from ptc_cli.core.catalog import View
from ptc_cli.core.errors import ToolNotFoundError
from ptc_cli.core.stub import StubTree
from ptc_cli.search import Hit
from ptc_cli.serve.mcp.listing import details, found, list_functions
from tests.unit.views import entry, spec, view

TREE = StubTree(files={"/docs/github/get_issue.md": "# github.get_issue\n\nAll there is to know.\n"})


@pytest.fixture
def small() -> View:
    return view(
        entry(
            "github",
            [
                spec("github", "get_issue", "Return an issue.", {"number": "Its number"}),
                spec("github", "close-issue", "Close an issue.", {"number": "Its number"}),
            ],
        ),
        entry("slack", [], status="failed", reason="cannot start 'slack-mcp': no such file"),
    )


def test_few_functions_are_listed_at_once(small: View) -> None:
    assert list_functions(small) == (
        "2 functions:\n"
        "github.get_issue(number: str) -> Any  # Return an issue.\n"
        "github.close_issue(number: str) -> Any  # Close an issue.\n"
        "slack: no functions (failed: cannot start 'slack-mcp': no such file)"
    )


def test_many_functions_are_counted_by_server() -> None:
    many = view(
        entry("a", [spec("a", f"t{number}") for number in range(30)]), entry("b-c", [spec("b-c", "one", "One thing.")])
    )

    assert list_functions(many) == (
        "2 servers, 31 functions. Name a server to list its functions.\na: 30 functions\nb_c: 1 function"
    )
    assert list_functions(many, server="b-c") == "1 function:\nb_c.one() -> Any  # One thing."
    assert list_functions(many, server="b_c") == list_functions(many, server="b-c")


def test_a_server_with_hundreds_of_functions_says_how_to_narrow() -> None:
    huge = view(entry("a", [spec("a", f"t{number}") for number in range(527)]))

    text = list_functions(huge, server="a")

    assert text.startswith("527 functions:\na.t0() -> Any\n")
    assert text.endswith("\n... and 327 more: narrow with `query`, or use search_functions.")


def test_a_query_keeps_what_has_all_its_words(small: View) -> None:
    assert list_functions(small, query="CLOSE issue").splitlines()[:2] == [
        "1 of 2 functions fit.",
        "github.close_issue(number: str) -> Any  # Close an issue.",
    ]
    assert list_functions(small, query="zebra").splitlines()[0] == "0 of 2 functions fit. Try search_functions."


def test_an_unknown_server_is_an_error_with_the_nearest_name(small: View) -> None:
    with pytest.raises(ToolNotFoundError, match="no server 'gihub'\nDid you mean 'github'"):
        list_functions(small, server="gihub")


def test_without_a_server_it_says_how_to_add_one() -> None:
    assert list_functions(view()) == (
        "No server is configured. A person adds one with: ptc servers add NAME -- COMMAND"
    )


def test_a_search_has_three_levels_of_detail_and_says_out_of_how_many(small: View) -> None:
    hits = [Hit(tool=small.find("github.get_issue"), score=1.0)]

    assert found(hits, 527, TREE, "name") == "1 of 527 functions, best first:\ngithub.get_issue"
    assert found(hits, 527, TREE, "signature") == (
        "1 of 527 functions, best first:\ngithub.get_issue(number: str) -> Any  # Return an issue."
    )
    assert found(hits, 527, TREE, "full") == (
        "1 of 527 functions, best first:\n\n# github.get_issue\n\nAll there is to know."
    )
    assert found([], 527, TREE, "name") == "0 of 527 functions. Try other words, or list_functions."


def test_details_are_the_documents_of_the_tree_and_unknown_names_are_said(small: View) -> None:
    text, any_found = details(small, ["github.get_issue", "github.get_isue", "github.get_issue", "nope"], TREE)

    assert any_found
    assert text == (
        "github.get_isue: server 'github': no tool 'get_isue'\n"
        "Did you mean 'get_issue'?\n"
        "nope: 'nope' does not name a tool\n"
        "Write SERVER.TOOL, such as github.get_issue.\n"
        "\n"
        "# github.get_issue\n"
        "\n"
        "All there is to know."
    )


def test_details_of_nothing_known_find_nothing(small: View) -> None:
    assert details(small, ["github.zzz"], TREE)[1] is False


def test_a_function_without_a_document_is_shown_by_its_signature(small: View) -> None:
    assert details(small, ["github.close-issue"], TREE)[0] == (
        "github.close_issue(number: str) -> Any  # Close an issue."
    )
