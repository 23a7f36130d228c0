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

import mcp_types as types
from pydantic import ValidationError

from ptc_cli.core.result import Result
from ptc_cli.engine import Run
from ptc_cli.serve.mcp.asking import Ask, request, settle
from ptc_cli.serve.mcp.texts import one_line

logger = logging.getLogger(__name__)

MOST_SUSPENDED = 100
"""Each holds a sandbox; who would be one more is answered no."""

COLLECT_SECONDS = 60.0
"""How long a run is kept after nobody can answer it any more, for its client to hear how it ended."""

SEALED_SECONDS = 24 * 3600.0
"""How long a seal is good at most; the run is forgotten long before."""

Finish = Callable[[Result], types.CallToolResult]
"""What makes of a run's end the answer to the request that started it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspended:
    """A run, what it asked, and how to go on with it."""

    run: Run
    finish: Finish
    after: int
    """The number of the last event that the client was told."""

    asks: Mapping[str, Ask]
    """By the keys under which the client responds."""

    def settle(self, responses: Mapping[str, types.InputResponse]) -> None:
        """Give the run what was responded; what is not among it stays open."""
        for key in self.asks.keys() & responses.keys():
            settle(self.run, self.asks[key], responses[key])


class Suspensions:
    """The runs of one gateway that wait, each for one client to come back once."""

    def __init__(self, *, answer_seconds: Callable[[], float]) -> None:
        self._answer_seconds = answer_seconds
        self._waiting: dict[str, Suspended] = {}
        self._expiring: dict[str, asyncio.TimerHandle] = {}

    def keep(self, run: Run, finish: Finish, *, after: int) -> types.InputRequiredResult | None:
        """Return what a run asks for the client to answer; None if nothing that can be asked is open any more."""
        requests = {}
        for key, ask in _numbered((*run.questions, *run.inquiries)):
            if (wanted := self._requested(run, ask)) is not None:
                requests[key] = (ask, wanted)
        if not requests:
            return None
        name = secrets.token_urlsafe(16)
        asks = {key: ask for key, (ask, _) in requests.items()}
        self._waiting[name] = Suspended(run=run, finish=finish, after=after, asks=asks)
        patience = self._answer_seconds() + COLLECT_SECONDS
        self._expiring[name] = asyncio.get_running_loop().call_later(patience, self._expire, name)
        return types.InputRequiredResult(
            input_requests={key: wanted for key, (_, wanted) in requests.items()}, request_state=name
        )

    def take(self, name: str) -> Suspended | None:
        """Return a run whose client is back; None if it was back already, or too late."""
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
        suspended = self.take(name)
        if suspended is not None:
            suspended.run.abandon()


def _numbered(asks: Sequence[Ask]) -> list[tuple[str, Ask]]:
    return [(f"ask-{number}", ask) for number, ask in enumerate(asks, start=1)]
