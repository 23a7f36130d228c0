"""What is held back until a person approves it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

HeldReason = Literal["changed", "new", "refused", "unknown", "full"]
"""`changed` and `new` since something was approved; `refused` by a person; the record of what was approved `unknown`
because it cannot be read, or `full`."""

_WHY = {
    "changed": "changed since it was approved",
    "new": "is new since the server was approved ([policy] new_tools = 'hold')",
    "refused": "was refused by a person",
    "unknown": "cannot be compared with what was approved: the record of that cannot be read",
    "full": "is new, and the record of what was approved is full",
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
        return f"{self._what} held back: {self._subject} {_WHY[self.reason]}"

    @property
    def hint(self) -> str:
        """What to do about it: a person, that is."""
        whole = self.tool is None or self.reason == "unknown"
        path = self.server if whole else f"{self.server}.{self.tool}"
        return f"A person must look and approve it: ptc servers diff {self.server}, then ptc servers approve {path}"

    @property
    def _what(self) -> str:
        what = "its instructions are" if self.tool is None else f"tool '{self.tool}' is"
        return f"server '{self.server}': {what}"

    @property
    def _subject(self) -> str:
        return "what they say" if self.tool is None else "it"
