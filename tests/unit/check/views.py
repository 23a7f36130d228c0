"""Views made by hand from stub text, as the generator would make them from a server's listing."""

from __future__ import annotations

import ast
from pathlib import Path

from ptc_cli.core.catalog import Caller, ServerEntry, View
from ptc_cli.core.server import Origin, RejectedTool, ServerConfig, ServerListing, ServerStatus, ToolSpec
from ptc_cli.core.stub import Face, Parameter, Stub, ToolStub

DATA = Path(__file__).parents[2] / "data" / "check"
CRM = (DATA / "crm_stub.txt").read_text()

SYNC_RUNTIME = """
from typing import Any

class ToolError(Exception):
    server: str
    tool: str

class ToolTimeout(ToolError): ...
class ToolDenied(ToolError): ...
class BudgetExceeded(Exception): ...

def progress(done: float, total: float | None = None, note: str = "") -> None: ...
def tools(server: str) -> list[str]: ...
def call(server: str, tool: str, arguments: dict[str, Any] | None = None) -> Any: ...
def read_resource(server: str, uri: str) -> Any: ...
"""


def runtime_stub(face: Face) -> str:
    """Return a text of `ptc.pyi`."""
    if face == "sync":
        return SYNC_RUNTIME
    return SYNC_RUNTIME.replace("def call", "async def call").replace("def read_", "async def read_")


def view_of(*servers: ServerEntry, caller: Caller | None = None, generation: int = 1) -> View:
    """Return a view of some servers."""
    return View(caller=caller or Caller(door="cli"), generation=generation, servers=servers)


def server(
    name: str,
    source: str,
    *,
    module: str | None = None,
    status: ServerStatus = "ok",
    reason: str | None = None,
    rejected: tuple[RejectedTool, ...] = (),
) -> ServerEntry:
    """Return a server whose stub has a source."""
    tools = tuple(_tool(node) for node in ast.parse(source).body if isinstance(node, ast.FunctionDef))
    classes = [node for node in ast.parse(source).body if isinstance(node, (ast.ClassDef, ast.Assign))]
    return ServerEntry(
        config=ServerConfig(name=name, transport="stdio", command="true", origin=Origin(path="<test>")),
        listing=ServerListing(
            server=name,
            status=status,
            reason=reason,
            rejected=rejected,
            tools=tuple(ToolSpec(server=name, name=tool.tool, input_schema={"type": "object"}) for tool in tools),
        ),
        stub=Stub(
            server=name,
            module=module or name,
            source=source,
            tools=tools,
            definitions={_name(node): ast.unparse(node) for node in classes},
        ),
    )


def _name(node: ast.ClassDef | ast.Assign) -> str:
    return node.name if isinstance(node, ast.ClassDef) else ast.unparse(node.targets[0])


def _tool(node: ast.FunctionDef) -> ToolStub:
    returns = ast.unparse(node.returns) if node.returns else "Any"
    return ToolStub(
        name=node.name,
        tool=node.name,
        digest="",
        parameters=tuple(
            [_parameter(each, is_required=True) for each in node.args.args]
            + [_parameter(each, is_required=False) for each in node.args.kwonlyargs]
        ),
        returns=returns,
        result_source="none" if returns == "Any" else "declared",
        signature=f"{node.name}({ast.unparse(node.args)}) -> {returns}",
        summary=ast.get_docstring(node) or "",
    )


def _parameter(node: ast.arg, *, is_required: bool) -> Parameter:
    annotation = ast.unparse(node.annotation) if node.annotation else "Any"
    return Parameter(name=node.arg, wire_name=node.arg.rstrip("_"), annotation=annotation, is_required=is_required)


CRM_VIEW = view_of(server("crm", CRM))
