"""Checks programs one after the other: reads, plants, asks mypy, and says what is known of each place."""

from __future__ import annotations

import itertools
import resource
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from mypy.version import __version__ as mypy_version

from ptc_cli.check.inside.cold import Cold
from ptc_cli.check.inside.finding import Finding
from ptc_cli.check.inside.planted import PlantedFiles
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
from ptc_cli.check.wire import Boot, Check, Checked, Remark, Update, Updated

_MOST_REMARKS = 100
_MOST_MESSAGE = 1000


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

    def examine(self, text: str, *, has_open: bool, uses_learned: bool) -> tuple[Finding, ...]:
        """Return what is wrong with a program, also with what it leaves open and with learned result types."""
        ...

    def update(self, update: Update) -> None:
        """Change some of the stubs."""
        ...


class Desk:
    """One checker, and the stubs it holds."""

    version = mypy_version

    def __init__(self, boot: Boot) -> None:
        texts = {name: stub.text for name, stub in boot.learned.items()}
        self._files = PlantedFiles(boot.modules, runtime=boot.runtime, learned=texts)
        self._learned = dict(boot.learned)
        self._python = boot.python
        folder = Path(boot.cache) if boot.cache else None
        warm = Warm(self._files, face=boot.face, folder=folder, python=boot.python)
        self.used_cache = warm.used_cache
        self.checker: TypeChecker = warm

    def turn_cold(self) -> None:
        """Start mypy anew for every check from now on."""
        folder = tempfile.mkdtemp(prefix="ptc-check-")
        self.checker = Cold(self._files, folder=Path(folder), python=self._python)

    def update(self, request: Update) -> Updated:
        """Change some of the stubs."""
        self.checker.update(request)
        self._learned.update(request.learned)
        for name in (*request.removed, *request.forgotten):
            self._learned.pop(name, None)
        return Updated()

    def check(self, request: Check) -> Checked:
        """Return what is wrong with a program, unless it is of another face than the stubs."""
        try:
            source = read_source(request.source)
        except UnreadableError as error:
            return Checked(face=request.face, face_line=None, remarks=(error.remark,))
        if source.face.face != request.face:
            return Checked(face=source.face.face, face_line=source.face.line)
        return self._check(source, request)

    def _check(self, source: Source, request: Check) -> Checked:
        supplied = self._supplied(source, request.aliases)
        reached = reached_modules(source, self._files.modules)
        found = self.checker.examine(
            checkable(source, supplied, reached),
            has_open=has_open_functions(source),
            uses_learned=self._uses_learned(source),
        )
        remarks = list(itertools.islice(unchecked_remarks(source), _MOST_REMARKS))
        stored: tuple[str, ...] = ()
        if found:
            syntax = Syntax(source.tree, supplied=_paths(supplied), modules=self._files.modules)
            stored = syntax.stored_attributes()
            remarks += _remarks(found, source, syntax)
        return Checked(
            face=source.face.face,
            face_line=source.face.line,
            supplied=tuple(sorted(supplied)),
            remarks=tuple(sorted(remarks, key=lambda remark: (remark.line, remark.column))),
            stored=stored,
            memory_bytes=_memory_bytes(),
            is_outdated=self.checker.is_outdated,
        )

    def _uses_learned(self, source: Source) -> bool:
        stubs = (stub for name, stub in self._learned.items() if name in source.words)
        return any(not source.words.isdisjoint(stub.tools) for stub in stubs)

    def _supplied(self, source: Source, aliases: Mapping[str, str]) -> dict[str, str]:
        """Return what each name that is used and never bound stands for, as far as it is ours to give."""
        ours = {name: name for name in self._files.modules} | {"tools": "", "ptc": ""} | dict(aliases)
        return {name: ours[name] for name in source.unbound if name in ours}


def _memory_bytes() -> int:
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    # Not the peak of `getrusage`: on Linux that begins with the size of the process that started this one.
    return pages * resource.getpagesize()


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
