"""What the tools of catalog mode answer: functions listed, searched and shown, as short text. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from ptc_cli.core.catalog import ServerEntry, Tool, View
from ptc_cli.core.errors import ToolNotFoundError
from ptc_cli.core.result import cut_text
from ptc_cli.core.stub import StubTree
from ptc_cli.search import Hit
from ptc_cli.serve.mcp.texts import NO_SERVERS, first_sentence, one_line

Detail = Literal["name", "signature", "full"]

LISTED_WHOLE = 30
"""Up to this many functions are listed at once when no server is named."""

MOST_LISTED = 200
DETAILS_BYTES = 60_000


def list_functions(view: View, *, server: str | None = None, query: str | None = None) -> str:
    """Return the servers with their counts, or functions with their signatures if few are asked for or there are.

    Raises:
        ToolNotFoundError: The view has no such server.
    """
    if not view.servers:
        return NO_SERVERS
    entries = view.servers if server is None else (view.server(server),)
    tools = [tool for entry in entries for tool in entry.tools if _fits(tool, query)]
    silent = [_silence(entry) for entry in entries if not entry.tools]
    if server is None and query is None and len(tools) > LISTED_WHOLE:
        return "\n".join([*_overview(entries), *silent])
    total = sum(len(entry.tools) for entry in entries)
    return "\n".join([_count(len(tools), total, query), *_listed(tools), *silent])


def found(hits: Sequence[Hit], total: int, tree: StubTree, detail: Detail) -> str:
    """Return the functions that a search found, best first, out of how many there are."""
    if not hits:
        return f"0 of {total} functions. Try other words, or list_functions."
    tools = [hit.tool for hit in hits]
    header = f"{len(hits)} of {total} functions, best first:"
    match detail:
        case "name":
            return "\n".join([header, *(tool.path for tool in tools)])
        case "signature":
            return "\n".join([header, *(signature_line(tool) for tool in tools)])
        case "full":
            return f"{header}\n\n{_documents(tools, tree)}"


def details(view: View, paths: Iterable[str], tree: StubTree) -> tuple[str, bool]:
    """Return functions in full, with a word on each that does not exist; and whether any was found."""
    known: list[Tool] = []
    unknown: list[str] = []
    for path in dict.fromkeys(paths):
        try:
            known.append(view.find(path))
        except ToolNotFoundError as error:
            unknown.append(f"{one_line(path)}: {error}")
    text = "\n\n".join(filter(None, ["\n".join(unknown), _documents(known, tree)]))
    return text, bool(known)


def signature_line(tool: Tool) -> str:
    """Return a function on one line: how a program calls it, and what it is for."""
    summary = f"  # {tool.stub.summary}" if tool.stub.summary else ""
    return f"{tool.module}.{tool.stub.signature}{summary}"


def document_path(tool: Tool) -> str:
    """Return where the tree holds the document of a function."""
    return f"/docs/{tool.module}/{tool.stub.name}.md"


def _documents(tools: Sequence[Tool], tree: StubTree) -> str:
    return cut_text("\n\n".join(_document(tool, tree) for tool in tools), DETAILS_BYTES)


def _document(tool: Tool, tree: StubTree) -> str:
    return tree.files.get(document_path(tool), signature_line(tool)).strip()


def _fits(tool: Tool, query: str | None) -> bool:
    if query is None:
        return True
    text = f"{tool.spec.server} {tool.spec.name} {tool.path} {tool.stub.summary}".casefold()
    return all(word in text for word in query.casefold().split())


def _overview(entries: Sequence[ServerEntry]) -> list[str]:
    total = sum(len(entry.tools) for entry in entries)
    lines = [f"{entry.stub.module}: {_functions(len(entry.tools))}{_about(entry)}" for entry in entries if entry.tools]
    return [f"{len(lines)} servers, {_functions(total)}. Name a server to list its functions.", *lines]


def _about(entry: ServerEntry) -> str:
    about = first_sentence(entry.listing.instructions)
    return f" - {about}" if about else ""


def _silence(entry: ServerEntry) -> str:
    reason = f": {one_line(entry.listing.reason, 300)}" if entry.listing.reason else ""
    return f"{entry.name}: no functions ({entry.listing.status}{reason})"


def _count(shown: int, total: int, query: str | None) -> str:
    if query is None:
        return f"{_functions(total)}:"
    return f"{shown} of {total} functions fit." if shown else f"0 of {total} functions fit. Try search_functions."


def _functions(count: int) -> str:
    return f"{count} function{'' if count == 1 else 's'}"


def _listed(tools: Sequence[Tool]) -> list[str]:
    lines = [signature_line(tool) for tool in tools[:MOST_LISTED]]
    if len(tools) > MOST_LISTED:
        lines.append(f"... and {len(tools) - MOST_LISTED} more: narrow with `query`, or use search_functions.")
    return lines
