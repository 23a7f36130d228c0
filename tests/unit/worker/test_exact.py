"""What the worker's JSON carries, against the same rules as the host has them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptc_cli.core import jsonvalue
from ptc_cli.sandbox import wire
from ptc_cli.worker import exact

anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(exclude_categories=()))
    | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers(), inner) | st.tuples(inner, inner),
)


@given(anything)
def test_both_ends_agree_on_what_is_exact(value: object) -> None:
    assert exact.is_exact(value) == jsonvalue.is_exact(value)


@given(anything)
def test_what_is_exact_survives_the_worker_s_way_to_the_host(value: object) -> None:
    if not exact.is_exact(value):
        return
    payload = exact.encode(value)  # type: ignore[arg-type]
    assert repr(exact.decode(payload)) == repr(value)


@given(anything)
def test_what_the_host_sends_reaches_the_worker_unchanged(value: object) -> None:
    try:
        plain = exact.plain(value, "'x'")
    except (TypeError, ValueError):
        return
    assert repr(exact.decode(wire.encode(plain))) == repr(plain)


def test_nan_is_not_turned_into_null() -> None:
    value = exact.decode(wire.encode([None, math.nan]))

    assert isinstance(value, list)
    assert value[0] is None
    assert math.isnan(value[1])


class Loud(str):
    __slots__ = ()

    def __str__(self) -> str:
        return "something else"


def test_subclasses_become_what_they_are_in_json() -> None:
    plain = exact.plain({Loud("k"): (Loud("v"), True)}, "'x'")

    assert plain == {"k": ["v", True]}
    assert [type(each) for each in plain] == [str]


@pytest.mark.parametrize("value", [math.nan, math.inf, [[math.nan]]])
def test_numbers_that_json_lacks_are_refused(value: object) -> None:
    with pytest.raises(ValueError, match="JSON has no"):
        exact.plain(value, "'x'")
