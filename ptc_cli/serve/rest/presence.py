"""The user's own commands that stay for longer: what each keeps in the daemon ends with its connection."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable

import anyio
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from ptc_cli.core.catalog import Caller
from ptc_cli.engine import Engine
from ptc_cli.serve.guard import access, caller
from ptc_cli.serve.rest.live import LiveRuns
from ptc_cli.serve.rest.stream import STREAM_HEADERS, beat, until_disconnected

_REMEMBERED = 1000
"""Of those that went away, whose last requests may still be on their way."""


class Presences:
    """Who is there."""

    def __init__(self, engine: Engine, live: LiveRuns) -> None:
        self._engine = engine
        self._live = live
        self._present: set[Caller] = set()
        self._gone: OrderedDict[Caller, None] = OrderedDict()

    async def hold(self, request: Request) -> ASGIApp:
        """Be one of the user's commands for as long as the request lasts."""
        who = owner(request)
        self.demand(who)
        if who.session is None or who in self._present:
            raise HTTPException(409, "A client says who it is with Ptc-Client, and is there once.")
        self._present.add(who)
        return _Stream(lambda: self._leave(who))

    def is_there(self, scope: Scope) -> bool:
        """Say whether a request comes from one who is there."""
        return access(scope).is_owner and caller(scope) in self._present

    def demand(self, who: Caller) -> None:
        """Refuse to begin anything for one who has gone.

        Raises:
            HTTPException: It has.
        """
        if who in self._gone:
            raise HTTPException(410, "This client has gone.")

    async def _leave(self, who: Caller) -> None:
        """End what somebody kept: first what runs, which may be about to open a session."""
        self._present.discard(who)
        self._gone[who] = None
        while len(self._gone) > _REMEMBERED:
            self._gone.popitem(last=False)
        for run in self._live.by(who):
            await run.cancel()
        for name in self._engine.sessions(who):
            await self._engine.end_session(who, name)


def owner(request: Request) -> Caller:
    """Return which of the user's own commands asks.

    Raises:
        HTTPException: It is somebody else.
    """
    if not access(request.scope).is_owner:
        raise HTTPException(403, "This is for the user's own commands: it is not given over HTTP.")
    return caller(request.scope)


class _Stream:
    """The answer that says nothing but that we are here, and ends when its client goes away."""

    def __init__(self, gone: Callable[[], Awaitable[None]]) -> None:
        self._gone = gone

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        try:
            await send({"type": "http.response.start", "status": 200, "headers": STREAM_HEADERS})
            async with anyio.create_task_group() as group:
                group.start_soon(beat, send)
                await until_disconnected(receive)
                group.cancel_scope.cancel()
        finally:
            with anyio.CancelScope(shield=True):
                await self._gone()
