"""A ticket tracker that forgets everything when it ends: twelve tickets, always the same."""

from __future__ import annotations

from typing import (
    Annotated,
    Literal,
    NotRequired,  # pydantic wants this one before Python 3.12
)

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import ToolAnnotations
from pydantic import Field
from typing_extensions import TypedDict

from ptc_cli.demo.serving import serve

Status = Literal["open", "waiting", "closed"]
Priority = Literal["low", "normal", "urgent"]


class Comment(TypedDict):
    """What somebody wrote on a ticket."""

    author: str
    text: str


class Ticket(TypedDict):
    """One ticket."""

    id: str
    title: str
    status: Status
    priority: Priority
    reporter: str
    days_open: int
    labels: list[str]
    comments: list[Comment]
    assignee: NotRequired[str]


class Closed(TypedDict):
    """What closing a ticket did."""

    id: str
    status: Literal["closed"]
    was: Status


def _ticket(
    number: int,
    title: str,
    status: Status,
    priority: Priority,
    reporter: str,
    days: int,
    labels: str,
    comments: tuple[tuple[str, str], ...] = (),
    assignee: str | None = None,
) -> Ticket:
    ticket = Ticket(
        id=f"T-{number}",
        title=title,
        status=status,
        priority=priority,
        reporter=reporter,
        days_open=days,
        labels=labels.split(),
        comments=[Comment(author=author, text=text) for author, text in comments],
    )
    if assignee is not None:
        ticket["assignee"] = assignee
    return ticket


_TICKETS = {
    ticket["id"]: ticket
    for ticket in (
        _ticket(101, "Login page loops after password reset", "open", "urgent", "mira", 9, "bug auth"),
        _ticket(102, "Export to CSV drops the last row", "open", "normal", "jonas", 21, "bug export"),
        _ticket(
            103, "Dark mode for the report view", "waiting", "low", "ada", 64, "feature", (("ada", "Still wanted."),)
        ),
        _ticket(104, "Search finds nothing for umlauts", "open", "normal", "mira", 14, "bug search", (), "tomas"),
        _ticket(
            105, "Upgrade the mail library", "closed", "normal", "tomas", 3, "chore", (("tomas", "Done."),), "tomas"
        ),
        _ticket(106, "Invoice shows the wrong currency", "open", "urgent", "lena", 2, "bug billing", (), "ada"),
        _ticket(107, "Keyboard shortcut for a new ticket", "open", "low", "jonas", 40, "feature"),
        _ticket(
            108, "Session ends during long uploads", "waiting", "urgent", "lena", 11, "bug auth", (("ada", "Logs?"),)
        ),
        _ticket(109, "Typo on the pricing page", "closed", "low", "mira", 1, "docs", (), "jonas"),
        _ticket(110, "Attachments over 10 MB fail silently", "open", "normal", "ada", 30, "bug upload"),
        _ticket(111, "Weekly summary by mail", "open", "low", "tomas", 55, "feature mail", (("mira", "Yes please."),)),
        _ticket(112, "Two-factor codes arrive late", "open", "urgent", "jonas", 5, "bug auth", (), "mira"),
    )
}

server = MCPServer(
    "tickets",
    instructions="A ticket tracker. List or search tickets first; closing one cannot be undone.",
    log_level="WARNING",
)

TicketId = Annotated[str, Field(description="Such as T-101.", pattern=r"^T-\d+$")]

READS = ToolAnnotations(read_only_hint=True, open_world_hint=False)


def _find(ticket: str) -> Ticket:
    if ticket not in _TICKETS:
        raise ToolError(f"There is no ticket {ticket}. The first is T-101.")
    return _TICKETS[ticket]


@server.tool(annotations=READS)
def list_tickets(
    status: Annotated[Status | None, Field(description="Only tickets in this state.")] = None,
    limit: Annotated[int, Field(description="How many at most.", ge=1, le=100)] = 50,
) -> list[Ticket]:
    """List tickets, oldest number first."""
    return [ticket for ticket in _TICKETS.values() if status in (None, ticket["status"])][:limit]


@server.tool(annotations=READS)
def get_ticket(ticket: TicketId) -> Ticket:
    """Return one ticket with its comments."""
    return _find(ticket)


@server.tool(annotations=READS)
def search_tickets(
    query: Annotated[str, Field(description="Words to look for in titles and labels; all must be there.")],
) -> list[Ticket]:
    """Search tickets by words."""
    words = query.casefold().split()
    texts = {key: f"{ticket['title']} {' '.join(ticket['labels'])}".casefold() for key, ticket in _TICKETS.items()}
    return [ticket for key, ticket in _TICKETS.items() if all(word in texts[key] for word in words)]


@server.tool(annotations=ToolAnnotations(destructive_hint=False, idempotent_hint=False))
def add_comment(ticket: TicketId, text: str, author: str = "agent") -> Comment:
    """Write a comment on a ticket."""
    comment = Comment(author=author, text=text)
    _find(ticket)["comments"].append(comment)
    return comment


@server.tool(annotations=ToolAnnotations(destructive_hint=True, idempotent_hint=True))
def close_ticket(
    ticket: TicketId,
    reason: Annotated[Literal["fixed", "duplicate", "rejected"], Field(description="Why it is closed.")],
) -> Closed:
    """Close a ticket for good."""
    found = _find(ticket)
    was = found["status"]
    found["status"] = "closed"
    found["comments"].append(Comment(author="tracker", text=f"Closed: {reason}"))
    return Closed(id=found["id"], status="closed", was=was)


if __name__ == "__main__":
    serve(server)
