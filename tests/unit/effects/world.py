"""A view, and stand-ins for its tools that note who calls them: what programs do, to compare with what was foreseen."""

from __future__ import annotations

import contextlib
import io
import random
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import ModuleType

from ptc_cli.core.program import unbound_names
from ptc_cli.core.server import ToolAnnotations
from ptc_cli.effects import effects
from tests.unit.views import entry, spec, view

VIEW = view(
    entry(
        "github",
        [
            spec("github", "search", annotations=ToolAnnotations(read_only=True, open_world=True)),
            spec("github", "delete", annotations=ToolAnnotations(destructive=True)),
            spec("github", "create-issue", annotations=ToolAnnotations(read_only=False)),
        ],
    ),
    entry("slack", [spec("slack", "post"), spec("slack", "read")]),
    entry("my-mail", [spec("my-mail", "send")]),
)

SERVERS = {each.stub.module: [tool.stub.name for tool in each.tools] for each in VIEW.servers}


@dataclass(slots=True)
class World:
    """A process of its own making, as far as a program can tell: `tools`, `ptc`, and globals that last."""

    names: dict[str, object] = field(default_factory=lambda: {"__name__": "__main__"})
    calls: list[tuple[str, int]] = field(default_factory=list)
    modules: dict[str, ModuleType] = field(default_factory=dict)

    def __post_init__(self) -> None:
        tools, ptc = ModuleType("tools"), ModuleType("ptc")
        tools.__path__ = []
        tools.__dict__["__all__"] = list(SERVERS)
        ptc.__dict__.update(call=self._call, read_resource=lambda *_: None, tools=lambda name: SERVERS[name])
        self.modules = {"tools": tools, "ptc": ptc}
        for module, functions in SERVERS.items():
            made = self.modules[f"tools.{module}"] = tools.__dict__[module] = ModuleType(f"tools.{module}")
            made.__dict__.update({name: self._tool(f"{module}.{name}") for name in functions})

    def run(self, source: str) -> None:
        """Run a program; what it raises is its own affair."""
        self.calls.clear()
        given = {name: module for name, module in self.modules.items() if "." not in name}
        given |= {name.removeprefix("tools."): module for name, module in self.modules.items() if "." in name}
        given |= {
            f"mcp__{module}__{name}": self.modules[f"tools.{module}"].__dict__[name]
            for module, functions in SERVERS.items()
            for name in functions
        }
        for name in unbound_names(source) & given.keys():
            self.names.setdefault(name, given[name])
        before = {name: sys.modules.get(name) for name in self.modules}
        sys.modules.update(self.modules)
        try:
            with contextlib.suppress(Exception), contextlib.redirect_stdout(io.StringIO()):
                exec(compile(source, "<program>", "exec"), self.names)  # of the tests' own making
        finally:
            for name, module in before.items():
                if module is None:
                    sys.modules.pop(name, None)
                else:
                    sys.modules[name] = module

    def _tool(self, path: str) -> object:
        def tool(*_: object, **__: object) -> list[dict[str, object]]:
            self._note(path)
            return [{"id": 1, "name": "x", "flag": random.random() < 0.5}]

        return tool

    def _call(self, server: str, tool: str, arguments: object = None) -> None:
        self._note(VIEW.tool(server, tool).path)

    def _note(self, path: str) -> None:
        frame = sys._getframe(2)  # as the worker tells the line that calls
        while frame.f_back is not None and frame.f_code.co_filename != "<program>":
            frame = frame.f_back
        self.calls.append((path, frame.f_lineno))


def surprises(sources: Sequence[str]) -> list[str]:
    """Return what the last of some programs did that was not foreseen."""
    world = World()
    for source in sources:
        world.run(source)
    foreseen = effects(sources[-1], VIEW, earlier=sources[:-1])
    known = {each.path: each for each in foreseen.tools}
    found = [
        f"{path} from line {line}" for path, line in world.calls if path not in known and line not in foreseen.unknown
    ]
    for (path, line), count in Counter(world.calls).items():
        if count > 1 and path in known and not known[path].is_repeated and line not in foreseen.unknown:
            found.append(f"{path} from line {line} {count} times")
    return found


def called(source: str) -> set[str]:
    """Return the tools that a program calls."""
    world = World()
    world.run(source)
    return {path for path, _ in world.calls}


def listed(source: str, *earlier: str) -> set[str]:
    """Return the tools that a program can reach, as far as they can be named."""
    return {each.path for each in effects(source, VIEW, earlier=earlier).tools}
