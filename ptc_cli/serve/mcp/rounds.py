"""Runs that wait for their client to come back: it was returned what they ask, and calls again with its responses.

What the client holds meanwhile is sealed by the protocol's library under a key of this process, and bound to the tool,
its arguments and the connection: whoever shows it was given it, for this very call. Here it is only a name.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Generic, TypeVar

import mcp_types as types
from pydantic import ValidationError

from ptc_cli.core.inquiry import Inquiry
from ptc_cli.core.result import Result
from ptc_cli.engine import Run
from ptc_cli.serve.mcp.asking import Ask, request, settle
from ptc_cli.serve.mcp.follow import follow
from ptc_cli.serve.mcp.peer import Peer
from ptc_cli.serve.mcp.texts import one_line

logger = logging.getLogger(__name__)

_OURS = "ask-"

MOST_SUSPENDED = 100
"""Each holds a sandbox; who would be one more is answered no."""

COLLECT_SECONDS = 60.0
"""How long a run is kept after nobody can answer it any more, for its client to hear how it ended."""

SEALED_SECONDS = 24 * 3600.0
"""How long a seal is good at most; the run is forgotten long before."""

T = TypeVar("T")

Responses = Mapping[str, types.InputResponse]

_NOTHING: Responses = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspended(Generic[T]):
    """A run, what it asked, and how to go on with it."""

    run: Run
    finish: Callable[[Result], T]
    """What makes of its end the answer to the request that started it."""

    after: int
    """The number of the last event that the client was told."""

    asks: Mapping[str, Ask]
    """By the keys under which the client responds."""

    def settle(self, responses: Responses) -> None:
        """Give the run what was responded; what is not among it stays open."""
        for key in self.asks.keys() & responses.keys():
            settle(self.run, self.asks[key], responses[key])


class Rounds(Generic[T]):
    """The runs behind one kind of request, each carried to its end in as many rounds as its client needs."""

    def __init__(self, *, answer_seconds: Callable[[], float]) -> None:
        self._answer_seconds = answer_seconds
        self._waiting: dict[str, Suspended[T]] = {}
        self._expiring: dict[str, asyncio.TimerHandle] = {}

    async def follow(
        self, run: Run, peer: Peer, finish: Callable[[Result], T], *, after: int = -1, given: Responses = _NOTHING
    ) -> T | types.InputRequiredResult:
        """Follow a run to its end, or until its client must come back.

        `given` are responses that came before anything was asked: they answer servers that ask for them by their keys,
        and never the gate.
        """
        while True:
            ended = await follow(run, peer, after=after)
            if isinstance(ended, Result):
                return finish(ended)
            after = ended
            for inquiry in run.inquiries:
                if inquiry.key in given:
                    settle(run, inquiry, given[inquiry.key])
            given = _NOTHING
            if (required := self._keep(run, finish, after)) is not None:
                return required

    async def resume(self, name: str, responses: Responses, peer: Peer) -> T | types.InputRequiredResult | None:
        """Go on with a run by the name that its client was given; None if it has gone on, or is over."""
        suspended = self._take(name)
        if suspended is None:
            return None
        suspended.settle(responses)
        return await self.follow(suspended.run, peer, suspended.finish, after=suspended.after)

    def _keep(self, run: Run, finish: Callable[[Result], T], after: int) -> types.InputRequiredResult | None:
        """Return what a run asks for the client to answer; None if nothing that can be asked is open any more."""
        asks = _by_key((*run.questions, *run.inquiries))
        requests = {key: wanted for key, ask in asks.items() if (wanted := self._requested(run, ask)) is not None}
        if not requests:
            return None
        name = secrets.token_urlsafe(16)
        asked = {key: asks[key] for key in requests}
        self._waiting[name] = Suspended(run=run, finish=finish, after=after, asks=asked)
        patience = self._answer_seconds() + COLLECT_SECONDS
        self._expiring[name] = asyncio.get_running_loop().call_later(patience, self._expire, name)
        return types.InputRequiredResult(input_requests=requests, request_state=name)

    def _take(self, name: str) -> Suspended[T] | None:
        if (timer := self._expiring.pop(name, None)) is not None:
            timer.cancel()
        return self._waiting.pop(name, None)

    def _requested(self, run: Run, ask: Ask) -> types.InputRequest | None:
        if len(self._waiting) < MOST_SUSPENDED:
            try:
                return request(ask)
            except ValidationError as error:
                logger.warning("what is asked is not of the protocol: %s", one_line(str(error), 300))
        settle(run, ask, None)
        return None

    def _expire(self, name: str) -> None:
        suspended = self._take(name)
        if suspended is not None:
            suspended.run.abandon()


def _by_key(asks: Sequence[Ask]) -> dict[str, Ask]:
    """Return what is asked by distinct keys: a server's own where it gave one that nobody else has."""
    found: dict[str, Ask] = {}
    for number, ask in enumerate(asks, start=1):
        key = ask.key if isinstance(ask, Inquiry) and ask.key and not ask.key.startswith(_OURS) else ""
        found[key if key and key not in found else f"{_OURS}{number}"] = ask
    return found
