"""What a program can ask of whatever runs it, besides calling tools."""

from collections.abc import Mapping
from typing import Any, Literal

input: Any
"""The JSON value that the program was started with; None if there was none."""

class Content:
    """One block of a tool's answer that is not plain text: an image, audio, a resource, or a link to one."""

    type: Literal["text", "image", "audio", "resource", "resource_link"]
    text: str | None
    data: bytes | None
    mime_type: str | None
    uri: str | None
    name: str | None

class ToolError(Exception):
    """A tool that failed, or could not be called."""

    server: str
    tool: str
    text: str
    """The server's own words."""

    content: list[Content | str]
    """The blocks of its answer; text blocks are `str`."""

    kind: str
    """`error`, `invalid`, `not-found`, `denied`, `timeout`, `unavailable` or `cancelled`."""

class ToolTimeout(ToolError):
    """A call that took longer than it may. The server may have done its work all the same."""

class ToolDenied(ToolError):
    """A call that policy, or a person, did not allow."""

class BudgetExceeded(Exception):
    """One of the run's budgets is used up: no further call will succeed. Not a `ToolError`."""

def progress(done: float, total: float | None = None, note: str | None = None) -> None:
    """Tell whoever waits for the program how far it is."""

def tools(server: str) -> list[str]:
    """Return the names of a server's tools, as functions are named."""

def call(server: str, tool: str, arguments: Mapping[str, Any] | None = None) -> Any:
    """Call a tool whose name is only known now; its arguments are not type-checked."""

def read_resource(server: str, uri: str) -> Any:
    """Read a resource of a server: text as `str`, anything else as `Content`, several as a list."""
