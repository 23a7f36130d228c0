"""What happens in a run, as it happens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from ptc_cli.core.call import ToolCall, ToolFailure, ToolResult
from ptc_cli.core.check import CheckReport
from ptc_cli.core.inquiry import Inquiry, ReplyAction
from ptc_cli.core.layers import Layers
from ptc_cli.core.result import Result
from ptc_cli.core.server import Label

RunState = Literal[
    "checking", "rejected", "running", "waiting", "ok", "failed", "timeout", "limit", "killed", "cancelled"
]
"""`waiting`: a person is being asked."""

Decision = Literal["once", "all", "program", "remember", "no"]
"""`all`: every further call of this tool in this run. `program`: also of the tools that the question lists.
`remember`: `all`, and as policy from now on.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A call that waits for a person's word."""

    id: str
    program: str
    """The program's name."""

    call: ToolCall
    reason: str
    """Why it is asked."""

    line: str = ""
    """The source line that calls."""

    foreseen: int | None = None
    """How many more calls of this tool the program is known to make; None when that is not known."""

    stakes: tuple[Label, ...] = ()
    """What was read that makes this call a question, whatever the rest of policy says."""

    listed: tuple[str, ...] = ()
    """The other tools, as `server.tool`, that the program is known to call and that need approval.

    Empty also where not all is known of it: nobody can approve a list that is not whole.
    """

    @property
    def path(self) -> str:
        """The tool that is asked for, as `server.tool`."""
        return f"{self.call.server}.{self.call.tool}"

    def approved(self, decision: Decision) -> tuple[str, ...]:
        """Return the tools, as `server.tool`, of which a decision lets every further call of the run pass."""
        if decision in ("once", "no"):
            return ()
        return (self.path, *self.listed) if decision == "program" else (self.path,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """The program was checked."""

    report: CheckReport


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """The program began."""

    layers: Layers


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """The program wrote."""

    stream: Literal["stdout", "stderr"]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallStarted:
    """A call reached the gate; its span is the call's id."""

    call: ToolCall


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFinished:
    """A call came back, or did not."""

    call: str
    """The call's id."""

    server: str
    tool: str
    seconds: float
    result: ToolResult

    @property
    def failure(self) -> ToolFailure | None:
        """Why it failed, if it did."""
        return self.result.failure


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """The program, or a tool it called, said how far it is."""

    done: float
    total: float | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A person is asked; the run is `waiting`."""

    question: Question


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A person answered, or did not in time."""

    question: str
    decision: Decision
    by: str
    """The door that answered, or `timeout`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquired:
    """A server asks something in the middle of a call; the run is `waiting`."""

    inquiry: Inquiry


@dataclass(frozen=True, slots=True, kw_only=True)
class Replied:
    """A server's inquiry was answered. With what is between the server and who answered: it may be personal."""

    inquiry: str
    action: ReplyAction
    by: str
    """The door that answered, or `timeout`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """A server logged something while the run had calls on their way to it."""

    server: str
    level: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A file that the program left behind, and that the run keeps."""

    path: str
    """Relative to the program's workspace."""

    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned:
    """Something the user should know that stops nothing."""

    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """The run is over. The last event of every run."""

    result: Result


Happening: TypeAlias = (
    Checked
    | Started
    | Output
    | CallStarted
    | CallFinished
    | Progress
    | Logged
    | Kept
    | Asked
    | Answered
    | Inquired
    | Replied
    | Warned
    | Finished
)
"""Closed: who handles one kind handles all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened, and where it stands in its run."""

    run: str
    sequence: int
    """Counts from 0 within the run, without gaps."""

    time: float
    """Seconds since the epoch."""

    span: str
    """The run's id, or the id of the call it belongs to."""

    parent_span: str | None = None
    what: Happening
