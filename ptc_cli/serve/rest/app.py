"""The application at `/v1`: one operation a function."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, TypeAlias

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from ptc_cli import codegen
from ptc_cli.core import described
from ptc_cli.core.catalog import View
from ptc_cli.core.codec import to_json
from ptc_cli.core.errors import PtcError
from ptc_cli.core.jsonvalue import JsonObject
from ptc_cli.core.program import Program
from ptc_cli.core.server import ServerConfig
from ptc_cli.engine import Engine, find_tool
from ptc_cli.serve.guard import access, caller
from ptc_cli.serve.rest.bodies import CheckBody, ShellBody, UnfinishedBody, body
from ptc_cli.serve.rest.json import Json
from ptc_cli.serve.rest.live import LiveRuns
from ptc_cli.serve.rest.openapi import OPERATIONS, document
from ptc_cli.serve.rest.presence import Presences, owner
from ptc_cli.serve.rest.runs import Runs

logger = logging.getLogger(__name__)

_STATUSES = {2: 404, 4: 503, 7: 503}
"""HTTP status by exit code: not there; cannot be used now. Anything else is a fault."""

Answer: TypeAlias = Callable[[Request], Awaitable[Any]]
"""To a response, or anything else that sends one."""


class RestApp:
    """Answers requests that the guard has let in."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        live = LiveRuns()
        self._presences = presences = Presences(engine, live)
        runs = Runs(engine, live, presences)
        answers: dict[str, Answer] = {
            "openapi": self._openapi,
            "list_servers": self._list_servers,
            "list_tools": self._list_tools,
            "show_tool": self._show_tool,
            "call_tool": runs.call,
            "check": self._check,
            "shell": self._shell,
            "start_run": runs.start,
            "list_runs": runs.list,
            "show_run": runs.show,
            "follow_run": runs.events,
            "cancel_run": runs.cancel,
            "answer_run": runs.answer,
            "reply_run": runs.reply,
            "get_file": runs.file,
            "complete_shell": self._complete_shell,
            "end_session": self._end_session,
            "show_view": self._show_view,
            "be_present": presences.hold,
            "warm": self._warm,
        }
        self._app = Starlette(
            routes=[Route(each.path, answers[each.id], methods=[each.method]) for each in OPERATIONS],
            exception_handlers={HTTPException: _refuse, PtcError: _fail, Exception: _break},
        )
        self._app.router.redirect_slashes = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        await self._app(scope, receive, send)

    def is_followed(self, scope: Scope) -> bool:
        """Say whether a request comes from a client that is there for longer, and goes on with what it found."""
        return self._presences.is_there(scope)

    async def _openapi(self, _: Request) -> Response:
        return Json(document())

    async def _list_servers(self, request: Request) -> Response:
        view = await self._engine.describe(caller(request.scope))
        return Json({"servers": [_told(request, described.server_in_short(entry)) for entry in view.servers]})

    async def _list_tools(self, request: Request) -> Response:
        query = request.query_params.get("query")
        view = await self._engine.describe(caller(request.scope))
        if query is None:
            wanted = request.query_params.get("server")
            tools = list(view.server(wanted).tools if wanted is not None else view)
            told = [_told(request, described.tool_in_short(view, each)) for each in tools]
            return Json({"total": len(tools), "tools": told})
        hits = await self._engine.search(caller(request.scope), query, limit=_count(request, "limit", default=10))
        found = [_told(request, described.tool_in_short(view, hit.tool)) | {"score": hit.score} for hit in hits]
        return Json({"total": len(list(view)), "tools": found})

    async def _show_tool(self, request: Request) -> Response:
        view = await self._engine.describe(caller(request.scope))
        tool = find_tool(view, request.path_params["tool"], failure=self._engine.server_failure)
        if request.query_params.get("form") == "whole":
            return Json(to_json(tool))
        documentation = codegen.documentation(tool, view.server(tool.spec.server))
        return Json({"tool": _told(request, described.tool_in_full(view, tool, documentation=documentation))})

    async def _check(self, request: Request) -> Response:
        asked = await body(request, CheckBody)
        program = Program.of(asked.source, name=asked.name)
        report = await self._engine.check(program, caller(request.scope), strict=asked.strict, session=asked.session)
        return Json({"passed": report.passed, **to_json(report)})

    async def _shell(self, request: Request) -> Response:
        asked = await body(request, ShellBody)
        shell = await self._engine.shell(caller(request.scope))
        result = await shell.run(asked.command)
        return Json({"stdout": result.stdout, "stderr": result.stderr, "exit_code": result.exit_code})

    async def _complete_shell(self, request: Request) -> Response:
        asked = await body(request, UnfinishedBody)
        shell = await self._engine.shell(caller(request.scope))
        return Json({"words": shell.complete(asked.text)})

    async def _end_session(self, request: Request) -> Response:
        if not await self._engine.end_session(caller(request.scope), name := request.path_params["session"]):
            raise HTTPException(404, f"There is no session {name!r}.")
        return Response(status_code=204)

    async def _show_view(self, request: Request) -> Response:
        view = await self._engine.describe(owner(request))
        is_known = request.query_params.get("generation") == str(view.generation)
        return Json({"generation": view.generation, "view": None if is_known else to_json(_as_shown(view))})

    async def _warm(self, request: Request) -> Response:
        self._engine.warm_soon(owner(request))
        return Response(status_code=204)


def _told(request: Request, found: JsonObject) -> JsonObject:
    """Return what is told of a tool or server: where on this machine it is configured is its owner's matter."""
    return {key: value for key, value in found.items() if key != "origin" or access(request.scope).is_owner}


def _as_shown(view: View) -> View:
    """Return a view without how its servers are reached, of which secrets can be a part."""
    return replace(view, servers=tuple(replace(entry, config=_named(entry.config)) for entry in view.servers))


def _named(config: ServerConfig) -> ServerConfig:
    return ServerConfig(name=config.name, transport=config.transport, origin=config.origin)


def _count(request: Request, name: str, *, default: int) -> int:
    text = request.query_params.get(name, str(default))
    if not (text.isascii() and text.isdigit() and 0 < len(text) <= 4 and int(text) > 0):
        raise HTTPException(422, f"{name}: expected a whole number from 1 to 9999")
    return int(text)


async def _refuse(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    problem = {"message": error.detail, "hint": None, "exit_code": 2}
    return Json({"error": problem}, status_code=error.status_code, headers=error.headers)


async def _fail(_: Request, error: Exception) -> Response:
    assert isinstance(error, PtcError)
    problem = {"message": error.message, "hint": error.hint, "exit_code": error.exit_code}
    return Json({"error": problem}, status_code=_STATUSES.get(error.exit_code, 500))


async def _break(request: Request, error: Exception) -> Response:
    logger.error("%s %s failed", request.method, request.url.path, exc_info=error)
    problem = {"message": "ptc failed. This is a fault of ptc; its log says more.", "hint": None, "exit_code": 70}
    return Json({"error": problem}, status_code=500)
