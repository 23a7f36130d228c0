"""The journal: runs opened, events appended, all of it read again."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import cast

from ptc_cli.core.codec import from_json, to_json
from ptc_cli.core.errors import JournalError
from ptc_cli.core.event import Event, Finished, Kept, RunState
from ptc_cli.core.execution import Execution
from ptc_cli.core.jsonvalue import JsonObject
from ptc_cli.core.layers import Layers
from ptc_cli.core.record import RunHeader, RunRecord
from ptc_cli.core.result import Result
from ptc_cli.core.settings import JournalSettings
from ptc_cli.journal import database as files
from ptc_cli.journal import owner
from ptc_cli.journal.text import blob_digest, bring_back, dump, load, may_be_long, put_aside, without
from ptc_cli.journal.writer import Write, Writer

_HEADER = "run, program, door, session, state, started_at, seconds, calls"
_LIVE: tuple[RunState, ...] = ("checking", "running", "waiting")


class Journal:
    """The record of every run of this user, in one file, written behind the back of the event loop.

    A journal that cannot be written never stops a run: `warning` says that nothing is recorded, and why.
    """

    def __init__(self, folder: Path, *, settings: JournalSettings, secrets: Callable[[], Collection[str]]) -> None:
        """Use a folder; the file is opened at the first run.

        Args:
            folder: Where the journal lies.
            settings: How long runs are kept.
            secrets: Returns what must never be written.
        """
        self._path = folder / files.FILE_NAME
        self._settings = settings
        self._secrets = secrets
        self._writer: Writer | None = None
        self._warning: str | None = None

    @property
    def warning(self) -> str | None:
        """Why runs are not recorded, or what was wrong with the journal; None if all is well."""
        failure = self._writer.failure if self._writer is not None else None
        return f"the journal {self._path} cannot be written: {failure}" if failure else self._warning

    def open(self, execution: Execution) -> None:
        """Begin the record of a run."""
        text, blobs = self._recorded(to_json(execution))
        values = (
            execution.run,
            execution.program.name,
            execution.caller.door,
            execution.caller.session,
            "checking",
            execution.started_at,
            owner.this_process(),
            text,
        )
        self._write(
            execution.run,
            "insert into runs (run, program, door, session, state, started_at, owner, execution)"
            " values (?, ?, ?, ?, ?, ?, ?, ?)",
            values,
            blobs,
        )

    def begin(self, execution: Execution, *, generation: int, tools: dict[str, str], layers: Layers) -> None:
        """Add to a run's record what it runs with: `tools` are digests by `server.tool`."""
        text, blobs = self._recorded(to_json(execution))
        values = (text, generation, dump(dict(tools)).decode(), dump(to_json(layers)).decode(), execution.run)
        statement = (
            "update runs set state = 'running', execution = ?, generation = ?, tools = ?, layers = ? where run = ?"
        )
        self._write(execution.run, statement, values, blobs)

    def append(self, event: Event) -> None:
        """Add an event to its run."""
        if isinstance(event.what, Finished):
            # Whoever waits for the result may change the value in it as soon as it is theirs.
            self._put(self._event_write(event))
            self._finish(event.what.result)
        else:
            # Its text is made by the thread that writes: half of what the gate would add to a call.
            self._put(lambda database: self._event_write(event)(database))

    def _event_write(self, event: Event) -> Write:
        # Base64 would hide them from those who look for secrets in the text.
        what = to_json(_cleaned(event, self._secrets()))["what"]
        text, blobs = self._recorded(what)
        values = (event.run, event.sequence, event.time, event.span, event.parent_span, text)
        return _write_of(event.run, "insert into events values (?, ?, ?, ?, ?, ?)", values, blobs)

    def flush(self) -> None:
        """Wait until everything so far is on disk."""
        if self._writer is not None:
            self._writer.flush()

    def close(self) -> None:
        """Write what waits and close the file."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def runs(self, limit: int = 20) -> tuple[RunHeader, ...]:
        """Return the latest runs, newest first.

        Raises:
            JournalError: The file is no journal.
        """
        with self._reading() as database:
            if database is None:
                return ()
            rows = database.execute(f"select {_HEADER} from runs order by started_at desc limit ?", (limit,))  # noqa: S608  # our own column names
            return tuple(_header(row) for row in rows)

    def load(self, run: str) -> RunRecord:
        """Return a run whole, by its id or the beginning or end of it that only it has.

        Raises:
            JournalError: There is no such run, or several, or the file is no journal.
        """
        with self._reading() as database:
            full = _only(run, self._matching(database, run))
            assert database is not None
            row = database.execute(
                f"select {_HEADER}, generation, execution, result from runs where run = ?",  # noqa: S608  # our own column names
                (full,),
            ).fetchone()
            return self._record(database, row)

    def prune(self, *, keep_days: float | None = None, keep_bytes: int | None = None) -> int:
        """Forget runs beyond an age and a size, the settings' by default; return how many."""
        days = self._settings.keep_days if keep_days is None else keep_days
        most = self._settings.keep_bytes if keep_bytes is None else keep_bytes
        before = len(self.runs(limit=-1))
        self._put(lambda database: _prune(database, older_than=time.time() - days * 86400, most_bytes=most))
        self.flush()
        return before - len(self.runs(limit=-1))

    def forget(self, run: str) -> None:
        """Forget a run that has ended, as if it had not been."""
        self._put(lambda database: _forget(database, run))

    def _finish(self, result: Result) -> None:
        text, blobs = self._recorded(to_json(result))
        values = (result.status, result.seconds, len(result.calls), text, result.run)
        self._write(
            result.run, "update runs set state = ?, seconds = ?, calls = ?, result = ? where run = ?", values, blobs
        )

    def _recorded(self, value: JsonObject) -> tuple[str, dict[str, bytes]]:
        secrets, blobs = self._secrets(), dict[str, bytes]()

        def keep(text: bytes) -> str:
            clean = without(text, secrets)
            name = blob_digest(clean)
            blobs[name] = clean
            return name

        text = dump(value)
        if may_be_long(text):
            text = dump(put_aside(value, keep))
        return without(text, secrets).decode("utf-8", "replace"), blobs

    def _write(self, run: str, statement: str, values: Sequence[object], blobs: dict[str, bytes]) -> None:
        self._put(_write_of(run, statement, values, blobs))

    def _put(self, write: Write) -> None:
        if self._writer is None and self._warning is None:
            self._writer = self._opened()
        if self._writer is not None:
            self._writer.put(write)

    def _opened(self) -> Writer | None:
        try:
            return self._started(files.connect(self._path))
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):
                self._warning = f"runs are not recorded: {self._path}: {error}"
                return None
        except OSError as error:
            self._warning = f"runs are not recorded: {error}"
            return None
        return self._replaced()

    def _replaced(self) -> Writer | None:
        try:
            broken = files.set_aside(self._path)
            self._warning = f"the journal was broken and a new one begun; the old one is {broken}"
            return self._started(files.connect(self._path))
        except (OSError, sqlite3.Error) as error:
            self._warning = f"runs are not recorded: {error}"
            return None

    def _started(self, database: sqlite3.Connection) -> Writer:
        writer = Writer(database)
        writer.put(_end_orphans)
        oldest = time.time() - self._settings.keep_days * 86400
        writer.put(lambda opened: _prune(opened, older_than=oldest, most_bytes=self._settings.keep_bytes))
        return writer

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection | None]:
        self.flush()
        try:
            database = files.connect_for_reading(self._path)
            if database is None:
                yield None
                return
            with closing(database):
                yield database
        except (sqlite3.Error, OSError) as error:
            hint = f"Move it away to begin a new one: {self._path}"
            raise JournalError(f"the journal cannot be read: {error}", hint=hint) from error

    def _matching(self, database: sqlite3.Connection | None, run: str) -> list[str]:
        if database is None or not run.isalnum():
            return []
        # People see the end of an id, which is the random part of it.
        query = "select run from runs where run like ? or run like ? limit 3"
        return [row[0] for row in database.execute(query, (f"{run}%", f"%{run}"))]

    def _record(self, database: sqlite3.Connection, row: tuple[object, ...]) -> RunRecord:
        def fetch(digest: str) -> bytes:
            found = database.execute("select text from blobs where digest = ?", (digest,)).fetchone()
            return cast("bytes", found[0]) if found else b"null"

        def read(text: object) -> JsonObject:
            return cast("JsonObject", bring_back(load(cast("str", text)), fetch))

        header = _header(row[:8])
        rows = database.execute(
            "select sequence, time, span, parent_span, what from events where run = ? order by sequence", (header.run,)
        )
        keys = ("sequence", "time", "span", "parent_span")
        events = [{"run": header.run, **dict(zip(keys, each[:4], strict=True)), "what": read(each[4])} for each in rows]
        return RunRecord(
            header=header,
            generation=cast("int", row[8]),
            execution=from_json(Execution, read(row[9])),
            events=tuple(from_json(Event, event) for event in events),
            result=None if row[10] is None else from_json(Result, read(row[10])),
        )


def _write_of(run: str, statement: str, values: Sequence[object], blobs: dict[str, bytes]) -> Write:
    def write(database: sqlite3.Connection) -> None:
        if blobs:
            database.executemany("insert or ignore into blobs values (?, ?)", blobs.items())
            database.executemany("insert or ignore into refs values (?, ?)", [(run, digest) for digest in blobs])
        database.execute(statement, values)

    return write


def _cleaned(event: Event, secrets: Collection[str]) -> Event:
    if not isinstance(event.what, Kept):
        return event
    content = event.what.content
    for secret in secrets:
        content = content.replace(secret.encode("utf-8", "surrogatepass"), b"[secret]")
    return replace(event, what=replace(event.what, content=content))


def _header(row: Sequence[object]) -> RunHeader:
    names = ("run", "program", "door", "session", "state", "started_at", "seconds", "calls")
    header = dict(zip(names, row, strict=True))
    return from_json(RunHeader, header)


def _only(run: str, found: list[str]) -> str:
    if run in found:
        return run
    if len(found) == 1:
        return found[0]
    problem = "more than one run matches" if found else "no run"
    raise JournalError(f"{problem} '{run}'", hint="See them with: ptc runs list")


def _end_orphans(database: sqlite3.Connection) -> None:
    """Mark as killed every run whose process died."""
    rows = database.execute("select run, owner from runs where state in (?, ?, ?)", _LIVE).fetchall()
    dead = [(run,) for run, process in rows if not owner.is_alive(process)]
    database.executemany("update runs set state = 'killed' where run = ?", dead)


def _prune(database: sqlite3.Connection, *, older_than: float, most_bytes: int) -> None:
    database.execute("delete from runs where started_at < ?", (older_than,))
    _sweep(database)
    while _size(database) > most_bytes and database.execute("select 1 from runs limit 1").fetchone():
        database.execute("delete from runs where run in (select run from runs order by started_at limit 20)")
        _sweep(database)


def _forget(database: sqlite3.Connection, run: str) -> None:
    database.execute("delete from runs where run = ?", (run,))
    _sweep(database)


def _sweep(database: sqlite3.Connection) -> None:
    """Delete what belongs to no run any more."""
    database.execute("delete from events where run not in (select run from runs)")
    database.execute("delete from refs where run not in (select run from runs)")
    database.execute("delete from blobs where digest not in (select digest from refs)")


def _size(database: sqlite3.Connection) -> int:
    held = database.execute("select sum(length(text)) from blobs").fetchone()[0] or 0
    said = database.execute("select sum(length(what)) from events").fetchone()[0] or 0
    return int(held) + int(said)
