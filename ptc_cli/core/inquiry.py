"""What a server asks in the middle of a call: of a person, of a model, of whoever made the call."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Literal, Protocol

from ptc_cli.core.form import Field
from ptc_cli.core.jsonvalue import JsonObject

InquiryKind = Literal["form", "url", "sampling", "roots"]
"""A form to fill in, a page to visit, a model's answer, the folders that are worked in."""

ReplyAction = Literal["accept", "decline", "cancel"]
"""`cancel`: nobody decided, such as in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """What a server wants to know before its call goes on. All text in it but the names is the server's own."""

    id: str
    kind: InquiryKind
    server: str
    """The server's name in the configuration, which it has no say in."""

    tool: str
    """The tool that was called."""

    program: str = ""
    message: str = ""
    fields: tuple[Field, ...] = ()
    """What a form asks for."""

    url: str | None = None
    cautions: tuple[str, ...] = ()
    """What a person should know before answering, in our own words."""

    request: JsonObject = field(default_factory=dict)
    """The parameters of the request as they came, for doors that pass it on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What is answered to an inquiry."""

    action: ReplyAction
    content: JsonObject = field(default_factory=dict)
    """The fields of a form by name; for a model's answer or for folders, the result as the protocol has it."""


class Requester(Protocol):
    """Who made a call, as far as its server may speak to them while it runs."""

    @property
    def answers(self) -> Collection[InquiryKind]:
        """What can be asked of them."""
        ...

    async def inquire(self, inquiry: Inquiry, /) -> Reply:
        """Put an inquiry to them; raises nothing but cancellation."""
        ...

    def progress(self, done: float, total: float | None, note: str, /) -> None:
        """Tell them how far the call is."""
        ...

    def log(self, server: str, level: str, text: str, /) -> None:
        """Tell them what the server logs."""
        ...
