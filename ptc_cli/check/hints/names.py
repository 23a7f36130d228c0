"""Names that do not exist: of tools, of servers, of modules, of variables."""

from __future__ import annotations

import builtins
import re
import sys

from ptc_cli.check.case import Case
from ptc_cli.check.hints.imports import import_of
from ptc_cli.check.hints.rule import Rule, listed, meant
from ptc_cli.check.severity import server_as_module
from ptc_cli.core.catalog import ServerEntry
from ptc_cli.core.names import identifier
from ptc_cli.core.suggest import did_you_mean

# What an agent sees beside programs, and is tempted to call inside one.
_OUR_TOOLS = frozenset({"list_functions", "search_functions", "get_function_details", "execute_bash", "execute_python"})

_BUILTINS = tuple(name for name in dir(builtins) if not name.startswith("_"))

RUNTIME = frozenset({"ToolError", "ToolTimeout", "ToolDenied", "BudgetExceeded", "progress", "read_resource"})
"""What `ptc` holds, under names that mean nothing else."""


def _no_tool(match: re.Match[str], case: Case) -> str | None:
    """A tool that its server does not have, as an attribute of the module or as an import from it."""
    module = match.groupdict().get("module") or case.remark.module
    entry = case.view.module(module) if module else None
    return _tool_of(entry, match["name"], case) if entry else _no_server(match, case)


def _tool_of(entry: ServerEntry, name: str, case: Case) -> str | None:
    module = entry.stub.module
    if module in case.checked.supplied and module in sys.stdlib_module_names:
        return f"Here '{module}' is the server. For the module of the standard library, add: import {module}"
    if entry.listing.status != "ok":
        reason = (entry.listing.reason or entry.listing.status).replace("\n", ". ")
        return f"The server '{entry.name}' offers no tools now: {reason}"
    if held := entry.held_tool(name):
        return held.hint
    rejected = next((tool for tool in entry.listing.rejected if name in (tool.name, identifier(tool.name))), None)
    if rejected is not None:
        return f"The tool cannot be used: {rejected.reason}"
    hyphened = next((tool for tool in entry.tools if tool.spec.name.startswith(f"{name}-")), None)
    if hyphened is not None:
        return f"A name has no '-' in Python: write {hyphened.path}"
    return meant(name, (tool.stub.name for tool in entry.tools), what="Tools", suggested=case.suggestions())


def _no_server(match: re.Match[str], case: Case) -> str | None:
    if not match.groupdict().get("module") and case.remark.module != "":
        return _shadowed(match["name"], case)
    owner = next((tool for tool in case.view if match["name"] in (tool.stub.name, tool.path)), None)
    if owner is not None:
        return f"It is a tool of the server '{owner.module}': from tools.{owner.module} import {owner.stub.name}"
    return meant(match["name"], _modules(case), what="Servers", suggested=case.suggestions()) or "There are no servers."


def _shadowed(name: str, case: Case) -> str | None:
    """A server's tool, wanted of the module that the program imported in the server's place."""
    module = case.remark.text.removesuffix(f".{name}")
    entry = case.view.module(module)
    if entry is None or module not in sys.stdlib_module_names or name not in (tool.stub.name for tool in entry.tools):
        return None
    return f"Here '{module}' is the module of the standard library. For the server, write: from tools import {module}"


def _no_module(match: re.Match[str], case: Case) -> str | None:
    package, _, name = match["name"].partition(".")
    if package == "tools":
        return meant(name, _modules(case), what="Servers")
    if server := server_as_module(case):
        return f"Servers are modules of the package 'tools': from tools import {server}"
    suggested = next(iter(case.suggestions()), None)
    if suggested:
        return f"Did you mean '{suggested}'?"
    return "Programs import the standard library and 'tools'; nothing else, unless [sandbox] python brings it."


def _no_name(match: re.Match[str], case: Case) -> str | None:
    name = match["name"]
    if name in _OUR_TOOLS:
        return f"'{name}' is a tool of its own, not a function: no program can call it."
    if name in RUNTIME:
        return f"Add: from ptc import {name}"
    owners = [tool.path for tool in case.view if name in (tool.stub.name, f"{tool.module}__{tool.stub.name}")]
    if owners:
        return f"Call it through its server: {owners[0]}(...)" if len(owners) == 1 else listed(owners, what="Tools")
    if lacking := import_of(name):
        return f"Add: {lacking}"
    if name in sys.stdlib_module_names:
        return f"Add: import {name}"
    source = next((note for note in case.remark.notes if "Suggestion:" in note), None)
    if source:
        return f"Add: {source.partition('Suggestion: ')[2].strip(chr(34) + '()')}"
    flat = [f"mcp__{tool.module}__{tool.stub.name}" for tool in case.view] if name.startswith("mcp__") else []
    known = [*_modules(case), *case.checked.names, *flat, *_BUILTINS]
    return did_you_mean(name, known) or f"It is no variable and no server. {_servers(case)}"


def _servers(case: Case) -> str:
    return listed(_modules(case), what="Servers") or "None is configured: ptc servers add NAME -- COMMAND ARGS"


def _modules(case: Case) -> list[str]:
    return [entry.stub.module for entry in case.view.servers]


NAME_RULES = (
    Rule(pattern=re.compile(r'^Module "tools\.(?P<module>\w+)" has no attribute "(?P<name>\w+)"'), say=_no_tool),
    Rule(pattern=re.compile(r'^Module "(?P<module>tools)" has no attribute "(?P<name>\w+)"'), say=_no_server),
    Rule(pattern=re.compile(r'^Module has no attribute "(?P<name>\w+)"'), say=_no_tool),
    Rule(pattern=re.compile(r'library stub for module named "(?P<name>[\w.]+)"'), say=_no_module),
    Rule(pattern=re.compile(r'^Library stubs not installed for "(?P<name>[\w.]+)"'), say=_no_module),
    Rule(pattern=re.compile(r'^Name "(?P<name>\w+)" is not defined'), say=_no_name),
)
