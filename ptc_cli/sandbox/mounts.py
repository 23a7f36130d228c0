"""Which paths of the host a program may be shown, read-only, and under which names."""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from ptc_cli.core.errors import SandboxError

MOST_MOUNTS = 32

_MACHINE = ("/proc", "/sys", "/dev")
_READABLE_BY_ALL = 0o004


@dataclass(frozen=True, slots=True, kw_only=True)
class Mount:
    """A path of the host, without symbolic links, and its name under `/mnt`."""

    path: str
    name: str


def judged(paths: Collection[str], *, private: Collection[Path]) -> tuple[Mount, ...]:
    """Return the mounts that an execution asks for.

    Args:
        paths: Absolute paths on this machine.
        private: Folders that no program may see.

    Raises:
        SandboxError: One of them may not be shown, or two have the same name.
    """
    if len(paths) > MOST_MOUNTS:
        raise SandboxError(f"{len(paths)} mounts are too many", hint=f"Mount at most {MOST_MOUNTS} files and folders.")
    found: dict[str, Mount] = {}
    for path in dict.fromkeys(paths):
        mount = _judged(path, private)
        if mount.name in found:
            raise SandboxError(
                f"mount '{path}': '/mnt/{mount.name}' is already '{found[mount.name].path}'",
                hint="Rename one of the two, or mount a folder that holds both.",
            )
        found[mount.name] = mount
    return tuple(found.values())


def _judged(path: str, private: Collection[Path]) -> Mount:
    # The name is the one that the user gave, also where it is a link's.
    name = os.path.basename(path.rstrip("/"))  # noqa: PTH119  # a path keeps no trailing slash to strip
    real = _resolved(path)
    if not name.isprintable() or name in ("", ".", ".."):
        raise SandboxError(f"mount {path!r}: it has no name that it could have under /mnt", hint="Name its last part.")
    _refuse_machine(path, real)
    _refuse_private(path, real, private)
    _refuse_unreadable(path, real)
    return Mount(path=str(real), name=name)


def _resolved(path: str) -> Path:
    if not path.startswith("/"):
        raise SandboxError(f"mount '{path}': not an absolute path", hint="Give the whole path, from /.")
    try:
        real = Path(path).resolve(strict=True)
    except (OSError, RuntimeError, ValueError) as error:
        raise SandboxError(f"mount {path!r}: {error}", hint="Mount a file or folder that exists.") from error
    if not real.is_file() and not real.is_dir():
        raise SandboxError(f"mount '{path}': neither a file nor a folder", hint="Mount a file or a folder.")
    return real


def _refuse_machine(path: str, real: Path) -> None:
    if real == Path("/") or any(real.is_relative_to(each) for each in _MACHINE):
        raise SandboxError(
            f"mount '{path}': programs may not see {real}",
            hint="Mount the folder with the files that the program needs.",
        )


def _refuse_private(path: str, real: Path, private: Collection[Path]) -> None:
    for folder in private:
        closed = folder.resolve()
        if real.is_relative_to(closed) or closed.is_relative_to(real):
            raise SandboxError(
                f"mount '{path}': it would show ptc's own files in {closed}",
                hint="Mount a folder beside it, or a single folder in it.",
            )


def _refuse_unreadable(path: str, real: Path) -> None:
    try:
        mode = real.stat().st_mode
    except OSError as error:
        raise SandboxError(f"mount '{path}': {error}") from error
    # Started by root, programs run as nobody.
    is_readable = bool(mode & _READABLE_BY_ALL) if os.geteuid() == 0 else os.access(real, os.R_OK)
    if not is_readable:
        who = "nobody, as whom programs of root run," if os.geteuid() == 0 else "you"
        raise SandboxError(f"mount '{path}': {who} may not read it", hint=f"Allow it: chmod o+rX '{real}'.")
