"""Servers as TOML text, in the words of our own configuration file."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator, Mapping

from ptc_cli.config.shape import Key, Record, record
from ptc_cli.core.errors import ConfigError
from ptc_cli.core.jsonvalue import JsonValue
from ptc_cli.core.server import AuthConfig, ServerConfig, ToolConfig

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def server_table(server: ServerConfig, above: tuple[str, ...] = ()) -> str:
    """Return the tables of a server, with what differs from the defaults.

    Raises:
        ConfigError: It holds what TOML cannot say.
    """
    path = (*above, "servers", server.name)
    lines = [f"[{key_path(path)}]", *_lines(server, record(ServerConfig), skip=("tools",))]
    for name, tool in server.tools.items():
        lines += ["", f"[{key_path((*path, 'tools', name))}]", *_lines(tool, record(ToolConfig))]
    return "\n".join(lines) + "\n"


def assignment(key: str, value: JsonValue) -> str:
    """Return a line that gives a key its value.

    Raises:
        ConfigError: It holds what TOML cannot say.
    """
    return f"{key} = {_value(value)}\n"


def key_path(path: tuple[str, ...]) -> str:
    """Return a dotted key."""
    return ".".join(part if _BARE.fullmatch(part) else _text(part) for part in path)


def _lines(value: ServerConfig | ToolConfig, shape: Record, skip: tuple[str, ...] = ()) -> Iterator[str]:
    defaults = {field.name: _default(field) for field in dataclasses.fields(value)}
    for key in shape.keys.values():
        now = getattr(value, key.field)
        if key.name not in skip and now != defaults[key.field] and not _is_implied(value, key):
            yield f"{key.name} = {_value(now)}"


def _default(field: dataclasses.Field[object]) -> object:
    return field.default_factory() if field.default_factory is not dataclasses.MISSING else field.default


def _is_implied(value: ServerConfig | ToolConfig, key: Key) -> bool:
    """Say whether a key repeats what another one says: a command is reached over stdio, a url over HTTP."""
    if not isinstance(value, ServerConfig) or key.field != "transport":
        return False
    ends_in_sse = (value.url or "").rstrip("/").endswith("/sse")
    return value.transport == "stdio" or (value.transport == "http" and not ends_in_sse)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, AuthConfig):
        return _value(_stated(value))
    if isinstance(value, Mapping):
        pairs = [f"{key_path((str(key),))} = {_value(each)}" for key, each in value.items()]
        return f"{{ {', '.join(pairs)} }}" if pairs else "{}"
    raise ConfigError(f"TOML cannot say {type(value).__name__!r}", hint="Leave the null out, or use returns_nothing.")


def _stated(auth: AuthConfig) -> Mapping[str, object]:
    """Return what differs from the defaults."""
    defaults = AuthConfig()
    named = {field.name: getattr(auth, field.name) for field in dataclasses.fields(auth)}
    return {name: value for name, value in named.items() if value != getattr(defaults, name)}


def _text(text: str) -> str:
    # JSON's escapes are TOML's, but for DEL, which JSON leaves as it is and TOML forbids.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
