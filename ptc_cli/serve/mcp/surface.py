"""Our own tools: which ones a mode serves, their definitions, and what is wrong with arguments for them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import mcp_types as types
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match

from ptc_cli.core.jsonvalue import JsonObject
from ptc_cli.core.suggest import did_you_mean
from ptc_cli.serve.mcp.texts import DESCRIPTIONS, Mode

OWN_TOOLS: Mapping[Mode, tuple[str, ...]] = MappingProxyType(
    {
        "catalog": ("list_functions", "search_functions", "get_function_details", "execute_python"),
        "filesystem": ("execute_bash", "execute_python"),
        "sidecar": ("execute_python",),
    }
)
"""Our own tools by mode, in the order in which they are listed."""

SEARCH_LIMIT = 8
MAX_SEARCH_LIMIT = 50
MAX_DETAILS = 20
MAX_SESSION_NAME = 100


def _object(required: list[str], /, **properties: JsonObject) -> JsonObject:
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


INPUT_SCHEMAS: Mapping[str, JsonObject] = MappingProxyType(
    {
        "list_functions": _object([], server={"type": "string"}, query={"type": "string"}),
        "search_functions": _object(
            ["query"],
            query={"type": "string"},
            limit={"type": "integer", "default": SEARCH_LIMIT, "minimum": 1, "maximum": MAX_SEARCH_LIMIT},
            detail={"enum": ["name", "signature", "full"], "default": "signature"},
        ),
        "get_function_details": _object(
            ["functions"],
            functions={
                "type": "array",
                "items": {"type": "string"},
                "minItems": 1,
                "maxItems": MAX_DETAILS,
                "description": "SERVER.FUNCTION",
            },
        ),
        "execute_bash": _object(["command"], command={"type": "string"}),
        "execute_python": _object(
            ["code"],
            code={"type": "string"},
            session={
                "type": "string",
                "minLength": 1,
                "maxLength": MAX_SESSION_NAME,
                "description": "Programs with the same session share their variables",
            },
            timeout={"type": "number", "exclusiveMinimum": 0, "description": "Seconds"},
        ),
    }
)

_READS = types.ToolAnnotations(read_only_hint=True, open_world_hint=False)


def own_tools(mode: Mode, descriptions: Mapping[str, str]) -> tuple[types.Tool, ...]:
    """Return the definitions of our own tools in a mode, with the configured descriptions where there are any."""
    return tuple(
        types.Tool(
            name=name,
            description=descriptions.get(name, DESCRIPTIONS[name]),
            input_schema=INPUT_SCHEMAS[name],
            # What the protocol assumes of a tool without annotations is true of programs: they may write and destroy.
            annotations=None if name == "execute_python" else _READS,
        )
        for name in OWN_TOOLS[mode]
    )


def complaint(name: str, arguments: JsonObject) -> str | None:
    """Return what is wrong with the arguments of one of our own tools, and what it takes; None if nothing is."""
    schema = INPUT_SCHEMAS[name]
    error = best_match(Draft202012Validator(schema).iter_errors(arguments))
    if error is None:
        return None
    return f"{name}: {_problem(error, schema, arguments)}\nIt takes: {_usage(schema)}."


def _problem(error: ValidationError, schema: JsonObject, arguments: JsonObject) -> str:
    if error.validator == "additionalProperties":
        known = list(schema["properties"])
        unknown = next(key for key in arguments if key not in known)
        return f"no argument {unknown[:100]!r}. {did_you_mean(unknown[:100], known) or ''}".rstrip()
    if error.validator == "required":
        missing = next(key for key in schema["required"] if key not in arguments)
        return f"the argument {missing!r} is missing"
    where = ".".join(str(step) for step in error.absolute_path)
    return f"argument {where}: {_expected(error)}"


def _expected(error: ValidationError) -> str:
    # Never the library's own message: it repeats the value, which may be a megabyte.
    wanted = error.validator_value
    match error.validator:
        case "type":
            return f"expected {wanted}, got {type(error.instance).__name__}"
        case "enum":
            return f"expected one of {wanted}"
        case _:
            return f"{error.validator} is {wanted}"


def _usage(schema: JsonObject) -> str:
    required = schema["required"]
    return ", ".join(name if name in required else f"{name}?" for name in schema["properties"])
