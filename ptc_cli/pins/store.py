"""Records on disk: two files for each server, which only this user can write."""

from __future__ import annotations

import contextlib
import json
import stat
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from ptc_cli.core.errors import ConfigError
from ptc_cli.core.files import locked, others_can_write, replace_file
from ptc_cli.core.jsonvalue import JsonObject, digest
from ptc_cli.core.server import ServerConfig
from ptc_cli.pins import record as records
from ptc_cli.pins.record import Record

MOST_RECORD_BYTES = 16 << 20
MOST_DEFINITIONS_BYTES = 64 << 20

Stamp = tuple[int, int, int] | None
"""Which state of a file was read; None where there was none."""


class DamagedError(Exception):
    """A record that cannot be believed; the text says what is wrong with it."""


class PinStore:
    """The records of all servers, by what a server is: one that is reached in another way is another server."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, config: ServerConfig) -> Path:
        """Return where a server's record is kept."""
        return self._folder / f"{digest([config.name, config.identity])[:40]}.json"

    def stamp(self, config: ServerConfig) -> Stamp:
        """Return what tells the state of a record from any other."""
        try:
            found = self.path(config).stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino

    def read(self, config: ServerConfig) -> Record | None:
        """Return a server's record; None if it has none yet.

        Raises:
            DamagedError: There is one that cannot be read, or that others could have written.
        """
        path = self.path(config)
        try:
            return records.parsed(_private(path, MOST_RECORD_BYTES))
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise DamagedError(f"{path} cannot be read: {error.strerror}") from error
        except ValueError as error:
            raise DamagedError(f"{path} is no record of pins") from error

    def definitions(self, config: ServerConfig) -> Mapping[str, JsonObject]:
        """Return what was approved of a server, by digest; nothing if that is no longer known."""
        try:
            kept = json.loads(_private(self._definitions_path(config), MOST_DEFINITIONS_BYTES))
        except (OSError, ValueError, RecursionError, DamagedError):
            return {}
        return kept if isinstance(kept, dict) else {}

    def change(
        self, config: ServerConfig, step: Callable[[Record | None], Record], known: Mapping[str, JsonObject]
    ) -> Record:
        """Replace a record by what a step makes of it, and return the new one; no other process gets in between.

        Raises:
            DamagedError: There is one that cannot be read.
            ConfigError: The new one cannot be written.
        """
        path = self.path(config)
        with self._alone():
            old = self.read(config)
            new = step(old)
            if new == old:
                return new
            try:
                self._keep_definitions(config, new, known)
                replace_file(path, records.written(new))
            except OSError as error:
                raise self._not_writable(error) from error
        return new

    def start_anew(self, config: ServerConfig) -> None:
        """Forget a record that is damaged."""
        with self._alone():
            self.path(config).unlink(missing_ok=True)

    def _keep_definitions(self, config: ServerConfig, record: Record, known: Mapping[str, JsonObject]) -> None:
        wanted = set(record.approved.values())
        kept = {key: value for key, value in {**self.definitions(config), **known}.items() if key in wanted}
        text = json.dumps(kept, separators=(",", ":"))
        # They are there to be shown in a diff; what holds is the record.
        if len(text) <= MOST_DEFINITIONS_BYTES:
            replace_file(self._definitions_path(config), text)

    def _definitions_path(self, config: ServerConfig) -> Path:
        return self.path(config).with_suffix(".definitions.json")

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        with contextlib.ExitStack() as held:
            try:
                held.enter_context(locked(self._folder / "lock"))
            except OSError as error:
                raise self._not_writable(error) from error
            yield

    def _not_writable(self, error: OSError) -> ConfigError:
        return ConfigError(
            f"what tools are now cannot be recorded in {self._folder}: {error.strerror}",
            hint="Make the folder writable, or name another place with PTC_HOME.",
        )


def _private(path: Path, most: int) -> bytes:
    """Return a file's content, if it is a plain file of a size that a record has, and nobody else can write to it."""
    found = path.stat()
    if not stat.S_ISREG(found.st_mode) or found.st_size > most:
        raise DamagedError(f"{path} is no file of at most {most:,} bytes")
    if others_can_write(found):
        raise DamagedError(f"others can write to {path}")
    return path.read_bytes()
