"""Tools of the MCP server 'tickets': 5."""

from typing import Literal, NotRequired, TypedDict

class Comment(TypedDict):
    author: str
    text: str

class Closed(TypedDict):
    id: str
    status: Literal["closed"]
    was: Literal["open", "waiting", "closed"]

class Ticket(TypedDict):
    id: str
    title: str
    status: Literal["open", "waiting", "closed"]
    priority: Literal["low", "normal", "urgent"]
    reporter: str
    days_open: int
    labels: list[str]
    comments: list[Comment]
    assignee: NotRequired[str]

def list_tickets(*, status: Literal["open", "waiting", "closed"] | None = None, limit: int = 50) -> list[Ticket]:
    """List tickets, oldest number first."""

def get_ticket(ticket: str) -> Ticket:
    """Return one ticket with its comments."""

def search_tickets(query: str) -> list[Ticket]:
    """Search tickets by words."""

def add_comment(ticket: str, text: str, *, author: str = "agent") -> Comment:
    """Write a comment on a ticket."""

def close_ticket(ticket: str, reason: Literal["fixed", "duplicate", "rejected"]) -> Closed:
    """Close a ticket for good."""
