"""The pages that `make docs` writes are what it would write now."""

from pathlib import Path

from tests.pages.answers import answers_page
from tests.pages.commands import commands_page

DOCS = Path(__file__).parents[2] / "docs"


def test_the_reference_of_commands_is_what_they_say_of_themselves() -> None:
    assert (DOCS / "commands.md").read_text(encoding="utf-8") == commands_page()


def test_the_reference_of_answers_is_what_the_commands_answer() -> None:
    assert (DOCS / "json.md").read_text(encoding="utf-8") == answers_page()


def test_every_picture_is_shown_somewhere() -> None:
    pages = "".join(page.read_text(encoding="utf-8") for page in [DOCS.parent / "README.md", *DOCS.glob("*.md")])

    assert [picture.name for picture in (DOCS / "pictures").iterdir() if f"pictures/{picture.name})" not in pages] == []
