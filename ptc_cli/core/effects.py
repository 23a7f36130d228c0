"""What a program can do, known before it runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ptc_cli.core.server import Label

Claim = Literal["reads", "writes", "destroys", "unstated"]
"""What a tool's server states of it (MCP, `ToolAnnotations`); a server can be wrong, or lie."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One tool that a program can reach."""

    server: str
    tool: str
    """The wire name."""

    path: str
    """How the program names it, such as `github.search_issues`."""

    lines: tuple[int, ...]
    """1-based lines of the program that reach for it, in order; unless it is repeated, each calls it once at most."""

    claim: Claim
    is_repeated: bool
    """Whether it may be called more than once: in a loop, a comprehension, a function that is called again."""

    is_named: bool = True
    """Whether the program names the tool itself; otherwise it lets the whole server go, for anything to be picked."""

    labels: tuple[Label, ...] = ()

    verdict: Literal["allow", "ask", "deny"] = "allow"
    """What policy says of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """Every tool that a program can reach: it calls no other, except by what `unknown` lines get hold of."""

    tools: tuple[Effect, ...] = ()
    unknown: tuple[int, ...] = ()
    """1-based lines that reach for tools by names known only at run time; each such call is judged as it is made.

    All lines of a program that is too large or too deeply nested to be followed.
    """
