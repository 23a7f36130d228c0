"""Frames between the host and a program: what may stand in one, and its bytes. The program's side is hostile."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, NoReturn, TypeAlias, TypeVar, cast

import orjson

from ptc_cli.core.call import Content, ToolResult
from ptc_cli.core.jsonvalue import JsonObject, JsonValue, is_exact
from ptc_cli.core.result import ProgramError, ValueKind

T = TypeVar("T")

LENGTH_BYTES = 4
FRAME_BYTES = 8 << 20
"""The longest frame that a program may send, unless its value may be longer."""

EXACT_BYTES = 1 << 20
"""The longest frame that takes the slow way, which costs the host 0.1 s per MiB at worst."""

VALUES = 1 << 18
"""The most values in a frame, unless the program's value may have more: a million empty lists stall the host for 1 s,
in whichever thread they are read, since who reads JSON keeps all others waiting."""

_FAST, _EXACT = b"F", b"E"
_DEPTH = 254
_NAME_CHARACTERS = 4096
_PATH_CHARACTERS = 1024
_PATH_PARTS = 64
_TEXT_CHARACTERS = 400_000


class ViolationError(Exception):
    """A frame that no honest worker sends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """The process is confined, and waits for its program."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A program of a session begins: it can be interrupted from now on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """The process could not be confined."""

    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """The program calls a tool."""

    id: int
    site: int
    method: Literal["tools/call", "resources/read"]
    server: str
    tool: str
    arguments: JsonObject
    bytes: int = field(default=0, compare=False)
    """How long the frame was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancelled:
    """The program no longer waits for a call."""

    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Progressed:
    """The program says how far it is."""

    done: float
    total: float | None
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """More of a file that the program left behind."""

    path: str
    """Relative to the workspace, without a part that leads elsewhere."""

    content: bytes
    is_last: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A file that the program left behind, and that is not sent."""

    path: str
    reason: Literal["artifact_bytes", "count", "name", "unreadable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """The program is over."""

    status: Literal["ok", "failed", "limit"]
    value_kind: ValueKind
    value: JsonValue
    error: ProgramError | None
    limit: str | None


Frame: TypeAlias = Ready | Begun | Broken | Called | Cancelled | Progressed | Piece | LeftOut | Ended


def framed(payload: bytes) -> bytes:
    """Return a payload as it goes over the socket."""
    return len(payload).to_bytes(LENGTH_BYTES, "big") + payload


def encode(value: JsonValue) -> bytes:
    """Return a value as a payload that loses nothing of it.

    Raises:
        ValueError: It is nested too deep, or holds what is not JSON.
    """
    try:
        text = orjson.dumps(value)
        # orjson writes NaN as null. It has a null in it; whether it should, only a comparison tells.
        if b"null" not in text or orjson.loads(text) == value:
            return _FAST + text
    except TypeError:
        # Integers past 64 bits, and text with lone surrogates.
        pass
    try:
        return _EXACT + json.dumps(value, separators=(",", ":")).encode()
    except (TypeError, RecursionError) as error:
        raise ValueError(f"not JSON: {error}") from error


def answer(call: int, result: ToolResult) -> bytes:
    """Return the payload that answers a call.

    Raises:
        ValueError: The result is not JSON.
    """
    frame: JsonObject = {"kind": "answer", "id": call}
    if result.failure is not None:
        frame |= {"failure": result.failure.kind, "message": str(result.failure), "text": result.failure.message}
        frame["content"] = [_block(block) for block in result.content]
    elif result.is_content:
        frame["content"] = [_block(block) for block in result.content]
    else:
        frame["value"] = result.value
    return encode(frame)


def parse(payload: bytes, *, exact_bytes: int = EXACT_BYTES, values: int = VALUES) -> Frame:
    """Return the frame that a payload holds.

    Raises:
        ViolationError: It holds none.
    """
    if _has_more_values(payload, values):
        _violate(f"a frame of more than {values:,} values")
    data = _decode(payload, exact_bytes)
    if not isinstance(data, dict):
        _violate("a frame that is not an object")
    kind = data.get("kind")
    read = _READERS.get(kind) if isinstance(kind, str) else None
    if read is None:
        _violate("a frame of an unknown kind")
    try:
        frame = read(data)
    except KeyError as error:
        raise ViolationError(f"a frame without {error}") from error
    if isinstance(frame, Ended) and payload[:1] == _EXACT and not is_exact(frame.value):
        _violate("a value that is not JSON")
    return replace(frame, bytes=len(payload)) if isinstance(frame, Called) else frame


def _has_more_values(text: bytes, most: int) -> bool:
    """Say whether JSON holds more values than so many, or so many texts that it is not worth counting."""
    # No value is shorter than two bytes, its comma included.
    if len(text) <= 2 * most or _marks(text) <= most:
        return False
    plain = text.replace(b"\\\\", b"").replace(b'\\"', b"")
    return plain.count(b'"') > 4 * most or _marks(b"".join(plain.split(b'"')[::2])) > most


def _marks(text: bytes) -> int:
    return sum(map(text.count, (b",", b"[", b"{")))


def _decode(payload: bytes, exact_bytes: int) -> JsonValue:
    way, text = payload[:1], payload[1:]
    if way not in (_FAST, _EXACT) or (way == _EXACT and len(text) > exact_bytes):
        _violate("a frame in no known encoding")
    try:
        return _decode_fast(text) if way == _FAST else _decode_exact(text)
    except (ValueError, TypeError, RecursionError) as error:
        raise ViolationError("a frame that is not JSON") from error


def _decode_fast(text: bytes) -> JsonValue:
    value: JsonValue = orjson.loads(text)
    # It reads 1,024 levels, and writes 254: what it cannot write, nothing behind us need be able to.
    orjson.dumps(value)
    return value


def _decode_exact(text: bytes) -> JsonValue:
    value: JsonValue = json.loads(text)
    if not _is_sound(value, _DEPTH):
        raise ValueError("too deep, or a number that JSON does not have")
    return value


def _is_sound(value: JsonValue, depth: int) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, list):
        return depth > 0 and all(_is_sound(item, depth - 1) for item in value)
    if isinstance(value, dict):
        return depth > 0 and all(_is_sound(item, depth - 1) for item in value.values())
    return True


def _block(block: Content) -> JsonObject:
    return {
        "type": block.type,
        "text": block.text,
        "data": None if block.data is None else base64.b64encode(block.data).decode(),
        "mime_type": block.mime_type,
        "uri": block.uri,
        "name": block.name,
    }


def _violate(what: str) -> NoReturn:
    raise ViolationError(what)


def _typed(data: Mapping[str, object], name: str, kind: type[T]) -> T:
    value = data[name]
    if type(value) is not kind:
        _violate(f"a frame whose {name} is not {kind.__name__}")
    return value


def _text(data: Mapping[str, object], name: str, most: int = _NAME_CHARACTERS) -> str:
    text = _typed(data, name, str)
    if len(text) > most:
        _violate(f"a frame whose {name} is too long")
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def _word(data: Mapping[str, object], name: str, allowed: tuple[str, ...]) -> str:
    text = _typed(data, name, str)
    if text not in allowed:
        _violate(f"a frame whose {name} is none of {', '.join(allowed)}")
    return text


def _number(data: Mapping[str, object], name: str) -> float:
    value = _typed(data, name, float)
    if not math.isfinite(value):
        _violate(f"a frame whose {name} is not finite")
    return value


def _count(data: Mapping[str, object], name: str) -> int:
    value = _typed(data, name, int)
    if not 0 <= value < 1 << 31:
        _violate(f"a frame whose {name} is out of range")
    return value


def _read_ready(_: JsonObject) -> Frame:
    return Ready()


def _read_begun(_: JsonObject) -> Frame:
    return Begun()


def _read_broken(data: JsonObject) -> Frame:
    return Broken(message=_text(data, "message"))


def _read_call(data: JsonObject) -> Frame:
    method = _word(data, "method", ("tools/call", "resources/read"))
    return Called(
        id=_count(data, "id"),
        site=_count(data, "site"),
        method=cast("Literal['tools/call', 'resources/read']", method),
        server=_text(data, "server"),
        tool=_text(data, "tool"),
        arguments=_typed(data, "arguments", dict),
    )


def _read_cancel(data: JsonObject) -> Frame:
    return Cancelled(id=_count(data, "id"))


def _read_progress(data: JsonObject) -> Frame:
    total = None if data["total"] is None else _number(data, "total")
    return Progressed(done=_number(data, "done"), total=total, note=_text(data, "note"))


def _read_piece(data: JsonObject) -> Frame:
    path = _text(data, "path", _PATH_CHARACTERS)
    parts = path.split("/")
    if not path.isprintable() or len(parts) > _PATH_PARTS or any(part in ("", ".", "..") for part in parts):
        _violate("a file whose path leads elsewhere")
    try:
        content = base64.b64decode(_typed(data, "content", str), validate=True)
    except ValueError as error:
        raise ViolationError("a file whose content is not base64") from error
    return Piece(path=path, content=content, is_last=_typed(data, "is_last", bool))


def _read_left(data: JsonObject) -> Frame:
    reason = _word(data, "reason", ("artifact_bytes", "count", "name", "unreadable"))
    return LeftOut(
        path=_text(data, "path", _PATH_CHARACTERS),
        reason=cast("Literal['artifact_bytes', 'count', 'name', 'unreadable']", reason),
    )


def _read_end(data: JsonObject) -> Frame:
    kind = cast("ValueKind", _word(data, "value_kind", ("none", "json", "repr")))
    value = _text(data, "value", 1 << 31) if kind == "repr" else data["value"]
    return Ended(
        status=cast("Literal['ok', 'failed', 'limit']", _word(data, "status", ("ok", "failed", "limit"))),
        value_kind=kind,
        value=value if kind != "none" else None,
        error=None if data["error"] is None else _read_error(_typed(data, "error", dict)),
        limit=None if data["limit"] is None else _text(data, "limit"),
    )


def _read_error(data: JsonObject) -> ProgramError:
    return ProgramError(
        type=_text(data, "type", _TEXT_CHARACTERS),
        message=_text(data, "message", _TEXT_CHARACTERS),
        line=None if data["line"] is None else _count(data, "line"),
        traceback=_text(data, "traceback", _TEXT_CHARACTERS),
    )


_READERS: Mapping[str, Callable[[JsonObject], Frame]] = {
    "ready": _read_ready,
    "begun": _read_begun,
    "broken": _read_broken,
    "call": _read_call,
    "cancel": _read_cancel,
    "progress": _read_progress,
    "keep": _read_piece,
    "left": _read_left,
    "end": _read_end,
}
