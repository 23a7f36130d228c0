"""What the shell can complete for us: servers, tools and their arguments, from the configuration and the cache.

No server is asked, and nothing heavy imported: whoever presses Tab waits for it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from ptc_cli.core.errors import PtcError

if TYPE_CHECKING:
    from ptc_cli.core.catalog import ServerEntry, Tool
    from ptc_cli.core.server import ServerConfig

    _Name = click.ParamType[str]
else:
    _Name = click.ParamType  # no generic class before click 8.2

_MOST_OF_A_TYPE = 40


class ServerName(_Name):
    """The name of a configured server."""

    name = "server"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Return the servers that begin so."""
        names = (config.name for config in _configs(ctx))
        return [CompletionItem(name) for name in names if name.startswith(incomplete)]


class ToolName(_Name):
    """A tool, as `server.tool`: first the server, then its tools."""

    name = "tool"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Return the servers that begin so, or the tools of the only one."""
        known = _configs(ctx)
        configs = [each for each in known if f"{each.name}.".startswith(incomplete) or _is_of(incomplete, each)]
        if len(configs) != 1:
            return [CompletionItem(f"{config.name}.") for config in configs]
        entry = _cached(configs[0], known)
        tools = entry.tools if entry is not None else ()
        return [CompletionItem(tool.path, help=tool.stub.summary) for tool in tools if tool.path.startswith(incomplete)]


class ToolArgument(_Name):
    """An argument of the tool that comes before it, as `name=text`."""

    name = "argument"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Return the names that are not given yet, or the values of the one that is."""
        path = str(ctx.params.get("tool") or "")
        known = _configs(ctx)
        entries = (entry for config in known if _is_of(path, config) and (entry := _cached(config, known)))
        tool, entry = next(((tool, each) for each in entries for tool in each.tools if tool.path == path), (None, None))
        if tool is None or entry is None:
            return []
        name, equals, _ = incomplete.partition("=")
        if equals:
            return [CompletionItem(each) for each in _values(tool, entry, name) if each.startswith(incomplete)]
        given = {word.partition("=")[0].rstrip(":") for word in ctx.params.get(param.name or "") or ()}
        free = [each for each in tool.stub.parameters if each.wire_name not in given]
        return [
            CompletionItem(f"{each.wire_name}=", help=f"{_short(each.annotation)}  {each.description}".rstrip())
            for each in free
            if each.wire_name.startswith(incomplete)
        ]


def _short(annotation: str) -> str:
    """Return a type as there is room for before what it is for."""
    return annotation if len(annotation) <= _MOST_OF_A_TYPE else f"{annotation[: _MOST_OF_A_TYPE - 1]}…"


SERVER = ServerName()
TOOL = ToolName()
ARGUMENT = ToolArgument()


def _values(tool: Tool, entry: ServerEntry, name: str) -> Iterator[str]:
    from ptc_cli.repl.shapes import annotated

    for parameter in tool.stub.parameters:
        if parameter.wire_name == name:
            shape = annotated(parameter.annotation, entry)
            texts = shape.texts() if shape is not None else []
            yield from (f"{name}={text}" for text in texts or ("true", "false") if texts or "bool" in str(shape))


def _is_of(path: str, config: ServerConfig) -> bool:
    return path.startswith(f"{config.name}.")


def _configs(ctx: click.Context) -> list[ServerConfig]:
    """Return the servers that a program could reach; none where the configuration cannot be read."""
    from ptc_cli.config import folders, load

    explicit = ctx.find_root().params.get("config")
    try:
        settings = load(explicit=explicit, cwd=Path.cwd(), environ=os.environ, folders=folders(os.environ))
    except PtcError:
        return []
    return [config for config in settings.servers if config.enabled and config.is_trusted]


def _cached(config: ServerConfig, known: list[ServerConfig]) -> ServerEntry | None:
    """Return what is in the cache of a server."""
    from ptc_cli.config import folders
    from ptc_cli.core.catalog import ServerEntry
    from ptc_cli.core.names import module_names
    from ptc_cli.engine.cache import ListingCache

    module = module_names(each.name for each in known)[config.name]
    kept = ListingCache(Path(folders(os.environ).cache)).load(config, module, now=time.time())
    if kept is None or kept.stub is None:
        return None
    return ServerEntry(config=config, listing=kept.listing, stub=kept.stub)
