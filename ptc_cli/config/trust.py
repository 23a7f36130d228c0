"""Which project files a person has looked at, and let start servers.

A file is trusted as it was: any change of its content makes it inert again.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ptc_cli.config.state import StateFile
from ptc_cli.core.errors import ConfigError


class TrustStore:
    """Digests of trusted files by their paths, in one JSON file that only this user can write."""

    def __init__(self, state: str) -> None:
        """Make the store of a state folder; nothing is read or made yet."""
        self._file = StateFile(Path(state) / "trust.json")

    @property
    def path(self) -> Path:
        """The file."""
        return self._file.path

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
        with self._file.alone():
            self._file.write({**self._read()[0], str(Path(path).resolve()): digest})

    def distrust(self, path: str) -> None:
        """Forget a file.

        Raises:
            ConfigError: The record cannot be written.
        """
        real = str(Path(path).resolve())
        with self._file.alone():
            self._file.write({known: digest for known, digest in self._read()[0].items() if known != real})

    def _read(self) -> tuple[Mapping[str, str], str | None]:
        """Return what is recorded, and what is wrong with the record; of a wrong record nothing is believed."""
        try:
            record = self._file.read()
        except ConfigError as error:
            return {}, self._unusable(error.message)
        if not all(isinstance(digest, str) for digest in record.values()):
            return {}, self._unusable(f"{self._file.path}: it does not hold digests by path")
        return record, None

    def _unusable(self, reason: str) -> str:
        return f"{reason}; no project file is trusted until each is trusted anew (ptc servers trust)"
