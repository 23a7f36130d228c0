"""Which tools persons have approved for good, where the configuration is not theirs to write that into."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ptc_cli.config.state import StateFile
from ptc_cli.core.codec import from_json, to_json
from ptc_cli.core.errors import ConfigError
from ptc_cli.core.server import ServerConfig, ToolSpec, approval


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """One tool that is not asked for any more, as long as it is what it was."""

    server: str
    tool: str
    """The wire name."""

    approval: str
    """What `core.server.approval` gave at the time."""

    granted_at: float
    """Seconds since the epoch."""


class GrantStore:
    """The grants of a state folder, shared by all processes of this user."""

    def __init__(self, state: str) -> None:
        """Make the store of a state folder; nothing is read or made yet."""
        self._file = StateFile(Path(state) / "grants.json")
        self._known: tuple[object, Mapping[str, Grant]] | None = None

    @property
    def path(self) -> Path:
        """Where the grants are kept."""
        return self._file.path

    def all(self) -> tuple[Grant, ...]:
        """Return every grant, the oldest first.

        Raises:
            ConfigError: The record cannot be read, or not be believed.
        """
        return tuple(sorted(self._read().values(), key=lambda grant: grant.granted_at))

    def usable(self) -> Mapping[str, Grant]:
        """Return the grants by what was approved; none of a record that cannot be believed."""
        version = self._file.version
        if self._known is None or self._known[0] != version:
            try:
                self._known = (version, self._read())
            except ConfigError:
                self._known = (version, {})
        return self._known[1]

    def add(self, config: ServerConfig, spec: ToolSpec) -> None:
        """Record that a tool, as it is now, need not be asked for; what was said of it before goes.

        Raises:
            ConfigError: The record cannot be written, or not be believed.
        """
        made = Grant(
            server=config.name, tool=spec.name, approval=approval(config, spec), granted_at=round(time.time(), 3)
        )
        self._keep(lambda each: (each.server, each.tool) != (made.server, made.tool), made)

    def forget(self, server: str, tool: str | None = None) -> tuple[Grant, ...]:
        """Forget the grants of a tool, or of a server's tools; return them.

        Raises:
            ConfigError: The record cannot be written, or not be believed.
        """
        return self._keep(lambda each: each.server != server or tool not in (None, each.tool))

    def _keep(self, is_kept: Callable[[Grant], bool], *added: Grant) -> tuple[Grant, ...]:
        with self._file.alone():
            before = self._read().values()
            kept = [each for each in before if is_kept(each)]
            self._file.write({each.approval: to_json(each) for each in (*kept, *added)})
        return tuple(each for each in before if not is_kept(each))

    def _read(self) -> Mapping[str, Grant]:
        try:
            return {key: from_json(Grant, each) for key, each in self._file.read().items()}
        except ValueError as error:
            hint = "Remove it: whatever was approved for good is then asked for again."
            raise ConfigError(f"{self.path}: it holds no grants: {error}", hint=hint) from error
