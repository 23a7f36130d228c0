"""Resources and prompts of upstreams: names and addresses on our side, and the way back."""

from __future__ import annotations

import pytest

from ptc_cli.core.offers import Offers
from ptc_cli.serve.mcp.offered import home_of, offers

ONE = Offers(
    server="one",
    resources=({"uri": "a://x", "name": "x", "title": "X"},),
    templates=({"uriTemplate": "a://{id}/data", "name": "t"},),
    prompts=({"name": "p"}, {"name": "only"}),
)
TWO = Offers(server="t w/o", resources=({"uri": "b://y", "name": "y"},), prompts=({"name": "p"},))


def test_each_comes_under_its_servers_name() -> None:
    (x, y), names = offers([ONE, TWO], "resources", "prefixed"), offers([ONE, TWO], "prompts", "prefixed")

    assert x.definition == {"uri": "ptc://servers/one/a://x", "name": "one: x", "title": "X"}
    assert y.served == "ptc://servers/t%20w%2Fo/b://y"
    assert [each.served for each in names] == ["one__p", "one__only", "t w/o__p"]


def test_plain_names_are_kept_where_only_one_server_has_them() -> None:
    assert [each.served for each in offers([ONE, TWO], "prompts", "plain")] == ["one__p", "only", "t w/o__p"]
    assert [each.served for each in offers([ONE, TWO], "resources", "plain")] == ["a://x", "b://y"]


@pytest.mark.parametrize(
    ("uri", "home"),
    [
        ("ptc://servers/one/a://x", ("one", "a://x")),
        ("ptc://servers/t%20w%2Fo/anything", ("t w/o", "anything")),
        ("ptc://servers/nobody/a://x", None),
        ("b://y", ("t w/o", "b://y")),
        ("a://7/data", ("one", "a://7/data")),
        ("a:///data", None),
        ("a://7/other", None),
        ("c://z", None),
    ],
)
def test_an_address_leads_back_to_its_server(uri: str, home: tuple[str, str] | None) -> None:
    known = [*offers([ONE, TWO], "resources", "prefixed"), *offers([ONE, TWO], "templates", "prefixed")]

    assert home_of(uri, known, ["one", "t w/o"]) == home


def test_an_address_that_several_servers_have_is_nobodys() -> None:
    also = Offers(server="also", resources=({"uri": "a://x", "name": "x"},))

    assert home_of("a://x", offers([ONE, also], "resources", "plain"), ["one", "also"]) is None


def test_a_template_made_to_take_for_ever_does_not() -> None:
    evil = Offers(server="evil", templates=({"uriTemplate": "a://" + "{x}a" * 1000 + "!", "name": "t"},))

    assert home_of("a://" + "a" * 100_000, offers([evil], "templates", "plain"), ["evil"]) is None
