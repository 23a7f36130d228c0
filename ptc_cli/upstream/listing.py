"""Tools out of what a server lists: each on its own, so that a bad one costs only itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ptc_cli.core.jsonvalue import JsonObject, JsonValue, canonical, is_exact
from ptc_cli.core.server import RejectedTool, ToolAnnotations, ToolSpec
from ptc_cli.upstream.reasons import quoted

MAX_TOOLS = 5000
MAX_PAGES = 500
MAX_LISTING_BYTES = 64 << 20
MAX_TOOL_BYTES = 1 << 20
MAX_NAME_CHARACTERS = 256

_HINTS = {
    "read_only": "readOnlyHint",
    "destructive": "destructiveHint",
    "idempotent": "idempotentHint",
    "open_world": "openWorldHint",
}


class InvalidToolError(Exception):
    """A tool that cannot be used; the text says why."""


@dataclass(slots=True, kw_only=True)
class ToolList:
    """Tools as they come in, page by page."""

    server: str
    refuse: Callable[[JsonObject], str | None] = lambda schema: None
    """Why an input schema cannot be used in the protocol spoken, if it cannot."""

    tools: dict[str, ToolSpec] = field(default_factory=dict)
    rejected: list[RejectedTool] = field(default_factory=list)
    _cursors: set[str] = field(default_factory=set)
    _pages: int = 0
    _bytes: int = 0

    def add_page(self, page: JsonObject) -> str | None:
        """Take in a page, and return the cursor of the next one if it is to be fetched."""
        self._pages += 1
        listed = page.get("tools")
        if not isinstance(listed, list):
            self.stop("the answer to tools/list has no list of tools")
            return None
        for item in listed:
            if self._is_full():
                return None
            self._add(item)
        return self._next(page.get("nextCursor"))

    def _add(self, item: JsonValue) -> None:
        try:
            spec = tool_spec(self.server, item)
            if spec.name in self.tools:
                raise InvalidToolError("another tool of this server has the same name")
            if (reason := self.refuse(spec.input_schema)) is not None:
                raise InvalidToolError(reason)
        except InvalidToolError as error:
            self.rejected.append(RejectedTool(name=_shown_name(item), reason=str(error)))
        else:
            self.tools[spec.name] = spec
            self._bytes += len(canonical(item))

    def _is_full(self) -> bool:
        if len(self.tools) + len(self.rejected) >= MAX_TOOLS:
            self.stop(f"the server lists more than {MAX_TOOLS:,} tools; the rest is left out")
            return True
        if self._bytes > MAX_LISTING_BYTES:
            self.stop(f"the server's tools take more than {MAX_LISTING_BYTES >> 20} MiB; the rest is left out")
            return True
        return False

    def _next(self, cursor: JsonValue) -> str | None:
        if cursor is None or cursor == "":
            return None
        if isinstance(cursor, str) and cursor not in self._cursors and self._pages < MAX_PAGES:
            self._cursors.add(cursor)
            return cursor
        if self._pages >= MAX_PAGES:
            self.stop(f"the server lists more than {MAX_PAGES} pages; the rest is left out")
        elif isinstance(cursor, str):
            self.stop("the server repeats a page for ever; what came until then is kept")
        else:
            self.stop("the cursor of the next page is not text; the rest is left out")
        return None

    def stop(self, reason: str) -> None:
        """Note why the rest of the list is missing."""
        self.rejected.append(RejectedTool(name="*", reason=reason))


def tool_spec(server: str, item: JsonValue) -> ToolSpec:
    """Return a tool as its server describes it.

    A broken output schema only costs the result type. Broken annotations cost the tool: whether it destroys is in them.

    Raises:
        InvalidToolError: It cannot be used.
    """
    if not isinstance(item, dict):
        raise InvalidToolError("it is not an object")
    name = _name(item.get("name"))
    if not is_exact(item):
        raise InvalidToolError("its definition is nested too deep, or holds what is not plain JSON")
    if len(canonical(item)) > MAX_TOOL_BYTES:
        raise InvalidToolError(f"its definition is larger than {MAX_TOOL_BYTES >> 20} MiB")
    output, title, meta = item.get("outputSchema"), item.get("title"), item.get("_meta")
    icons = item.get("icons")
    return ToolSpec(
        server=server,
        name=name,
        title=title if isinstance(title, str) else None,
        description=_description(item.get("description")),
        input_schema=_input_schema(item.get("inputSchema")),
        output_schema=output if isinstance(output, dict) else None,
        annotations=_annotations(item.get("annotations")),
        meta=meta if isinstance(meta, dict) else {},
        icons=tuple(icons) if isinstance(icons, list) else (),
    )


def _name(name: JsonValue) -> str:
    if not isinstance(name, str) or not name.strip():
        raise InvalidToolError("it has no name")
    if len(name) > MAX_NAME_CHARACTERS:
        raise InvalidToolError(f"its name has {len(name):,} characters; {MAX_NAME_CHARACTERS} are allowed")
    if not name.isprintable():
        raise InvalidToolError("its name has control characters, or others that cannot be seen")
    return name


def _description(text: JsonValue) -> str:
    if text is None:
        return ""
    if not isinstance(text, str):
        raise InvalidToolError("its description is not text")
    return text


def _input_schema(schema: JsonValue) -> JsonObject:
    if not isinstance(schema, dict):
        raise InvalidToolError("it has no input schema" if schema is None else "its input schema is not an object")
    kind = schema.get("type", "object")
    if kind != "object":
        raise InvalidToolError(f"its input schema is for {quoted(str(kind))}, not for an object of arguments")
    return schema if "type" in schema else {"type": "object", **schema}


def _annotations(annotations: JsonValue) -> ToolAnnotations:
    if annotations is None:
        return ToolAnnotations()
    if not isinstance(annotations, dict):
        raise InvalidToolError("its annotations are not an object")
    title = annotations.get("title")
    hints = {ours: _hint(annotations, theirs) for ours, theirs in _HINTS.items()}
    return ToolAnnotations(title=title if isinstance(title, str) else None, **hints)


def _hint(annotations: Mapping[str, JsonValue], name: str) -> bool | None:
    hint = annotations.get(name)
    if hint is not None and not isinstance(hint, bool):
        raise InvalidToolError(f"its annotation {name} is neither true nor false")
    return hint


def _shown_name(item: JsonValue) -> str:
    name = item.get("name") if isinstance(item, dict) else None
    return quoted(name, mark="")[:80] if isinstance(name, str) and name.strip() else "(no name)"
