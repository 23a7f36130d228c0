"""Schemas of every shape: hostile ones, and honest ones with values that they allow."""

from __future__ import annotations

from hypothesis import strategies as st

from ptc_cli.core.jsonvalue import JsonObject, JsonValue

NASTY_TEXT = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        [
            '"""', "'''", '\\"""', '""""', "\\", "\n", "\r\n", "\x00", "\u202e", "\ud800", "# type: ignore",
            "def f(): ...", '"""\nimport os\n"""', "{x}", "%s", "`", "```", "\u2028", "\x0c", "class", "None",
            "__getattr__", "list", "str",
        ]
    ),
)  # fmt: skip

NAMES = st.one_of(
    st.sampled_from(["a", "b", "id", "from", "class", "list", "str", "a-b", "a_b", "", "__x", "é", "ﬁ", "1", "items"]),
    st.text(max_size=6),
)

SCALARS: st.SearchStrategy[JsonValue] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(),
    NASTY_TEXT,
)

REFS: st.SearchStrategy[JsonValue] = st.sampled_from(
    ["#", "#/$defs/a", "#/$defs/b", "#/$defs/c", "#/properties/a", "#here", "http://x.test/y", "#/nowhere", 3]
)


def _objects(inner: st.SearchStrategy[JsonValue]) -> st.SearchStrategy[JsonValue]:
    maps = st.dictionaries(NAMES, inner, max_size=3)
    lists = st.lists(inner, max_size=3)
    junk = st.one_of(SCALARS, lists, maps)
    keywords: dict[str, st.SearchStrategy[JsonValue]] = {
        "type": st.one_of(
            st.sampled_from(["object", "array", "string", "integer", "number", "boolean", "null", "odd"]),
            st.lists(st.sampled_from(["object", "array", "string", "integer", "null"]), max_size=3),
            junk,
        ),
        "properties": st.one_of(maps, junk),
        "required": st.one_of(st.lists(NAMES, max_size=3), junk),
        "additionalProperties": st.one_of(st.booleans(), inner),
        "patternProperties": maps,
        "items": st.one_of(inner, lists),
        "prefixItems": lists,
        "additionalItems": inner,
        "minItems": st.integers(-2, 3),
        "maxItems": st.integers(-2, 3),
        "enum": st.one_of(st.lists(st.one_of(SCALARS, inner), max_size=4), junk),
        "const": st.one_of(SCALARS, inner),
        "default": st.one_of(SCALARS, inner),
        "anyOf": st.one_of(lists, junk),
        "oneOf": lists,
        "allOf": lists,
        "not": inner,
        "if": inner,
        "then": inner,
        "else": inner,
        "$ref": REFS,
        "$anchor": st.just("here"),
        "$schema": st.sampled_from(
            ["http://json-schema.org/draft-07/schema#", "https://json-schema.org/draft/2020-12"]
        ),
        "nullable": st.booleans(),
        **dict.fromkeys(("title", "description", "format", "pattern"), NASTY_TEXT),
        "minimum": SCALARS,
        "maximum": SCALARS,
        "multipleOf": SCALARS,
        "examples": junk,
    }
    return _some(keywords)


@st.composite
def _some(draw: st.DrawFn, keywords: dict[str, st.SearchStrategy[JsonValue]]) -> JsonObject:
    chosen = draw(st.lists(st.sampled_from(sorted(keywords)), max_size=4, unique=True))
    return {keyword: draw(keywords[keyword]) for keyword in chosen}


ANY_SCHEMAS: st.SearchStrategy[JsonValue] = st.recursive(
    st.one_of(st.booleans(), SCALARS, st.just({})), _objects, max_leaves=12
)

DOCUMENTS = st.builds(
    lambda root, definitions: {**root, "$defs": definitions},
    _objects(ANY_SCHEMAS),
    st.dictionaries(st.sampled_from(["a", "b", "c"]), ANY_SCHEMAS, max_size=3),
)
"""Hostile schemas, with definitions that may lead anywhere."""


@st.composite
def typed(draw: st.DrawFn, depth: int = 3) -> tuple[JsonObject, JsonValue]:
    """Draw a schema that states its types and a value that it allows, without keys that it does not declare."""
    kinds = ["string", "integer", "number", "boolean", "null", "enum", "const"]
    if depth:
        kinds += ["object", "object", "map", "array", "tuple", "union", "all", "list-union"]
    kind = draw(st.sampled_from(kinds))
    make = {"object": _object, "map": _map, "array": _array, "tuple": _tuple, "union": _union, "all": _all}.get(kind)
    if make is not None:
        return draw(make(depth - 1))
    if kind == "list-union":
        return draw(_list_union(depth - 1))
    if kind in ("enum", "const"):
        return draw(_enumerated(kind))
    values: dict[str, st.SearchStrategy[JsonValue]] = {
        "string": st.text(max_size=5).filter(_is_plain),
        "integer": st.integers(-1000, 1000),
        "number": st.one_of(st.integers(-9, 9), st.floats(-9, 9)),
        "boolean": st.booleans(),
        "null": st.none(),
    }
    nullable = draw(st.booleans()) and kind != "null"
    return {"type": [kind, "null"] if nullable else kind}, draw(values[kind])


def _is_plain(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)


@st.composite
def _enumerated(draw: st.DrawFn, kind: str) -> tuple[JsonObject, JsonValue]:
    scalars = st.one_of(st.text(max_size=4).filter(_is_plain), st.integers(-9, 9), st.booleans(), st.none())
    values = draw(st.lists(scalars, min_size=1, max_size=4))
    return ({"const": values[0]}, values[0]) if kind == "const" else ({"enum": values}, draw(st.sampled_from(values)))


@st.composite
def _object(draw: st.DrawFn, depth: int) -> tuple[JsonObject, JsonValue]:
    names = draw(st.lists(NAMES.filter(_is_plain), min_size=1, max_size=3, unique=True))
    pairs = {name: draw(typed(depth)) for name in names}
    needed = [name for name in names if draw(st.booleans())]
    given = {name: pairs[name][1] for name in names if name in needed or draw(st.booleans())}
    schema: JsonObject = {
        "type": "object",
        "properties": {name: pair[0] for name, pair in pairs.items()},
        "required": needed,
    }
    return (schema | ({"additionalProperties": False} if draw(st.booleans()) else {})), given


@st.composite
def _map(draw: st.DrawFn, depth: int) -> tuple[JsonObject, JsonValue]:
    schema, value = draw(typed(depth))
    return {"type": "object", "additionalProperties": schema}, {"k": value}


@st.composite
def _array(draw: st.DrawFn, depth: int) -> tuple[JsonObject, JsonValue]:
    schema, value = draw(typed(depth))
    return {"type": "array", "items": schema}, draw(st.sampled_from([[], [value], [value, value]]))


@st.composite
def _tuple(draw: st.DrawFn, depth: int) -> tuple[JsonObject, JsonValue]:
    pairs = draw(st.lists(typed(depth), min_size=1, max_size=3))
    closed = {"items": False} if draw(st.booleans()) else {}
    return {"type": "array", "prefixItems": [pair[0] for pair in pairs], **closed}, [pair[1] for pair in pairs]


@st.composite
def _union(draw: st.DrawFn, depth: int) -> tuple[JsonObject, JsonValue]:
    pairs = draw(st.lists(typed(depth), min_size=1, max_size=3))
    return {"anyOf": [pair[0] for pair in pairs]}, draw(st.sampled_from([pair[1] for pair in pairs]))


@st.composite
def _list_union(draw: st.DrawFn, depth: int) -> tuple[JsonObject, JsonValue]:
    pairs = draw(st.lists(_object(depth), min_size=2, max_size=3))
    schema: JsonObject = {"anyOf": [{"type": "array", "items": pair[0]} for pair in pairs]}
    return schema, [draw(st.sampled_from([pair[1] for pair in pairs]))]


@st.composite
def _all(draw: st.DrawFn, depth: int) -> tuple[JsonObject, JsonValue]:
    first, value = draw(_object(depth))
    second, more = draw(_object(depth))
    assert isinstance(value, dict)
    assert isinstance(more, dict)
    for part in (first, second):
        part.pop("additionalProperties", None)
    kept = {name: each for name, each in second["properties"].items() if name not in first["properties"]}
    second = {"properties": kept, "required": [name for name in second["required"] if name in kept], "type": "object"}
    return {"allOf": [first, second]}, {**{name: each for name, each in more.items() if name in kept}, **value}
