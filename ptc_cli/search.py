"""Ranked search over the tools of a view: SQLite's full-text index, in memory, over words we split ourselves."""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ptc_cli.core.catalog import Tool, View
from ptc_cli.core.errors import PtcError

QUERY_CHARACTERS = 4_000
"""A longer query is read up to here."""

QUERY_WORDS = 64
"""A query with more distinct words is searched by the first ones."""

_SCHEMA = """
CREATE VIRTUAL TABLE tools USING fts5(
    name, server, description, parameters,
    content='', tokenize='porter unicode61 remove_diacritics 2'
)
"""

# Weights by column, in the order of the table. Ranking hardly depends on them (recall of five is .82 with equal weights
# and .83 with these); a hit in the name is what a person expects to see first. No list of empty words: rarity weighs
# words well enough, and the usual lists cost .05.
_RANKED = "SELECT rowid, bm25(tools, 4.0, 2.0, 2.0, 1.0) FROM tools WHERE tools MATCH ?"

_CHUNK = re.compile(r"\w+")
_PIECE = re.compile(r"[0-9]+|[^\W\d_]+")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
# Scripts written without spaces: the index would take a whole sentence for one word, so each character stands alone.
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A tool that matches, and how well."""

    tool: Tool
    score: float
    """Higher is better; comparable within one search only."""


class Index:
    """The tools of one view, searchable. Made anew when the view changes: 5,000 tools take about a second."""

    def __init__(self, view: View) -> None:
        self._tools = tuple(view)
        # One statement at a time: SQLite locks for itself, and an index may be built on one thread and read on another.
        self._connection = sqlite3.connect(":memory:", check_same_thread=False)
        try:
            self._connection.execute(_SCHEMA)
        except sqlite3.OperationalError as error:
            raise PtcError(
                f"search: this Python's SQLite cannot search text ({error})", hint="Use a Python whose SQLite has FTS5."
            ) from error
        rows = ((number, *_row(tool)) for number, tool in enumerate(self._tools))
        self._connection.executemany(
            "INSERT INTO tools (rowid, name, server, description, parameters) VALUES (?, ?, ?, ?, ?)", rows
        )

    def __len__(self) -> int:
        return len(self._tools)

    def search(self, query: str, limit: int = 10) -> tuple[Hit, ...]:
        """Return the tools that fit a query best, the best first; ties in the order of their paths.

        A query is words, never syntax. A tool fits if it shares a word with it; if none does, if one of its words
        begins with one of the query's.
        """
        words = _query_words(query)
        if not words or limit < 1:
            return ()
        hits = self._match(words, prefix=False) or self._match(words, prefix=True)
        return tuple(sorted(hits, key=lambda hit: (-hit.score, hit.tool.path)))[:limit]

    def _match(self, words: tuple[str, ...], *, prefix: bool) -> list[Hit]:
        star = "*" if prefix else ""
        expression = " OR ".join(f'"{word}"{star}' for word in words)
        rows = self._connection.execute(_RANKED, (expression,))
        # Rounded, because sums of floats in another order must not decide between equals.
        return [Hit(tool=self._tools[number], score=round(-rank, 9)) for number, rank in rows]


def split_words(text: str) -> Iterator[str]:
    """Yield the words of a text: identifiers whole and in their parts.

    `getHTTPResponse2` gives `gethttpresponse2`, `gethttpresponse`, `get`, `http`, `response` and `2`.
    """
    for chunk in _CHUNK.findall(unicodedata.normalize("NFKC", text)):
        yield from dict.fromkeys(_parts(chunk))


def _parts(chunk: str) -> Iterator[str]:
    pieces = _PIECE.findall(chunk)
    yield "".join(pieces).lower()
    for piece in pieces:
        yield piece.lower()
        yield from (hump.lower() for hump in _HUMP.split(piece))
        yield from _UNSPACED.findall(piece)


def _query_words(query: str) -> tuple[str, ...]:
    words = dict.fromkeys(split_words(query[:QUERY_CHARACTERS]))
    return tuple(word for word in words if word)[:QUERY_WORDS]


def _row(tool: Tool) -> tuple[str, str, str, str]:
    spec, stub = tool.spec, tool.stub
    parameters = (f"{p.wire_name} {p.description}" for p in stub.parameters)
    return (
        _joined([spec.name, spec.title or ""]),
        _joined([spec.server]),
        _joined([spec.description or stub.summary]),
        _joined(parameters),
    )


def _joined(texts: Iterable[str]) -> str:
    return " ".join(word for text in texts for word in split_words(text))
