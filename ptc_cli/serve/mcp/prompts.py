"""Prompts: one of ours that teaches the workflow, and in sidecar mode those of upstreams."""

from __future__ import annotations

import mcp_types as types
from mcp.shared.exceptions import MCPError
from pydantic import ValidationError

from ptc_cli.core.catalog import Caller
from ptc_cli.core.errors import PtcError
from ptc_cli.core.result import Result
from ptc_cli.engine import Engine, Run
from ptc_cli.serve.mcp.answer import sendable
from ptc_cli.serve.mcp.extras import described, passed_on_within
from ptc_cli.serve.mcp.offered import Offer, home_of, offers
from ptc_cli.serve.mcp.peer import Peer
from ptc_cli.serve.mcp.rounds import Responses, Rounds
from ptc_cli.serve.mcp.sidecar import Names
from ptc_cli.serve.mcp.texts import Mode, lesson

LESSON = types.Prompt(
    name="write_program",
    title="Do a task with one program",
    description="How to do a task with one program that calls many tools",
    arguments=[types.PromptArgument(name="task", description="What is to be done")],
)


class Prompts:
    """The prompts of one mode, listed, got, and their arguments completed."""

    def __init__(self, engine: Engine, mode: Mode, names: Names) -> None:
        self._engine = engine
        self._mode: Mode = mode
        self._names: Names = names
        self._rounds: Rounds[types.GetPromptResult] = Rounds(
            answer_seconds=lambda: engine.settings.policy.ask_timeout_seconds
        )

    async def list(self, caller: Caller) -> types.ListPromptsResult:
        """Return all prompts that a caller has."""
        found = [
            each
            for offer in await self._offers(caller)
            if (each := described(types.Prompt, offer.definition)) is not None
        ]
        return types.ListPromptsResult(prompts=[LESSON, *found])

    async def get(
        self, name: str, arguments: dict[str, str], caller: Caller, peer: Peer, given: Responses
    ) -> types.GetPromptResult | types.InputRequiredResult:
        """Return a prompt, filled in.

        Raises:
            MCPError: There is no such prompt, or its server does not give it.
        """
        if name == LESSON.name:
            text = types.TextContent(type="text", text=sendable(lesson(self._mode, arguments.get("task", ""))))
            return types.GetPromptResult(messages=[types.PromptMessage(role="user", content=text)])
        offer = next((each for each in await self._offers(caller) if each.served == name), None)
        if offer is None:
            raise MCPError(types.INVALID_PARAMS, "no such prompt; prompts/list has those there are")
        run = await self._engine.call(
            caller,
            offer.server,
            offer.original,
            dict(arguments),
            method="prompts/get",
            can_ask=peer.can_ask,
            answers=peer.answers,
        )
        return await self._rounds.follow(run, peer, lambda ended: _got(run, ended), given=given)

    async def resume(
        self, name: str, responses: Responses, peer: Peer
    ) -> types.GetPromptResult | types.InputRequiredResult:
        """Go on with a prompt that waited for its client.

        Raises:
            MCPError: It has gone on, or is over.
        """
        resumed = await self._rounds.resume(name, responses, peer)
        if resumed is None:
            raise MCPError(types.INVALID_PARAMS, "this prompt has gone on, or is over; get it again")
        return resumed

    async def complete(self, params: types.CompleteRequestParams, caller: Caller) -> types.CompleteResult:
        """Return how an argument may go on; nothing where nobody knows."""
        asked = params.model_dump(by_alias=True, mode="json", exclude_none=True)
        asked.pop("_meta", None)
        home = await self._home(params.ref, caller)
        if home is None:
            return _no_completion()
        key = "name" if isinstance(params.ref, types.PromptReference) else "uri"
        asked["ref"][key] = home[1]
        try:
            answered = passed_on_within(await self._engine.complete(caller, home[0], asked))
            return types.CompleteResult.model_validate(answered)
        except (PtcError, ValidationError):
            return _no_completion()

    async def _home(
        self, ref: types.PromptReference | types.ResourceTemplateReference, caller: Caller
    ) -> tuple[str, str] | None:
        if isinstance(ref, types.PromptReference):
            offer = next((each for each in await self._offers(caller) if each.served == ref.name), None)
            return None if offer is None else (offer.server, offer.original)
        if self._mode != "sidecar":
            return None
        found = await self._engine.offers(caller)
        return home_of(ref.uri, offers(found, "templates", self._names), [each.server for each in found])

    async def _offers(self, caller: Caller) -> tuple[Offer, ...]:
        if self._mode != "sidecar":
            return ()
        found = offers(await self._engine.offers(caller), "prompts", self._names)
        return tuple(each for each in found if each.served != LESSON.name)


def _got(run: Run, ended: Result) -> types.GetPromptResult:
    returned = run.returned
    if returned is None:
        raise MCPError(types.INTERNAL_ERROR, f"the prompt was {ended.status}")
    if returned.failure is not None:
        raise MCPError(types.INVALID_PARAMS, sendable(str(returned.failure)))
    try:
        return types.GetPromptResult.model_validate(passed_on_within(returned.value))
    except ValidationError as error:
        raise MCPError(types.INTERNAL_ERROR, "its server gave something that is no prompt") from error


def _no_completion() -> types.CompleteResult:
    return types.CompleteResult(completion=types.Completion(values=[]))
