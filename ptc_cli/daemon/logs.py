"""Where daemons log."""

from __future__ import annotations

from pathlib import Path

_MOST_LOGS = 20


def log_of(state: str, name: str) -> Path:
    """Return the log of the daemon of a name."""
    return Path(state) / "daemon" / f"{name}.log"


def made_room(path: Path) -> None:
    """Make the folder of a log, and remove the oldest of too many others.

    Raises:
        OSError: That cannot be done.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    others = sorted(path.parent.glob("*.log*"), key=lambda each: each.lstat().st_mtime)
    for old in others[:-_MOST_LOGS]:
        old.unlink(missing_ok=True)
