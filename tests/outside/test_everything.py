"""The reference server that has one of everything, behind us: each of its tools is called from a program."""

from __future__ import annotations

import json
from pathlib import Path

from ptc_cli.core.inquiry import InquiryKind
from tests.engines import CALLER, engine_over, run
from tests.outside.packages import node, script

FORMS: tuple[InquiryKind, ...] = ("form", "sampling", "roots")

ARGUMENTS: dict[str, str] = {
    "echo": "message='hello'",
    "get-sum": "a=2, b=3",
    "get-structured-content": "location='New York'",
    "get-annotated-message": "messageType='success', includeImage=True",
    "get-resource-reference": "resourceType='Text', resourceId=1",
    "get-resource-links": "count=2",
    "gzip-file-as-resource": "name='a.gz', data='data:text/plain;base64,aGVsbG8=', outputType='resource'",
    "trigger-long-running-operation": "duration=0.2, steps=2",
    "simulate-research-query": "topic='x'",
}
"""What each tool is called with, if with anything."""


TASKS = {"simulate-research-query"}
"""It runs as a task only: an extension of the protocol that the SDK does not have."""


async def test_every_tool_is_called_from_a_program(tmp_path: Path) -> None:
    everything = script("@modelcontextprotocol", "server-everything", "dist", "index.js")
    configuration = f"[servers.everything]\ncommand = {json.dumps(node())}\nargs = [{json.dumps(everything)}]\n"
    async with engine_over(tmp_path, configuration) as engine:
        view = await engine.describe(CALLER)
        tools = {tool.spec.name: tool.stub.name for tool in view}
        failed = {}
        for name, function in tools.items():
            result = await run(
                engine, f"from tools import everything\neverything.{function}({ARGUMENTS.get(name, '')})"
            )
            if result.status != "ok":
                failed[name] = (result.status, result.error, result.diagnostics)

    assert len(tools) > 8
    assert failed.keys() == TASKS & tools.keys(), failed
