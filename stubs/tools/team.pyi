"""Tools of the MCP server 'team': 4."""

from typing import Any, Literal, TypedDict

class Person(TypedDict):
    name: str
    full_name: str
    email: str
    role: Literal["engineer", "designer", "support"]
    is_away: bool

class Posted(TypedDict):
    channel: str
    number: int
    text: str

def find_person(name: str) -> Person:
    """Find somebody by first name."""

def post_message(channel: str, text: str) -> Posted:
    """Post a message to a channel."""

def list_channels() -> Any:
    """Return how many messages each channel holds. Result undeclared."""

def get_avatar(name: str) -> Any:
    """Return somebody's picture. Result undeclared."""
