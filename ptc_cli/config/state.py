"""What ptc itself writes down of persons' decisions: JSON in the state folder that only this user can write."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path

from ptc_cli.config.document import read_bytes
from ptc_cli.core.errors import ConfigError
from ptc_cli.core.files import locked, others_can_write, replace_file
from ptc_cli.core.jsonvalue import JsonObject


class StateFile:
    """One JSON object; nobody ever reads half of it, and one that others could have written is not believed."""

    def __init__(self, path: Path) -> None:
        """Name the file; nothing is read or made yet."""
        self.path = path

    @property
    def version(self) -> tuple[int, int, int] | None:
        """What differs when the file was replaced; None where there is none, or it cannot be looked at."""
        try:
            found = self.path.stat()
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns, found.st_mode

    def read(self) -> JsonObject:
        """Return what is recorded; nothing where there is no file.

        Raises:
            ConfigError: The file cannot be read, or not be believed.
        """
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise ConfigError(f"{self.path}: cannot be read: {error.strerror}") from error
        if others_can_write(found):
            raise ConfigError(f"{self.path}: others can write to it")
        try:
            record = json.loads(read_bytes(self.path))
        except (ValueError, RecursionError) as error:
            raise ConfigError(f"{self.path}: it is not JSON") from error
        if not isinstance(record, dict):
            raise ConfigError(f"{self.path}: it holds no JSON object")
        return record

    def write(self, record: JsonObject) -> None:
        """Put a record in the file's place.

        Raises:
            ConfigError: It cannot be written; the file is as it was.
        """
        try:
            replace_file(self.path, json.dumps(record, indent=1, sort_keys=True) + "\n", mode=0o600)
        except OSError as error:
            raise self._not_writable(error) from error

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Keep two processes from losing each other's entries.

        Raises:
            ConfigError: The folder cannot be written to.
        """
        with contextlib.ExitStack() as held:
            try:
                held.enter_context(locked(self.path.with_suffix(".lock")))
            except OSError as error:
                raise self._not_writable(error) from error
            yield

    def _not_writable(self, error: OSError) -> ConfigError:
        return ConfigError(
            f"{self.path}: cannot be written: {error.strerror}",
            hint="Make the folder writable, or name another with PTC_HOME.",
        )
