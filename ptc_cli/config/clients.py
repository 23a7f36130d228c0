"""Configuration files of other MCP clients, read as they are.

`mcpServers` is what Claude Desktop, Claude Code, Cursor, Windsurf and most others write; VS Code has `servers` and
`inputs`; Codex has `[mcp_servers]` in TOML. Each entry is put into the words of our own keys. A key that only means
something to the other client is left out: in silence where that loses nothing, else with a warning.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Literal, TypeAlias

from ptc_cli.config import dotenv
from ptc_cli.config.document import Document
from ptc_cli.config.mistakes import KeyPath
from ptc_cli.config.reader import Reader
from ptc_cli.config.server import Entry
from ptc_cli.config.shape import record
from ptc_cli.core.server import AuthConfig, ServerConfig
from ptc_cli.core.suggest import nearest

Client = Literal["mcpServers", "vscode", "codex"]

_TOP: Mapping[Client, str] = {"mcpServers": "mcpServers", "vscode": "servers", "codex": "mcp_servers"}

_SPELLED = {
    "type": "transport",
    "serverUrl": "url",
    "httpUrl": "url",
    "http_headers": "headers",
    "disabledTools": "deny",
    "disabled_tools": "deny",
    "excludeTools": "deny",
    "includeTools": "allow",
    "enabled_tools": "allow",
    "tool_timeout_sec": "timeout",
    "startup_timeout_sec": "connect_timeout",
}
"""Our key by theirs, where value and meaning are the same."""

_MEANINGLESS_HERE = frozenset(
    {
        *("alwaysAllow", "autoApprove", "trust", "description", "displayName", "icon", "iconUrl", "gallery", "version"),
        *("dev", "disabledReason", "required", "alwaysLoad", "metadata", "tags", "default_tools_approval_mode"),
    }
)

_AUTH = {
    **dict.fromkeys(("clientId", "CLIENT_ID"), "client_id"),
    **dict.fromkeys(("clientSecret", "CLIENT_SECRET"), "client_secret"),
    **dict.fromkeys(("callbackPort", "redirectPort", "callback_port"), "redirect_port"),
    "scope": "scopes",
}
"""Our key by theirs, of how to log in."""

_AUTH_KEYS = frozenset(record(AuthConfig).keys)

_TRANSPORTS = {
    **dict.fromkeys(("streamable-http", "streamableHttp", "streamable_http", "streamableHTTP", "remote"), "http"),
    "local": "stdio",
}

_OUR_KEYS = frozenset(record(ServerConfig).keys)

Notes: TypeAlias = Callable[[KeyPath, str], None]
"""Takes a warning about a key."""


def client_of(document: Document) -> Client | None:
    """Return whose format a file has; None for our own."""
    for client, top in _TOP.items():
        if top in document.table and (client == "codex") is (document.syntax == "toml"):
            return client
    return "mcpServers" if document.syntax == "json" else None


def entries(reader: Reader, client: Client, *, read_env: Callable[[str], dotenv.Found], note: Notes) -> Iterator[Entry]:
    """Give every server of another client's file.

    `read_env` reads the names in an `envFile`, which the file names by a path of its own.
    """
    top = _TOP[client]
    table = reader.document.table
    if top not in table:
        if table.keys() - {"inputs", "$schema"}:
            reader.wrong((), "expected servers under 'mcpServers', or under 'servers' as VS Code has it")
        return
    inputs = _input_defaults(table) if client == "vscode" else {}
    for name, raw in reader.table(table[top], (top,)).items():
        at = (top, name)
        values = _with_defaults(raw, inputs) if inputs else raw
        values = _literal(values) if client == "codex" else values
        yield _Translation(name, at, reader.table(values, at), reader, note).entry(read_env)


class _Translation:
    """One entry on its way to our own keys."""

    def __init__(self, name: str, at: KeyPath, raw: Mapping[str, object], reader: Reader, note: Notes) -> None:
        self._name = name
        self._at = at
        self._raw = raw
        self._reader = reader
        self._note = note
        self._values: dict[str, object] = {}
        self._spelled: dict[str, KeyPath] = {}

    def entry(self, read_env: Callable[[str], dotenv.Found]) -> Entry:
        for key, value in self._raw.items():
            self._take(key, value)
        if isinstance(self._values.get("env"), dict):
            self._values["env"] = _as_texts(self._values["env"])
        self._take_env_file(read_env)
        return Entry(name=self._name, at=self._at, values=self._values, spelled=self._spelled)

    def _take(self, key: str, value: object) -> None:
        special = _SPECIAL.get(key)
        if special is not None:
            special(self, key, value)
        elif key in _OUR_KEYS or key in _SPELLED:
            self._set(_SPELLED.get(key, key), key, value)
        elif key not in _MEANINGLESS_HERE and key != "envFile":
            self._unknown(key)

    def _set(self, ours: str, theirs: str, value: object) -> None:
        if ours in self._values and ours != theirs:
            self._reader.wrong((*self._at, theirs), "is given twice, under two names")
        self._values[ours] = value
        if ours != theirs:
            self._spelled[ours] = (*self._at, theirs)

    def _unknown(self, key: str) -> None:
        close = nearest(key, {*_OUR_KEYS, *_SPELLED, *_SPECIAL, "envFile"}, cutoff=0.8)
        if close is not None:
            self._reader.wrong((*self._at, key), f"there is no such key. Did you mean '{close}'?")
        else:
            self._note((*self._at, key), "is not understood by ptc, and ignored")

    def transport(self, key: str, value: object) -> None:
        known = _TRANSPORTS.get(value, value) if isinstance(value, str) else value
        self._set("transport", key, known)

    def disabled(self, key: str, value: object) -> None:
        self._set("enabled", key, not value if isinstance(value, bool) else value)

    def timeout(self, key: str, value: object) -> None:
        # Some clients write seconds, some milliseconds, under the same name. Nobody waits a quarter of an hour for
        # one call, or gives up within a second.
        in_milliseconds = isinstance(value, int) and not isinstance(value, bool) and value >= 1000
        self._set("timeout", key, value / 1000 if in_milliseconds and isinstance(value, int) else value)

    def startup_milliseconds(self, key: str, value: object) -> None:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        self._set("connect_timeout", key, value / 1000 if is_number and isinstance(value, int | float) else value)

    def bearer(self, key: str, value: object) -> None:
        if isinstance(value, str):
            self._headers()["Authorization"] = f"Bearer ${{{value}}}"
        else:
            self._reader.wrong((*self._at, key), "expected a variable's name")

    def headers_from_env(self, key: str, value: object) -> None:
        for header, variable in self._reader.table(value, (*self._at, key)).items():
            if isinstance(variable, str):
                self._headers()[header] = f"${{{variable}}}"
            else:
                self._reader.wrong((*self._at, key, header), "expected a variable's name")

    def forwarded(self, key: str, value: object) -> None:
        names = value if isinstance(value, list) else []
        if not isinstance(value, list) or not all(isinstance(name, str) for name in names):
            self._reader.wrong((*self._at, key), "expected a list of variables' names")
        env = self._values.setdefault("env", {})
        if isinstance(env, dict):
            env.update({name: f"${{{name}:-}}" for name in names if isinstance(name, str) and name not in env})

    def http_headers(self, key: str, value: object) -> None:
        if isinstance(value, dict):
            self._headers().update(value)
        else:
            self._set("headers", key, value)

    def login(self, key: str, value: object) -> None:
        # Some write false where there is no login, and true where it is found out.
        if isinstance(value, bool) or value is None:
            return
        at = (*self._at, key)
        auth: dict[str, object] = {}
        for theirs, each in self._reader.table(value, at).items():
            ours = _AUTH.get(theirs, theirs)
            if ours not in _AUTH_KEYS:
                self._note((*at, theirs), "is not understood by ptc, and ignored")
            else:
                auth[ours] = each.split() if theirs == "scope" and isinstance(each, str) else each
        self._set("auth", key, auth)

    def tools(self, key: str, value: object) -> None:
        # Some list the tools they want, where a star is all of them; in ours a table says more about each tool.
        if not isinstance(value, list):
            self._set("tools", key, value)
        elif value != ["*"]:
            self._set("allow", key, value)

    def env(self, key: str, value: object) -> None:
        before = self._values.get("env")
        merged = {**before, **value} if isinstance(before, dict) and isinstance(value, dict) else value
        self._values[key] = merged

    def _headers(self) -> dict[str, object]:
        headers = self._values.setdefault("headers", {})
        return headers if isinstance(headers, dict) else {}

    def _take_env_file(self, read_env: Callable[[str], dotenv.Found]) -> None:
        path = self._raw.get("envFile")
        if path is None:
            return
        at = (*self._at, "envFile")
        if not isinstance(path, str):
            self._reader.wrong(at, "expected a path")
            return
        found = read_env(path)
        if found.reason is not None:
            self._note(at, f"{found.reason}; its variables are not set")
        env = self._values.setdefault("env", {})
        if isinstance(env, dict):
            self._values["env"] = {**{name: f"${{envFile:{found.path}#{name}}}" for name in found.names}, **env}


_SPECIAL: Mapping[str, Callable[[_Translation, str, object], None]] = {
    "type": _Translation.transport,
    "transport": _Translation.transport,
    "disabled": _Translation.disabled,
    "timeout": _Translation.timeout,
    "startup_timeout_ms": _Translation.startup_milliseconds,
    "bearer_token_env_var": _Translation.bearer,
    "env_http_headers": _Translation.headers_from_env,
    "headers": _Translation.http_headers,
    "http_headers": _Translation.http_headers,
    "env_vars": _Translation.forwarded,
    "env": _Translation.env,
    "tools": _Translation.tools,
    "oauth": _Translation.login,
    "auth": _Translation.login,
}


def _as_texts(env: object) -> object:
    """Return an environment with numbers written out, and without those set to null, as VS Code takes them."""
    if not isinstance(env, dict):
        return env
    return {
        name: json.dumps(value) if isinstance(value, bool | int | float) else value
        for name, value in env.items()
        if value is not None
    }


def _input_defaults(table: Mapping[str, object]) -> Mapping[str, str]:
    """Return the defaults of VS Code's inputs, by their ids."""
    inputs = table.get("inputs")
    known = [each for each in inputs if isinstance(each, dict)] if isinstance(inputs, list) else []
    return {
        each["id"]: each["default"]
        for each in known
        if isinstance(each.get("id"), str) and isinstance(each.get("default"), str)
    }


_INPUT = re.compile(r"\$\{input:([^}:]+)\}")


def _with_defaults(value: object, defaults: Mapping[str, str]) -> object:
    """Return a value whose references to inputs carry the inputs' defaults."""

    def filled(match: re.Match[str]) -> str:
        default = defaults.get(match[1])
        is_plain = default is not None and not set(default) & set("${}")
        return f"${{input:{match[1]}:-{default}}}" if is_plain else match[0]

    return _mapped(value, lambda text: _INPUT.sub(filled, text))


def _literal(value: object) -> object:
    """Return a value in which nothing is a reference: Codex expands none."""
    return _mapped(value, _escaped)


def _escaped(text: str) -> str:
    return text.replace("${", "$${")


def _mapped(value: object, change: Callable[[str], str]) -> object:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_mapped(each, change) for each in value]
    if isinstance(value, dict):
        return {key: _mapped(each, change) for key, each in value.items()}
    return value
