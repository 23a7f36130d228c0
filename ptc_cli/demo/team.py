"""A team's directory and chat that forget everything when they end."""

from __future__ import annotations

import base64
from typing import Annotated, Literal

from mcp.server.mcpserver import Image, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import ToolAnnotations
from pydantic import Field
from typing_extensions import TypedDict  # pydantic wants this one before Python 3.12

from ptc_cli.demo.serving import serve


class Person(TypedDict):
    """Somebody on the team."""

    name: str
    full_name: str
    email: str
    role: Literal["engineer", "designer", "support"]
    is_away: bool


class Posted(TypedDict):
    """A message that was posted."""

    channel: str
    number: int
    text: str


def _person(full_name: str, role: Literal["engineer", "designer", "support"], *, is_away: bool = False) -> Person:
    name = full_name.split()[0].casefold()
    return Person(name=name, full_name=full_name, email=f"{name}@example.com", role=role, is_away=is_away)


_PEOPLE = {
    person["name"]: person
    for person in (
        _person("Ada Brandt", "engineer"),
        _person("Jonas Keller", "support"),
        _person("Lena Ortiz", "support", is_away=True),
        _person("Mira Novak", "engineer"),
        _person("Tomas Lind", "designer"),
    )
}

_CHANNELS: dict[str, list[str]] = {"#bugs": [], "#general": ["Welcome."], "#releases": []}

_SQUARE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)

server = MCPServer(
    "team",
    instructions="Who is on the team, and the channels they read.",
    log_level="WARNING",
)


@server.tool(annotations=ToolAnnotations(read_only_hint=True))
def find_person(name: Annotated[str, Field(description="First name, any case.")]) -> Person:
    """Find somebody by first name."""
    found = _PEOPLE.get(name.casefold())
    if found is None:
        raise ToolError(f"Nobody is called {name}. There are: {', '.join(_PEOPLE)}.")
    return found


@server.tool(annotations=ToolAnnotations(destructive_hint=False))
def post_message(
    channel: Annotated[str, Field(description="Such as #bugs.")],
    text: Annotated[str, Field(max_length=4000)],
) -> Posted:
    """Post a message to a channel."""
    if channel not in _CHANNELS:
        raise ToolError(f"There is no channel {channel}. There are: {', '.join(_CHANNELS)}.")
    _CHANNELS[channel].append(text)
    return Posted(channel=channel, number=len(_CHANNELS[channel]), text=text)


@server.tool(annotations=ToolAnnotations(read_only_hint=True), structured_output=False)
def list_channels() -> dict[str, int]:
    """Return how many messages each channel holds. It declares no result type, as most tools in the world."""
    return {channel: len(messages) for channel, messages in _CHANNELS.items()}


@server.tool(annotations=ToolAnnotations(read_only_hint=True), structured_output=False)
def get_avatar(name: str) -> Image:
    """Return somebody's picture."""
    find_person(name)
    return Image(data=_SQUARE, format="png")


if __name__ == "__main__":
    serve(server)
