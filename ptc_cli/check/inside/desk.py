"""Checks programs one after the other: reads, plants, asks mypy, and says what is known of each place."""

from __future__ import annotations

import ast
import itertools
import resource
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from mypy.errors import CompileError
from mypy.version import __version__ as mypy_version

from ptc_cli.check.inside.cold import Cold
from ptc_cli.check.inside.finding import Finding, moved_up
from ptc_cli.check.inside.outline import Outline, captures
from ptc_cli.check.inside.planted import PlantedFiles
from ptc_cli.check.inside.session import Given, Session, other_face_remarks, said
from ptc_cli.check.inside.source import Source, UnreadableError, checkable, read_source, unchecked_remarks
from ptc_cli.check.inside.syntax import Position, Syntax
from ptc_cli.check.inside.warm import Warm
from ptc_cli.check.wire import Boot, Check, Checked, Past, PastEntry, Remark, Update, Updated

_MOST_REMARKS = 100
_MOST_MESSAGE = 1000


class TypeChecker(Protocol):
    """mypy, warm or cold."""

    def check(self, text: str) -> tuple[Finding, ...]:
        """Return what is wrong with a program."""
        ...

    def add(self, module: str, text: str, *, lines: int) -> Outline:
        """Take in a module that programs may import from then on, of which the author wrote so many lines."""
        ...

    def update(self, changed: Mapping[str, str], removed: tuple[str, ...] = ()) -> None:
        """Change some of the stubs."""
        ...


class Desk:
    """One checker, and the stubs it holds."""

    version = mypy_version

    def __init__(self, boot: Boot) -> None:
        self._files = PlantedFiles(boot.modules, runtime=boot.runtime)
        self._python = boot.python
        warm = self._warm(boot)
        self._sessions: dict[str, Session] = {}
        self.used_cache = warm.used_cache
        self.checker: TypeChecker = warm

    def _warm(self, boot: Boot) -> Warm:
        folder = Path(boot.cache) if boot.cache else None
        try:
            return Warm(self._files, runtime=boot.runtime, folder=folder, python=boot.python)
        except CompileError:
            sound = _sound(boot.modules)
            if sound == boot.modules:
                raise
            self._files.update(sound)
            return Warm(self._files, runtime=boot.runtime, folder=folder, python=boot.python)

    def turn_cold(self) -> None:
        """Start mypy anew for every check from now on."""
        folder = tempfile.mkdtemp(prefix="ptc-check-")
        self.checker = Cold(self._files, folder=Path(folder), python=self._python)

    def update(self, request: Update) -> Updated:
        """Change some of the stubs."""
        self.checker.update(_sound(request.changed), request.removed)
        return Updated()

    def check(self, request: Check) -> Checked:
        """Return what is wrong with a program, unless it is of another face than the stubs."""
        past = request.past
        session = self._sessions.setdefault(past.session, Session()) if past else Session()
        if past is not None:
            self._take_in(past, session)
            if session.entries < past.count:
                return Checked(face=request.face, face_line=None, lacks_from=session.entries)
        try:
            source = read_source(request.source)
        except UnreadableError as error:
            return Checked(face=request.face, face_line=None, remarks=(error.remark,))
        if source.face.face != request.face and not (past and past.is_face_fixed):
            return Checked(face=source.face.face, face_line=source.face.line)
        return self._check(source, request, session)

    def _take_in(self, past: Past, session: Session) -> None:
        """Make modules of the entries of a session that are not held yet."""
        if past.first > session.entries:
            return
        for entry in past.entries[session.entries - past.first :]:
            try:
                source = read_source(entry.source)
            except UnreadableError:
                source = read_source("")
            self._add(source, entry, session)

    def _add(self, source: Source, entry: PastEntry, session: Session) -> None:
        given = session.given(source, session.entries)
        supplied = self._supplied(source, entry.aliases, given.names)
        text = f"{given.prelude}\n{checkable(source, supplied)}{captures(given.filled | source.names.bound)}\n"
        outline = self.checker.add(session.next_module, text, lines=1 + len(source.text.split("\n")))
        session.add(source, outline, given, supplied=supplied, ended_well=entry.ended_well)
        session.known = self._syntax(source, supplied, session).known

    def _syntax(self, source: Source, supplied: Mapping[str, str], session: Session) -> Syntax:
        known = session.known.without(source.names.bound)
        return Syntax(source.tree, supplied=_paths(supplied), modules=self._files.modules, known=known)

    def _check(self, source: Source, request: Check, session: Session) -> Checked:
        count = request.past.count if request.past else 0
        given = session.given(source, count)
        supplied = self._supplied(source, request.aliases, given.names)
        remarks = [*itertools.islice(unchecked_remarks(source), _MOST_REMARKS), *given.doubts]
        if source.face.face != request.face:
            remarks += other_face_remarks(source, self._syntax(source, supplied, session))
        found = () if _has_error(remarks) else self._found(source, supplied, given)
        known = session.known
        if found:
            syntax = self._syntax(source, supplied, session)
            known = syntax.known
            remarks += _remarks(found, source, syntax)
        return Checked(
            face=request.face,
            face_line=source.face.line,
            supplied=tuple(sorted(supplied)),
            remarks=tuple(sorted(remarks, key=lambda remark: (remark.line, remark.column))),
            stored=tuple(sorted(known.stored)),
            names=tuple(sorted(session.names(count) | source.names.bound)) if found else (),
            memory_bytes=_memory_bytes(),
            idle_entries=sum(each.entries for each in self._sessions.values() if each is not session),
        )

    def _found(self, source: Source, supplied: Mapping[str, str], given: Given) -> tuple[Finding, ...]:
        text = checkable(source, supplied)
        if not given.prelude:
            return self.checker.check(text)
        found = moved_up(self.checker.check(f"{given.prelude}\n{text}"), 1)
        return tuple(replace(each, message=said(each.message)) for each in found if not given.excuses(each))

    def _supplied(self, source: Source, aliases: Mapping[str, str], given: frozenset[str]) -> dict[str, str]:
        """Return what each name that is used and never bound stands for, as far as it is ours to give."""
        ours = {name: name for name in self._files.modules} | {"tools": "", "ptc": ""} | dict(aliases)
        return {name: ours[name] for name in source.unbound - given if name in ours}


def _has_error(remarks: list[Remark]) -> bool:
    return any(remark.severity == "error" for remark in remarks)


def _memory_bytes() -> int:
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    # Not the peak of `getrusage`: on Linux that begins with the size of the process that started this one.
    return pages * resource.getpagesize()


def _sound(modules: Mapping[str, str]) -> dict[str, str]:
    """Return stubs with the texts that are no Python emptied: they cost their own server's tools, and no others."""
    return {name: text if _parses(text) else "" for name, text in modules.items()}


def _parses(text: str) -> bool:
    try:
        ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _paths(supplied: Mapping[str, str]) -> dict[str, str]:
    return {name: path for name, path in supplied.items() if name != "ptc"}


def _remarks(found: tuple[Finding, ...], source: Source, syntax: Syntax) -> list[Remark]:
    lines = source.text.split("\n")
    ours = [finding for finding in found if finding.line <= len(lines) and not _is_allowed(finding, syntax)]
    remarks = [_remark(finding, lines, syntax) for finding in ours[:_MOST_REMARKS]]
    left_out = ours[_MOST_REMARKS:]
    return [*remarks, _too_many(len(left_out), left_out[0].line)] if left_out else remarks


def _is_allowed(finding: Finding, syntax: Syntax) -> bool:
    """Say whether it is only that mypy does not know of `async with` and `async for` outside functions."""
    messages = ('"async with" outside async function', '"async for" outside async function')
    return finding.message in messages and syntax.is_at_module_level((finding.line, finding.column))


def _remark(finding: Finding, lines: list[str], syntax: Syntax) -> Remark:
    start, end = syntax.stretch((finding.line, finding.column), (finding.end_line, finding.end_column))
    place = syntax.place(start, end)
    end_line = min(end[0], len(lines))
    return Remark(
        line=start[0],
        column=_character(lines, start),
        end_line=end_line,
        end_column=_character(lines, (end_line, end[1])),
        severity=finding.severity,
        message=finding.message[:_MOST_MESSAGE],
        code="annotation" if finding.code == "syntax" else finding.code,
        notes=tuple(note[:_MOST_MESSAGE] for note in finding.notes[:5]),
        calls=place.calls,
        origin=place.origin,
        module=place.module,
        text=place.text,
        is_store=place.is_store,
        is_record=place.is_record,
    )


def _character(lines: list[str], position: Position) -> int:
    """Return the 1-based column, in characters, of a position in bytes."""
    line, column = position
    return len(lines[line - 1].encode("utf-8", "replace")[:column].decode("utf-8", "ignore")) + 1


def _too_many(count: int, line: int) -> Remark:
    """Return an error that stands for the remarks that are left out: one of them may be an error."""
    message = f"{count:,} more remarks are not shown"
    return Remark(line=line, column=1, end_line=line, end_column=2, severity="error", message=message, code="too-many")
