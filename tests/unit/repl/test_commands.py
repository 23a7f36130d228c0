from ptc_cli.repl.commands import words


def test_a_whole_word_completes_what_is_typed_of_it() -> None:
    assert [(each.text, each.typed) for each in words("ls doc", ["docs/", "other"])] == [("docs/", 3), ("other", 0)]
    assert list(words("ls docs/", ["docs/"])) == []
