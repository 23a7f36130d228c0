"""`/runs` in the tree: the last programs of a session, as files. A view of the journal, which alone keeps them."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from ptc_cli.core.call import Content, ToolResult
from ptc_cli.core.catalog import Caller
from ptc_cli.core.errors import JournalError
from ptc_cli.core.event import CallFinished, CallStarted, Kept
from ptc_cli.core.jsonvalue import JsonObject, JsonValue
from ptc_cli.core.record import RunRecord
from ptc_cli.core.result import Result
from ptc_cli.core.tree import Node
from ptc_cli.journal import Journal

if TYPE_CHECKING:
    from ptc_cli.vfs import Folder, LazyFile

MOST_RUNS = 20
"""Programs of one session that are shown."""

MOST_BYTES = 8 << 20
"""Of one file: the shell leaves out those that are longer than 10 MB."""

_AT_HAND_BYTES = 4 << 10
"""Files as short as this are kept: a run with much in it takes seconds to be fetched again, for each of its files."""

_MOST_SESSIONS = 1_000

Key: TypeAlias = tuple[str | None, ...]


class _Session:
    """The runs of one session, by number; the number of a run never changes."""

    def __init__(self) -> None:
        self.count = 0
        self.runs: OrderedDict[int, str] = OrderedDict()
        self.folders: dict[int, Folder] = {}
        self.whole: Folder | None = None

    def add(self, run: str) -> None:
        self.count += 1
        self.runs[self.count] = run
        self.whole = None
        while len(self.runs) > MOST_RUNS:
            number, _ = self.runs.popitem(last=False)
            self.folders.pop(number, None)


class RecentRuns:
    """Which programs each session ran last. Callers without a session have none: they cannot be told apart."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._shown: OrderedDict[Key, _Session] = OrderedDict()

    def add(self, caller: Caller, run: str) -> None:
        """Show a run that has ended to the session that it belongs to."""
        if caller.session is None:
            return
        shown = self._shown.setdefault(_key(caller), _Session())
        self._shown.move_to_end(_key(caller))
        shown.add(run)
        while len(self._shown) > _MOST_SESSIONS:
            self._shown.popitem(last=False)

    def folder(self, caller: Caller, run: str) -> str | None:
        """Return where a session finds a run in its tree, such as `/runs/3`; None where it does not."""
        shown = self._shown.get(_key(caller))
        numbers = {} if shown is None else {known: number for number, known in shown.runs.items()}
        return f"/runs/{numbers[run]}" if run in numbers else None

    def runs(self, caller: Caller) -> tuple[str, ...]:
        """Return the ids of a session's runs that are shown, the last one last."""
        shown = self._shown.get(_key(caller))
        return () if shown is None else tuple(shown.runs.values())

    def files(self, caller: Caller, run: str) -> Mapping[str, bytes]:
        """Return what there is to read of a caller's own run, by name; nothing of anybody else's."""
        try:
            record = self._journal.load(run)
        except JournalError:
            return {}
        is_own = record.execution.run == run and _key(record.execution.caller) == _key(caller)
        return files(record) if is_own else {}

    def overlay(self, caller: Caller) -> Node | None:
        """Return what stands at the root of a session's tree beside the stubs; None for nothing.

        For any thread but the event loop's: to fetch runs with much in them takes seconds.
        """
        shown = self._shown.get(_key(caller))
        if shown is None:
            return None
        count = shown.count
        whole = shown.whole or self._made(shown)
        if shown.count == count:
            shown.whole = whole
        return whole

    def _made(self, shown: _Session) -> Folder:
        runs = dict(shown.runs)
        for number, run in runs.items():
            if number not in shown.folders and (folder := self._folder(run)):
                shown.folders[number] = folder
        from ptc_cli.vfs import Folder  # pyfakefs costs 40 ms to import; who only lists tools must not pay it

        folders = {str(number): shown.folders[number] for number in runs if number in shown.folders}
        latest = max((folder.modified_at for folder in folders.values()), default=0.0)
        return Folder(entries={"runs": Folder(entries=folders, modified_at=latest)}, modified_at=latest)

    def _folder(self, run: str) -> Folder | None:
        """Return a run's files; the texts of long ones are fetched again when they are read."""
        try:
            record = self._journal.load(run)
        except JournalError:
            return None
        ended_at = record.header.started_at + record.header.seconds
        return _folder({name: self._file(run, name, text, ended_at) for name, text in files(record).items()}, ended_at)

    def _file(self, run: str, name: str, text: bytes, ended_at: float) -> LazyFile:
        from ptc_cli.vfs import LazyFile

        is_short = len(text) <= _AT_HAND_BYTES
        make = partial(bytes, text) if is_short else partial(self._text, run, name)
        return LazyFile(size=len(text), make=make, modified_at=ended_at)

    def _text(self, run: str, name: str) -> bytes:
        try:
            return files(self._journal.load(run)).get(name, b"")
        except JournalError as error:
            return f"{error.message}\n".encode()


def files(record: RunRecord) -> Mapping[str, bytes]:
    """Return what there is to read of a run, by name."""
    result = record.result
    found = {"program.py": record.execution.program.source.encode("utf-8", "replace")}
    if result is None:
        return found
    found["stdout"] = result.stdout.encode("utf-8", "replace")
    found["stderr"] = result.stderr.encode("utf-8", "replace")
    found |= _value(result)
    if result.error is not None:
        found["error"] = (result.error.traceback or f"{result.error.type}: {result.error.message}\n").encode()
    found["calls.jsonl"] = b"".join(_line(call) for call in _calls(record))
    kept = (event.what for event in record.events)
    found |= {f"files/{what.path}": what.content for what in kept if isinstance(what, Kept)}
    return {name: _cut(text) for name, text in found.items()}


def _cut(text: bytes) -> bytes:
    more = len(text) - MOST_BYTES
    return text if more <= 0 else text[:MOST_BYTES] + f"\n[cut: {more:,} more bytes are only in the journal]\n".encode()


def _folder(nodes: Mapping[str, Node], modified_at: float) -> Folder:
    """Return a directory of files, given by their paths."""
    from ptc_cli.vfs import Folder

    entries: dict[str, Node] = {}
    below: dict[str, dict[str, Node]] = {}
    for path, node in nodes.items():
        name, slash, rest = path.partition("/")
        if slash:
            below.setdefault(name, {})[rest] = node
        else:
            entries[name] = node
    # A program can leave `a` and, in another moment, `a/b`: the directory shows.
    entries |= {name: _folder(inner, modified_at) for name, inner in below.items()}
    return Folder(entries=entries, modified_at=modified_at)


def _value(result: Result) -> dict[str, bytes]:
    match result.value_kind:
        case "json":
            text = json.dumps(result.value, indent=2, ensure_ascii=False)
            return {"value.json": f"{text}\n".encode("utf-8", "replace")}
        case "repr":
            return {"value.txt": f"{result.value}\n".encode("utf-8", "replace")}
        case "none":
            return {}


def _calls(record: RunRecord) -> Iterable[JsonObject]:
    """Return what was called and what came back, in the order of the calls."""
    calls: dict[str, JsonObject] = {}
    for event in record.events:
        match event.what:
            case CallStarted(call=call):
                what = {"line": call.site, "server": call.server, "tool": call.tool}
                calls[call.id] = {**what, "arguments": call.arguments}
            case CallFinished(call=started, seconds=seconds, result=result) if started in calls:
                calls[started] |= {"seconds": round(seconds, 6), **_answer(result)}
            case _:
                pass
    return calls.values()


def _answer(result: ToolResult) -> JsonObject:
    if result.failure is not None:
        return {"error": result.failure.message, "kind": result.failure.kind}
    if not result.is_content:
        return {"result": result.value}
    return {"result": [_shown(block) for block in result.content]}


def _shown(block: Content) -> JsonValue:
    if block.data is None:
        return block.text
    return {"type": block.type, "mime_type": block.mime_type, "bytes": len(block.data)}


def _line(call: JsonObject) -> bytes:
    return json.dumps(call, ensure_ascii=False).encode("utf-8", "replace") + b"\n"


def _key(caller: Caller) -> Key:
    return (caller.door, caller.token, caller.session)
