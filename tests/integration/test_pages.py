"""The pages that `make docs` writes are what it would write now."""

from collections.abc import Iterator
from pathlib import Path

import click

from ptc_cli.cli.main import commands
from tests.pages.answers import ASKED, FAILED, WITHOUT, answers_page
from tests.pages.commands import commands_page

DOCS = Path(__file__).parents[2] / "docs"


def test_the_reference_of_commands_is_what_they_say_of_themselves() -> None:
    assert (DOCS / "commands.md").read_text(encoding="utf-8") == commands_page()


def test_the_reference_of_answers_is_what_the_commands_answer() -> None:
    assert (DOCS / "json.md").read_text(encoding="utf-8") == answers_page()


def test_every_command_answers_in_json_or_is_known_not_to() -> None:
    known = dict(leaves())

    assert {path for path, command in known.items() if "--json" in flags(command)} == {*ASKED} - {FAILED}
    assert {path for path, command in known.items() if "--json" not in flags(command)} == {*WITHOUT}


def leaves() -> Iterator[tuple[str, click.Command]]:
    """Give every command that is no group, by its words."""
    with commands.make_context("ptc", [], resilient_parsing=True) as context:
        waiting = [(name, commands.get_command(context, name)) for name in commands.list_commands(context)]
    while waiting:
        path, command = waiting.pop()
        if isinstance(command, click.Group):
            waiting += [(f"{path} {name}", each) for name, each in command.commands.items()]
        elif command is not None and not command.hidden:
            yield path, command


def flags(command: click.Command) -> set[str]:
    return {flag for parameter in command.params for flag in parameter.opts}


def test_every_picture_is_shown_somewhere() -> None:
    pages = "".join(page.read_text(encoding="utf-8") for page in [DOCS.parent / "README.md", *DOCS.glob("*.md")])

    assert [picture.name for picture in (DOCS / "pictures").iterdir() if f"pictures/{picture.name})" not in pages] == []
