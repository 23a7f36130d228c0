"""Resources and prompts out of what a server lists: each on its own, so that a bad one costs only itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Literal

from ptc_cli.core.jsonvalue import JsonObject, JsonValue, canonical, is_exact

OfferMethod = Literal["resources/list", "resources/templates/list", "prompts/list"]

MOST_OFFERS = 5000
MOST_PAGES = 100
_MOST_BYTES = 64 << 10
_MOST_NAME = 4096

_SHAPES: Mapping[OfferMethod, tuple[str, tuple[str, ...]]] = MappingProxyType(
    {
        "resources/list": ("resources", ("uri", "name")),
        "resources/templates/list": ("resourceTemplates", ("uriTemplate", "name")),
        "prompts/list": ("prompts", ("name",)),
    }
)
"""Where an answer has them, and what each must have."""

Request = Callable[[str, JsonObject], Awaitable[JsonObject]]


async def listed(method: OfferMethod, request: Request) -> tuple[JsonObject, ...]:
    """Ask for everything of a kind, page by page; what is no text that can be shown is left out."""
    member, needed = _SHAPES[method]
    found: dict[str, JsonObject] = {}
    cursors: set[str] = set()
    params: JsonObject = {}
    for _ in range(MOST_PAGES):
        page = await request(method, params)
        items = page.get(member)
        for item in items if isinstance(items, list) else []:
            if isinstance(item, dict) and _is_usable(item, needed):
                found.setdefault(item[needed[0]], item)
        cursor = page.get("nextCursor")
        if not isinstance(cursor, str) or not cursor or cursor in cursors or len(found) >= MOST_OFFERS:
            break
        cursors.add(cursor)
        params = {"cursor": cursor}
    return tuple(found.values())[:MOST_OFFERS]


def _is_usable(item: JsonObject, needed: tuple[str, ...]) -> bool:
    is_named = all(_is_name(item.get(key)) for key in needed)
    return is_named and is_exact(item) and len(canonical(item)) <= _MOST_BYTES


def _is_name(text: JsonValue) -> bool:
    return isinstance(text, str) and bool(text.strip()) and len(text) <= _MOST_NAME and text.isprintable()
