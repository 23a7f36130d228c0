"""What the host tells a confined process to run."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

Face: TypeAlias = Literal["sync", "async"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """One tool as the program calls it."""

    name: str
    tool: str
    positional: tuple[str, ...]
    renamed: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """One server as the program imports it."""

    module: str
    server: str
    functions: tuple[Function, ...]
    types: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One program, and what it may use."""

    source: str
    name: str
    face: Face
    seed: int
    input: str | None
    supplied: tuple[str, ...]
    servers: tuple[Server, ...] = field(repr=False)
    value_bytes: int
    keep: tuple[str, ...]
    """Globs over paths in the workspace."""

    artifact_bytes: int

    @classmethod
    def of(cls, frame: dict[str, Any]) -> Job:
        """Return the job that a frame from the host holds."""
        return cls(
            source=frame["source"],
            name=frame["name"],
            face=frame["face"],
            seed=frame["seed"],
            input=frame["input"],
            supplied=tuple(frame["supplied"]),
            servers=tuple(_server(data) for data in frame["bindings"]),
            value_bytes=frame["value_bytes"],
            keep=tuple(frame["keep"]),
            artifact_bytes=frame["artifact_bytes"],
        )


def _server(data: dict[str, Any]) -> Server:
    return Server(
        module=data["module"],
        server=data["server"],
        functions=tuple(_function(each) for each in data["functions"]),
        types=tuple(data["types"]),
    )


def _function(data: dict[str, Any]) -> Function:
    return Function(name=data["name"], tool=data["tool"], positional=tuple(data["positional"]), renamed=data["renamed"])
