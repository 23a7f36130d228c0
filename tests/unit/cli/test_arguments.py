import pytest

from ptc_cli.cli.arguments import ArgumentsError, arguments_of, json_object
from ptc_cli.core.jsonvalue import JsonValue
from tests.unit.cli.views import tool

LIST = tool("list-tickets")
GET = tool("get_ticket")


@pytest.mark.parametrize(
    ("word", "name", "value"),
    [
        ("limit=5", "limit", 5),
        ("limit=-0", "limit", 0),
        ("ratio=5", "ratio", 5),
        ("ratio=.5", "ratio", 0.5),
        ("is_mine=true", "is_mine", True),
        ("status=open", "status", "open"),
        ("labels=bug", "labels", ["bug"]),
        ("labels=5", "labels", ["5"]),
        ('labels=["a", "b"]', "labels", ["a", "b"]),
        ("sizes=5", "sizes", [5]),
        ("sizes=null", "sizes", None),
        ('filter={"a": 1}', "filter", {"a": 1}),
        ("since=5", "since", "5"),
        ("anything=5", "anything", 5),
        ("anything=five", "anything", "five"),
        ("anything=a=b", "anything", "a=b"),
        ("anything=", "anything", ""),
        ("limit:=7", "limit", 7),
        ('since:="x"', "since", "x"),
        ("from=x", "from", "x"),
        ("from_=x", "from", "x"),
    ],
)
def test_text_becomes_what_the_schema_says(word: str, name: str, value: JsonValue) -> None:
    given = arguments_of(LIST, [word], {})

    assert given == {name: value}
    assert type(given[name]) is type(value)


def test_a_word_given_twice_is_one_array() -> None:
    assert arguments_of(LIST, ["labels=a", "labels=b"], {}) == {"labels": ["a", "b"]}


def test_words_win_over_the_json_beside_them() -> None:
    assert arguments_of(LIST, ["limit=5"], {"limit": 6, "from": "x"}) == {"from": "x", "limit": 5}


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        (["limit=five"], "limit: 'five' is not an integer", "Write limit:=JSON to give the value as JSON."),
        (["status=opne"], "status: 'opne' is not 'open' or 'closed'", "Did you mean 'open'?"),
        (["limt=5"], "no parameter 'limt'", "Did you mean 'limit'?"),
        (["limit"], "'limit' is not an argument", "Write arguments as name=text, or name:=JSON."),
        (["limit=1", "limit=2"], "'limit' is given twice", None),
        (
            ["filter:={"],
            "filter: not JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)",
            "To give it as text write filter=...",
        ),
        (
            ["ratio:=NaN"],
            "ratio: not JSON: NaN is not JSON",
            "To give it as text write ratio=...",
        ),
        (["ratio=inf"], "ratio: 'inf' is not a number", "Write ratio:=JSON to give the value as JSON."),
    ],
)
def test_what_does_not_fit_is_said_with_the_signature(words: list[str], message: str, hint: str | None) -> None:
    with pytest.raises(ArgumentsError) as caught:
        arguments_of(LIST, words, {})

    assert caught.value.message == f"tickets.list-tickets: {message}"
    signature = f"tickets.{LIST.stub.signature}"
    assert caught.value.hint == (signature if hint is None else f"{hint}\n{signature}")
    assert caught.value.exit_code == 3


def test_a_missing_argument_is_named() -> None:
    with pytest.raises(ArgumentsError, match="missing 'id'"):
        arguments_of(GET, [], {})


def test_unknown_names_in_json_are_rejected_too() -> None:
    with pytest.raises(ArgumentsError, match="no parameter 'ident'"):
        arguments_of(GET, [], {"ident": "x"})


@pytest.mark.parametrize("text", ["[]", "5", "{", '{"a": NaN}', "[" * 100_000])
def test_arguments_in_json_are_one_object(text: str) -> None:
    with pytest.raises(ArgumentsError, match="--args: not"):
        json_object(text)
