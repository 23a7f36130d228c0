"""Tool results out of what a server answers, whatever it is: after a side effect, nothing may be lost."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Iterable
from dataclasses import replace

from ptc_cli.core.call import Content, ContentType, ToolFailure, ToolResult
from ptc_cli.core.jsonvalue import JsonObject, JsonValue
from ptc_cli.core.results import result_of

_PROTOCOL_META = "io.modelcontextprotocol/"

_OF_BLOCKS = ("annotations", "_meta")
_OF_LINKS = ("title", "size", "icons", *_OF_BLOCKS)
_OF_RESOURCES = ("_meta",)


def called(answer: JsonObject, output_schema: JsonObject | None) -> ToolResult:
    """Return the result in an answer to `tools/call`."""
    blocks = answer.get("content")
    content = tuple(content_of(block) for block in blocks) if isinstance(blocks, list) else ()
    structured = answer.get("structuredContent")
    if answer.get("isError") is True:
        return ToolResult(content=content, structured=structured, failure=_failure(content), meta=_meta(answer))
    value, is_content = result_of(structured, content, output_schema)
    return ToolResult(value=value, is_content=is_content, content=content, structured=structured, meta=_meta(answer))


def read(answer: JsonObject) -> ToolResult:
    """Return the result in an answer to `resources/read`: its contents."""
    contents = answer.get("contents")
    blocks = contents if isinstance(contents, list) else []
    content = tuple(_resource(block) if isinstance(block, dict) else _unknown(block) for block in blocks)
    return ToolResult(is_content=True, content=content, meta=_meta(answer))


def _failure(content: tuple[Content, ...]) -> ToolFailure:
    said = "\n".join(block.text for block in content if block.text)
    return ToolFailure(kind="error", message=said or "The tool failed and did not say why.")


def _meta(answer: JsonObject) -> dict[str, JsonValue]:
    meta = answer.get("_meta")
    return {k: v for k, v in meta.items() if not k.startswith(_PROTOCOL_META)} if isinstance(meta, dict) else {}


def content_of(block: JsonValue) -> Content:
    """Return a content block; one that is not as the protocol has it is a text, its JSON."""
    read_block = _BLOCKS.get(str(block.get("type"))) if isinstance(block, dict) else None
    return read_block(block) if read_block is not None and isinstance(block, dict) else _unknown(block)


def _text(block: JsonObject) -> Content:
    text = block.get("text")
    if not isinstance(text, str):
        return _unknown(block)
    return Content(type="text", text=text, extras=_extras(block, _OF_BLOCKS))


def _image(block: JsonObject) -> Content:
    return _media("image", block)


def _audio(block: JsonObject) -> Content:
    return _media("audio", block)


def _media(kind: ContentType, block: JsonObject) -> Content:
    data = _decoded(block.get("data"))
    if data is None:
        return _unknown(block)
    return Content(type=kind, data=data, mime_type=_string(block, "mimeType"), extras=_extras(block, _OF_BLOCKS))


def _embedded(block: JsonObject) -> Content:
    resource = block.get("resource")
    if not isinstance(resource, dict):
        return _unknown(block)
    found = _resource(resource)
    return replace(found, extras={**found.extras, **_extras(block, _OF_BLOCKS)})


def _resource(resource: JsonObject) -> Content:
    text, data = _string(resource, "text"), _decoded(resource.get("blob"))
    if text is None and data is None:
        return _unknown(resource)
    said = _extras(resource, _OF_RESOURCES)
    return Content(
        type="resource",
        uri=_string(resource, "uri"),
        mime_type=_string(resource, "mimeType"),
        text=text,
        data=data,
        extras={"resource": said} if said else {},
    )


def _link(block: JsonObject) -> Content:
    return Content(
        type="resource_link",
        uri=_string(block, "uri"),
        name=_string(block, "name"),
        mime_type=_string(block, "mimeType"),
        text=_string(block, "description"),
        extras=_extras(block, _OF_LINKS),
    )


def _unknown(block: JsonValue) -> Content:
    """Return a block of a kind that is not known as its JSON."""
    return Content(type="text", text=json.dumps(block, ensure_ascii=False))


def _decoded(data: JsonValue) -> bytes | None:
    if not isinstance(data, str):
        return None
    try:
        return base64.b64decode("".join(data.split()), validate=True)
    except (binascii.Error, ValueError):
        return None


def _extras(block: JsonObject, keys: Iterable[str]) -> JsonObject:
    return {key: block[key] for key in keys if block.get(key) is not None}


def _string(block: JsonObject, key: str) -> str | None:
    value = block.get(key)
    return value if isinstance(value, str) else None


_BLOCKS: dict[str, Callable[[JsonObject], Content]] = {
    "text": _text,
    "image": _image,
    "audio": _audio,
    "resource": _embedded,
    "resource_link": _link,
}
