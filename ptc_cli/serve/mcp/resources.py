"""What clients can read: the tree of stubs, the caller's own runs, and in sidecar mode the resources of upstreams."""

from __future__ import annotations

import base64
from urllib.parse import quote, unquote

import mcp_types as types
from mcp.shared.exceptions import MCPError

from ptc_cli.core.catalog import Caller
from ptc_cli.core.result import Result
from ptc_cli.engine import Engine, Run
from ptc_cli.serve.mcp.answer import sendable
from ptc_cli.serve.mcp.content import resource_contents
from ptc_cli.serve.mcp.extras import described, passed_on
from ptc_cli.serve.mcp.offered import Offer, home_of, offers
from ptc_cli.serve.mcp.peer import Peer
from ptc_cli.serve.mcp.rounds import Responses, Rounds
from ptc_cli.serve.mcp.sidecar import Names
from ptc_cli.serve.mcp.texts import Mode

TREE, RUNS = "ptc://tree/", "ptc://runs/"
PAGE = 500
"""How many are listed at once."""


class Resources:
    """The resources of one mode, listed and read."""

    def __init__(self, engine: Engine, mode: Mode, names: Names) -> None:
        self._engine = engine
        self._mode = mode
        self._names: Names = names
        self._rounds: Rounds[types.ReadResourceResult] = Rounds(
            answer_seconds=lambda: engine.settings.policy.ask_timeout_seconds
        )

    async def list(self, caller: Caller, cursor: str | None) -> types.ListResourcesResult:
        """Return a page of all resources that a caller has."""
        found = [*await self._tree(caller), *await self._runs(caller), *await self._of_upstreams(caller)]
        start = _start(cursor)
        more = str(start + PAGE) if len(found) > start + PAGE else None
        return types.ListResourcesResult(resources=found[start : start + PAGE], next_cursor=more)

    async def templates(self, caller: Caller) -> types.ListResourceTemplatesResult:
        """Return the templates of resources."""
        ours = types.ResourceTemplate(
            uri_template=f"{RUNS}{{run}}/{{file}}", name="run", description="A file of one of your own runs"
        )
        found = [] if self._mode != "sidecar" else await self._offers(caller, templates=True)
        known = [each for offer in found if (each := described(types.ResourceTemplate, offer.definition)) is not None]
        return types.ListResourceTemplatesResult(resource_templates=[ours, *known])

    async def read(
        self, uri: str, caller: Caller, peer: Peer, given: Responses
    ) -> types.ReadResourceResult | types.InputRequiredResult:
        """Return what a resource holds.

        Raises:
            MCPError: There is no such resource, or it cannot be read.
        """
        own = await self._own(uri, caller)
        if own is not None:
            return types.ReadResourceResult(contents=[_content(uri, own)])
        home = await self.home(uri, caller)
        run = await self._engine.call(
            caller, *home, {}, method="resources/read", can_ask=peer.can_ask, answers=peer.answers
        )
        return await self._rounds.follow(run, peer, lambda ended: _read(uri, run, ended), given=given)

    async def home(self, uri: str, caller: Caller) -> tuple[str, str]:
        """Return the server that a resource belongs to, and its address there.

        Raises:
            MCPError: It belongs to none.
        """
        home = None
        if self._mode == "sidecar":
            view = await self._engine.describe(caller)
            known = [*await self._offers(caller), *await self._offers(caller, templates=True)]
            home = home_of(uri, known, [entry.name for entry in view.servers])
        if home is None:
            raise _unknown(uri)
        return home

    async def source(self, uri: str, caller: Caller) -> tuple[str, str]:
        """Return the server that tells when a resource changes, and its address there.

        Raises:
            MCPError: None does.
        """
        if uri.startswith((TREE, RUNS)):
            raise MCPError(types.INVALID_PARAMS, "nobody tells of ptc's own resources one by one, only of their list")
        return await self.home(uri, caller)

    async def resume(
        self, name: str, responses: Responses, peer: Peer
    ) -> types.ReadResourceResult | types.InputRequiredResult:
        """Go on with a reading that waited for its client.

        Raises:
            MCPError: It has gone on, or is over.
        """
        resumed = await self._rounds.resume(name, responses, peer)
        if resumed is None:
            raise MCPError(types.INVALID_PARAMS, "this reading has gone on, or is over; read again")
        return resumed

    async def _own(self, uri: str, caller: Caller) -> bytes | None:
        if uri.startswith(TREE):
            text = (await self._engine.tree(caller)).files.get("/" + unquote(uri.removeprefix(TREE)))
            return None if text is None else text.encode("utf-8", "replace")
        if uri.startswith(RUNS):
            run, _, name = uri.removeprefix(RUNS).partition("/")
            return (await self._engine.run_files(caller, run)).get(unquote(name))
        return None

    async def _tree(self, caller: Caller) -> tuple[types.Resource, ...]:
        files = (await self._engine.tree(caller)).files
        return tuple(
            types.Resource(uri=f"{TREE}{quote(path[1:])}", name=path, mime_type=_mime_type(path), size=_size(text))
            for path, text in files.items()
        )

    async def _runs(self, caller: Caller) -> tuple[types.Resource, ...]:
        listed = [
            types.Resource(uri=f"{RUNS}{run}/{quote(name)}", name=f"run {run}: {name}", size=len(content))
            for run in reversed(self._engine.recent_runs(caller))
            for name, content in (await self._engine.run_files(caller, run)).items()
        ]
        return tuple(listed)

    async def _of_upstreams(self, caller: Caller) -> tuple[types.Resource, ...]:
        found = await self._offers(caller) if self._mode == "sidecar" else ()
        return tuple(each for offer in found if (each := described(types.Resource, offer.definition)) is not None)

    async def _offers(self, caller: Caller, *, templates: bool = False) -> tuple[Offer, ...]:
        return offers(await self._engine.offers(caller), "templates" if templates else "resources", self._names)


def _read(uri: str, run: Run, ended: Result) -> types.ReadResourceResult:
    returned = run.returned
    if returned is None:
        raise MCPError(types.INTERNAL_ERROR, f"the reading was {ended.status}", {"uri": uri})
    if returned.failure is not None:
        raise MCPError(types.INVALID_PARAMS, sendable(str(returned.failure)), {"uri": uri})
    if not returned.content:
        raise _unknown(uri)
    contents = [resource_contents(block, address=uri) for block in returned.content]
    return types.ReadResourceResult(contents=contents, _meta=passed_on(returned.meta) or None)


def _content(uri: str, content: bytes) -> types.TextResourceContents | types.BlobResourceContents:
    try:
        return types.TextResourceContents(uri=uri, mime_type=_mime_type(uri), text=content.decode())
    except UnicodeDecodeError:
        return types.BlobResourceContents(uri=uri, blob=base64.b64encode(content).decode())


def _mime_type(path: str) -> str:
    kinds = {"md": "text/markdown", "json": "application/json", "py": "text/x-python", "pyi": "text/x-python"}
    return kinds.get(path.rpartition(".")[2], "text/plain")


def _size(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "replace"))


def _start(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if not cursor.isascii() or not cursor.isdigit() or len(cursor) > 9:
        raise MCPError(types.INVALID_PARAMS, "that cursor is none of ours")
    return int(cursor)


def _unknown(uri: str) -> MCPError:
    return MCPError(types.INVALID_PARAMS, "no such resource; resources/list has those there are", {"uri": uri})
