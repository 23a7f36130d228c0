"""The tree that an agent explores, made of a view."""

from __future__ import annotations

import json
import weakref
from collections.abc import Mapping
from itertools import pairwise

import orjson

from ptc_cli.codegen.docs import documentation
from ptc_cli.codegen.examples import worked_program
from ptc_cli.codegen.readme import package_stub, readme, server_readme
from ptc_cli.codegen.runtime import runtime_stub
from ptc_cli.core.catalog import ServerEntry, View
from ptc_cli.core.jsonvalue import JsonObject
from ptc_cli.core.server import ToolSpec
from ptc_cli.core.stub import Face, StubTree, in_face


def tree(view: View, *, face: Face = "sync", modified_at: float = 0.0) -> StubTree:
    """Return the tree of a view: the same bytes for the same catalog, in whatever order it came.

    The files of a server depend on that server only, and are made once as long as its entry lives.
    """
    files = {
        "/README.md": readme(view, face),
        "/ptc.pyi": runtime_stub(face),
        "/tools/__init__.pyi": package_stub(view),
    }
    entries = sorted(view.servers, key=lambda entry: entry.stub.module)
    for entry in entries:
        files.update(_made.of(entry, face))
    for first, second in pairwise(entries):
        program = worked_program(first, second, face=face) or worked_program(second, first, face=face)
        if program is not None:
            files[f"/examples/{first.stub.module}_{second.stub.module}.py"] = program
    return StubTree(files=files, modified_at=modified_at)


def server_files(entry: ServerEntry, face: Face) -> Mapping[str, str]:
    """Return the files of one server, by path."""
    module = entry.stub.module
    files = {f"/tools/{module}.pyi": in_face(entry.stub.shown, face), f"/docs/{module}/README.md": server_readme(entry)}
    for tool in entry.tools:
        files[f"/docs/{module}/{tool.stub.name}.md"] = documentation(tool, entry, face=face)
        files[f"/schemas/{module}/{tool.stub.name}.json"] = wire_definition(tool.spec)
    return files


def wire_definition(spec: ToolSpec) -> str:
    """Return a tool as its server declares it, as JSON text."""
    claims = spec.annotations
    annotations = {
        "title": claims.title,
        "readOnlyHint": claims.read_only,
        "destructiveHint": claims.destructive,
        "idempotentHint": claims.idempotent,
        "openWorldHint": claims.open_world,
    }
    definition: JsonObject = {
        "name": spec.name,
        "title": spec.title,
        "description": spec.description,
        "inputSchema": spec.input_schema,
        "outputSchema": spec.output_schema,
        "annotations": {key: value for key, value in annotations.items() if value is not None} or None,
    }
    return _pretty({key: value for key, value in definition.items() if value is not None})


def _pretty(value: JsonObject) -> str:
    try:
        # json takes ten times as long to indent, half of what the tree of 5,000 tools may cost.
        return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode() + "\n"
    except TypeError:
        return json.dumps(value, indent=2) + "\n"


class _ByEntry:
    """The files of every entry that is alive, by face: a view is made anew for each caller, its entries are not."""

    def __init__(self) -> None:
        self._made: dict[tuple[int, Face], tuple[weakref.ref[ServerEntry], Mapping[str, str]]] = {}

    def of(self, entry: ServerEntry, face: Face) -> Mapping[str, str]:
        key = id(entry), face
        known = self._made.get(key)
        if known is not None and known[0]() is entry:
            return known[1]
        files = server_files(entry, face)
        self._made[key] = (weakref.ref(entry, lambda _: self._made.pop(key, None)), files)
        return files


_made = _ByEntry()
