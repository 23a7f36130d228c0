import pytest

from ptc_cli.repl.commands import for_terminal, words


def test_a_whole_word_completes_what_is_typed_of_it() -> None:
    assert [(each.text, each.typed) for each in words("ls doc", ["docs/", "other"])] == [("docs/", 3), ("other", 0)]
    assert list(words("ls docs/", ["docs/"])) == []


@pytest.mark.parametrize(
    ("typed", "run"),
    [
        ("ls", "TERM=xterm ls --color=always -C -w 80"),
        ("ls -l docs", "TERM=xterm ls --color=always -C -w 80 -l docs"),
        ("grep -n x README.md", "grep -n x README.md"),
        ("ls | wc -l", "ls | wc -l"),
        ("grep x $(ls)", "grep x $(ls)"),
        ("lsof", "lsof"),
        ("cat x", "cat x"),
    ],
)
def test_a_terminal_shows_plain_listings_in_colours(typed: str, run: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")

    assert for_terminal(typed) == run
