"""One remark of the type checker, beside the view and the program that it is about."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ptc_cli.check.annotations import Key, definitions_of, keys_of
from ptc_cli.check.wire import Checked, Remark
from ptc_cli.core.catalog import Tool, View
from ptc_cli.core.stub import Parameter, Stub

ARGUMENT = re.compile(
    r'Argument (?:"(?P<name>\w+)"|(?P<number>\d+)) to "(?P<function>[^"]+)"(?: of "(?P<owner>[^"]*)")? '
    r'has incompatible type (?P<actual>.+); expected "(?P<expected>.*)"',
    re.DOTALL,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What there is to know when a remark is judged and put into words."""

    remark: Remark
    checked: Checked
    view: View

    @property
    def tool(self) -> Tool | None:
        """The tool that is called at the place, or whose result the place is about."""
        calls = self.remark.calls
        named = next((path for path in calls if f'"{path.partition(".")[2]}"' in self.remark.message), None)
        path = named or next(iter(calls), None) or self.remark.origin
        return self._tool(path) if path else None

    def _tool(self, path: str) -> Tool | None:
        server, _, name = path.partition(".")
        entry = self.view.module(server)
        return next((tool for tool in entry.tools if tool.stub.name == name), None) if entry else None

    @property
    def definitions(self) -> Mapping[str, str]:
        """Source of the classes and aliases that messages may name, those of the tool's own server first."""
        tool = self.tool
        entries = sorted(self.view.servers, key=lambda entry: tool is None or entry.stub.module != tool.module)
        found: dict[str, str] = {}
        for entry in entries:
            found = {**self._definitions(entry.stub), **found}
        return found

    def _definitions(self, stub: Stub) -> Mapping[str, str]:
        is_learned = self.remark.basis == "learned" and stub.learned_source is not None
        return definitions_of(stub.learned_source) if is_learned and stub.learned_source else stub.definitions

    def keys(self, name: str) -> Mapping[str, Key]:
        """Return the keys of a `TypedDict` by its name."""
        return keys_of(name, self.definitions) or {}

    def argument(self) -> re.Match[str] | None:
        """Return what the remark says of an argument of the tool that is called."""
        match = ARGUMENT.fullmatch(self.remark.message)
        tool = self.tool
        is_tools = match is not None and tool is not None and match["function"] == tool.stub.name
        return match if is_tools and self.remark.calls else None

    def parameter(self) -> Parameter | None:
        """Return the tool's parameter that the remark is about."""
        match, tool = self.argument(), self.tool
        if match is None or tool is None:
            return None
        parameters = tool.stub.parameters
        if match["name"]:
            return next((parameter for parameter in parameters if parameter.name == match["name"]), None)
        position = int(match["number"]) - 1
        is_starred = match["actual"].startswith('"*')
        return None if is_starred or position >= len(parameters) else parameters[position]

    def suggestions(self) -> Iterator[str]:
        """Yield the names that the type checker itself thinks were meant."""
        for text in (self.remark.message, *self.remark.notes):
            _, found, rest = text.partition("; maybe ")
            if not found:
                _, found, rest = text.lower().replace("; did you", "did you").partition("did you mean ")
                rest = text[len(text) - len(rest) :]
            yield from re.findall(r'"([^"]+)"', rest) if found else ()
