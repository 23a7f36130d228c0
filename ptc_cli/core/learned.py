"""What was learned of a tool's results from those that came back."""

from __future__ import annotations

from dataclasses import dataclass

from ptc_cli.core.jsonvalue import JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedResult:
    """The shape of a tool's results so far. It holds types and the names of fields, never a value."""

    digest: str
    """Of the `ToolSpec` that the results came from; for another one it says nothing."""

    calls: int
    """How many results it was learned from."""

    schema: JsonObject
    """JSON Schema of the value as a program gets it."""
