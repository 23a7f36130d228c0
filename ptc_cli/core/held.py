"""What is held back until a person approves it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

HeldReason = Literal["changed", "new", "refused", "unknown", "full"]
"""`unknown`: what was approved is not, as its record is damaged; `full`: the record is, and this would be new in it."""

_WHY = {
    "changed": "it is no longer as it was approved",
    "new": "the server had it not when it was approved, and [policy] new_tools is 'hold'",
    "refused": "a person refused it as it is",
    "unknown": "the record of what was approved is damaged",
    "full": "the record of what was approved has no room for it",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldBack:
    """A tool that nobody may call, or instructions that nobody is shown, until a person approves them as they are."""

    server: str
    tool: str | None = None
    """The wire name; None for the server's instructions."""

    reason: HeldReason

    @property
    def message(self) -> str:
        """What is held back, and why."""
        what = "what it says of how to use it" if self.tool is None else f"tool '{self.tool}'"
        return f"server '{self.server}': {what} is held back: {_WHY[self.reason]}"

    @property
    def hint(self) -> str:
        """What to do about it: a person, that is."""
        whole = self.tool is None or self.reason == "unknown"
        path = self.server if whole else f"{self.server}.{self.tool}"
        return f"A person must look and approve it: ptc servers diff {self.server}, then ptc servers approve {path}"
