"""What looks wrong in what a server says of itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Rule = Literal[
    "authorisation",
    "capability",
    "command",
    "concealment",
    "encoded",
    "exfiltration",
    "hidden-characters",
    "hidden-markup",
    "look-alike",
    "override",
    "precedence",
    "role",
    "secrets",
    "shadowing",
    "size",
    "terminal-escape",
]

Gravity = Literal["note", "medium", "high"]
"""`note`: worth a look, and usually innocent. `medium` and `high` mark a server."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One text or claim of a server that a person should read before the server is used."""

    server: str
    tool: str | None = None
    """The wire name; None where it is the server's instructions."""

    rule: Rule
    """The strongest sign."""

    severity: Gravity
    message: str
    """Everything that speaks against it, in words."""

    excerpt: str
    """What was said, in printable ASCII: anything else is written as an escape."""

    where: str
    """Which of the texts, such as `description` or `inputSchema.properties.note.default`."""
