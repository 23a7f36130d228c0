"""What may fit although the type checker only knows that it need not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptc_cli.check.annotations import keys_of, literals_of, may_fit

DEFINITIONS = {
    "Address": "class Address(TypedDict):\n    street: str\n    zip: NotRequired[str]",
    "Contact": "class Contact(TypedDict):\n    name: str\n    age: NotRequired[int]\n    home: NotRequired[Address]",
    "Person": "class Person(TypedDict):\n    name: str\n    age: int\n    tall: bool",
    "Headers": "Headers = TypedDict('Headers', {'content-type': str, 'x': NotRequired[int]})",
    "Level": "Level = Literal['low', 'high']",
    "Tree": "class Tree(TypedDict):\n    value: int\n    children: NotRequired[list[Tree]]",
}


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        ("str", "Literal['a', 'b']"),
        ("int", "Literal[1, 2]"),
        ("str", "Level"),
        ("list[str]", "list[Literal['a']]"),
        ("list[int]", "list[float]"),
        ("list[int]", "tuple[float, float]"),
        ("dict[str, int]", "dict[str, float]"),
        ("dict[str, str]", "Contact"),
        ("dict[str, object]", "Contact"),
        ("dict[str, Sequence[str]]", "Contact"),
        ("list[dict[str, str]]", "list[Contact]"),
        ("dict[str, str]", "Contact | str"),
        ("Person", "Contact"),
        ("Person", "dict[str, Any]"),
        ("dict[str, str]", "Headers"),
        ("dict[str, int]", "Tree"),
        ("object", "int"),
        ("Literal['a']", "str"),
        ("list[Never]", "list[Contact]"),
    ],
)
def test_what_the_schema_decides_at_the_call_may_fit(actual: str, expected: str) -> None:
    assert may_fit(actual, expected, DEFINITIONS)


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        ("str", "int"),
        ("int", "str"),
        ("str | None", "str"),
        ("Literal['c']", "Literal['a', 'b']"),
        ("int", "Literal['a']"),
        ("str", "list[str]"),
        ("set[str]", "list[str]"),
        ("tuple[int, int]", "list[int]"),
        ("list[str]", "list[int]"),
        ("list[float]", "list[int]"),
        ("dict[str, int]", "Contact"),
        ("dict[int, str]", "Contact"),
        ("Address", "Contact"),
        ("Contact", "Address"),
        ("datetime", "str"),
        ("def (x: int) -> str", "str"),
        ("tuple[str, str]", "tuple[float, float]"),
        ("Coroutine[Any, Any, str]", "str"),
    ],
)
def test_what_no_value_could_be_does_not_fit(actual: str, expected: str) -> None:
    assert not may_fit(actual, expected, DEFINITIONS)


@given(st.text(max_size=60), st.sampled_from(["Contact", "Tree", "Level", "list[int]", "Literal['a']"]))
def test_any_text_gets_an_answer(actual: str, expected: str) -> None:
    assert may_fit(actual, expected, DEFINITIONS) in (True, False)
    assert may_fit(expected, actual, DEFINITIONS) in (True, False)


def test_the_keys_of_a_typed_dict_are_read_from_either_form() -> None:
    assert {name: key.is_required for name, key in (keys_of("Headers", DEFINITIONS) or {}).items()} == {
        "content-type": True,
        "x": False,
    }
    assert list(keys_of("Contact", DEFINITIONS) or {}) == ["name", "age", "home"]
    assert keys_of("Level", DEFINITIONS) is None


def test_the_members_of_a_literal_are_read_from_a_union() -> None:
    assert literals_of("Literal['a', 'b'] | None") == ["a", "b"]
