"""Bearer tokens and what they open."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptc_cli.core.catalog import Caller
from ptc_cli.core.errors import ConfigError
from ptc_cli.core.settings import TokenSettings
from ptc_cli.policy import sees_server
from ptc_cli.serve.tokens import Access, Tokens, narrowed

ADA, BOB = "ada-correct-horse-battery", "bob-correct-horse-battery"


def of(given: str | None = None, servers: tuple[str, ...] = ("*",), **configured: TokenSettings) -> Tokens:
    return Tokens.of(given, configured, servers=servers, resolve=str)


def test_each_token_opens_what_is_its_own() -> None:
    tokens = of(ADA, bob=TokenSettings(token=BOB, servers=("git*",), tools=("github.get_*",)))

    assert tokens.demanded
    assert tokens.access([f"Bearer {ADA}"]) == Access(token="default")
    assert tokens.access([f"Bearer {BOB}"]) == Access(token="bob", servers=("git*",), tools=("github.get_*",))
    assert tokens.access([f"Bearer {BOB}x"]) is None
    assert tokens.access([]) is None


def test_without_tokens_everybody_sees_what_is_served() -> None:
    tokens = of(servers=("git*",))

    assert not tokens.demanded
    assert tokens.access([]) == Access(token=None, servers=("git*",))


def test_a_token_sees_no_server_that_is_not_served() -> None:
    tokens = of(servers=("git*",), bob=TokenSettings(token=BOB, servers=("github", "mail")))

    assert tokens.access([f"Bearer {BOB}"]) == Access(token="bob", servers=("github",))


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (TokenSettings(), "the token is empty"),
        (TokenSettings(token="short"), "shorter than 16 characters"),
        (TokenSettings(token=ADA), "the same token stands under another name"),
    ],
)
def test_a_token_that_cannot_be_relied_on_is_refused(settings: TokenSettings, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        of(ADA, bob=settings)


def test_the_name_of_the_given_token_is_not_to_be_taken() -> None:
    with pytest.raises(ConfigError, match="the one that --token gives"):
        of(default=TokenSettings(token=BOB))


_GLOBS = st.lists(st.text("ab*?", min_size=1, max_size=3), max_size=3).map(tuple)
_NAMES = ["".join(letters) for length in (1, 2, 3) for letters in product("ab", repeat=length)]


@given(_GLOBS, _GLOBS)
def test_narrowed_globs_match_nothing_that_either_does_not(one: tuple[str, ...], other: tuple[str, ...]) -> None:
    both = Caller(door="http", servers=narrowed(one, other))

    for name in _NAMES:
        allowed = all(sees_server(Caller(door="http", servers=globs), name) for globs in (one, other))
        assert allowed or not sees_server(both, name)
