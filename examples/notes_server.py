"""A server of one's own, for the tutorial: notes in memory, gone when it ends.

Run by ptc: `ptc servers add notes -- python examples/notes_server.py`.
"""

from typing import Literal

from mcp.server.mcpserver import MCPServer
from typing_extensions import TypedDict

Tag = Literal["home", "work", "later"]


class Note(TypedDict):
    """One note."""

    number: int
    text: str
    tag: Tag


server = MCPServer("notes", version="1")
notes: list[Note] = []


@server.tool()
def add_note(text: str, tag: Tag) -> Note:
    """Keep a note."""
    notes.append(Note(number=len(notes) + 1, text=text, tag=tag))
    return notes[-1]


@server.tool()
def list_notes(tag: Tag | None = None) -> list[Note]:
    """Return all notes, or those with one tag."""
    return [note for note in notes if tag in (None, note["tag"])]


if __name__ == "__main__":
    server.run()
