"""The files that a run kept, written out where they were asked for and nowhere else."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from contextlib import ExitStack, suppress
from pathlib import Path

from ptc_cli.core.errors import PtcError
from ptc_cli.core.event import Kept
from ptc_cli.core.record import RunRecord
from ptc_cli.core.suggest import did_you_mean


class KeptFileError(PtcError):
    """A kept file that is not there, or cannot be written out."""

    exit_code = 4


def kept_files(record: RunRecord) -> tuple[Kept, ...]:
    """Return the files that a run kept, with their content."""
    return tuple(event.what for event in record.events if isinstance(event.what, Kept))


def chosen(files: tuple[Kept, ...], path: str, run: str) -> Kept:
    """Return the file of a path.

    Raises:
        KeptFileError: There is none.
    """
    for file in files:
        if file.path == path:
            return file
    known = [file.path for file in files]
    hint = did_you_mean(path, known) or (f"It kept: {', '.join(known[:10])}." if known else None)
    raise KeptFileError(f"run {run} kept no file '{path}'", hint=hint)


def write_to_stdout(content: bytes) -> None:
    """Write a file to stdout as it is."""
    sys.stdout.flush()
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


def write_below(folder: Path, files: Iterable[Kept]) -> None:
    """Write files into a folder. Nothing that is there is replaced, and no link in it is followed.

    Raises:
        KeptFileError: One of them cannot be written.
    """
    if os.open not in os.supports_dir_fd:
        hint = "Write one file at a time: ptc runs files RUN PATH -o - > FILE"
        raise KeptFileError("this system has no way to write into a folder without following links", hint=hint)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file in files:
            _write(folder, file)
    except FileExistsError as error:
        raise KeptFileError(f"{folder / str(error.filename)}: is already there", hint="Name another folder.") from error
    except OSError as error:
        raise KeptFileError(f"{folder}: {error.strerror}", hint="Name another folder.") from error


def _write(folder: Path, file: Kept) -> None:
    *folders, name = _parts(file.path)
    with ExitStack() as opened:
        place = _opened(opened, folder)
        for part in folders:
            with suppress(FileExistsError):
                os.mkdir(part, dir_fd=place)
            place = _opened(opened, part, os.O_NOFOLLOW, within=place)
        try:
            is_new = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
            descriptor = os.open(name, is_new, 0o644, dir_fd=place)
        except FileExistsError as error:
            raise FileExistsError(error.errno, error.strerror, file.path) from error
        with os.fdopen(descriptor, "wb") as out:
            out.write(file.content)


def _opened(opened: ExitStack, path: str | Path, flags: int = 0, *, within: int | None = None) -> int:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC | flags, dir_fd=within)
    opened.callback(os.close, descriptor)
    return descriptor


def _parts(path: str) -> list[str]:
    """Return the parts of a path, none of which leads elsewhere: the journal is a file that others may have written."""
    parts = path.split("/")
    if any(part in ("", ".", "..") or "\0" in part for part in parts):
        raise KeptFileError(f"'{path}' is no path inside a folder")
    return parts
