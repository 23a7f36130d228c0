"""Write all of them anew."""

from __future__ import annotations

from pathlib import Path

from tests.pages.answers import answers_page
from tests.pages.commands import commands_page
from tests.pages.pictures import pictures

DOCS = Path(__file__).parents[2] / "docs"


def main() -> None:
    """Write the reference of commands, that of their answers, and the pictures."""
    (DOCS / "commands.md").write_text(commands_page(), encoding="utf-8")
    (DOCS / "json.md").write_text(answers_page(), encoding="utf-8")
    for name, picture in pictures().items():
        (DOCS / "pictures" / f"{name}.svg").write_text(picture, encoding="utf-8")


if __name__ == "__main__":
    main()
