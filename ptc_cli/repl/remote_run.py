"""A run in the daemon, as it is followed from here."""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from urllib.parse import quote

from ptc_cli.console.terminal import is_terminal
from ptc_cli.core.codec import from_json
from ptc_cli.core.errors import PtcError
from ptc_cli.core.event import Decision, Event, Finished, Question
from ptc_cli.core.inquiry import Reply
from ptc_cli.core.jsonvalue import JsonObject
from ptc_cli.core.result import Result
from ptc_cli.daemon.async_client import AsyncAnswer, AsyncClient
from ptc_cli.daemon.wire import lost

_SEEN = frozenset({"Output", "Warned", "Logged", "Asked", "Answered", "Inquired", "Replied", "Finished"})
_DRAWN = frozenset({"CallStarted", "CallFinished", "Progress"})
"""What only a terminal is told of. The other events are long, and nobody is shown them."""

_SECONDS = 15.0
"""Within this a daemon that lives takes an answer, or a wish to end."""


class RemoteRun:
    """One run, whose events come in an answer."""

    def __init__(self, client: AsyncClient, answer: AsyncAnswer) -> None:
        self._client = client
        self._answer = answer
        self._path = f"/v1/runs/{quote(answer.head.run)}"
        self._result: Result | None = None

    async def events(self) -> AsyncIterator[Event]:
        """Give what happens and is shown, up to the end.

        Raises:
            DaemonLostError: The events break off.
        """
        wanted = _SEEN | _DRAWN if is_terminal(sys.stderr) else _SEEN
        async for happened in self._answer.events():
            if happened.kind in wanted:
                event = from_json(Event, json.loads(happened.text))
                if isinstance(event.what, Finished):
                    self._result = event.what.result
                yield event

    async def result(self) -> Result:
        """Return how it ended."""
        if self._result is None:
            raise lost("it said no more")
        return self._result

    async def cancel(self) -> None:
        """End it, if it still goes on; what came of that is among the events."""
        await self._tell("cancel", {})

    async def is_open(self, question: Question) -> bool:
        """Say whether a question still waits for its answer."""
        try:
            said = await self._client.ask("GET", self._path, seconds=_SECONDS)
        except PtcError:  # nobody is left to answer to
            return False
        return any(each["id"] == question.id for each in said["questions"])

    async def answer(self, question: str, decision: Decision) -> None:
        """Answer a question, unless it is settled."""
        await self._tell("answers", {"question": question, "decision": decision})

    async def reply(self, inquiry: str, reply: Reply) -> None:
        """Answer what a server asked, unless it is settled."""
        await self._tell("replies", {"inquiry": inquiry, "action": reply.action, "content": reply.content})

    async def _tell(self, what: str, body: JsonObject) -> None:
        with suppress(PtcError):  # it is settled or over, or the events will say what is wrong
            await self._client.ask("POST", f"{self._path}/{what}", body, seconds=_SECONDS)
