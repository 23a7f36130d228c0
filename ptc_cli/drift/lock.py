"""The lock file: what programs may rely on of each tool, as plain text that a person can review."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ptc_cli.core.catalog import ServerEntry
from ptc_cli.core.codec import from_json, to_json
from ptc_cli.core.errors import PtcError
from ptc_cli.core.jsonvalue import text_digest
from ptc_cli.core.stub import ResultSource, ToolStub

VERSION = 1

_WORD = re.compile(r"\w+")


class LockError(PtcError):
    """A lock file that cannot be used."""

    exit_code = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolFacts:
    """A tool, as programs were written for it."""

    digest: str
    """Of everything that its server said of it."""

    function: str
    """Its name in programs."""

    signature: str
    """With `Any` for a result that is not declared: what was learned is nobody's promise."""

    result: ResultSource
    description: str
    """SHA-256 of its description."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerFacts:
    """A server's tools, by wire name, and the types that their signatures name."""

    module: str
    tools: Mapping[str, ToolFacts] = field(default_factory=dict)
    types: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """What a lock file holds, by server."""

    servers: Mapping[str, ServerFacts] = field(default_factory=dict)
    version: int = VERSION


def lock_of(entries: Iterable[ServerEntry]) -> Lock:
    """Return what is to be locked of some servers as they are now."""
    return Lock(servers={entry.name: _server(entry) for entry in entries})


def written(lock: Lock) -> str:
    """Return the text of a lock file: the same for the same tools, whatever order they came in."""
    return json.dumps(to_json(lock), indent=2, sort_keys=True) + "\n"


def parsed(text: str, path: str) -> Lock:
    """Return what the text of a lock file says.

    Raises:
        LockError: It is none, or one of another version of ptc.
    """
    hint = "Write it anew with: ptc stubs lock"
    try:
        found = json.loads(text)
        version = found["version"]
        if version != VERSION:
            raise LockError(f"{path}: is of version {version!r}, and this ptc knows version {VERSION}", hint=hint)
        return from_json(Lock, found)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise LockError(f"{path}: is not a lock file of ptc", hint=hint) from error


def _server(entry: ServerEntry) -> ServerFacts:
    tools = {tool.spec.name: _tool(tool.stub, tool.spec.description) for tool in entry.tools}
    types = _named(entry.stub.definitions, (facts.signature for facts in tools.values()))
    return ServerFacts(module=entry.stub.module, tools=tools, types=types)


def _tool(stub: ToolStub, description: str) -> ToolFacts:
    is_learned = stub.result_source == "learned"
    return ToolFacts(
        digest=stub.digest,
        function=stub.name,
        signature=f"{stub.signature.removesuffix(stub.returns)}Any" if is_learned else stub.signature,
        result="none" if is_learned else stub.result_source,
        description=text_digest(description),
    )


def _named(definitions: Mapping[str, str], signatures: Iterable[str]) -> Mapping[str, str]:
    """Return the types that signatures name, directly or through others."""
    found: dict[str, str] = {}
    waiting = list(signatures)
    while waiting:
        for word in _WORD.findall(waiting.pop()):
            if word in definitions and word not in found:
                found[word] = definitions[word].rstrip()
                waiting.append(definitions[word])
    return found
