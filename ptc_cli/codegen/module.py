"""One server as a module of stubs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ptc_cli.codegen.composer import Composer
from ptc_cli.codegen.definitions import TYPING_NAMES, Definitions
from ptc_cli.codegen.function import NotAnObjectError, Workshop, tool_stub, with_learned
from ptc_cli.codegen.text import docstring, learned_from, one_line
from ptc_cli.core.learned import LearnedResult
from ptc_cli.core.names import identifiers
from ptc_cli.core.server import RejectedTool, ServerConfig, ServerListing, ToolSpec
from ptc_cli.core.stub import Stub, ToolStub

MAX_NAME_BYTES = 200
"""The longest name of a tool: its documentation is a file of that name."""

TYPE_WORDS = frozenset({"str", "int", "float", "bool", "list", "dict", "tuple"})

TAKEN = frozenset({*TYPING_NAMES, "builtins", "README"})
"""Names that no function can have: what the module imports, and the file beside its documentation."""


_NOTHING_LEARNED: Mapping[str, LearnedResult] = {}


def render(
    config: ServerConfig,
    listing: ServerListing,
    *,
    module: str,
    learned: Mapping[str, LearnedResult] = _NOTHING_LEARNED,
) -> Stub:
    """Return a server's tools as a module; a tool that cannot be one is rejected with the reason.

    The same for the same tools in any order, but for the order of the functions. What was learned of results, by wire
    name, counts where nothing else says the type, and only for a tool that is as it was then.
    """
    usable, rejected = _usable(listing.tools)
    names = identifiers(usable, taken=TAKEN)
    definitions = Definitions([*TAKEN, *names.values()])
    workshop = Workshop(definitions, Composer(definitions, frozenset(names.values()) & TYPE_WORDS))
    made: dict[str, ToolStub] = {}
    for wire in sorted(usable):
        mark = definitions.mark()
        try:
            made[wire] = tool_stub(usable[wire], config.tool(wire), names[wire], workshop)
        except NotAnObjectError as error:
            rejected.append(RejectedTool(name=wire, reason=str(error)))
        except Exception as error:  # noqa: BLE001  one tool's schema must not take down the other tools
            rejected.append(RejectedTool(name=wire, reason=f"its schema cannot be read: {type(error).__name__}"))
        if wire not in made:
            definitions.forget_since(mark)
    plain = tuple(made[wire] for wire in usable if wire in made)
    shown = _with_learned(plain, learned, workshop)
    used = definitions.sources(name for tool in shown for name in tool.types)
    return Stub(
        server=config.name,
        module=module,
        source=_source(listing, plain, _without_learned(plain, used)),
        learned_source=None if shown == plain else _source(listing, shown, used),
        tools=shown,
        definitions=used,
        rejected=tuple(rejected),
    )


def _with_learned(
    plain: tuple[ToolStub, ...], learned: Mapping[str, LearnedResult], workshop: Workshop
) -> tuple[ToolStub, ...]:
    """Return tools with the result types that were learned; made last, they change no other type's name."""
    if not learned:
        return plain
    made: dict[str, ToolStub] = {}
    for stub in sorted(plain, key=lambda stub: stub.tool):
        known = learned.get(stub.tool)
        fits = known is not None and stub.result_source == "none" and known.digest == stub.digest
        made[stub.tool] = with_learned(stub, known, workshop) if known is not None and fits else stub
    return tuple(made[stub.tool] for stub in plain)


def _without_learned(plain: tuple[ToolStub, ...], used: Mapping[str, str]) -> Mapping[str, str]:
    """Return definitions with `Any` for each that only a learned result needs: a program may name it all the same."""
    declared = {name for tool in plain for name in tool.types}
    return {name: source if name in declared else f"{name}: TypeAlias = Any\n" for name, source in used.items()}


def _usable(tools: Iterable[ToolSpec]) -> tuple[dict[str, ToolSpec], list[RejectedTool]]:
    usable: dict[str, ToolSpec] = {}
    rejected: list[RejectedTool] = []
    for spec in tools:
        if not spec.name:
            rejected.append(RejectedTool(name=spec.name, reason="it has no name"))
        elif len(spec.name.encode("utf-8", "surrogatepass")) > MAX_NAME_BYTES:
            reason = f"its name has more than {MAX_NAME_BYTES} bytes"
            rejected.append(RejectedTool(name=spec.name[:40] + "…", reason=reason))
        elif spec.name in usable:
            rejected.append(RejectedTool(name=spec.name, reason="the server lists this name twice; the first is used"))
        else:
            usable[spec.name] = spec
    return usable, rejected


def _source(listing: ServerListing, tools: tuple[ToolStub, ...], definitions: Mapping[str, str]) -> str:
    imports = _imports("\n".join([*definitions.values(), *(tool.signature for tool in tools)]))
    body = "\n".join([*definitions.values(), *map(_function, tools)])
    return "".join([docstring(_headline(listing, len(tools))), "\n", imports, "\n" if body else "", body])


def _headline(listing: ServerListing, count: int) -> str:
    server = one_line(listing.server, 80)
    if listing.status != "ok" and not count:
        return f"MCP server '{server}' has no tools here: {one_line(listing.reason or listing.status, 200)}"
    return f"Tools of the MCP server '{server}': {count}."


def _imports(code: str) -> str:
    """Return the imports that some code needs; a name inside a literal may add one too many, which does no harm."""
    names = [name for name in TYPING_NAMES if name in code]
    lines = ["import builtins"] if "builtins." in code else []
    lines += [f"from typing import {', '.join(names)}"] if names else []
    return "".join(f"\n{line}" for line in lines) + "\n" if lines else ""


def _function(tool: ToolStub) -> str:
    line = docstring_line(tool)
    return f"def {tool.signature}:\n    {docstring(line)}\n" if line else f"def {tool.signature}: ...\n"


def docstring_line(tool: ToolStub) -> str:
    """Return what a tool does, and whether its result type is known."""
    note = {"none": "Result undeclared.", "learned": f"Result {learned_from(tool.learned_from)}."}.get(
        tool.result_source, ""
    )
    stop = "" if not note or not tool.summary or tool.summary[-1] in ".!?…:" else "."
    return f"{tool.summary}{stop} {note}".strip()
