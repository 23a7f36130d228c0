"""What a schema demands that no annotation says, in a few words for a reader."""

from __future__ import annotations

from ptc_cli.codegen.annotation import EXACT_INTEGER, scalar_source
from ptc_cli.codegen.schema import text_of
from ptc_cli.codegen.text import one_line
from ptc_cli.core.jsonvalue import JsonObject, JsonValue, canonical

DESCRIPTION_LENGTH = 300

_CONSTRAINING = frozenset(
    {
        "default", "exclusiveMaximum", "exclusiveMinimum", "format", "maxItems", "maxLength", "maxProperties",
        "maximum", "minItems", "minLength", "minProperties", "minimum", "multipleOf", "pattern", "uniqueItems",
    }
)  # fmt: skip


def described(schema: JsonValue, *, name: str, most: int = DESCRIPTION_LENGTH) -> str:
    """Return the description of what has a name, with its constraints, on one line."""
    if not isinstance(schema, dict):
        return ""
    text = one_line(text_of(schema, "description") or _title(schema, name), most)
    limits = constraints(schema)
    return f"{text} ({limits})".strip() if limits else text


def _title(schema: JsonObject, name: str) -> str:
    """Return a title that says more than the name; many servers generate theirs from it, as `Is Dst` from `is_dst`."""
    title = text_of(schema, "title")
    return "" if _letters(title) == _letters(name) else title


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text)).casefold()


def constraints(schema: JsonObject) -> str:
    """Return the ranges, lengths, formats and patterns that a schema states."""
    if not schema.keys() & _CONSTRAINING:
        return ""
    found = [
        _range(schema),
        _exclusive(schema),
        _spread(schema, "minLength", "maxLength", "characters"),
        _spread(schema, "minItems", "maxItems", "items"),
        _spread(schema, "minProperties", "maxProperties", "keys"),
        "no two alike" if schema.get("uniqueItems") is True else "",
        f"a multiple of {schema['multipleOf']:g}" if _is_number(schema.get("multipleOf")) else "",
        f"format {one_line(text_of(schema, 'format'), 40)}" if text_of(schema, "format") else "",
        f"pattern {one_line(text_of(schema, 'pattern'), 80)}" if text_of(schema, "pattern") else "",
        _default(schema),
    ]
    return "; ".join(filter(None, found))


def _is_number(value: JsonValue) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < EXACT_INTEGER - 1


def _shown(value: JsonValue) -> str:
    return f"{value}" if _is_number(value) else ""


def _range(schema: JsonObject) -> str:
    least, most = _shown(schema.get("minimum")), _shown(schema.get("maximum"))
    return f"{least}..{most}" if least or most else ""


def _exclusive(schema: JsonObject) -> str:
    above, below = _shown(schema.get("exclusiveMinimum")), _shown(schema.get("exclusiveMaximum"))
    return ", ".join(filter(None, [above and f"above {above}", below and f"below {below}"]))


def _spread(schema: JsonObject, least: str, most: str, unit: str) -> str:
    fewest, highest = _shown(schema.get(least)), _shown(schema.get(most))
    return f"{fewest or 0}..{highest} {unit}" if fewest not in ("", "0") or highest else ""


def _default(schema: JsonObject) -> str:
    """Return a default that is not in the signature because it is no short scalar."""
    value = schema.get("default")
    if value is None or scalar_source(value) is not None:
        return ""
    return f"default {one_line(canonical(value)[:600].decode(), 60)}"
