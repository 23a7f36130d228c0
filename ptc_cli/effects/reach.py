"""The view, as names lead into it. A server's tools are looked at only when a program names the server."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ptc_cli.core.catalog import ServerEntry, Tool, View
from ptc_cli.effects.value import CALL, NOTHING, PACKAGE, PTC, READ, Value, Values

MOST_LISTED = 500
"""How many tools are listed for one that was let go; where there are more, what it reaches counts as unknown."""

_IN_PTC = {"call": CALL, "read_resource": READ}


class Reach:
    """What the names of a view lead to."""

    def __init__(self, view: View) -> None:
        self._entries = {entry.stub.module: entry for entry in view.servers}
        self._by_name = {entry.name: entry for entry in view.servers}
        self._functions: dict[str, Mapping[str, Tool]] = {}
        self._wire: dict[str, Mapping[str, Tool]] = {}

    def server(self, module: str) -> Values:
        """Return the module of a server, if there is one of that name."""
        return frozenset({Value("server", module)}) if module in self._entries else NOTHING

    def function(self, module: str, name: str) -> Values:
        """Return a function of a module, if it is a tool."""
        return frozenset({Value("tool", module, name)}) if name in self._functions_of(module) else NOTHING

    def attribute(self, values: Iterable[Value], name: str) -> Values:
        """Return what an attribute of any of these values can be."""
        found: set[Value] = set()
        for value in values:
            if value.kind == "server":
                found |= self.function(value.name, name)
            elif value.kind == "package":
                found |= self.server(name)
            elif value.kind == "ptc" and name in _IN_PTC:
                found.add(_IN_PTC[name])
        return frozenset(found)

    def imported(self, module: str, name: str) -> Values:
        """Return what `from module import name` gives."""
        if module == "tools":
            return self.server(name)
        if module == "ptc":
            return self.attribute((PTC,), name)
        package, _, server = module.partition(".")
        return self.function(server, name) if package == "tools" and server in self._entries else NOTHING

    def supplied(self, name: str) -> Values:
        """Return what a program is given that uses a name without importing it."""
        if name in ("tools", "ptc"):
            return frozenset({PACKAGE if name == "tools" else PTC})
        if name.startswith("mcp__"):
            return frozenset(found for entry in self._entries.values() if (found := self._flat(name, entry)))
        return self.server(name)

    def called(self, server: str, tool: str) -> Tool | None:
        """Return what `ptc.call` calls: servers and tools have their names there, or Python's."""
        entry = self._by_name.get(server) or self._entries.get(server)
        if entry is None:
            return None
        module = entry.stub.module
        if module not in self._wire:
            self._wire[module] = {each.spec.name: each for each in entry.tools}
        return self._wire[module].get(tool) or self._functions_of(module).get(tool)

    def tool(self, value: Value) -> Tool:
        """Return the tool of a value that is one."""
        return self._functions_of(value.name)[value.tool]

    def tools(self, module: str | None) -> list[Tool] | None:
        """Return all tools of a server, or of all servers; None for more than anyone reads."""
        entries = list(self._entries.values()) if module is None else [self._entries[module]]
        found: list[Tool] = []
        for entry in entries:
            if len(found) + len(entry.stub.tools) > MOST_LISTED:
                return None
            found += entry.tools
        return found

    def entry(self, tool: Tool) -> ServerEntry:
        """Return the server of a tool."""
        return self._entries[tool.module]

    def _functions_of(self, module: str) -> Mapping[str, Tool]:
        if module not in self._functions:
            self._functions[module] = {tool.stub.name: tool for tool in self._entries[module].tools}
        return self._functions[module]

    def _flat(self, name: str, entry: ServerEntry) -> Value | None:
        for server in (entry.stub.module, entry.name):
            prefix = f"mcp__{server}__"
            if name.startswith(prefix) and (tool := self.called(entry.name, name.removeprefix(prefix))):
                return Value("tool", tool.module, tool.stub.name)
        return None
