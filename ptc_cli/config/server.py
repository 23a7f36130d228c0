"""One server's entry in a file, whatever the file's format, to a `ServerConfig`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal, cast
from urllib.parse import urlsplit

from ptc_cli.config.mistakes import KeyPath
from ptc_cli.config.reader import Reader, Stated, build
from ptc_cli.config.shape import record
from ptc_cli.core.server import AuthConfig, Origin, ServerConfig, ToolConfig, Transport

_LONGEST_NAME = 100

_GLOB = re.compile(r"[*?\[\]]")
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")

_SCOPE = re.compile(r"[!#-\[\]-~]+")
"""As RFC 6749 has it."""

_STDIO_ONLY = ("args", "env", "cwd")
_HTTP_ONLY = ("headers", "auth")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a file says of one server, under the names of our own keys."""

    name: str
    at: KeyPath
    values: Mapping[str, object]
    spelled: Mapping[str, KeyPath] = field(default_factory=dict)
    """Where a value really stands in the file, by our key, when its own format calls it something else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """What relative paths in a file are relative to."""

    path: str
    home: str
    is_default_cwd: bool
    """Whether servers without a `cwd` start here: those of a project start in its folder, from wherever ptc is used."""

    def resolve(self, path: str) -> str:
        """Return an absolute path; one that opens with a reference is left for the moment of connecting."""
        if path == "~" or path.startswith("~/"):
            return self.home + path[1:]
        return path if path.startswith("${") else str(Path(self.path, path))


def server_of(entry: Entry, reader: Reader, *, folder: Folder, origin: Origin, is_trusted: bool) -> ServerConfig | None:
    """Return the server of an entry, or None with the mistakes noted."""
    faults = list(_name_faults(entry.name))
    for fault in faults:
        reader.wrong(entry.at, fault)
    stated = _read(entry, reader)
    transport = _transport(entry, stated, reader)
    _check(entry, stated, reader)
    if faults or transport is None:
        return None
    tools = {name: build(ToolConfig, said) for name, said in _tables(stated, "tools").items()}
    cwd = cast("str | None", stated.get("cwd")) or ("." if folder.is_default_cwd and transport == "stdio" else None)
    auth = build(AuthConfig, _tables(stated, "auth")) if "auth" in stated else None
    given = {
        **stated,
        "transport": transport,
        "tools": tools,
        "auth": auth,
        "cwd": None if cwd is None else folder.resolve(cwd),
    }
    given["roots"] = tuple(folder.resolve(root) for root in cast("tuple[str, ...]", stated.get("roots", ())))
    return replace(
        build(ServerConfig, {"name": entry.name, "origin": origin, **given}),
        origin=replace(origin, line=reader.document.line(entry.at)),
        is_trusted=is_trusted,
    )


def _read(entry: Entry, reader: Reader) -> Stated:
    values = dict(entry.values)
    tools = values.get("tools")
    if reader.document.syntax == "json" and isinstance(tools, dict):
        values["tools"] = {name: _without_null(tool) for name, tool in tools.items()}
    return reader.record(values, record(ServerConfig), entry.at, spelled=entry.spelled)


def _without_null(tool: object) -> object:
    """Return a tool's table in the words of TOML, which has no null."""
    if isinstance(tool, dict) and "output_schema" in tool and tool["output_schema"] is None:
        return {**{key: value for key, value in tool.items() if key != "output_schema"}, "returns_nothing": True}
    return tool


def _name_faults(name: str) -> Iterator[str]:
    if not name or len(name) > _LONGEST_NAME:
        yield f"expected a server's name of 1 to {_LONGEST_NAME} characters"
    if not name.isprintable() or name != name.strip():
        yield "expected a server's name of visible characters, without spaces around it"
    if name.startswith("-") or _GLOB.search(name):
        # Names stand in globs such as `github.delete_*`, and on command lines.
        yield "expected a server's name without * ? [ ] and not beginning with -"


def _transport(entry: Entry, stated: Stated, reader: Reader) -> Transport | None:
    """Return how the server is reached; None, with the contradiction noted, if the entry does not say."""
    command, url = ("command" in entry.values, "url" in entry.values)
    if command and url:
        reader.wrong(_where(entry, "url"), "contradicts command: a server is started or reached at a url, not both")
        return None
    if not command and not url:
        reader.wrong(entry.at, "expected a command to start, or a url to reach")
        return None
    wanted = cast("Transport | None", stated.get("transport"))
    if wanted is not None and (wanted == "stdio") is url:
        reader.wrong(_where(entry, "transport"), f"{wanted!r} contradicts {'url' if url else 'command'}")
        return None
    if "command" not in stated and "url" not in stated:
        return None
    return wanted or ("stdio" if command else _http_transport(str(stated.get("url"))))


def _http_transport(url: str) -> Literal["http", "sse"]:
    return "sse" if _url_path(url).rstrip("/").endswith("/sse") else "http"


def _url_path(url: str) -> str:
    """Return the path of a URL, empty where it is none."""
    try:
        return urlsplit(url).path
    except ValueError:
        return ""


def _check(entry: Entry, stated: Stated, reader: Reader) -> None:
    """Note what is wrong with values that have the right shape."""
    is_remote = "url" in entry.values
    for key in _STDIO_ONLY if is_remote else _HTTP_ONLY:
        if key in entry.values and ("url" in entry.values or "command" in entry.values):
            belongs = "a command" if is_remote else "a url"
            reader.wrong(_where(entry, key), f"belongs to a server with {belongs}, which this one has not")
    for key, subkey, fault in _faults(stated):
        reader.wrong((*_where(entry, key), *subkey), fault)


def _faults(stated: Stated) -> Iterator[tuple[str, KeyPath, str]]:
    if not str(stated.get("command", "x")).strip():
        yield "command", (), "expected a command, found an empty text"
    if "url" in stated:
        yield from (("url", (), fault) for fault in _url_faults(str(stated["url"])))
    yield from _map_faults(stated)
    yield from (("auth", (key,), fault) for key, fault in _auth_faults(_tables(stated, "auth")))
    for name, tool in _tables(stated, "tools").items():
        if tool.get("returns_nothing") and "output_schema" in tool:
            yield "tools", (name, "returns_nothing"), "contradicts output_schema"
    for key in ("allow", "ask", "deny"):
        for index, glob in enumerate(cast("tuple[str, ...]", stated.get(key, ()))):
            if not glob:
                yield key, (index,), "expected a glob over names of tools, found an empty text"


def _map_faults(stated: Stated) -> Iterator[tuple[str, KeyPath, str]]:
    for name in _tables(stated, "env"):
        if not name or "=" in name:
            yield "env", (name,), "expected a variable's name"
    for name, value in _tables(stated, "headers").items():
        if not _HEADER_NAME.fullmatch(name):
            yield "headers", (name,), "expected a header's name"
        if any(character in str(value) for character in "\r\n"):
            yield "headers", (name,), "expected a header's value on one line"


def _auth_faults(auth: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    if auth.get("grant") == "client_credentials":
        for key in ("client_id", "client_secret"):
            if not auth.get(key):
                yield "grant", f"needs {key}: nobody is asked to log in"
    if "client_secret" in auth and "client_id" not in auth:
        yield "client_secret", "belongs to a client_id, which is not given"
    if not _is_https(str(auth.get("client_metadata_url", "https://host/path"))):
        yield "client_metadata_url", "expected an https URL with a path"
    for scope in cast("tuple[str, ...]", auth.get("scopes", ())):
        if not _SCOPE.fullmatch(scope):
            yield "scopes", "expected scopes without spaces in them"


def _is_https(url: str) -> bool:
    return url.startswith("https://") and len(_url_path(url)) > 1


def _url_faults(url: str) -> Iterator[str]:
    if url.startswith("${"):
        return
    try:
        parts = urlsplit(url)
        host, has_user = parts.hostname, parts.username is not None
        _ = parts.port if "${" not in url else None
    except ValueError:
        yield "expected a URL such as https://example.com/mcp"
        return
    if parts.scheme not in ("http", "https") or not host or not url.isprintable() or " " in url:
        yield "expected a URL such as https://example.com/mcp"
    if has_user:
        yield "expected a URL without a user and password; write them as a header, by reference"


def _where(entry: Entry, key: str) -> KeyPath:
    return entry.spelled.get(key, (*entry.at, key))


def _tables(stated: Stated, key: str) -> Mapping[str, Stated]:
    return cast("Mapping[str, Stated]", stated.get(key, {}))
