"""The file that holds the journal: how it is laid out, opened, and replaced when it is broken."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

SCHEMA_VERSION = 1

# Another version of ptc may share the folder: each layout has a file of its own.
FILE_NAME = f"journal-v{SCHEMA_VERSION}.sqlite"

_LAYOUT = """
create table if not exists runs (
  run text primary key, program text not null, door text not null, session text, state text not null,
  started_at real not null, seconds real not null default 0, calls integer not null default 0,
  generation integer not null default 0, owner text not null, execution text not null, tools text, layers text,
  result text
);
create index if not exists runs_by_time on runs (started_at desc);
create table if not exists events (
  run text not null, sequence integer not null, time real not null, span text not null, parent_span text,
  what text not null, primary key (run, sequence)
) without rowid;
create table if not exists blobs (digest text primary key, text blob not null) without rowid;
create table if not exists refs (run text not null, digest text not null, primary key (run, digest)) without rowid;
create index if not exists refs_by_digest on refs (digest);
"""


def connect(path: Path) -> sqlite3.Connection:
    """Return a connection for writing, making the file if need be.

    Raises:
        sqlite3.Error: The file cannot be made or is no journal.
        OSError: The folder cannot be made.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.touch(mode=0o600, exist_ok=True)
    # The writer thread uses it, whoever closes the journal waits for that thread first.
    database = sqlite3.connect(path, timeout=5, isolation_level=None, check_same_thread=False)
    try:
        database.execute("pragma journal_mode = wal")
        database.execute("pragma synchronous = normal")
        database.executescript(_LAYOUT)
        database.execute("select count(*) from runs, events limit 1").fetchone()
    except sqlite3.Error:
        database.close()
        raise
    return database


def connect_for_reading(path: Path) -> sqlite3.Connection | None:
    """Return a connection that cannot write, or None when nothing was ever recorded.

    Raises:
        sqlite3.Error: The file is no journal.
    """
    if not path.exists() or path.stat().st_size == 0:
        return None
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=5)


def set_aside(path: Path) -> Path:
    """Move a broken journal out of the way, and return where it went."""
    target = path.with_name(f"{path.name}.broken-{int(time.time())}")
    path.rename(target)
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    return target
