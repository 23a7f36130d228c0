"""Values of programs for a person: rows of something as tables, pictures and other data by their size."""

from __future__ import annotations

import json
from collections.abc import Sequence

from ptc_cli.console.terminal import one_line
from ptc_cli.core.jsonvalue import JsonValue

_MOST_COLUMNS = 12
_CELL_CHARACTERS = 60


def as_table(value: JsonValue) -> tuple[Sequence[str], list[Sequence[str]]] | None:
    """Return the columns and rows of a list of objects; None for what is no such list, or too wide a one."""
    if not isinstance(value, list) or not value:
        return None
    columns: dict[str, None] = {}
    for row in value:
        if not isinstance(row, dict):
            return None
        columns |= dict.fromkeys(row)
    if not 0 < len(columns) <= _MOST_COLUMNS:
        return None
    rows = [[_cell(row[name]) if name in row else "" for name in columns] for row in value if isinstance(row, dict)]
    return list(columns), [*rows]


def without_data(value: JsonValue) -> JsonValue:
    """Return a value with the data of content blocks in it, or in a list of them, replaced by how much there is."""
    if isinstance(value, list):
        return [_without_data(item) for item in value]
    return _without_data(value)


def _without_data(item: JsonValue) -> JsonValue:
    if not isinstance(item, dict):
        return item
    held = item.get("resource")
    if item.get("type") in ("image", "audio") and isinstance(item.get("data"), str):
        return {**item, "data": _amount(item["data"])}
    if item.get("type") == "resource" and isinstance(held, dict) and isinstance(held.get("blob"), str):
        return {**item, "resource": {**held, "blob": _amount(held["blob"])}}
    return item


def _amount(data: str) -> str:
    return f"<{len(data) * 3 // 4 - data[-2:].count('='):,} bytes>"


def _cell(value: JsonValue) -> str:
    if value is None:
        return ""
    text = one_line(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
    return text if len(text) <= _CELL_CHARACTERS else f"{text[: _CELL_CHARACTERS - 1]}…"
