"""Checks programs one after the other: reads, plants, asks mypy, and says what is known of each place."""

from __future__ import annotations

import itertools
import tempfile
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from mypy.version import __version__ as mypy_version

from ptc_cli.check.inside import seen
from ptc_cli.check.inside.blind import blind_remarks, use_remarks
from ptc_cli.check.inside.bounds import used_memory_bytes
from ptc_cli.check.inside.cold import Cold
from ptc_cli.check.inside.finding import Finding, moved_up
from ptc_cli.check.inside.outline import Outline, captures
from ptc_cli.check.inside.passing import PastModule
from ptc_cli.check.inside.planted import PlantedFiles
from ptc_cli.check.inside.seen import Examined, has_unseen, unseen_remarks
from ptc_cli.check.inside.session import Given, Session, gone_remarks, other_face_remarks, said
from ptc_cli.check.inside.source import (
    Source,
    UnreadableError,
    checkable,
    has_open_functions,
    reached_modules,
    read_source,
    unchecked_remarks,
)
from ptc_cli.check.inside.syntax import Position, Syntax
from ptc_cli.check.inside.warm import Warm
from ptc_cli.check.wire import Boot, Check, Checked, Past, PastEntry, Remark, Update, Updated

_MOST_REMARKS = 100
_MOST_MESSAGE = 1000

_ENTRIES_SECONDS = 1.5
"""How much computing may go into what the entries of a session leave open, before they are taken as they are."""


class TypeChecker(Protocol):
    """mypy, warm or cold."""

    @property
    def is_outdated(self) -> bool:
        """Whether a new process would do better."""
        ...

    @property
    def is_broken(self) -> bool:
        """Whether no program may be checked here any more."""
        ...

    def check(self, text: str) -> tuple[Finding, ...]:
        """Return what is wrong with a program as it is written."""
        ...

    def examine(self, text: str, *, has_open: bool, uses_learned: bool) -> Examined:
        """Return what is wrong with a program, also with what it leaves open and with learned result types."""
        ...

    def add(self, entry: PastModule, *, deadline: float) -> Outline:
        """Take in a module that programs may import from then on, and infer what it leaves open if there is time."""
        ...

    def learn(self, entry: PastModule, *, deadline: float) -> None:
        """Have programs that are checked with learned result types see an entry with them as well."""
        ...

    def holds(self, module: str) -> bool:
        """Say whether a module that a program imports was read: a server's, or one that was taken in."""
        ...

    def update(self, update: Update) -> None:
        """Change some of the stubs. Entries are to be taken in again."""
        ...

    def tidy(self) -> None:
        """Let go of what is left of the programs so far."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Prepared:
    """A program as mypy gets it, with what it takes from elsewhere."""

    source: Source
    given: Given
    supplied: Mapping[str, str]
    modules: frozenset[str]
    """The servers' modules that it uses, as far as its text says."""

    text: str
    """What follows the prelude."""


class Desk:
    """One checker, and the stubs it holds."""

    version = mypy_version

    def __init__(self, boot: Boot) -> None:
        texts = {name: stub.text for name, stub in boot.learned.items()}
        self._files = PlantedFiles(boot.modules, runtime=boot.runtime, learned=texts)
        self._learned = dict(boot.learned)
        self._python = boot.python
        self._stubs = boot.stubs
        self._sessions: dict[str, Session] = {}
        folder = Path(boot.cache) if boot.cache else None
        warm = Warm(self._files, folder=folder, python=boot.python)
        self.used_cache = warm.used_cache
        self.checker: TypeChecker = warm

    def turn_cold(self) -> None:
        """Start mypy anew for every check from now on."""
        folder = tempfile.mkdtemp(prefix="ptc-check-")
        self.checker = Cold(self._files, folder=Path(folder), python=self._python)

    def update(self, request: Update) -> Updated:
        """Change some of the stubs."""
        self.checker.update(request)
        self._stubs = request.stubs
        self._learned.update(request.learned)
        for name in (*request.removed, *request.forgotten):
            self._learned.pop(name, None)
        if request.changed or request.removed:
            for session in self._sessions.values():
                session.restart()
        return Updated()

    def check(self, request: Check) -> Checked:
        """Return what is wrong with a program, unless it is of another face than the stubs."""
        if request.stubs != self._stubs:
            raise RuntimeError("these are not the stubs to check against")
        past = request.past
        session = self._sessions.setdefault(past.session, Session()) if past else Session()
        deadline = time.process_time() + _ENTRIES_SECONDS
        if past is not None:
            self._take_in(past, session, deadline)
            if session.entries < past.count:
                return Checked(face=request.face, face_line=None, lacks_from=session.entries)
        try:
            source = read_source(request.source)
            if source.face.face != request.face and not (past and past.is_face_fixed):
                return Checked(face=source.face.face, face_line=source.face.line)
            return self._check(source, request, session, deadline)
        except UnreadableError as error:
            return Checked(face=request.face, face_line=None, remarks=(error.remark,))

    def _take_in(self, past: Past, session: Session, deadline: float) -> None:
        """Make modules of the entries of a session that are not held yet."""
        if past.first > session.entries:
            return
        for entry in past.entries[session.entries - past.first :]:
            try:
                source = read_source(entry.source)
            except UnreadableError:
                source = read_source("")
            self._add(source, entry, session, deadline)

    def _add(self, source: Source, entry: PastEntry, session: Session, deadline: float) -> None:
        prepared = self._prepared(source, entry.aliases, session, session.entries)
        given, supplied = prepared.given, prepared.supplied
        module = PastModule(
            name=session.next_module,
            text=f"{given.prelude}\n{prepared.text}{captures(given.filled | source.names.bound)}\n",
            lines=1 + len(source.text.split("\n")),
            has_open=has_open_functions(source),
        )
        outline = self.checker.add(module, deadline=deadline)
        session.add(source, module, outline, given, supplied=supplied, ended_well=entry.ended_well)
        session.known = self._syntax(source, supplied, session).known

    def _prepared(self, source: Source, aliases: Mapping[str, str], session: Session, count: int) -> _Prepared:
        given = session.given(source, count)
        supplied = self._supplied(source, aliases, given.names)
        packages = [name for name, path in session.known.names.items() if not path]
        reached = reached_modules(source, self._files.modules, packages)
        modules = reached.union(path.partition(".")[0] for path in _paths(supplied).values()) - {""}
        text = checkable(source, supplied, reached)
        return _Prepared(source=source, given=given, supplied=supplied, modules=modules, text=text)

    def _syntax(self, source: Source, supplied: Mapping[str, str], session: Session) -> Syntax:
        known = session.known.without(source.names.bound)
        return Syntax(source.tree, supplied=_paths(supplied), modules=self._files.modules, known=known)

    def _check(self, source: Source, request: Check, session: Session, deadline: float) -> Checked:
        count = request.past.count if request.past else 0
        prepared = self._prepared(source, request.aliases, session, count)
        supplied = prepared.supplied
        unchecked = itertools.chain(
            unchecked_remarks(source), blind_remarks(source), use_remarks(source, session.never_called(source, count))
        )
        remarks = [*itertools.islice(unchecked, _MOST_REMARKS), *prepared.given.doubts]
        remarks += gone_remarks(source, session.known.names, self._files.modules)
        if source.face.face != request.face:
            remarks += other_face_remarks(source, self._syntax(source, supplied, session))
        examined = None if _has_error(remarks) else self._examined(prepared, session, deadline)
        known = session.known
        if examined is not None and (examined.findings or has_unseen(source, self._files.modules, examined)):
            syntax = self._syntax(source, supplied, session)
            known = syntax.known
            remarks += [*_remarks(examined.findings, source, syntax), *unseen_remarks(source, syntax, examined)]
        return Checked(
            face=request.face,
            face_line=source.face.line,
            supplied=tuple(sorted(supplied)),
            remarks=tuple(sorted(remarks, key=lambda remark: (remark.line, remark.column))),
            stored=tuple(sorted(known.stored)),
            stored_keys=tuple(sorted(known.stored_keys)),
            names=tuple(sorted(session.names(count) | source.names.bound)) if examined and examined.findings else (),
            memory_bytes=used_memory_bytes(),
            idle_entries=sum(each.modules for each in self._sessions.values() if each is not session),
            is_outdated=self.checker.is_outdated,
        )

    def _examined(self, prepared: _Prepared, session: Session, deadline: float) -> Examined:
        given, has_open = prepared.given, has_open_functions(prepared.source)
        uses_learned = self._learn(prepared, session, deadline)
        text = f"{given.prelude}\n{prepared.text}" if given.prelude else prepared.text
        examined = self.checker.examine(text, has_open=has_open, uses_learned=uses_learned)
        if examined.is_read:
            self._demand([f"tools.{name}" for name in prepared.modules])
            self._demand([entry.module.name for entry in session.rests_on(given)])
        return _without_prelude(examined, given) if given.prelude else examined

    def _demand(self, modules: Iterable[str]) -> None:
        """Raise if a module was not read: whatever a program did with what it takes from there would be right."""
        for name in modules:
            if not self.checker.holds(name):
                raise RuntimeError(f"the module {name} was not read")

    def _learn(self, prepared: _Prepared, session: Session, deadline: float) -> bool:
        """Have learned types known of all that a program rests on, and say whether there are any."""
        entries = session.rests_on(prepared.given)
        if not self._uses_learned(prepared.source.words.union(*(entry.words for entry in entries))):
            return False
        for entry in entries:
            self.checker.learn(entry.module, deadline=deadline)
        return True

    def _uses_learned(self, words: frozenset[str]) -> bool:
        stubs = (stub for name, stub in self._learned.items() if name in words)
        return any(not words.isdisjoint(stub.tools) for stub in stubs)

    def _supplied(self, source: Source, aliases: Mapping[str, str], given: frozenset[str]) -> dict[str, str]:
        """Return what each name that is used and never bound stands for, as far as it is ours to give."""
        ours = {name: name for name in self._files.modules} | {"tools": "", "ptc": ""} | dict(aliases)
        return {name: ours[name] for name in source.unbound - given if name in ours}


def _without_prelude(examined: Examined, given: Given) -> Examined:
    """Return what is known of a program, at its author's own lines."""
    found = (each for each in moved_up(examined.findings, 1) if not given.excuses(each))
    return Examined(
        findings=tuple(replace(each, message=said(each.message)) for each in found),
        seen=None if examined.seen is None else seen.moved_up(examined.seen, 1),
    )


def _has_error(remarks: list[Remark]) -> bool:
    return any(remark.severity == "error" for remark in remarks)


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
        holders=place.holders,
        origin=place.origin,
        module=place.module,
        text=place.text,
        is_store=place.is_store,
        is_record=place.is_record,
        basis=finding.basis,
    )


def _character(lines: list[str], position: Position) -> int:
    """Return the 1-based column, in characters, of a position in bytes."""
    line, column = position
    return len(lines[line - 1].encode("utf-8", "replace")[:column].decode("utf-8", "ignore")) + 1


def _too_many(count: int, line: int) -> Remark:
    """Return an error that stands for the remarks that are left out: one of them may be an error."""
    message = f"{count:,} more remarks are not shown"
    return Remark(line=line, column=1, end_line=line, end_column=2, severity="error", message=message, code="too-many")
