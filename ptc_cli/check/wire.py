"""What goes between the checker and its processes: JSON, one line a message."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from ptc_cli.core.check import Severity
from ptc_cli.core.codec import from_json, to_json
from ptc_cli.core.stub import Face

Basis = Literal["written", "inferred", "doubtful", "learned"]
"""What a remark rests on: the program as it is written; what it leaves open and all its calls and returns show, or only
some of them; learned result types."""


CHECK_SECONDS = 5.0
"""How long a process may compute for one request. Not by the clock: what other processes do must change no verdict."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedStub:
    """A stub with learned result types."""

    text: str
    tools: tuple[str, ...]
    """The functions whose types were learned: a program without one is not checked against it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Boot:
    """Make ready for programs against these stubs. The first request, and given once."""

    modules: Mapping[str, str]
    """Stub text by module of the `tools` package."""

    runtime: str
    """Text of `ptc.pyi`."""

    cache: str | None
    """The folder that caches are kept in; None for none."""

    python: str | None
    """The interpreter whose packages programs may import; None for the standard library only."""

    learned: Mapping[str, LearnedStub] = field(default_factory=dict)
    """By module, where anything was learned."""

    stubs: str = ""
    """The digest of all these stubs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """Some stubs are different from now on."""

    changed: Mapping[str, str] = field(default_factory=dict)
    removed: tuple[str, ...] = ()
    learned: Mapping[str, LearnedStub] = field(default_factory=dict)
    """Those with learned result types that are new or different."""

    forgotten: tuple[str, ...] = ()
    """Modules for which nothing is learned any more."""

    stubs: str = ""
    """The digest of all stubs as they are then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastEntry:
    """A program that passed and ran in a session."""

    source: str
    aliases: Mapping[str, str]
    ended_well: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What ran in a session before a program, or the part of it that the process may not hold yet."""

    session: str
    count: int
    """How many entries there are."""

    first: int = 0
    """How many there are before those that follow."""

    entries: tuple[PastEntry, ...] = ()
    is_face_fixed: bool = False
    """Whether the session has a face, which is then the one asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """Check a program."""

    source: str
    face: Face
    """The face of the stubs; a program of the other face is only told apart."""

    aliases: Mapping[str, str]
    """Tools such as `crm.get_contact`, by the `mcp__server__tool` names that the program may use for them."""

    past: Past | None = None
    stubs: str = ""
    """The digest of the stubs to check against: a process that holds others must not answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a checker process is asked."""

    body: Boot | Update | Check
    number: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """One remark of the type checker, with what the program's syntax tells about the place."""

    line: int
    column: int
    end_line: int
    end_column: int
    severity: Severity
    message: str
    code: str | None = None
    notes: tuple[str, ...] = ()
    """What the type checker added on its own lines."""

    calls: tuple[str, ...] = ()
    """The tools whose calls hold the place, such as `crm.get_contact`, the innermost first."""

    holders: tuple[int, ...] = ()
    """Numbers of the calls, of tools or not, in whose arguments the place is; the innermost first."""

    origin: str | None = None
    """The tool whose result the place is about."""

    module: str | None = None
    """The server's module that the place takes a name from; empty for the package `tools`."""

    text: str = ""
    """The program's text at the place, cut to something short."""

    is_store: bool = False
    """Whether the place is assigned to."""

    is_record: bool = False
    """Whether the place is an item of a `dict` that the program wrote out."""

    basis: Basis = "written"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """The answer to `Boot`."""

    checker: Literal["warm", "cold"]
    used_cache: bool
    seconds: float
    failures: tuple[str, ...] = ()
    """What the self-test found wrong; then the checker is cold."""

    version: str = ""
    """mypy's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Updated:
    """The answer to `Update`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """The answer to `Check`."""

    face: Face
    face_line: int | None
    """The line that makes the program async."""

    supplied: tuple[str, ...] = ()
    remarks: tuple[Remark, ...] = ()
    stored: tuple[str, ...] = ()
    """Names of the attributes that the program assigns to, or an earlier entry did."""

    stored_keys: tuple[str, ...] = ()
    """Keys that the program puts into dicts, or an earlier entry did."""

    names: tuple[str, ...] = ()
    """Names that the program and earlier entries bind, where one may have been misspelt."""

    lacks_from: int | None = None
    """How many entries of the session the process holds, if it cannot check before it holds them all."""

    idle_entries: int = 0
    """How many entries of other sessions the process holds."""

    memory_bytes: int = 0
    is_outdated: bool = False
    """Whether a new process would start sooner than this one did, and be smaller."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """The process cannot go on, and ends."""

    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a checker process answers."""

    body: Ready | Updated | Checked | Failed
    number: int = 0
    """The request's."""


def pack(message: Request | Reply) -> bytes:
    """Return a message as one line."""
    return json.dumps(to_json(message), separators=(",", ":")).encode() + b"\n"


def unpack_request(line: bytes) -> Request:
    """Return the request that a line holds."""
    return from_json(Request, json.loads(line))


def unpack_reply(line: bytes) -> Reply:
    """Return the reply that a line holds.

    Raises:
        ValueError: It is none.
    """
    return from_json(Reply, json.loads(line))
