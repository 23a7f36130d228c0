"""What can be asked at `/v1`, and the OpenAPI document that says so (OpenAPI 3.1.0)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args

from pydantic import TypeAdapter

from ptc_cli import __version__
from ptc_cli.core.check import CheckReport
from ptc_cli.core.event import Event, Happening
from ptc_cli.core.jsonvalue import JsonObject
from ptc_cli.core.result import Result
from ptc_cli.serve.rest.bodies import (
    BODIES,
    AnswerBody,
    CallBody,
    CheckBody,
    ReplyBody,
    RunBody,
    ShellBody,
    UnfinishedBody,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One request that is answered."""

    id: str
    method: Literal["GET", "POST", "DELETE"]
    path: str
    summary: str
    body: type | None = None
    answer: str | None = None
    """The name of a schema, of what the answer holds."""

    query: tuple[str, ...] = ()
    streams: bool = False
    """Whether the answer can be events as they come, when `text/event-stream` is accepted."""


OPERATIONS = (
    Operation(id="openapi", method="GET", path="/v1/openapi.json", summary="This document"),
    Operation(id="list_servers", method="GET", path="/v1/servers", summary="The servers, and how each is"),
    Operation(
        id="list_tools",
        method="GET",
        path="/v1/tools",
        summary="All tools, those of a server, or those that fit a query best",
        query=("server", "query", "limit"),
    ),
    Operation(
        id="show_tool", method="GET", path="/v1/tools/{tool:path}", summary="One tool, with its stub and schemas"
    ),
    Operation(
        id="call_tool",
        method="POST",
        path="/v1/tools/{tool:path}/calls",
        summary="Call a tool directly",
        body=CallBody,
        answer="Run",
        streams=True,
    ),
    Operation(
        id="check",
        method="POST",
        path="/v1/check",
        summary="What is wrong with a program, without running it",
        body=CheckBody,
        answer="CheckReport",
    ),
    Operation(
        id="start_run",
        method="POST",
        path="/v1/runs",
        summary="Check a program, run it if it passes, and wait for its end; a client that goes away ends it",
        body=RunBody,
        answer="Run",
        streams=True,
    ),
    Operation(id="list_runs", method="GET", path="/v1/runs", summary="The runs that go on, and the last that ended"),
    Operation(
        id="show_run", method="GET", path="/v1/runs/{run}", summary="How far a run is, or how it ended", answer="Run"
    ),
    Operation(
        id="follow_run",
        method="GET",
        path="/v1/runs/{run}/events",
        summary="The events of a run, from any of them on, as they come",
        answer="Event",
        query=("after",),
        streams=True,
    ),
    Operation(id="cancel_run", method="POST", path="/v1/runs/{run}/cancel", summary="End a run", answer="Run"),
    Operation(
        id="reply_run",
        method="POST",
        path="/v1/runs/{run}/replies",
        summary="Answer what a server asks in a run",
        body=ReplyBody,
    ),
    Operation(
        id="answer_run",
        method="POST",
        path="/v1/runs/{run}/answers",
        summary="Answer a question of a run",
        body=AnswerBody,
    ),
    Operation(id="get_file", method="GET", path="/v1/runs/{run}/files/{path:path}", summary="A file that a run kept"),
    Operation(
        id="shell",
        method="POST",
        path="/v1/shell",
        summary="One command line over the tree of stubs",
        body=ShellBody,
    ),
    Operation(
        id="complete_shell",
        method="POST",
        path="/v1/shell/completions",
        summary="What the last word of a command line may become",
        body=UnfinishedBody,
    ),
    Operation(
        id="end_session", method="DELETE", path="/v1/sessions/{session}", summary="Forget the names of a session"
    ),
    Operation(
        id="show_view",
        method="GET",
        path="/v1/view",
        summary="All that a prompt completes from, unless that generation is known; on the user's own socket",
        query=("generation",),
    ),
    Operation(
        id="be_present",
        method="GET",
        path="/v1/presence",
        summary="Keep this client's sessions until this request ends, and no longer; on the user's own socket",
        streams=True,
    ),
    Operation(
        id="warm",
        method="POST",
        path="/v1/warm",
        summary="Begin to make checker and sandbox ready; on the user's own socket",
    ),
)

_REF = "#/components/schemas/{model}"


@cache
def document() -> JsonObject:
    """Return the document."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "ptc",
            "version": __version__,
            "description": "Programs over tools: describe, check, run. Failures are `{error: {message, hint}}`.",
        },
        "security": [{"token": []}, {}],
        "paths": _paths(),
        "components": {"schemas": _schemas(), "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
    }


def _paths() -> JsonObject:
    paths: JsonObject = {}
    for operation in OPERATIONS:
        paths.setdefault(_template(operation.path), {})[operation.method.lower()] = _operation(operation)
    return paths


def _template(path: str) -> str:
    return path.replace(":path}", "}")


def _operation(operation: Operation) -> JsonObject:
    in_path = [_parameter(name, "path") for name in re.findall(r"\{(\w+)", operation.path)]
    made: JsonObject = {
        "operationId": operation.id,
        "summary": operation.summary,
        "parameters": [*in_path, *(_parameter(name, "query") for name in operation.query)],
        "responses": {"200": _answered(operation), "default": {"description": "A failure", **_json(_ref("Failure"))}},
    }
    if operation.body is not None:
        made["requestBody"] = {"required": True, **_json(_ref(operation.body.__name__))}
    return made


def _parameter(name: str, place: Literal["path", "query"]) -> JsonObject:
    kind = "integer" if name in ("limit", "after", "generation") else "string"
    return {"name": name, "in": place, "required": place == "path", "schema": {"type": kind}}


def _answered(operation: Operation) -> JsonObject:
    schema = _ref(operation.answer) if operation.answer else {}
    content = {} if operation.id == "follow_run" else _json(schema)["content"]
    if operation.streams:
        content = {**content, "text/event-stream": {"schema": {"type": "string", "description": "Of `Event`s"}}}
    return {"description": operation.summary, "content": content}


def _json(schema: JsonObject) -> JsonObject:
    return {"content": {"application/json": {"schema": schema}}}


def _ref(name: str) -> JsonObject:
    return {"$ref": _REF.format(model=name)}


def _schemas() -> JsonObject:
    given = [(kind, "validation", TypeAdapter(kind)) for kind in BODIES]
    told = [(kind, "serialization", TypeAdapter(kind)) for kind in (CheckReport, Event, Result)]
    _, definitions = TypeAdapter.json_schemas([*given, *told], ref_template=_REF)  # type: ignore[list-item]
    schemas: JsonObject = definitions["$defs"]
    for name in (kind.__name__ for kind in get_args(Happening)):
        schemas[name]["properties"]["kind"] = {"const": name}
    return {
        **schemas,
        "Run": {
            "type": "object",
            "properties": {
                "run": {"type": "string"},
                "state": {"type": "string"},
                "result": {"anyOf": [_ref("Result"), {"type": "null"}]},
                "questions": {"type": "array", "items": _ref("Question")},
            },
            "required": ["run", "state", "result", "questions"],
        },
        "Failure": {
            "type": "object",
            "properties": {
                "error": {
                    "type": "object",
                    "properties": {
                        "message": {"type": "string"},
                        "hint": {"type": ["string", "null"]},
                        "exit_code": {"type": "integer"},
                    },
                    "required": ["message", "hint", "exit_code"],
                }
            },
            "required": ["error"],
        },
    }
