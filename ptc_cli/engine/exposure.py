"""What each client has read so far of what is private or a stranger's, whichever of its programs read it.

A model carries what one program told it into the next, so the client is what counts: a connection of an MCP client,
which includes its sessions and direct calls. Workspaces outlast clients, and so does what was read into them.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from types import MappingProxyType
from typing import TypeAlias

from ptc_cli.config import StateFile
from ptc_cli.core.catalog import Caller
from ptc_cli.core.codec import from_json, to_json
from ptc_cli.core.errors import ConfigError
from ptc_cli.core.execution import Execution
from ptc_cli.core.jsonvalue import JsonObject
from ptc_cli.core.server import Label
from ptc_cli.policy import Reading, Readings

Key: TypeAlias = tuple[str | None, ...]

_READ: tuple[Label, ...] = ("private", "untrusted")
_NOTHING: Readings = MappingProxyType({})


class Exposures:
    """The exposure of all clients, in memory, and of all named workspaces, on disk.

    Nothing is forgotten while the process lives: an entry is small, and a client that was forgotten could send.
    Clients that cannot be told apart are one.
    """

    def __init__(self, state: Path) -> None:
        self._clients: dict[Key, Readings] = {}
        self._workspaces = WorkspaceReadings(state)

    def of(self, execution: Execution) -> Exposure:
        """Return the exposure of a run: what its client and its workspace have, and what its mounts bring."""
        exposure = Exposure(self, execution)
        # What the client knows can be in the text of the program, and so get into the workspace at once.
        self.take(execution, self.read_by(execution))
        for path in execution.mounts:
            exposure.add(("private",), f"mounted {path}", line=0)
        return exposure

    def known_to(self, caller: Caller) -> Readings:
        """Return what a client has read so far."""
        return self._clients.get(_key(caller), _NOTHING)

    def read_by(self, execution: Execution) -> Readings:
        """Return what a run can know by now: what its client has read, and whoever writes to its workspace."""
        known = self.known_to(execution.caller)
        return known if execution.workspace is None else {**self._workspaces.of(execution.workspace), **known}

    def take(self, execution: Execution, readings: Readings) -> None:
        """Add to what the client of a run, and its workspace, have read.

        Raises:
            ConfigError: What is in the workspace cannot be recorded.
        """
        if not readings:
            return
        known = self._clients[_key(execution.caller)] = {**readings, **self.known_to(execution.caller)}
        if execution.workspace is not None:
            self._workspaces.add(execution.workspace, known)


class Exposure:
    """What one run can know: everything that its client read, up to now."""

    def __init__(self, exposures: Exposures, execution: Execution) -> None:
        self._exposures = exposures
        self._execution = execution
        self._own: dict[Label, Reading] = {}

    @property
    def readings(self) -> Readings:
        """What was read, the first of each label; the run's own before what was read earlier."""
        return {**self._exposures.read_by(self._execution), **self._own}

    def add(self, labels: Iterable[Label], what: str, *, line: int) -> None:
        """Record that a call is about to bring in what has these labels.

        Raises:
            ConfigError: It cannot be recorded where it would be forgotten otherwise.
        """
        fresh = [label for label in labels if label in _READ and label not in self._own]
        if fresh:
            run = self._execution.run
            read = {label: Reading(label=label, what=what, line=line, run=run) for label in fresh}
            self._exposures.take(self._execution, read)
            self._own.update(read)


class WorkspaceReadings:
    """What was read by programs that had a workspace: it may lie in its files."""

    def __init__(self, state: Path) -> None:
        self._file = StateFile(state / "workspace-readings.json")

    def of(self, workspace: str) -> Readings:
        """Return what may lie in a workspace; anything, where the record cannot be believed."""
        try:
            found = self._file.read().get(workspace)
            return {} if found is None else _readings(found)
        except (ConfigError, TypeError, ValueError):
            what = f"unknown, as {self._file.path} cannot be relied on"
            return {label: Reading(label=label, what=what) for label in _READ}

    def add(self, workspace: str, readings: Readings) -> None:
        """Record what may lie in a workspace from now on.

        Raises:
            ConfigError: It cannot be recorded.
        """
        with self._file.alone():
            record = self._file.read()
            before = record.get(workspace, {})
            found = {**_as_json(readings), **(before if isinstance(before, dict) else {})}
            if found != before:
                self._file.write({**record, workspace: found})

    def forget(self, workspace: str) -> None:
        """Forget a workspace that is gone.

        Raises:
            ConfigError: The record cannot be changed.
        """
        with self._file.alone():
            record = self._file.read()
            if workspace in record:
                self._file.write({name: each for name, each in record.items() if name != workspace})


def _as_json(readings: Readings) -> JsonObject:
    return {label: to_json(reading) for label, reading in readings.items()}


def _readings(record: object) -> Readings:
    if not isinstance(record, dict):
        raise TypeError("a workspace's readings are an object")
    found = [from_json(Reading, each) for each in record.values()]
    return {reading.label: reading for reading in found}


def _key(caller: Caller) -> Key:
    return (caller.door, caller.token, caller.session)
