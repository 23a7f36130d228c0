from __future__ import annotations

import keyword

from hypothesis import given
from hypothesis import strategies as st

from ptc_cli.core.names import identifier, identifiers, module_names


@given(st.text())
def test_every_name_has_an_identifier_that_is_its_own_identifier(name: str) -> None:
    text = identifier(name)

    assert text.isidentifier()
    assert not keyword.iskeyword(text)
    assert not text.startswith("__")
    assert identifier(text) == text


@given(st.lists(st.text(max_size=5), unique=True), st.randoms())
def test_identifiers_are_distinct_and_do_not_depend_on_the_order(names: list[str], random: object) -> None:
    shuffled = sorted(names, key=lambda _: random.random())  # type: ignore[attr-defined]  # a Random
    found = identifiers(names)

    assert len(set(found.values())) == len(names)
    assert identifiers(shuffled) == found


def test_a_name_that_is_its_identifier_keeps_it_and_the_others_are_numbered() -> None:
    assert identifiers(["a-b", "a.b", "a_b"]) == {"a_b": "a_b", "a-b": "a_b_2", "a.b": "a_b_3"}


def test_a_keyword_gets_an_underscore_and_case_is_kept() -> None:
    assert identifiers(["from", "getURL", "3d"]) == {"from": "from_", "getURL": "getURL", "3d": "_3d"}


def test_a_server_cannot_take_the_names_of_the_package_and_the_runtime() -> None:
    assert module_names(["tools", "ptc", "email"]) == {"tools": "tools_2", "ptc": "ptc_2", "email": "email"}
