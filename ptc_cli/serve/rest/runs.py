"""Runs over REST: started, followed, answered, cancelled, and looked up afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from mimetypes import guess_type

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from ptc_cli.core.codec import to_json
from ptc_cli.core.errors import JournalError
from ptc_cli.core.event import Event, Kept, Question, RunState
from ptc_cli.core.execution import Execution
from ptc_cli.core.inquiry import Reply
from ptc_cli.core.jsonvalue import JsonObject
from ptc_cli.core.program import Program
from ptc_cli.core.record import RunRecord
from ptc_cli.core.result import Result
from ptc_cli.engine import Engine, Run, exit_code, find_tool
from ptc_cli.serve.guard import access, caller
from ptc_cli.serve.rest.bodies import AnswerBody, CallBody, ReplyBody, RunBody, body, json_text, limits
from ptc_cli.serve.rest.json import Json
from ptc_cli.serve.rest.live import LiveRuns
from ptc_cli.serve.rest.presence import Presences
from ptc_cli.serve.rest.stream import EventStream, unless_gone

_EVENTS = "text/event-stream"


class Runs:
    """The operations on runs."""

    def __init__(self, engine: Engine, live: LiveRuns, presences: Presences) -> None:
        self._engine = engine
        self._live = live
        self._presences = presences

    async def start(self, request: Request) -> ASGIApp:
        """Start a program, and wait for its end unless told otherwise."""
        asked = await body(request, RunBody)
        execution = self._execution(asked, request)
        self._live.demand_room()
        self._presences.demand(execution.caller)
        run = await self._engine.start(execution, can_ask=asked.can_ask, answers=asked.answers)
        return await self._answer(request, run, background=asked.background)

    async def call(self, request: Request) -> ASGIApp:
        """Call a tool directly, which is a run of one call."""
        asked = await body(request, CallBody)
        asker = caller(request.scope)
        tool = find_tool(
            await self._engine.describe(asker), request.path_params["tool"], failure=self._engine.server_failure
        )
        self._live.demand_room()
        self._presences.demand(asker)
        run = await self._engine.call(
            asker,
            tool.spec.server,
            tool.spec.name,
            asked.arguments,
            timeout_seconds=asked.timeout_seconds,
            can_ask=asked.can_ask,
            answers=asked.answers,
        )
        return await self._answer(request, run, background=asked.background)

    async def list(self, request: Request) -> ASGIApp:
        """Return the runs that this server remembers."""
        runs = self._live.of(access(request.scope))
        return Json({"runs": [{"run": run.id, "state": run.state} for run in runs]})

    async def show(self, request: Request) -> ASGIApp:
        """Return how far a run is, and its result once it is over."""
        run = self._live_run(request)
        return Json(await self._shown(run) if run is not None else _recorded(await self._record(request)))

    async def events(self, request: Request) -> ASGIApp:
        """Send the events of a run, from any of them on."""
        after, run = _after(request), self._live_run(request)
        if run is not None:
            return EventStream(run.events(after), run=run.id)
        record = await self._record(request)
        return EventStream(_each(record.events, after), run=record.header.run)

    async def cancel(self, request: Request) -> ASGIApp:
        """End a run."""
        run = self._going(request)
        await run.cancel()
        return Json(await self._shown(run))

    async def answer(self, request: Request) -> ASGIApp:
        """Answer a question of a run."""
        asked = await body(request, AnswerBody)
        run = self._going(request)
        if not run.answer(asked.question, asked.decision, by=caller(request.scope).door):
            raise HTTPException(409, f"The question {asked.question!r} is not open.")
        return Response(status_code=204)

    async def reply(self, request: Request) -> ASGIApp:
        """Answer what a server asks in a run."""
        asked = await body(request, ReplyBody)
        run = self._going(request)
        reply = Reply(action=asked.action, content=asked.content)
        if not run.reply(asked.inquiry, reply, by=caller(request.scope).door):
            raise HTTPException(409, f"The inquiry {asked.inquiry!r} is not open.")
        return Response(status_code=204)

    async def file(self, request: Request) -> ASGIApp:
        """Return a file that a run kept."""
        record, path = await self._record(request), request.path_params["path"]
        kept = [each.what for each in record.events if isinstance(each.what, Kept) and each.what.path == path]
        if not kept:
            raise HTTPException(404, f"The run kept no file {path!r}.")
        # What a program wrote is never to be shown as a page of this server's.
        headers = {"Content-Disposition": "attachment", "X-Content-Type-Options": "nosniff"}
        kind = guess_type(path)[0] or "application/octet-stream"
        return Response(kept[-1].content, media_type=kind, headers=headers)

    def _execution(self, asked: RunBody, request: Request) -> Execution:
        if (asked.workspace or asked.mounts) and not access(request.scope).is_owner:
            raise HTTPException(403, "Workspaces and mounts are folders of the user's: they are not given over HTTP.")
        execution = Execution.of(
            Program.of(asked.source, name=asked.name),
            caller=caller(request.scope),
            limits=limits(self._engine.settings.sandbox.limits, asked.limits),
        )
        return replace(
            execution,
            input=json_text(asked.input),
            session=asked.session,
            allow=asked.allow,
            deny=asked.deny,
            keep=asked.keep,
            workspace=asked.workspace,
            mounts=asked.mounts,
        )

    async def _answer(self, request: Request, run: Run, *, background: bool) -> ASGIApp:
        """Send a run's events or result while its client waits, or just its name; a client that goes away ends it."""
        self._live.add(access(request.scope), run)
        if background:
            return Json(await self._shown(run), status_code=202)
        if _EVENTS in request.headers.get("accept", ""):
            return EventStream(run.events(), run=run.id, gone=run.cancel)
        await unless_gone(request.receive, run.result(), gone=run.cancel)
        return Json(await self._shown(run))

    async def _shown(self, run: Run) -> JsonObject:
        result = await run.result() if run.is_over else None
        shown = _answer_of(run.id, run.state, result, run.questions)
        if result is not None:
            shown["result"]["exit_code"] = exit_code(self._engine, result)
        return shown | self._returned(run)

    def _returned(self, run: Run) -> JsonObject:
        """Return what a direct call brought back; a program's value is in its result."""
        if run.execution.kind == "program":
            return {}
        return {"returned": run.returned and to_json(run.returned), "unusable": self._unusable(run)}

    def _unusable(self, run: Run) -> JsonObject | None:
        """Return why the server of a direct call could not be connected, where that is why the call failed."""
        failed = run.returned is not None and run.returned.failure
        if not failed or failed.kind != "unavailable" or not run.calls:
            return None
        failure = self._engine.server_failure(run.calls[-1].server)
        if failure is None:
            return None
        return {"message": failure.message, "hint": failure.hint, "exit_code": failure.exit_code}

    def _live_run(self, request: Request) -> Run | None:
        return self._live.get(access(request.scope), request.path_params["run"])

    def _going(self, request: Request) -> Run:
        run = self._live_run(request)
        if run is None or run.is_over:
            raise HTTPException(409 if run else 404, "There is no such run, or it is over.")
        return run

    async def _record(self, request: Request) -> RunRecord:
        """Return what the journal has of a run that whoever asks may see.

        Raises:
            HTTPException: It has none.
        """
        by, name = access(request.scope), request.path_params["run"]
        missing = HTTPException(404, f"There is no run {name!r}.")
        try:
            record = await asyncio.to_thread(self._engine.journal.load, name)
        except JournalError:
            raise missing from None
        owner = record.execution.caller
        is_own = owner.door == "http" and owner.token == by.token and record.header.run == name
        if not (is_own or by.is_owner):
            raise missing
        return record


def _recorded(record: RunRecord) -> JsonObject:
    return _answer_of(record.header.run, record.header.state, record.result, ())


def _answer_of(run: str, state: RunState, result: Result | None, questions: Sequence[Question]) -> JsonObject:
    return {
        "run": run,
        "state": state,
        "result": None if result is None else to_json(result) | {"exit_code": result.exit_code},
        "questions": [to_json(question) for question in questions],
    }


def _after(request: Request) -> int:
    """Return the sequence number after which events are wanted; a browser that comes back says it in a header."""
    text = request.query_params.get("after") or request.headers.get("last-event-id") or "-1"
    try:
        return int(text) if len(text) < 12 else -1
    except ValueError:
        raise HTTPException(422, f"after: {text[:20]!r} is not a whole number") from None


async def _each(events: Sequence[Event], after: int) -> AsyncIterator[Event]:
    for event in events:
        if event.sequence > after:
            yield event
