"""What a server meets when it asks or tells something of its own accord: the calls on their way, and who made them.

A server has no say in how it is called: whoever is asked sees the name from the configuration.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ptc_cli.core.call import ToolCall
from ptc_cli.core.form import fields
from ptc_cli.core.inquiry import Inquiry, InquiryKind, Reply, Requester
from ptc_cli.core.jsonvalue import JsonObject, JsonValue
from ptc_cli.core.server import ServerConfig
from ptc_cli.upstream.failures import RefusedError
from ptc_cli.upstream.logfile import ServerLog
from ptc_cli.upstream.patience import Patience
from ptc_cli.upstream.reasons import quoted
from ptc_cli.upstream.visit import visit_cautions, visit_fault

MAX_INQUIRIES = 20
"""How often one call may ask."""

MAX_LOGS = 200
"""How much of what a server logs during one call is passed on; all of it is in its log file."""

_LOG_CHARACTERS = 2000

METHODS: Mapping[str, str] = {
    "elicitation/create": "input",
    "sampling/createMessage": "a model's answer",
    "roots/list": "the folders",
}
"""What a server may ask for, in words."""


@dataclass(slots=True, kw_only=True)
class Guest:
    """A call on its way, and who made it."""

    call: ToolCall
    requester: Requester | None
    patience: Patience
    warnings: list[str] = field(default_factory=list)
    """What the requester should know of questions that nobody was asked."""

    inquiries: int = 0
    logs: int = 0
    open: set[asyncio.Task[Reply]] = field(default_factory=set)


class Host:
    """Our side of one server."""

    def __init__(
        self,
        config: ServerConfig,
        *,
        answers: frozenset[InquiryKind],
        log: ServerLog,
        changed: Callable[[], None],
        cannot_tell: Callable[[], None],
    ) -> None:
        self.answers = answers | ({"roots"} if config.roots else set())
        """What is declared to a server that wants to know once and for all."""

        self.changed = changed
        """To be called when the server's tools changed."""

        self.config = config
        self._log = log
        self._cannot_tell = cannot_tell
        self._guests: list[Guest] = []
        self.quiet = asyncio.Event()
        """Set while no call is on its way."""

        self.quiet.set()

    @asynccontextmanager
    async def entertain(self, call: ToolCall, requester: Requester | None, patience: Patience) -> AsyncIterator[Guest]:
        """Take a call's requester for who is asked, until the call is over; what is still open then is withdrawn."""
        guest = Guest(call=call, requester=requester, patience=patience)
        self._guests.append(guest)
        self.quiet.clear()
        try:
            yield guest
        finally:
            self._guests.remove(guest)
            if not self._guests:
                self.quiet.set()
            for task in guest.open:
                task.cancel()
            await asyncio.gather(*guest.open, return_exceptions=True)

    def answers_for(self, guest: Guest) -> frozenset[InquiryKind]:
        """Return what the server may ask during a call."""
        own: frozenset[InquiryKind] = frozenset({"roots"} if self.config.roots else ())
        return _answers(guest) | own

    def logged(self, level: str, logger: str | None, data: JsonValue) -> None:
        """Keep what the server logs, and tell everyone who waits for it: nothing says which call it belongs to."""
        said = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
        text = f"{logger}: {said}" if logger else said
        self._log.note(f"{level} {text}")
        told = {guest.call.run: guest for guest in self._guests if guest.logs < MAX_LOGS}
        for guest in told.values():
            guest.logs += 1
            if guest.requester is not None:
                guest.requester.log(self.config.name, level, self._log.redacted(text)[:_LOG_CHARACTERS])

    async def answer(self, method: str, params: JsonObject) -> JsonObject:
        """Answer a request that a server of the old protocol sends, which does not say during which call.

        Raises:
            RefusedError: It cannot be answered; the text is for the server.
        """
        if len({guest.call.run for guest in self._guests}) > 1:
            self._cannot_tell()
            for guest in self._guests:
                guest.warnings.append(self._unasked(method, params, "several runs used it, and it does not say whose"))
            raise RefusedError("several programs use this server now, and nothing says whose call this is for")
        if not self._guests:
            return self._outside(method)
        return await self.answer_for(self._guests[-1], method, params)

    async def answer_for(self, guest: Guest, method: str, params: JsonObject) -> JsonObject:
        """Answer a request that a server makes during a call.

        Raises:
            RefusedError: It cannot be answered; the text is for the server.
        """
        if method == "roots/list" and "roots" not in _answers(guest):
            return self._outside(method)
        inquiry, why = self._inquiry(guest, method, params)
        if inquiry is None or guest.requester is None:
            guest.warnings.append(self._unasked(method, params, why))
            return _declined(method, why)
        return _answer(inquiry, await self._put(guest, guest.requester, inquiry))

    async def _put(self, guest: Guest, requester: Requester, inquiry: Inquiry) -> Reply:
        guest.inquiries += 1
        task = asyncio.ensure_future(requester.inquire(inquiry))
        guest.open.add(task)
        waiting = [each.patience for each in self._guests if each.call.run == guest.call.run]
        try:
            return await _paused(waiting, task)
        finally:
            task.cancel()
            guest.open.discard(task)

    def _inquiry(self, guest: Guest, method: str, params: JsonObject) -> tuple[Inquiry | None, str]:
        """Return what is to be asked, or None and why it is not."""
        kind = _kind(method, params)
        if kind is None:
            return None, "it is not known what that is"
        if guest.inquiries >= MAX_INQUIRIES:
            return None, f"one call may ask {MAX_INQUIRIES} times"
        if kind not in _answers(guest):
            return None, "there is nobody to ask"
        try:
            return self._worded(guest, kind, params), ""
        except ValueError as error:
            return None, str(error)

    def _worded(self, guest: Guest, kind: InquiryKind, params: JsonObject) -> Inquiry:
        url, message = params.get("url"), params.get("message")
        form = fields(params.get("requestedSchema")) if kind == "form" else ()
        address = url if kind == "url" and isinstance(url, str) else None
        if kind == "url" and (fault := visit_fault(url)) is not None:
            raise ValueError(fault)
        secrets = [f.title or f.name for f in form if f.seems_secret]
        cautions = [f"{quoted(name)} looks like a secret: what is typed goes to this server" for name in secrets]
        return Inquiry(
            id=f"{guest.call.id}-q{guest.inquiries}",
            kind=kind,
            server=self.config.name,
            tool=guest.call.tool,
            message=message if isinstance(message, str) else "",
            fields=form,
            url=address,
            cautions=(*cautions, *visit_cautions(address)),
            request=params,
        )

    def _outside(self, method: str) -> JsonObject:
        # An empty list would say that there is no folder at all; who has folders of their own keeps them on an error.
        if method == "roots/list" and self.config.roots:
            return self._roots()
        raise RefusedError("nobody can be asked outside of a call")

    def _roots(self) -> JsonObject:
        return {
            "roots": [{"uri": Path(root).absolute().as_uri(), "name": Path(root).name} for root in self.config.roots]
        }

    def _unasked(self, method: str, params: JsonObject, why: str) -> str:
        message = params.get("message")
        said = f" ({quoted(message)})" if isinstance(message, str) else ""
        wanted = METHODS.get(method, quoted(method))
        return f"server '{self.config.name}' asked for {wanted}{said}, and got none: {why}"


async def _paused(limits: list[Patience], task: asyncio.Task[Reply]) -> Reply:
    """Wait for a reply while no call of the run loses time over it; a question that is withdrawn has none."""
    if limits:
        with limits[0].paused():
            return await _paused(limits[1:], task)
    await asyncio.wait({task})
    return Reply(action="cancel") if task.cancelled() else task.result()


def _answers(guest: Guest) -> frozenset[InquiryKind]:
    return frozenset() if guest.requester is None else frozenset(guest.requester.answers)


def _kind(method: str, params: JsonObject) -> InquiryKind | None:
    if method == "elicitation/create":
        return "url" if params.get("mode") == "url" else "form"
    kinds: dict[str, InquiryKind] = {"sampling/createMessage": "sampling", "roots/list": "roots"}
    return kinds.get(method)


def _declined(method: str, why: str) -> JsonObject:
    if method == "elicitation/create":
        return {"action": "decline"}
    raise RefusedError(why)


def _answer(inquiry: Inquiry, reply: Reply) -> JsonObject:
    """Return a reply as the protocol has it."""
    if inquiry.kind == "form":
        return _filled_in(inquiry, reply)
    if inquiry.kind == "url":
        return {"action": reply.action}
    if reply.action != "accept":
        raise RefusedError("the user rejected it" if reply.action == "decline" else "nobody answered")
    return reply.content


def _filled_in(inquiry: Inquiry, reply: Reply) -> JsonObject:
    """Return a form as it was filled in: nothing that it did not ask for, and never half of what it needs."""
    if reply.action != "accept":
        return {"action": reply.action}
    given = reply.content
    content = {f.name: given[f.name] for f in inquiry.fields if f.name in given and f.accepts(given[f.name])}
    if any(f.is_required and f.name not in content for f in inquiry.fields):
        return {"action": "cancel"}
    return {"action": "accept", "content": content}
