"""Every tool with its stub, and the part of it that one caller may see."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from ptc_cli.core.errors import QuarantinedError, ToolNotFoundError
from ptc_cli.core.held import HeldBack
from ptc_cli.core.jsonvalue import digest
from ptc_cli.core.names import identifier
from ptc_cli.core.server import ServerConfig, ServerListing, ToolSpec
from ptc_cli.core.stub import Stub, ToolStub
from ptc_cli.core.suggest import did_you_mean

Door = Literal["cli", "repl", "shell", "mcp", "http", "api"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who asks."""

    door: Door
    token: str | None = None
    """The name of the token that was shown, never the token."""

    session: str | None = None
    servers: tuple[str, ...] = ("*",)
    """Globs over the names of the servers that the caller may see."""

    tools: tuple[str, ...] = ("*",)
    """Globs over `server.tool`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A tool and its stub: what it is, and how a program calls it."""

    spec: ToolSpec
    stub: ToolStub
    module: str

    @property
    def path(self) -> str:
        """How a program names it, such as `github.search_issues`."""
        return f"{self.module}.{self.stub.name}"


@dataclass(frozen=True, kw_only=True)
class ServerEntry:
    """A configured server, what it offered, and the stub made of it."""

    config: ServerConfig
    listing: ServerListing
    """Without what is held back."""

    stub: Stub
    held: tuple[HeldBack, ...] = ()
    """What it offers besides, for people to be told of; whoever names such a tool is told why there is none."""

    @property
    def name(self) -> str:
        """The server's name in the configuration."""
        return self.config.name

    @cached_property
    def tools(self) -> tuple[Tool, ...]:
        """The tools that can be called, in the server's order; of several that have one name, the first."""
        stubs = {stub.tool: stub for stub in self.stub.tools}
        return tuple(
            Tool(spec=spec, stub=stubs.pop(spec.name), module=self.stub.module)
            for spec in self.listing.tools
            if spec.name in stubs
        )

    @cached_property
    def tool_by_name(self) -> Mapping[str, Tool]:
        """Each tool by the name of its function, and by its wire name, which goes before."""
        backwards = self.tools[::-1]
        return {tool.stub.name: tool for tool in backwards} | {tool.spec.name: tool for tool in backwards}

    def held_tool(self, name: str) -> HeldBack | None:
        """Return a tool that is held back by its wire name or, as a program would, by the identifier of that."""
        return next((each for each in self.held if each.tool and name in (each.tool, identifier(each.tool))), None)


@dataclass(frozen=True, kw_only=True)
class Catalog:
    """Every server, as of one moment. A snapshot: a change makes a new one with the next generation."""

    generation: int
    servers: tuple[ServerEntry, ...]

    def server(self, name: str) -> ServerEntry | None:
        """Return a server by its name in the configuration."""
        return next((entry for entry in self.servers if entry.name == name), None)

    @property
    def eras(self) -> Mapping[str, str]:
        """The protocol revision that each server spoke when it was last asked: finding out anew costs seconds."""
        return {entry.name: version for entry in self.servers if (version := entry.listing.protocol_version)}


@dataclass(frozen=True, kw_only=True)
class View:
    """The catalog as one caller may see it, plus what is the caller's own.

    Tree, search, checker, hints, errors and gate take a view, never the catalog: a name that is not in here does not
    exist for the caller. Entries are already cut to the tools the caller may see.
    """

    caller: Caller
    generation: int
    servers: tuple[ServerEntry, ...]

    def __iter__(self) -> Iterator[Tool]:
        for entry in self.servers:
            yield from entry.tools

    def server(self, name: str) -> ServerEntry:
        """Return a server by its configured name or, where no server has that, by its module's name.

        Raises:
            ToolNotFoundError: The view has no such server.
        """
        if name in self._by_name:
            return self._by_name[name]
        names = [entry.name for entry in self.servers]
        hint = did_you_mean(name, names) or _known("Servers", names)
        raise ToolNotFoundError(f"no server '{name}'", hint=hint)

    def tool(self, server: str, name: str) -> Tool:
        """Return a tool by its wire name or its function's name.

        Raises:
            ToolNotFoundError: The view has no such server, or the server no such tool.
            QuarantinedError: The tool is held back.
        """
        entry = self.server(server)
        if name in entry.tool_by_name:
            return entry.tool_by_name[name]
        if held := entry.held_tool(name):
            raise QuarantinedError(held.message, hint=held.hint)
        names = [tool.spec.name for tool in entry.tools]
        reason = f": {entry.listing.reason}" if entry.listing.reason and not names else ""
        hint = did_you_mean(name, names) or (_known("Tools", names) if names else None)
        raise ToolNotFoundError(f"server '{entry.name}': no tool '{name}'{reason}", hint=hint)

    def find(self, path: str) -> Tool:
        """Return a tool by `server.tool`, wire names or Python names; server names may hold dots.

        Raises:
            ToolNotFoundError: There is no such tool in the view, or the path names none.
            QuarantinedError: The tool is held back.
        """
        for entry in self.servers:
            for prefix in (entry.name, entry.stub.module):
                if path.startswith(f"{prefix}.") and len(path) > len(prefix) + 1:
                    return self.tool(entry.name, path[len(prefix) + 1 :])
        server, dot, tool = path.partition(".")
        if not dot or not tool:
            raise ToolNotFoundError(f"'{path}' does not name a tool", hint=self._meant(path))
        return self.tool(server, tool)

    def _meant(self, name: str) -> str:
        """Return what a tool's name without its server, or with it joined some other way, was meant for."""
        for tool in self:
            whole = f"mcp__{tool.spec.server}__{tool.spec.name}"
            if name in (tool.spec.name, tool.stub.name, whole.removeprefix("mcp__"), whole):
                return f"Did you mean '{tool.path}'?"
        return "Write SERVER.TOOL, such as github.get_issue."

    @cached_property
    def _by_name(self) -> Mapping[str, ServerEntry]:
        return {entry.stub.module: entry for entry in self.servers} | {entry.name: entry for entry in self.servers}

    @cached_property
    def digest(self) -> str:
        """SHA-256 over the stubs that a program is checked against."""
        return digest({entry.stub.module: entry.stub.digest for entry in self.servers})

    def module(self, name: str) -> ServerEntry | None:
        """Return the server whose module has a name, or whose name has that identifier."""
        by_module = {entry.stub.module: entry for entry in self.servers}
        return by_module.get(name) or by_module.get(identifier(name))


def _known(what: str, names: list[str], most: int = 20) -> str:
    if not names:
        return f"{what}: none. Add a server with: ptc servers add NAME -- COMMAND"
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return f"{what}: {', '.join(sorted(names)[:most])}{more}."
