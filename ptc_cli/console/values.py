"""Values of programs as tables, where they are rows of something."""

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


def _cell(value: JsonValue) -> str:
    if value is None:
        return ""
    text = one_line(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
    return text if len(text) <= _CELL_CHARACTERS else f"{text[: _CELL_CHARACTERS - 1]}…"
