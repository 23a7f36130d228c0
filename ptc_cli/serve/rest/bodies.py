"""What requests carry, and what is wrong with one that carries something else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Annotated, Any, ClassVar, Literal, TypeVar

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request

from ptc_cli.core.inquiry import InquiryKind, ReplyAction
from ptc_cli.core.jsonvalue import JsonObject, JsonValue, is_exact
from ptc_cli.core.limits import Limits

T = TypeVar("T")

BODY_BYTES = 4 << 20
"""Four times the longest program."""

_CONFIG = ConfigDict(extra="forbid", strict=True)

_JSON_TYPE = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckBody:
    """A program to check."""

    __pydantic_config__: ClassVar[ConfigDict] = _CONFIG

    source: str
    name: str = "program.py"
    strict: bool = False
    session: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunBody:
    """A program to run."""

    __pydantic_config__: ClassVar[ConfigDict] = _CONFIG

    source: str
    name: str = "program.py"
    input: Annotated[Any, Field(description="What the program finds as `ptc.input`.")] = None
    session: Annotated[str | None, Field(description="Whose names the program shares.")] = None
    limits: Annotated[Mapping[str, float], Field(description="Other limits than the configured, by name.")] = field(
        default_factory=dict
    )
    allow: Annotated[tuple[str, ...], Field(description="Globs over `server.tool` that it may call at most.")] = ("*",)
    deny: Annotated[tuple[str, ...], Field(description="Globs over `server.tool` that it may not call.")] = ()
    keep: Annotated[tuple[str, ...], Field(description="Globs over the files it leaves that the run keeps.")] = ()
    workspace: Annotated[str | None, Field(description="A folder that outlives it; on the user's own socket.")] = None
    mounts: Annotated[tuple[str, ...], Field(description="Folders it may read; on the user's own socket.")] = ()
    can_ask: Annotated[bool, Field(description="Whether somebody answers its questions; else the answer is no.")] = (
        False
    )
    answers: Annotated[tuple[InquiryKind, ...], Field(description="What servers may ask of whoever follows.")] = ()
    background: Annotated[bool, Field(description="Answer at once, and let it go on without this request.")] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CallBody:
    """The arguments of one direct call."""

    __pydantic_config__: ClassVar[ConfigDict] = _CONFIG

    arguments: dict[str, Any] = field(default_factory=dict)
    timeout_seconds: Annotated[float | None, Field(gt=0)] = None
    can_ask: bool = False
    answers: tuple[InquiryKind, ...] = ()
    background: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerBody:
    """A person's answer to a question of a run."""

    __pydantic_config__: ClassVar[ConfigDict] = _CONFIG

    question: str
    decision: Literal["once", "all", "remember", "no"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyBody:
    """What is answered to a server that asks in a run."""

    __pydantic_config__: ClassVar[ConfigDict] = _CONFIG

    inquiry: str
    action: ReplyAction
    content: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShellBody:
    """A command line over the tree of stubs."""

    __pydantic_config__: ClassVar[ConfigDict] = _CONFIG

    command: str


BODIES = (CheckBody, RunBody, CallBody, AnswerBody, ReplyBody, ShellBody)
"""All of them."""

_READERS: Mapping[type[object], TypeAdapter[Any]] = {kind: TypeAdapter(kind) for kind in BODIES}


async def body(request: Request, kind: type[T]) -> T:
    """Return a request's body.

    Raises:
        HTTPException: It is no JSON of that shape, or too long.
    """
    # A page on the web cannot send this type without asking first.
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _JSON_TYPE:
        raise HTTPException(415, f"The body must be JSON, sent with Content-Type: {_JSON_TYPE}.")
    try:
        parsed: T = _READERS[kind].validate_json(await _bytes(request))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"])) or "body"
        raise HTTPException(422, f"{where}: {first['msg']}. {_keys(kind)}") from None
    return parsed


def json_text(value: JsonValue) -> str | None:
    """Return the JSON text of what a program finds as its input.

    Raises:
        HTTPException: It cannot be handed over unchanged.
    """
    if value is None:
        return None
    if not is_exact(value):
        raise HTTPException(422, "input: half a character, a number that is none, or nested too deep")
    return json.dumps(value)


def limits(default: Limits, given: Mapping[str, float]) -> Limits:
    """Return limits with some replaced.

    Raises:
        HTTPException: There is no such limit, or it is no such number.
    """
    known = {item.name: type(getattr(default, item.name)) for item in fields(Limits)}
    changes: JsonObject = {}
    for name, number in given.items():
        if name not in known:
            raise HTTPException(422, f"limits.{name}: there is no such limit. Limits: {', '.join(known)}.")
        is_none_at_all = name == "calls" and number == 0
        if not (number > 0 or is_none_at_all) or (known[name] is int and number != int(number)):
            kind = "a whole number" if known[name] is int else "a number"
            raise HTTPException(422, f"limits.{name}: expected {kind} above 0")
        changes[name] = known[name](number)
    return replace(default, **changes)


async def _bytes(request: Request) -> bytes:
    parts, length = [], 0
    async for part in request.stream():
        length += len(part)
        if length > BODY_BYTES:
            raise HTTPException(413, f"The body is longer than {BODY_BYTES:,} bytes.")
        parts.append(part)
    return b"".join(parts)


def _keys(kind: type[object]) -> str:
    return f"Keys: {', '.join(_READERS[kind].json_schema()['properties'])}."
