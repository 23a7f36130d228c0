"""What a call of a tool does: our own tools, and those of the view passed through. Each is one verb of the engine."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import TypeAlias

import mcp_types as types
from mcp.shared.exceptions import MCPError
from mcp_types.version import HANDSHAKE_PROTOCOL_VERSIONS

from ptc_cli.core.catalog import Caller, Tool, View
from ptc_cli.core.event import Warned
from ptc_cli.core.execution import Execution
from ptc_cli.core.jsonvalue import JsonObject
from ptc_cli.core.limits import Limits
from ptc_cli.core.program import Program
from ptc_cli.core.result import Result, cut_text
from ptc_cli.core.suggest import did_you_mean
from ptc_cli.engine import Engine, Run
from ptc_cli.serve.mcp.answer import answer, sendable, structured
from ptc_cli.serve.mcp.content import content_block, misfit, text_result, tool_result
from ptc_cli.serve.mcp.listing import details, found, list_functions
from ptc_cli.serve.mcp.peer import Peer
from ptc_cli.serve.mcp.rounds import Responses, Rounds
from ptc_cli.serve.mcp.sidecar import Names, definition, exposed
from ptc_cli.serve.mcp.surface import OWN_TOOLS, SEARCH_LIMIT, complaint, own_tools
from ptc_cli.serve.mcp.texts import Mode, one_line
from ptc_cli.shell import ShellSession

SHELL_BYTES = 30_000

_KEPT_OF_NAME = 60
_HANDLE = "this session is '{name}': give that name with the programs that are to share its variables"

RUN_META_KEY = "ptc/run"
"""Where a result names its run, for `ptc runs show`; models do not see it."""

GONE = "The run that these answers are for has gone on without them, or is over. Start again, without requestState."

Answered: TypeAlias = types.CallToolResult | types.InputRequiredResult


class Tools:
    """The tools of one mode, listed and called."""

    def __init__(self, engine: Engine, mode: Mode, names: Names = "prefixed") -> None:
        self._engine = engine
        self._mode: Mode = mode
        self._names: Names = names
        self._rounds: Rounds[types.CallToolResult] = Rounds(
            answer_seconds=lambda: engine.settings.policy.ask_timeout_seconds
        )

    async def list(self, caller: Caller, protocol_version: str) -> list[types.Tool]:
        """Return the definitions of all tools that a caller has in this mode."""
        own = own_tools(self._mode, self._engine.settings.serve.descriptions)
        if self._mode != "sidecar":
            return [*own]
        tools = exposed(await self._engine.describe(caller), self._names)
        return [*(definition(name, tool, protocol_version) for name, tool in tools.items()), *own]

    async def call(self, name: str, arguments: JsonObject, caller: Caller, peer: Peer, given: Responses) -> Answered:
        """Carry out a call; a name or arguments that do not exist are a result that says so."""
        if name in OWN_TOOLS[self._mode]:
            wrong = complaint(name, arguments)
            return text_result(wrong, is_error=True) if wrong else await self._own(name, arguments, caller, peer)
        view = await self._engine.describe(caller)
        tools = exposed(view, self._names) if self._mode == "sidecar" else {}
        if name in tools:
            return await self._pass_through(tools[name], arguments, caller, peer, given)
        hint = _hint(name, view, tools, OWN_TOOLS[self._mode])
        return text_result(f"no tool '{one_line(name)}'\n{hint}", is_error=True)

    async def resume(self, name: str, responses: Responses, peer: Peer) -> Answered:
        """Go on with a run that waited for its client, by the name that it was given."""
        return await self._rounds.resume(name, responses, peer) or text_result(GONE, is_error=True)

    async def _own(self, name: str, arguments: JsonObject, caller: Caller, peer: Peer) -> Answered:
        match name:
            case "list_functions":
                return text_result(list_functions(await self._engine.describe(caller), **arguments))
            case "search_functions":
                return await self._search(arguments, caller)
            case "get_function_details":
                view, tree = await self._engine.describe(caller), await self._engine.tree(caller)
                text, any_found = details(view, arguments["functions"], tree)
                return text_result(text, is_error=not any_found)
            case "execute_bash":
                return await self._bash(arguments["command"], caller)
            case _:
                return await self._python(arguments, caller, peer)

    async def _search(self, arguments: JsonObject, caller: Caller) -> types.CallToolResult:
        view, tree = await self._engine.describe(caller), await self._engine.tree(caller)
        hits = await self._engine.search(caller, arguments["query"], limit=arguments.get("limit", SEARCH_LIMIT))
        return text_result(found(hits, _count(view), tree, arguments.get("detail", "signature")))

    async def _bash(self, command: str, caller: Caller) -> types.CallToolResult:
        shell = await self._engine.shell(caller)
        if caller.session is None:
            # A request of its own, as in 2026-07-28 over HTTP: it must not stand where somebody else's went.
            shell.session = ShellSession()
        result = await shell.run(command)
        status = f"[exit status {result.exit_code}]" if result.exit_code else ""
        parts = (cut_text(text, SHELL_BYTES).rstrip("\n") for text in (result.stdout, result.stderr, status))
        return text_result("\n".join(part for part in parts if part))

    async def _python(self, arguments: JsonObject, caller: Caller, peer: Peer) -> Answered:
        program = Program.of(arguments["code"])
        limits = _limits(self._engine.settings.sandbox.limits, arguments.get("timeout"))
        session = self._session(arguments.get("session"), caller)
        execution = replace(Execution.of(program, caller=caller, limits=limits), session=session)
        run = await self._engine.start(execution, can_ask=peer.can_ask, answers=peer.answers)
        if session is not None and session != arguments["session"]:
            run.emit(Warned(message=_HANDLE.format(name=session)))
        return await self._rounds.follow(run, peer, lambda result: self._told(result, run.execution))

    def _told(self, result: Result, execution: Execution) -> types.CallToolResult:
        """Return how a program ended."""
        output_bytes = execution.limits.output_bytes
        folder = self._engine.run_folder(execution.caller, result.run) if self._mode == "filesystem" else None
        told = answer(result, execution.program, output_bytes=output_bytes, folder=folder)
        text = [types.TextContent(type="text", text=told.text)] if told.text else []
        wants_structure = self._engine.settings.serve.structured_results
        return types.CallToolResult(
            content=[*text, *map(content_block, told.content)],
            structured_content=structured(result, output_bytes=output_bytes) if wants_structure else None,
            is_error=told.is_error,
            _meta={RUN_META_KEY: result.run},
        )

    def _session(self, name: str | None, caller: Caller) -> str | None:
        """Return the session that a client means.

        Clients whose requests stand alone cannot be told apart, and two may choose one name: a new session of theirs
        gets a name that nobody guesses.
        """
        if name is None or caller.session is not None or name in self._engine.sessions(caller):
            return name
        return f"{name[:_KEPT_OF_NAME]}-{secrets.token_hex(8)}"

    async def _pass_through(
        self, tool: Tool, arguments: JsonObject, caller: Caller, peer: Peer, given: Responses
    ) -> Answered:
        server, name = tool.spec.server, tool.spec.name
        run = await self._engine.call(caller, server, name, arguments, can_ask=peer.can_ask, answers=peer.answers)
        version = peer.protocol_version
        return await self._rounds.follow(run, peer, lambda result: _passed(run, result, tool, version), given=given)


def _passed(run: Run, ended: Result, tool: Tool, protocol_version: str) -> types.CallToolResult:
    """Return what came back from a tool."""
    if run.returned is None:
        return text_result(f"{tool.path}: the call was {ended.status}", is_error=True)
    failure = run.returned.failure
    if failure is not None and failure.lacks is not None and protocol_version not in HANDSHAKE_PROTOCOL_VERSIONS:
        raise MCPError(types.MISSING_REQUIRED_CLIENT_CAPABILITY, sendable(failure.message), failure.lacks)
    is_declared = definition("", tool, protocol_version).output_schema is not None
    odd = misfit(run.returned) if is_declared else None
    return odd or tool_result(run.returned, protocol_version)


def _hint(name: str, view: View, tools: Mapping[str, Tool], own: tuple[str, ...]) -> str:
    """Say what to do about a name that is none, above all where it is a function's."""
    for tool in view:
        if name in (tool.path, tool.spec.name, f"{tool.spec.server}__{tool.spec.name}"):
            offered = next((key for key, value in tools.items() if value is tool), None)
            in_program = f"{tool.path} is a function: call it in a program, with execute_python."
            return f"Did you mean '{offered}'?" if offered else in_program
    more = f", and {len(tools)} more of the servers" if tools else ""
    return did_you_mean(name[:200], [*tools, *own]) or f"The tools are: {', '.join(own)}{more}."


def _count(view: View) -> int:
    return sum(len(entry.tools) for entry in view.servers)


def _limits(limits: Limits, timeout: float | None) -> Limits:
    return limits if timeout is None else replace(limits, wall_seconds=float(timeout))
