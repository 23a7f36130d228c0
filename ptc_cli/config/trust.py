"""Which project files a person has looked at, and let start servers.

A file is trusted as it was: any change of its content makes it inert again.
"""

from __future__ import annotations

import contextlib
import json
import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from ptc_cli.config.document import read_bytes
from ptc_cli.config.writing import replace_file
from ptc_cli.core.errors import ConfigError


class TrustStore:
    """Digests of trusted files by their paths, in one JSON file that only this user can write."""

    def __init__(self, state: str) -> None:
        """Make the store of a state folder; nothing is read or made yet."""
        self.path = Path(state) / "trust.json"
        """The file."""

    def is_trusted(self, path: str, digest: str) -> bool:
        """Say whether a person trusted the file when its content had this digest."""
        return self._read()[0].get(str(Path(path).resolve())) == digest

    @property
    def warning(self) -> str | None:
        """Why nothing is trusted, when the store cannot be used as it is."""
        return self._read()[1]

    def trust(self, path: str, digest: str) -> None:
        """Record that a person looked at the file when its content had this digest.

        Raises:
            ConfigError: The record cannot be written.
        """
        with self._alone():
            self._write({**self._read()[0], str(Path(path).resolve()): digest})

    def distrust(self, path: str) -> None:
        """Forget a file.

        Raises:
            ConfigError: The record cannot be written.
        """
        real = str(Path(path).resolve())
        with self._alone():
            self._write({known: digest for known, digest in self._read()[0].items() if known != real})

    def _read(self) -> tuple[Mapping[str, str], str | None]:
        """Return what is recorded, and what is wrong with the record; of a wrong record nothing is believed."""
        try:
            mode = self.path.stat().st_mode
        except FileNotFoundError:
            return {}, None
        except OSError as error:
            return {}, self._unusable(f"cannot be read: {error.strerror}")
        if os.name == "posix" and mode & (stat.S_IWGRP | stat.S_IWOTH):
            return {}, self._unusable("others can write to it")
        try:
            record = json.loads(read_bytes(self.path))
        except ConfigError as error:
            return {}, self._unusable(error.message)
        except (ValueError, RecursionError):
            return {}, self._unusable("it is not JSON")
        if not isinstance(record, dict) or not all(isinstance(digest, str) for digest in record.values()):
            return {}, self._unusable("it does not hold digests by path")
        return record, None

    def _unusable(self, reason: str) -> str:
        return f"{self.path}: {reason}; no project file is trusted until each is trusted anew (ptc servers trust)"

    def _write(self, record: Mapping[str, str]) -> None:
        try:
            replace_file(self.path, json.dumps(record, indent=1, sort_keys=True) + "\n", mode=0o600)
        except OSError as error:
            raise self._not_writable(error) from error

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep two processes from losing each other's entries."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(self.path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise self._not_writable(error) from error
        try:
            _lock(descriptor)
            yield
        finally:
            os.close(descriptor)

    def _not_writable(self, error: OSError) -> ConfigError:
        return ConfigError(
            f"{self.path}: cannot be written: {error.strerror}",
            hint="Make the folder writable, name another with PTC_HOME, or name the file with --config each time.",
        )


def _lock(descriptor: int) -> None:
    if os.name == "posix":
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX)
