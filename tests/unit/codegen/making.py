"""Servers, views and mypy runs for the tests of the generator."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from ptc_cli.codegen import render, runtime_stub
from ptc_cli.core.catalog import Caller, ServerEntry, View
from ptc_cli.core.jsonvalue import JsonObject
from ptc_cli.core.learned import LearnedResult
from ptc_cli.core.names import module_names
from ptc_cli.core.server import Origin, ServerConfig, ServerListing, ToolAnnotations, ToolConfig, ToolSpec
from ptc_cli.core.stub import Stub

SCHEMAS = Path(__file__).parents[2] / "data" / "schemas"
OUTSIDE = Path(os.environ.get("PTC_OUTSIDE_DATA", Path(__file__).parents[4] / "shared" / "data" / "outside"))


def config(name: str = "demo", tools: Mapping[str, ToolConfig] | None = None) -> ServerConfig:
    return ServerConfig(name=name, transport="stdio", tools=tools or {}, origin=Origin(path="ptc.toml"))


def listing(*tools: ToolSpec, server: str = "demo", instructions: str = "") -> ServerListing:
    return ServerListing(server=server, status="ok", tools=tools, instructions=instructions)


def tool(
    name: str = "act",
    schema: JsonObject | None = None,
    *,
    result: JsonObject | None = None,
    description: str = "",
    server: str = "demo",
    annotations: ToolAnnotations | None = None,
) -> ToolSpec:
    return ToolSpec(
        server=server,
        name=name,
        description=description,
        input_schema={"type": "object"} if schema is None else schema,
        output_schema=result,
        annotations=annotations or ToolAnnotations(),
    )


def takes(**parameters: object) -> JsonObject:
    """Return an input schema of required parameters."""
    return {"type": "object", "properties": dict(parameters), "required": list(parameters)}


def stub_of(*tools: ToolSpec, module: str = "demo") -> Stub:
    return render(config(), listing(*tools), module=module)


def stub_with(learned: Mapping[str, LearnedResult], *tools: ToolSpec) -> Stub:
    """Return a stub with what was learned of some tools' results."""
    return render(config(), listing(*tools), module="demo", learned=learned)


def entry(
    name: str, *tools: ToolSpec, instructions: str = "", settings: Mapping[str, ToolConfig] | None = None
) -> ServerEntry:
    configured, offered = config(name, settings), listing(*tools, server=name, instructions=instructions)
    module = module_names([name])[name]
    return ServerEntry(config=configured, listing=offered, stub=render(configured, offered, module=module))


def view(*entries: ServerEntry) -> View:
    return View(caller=Caller(door="cli"), generation=1, servers=entries)


def recorded(path: Path) -> list[ToolSpec]:
    """Return the tools that a real server listed."""
    data = json.loads(path.read_text())
    return [_recorded(data["server"], each) for each in data["tools"]]


def _recorded(server: str, each: JsonObject) -> ToolSpec:
    claims = each.get("annotations") or {}
    return ToolSpec(
        server=server,
        name=each["name"],
        title=each.get("title"),
        description=each.get("description") or "",
        input_schema=each["inputSchema"],
        output_schema=each.get("outputSchema"),
        annotations=ToolAnnotations(
            title=claims.get("title"),
            read_only=claims.get("readOnlyHint"),
            destructive=claims.get("destructiveHint"),
            idempotent=claims.get("idempotentHint"),
            open_world=claims.get("openWorldHint"),
        ),
    )


def real_schemas() -> list[Path]:
    return [*sorted(SCHEMAS.glob("*.json")), *sorted((OUTSIDE / "schemas").glob("*.json"))]


def real_entries() -> list[ServerEntry]:
    return [entry(tools[0].server, *tools) for tools in map(recorded, real_schemas())]


def write_package(folder: Path, stubs: Iterable[Stub], *, shown: bool = False) -> None:
    """Write stubs as a package that mypy finds beside a program; asked to, with what was learned."""
    (folder / "tools").mkdir(parents=True, exist_ok=True)
    stubs = list(stubs)
    for stub in stubs:
        (folder / "tools" / f"{stub.module}.pyi").write_text(stub.shown if shown else stub.source)
    lines = [f"from . import {stub.module} as {stub.module}\n" for stub in stubs]
    (folder / "tools" / "__init__.pyi").write_text("".join(lines))
    (folder / "ptc.pyi").write_text(runtime_stub("sync"))


def mypy_errors(*files: Path) -> list[str]:
    """Return what mypy says under `--strict`, a line each."""
    options = ["--strict", "--no-incremental", "--config-file=", "--no-error-summary", "--hide-error-context"]
    # Not through mypy.api: that changes the recursion limit and the collector of the process it runs in.
    command = [sys.executable, "-m", "mypy", *options, *map(str, files)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
    assert run.returncode in (0, 1), run.stderr + run.stdout
    return [line for line in run.stdout.splitlines() if ": error:" in line]


def wrong_lines(folder: Path, lines: list[str]) -> dict[int, str]:
    """Return mypy's first error by 0-based line of a program over the package in a folder; stubs must have none."""
    program = folder / "program.py"
    program.write_text("\n".join(lines) + "\n")
    errors: dict[int, str] = {}
    for error in mypy_errors(program):
        path, line, message = error.split(":", 2)
        assert path.endswith("program.py"), error
        errors.setdefault(int(line) - 1, message)
    return errors
