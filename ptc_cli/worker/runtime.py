"""The module `ptc`, as a program sees it, and the values and errors that calls give."""

from __future__ import annotations

import base64
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any, TypeAlias

from ptc_cli.worker.channel import Channel, Frame
from ptc_cli.worker.exact import JsonValue
from ptc_cli.worker.job import Job

_NOTE_CHARACTERS = 1000

Result: TypeAlias = "JsonValue | Content | list[str | Content]"
Call: TypeAlias = Callable[[Frame], "Result | Awaitable[Result]"]
"""Carry a call, in the face of the program."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A block of a tool's answer that is not just text."""

    type: str
    text: str | None = None
    data: bytes | None = None
    mime_type: str | None = None
    uri: str | None = None
    name: str | None = None

    def __repr__(self) -> str:
        shown = {"mime_type": self.mime_type, "uri": self.uri, "name": self.name, "text": self.text}
        parts = [f"{name}={value!r}" for name, value in shown.items() if value is not None]
        size = [] if self.data is None else [f"data=<{len(self.data)} bytes>"]
        return f"Content({', '.join([f'type={self.type!r}', *parts, *size])})"


class CallError(Exception):
    """A call that has no value."""

    def __init__(self, message: str, *, server: str, tool: str, frame: Frame) -> None:
        super().__init__(message)
        self.server = server
        self.tool = tool
        self.kind: str = frame["failure"]
        self.text: str = frame["text"]
        self.content = [content(block) for block in frame["content"]]


class ToolError(CallError):
    """A tool that failed, was refused, or could not be reached."""


class ToolTimeout(ToolError):  # noqa: N818  # the name that programs know
    """A tool that did not answer in time."""


class ToolDenied(ToolError):  # noqa: N818
    """A call that policy, or a person, said no to."""


class BudgetExceeded(CallError):  # noqa: N818
    """A budget of the run is used up. Not a `ToolError`: a retry loop must not swallow it."""


_ERRORS: dict[str, type[CallError]] = {"timeout": ToolTimeout, "denied": ToolDenied, "budget": BudgetExceeded}

for _type in (Content, ToolError, ToolTimeout, ToolDenied, BudgetExceeded):
    # What tracebacks call them.
    _type.__module__ = "ptc"


def content(block: dict[str, Any]) -> str | Content:
    """Return a content block as a program gets it: text as `str`."""
    if block["type"] == "text":
        return str(block["text"])
    data = block["data"]
    return Content(**{**block, "data": None if data is None else base64.b64decode(data)})


def written(value: object) -> object:
    """Return a block as MCP writes it, and a list with the blocks in it so; anything else as it is."""
    if type(value) is list:
        return [_written(item) for item in value]
    return _written(value)


def _written(value: object) -> object:
    if type(value) is not Content:
        return value
    data = {} if not isinstance(value.data, bytes) else {"data": base64.b64encode(value.data).decode()}
    kind = {"mimeType": value.mime_type} if value.mime_type is not None else {}
    match value.type:
        case "resource":
            held = {"blob": data["data"]} if data else {"text": value.text or ""}
            return {"type": "resource", "resource": {"uri": value.uri or "", **kind, **held}}
        case "resource_link":
            said = {"description": value.text} if value.text is not None else {}
            return {
                "type": "resource_link",
                "uri": value.uri or "",
                "name": value.name or value.uri or "",
                **kind,
                **said,
            }
        case _:
            return {"type": value.type, **data, **kind}


def result(call: Frame, answer: Frame) -> Result:
    """Return the value that a call has, or raise the error that it has instead.

    Raises:
        CallError: The call failed.
    """
    if "failure" in answer:
        error = _ERRORS.get(answer["failure"], ToolError)
        raise error(answer["message"], server=call["server"], tool=call["tool"], frame=answer)
    if "content" not in answer:
        value: JsonValue = answer["value"]
        return value
    # The text of a resource stands alone; a text that a tool embeds as a resource has its address.
    is_read = call.get("method") == "resources/read"
    found = [_text_of(block) if is_read else content(block) for block in answer["content"]]
    return found[0] if len(found) == 1 else found


def _text_of(block: dict[str, Any]) -> str | Content:
    return content(block) if block["text"] is None else str(block["text"])


def module(job: Job, channel: Channel, call: Call) -> ModuleType:
    """Return the module `ptc` for one program."""
    ptc = ModuleType("ptc", "The program's own surroundings: errors, progress, and calls by name.")
    for kind in (Content, ToolError, ToolTimeout, ToolDenied, BudgetExceeded):
        setattr(ptc, kind.__name__, kind)
    for function in (*_calls(call), _progress(channel), _tools(job)):
        function.__module__ = "ptc"
        setattr(ptc, function.__name__, function)
    ptc.__dict__["input"] = None if job.input is None else json.loads(job.input)
    return ptc


def _calls(call: Call) -> tuple[Callable[..., object], ...]:
    def call_(server: str, tool: str, arguments: dict[str, object] | None = None) -> object:
        """Call a tool by name."""
        return call({"method": "tools/call", "server": server, "tool": tool, "arguments": arguments or {}})

    def read_resource(server: str, uri: str) -> object:
        """Read a resource of a server."""
        return call({"method": "resources/read", "server": server, "tool": uri, "arguments": {}})

    call_.__name__ = call_.__qualname__ = "call"
    return call_, read_resource


def _progress(channel: Channel) -> Callable[..., None]:
    def progress(done: float, total: float | None = None, note: str | None = None) -> None:
        """Say how far the program is."""
        amounts = {"done": float(done), "total": None if total is None else float(total)}
        channel.send({"kind": "progress", **amounts, "note": str(note or "")[:_NOTE_CHARACTERS]})

    return progress


def _tools(job: Job) -> Callable[[str], list[str]]:
    def tools(server: str) -> list[str]:
        """Return the names of a server's tools, as functions are named."""
        for each in job.servers:
            if server in (each.server, each.module):
                return [function.name for function in each.functions]
        raise LookupError(
            f"no server {server!r}; there are: {', '.join(each.server for each in job.servers) or 'none'}"
        )

    return tools
