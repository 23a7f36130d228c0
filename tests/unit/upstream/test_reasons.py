from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ptc_cli.core.server import Origin, ServerConfig
from ptc_cli.upstream.reasons import chain, quoted, shown_url


def at(url: str) -> ServerConfig:
    return ServerConfig(name="x", transport="http", url=url, origin=Origin(path="ptc.toml"))


def test_an_address_is_shown_without_its_secrets() -> None:
    assert shown_url(at("https://user:pass@host:8/mcp?key=1#x")) == "https://host:8/mcp"
    assert shown_url(at("https://${HOST}/mcp")) == "https://${HOST}/mcp"
    assert shown_url(at("nonsense")) == "nonsense"


@given(st.text())
def test_a_quoted_text_is_short_and_drives_no_terminal(text: str) -> None:
    shown = quoted(text)

    assert len(shown) <= 205
    assert shown.isprintable()


def test_causes_that_circle_are_walked_once() -> None:
    one, other = ValueError("1"), ValueError("2")
    one.__cause__, other.__context__ = other, one

    assert list(chain(ExceptionGroup("g", [one])))[1:] == [one, other]
